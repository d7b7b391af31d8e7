// The notifications that we push, held against what their servers take: members that these know, of the right kind and
// size, and the texts as they were.

import { check, isLink, payloads } from './payloads.mjs';

const bytes = (text) => Buffer.byteLength(text);
const characters = (text) => [...text].length;
const trim = (text) => text.replace(/^[\0-\x20]+|[\0-\x20]+$/g, '');
const hasText = (text) => /[^\0-\x20]/.test(text);

/** What a server takes of each member; where the link stands; the title's and the text's own limits, in its own unit. */
const servers = {
  pushover: {
    members: { message: 'string', title: 'string', priority: [-1, 0, 1], timestamp: 'number', url: 'string', url_title: 'string' },
    link: ({ url }) => url,
    fits: ({ message, title = '', url = '', url_title: label = '' }) => characters(message) <= 1024 && characters(title) <= 250 && characters(url) <= 512 && characters(label) <= 100,
  },
  gotify: {
    members: { message: 'string', title: 'string', priority: [4, 6, 8], extras: 'object' },
    link: ({ extras }) => extras?.['client::notification'].click.url,
    fits: (body) => bytes(JSON.stringify(body)) <= 16000,
  },
  ntfy: {
    members: { message: 'string', title: 'string', priority: [3, 4, 5], tags: ['white_check_mark', 'warning', 'rotating_light'], click: 'string' },
    link: ({ click }) => click,
    fits: (body) => bytes(body.message) <= 4096 && bytes(JSON.stringify(body)) <= 8192,
  },
};

const isOf = (value, kind) => (typeof kind === 'string' ? typeof value === kind : [value].flat().every((each) => kind.includes(each)));

let count = 0;
for (const message of payloads()) {
  for (const [name, { members, link, fits }] of Object.entries(servers)) {
    const body = message[name];
    const cut = message[`${name}_cut`];
    ++count;
    for (const [key, value] of Object.entries(body)) check(key in members && isOf(value, members[key]), `${name}: ${key}`, message, body);
    check(hasText(body.message) && fits(body), `${name}: size`, message, body);
    const target = link(body);
    check(target === undefined ? !message.link || cut.includes('link') : isLink(target, message), `${name}: link`, message, body);
    if (hasText(message.title) && !cut.includes('title')) check(body.title === trim(message.title), `${name}: title`, message, body);
    if (hasText(message.sentence) && !cut.includes('sentence')) check(body.message.startsWith(trim(message.sentence)), `${name}: sentence`, message, body);
    if (cut.length) continue;
    for (const { label, value } of message.fields) check(body.message.includes(value) && body.message.includes(trim(label)), `${name}: field`, message, { label, value, body });
  }
}
console.log(`${count} notifications`);
