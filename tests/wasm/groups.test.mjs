// One message for a storm, over memory: from the engine through the outbox, with clocks that are set and stores that fail.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Process, MemoryStore, Outbox, begin, counted, crash, hour, minute, second, turns } from './group_world.mjs';
import { NotifierError, createEngine } from './package.mjs';
import { until } from './targets.mjs';

const digest = (window, more = {}) => ({ grouping: { mode: 'digest', window, ...more } });
const sum = (told) => told.reduce((all, delivery) => all + counted(delivery), 0);

test('of ten thousand crashes within a minute, a throttled notifier gets two messages, and the counts are right', async () => {
  const process = await Process.open({ members: { grouping: { mode: 'throttle', window: 600 } }, platform: 'slack' });
  const events = 10_000;
  for (let i = 0; i < events; i += 1_000) {
    await process.take(...Array.from({ length: 1_000 }, (_, at) => crash(i + at)));
    await process.pass(6 * second);
  }
  const [first, ...others] = process.news();
  assert.equal(first.eventId, 'ev-0');
  assert.deepEqual(others, []);
  assert.equal(process.outbox.grouped, events - 1);
  assert.equal(process.outbox.counted, events - 1);
  assert.equal(process.outbox.pending, 0, 'what is held back is not pending');
  await process.pass(9 * minute - 1);
  assert.deepEqual(process.news(), []);
  await process.pass(1);
  const [told, ...more] = process.news();
  assert.deepEqual(more, []);
  assert.equal(told.eventType, 'digest');
  assert.match(told.body, /shop: 9999 more repeated crash events/);
  assert.equal(process.outbox.grouped, 0);
  await process.pass(hour);
  assert.deepEqual(process.news(), []);
  assert.equal((await process.outbox.list({ notifierId: 'no-1', state: 'grouped' })).total, events - 1);
  const [record] = (await process.outbox.list({ state: 'grouped', limit: 1 })).deliveries;
  assert.equal(record.next_at, null);
  assert.notEqual(record.ended_at, null);
  assert.equal(await process.outbox.resend('no-1', record.id), 'grouped');
  await process.close();
});

test('a digest waits for the end of its window, names the first events and says how many more there were', async () => {
  const process = await Process.open({ members: digest(60, { by: ['type'], max_items: 3 }), platform: 'mattermost' });
  await process.take(...Array.from({ length: 10 }, (_, i) => crash(i)));
  await process.take(...Array.from({ length: 5 }, (_, i) => crash(10 + i, 'restart')));
  await process.settled();
  assert.deepEqual(process.news(), []);
  await process.pass(minute);
  const told = process.news();
  assert.deepEqual(told.map(counted).sort((a, b) => a - b), [5, 10]);
  assert.match(told.find((one) => counted(one) === 10).body, /and 7 more/);
  assert.notEqual(told[0].idempotencyKey, told[1].idempotencyKey);
  await process.close();
});

test('the same window gives the same digest, byte for byte, as it did before', async () => {
  const told = [];
  for (const _ of [1, 2]) {
    const process = await Process.open({ members: digest(60), platform: 'email' });
    await process.take(crash(1), crash(2, 'restart'));
    await process.pass(minute);
    told.push(...process.news());
    await process.close();
  }
  assert.equal(told.length, 2);
  assert.deepEqual(told[0], told[1]);
  assert.deepEqual(told[0].envelope.to, ['anna@example.com']);
});

test('a test is never held, who has no grouping is told at once, and so is everybody where nobody asked for groups', async () => {
  const process = await Process.open({ members: digest(600) });
  await process.take(crash(1, 'test'));
  await process.settled();
  assert.equal(process.news().length, 1);
  await process.close();
  const plain = await Process.open({ members: {} });
  await plain.take(crash(1), crash(2));
  await plain.settled();
  assert.equal(plain.news().length, 2);
  await plain.close();
  const alone = await Process.open({ members: digest(600), tellTogether: undefined });
  await alone.take(crash(1), crash(2));
  await alone.settled();
  assert.equal(alone.news().length, 2);
  await alone.close();
});

test('an event that comes twice under its id is counted once', async () => {
  const process = await Process.open({ members: digest(60) });
  for (let i = 0; i < 5; ++i) {
    await process.take(crash(7));
    await process.settled();
  }
  await process.pass(2 * minute);
  assert.deepEqual(process.news().map(counted), [1]);
  await process.close();
});

