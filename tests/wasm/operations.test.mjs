// What `notifier serve` tells those who run it.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { isOperated } from '../server/operations.mjs';
import { file } from './package.mjs';
import { node, runServer, startServer } from './server.mjs';
import { startTarget } from './targets.mjs';

const start = async (database, options) => {
  const { ask, stop, log, child } = await startServer(options, { database });
  return {
    stop,
    log,
    signal: (signal) => child.kill(signal),
    async call(method, path, body, headers = {}) {
      const { status, headers: answered, text } = await ask(path, { method, body, headers: { 'Content-Type': 'application/json', ...headers } });
      const isJson = text !== '' && answered['content-type']?.startsWith('application/json');
      return { status, headers: new Headers(Object.entries(answered).map(([name, value]) => [name, String(value)])), body: isJson ? JSON.parse(text) : text };
    },
  };
};
start.help = spawnSync(node, [file('dist/cli/main.js'), 'serve', '--help'], { encoding: 'utf8' }).stdout;
isOperated(start);

test('what a browser has of the page is not sent again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'notifier-page-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const { ask, stop, port } = await startServer(['--dry-run', '--token', 'tok', '--host', '127.0.0.1'], { database: join(folder, 'x.db') });
  for (const path of ['/', '/dashboard/page.js', '/notifier.wasm']) {
    const first = await ask(path);
    assert.equal(first.status, 200, path);
    const again = await ask(path, { headers: { 'If-None-Match': first.headers.etag } });
    assert.deepEqual([again.status, again.text, again.headers.etag], [304, '', first.headers.etag]);
    assert.equal((await ask(path, { headers: { 'If-None-Match': '"other"' } })).status, 200);
  }
  // What is sent is short where the browser takes that, and the same.
  for (const [accepted, coding] of [['gzip, deflate, br', 'br'], ['gzip', 'gzip'], ['gzip;q=0', null], ['brr', null], ['identity', null]]) {
    const response = await fetch(`http://127.0.0.1:${port}/notifier.wasm`, { headers: { 'Accept-Encoding': accepted } });
    assert.equal(response.headers.get('content-encoding'), coding, accepted);
    assert.equal(response.headers.get('vary'), 'Accept-Encoding');
    const bytes = Buffer.from(await response.arrayBuffer());
    assert.ok(bytes.equals(readFileSync(file('dist/notifier.wasm'))), accepted);
    if (coding !== null) assert.ok(Number(response.headers.get('content-length')) < bytes.length / 1.8);
  }
  assert.match((await ask('/metrics', { headers: { Authorization: 'Bearer tok' } })).text, /notifier_http_requests_total\{route="dashboard",method="GET",status="304"\} 3\n/);
  await stop();
});

