// Deliveries in a SQLite file: as every store, and as the native one.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createEngine, file, root } from './package.mjs';
import { httpDelivery, mailDelivery, startTarget, until } from './targets.mjs';

const { Outbox, SqliteOutboxStore } = await import(pathToFileURL(file('dist/node.js')));
const folder = mkdtempSync(join(tmpdir(), 'notifier-sqlite-'));
let target;
before(async () => (target = await startTarget()));
after(async () => {
  await target.close();
  rmSync(folder, { recursive: true, force: true });
});
let files = 0;
const newFile = () => join(folder, `outbox${++files}.db`);

const taken = { action: 'delivered', status: 200, reason: 'taken' };
const later = { action: 'retry', status: 500, reason: 'later' };
const never = { action: 'fail', status: 404, reason: 'never' };
const sendTo = (send) => ({ send: async (delivery, options) => send(delivery, options) });

async function withOutbox({ path, ...options }, run) {
  const store = await SqliteOutboxStore.open(path);
  const outbox = await Outbox.open({ store, sender: sendTo(() => taken), retry: { delaysMs: [1, 1, 1], jitterPercent: 0 }, onError: (error) => assert.fail(error), ...options });
  try {
    return await run(outbox, store);
  } finally {
    await outbox.close({ graceMs: 0 });
  }
}

/** Rows of a database that nobody has open. */
function query(path, sql) {
  const database = new DatabaseSync(path);
  try {
    return database.prepare(sql).all().map((row) => ({ ...row }));
  } finally {
    database.close();
  }
}

// ---- as every store ----

test('deliveries arrive, each once, also after a restart; their keys stay known', async () => {
  const path = newFile();
  const sent = [];
  const sender = sendTo((delivery) => (sent.push(delivery.idempotencyKey), taken));
  const deliveries = Array.from({ length: 500 }, (_, i) => httpDelivery(`https://h${i % 7}.example.com/`, { notifierId: `no-${i % 9}` }));
  await withOutbox({ path, sender }, async (outbox) => {
    const counts = await Promise.all([outbox.enqueue(deliveries.slice(0, 300)), outbox.enqueue(deliveries.slice(200))]);
    assert.equal(counts[0] + counts[1], 500);
    assert.deepEqual(await outbox.offer([deliveries[0], deliveries[0]]), [false, false]);
    await outbox.idle();
  });
  await withOutbox({ path, sender }, async (outbox) => {
    assert.equal(await outbox.enqueue(deliveries), 0);
    const { total, deliveries: page } = await outbox.list({ notifierId: 'no-3', state: 'delivered', offset: 10, limit: 5 });
    assert.equal(total, deliveries.filter(({ notifierId }) => notifierId === 'no-3').length);
    assert.deepEqual(page.map(({ id }) => id), deliveries.filter(({ notifierId }) => notifierId === 'no-3').map(({ idempotencyKey }) => idempotencyKey).reverse().slice(10, 15));
  });
  assert.deepEqual(sent.sort(), deliveries.map(({ idempotencyKey }) => idempotencyKey).sort());
  assert.deepEqual(query(path, 'SELECT (SELECT COUNT(*) FROM delivery_contents) AS contents, (SELECT COUNT(*) FROM delivery_rests) AS rests'), [{ contents: 0, rests: 0 }], 'what has arrived is not kept');
});

test('what a target said and what it calls the message are kept with the attempt', async () => {
  const path = newFile();
  await withOutbox({ path, sender: sendTo(() => ({ ...taken, reply: '{"id":"77"}', receipt: '77' })) }, async (outbox) => {
    await outbox.enqueue([httpDelivery('https://example.com/', { platform: 'discord' })]);
    await outbox.idle();
  });
  await withOutbox({ path }, async (outbox) => {
    const [{ attempts: [{ reply, receipt }] }] = (await outbox.list()).deliveries;
    assert.deepEqual([reply, receipt], ['{"id":"77"}', '77']);
  });
});

