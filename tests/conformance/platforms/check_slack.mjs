// What slack-message-parser finds in our payloads: no mention, channel, command or link but the message's own, and no
// markup where Slack looks for any.

import { NodeType, parse } from 'slack-message-parser';
import { check, isLink, payloads } from './payloads.mjs';

const text = (node) => node.text ?? (node.children ?? []).map(text).join('');
const decoded = (s) => s.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&');

function nodes(node, found = []) {
  found.push(node);
  for (const child of node.children ?? node.label ?? []) nodes(child, found);
  return found;
}

const live = [NodeType.ChannelLink, NodeType.UserLink, NodeType.URL, NodeType.Command];

let count = 0;
for (const message of payloads()) {
  const { slack, slack_cut: cut } = message;
  ++count;
  const all = nodes(parse(slack.text));
  check(!all.some((node) => live.includes(node.type)), 'live text in a notification', message, slack.text);
  check(slack.mrkdwn === false, 'markup is on', message);
  if (!cut.includes('title') && !cut.includes('sentence')) {
    const whole = [message.title, message.sentence].filter(Boolean).join('\n') || 'Event';
    check(decoded(slack.text) === whole, 'text differs', message, slack.text);
  }

  const blocks = [...(slack.blocks ?? []), ...(slack.attachments ?? []).flatMap((attachment) => attachment.blocks)];
  const objects = blocks.flatMap((block) => [block.text, ...(block.fields ?? []), ...(block.elements ?? [])]).filter(Boolean);
  let links = 0;
  let fieldLinks = 0;
  for (const object of objects) {
    if (object.type === 'plain_text') {
      check(!nodes(parse(object.text)).some((node) => live.includes(node.type)), 'live plain text', message, object);
      continue;
    }
    check(object.type === 'mrkdwn' && object.verbatim === true, 'text object', message, object);
    const { children } = parse(object.text);
    const types = children.map((node) => NodeType[node.type]).join(' ');
    if (types === 'URL') {
      check(children[0].label.every((node) => node.type === NodeType.Text), 'markup in the label of a link', message, object);
      if (children[0].label.map(text).join('') !== 'View details') {
        ++fieldLinks;
        continue;
      }
      ++links;
      check(isLink(decoded(children[0].url), message), 'link', message, object);
    } else {
      // Beside white space outside ASCII an asterisk is just an asterisk, and around it fences are just backticks.
      if (/^\*\s|\s\*(\n|$)|```\s*```$/.test(object.text)) continue;
      check(types === 'Bold' || types === 'Bold Text PreText', `markup: ${types}`, message, object);
      check(children[0].children.every((node) => node.type === NodeType.Text), 'markup in a label', message, object);
    }
  }
  const expected = message.link && !cut.includes('link') ? 1 : 0;
  check(links === expected, `${links} links`, message);
  check(fieldLinks <= message.fields.filter((field) => field.is_link).length, `${fieldLinks} links of fields`, message);

  if (!cut.length) {
    const shown = objects.filter((object) => object.type === 'plain_text').map((object) => decoded(object.text));
    const logs = objects.filter((object) => object.text.includes('```')).map((object) => decoded(object.text));
    for (const field of message.fields) {
      if (field.is_link && /^https?:\/\//i.test(field.value) && fieldLinks > 0) continue;
      const found = field.is_code
        ? logs.some((log) => log.replace(/\u200b/g, '').endsWith(`\n\`\`\`\n${field.value.replace(/\u200b/g, '')}\n\`\`\``))
        : shown.some((text) => text.endsWith(`: ${field.value}`));
      check(found, 'field', message, field);
    }
  }
}
console.log(`${count} messages`);
