// Starting, stopping, starting again: what is kept, what is refused.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { statSync, writeFileSync } from 'node:fs';
import { after, test } from 'node:test';

import { fixture, NotifierServer, program } from './notifier_server.mjs';

const folder = NotifierServer.folder();
after(() => folder.remove());

const webhook = (name) => ({ notifier: { platform_id: '5982f145d48c3600273ef08a', name, type_data: { webhook_url: 'https://example.com/x' } } });
const run = (...args) => spawnSync(program, args, { encoding: 'utf8', timeout: 100_000, env: { ...process.env, NOTIFIER_TOKEN: '' } });

test('a stopped server has all it acknowledged when it starts again, even requests under way', async () => {
  let server = await NotifierServer.start(folder.database);
  assert.equal((await server.call('POST', '/v1/apps', { app: { name: 'shop', owner: { id: 'us-1', username: 'jane', email: 'jane@example.com' } } })).status, 201);
  const under_way = [];
  for (let i = 0; i < 50; ++i) under_way.push(server.call('POST', '/v1/apps/shop/notifiers', webhook(`n${i}`)).then((a) => a.status, () => 0));
  await under_way[0];
  assert.deepEqual(await server.stop(), { code: 0, signal: null });
  const acknowledged = (await Promise.all(under_way)).filter((status) => status === 201).length;
  assert.ok(acknowledged > 0);

  server = await NotifierServer.start(folder.database);
  const { notifiers } = (await server.call('GET', '/v1/apps/shop/notifiers')).body;
  assert.ok(notifiers.length >= acknowledged + 1);
  assert.equal(notifiers[0].name, "Default 'shop' notifier");
  assert.equal((await server.call('GET', '/v1/apps/shop/events?per_page=1')).body.meta.pagination.total_count, notifiers.length - 1);
  assert.deepEqual(await server.stop('SIGINT'), { code: 0, signal: null });
});

test('the files of the database are for their owner alone', () => {
  assert.equal(statSync(folder.database).mode & 0o777, 0o600);
});

test('a second server on the same database is refused', async () => {
  const server = await NotifierServer.start(folder.database);
  await assert.rejects(NotifierServer.start(folder.database), /another server uses/);
  await server.stop();
});

test('a snapshot goes out and comes in, once', async () => {
  const exported = run('--database', folder.database, '--export');
  assert.equal(exported.status, 0);
  const other = NotifierServer.folder();
  const file = `${other.path}/snapshot.json`;
  writeFileSync(file, exported.stdout);
  let server = await NotifierServer.start(other.database, '--import', file);
  await server.call('POST', '/v1/apps/shop/notifiers', webhook('later'));
  await server.stop();
  server = await NotifierServer.start(other.database, '--import', file);
  const { notifiers } = (await server.call('GET', '/v1/apps/shop/notifiers')).body;
  assert.equal(notifiers.length, JSON.parse(exported.stdout).apps[0].notifiers.length + 1);
  await server.stop();
  other.remove();
});

test('an imported configuration keeps its settings and event types when the server starts again', async () => {
  const other = NotifierServer.folder();
  const file = `${other.path}/configuration.json`;
  const configuration = {
    apps: [{ id: 'app-1', name: 'shop', notifiers: [{ name: 'orders', ...webhook('orders').notifier, selected_events: ['order/placed'] }] }],
    event_types: [{ id: 'own-1', name: 'order_placed', display_name: 'Order placed', description: 'An order was placed', kinds: ['order/placed'] }],
    email_from: 'Shop <shop@example.org>',
    link_base: 'https://dashboard.example.org',
  };
  writeFileSync(file, JSON.stringify(configuration));
  for (const args of [['--import', file], []]) {
    const server = await NotifierServer.start(other.database, ...args);
    const { event_types } = (await server.call('GET', '/v1/event_types')).body;
    assert.equal(event_types.at(-1).display_name, 'Order placed');
    const { events } = (await server.call('POST', '/v1/apps/shop/events', { type: 'order/placed' })).body;
    assert.equal(events[0].deliveries.length, 1);
    await server.stop();
    const snapshot = JSON.parse(run('--database', other.database, '--export').stdout);
    for (const key of ['email_from', 'link_base']) assert.equal(snapshot[key], configuration[key]);
  }
  other.remove();
});

