// What a second worker brings, and how a worker starts with a million deliveries waiting.
//
//     node cluster.mjs ROUNDS SERVER WORKER
//
// A PostgreSQL with its default durability; receivers on 32 addresses that answer after 50 ms; workers with 64 places each, so that one may
// send 1,280 deliveries a second. In turn: one worker, two workers. Then notifier-server --role worker with 1,000,000 pending deliveries.
// Called by tests/bench/run cluster.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { startPostgres } from '../server/postgres.mjs';

const [, , rounds, server, worker] = process.argv;
const hosts = 32;
const hooks = 512;
const folder = mkdtempSync(join(tmpdir(), 'notifier-bench-'));
const postgres = await startPostgres({ isDurable: true });

let arrived = 0;
const receiver = createServer((request, response) => {
  request.resume();
  setTimeout(() => response.end(), 50);
  ++arrived;
});
receiver.keepAliveTimeout = 60_000;
await new Promise((resolve) => receiver.listen(0, '0.0.0.0', resolve));
const { port } = receiver.address();
const notifiers = Array.from({ length: hooks }, (_, i) => ({ id: `n-${i}`, name: `n ${i}`, platform: 'webhook', send_all_events: true, type_data: { webhook_url: `http://127.0.1.${1 + (i % hosts)}:${port}/${i}` } }));
const config = join(folder, 'config.json');
writeFileSync(config, JSON.stringify({ version: 1, apps: [{ id: 'shop', name: 'shop', notifiers }] }));

const children = new Set();
function start(command, args) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  children.add(child);
  child.on('close', () => children.delete(child));
  return child;
}
const stop = (child) => (child.kill(), once(child, 'close'));
async function startServer(url, ...more) {
  const child = start(server, ['--port', '0', '--database', url, '--allow-private-targets', '--no-access-log', ...more]);
  const [line] = await once(child.stdout, 'data');
  return { child, url: `http://127.0.0.1:${/:(\d+)/.exec(String(line))[1]}` };
}
async function until(condition) {
  while (!(await condition())) await sleep(10);
}

/** A database of its own with so many events put in, each for all webhooks. */
async function fill(name, events) {
  const url = await postgres.database(name);
  const api = await startServer(url, '--role', 'api', '--import', config);
  for (let i = 0; i < events; ++i) {
    const { status } = await fetch(`${api.url}/v1/apps/shop/events`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ type: 'restart', id: `e-${i}` }) });
    if (status !== 202) throw new Error(`an event is answered by ${status}`);
  }
  await stop(api.child);
  return url;
}

/** Deliveries a second by so many workers, from the first tenth to the last. */
async function rate(name, workers) {
  const events = 20 * workers;
  const all = events * hooks;
  const url = await fill(name, events);
  arrived = 0;
  const running = Array.from({ length: workers }, () => start(worker, [url]));
  await until(() => arrived >= all / 10);
  const [from, began] = [arrived, performance.now()];
  await until(() => arrived >= 0.9 * all);
  const found = (arrived - from) / ((performance.now() - began) / 1000);
  await Promise.all(running.map(stop));
  return found;
}

/** How long until a worker owns all shards and has sent something, and what memory it takes in the next 20 seconds. */
async function startWithMany(count) {
  const url = await fill('many', 1);
  const copies = Math.ceil(count / hooks);
  await postgres.query(
    `SET search_path = notifier;
     CREATE TEMP TABLE more AS SELECT d.sequence AS old, 1000 + row_number() OVER () AS new, g FROM deliveries d, generate_series(1, ${copies}) g;
     INSERT INTO deliveries (sequence, shard, notifier_id, key, app_id, event_id, event_type, platform, target, host, state, attempts, created_at, next_at, wait_ms)
       OVERRIDING SYSTEM VALUE SELECT m.new, d.shard, d.notifier_id, d.key || '-' || m.g, d.app_id, d.event_id, d.event_type, d.platform, d.target, d.host, d.state, d.attempts, d.created_at, d.next_at, d.wait_ms
       FROM more m JOIN deliveries d ON d.sequence = m.old;
     INSERT INTO delivery_contents (sequence, content, rest, recipients) SELECT m.new, c.content, c.rest, c.recipients FROM more m JOIN delivery_contents c ON c.sequence = m.old;
     ANALYZE;`,
    url,
  );
  const waiting = Number(await postgres.query("SELECT COUNT(*) FROM notifier.deliveries WHERE state = 'pending'", url));
  arrived = 0;
  const began = performance.now();
  const { child, url: at } = await startServer(url, '--role', 'worker');
  const listens = performance.now() - began;
  await until(async () => arrived > 0 && Number(/^notifier_outbox_shards_owned (\d+)/m.exec(await (await fetch(`${at}/metrics`)).text())?.[1]) === 64);
  const up = performance.now() - began;
  await sleep(20_000);
  const memory = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1]) / 1024;
  await stop(child);
  return { waiting, listens, up, memory, sent: arrived };
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
try {
  const [one, two] = [[], []];
  for (let round = 0; round < Number(rounds); ++round) {
    one.push(await rate(`one-${round}`, 1));
    two.push(await rate(`two-${round}`, 2));
  }
  console.log(`one worker ${median(one).toFixed(0)} deliveries/s, two ${median(two).toFixed(0)}: ${(median(two) / median(one)).toFixed(2)}`);
  const { waiting, listens, up, memory, sent } = await startWithMany(1_000_000);
  console.log(`${waiting} pending: listening after ${(listens / 1000).toFixed(2)} s, all shards owned and sending after ${(up / 1000).toFixed(2)} s; ${memory.toFixed(0)} MB at most, ${sent} sent 20 s later`);
} finally {
  for (const child of children) child.kill('SIGKILL');
  receiver.closeAllConnections();
  receiver.close();
  await postgres.stop();
  rmSync(folder, { recursive: true });
}
