// Signatures for receivers that know GitHub's or Stripe's: what those are checked with takes ours.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { createEngine, file, root } from './package.mjs';
import { httpDelivery, startTarget } from './targets.mjs';

const { Sender } = await import(pathToFileURL(file('dist/node.js')));
const { sign } = await import(pathToFileURL(file('dist/sign.js')));
const require = createRequire(join(root, 'tests/x.js'));
const { verify: verifyGithub } = await import(pathToFileURL(join(root, 'tests/node_modules/@octokit/webhooks-methods/dist-node/index.js')));
const stripe = new (require('stripe'))('sk_test_none');

const target = await startTarget();
const sender = new Sender({ allowPrivate: true, timeoutMs: 60_000 });
after(async () => {
  sender.close();
  await target.close();
});

const whsec = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const texts = ["It's a Secret to Everybody", whsec, 'über geheim 🔑', 'a:b', 'x'];

test('both ways of signing make the same headers, and those alone', async () => {
  const clock = () => 1614265330_999;
  const other = new Sender({ clock });
  for (const body of ['{"test": 2432232314}', '{"type":"é🎉"}', Buffer.from('{"type":"é🎉"}'), '']) {
    for (const dialect of ['github', 'stripe']) {
      for (const secrets of [texts.slice(0, 1), texts]) {
        const delivery = { idempotencyKey: 'any.key', body };
        const marked = secrets.map((secret) => `${dialect}:${secret}`);
        const headers = await sign(delivery, marked, clock());
        assert.deepEqual(headers, other.sign(delivery, marked));
        assert.deepEqual(Object.keys(headers), [{ github: 'x-hub-signature-256', stripe: 'stripe-signature' }[dialect]]);
      }
    }
  }
  assert.deepEqual(await sign({ idempotencyKey: '', body: 'Hello, World!' }, [`github:${texts[0]}`]), {
    'x-hub-signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
  });
  other.close();
});

test('receivers verify what a notifier of theirs is sent', async () => {
  const engine = await createEngine();
  engine.load({ apps: [{ id: 'app-1', name: 'shop' }] });
  for (const signature of ['github', 'stripe']) {
    for (const [i, secret] of texts.entries()) {
      const path = `ok/${signature}-${i}`;
      const { id } = engine.addNotifier('shop', { name: path, platform: 'webhook', type_data: { webhook_url: target.url(path), signature, signing_secret: [secret, 'older'] } });
      assert.equal(engine.notifier(id).type_data.signature, signature);
      const body = `{"type":"é🎉","n":${i}}`;
      const verdict = await sender.send(httpDelivery(target.url(path), { body }), { secrets: engine.signingSecrets(id) });
      assert.equal(verdict.action, 'delivered');
      const { headers, body: got } = target.requests.at(-1);
      assert.equal(headers['webhook-signature'], undefined);
      if (signature === 'github') {
        assert.equal(await verifyGithub(secret, got, headers['x-hub-signature-256']), true);
        assert.equal(await verifyGithub(secret, `${got} `, headers['x-hub-signature-256']), false);
      } else {
        for (const key of [secret, 'older']) assert.deepEqual(stripe.webhooks.constructEvent(got, headers['stripe-signature'], key), JSON.parse(body));
        assert.throws(() => stripe.webhooks.constructEvent(`${got} `, headers['stripe-signature'], secret));
        assert.throws(() => stripe.webhooks.constructEvent(got, headers['stripe-signature'], 'another'));
      }
    }
  }
});

test('what cannot sign is refused, and not told', async () => {
  const delivery = { idempotencyKey: 'msg_1', body: '{}' };
  for (const secrets of [['github:'], ['stripe:'], ['gitlab:It is one'], ['stripe:It is one', 'github:It is one'], ['stripe:It is one', whsec], [whsec, 'stripe:It is one']]) {
    assert.throws(() => sender.sign(delivery, secrets), (error) => error.code === 'invalid' && !error.message.includes('It is'));
    await assert.rejects(sign(delivery, secrets), (error) => error.code === 'invalid' && !error.message.includes('It is'));
  }
});
