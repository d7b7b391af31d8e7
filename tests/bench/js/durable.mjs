// How much of what the disk takes the npm package lets through: `serve` under 200 connections beside a bare loop of node:sqlite that inserts
// the same rows, 200 a commit; reads beside writes; and deliveries through the durable outbox beside bare node:http. In turn, in one run.
//
//     node durable.mjs PACKAGE_FOLDER [ROUNDS [SECONDS]]        with Node.js 22.13 or later

import { fork, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker, isMainThread, workerData, parentPort } from 'node:worker_threads';
import { median } from './measure.mjs';

const self = fileURLToPath(import.meta.url);
const [, , what, ...rest] = process.argv;
const connections = 200;

if (!isMainThread) await bareLoop(workerData);
else if (what === '--load') await load(...rest.map(Number));
else if (what === '--target') takeEverything();
else await main(what, Number(rest[0] ?? 3), Number(rest[1] ?? 5));

// ---- the peers ------------------------------------------------------------------------------------------------------

/** Inserts what `serve` would, one event after the other, 200 a commit. */
async function bareLoop({ path, ms, statements, isDelivered }) {
  const { DatabaseSync } = await import('node:sqlite');
  const database = new DatabaseSync(path);
  database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  for (const migration of statements.migrations) database.exec(migration);
  const prepare = (name) => database.prepare(statements[name]);
  const [event, id, record, content] = ['insertEvent', 'insertEventId', 'insertRecord', 'insertContent'].map(prepare);
  const end = performance.now() + ms;
  let count = 0;
  while (performance.now() < end) {
    database.exec('BEGIN IMMEDIATE');
    for (let i = 0; i < 200; ++i, ++count) {
      const body = eventOf(`ev-${count}`);
      id.get({ 1: 'app-1', 2: `ev-${count}` });
      event.get({ 1: 'app-1', 2: body });
      if (!isDelivered) continue;
      const now = Date.now();
      const { sequence } = record.get({ 1: `msg_${count}`, 2: 'no-1', 3: 'app-1', 4: `ev-${count}`, 5: 'restart', 6: 'webhook', 7: 7n, 8: 8n, 9: 'pending', 10: 0, 11: now, 12: now, 13: 0 });
      content.run({ 1: sequence, 2: JSON.stringify({ platform: 'webhook', key: `msg_${count}`, notifier_id: 'no-1', url: 'https://example.com/', body, headers: [['content-type', 'application/json']] }), 3: 0 });
    }
    database.exec('COMMIT');
  }
  database.close();
  parentPort.postMessage(count);
}

function eventOf(id) {
  return JSON.stringify({ id, type: 'restart', app_id: 'app-1', app_name: 'shop', user: { username: 'ann' }, filler: 'x'.repeat(500) });
}

/** Clients of a server: how many posts and how many gets are answered in a second. */
async function load(port, writers, readers, seconds) {
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
  const end = performance.now() + 1000 * seconds;
  const counts = { posted: 0, read: 0 };
  const ask = (method, path, body) =>
    new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port, method, path, agent, headers: body === undefined ? {} : { 'content-length': Buffer.byteLength(body) } }, (response) => {
        response.resume().on('end', () => resolve(response.statusCode));
      });
      sent.on('error', reject);
      sent.end(body);
    });
  const write = async (writer) => {
    for (let i = 0; performance.now() < end; ++i) if ((await ask('POST', '/v1/apps/shop/events', eventOf(`ev-${process.pid}-${writer}-${i}`))) === 202) ++counts.posted;
  };
  const read = async () => {
    while (performance.now() < end) if ((await ask('GET', '/v1/apps/shop/notifiers')) === 200) ++counts.read;
  };
  await Promise.all([...Array.from({ length: writers }, (_, i) => write(i)), ...Array.from({ length: readers }, read)]);
  process.send({ posted: counts.posted / seconds, read: counts.read / seconds });
  process.disconnect();
}

function takeEverything() {
  const server = createServer((incoming, response) => incoming.resume().on('end', () => response.end('ok')));
  server.listen(0, '127.0.0.1', () => process.send(server.address().port));
}

// ---- the run --------------------------------------------------------------------------------------------------------

