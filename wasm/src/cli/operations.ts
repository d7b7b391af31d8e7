// What those ask who run the server: does it live, does it work, what has it done.

import { refusal, type Answer } from './access.js';
import type { ServerDatabase } from './database.js';
import { description } from './route_table.js';

const json = { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' };

function status(code: number, text: string, reason?: string): Answer {
  return { status: code, headers: { ...json }, body: JSON.stringify({ status: text, reason }) };
}

/** How often the database is written to see that it can be, whoever asks how often. */
const interval = 1_000;

export class Operations {
  readonly #database: ServerDatabase;
  readonly #figures: () => Promise<string>;
  #checked: Promise<unknown> | undefined;
  #checkedAt = 0;
  #isStopping = false;
  /** Whether all else is answered, too. */
  readonly hasApi: boolean;

  /** @param figures as Prometheus reads them */
  constructor(database: ServerDatabase, figures: () => Promise<string>, hasApi: boolean) {
    this.hasApi = hasApi;
    this.#database = database;
    this.#figures = figures;
  }

  /** The server is about to end: it is not ready any more. */
  beginStop(): void {
    this.#isStopping = true;
  }

  /** @returns undefined where the path is not of operation */
  async answer(method: string, pattern: string): Promise<Answer | undefined> {
    const isRead = method === 'GET' || method === 'HEAD';
    const isFigure = pattern === '/healthz' || pattern === '/readyz' || pattern === '/metrics';
    if (!this.hasApi && !(isRead && isFigure)) return refusal(404, 'this server only sends (--role worker): ask one that has the api');
    if (!isRead) return undefined;
    if (pattern === '/healthz') return status(200, 'ok');
    if (pattern === '/readyz') return this.#readiness();
    if (pattern === '/metrics') return { status: 200, headers: { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8', 'Cache-Control': 'no-store' }, body: await this.#figures() };
    if (pattern === '/openapi.json') return { status: 200, headers: json, body: description };
    return undefined;
  }

  async #readiness(): Promise<Answer> {
    if (this.#isStopping) return status(503, 'not ready', 'the server stops');
    const now = performance.now();
    if (this.#checked === undefined || now - this.#checkedAt > interval) {
      this.#checked = this.#database.check();
      this.#checkedAt = now;
    }
    try {
      await this.#checked;
      return status(200, 'ok');
    } catch {
      return status(503, 'not ready', 'the database cannot be written');
    }
  }
}
