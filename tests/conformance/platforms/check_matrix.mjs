// What a reader of HTML finds in the events that we send to Matrix: the few elements that are ours, and the texts as they
// were.

import { check, isLink, payloads } from './payloads.mjs';

const decoded = (text) => text.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&');
const trim = (text) => text.replace(/^[\0-\x20]+|[\0-\x20]+$/g, '');
const hasText = (text) => /[^\0-\x20]/.test(text);
const element = /<(\/?(?:p|b|i|ul|li|pre|code|br)|\/(?:a|span)|a href="[^"<>]*"|span data-mx-color="#[0-9a-f]{6}")>/g;

let count = 0;
for (const message of payloads()) {
  const { matrix: body, matrix_cut: cut } = message;
  ++count;
  check(body.msgtype === 'm.notice' && body.format === 'org.matrix.custom.html' && JSON.stringify(body['m.mentions']) === '{}', 'an event', message, body);
  check(hasText(body.body) && Buffer.byteLength(JSON.stringify(body)) <= 48000, 'size', message, body);
  const open = [];
  const links = [];
  for (const [, tag] of body.formatted_body.matchAll(element)) {
    const name = tag.split(' ')[0];
    if (tag.startsWith('a ')) links.push(decoded(tag.slice(8, -1)));
    if (name.startsWith('/')) check(open.pop() === name.slice(1), 'an element that closes another', message, body.formatted_body);
    else if (name !== 'br') open.push(name);
  }
  check(open.length === 0, 'an element that is not closed', message, body.formatted_body);
  const plain = body.formatted_body.replace(element, '');
  check(!/[<>]|&(?!(amp|lt|gt);)/.test(plain), 'what is no entity', message, plain);
  const text = decoded(plain);
  for (const url of links) check(/^https?:\/\//i.test(url), 'a link', message, url);
  if (message.link && !cut.includes('link')) check(isLink(links.at(-1), message), 'the message\u2019s link', message, links);
  if (!cut.includes('title') && hasText(message.title)) check(body.body.startsWith(trim(message.title)) && text.includes(trim(message.title)), 'title', message, body);
  if (!cut.includes('sentence') && hasText(message.sentence)) check(body.body.endsWith(trim(message.sentence)) && text.includes(trim(message.sentence)), 'sentence', message, body);
  if (cut.length) continue;
  for (const field of message.fields) check(field.is_link || text.includes(field.is_code ? field.value.replace(/\t/g, ' ') : field.value), 'field', message, { field, text });
}
console.log(`${count} events`);
