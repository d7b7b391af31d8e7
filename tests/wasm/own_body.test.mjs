// Webhooks with a body of their own: a JSON template, filled from the event and from what people are told of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEngine } from './package.mjs';

const event = { id: 'ev-1', type: 'furnace_hot', app_id: 'app-1', app_name: 'shop', severity: 'error', url: 'https://f.example/2', type_data: { furnace: 'F2 "é🎉"', at: 1312.5, zones: ['north', 'roof'], door: { id: 7 } } };

async function shop() {
  const engine = await createEngine();
  engine.load({ apps: [{ id: 'app-1', name: 'shop' }] });
  return engine;
}
const draft = (body) => ({ name: 'own', platform: 'webhook', send_all_events: true, type_data: { webhook_url: 'https://example.com/x', body } });

test('a body is an object, here as over HTTP, and what is sent is filled in', async () => {
  const engine = await shop();
  const body = { text: '{@title}: {furnace}[ at {at} C][ by {nobody}]', at: '{at}', zones: '{zones}', door: '{door}', none: '{none}', all: '{@event}', severity: '{@severity}', link: '{@link}', plain: ['[x|y]', 1, null] };
  const { id, type_data: kept } = engine.addNotifier('shop', draft(body));
  assert.deepEqual(kept.body, body);
  assert.deepEqual(engine.notifier(id).type_data.body, body);
  const [{ body: sent }] = engine.route(event);
  assert.deepEqual(JSON.parse(sent), { text: 'shop: furnace hot: F2 "é🎉" at 1312.5 C', at: 1312.5, zones: ['north', 'roof'], door: { id: 7 }, none: null, all: event, severity: 'error', link: 'https://f.example/2', plain: ['[x|y]', 1, null] });
  const [{ body: bytes }] = engine.route(event, { as: 'bytes' });
  assert.equal(Buffer.from(bytes).toString(), sent);
  assert.equal(engine.preview(id, event).body, sent);

  const other = await createEngine();
  other.load(engine.snapshot());
  assert.equal(other.route(event)[0].body, sent);

  engine.updateNotifier(id, { type_data: { body: null } });
  assert.equal(engine.notifier(id).type_data.body, undefined);
  assert.equal(engine.route(event)[0].body, JSON.stringify(event));
});

test('what is wrong with a body is said with its place', async () => {
  const engine = await shop();
  const fault = (body) => {
    try {
      engine.addNotifier('shop', draft(body));
    } catch (error) {
      assert.equal(error.code, 'invalid');
      return error.fields;
    }
    return 'none';
  };
  assert.deepEqual(fault({ a: ['x {at'] }), [{ field: 'type_data.body', code: 'wording', message: "at a[0], character 3: a slot has no '}'" }]);
  assert.equal(fault({ a: '{api_key}' })[0].code, 'wording');
  assert.equal(fault('x'.repeat(20_000))[0].code, 'too_long');
  assert.equal(fault('{@event}'), 'none');
});
