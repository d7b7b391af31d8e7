// The table of the wire contract (tests/conformance/api) through handle().

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createEngine, root } from './package.mjs';

const folder = join(root, 'tests/conformance/api');
const fixture = readFileSync(join(folder, 'fixture.json'));
const rows = readFileSync(join(folder, 'cases.ndjson'), 'utf8').trim().split('\n').map((line) => JSON.parse(line));

/** Whether a value is what the table expects, its keys in the same order. */
function compare(expected, actual, where) {
  if (expected === '$any') return;
  if (expected === '$id') return assert.ok(typeof actual === 'string' && actual !== '', `${where}: an id`);
  if (expected === '$date') return assert.match(actual, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, where);
  const size = /^\$array:(\d+)$/.exec(expected)?.[1];
  if (size !== undefined) return assert.equal(actual.length, Number(size), where);
  if (expected === null || typeof expected !== 'object') return assert.deepEqual(actual, expected, where);
  assert.equal(Array.isArray(actual), Array.isArray(expected), where);
  assert.deepEqual(Object.keys(actual), Object.keys(expected), where);
  for (const key of Object.keys(expected)) compare(expected[key], actual[key], `${where}.${key}`);
}

function asRequest({ method, target, headers, user, body, body_parts: parts = [] }) {
  if (body === undefined) body = parts.map(([text, times]) => text.repeat(times)).join('');
  else if (typeof body !== 'string') body = JSON.stringify(body);
  return {
    method,
    url: target,
    body,
    ...(headers && { headers }),
    ...(user && { user: { username: user[0], email: user[1], id: user[2] } }),
  };
}

// Made once: a module of its own for each row would cost more than the rows.
const keeper = await createEngine();

for (const row of rows) {
  test(row.rule, async () => {
    const engine = await createEngine({ clock: () => 1_600_000_000_000, ids: null }); // as the table has it: what has no id is known by what it is
    engine.load(fixture);
    for (const before of row.before ?? []) engine.apply(engine.handle(asRequest(before)).changes);
    const snapshot = engine.snapshot();
    const { response, changes, events, deliveries, streamAppId = '' } = engine.handle(asRequest(row.request));
    assert.equal(engine.snapshot(), snapshot);
    assert.equal(response.status, row.status, response.body);
    for (const [name, value] of Object.entries(row.headers ?? {})) assert.equal(response.headers[name], value);
    if ('text' in row) assert.equal(response.body, row.text);
    if ('body' in row) compare(row.body, JSON.parse(response.body), 'body');
    if ('changes' in row) assert.equal(changes.length, row.changes);
    if ('events' in row) assert.deepEqual(events.map(({ json }) => JSON.parse(json).type), row.events);
    if ('event_bodies' in row) compare(row.event_bodies, events.map(({ json }) => JSON.parse(json)), 'event_bodies');
    if ('deliveries' in row) assert.deepEqual(deliveries.map(({ platform, notifierName }) => `${platform} ${notifierName}`), row.deliveries);
    if ('stream' in row) assert.equal(streamAppId, row.stream);
    engine.apply(changes);
    engine.dispose();
  });
}

test('all rows were run', () => {
  assert.ok(rows.length >= 150, `${rows.length}`);
  keeper.dispose();
});
