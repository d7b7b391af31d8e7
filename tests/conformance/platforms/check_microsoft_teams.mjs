// What Adaptive Cards' own reader and the Markdown that it uses make of our payloads: no validation event, no markup but
// the links that are ours, and the texts as they were.

import { createRequire } from 'node:module';
import MarkdownIt from 'markdown-it';
import { check, isLink, payloads } from './payloads.mjs';

// What it looks at when it is loaded.
globalThis.window ??= globalThis;
globalThis.document ??= { createElement: () => ({ style: {}, classList: { add() {} }, appendChild() {} }) };
globalThis.HTMLElement ??= class {};
globalThis.self ??= globalThis;
const { AdaptiveCard, SerializationContext } = createRequire(import.meta.url)('adaptivecards/dist/adaptivecards.js');

const markdown = new MarkdownIt({ html: true });

/** What a reader sees of a text, and what else than text there is. */
function read(text) {
  const found = { text: '', others: [], links: [] };
  const walk = (tokens) => {
    for (const token of tokens) {
      if (token.type === 'inline') walk(token.children);
      else if (token.type === 'text' || token.type === 'text_special') found.text += token.content;
      else if (token.type === 'paragraph_close') found.text += '\n';
      else if (token.type === 'link_open') found.links.push(token.attrGet('href'));
      else if (!['paragraph_open', 'link_close'].includes(token.type)) found.others.push(token.type);
    }
  };
  walk(markdown.parse(text, {}));
  return found;
}

// White space at the ends of a paragraph is no part of it; an escape is, once it is read.
const hasText = (text) => /[^\0-\x20]/.test(text);
const same = (shown, text) => shown.trim() === text.trim();

let count = 0;
for (const message of payloads()) {
  const { microsoft_teams: body, microsoft_teams_cut: cut } = message;
  ++count;
  check(Buffer.byteLength(JSON.stringify(body)) <= 20000, 'size', message);
  const { content: card } = body.attachments[0];
  check(body.type === 'message' && body.attachments.length === 1 && JSON.stringify(card.msteams) === '{"width":"Full"}', 'envelope', message, body);
  const context = new SerializationContext();
  new AdaptiveCard().parse(card, context);
  check(context.eventCount === 0, 'a validation event', message, Array.from({ length: context.eventCount }, (_, i) => context.getEventAt(i).message));

  const facts = card.body.filter(({ type }) => type === 'FactSet').flatMap(({ facts }) => facts);
  const texts = card.body.filter(({ type }) => type === 'TextBlock').map(({ text }) => text);
  for (const text of [...texts, ...facts.map(({ title }) => title)]) {
    const { others, links } = read(text);
    check(others.length === 0 && links.length === 0, 'live text', message, { text, others, links });
    check(!/\{\{\w+\(/.test(text), 'a date that the card would write', message, text);
  }
  for (const { value } of facts) {
    const { others, links } = read(value);
    check(others.length === 0 && (links.length === 0 || /^\[View\]\([^\s()]+\)$/.test(value)), 'live text in a value', message, { value, others, links });
  }
  if (!cut.includes('title') && hasText(message.title)) check(same(read(texts[0]).text, message.title), 'title', message, { text: texts[0], read: read(texts[0]).text });
  if (!cut.includes('sentence') && hasText(message.sentence)) check(same(read(texts[1]).text, message.sentence), 'sentence', message, { text: texts[1] });
  if (card.actions) check(card.actions.length === 1 && card.actions[0].type === 'Action.OpenUrl' && isLink(card.actions[0].url, message), 'link', message, card.actions);
  if (!cut.length) {
    for (const field of message.fields) {
      if (!field.is_code) check(facts.some(({ value }) => same(read(value).text, field.value) || (field.is_link && value.startsWith('[View]('))), 'field', message, field);
    }
  }
}
console.log(`${count} messages`);
