// The notifier API, answered by a server or by the engine in the page.

import type { Delivery, Engine, Outcome, RecordedEvent } from 'notifier-wasm';

export interface Answer {
  status: number;
  body: string;
  /** What is to be sent, where that is ours to do. */
  deliveries?: Delivery[];
}

/** What happens while one looks on. */
export interface Watcher {
  event(json: string): void;
  delivery(delivery: DeliveryNote): void;
  connected(isLive: boolean): void;
}

/** As the server's stream gives it. */
export interface DeliveryNote {
  notifier_id: string;
  notifier_name: string;
  platform: string;
  event_id: string;
  event_type: string;
  idempotency_key: string;
  status: string;
}

export interface Transport {
  send(method: string, path: string, body?: unknown): Promise<Answer>;
  /** Tells a watcher what happens to an app until the signal; false where that is not to be had. */
  watch(app: string, watcher: Watcher, signal: AbortSignal): Promise<boolean>;
}

/** There is no answer at all. */
export class Unreachable extends Error {}

/** Waits, but no longer than until the signal. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
}

export class ServerTransport implements Transport {
  readonly #base: string;
  readonly #token: () => string;
  readonly #fetch: typeof fetch;

  constructor(base: string, token: () => string, fetcher: typeof fetch) {
    this.#base = base.replace(/\/+$/, '');
    this.#token = token;
    this.#fetch = fetcher;
  }

  async #request(path: string, init: RequestInit & { headers?: Record<string, string> }): Promise<Response> {
    const token = this.#token();
    const headers = { ...init.headers, ...(token && { Authorization: `Bearer ${token}` }) };
    try {
      const { fetch } = { fetch: this.#fetch };
      return await fetch(this.#base + path, { ...init, headers });
    } catch (error) {
      throw new Unreachable('the server cannot be reached', { cause: error });
    }
  }

  async send(method: string, path: string, body?: unknown): Promise<Answer> {
    const init: RequestInit & { headers?: Record<string, string> } = { method };
    if (body !== undefined) {
      init.body = typeof body === 'string' ? body : JSON.stringify(body);
      init.headers = { 'Content-Type': 'application/json' };
    }
    const response = await this.#request(path, init);
    try {
      return { status: response.status, body: await response.text() };
    } catch (error) {
      throw new Unreachable('the server broke off', { cause: error });
    }
  }

  async watch(app: string, watcher: Watcher, signal: AbortSignal): Promise<boolean> {
    for (let wait = 1000; !signal.aborted; wait = Math.min(wait * 2, 30_000)) {
      try {
        const response = await this.#request(`/v1/apps/${encodeURIComponent(app)}/stream`, { headers: { Accept: 'text/event-stream' }, signal });
        const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
        if (response.status < 500 && !(response.ok && isStream && response.body)) {
          response.body?.cancel();
          return false;
        }
        if (response.ok) {
          wait = 1000;
          watcher.connected(true);
          await readStream(response.body!, watcher);
        }
      } catch {
        // Gone: try again below.
      }
      if (signal.aborted) break;
      watcher.connected(false);
      await pause(wait, signal);
    }
    return true;
  }
}

/** Reads server-sent events (WHATWG HTML, section 9.2) of the names that the API streams. */
async function readStream(stream: ReadableStream<Uint8Array>, watcher: Watcher): Promise<void> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  let name = '';
  let data: string[] = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (rest + decoder.decode(value, { stream: true })).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop()!;
    for (const line of lines) {
      if (line === '') {
        try {
          if (name === 'event') watcher.event(data.join('\n'));
          else if (name === 'delivery') watcher.delivery(JSON.parse(data.join('\n')) as DeliveryNote);
        } catch {
          // One message that cannot be read does not end the stream.
        }
        name = '';
        data = [];
      } else if (line.startsWith('event:')) {
        name = line.slice(6).trim();
      } else if (line.startsWith('data:')) {
        data.push(line.slice(line[5] === ' ' ? 6 : 5));
      }
    }
  }
}

/** The engine as the server: what it answers is applied at once, and kept where `keep` does so. */
export class PageTransport implements Transport {
  readonly #engine: Engine;
  readonly #keep: (snapshot: () => string) => Promise<void>;
  #watcher: Watcher | undefined;

  constructor(engine: Engine, keep: (snapshot: () => string) => Promise<void>) {
    this.#engine = engine;
    this.#keep = keep;
  }

  async send(method: string, path: string, body?: unknown): Promise<Answer> {
    const text = body === undefined || typeof body === 'string' ? (body ?? null) : JSON.stringify(body);
    const outcome = this.#engine.handle({ method, url: path, body: text });
    await this.commit(outcome);
    return { ...outcome.response, deliveries: outcome.deliveries };
  }

  async commit({ changes, events, deliveries }: Pick<Outcome, 'changes'> & { events?: RecordedEvent[]; deliveries?: Delivery[] }): Promise<void> {
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
      if (notifier) await this.commit({ changes: [{ op: 'put_notifier', notifier: { ...notifier, app_id: app.id } }] });
    }
  }

  snapshot(): string {
    return this.#engine.snapshot();
  }

  /** Tells how a delivery went. */
  note(delivery: Delivery, status: string): void {
    this.#watcher?.delivery(noteOf(delivery, status));
  }

  watch(_app: string, watcher: Watcher, signal: AbortSignal): Promise<boolean> {
    this.#watcher = watcher;
    watcher.connected(true);
    return new Promise((resolve) => signal.addEventListener('abort', () => ((this.#watcher = undefined), resolve(true)), { once: true }));
  }
}

function noteOf(delivery: Delivery, status: string): DeliveryNote {
  return {
    notifier_id: delivery.notifierId,
    notifier_name: delivery.notifierName,
    platform: delivery.platform,
    event_id: delivery.eventId,
    event_type: delivery.eventType,
    idempotency_key: delivery.idempotencyKey,
    status,
  };
}
