// What a browser fetches for createEngine(), compressed, has a budget.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { brotliCompressSync, constants } from 'node:zlib';
import { file } from './package.mjs';

const brotli = (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }).length;

/** A script and all that it imports at once. */
function fetched(path, seen = new Set()) {
  if (seen.has(path)) return seen;
  seen.add(path);
  for (const [, name] of readFileSync(path, 'utf8').matchAll(/(?:from|import)\s*"(\.[^"]+)"/g)) fetched(join(dirname(path), name), seen);
  return seen;
}

for (const [name, entry, module, budget] of [
  ['with SIMD', 'dist/index.js', 'dist/notifier.wasm', 150],
  ['without SIMD', 'dist/scalar.js', 'dist/notifier-scalar.wasm', 150],
]) {
  test(`${name}: at most ${budget} KB`, (t) => {
    const files = [...fetched(file(entry)), file(module)];
    const sizes = files.map((path) => brotli(readFileSync(path)));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    files.forEach((path, i) => t.diagnostic(`${sizes[i]} ${path.slice(file('').length)}`));
    t.diagnostic(`${total} bytes in all`);
    assert.ok(total <= budget * 1024, `${total} bytes`);
  });
}
