// Whatever comes in: a NotifierError or the right answer, never a trap, a stale view or wrong bytes.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { NotifierError, configuration, createEngine, event, file, steadyEngine } from './package.mjs';

const codeOf = (run) => {
  try {
    run();
    return 'none';
  } catch (error) {
    assert.ok(error instanceof NotifierError, `${error?.stack}`);
    return error.code;
  }
};

test('an event of 5 MB is routed', async () => {
  const engine = await steadyEngine();
  for (const text of ['x'.repeat(5_000_000), 'ü'.repeat(2_500_000), '🎉"\\\n'.repeat(600_000)]) {
    const json = JSON.stringify({ ...event, type_data: { text } });
    const deliveries = engine.route(json);
    assert.equal(deliveries.length, 4);
    assert.equal(deliveries[2].body, json);
    for (const { body, raw } of deliveries) assert.ok((body ?? raw).length > 0);
    JSON.parse(deliveries[0].body);
    // Small events are right after it, too.
    assert.equal(engine.route(event)[2].body, JSON.stringify(event));
  }
});

test('an event beyond the limit is too large', async () => {
  const engine = await steadyEngine();
  assert.equal(codeOf(() => engine.route(JSON.stringify({ text: 'x'.repeat(8 << 20) }))), 'too_large');
  assert.equal(codeOf(() => engine.route(new Uint8Array(9 << 20).fill(32))), 'too_large');
  assert.equal(engine.match(event).length, 4);
});

test('depth bombs are refused', async () => {
  const engine = await steadyEngine();
  for (const open of ['[', '{"a":']) {
    for (const depth of [300, 10_000, 1_000_000]) {
      const bomb = `{"type":"x","type_data":${open.repeat(depth)}`;
      assert.ok(['too_deep', 'invalid_json'].includes(codeOf(() => engine.route(bomb))));
      assert.ok(['too_deep', 'invalid_json'].includes(codeOf(() => engine.explain(bomb))));
      assert.ok(['too_deep', 'invalid_json'].includes(codeOf(() => engine.load(bomb))));
    }
  }
  assert.equal(codeOf(() => engine.route(`{"type_data":${'['.repeat(300)}${']'.repeat(300)}}`)), 'too_deep');
  assert.equal(engine.match(event).length, 4);
});

test('lone surrogates are replaced, in escapes and in strings', async () => {
  const engine = await steadyEngine();
  const escaped = JSON.stringify(event).replace('"ann"', String.raw`"a\ud800n"`);
  const bare = JSON.stringify(event).replace('"ann"', '"a\ud800n"');
  for (const json of [escaped, bare]) {
    const deliveries = engine.route(json);
    assert.equal(deliveries.length, 4);
    for (const delivery of deliveries) {
      if (delivery.platform === 'webhook') assert.equal(delivery.body, json);
      else assert.ok((delivery.body ?? delivery.raw).isWellFormed?.() ?? true);
    }
    assert.match(deliveries[0].body, /a\ufffdn/);
  }
  assert.equal(engine.notifier('\ud800'), undefined);
  assert.equal(codeOf(() => engine.addNotifier('\udfff', { name: 'x', platform: 'email' })), 'not_found');
});

test('bytes that are no UTF-8 are refused with their place', async () => {
  const engine = await steadyEngine();
  const bytes = new TextEncoder().encode('{"type":"a?b"}');
  bytes[10] = 0xff;
  try {
    engine.route(bytes);
    assert.fail('it was taken');
  } catch (error) {
    assert.equal(error.code, 'invalid_json');
    assert.equal(error.offset, 10);
  }
});

test('detached buffers are no events', async () => {
  const engine = await steadyEngine();
  const bytes = new TextEncoder().encode(JSON.stringify(event));
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  assert.equal(codeOf(() => engine.route(bytes)), 'invalid_json');
  assert.equal(codeOf(() => engine.route(bytes.buffer)), 'detached');
  assert.equal(engine.routeLines(bytes).length, 0);
});

test('a borrowed view that has gone stale is not taken for an event', async () => {
  const engine = await steadyEngine();
  const line = new TextEncoder().encode(JSON.stringify(event));
  const borrowed = engine.routeLines(line, { borrow: true });
  const size = borrowed.length;
  // Its own memory must grow to take it twice over: what is copied is what was there, or an error.
  let result = codeOf(() => engine.load(borrowed));
  assert.ok(['invalid_json', 'detached'].includes(result), result);
  assert.ok(borrowed.length === size || borrowed.length === 0);
  assert.equal(engine.match(event).length, 4);
});

