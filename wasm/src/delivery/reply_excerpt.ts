// The beginning of a reply, as it may be kept and shown: what reply_excerpt.hpp does natively. One list of cases holds both to it.

import { secretsByRow } from '../own_platforms.js';
import { platforms } from '../platforms.js';

/** How much of a body is looked at, and how much is kept. In bytes. */
const sourceBytes = 2_048;
const excerptBytes = 512;

const shortest = 4;
const shortestRun = 8;
const known = new Set(['content-type', 'user-agent', 'webhook-id', 'webhook-timestamp']);

// Whole words of names that secrets go by: what secret_member.hpp knows.
const secretWords = /_(?:authorization|auth|tokens?|secrets?|password|passwd|passphrase|pwd|cookies?|credentials?|bearer|apikey|api_keys?|access_key|private_key|signing_key)_/;

function isSecretName(name: string): boolean {
  const words = name.replace(/([^A-Z])(?=[A-Z])|([A-Z])(?=[A-Z][a-z])/g, '$1$2_').replace(/[^0-9A-Za-z\u0080-\uFFFF]+/g, '_');
  return secretWords.test(`_${words}_`.replace(/_+/g, '_').toLowerCase());
}

/** What of a body is secret: members by the platform's row, and such that go by the name of one, however deep. */
export function secretsInBody(platform: string, body: Uint8Array): string[] {
  const secrets: string[] = [];
  const members = platforms.find(({ name }) => name === platform)?.fields.flatMap(({ member }) => member ?? []) ?? [];
  const visit = (value: unknown, isSecret: (key: string) => boolean): void => {
    if (value === null || typeof value !== 'object') return;
    for (const [key, inner] of Object.entries(value)) {
      if ((typeof inner === 'string' || typeof inner === 'number') && !Array.isArray(value) && isSecret(key)) secrets.push(String(inner));
      visit(inner, isSecretName);
    }
  };
  try {
    const root = JSON.parse(new TextDecoder().decode(body));
    visit(root, (key) => members.includes(key) || isSecretName(key));
    secrets.push(...secretsByRow(platform, root));
  } catch {
    // No JSON.
  }
  return secrets;
}

function decoded(part: string): string {
  const bytes = part.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}

/** What must not stand in an excerpt: texts of which any may be a secret, the longest first. */
function secretsOf(url: string, headers: Readonly<Record<string, string>>, signedWith: readonly string[]): string[] {
  const signingSecrets = signedWith.map((secret) => secret.replace(/^(?:github|stripe):/, ''));
  const [, target = ''] = /^(?:[^/?#]*:\/\/)?[^/?#]*([^]*)$/.exec(url) ?? [];
  const parts = target.split(/[/?#&=;]/);
  const values = Object.entries(headers).flatMap(([name, value]) => (known.has(name.toLowerCase()) ? [] : [value]));
  const texts = [...parts, ...parts.map(decoded), ...values, ...signingSecrets];
  // What follows a scheme, as "Bearer".
  for (const value of values) if (value.includes(' ')) texts.push(value.slice(value.indexOf(' ') + 1));
  for (const secret of signingSecrets) if (secret.includes('_')) texts.push(secret.slice(secret.indexOf('_') + 1));
  // What of them looks the same in JSON, HTML and a URL.
  const runs = texts.flatMap((text) => text.match(/[0-9A-Za-z_-]{8,}/g) ?? []);
  return [...new Set([url, target, ...texts, ...runs])].filter(({ length }) => length >= shortest).sort((a, b) => b.length - a.length);
}

/**
 * The beginning of a reply's body as one line: controls are spaces, and what the request kept secret is `***`, also where the receiver
 * sends it back.
 *
 * @param headers all that were sent
 * @param signingSecrets what the request was signed with
 */
export function replyExcerpt(body: Uint8Array, url: string, headers: Readonly<Record<string, string>>, signingSecrets: readonly string[]): string {
  if (body.length === 0) return '';
  // As a stream: a character that is cut at the end is left out.
  const isCut = body.length > sourceBytes;
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(body.subarray(0, sourceBytes), { stream: isCut });
  const line = text
    .replace(/\uFFFD+/g, '\uFFFD')
    .replace(/[\u202A-\u202E\u2066-\u2069]/g, '')
    .replace(/ *(?:[\u0000-\u001F\u007F-\u009F\u2028\u2029] *)+/g, ' ')
    .replace(/^ +| +$/g, '');
  const secrets = secretsOf(url, headers, signingSecrets);
  let excerpt = '';
  for (let i = 0; i < line.length && excerpt.length <= excerptBytes; ) {
    const left = line.length - i;
    // One that the text ends in counts.
    const secret = secrets.find(({ length }, at) => (left >= length ? line.startsWith(secrets[at]!, i) : left >= shortest && secrets[at]!.startsWith(line.slice(i))));
    excerpt += secret === undefined ? line[i]! : '***';
    i += secret === undefined ? 1 : secret.length;
  }
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.from(excerpt).subarray(0, excerptBytes), { stream: true });
}

/** Whether what a platform calls a message may be kept and shown: nothing that the request kept secret stands in it. */
export function isReceiptKept(receipt: string, url: string, headers: Readonly<Record<string, string>>, signingSecrets: readonly string[]): boolean {
  return !secretsOf(url, headers, signingSecrets).some((secret) => Buffer.byteLength(secret) >= shortestRun && receipt.includes(secret));
}
