// The time of day steps: by a second, an hour and ten years, both ways, at every point of a delivery's life. Nothing is held beyond what
// it would have waited anyway, and nothing arrives twice.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { file } from './package.mjs';
import { httpDelivery } from './targets.mjs';

const { Outbox } = await import(pathToFileURL(file('dist/node.js')));
const folder = mkdtempSync(join(tmpdir(), 'notifier-clock-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

const taken = { action: 'delivered', status: 200, reason: 'taken' };
const later = { action: 'retry', status: 500, reason: 'later' };
const second = 1_000;
const hour = 3_600 * second;
const year = 365 * 24 * hour;
const delays = [5 * second, 300 * second, 2 * hour];

/**
 * A world with clocks of its own: time passes only by `pass`. Its timers are those of Node.js, which know nothing of it, so the outbox is
 * woken by what is put in: deliveries that are taken at once.
 */
class World {
  wall = Date.parse('2024-05-14T09:46:42Z');
  steady = 1_000;
  arrivals = [];
  attempts = [];

  constructor(path) {
    this.path = path;
  }

  async open({ failures = 0, ...options } = {}) {
    const send = async ({ idempotencyKey: key, eventType }) => {
      if (eventType === 'alarm') return taken;
      this.attempts.push({ key, steady: this.steady });
      if (this.attempts.length <= failures) return later;
      this.arrivals.push(key);
      return taken;
    };
    this.outbox = await Outbox.open({
      file: this.path, sender: { send }, retry: { delaysMs: delays, jitterPercent: 0 }, clock: () => this.wall, steadyClock: () => this.steady,
      onError: (error) => assert.fail(error), ...options,
    });
    await this.#settled();
  }

  async pass(ms) {
    this.wall += ms;
    this.steady += ms;
    await this.#settled();
  }

  step(ms) {
    this.wall += ms;
  }

  async #settled() {
    await this.outbox.enqueue([httpDelivery('https://alarm.example.com/', { notifierId: 'no-alarm', eventType: 'alarm' })]);
    for (let i = 0; i < 20; ++i) await new Promise((resolve) => setImmediate(resolve));
  }
}

const steps = [second, hour, 10 * year].flatMap((ms) => [ms, -ms]);
const points = ['before it comes in', 'before its first attempt', 'while it waits for the second', 'while it waits for the third', 'after it has arrived'];

for (const restarts of [false, true]) {
  test(`a clock that steps${restarts ? ', and a process that starts anew after each step' : ''}`, async () => {
    for (const step of steps) {
      for (let at = 0; at < points.length; ++at) {
        const what = `${step} ms ${points[at]}`;
        const world = new World(join(folder, `clock${++files}.ndjson`));
        await world.open({ failures: 2 });
        const point = async (number) => {
          if (number !== at) return;
          world.step(step);
          if (!restarts) return;
          await world.outbox.close();
          world.steady = 5;
          await world.open({ failures: 2 });
        };
        await point(0);
        const delivery = httpDelivery('https://example.com/');
        await world.outbox.enqueue([delivery]);
        await point(1);
        await world.pass(10);
        assert.equal(world.attempts.length, 1, `${what}: the first attempt`);
        await point(2);
        // Where it starts anew, a clock that was set forward may end a wait, and one that was set back begins it anew: never more.
        await world.pass(5 * second);
        if (world.attempts.length < 2) await world.pass(5 * second);
        assert.equal(world.attempts.length, 2, `${what}: the second`);
        await point(3);
        await world.pass(300 * second);
        if (world.attempts.length < 3) await world.pass(300 * second);
        assert.equal(world.attempts.length, 3, `${what}: the third`);
        await point(4);
        assert.equal(await world.outbox.enqueue([delivery]), 0, `${what}: it is known`);
        await world.pass(10 * hour);
        assert.deepEqual(world.arrivals, [delivery.idempotencyKey], what);
        assert.equal((await world.outbox.list({ notifierId: 'no-1' })).total, 1, what);
        if (!restarts) {
          const [first, again, third] = world.attempts.map(({ steady }) => steady);
          assert.ok(again - first >= 5 * second && third - again >= 300 * second, `${what}: no wait is cut short`);
        }
        await world.outbox.close();
      }
    }
  });
}

test('a clock that is ten years ahead for an hour makes nothing be forgotten, nor be kept for ten years more', async () => {
  const world = new World(join(folder, 'forget.ndjson'));
  const keep = { keepDeliveredMs: 7 * 24 * hour };
  await world.open(keep);
  const delivery = httpDelivery('https://example.com/');
  await world.outbox.enqueue([delivery]);
  await world.pass(hour);
  world.step(10 * year);
  await world.outbox.close();
  world.steady = 5;
  await world.open(keep);
  await world.pass(hour + 1);
  const dated = httpDelivery('https://example.com/'); // ends while the clock is wrong
  await world.outbox.enqueue([dated]);
  await world.pass(hour);
  assert.equal(await world.outbox.enqueue([delivery]), 0, 'it is known still');
  world.step(-10 * year);
  await world.outbox.close();
  world.steady = 5;
  await world.open(keep);
  assert.equal(await world.outbox.enqueue([delivery, dated]), 0);
  for (let day = 0; day < 20; ++day) await world.pass(24 * hour);
  assert.equal((await world.outbox.list({ notifierId: 'no-1' })).total, 0, 'both are forgotten by now');
  await world.outbox.close();
});

test('what is held is held as long as it is to be, whatever the clock does', async () => {
  for (const step of steps) {
    const world = new World(join(folder, `held${++files}.ndjson`));
    await world.open({ failures: Infinity, holdMs: 3 * 24 * hour });
    await world.outbox.enqueue([httpDelivery('https://example.com/')]);
    await world.pass(10);
    assert.equal(await world.outbox.hold('no-1'), 1);
    world.step(step);
    await world.pass(2 * 24 * hour);
    assert.equal((await world.outbox.list({ state: 'held' })).total, 1, `${step}: after two days`);
    assert.equal(world.attempts.length, 1);
    await world.pass(24 * hour + 1);
    const { deliveries: [record] } = await world.outbox.list({ notifierId: 'no-1' });
    assert.equal(record.state, 'dead', `${step}: after three`);
    assert.match(record.attempts.at(-1).reason, /switched off/);
    await world.outbox.close();
  }
});
