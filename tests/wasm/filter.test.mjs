// Filters by themselves.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { createEngine, file, NotifierError, root } from './package.mjs';

const { compileFilter } = await import(pathToFileURL(file('dist/index_node.js')));
const pattern = { type_data: { status: ['build-error', { suffix: '-error' }] } };

test('patterns decide as the engine does whose language it is, and as in C++', async () => {
  let expected = '';
  let count = 0;
  for (const line of readFileSync(join(root, 'tests/data/filter_verdicts.txt'), 'utf8').split('\n')) {
    if (line === '') continue;
    if (line.startsWith('#')) {
      expected = line;
      continue;
    }
    ++count;
    if (expected === '# true' || expected === '# false') {
      const [json, event] = line.split(' <- ');
      const filter = await compileFilter(json);
      assert.equal(filter.matches(event), expected === '# true', line);
      assert.equal(filter.explain(event) === undefined, expected === '# true', line);
      filter.dispose();
    } else {
      await assert.rejects(compileFilter(line), (error) => error instanceof NotifierError && error.code === 'invalid' && error.fields.length === 1, line);
    }
  }
  assert.ok(count > 60, String(count));
});

test('an event is an object, a text or bytes', async () => {
  const filter = await compileFilter(pattern);
  const event = { type: 'deployment', type_data: { status: 'hook-error' } };
  assert.equal(filter.matches(event), true);
  assert.equal(filter.matches(JSON.stringify(event)), true);
  assert.equal(filter.matches(new TextEncoder().encode(JSON.stringify(event))), true);
  assert.equal(filter.explain(event), undefined);
  assert.equal(filter.explain({ type_data: { status: 'success' } }), "type_data.status is 'success'; the filter wants 'build-error' or what ends with '-error'");
  assert.throws(() => filter.matches('{"a":'), { code: 'invalid_json', offset: 5 });
  assert.equal(filter.matches({}), false);
});

test('what is no pattern is refused with its place', async () => {
  await assert.rejects(compileFilter({ type_data: { status: 'x' } }), { code: 'invalid', field: 'type_data.status', message: /must be a list of values/ });
  await assert.rejects(compileFilter('{'), { code: 'invalid_json' });
  await assert.rejects(compileFilter({ a: [{ sufix: 'x' }] }), { code: 'invalid', message: /suffix/ });
});

test('it is freed by dispose(), and then refuses', async () => {
  const filter = await compileFilter(pattern);
  filter.dispose();
  filter.dispose();
  assert.throws(() => filter.matches({}), { code: 'disposed' });
  assert.throws(() => filter.explain({}), { code: 'disposed' });
  if (Symbol.dispose === undefined) return;
  const other = await compileFilter(pattern);
  other[Symbol.dispose]();
  assert.throws(() => other.matches({}), { code: 'disposed' });
});

test('it stands beside engines, and lives without one', async () => {
  const engine = await createEngine();
  const filter = await compileFilter(pattern);
  engine.dispose();
  assert.equal(filter.matches({ type_data: { status: 'build-error' } }), true);
  const next = await createEngine();
  filter.dispose();
  assert.deepEqual(next.apps(), []);
  const before = process.memoryUsage().arrayBuffers;
  for (let i = 0; i < 2_000; ++i) (await compileFilter({ ...pattern, app_name: [`app ${i}`] })).dispose();
  assert.ok(process.memoryUsage().arrayBuffers - before < 1 << 20);
});

test('it may come from a module of the host', async () => {
  const filter = await compileFilter(pattern, { wasm: readFileSync(file('dist/notifier-scalar.wasm')) });
  assert.equal(filter.matches({ type_data: { status: 'build-error' } }), true);
});
