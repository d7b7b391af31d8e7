// What a browser fetches for createEngine(), compressed, has a budget; and the README says what it is.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { file } from './package.mjs';
import { fetched, others, sizeOf } from './sizes.mjs';

const readme = readFileSync(file('README.md'), 'utf8');
/** The README's figure, in KB. */
function printed(name) {
  const [, figure] = new RegExp(`^\\| \\**${name.replace(/[.*/]/g, '\\$&')}[^|]*\\| \\**(\\d+) KB`, 'm').exec(readme) ?? [];
  return Number(figure);
}

for (const [name, entry, module, budget] of [
  ['notifier-wasm', 'dist/index.js', 'dist/notifier.wasm', 184],
  ['notifier-wasm/scalar', 'dist/scalar.js', 'dist/notifier-scalar.wasm', 189],
]) {
  test(`${name}: at most ${budget} KB, and what the README says`, (t) => {
    const files = fetched(entry, module);
    for (const { path, size } of files) t.diagnostic(`${size} ${path}`);
    const total = files.reduce((sum, { size }) => sum + size, 0);
    t.diagnostic(`${total} bytes in all`);
    assert.ok(total <= budget * 1024, `${total} bytes`);
    assert.ok(Math.abs(total / 1024 - printed(name)) <= 2, `${(total / 1024).toFixed(1)} KB: put the figures of tests/wasm/sizes.mjs into wasm/README.md`);
  });
}

test('the sizes of others are what the README says', () => {
  for (const [name] of others) {
    const { version, size } = sizeOf(name);
    assert.equal(Math.round(size / 1024), printed(`${name} ${version}`), `${name} ${version}`);
  }
});
