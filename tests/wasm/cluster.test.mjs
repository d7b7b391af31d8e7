// `notifier serve` beside notifier-server on one PostgreSQL: whichever takes an event in, each sends a share, and what one had that is killed,
// stands still or is cut off is the other's; nothing acknowledged is lost, and what arrives again comes under the same key.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { NotifierServer } from '../server/notifier_server.mjs';
import { startPostgres } from '../server/postgres.mjs';
import { file, root } from './package.mjs';
import { callable, startServer } from './server.mjs';

const targets = 12;
const folder = NotifierServer.folder();
const native = process.env.NOTIFIER_SERVER;
const options = ['--allow-private-targets', '--no-access-log', '--send-timeout', '2', '--retry-delays', '0.2,0.5,1,1,1,1,1,1'];
/** Keys and times by target and event. */
const received = new Map();
let postgres;
let receiver;

before(async () => {
  postgres = await startPostgres();
  receiver = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { id } = JSON.parse(body);
    if (!id.startsWith('e-')) return void response.end(); // of a change
    const name = `${request.url} ${id}`;
    const known = received.get(name);
    if (known !== undefined) assert.equal(known.key, request.headers['webhook-id'], 'what arrives again comes under the same key');
    received.set(name, { key: request.headers['webhook-id'], count: (known?.count ?? 0) + 1 });
    setTimeout(() => response.end(), 20);
  });
  await new Promise((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const config = join(folder.path, 'config.json');
  const notifiers = Array.from({ length: targets }, (_, i) => ({ id: `n-${i}`, name: `n ${i}`, platform: 'webhook', send_all_events: true, type_data: { webhook_url: `http://127.0.0.1:${receiver.address().port}/t${i}` } }));
  const mail = { id: 'mail', name: 'mail', platform: 'email', send_all_events: true, type_data: { emails: ['ops@example.com'] } };
  writeFileSync(config, JSON.stringify({ version: 1, apps: [{ id: 'shop', name: 'shop', notifiers: [...notifiers, mail] }] }));
});

after(async () => {
  await NotifierServer.stopAll();
  receiver?.closeAllConnections();
  receiver?.close();
  await postgres?.stop();
  folder.remove();
});

const running = [];
// Those that a test left behind when it failed.
afterEach(() => Promise.all(running.splice(0).map((server) => server.stop('SIGKILL'))));
async function startNode(...more) {
  running.push(callable(await startServer([...options, ...more], { database: postgres.url, program: process.execPath })));
  return running.at(-1);
}
async function startNative(...more) {
  running.push(await NotifierServer.startBy(native, [], postgres.url, [...options, ...more]));
  return running.at(-1);
}

async function until(what, condition, ms = 60_000) {
  for (const end = Date.now() + ms; !(await condition()); await sleep(20)) if (Date.now() > end) assert.fail(`never: ${what}`);
}

async function figure(server, name) {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return Number(text.split('\n').find((line) => line.startsWith(`${name} `))?.slice(name.length + 1));
}
const owned = (server) => figure(server, 'notifier_outbox_shards_owned');
const waiting = () => postgres.query("SELECT COUNT(*) FROM notifier.deliveries WHERE state IN ('pending', 'held', 'grouping')");

let last = 0;
/** Sends events to servers in turn, each until one has acknowledged it. */
async function send(count, ...servers) {
  for (let i = 0; i < count; ++i) {
    const body = { type: 'restart', app_id: 'shop', id: `e-${++last}` };
    for (let status = 0, tries = 0; status !== 202; ++tries) {
      assert.ok(tries < 100, 'events are taken in');
      if (tries > 0) await sleep(50);
      ({ status } = await servers[(i + tries) % servers.length].call('POST', '/v1/apps/shop/events', body).catch(() => ({ status: 0 })));
    }
  }
}
async function allArrives(why) {
  await until(`all arrives ${why}`, () => received.size === last * targets);
  await until('nothing waits any more', async () => (await waiting()) === '0');
}