test("a webhook gets the events' own bytes, and no more of them than there is room for", async () => {
  const process = await Process.open({ members: digest(60, { max_items: 2 }) });
  await process.take(crash(0), crash(1), crash(2));
  await process.pass(2 * minute);
  assert.deepEqual(process.news().map(({ body }) => body), [`{"count":3,"events":[${crash(0)},${crash(1)}]}`]);
  const large = (id) => JSON.stringify({ id, type: 'x', app_id: 'app-1', type_data: { a: '\u00e4'.repeat(100_000) } });
  await process.take(large('big'), large('bog'));
  await process.pass(2 * minute);
  assert.deepEqual(process.news().map(({ body }) => body), [`{"count":2,"events":[${large('big')}]}`]);
  await process.close();
});

test('what is held back is judged anew when its notifier changes, and goes with it when it is removed', async () => {
  const process = await Process.open({ members: digest(3_600) });
  const { engine, outbox } = process;
  for (let i = 0; i < 4; ++i) await process.take(crash(i));
  await process.settled();
  assert.deepEqual(process.news(), []);
  engine.updateNotifier('no-1', { grouping: null });
  outbox.regroup('no-1');
  await process.settled();
  assert.deepEqual(process.news().map(counted), [4]);

  engine.updateNotifier('no-1', digest(3_600));
  for (let i = 10; i < 14; ++i) await process.take(crash(i));
  await process.settled();
  assert.equal(outbox.grouped, 4);
  await process.take(crash(20));
  engine.removeNotifier('no-1');
  await outbox.cancel('no-1');
  await process.settled();
  assert.equal(outbox.grouped, 0);
  assert.equal(outbox.pending, 0);
  await process.pass(3 * hour);
  assert.deepEqual(process.news(), []);
  await process.close();
});

test('what is held back can be told now, for one notifier or for all', async () => {
  for (const which of [['no-1'], []]) {
    const process = await Process.open({ members: digest(3_600) });
    for (let i = 0; i < 4; ++i) await process.take(crash(i));
    await process.outbox.tellNow('no-2');
    assert.equal(process.outbox.grouped, 4);
    await process.outbox.tellNow(...which);
    assert.equal(process.outbox.grouped, 0);
    await process.outbox.idle();
    assert.deepEqual(process.news().map(counted), [4]);
    await process.close();
  }
});

test('what is held back is listed, that which is told first first, and rendered as it would be told now', async () => {
  const process = await Process.open({ members: { grouping: { mode: 'digest', window: 3_600, by: ['type'] } } });
  const { engine, outbox } = process;
  assert.deepEqual(outbox.heldBack(), []);
  for (let i = 0; i < 3; ++i) await process.take(crash(i));
  await process.settled();
  await process.pass(2 * minute);
  await process.take(JSON.stringify({ id: 'ev-9', type: 'repeated_timeout', app_id: 'app-1', type_data: {} }));
  await process.settled();
  const groups = outbox.heldBack('no-1');
  assert.deepEqual(groups.map(({ app_id: app, notifier_id: id, count, waits, kinds }) => ({ app, id, count, waits, kinds })), [
    { app: 'app-1', id: 'no-1', count: 3, waits: 'steady', kinds: [{ type: 'repeated_crash', count: 3 }] },
    { app: 'app-1', id: 'no-1', count: 1, waits: 'steady', kinds: [{ type: 'repeated_timeout', count: 1 }] },
  ]);
  assert.equal(groups[1].closes - groups[0].closes, 2 * minute);
  assert.equal(groups[0].closes - groups[0].first, 60 * minute);
  assert.deepEqual(outbox.heldBack('no-2'), []);
  assert.equal(outbox.heldBack().length, 2);
  const shown = groups.map((group) => engine.digest(group.app_id, group.notifier_id, group, group.key).body);
  await outbox.tellNow('no-1');
  await outbox.idle();
  assert.deepEqual(process.news().map(({ body }) => body), shown);
  assert.deepEqual(outbox.heldBack(), []);
  await process.close();
});

test('a muted notifier is told of everything once the mute is over, also where the clock was set meanwhile', async () => {
  const members = { muted_until: '2026-05-14T10:00:00Z' }; // an hour after the start
  const muted = async () => {
    const process = await Process.open({ members });
    for (let i = 0; i < 4; ++i) await process.take(crash(i));
    await process.settled();
    assert.deepEqual(process.news(), []);
    return process;
  };
  const goes = await muted();
  await goes.pass(59 * minute);
  assert.deepEqual(goes.news(), []);
  await goes.pass(minute);
  assert.deepEqual(goes.news().map(counted), [4]);
  await goes.close();

  const forward = await muted();
  await forward.set(61 * minute);
  assert.deepEqual(forward.news().map(counted), [4]);
  await forward.close();

  const back = await muted();
  await back.set(-10 * hour);
  assert.deepEqual(back.news(), []);
  await back.pass(hour);
  assert.deepEqual(back.news().map(counted), [4]);
  await back.close();
});

