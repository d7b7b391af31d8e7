// The server of the command line: the same rules as the native one, data in one file.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, test } from 'node:test';
import { configuration, createEngine, event, file, root } from './package.mjs';
import { runServer, startServer } from './server.mjs';
import { until } from './targets.mjs';

const folder = mkdtempSync(join(tmpdir(), 'notifier-serve-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const imported = join(folder, 'import.json');
writeFileSync(imported, JSON.stringify(configuration));
let databases = 0;

/** Sends nothing: the addresses of the configuration belong to others. deliver.test.mjs has targets of its own. */
const start = (args = [], { database = join(folder, `db${++databases}.json`), env = {} } = {}) => startServer([...args, '--dry-run'], { database, env });

const draft = (name) => ({ notifier: { name, platform_id: platformId, type_data: { webhook_url: 'https://example.com/secret-path' } } });
const platformId = (await createEngine()).catalogue().platforms.find(({ name }) => name === 'webhook').id;

test('what was acknowledged is there after a restart, and after kill -9', async () => {
  const first = await start(['--import', imported]);
  assert.match(first.line, /no token: this machine only/);
  const added = await first.ask('/v1/apps/shop/notifiers', { method: 'POST', body: draft('kept') });
  assert.equal(added.status, 201);
  const { notifier } = JSON.parse(added.text);
  assert.equal((await first.ask('/v1/apps/shop/events', { method: 'POST', body: event })).status, 202);
  assert.equal((await first.stop()).code, 0);
  assert.ok(!existsSync(`${first.database}-wal`));

  const second = await start(['--import', imported], { database: first.database });
  assert.deepEqual(JSON.parse((await second.ask(`/v1/apps/shop/notifiers/${notifier.id}`)).text).notifier, notifier);
  const { events } = JSON.parse((await second.ask('/v1/apps/shop/events')).text);
  assert.ok(events.some(({ id }) => id === 'ev-1'));
  const acknowledged = [];
  const writing = (async () => {
    for (let i = 0; ; ++i) {
      const { status } = await second.ask('/v1/apps/shop/notifiers', { method: 'POST', body: draft(`n${i}`) });
      if (status === 201) acknowledged.push(`n${i}`);
    }
  })().catch(() => {});
  await until(() => acknowledged.length >= 3, 'an acknowledgement');
  await second.stop('SIGKILL');
  await writing;
  assert.ok(acknowledged.length > 0);

  const third = await start([], { database: first.database });
  const names = JSON.parse((await third.ask('/v1/apps/shop/notifiers')).text).notifiers.map(({ name }) => name);
  for (const name of acknowledged) assert.ok(names.includes(name), `${name} was acknowledged`);
  assert.ok(names.length <= acknowledged.length + 7);
  await third.stop();
});

test('what --export prints is a snapshot that the other commands take', async () => {
  const server = await start(['--import', imported]);
  await server.ask('/v1/apps/shop/events', { method: 'POST', body: event });
  await server.stop();
  const { stdout } = runServer(server.database, '--export');
  assert.equal(JSON.parse(stdout).apps[0].notifiers.length, 5);
  const exported = join(folder, 'exported.json');
  writeFileSync(exported, stdout);
  const validate = spawnSync(process.execPath, [file('dist/cli/main.js'), 'validate', exported], { encoding: 'utf8' });
  assert.equal(validate.status, 0, validate.stderr);
});

test('an earlier Node.js is told in one sentence what is missing', () => {
  const earlier = join(root, 'tests/node_modules/node18/bin/node');
  const { status, stderr } = spawnSync(earlier, [file('dist/cli/main.js'), 'serve', '--database', join(folder, 'none.db')], { encoding: 'utf8' });
  assert.equal(status, 1);
  assert.match(stderr, /^notifier-wasm: serve: SQLite is not there: it comes with Node\.js 22\.13 or later, and this is v18\.[\d.]+\n$/);
  assert.ok(!existsSync(join(folder, 'none.db')));
});

test('without a token no foreign host or origin is served', async () => {
  const server = await start(['--import', imported, '--cors', 'https://dash.example.com']);
  const list = '/v1/apps/shop/notifiers';
  const status = async (headers) => (await server.ask(list, { headers })).status;
  assert.equal(await status({}), 200);
  assert.equal(await status({ host: `localhost:${server.port}` }), 200);
  assert.equal(await status({ host: `[::1]:${server.port}` }), 200);
  assert.equal(await status({ host: `evil.example.com:${server.port}` }), 403);
  assert.equal(await status({ host: 'localhost.evil.example.com' }), 403);
  assert.equal(await status({ origin: 'https://evil.example.com' }), 403);
  assert.equal(await status({ origin: 'null' }), 403);
  assert.equal(await status({ origin: `http://127.0.0.1:${server.port}`, host: `127.0.0.1:${server.port}` }), 200);
  const cors = await server.ask(list, { headers: { origin: 'https://dash.example.com' } });
  assert.equal(cors.status, 200);
  assert.equal(cors.headers['access-control-allow-origin'], 'https://dash.example.com');
  assert.match(cors.headers['access-control-expose-headers'], /\bETag\b/);
  const preflight = await server.ask(list, { method: 'OPTIONS', headers: { origin: 'https://dash.example.com', 'access-control-request-method': 'POST' } });
  assert.equal(preflight.status, 204);
  assert.match(preflight.headers['access-control-allow-methods'], /PATCH/);
  assert.equal(JSON.parse((await server.ask(list, { headers: { host: 'x' } })).text).code, 'foreign_host');
  await server.stop();
});

test('with a token only who has it is served, but for what is public', async () => {
  const server = await start(['--import', imported], { env: { NOTIFIER_TOKEN: 'tok-1' } });
  const status = async (path, authorization) => (await server.ask(path, { headers: authorization ? { authorization } : {} })).status;
  assert.equal(await status('/v1/apps/shop/notifiers'), 401);
  assert.equal(await status('/v1/apps/shop/notifiers', 'Bearer tok-2'), 401);
  assert.equal(await status('/v1/apps/shop/notifiers', 'tok-1'), 401);
  assert.equal(await status('/v1/apps/shop/notifiers', 'Bearer tok-1'), 200);
  for (const path of ['/v1/event_types', '/v1/event_categories', '/v1/notification_platforms', '/v1/notification_platforms/search?name=slack']) {
    assert.equal(await status(path), 200, path);
  }
  assert.equal(await status('/v1/notification_platformsx'), 401);
  await server.stop();
});

test('bodies that are too large are refused, however they come', async () => {
  const server = await start(['--import', imported]);
  const body = 'x'.repeat((8 << 20) + 1);
  assert.equal((await server.ask('/v1/apps/shop/events', { method: 'POST', body, headers: { 'content-length': body.length } })).status, 413);
  const chunked = await new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port: server.port, path: '/v1/apps/shop/events', method: 'POST', headers: { 'transfer-encoding': 'chunked' } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on('error', reject);
    for (let i = 0; i < 9; ++i) request.write('y'.repeat(1 << 20));
    request.end();
  });
  assert.equal(chunked, 413);
  assert.equal((await server.ask('/v1/apps/shop/notifiers')).status, 200);
  await server.stop();
});