test('the SQL is that of the native store', () => {
  const program = process.env.NOTIFIER_POSTGRES_STATEMENTS;
  const made = spawnSync(program, { encoding: 'utf8' }).stdout;
  const kept = readFileSync(join(root, 'wasm/src/delivery/postgres_statements.ts'), 'utf8');
  assert.ok(made === kept, `wasm/src/delivery/postgres_statements.ts is stale: ${program} > wasm/src/delivery/postgres_statements.ts`);
});

test('a Node worker and a native one share the work, and what one of them had is the other\'s', { skip: native === undefined }, async () => {
  const one = await startNative('--import', join(folder.path, 'config.json'));
  const two = await startNode();
  await until('both share the shards', async () => (await owned(one)) === 32 && (await owned(two)) === 32);
  assert.equal((await fetch(`${two.url}/readyz`)).status, 200);
  assert.equal(await figure(two, 'notifier_outbox_workers'), 2);

  await Promise.all([send(20, one), send(20, two)]);
  await allArrives('through both');
  const attempts = Number(await postgres.query('SELECT COUNT(*) FROM notifier.delivery_attempts'));
  assert.ok([...received.values()].reduce((sum, { count }) => sum + count, 0) <= attempts);

  // Both deal deliveries into the same shards, mail into the same lanes.
  assert.equal(await postgres.query('SELECT COUNT(DISTINCT notifier_id) FROM notifier.deliveries'), String(targets + 1));
  assert.equal(await postgres.query('SELECT notifier_id FROM notifier.deliveries GROUP BY 1 HAVING COUNT(DISTINCT (shard, target, host)) > 1'), '');

  // What the one has stored the other changes.
  for (const [position, server] of [two, one, two].entries()) {
    const name = `n 0, ${position}`;
    assert.equal((await server.call('PATCH', '/v1/apps/shop/notifiers/n-0', { notifier: { name } })).status, 200);
    assert.equal((await server.call('PATCH', '/v1/apps/shop', { app: { name: `shop, ${position}` } })).status, 200);
    await until('both have the name', async () => (await Promise.all([one, two].map((each) => each.call('GET', '/v1/apps/shop/notifiers/n-0')))).every(({ body }) => body.notifier.name === name));
  }
  // What one changes the other sees, and of two that make the same one does.
  assert.equal((await two.call('POST', '/v1/apps', { app: { name: 'bazaar' } })).status, 201);
  const shows = async (server, name) => JSON.stringify((await server.call('GET', '/v1/apps')).body).includes(`"${name}"`);
  await until('the native one shows the app', () => shows(one, 'bazaar'));
  const names = Array.from({ length: 10 }, (_, i) => `app ${i}`);
  const made = await Promise.all(names.flatMap((name) => [one, two].map((server) => server.call('POST', '/v1/apps', { app: { name } }))));
  assert.equal(made.filter(({ status }) => status === 201).length, names.length, JSON.stringify(made.map(({ status }) => status)));
  await until('both show the same', async () => {
    const [a, b] = await Promise.all([one, two].map(async (server) => JSON.stringify((await server.call('GET', '/v1/apps')).body)));
    return a === b && names.every((name) => a.includes(`"${name}"`));
  });
  // What waits is withdrawn, and what was given up sent again, whoever is asked and whoever has it.
  for (const [asked, other] of [[one, two], [two, one]]) {
    const notifier = { name: `broken ${asked.url}`, platform_id: '5982f145d48c3600273ef08a', send_all_events: true, type_data: { webhook_url: `http://127.0.0.1:1/${asked === one ? 'a' : 'b'}` } };
    const { id } = (await asked.call('POST', '/v1/apps/bazaar/notifiers', { notifier })).body.notifier;
    const states = () => postgres.query(`SELECT DISTINCT state FROM notifier.deliveries WHERE notifier_id = '${id}'`);
    await until('the other knows the notifier', async () => (await other.call('GET', `/v1/apps/bazaar/notifiers/${id}`)).status === 200);
    assert.equal((await asked.call('POST', '/v1/apps/bazaar/events', { type: 'restart', id: `b-${id}` })).status, 202);
    await until('it waits', async () => (await states()).includes('pending'));
    for (const { id: delivery } of (await other.call('GET', `/v1/apps/bazaar/deliveries?notifier_id=${id}&status=pending`)).body.deliveries) {
      assert.equal((await other.call('POST', `/v1/apps/bazaar/deliveries/${delivery}/cancel`)).status, 202);
    }
    await until('it is dead', async () => (await states()) === 'dead');
    const [{ id: delivery }] = (await asked.call('GET', `/v1/apps/bazaar/deliveries?notifier_id=${id}`)).body.deliveries;
    assert.equal((await asked.call('POST', `/v1/apps/bazaar/deliveries/${delivery}/retry`)).status, 202);
    await until('it waits again', async () => (await states()).includes('pending'));
    assert.equal((await asked.call('DELETE', `/v1/apps/bazaar/notifiers/${id}`)).status, 204);
    await until('it has ended', async () => (await states()) === 'dead');
  }

  // Connections are cut.
  await Promise.all([send(10, one, two), postgres.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'notifier-%'")]);
  await allArrives('though connections were cut');

  // The Node one stands still for longer than its lease, and writes and sends nothing when it comes back.
  await send(5, one, two);
  process.kill(two.pid, 'SIGSTOP');
  await send(10, one);
  await until('the native one owns all', async () => (await owned(one)) === 64);
  await allArrives('though one stands still');
  const before = new Map([...received].map(([name, { count }]) => [name, count]));
  process.kill(two.pid, 'SIGCONT');
  await until('it has seen that its shards were lost', async () => (await figure(two, 'notifier_outbox_shards_total{what="lost"}')) > 0);
  await until('it has its share again', async () => (await owned(two)) === 32);
  for (const [name, count] of before) assert.equal(received.get(name).count, count, `${name} is not sent again by who came back`);

  // One is killed while it sends, the native one and the Node one in turn.
  await send(10, one, two);
  await one.stop('SIGKILL');
  await send(10, two);
  await until('the Node one owns all', async () => (await owned(two)) === 64);
  await allArrives('though the native one was killed');
  const three = await startNative();
  await until('the new one has its share', async () => (await owned(three)) === 32);
  await send(10, two, three);
  await two.stop('SIGKILL');
  await send(10, three);
  await until('the native one owns all', async () => (await owned(three)) === 64);
  await allArrives('though the Node one was killed');

  // One ends in order: what it had is the other's at once.
  const four = await startNode();
  await until('the new one has its share', async () => (await owned(four)) === 32);
  await send(5, three, four);
  const stopping = four.stop();
  await until('the other owns all', async () => (await owned(three)) === 64, 3_000);
  assert.equal((await stopping).code, 0);
  await allArrives('though one ended');
  await three.stop();
});

test('events that are told together are counted and told over both', { skip: native === undefined }, async (context) => {
  const counts = [];
  const hook = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    counts.push(JSON.parse(body).count ?? 1);
    response.end();
  });
  await new Promise((resolve) => hook.listen(0, '127.0.0.1', resolve));
  context.after(() => (hook.closeAllConnections(), hook.close()));
  const servers = [await startNative(), await startNode()];
  await until('both share the shards', async () => (await owned(servers[0])) === 32 && (await owned(servers[1])) === 32);
  assert.equal((await servers[1].call('POST', '/v1/apps', { app: { name: 'storms' } })).status, 201);
  await until('the other knows the app', async () => (await servers[0].call('GET', '/v1/apps/storms')).status === 200);
  // A notifier that each of them owns.
  for (let i = 0, seen = new Set(); seen.size < 2; ++i) {
    assert.ok(i < 40);
    const notifier = { name: `storm ${i}`, platform_id: '5982f145d48c3600273ef08a', send_all_events: true, grouping: { mode: 'digest', window: 604_800 }, type_data: { webhook_url: `http://127.0.0.1:${hook.address().port}/${i}` } };
    const { id } = (await servers[i % 2].call('POST', '/v1/apps/storms/notifiers', { notifier })).body.notifier;
    const path = `/v1/apps/storms/notifiers/${id}/digest`;
    await until('both know the notifier', async () => (await servers[0].call('GET', path)).status === 200 && (await servers[1].call('GET', path)).status === 200);
    const held = async (server) => (await server.call('GET', path)).body.digest.events;
    await sleep(1_000); // it may be told of its own making, too
    const own = await held(servers[0]);
    assert.equal((await servers[i % 2].call('POST', '/v1/apps/storms/events', { type: 'restart', id: `first of ${i}` })).status, 202);
    await until('it is held back', async () => (await held(servers[0])) === own + 1);
    const owner = await postgres.query(`SELECT owner FROM notifier.outbox_shards JOIN notifier.delivery_groups USING (shard) WHERE notifier_id = '${id}'`);
    if (!seen.has(owner)) {
      for (let j = 0; j < 4; ++j) assert.equal((await servers[j % 2].call('POST', '/v1/apps/storms/events', { type: 'restart', id: `${i}-${j}` })).status, 202);
      await until('both show what is held back', async () => (await held(servers[0])) === own + 5 && (await held(servers[1])) === own + 5);
      // It is asked for where it is not held.
      for (const server of seen.size === 0 ? [servers[0]] : [servers[1]]) assert.deepEqual((await server.call('POST', path)).body, { digest: { events: own + 5 } });
      await until('it is told', () => counts.includes(own + 5));
      counts.length = 0;
      seen.add(owner);
    }
    await servers[0].call('DELETE', `/v1/apps/storms/notifiers/${id}`);
  }
  await Promise.all(servers.map((server) => server.stop()));
});