test('memory may grow at any moment, in the middle of reading results', async () => {
  const engine = await steadyEngine();
  // Each event is larger than all before: bodies, heads, the input and the parser take turns in growing.
  for (let size = 1; size < 4_000_000; size = size * 3 + 1) {
    const json = JSON.stringify({ ...event, type_data: { text: 'é'.repeat(size) } });
    const deliveries = engine.route(json);
    assert.deepEqual(deliveries.map(({ notifierName }) => notifierName), ['ops', 'chat', 'hook', 'mail']);
    assert.equal(deliveries[2].body, json);
    JSON.parse(deliveries[0].body);
    JSON.parse(deliveries[1].body);
    const asBytes = engine.route(json, { as: 'bytes' });
    assert.equal(new TextDecoder().decode(asBytes[0].body), deliveries[0].body);
  }
});

test('memory may grow while results of another call are iterated', async () => {
  const engine = await steadyEngine();
  const seen = [];
  for (const delivery of engine.route(event)) {
    engine.load({ ...configuration, users: Array.from({ length: 5000 }, (_, i) => ({ id: `u${i}`, username: `name ${i}`, email: `u${i}@example.com` })) });
    seen.push(delivery.notifierName, (delivery.body ?? delivery.raw).length > 0);
  }
  assert.deepEqual(seen, ['ops', true, 'chat', true, 'hook', true, 'mail', true]);
});

test('memory may grow while the host is being asked', async () => {
  const other = await createEngine();
  let asked = 0;
  const engine = await steadyEngine({
    users: (id) => {
      ++asked;
      return `${'x'.repeat(50)}.${id}@example.com`;
    },
  });
  engine.updateNotifier('no-mail', { type_data: { user_ids: Array.from({ length: 100 }, (_, i) => `u${i}`) } });
  const mail = engine.route(event).at(-1);
  assert.equal(mail.envelope.to.length, 101);
  assert.ok(asked >= 100);
  other.dispose();
});

test('beyond 2 GB of memory, where an address no longer fits a signed number, all is as before', async () => {
  const apps = [
    { id: 'many', name: 'many', notifiers: Array.from({ length: 20_000 }, (_, i) => ({ name: `n${i}`, platform: 'slack', send_all_events: true, type_data: { webhook_url: 'https://example.com/hook' } })) },
    { id: 'mail', name: 'mail', notifiers: [{ name: 'mail', platform: 'email', send_all_events: true, type_data: { user_ids: ['us-1'] } }] },
  ];
  const answer = async (options) => {
    const engine = await steadyEngine({ ...options, users: (id) => `${id}@example.com` });
    engine.load({ version: 1, apps });
    const routed = apps.map(({ id }) => engine.route({ ...event, app_id: id }));
    return { engine, answers: [routed, engine.match({ ...event, app_id: 'many' }), engine.snapshot()] };
  };
  const low = await answer({ wasm: readFileSync(file('dist/notifier.wasm')) }); // in a memory of its own
  low.engine.dispose();
  // Engines share a module's memory, and each keeps what it needed for the largest event it has seen: some 110 MB.
  const large = JSON.stringify({ ...event, type_data: { text: 'x'.repeat(8_000_000) } });
  const engines = [];
  for (let i = 0; i < 24; ++i) {
    engines.push(await steadyEngine());
    assert.equal(engines[i].route(large)[2].body, large);
  }
  const high = await answer();
  assert.equal(high.answers[0][0].length, 20_000);
  assert.deepEqual(high.answers[0][1][0].envelope.to, ['us-1@example.com']);
  assert.deepEqual(high.answers, low.answers);
  for (const engine of [high.engine, ...engines]) engine.dispose();
});

