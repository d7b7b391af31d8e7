// A storm under kills: events for a notifier that is told of them together, while a server is killed again and again: the only one there
// is, with a file, or one of several on one PostgreSQL.
//
//     node storm.mjs PROGRAM EVENTS KILLS [SERVERS]
//
// Every event is told once: by itself, or counted by one digest. What arrives twice, as a kill fell between its arrival
// and its record, comes under the same key with the same bytes.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { NotifierServer } from '../server/notifier_server.mjs';
import { startPostgres } from '../server/postgres.mjs';
import { until } from '../wasm/targets.mjs';

const events = Number(process.argv[3]);
const kills = Number(process.argv[4]);
const servers = Number(process.argv[5] ?? 0);
const eventsAtOnce = 500;
const windowSeconds = 2;

/** What was told, by key. */
const told = new Map();
const receiver = createServer((request, response) => {
  let body = '';
  request.on('error', () => {});
  request.on('data', (data) => (body += data));
  request.on('end', () => {
    const key = request.headers['webhook-id'];
    const before = told.get(key);
    if (before !== undefined) assert.equal(before, body, 'a key stands for one message');
    told.set(key, body);
    response.end('ok');
  });
});
receiver.keepAliveTimeout = 60_000;
await new Promise((resolve) => receiver.listen(0, '127.0.0.1', resolve));

/** How many events were told. */
const counted = () => [...told.values()].reduce((sum, body) => sum + (JSON.parse(body).count ?? 1), 0);

const folder = NotifierServer.folder();
const config = join(folder.path, 'config.json');
const notifiers = [{
  id: 'no', name: 'ops', platform: 'webhook', send_all_events: true,
  grouping: { mode: 'throttle', window: windowSeconds, by: ['type'], max_items: 2 },
  type_data: { webhook_url: `http://127.0.0.1:${receiver.address().port}/` },
}];
writeFileSync(config, JSON.stringify({ version: 1, apps: [{ id: 'app', name: 'app', notifiers }] }));
const postgres = servers > 0 ? await startPostgres() : undefined;
// What a server had that was killed is taken over once its lease is over, which is longer than an attempt may take.
const start = (...more) => NotifierServer.startSending(postgres?.url ?? folder.database, [...more, '--allow-private-targets', '--no-access-log', ...(postgres ? ['--send-timeout', '2'] : []), '--retry-delays', '0.2,0.2,1,1,1,1']);
/** Those that run; where one was killed, the next takes its place. */
const alive = [await start('--import', config)];
while (alive.length < servers) alive.push(await start());

/** Posts events until they are acknowledged, by whichever server, whatever happens to it: under the same ids. */
async function post(first, count) {
  const lines = Array.from({ length: count }, (_, i) => JSON.stringify({ id: `ev-${first + i}`, created_at: '2024-05-14T09:46:42.077Z', type: 'repeated_crash', app_id: 'app', app_name: 'app', type_data: {} })).join('\n');
  for (let turn = first / eventsAtOnce; ; ++turn) {
    try {
      const answer = await alive[turn % alive.length].call('POST', '/v1/apps/app/events', lines, { 'Content-Type': 'application/x-ndjson' });
      assert.equal(answer.status, 202);
      assert.equal(answer.body.events[0].deliveries[0].grouped, true);
      return;
    } catch (error) {
      if (error.code === 'ERR_ASSERTION') throw error;
      await sleep(20);
    }
  }
}

const begun = Date.now();
let posted = 0;
const posting = (async () => {
  for (; posted < events; posted += eventsAtOnce) await post(posted, Math.min(eventsAtOnce, events - posted));
})();
for (let kill = 1; kill <= kills; ++kill) {
  await until(() => posted >= (events * kill) / (kills + 1), 'events that are taken in');
  await sleep(Math.random() * 500);
  const killed = Math.floor(Math.random() * alive.length);
  await alive[killed].stop('SIGKILL');
  alive[killed] = await start();
}
await posting;
const taken = (Date.now() - begun) / 1000;
await until(() => counted() >= events, `${events} events that are told`);
const ended = (Date.now() - begun) / 1000;
await sleep(windowSeconds * 1000 + 500);
assert.equal(counted(), events, 'each event is told once');
const most = 2 + 2 * kills + 2 * Math.ceil((Date.now() - begun) / 1000 / windowSeconds);
assert.ok(told.size <= most, `${told.size} messages are no storm: at most ${most}`);

const { body } = await alive[0].call('GET', '/v1/apps/app/notifiers/no/deliveries?per_page=100');
assert.ok(body.deliveries.every(({ state }) => state === 'delivered' || state === 'grouped'));
for (const server of alive) await server.stop();
await postgres?.stop();
folder.remove();
receiver.close();
receiver.closeAllConnections();
console.log(`${events} events in ${taken.toFixed(1)} s, all told after ${ended.toFixed(1)} s, ${kills} kills: ${told.size} messages`);
