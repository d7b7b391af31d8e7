// Several servers on one PostgreSQL: any of them takes events in, each sends a part, and what one had is taken over.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { NotifierServer, program } from './notifier_server.mjs';
import { startPostgres } from './postgres.mjs';

const targets = 12;
const folder = NotifierServer.folder();
let postgres;
let receiver;
const received = new Map(); // target and event id -> how often

before(async () => {
  postgres = await startPostgres();
  receiver = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const name = `${request.url} ${JSON.parse(body).id}`;
    received.set(name, (received.get(name) ?? 0) + 1);
    setTimeout(() => response.end(), 20);
  });
  await new Promise((resolve) => receiver.listen(0, '127.0.0.1', resolve));
});

after(async () => {
  await NotifierServer.stopAll();
  receiver?.closeAllConnections();
  receiver?.close();
  await postgres?.stop();
  folder.remove();
});

const options = ['--allow-private-targets', '--send-timeout', '2', '--retry-delays', '0.2,0.5,1,1,1'];
const start = (...more) => NotifierServer.startSending(postgres.url, [...options, ...more]);

async function until(what, condition, ms = 20_000) {
  const end = Date.now() + ms;
  while (!(await condition())) {
    if (Date.now() > end) assert.fail(`never: ${what}`);
    await sleep(20);
  }
}

async function figure(server, name) {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1]);
}

const owned = (server) => figure(server, 'notifier_outbox_shards_owned');

const waiting = () => postgres.query("SELECT COUNT(*) FROM notifier.deliveries WHERE state = 'pending'");

async function send(server, from, to) {
  for (let i = from; i < to; ++i) {
    const { status } = await server.call('POST', '/v1/apps/shop/events', { type: 'restart', app_id: 'shop', id: `e-${i}` });
    assert.equal(status, 202);
  }
}

test('servers on one database share the work; one that is killed is replaced by the others, and all arrives', async () => {
  const config = join(folder.path, 'config.json');
  const notifiers = Array.from({ length: targets }, (_, i) => ({
    id: `n-${i}`, name: `n ${i}`, platform: 'webhook', send_all_events: true,
    type_data: { webhook_url: `http://127.0.0.1:${receiver.address().port}/t${i}` },
  }));
  writeFileSync(config, JSON.stringify({ version: 1, apps: [{ id: 'shop', name: 'shop', notifiers }] }));
  const one = await start('--import', config);
  const two = await start();
  await until('two workers share the shards', async () => (await owned(one)) === 32 && (await owned(two)) === 32);
  assert.equal((await fetch(`${two.url}/readyz`)).status, 200);
  assert.equal(await figure(two, 'notifier_outbox_workers'), 2);

  await Promise.all([send(one, 0, 40), send(two, 40, 80)]);
  await until('all arrives', () => received.size === 80 * targets);
  await until('nothing waits any more', async () => (await waiting()) === '0');
  // An attempt that took too long may have arrived; nothing else arrives twice while nobody is killed.
  const attempts = await postgres.query('SELECT reason, COUNT(*) FROM notifier.delivery_attempts GROUP BY 1');
  const total = Number(await postgres.query('SELECT COUNT(*) FROM notifier.delivery_attempts'));
  assert.ok([...received.values()].reduce((sum, count) => sum + count, 0) <= total, attempts);

  // One is killed while it sends; the other goes on taking events in.
  await Promise.all([send(one, 80, 100), send(two, 100, 120)]);
  await one.stop('SIGKILL');
  await send(two, 120, 140);
  await until('the other owns all shards', async () => (await owned(two)) === 64);
  await until('all arrives, though one was killed', () => received.size === 140 * targets);
  await until('nothing waits any more', async () => (await waiting()) === '0');

  // One ends in order: what it had is the other's at once.
  const three = await start();
  await until('the new one has its share', async () => (await owned(three)) === 32);
  await two.stop();
  await until('the last one owns all shards', async () => (await owned(three)) === 64, 3000);
  await three.stop();
});

