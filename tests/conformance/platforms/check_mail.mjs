// What two mail parsers of the JavaScript world read: the very texts of the message, one sender, the right recipients.

import { simpleParser } from 'mailparser';
import PostalMime from 'postal-mime';
import { check, payloads } from './payloads.mjs';

const escaped = (s) => s.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
const lines = (s) => s.replace(/\r\n/g, '\n');
/** Names, in quotes in the message, are in bold. */
const quoted = (html) => html.replace(/<\/?b>/g, '&quot;');

function judge(name, message, mail) {
  const cut = message.email_cut;
  check(mail.from === 'notifier@example.com', `${name}: from`, message, mail.from);
  check(mail.fromName === message.email_from_name, `${name}: name of the sender`, message, mail.fromName);
  check(mail.to.join() === 'ops@example.com,on-call.team@example.org', `${name}: to`, message, mail.to);
  check(mail.id === '<msg_0123456789abcdef0123456789abcdef@example.com>', `${name}: id`, message, mail.id);
  check(/^<thread_[0-9a-f]{32}@example\.com>$/.test(mail.references), `${name}: references`, message, mail.references);
  check(!mail.others.length, `${name}: headers nobody wrote`, message, mail.others);
  check(!mail.attachments, `${name}: attachments`, message, mail.attachments);
  // Both parsers tidy up white space in a subject.
  const tidy = (s) => s.replace(/\s+/g, ' ').trim();
  if (!cut.includes('subject')) check(tidy(mail.subject) === tidy(message.title), `${name}: subject`, message, mail.subject);
  if (cut.some((part) => part !== 'subject' && part !== 'link')) return;
  for (const text of [message.title, message.sentence, ...message.fields.map((field) => field.value)]) {
    check(lines(mail.text).includes(text), `${name}: text`, message, text);
    check(quoted(lines(mail.html)).includes(escaped(text)), `${name}: html`, message, text);
  }
}

const known = ['from', 'to', 'message-id', 'subject', 'date', 'references', 'auto-submitted', 'x-notifier-event', 'mime-version', 'content-type'];

let count = 0;
for (const message of payloads()) {
  ++count;
  const first = await simpleParser(message.email, { skipHtmlToText: true, skipTextToHtml: true, skipImageLinks: true });
  judge('mailparser', message, {
    from: first.from.value.map(({ address }) => address).join(),
    fromName: first.from.value[0].name,
    to: first.to.value.map((address) => address.address),
    id: first.messageId,
    references: first.references,
    subject: first.subject ?? '',
    text: first.text,
    html: first.html,
    attachments: first.attachments.length,
    others: [...first.headers.keys()].filter((name) => !known.includes(name)),
  });
  const second = await PostalMime.parse(message.email);
  judge('postal-mime', message, {
    from: second.from.address,
    fromName: second.from.name,
    to: second.to.map((address) => address.address),
    id: second.messageId,
    references: second.references,
    subject: second.subject ?? '',
    text: second.text,
    html: second.html,
    attachments: second.attachments.length,
    others: second.headers.map((header) => header.key).filter((name) => !known.includes(name)),
  });
}
console.log(`${count} messages`);