test('the same key of two notifiers is two deliveries', async () => {
  await withOutbox({ path: newFile() }, async (outbox) => {
    const one = httpDelivery('https://example.com/', { notifierId: 'no-a' });
    assert.deepEqual(await outbox.offer([one, { ...one, notifierId: 'no-b' }, one]), [true, true, false]);
    await outbox.idle();
    assert.equal((await outbox.list()).total, 2);
  });
});

test('what fails is tried again, also by the next process, dead with its attempts after the last one, and sent again on demand', async () => {
  const path = newFile();
  const delivery = httpDelivery('https://example.com/', { headers: { 'webhook-id': 'x', 'content-type': 'application/json' } });
  let answer = later;
  const sent = [];
  const sender = sendTo((each) => (sent.push(each), answer));
  await withOutbox({ path, sender, retry: { delaysMs: [3_600_000], jitterPercent: 0 } }, async (outbox) => {
    await outbox.enqueue([delivery]);
    await until(async () => (await outbox.list()).deliveries[0].attempts.length === 1);
  });
  answer = never;
  const hour = Date.now() + 3_700_000;
  await withOutbox({ path, sender, clock: () => hour }, async (outbox) => {
    await outbox.idle();
    const [{ state, attempts }] = (await outbox.list()).deliveries;
    assert.deepEqual([state, attempts.map(({ outcome, status, reason }) => [outcome, status, reason])], ['dead', [['retry', 500, 'later'], ['fail', 404, 'never']]]);
    answer = taken;
    assert.equal(await outbox.resend(delivery.notifierId, delivery.idempotencyKey), 'due');
    await outbox.idle();
    assert.equal(await outbox.resend(delivery.notifierId, delivery.idempotencyKey), 'delivered');
  });
  assert.equal(sent.length, 3);
  for (const each of sent) assert.deepEqual(each, delivery);
});

test('who is left of a mail is remembered, and so is a notifier that is off', async () => {
  const path = newFile();
  const mail = mailDelivery(['a@example.com', 'b@example.com']);
  const sent = [];
  const sender = (verdict) => sendTo((each) => (sent.push(each), verdict(each)));
  const some = () => ({ action: 'retry', status: 450, reason: 'some', remaining: ['b@example.com'], refused: [], someAccepted: true });
  await withOutbox({ path, sender: sender(some), retry: { delaysMs: [3_600_000] } }, async (outbox) => {
    await outbox.enqueue([mail, httpDelivery('https://example.com/', { notifierId: 'no-off' })]);
    await until(async () => (await outbox.list({ notifierId: mail.notifierId })).deliveries[0].attempts.length === 1);
    await outbox.hold('no-off');
  });
  sent.length = 0;
  await withOutbox({ path, sender: sender(() => taken), clock: () => Date.now() + 7_200_000, standing: (id) => (id === 'no-off' ? 'off' : 'on') }, async (outbox) => {
    await until(() => sent.length === 1);
    await until(() => outbox.pending === 0);
    assert.deepEqual(sent[0].envelope.to, ['b@example.com']);
    assert.deepEqual([sent[0].raw, sent[0].envelope.from], [mail.raw, mail.envelope.from]);
    assert.equal(outbox.held, 1);
    const [{ attempts }] = (await outbox.list({ notifierId: mail.notifierId })).deliveries;
    assert.deepEqual(attempts[0].remaining, ['b@example.com']);
  });
});

