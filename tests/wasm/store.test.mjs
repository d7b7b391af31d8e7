// What keeps the deliveries of an outbox: files of others, files of release 1.0.0, shared bodies, and stores that are slow or fail.

import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { createEngine, file, root } from './package.mjs';
import { seeded } from './random.mjs';
import { httpDelivery, mailDelivery, until } from './targets.mjs';

const { FileStore, MemoryStore, Outbox } = await import(pathToFileURL(file('dist/node.js')));
const folder = mkdtempSync(join(tmpdir(), 'notifier-store-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const newFile = () => join(folder, `store${++files}.ndjson`);

const taken = { action: 'delivered', status: 200, reason: 'taken' };
const later = { action: 'retry', status: 500, reason: 'later' };
const never = { action: 'fail', status: 404, reason: 'never' };
const sendTo = (send) => ({ send: async (delivery, options) => send(delivery, options) });

async function withOutbox(options, run) {
  const outbox = await Outbox.open({ sender: sendTo(() => taken), retry: { delaysMs: [1, 1, 1], jitterPercent: 0 }, onError: (error) => assert.fail(error), ...options });
  try {
    return await run(outbox);
  } finally {
    await outbox.close({ graceMs: 0 });
  }
}

// ---- files of others ----

for (const [what, content] of [
  ['pretty-printed JSON', JSON.stringify({ v: 1, last: 0, apps: [] }, null, 2)],
  ['two lines of text', 'hello\nworld'],
  ['one line without a line feed', 'hello'],
  ['an empty line', '\n'],
  ['JSON of a line without a line feed', '{"v":1}'],
  ['lines of other JSON', '{"version":1}\n{"i":{}}\n'],
  ['a later version', '{"v":3,"last":0}\n'],
  ['bytes', Buffer.from([0, 1, 2, 255, 254, 10, 0, 0])],
  ['zeros', Buffer.alloc(5000)],
  ['a long line', 'x'.repeat(100_000)],
]) {
  test(`a file that is not an outbox's is left alone, byte for byte: ${what}`, async () => {
    const path = newFile();
    writeFileSync(path, content);
    const { mtimeMs } = statSync(path);
    await assert.rejects(Outbox.open({ sender: sendTo(() => taken), file: path }), (error) => error.code === 'storage' && /not the file of an outbox/.test(error.message));
    assert.deepEqual(readFileSync(path), Buffer.from(content));
    assert.equal(statSync(path).mtimeMs, mtimeMs);
    assert.ok(!existsSync(`${path}.lock`));
  });
}

test('an own file with a torn last line opens, also where that is the first', async () => {
  for (const content of ['', '{"v', '{"v":2,"last":0', '{"v":2,"last":0}', '{"v":2,"last":0}\n{"i":{"sequ']) {
    const path = newFile();
    writeFileSync(path, content);
    await withOutbox({ file: path }, (outbox) => outbox.enqueue([httpDelivery('https://example.com/')]));
    await withOutbox({ file: path, resume: false }, async (outbox) => assert.equal((await outbox.list()).total, 1, content));
  }
});

test('what is in the way of a lock or of a new file is left alone', async () => {
  const path = newFile();
  writeFileSync(`${path}.lock`, 'my notes\n');
  assert.throws(() => new FileStore(path), { code: 'storage' });
  assert.equal(readFileSync(`${path}.lock`, 'utf8'), 'my notes\n');
  rmSync(`${path}.lock`);
  writeFileSync(`${path}.new`, 'my notes\n');
  const errors = [];
  await withOutbox({ file: path, onError: (error) => errors.push(error) }, async (outbox) => {
    for (let i = 0; i < 60; ++i) await outbox.enqueue([httpDelivery('https://example.com/', { body: 'x'.repeat(40_000) })]);
    await outbox.idle();
    await until(() => errors.length > 0, 'the attempt to make the file anew');
  });
  assert.match(String(errors[0].cause), /in the way/);
  assert.equal(readFileSync(`${path}.new`, 'utf8'), 'my notes\n');
});

// ---- files of release 1.0.0 ----

const fixture = (name) => join(root, 'tests/data/1.0.0', name);

test('an outbox file of release 1.0.0 is taken over, without rewriting it at the start', async () => {
  const path = newFile();
  copyFileSync(fixture('outbox.ndjson'), path);
  const before = readFileSync(path);
  const records = new Map();
  for (const line of before.toString().trim().split('\n').map((text) => JSON.parse(text))) {
    if (line.i) records.set(line.i.sequence, { ...line.i, d: line.d });
    if (line.u) Object.assign(records.get(line.u), { state: line.state, attempts: line.attempts });
  }
  const pending = [...records.values()].filter(({ state }) => state === 'pending');
  assert.ok(pending.length > 0 && records.size > pending.length);
  const sent = [];
  await withOutbox({ file: path, resume: false }, async (outbox) => {
    const { total, deliveries } = await outbox.list({ limit: 1_000 });
    assert.equal(total, records.size);
    for (const { id, notifier_id, state, event_id } of deliveries) {
      const was = [...records.values()].find((record) => record.key === id && record.notifier_id === notifier_id);
      assert.deepEqual([state, event_id], [was.state, was.event_id]);
    }
  });
  assert.deepEqual(readFileSync(path).subarray(0, before.length), before, 'what was there is as it was');
  const stepped = Date.now() + 40 * 3_600_000; // what waits is due by then, and nothing is forgotten yet
  await withOutbox({ file: path, clock: () => stepped, sender: sendTo((delivery) => (sent.push(delivery), taken)) }, async (outbox) => {
    for (const { notifier_id, state, key, d } of records.values()) {
      assert.equal(await outbox.enqueue([{ ...(d ?? httpDelivery('https://example.com/')), notifierId: notifier_id, idempotencyKey: key }]), 0, `${state} ${key} is known`);
    }
    const dead = [...records.values()].find(({ state, d }) => state === 'dead' && d !== undefined && (d.url ?? d.envelope.to.length > 0));
    assert.equal(await outbox.resend(dead.notifier_id, dead.key), 'due');
    assert.equal(await outbox.resend('no-other', dead.key), 'not found');
    await until(() => sent.some(({ idempotencyKey }) => idempotencyKey === dead.key));
    assert.equal(await outbox.hold(pending[0].notifier_id) + sent.filter(({ notifierId }) => notifierId === pending[0].notifier_id).length > 0, true);
  });
  await withOutbox({ file: path, clock: () => stepped + 24 * 3_600_000, sender: sendTo((delivery) => (sent.push(delivery), taken)) }, async (outbox) => {
    await outbox.resume(pending[0].notifier_id);
    await outbox.idle();
    assert.equal((await outbox.list({ state: 'pending' })).total, 0);
  });
  for (const { key, d } of pending) {
    const arrived = sent.filter(({ idempotencyKey }) => idempotencyKey === key);
    assert.equal(arrived.length, 1, key);
    assert.deepEqual(arrived[0].body ?? arrived[0].raw, d.body ?? d.raw);
  }
});

// ---- bodies ----

test('a body that deliveries share is in the file once, and each is sent whole', async () => {
  const engine = await createEngine({ clock: () => 0 });
  const hooks = Array.from({ length: 40 }, (_, n) => ({ id: `no-h${n}`, name: `h${n}`, platform: 'webhook', send_all_events: true, type_data: { webhook_url: `https://h${n}.example.com/` } }));
  const mails = Array.from({ length: 20 }, (_, n) => ({ id: `no-m${n}`, name: `m${n}`, platform: 'email', send_all_events: true, type_data: { emails: [`m${n}@example.com`] } }));
  engine.load({ version: 1, email_from: 'n@example.com', apps: [{ id: 'app-1', name: 'shop', notifiers: [...hooks, ...mails] }] });
  const path = newFile();
  const event = JSON.stringify({ type: 'restart', id: 'ev-1', app_id: 'app-1', app_name: 'shop', filler: `${'é🎉 '.repeat(20_000)}end` });
  const deliveries = engine.route(event);
  assert.equal(deliveries.length, 60);
  await withOutbox({ file: path, concurrency: 0 }, async (outbox) => {
    assert.equal(await outbox.enqueue(deliveries), 60);
    assert.equal(await outbox.enqueue([httpDelivery('https://example.com/', { body: 'x'.repeat(500) }), httpDelivery('https://example.com/2', { body: 'x'.repeat(500) })]), 2, 'short ones stay whole');
  });
  const size = statSync(path).size;
  assert.ok(size < 2 * Buffer.byteLength(event) + 60 * 2_000 + 20_000, `${size} bytes`);
  // Once anew from the file, after half of them have arrived and the file was made anew.
  const sent = new Map();
  let isOpen = false;
  const sender = sendTo((delivery) => {
    if (!isOpen && delivery.notifierId.endsWith('1')) return later;
    sent.set(delivery.notifierId, delivery);
    return taken;
  });
  const slow = { file: path, sender, retry: { delaysMs: [3_600_000] } };
  await withOutbox(slow, async (outbox) => {
    await until(async () => outbox.pending <= 12 && (await outbox.list({ state: 'delivered' })).total >= 50);
    for (let i = 0; i < 40; ++i) {
      await outbox.enqueue([httpDelivery('https://example.com/', { body: 'y'.repeat(100_000), notifierId: `no-fill${i}0` })]);
      await outbox.idle(outbox.pending > 12 ? 8 : 12).catch(() => {});
    }
  });
  isOpen = true;
  await withOutbox({ ...slow, clock: () => Date.now() + 7_200_000 }, (outbox) => outbox.idle());
  for (const delivery of deliveries) {
    const arrived = sent.get(delivery.notifierId);
    assert.deepEqual([arrived.body, arrived.raw, arrived.envelope], [delivery.body, delivery.raw, delivery.envelope]);
  }
});

// ---- neighbours ----

test('the same key of two notifiers is two deliveries, of one it is one', async () => {
  const sent = [];
  for (const store of [new MemoryStore(), new FileStore(newFile())]) {
    sent.length = 0;
    await withOutbox({ store, sender: sendTo((delivery) => (sent.push(delivery.notifierId), taken)) }, async (outbox) => {
      const one = httpDelivery('https://example.com/', { notifierId: 'no-a' });
      const other = { ...one, notifierId: 'no-b' };
      assert.deepEqual(await outbox.offer([one, other, one]), [true, true, false]);
      await outbox.idle();
      assert.deepEqual(sent.sort(), ['no-a', 'no-b']);
      assert.equal(await outbox.enqueue([one, other]), 0);
      assert.equal((await outbox.list({ notifierId: 'no-a' })).total, 1);
    });
  }
});

test('an event without an id is delivered each time it is routed; by bytes where there are no ids', async () => {
  const configuration = { version: 1, apps: [{ id: 'app-1', name: 'shop', notifiers: [{ id: 'no-1', name: 'one', platform: 'webhook', send_all_events: true, type_data: { webhook_url: 'https://example.com/' } }] }] };
  const event = '{"type":"restart","app_id":"app-1"}';
  const engine = await createEngine();
  engine.load(configuration);
  const bytes = await createEngine({ ids: null });
  bytes.load(configuration);
  await withOutbox({}, async (outbox) => {
    const counts = async (route) => [await outbox.enqueue(route()), await outbox.enqueue(route()), await outbox.enqueue(route()), await outbox.enqueue(route())];
    assert.deepEqual(await counts(() => engine.route(event)), [1, 1, 1, 1]);
    assert.deepEqual(await counts(() => engine.route(event, { eventId: 'request-7' })), [1, 0, 0, 0]);
    assert.deepEqual(await counts(() => bytes.route(event)), [1, 0, 0, 0]);
    assert.deepEqual(await counts(() => engine.route({ id: 'ev-7', type: 'restart', app_id: 'app-1' })), [1, 0, 0, 0]);
    const lines = () => new Set(new TextDecoder().decode(engine.routeLines(`${event}\n${event}\n`)).trim().split('\n').map((line) => JSON.parse(line).headers['webhook-id']));
    assert.equal(lines().size, 2);
    assert.equal(engine.route(event)[0].body, event, 'byte for byte');
    const two = [...engine.route(event, { eventId: 'a' }), ...engine.route('{"type":"restart","app_id":"app-1","n":2}', { eventId: 'a' })];
    assert.deepEqual(await outbox.offer(two), [true, false], 'two events with one id are one');
  });
});

test('a notifier that was removed and added again with the same URL is another one', async () => {
  const engine = await createEngine();
  engine.addApp({ name: 'shop' });
  const draft = { name: 'ops', platform: 'webhook', send_all_events: true, type_data: { webhook_url: 'https://example.com/in' } };
  const event = { id: 'ev-1', type: 'restart', app_name: 'shop' };
  const sent = [];
  await withOutbox({ sender: sendTo((delivery) => (sent.push(delivery.notifierId), sent.length === 1 ? later : taken)), retry: { delaysMs: [3_600_000] } }, async (outbox) => {
    const first = engine.addNotifier('shop', draft);
    await outbox.enqueue(engine.route(event));
    await until(() => sent.length === 1);
    engine.removeNotifier(first.id);
    await outbox.cancel(first.id);
    const second = engine.addNotifier('shop', draft);
    assert.equal(await outbox.enqueue(engine.route(event)), 1);
    await outbox.idle();
    assert.deepEqual(sent, [first.id, second.id]);
    assert.equal((await outbox.list({ notifierId: first.id })).deliveries[0].state, 'dead');
  });
});

// ---- stores that are slow, or fail ----

/** Keeps in memory what is committed, as a database does; answers later, fails, and can be looked at by the next outbox. */
class UnreliableStore extends MemoryStore {
  calls = 0;
  #queue = Promise.resolve();
  isBroken = false;

  constructor(random) {
    super();
    this.random = random;
  }

  #later(work, mayFail = true) {
    const done = this.#queue.then(async () => {
      ++this.calls;
      await this.random.pause(3);
      if (this.isBroken || (mayFail && this.random.chance(0.06))) throw new Error('the store does not answer');
      return work();
    });
    this.#queue = done.catch(() => {});
    return done;
  }

  insert = (entries) => this.#later(() => super.insert(entries));
  write = (writes) => this.#later(() => super.write(JSON.parse(JSON.stringify(writes))));
  load = (sequence) => this.#later(() => super.load(sequence));
  find = (notifierId, key) => this.#later(() => super.find(notifierId, key), false);
  list = (query) => this.#later(() => super.list(query), false);
  forget = (what) => this.#later(() => super.forget(what));
}

