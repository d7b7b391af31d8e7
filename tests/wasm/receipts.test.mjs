// What a platform calls the message that it made: kept with the attempt, and shown.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { file } from './package.mjs';
import { httpDelivery } from './targets.mjs';

const { Outbox, Sender } = await import(pathToFileURL(file('dist/node.js')));
const folder = mkdtempSync(join(tmpdir(), 'notifier-receipts-'));
const sender = new Sender({ allowPrivate: true, timeoutMs: 60_000 });
// Says what the end of the path says, in JSON.
const server = createServer((request, response) => response.setHeader('content-type', 'application/json').end(JSON.stringify({ id: decodeURIComponent(new URL(request.url, 'http://x').searchParams.get('id')), name: 'spaces/AAAA/messages/B.C' })));
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
after(() => {
  sender.close();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

const url = (id) => `http://127.0.0.1:${server.address().port}/api/webhooks/1/ABCDsecretABCD?id=${encodeURIComponent(id)}`;

test('a verdict has the name that the platform gave the message, and no other has one', async () => {
  const receipt = async (platform, id) => (await sender.send(httpDelivery(url(id), { platform }))).receipt;
  assert.equal(await receipt('discord', '77'), '77');
  assert.equal(await receipt('google_chat', '77'), 'B.C');
  assert.equal(await receipt('webhook', '77'), undefined);
  assert.equal(await receipt('discord', ''), undefined);
  assert.equal(await receipt('discord', 'two words'), undefined);
  assert.equal(await receipt('discord', 'x'.repeat(256)), undefined);
  assert.equal(await receipt('discord', 'x ABCDsecretABCD'), undefined);
});

test('a secret of the request that comes back as a name is not kept', async () => {
  const secrets = { discord: 'ABCDsecretABCD' };
  const delivery = httpDelivery(url('77'), { platform: 'discord' });
  const echo = { ...delivery, headers: { ...delivery.headers, 'x-own': '1234567890' }, url: url('1234567890') };
  assert.equal((await sender.send(echo)).receipt, undefined);
  assert.equal((await sender.send({ ...delivery, url: url(secrets.discord) })).receipt, undefined);
});

for (const place of ['in memory', 'in a file']) {
  test(`${place}: an outbox keeps it with the attempt`, async () => {
    const options = { sender, onError: (error) => assert.fail(error), ...(place === 'in a file' && { file: join(folder, 'outbox.ndjson') }) };
    const outbox = await Outbox.open(options);
    await outbox.enqueue([httpDelivery(url('77'), { platform: 'discord' }), httpDelivery(url('78'), { platform: 'discord', notifierId: 'no-2' }), httpDelivery(url('79'))]);
    await outbox.idle();
    const shown = async (from) => (await from.list()).deliveries.map(({ attempts }) => attempts[0].receipt).sort();
    assert.deepEqual(await shown(outbox), ['77', '78', undefined]);
    await outbox.close();
    if (place === 'in memory') return;
    const again = await Outbox.open(options);
    assert.deepEqual(await shown(again), ['77', '78', undefined]);
    await again.close();
  });
}