test('a body that deliveries share is in the file once, and each is sent whole', async () => {
  const engine = await createEngine({ clock: () => 0 });
  const hooks = Array.from({ length: 40 }, (_, n) => ({ id: `no-h${n}`, name: `h${n}`, platform: 'webhook', send_all_events: true, type_data: { webhook_url: `https://h${n}.example.com/` } }));
  const mails = Array.from({ length: 20 }, (_, n) => ({ id: `no-m${n}`, name: `m${n}`, platform: 'email', send_all_events: true, type_data: { emails: [`m${n}@example.com`] } }));
  engine.load({ version: 1, email_from: 'n@example.com', apps: [{ id: 'app-1', name: 'shop', notifiers: [...hooks, ...mails] }] });
  const event = JSON.stringify({ type: 'restart', id: 'ev-1', app_id: 'app-1', app_name: 'shop', filler: `${'\u00e9\u{1f389} '.repeat(20_000)}end` });
  const deliveries = engine.route(event);
  const path = newFile();
  await withOutbox({ path, concurrency: 0 }, async (outbox) => assert.equal(await outbox.enqueue(deliveries), 60));
  const [{ size }] = query(path, 'SELECT (SELECT SUM(LENGTH(CAST(content AS BLOB))) FROM delivery_contents) + (SELECT SUM(LENGTH(CAST(rest AS BLOB))) FROM delivery_rests) AS size');
  assert.ok(size < 2.2 * Buffer.byteLength(event) + 60 * 2_000, `${size} bytes`);
  const sent = new Map();
  await withOutbox({ path, sender: sendTo((delivery) => (sent.set(delivery.notifierId, delivery), taken)) }, (outbox) => outbox.idle());
  for (const delivery of deliveries) {
    const arrived = sent.get(delivery.notifierId);
    assert.deepEqual([arrived.body, arrived.raw, arrived.envelope, arrived.headers], [delivery.body, delivery.raw, delivery.envelope, delivery.headers]);
  }
});

test('what ended long ago is forgotten, and its key with it', async () => {
  const path = newFile();
  const hour = 3_600_000;
  const start = Date.now();
  let now = start;
  const deliveries = Array.from({ length: 2_500 }, () => httpDelivery('https://example.com/'));
  await withOutbox({ path, clock: () => now, steadyClock: () => now, keepDeliveredMs: 3 * hour }, async (outbox) => {
    await outbox.enqueue(deliveries);
    await outbox.idle();
    for (; now < start + 8 * hour; now += hour) {
      await outbox.enqueue([httpDelivery('https://example.com/', { notifierId: 'no-clock' })]);
      await outbox.idle();
    }
    await until(async () => (await outbox.list({ notifierId: 'no-1' })).total === 0, 'that they are forgotten');
    assert.equal(await outbox.enqueue(deliveries.slice(0, 1)), 1);
  });
});

// ---- the file ----

for (const [what, content] of [
  ['text', 'hello\nworld'],
  ['an outbox of lines', '{"v":2,"last":0}\n'],
  ['a database of another program', undefined],
]) {
  test(`a file that is not an outbox's is left alone, byte for byte: ${what}`, async () => {
    const path = newFile();
    if (content === undefined) query(path, 'CREATE TABLE theirs (x)');
    else writeFileSync(path, content);
    const before = readFileSync(path);
    await assert.rejects(SqliteOutboxStore.open(path), (error) => error.code === 'unsupported' && /no database|another program/.test(error.message));
    assert.deepEqual(readFileSync(path), before);
    assert.ok(!existsSync(`${path}-wal`) && !existsSync(`${path}.lock`));
  });
}

test('a database of a newer release is refused', async () => {
  const path = newFile();
  await withOutbox({ path }, () => {});
  query(path, 'PRAGMA user_version = 99');
  await assert.rejects(SqliteOutboxStore.open(path), { code: 'unsupported', message: /written by a newer release/ });
});

test('the file is for its owner alone, and is taken from others', async () => {
  const path = newFile();
  writeFileSync(path, '', { mode: 0o644 });
  await withOutbox({ path }, async (outbox) => {
    await outbox.enqueue([httpDelivery('https://example.com/')]);
    for (const name of [path, `${path}-wal`]) assert.equal(statSync(name).mode & 0o007, 0, name);
  });
  const other = newFile();
  await withOutbox({ path: other }, () => assert.equal(statSync(other).mode & 0o777, 0o600));
});

