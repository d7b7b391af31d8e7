// A worker on a PostgreSQL that stands still for a while, or is kept waiting by the database: it sends nothing that may be another's by now, and
// looks for what arrives as soon as before.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

import { startPostgres } from '../server/postgres.mjs';
import { file, root } from './package.mjs';
import { httpDelivery, until } from './targets.mjs';

process.chdir(join(root, 'tests')); // where the package pg is
const { Outbox, PostgresOutboxStore } = await import(pathToFileURL(file('dist/node.js')));
let postgres;
const outboxes = [];
before(async () => {
  postgres = await startPostgres();
});
afterEach(() => Promise.all(outboxes.splice(0).map((outbox) => outbox.close())));
after(() => postgres?.stop());

const standStill = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

/** So many outboxes that share a database. */
async function open(count, name, attemptMs, options) {
  const stores = [];
  for (let i = 0; i < count; ++i) {
    stores.push(await PostgresOutboxStore.open(await postgres.database(name), { attemptMs }));
    outboxes.push(await Outbox.open({ store: stores[i], ...options }));
  }
  await until(() => stores.every((store) => store.figures().owned === 64 / count));
  return outboxes;
}

test('what was loaded before it stood still is sent in time, or not', async () => {
  const attemptMs = 1_000;
  const sent = [];
  let stands = true;
  let tries = 0;
  const [outbox] = await open(1, 'still', attemptMs, {
    sender: {
      send: async ({ idempotencyKey }, { until: end }) => {
        const left = end - performance.now();
        assert.ok(left > 0 && left <= attemptMs);
        sent.push(idempotencyKey);
        return { action: 'delivered', status: 200, reason: 'the target took it' };
      },
    },
    standing: () => {
      ++tries;
      if (stands && tries === 3) standStill(4 * attemptMs); // longer than a lease
      return 'on';
    },
  });
  const deliveries = Array.from({ length: 20 }, (_, i) => httpDelivery(`https://example.com/${i}`));
  await outbox.enqueue(deliveries);
  await until(() => tries > 3);
  stands = false;
  await until(() => sent.length >= deliveries.length);
  assert.deepEqual(sent.sort(), deliveries.map(({ idempotencyKey }) => idempotencyKey).sort());
  assert.ok(tries > deliveries.length, 'some were taken up again');
});

test('who was kept waiting looks for what arrives as soon as before', async () => {
  const sent = [];
  const [, other] = await open(2, 'waiting', 10_000, {
    sender: { send: async ({ idempotencyKey }) => (sent.push(idempotencyKey), { action: 'delivered', status: 200, reason: 'the target took it' }) },
  });
  const url = await postgres.database('waiting');
  for (const table of ['outbox_shards', 'outbox_commands']) {
    let count = sent.length;
    let ended = Infinity;
    const locked = postgres.query(`BEGIN; LOCK TABLE notifier.${table}; SELECT pg_sleep(3); COMMIT`, url).then(() => (ended = performance.now()));
    // They are told of more, again and again, while they wait and after that.
    for (; performance.now() < ended + 300; ++count) {
      await other.enqueue([httpDelivery(`https://example.com/${count}`)]);
      await sleep(20);
    }
    await locked;
    await until(() => sent.length === count);
    assert.ok(performance.now() < ended + 7_000, table);
  }
});

test('who stands still while it writes holds up nobody but its own shards', async () => {
  const sent = [];
  const [outbox] = await open(1, 'held', 1_000, {
    sender: { send: async ({ idempotencyKey }) => (sent.push(idempotencyKey), { action: 'delivered', status: 200, reason: 'the target took it' }) },
  });
  const url = await postgres.database('held');
  const ask = (sql) => postgres.query(`SET search_path = notifier; ${sql}`, url);
  // Half of the shards were another's, which stopped in the middle of a transaction.
  await ask('UPDATE outbox_shards SET owner = 999, epoch = epoch + 1, lease_until = clock_timestamp() WHERE shard < 32');
  let isOver = false;
  const locked = ask('BEGIN; SELECT 1 FROM outbox_shards WHERE shard < 32 FOR SHARE; SELECT pg_sleep(8); COMMIT').then(() => (isOver = true));
  await sleep(4_000); // longer than a lease
  await outbox.enqueue(Array.from({ length: 60 }, (_, i) => httpDelivery(`https://example.com/${i}`)));
  const sendable = Number((await ask('SELECT COUNT(*) FROM deliveries WHERE shard >= 32')).split('\n').at(-1));
  await until(() => sent.length === sendable);
  assert.ok(sendable > 0 && !isOver);
  await locked;
  await until(() => sent.length === 60);
  assert.equal(new Set(sent).size, 60);
});