test('a server for requests alone owns nothing, and one that only sends answers no requests', async () => {
  const api = await startNode('--role', 'api', '--import', join(folder.path, 'config.json'));
  const before = received.size;
  await send(5, api);
  assert.equal((await fetch(`${api.url}/readyz`)).status, 200);
  const figures = await (await fetch(`${api.url}/metrics`)).text();
  assert.ok(figures.includes('notifier_registry_revision ') && !figures.includes('notifier_outbox_shards_owned'), figures);
  assert.equal(await waiting(), String(5 * (targets + 1)));
  const worker = await startNode('--role', 'worker');
  await until('the worker owns all shards', async () => (await owned(worker)) === 64);
  await until('all arrives', () => received.size === before + 5 * targets);
  for (const path of ['/healthz', '/readyz', '/metrics']) assert.equal((await fetch(worker.url + path)).status, 200, path);
  for (const [method, path] of [['GET', '/v1/apps'], ['POST', '/v1/apps/shop/events'], ['GET', '/openapi.json'], ['GET', '/'], ['POST', '/healthz']]) {
    const answer = await worker.call(method, path, method === 'POST' ? {} : undefined);
    assert.equal(answer.status, 404, path);
    assert.match(answer.body.error, /--role worker/);
  }
  await Promise.all([api.stop(), worker.stop()]);
});

