// What a parser of Discord's Markdown finds in our payloads: plain text, the links that are ours, and logs between
// fences. The builders of a well-known library take each embed.

import { EmbedBuilder } from '@discordjs/builders';
import markdown from 'discord-markdown-parser';
import { check, isLink, payloads } from './payloads.mjs';

/** Text by its own characters: what a reader sees, and the other nodes. */
function read(text) {
  const found = { text: '', others: [] };
  const walk = (nodes) => {
    for (const node of nodes) {
      if (node.type === 'text') found.text += node.content;
      else if (node.type === 'twemoji') found.text += node.name;
      else if (node.type === 'br' || node.type === 'newline') found.text += '\n';
      else found.others.push(node);
    }
  };
  walk(markdown.parse(text, 'extended'));
  return found;
}

const hasText = (text) => /[^\0-\x20]/.test(text);
// Escapes are no part of what is read, nor are spaces at the ends.
const shows = (read, text) => read.trim() === text.trim();

let count = 0;
for (const message of payloads()) {
  const { discord, discord_cut: cut } = message;
  ++count;
  check(JSON.stringify(discord.allowed_mentions) === '{"parse":[]}' && !('content' in discord), 'mentions are allowed', message);
  const [first, ...logs] = discord.embeds;
  for (const embed of discord.embeds) {
    new EmbedBuilder(embed).toJSON();
    check(!('url' in embed), 'the url of an embed', message);
  }
  const total = discord.embeds.flatMap((embed) => [embed.title, embed.description, embed.footer?.text, ...(embed.fields ?? []).flatMap(({ name, value }) => [name, value])]);
  check(total.reduce((sum, text = '') => sum + [...text].length, 0) <= 6000, 'the embeds together', message);

  if (first.title !== undefined) {
    const { text, others } = read(first.title);
    check(others.length === 0, 'live text in a title', message, { title: first.title, others });
    if (!cut.includes('title') && hasText(message.title)) check(shows(text, message.title), 'title', message, { text, title: first.title });
  }
  if (first.description !== undefined) {
    const { text, others } = read(first.description);
    const hasLink = message.link && !cut.includes('link');
    check(others.length === (hasLink ? 1 : 0), 'live text in a sentence', message, { description: first.description, others });
    for (const { type, target } of others) check(type === 'link' && isLink(target.replace(/%28/g, '(').replace(/%29/g, ')').replace(/%2A/g, '*').replace(/%7E/g, '~'), message), 'link', message, others);
    if (!cut.includes('sentence') && hasText(message.sentence)) check(shows(text, message.sentence), 'sentence', message, { text, description: first.description });
  }
  for (const { name, value } of first.fields ?? []) {
    check(read(name).others.length === 0, 'live text in a label', message, { name });
    const { others } = read(value);
    const isOurs = others.length === 1 && others[0].type === 'link' && value === `[View](${others[0].target})`;
    check(others.length === 0 || isOurs, 'live text in a value', message, { value, others });
  }
  for (const { description } of logs) {
    const { others } = read(description);
    const [label, code] = others;
    check(others.length === 2 && label.type === 'strong' && code.type === 'codeBlock', 'a log', message, { description, others });
    check(description.endsWith('\n```') && code.content.length > 0, 'the fences of a log', message, { description, others });
  }
  if (!cut.length) {
    const values = (first.fields ?? []).map(({ value }) => value);
    for (const field of message.fields) {
      if (field.is_code) continue;
      check(values.some((value) => shows(read(value).text, field.value) || (field.is_link && value.startsWith('[View]('))), 'field', message, { field, values });
    }
    check(logs.length === message.fields.filter((field) => field.is_code).length, 'logs', message);
  }
}
console.log(`${count} messages`);
