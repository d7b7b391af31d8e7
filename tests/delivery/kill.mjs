// Deliveries under faults and kills: of 100 requests 10 fail in some way, and the server is killed again and again.
//
//     node kill.mjs PROGRAM DELIVERIES KILLS
//
// None may be lost. One may arrive twice only where a kill fell between its arrival and its record, and then under the
// same key: so each that came twice came the first time shortly before a kill, and the second time after it.

import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { NotifierServer } from '../server/notifier_server.mjs';
import { until } from '../wasm/targets.mjs';

const wanted = Number(process.argv[3]);
const kills = Number(process.argv[4]);
const targets = 20;
const eventsAtOnce = 50;

// ---- the receiver ---------------------------------------------------------------------------------------------------

/** When each key arrived, by key. */
const arrivals = new Map();
let faults = 0;
const faultKinds = [
  (request, response) => response.writeHead(500).end(),
  (request, response) => response.writeHead(503).end('busy'),
  (request) => request.socket.destroy(),
  (request) => request.socket.resetAndDestroy(),
  (request, response) => response.writeHead(Math.random() < 0.2 ? 429 : 502).end(),
];
const receiver = createServer((request, response) => {
  let body = '';
  request.on('error', () => {});
  request.on('data', (data) => (body += data));
  request.on('end', () => {
    if (Math.random() < 0.1) {
      ++faults;
      faultKinds[Math.floor(Math.random() * faultKinds.length)](request, response);
      return;
    }
    const key = request.headers['webhook-id'];
    const what = `${request.url} ${JSON.parse(body).id}`;
    const known = arrivals.get(key) ?? { what, times: [] };
    assert.equal(known.what, what, 'a key stands for one event and one notifier');
    known.times.push(Date.now());
    arrivals.set(key, known);
    response.end('ok');
  });
});
receiver.keepAliveTimeout = 60_000;
await new Promise((resolve) => receiver.listen(0, '127.0.0.1', resolve));

// ---- the server, killed and started again ---------------------------------------------------------------------------

const folder = NotifierServer.folder();
const config = join(folder.path, 'config.json');
const notifiers = Array.from({ length: targets }, (_, i) => ({
  id: `no-${i}`, name: `to ${i}`, platform: 'webhook', send_all_events: true, type_data: { webhook_url: `http://127.0.0.1:${receiver.address().port}/${i}` },
}));
writeFileSync(config, JSON.stringify({ version: 1, apps: [{ id: 'app', name: 'app', notifiers }] }));
const delays = Array.from({ length: 20 }, (_, i) => (i < 5 ? 0.2 : 1)).join(',');
const start = () => NotifierServer.startSending(folder.database, ['--import', config, '--allow-private-targets', '--no-access-log', '--retry-delays', delays]);
const memory = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))[1]) / 1000;

let server = await start();
const killedAt = [];
/** Posts events until they are acknowledged, whatever happens to the server. */
async function post(first, count) {
  const lines = Array.from({ length: count }, (_, i) => JSON.stringify({ id: `ev-${first + i}`, created_at: '2024-05-14T09:46:42.077Z', type: 'restart', app_id: 'app', app_name: 'app', type_data: {} })).join('\n');
  while (true) {
    try {
      const answer = await server.call('POST', '/v1/apps/app/events', lines, { 'Content-Type': 'application/x-ndjson' });
      assert.equal(answer.status, 202);
      return;
    } catch (error) {
      if (error.code === 'ERR_ASSERTION') throw error;
      await sleep(20);
    }
  }
}

const begun = Date.now();
const events = Math.ceil(wanted / targets);
const expected = events * targets;
const posting = (async () => {
  for (let first = 0; first < events; first += eventsAtOnce) {
    while (first * targets > arrivals.size + 20_000) await sleep(10);
    await post(first, Math.min(eventsAtOnce, events - first));
  }
})();

const figures = [];
for (let last = -1, quiet = 0; arrivals.size < expected; ) {
  if (killedAt.length < kills && arrivals.size >= (expected * (killedAt.length + 1)) / (kills + 1)) {
    figures.push(memory());
    killedAt.push(Date.now());
    await server.stop('SIGKILL');
    server = await start();
  }
  await sleep(5);
  quiet = arrivals.size === last ? quiet + 1 : 0;
  last = arrivals.size;
  assert.ok(quiet < 24_000, `nothing has arrived for two minutes: ${arrivals.size} of ${expected}`);
}
await posting;
const taken = (Date.now() - begun) / 1000;
/** How many of the latest deliveries are not recorded as delivered. */
async function countPending() {
  let pending = 0;
  for (const { id } of notifiers) {
    const { deliveries, meta } = (await server.call('GET', `/v1/apps/app/notifiers/${id}/deliveries?per_page=100`)).body;
    assert.equal(meta.pagination.total_count, events, `deliveries of ${id}`);
    pending += deliveries.filter(({ state }) => state !== 'delivered').length;
  }
  return pending;
}
await until(async () => (await countPending()) === 0, 'the record of every delivery');
// What was sent twice without need would come now.
await sleep(1500);
figures.push(memory());
assert.deepEqual(await server.stop(), { code: 0, signal: null });
const size = statSync(folder.database).size / 1e6;
folder.remove();
receiver.close();
receiver.closeAllConnections();

// ---- what arrived ---------------------------------------------------------------------------------------------------

assert.equal(arrivals.size, expected);
assert.equal(new Set([...arrivals.values()].map(({ what }) => what)).size, expected);
let twice = 0;
for (const [key, { times }] of arrivals) {
  for (let i = 1; i < times.length; ++i) {
    ++twice;
    const kill = killedAt.find((at) => times[i - 1] <= at + 1000 && at - 10_000 < times[i - 1] && times[i] >= at);
    assert.ok(kill, `${key} arrived again without a kill in between`);
  }
}
console.log(`${expected} deliveries in ${taken.toFixed(1)} s (${Math.round(expected / taken)} a second), ${faults} faults, ${kills} kills: none lost, ${twice} arrived twice, each around a kill and under its key`);
console.log(`memory of the server, MB: ${figures.map((figure) => figure.toFixed(0)).join(' ')}; its database ${size.toFixed(0)} MB`);
