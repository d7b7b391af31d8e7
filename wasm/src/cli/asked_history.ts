// What the API shows of the past, for a database that answers later: the API cannot wait, so it is asked again once the answer is there.

import type { OutboxState, StoredRecord } from '../node.js';
import type { DeliveryFilter, HeldBack, HeldGroup, History, HistoryPage } from '../types.js';

/** What of the past a request needs that is not at hand. */
export class Wanted extends Error {
  constructor(readonly reads: ReadonlyMap<string, () => Promise<unknown>>) {
    super('a page of the history is wanted');
  }
}

/** Pages that were read for one request. */
export type Pages = Map<string, unknown>;

/** A delivery as what is asked of it needs it. */
export interface FoundDelivery {
  id: string;
  notifierId: string;
  state: OutboxState;
  record: StoredRecord;
}

export interface HistoryReads {
  events(appId: string, offset: number, limit: number, place?: number): Promise<HistoryPage>;
  deliveries(notifierId: string, offset: number, limit: number, place?: number): Promise<HistoryPage>;
  event(appId: string, eventId: string): Promise<string | undefined>;
  removed(appId: string, notifierId: string): Promise<string | undefined>;
  find(appId: string, filter: DeliveryFilter, limit: number, place: number): Promise<HistoryPage>;
  /** A delivery of an app, or of one of its notifiers. */
  standing(appId: string, notifierId: string, deliveryId: string): Promise<FoundDelivery | undefined>;
  /** Up to so many dead deliveries, and where those are that are left. */
  dead(appId: string, filter: DeliveryFilter, limit: number): Promise<{ found: FoundDelivery[]; next: number }>;
  /** Sends a dead delivery again. */
  resend(delivery: FoundDelivery): void;
  /** Withdraws one that waits. */
  withdraw(delivery: FoundDelivery): void;
  /** What is held back for a notifier, to be told together. */
  heldBack(appId: string, notifierId: string): Promise<HeldGroup[]>;
  /** Tells it. */
  tellNow(appId: string, notifierId: string): void;
}

/**
 * The history that an engine asks, in a request that is handled within answer():
 *
 *     const outcome = await history.answer((pages) => history.within(pages, () => engine.handle(request)));
 */
export class AskedHistory implements History {
  readonly #reads: HistoryReads;
  #pages: Pages = new Map();
  #wanted = new Map<string, () => Promise<unknown>>();
  #toTell: [appId: string, notifierId: string][] = [];

  constructor(reads: HistoryReads) {
    this.#reads = reads;
  }

  /** Calls something with what was read at hand. @throws Wanted where that is not all it needs: nothing has come of the call then */
  within<T>(pages: Pages, call: () => T): T {
    this.#pages = pages;
    this.#wanted = new Map();
    this.#toTell = [];
    const result = call();
    if (this.#wanted.size > 0) throw new Wanted(this.#wanted);
    for (const which of this.#toTell) this.#reads.tellNow(...which);
    return result;
  }

  /** Calls again and again, with what was wanted the time before. */
  async answer<T>(call: (pages: Pages) => Promise<T>): Promise<T> {
    for (const pages: Pages = new Map(); ; ) {
      try {
        return await call(pages);
      } catch (error) {
        if (!(error instanceof Wanted)) throw error;
        await Promise.all([...error.reads].map(async ([name, read]) => pages.set(name, await read())));
      }
    }
  }

  #get<T>(name: string, read: () => Promise<T>, otherwise: T): T {
    if (this.#pages.has(name)) return this.#pages.get(name) as T;
    this.#wanted.set(name, read);
    return otherwise;
  }

  events(appId: string, ...where: [offset: number, limit: number, place?: number]): HistoryPage {
    return this.#get(JSON.stringify(['events', appId, ...where]), () => this.#reads.events(appId, ...where), { total: 0, items: [] });
  }

  deliveries(_: string, notifierId: string, ...where: [offset: number, limit: number, place?: number]): HistoryPage {
    return this.#get(JSON.stringify(['deliveries', notifierId, ...where]), () => this.#reads.deliveries(notifierId, ...where), { total: 0, items: [] });
  }

  event(appId: string, eventId: string): string | undefined {
    return this.#get(JSON.stringify(['event', appId, eventId]), () => this.#reads.event(appId, eventId), undefined);
  }

  removed(appId: string, notifierId: string): string | undefined {
    return this.#get(JSON.stringify(['removed', appId, notifierId]), () => this.#reads.removed(appId, notifierId), undefined);
  }

  find(appId: string, filter: DeliveryFilter, limit: number, place: number): HistoryPage {
    return this.#get(JSON.stringify(['find', appId, filter, limit, place]), () => this.#reads.find(appId, filter, limit, place), { total: 0, items: [] });
  }

  #standing(appId: string, notifierId: string, deliveryId: string): FoundDelivery | undefined {
    return this.#get(JSON.stringify(['standing', appId, notifierId, deliveryId]), () => this.#reads.standing(appId, notifierId, deliveryId), undefined);
  }

  retry(appId: string, notifierId: string, deliveryId: string): ReturnType<History['retry']> {
    const found = this.#standing(appId, notifierId, deliveryId);
    if (found === undefined) return 'not found';
    if (found.state !== 'dead') return found.state;
    this.#reads.resend(found);
    return 'due';
  }

  retryAll(appId: string, filter: DeliveryFilter, limit: number): HistoryPage {
    const { found, next } = this.#get(JSON.stringify(['dead', appId, filter, limit]), () => this.#reads.dead(appId, filter, limit), { found: [], next: 0 });
    for (const delivery of found) this.#reads.resend(delivery);
    return { total: found.length, items: [], next };
  }

  cancel(appId: string, notifierId: string, deliveryId: string): ReturnType<NonNullable<History['cancel']>> {
    const found = this.#standing(appId, notifierId, deliveryId);
    if (found === undefined) return 'not found';
    if (found.state !== 'pending' && found.state !== 'held') return found.state;
    this.#reads.withdraw(found);
    return 'due';
  }

  heldBack(appId: string, notifierId: string, limit: number): HeldBack {
    const groups = this.#get(JSON.stringify(['held back', appId, notifierId]), () => this.#reads.heldBack(appId, notifierId), []);
    return { events: groups.reduce((sum, { count }) => sum + count, 0), groups: groups.length, items: groups.slice(0, limit).map((group) => JSON.stringify(group)) };
  }

  tellNow(appId: string, notifierId: string): void {
    this.#toTell.push([appId, notifierId]);
  }
}
