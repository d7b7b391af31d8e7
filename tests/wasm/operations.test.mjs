// What `notifier serve` tells those who run it.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { isOperated } from '../server/operations.mjs';
import { startServer } from './server.mjs';

isOperated(async (database, options) => {
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
});

test('what a browser has of the page is not sent again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'notifier-page-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const { ask, stop } = await startServer(['--dry-run', '--token', 'tok', '--host', '127.0.0.1'], { database: join(folder, 'x.db') });
  for (const path of ['/', '/dashboard/page.js', '/notifier.wasm']) {
    const first = await ask(path);
    assert.equal(first.status, 200, path);
    const again = await ask(path, { headers: { 'If-None-Match': first.headers.etag } });
    assert.deepEqual([again.status, again.text, again.headers.etag], [304, '', first.headers.etag]);
    assert.equal((await ask(path, { headers: { 'If-None-Match': '"other"' } })).status, 200);
  }
  assert.match((await ask('/metrics', { headers: { Authorization: 'Bearer tok' } })).text, /notifier_http_requests_total\{route="dashboard",method="GET",status="304"\} 3\n/);
  await stop();
});
