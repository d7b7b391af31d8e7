// The database's file: one server at a time whatever its names, missed when it is gone, nobody else's to read, and no wait before
// the server listens.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, linkSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { after, test } from 'node:test';

import { startTarget, until } from '../wasm/targets.mjs';
import { fixture, NotifierServer } from './notifier_server.mjs';

const folders = [];
function folder() {
  folders.push(NotifierServer.folder());
  return folders.at(-1);
}
after(async () => {
  await NotifierServer.stopAll();
  for (const each of folders) each.remove();
});

/** Runs statements on a database with Python's SQLite. */
function sql(database, statements) {
  const { status, stderr } = spawnSync('python3', ['-c', 'import sqlite3,sys; d=sqlite3.connect(sys.argv[1]); d.executescript(sys.argv[2]); d.commit()', database, statements], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
}

test('one server at a time, by whatever name the file is called, and whatever lies beside it', async () => {
  const { path, database } = folder();
  const server = await NotifierServer.start(database, '--import', fixture);
  symlinkSync(database, `${path}/symbolic`);
  linkSync(database, `${path}/hard`);
  for (const name of [database, `${path}/symbolic`, `${path}/hard`]) await assert.rejects(NotifierServer.start(name), /another server uses/, name);
  assert.ok(!existsSync(`${database}.lock`));
  await server.stop();
  // A process that was killed holds nothing.
  const next = await NotifierServer.start(`${path}/symbolic`);
  await next.stop('SIGKILL');
  await (await NotifierServer.start(database)).stop();
});

test('a server of release 1.0 keeps this one off', async () => {
  const { database } = folder();
  writeFileSync(`${database}.lock`, '');
  const old = spawnSync('flock', ['--version']).status === 0;
  assert.ok(old, 'util-linux is there');
  const held = spawnSync('flock', [`${database}.lock`, process.argv[2], '--database', database, '--port', '0'], { encoding: 'utf8', timeout: 20_000 });
  assert.equal(held.status, 1);
  assert.match(held.stderr, /another server uses/);
});

test('a database that is deleted, moved or replaced while the server runs: what cannot be kept is answered with 500', async () => {
  for (const [what, lose] of Object.entries({
    deleted: ({ database }) => rmSync(database),
    moved: ({ database, path }) => renameSync(database, `${path}/elsewhere`),
    replaced: ({ database, path }) => {
      copyFileSync(database, `${path}/copy`);
      renameSync(`${path}/copy`, database);
    },
  })) {
    const place = folder();
    const server = await NotifierServer.start(place.database, '--import', fixture);
    assert.equal((await server.call('POST', '/v1/apps/shop/events', { type: 'restart' })).status, 202);
    lose(place);
    for (const [method, path, body] of [
      ['POST', '/v1/apps/shop/events', { type: 'restart' }],
      ['PATCH', '/v1/apps/shop/notifiers/no-slack', { notifier: { name: 'lost' } }],
    ]) {
      const answer = await server.call(method, path, body);
      assert.equal(answer.status, 500, what);
      assert.deepEqual(answer.body, { error: 'The change could not be stored; nothing has changed' });
    }
    assert.notEqual((await server.call('GET', '/v1/apps/shop/notifiers/no-slack')).body.notifier.name, 'lost');
    assert.match(server.log, /the database was deleted, moved or replaced/);
    await server.stop();
  }
});

test('a database that others could read is hidden from them, with what SQLite puts beside it, and that is said', async () => {
  const { database } = folder();
  await (await NotifierServer.start(database, '--import', fixture)).stop();
  for (const [mode, hidden] of [[0o644, 0o640], [0o666, 0o660], [0o600, 0o600]]) {
    chmodSync(database, mode);
    const server = await NotifierServer.start(database);
    await server.call('POST', '/v1/apps/shop/events', { type: 'restart' });
    for (const suffix of ['', '-wal', '-shm']) assert.equal(statSync(database + suffix).mode & 0o777, hidden, suffix);
    assert.equal(/others could read/.test(server.log), mode !== hidden);
    await server.stop();
  }
});

test('with 300,000 deliveries pending the server listens at once, stores, delivers what is new, and stops at once, too', async () => {
  const { database } = folder();
  const target = await startTarget();
  const file = `${database}.config.json`;
  writeFileSync(file, JSON.stringify({ version: 1, apps: [{ id: '1', name: 'shop', notifiers: [{ id: 'hook', name: 'hook', platform: 'webhook', send_all_events: true, type_data: { webhook_url: target.url('ok/hook') } }] }] }));
  await (await NotifierServer.start(database, '--import', file, '--allow-private-targets')).stop();
  const due = Date.now() + 3_600_000;
  sql(database, `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000)
    INSERT INTO deliveries (notifier_id, key, app_id, event_id, event_type, platform, target, host, state, attempts, created_at, next_at, wait_ms)
    SELECT 'far-' || (i % 1000), 'msg_' || i, '1', 'ev-' || i, 'restart', 'webhook', i % 1000, i % 100, 'pending', 1, ${due - 7_200_000}, ${due}, 3600000 FROM n;`);
  for (const stopsAtOnce of [true, false]) {
    const started = performance.now();
    const server = await NotifierServer.startSending(database, ['--allow-private-targets']);
    assert.ok(performance.now() - started < 1_000, `${performance.now() - started} ms`);
    if (!stopsAtOnce) {
      const posts = await Promise.all(Array.from({ length: 50 }, (_, i) => server.call('POST', '/v1/apps/shop/events', { type: 'restart', id: `new-${i}` })));
      assert.ok(posts.every(({ status }) => status === 202));
      await until(() => target.requests.length >= 50);
      // Once each, though they came while the others were taken up.
      await until(async () => (await server.call('GET', '/v1/apps/shop/notifiers/hook/deliveries')).body.deliveries.every(({ state }) => state === 'delivered'));
      assert.equal(new Set(target.requests.map(({ headers }) => headers['webhook-id'])).size, target.requests.length);
    }
    const stopping = performance.now();
    assert.deepEqual(await server.stop(), { code: 0, signal: null });
    assert.ok(performance.now() - stopping < 2_000, `${performance.now() - stopping} ms`);
  }
  await target.close();
});