/** Runs the command while this process goes on. */
async function runBeside(database, ...args) {
  const child = spawn(node, [file('dist/cli/main.js'), 'serve', '--database', database, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (data) => (stdout += data));
  child.stderr.on('data', (data) => (stderr += data));
  const [status] = await once(child, 'close');
  return { status, stdout, stderr };
}

/** What a server says by its socket. */
async function said(path, text) {
  const socket = connect({ path, allowHalfOpen: true });
  socket.on('error', () => {});
  socket.end(text);
  let answer = '';
  socket.on('data', (data) => (answer += data));
  await once(socket, 'close');
  return answer;
}

test('after the same traffic both servers have the same figures, by the same names', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'notifier-figures-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const target = await startTarget();
  after(() => target.close());
  const hook = (id, what, more = {}) => ({ id, name: id, platform: 'webhook', send_all_events: true, type_data: { webhook_url: target.url(`${what}/${id}`) }, ...more });
  const imported = join(folder, 'both.json');
  writeFileSync(imported, JSON.stringify({ apps: [{ id: 'app-1', name: 'shop', notifiers: [hook('fine', 'ok'), hook('refusing', '404'), hook('later', '500'), hook('off', 'ok', { active: false })] }, { id: 'app-2', name: 'empty', notifiers: [] }] }));
  const args = (name) => ['--import', imported, '--allow-private-targets', '--retry-delays', '3600', '--no-access-log', '--port', '0', '--database', join(folder, name)];
  const figures = async (command, ...before) => {
    const child = spawn(command, [...before, ...args(`${before.length}.db`)], { stdio: ['ignore', 'pipe', 'inherit'] });
    after(() => child.kill('SIGKILL'));
    const [line] = await once(child.stdout, 'data');
    const url = /http:\S+/.exec(line)[0];
    const call = async (method, path, body) => (await fetch(url + path, { method, headers: { 'Content-Type': 'application/json' }, ...(body !== undefined && { body }) })).text();
    for (const id of ['e-1', 'e-2', 'e-1', 'e-1', undefined, undefined]) await call('POST', '/v1/apps/shop/events', JSON.stringify({ type: 'restart', id }));
    await call('POST', '/v1/apps/shop/events', ['e-2', 'e-3', 'e-3'].map((id) => JSON.stringify({ type: 'restart', id })).join('\n'));
    await call('POST', '/v1/apps/empty/events', '{"type":"restart","id":"e-1"}');
    await call('POST', '/v1/apps/empty/events', '{');
    await call('GET', '/v1/apps/nobody');
    await call('PATCH', '/v1/apps/shop/notifiers/off', '{"notifier":{"name":"renamed"}}');
    const read = async () => new Map((await call('GET', '/metrics')).split('\n').filter((row) => row !== '' && !row.startsWith('#')).map((row) => [row.slice(0, row.lastIndexOf(' ')), Number(row.slice(row.lastIndexOf(' ') + 1))]));
    const sum = (figures, name) => [...figures].reduce((total, [label, figure]) => total + (label.startsWith(`${name}{`) ? figure : 0), 0);
    // What is under way when its notifier is removed may end either way: each is to have been attempted by then.
    let now = await read();
    while (sum(now, 'notifier_delivery_attempts_total') + now.get('notifier_deliveries_held') < sum(now, 'notifier_deliveries_enqueued_total')) now = await read();
    await call('DELETE', '/v1/apps/shop/notifiers/later');
    await call('HEAD', '/v1/apps');
    now = await read();
    while (now.get('notifier_deliveries_pending') > 0 || now.get('notifier_deliveries_in_flight') > 0) now = await read();
    child.kill('SIGTERM');
    await once(child, 'close');
    return now;
  };
  const [native, ours] = [await figures(process.env.NOTIFIER_SERVER), await figures(node, file('dist/cli/main.js'), 'serve')];
  // How long things take, what the process takes and how often it was asked for figures is its own.
  const compared = (all) => Object.fromEntries([...all].filter(([name]) => !/^process_|_bytes|_bucket|_sum|_age_seconds|^notifier_build_info|^notifier_http_connections|route="\/metrics"|storage_transaction/.test(name)).sort());
  assert.deepEqual(compared(ours), compared(native));
  const families = (all) => [...new Set([...all.keys()].map((name) => name.replace(/\{.*/, '')))].filter((name) => name !== 'process_max_fds').sort();
  assert.deepEqual(families(ours), families(native));
  assert.equal(ours.get('notifier_events_accepted_total'), native.get('notifier_events_accepted_total'));
  assert.equal(ours.get('notifier_notifiers'), 3);
});

test('a copy of the database is whole, for its owner alone, and serves as the database; what cannot be copied leaves what is there', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'notifier-copy-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const [database, copy] = [join(folder, 'x.db'), join(folder, 'copy.db')];
  const server = await startServer(['--dry-run'], { database });
  assert.equal((await server.ask('/v1/apps', { method: 'POST', body: { app: { name: 'kept' } }, headers: { 'Content-Type': 'application/json' } })).status, 201);
  // While it serves, it is asked for that, and goes on.
  assert.equal(statSync(`${database}.control`).mode & 0o777, 0o600);
  const sending = (async () => {
    for (let i = 0; i < 200; ++i) assert.equal((await server.ask('/v1/apps/kept/events', { method: 'POST', body: { type: 'restart', id: `e-${i}` } })).status, 202);
  })();
  writeFileSync(`${copy}.1`, 'replaced');
  const asked = await Promise.all([1, 2].map((i) => runBeside(database, '--backup', `${copy}.${i}`)));
  for (const { status, stderr } of asked) assert.equal(status, 0, stderr);
  const snapshot = await runBeside(database, '--export');
  assert.deepEqual(JSON.parse(snapshot.stdout).apps.map(({ name }) => name), ['kept']);
  await sending;
  for (const i of [1, 2]) {
    assert.equal(statSync(`${copy}.${i}`).mode & 0o777, 0o600);
    assert.equal(existsSync(`${copy}.${i}.new`), false);
    const restored = await startServer(['--dry-run'], { database: `${copy}.${i}` });
    assert.match((await restored.ask('/v1/apps')).text, /"kept"/);
    await restored.stop();
  }
  const nowhere = await runBeside(database, '--backup', join(folder, 'none/copy.db'));
  assert.equal(nowhere.status, 1);
  assert.match(nowhere.stderr, /cannot copy/);
  // Who asks for something else learns nothing, and a second server is refused as ever.
  for (const text of ['', 'x', '{}', '[]', 'null', '{"ask":"copy"}', '{"ask":"copy","to":7}', '{"ask":"copy","to":"here"}', `{"ask":"snapshot","x":"${'x'.repeat(20_000)}"}`]) assert.match(await said(`${database}.control`, text), /^\{"error":".+"\}$/, text);
  const second = runServer(database);
  assert.equal(second.status, 1);
  assert.match(second.stderr, /another process uses/);
  await server.stop();
  assert.equal(existsSync(`${database}.control`), false);
  // One that a process left which was killed is replaced.
  const killed = await startServer(['--dry-run'], { database });
  await killed.stop('SIGKILL');
  assert.equal(existsSync(`${database}.control`), true);
  const next = await startServer(['--dry-run'], { database });
  assert.equal((await runBeside(database, '--export')).status, 0);
  await next.stop();
  writeFileSync(copy, 'as it was');
  assert.equal(runServer(database, '--backup', join(folder, 'none/copy.db')).status, 1);
  assert.equal(readFileSync(copy, 'utf8'), 'as it was');
  const made = runServer(database, '--backup', copy);
  assert.equal(made.status, 0, made.stderr);
  assert.equal(statSync(copy).mode & 0o777, 0o600);
  const other = await startServer(['--dry-run'], { database: copy });
  assert.match((await other.ask('/v1/apps')).text, /"kept"/);
  await other.stop();
});
