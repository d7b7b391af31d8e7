// A program whose notifier is told of events together, to be killed: node groups_process.mjs FILE fill|drain [FIRST]
//
// A FILE in .db is a database.
//
// `fill` prints the number of each event that is stored; `drain` ends once all of it has been told.

const { Outbox, Sender, SqliteOutboxStore } = await import(process.env.NOTIFIER_NODE_ENTRY);
const { createEngine } = await import(process.env.NOTIFIER_ENGINE_ENTRY);
const [file, what, first = '0'] = process.argv.slice(2);
const engine = await createEngine();
engine.load({ apps: [{ id: 'app-1', name: 'shop', notifiers: [{
  id: 'no-1', name: 'ops', platform: 'webhook', send_all_events: true, type_data: { webhook_url: process.env.NOTIFIER_TARGET },
  grouping: { mode: 'throttle', window: 1, by: ['type'], max_items: 2 },
}] }] });
const place = file.endsWith('.db') ? { store: await SqliteOutboxStore.open(file) } : { file };
const outbox = await Outbox.open({ ...place, sender: new Sender({ allowPrivate: true }), tellTogether: engine, retry: { delaysMs: Array(20).fill(100) }, onError: () => {} });
if (what === 'drain') {
  while (outbox.grouped + outbox.pending > 0) await new Promise((resolve) => setTimeout(resolve, 50));
  await new Promise((resolve) => setTimeout(resolve, 2_500)); // the last window closes
  await outbox.close();
  process.exit(0);
}
for (let number = Number(first); ; ++number) {
  await outbox.enqueue(engine.route({ id: `ev-${number}`, type: number % 3 === 0 ? 'restart' : 'repeated_crash', app_id: 'app-1', type_data: {} }));
  process.stdout.write(`${number}\n`);
}
