// Who may use the server: bearer token, Host and Origin, CORS.

import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { RouteMatch } from './route_table.js';

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

const json = { 'Content-Type': 'application/json; charset=utf-8' };

export function refusal(status: number, error: string, code?: string): Answer {
  return { status, headers: { ...json }, body: JSON.stringify({ error, code }) };
}

/**
 * Judges requests before anything of them is done.
 *
 * Without a token only programs on this machine are served, and web pages are programs of strangers: a page can make a browser
 * send requests here, by a form or under a name of its own that it points to 127.0.0.1 (DNS rebinding). Both show in Origin and
 * Host.
 */
export class Access {
  readonly #tokenHash: Buffer | undefined;
  readonly #corsOrigin: string | undefined;

  constructor(token: string | undefined, corsOrigin: string | undefined) {
    this.#tokenHash = token === undefined ? undefined : hash(token);
    this.#corsOrigin = corsOrigin;
  }

  /** What the answer must carry, and the answer itself where the request may not go on. */
  judge(request: IncomingMessage, route: RouteMatch): { headers: Record<string, string>; answer?: Answer } {
    const { origin, host = '' } = request.headers;
    const isCors = origin !== undefined && (origin === this.#corsOrigin || this.#corsOrigin === '*');
    const headers: Record<string, string> = isCors ? { 'Access-Control-Allow-Origin': origin, Vary: 'Origin' } : {};
    if (this.#tokenHash === undefined) {
      if (!/^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(host)) {
        return { headers, answer: refusal(403, 'This server answers to localhost and 127.0.0.1 only', 'foreign_host') };
      }
      if (origin !== undefined && !isCors && origin !== `http://${host}`) {
        return { headers, answer: refusal(403, 'Web pages of other origins may not use this server; see --cors', 'foreign_origin') };
      }
    }
    if (isCors && request.method === 'OPTIONS' && 'access-control-request-method' in request.headers) {
      headers['Access-Control-Allow-Methods'] = 'GET, HEAD, POST, PATCH, PUT, DELETE';
      headers['Access-Control-Allow-Headers'] = 'Authorization, Content-Type, Idempotency-Key, If-None-Match';
      headers['Access-Control-Max-Age'] = '600';
      return { headers, answer: { status: 204, headers: {}, body: '' } };
    }
    if (this.#tokenHash === undefined || route.scope === 'open' || this.#hasToken(request)) return { headers };
    headers['WWW-Authenticate'] = 'Bearer';
    return { headers, answer: refusal(401, 'The bearer token is missing or wrong') };
  }

  /** Takes as long for a wrong token as for the right one. */
  #hasToken(request: IncomingMessage): boolean {
    const given = /^Bearer (.*)$/.exec(request.headers.authorization ?? '')?.[1];
    return given !== undefined && timingSafeEqual(hash(given), this.#tokenHash!);
  }
}

function hash(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
