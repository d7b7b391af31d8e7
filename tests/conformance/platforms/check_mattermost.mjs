// Mattermost's own parser is no package. Rocket.Chat's knows the same Markdown and more smileys: what it finds alive
// would be so in Mattermost.

import { parse } from '@rocket.chat/message-parser';
import { check, isLink, payloads } from './payloads.mjs';

const options = { colors: true, katex: { dollarSyntax: true, parenthesisSyntax: true }, customDomains: ['local'] };

function types(node, found = new Map()) {
  if (Array.isArray(node)) {
    for (const child of node) types(child, found);
  } else if (node && typeof node === 'object') {
    // An emoji character is text; what is written as :name: or :) is not.
    if (node.type && !(node.type.endsWith('EMOJI') && (node.unicode || node.type === 'BIG_EMOJI'))) found.set(node.type, node);
    for (const child of Object.values(node)) types(child, found);
  }
  return found;
}

function only(allowed, text, message) {
  for (const [type, node] of types(parse(text, options))) {
    if (type === 'LINK' && node.value.src.value === '//localhost') continue;
    check(allowed.includes(type), `${type} is alive`, message, { text, node });
  }
  // What Mattermost takes from Slack, and what it links or notifies by itself.
  check(!/<[!@#h]|@(all|here|channel)\b|\bwww\.|(^|\s)[~#][a-z]|\$[^$]+\$/i.test(text.replace(/```[^]*?```|`[^`]*`|\]\(\S+\)/g, '')), 'live text', message, { text });
}

const prose = ['PARAGRAPH', 'PLAIN_TEXT', 'LINE_BREAK'];
const hasText = (text) => /[^\0-\x20]/.test(text);

let count = 0;
for (const message of payloads()) {
  const { mattermost: post, mattermost_cut: cut } = message;
  ++count;
  check(!('channel' in post) && !('username' in post), 'channel', message);
  only([...prose, 'BOLD'], post.text, message);
  check(!hasText(message.title) || /^\*\*.+\*\*(\n|$)/.test(post.text), 'the title is bold', message, post.text);
  check(post.attachments.length === 1, 'attachments', message);
  const [{ fallback, title, title_link, text, fields = [], footer }] = post.attachments;
  only(prose, fallback, message);
  if (title) only(prose, title, message);
  if (title_link) check(isLink(title_link, message), 'link', message);
  if (text) only([...prose, 'CODE', 'CODE_LINE'], text, message);
  if (footer) only(prose, footer, message);
  for (const field of fields) {
    only(prose, field.title, message);
    const kinds = [...types(parse(field.value, options)).keys()].filter((type) => !prose.includes(type)).join(' ');
    check(['', 'INLINE_CODE', 'LINK'].includes(kinds) && (kinds !== 'LINK' || /^\[View\]\(\S+\)$/.test(field.value)), 'value', message, { field, kinds });
  }
  if (!cut.length) {
    const values = fields.map(({ value }) => value);
    const shows = (shown, value) => shown === value || shown === `\`${value.replace(/`/g, '\u02cb')}\``;
    for (const field of message.fields) {
      if (!field.is_code) check(values.some((value) => shows(value, field.value) || (field.is_link && value.startsWith('[View]('))), 'field', message, field);
    }
  }
}
console.log(`${count} messages`);