test('windows are measured by a clock that nobody sets', async () => {
  for (const step of [second, hour, 10 * 365 * 24 * hour].flatMap((ms) => [ms, -ms])) {
    const process = await Process.open({ members: digest(60) });
    await process.take(crash(1));
    await process.settled();
    await process.set(step);
    await process.pass(minute - 1);
    assert.deepEqual(process.news(), [], String(step));
    await process.pass(1);
    assert.deepEqual(process.news().map(counted), [1], String(step));
    await process.close();
  }
});

test('the end of an alert ends its window at once', async () => {
  const process = await Process.open({ members: { ...digest(3_600), send_all_alerts: true }, platform: 'mattermost' });
  const alert = (id, activated) => JSON.stringify({ id, type: 'alert', app_id: 'app-1', type_data: { metric: 'cpu', activated } });
  const [started] = process.engine.route(alert('a', true));
  const [ended] = process.engine.route(alert('b', false));
  assert.deepEqual([started.arrival.ends_alert, ended.arrival.ends_alert], [undefined, true]);
  await process.take(alert('a', true));
  await process.settled();
  assert.deepEqual(process.news(), []);
  await process.take(alert('b', false));
  await process.settled();
  assert.deepEqual(process.news().map(counted), [2]);
  await process.close();
});

test('an arrival says what is to be counted, and only where its notifier asks for it', async () => {
  const engine = await createEngine();
  engine.load({ apps: [{ id: 'app-1', name: 'shop', notifiers: [
    { id: 'no-1', name: 'together', platform: 'slack', send_all_events: true, grouping: { mode: 'digest', window: 60, by: ['type'] }, type_data: { webhook_url: 'https://hooks.slack.com/services/T/B/x' } },
    { id: 'no-2', name: 'alone', platform: 'slack', send_all_events: true, type_data: { webhook_url: 'https://hooks.slack.com/services/T/B/y' } },
  ] }] });
  const [together, alone] = engine.route(crash(1));
  assert.equal(alone.arrival, undefined);
  assert.equal(together.arrival.type, 'repeated_crash');
  assert.match(together.arrival.group, /^[0-9a-f]{32}$/);
  assert.equal(together.arrival.subject, 'shop');
  assert.equal(engine.route(crash(2))[0].arrival.group, together.arrival.group);
  assert.notEqual(engine.route(crash(2, 'restart'))[0].arrival.group, together.arrival.group);
  assert.equal(engine.route(crash(1, 'test'))[0].arrival, undefined);
  const bytes = engine.route(crash(1), { as: 'bytes' });
  assert.deepEqual(bytes.map(({ arrival }) => arrival), [together.arrival, undefined]);
  const outcome = engine.handle({ method: 'POST', url: '/v1/apps/app-1/events', headers: { 'content-type': 'application/json' }, body: crash(1), user: { username: 'x', email: 'x@example.com', id: 'x' } });
  assert.equal(outcome.response.status, 202);
  assert.deepEqual(outcome.deliveries.map(({ arrival }) => arrival), [together.arrival, undefined]);
  assert.deepEqual(JSON.parse(outcome.response.body).events[0].deliveries.map(({ grouped }) => grouped), [true, undefined]);
  const told = { count: 3, kinds: [{ type: 'repeated_crash', count: 3 }], other_kinds: 0, items: [], worst: 'error', first: begin, last: begin + 5_000, follows: true, subject: 'shop' };
  const delivery = engine.digest('app-1', 'no-1', told, 'key-1');
  assert.equal(delivery.eventId, 'key-1');
  assert.equal(delivery.arrival, undefined);
  assert.match(delivery.body, /shop: 3 more repeated crash events in 5 seconds/);
  assert.throws(() => engine.digest('app-1', 'no-9', told, 'key-1'), { code: 'not_found' });
});

/** Fails now and then: before anything is stored, or after all of it is. */
class FailingStore extends MemoryStore {
  isFailing = true;
  constructor(random) {
    super();
    this.random = random;
  }
  regroup(...all) {
    if (this.isFailing && this.random(4) === 0) throw new Error('the disk is full');
    const isLost = this.isFailing && this.random(4) === 0;
    const done = super.regroup(...all);
    if (isLost) throw new Error('the answer is lost');
    return done;
  }
  load(sequence) {
    if (this.isFailing && this.random(50) === 0) throw new Error('the disk is gone');
    return super.load(sequence);
  }
}

