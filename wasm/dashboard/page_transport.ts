// The notifier API, answered by the engine in the page.

import type { Delivery, Engine, Outcome, StoredNotifier } from 'notifier-wasm';
import { noteOf, type DeliveryStatus } from './delivery_note.js';
import type { Answer, Transport, Watcher } from './transport.js';

const mostFailed = 300;
const mostTries = 8;
const conflict: Answer = {
  status: 409,
  body: JSON.stringify({ error: 'Something else changed the same at the same time; nothing was done', code: 'conflict' }),
};

/** The engine as the server: what it plans is seen at once, and kept where `keep` does so. */
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
    const planned = await this.#commit(() => this.#engine.handle({ method, url: path, body: text }));
    if (planned === undefined) return conflict;
    for (const { json } of planned.events) this.#watcher?.event(json);
    for (const delivery of planned.deliveries) this.#watcher?.delivery(noteOf(delivery, 'pending'));
    return { ...planned.response, deliveries: planned.deliveries };
  }

  /** Makes what is planned be seen, and kept. Plans anew where the page itself changed the same meanwhile; undefined where it does so each time. */
  async #commit<T extends Pick<Outcome, 'changes'>>(plan: () => T): Promise<T | undefined> {
    for (let tries = 0; tries < mostTries; ++tries) {
      const planned = plan();
      if (planned.changes.length === 0) return planned;
      const [error] = await this.#engine.commit([planned]);
      if (error === undefined) {
        await this.#keep(() => this.#engine.snapshot());
        return planned;
      }
      if ((error as { code?: unknown }).code !== 'conflict') throw error;
    }
    return undefined;
  }

  /** Puts back what was removed, with ids, dates and keys. `before` is the snapshot that still held it. */
  async restore(before: string, ids: readonly string[]): Promise<void> {
    const { apps = [] } = JSON.parse(before) as { apps?: { id: string; notifiers?: StoredNotifier[] }[] };
    const wanted = new Set(ids);
    const changes = apps.flatMap(({ id: appId, notifiers = [] }) =>
      notifiers.filter(({ id }) => wanted.has(id)).map((notifier) => ({ op: 'put_notifier' as const, notifier: { ...notifier, app_id: appId } })));
    if ((await this.#commit(() => ({ changes }))) === undefined) throw new Error('somebody else is changing the same');
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
