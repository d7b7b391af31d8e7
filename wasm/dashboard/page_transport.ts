// The notifier API, answered by the engine in the page.

import type { Delivery, Engine, Outcome, RecordedEvent } from 'notifier-wasm';
import { noteOf, type DeliveryStatus } from './delivery_note.js';
import type { Answer, Transport, Watcher } from './transport.js';

const mostFailed = 300;

/** The engine as the server: what it answers is applied at once, and kept where `keep` does so. */
export class PageTransport implements Transport {
  readonly #engine: Engine;
  readonly #keep: (snapshot: () => string) => Promise<void>;
  readonly #failed = new Map<string, Delivery>();
  #watcher: Watcher | undefined;

  constructor(engine: Engine, keep: (snapshot: () => string) => Promise<void>) {
    this.#engine = engine;
    this.#keep = keep;
  }

  async send(method: string, path: string, body?: unknown): Promise<Answer> {
    const text = body === undefined || typeof body === 'string' ? (body ?? null) : JSON.stringify(body);
    const outcome = this.#engine.handle({ method, url: path, body: text });
    await this.#commit(outcome);
    return { ...outcome.response, deliveries: outcome.deliveries };
  }

  async #commit({ changes, events, deliveries }: Pick<Outcome, 'changes'> & { events?: RecordedEvent[]; deliveries?: Delivery[] }): Promise<void> {
    if (changes.length > 0) {
      this.#engine.apply(changes);
      await this.#keep(() => this.#engine.snapshot());
    }
    for (const { json } of events ?? []) this.#watcher?.event(json);
    for (const delivery of deliveries ?? []) this.#watcher?.delivery(noteOf(delivery, 'pending'));
  }

  /** Puts back what was removed, with its id, its dates and its keys. `before` is the snapshot that still held it. */
  async restore(before: string, id: string): Promise<void> {
    type Entry = { id: string; app_id?: string };
    const { apps = [] } = JSON.parse(before) as { apps?: { id: string; notifiers?: Entry[] }[] };
    for (const app of apps) {
      const notifier = app.notifiers?.find((entry) => entry.id === id);
      if (notifier) await this.#commit({ changes: [{ op: 'put_notifier', notifier: { ...notifier, app_id: app.id } }] });
    }
  }

  snapshot(): string {
    return this.#engine.snapshot();
  }

  /** Tells how a delivery went. What failed is kept for a while, to be sent again. */
  note(delivery: Delivery, status: DeliveryStatus, reason?: string): void {
    const key = `${delivery.idempotencyKey}|${delivery.notifierId}`;
    this.#failed.delete(key);
    if (status === 'dead') this.#failed.set(key, delivery);
    const [oldest] = this.#failed.keys();
    if (this.#failed.size > mostFailed) this.#failed.delete(oldest!);
    this.#watcher?.delivery(noteOf(delivery, status, reason));
  }

  /** What failed, and can be sent again. */
  failed(notifier: string, key: string): Delivery | undefined {
    return this.#failed.get(`${key}|${notifier}`);
  }

  watch(_app: string, watcher: Watcher, signal: AbortSignal): Promise<boolean> {
    this.#watcher = watcher;
    watcher.connected(true);
    return new Promise((resolve) => signal.addEventListener('abort', () => ((this.#watcher = undefined), resolve(true)), { once: true }));
  }
}
