// How much there is to fetch: compressed sizes of this package's entries, and of others that do a part of the same.
//
//   node tests/wasm/sizes.mjs
//
// Others are bundled whole by esbuild, minified, without what is part of Node.js.

import { createRequire } from 'node:module';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { file, root } from './package.mjs';

const { buildSync } = createRequire(join(root, 'tests/x.js'))('esbuild');

export const brotli = (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }).length;

/** A script and all that it imports at once. */
function imported(path, seen = new Set()) {
  if (seen.has(path)) return seen;
  seen.add(path);
  for (const [, name] of readFileSync(path, 'utf8').matchAll(/(?:from|import)\s*"(\.[^"]+)"/g)) imported(join(dirname(path), name), seen);
  return seen;
}

/** What a browser fetches for createEngine() of an entry: each file and its compressed size. */
export function fetched(entry, module) {
  return [...imported(file(entry)), file(module)].map((path) => ({ path: path.slice(file('').length), size: brotli(readFileSync(path)) }));
}

export const others = [
  ['nodemailer', 'writes and sends mail'],
  ['mailparser', 'reads mail'],
  ['svix', 'client of a webhook service'],
  ['@rocket.chat/message-parser', 'reads messages of Rocket.Chat'],
  ['standardwebhooks', 'signs and verifies webhooks'],
  ['postal-mime', 'reads mail'],
];

export function sizeOf(name) {
  const folder = join(root, 'tests/node_modules', name);
  const { outputFiles: [bundle] } = buildSync({ stdin: { contents: `export * from '${name}'`, resolveDir: join(root, 'tests') }, bundle: true, minify: true, write: false, platform: 'node', format: 'esm', logLevel: 'error' });
  return { version: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version, size: brotli(bundle.contents) };
}

if (process.argv[1] === import.meta.filename || process.argv[1]?.endsWith('/sizes.mjs')) {
  const kilobytes = (size) => `${(size / 1024).toFixed(0)} KB`;
  const total = (files) => files.reduce((sum, { size }) => sum + size, 0);
  console.log(`notifier-wasm: ${kilobytes(total(fetched('dist/index.js', 'dist/notifier.wasm')))}`);
  console.log(`notifier-wasm/scalar: ${kilobytes(total(fetched('dist/scalar.js', 'dist/notifier-scalar.wasm')))}`);
  for (const [name, what] of others) {
    if (!existsSync(join(root, 'tests/node_modules', name))) continue;
    const { version, size } = sizeOf(name);
    console.log(`${name} ${version}, ${what}: ${kilobytes(size)}`);
  }
}
