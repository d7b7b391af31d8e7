// The notifier API, answered by a server.

import type { Delivery } from 'notifier-wasm';
import { Refusal } from './client.js';
import { readNote, type DeliveryNote } from './delivery_note.js';

export interface Answer {
  status: number;
  body: string;
  /** What tells this state of it from others. */
  etag?: string | undefined;
  /** What is to be sent, where that is ours to do. */
  deliveries?: Delivery[];
}

/** What happens while one looks on. */
export interface Watcher {
  event(json: string): void;
  delivery(delivery: DeliveryNote): void;
  connected(isLive: boolean): void;
}

export interface Transport {
  /** @param version  the `etag` of what is to be replaced: it has to be as it was */
  send(method: string, path: string, body?: unknown, version?: string): Promise<Answer>;
  /** Tells a watcher what happens to an app until the signal; false where that is not to be had. Ends with a Refusal where a token is asked for. */
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
      const response = await fetch(this.#base + path, { ...init, headers });
      // Whoever was asked for another token meanwhile is not asked once more.
      return response.status === 401 && token !== this.#token() ? await this.#request(path, init) : response;
    } catch (error) {
      if (error instanceof Unreachable) throw error;
      throw new Unreachable('the server cannot be reached', { cause: error });
    }
  }

  async send(method: string, path: string, body?: unknown, version?: string): Promise<Answer> {
    const init: RequestInit & { headers?: Record<string, string> } = { method };
    if (body !== undefined) {
      init.body = typeof body === 'string' ? body : JSON.stringify(body);
      init.headers = { 'Content-Type': 'application/json', ...(version && { 'If-Match': version }) };
    }
    const response = await this.#request(path, init);
    try {
      // Who compresses on the way makes it a weak one, which If-Match knows nothing of.
      return { status: response.status, body: await response.text(), etag: response.headers.get('etag')?.replace(/^W\//, '') };
    } catch (error) {
      throw new Unreachable('the server broke off', { cause: error });
    }
  }

  async watch(app: string, watcher: Watcher, signal: AbortSignal): Promise<boolean> {
    for (let wait = 1000; !signal.aborted; wait = Math.min(wait * 2, 30_000)) {
      try {
        const response = await this.#request(`/v1/apps/${encodeURIComponent(app)}/stream`, { headers: { Accept: 'text/event-stream' }, signal });
        if (response.status === 401) throw new Refusal({ status: 401, body: await response.text() });
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
      } catch (error) {
        if (error instanceof Refusal) throw error;
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
          else if (name === 'delivery') watcher.delivery(readNote(JSON.parse(data.join('\n'))));
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
