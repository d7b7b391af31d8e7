// Three servers on one PostgreSQL, two native ones and one in Node.js, and everything that goes wrong with servers and databases.
//
//     node cluster.mjs PROGRAM EVENTS FAULTS HELD_SECONDS CLI
//
// CLI: dist/cli/main.js of the npm package; the folder that this is called in has the package pg.
// Servers are killed, stopped in order, or stand still for longer than a lease; connections are cut and the database
// crashes, while events come in. Everything acknowledged arrives, what arrives again comes under the same key, and all
// shards have an owner again within a minute. Then a transaction is held open for so long, which may cost half the rate.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { NotifierServer, program } from '../server/notifier_server.mjs';
import { startPostgres } from '../server/postgres.mjs';

const [events, faults, heldSeconds] = process.argv.slice(3, 6).map(Number);
const cli = process.argv[6];
const targets = 12;
const atOnce = 20;
const leaseMs = 4_000;

/** What has arrived: keys by target and event. */
const keys = new Map();
let attempts = 0;
const receiver = createServer((request, response) => {
  let body = '';
  request.on('error', () => {});
  request.on('data', (data) => (body += data));
  request.on('end', () => {
    ++attempts;
    if (Math.random() < 0.1) return void response.writeHead(503).end();
    const name = `${request.url} ${JSON.parse(body).id}`;
    const before = keys.get(name);
    if (before !== undefined) assert.equal(before, request.headers['webhook-id'], 'what arrives again comes under the same key');
    keys.set(name, request.headers['webhook-id']);
    response.end();
  });
});
receiver.keepAliveTimeout = 60_000;
await new Promise((resolve) => receiver.listen(0, '127.0.0.1', resolve));

const folder = NotifierServer.folder();
const postgres = await startPostgres();
const config = join(folder.path, 'config.json');
const notifiers = Array.from({ length: targets }, (_, i) => ({ id: `n-${i}`, name: `n ${i}`, platform: 'webhook', send_all_events: true, type_data: { webhook_url: `http://127.0.0.1:${receiver.address().port}/${i}` } }));
writeFileSync(config, JSON.stringify({ version: 1, apps: [{ id: 'app', name: 'app', notifiers }] }));
const options = ['--allow-private-targets', '--no-access-log', '--send-timeout', '2', '--retry-delays', '0.1,0.2,0.5,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1'];
/** The last of the three is the one in Node.js. */
const commands = [[program, []], [program, []], [process.execPath, [cli, 'serve']]];
const start = (at, ...more) => NotifierServer.startBy(...commands[at], postgres.url, [...options, ...more]);
/** The database may be away. */
async function startSomehow(at) {
  for (let tries = 0; ; ++tries) {
    try {
      return await start(at);
    } catch (error) {
      if (tries === 30) throw error;
      await sleep(500);
    }
  }
}

async function until(what, condition, ms = 60_000) {
  for (const end = Date.now() + ms; ; await sleep(50)) {
    if (await Promise.resolve().then(condition).catch(() => false)) return;
    if (Date.now() > end) throw new Error(`never: ${what}`);
  }
}

const owned = async () => Number(await postgres.query('SELECT COUNT(*) FROM notifier.outbox_shards WHERE lease_until > clock_timestamp()'));
const any = (list) => list[Math.floor(Math.random() * list.length)];

const servers = [await start(0, '--import', config)];
servers.push(await start(1), await start(2));
await until('all shards have an owner', async () => (await owned()) === 64);

/** Posts events until they are acknowledged, whatever happens: under the same ids. */
async function post(first, count) {
  const lines = Array.from({ length: count }, (_, i) => JSON.stringify({ id: `e-${first + i}`, type: 'restart', app_id: 'app' })).join('\n');
  for (const end = Date.now() + 120_000; ; await sleep(50)) {
    try {
      const { status } = await any(servers).call('POST', '/v1/apps/app/events', lines, { 'Content-Type': 'application/x-ndjson' });
      if (status === 202) return;
    } catch {
      // It was killed, or stands still.
    }
    assert.ok(Date.now() < end, 'events are taken in again after each fault');
  }
}

const kinds = {
  kill: async (at) => {
    await servers[at].stop('SIGKILL');
    servers[at] = await startSomehow(at);
  },
  stop: async (at) => {
    await servers[at].stop();
    await until('what a server had that ended in order is owned by others', async () => (await owned()) === 64, 3_000);
    servers[at] = await startSomehow(at);
  },
  freeze: async (at) => {
    process.kill(servers[at].pid, 'SIGSTOP');
    await sleep(leaseMs + 2_000);
    process.kill(servers[at].pid, 'SIGCONT');
  },
  cut: () => postgres.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'notifier-%'"),
  crash: () => postgres.restart(),
};

let isOver = false;
const counts = {};
const disturbing = (async () => {
  for (let i = 0; i < faults; ++i) {
    const kind = Object.keys(kinds)[i % Object.keys(kinds).length];
    await kinds[kind](Math.floor(Math.random() * servers.length));
    counts[kind] = (counts[kind] ?? 0) + 1;
    await until(`all shards have an owner after: ${kind}`, async () => (await owned()) === 64);
    await sleep(Math.random() * 1_000);
  }
  isOver = true;
})();

let next = 0;
async function pump(isEnough) {
  while (!isEnough()) {
    const first = next;
    next += atOnce;
    await post(first, atOnce);
  }
}
const isEnough = () => isOver && next >= events;
await Promise.all([disturbing, pump(isEnough), pump(isEnough)]);
await until('everything acknowledged arrives', () => keys.size === next * targets, 300_000);
const waiting = "SELECT COUNT(*) FROM notifier.deliveries WHERE state <> 'delivered'";
await until('everything is recorded as delivered', async () => (await postgres.query(waiting)) === '0');
assert.equal(await postgres.query('SELECT COUNT(*) FROM notifier.deliveries'), String(next * targets));
console.log(`${next} events to ${targets} targets, faults: ${JSON.stringify(counts)}: all arrived, ${attempts} attempts`);

/** Deliveries a second, for so long. */
async function rate(seconds) {
  const [before, end] = [keys.size, Date.now() + 1000 * seconds];
  await Promise.all([pump(() => Date.now() > end), pump(() => Date.now() > end)]);
  return (keys.size - before) / ((Date.now() - end) / 1000 + seconds);
}
const free = await rate(Math.min(20, heldSeconds));
const holding = postgres.query(`BEGIN; SELECT pg_current_xact_id(); SELECT pg_sleep(${heldSeconds + 1}); COMMIT`);
const held = await rate(heldSeconds);
await holding;
await until('all arrives', () => keys.size === next * targets, 300_000);
console.log(`${free.toFixed(0)} deliveries a second, ${held.toFixed(0)} while a transaction was open for ${heldSeconds} s`);
assert.ok(held > free / 2, 'an open transaction costs less than half the rate');

for (const server of servers) await server.stop();
receiver.closeAllConnections();
receiver.close();
await postgres.stop();
folder.remove();
