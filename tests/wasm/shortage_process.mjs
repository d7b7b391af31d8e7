// A program that uses up its file descriptors, and then sends: node shortage_process.mjs URL SMTP_PORT, under `ulimit -n`.

import { openSync, closeSync } from 'node:fs';

const { Outbox, Sender } = await import(process.env.NOTIFIER_NODE_ENTRY);
const [url, smtpPort] = process.argv.slice(2);
const sender = new Sender({ allowPrivate: true, smtp: `smtp://127.0.0.1:${smtpPort}?starttls=off` });
await sender.ready();
const reports = [];
const outbox = await Outbox.open({ sender, retry: { delaysMs: [1], jitterPercent: 0 }, onAttempt: (report) => reports.push(report) });
const head = { notifierName: 'one', appId: 'app-1', eventId: 'ev-1', eventType: 'test', truncations: [] };
const request = (key, to) => ({ ...head, notifierId: `no-${key}`, idempotencyKey: key, platform: 'webhook', method: 'POST', url: to, headers: {}, body: '{}' });
const mail = { ...head, notifierId: 'no-mail', idempotencyKey: 'mail', platform: 'email', envelope: { from: 'a@example.com', to: ['b@example.com'] }, raw: 'Subject: x\r\n\r\nx\r\n' };

const open = [];
try {
  for (;;) open.push(openSync('/dev/null', 'r'));
} catch (error) {
  if (error.code !== 'EMFILE') throw error;
}
await outbox.enqueue([request('address', url), request('name', url.replace('127.0.0.1', 'localhost')), mail]);
while (new Set(reports.map(({ id }) => id)).size < 3) await new Promise((resolve) => setTimeout(resolve, 10));
const without = reports.splice(0);
for (const file of open) closeSync(file);
await outbox.idle();
const { deliveries } = await outbox.list();
await outbox.close();
sender.close();
process.stdout.write(JSON.stringify({ without, with: reports, deliveries }));
