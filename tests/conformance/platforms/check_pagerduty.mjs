// What goes to PagerDuty, held against what its documentation says of alerts and changes: who is woken by what, sizes,
// times and links, and the texts as they were.

import { check, isLink, payloads } from './payloads.mjs';

const characters = (text) => [...text].length;
const trim = (text) => text.replace(/^[\0-\x20]+|[\0-\x20]+$/g, '');
const hasText = (text) => /[^\0-\x20]/.test(text);

const counts = { trigger: 0, resolve: 0, undefined: 0 };
for (const message of payloads()) {
  const body = message.pagerduty;
  const cut = message.pagerduty_cut;
  const { event_action: action, payload, links, ...others } = body;
  const { summary, source, severity, class: kind, timestamp, custom_details: details, ...more } = payload;
  ++counts[action];
  check(Object.keys({ ...others, ...more }).length === 0, 'members', message, body);
  const wakes = ['warning', 'error'].includes(message.severity);
  check(action === (message.alert === 'ends' ? 'resolve' : wakes ? 'trigger' : undefined), 'action', message, body);
  check(action ? severity === (wakes ? message.severity : 'info') : severity === undefined && kind === undefined, 'severity', message, body);
  check(Buffer.byteLength(JSON.stringify(body)) <= 64_000 && characters(summary) <= 1024, 'size', message, body);
  check([summary, source, ...(kind === undefined ? [] : [kind]), ...Object.values(details)].every(hasText), 'an empty text', message, body);
  check(timestamp === undefined || new Date(timestamp).toISOString() === timestamp, 'time', message, body);
  check(links.length === 0 ? !message.link || cut.includes('link') : links.length === 1 && hasText(links[0].text) && isLink(links[0].href, message), 'link', message, body);
  if (hasText(message.title) && !cut.includes('title')) check(summary === trim(message.title), 'summary', message, body);
  if (hasText(message.sentence) && !cut.includes('sentence')) check(details.Message === trim(message.sentence), 'sentence', message, body);
  if (cut.length) continue;
  const values = Object.values(details);
  for (const { value } of message.fields) check(!hasText(value) || values.includes(trim(value)), 'field', message, { value, details });
}
for (const [action, count] of Object.entries(counts)) check(count > 20, `few of ${action}: ${count}`, { title: '', sentence: '' });
console.log(counts);
