// The TypeScript API, as its users see it.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { NotifierError, configuration, createEngine, createEngineSync, event, file, steadyEngine } from './package.mjs';

const wasm = readFileSync(file('dist/notifier.wasm'));

function error(code, run) {
  try {
    run();
  } catch (thrown) {
    assert.ok(thrown instanceof NotifierError, `${thrown}`);
    assert.equal(thrown.name, 'NotifierError');
    assert.equal(thrown.code, code);
    return thrown;
  }
  assert.fail(`no error, but ${code} was expected`);
}

test('an engine is made from nothing, bytes, a module, a response, a promise of one, a URL', async () => {
  const module = new WebAssembly.Module(wasm);
  const response = () => new Response(wasm, { headers: { 'content-type': 'application/wasm' } });
  const url = `data:application/wasm;base64,${wasm.toString('base64')}`;
  const sources = [undefined, wasm, new Uint8Array(wasm).buffer, module, response(), Promise.resolve(response()), new Response(wasm), url, new URL(url)];
  for (const source of sources) {
    const engine = await createEngine(source === undefined ? {} : { wasm: source });
    assert.deepEqual(engine.apps(), []);
    engine.dispose();
  }
  assert.deepEqual(createEngineSync(wasm).apps(), []);
  assert.deepEqual(createEngineSync(module).apps(), []);
});

test('what is not our module is refused', async () => {
  const other = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);
  for (const source of [other, new Uint8Array([1, 2, 3]), new Response('no', { status: 404 }), 'data:text/plain,no']) {
    await assert.rejects(createEngine({ wasm: source }), { name: 'NotifierError', code: 'unsupported' });
  }
  error('unsupported', () => createEngineSync(other));
  error('unsupported', () => createEngineSync(new Uint8Array([1, 2, 3])));
});

test('an engine that could not be made does not stop the next', async () => {
  await assert.rejects(createEngine({ wasm: new Uint8Array(3) }));
  (await createEngine()).dispose();
});

