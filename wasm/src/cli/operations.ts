// What those ask who run the server: does it live, does it work.

import type { Answer } from './access.js';

const json = { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' };

function status(code: number, text: string, reason?: string): Answer {
  return { status: code, headers: { ...json }, body: JSON.stringify({ status: text, reason }) };
}

/** How often the database is written to see that it can be, whoever asks how often. */
const interval = 1_000;

export class Operations {
  readonly #check: () => Promise<unknown>;
  #checked: Promise<unknown> | undefined;
  #checkedAt = 0;
  #isStopping = false;

  /** @param check rejects where a change could not be stored now */
  constructor(check: () => Promise<unknown>) {
    this.#check = check;
  }

  /** The server is about to end: it is not ready any more. */
  beginStop(): void {
    this.#isStopping = true;
  }

  /** @returns undefined where the path is not of operation */
  async answer(method: string, pattern: string): Promise<Answer | undefined> {
    if (method !== 'GET' && method !== 'HEAD') return undefined;
    if (pattern === '/healthz') return status(200, 'ok');
    if (pattern === '/readyz') return this.#readiness();
    return undefined;
  }

  async #readiness(): Promise<Answer> {
    if (this.#isStopping) return status(503, 'not ready', 'the server stops');
    const now = performance.now();
    if (this.#checked === undefined || now - this.#checkedAt > interval) {
      this.#checked = this.#check();
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