test('what cannot be stored is answered with 500, and nothing has changed', async () => {
  const other = NotifierServer.folder();
  const server = await NotifierServer.start(other.database, '--import', fixture);
  const before = (await server.call('GET', '/v1/apps/shop/notifiers')).body;
  const holder = spawn('python3', ['-c',
    'import sqlite3,sys; d=sqlite3.connect(sys.argv[1], isolation_level=None); d.execute("BEGIN IMMEDIATE"); print("held", flush=True); sys.stdin.read()',
    other.database]);
  await once(holder.stdout, 'data');
  const [added, removed, taken] = await Promise.all([
    server.call('POST', '/v1/apps/shop/notifiers', webhook('lost')),
    server.call('DELETE', '/v1/apps/shop/notifiers/no-slack'),
    server.call('POST', '/v1/apps/shop/events', { type: 'restart' }),
  ]);
  for (const answer of [added, removed, taken]) {
    assert.equal(answer.status, 500);
    assert.deepEqual(answer.body, { error: 'The change could not be stored; nothing has changed' });
  }
  assert.deepEqual((await server.call('GET', '/v1/apps/shop/notifiers')).body, before);
  assert.equal((await server.call('GET', '/v1/apps/shop/events')).body.meta.pagination.total_count, 0);
  holder.stdin.end();
  await once(holder, 'exit');
  assert.equal((await server.call('POST', '/v1/apps/shop/notifiers', webhook('kept'))).status, 201);
  await server.stop();
  other.remove();
});

test('a database of a newer release is refused with a clear error', async () => {
  const other = NotifierServer.folder();
  const made = spawnSync('python3', ['-c', `import sqlite3,sys; d=sqlite3.connect(sys.argv[1]); d.execute("PRAGMA application_id=${0x6e746679}"); d.execute("PRAGMA user_version=99"); d.commit()`, other.database]);
  assert.equal(made.status, 0);
  await assert.rejects(NotifierServer.start(other.database), /schema version 99, written by a newer release/);
  other.remove();
});

test('wrong command lines are refused', () => {
  assert.equal(run('--help').status, 0);
  assert.match(run('--help').stdout, /--database FILE/);
  for (const args of [['--nope'], ['--port'], ['--port', 'x'], ['--port', '70000'], ['--cors', '*'], ['--host', '0.0.0.0']]) {
    const result = run(...args);
    assert.equal(result.status, 2, args.join(' '));
    assert.match(result.stderr, /notifier-server: .*see --help/);
  }
  assert.equal(run('--database', '/nonexistent/x.db', '--port', '0').status, 1);
  const broken = NotifierServer.folder();
  writeFileSync(`${broken.path}/c.json`, '{"version":1,"apps":[{"name":"a","notifiers":[{"name":"n","platform":"pigeon"}]}]}');
  const result = run('--database', broken.database, '--import', `${broken.path}/c.json`, '--port', '0');
  assert.equal(result.status, 1);
  assert.match(result.stderr, /apps\[0\]\.notifiers\[0\]/);
  broken.remove();
});

test('with a token: asked for everywhere but at the catalogue; CORS for the page that is named', async () => {
  const other = NotifierServer.folder();
  const server = await NotifierServer.start(other.database, '--import', fixture, '--token', 'tok', '--host', '127.0.0.1', '--cors', 'https://page.example');
  assert.doesNotMatch(server.greeting, /this machine only/);
  for (const headers of [{}, { Authorization: 'Bearer nope' }, { Authorization: 'tok' }, { Authorization: 'Bearer tok2' }, { Authorization: 'Bearer ' }]) {
    const refused = await server.call('GET', '/v1/apps', undefined, headers);
    assert.equal(refused.status, 401);
    assert.equal(refused.headers.get('www-authenticate'), 'Bearer');
  }
  assert.equal((await server.call('GET', '/v1/apps', undefined, { Authorization: 'Bearer tok' })).status, 200);
  for (const path of ['/v1/event_types', '/v1/event_categories?', '/v1/notification_platforms', '/v1/notification_platforms/search?name=x']) {
    assert.equal((await server.call('GET', path)).status, 200, path);
  }
  for (const path of ['/v1/notification_platformsx', '/v1/nope', '/v1/apps/shop/events']) {
    assert.equal((await server.call('GET', path)).status, 401, path);
  }
  assert.equal((await server.call('POST', '/v1/event_types', '{}')).status, 401);

  const preflight = await server.call('OPTIONS', '/v1/apps/shop/notifiers', undefined, {
    Origin: 'https://page.example', 'Access-Control-Request-Method': 'PATCH', 'Access-Control-Request-Headers': 'authorization',
  });
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers.get('access-control-allow-origin'), 'https://page.example');
  assert.match(preflight.headers.get('access-control-allow-methods'), /PATCH/);
  assert.match(preflight.headers.get('access-control-allow-headers'), /Authorization/);
  const page = await server.call('GET', '/v1/apps', undefined, { Origin: 'https://page.example', Authorization: 'Bearer tok' });
  assert.equal(page.headers.get('access-control-allow-origin'), 'https://page.example');
  assert.match(page.headers.get('access-control-expose-headers'), /\bETag\b/);
  assert.equal(page.headers.get('vary'), 'Origin');
  const stranger = await server.call('GET', '/v1/apps', undefined, { Origin: 'https://other.example', Authorization: 'Bearer tok' });
  assert.equal(stranger.headers.get('access-control-allow-origin'), null);
  await server.stop();
  assert.doesNotMatch(server.log, /tok2|Bearer/);
  other.remove();
});
