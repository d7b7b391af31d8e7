// What the API shows of the past, for a database that answers later: the API cannot wait, so it is asked again once the answer is there.

import type { History, HistoryPage } from '../types.js';

/** What of the past a request needs that is not at hand. */
export class Wanted extends Error {
  constructor(readonly reads: ReadonlyMap<string, () => Promise<unknown>>) {
    super('a page of the history is wanted');
  }
}

/** Pages that were read for one request. */
export type Pages = Map<string, unknown>;

export interface HistoryReads {
  events(appId: string, offset: number, limit: number, place?: number): Promise<HistoryPage>;
  deliveries(notifierId: string, offset: number, limit: number, place?: number): Promise<HistoryPage>;
  /** In what state a delivery is. */
  state(notifierId: string, deliveryId: string): Promise<'dead' | 'pending' | 'held' | 'delivered' | undefined>;
  /** Sends a dead delivery again. */
  resend(notifierId: string, deliveryId: string): void;
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

  constructor(reads: HistoryReads) {
    this.#reads = reads;
  }

  /** Calls something with what was read at hand. @throws Wanted where that is not all it needs: nothing has come of the call then */
  within<T>(pages: Pages, call: () => T): T {
    this.#pages = pages;
    this.#wanted = new Map();
    const result = call();
    if (this.#wanted.size > 0) throw new Wanted(this.#wanted);
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

  retry(_: string, notifierId: string, deliveryId: string): ReturnType<History['retry']> {
    const name = JSON.stringify(['retry', notifierId, deliveryId]);
    const state = this.#get(name, () => this.#reads.state(notifierId, deliveryId), undefined);
    if (state === undefined) return 'not found';
    if (state !== 'dead') return state;
    this.#reads.resend(notifierId, deliveryId);
    return 'due';
  }
}
