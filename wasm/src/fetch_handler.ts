// The HTTP API for hosts that speak Request and Response: Deno, Bun, edge workers, service workers.

import { Committer, conflicted } from './committer.js';
import type { Engine } from './engine.js';
import { NotifierError } from './error.js';
import { checkKeys } from './known_keys.js';
import { join } from './lines.js';
import type { ApiRequest, Delivery, Outcome, User } from './types.js';

export interface FetchHandlerOptions {
  /**
   * Stores changes, events and deliveries of all these outcomes, or of none; only then does anybody see them. Throws: the answer is 500, and
   * nothing has changed; a `NotifierError` `conflict`: another machine was faster, and the request is planned anew.
   */
  store?: (outcomes: readonly Outcome[]) => void | PromiseLike<void>;
  /** Sends what is due, after the answer. */
  send?: (deliveries: Delivery[]) => void | PromiseLike<void>;
  /** Whether the request may do all that the API can do. Default: everybody may. */
  authorize?: (request: Request) => boolean | PromiseLike<boolean>;
  /** Who asks: the actor of the events that a change makes. */
  user?: (request: Request) => User | undefined;
  /** What `send` or `store` threw. Default: `console.error`. */
  onError?: (error: unknown) => void;
  /** Longest body that is read, in bytes. Default: 8 MiB, the longest event. */
  maxBodyBytes?: number;
}

/** What keeps a worker alive until what follows the answer is done. */
export interface FetchContext {
  waitUntil?(promise: Promise<unknown>): void;
}

/** As fetch handlers are called. */
export type FetchHandler = (request: Request, context?: FetchContext) => Promise<Response>;

const json = { 'Content-Type': 'application/json; charset=utf-8' };
const bodiless = new Set([101, 204, 205, 304]);

function refuse(status: number, error: string, headers = {}): Response {
  return new Response(JSON.stringify({ error }), { status, headers: { ...json, ...headers } });
}

/** Reads a body, but no more than `limit` bytes and one of it. */
async function readBody(request: Request, limit: number): Promise<Uint8Array | undefined> {
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = request.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > limit) {
      await reader.cancel();
      return undefined;
    }
    chunks.push(value);
  }
  return join(chunks);
}

/**
 * Answers requests to the notifier API with an engine.
 *
 *     Deno.serve(toFetchHandler(engine, { store, send, authorize }));
 *
 * Requests that change something are stored, seen by everybody, answered, and what they trigger is sent, in this order. Those that come while
 * the store is at work go to it together, next.
 *
 * @throws {NotifierError} `invalid` for an option that is not known
 */
export function toFetchHandler(engine: Engine, options: FetchHandlerOptions = {}): FetchHandler {
  checkKeys(options, 'store() send() authorize() user() onError() maxBodyBytes', 'toFetchHandler');
  const { store, send, authorize, user, onError = console.error, maxBodyBytes = 8 * 1024 * 1024 } = options;
  const committer = new Committer(engine, { store });

  return async (request, context) => {
    if (authorize && !(await authorize(request))) {
      return refuse(401, 'Authentication is needed', { 'WWW-Authenticate': 'Bearer' });
    }
    const body = await readBody(request, maxBodyBytes);
    if (body === undefined) return refuse(413, 'The body is larger than this server takes');
    const asked: ApiRequest = { method: request.method, url: request.url, headers: request.headers, body };
    const who = user?.(request);
    if (who) asked.user = who;

    let outcome: Outcome;
    try {
      outcome = await committer.commit(() => engine.handle(asked));
    } catch (error) {
      if (error instanceof NotifierError && error.code === 'conflict') {
        const { body: said, ...head } = conflicted();
        return new Response(said, head);
      }
      onError(error);
      return refuse(500, 'The change could not be stored; nothing has changed');
    }
    if (send && outcome.deliveries.length > 0) {
      const sent = Promise.resolve(outcome.deliveries).then(send).catch(onError);
      context?.waitUntil?.(sent);
    }
    const { status, headers } = outcome.response;
    return new Response(bodiless.has(status) ? null : outcome.response.body, { status, headers });
  };
}