test('route gives a plain object for each notifier that accepts the event, oldest first', async () => {
  const engine = await steadyEngine();
  const json = JSON.stringify(event);
  const deliveries = engine.route(json);
  assert.deepEqual(deliveries.map((delivery) => delivery.notifierId), ['no-slack', 'no-rocket', 'no-hook', 'no-mail']);
  assert.deepEqual(deliveries.map((delivery) => delivery.platform), ['slack', 'rocket_chat', 'webhook', 'email']);
  for (const delivery of deliveries) {
    assert.equal(Object.getPrototypeOf(delivery), Object.prototype);
    assert.equal(delivery.appId, 'app-1');
    assert.equal(delivery.eventId, 'ev-1');
    assert.equal(delivery.eventType, 'restart');
    assert.match(delivery.idempotencyKey, /^msg_[0-9a-f]{32}$/);
    assert.deepEqual(delivery.truncations, []);
    assert.deepEqual(structuredClone(delivery), delivery);
    assert.deepEqual(JSON.parse(JSON.stringify(delivery)), delivery);
  }
  assert.equal(new Set(deliveries.map((delivery) => delivery.idempotencyKey)).size, 4);
  const [slack, rocket, hook, mail] = deliveries;
  assert.equal(slack.method, 'POST');
  assert.equal(slack.url, 'https://hooks.slack.com/services/T/B/x');
  assert.match(JSON.stringify(slack.headers).toLowerCase(), /"content-type":"application\/json/);
  assert.match(JSON.parse(slack.body).text, /shop/);
  assert.match(rocket.body, /shop/);
  assert.equal(hook.body, json);
  assert.deepEqual(mail.envelope.to, ['ann@example.com', 'ops@example.com'].filter((to) => mail.envelope.to.includes(to)).length === 2 ? mail.envelope.to : []);
  assert.match(mail.raw, /^From: /m);
  assert.match(mail.raw, /\r\n\r\n/);
});

test('an HTTP delivery is what fetch takes', async () => {
  const engine = await steadyEngine();
  for (const delivery of engine.route(event)) {
    if (delivery.platform === 'email') continue;
    const request = new Request(delivery.url, delivery);
    assert.equal(request.method, 'POST');
    assert.equal(await request.text(), delivery.body);
  }
});

test('an event may be an object, a string, bytes, a buffer, a view', async () => {
  const engine = await steadyEngine();
  const text = JSON.stringify(event);
  const bytes = new TextEncoder().encode(text);
  const padded = new Uint8Array(bytes.length + 7);
  padded.set(bytes, 3);
  const expected = engine.route(text);
  for (const input of [event, bytes, bytes.buffer, Buffer.from(text), padded.subarray(3, 3 + bytes.length), new DataView(bytes.buffer)]) {
    assert.deepEqual(engine.route(input), expected);
  }
});

test('bodies stay bytes where that is asked for', async () => {
  const engine = await steadyEngine();
  const odd = { ...event, type_data: { text: 'über 🎉' } };
  const texts = engine.route(odd);
  const bytes = engine.route(odd, { as: 'bytes' });
  texts.forEach((delivery, i) => {
    const { body, raw, ...rest } = delivery;
    const { body: bodyBytes, raw: rawBytes, ...restOfBytes } = bytes[i];
    assert.deepEqual(restOfBytes, rest);
    assert.ok((bodyBytes ?? rawBytes) instanceof Uint8Array);
    assert.equal(new TextDecoder().decode(bodyBytes ?? rawBytes), body ?? raw);
  });
});

test('text beyond ASCII comes out whole, whatever lies beside it', async () => {
  const engine = await steadyEngine();
  const names = ['plain', 'zwölf', '日本語', '🎉 party 🎈', '\u{10ffff}', 'e\u0301', '\ufeffmark', '"quoted\\"'];
  engine.load({
    version: 1,
    apps: [{ id: 'app-1', name: 'größe 🎉', notifiers: names.map((name, i) => ({ id: `ñ-${i}`, name, platform: i % 2 ? 'slack' : 'rocket_chat', send_all_events: true, type_data: { webhook_url: `https://example.com/${i}` } })) }],
  });
  const deliveries = engine.route({ ...event, id: 'ev-日本', app_name: 'größe 🎉', user: { username: 'Zoë 🎈' } });
  assert.deepEqual(deliveries.map((delivery) => delivery.notifierName), names);
  assert.deepEqual(deliveries.map((delivery) => delivery.notifierId), names.map((_, i) => `ñ-${i}`));
  for (const delivery of deliveries) {
    assert.equal(delivery.eventId, 'ev-日本');
    assert.match(delivery.idempotencyKey, /^msg_[0-9a-f]{32}$/);
    assert.match(JSON.stringify(JSON.parse(delivery.body)), /größe 🎉/);
  }
});

test('match gives the ids that route would tell', async () => {
  const engine = await steadyEngine();
  const ids = engine.route(event).map((delivery) => delivery.notifierId);
  assert.deepEqual(engine.match(event), ids);
  assert.deepEqual(engine.match(JSON.stringify(event)), ids);
  assert.deepEqual(engine.match({ type: 'restart', app_id: 'nobody' }), []);
});

test('what is known of a notifier is forgotten when it changes', async () => {
  const engine = await steadyEngine();
  engine.route(event);
  engine.match(event);
  engine.updateNotifier('no-slack', { name: 'renamed', type_data: { webhook_url: 'https://hooks.slack.com/services/new' } });
  engine.removeNotifier('no-rocket');
  const [first, second] = engine.route(event);
  assert.equal(first.notifierName, 'renamed');
  assert.equal(first.url, 'https://hooks.slack.com/services/new');
  assert.equal(second.notifierId, 'no-hook');
  assert.deepEqual(engine.match(event), ['no-slack', 'no-hook', 'no-mail']);
  engine.load({ version: 1, apps: [] });
  assert.deepEqual(engine.match(event), []);
});

test('an alert reaches the notifiers that the host names', async () => {
  const engine = await steadyEngine();
  const alert = { ...event, type: 'alert' };
  assert.deepEqual(engine.match(alert), []);
  assert.deepEqual(engine.match(alert, { notifierIds: ['no-hook', 'no-off', 'other'] }), ['no-hook']);
  assert.deepEqual(engine.route(alert, { notifierIds: ['no-slack'] }).map((delivery) => delivery.notifierId), ['no-slack']);
  const account = { type: 'new_key', id: 'ev-2' };
  assert.deepEqual(engine.match(account, { appIds: ['app-1'] }).length, 4);
  assert.equal(engine.explain(account).status, 'no_app');
});

test('an event that is none gives an error with the byte of its fault', async () => {
  const engine = await steadyEngine();
  const thrown = error('invalid_json', () => engine.route('{"type":"ü" x}'));
  assert.equal(thrown.offset, 13);
  assert.ok(thrown.message.length > 0);
  error('not_an_object', () => engine.route('[]'));
  error('not_an_object', () => engine.match('1'));
  error('invalid_json', () => engine.route(''));
  error('invalid_json', () => engine.explain(new Uint8Array()));
  error('invalid_json', () => engine.route(undefined));
  error('invalid_json', () => engine.route({ big: 1n }));
  const circle = {};
  circle.circle = circle;
  error('invalid_json', () => engine.route(circle));
});

test('apps are added and listed', async () => {
  const engine = await steadyEngine();
  const added = engine.addApp({ name: 'blog', owner: { id: 'us-2', username: 'bob', email: 'bob@example.com' }, default_notifier: true });
  assert.deepEqual(added, { id: added.id, name: 'blog', owner: { id: 'us-2', username: 'bob', email: 'bob@example.com' } });
  assert.ok(added.id.length > 0);
  assert.deepEqual(engine.apps().map((app) => app.name), ['shop', 'blog']);
  assert.equal(engine.notifiers('blog')[0].name, "Default 'blog' notifier");
  assert.equal(error('invalid', () => engine.addApp({ name: 'blog' })).fields[0].field, 'name');
});

test('notifiers are added, found, changed and removed in the shapes of the HTTP API', async () => {
  const engine = await steadyEngine();
  const added = engine.addNotifier('shop', { name: 'new', platform: 'slack', type_data: { webhook_url: 'https://hooks.slack.com/n', extra: [1] } });
  assert.deepEqual(Object.keys(added), ['id', 'name', 'active', 'type', 'platform_id', 'created_at', 'updated_at', 'send_all_alerts', 'send_all_events', 'selected_event_ids', 'app_id', 'app', 'type_data']);
  assert.match(added.id, /^no-/);
  assert.equal(added.active, true);
  assert.equal(added.created_at, '2024-05-14T09:46:42.077Z');
  assert.deepEqual(added.type_data, { webhook_url: 'https://hooks.slack.com/n', extra: [1] });
  assert.deepEqual(engine.notifier(added.id), added);
  assert.deepEqual(engine.notifiers('app-1').at(-1), added);
  const changed = engine.updateNotifier(added.id, { active: false, selected_events: ['deployment'], type_data: { extra: null } });
  assert.equal(changed.active, false);
  assert.equal(changed.name, 'new');
  assert.equal(changed.selected_event_ids.length, 1);
  assert.deepEqual(changed.type_data, { webhook_url: 'https://hooks.slack.com/n' });
  assert.ok(changed.updated_at > added.updated_at);
  assert.deepEqual(engine.removeNotifier(added.id).id, added.id);
  assert.equal(engine.notifier(added.id), undefined);
});

test('faults of a draft come all at once, each with its field', async () => {
  const engine = await steadyEngine();
  const thrown = error('invalid', () => engine.addNotifier('shop', { name: '', platform: 'slack', active: 3 }));
  assert.deepEqual(thrown.fields.map(({ field }) => field).sort(), ['active', 'name', 'type_data.webhook_url'].sort());
  for (const { message, code } of thrown.fields) assert.ok(message && code);
  assert.equal(error('not_found', () => engine.addNotifier('nobody', { name: 'x', platform: 'slack' })).field, 'app');
  error('not_found', () => engine.updateNotifier('nobody', {}));
  error('not_found', () => engine.removeNotifier('nobody'));
  error('not_found', () => engine.notifiers('nobody'));
  error('invalid', () => engine.validate({ name: '', platform: 'email' }));
  assert.equal(engine.validate({ name: 'x', platform: 'email' }).type, 'email');
});

test('a snapshot brings everything back', async () => {
  const engine = await steadyEngine();
  const snapshot = engine.snapshot();
  const other = await createEngine();
  other.load(snapshot);
  assert.equal(other.snapshot(), snapshot);
  assert.deepEqual(other.route(event), engine.route(event));
  other.load(new TextEncoder().encode(snapshot));
  other.load(JSON.parse(snapshot));
  assert.deepEqual(other.notifiers('shop'), engine.notifiers('shop'));
  const thrown = error('invalid', () => other.load({ version: 1, apps: [{ name: 'a', notifiers: [{ name: '', platform: 'slack' }] }] }));
  assert.ok(thrown.fields.some(({ field }) => field.startsWith('apps[0].notifiers[0]')));
  assert.equal(other.snapshot(), snapshot);
});

test('explain gives the one reason for each notifier', async () => {
  const engine = await steadyEngine();
  const { status, notifiers } = engine.explain(event);
  assert.equal(status, 'app');
  assert.deepEqual(notifiers.map(({ notifier_id, receives, reason }) => [notifier_id, receives, reason]), [
    ['no-slack', true, 'sends_all_events'],
    ['no-rocket', true, 'sends_all_events'],
    ['no-hook', true, 'sends_all_events'],
    ['no-mail', true, 'sends_all_events'],
    ['no-off', false, 'inactive'],
  ]);
});

test('a preview has the bytes of the real thing, for stored notifiers and drafts', async () => {
  const engine = await steadyEngine();
  const routed = engine.route(event);
  for (const delivery of routed) assert.deepEqual(engine.preview(delivery.notifierId, event), delivery);
  const off = engine.preview('no-off', event);
  assert.equal(off.notifierName, 'off');
  const draft = engine.preview({ name: 'draft', platform: 'slack', type_data: { webhook_url: 'https://hooks.slack.com/d' } }, event);
  assert.equal(draft.body, routed[0].body);
  assert.equal(draft.notifierName, 'draft');
  assert.equal(draft.url, 'https://hooks.slack.com/d');
  // The next draft may lie where the last one lay.
  assert.equal(engine.preview({ name: 'other', platform: 'slack', type_data: { webhook_url: 'https://hooks.slack.com/o' } }, event).notifierName, 'other');
  error('not_found', () => engine.preview('nobody', event));
  error('invalid', () => engine.preview({ name: '', platform: 'slack' }, event));
  error('invalid_json', () => engine.preview('no-slack', '{'));
});

test('the catalogue is there', async () => {
  const engine = await createEngine();
  const { platforms, event_categories, event_types, event_kinds } = engine.catalogue();
  assert.equal(platforms.length, 14);
  assert.equal(event_types.length, 50);
  assert.equal(event_kinds.length, 96);
  assert.ok(event_categories.length > 0);
  const categories = new Set(event_categories.map(({ id }) => id));
  for (const type of event_types) assert.ok(categories.has(type.category_id));
});

test('the host looks up users, the registry knows the rest', async () => {
  const asked = [];
  const engine = await steadyEngine({
    users: (id) => {
      asked.push(id);
      return id === 'us-9' ? { email: 'nine@example.com' } : undefined;
    },
  });
  engine.updateNotifier('no-mail', { type_data: { user_ids: ['us-9', 'us-1', 'us-0'], emails: [] } });
  const mail = engine.route(event).find(({ platform }) => platform === 'email');
  assert.deepEqual(mail.envelope.to, ['nine@example.com', 'ann@example.com']);
  assert.deepEqual([...new Set(asked)].sort(), ['us-0', 'us-1', 'us-9']);
});

test('clock and ids are the host\'s, and are not asked before they are needed', async () => {
  let times = 0;
  let drawn = 0;
  const engine = await createEngine({ clock: () => (++times, new Date('2030-01-02T03:04:05.678Z')), ids: (prefix) => (++drawn, `${prefix}mine`) });
  engine.load(configuration);
  engine.route(event);
  assert.equal(drawn, 0);
  const added = engine.addNotifier('shop', { name: 'n', platform: 'email' });
  assert.equal(added.id, 'no-mine');
  assert.equal(added.created_at, '2030-01-02T03:04:05.678Z');
  assert.ok(times > 0 && drawn === 1);
});

test('nothing is drawn and no clock is read to make an engine', async () => {
  const { now } = Date;
  const { randomUUID } = crypto;
  const { random } = Math;
  let read = 0;
  Math.random = crypto.randomUUID = () => assert.fail('must not be called');
  Date.now = () => ++read;
  try {
    const engine = await createEngine();
    assert.equal(read, 0);
    engine.load(configuration);
    engine.route(event);
  } finally {
    Date.now = now;
    crypto.randomUUID = randomUUID;
    Math.random = random;
  }
});

test('without options ids are random and times real', async () => {
  const engine = await createEngine();
  engine.addApp({ name: 'a' });
  const before = Date.now();
  const [first, second] = [1, 2].map(() => engine.addNotifier('a', { name: 'n', platform: 'email' }));
  assert.match(first.id, /^no-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.notEqual(first.id, second.id);
  assert.ok(Math.abs(Date.parse(first.created_at) - before) < 60_000);
});

test('what an option throws comes out, and the engine goes on', async () => {
  const wrong = new Error('no clock');
  let broken = true;
  const engine = await createEngine({
    clock: () => {
      if (broken) throw wrong;
      return 0;
    },
  });
  assert.throws(() => engine.addApp({ name: 'a', default_notifier: true, owner: { id: 'u', username: 'u', email: 'u@example.com' } }), (thrown) => thrown === wrong);
  broken = false;
  engine.addApp({ name: 'b' });
  engine.addNotifier('b', { name: 'n', platform: 'email' });
});

test('an option must not call the engine that is calling it', async () => {
  let inner;
  const engine = await steadyEngine({
    users: () => {
      inner = error('busy', () => engine.route(event));
      return undefined;
    },
  });
  const deliveries = engine.route(event);
  assert.equal(deliveries.length, 4);
  assert.ok(inner);
});

test('settings of mails and links can be given', async () => {
  const engine = await steadyEngine();
  engine.configure({ emailFrom: 'Shop <shop@example.com>', linkBase: 'https://dash.example.com' });
  const mail = engine.route(event).find(({ platform }) => platform === 'email');
  assert.equal(mail.envelope.from, 'shop@example.com');
  assert.match(mail.raw, /From: Shop <shop@example.com>/);
  assert.match(engine.route(event)[0].body, /https:\/\/dash\.example\.com\/apps\/shop/);
  error('invalid', () => engine.configure({ emailFrom: 'no address' }));

  engine.configure({ links: { app: 'https://dash.example.com/{region}/{@app}' } });
  const linked = engine.route({ ...event, region: 'fr 1' });
  assert.match(linked[0].body, /https:\/\/dash\.example\.com\/fr%201\/shop/);
  assert.match(engine.route(event)[0].body, /https:\/\/dash\.example\.com\/apps\/shop/);
  error('invalid', () => engine.configure({ links: { app: 'https://dash.example.com/{' } }));
  error('invalid', () => engine.configure({ links: { apps: 'https://dash.example.com/' } }));
});

test('signing keys are told to who sends, and to nobody else', async () => {
  const engine = await steadyEngine();
  const key = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
  const { id, type_data } = engine.addNotifier('shop', { name: 'signed', platform: 'webhook', type_data: { webhook_url: 'https://example.com/', signing_secret: key } });
  assert.equal(type_data.signing_secret, undefined);
  assert.deepEqual(engine.signingSecrets(id), [key]);
  assert.deepEqual(engine.signingSecrets('no-slack'), []);
  assert.deepEqual(engine.signingSecrets('no-such'), []);
  assert.ok(!JSON.stringify(engine.notifiers('shop')).includes(key));
});

test('a notifier that kept failing is switched off like any change: planned, told of, applied by the host', async () => {
  const engine = await steadyEngine();
  const { changes, events, deliveries } = engine.switchOff('app-1', 'no-hook', 'the target is gone for good');
  assert.equal(engine.notifier('no-hook').active, true);
  assert.deepEqual(changes.map(({ op, notifier: { id, active } }) => [op, id, active]), [['put_notifier', 'no-hook', false]]);
  const { type, type_data } = JSON.parse(events[0].json);
  assert.deepEqual([type, type_data.notifier_id, type_data.active, type_data.disabled_because], ['edit_notifier', 'no-hook', false, 'the target is gone for good']);
  assert.deepEqual(deliveries.map(({ notifierId }) => notifierId), ['no-slack', 'no-rocket', 'no-mail']);
  engine.apply(changes);
  assert.equal(engine.notifier('no-hook').active, false);
  assert.deepEqual(engine.switchOff('app-1', 'no-hook', 'again').changes, []);
  assert.equal(engine.switchOff('app-1', 'no-such', 'x').response.status, 404);
});

test('a notifier with a filter is told of what its filter lets through, and why not is explained', async () => {
  const engine = await steadyEngine();
  const filter = { type_data: { status: ['build-error', { suffix: '-error' }] } };
  const { id } = engine.addNotifier('shop', { name: 'failures', platform: 'webhook', send_all_events: true, filter, type_data: { webhook_url: 'https://example.com/' } });
  assert.deepEqual(engine.notifier(id).filter, filter);
  const deployment = (status) => ({ id: 'ev-9', type: 'deployment', app_id: 'app-1', type_data: { status } });
  const isTold = (status) => engine.match(deployment(status)).includes(id) && engine.route(deployment(status)).some(({ notifierId }) => notifierId === id);
  assert.deepEqual(['build-error', 'hook-error', 'success'].map(isTold), [true, true, false]);
  const { reason, text } = engine.explain(deployment('success')).notifiers.find(({ notifier_id }) => notifier_id === id);
  assert.deepEqual([reason, text], ['filtered_out', "type_data.status is 'success'; the filter wants 'build-error' or what ends with '-error'"]);
  assert.throws(() => engine.updateNotifier(id, { filter: { type_data: { status: 'x' } } }), { code: 'invalid', message: /filter\.type_data\.status must be a list of values/ });
  assert.equal(engine.updateNotifier(id, { filter: null }).filter, undefined);
  assert.ok(isTold('success'));
  engine.dispose();
});
