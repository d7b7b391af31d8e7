// A server that stands in the open: thousands of slow, idle and streaming clients and big events at once, while good clients
// go on; once from many addresses, once all from one.
//
//     node open.mjs SERVER [SECONDS] [SCALE]
//
// SERVER: notifier-server, or dist/cli/main.js of the npm package. SCALE: so much of the crowd, from 0 to 1. Prints a line of JSON
// for each, and fails where a good request took too long at the 99th percentile (50 ms, in Node.js 150, or five times what it takes
// without the crowd where the machine is slow: the crowd works, too), the memory grew too large, or an event that was acknowledged
// is not there.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { fixture, NotifierServer } from '../server/notifier_server.mjs';

const seconds = Number(process.argv[3] ?? 30);
const scale = Number(process.argv[4] ?? 1);
const most_mb = 700;
const isNode = process.argv[2].endsWith('.js');
const most_p99_ms = isNode ? 150 : 50;
/** `notifier serve` gives whoever is connected five seconds to end. */
const most_stop_ms = isNode ? 6_000 : 2_000;
const node22 = new URL('../node_modules/node22/bin/node', import.meta.url).pathname;

function start(database) {
  const options = ['--dry-run', '--import', fixture, '--no-access-log'];
  return isNode ? NotifierServer.startBy(node22, ['--no-warnings', process.argv[2], 'serve'], database, options) : NotifierServer.startSending(database, options);
}

function crowd(server, kind, count, addresses) {
  return spawn(process.execPath, [new URL('../server/crowd.mjs', import.meta.url).pathname, server.port, kind, Math.ceil(count * scale), addresses].map(String), { stdio: ['pipe', 'ignore', 'inherit'] });
}
const memory = (server) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))[1]) / 1024;

let failed = false;
for (const [what, addresses] of [['from many addresses', 250], ['from one address', 1]]) {
  const folder = NotifierServer.folder();
  const server = await start(folder.database);
  const crowds = [];
  const quiet = [];
  for (let i = 0; i < 200; ++i) {
    const started = performance.now();
    await (i % 2 ? server.call('POST', '/v1/apps/empty/events', { type: 'restart' }) : server.call('GET', '/v1/apps'));
    quiet.push(performance.now() - started);
  }
  for (const [kind, count] of [['idle', 8_000], ['slow', 5_000], ['stream', 1_000], ['unread', 1_000]]) {
    crowds.push(crowd(server, kind, count, addresses));
    await sleep(3_000);
  }
  const times = [];
  let acknowledged = 100;
  let most = 0;
  const end = performance.now() + seconds * 1000;
  const good = async (client) => {
    for (let i = 0; performance.now() < end; ++i) {
      const started = performance.now();
      const post = (i + client) % 2 === 0;
      const { status } = post ? await server.call('POST', '/v1/apps/empty/events', { type: 'restart' }) : await server.call('GET', '/v1/apps');
      times.push(performance.now() - started);
      assert.equal(status, post ? 202 : 200);
      if (post) ++acknowledged;
      most = Math.max(most, memory(server));
      await sleep(20);
    }
  };
  const big = async () => {
    const padding = 'x'.repeat(5 << 20);
    for (let i = 0; i < 20 && performance.now() < end; ++i) {
      assert.ok([202, 503].includes((await server.call('POST', '/v1/apps/shop/events', { type: 'restart', padding })).status));
      await sleep((seconds * 1000) / 25);
    }
  };
  const connections = readdirSync(`/proc/${server.pid}/fd`).length;
  await Promise.all([good(0), good(1), good(2), big()]);
  const quantile = (q, of = times) => Number(of.sort((a, b) => a - b)[Math.floor((of.length - 1) * q)].toFixed(1));
  const { total_count } = (await server.call('GET', '/v1/apps/empty/events?per_page=1')).body.meta.pagination;
  const stopping = performance.now();
  const ended = await server.stop();
  const stop_ms = Math.round(performance.now() - stopping);
  for (const each of crowds) each.kill('SIGKILL');
  folder.remove();
  const result = { what, connections, quiet_p99_ms: quantile(0.99, quiet), requests: times.length, p50_ms: quantile(0.5), p99_ms: quantile(0.99), max_ms: quantile(1), memory_mb: Math.round(most), acknowledged, kept: total_count, stop_ms };
  console.log(JSON.stringify(result));
  // Of an app's events a thousand are kept.
  const kept = Math.min(acknowledged, 1_000);
  if (result.p99_ms > Math.max(most_p99_ms, 5 * result.quiet_p99_ms) || result.memory_mb > most_mb || total_count < kept || ended.code !== 0 || stop_ms > most_stop_ms) failed = true;
}
process.exitCode = failed ? 1 : 0;