test('no text tells what is in the URL of a database; what goes with a file alone is refused, and a missing package named', () => {
  const serve = (database, args, cwd) => {
    const { status, stderr } = spawnSync(process.execPath, [file('dist/cli/main.js'), 'serve', '--port', '0', '--database', database, ...args], { encoding: 'utf8', cwd, timeout: 60_000 });
    return { status, stderr };
  };
  const tests = join(root, 'tests');
  const url = 'postgresql://user:s3cret-word@127.0.0.1:1/x';
  for (const more of [[], ['--dry-run'], ['--backup', 'x'], ['--export']]) {
    const { status, stderr } = serve(url, more, tests);
    assert.equal(status, 1, stderr);
    assert.ok(!stderr.includes('s3cret-word'), stderr);
  }
  for (const [database, role, code] of [[postgres.url, 'both', 2], [postgres.url, 'api,', 2], [join(folder.path, 'x.db'), 'api', 1]]) {
    const { status, stderr } = serve(database, ['--role', role], tests);
    assert.deepEqual([status, stderr.includes('--role')], [code, true], stderr);
  }
  assert.deepEqual(serve(url, [], folder.path), { status: 1, stderr: 'notifier-wasm: cannot use the database: a PostgreSQL needs the package pg: npm install pg\n' });
});
