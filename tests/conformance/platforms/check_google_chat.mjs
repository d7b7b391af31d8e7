// What a reader of HTML finds in the cards that we send to Google Chat: the few elements that are ours, and the texts as
// they were; in a message's own text, no mention, no link and no markup.

import { check, isLink, payloads } from './payloads.mjs';

const decoded = (text) => text.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&');
/** The tags of a text, and the text without them. Every other `&`, `<` and `>` has to be an entity. */
function read(text, message) {
  const tags = [];
  const plain = text.replace(/<(\/?(?:b|i|a|br))(?: href="([^"<>]*)")?>/g, (_, name, href) => (tags.push(href === undefined ? name : `${name} ${decoded(href)}`), name === 'br' ? '\n' : ''));
  check(!/[<>]|&(?!(amp|lt|gt);)/.test(plain), 'what is no entity', message, text);
  return { tags: tags.filter((tag) => tag !== 'br'), text: decoded(plain).replace(/\u00a0/g, ' ') };
}
const hasText = (text) => /[^\0-\x20]/.test(text);

let count = 0;
for (const message of payloads()) {
  const { google_chat: body, google_chat_cut: cut } = message;
  ++count;
  check(!/[<>*~`]|&(?!(amp|lt|gt);)|https?:\/\/|(?<![\p{L}\d])_|_(?![\p{L}\d])/u.test(body.text), 'live text in a notification', message, body.text);
  const { widgets } = body.cardsV2[0].card.sections[0];
  const [first, ...rest] = widgets;
  const sentence = read(first.textParagraph.text, message);
  check(sentence.tags.length === 0, 'markup in a sentence', message, first);
  if (!cut.includes('sentence') && hasText(message.sentence)) check(sentence.text.trim() === message.sentence.replace(/\u00a0/g, ' ').trim(), 'sentence', message, first);
  const values = [];
  let buttons = 0;
  for (const { textParagraph, decoratedText, buttonList } of rest) {
    if (buttonList) {
      ++buttons;
      check(isLink(buttonList.buttons[0].onClick.openLink.url, message), 'link', message, buttonList);
    } else if (decoratedText) {
      check(read(decoratedText.topLabel, message).tags.length === 0, 'markup in a label', message, decoratedText);
      const { tags, text } = read(decoratedText.text, message);
      check(tags.length === 0 || (text === 'View' && /^a https?:/i.test(tags[0]) && tags[1] === '/a' && tags.length === 2), 'markup in a value', message, decoratedText);
      values.push(text);
    } else {
      const { tags } = read(textParagraph.text, message);
      check(/^(b \/b|i \/i)$/.test(tags.join(' ')), 'markup in a paragraph', message, textParagraph);
    }
  }
  check(buttons === (message.link && !cut.includes('link') ? 1 : 0), 'buttons', message);
  if (!cut.length) {
    for (const field of message.fields) {
      if (!field.is_code) check(values.some((value) => value === field.value.replace(/\u00a0/g, ' ') || (field.is_link && value === 'View')), 'field', message, field);
    }
  }
}
console.log(`${count} messages`);
