// A program with an outbox, to be killed: node outbox_process.mjs FILE fill|drain [ROUND COUNT]. A FILE in .db is a database.

const { Outbox, Sender, SqliteOutboxStore } = await import(process.env.NOTIFIER_NODE_ENTRY);
const [file, what, round = '0', count = '2000'] = process.argv.slice(2);
const target = process.env.NOTIFIER_TARGET;
const sender = target === undefined ? { send: () => new Promise(() => {}) } : new Sender({ allowPrivate: true });
/** How wrong this process takes the time of day to be, in milliseconds. */
const step = Number(process.env.NOTIFIER_CLOCK_STEP ?? 0);
const place = file.endsWith('.db') ? { store: await SqliteOutboxStore.open(file) } : { file };
const outbox = await Outbox.open({ ...place, sender, retry: { delaysMs: Array(20).fill(100) }, onError: () => {}, clock: () => Date.now() + step });

const delivery = (n) => {
  const key = `msg_${round}_${n}`;
  return {
    notifierId: `no-${n % 5}`, notifierName: 'hook', appId: 'app-1', eventId: `ev-${n}`, eventType: 'test', idempotencyKey: key, truncations: [],
    platform: 'webhook', method: 'POST', url: `${target ?? 'https://example.com'}/${n % 20}`, headers: { 'webhook-id': key }, body: '{"type":"test"}',
  };
};

if (what === 'fill') {
  const acknowledged = [];
  const refused = [];
  let code;
  const atOnce = target === undefined ? 1 : 10;
  for (let n = 0; n < Number(count) && refused.length < 3; n += atOnce) {
    const some = Array.from({ length: atOnce }, (_, i) => delivery(n + i));
    const keys = some.map(({ idempotencyKey }) => idempotencyKey);
    try {
      await outbox.enqueue(some);
      acknowledged.push(...keys);
      if (target !== undefined) process.stdout.write(`${keys.join('\n')}\n`);
    } catch (error) {
      code = error.code;
      refused.push(...keys);
    }
  }
  if (target === undefined) {
    process.stdout.write(JSON.stringify({ acknowledged, refused, code }));
    process.exit(0);
  }
  await new Promise(() => setInterval(() => {}, 1_000)); // to be killed
}
await outbox.idle();
await outbox.close();
sender.close();
