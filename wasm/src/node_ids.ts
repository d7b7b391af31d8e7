import { createRequire } from 'node:module';

/** A UUID v4. Node.js 18 has no `crypto` among its globals; and it is only loaded where an id is drawn. */
export function randomId(): string {
  const { crypto = createRequire(import.meta.url)('node:crypto') as Crypto } = globalThis;
  return crypto.randomUUID();
}
