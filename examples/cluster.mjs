// Two native servers and a Node worker on a PostgreSQL that is thrown away afterwards: events go to both servers, one is killed, and all arrives.
//
//     node examples/cluster.mjs [NOTIFIER_SERVER [PACKAGE]]
//
// Needs a notifier-server that was built with libpq (default: build/release/examples/server/notifier-server), the npm package (default: wasm/,
// where wasm/build has built it) with `pg` beside it or in tests/, Node.js 20 and Debian's postgresql-15. It sends nothing but to this machine.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { startPostgres } from '../tests/server/postgres.mjs';

const program = process.argv[2] ?? new URL('../build/release/examples/server/notifier-server', import.meta.url).pathname;
const folderOf = (path) => new URL(path, import.meta.url).pathname;
const command = join(process.argv[3] ?? folderOf('../wasm'), 'dist/cli/main.js');
const events = 100;
const folder = mkdtempSync(join(tmpdir(), 'notifier-cluster-'));
const children = [];
let postgres;

/** A target that counts what it gets, by the id of the event. */
const received = new Map();
const target = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  const { id } = JSON.parse(body);
  received.set(id, (received.get(id) ?? 0) + 1);
  response.end();
}).listen(0, '127.0.0.1');

/** @param more what else it is told; @param run what runs it */
async function startServer(name, more = [], run = [program]) {
  const config = join(folder, 'config.json');
  const hook = { id: 'hook', name: 'hook', platform: 'webhook', send_all_events: true, type_data: { webhook_url: `http://127.0.0.1:${target.address().port}/` } };
  writeFileSync(config, JSON.stringify({ version: 1, apps: [{ id: 'shop', name: 'shop', notifiers: [hook] }] }));
  const options = ['--database', postgres.url, '--port', '0', '--import', config, '--allow-private-targets', '--send-timeout', '2', '--no-access-log'];
  const child = spawn(run[0], [...run.slice(1), ...options, ...more], { stdio: ['ignore', 'pipe', 'inherit'], cwd: folderOf('../tests') });
  children.push(child);
  const [greeting] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit').then(() => Promise.reject(new Error('the server ended')))]);
  const url = /http:\S+/.exec(String(greeting))[0];
  console.log(`${name}: ${url}`);
  return { name, child, url };
}

async function send(server, id) {
  const answer = await fetch(`${server.url}/v1/apps/shop/events`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ type: 'restart', app_id: 'shop', id }),
  });
  if (answer.status !== 202) throw new Error(`${server.name} answers ${answer.status}`);
}

async function until(condition) {
  for (const end = Date.now() + 60_000; !(await condition()); await sleep(50)) if (Date.now() > end) throw new Error('it takes too long');
}

try {
  postgres = await startPostgres();
  const one = await startServer('one');
  const two = await startServer('two');
  await startServer('a Node worker', ['--role', 'worker'], [process.execPath, command, 'serve']);
  const shares = () => postgres.query('SELECT COUNT(DISTINCT owner) FROM notifier.outbox_shards WHERE lease_until > now()');
  await until(async () => (await shares()) === '3');
  for (let i = 0; i < events; ++i) await send(i % 2 ? one : two, `event ${i}`);
  await until(() => received.size === events);
  const twice = [...received.values()].filter((count) => count > 1).length;
  console.log(`${events} events through two servers, sent by three: ${received.size} arrived, ${twice} of them more than once`);

  for (let i = events; i < 2 * events; ++i) {
    if (i === events + 50) one.child.kill('SIGKILL');
    await send(i % 2 && i < events + 50 ? one : two, `event ${i}`);
  }
  console.log('one was killed');
  await until(() => received.size === 2 * events);
  console.log(`${events} more: ${received.size - events} arrived`);
  await until(async () => (await shares()) === '2' && (await postgres.query('SELECT COUNT(*) FROM notifier.outbox_shards WHERE lease_until > now()')) === '64');
  const owners = await postgres.query("SELECT string_agg(count::text, ' and ') FROM (SELECT COUNT(*) FROM notifier.outbox_shards WHERE lease_until > now() GROUP BY owner) AS each");
  console.log(`the others own ${owners} shards of 64`);
} finally {
  for (const child of children) child.kill('SIGTERM');
  await Promise.all(children.map((child) => child.exitCode ?? child.signalCode ?? once(child, 'exit')));
  target.closeAllConnections();
  target.close();
  await postgres?.stop();
  rmSync(folder, { recursive: true, force: true });
}
