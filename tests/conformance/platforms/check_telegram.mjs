// What Telegram finds in the messages that we send to it: what its entities say, which lie within the text and apart from
// each other; and by itself, no link, mention, tag or command of an event's.

import { check, isLink, payloads } from './payloads.mjs';

const joiner = /\u200d/g;
/** What is found in a text as the Bot API's server does it, but rather too much. */
const live = /(?<![\p{L}\p{N}_])@[A-Za-z0-9_]{2,}|[\w.+-]+@[\w-]+\.\w|(?<![\p{L}\p{N}_])#[\p{L}\p{N}_]|(?<![\p{L}\p{N}_])\$[A-Z]|(?<![\w/])\/[A-Za-z0-9_]|[a-z][\w+.-]*:\/\/\S|[\p{L}\p{N}-]+\.\p{L}{2,}/u;
const hasText = (text) => /[^\0-\x20]/.test(text);

let count = 0;
for (const message of payloads()) {
  const { telegram: body, telegram_cut: cut } = message;
  ++count;
  check(body.link_preview_options.is_disabled === true && body.parse_mode === undefined, 'how it is shown', message, body);
  check(body.text.length > 0 && body.text.length <= 4096 && body.entities.length <= 100, 'size', message, body);
  let rest = '';
  let end = 0;
  const parts = [];
  for (const { type, offset, length } of body.entities) {
    check(offset >= end && length > 0 && offset + length <= body.text.length, 'an entity', message, body);
    check(!/^[\udc00-\udfff]/.test(body.text.slice(offset)) && !/^[\udc00-\udfff]/.test(body.text.slice(offset + length)), 'half a character', message, body);
    rest += `${body.text.slice(end, offset)}${type === 'pre' ? '' : body.text.slice(offset, offset + length)}`;
    end = offset + length;
    parts.push({ type, text: body.text.slice(offset, end).replace(joiner, '') });
  }
  rest += body.text.slice(end);
  // Links are the message's own, or a field's.
  const lines = rest.split('\n');
  const last = lines.at(-1);
  if (message.link && !cut.includes('link')) check(isLink(lines.pop(), message), 'link', message, last);
  const isOwn = (line) => message.fields.some((field) => field.is_link && /: https?:\/\/[!#-;=?-\[\]_a-z~]+$/i.test(line)) && !live.test(line.slice(0, line.search(/: https?:/i)));
  for (const line of lines) check(!live.test(line) || isOwn(line), 'live text', message, line);
  if (hasText(message.title) && !cut.includes('title')) check(parts[0]?.type === 'bold' && parts[0].text.trim() === message.title.replace(joiner, '').trim(), 'title', message, parts);
  if (cut.length) continue;
  for (const field of message.fields) {
    const value = field.value.replace(joiner, '');
    check(field.is_code ? parts.some(({ type, text }) => type === 'pre' && text === value) : field.is_link || body.text.replace(joiner, '').includes(value), 'field', message, { field, body });
  }
}
console.log(`${count} messages`);
