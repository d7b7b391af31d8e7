// Whether a file is one of ours, before anything is written over it.

import { closeSync, openSync, readSync } from 'node:fs';

const feed = 10;
/** The longest first line that is looked at. */
const longest = 4096;

/** The beginning of a file's first line, as bytes of latin1, and whether the line is there to its end; undefined for an empty file. */
export function readHead(file: number): { line: string; isWhole: boolean } | undefined {
  const bytes = Buffer.alloc(longest);
  let size = 0;
  for (let count = -1; count !== 0 && size < bytes.length; size += count) count = readSync(file, bytes, size, bytes.length - size, size);
  if (size === 0) return undefined;
  const end = bytes.subarray(0, size).indexOf(feed);
  return { line: bytes.toString('latin1', 0, end < 0 ? size : end), isWhole: end >= 0 };
}

/** Whether there is no such file, or an empty one, or one whose beginning is ours. */
export function isReplaceable(path: string, isOurs: (line: string, isWhole: boolean) => boolean): boolean {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    throw error;
  }
  try {
    const head = readHead(file);
    return head === undefined || isOurs(head.line, head.isWhole);
  } finally {
    closeSync(file);
  }
}
