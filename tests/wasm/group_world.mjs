// What tests of deliveries that are told together share: an engine and an outbox whose time is the test's.

import { pathToFileURL } from 'node:url';
import { createEngine, file } from './package.mjs';
import { httpDelivery } from './targets.mjs';

export const { MemoryStore, Outbox, SqliteOutboxStore } = await import(pathToFileURL(file('dist/node.js')));

export const second = 1_000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const begin = Date.parse('2026-05-14T09:00:00Z');

/** @param members of the notifier `no-1` beside its platform: `{ grouping: {...} }` */
export function snapshot(members, platform = 'webhook') {
  const typeData = platform === 'email' ? { emails: ['anna@example.com'] } : { webhook_url: 'https://hooks.example.com/services/T0/B0/x' };
  return { apps: [{ id: 'app-1', name: 'shop', notifiers: [{ id: 'no-1', name: 'ops', platform, send_all_events: true, type_data: typeData, ...members }] }] };
}

export const crash = (number, type = 'repeated_crash') => JSON.stringify({ id: `ev-${number}`, type, app_id: 'app-1', type_data: {} });

/** How many events a delivery tells of. */
export function counted({ eventType, body, raw }) {
  if (eventType !== 'digest') return 1;
  const text = body ?? raw;
  if (text.startsWith('{"count":')) return JSON.parse(text).count;
  return Number(/shop: (\d+)/.exec(text)[1]);
}

/** What is under way goes on. */
export async function turns(count = 5) {
  for (let i = 0; i < count; ++i) await new Promise((resolve) => setImmediate(resolve));
}

/** One process: what it knows beside its store is gone with it. Time passes only by `pass`, `step` sets the time of day. */
export class Process {
  wall;
  steady;
  told = [];

  static async open({ store, engine, members, platform, wall = begin, steady = 5_000, ...options }) {
    const process = new Process();
    process.wall = wall;
    process.steady = steady;
    process.engine = engine ?? (await createEngine({ clock: () => process.wall }));
    if (engine === undefined) process.engine.load(snapshot(members, platform));
    const send = async (delivery) => {
      if (delivery.eventType !== 'alarm') process.told.push(delivery);
      return { action: 'delivered', status: 200, reason: 'taken' };
    };
    process.outbox = await Outbox.open({
      ...(store && { store }), sender: { send }, tellTogether: process.engine, clock: () => process.wall, steadyClock: () => process.steady,
      onError: (error) => { throw error; }, ...options,
    });
    await process.settled();
    return process;
  }

  async take(...events) {
    await this.outbox.enqueue(events.flatMap((event) => this.engine.route(event)));
    await turns();
  }

  async pass(ms) {
    this.wall += ms;
    this.steady += ms;
    await this.settled();
  }

  /** The time of day is set. */
  async set(ms) {
    this.wall += ms;
    await this.settled();
  }

  /** Timers are those of Node.js, which know nothing of this time: something that is put in wakes the outbox. */
  async settled() {
    await this.outbox.enqueue([httpDelivery('https://alarm.example.com/', { notifierId: 'no-alarm', eventType: 'alarm' })]);
    await turns();
    for (let i = 0; i < 200 && this.outbox.pending > 0; ++i) await turns(1);
  }

  /** What was told since this was asked. */
  news() {
    return this.told.splice(0);
  }

  async close() {
    await this.outbox.close();
  }
}