test('whatever a store does, each delivery that was taken arrives, once but for what a crash interrupts', { timeout: 120_000 }, async () => {
  for (let seed = 1; seed <= 6; ++seed) {
    const random = seeded(seed);
    const store = new UnreliableStore(random);
    const acknowledged = new Map();
    const refused = new Map();
    const arrivals = new Map();
    let outcome;
    const sender = sendTo(async ({ notifierId, idempotencyKey: key }) => {
      await random.pause(3);
      if (random.chance(0.3)) return later;
      if (random.chance(0.05)) return never;
      arrivals.set(`${notifierId} ${key}`, (arrivals.get(`${notifierId} ${key}`) ?? 0) + 1);
      return taken;
    });
    const options = { store, sender, retry: { delaysMs: Array(50).fill(1), jitterPercent: 0, disableAfterFailures: 0 }, onError: () => {}, concurrency: 8 };
    const lives = 3;
    for (let life = 0; life < lives; ++life) {
      const outbox = await Outbox.open(options);
      for (let i = 0; i < 10; ++i) {
        const some = Array.from({ length: 1 + random.below(3) }, () => httpDelivery('https://example.com/', { notifierId: `no-${random.below(3)}` }));
        const into = await outbox.enqueue(some).then(() => acknowledged, () => refused);
        for (const { notifierId, idempotencyKey: key } of some) into.set(`${notifierId} ${key}`, true);
        if (random.chance(0.2)) await outbox.hold('no-1').catch(() => {});
        if (random.chance(0.2)) await outbox.resume('no-1').catch(() => {});
        await random.pause(5);
      }
      if (life < lives - 1) {
        // What is on its way is lost with this one: it writes nothing from here on.
        store.isBroken = true;
        await outbox.close({ graceMs: 0 }).catch(() => {});
        store.isBroken = false;
      } else {
        outcome = outbox;
      }
    }
    const settle = async () => {
      await outcome.resume('no-1').catch(() => {});
      return outcome.pending === 0 && outcome.held === 0;
    };
    await until(settle, `seed ${seed}: that nothing is pending`);
    await outcome.idle();
    const { deliveries } = await outcome.list({ limit: 10_000 });
    await outcome.close();
    const states = new Map(deliveries.map(({ id, notifier_id: notifier, state }) => [`${notifier} ${id}`, state]));
    for (const key of acknowledged.keys()) {
      assert.ok(states.get(key) === 'delivered' || states.get(key) === 'dead', `seed ${seed}: ${key} is ${states.get(key)}`);
      if (states.get(key) === 'delivered') assert.ok(arrivals.get(key) >= 1, `seed ${seed}: ${key}`);
      assert.ok((arrivals.get(key) ?? 0) <= lives, `seed ${seed}: ${key} arrived ${arrivals.get(key)} times`);
    }
    for (const key of refused.keys()) assert.equal(arrivals.get(key), undefined, `seed ${seed}: ${key} was refused`);
    const twice = [...arrivals.values()].filter((count) => count > 1).length;
    assert.ok(twice <= (lives - 1) * 30, `seed ${seed}: ${twice} arrived more than once`);
  }
});