test('one process at a time uses a file, whatever path leads to it; a process that died is no hindrance', async () => {
  const path = newFile();
  symlinkSync(path, `${path}.link`);
  const script = `const { SqliteOutboxStore } = await import(process.env.NOTIFIER_NODE_ENTRY); await SqliteOutboxStore.open(process.argv[1]).then(() => (console.log('open'), setInterval(() => {}, 1000)), ({ code }) => console.log(code));`;
  const begin = (where) => spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', script, where], { env: { ...process.env, NOTIFIER_NODE_ENTRY: pathToFileURL(file('dist/node.js')).href } });
  const said = (child) => new Promise((resolve) => child.stdout.setEncoding('utf8').once('data', (text) => resolve(text.trim())));
  const first = begin(path);
  assert.equal(await said(first), 'open');
  assert.equal(await said(begin(`${path}.link`)), 'conflict');
  await assert.rejects(SqliteOutboxStore.open(path), { code: 'conflict' });
  first.kill('SIGKILL');
  await new Promise((resolve) => first.on('close', resolve));
  await withOutbox({ path: `${path}.link` }, async (outbox) => {
    await outbox.enqueue([httpDelivery('https://example.com/')]);
    await assert.rejects(SqliteOutboxStore.open(path), { code: 'conflict' }, 'nor a second time in one process');
    assert.equal(await said(begin(path)), 'conflict', 'which has not lost the lock by that');
  });
});

test('an opening that failed takes nothing from one that succeeds right after it', async () => {
  const path = newFile();
  writeFileSync(path, 'hello\nworld');
  await assert.rejects(SqliteOutboxStore.open(path), { code: 'unsupported' });
  rmSync(path);
  await withOutbox({ path }, async () => {
    await new Promise((resolve) => setTimeout(resolve, 500)); // the thread that failed has ended by then
    await assert.rejects(SqliteOutboxStore.open(path), { code: 'conflict', message: /another outbox of this process/ });
  });
});

test('a file that is deleted or replaced is noticed: nothing is acknowledged that would be lost', async () => {
  const path = newFile();
  await withOutbox({ path, concurrency: 0 }, async (outbox) => {
    await outbox.enqueue([httpDelivery('https://example.com/')]);
    rmSync(path);
    await assert.rejects(outbox.enqueue([httpDelivery('https://example.com/')]), { code: 'storage', message: /deleted, moved or replaced/ });
    writeFileSync(path, '');
    await assert.rejects(outbox.enqueue([httpDelivery('https://example.com/')]), { code: 'storage' });
    rmSync(path);
  });
});

const script = fileURLToPath(new URL('outbox_process.mjs', import.meta.url));
const environment = { ...process.env, NODE_NO_WARNINGS: '1', NOTIFIER_NODE_ENTRY: pathToFileURL(file('dist/node.js')).href };

test('a disk that is full: nothing is acknowledged that is not kept', async () => {
  const path = newFile();
  const limit = `import os, resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, resource.RLIM_INFINITY))
os.execvp(sys.argv[1], sys.argv[1:])`;
  const { stdout, stderr } = spawnSync('python3', ['-c', limit, process.execPath, script, path, 'fill'], { env: environment, encoding: 'utf8', timeout: 120_000 });
  const { acknowledged, refused, code } = JSON.parse(stdout || JSON.stringify({ wrong: stderr }));
  assert.ok(acknowledged.length > 10 && refused.length > 0, stderr);
  assert.equal(code, 'storage');
  await withOutbox({ path, concurrency: 0 }, async (outbox) => {
    const kept = new Set((await outbox.list({ limit: 10_000 })).deliveries.map(({ id }) => id));
    for (const key of acknowledged) assert.ok(kept.has(key), `${key} was acknowledged`);
    for (const key of refused) assert.ok(!kept.has(key), `${key} was refused`);
  });
});