async function main(packageFolder, rounds, seconds) {
  const folder = mkdtempSync(join(tmpdir(), 'notifier-durable-'));
  let files = 0;
  const newFile = () => join(folder, `${++files}.db`);
  const statements = await readStatements();
  const target = fork(self, ['--target']);
  const targetPort = await new Promise((resolve) => target.once('message', resolve));
  const results = {};
  const add = (name, value) => (results[name] ??= []).push(value);

  const bare = (isDelivered) => new Promise((resolve, reject) => new Worker(self, { workerData: { path: newFile(), ms: 1000 * seconds, statements, isDelivered } }).on('message', (count) => resolve(count / seconds)).on('error', reject));

  async function withServer(notifiers, run) {
    const config = join(folder, 'config.json');
    const hooks = Array.from({ length: notifiers }, (_, i) => ({ id: `no-${i}`, name: `n${i}`, platform: 'webhook', send_all_events: true, type_data: { webhook_url: `http://127.0.0.1:${targetPort}/` } }));
    writeFileSync(config, JSON.stringify({ version: 1, apps: [{ id: 'app-1', name: 'shop', notifiers: hooks }] }));
    const child = spawn(process.execPath, [join(packageFolder, 'dist/cli/main.js'), 'serve', '--port', '0', '--database', newFile(), '--import', config, '--no-access-log', '--allow-private-targets'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const line = await new Promise((resolve) => child.stdout.setEncoding('utf8').once('data', resolve));
    const clients = (writers, readers) => new Promise((resolve) => fork(self, ['--load', /:(\d+)/.exec(line)[1], writers, readers, seconds].map(String)).once('message', resolve));
    await run(clients);
    child.kill('SIGTERM');
    await new Promise((resolve) => child.on('close', resolve));
  }

  const { Outbox, Sender, SqliteOutboxStore } = await import(pathToFileURL(join(packageFolder, 'dist/node.js')));
  const deliveryOf = (i) => ({
    notifierId: `no-${i % 50}`, notifierName: 'n', appId: 'app-1', eventId: `ev-${i}`, eventType: 'restart', idempotencyKey: `msg_${i}`, truncations: [],
    platform: 'webhook', method: 'POST', url: `http://127.0.0.1:${targetPort}/${i % 50}`, headers: { 'content-type': 'application/json', 'webhook-id': `msg_${i}` }, body: eventOf(`ev-${i}`),
  });

  async function bareHttp() {
    const agent = new Agent({ keepAlive: true, maxSockets: 64 });
    const end = performance.now() + 1000 * seconds;
    let count = 0;
    const send = async () => {
      while (performance.now() < end) {
        const { headers, body } = deliveryOf(++count);
        await new Promise((resolve, reject) => {
          const sent = request({ host: '127.0.0.1', port: targetPort, method: 'POST', path: '/', agent, headers: { ...headers, 'content-length': Buffer.byteLength(body) } }, (response) => response.resume().on('end', resolve));
          sent.on('error', reject);
          sent.end(body);
        });
      }
    };
    await Promise.all(Array.from({ length: 64 }, send));
    agent.destroy();
    return count / seconds;
  }

  async function throughOutbox() {
    const sender = new Sender({ allowPrivate: true });
    const outbox = await Outbox.open({ store: await SqliteOutboxStore.open(newFile()), sender, limits: { webhook: { concurrency: 16 } } });
    const began = performance.now();
    let count = 0;
    while (performance.now() - began < 1000 * seconds) {
      await outbox.enqueue(Array.from({ length: 100 }, () => deliveryOf(++count)));
      await outbox.idle(1_000);
    }
    await outbox.idle();
    const rate = (1000 * count) / (performance.now() - began);
    await outbox.close();
    sender.close();
    return rate;
  }

  for (let round = 0; round < rounds; ++round) {
    add('events, bare loop', await bare(false));
    await withServer(0, async (clients) => {
      add('events, serve', (await clients(connections, 0)).posted);
      add('reads alone', (await clients(0, 20)).read);
      add('reads beside posts', (await clients(20, 20)).read);
    });
    add('events and deliveries, bare loop', await bare(true));
    await withServer(1, async (clients) => add('events and deliveries, serve', (await clients(connections, 0)).posted));
    add('deliveries, node:http', await bareHttp());
    add('deliveries, outbox', await throughOutbox());
  }
  target.kill();
  rmSync(folder, { recursive: true, force: true });

  for (const [name, values] of Object.entries(results)) console.log(`${name.padEnd(34)} ${Math.round(median(values))}/s`);
  for (const [ours, theirs] of [['events, serve', 'events, bare loop'], ['events and deliveries, serve', 'events and deliveries, bare loop'], ['reads beside posts', 'reads alone'], ['deliveries, outbox', 'deliveries, node:http']]) {
    console.log(`${ours} : ${theirs}`.padEnd(66), (median(results[ours]) / median(results[theirs])).toFixed(2));
  }
}

/** The native store's statements, from the source: what they are made of has types, but nothing else of TypeScript. */
async function readStatements() {
  const { readFileSync } = await import('node:fs');
  const source = readFileSync(new URL('../../../wasm/src/delivery/sqlite_statements.ts', import.meta.url), 'utf8').replaceAll(': readonly string[]', '');
  const { migrations, statements, statementsBesideOld } = await import(`data:text/javascript,${encodeURIComponent(source)}`);
  return { migrations, ...statements, ...statementsBesideOld.no };
}
