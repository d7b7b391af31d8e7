// Planners side by side, stores that are slow, fail or answer conflict: whatever was acknowledged is there, and nothing else is.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Committer, NotifierError, createEngine } from './package.mjs';
import { seeded } from './random.mjs';

const seeds = Number(process.env.NOTIFIER_SEEDS ?? 80);
const start = {
  version: 1,
  apps: [
    { id: 'app-a', name: 'a', notifiers: [0, 1, 2].map((n) => ({ id: `no-a${n}`, name: '0', platform: 'webhook', type_data: { webhook_url: 'https://example.com/' } })) },
    { id: 'app-b', name: 'b', notifiers: [{ id: 'no-b0', name: '0', platform: 'webhook', type_data: { webhook_url: 'https://example.com/' } }] },
  ],
  users: [{ id: 'us-1', username: 'ann', email: 'ann@example.com' }],
};

/** What a host keeps: plain maps. Compares what a change expects with what it has, as a database that several machines share does. */
class PlainStore {
  apps = new Map();
  notifiers = new Map();
  users = new Map();
  /** Changes in the order in which they were kept. */
  log = [];

  constructor(snapshot) {
    const { apps, users, ...head } = JSON.parse(snapshot);
    this.head = head;
    for (const { notifiers, ...app } of apps) {
      this.apps.set(app.id, app);
      for (const notifier of notifiers) this.notifiers.set(notifier.id, { ...notifier, app_id: app.id });
    }
    for (const user of users) this.users.set(user.id, user);
  }

  keep(outcomes) {
    for (const { changes } of outcomes) for (const change of changes) this.#check(change, outcomes);
    for (const { changes } of outcomes) for (const change of changes) this.#put(change);
  }

  #check({ op, notifier, expected }) {
    if (op !== 'put_notifier' && op !== 'remove_notifier') return;
    const present = this.notifiers.get(notifier.id)?.updated_at ?? null;
    if (expected !== '*' && (expected ?? null) !== present) throw new NotifierError('conflict', `${notifier.id} is not as it was`);
  }

  #put(change) {
    this.log.push(change);
    const { op, app, notifier, user } = change;
    if (op === 'put_app') this.apps.set(app.id, app);
    if (op === 'remove_app') this.apps.delete(app.id);
    if (op === 'put_notifier') this.notifiers.set(notifier.id, notifier);
    if (op === 'remove_notifier') this.notifiers.delete(notifier.id);
    if (op === 'put_user') this.users.set(user.id, user);
    if (op === 'remove_user') this.users.delete(user.id);
  }

  /** What an engine is filled from at a start. */
  snapshot() {
    const apps = [...this.apps.values()].map((app) => ({ ...app, notifiers: [...this.notifiers.values()].filter((one) => one.app_id === app.id) }));
    return JSON.stringify({ ...this.head, apps, users: [...this.users.values()] });
  }
}

/** The whole of an engine, in an order of its own. */
function content(engine) {
  const { apps, users } = JSON.parse(engine.snapshot());
  const byId = (a, b) => (a.id < b.id ? -1 : 1);
  return { apps: apps.map(({ notifiers, ...app }) => ({ ...app, notifiers: notifiers.sort(byId) })).sort(byId), users: users.sort(byId) };
}

async function newEngine(snapshot) {
  let drawn = 0;
  let now = 1_715_680_002_000;
  const engine = await createEngine({ clock: () => ++now, ids: (prefix) => `${prefix}${++drawn}` });
  engine.load(snapshot);
  return engine;
}

