// One of those who share a server takes nothing from the others: neither their places nor their time.

import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { writeFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { startTarget, until } from '../wasm/targets.mjs';
import { NotifierServer } from './notifier_server.mjs';

const folder = NotifierServer.folder();
const hanging = [];
after(async () => {
  await NotifierServer.stopAll();
  for (const { server, sockets } of hanging) {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
  folder.remove();
});

/** A host that takes connections and never answers. */
async function hang(host) {
  const sockets = new Set();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).resume();
  });
  await new Promise((resolve) => server.listen(0, host, resolve));
  hanging.push({ server, sockets });
  return `http://${host}:${server.address().port}`;
}

test('one app has 80 notifiers on ten hosts that hang, and a thousand deliveries: another app is told within a second', async () => {
  const target = await startTarget();
  const hosts = await Promise.all(Array.from({ length: 10 }, (_, i) => hang(`127.0.0.${i + 2}`)));
  const hook = (id, url) => ({ id, name: id, platform: 'webhook', send_all_events: true, type_data: { webhook_url: url } });
  const file = `${folder.path}/config.json`;
  writeFileSync(file, JSON.stringify({ version: 1, apps: [
    { id: '1', name: 'greedy', notifiers: Array.from({ length: 80 }, (_, i) => hook(`greedy-${i}`, `${hosts[i % 10]}/${i}`)) },
    { id: '2', name: 'modest', notifiers: [hook('modest', target.url('ok/modest'))] },
  ] }));
  const server = await NotifierServer.startSending(folder.database, ['--allow-private-targets', '--no-access-log', '--import', file]);
  await Promise.all(Array.from({ length: 13 }, () => server.call('POST', '/v1/apps/greedy/events', { type: 'restart' })));
  await until(() => hanging.reduce((count, { sockets }) => count + sockets.size, 0) >= 100);
  for (let i = 1; i <= 5; ++i) {
    const started = performance.now();
    assert.equal((await server.call('POST', '/v1/apps/modest/events', { type: 'restart', id: `e-${i}` })).status, 202);
    await until(() => target.requests.length === i);
    assert.ok(performance.now() - started < 1_000, `${performance.now() - started} ms`);
    await sleep(100);
  }
  // The greedy one keeps to its share.
  assert.ok(hanging.reduce((count, { sockets }) => count + sockets.size, 0) <= 128);
  await server.stop();
  await target.close();
});
