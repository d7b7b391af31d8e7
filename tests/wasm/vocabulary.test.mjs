// A host's own vocabulary: read and put in place of the present one, in a page, in configurations of the command line, and by the server.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { createEngine, file, NotifierError, root, toFetchHandler } from './package.mjs';
import { startServer } from './server.mjs';

const folder = mkdtempSync(join(tmpdir(), 'notifier-vocabulary-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const factory = {
  standard: false,
  categories: [{ id: 'c', name: 'furnaces', display_name: 'Furnaces', position: 1 }],
  event_types: [{ id: 'heat', name: 'furnace_heat', display_name: 'Furnace too hot', description: 'A furnace is above its limit', category_id: 'c' }],
  event_kinds: [
    {
      type: 'furnace_overheated',
      scope: 'app',
      selectable_as: 'furnace_heat',
      wordings: [
        { when: 'level=critical', severity: 'error', title: '{furnace} is overheating', sentence: '{furnace} is at {temperature} C.', fields: 'Limit: {limit}' },
        { severity: 'warning', title: '{furnace} is warm', sentence: '{furnace} is at {temperature} C.' },
      ],
      sample: { type_data: { furnace: 'F9', temperature: 1300 } },
    },
  ],
};
const notifier = { name: 'shift', platform: 'slack', selected_events: ['furnace_heat'], type_data: { webhook_url: 'https://hooks.slack.com/services/T/B/x' } };
const event = { id: 'e-1', type: 'furnace_overheated', app_name: 'line 1', type_data: { furnace: 'F2', level: 'critical', temperature: 1312, limit: 1250 } };
const configuration = { version: 1, vocabulary: factory, apps: [{ id: '1', name: 'line 1', notifiers: [{ id: 'no-1', ...notifier }] }] };
const text = (deliveries) => deliveries.map(({ body }) => JSON.parse(body).text);

test('a factory speaks in its own words, and what it said can be read again', async () => {
  const engine = await createEngine();
  assert.deepEqual(engine.vocabulary(), {});
  assert.deepEqual(engine.vocabulary(factory), factory);
  assert.deepEqual(engine.vocabulary(JSON.stringify(factory)), factory);
  engine.addApp({ name: 'line 1' });
  engine.addNotifier('line 1', notifier);
  assert.match(engine.route(event)[0].body, /F2 is overheating/);
  assert.equal(engine.route({ ...event, type: 'deployment' }).length, 0);
  assert.deepEqual(engine.vocabulary(), factory);
  assert.deepEqual(engine.catalogue().event_types.map(({ id }) => id), ['heat']);
  const copy = await createEngine();
  copy.load(engine.snapshot());
  assert.deepEqual(copy.vocabulary(), factory);
  assert.equal(copy.snapshot(), engine.snapshot());
});

test('rows are layered on the built-in ones, replace them and take them away', async () => {
  const engine = await createEngine();
  engine.addApp({ name: 'shop' });
  engine.addNotifier('shop', { ...notifier, selected_events: [], send_all_events: true });
  const rows = { event_kinds: [{ type: 'restart', scope: 'app', wordings: [{ title: 'rebooting', sentence: 'Back in a minute.' }] }, { type: 'crash', remove: true }] };
  assert.deepEqual(engine.vocabulary(rows), rows);
  assert.match(engine.route({ type: 'restart', app_name: 'shop' })[0].body, /rebooting/i);
  assert.ok(!engine.catalogue().event_kinds.some(({ type }) => type === 'crash'));
  assert.deepEqual(engine.vocabulary({}), {});
  assert.ok(engine.catalogue().event_kinds.some(({ type }) => type === 'crash'));
});

test('what a kind says is a row that another can be made of, the built-in ones included', async () => {
  const engine = await createEngine();
  const restart = engine.eventKind('restart');
  assert.deepEqual([restart.type, restart.scope, restart.selectable_as], ['restart', 'app', 'app_restarted']);
  assert.ok(restart.wordings.length > 1 && restart.wordings.every(({ severity, title, sentence }) => severity && title && sentence));
  assert.equal(engine.eventKind('furnace_overheated'), undefined);
  // Put as it is, it is the built-in one; what differs is its own.
  assert.deepEqual(engine.vocabulary({ event_kinds: [restart] }), {});
  for (const { type } of engine.catalogue().event_kinds) assert.deepEqual(engine.vocabulary({ event_kinds: [engine.eventKind(type)] }), {}, type);
  engine.vocabulary({ event_kinds: [{ ...restart, wordings: [{ severity: 'info', title: 'runs again' }] }] });
  assert.deepEqual(engine.eventKind('restart').wordings, [{ severity: 'info', title: 'runs again' }]);
  assert.deepEqual(engine.vocabulary().event_kinds, [engine.eventKind('restart')]);
});

test('a fault is thrown with its place, and nothing has changed', async () => {
  const engine = await createEngine();
  engine.vocabulary(factory);
  const wrong = structuredClone(factory);
  wrong.event_kinds[0].wordings[1].title = '{furnace:tim} is warm';
  wrong.event_kinds[0].wordings[0].titel = 'x';
  assert.throws(() => engine.vocabulary(wrong), (error) => {
    assert.ok(error instanceof NotifierError);
    assert.equal(error.code, 'invalid');
    assert.deepEqual(error.fields.map(({ field, message }) => `${field}: ${message}`), ['event_kinds[0].wordings[0].titel: is not known here; did you mean title?']);
    return true;
  });
  delete wrong.event_kinds[0].wordings[0].titel;
  assert.throws(() => engine.vocabulary(wrong), { code: 'invalid', field: 'event_kinds[0].wordings[1].title', message: /character 10: no layout is called 'tim'; did you mean time\?/ });
  for (const nothing of ['', '{', '[]', '5', null]) assert.throws(() => engine.vocabulary(nothing), { name: 'NotifierError' }, String(nothing));
  assert.deepEqual(engine.vocabulary(), factory);
});

test('event types that are selected cannot go; what is left may be anywhere', async () => {
  const engine = await createEngine();
  engine.vocabulary(factory);
  engine.addApp({ name: 'line 1' });
  engine.addNotifier('line 1', notifier);
  assert.throws(() => engine.vocabulary({}), {
    code: 'invalid',
    field: 'event_types',
    message: /lack 'furnace_heat' with the id 'heat', which the notifier 'shift' of 'line 1' selects/,
  });
  const more = structuredClone(factory);
  more.event_types.unshift({ ...more.event_types[0], id: 'smoke', name: 'smoke' });
  engine.vocabulary(more);
  assert.equal(engine.route(event).length, 1);
  assert.deepEqual(engine.notifiers('line 1')[0].selected_event_ids, ['heat']);
});

test('over HTTP it is stored and followed as every change', async () => {
  const stored = [];
  const engine = await createEngine();
  const handler = toFetchHandler(engine, { store: (outcomes) => void stored.push(...outcomes.flatMap(({ changes }) => changes)) });
  const ask = async (method, body) => handler(new Request('http://x/v1/vocabulary', { method, ...(body && { body: JSON.stringify(body) }) }));
  const put = await ask('PUT', { vocabulary: factory });
  assert.equal(put.status, 200);
  assert.deepEqual(await put.json(), { vocabulary: factory });
  const got = await ask('GET');
  assert.deepEqual(await got.json(), { vocabulary: factory });
  const again = await handler(new Request('http://x/v1/vocabulary', { headers: { 'If-None-Match': got.headers.get('etag') } }));
  assert.equal(again.status, 304);
  assert.equal(stored.length, 1);
  assert.equal(stored[0].op, 'put_vocabulary');
  const follower = await createEngine();
  follower.apply(JSON.parse(JSON.stringify(stored)));
  assert.deepEqual(follower.vocabulary(), factory);
  assert.throws(() => follower.apply(stored), { code: 'conflict' });
  const wrong = await ask('PUT', { vocabulary: { event_kinds: [{ type: 'x', wordings: [{ title: '{a' }] }] } });
  assert.equal(wrong.status, 422);
  assert.match(await wrong.text(), /event_kinds\[0\]\.wordings\[0\]\.title/);
  const change = (words, tag) => handler(new Request('http://x/v1/vocabulary', { method: 'PUT', headers: { 'If-Match': tag }, body: JSON.stringify({ vocabulary: words }) }));
  assert.equal((await change({}, got.headers.get('etag'))).status, 200);
  const overtaken = await change(factory, got.headers.get('etag'));
  assert.equal(overtaken.status, 412);
  assert.match((await overtaken.json()).error, /has changed since/);
  assert.deepEqual(await (await ask('GET')).json(), { vocabulary: {} });
});

test('a vocabulary that is being stored keeps notifiers waiting, and is seen once it is stored', async () => {
  const engine = await createEngine();
  engine.addApp({ name: 'line 1' });
  const outcome = engine.handle({ method: 'PUT', url: '/v1/vocabulary', body: JSON.stringify({ vocabulary: factory }) });
  const [error] = await engine.commit([outcome], async () => {
    await null;
    assert.throws(() => engine.addNotifier('line 1', { ...notifier, selected_events: ['app_deployed'] }), { code: 'conflict' });
    assert.throws(() => engine.vocabulary({}), { code: 'conflict' });
    assert.deepEqual(engine.vocabulary(), {});
  });
  assert.equal(error, undefined);
  assert.deepEqual(engine.vocabulary(), factory);
});

test('what was replaced is freed: memory does not grow over 1,000 vocabularies', async () => {
  const engine = await createEngine();
  engine.addApp({ name: 'line 1' });
  const put = (i) => {
    const one = structuredClone(factory);
    one.event_kinds[0].wordings[0].title = `{furnace} is overheating, ${'x'.repeat(i % 50)}`;
    for (let kind = 0; kind < 50; ++kind) one.event_kinds.push({ ...one.event_kinds[0], type: `kind-${kind}` });
    engine.vocabulary(one);
    const outcome = engine.handle({ method: 'PUT', url: '/v1/vocabulary', body: JSON.stringify({ vocabulary: factory }) });
    engine.apply(outcome.changes);
  };
  for (let i = 0; i < 100; ++i) put(i);
  const before = process.memoryUsage().arrayBuffers;
  for (let i = 0; i < 1_000; ++i) put(i);
  assert.ok(process.memoryUsage().arrayBuffers - before < 1 << 20, `${process.memoryUsage().arrayBuffers - before} bytes more`);
});

test('a thousand kinds are read quickly', async (t) => {
  const kinds = Array.from({ length: 1_000 }, (_, i) => ({ ...factory.event_kinds[0], type: `kind-${i}`, sample: undefined }));
  const json = JSON.stringify({ ...factory, event_kinds: kinds });
  const engine = await createEngine();
  let best = Infinity;
  for (let i = 0; i < 5; ++i) {
    engine.vocabulary({});
    const began = performance.now();
    engine.vocabulary(json);
    best = Math.min(best, performance.now() - began);
  }
  t.diagnostic(`${best.toFixed(1)} ms`);
  assert.equal(engine.catalogue().event_kinds.length, 1_000);
  // 40 ms on a quiet machine; here with room for a busy one.
  assert.ok(best < 400, `${best} ms`);
});

// ---- the command line ----

const write = (name, value) => {
  const path = join(folder, name);
  writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value));
  return path;
};
const config = write('config.json', configuration);
const run = (args, input = '') => spawnSync(process.execPath, [file('dist/cli/main.js'), ...args], { input, encoding: 'utf8', cwd: folder });