test('why groups cannot go on is told once each time, and what is told by itself is sent all the same', async () => {
  class FullStore extends MemoryStore {
    regroup() {
      throw new Error('the disk is full');
    }
  }
  const errors = [];
  const process = await Process.open({ store: new FullStore(), members: digest(60), onError: (error) => errors.push(error) });
  await process.take(crash(1));
  const [alone] = process.engine.route(crash(2));
  delete alone.arrival;
  await process.outbox.enqueue([alone]);
  await turns(20);
  assert.equal(process.news().length, 1);
  assert.equal(errors.length, 1);
  assert.equal(errors[0].code, 'storage');
  assert.equal(errors[0].cause.message, 'the disk is full');
  assert.equal(process.outbox.pending, 1, 'it is not known yet whether it is to be sent');
  await assert.rejects(process.outbox.tellNow(), { code: 'storage' });
  await process.close();
});

test('a file of lines keeps what is held back, over restarts and as it is made anew', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'notifier-group-file-'));
  try {
    const path = join(folder, 'outbox.ndjson');
    const members = digest(3_600, { max_items: 1 });
    let process;
    for (let life = 0; life < 5; ++life) {
      process = await Process.open({ store: undefined, file: path, members, steady: 10 ** life, ...(process && { wall: process.wall + second }) });
      assert.equal(process.outbox.grouped, 100 * life);
      for (let i = 0; i < 100; ++i) await process.outbox.enqueue(process.engine.route(JSON.stringify({ id: `ev-${life}-${i}`, type: 'x', app_id: 'app-1', type_data: { filler: 'z'.repeat(20_000) } })));
      await until(() => process.outbox.pending === 0 && process.outbox.grouped === 100 * (life + 1));
      await process.close();
    }
    assert.deepEqual(process.news(), []);
    assert.ok(statSync(path).size < 5_000_000, `${statSync(path).size} bytes: what is counted is not kept`);
    process = await Process.open({ file: path, members, steady: 3, wall: process.wall });
    await process.pass(hour);
    await until(() => process.told.length > 0);
    assert.deepEqual(process.news().map(counted), [500]);
    await process.close();
    process = await Process.open({ file: path, members, wall: process.wall });
    assert.equal(process.outbox.grouped, 0);
    assert.equal((await process.outbox.list({ state: 'grouped' })).total, 500);
    assert.deepEqual(process.news(), []);
    await process.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('groups need a store that keeps them', async () => {
  const store = { insert() {}, write() {}, forget() {}, load() {}, waiting: () => [], health: () => [], clock() {}, find() {}, list() {} };
  const open = (options) => Outbox.open({ sender: { send: async () => {} }, tellTogether: { notifier() {}, digest() {} }, ...options });
  await assert.rejects(open({ store }), (error) => error instanceof NotifierError && error.code === 'unsupported' && error.field === 'tellTogether');
});

test('whenever a process dies and whenever the store fails, every event is counted once and no digest comes twice', async () => {
  for (let seed = 1; seed <= 20; ++seed) {
    let state = seed * 2_654_435_761;
    const random = (below) => {
      state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
      return ((state ^ (state >>> 13)) >>> 0) % below;
    };
    const members = seed % 2 === 0 ? { grouping: { mode: 'throttle', window: 30, by: ['type'] } } : digest(20);
    const store = new FailingStore(random);
    const keys = new Set();
    let told = 0;
    let taken = 0;
    let process;
    const send = () => {
      for (const delivery of process.news()) {
        assert.ok(!keys.has(delivery.idempotencyKey), `seed ${seed}`);
        keys.add(delivery.idempotencyKey);
        told += counted(delivery);
      }
    };
    const open = async () => {
      const wall = process?.wall;
      // A process that dies writes nothing more: what it sent is sent again, under the same key. Here all of it is on record first.
      if (process !== undefined) {
        await process.outbox.close().catch(() => {});
        send();
      }
      process = await Process.open({ store, members, platform: 'mattermost', ...(wall !== undefined && { wall }), steady: random(1_000_000), onError() {} });
    };
    await open();
    for (let i = 0; i < 200; ++i) {
      const what = random(100);
      if (what < 60) {
        await process.take(crash(taken++, random(3) === 0 ? 'restart' : 'repeated_crash'));
      } else if (what < 90) {
        process.wall += random(8_000);
        process.steady += random(8_000);
        process.outbox.regroup('no-1'); // which wakes it
        await turns(10);
        send();
      } else if (what < 95) {
        process.wall += (random(200) - 100) * minute;
      } else {
        await open();
      }
    }
    store.isFailing = false;
    for (let i = 0; i < 20; ++i) {
      await process.pass(10 * second);
      send();
    }
    assert.equal(told, taken, `seed ${seed}`);
    assert.equal(process.outbox.grouped, 0, `seed ${seed}`);
    await process.close();
  }
});
