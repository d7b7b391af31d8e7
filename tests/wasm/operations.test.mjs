// What `notifier serve` tells those who run it.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { isOperated } from '../server/operations.mjs';
import { file } from './package.mjs';
import { node, runServer, startServer } from './server.mjs';

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

test('a copy of the database is whole, for its owner alone, and serves as the database; what cannot be copied leaves what is there', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'notifier-copy-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const [database, copy] = [join(folder, 'x.db'), join(folder, 'copy.db')];
  const server = await startServer(['--dry-run'], { database });
  assert.equal((await server.ask('/v1/apps', { method: 'POST', body: { app: { name: 'kept' } }, headers: { 'Content-Type': 'application/json' } })).status, 201);
  const busy = runServer(database, '--backup', copy);
  assert.equal(busy.status, 1);
  assert.match(busy.stderr, /another process uses/);
  await server.stop();
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