test('configurations of the command line have a vocabulary', () => {
  const line = `${JSON.stringify(event)}\n`;
  const routed = run(['route', config], line);
  assert.equal(routed.status, 0, routed.stderr);
  assert.match(routed.stdout, /F2 is overheating/);
  assert.match(run(['preview', config], line).stdout, /F2 is overheating/);
  assert.match(run(['explain', config], line).stdout, /Furnace too hot|selected/);
  assert.match(run(['validate', config]).stdout, /is valid: 1 app, 1 notifier/);
  const native = process.env.NOTIFIER_ROUTE;
  if (native === undefined || !existsSync(native)) return;
  const same = spawnSync(native, [config], { input: line, encoding: 'utf8' });
  assert.equal(same.status, 0, same.stderr);
  assert.equal(same.stdout, routed.stdout);
});

test('send delivers in the words of the configuration', async () => {
  const { startTarget } = await import('./targets.mjs');
  const target = await startTarget();
  const own = structuredClone(configuration);
  own.apps[0].notifiers[0].type_data.webhook_url = target.url('slack/1');
  const { spawn } = await import('node:child_process');
  const child = spawn(process.execPath, [file('dist/cli/main.js'), 'send', write('send.json', own), '--allow-private-targets'], { cwd: folder, stdio: ['pipe', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.on('data', (data) => (log += data));
  child.stdin.end(`${JSON.stringify(event)}\n`);
  const code = await new Promise((resolve) => child.on('close', resolve));
  assert.equal(code, 0, log);
  assert.match(String(target.requests[0].body), /F2 is overheating/);
  await target.close();
});

test('a fault in it is told with its place by every command', () => {
  const wrong = structuredClone(configuration);
  wrong.vocabulary.event_kinds[0].wordings[0].title = '{furnace:tim}';
  const path = write('wrong.json', wrong);
  const place = /vocabulary\.event_kinds\[0\]\.wordings\[0\]\.title: character 10: no layout is called 'tim'; did you mean time\?/;
  for (const [command, status] of [['route', 2], ['preview', 2], ['explain', 2], ['send', 2], ['validate', 1]]) {
    const said = run([command, path], '{}');
    assert.equal(said.status, status, command);
    assert.match(said.stderr, place, command);
  }
  const native = process.env.NOTIFIER_ROUTE;
  if (native === undefined || !existsSync(native)) return;
  const said = spawnSync(native, [path], { input: '', encoding: 'utf8' });
  assert.equal(said.status, 2);
  assert.match(said.stderr, /vocabulary\.event_kinds\[0\]\.wordings\[0\]\.title/);
});

test('the server keeps it over a restart, before the notifiers that select its types', async () => {
  const imported = await startServer(['--dry-run', '--import', config], { database: join(folder, 'imported.db') });
  assert.deepEqual(JSON.parse((await imported.ask('/v1/vocabulary')).text), { vocabulary: factory });
  await imported.stop();
  const again = await startServer(['--dry-run'], { database: join(folder, 'imported.db') });
  assert.deepEqual(JSON.parse((await again.ask('/v1/vocabulary')).text), { vocabulary: factory });
  await again.stop();

  const database = join(folder, 'kept.db');
  const start = (...args) => startServer(['--dry-run', ...args], { database });
  const first = await start('--import', write('empty.json', { version: 1, apps: [{ id: '1', name: 'line 1', notifiers: [{ id: 'no-1', ...notifier, selected_events: [] }] }] }));
  const put = async (server, vocabulary) => server.ask('/v1/vocabulary', { method: 'PUT', body: { vocabulary } });
  assert.equal((await put(first, factory)).status, 200);
  const selected = await first.ask('/v1/apps/1/notifiers/no-1', { method: 'PATCH', body: { notifier: { selected_events: ['furnace_heat'] } } });
  assert.equal(selected.status, 200, selected.text);
  const refused = await put(first, {});
  assert.equal(refused.status, 422);
  assert.match(refused.text, /'furnace_heat' with the id 'heat'/);
  await first.stop();
  const second = await start();
  assert.deepEqual(JSON.parse((await second.ask('/v1/vocabulary')).text), { vocabulary: factory });
  assert.deepEqual(JSON.parse((await second.ask('/v1/apps/1/notifiers')).text).notifiers[0].selected_event_ids, ['heat']);
  await second.stop();

  // The native server's file, too.
  const native = process.env.NOTIFIER_SERVER;
  if (native === undefined) return;
  const { NotifierServer } = await import('../server/notifier_server.mjs');
  const other = await NotifierServer.startBy(native, [], database, ['--dry-run']);
  assert.deepEqual((await other.call('GET', '/v1/vocabulary')).body, { vocabulary: factory });
  const more = structuredClone(factory);
  more.event_types.unshift({ ...more.event_types[0], id: 'smoke', name: 'smoke' });
  assert.equal((await other.call('PUT', '/v1/vocabulary', { vocabulary: more })).status, 200);
  await other.stop();
  const restarted = await NotifierServer.startBy(native, [], database, ['--dry-run']);
  assert.deepEqual((await restarted.call('GET', '/v1/vocabulary')).body, { vocabulary: more });
  await restarted.stop();
  const own = await NotifierServer.startBy(native, [], join(folder, 'native.db'), ['--dry-run', '--import', config]);
  assert.deepEqual((await own.call('GET', '/v1/vocabulary')).body, { vocabulary: factory });
  await own.stop();
  const third = await start();
  assert.deepEqual(JSON.parse((await third.ask('/v1/vocabulary')).text), { vocabulary: more });
  await third.stop();
});

test('a notifier is told in French, whose rows are a module of their own', async () => {
  const { french } = await import(pathToFileURL(file('dist/languages/fr.js')));
  const engine = await createEngine();
  engine.vocabulary({ languages: { fr: french } });
  engine.addApp({ id: 'a', name: 'shop' });
  const slack = { platform: 'slack', send_all_events: true, type_data: { webhook_url: 'https://hooks.slack.com/services/T/B/x' } };
  assert.equal(engine.addNotifier('a', { ...slack, name: 'fr', language: 'fr' }).language, 'fr');
  assert.equal(engine.addNotifier('a', { ...slack, name: 'en' }).language, undefined);
  assert.throws(() => engine.addNotifier('a', { ...slack, name: 'x', language: 'fe' }), /language is none that is known: 'fe'; did you mean fr\?/);
  const restart = { id: 'e', type: 'restart', app_id: 'a', app_name: 'shop', type_data: { scope: ['web', 'worker'] } };
  assert.deepEqual(text(engine.route(restart)), [
    'shop: red\u00e9marrage\nRed\u00e9marrage des conteneurs web et worker de l\'application shop.',
    'shop: restarting\nThe web and worker containers of shop are restarting.',
  ]);
  engine.configure({ language: 'fr' });
  assert.match(text(engine.route(restart))[1], /^shop: red\u00e9marrage/);
  assert.throws(() => engine.configure({ language: 'xx' }), /language/);
  // An app's own counts more than the settings', and a notifier's more than both.
  assert.equal(engine.updateApp('a', { language: 'en' }).language, 'en');
  assert.match(text(engine.route(restart)).join(), /^shop: red\u00e9marrage.*shop: restarting/s);
  assert.deepEqual(engine.apps().map(({ language }) => language), ['en']);
  assert.throws(() => engine.updateApp('a', { language: 'fe' }), /language is none that is known: 'fe'; did you mean fr\?/);
  assert.equal(engine.updateApp('a', { language: '' }).language, undefined);
  assert.equal(engine.addApp({ name: 'site', language: 'fr' }).language, 'fr');
  const again = await createEngine();
  again.load(engine.snapshot());
  assert.deepEqual(text(again.route(restart)), text(engine.route(restart)));
  const { response } = engine.handle({ method: 'GET', url: '/v1/settings' });
  const { settings } = JSON.parse(response.body);
  assert.deepEqual([settings.language, settings.languages], ['fr', ['en', 'fr']]);
});
