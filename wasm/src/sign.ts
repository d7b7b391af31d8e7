// Signatures for hosts without node:crypto: edge workers, Deno, browsers. By Standard Webhooks
// (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md), or in the dialects of GitHub
// (https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries) and Stripe (https://docs.stripe.com/webhooks/signature),
// with WebCrypto.

import { NotifierError } from './error.js';

export { NotifierError } from './error.js';

/** A signing secret's key: 24 to 64 bytes in base64, with or without `whsec_` before it, with all of its padding or none. */
function keyOf(secret: string): Uint8Array {
  let key: Uint8Array | undefined;
  try {
    const base64 = secret.startsWith('whsec_') ? secret.slice(6) : secret;
    // atob() would pass over white space.
    if (/^[^\s]*$/.test(base64)) key = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  } catch {
    // No base64.
  }
  if (key === undefined || key.length < 24 || key.length > 64) throw new NotifierError('invalid', "can't sign with a malformed secret");
  return key;
}

/** The key of `github:text` or `stripe:text`: the bytes of any text. */
function textKeyOf(secret: string, dialect: string): Uint8Array {
  const text = secret.startsWith(`${dialect}:`) ? secret.slice(dialect.length + 1) : '';
  if (text === '') throw new NotifierError('invalid', "can't sign with a malformed secret");
  return new TextEncoder().encode(text);
}

const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

async function subtle(): Promise<SubtleCrypto> {
  // Node.js 18 has no `crypto` among its globals.
  return globalThis.crypto?.subtle ?? (await import('node:crypto')).webcrypto.subtle;
}

/**
 * The headers that sign a webhook for an attempt at this moment; with several secrets, by each, while keys rotate (but GitHub's, by the first).
 *
 *     const headers = await sign(delivery, engine.signingSecrets(delivery.notifierId));
 *     await fetch(delivery.url, { ...delivery, headers: { ...delivery.headers, ...headers } });
 *
 * @param secrets as `engine.signingSecrets()` gives them: those of a notifier whose `signature` is `github` or `stripe` have that and a colon before them
 * @param now milliseconds since 1970
 * @returns `webhook-id`, `webhook-timestamp` and `webhook-signature`, or `x-hub-signature-256`, or `stripe-signature`; none where there is no secret
 * @throws {NotifierError} `invalid` where a secret is malformed, or the key is empty or holds a dot; the message holds nothing of the secret
 */
export async function sign(
  { idempotencyKey: id, body }: { idempotencyKey: string; body: string | Uint8Array },
  secrets: readonly string[],
  now: number = Date.now(),
): Promise<Record<string, string>> {
  const [first] = secrets;
  if (first === undefined) return {};
  const dialect = /^(?:github|stripe)(?=:)/.exec(first)?.[0];
  if (dialect === undefined && (id === '' || id.includes('.'))) throw new NotifierError('invalid', "can't sign a delivery whose key is empty or holds a dot");
  const seconds = String(Math.floor(now / 1000));
  const head = new TextEncoder().encode(dialect === 'github' ? '' : dialect === 'stripe' ? `${seconds}.` : `${id}.${seconds}.`);
  const rest = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  const content = new Uint8Array(head.length + rest.length);
  content.set(head);
  content.set(rest, head.length);
  const crypto = await subtle();
  const mac = async (secret: string) => {
    const bytes = dialect === undefined ? keyOf(secret) : textKeyOf(secret, dialect);
    const key = await crypto.importKey('raw', bytes as BufferSource, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
    return new Uint8Array(await crypto.sign('HMAC', key, content));
  };
  if (dialect === 'github') return { 'x-hub-signature-256': `sha256=${hex(await mac(first))}` };
  const macs = await Promise.all(secrets.map(mac));
  if (dialect === 'stripe') return { 'stripe-signature': [`t=${seconds}`, ...macs.map((bytes) => `v1=${hex(bytes)}`)].join(',') };
  return { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': macs.map((bytes) => `v1,${btoa(String.fromCharCode(...bytes))}`).join(' ') };
}