test('what is changed through one server is seen through the other, and one change is not lost by another', async () => {
  const one = await start();
  const two = await start();
  const { status } = await one.call('POST', '/v1/apps', { app: { name: 'bazaar' } });
  assert.equal(status, 201);
  await until('the other shows the app', async () => JSON.stringify((await two.call('GET', '/v1/apps')).body).includes('bazaar'), 1000);
  const names = Array.from({ length: 20 }, (_, i) => `app ${i}`);
  const answers = await Promise.all(names.flatMap((name) => [one, two].map((server) => server.call('POST', '/v1/apps', { app: { name } }))));
  assert.equal(answers.filter((answer) => answer.status === 201).length, names.length, 'of two with one name one is made');
  await until('both show the same', async () => {
    const lists = await Promise.all([one, two].map(async (server) => JSON.stringify((await server.call('GET', '/v1/apps')).body)));
    return lists[0] === lists[1] && names.every((name) => lists[0].includes(`"${name}"`));
  });
  await Promise.all([one.stop(), two.stop()]);
});

test('whoever has to tell of a new notifier sends it, though that was made on another server a moment before', async () => {
  const servers = [await start(), await start()];
  await until('two workers share the shards', async () => (await owned(servers[0])) === 32 && (await owned(servers[1])) === 32);
  const made = await Promise.all(Array.from({ length: 40 }, async (_, i) => {
    const notifier = { name: `own ${i}`, platform_id: '5982f145d48c3600273ef08a', send_all_events: true, type_data: { webhook_url: `http://127.0.0.1:${receiver.address().port}/own${i}` } };
    const { status, body } = await servers[i % 2].call('POST', '/v1/apps/shop/notifiers', { notifier });
    assert.equal(status, 201);
    return body.notifier.id;
  }));
  await until('each is told of its own making', () => made.every((_, i) => [...received.keys()].some((name) => name.startsWith(`/own${i} `))));
  assert.equal(await postgres.query("SELECT COUNT(*) FROM notifier.delivery_attempts WHERE reason = 'the notifier was removed'"), '0');
  for (const id of made) assert.equal((await servers[0].call('DELETE', `/v1/apps/shop/notifiers/${id}`)).status, 204);
  await until('nothing waits any more', async () => (await waiting()) === '0');
  await Promise.all(servers.map((server) => server.stop()));
});

test('a server whose connections are cut goes on', async () => {
  const one = await start();
  await until('it owns all shards', async () => (await owned(one)) === 64);
  const before = received.size;
  for (let round = 0; round < 5; ++round) {
    await postgres.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'notifier-%'");
    let status = 0;
    for (let tries = 0; tries < 5 && status !== 202; ++tries) {
      ({ status } = await one.call('POST', '/v1/apps/shop/events', { type: 'restart', app_id: 'shop', id: `cut-${round}` }));
    }
    assert.equal(status, 202);
  }
  await until('all arrives', () => received.size === before + 5 * targets);
  await one.stop();
});

test('a server for requests alone owns nothing, and one that only sends answers no requests', async () => {
  const api = await start('--role', 'api');
  const before = received.size;
  await send(api, 500, 510);
  assert.equal((await fetch(`${api.url}/readyz`)).status, 200);
  const figures = await (await fetch(`${api.url}/metrics`)).text();
  assert.ok(figures.includes('notifier_registry_revision ') && !figures.includes('notifier_outbox_shards_owned'), figures);
  assert.equal(await postgres.query('SELECT COUNT(*) FROM notifier.outbox_shards WHERE owner <> 0'), '0');
  assert.equal(await waiting(), String(10 * targets));
  // What waits is withdrawn by whoever comes to send it, and is not sent.
  const { body } = await api.call('GET', '/v1/apps/shop/deliveries?event_id=e-500&notifier_id=n-3');
  assert.equal((await api.call('POST', `/v1/apps/shop/deliveries/${body.deliveries[0].id}/cancel`)).status, 202);

  const worker = await start('--role', 'worker', '--retry-delays', '60');
  await until('the worker owns all shards', async () => (await owned(worker)) === 64);
  assert.equal(await figure(worker, 'notifier_outbox_workers'), 1);
  await until('all else arrives', () => received.size === before + 10 * targets - 1);
  await until('nothing waits any more', async () => (await waiting()) === '0');
  assert.equal(received.has('/t3 e-500'), false);
  for (const path of ['/healthz', '/readyz', '/metrics']) assert.equal((await fetch(worker.url + path)).status, 200, path);
  for (const [method, path] of [['GET', '/v1/apps'], ['POST', '/v1/apps/shop/events'], ['GET', '/openapi.json'], ['GET', '/'], ['POST', '/healthz']]) {
    const answer = await worker.call(method, path, method === 'POST' ? {} : undefined);
    assert.equal(answer.status, 404, path);
    assert.match(answer.body.error, /--role worker/);
  }
  // What waits for a notifier that is switched off through the one is held by the other.
  const made = await api.call('POST', '/v1/apps/shop/notifiers', { notifier: { name: 'broken', platform_id: '5982f145d48c3600273ef08a', send_all_events: true, type_data: { webhook_url: 'http://127.0.0.1:1/' } } });
  assert.equal(made.status, 201);
  const { id } = made.body.notifier;
  const states = () => postgres.query(`SELECT DISTINCT state FROM notifier.deliveries WHERE notifier_id = '${id}'`);
  await until('it waits', async () => (await states()) === 'pending');
  await api.call('PATCH', `/v1/apps/shop/notifiers/${id}`, { notifier: { active: false } });
  await until('it is held', async () => (await states()) === 'held');
  await api.call('DELETE', `/v1/apps/shop/notifiers/${id}`);
  await until('it has ended', async () => (await states()) === 'dead');
  await Promise.all([api.stop(), worker.stop()]);
});

