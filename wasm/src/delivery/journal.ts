// A file that only grows: lines of JSON, one for each thing that happened. What is on the disk is never changed, so that a crash
// costs at most what was written last.

import { closeSync, fdatasync, fsyncSync, ftruncateSync, openSync, readSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { isReplaceable, readHead } from './own_file.js';

/** Where a line lies in the file, in bytes. */
export interface Place {
  at: number;
  size: number;
}

const feed = 10;
const piece = 1 << 20;

function openLog(path: string, flags: string): number {
  return openSync(path, flags, 0o600);
}

/** Makes a new name in a folder last. */
export function syncFolder(path: string): void {
  if (process.platform === 'win32') return; // folders cannot be opened there
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** How a journal of a kind begins. */
export interface JournalHead {
  /** The first line of a new file. */
  first: object;
  /** Whether this is the first line of a file of this kind, or the beginning of one that a crash has cut off. */
  isOurs(line: string, isWhole: boolean): boolean;
  /** What such a file is called, as in `it is not ...`. */
  name: string;
}

export class Journal {
  readonly #path: string;
  readonly #head: JournalHead;
  #file: number;
  /** Bytes in the file. */
  #size = 0;
  #waiting: string[] = [];
  #waitingSize = 0;
  #syncing: Promise<void> | undefined;
  #isDirty = false;

  /**
   * Opens a file, or makes it. One that is of another kind is left as it is, byte for byte.
   *
   * @throws what node:fs throws; an Error where the file is of another kind
   */
  constructor(path: string, head: JournalHead) {
    this.#path = path;
    this.#head = head;
    try {
      this.#file = openLog(path, 'r+');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      this.#file = openLog(path, 'wx+');
      fsyncSync(this.#file);
      syncFolder(path);
    }
    try {
      this.#checkHead();
    } catch (error) {
      closeSync(this.#file);
      throw error;
    }
  }

  #checkHead(): void {
    const head = readHead(this.#file);
    if (head !== undefined && !this.#head.isOurs(head.line, head.isWhole)) throw new Error(`it is not ${this.#head.name}`);
  }

  /** Bytes in the file and still to be written. */
  get size(): number {
    return this.#size + this.#waitingSize;
  }

  /**
   * Reads all lines, and calls back with what each holds. A line that is no JSON was being written, or was not yet on the disk, when
   * a crash came; it is left out. Call this once, before anything is appended.
   */
  replay(each: (entry: any, place: Place) => void): void {
    let rest = Buffer.alloc(0);
    for (let at = 0; ; ) {
      const chunk = Buffer.allocUnsafe(piece);
      const count = readSync(this.#file, chunk, 0, piece, at);
      if (count === 0) break;
      let bytes = Buffer.concat([rest, chunk.subarray(0, count)]);
      let start = at - rest.length;
      at += count;
      for (let end = bytes.indexOf(feed); end >= 0; end = bytes.indexOf(feed)) {
        let entry: unknown;
        try {
          entry = JSON.parse(bytes.toString('utf8', 0, end));
        } catch {
          entry = undefined;
        }
        if (typeof entry === 'object' && entry !== null) each(entry, { at: start, size: end + 1 });
        start += end + 1;
        bytes = bytes.subarray(end + 1);
      }
      rest = bytes;
      this.#size = start;
    }
    // What follows the last whole line goes: it would make the next one unreadable.
    ftruncateSync(this.#file, this.#size);
    if (this.#size === 0) this.append(this.#head.first);
  }

  /** Adds a line, to be written by write(). */
  append(entry: object): Place {
    const line = `${JSON.stringify(entry)}\n`;
    const place = { at: this.size, size: Buffer.byteLength(line) };
    this.#waiting.push(line);
    this.#waitingSize += place.size;
    return place;
  }

  /** Forgets what was appended since the last write(), but for the first line of the file. */
  discard(): void {
    this.#waiting = [];
    this.#waitingSize = 0;
    if (this.#size === 0) this.append(this.#head.first);
  }

  /** Writes what was appended; from then on it survives the end of this process. Where it throws, nothing of it is kept. */
  write(): void {
    if (this.#waiting.length === 0) return;
    const bytes = Buffer.from(this.#waiting.join(''));
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(this.#file, bytes, done, bytes.length - done, this.#size + done);
    } catch (error) {
      try {
        ftruncateSync(this.#file, this.#size);
      } catch {
        // The next line is written over what is there.
      }
      this.discard();
      throw error;
    }
    this.#size += bytes.length;
    this.#waiting = [];
    this.#waitingSize = 0;
    this.#isDirty = true;
  }

  /** Whether a synced() is under way. */
  get isSyncing(): boolean {
    return this.#syncing !== undefined;
  }

  /** Resolves when all that was written is on the disk. Calls at the same time share the work. */
  async synced(): Promise<void> {
    while (this.#isDirty || this.#syncing !== undefined) {
      if (this.#syncing === undefined) {
        this.#isDirty = false;
        this.#syncing = new Promise<void>((resolve, reject) =>
          fdatasync(this.#file, (error) => {
            this.#syncing = undefined;
            if (error) {
              this.#isDirty = true;
              reject(error);
            } else {
              resolve();
            }
          }),
        );
      }
      await this.#syncing;
    }
  }

  read({ at, size }: Place): any {
    const bytes = Buffer.alloc(size);
    for (let done = 0; done < size; ) {
      const count = readSync(this.#file, bytes, done, size - done, at + done);
      if (count === 0) throw new Error('the file is shorter than it was');
      done += count;
    }
    return JSON.parse(bytes.toString('utf8'));
  }

  /** Replaces the file by one with only these lines, at one stroke. Nothing may be waiting, and no synced() under way. */
  rewrite(entries: Iterable<object>): Place[] {
    const draft = `${this.#path}.new`;
    if (!isReplaceable(draft, (line, isWhole) => this.#head.isOurs(line, isWhole))) throw new Error(`${draft} is in the way, and is not ${this.#head.name}`);
    const file = openLog(draft, 'w+');
    const places: Place[] = [];
    let size = 0;
    try {
      let batch: string[] = [];
      let batchSize = 0;
      const put = () => {
        const bytes = Buffer.from(batch.join(''));
        for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
        batch = [];
        batchSize = 0;
      };
      for (const entry of entries) {
        const line = `${JSON.stringify(entry)}\n`;
        const length = Buffer.byteLength(line);
        places.push({ at: size, size: length });
        size += length;
        batch.push(line);
        batchSize += length;
        if (batchSize >= piece) put();
      }
      put();
      fsyncSync(file);
      renameSync(draft, this.#path);
      syncFolder(this.#path);
    } catch (error) {
      closeSync(file);
      throw error;
    }
    closeSync(this.#file);
    this.#file = file;
    this.#size = size;
    this.#isDirty = false;
    return places;
  }

  close(): void {
    closeSync(this.#file);
  }
}
