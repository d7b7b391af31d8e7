// Who does nothing good with a connection takes nothing from the others: not their time, not the server's memory, not its life.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { after, afterEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { fixture, NotifierServer, program } from './notifier_server.mjs';

const folders = [];
const crowds = [];
function folder() {
  folders.push(NotifierServer.folder());
  return folders.at(-1);
}
afterEach(() => {
  for (const crowd of crowds.splice(0)) crowd.kill('SIGKILL');
});
after(async () => {
  await NotifierServer.stopAll();
  for (const each of folders) each.remove();
});

/** Lets a crowd in, and resolves once all of it has been let in, or as many as there can be. */
async function crowd(server, kind, count, addresses = 1) {
  const child = spawn(process.execPath, [new URL('crowd.mjs', import.meta.url).pathname, server.port, kind, count, addresses].map(String), { stdio: ['pipe', 'pipe', 'inherit'] });
  crowds.push(child);
  await Promise.race([once(child.stdout, 'data'), sleep(8_000)]);
  return child;
}

/** How long each of some good requests takes, in milliseconds: on a connection of its own and on a kept one. */
async function good(server, count = 20) {
  const times = [];
  for (let i = 0; i < count; ++i) {
    const started = performance.now();
    const answer = i % 2 ? await server.call('GET', '/v1/apps') : await server.call('POST', '/v1/apps/shop/events', { type: 'restart' }, { Connection: 'close' });
    assert.ok([200, 202].includes(answer.status), String(answer.status));
    times.push(performance.now() - started);
  }
  return times.sort((a, b) => a - b);
}
const isQuick = (times) => assert.ok(times.at(-1) < 2_000 && times[times.length >> 1] < 500, times.join());

const memory = (server, what = 'VmRSS') => Number(new RegExp(`${what}:\\s+(\\d+)`).exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))[1]) / 1024;
const threads = (server) => memory(server, 'Threads') * 1024;

test('1,500 clients that send a byte now and then, from one address: everybody else is served, by no more threads', async () => {
  const server = await NotifierServer.start(folder().database, '--import', fixture, '--no-access-log');
  const before = threads(server);
  await crowd(server, 'slow', 1_500);
  isQuick(await good(server));
  assert.equal(threads(server), before);
  assert.ok(memory(server) < 100, String(memory(server)));
  await server.stop();
});

test('512 open streams: requests are served, and every stream is told', async () => {
  const server = await NotifierServer.start(folder().database, '--import', fixture, '--no-access-log');
  const before = threads(server);
  await crowd(server, 'stream', 512);
  isQuick(await good(server));
  const aborter = new AbortController();
  const response = await fetch(`${server.url}/v1/apps/shop/stream`, { signal: aborter.signal });
  assert.equal(response.status, 200);
  await server.call('POST', '/v1/apps/shop/events', { id: 'seen', type: 'restart' });
  let text = '';
  for await (const bytes of response.body.pipeThrough(new TextDecoderStream())) if ((text += bytes).includes('"seen"')) break;
  aborter.abort();
  assert.equal(threads(server), before);
  await server.stop();
});

test('thousands of idle connections cost little, and nobody waits for them', async () => {
  const server = await NotifierServer.start(folder().database, '--import', fixture, '--no-access-log');
  const before = memory(server);
  // As many as one process may open here, and the server may keep.
  const count = Math.min(10_000, Number(spawnSync('bash', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).stdout) - 1_000 || 10_000);
  await crowd(server, 'idle', count);
  isQuick(await good(server));
  const each = ((memory(server) - before) * 1024) / count;
  assert.ok(each < 8, `${each} KB each`);
  await server.stop();
});

test('more connections than there are descriptors: the oldest that wait make room, and deliveries keep theirs', async () => {
  const database = folder().database;
  const limited = await startLimited('ulimit -n 256', database);
  await crowd(limited, 'slow', 600);
  isQuick(await good(limited));
  await crowd(limited, 'idle', 400, 20);
  isQuick(await good(limited));
  assert.doesNotMatch(limited.log, /terminate|abort/);
  await limited.stop();
});