/** What a planner may want: mostly to count a notifier up, which shows every change that is lost. */
function wish(random, engine) {
  const app = random.pick(engine.apps());
  const id = app && random.pick(engine.notifiers(app.id).filter(({ name }) => /^\d+$/.test(name)))?.id; // not the default one of a new app
  const request = (method, url, body) => ({ method, url, ...(body && { body: JSON.stringify(body) }) });
  const kind = random.below(20);
  if (app === undefined) return { kind: 'app', request: request('POST', '/v1/apps', { app: { name: `new${random.below(1e6)}` } }) };
  if (kind < 11 && id) return { kind: 'count', id };
  if (kind < 14) {
    const draft = { name: '0', platform_id: platforms.get('webhook'), type_data: { webhook_url: 'https://example.com/' } };
    return { kind: 'add', request: request('POST', `/v1/apps/${app.id}/notifiers`, { notifier: draft }) };
  }
  if (kind < 16 && id) return { kind: 'remove', id, request: request('DELETE', `/v1/apps/${app.id}/notifiers/${id}`) };
  if (kind < 17) return { kind: 'rename', request: request('PATCH', `/v1/apps/${app.id}`, { app: { name: `${app.name[0]}${random.below(1e6)}` } }) };
  if (kind < 18 && engine.apps().length > 1) return { kind: 'end', request: request('DELETE', `/v1/apps/${app.id}`) };
  return { kind: 'event', request: request('POST', `/v1/apps/${app.id}/events`, { type: 'restart', app_id: app.id }) };
}

const platforms = new Map((await createEngine()).catalogue().platforms.map(({ name, id }) => [name, id]));

function handle(engine, { kind, id, request }) {
  if (kind !== 'count') return engine.handle(request);
  const present = engine.notifier(id);
  const url = `/v1/apps/${present?.app_id ?? 'none'}/notifiers/${id}`;
  return engine.handle({ method: 'PATCH', url, body: JSON.stringify({ notifier: { name: String(Number(present?.name) + 1) } }) });
}

/** Counts how often each notifier was counted up, as acknowledged. */
class Acknowledged {
  counts = new Map();
  refused = 0;
  outcomes = [];

  take({ kind, id }, outcome) {
    this.outcomes.push(outcome);
    if (kind === 'count' && outcome.response.status === 200) this.counts.set(id, (this.counts.get(id) ?? 0) + 1);
  }

  check(store, what) {
    for (const [id, count] of this.counts) {
      const kept = store.notifiers.get(id);
      if (kept !== undefined) assert.equal(kept.name, String(count), `${what}: ${id}`);
    }
    const kept = new Set(store.log);
    const said = this.outcomes.flatMap(({ changes }) => changes);
    assert.equal(kept.size, said.length, `${what}: what is kept was acknowledged, and the other way round`);
    for (const change of said) assert.ok(kept.has(change), what);
  }
}

for (const planners of [2, 3]) {
  test(`${planners} planners, one engine: after each run a new engine has what was acknowledged`, async (t) => {
    let refused = 0;
    let conflicts = 0;
    for (let seed = 1; seed <= seeds; ++seed) {
      const random = seeded(seed * 10 + planners);
      const engine = await newEngine(start);
      const store = new PlainStore(engine.snapshot());
      const acknowledged = new Acknowledged();
      const keep = async (accepted) => {
        await random.pause(4);
        if (random.chance(0.15)) throw new Error('the disk is full');
        if (random.chance(0.1)) throw new NotifierError('conflict', 'another machine was faster');
        store.keep(accepted); // a conflict of its own would be a change that the engine has let through
        await random.pause(3);
      };
      const plan = async () => {
        for (let turn = 0; turn < 8; ++turn) {
          await random.pause(2);
          const some = Array.from({ length: random.chance(0.3) ? 2 : 1 }, () => wish(random, engine)).map((wanted) => ({ wanted, outcome: handle(engine, wanted) }));
          await random.pause(3); // what it was planned on may be gone by now
          const before = engine.snapshot();
          const came = engine.commit(some.map(({ outcome }) => outcome), keep);
          assert.equal(engine.snapshot(), before, 'nobody sees what is not stored');
          (await came).forEach((error, i) => {
            if (error === undefined) return acknowledged.take(some[i].wanted, some[i].outcome);
            ++refused;
            if (error.code === 'conflict' || error.code === 'not_found') ++conflicts;
            else assert.equal(error.message, 'the disk is full', `seed ${seed}`);
          });
        }
      };
      await Promise.all(Array.from({ length: planners }, plan));
      acknowledged.check(store, `seed ${seed}`);
      const restarted = await newEngine(store.snapshot());
      assert.deepEqual(content(restarted), content(engine), `seed ${seed}`);
      engine.dispose();
      restarted.dispose();
    }
    t.diagnostic(`${refused} refused, ${conflicts} of them for a conflict`);
    assert.ok(refused > seeds && conflicts > seeds / 2);
  });
}

