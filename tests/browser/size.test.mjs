// What a browser fetches for the dashboard, beside the engine.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { brotliCompressSync, constants } from 'node:zlib';

const folder = join(process.env.NOTIFIER_DIST ?? new URL('../../wasm/dist/', import.meta.url).pathname, 'dashboard');

async function reach(names, pattern) {
  const found = new Map();
  const visit = async (name) => {
    if (found.has(name)) return;
    const text = await readFile(join(folder, name), 'utf8');
    found.set(name, text);
    for (const [, target] of text.matchAll(pattern)) if (target.startsWith('./')) await visit(join(dirname(name), target));
  };
  for (const name of names) await visit(name);
  return found;
}

const size = (texts) => [...texts.values()].reduce((sum, text) => sum + brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length, 0);

test('at most 26 KB before the first row and 80 KB more when it is needed', async () => {
  const first = await reach(['index.js'], /(?:from|import)"([^"]+)"/g);
  const all = await reach(['index.js'], /(?:from|import\(|import)"([^"]+)"/g);
  // Who reads English fetches neither the page's French nor that of messages.
  const english = new Map([...all].filter(([name]) => !/^(strings_fr|french_rows)-/.test(name)));
  const later = size(english) - size(first);
  console.log(`before the first row ${size(first)} bytes, later ${later} bytes in English, ${size(all) - size(first)} with all languages`);
  assert.equal(all.size - english.size, 2);
  assert.ok(later <= 60 * 1024);
  assert.ok(all.size > first.size);
  assert.ok(size(first) <= 26 * 1024);
  assert.ok(size(all) - size(first) <= 80 * 1024);
});

test('importing it where there is no page does nothing', async () => {
  const { NotifierDashboard } = await import(join(folder, 'index.js'));
  assert.equal(typeof NotifierDashboard, 'function');
  assert.equal(globalThis.customElements, undefined);
});