test('targets that fail at random, clocks that step, and kill -9 at any time: nothing that was acknowledged is lost', { timeout: 300_000 }, async (t) => {
  const path = newFile();
  const rounds = Number(process.env.NOTIFIER_KILLS ?? 4);
  const each = Number(process.env.NOTIFIER_DELIVERIES ?? 200);
  const acknowledged = [];
  const hour = 3_600_000;
  const steps = [0, 1_000, -hour, hour, 10 * 365 * 24 * hour, -10 * 365 * 24 * hour];
  for (let round = 0; round <= rounds; ++round) {
    const isLast = round === rounds;
    const env = { ...environment, NOTIFIER_TARGET: target.url('flaky/kill'), NOTIFIER_CLOCK_STEP: String(steps[round % steps.length]) };
    const child = spawn(process.execPath, [script, path, isLast ? 'drain' : 'fill', String(round), String(each)], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop();
      acknowledged.push(...lines);
    });
    const ended = new Promise((resolve) => child.on('close', resolve));
    if (!isLast) {
      const enough = acknowledged.length + each * (0.5 + Math.random() / 2);
      await until(() => acknowledged.length >= enough, 'acknowledgements', 100_000);
      child.kill('SIGKILL');
    }
    const code = await ended;
    if (isLast) assert.equal(code, 0);
  }
  const counts = new Map();
  for (const { what, isTaken, headers } of target.requests) if (what === 'flaky' && isTaken) counts.set(headers['webhook-id'], (counts.get(headers['webhook-id']) ?? 0) + 1);
  for (const key of acknowledged) assert.ok(counts.get(key) >= 1, `${key} was lost`);
  const twice = [...counts.values()].filter((count) => count > 1).length;
  t.diagnostic(`${acknowledged.length} acknowledged, ${counts.size} arrived, ${twice} of them more than once, ${rounds} kills`);
  assert.ok(twice <= rounds * 64, `${twice} of ${counts.size} came more than once`);
});

// ---- the native store's ----

test('the SQL is that of the native store', () => {
  const made = spawnSync(process.env.NOTIFIER_STATEMENTS, { encoding: 'utf8' }).stdout;
  const kept = readFileSync(join(root, 'wasm/src/delivery/sqlite_statements.ts'), 'utf8');
  assert.ok(made === kept, `wasm/src/delivery/sqlite_statements.ts is stale: ${process.env.NOTIFIER_STATEMENTS} > wasm/src/delivery/sqlite_statements.ts`);
});

test('a database of release 1.0.0 is taken over, row by row as they change', async () => {
  const path = newFile();
  const database = new DatabaseSync(path);
  database.exec(readFileSync(join(root, 'tests/data/1.0.0/notifier.sql'), 'utf8'));
  const old = database.prepare('SELECT key, notifier_id, state FROM deliveries ORDER BY sequence').all();
  database.close();
  copyFileSync(path, `${path}.copy`);
  const names = ['pending', 'delivered', 'dead'];
  const sent = [];
  const stepped = Date.now() + 40 * 3_600_000;
  const holdNothing = { holdMs: 1e12, keepDeliveredMs: 1e13, keepDeadMs: 1e13 };
  await withOutbox({ path, ...holdNothing, resume: false }, async (outbox) => {
    const { total, deliveries } = await outbox.list({ limit: 1_000 });
    assert.equal(total, old.length);
    assert.deepEqual(deliveries.reverse().map(({ id, notifier_id, state }) => [id, notifier_id, state]), old.map(({ key, notifier_id, state }) => [key, notifier_id, names[state]]));
    for (const state of names) assert.equal((await outbox.list({ state })).total, old.filter((row) => names[row.state] === state).length, state);
    for (const { notifier_id, key } of old) assert.equal(await outbox.enqueue([httpDelivery('https://example.com/', { notifierId: notifier_id, idempotencyKey: key })]), 0, 'its key is known');
  });
  await withOutbox({ path, ...holdNothing, clock: () => stepped, sender: sendTo((delivery) => (sent.push(delivery.idempotencyKey), taken)) }, async (outbox) => {
    await outbox.idle();
    assert.equal((await outbox.list({ state: 'pending' })).total, 0);
    assert.equal((await outbox.list()).total, old.length);
  });
  assert.deepEqual(sent.sort(), old.filter(({ state }) => state === 0).map(({ key }) => key).sort());
});