test('a role is one of two, and takes a PostgreSQL', async () => {
  for (const [database, role, code] of [[postgres.url, 'both', 2], [postgres.url, 'api,', 2], [join(folder.path, 'x.db'), 'api', 1]]) {
    const error = await NotifierServer.startSending(database, ['--role', role]).then(() => assert.fail('it starts'), (thrown) => thrown);
    assert.deepEqual([error.code, error.message.includes('--role')], [code, true], error.message);
  }
});

test('what one server holds back is shown by another, and told where somebody asks another for it', async (context) => {
  const counts = [];
  const hook = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    counts.push(JSON.parse(body).count ?? 1);
    response.end();
  });
  await new Promise((resolve) => hook.listen(0, '127.0.0.1', resolve));
  context.after(() => (hook.closeAllConnections(), hook.close()));
  const servers = [await start(), await start()];
  await until('two workers share the shards', async () => (await owned(servers[0])) === 32 && (await owned(servers[1])) === 32);
  const platforms = (await servers[0].call('GET', '/v1/notification_platforms')).body.notification_platforms;
  const notifier = { name: 'storm', platform_id: platforms.find(({ name }) => name === 'webhook').id, send_all_events: true, grouping: { mode: 'digest', window: 604_800 }, type_data: { webhook_url: `http://127.0.0.1:${hook.address().port}/` } };
  assert.equal((await servers[0].call('POST', '/v1/apps', { app: { name: 'storms' } })).status, 201);
  const made = await servers[0].call('POST', '/v1/apps/storms/notifiers', { notifier });
  assert.equal(made.status, 201);
  const path = `/v1/apps/storms/notifiers/${made.body.notifier.id}/digest`;
  await until('the other knows the notifier', async () => (await servers[1].call('GET', path)).status === 200);
  const held = async (server) => (await server.call('GET', path)).body.digest.events;
  // That the notifier was made is held back with the first ones. One of the two servers does not own the shard.
  await until('it is told of its own making', async () => (await held(servers[0])) === 1 && (await held(servers[1])) === 1);
  const expected = [6, 5];
  for (const [round, asked] of servers.entries()) {
    for (let i = 0; i < 5; ++i) assert.equal((await servers[i % 2].call('POST', '/v1/apps/storms/events', { type: 'restart', id: `${round}-${i}` })).status, 202);
    await until('both show what is held back', async () => (await held(servers[0])) === expected[round] && (await held(servers[1])) === expected[round]);
    assert.deepEqual((await asked.call('POST', path)).body, { digest: { events: expected[round] } });
    await until('it is told', () => counts.length === round + 1);
  }
  assert.deepEqual(counts, expected);
  await Promise.all(servers.map((server) => server.stop()));
});

test('no text tells what is in the URL of a database, and what goes with a file alone is refused', async () => {
  const url = 'postgresql://user:s3cret-word@127.0.0.1:1/x';
  for (const more of [[], ['--dry-run'], ['--backup', 'x'], ['--export']]) {
    const error = await NotifierServer.startSending(url, more).then(() => assert.fail('it starts'), (thrown) => thrown);
    assert.equal(error.code, 1);
    assert.ok(!error.message.includes('s3cret-word'), error.message);
  }
  assert.ok(program);
});