test('100 streams that nobody reads and 16 events of 5 MB take a small part of a gigabyte', async () => {
  const server = await NotifierServer.start(folder().database, '--import', fixture, '--no-access-log');
  await crowd(server, 'unread', 100);
  const padding = 'x'.repeat(5 << 20);
  let most = 0;
  for (let i = 0; i < 16; ++i) {
    assert.equal((await server.call('POST', '/v1/apps/shop/events', { id: `big-${i}`, type: 'restart', padding })).status, 202);
    most = Math.max(most, memory(server));
  }
  isQuick(await good(server));
  assert.ok(most < 450, `${most} MB`);
  await server.stop();
});

test('bodies that never end and answers that nobody reads stay within a budget', async () => {
  const server = await NotifierServer.start(folder().database, '--import', fixture, '--no-access-log');
  for (let i = 0; i < 20; ++i) await server.call('POST', '/v1/apps/shop/events', { type: 'restart', padding: 'x'.repeat(100_000) });
  await crowd(server, 'body', 100);
  isQuick(await good(server));
  await crowd(server, 'answer', 200);
  await good(server); // after what 200 others asked for, which was work
  assert.ok(memory(server) < 500, `${memory(server)} MB`);
  await server.stop();
});

/** A server under limits of the shell's; as a user who has no privileges, where this one has. */
async function startLimited(limits, database) {
  const isRoot = process.getuid() === 0;
  if (isRoot) {
    const path = database.slice(0, database.lastIndexOf('/'));
    chownSync(path, 65534, 65534);
    chmodSync(path, 0o755);
  }
  // `exec`, so that signals meet the server.
  const run = `${limits}; exec "$0" "$@"`;
  const command = isRoot ? ['setpriv', ['--reuid', '65534', '--regid', '65534', '--clear-groups', 'bash', '-c', run]] : ['bash', ['-c', run]];
  return NotifierServer.startBy(command[0], [...command[1], program], database, ['--dry-run', '--import', fixture, '--no-access-log']);
}

test('with few threads and little memory, a crowd is borne or refused, and the server lives', async () => {
  for (const limits of ['ulimit -u 64', 'ulimit -v 1000000', 'ulimit -v 600000']) {
    const server = await startLimited(limits, folder().database);
    await crowd(server, 'idle', 300);
    await crowd(server, 'slow', 300);
    isQuick(await good(server));
    await crowd(server, 'unread', 30);
    const padding = 'x'.repeat(5 << 20);
    for (let i = 0; i < 6; ++i) {
      const { status } = await server.call('POST', '/v1/apps/shop/events', { type: 'restart', padding }).catch(() => ({ status: 0 }));
      assert.ok([202, 500, 503, 0].includes(status), `${limits}: ${status}`);
    }
    isQuick(await good(server));
    for (const each of crowds.splice(0)) each.kill('SIGKILL');
    assert.deepEqual(await server.stop(), { code: 0, signal: null }, limits);
  }
});

test('where not even the first threads can be had, the server says so and ends', async () => {
  for (const limits of ['ulimit -u 1', 'ulimit -n 8']) {
    await assert.rejects(startLimited(limits, folder().database).then((server) => server.stop()), (error) => {
      assert.equal(error.signal, null, `${limits}: ${error.message}`);
      assert.match(error.message, /notifier-server: /);
      return true;
    });
  }
});

test('SIGTERM with slow clients, streams and a request under way: two seconds, and what was acknowledged is kept', async () => {
  const { database } = folder();
  let server = await NotifierServer.start(database, '--import', fixture, '--no-access-log');
  await crowd(server, 'slow', 200);
  await crowd(server, 'stream', 50);
  await crowd(server, 'unread', 10);
  const half = connect(server.port, '127.0.0.1');
  half.on('error', () => {});
  half.write('POST /v1/apps/shop/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{');
  const response = await fetch(`${server.url}/v1/apps/shop/stream`);
  const end = response.text();
  const posts = Array.from({ length: 30 }, () => server.call('POST', '/v1/apps/empty/events', { type: 'restart' }).then(({ status }) => status, () => 0));
  await posts[0];
  const started = performance.now();
  assert.deepEqual(await server.stop(), { code: 0, signal: null });
  assert.ok(performance.now() - started < 2_000, `${performance.now() - started} ms`);
  await end; // a stream is ended, not broken off
  const acknowledged = (await Promise.all(posts)).filter((status) => status === 202).length;
  server = await NotifierServer.start(database);
  assert.ok((await server.call('GET', '/v1/apps/empty/events?per_page=1')).body.meta.pagination.total_count >= acknowledged);
  await server.stop();
});
