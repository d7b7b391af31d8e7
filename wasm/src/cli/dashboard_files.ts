// The dashboard's page and what it loads, from this very package.

import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';

export interface File {
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
const known = /^\/(dashboard\/[\w-]+\.(?:js|css|svg)|shared\/[\w-]+\.js|index\.js|notifier\.wasm)$/;

/** The file that a request asks for; undefined where it asks for something else. Holds no secret: everybody may read it. */
export async function dashboardFile({ method, url = '' }: IncomingMessage): Promise<File | undefined> {
  if (method !== 'GET' && method !== 'HEAD') return undefined;
  const path = url.split('?')[0]!;
  const name = path === '/' ? 'dashboard/index.html' : known.exec(path)?.[1];
  if (name === undefined) return undefined;
  try {
    const bytes = await readFile(new URL(`../${name}`, import.meta.url));
    const headers = {
      'Content-Type': types[name.split('.').pop()!]!,
      'Content-Length': String(bytes.length),
      'Content-Security-Policy': policy,
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
      'Cache-Control': 'no-cache',
    };
    return { headers, bytes };
  } catch {
    return undefined;
  }
}
