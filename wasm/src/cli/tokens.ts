// Who may do what: bearer tokens by name, of which only hashes are kept.

import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { nearestKey } from '../known_keys.js';
import { withoutByteOrderMark } from './command.js';
import type { Scope } from './route_table.js';

export interface Token {
  /** In logs and figures; no secret. */
  name: string;
  /** Of the token. Drawn at random as they should be, tokens need no slow hash. */
  sha256: Buffer;
  scopes: readonly Scope[];
  /** Names or ids; undefined: of all apps, and what is of none. */
  apps: readonly string[] | undefined;
  /** Undefined: as many as others may. */
  requestsPerSecond: number | undefined;
}

const scopes = ['read', 'events', 'manage'];

function hash(token: Uint8Array): Buffer {
  return createHash('sha256').update(token).digest();
}

/** A list of tokens. */
export class Tokens {
  readonly #tokens: Token[] = [];

  get size(): number {
    return this.#tokens.length;
  }

  /** Adds one that may do everything. */
  add(name: string, token: string): void {
    this.#tokens.push({ name, sha256: hash(Buffer.from(token)), scopes: ['read', 'events', 'manage'], apps: undefined, requestsPerSecond: undefined });
  }

  /**
   * Adds what a file has: `{"tokens":[{"name":"ci","sha256":"...","scopes":["read","events"],"apps":["shop"]}]}`.
   *
   * @throws Error that names what is wrong, and nothing of a hash
   */
  read(path: string): void {
    let document: { tokens?: unknown };
    try {
      document = JSON.parse(Buffer.from(withoutByteOrderMark(readFileSync(path))).toString()) as object;
    } catch (error) {
      throw new Error(error instanceof SyntaxError ? `${path} is no JSON` : `${path} cannot be read`);
    }
    try {
      checkObject(document, ['tokens']);
      if (!Array.isArray(document.tokens)) throw new Error('tokens must be an array');
      document.tokens.forEach((token, i) => {
        try {
          this.#readOne(token as Record<string, unknown>);
        } catch (error) {
          throw new Error(`tokens[${i}]: ${(error as Error).message}`);
        }
      });
    } catch (error) {
      throw new Error(`${path}: ${(error as Error).message}`);
    }
  }

  #readOne(given: Record<string, unknown>): void {
    checkObject(given, ['name', 'sha256', 'scopes', 'apps', 'requests_per_second']);
    const { name, sha256, scopes: allowed, apps, requests_per_second: rate } = given;
    if (typeof name !== 'string' || !/^[\w.-]{1,64}$/.test(name)) throw new Error('name must be of 1 to 64 letters, digits, dots, hyphens and underscores');
    if (typeof sha256 !== 'string' || !/^[\da-fA-F]{64}$/.test(sha256)) throw new Error('sha256 must be 64 hexadecimal digits');
    const bytes = Buffer.from(sha256, 'hex');
    for (const other of this.#tokens) {
      if (other.name === name) throw new Error("the name is another token's");
      if (other.sha256.equals(bytes)) throw new Error(`the token is that of ${other.name}`);
    }
    if (!Array.isArray(allowed) || allowed.length === 0 || !allowed.every((scope) => scopes.includes(scope))) throw new Error('scopes must be an array of read, events and manage');
    if (apps !== undefined && !(Array.isArray(apps) && apps.length > 0 && apps.every((app) => typeof app === 'string' && app !== ''))) throw new Error('apps must be an array of names or ids');
    if (rate !== undefined && !(Number.isInteger(rate) && (rate as number) >= 1 && (rate as number) <= 1_000_000)) throw new Error('requests_per_second must be a whole number from 1 to 1000000');
    this.#tokens.push({ name, sha256: bytes, scopes: allowed as Scope[], apps: apps as string[] | undefined, requestsPerSecond: rate as number | undefined });
  }

  /** Whose a token is. Takes as long for each that is as long, whether it is somebody's or not. */
  find(given: Uint8Array): Token | undefined {
    const asked = hash(given);
    let found: Token | undefined;
    for (const token of this.#tokens) if (timingSafeEqual(asked, token.sha256)) found = token;
    return found;
  }
}

function checkObject(value: unknown, known: readonly string[]): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('must be an object');
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    const nearest = nearestKey(key, known);
    throw new Error(`'${key}' is not known here; ${nearest === undefined ? `there are ${known.join(', ')}` : `did you mean ${nearest}?`}`);
  }
}

/** How many requests each token may send: so many a second, and a second's worth at once. */
export class RateLimit {
  readonly #buckets = new Map<string, { left: number; at: number }>();

  /** @returns how many seconds to wait before the next would be taken; 0: this one is */
  take(name: string, perSecond: number): number {
    const at = performance.now();
    const bucket = this.#buckets.get(name) ?? { left: perSecond, at };
    const left = Math.min(perSecond, bucket.left + ((at - bucket.at) / 1000) * perSecond);
    this.#buckets.set(name, { left: left >= 1 ? left - 1 : left, at });
    return left >= 1 ? 0 : Math.ceil((1 - left) / perSecond);
  }
}
