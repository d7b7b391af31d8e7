// What Rocket.Chat's own parser finds in our payloads: plain text, and code where we put it. No mention, channel, link,
// emoji code or markup of event data is alive.

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

const plain = (node) => (Array.isArray(node.value) ? node.value.map(plain).join('') : node.unicode ?? node.value);
const hasText = (text) => /[^\0-\x20]/.test(text);

function only(allowed, text, message) {
  for (const [type, node] of types(parse(text, options))) {
    // A bare "localhost" is linked, whatever is done around it: it leads nowhere.
    if (type === 'LINK' && node.value.src.value === '//localhost') continue;
    check(allowed.includes(type), `${type} is alive`, message, { text, node });
  }
}

const prose = ['PARAGRAPH', 'PLAIN_TEXT', 'LINE_BREAK'];

let count = 0;
for (const message of payloads()) {
  const { rocket_chat: chat } = message;
  ++count;
  check(!('channel' in chat), 'channel', message);
  only([...prose, 'BOLD', ...(message.names ? ['INLINE_CODE'] : [])], chat.text, message);
  if (hasText(message.title)) {
    const [{ value: nodes }] = parse(chat.text, options);
    const bold = nodes.filter((node) => node.type === 'BOLD');
    check(nodes[0] === bold[0] && bold.length === 1, 'the title alone is bold', message, { text: chat.text, nodes });
    check(plain(bold[0]) === chat.text.split('\n')[0].slice(1, -1), 'title', message, { text: chat.text, bold });
  }
  for (const attachment of chat.attachments) {
    if (attachment.title_link) check(isLink(attachment.title_link, message), 'link', message);
    if (attachment.title) only(prose, attachment.title, message);
    for (const field of attachment.fields ?? []) {
      only(prose, field.title, message);
      const [paragraph, ...rest] = parse(field.value, options);
      const nodes = paragraph.value.filter((node) => !(node.type === 'PLAIN_TEXT' && node.value === ''));
      const isText = nodes.length > 0 && nodes.every((node) => node.type === 'PLAIN_TEXT') && nodes.map(plain).join('') === field.value;
      const isLinkAlone = nodes.length === 1 && nodes[0].type === 'LINK' && field.value === `[View](${nodes[0].value.src.value})`;
      const isCode = nodes.length === 1 && nodes[0].type === 'INLINE_CODE';
      check(rest.length === 0 && (isText || isLinkAlone || isCode), 'value', message, { field, nodes });
    }
    if (attachment.text) only([...prose, 'CODE', 'CODE_LINE'], attachment.text, message);
  }
  if (!message.rocket_chat_cut.length) {
    const values = chat.attachments.flatMap((attachment) => attachment.fields ?? []).map((field) => field.value);
    const shows = (shown, value) => shown === value || shown === `\`${value.replace(/`/g, '\u02cb')}\``;
    for (const field of message.fields) {
      const isShown = values.some((value) => shows(value, field.value) || (field.is_link && value.startsWith('[View](')));
      if (!field.is_code) check(isShown, 'field', message, field);
    }
    if (hasText(message.actor)) check(shows(values.at(-1), message.actor), 'actor', message);
  }
}
console.log(`${count} messages`);