test('two machines with one store, each following the other', async () => {
  for (let seed = 1; seed <= seeds; ++seed) {
    const random = seeded(seed);
    const first = await newEngine(start);
    const snapshot = first.snapshot();
    const machines = [{ engine: first, seen: 0, own: new Set() }, { engine: await newEngine(snapshot), seen: 0, own: new Set() }];
    const store = new PlainStore(snapshot);
    const acknowledged = new Acknowledged();
    /** Takes over what the other has stored since, but what this one has stored itself. */
    const follow = (machine) => {
      for (; machine.seen < store.log.length; ++machine.seen) {
        const change = store.log[machine.seen];
        if (machine.own.has(change)) continue;
        try {
          machine.engine.apply([change]);
        } catch (error) {
          if (error.code === 'conflict') return; // being changed here: its store will say conflict, and then it can be followed
          throw error;
        }
      }
    };
    const run = async (machine) => {
      const committer = new Committer(machine.engine, {
        tries: 50,
        store: async (outcomes) => {
          await random.pause(3);
          if (random.chance(0.1)) throw new Error('the disk is full');
          store.keep(outcomes);
          for (const { changes } of outcomes) for (const change of changes) machine.own.add(change);
          await random.pause(2);
        },
      });
      for (let turn = 0; turn < 6; ++turn) {
        follow(machine);
        const ids = machine.engine.apps().flatMap(({ id }) => machine.engine.notifiers(id)).map(({ id }) => id);
        const wanted = { kind: 'count', id: random.pick(ids) };
        try {
          acknowledged.take(wanted, await committer.commit(() => {
            follow(machine);
            return handle(machine.engine, wanted);
          }));
        } catch (error) {
          assert.ok(error.code === 'conflict' || error.message === 'the disk is full', error);
        }
      }
    };
    await Promise.all(machines.map(run));
    for (const machine of machines) follow(machine);
    acknowledged.check(store, `seed ${seed}`);
    const restarted = await newEngine(store.snapshot());
    for (const { engine } of machines) assert.deepEqual(content(engine), content(restarted), `seed ${seed}`);
    for (const engine of [restarted, ...machines.map((machine) => machine.engine)]) engine.dispose();
  }
});

test('many loads with own event types leave the memory as it was', async () => {
  const engine = await createEngine();
  const load = (turn) =>
    engine.load({ ...start, event_types: [{ id: 'et-own', name: `own_${turn % 7}`, display_name: 'Own', description: 'x'.repeat(500), category_id: engine.catalogue().event_categories[0].id }] });
  for (let turn = 0; turn < 500; ++turn) load(turn);
  const before = process.memoryUsage().external;
  for (let turn = 0; turn < 20_000; ++turn) load(turn);
  assert.ok(process.memoryUsage().external - before < 4e6, `${process.memoryUsage().external - before} bytes more`);
  engine.dispose();
});

test('a committer awaits what another machine has changed before it plans anew', async () => {
  const snapshot = (await newEngine(JSON.stringify(start))).snapshot();
  const engine = await newEngine(snapshot);
  const rename = (name) => engine.handle({ method: 'PATCH', url: '/v1/apps/app-a/notifiers/no-a0', body: { notifier: { name } } });
  const other = await newEngine(snapshot);
  const store = new PlainStore(snapshot);
  const [theirs] = other.handle({ method: 'PATCH', url: '/v1/apps/app-a/notifiers/no-a0', body: { notifier: { name: 'theirs' } } }).changes;
  store.keep([{ changes: [theirs] }]);
  let plans = 0;
  let catches = 0;
  const committer = new Committer(engine, {
    store: (outcomes) => store.keep(outcomes),
    async catchUp() {
      await null;
      ++catches;
      engine.apply([{ ...theirs, expected: '*' }]);
    },
  });
  const outcome = await committer.commit(() => (++plans, rename('ours')));
  assert.deepEqual([outcome.response.status, plans, catches], [200, 2, 1]);
  assert.equal(engine.notifier('no-a0').name, 'ours');

  // One that fails is as good as none.
  const failing = new Committer(engine, { store: () => { throw new NotifierError('conflict', 'no'); }, tries: 3, catchUp: () => { ++catches; throw new Error('down'); } });
  await assert.rejects(failing.commit(() => rename('never')), { code: 'conflict' });
  assert.equal(catches, 3);
});
