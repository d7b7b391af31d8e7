// Who may use the server, and for what: bearer tokens, Host and Origin, CORS.

import type { IncomingMessage } from 'node:http';
import type { RouteMatch } from './route_table.js';
import { RateLimit, type Token, type Tokens } from './tokens.js';

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
 * send requests here, by a form, an image, or under a name of its own that it points to 127.0.0.1 (DNS rebinding). That shows in
 * Origin, Sec-Fetch-Site (https://www.w3.org/TR/fetch-metadata/) and Host.
 */
export class Access {
  readonly #findApp: (idOrName: string) => { id: string; name: string } | undefined;
  readonly #requestsPerSecond: number | undefined;
  readonly #corsOrigin: string | undefined;
  readonly #rateLimit = new RateLimit();
  #tokens: Tokens | undefined;

  /**
   * @param tokens undefined: none is asked for
   * @param requestsPerSecond of a token that has no limit of its own; undefined: any number
   */
  constructor(findApp: (idOrName: string) => { id: string; name: string } | undefined, tokens: Tokens | undefined, requestsPerSecond: number | undefined, corsOrigin: string | undefined) {
    this.#findApp = findApp;
    this.#tokens = tokens;
    this.#requestsPerSecond = requestsPerSecond;
    this.#corsOrigin = corsOrigin;
  }

  /** From now on these count. */
  replace(tokens: Tokens): void {
    this.#tokens = tokens;
  }

  /** What the answer must carry, and the answer itself where the request may not go on; the token's name, where there is one. */
  judge(request: IncomingMessage, route: RouteMatch): { headers: Record<string, string>; answer?: Answer; token?: string } {
    const { origin, host = '' } = request.headers;
    const isCors = origin !== undefined && (origin === this.#corsOrigin || this.#corsOrigin === '*');
    const headers: Record<string, string> = isCors ? { 'Access-Control-Allow-Origin': origin, Vary: 'Origin', 'Access-Control-Expose-Headers': 'ETag, Retry-After, X-Request-Id' } : {};
    if (this.#tokens === undefined) {
      if (!/^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(host)) {
        return { headers, answer: refusal(403, 'This server answers to localhost and 127.0.0.1 only', 'foreign_host') };
      }
      const { 'sec-fetch-site': site = 'none' } = request.headers;
      if (!isCors && ((origin !== undefined && origin !== `http://${host}`) || (site !== 'same-origin' && site !== 'none'))) {
        return { headers, answer: refusal(403, 'Web pages of other origins may not use this server; see --cors', 'foreign_origin') };
      }
    }
    if (isCors && request.method === 'OPTIONS' && 'access-control-request-method' in request.headers) {
      headers['Access-Control-Allow-Methods'] = 'GET, HEAD, POST, PATCH, PUT, DELETE';
      headers['Access-Control-Allow-Headers'] = 'Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match';
      headers['Access-Control-Max-Age'] = '600';
      return { headers, answer: { status: 204, headers: {}, body: '' } };
    }
    if (this.#tokens === undefined || route.scope === 'open') return { headers };
    // Header values come as bytes, each of them a character.
    const given = /^bearer +(.*)$/is.exec(request.headers.authorization ?? '')?.[1];
    const token = given === undefined ? undefined : this.#tokens.find(Buffer.from(given, 'latin1'));
    if (token === undefined) {
      headers['WWW-Authenticate'] = 'Bearer';
      return { headers, answer: refusal(401, 'The bearer token is missing or wrong') };
    }
    return { headers, token: token.name, ...this.#allow(token, route, headers) };
  }

  #allow(token: Token, { scope, app }: RouteMatch, headers: Record<string, string>): { answer?: Answer } {
    const most = token.requestsPerSecond ?? this.#requestsPerSecond;
    const wait = most === undefined ? 0 : this.#rateLimit.take(token.name, most);
    if (wait > 0) {
      headers['Retry-After'] = String(wait);
      return { answer: refusal(429, 'This token has sent too many requests; try again soon') };
    }
    if (!token.scopes.includes(scope)) return { answer: refusal(403, `This token may not do that: it would have to have the scope ${scope}`, 'missing_scope') };
    if (token.apps === undefined) return {};
    const found = app === undefined || app === '' ? undefined : this.#findApp(app);
    const isFor = app !== undefined && token.apps.some((each) => (found === undefined ? each === app : each === found.id || each === found.name));
    return isFor ? {} : { answer: refusal(403, 'This token is for other apps', 'other_app') };
  }
}
