// Copies and snapshots, taken while the server works.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { after, test } from 'node:test';

import { fixture, NotifierServer, program } from './notifier_server.mjs';

const folder = NotifierServer.folder();
after(() => folder.remove());
after(() => NotifierServer.stopAll());
const run = (...args) => spawnSync(program, args, { encoding: 'utf8', timeout: 60_000, env: { ...process.env, NOTIFIER_TOKEN: '', NOTIFIER_SMTP: '' } });

test('a copy that is taken while the server stores has all that was acknowledged before, and serves as the database', async () => {
  const server = await NotifierServer.start(folder.database, '--import', fixture, '--no-access-log', '--keep-events', '100000');
  let acknowledged = 0;
  let isOver = false;
  const writing = (async () => {
    for (let i = 0; !isOver; ++i) {
      await Promise.all(Array.from({ length: 20 }, (_, j) => server.call('POST', '/v1/apps/shop/events', { type: 'restart', id: `e-${i}-${j}` })));
      acknowledged += 20;
    }
  })();
  while (acknowledged < 400) await new Promise((resolve) => setTimeout(resolve, 10));
  const copy = `${folder.path}/copy.db`;
  for (let round = 0; round < 3; ++round) {
    const before = acknowledged;
    const child = spawn(program, ['--database', folder.database, '--backup', copy], { stdio: ['ignore', 'inherit', 'inherit'] });
    const [status] = await once(child, 'exit');
    assert.equal(status, 0);
    assert.equal(statSync(copy).mode & 0o777, 0o600);
    for (const more of ['.new', '-wal', '-shm', '.new-journal']) assert.ok(!existsSync(copy + more), more);
    const other = await NotifierServer.start(copy);
    const { body } = await other.call('GET', '/v1/apps/shop/events?per_page=1');
    assert.ok(body.meta.pagination.total_count >= before, `${body.meta.pagination.total_count} of ${before}`);
    assert.equal((await other.call('POST', '/v1/apps/shop/events', { type: 'restart' })).status, 202);
    await other.stop();
  }
  isOver = true;
  await writing;
  assert.equal((await server.call('GET', '/v1/apps/shop/events?per_page=1')).body.meta.pagination.total_count, acknowledged);
  await server.stop();
});

test('a snapshot is printed while the server works, as it is then', async () => {
  const server = await NotifierServer.start(folder.database);
  assert.equal((await server.call('POST', '/v1/apps', { app: { name: 'new' } })).status, 201);
  const beside = run('--database', folder.database, '--export');
  assert.equal(beside.status, 0, beside.stderr);
  assert.ok(JSON.parse(beside.stdout).apps.some(({ name }) => name === 'new'));
  assert.equal((await server.call('GET', '/readyz')).status, 200);
  await server.stop();
  assert.equal(run('--database', folder.database, '--export').stdout, beside.stdout);
});

test('what cannot be copied is refused, and leaves what is there', () => {
  const copy = `${folder.path}/kept.db`;
  writeFileSync(copy, 'as it was');
  const other = `${folder.path}/other.txt`;
  writeFileSync(other, 'no database at all, but more than a hundred and eight bytes of it, so that it could have the head of one, if it only were one');
  symlinkSync(folder.database, `${folder.path}/link.db`);
  for (const [database, to, said] of [
    [`${folder.path}/none.db`, copy, /no such file/], [other, copy, /is no database/], [folder.database, `${folder.path}/none/copy.db`, /cannot copy/], [folder.database, folder.database, /the database itself/], [`${folder.path}/link.db`, folder.database, /the database itself/],
  ]) {
    const refused = run('--database', database, '--backup', to);
    assert.equal(refused.status, 1, to);
    assert.match(refused.stderr, said);
  }
  assert.ok(!existsSync(`${folder.path}/none.db`));
  assert.equal(statSync(copy).size, 9);
  // A database that is damaged: its pages are not what they were.
  const damaged = `${folder.path}/damaged.db`;
  assert.equal(run('--database', folder.database, '--backup', damaged).status, 0);
  spawnSync('python3', ['-c', 'import sys; f=open(sys.argv[1],"r+b"); f.seek(4096*3); f.write(b"\\xff"*4096*6)', damaged]);
  const refused = run('--database', damaged, '--backup', copy);
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /damaged|malformed/);
  assert.equal(statSync(copy).size, 9);
});
