// What both servers tell those who run them.

import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

/**
 * Registers the tests.
 *
 * @param start  `(database, options) => {url, call(method, path, body, headers) => {status, body, headers}, stop(signal), log()}`
 */
export function isOperated(start) {
  const folder = mkdtempSync(join(tmpdir(), 'notifier-operated-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  let count = 0;
  const database = () => join(folder, `${++count}.db`);

  test('who asks whether the server lives and works needs no token, and learns no more than that', async () => {
    const server = await start(database(), ['--token', 'tok', '--host', '127.0.0.1']);
    for (const path of ['/healthz', '/readyz', '/readyz?verbose']) {
      const answer = await server.call('GET', path);
      assert.equal(answer.status, 200, path);
      assert.deepEqual(answer.body, { status: 'ok' });
      assert.equal(answer.headers.get('cache-control'), 'no-store');
      const head = await server.call('HEAD', path);
      assert.deepEqual([head.status, head.body], [200, '']);
    }
    assert.equal((await server.call('POST', '/healthz', '{}')).status, 401);
    assert.equal((await server.call('POST', '/healthz', '{}', { Authorization: 'Bearer tok' })).status, 404);
    assert.equal((await server.call('GET', '/healthz/x')).status, 401);
    await server.stop();
  });

  test('without a token a web page of elsewhere learns nothing either', async () => {
    const server = await start(database(), []);
    assert.equal((await server.call('GET', '/readyz', undefined, { Origin: 'https://elsewhere.example' })).status, 403);
    assert.equal((await server.call('GET', '/readyz')).status, 200);
    await server.stop();
  });

  test('a server whose database has gone lives, but is not ready', async () => {
    const path = database();
    const server = await start(path, []);
    renameSync(path, `${path}.elsewhere`);
    const ready = await server.call('GET', '/readyz');
    assert.equal(ready.status, 503);
    assert.deepEqual(ready.body, { status: 'not ready', reason: 'the database cannot be written' });
    assert.equal((await server.call('GET', '/healthz')).status, 200);
    renameSync(`${path}.elsewhere`, path);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    assert.equal((await server.call('GET', '/readyz')).status, 200);
    await server.stop();
  });
}
