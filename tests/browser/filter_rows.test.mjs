// What the form of the dashboard makes of filters: rows, and filters of them. Bundled from its source, since no host sees it.

import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { mkdtempSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { dist } from './browser.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'notifier-filter-rows-'));
after(() => rmSync(folder, { recursive: true }));
createRequire(import.meta.url)('esbuild').buildSync({ entryPoints: [join(root, 'wasm/dashboard/filter_rows.ts')], bundle: true, format: 'esm', outfile: join(folder, 'rows.mjs'), logLevel: 'error' });
const { askedTwice, failures, fieldsOfEvent, readRows, writeRows } = await import(pathToFileURL(join(folder, 'rows.mjs')).href);
const { compileFilter, createEngine } = await import(pathToFileURL(join(dist, 'index_node.js')).href);

const row = (field, comparison, values = '') => ({ field, comparison, values });

/** Which of the values of `a` a row lets through. */
async function passing(rows, values) {
  const filter = await compileFilter(writeRows(rows));
  try {
    return values.filter((value) => filter.matches(JSON.stringify(value === undefined ? { b: 1 } : { a: value })));
  } finally {
    filter.dispose();
  }
}

test('a row takes what its words say', async () => {
  const values = ['build-error', 'crashed-error', 'success', '', '3', 3, 7, true, null, undefined, 'a*b', 'a\\b', 'axb'];
  assert.deepEqual(await passing([row('a', 'is', 'success, build-error')], values), ['build-error', 'success']);
  assert.deepEqual(await passing([row('a', 'is', '3')], values), ['3', 3], 'a number and its text: who types it knows neither');
  assert.deepEqual(await passing([row('a', 'is', 'true, null')], values), [true, null]);
  assert.deepEqual(await passing([row('a', 'isNot', 'success')], values), values.filter((value) => value !== 'success'), 'what is not there is not it, either');
  assert.deepEqual(await passing([row('a', 'isNot', '3')], values), values.filter((value) => value !== 3));
  assert.deepEqual(await passing([row('a', 'contains', 'error')], values), ['build-error', 'crashed-error']);
  assert.deepEqual(await passing([row('a', 'contains', 'a*b')], values), ['a*b'], 'a star stands for itself');
  assert.deepEqual(await passing([row('a', 'contains', 'a\\b')], values), ['a\\b']);
  assert.deepEqual(await passing([row('a', 'beginsWith', 'build, suc')], values), ['build-error', 'success']);
  assert.deepEqual(await passing([row('a', 'endsWith', '-error')], values), ['build-error', 'crashed-error']);
  assert.deepEqual(await passing([row('a', 'above', '3')], values), [7]);
  assert.deepEqual(await passing([row('a', 'atLeast', '3')], values), [3, 7]);
  assert.deepEqual(await passing([row('a', 'below', '7')], values), [3]);
  assert.deepEqual(await passing([row('a', 'atMost', '7')], values), [3, 7]);
  assert.deepEqual(await passing([row('a', 'exists')], values), values.filter((value) => value !== undefined));
  assert.deepEqual(await passing([row('a', 'isAbsent')], values), [undefined]);
  assert.deepEqual(await passing([row('a', 'is', '3'), row('b', 'exists')], values), [], 'all rows have to hold');
});

test('rows that were written are read as they were', () => {
  const rows = [row('type', 'is', 'deployment'), row('type_data.status', 'contains', 'a*b, c\\d'), row('type_data.count', 'isNot', '3, 4'), row('a', 'atLeast', '-1.5'), row('b', 'isAbsent'), row('c', 'beginsWith', 'x'), row('d', 'isNot', 'x')];
  assert.deepEqual(readRows(writeRows(rows)).map(({ given: _, ...rest }) => rest), rows);
});

test('a filter in nested objects is rows too, and a row that nobody touched stays as it was', () => {
  const filter = { type: ['deployment'], type_data: { status: ['3', { suffix: 'x' }].slice(0, 1), user: { name: [{ prefix: 'a' }] } } };
  const rows = readRows(filter);
  assert.deepEqual(rows.map(({ field, comparison, values }) => [field, comparison, values]), [['type', 'is', 'deployment'], ['type_data.status', 'is', '3'], ['type_data.user.name', 'beginsWith', 'a']]);
  assert.deepEqual(writeRows(rows), { type: ['deployment'], 'type_data.status': ['3'], 'type_data.user.name': [{ prefix: 'a' }] });
});

test('what rows cannot say is left to its JSON', () => {
  const others = [{ $or: [{ a: [1] }, { b: [2] }] }, { a: [{ cidr: '10.0.0.0/8' }] }, { a: [{ numeric: ['>', 1, '<', 5] }] }, { a: [1, { prefix: 'x' }] }, { a: [{ wildcard: 'x*y' }] }, { a: ['one, two'] }, { a: [''] },
    { a: [{ 'anything-but': ['x'] }] }, { a: [{ 'anything-but': { prefix: 'x' } }, { exists: false }] }, { a: { b: [1] }, 'a.b': [2] }, { a: [] }, {}, { a: 'x' }, { a: [{ exists: true }, { exists: false }] }, { a: [[1]] }];
  for (const filter of others) assert.equal(readRows(filter), undefined, JSON.stringify(filter));
});

test('a row that is not whole does not count, and a field asked for twice is named', () => {
  assert.equal(writeRows([row('', 'is', 'x'), row('a', 'is', ' , '), row(' ', 'exists')]), undefined);
  assert.equal(askedTwice([row('a', 'is', 'x'), row('b', 'is', 'x'), row(' a ', 'exists')]), 'a');
  assert.equal(askedTwice([row('a', 'is', 'x'), row('a', 'is', '')]), undefined);
});

test('fields are offered from events, those of lists as theirs, and no end of them', () => {
  const event = { type: 'x', type_data: { items: [{ id: 1 }, { id: 2 }], deep: { a: { b: true } } }, text: 'y'.repeat(500) };
  assert.deepEqual([...fieldsOfEvent(event)].map(([field, values]) => [field, [...values]]), [['type', ['x']], ['type_data.items.id', ['1', '2']], ['type_data.deep.a.b', ['true']], ['text', []]]);
  assert.equal(fieldsOfEvent(Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`k${i}`, i]))).size, 500);
});

test('only failures: what the library tells in red, of all that was recorded', async () => {
  const engine = await createEngine();
  const filter = await compileFilter(failures);
  const color = (event) => JSON.parse(engine.preview({ name: 'x', platform: 'slack', type_data: { webhook_url: 'https://hooks.slack.com/services/a' } }, event).body).attachments[0].color;
  const events = readFileSync(join(root, 'tests/data/events.ndjson'), 'utf8').split('\n').filter(Boolean);
  const red = color('{"type":"crash","type_data":{}}');
  let count = 0;
  for (const event of [...events, ...['error', 'Err', 'Critical', 'CRIT', 'fatal', 'alert', 'emergency', 'EMERG', 'panic', 'major', 'ERROR3', 'FATAL4', 'info', 'warning', 'minor', 'notice', 'resolved', 'errors', 'x'].flatMap((level) => [`{"type":"own","severity":"${level}"}`, `{"type":"own","type_data":{"level":"${level}"}}`])]) {
    assert.equal(filter.matches(event), color(event) === red, event.slice(0, 300));
    count += filter.matches(event);
  }
  assert.ok(count > 8, `${count} failures`);
  filter.dispose();
  engine.dispose();
});
