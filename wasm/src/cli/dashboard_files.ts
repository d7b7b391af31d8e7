// The dashboard's page and what it loads, from this very package.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

export interface File {
  /** 200, or 304 where the client has it. */
  status: number;
  headers: Record<string, string>;
  bytes: Buffer;
}

const types: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  wasm: 'application/wasm',
};

const policy =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; img-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

// What the page can ask for, and nothing else of the package.
const served = /^\/(dashboard\/[\w-]+\.(?:js|css|svg)|shared\/[\w-]+\.js|index\.js|notifier\.wasm)$/;

/** What was compressed before, by its tag and coding: there are as many as the page has files. */
const packed = new Map<string, Promise<Buffer>>();

/** In the coding that the client takes and that is shortest. Nothing here is a secret whose length would tell. */
async function encoded(bytes: Buffer, tag: string, accepted: string): Promise<{ coding?: string; bytes: Buffer }> {
  const coding = ['br', 'gzip'].find((each) => new RegExp(`(^|[ ,])${each}\\s*(,|$)`, 'i').test(accepted));
  if (coding === undefined) return { bytes };
  const key = `${coding} ${tag}`;
  let pending = packed.get(key);
  if (pending === undefined) {
    pending = coding === 'br' ? promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 8 } }) : promisify(gzip)(bytes);
    packed.set(key, pending);
  }
  return { coding, bytes: await pending };
}

/** Whether a request is for a file that the dashboard may have. */
export function isDashboardFile({ method, url = '' }: IncomingMessage): boolean {
  const path = url.split('?')[0]!;
  return (method === 'GET' || method === 'HEAD') && (path === '/' || served.test(path));
}

/** The file that a request asks for; undefined where it asks for something else. Holds no secret: everybody may read it. */
export async function dashboardFile({ method, url = '', headers: { 'if-none-match': known, 'accept-encoding': accepted = '' } }: IncomingMessage): Promise<File | undefined> {
  if (method !== 'GET' && method !== 'HEAD') return undefined;
  const path = url.split('?')[0]!;
  const name = path === '/' ? 'dashboard/index.html' : served.exec(path)?.[1];
  if (name === undefined) return undefined;
  try {
    const bytes = await readFile(new URL(`../${name}`, import.meta.url));
    // Weak: the same in whatever coding.
    const tag = `W/"${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}"`;
    if (known === '*' || known?.includes(tag)) return { status: 304, headers: { ETag: tag, 'Cache-Control': 'no-cache', Vary: 'Accept-Encoding' }, bytes: Buffer.alloc(0) };
    const { coding, bytes: sent } = await encoded(bytes, tag, String(accepted));
    const headers = {
      'Content-Type': types[name.split('.').pop()!]!,
      'Content-Length': String(sent.length),
      ...(coding !== undefined && { 'Content-Encoding': coding }),
      Vary: 'Accept-Encoding',
      'Content-Security-Policy': policy,
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
      'Cache-Control': 'no-cache',
      ETag: tag,
    };
    return { status: 200, headers, bytes: sent };
  } catch {
    return undefined;
  }
}
