// The messages and payloads that the program under test prints, parsed.

import { execFileSync } from 'node:child_process';

export const [, , program, events] = process.argv;

export function* payloads() {
  const lines = execFileSync(program, [events], { maxBuffer: 1 << 30 }).toString().trimEnd().split('\n');
  for (const line of lines) yield JSON.parse(line);
}

/** Fails with the message at hand. */
export function check(condition, what, message, detail) {
  if (condition) return;
  console.error(`${what}\n${JSON.stringify({ title: message.title.slice(0, 300), sentence: message.sentence.slice(0, 300) })}`);
  if (detail !== undefined) console.error(JSON.stringify(detail).slice(0, 3000));
  process.exit(1);
}

/** Whether `url` leads where the message's link does; a link with characters that no URL has comes out percent-encoded. */
export function isLink(url, message) {
  const { href, origin } = new URL(url);
  const isUrl = /^[!#-;=?-\[\]_a-z~]*$/.test(message.link);
  return isUrl ? href === new URL(message.link).href : /^[!#-;=?-\[\]_a-z~]*$/.test(url) && origin === new URL(message.link).origin;
}