test('what is no HTTP gets no stack trace', async () => {
  const server = await start();
  const socket = connect(server.port, '127.0.0.1');
  socket.end('HELLO\r\n\r\n');
  const chunks = [];
  for await (const chunk of socket) chunks.push(chunk);
  assert.match(Buffer.concat(chunks).toString(), /^HTTP\/1\.1 400/);
  assert.equal((await server.ask('/v1/event_types')).status, 200);
  const { log } = await server.stop();
  assert.ok(!log.includes('    at '), log);
});

test('a stream shows events and deliveries of its app as they happen', async () => {
  const server = await start(['--import', imported]);
  const seen = await new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port: server.port, path: '/v1/apps/shop/stream' }, (response) => {
      assert.match(response.headers['content-type'], /^text\/event-stream/);
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
        if (text.split('event: delivery').length === 5) resolve(text), request.destroy();
      });
      server.ask('/v1/apps/shop/events', { method: 'POST', body: '{"type":"restart",\n"id":"ev-9"}' });
    });
    request.on('error', reject).end();
  });
  assert.match(seen, /event: event\ndata: \{"type":"restart", "id":"ev-9"\}\n\n/);
  assert.match(seen, /event: delivery\ndata: \{"notifier_id":"no-slack".*"status":"shown"\}\n\n/);
  assert.ok(!seen.includes('hooks.slack.com'));
  await server.stop();
});

test('the log has a line for each request and no secret; nothing else is left in the folder', async () => {
  const server = await start(['--import', imported, '--token', 'tok-secret']);
  await server.ask('/v1/apps/shop/notifiers?token=tok-secret', { headers: { authorization: 'Bearer tok-secret' } });
  await server.ask('/v1/apps/shop/notifiers', { method: 'POST', body: draft('n'), headers: { authorization: 'Bearer tok-secret' } });
  const { log } = await server.stop();
  const lines = log.trim().split('\n').map((line) => JSON.parse(line)).filter(({ delivery }) => delivery === undefined);
  assert.deepEqual(lines.map(({ method, path, status }) => [method, path, status]), [['GET', '/v1/apps/shop/notifiers', 200], ['POST', '/v1/apps/shop/notifiers', 201]]);
  assert.ok(!log.includes('tok-secret') && !log.includes('secret-path'));
  assert.deepEqual(readdirSync(folder).filter((name) => name.startsWith(basename(server.database))), [basename(server.database)]);
});