test('many notifiers of one app share a body', async () => {
  const engine = await createEngine();
  const notifiers = Array.from({ length: 20_000 }, (_, i) => ({ name: `n${i}`, platform: ['slack', 'rocket_chat', 'webhook'][i % 3], send_all_events: true, type_data: { webhook_url: `https://example.com/${i}` } }));
  engine.load({ version: 1, apps: [{ id: 'app-1', name: 'shop', notifiers }] });
  const json = JSON.stringify({ ...event, type_data: { text: 'ü'.repeat(1000) } });
  const deliveries = engine.route(json);
  assert.equal(deliveries.length, 20_000);
  deliveries.forEach((delivery, i) => {
    assert.equal(delivery.notifierName, `n${i}`);
    assert.equal(delivery.url, `https://example.com/${i}`);
    assert.equal(delivery.body, deliveries[i % 3].body);
  });
  assert.equal(engine.match(event).length, 20_000);
});

test('calls with anything at all give an error or an answer', async () => {
  const engine = await steadyEngine();
  const odd = [undefined, null, 0, NaN, '', 'x', '\0', '{', '{}', '[]', 'null', [], {}, [[[]]], { type: {} }, { type: null, app_id: 3 }, new Date(NaN), new Map(), Symbol.iterator,
    () => {}, new Uint8Array(3), new Float64Array(2), new ArrayBuffer(9), { toJSON() { return '{'; } }, '\ufeff{}', '1e999', '{"type":"restart","app_id":"app-1","app_id":7}'];
  const methods = ['route', 'match', 'explain', 'load', 'validate', 'addApp', 'putUser', 'apply', 'routeLines', 'notifier', 'notifiers', 'removeNotifier'];
  for (const value of odd) {
    for (const method of methods) {
      try {
        engine[method](value);
      } catch (error) {
        assert.ok(error instanceof NotifierError || error instanceof TypeError, `${method}(${String(value)}): ${error.stack}`);
      }
    }
    for (const other of odd) {
      for (const method of ['preview', 'addNotifier', 'updateNotifier']) {
        try {
          engine[method](value, other);
        } catch (error) {
          assert.ok(error instanceof NotifierError || error instanceof TypeError, `${method}: ${error.stack}`);
        }
      }
    }
  }
  engine.load(configuration);
  assert.equal(engine.route(event).length, 4);
});

test('a stack that is nearly used up breaks the module at most, and a new engine works', async () => {
  const engine = await steadyEngine();
  const codes = new Set();
  const dive = () => {
    try {
      dive();
    } catch {}
    try {
      engine.match(event);
    } catch (error) {
      codes.add(error instanceof NotifierError ? error.code : error.constructor.name);
    }
  };
  dive();
  for (const code of codes) assert.ok(['failed', 'RangeError'].includes(code), code);
  const fresh = await steadyEngine();
  assert.equal(fresh.match(event).length, 4);
});

test('an event of 7.9 MB for 600 webhooks and 600 mails does not use up the module, and its bodies are whole', async () => {
  const engine = await steadyEngine();
  for (let i = 0; i < 600; ++i) {
    engine.addNotifier('shop', { name: `hook ${i}`, platform: 'webhook', send_all_events: true, type_data: { webhook_url: 'https://example.com/x' } });
    engine.addNotifier('shop', { name: `mail ${i}`, platform: 'email', send_all_events: true, type_data: { emails: [`ops+${i}@example.com`] } });
  }
  const body = JSON.stringify({ ...event, type_data: { logs: 'é🎉'.repeat(1_310_000) } });
  const small = engine.handle({ method: 'POST', url: '/v1/apps/shop/events', body: JSON.stringify(event) });
  const mails = new Map(engine.route(event).map(({ notifierId, raw }) => [notifierId, raw]));
  for (const delivery of small.deliveries) {
    if (delivery.platform === 'email') assert.equal(delivery.raw, mails.get(delivery.notifierId));
    assert.deepEqual(Object.keys(delivery).slice(-2), [delivery.platform === 'email' ? 'raw' : 'body', 'truncations']);
  }
  for (let again = 0; again < 3; ++again) {
    const { response, deliveries } = engine.handle({ method: 'POST', url: '/v1/apps/shop/events', body });
    assert.equal(response.status, 202);
    assert.equal(deliveries.length, 1204);
    for (const delivery of deliveries) {
      if (delivery.platform === 'webhook') assert.ok(delivery.body === body);
      if (delivery.platform === 'email') assert.match(delivery.raw.slice(0, 200), /^From: .*\r\nTo: /);
    }
  }
});