test('nothing else begins while what came of attempts cannot be stored', async () => {
  const store = new MemoryStore();
  let isFull = false;
  const { write } = store;
  store.write = async (writes) => {
    await null;
    if (isFull) throw new Error('the disk is full');
    return write.call(store, writes);
  };
  let sent = 0;
  const errors = [];
  await withOutbox({ store, sender: sendTo(() => (++sent, taken)), onError: (error) => errors.push(error.message), concurrency: 1 }, async (outbox) => {
    isFull = true;
    const deliveries = Array.from({ length: 20 }, () => httpDelivery('https://example.com/'));
    await outbox.enqueue(deliveries);
    await until(() => errors.length > 0, 'an error');
    const then = sent;
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.ok(then <= 2 && sent === then, `${sent} were sent`);
    await assert.rejects(outbox.hold('no-1'), { code: 'storage' });
    isFull = false;
    await outbox.resume('no-1').catch(() => {});
    await outbox.idle();
    assert.equal(sent, 20);
    assert.equal((await outbox.list({ state: 'delivered' })).total, 20, 'none was sent twice');
  });
});

test('an outbox that is slow to insert does not send before', async () => {
  const store = new MemoryStore();
  const { insert } = store;
  let isStored = false;
  store.insert = async (entries) => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    isStored = true;
    return insert.call(store, entries);
  };
  await withOutbox({ store, sender: sendTo(() => (assert.ok(isStored), taken)) }, async (outbox) => {
    const entering = outbox.enqueue([httpDelivery('https://example.com/'), mailDelivery([])]);
    assert.equal(outbox.pending, 0);
    assert.equal(await entering, 2);
    await outbox.idle();
    assert.deepEqual((await outbox.list()).deliveries.map(({ state }) => state).sort(), ['dead', 'delivered']);
  });
});
