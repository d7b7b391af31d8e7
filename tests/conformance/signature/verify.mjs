// Our signatures, verified by the libraries that receivers use.
//
//   node verify.mjs SIGN
//
// SIGN is the program built from sign.cpp.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';

function sign(messages) {
  const lines = messages.map(({ id, ms, body, secrets }) => [id, ms, Buffer.from(body).toString('base64'), ...secrets].join(' '));
  const { status, stdout } = spawnSync(process.argv[2], { input: `${lines.join('\n')}\n`, maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`sign ended with ${status}`);
  return stdout.toString().trimEnd().split('\n');
}

const published = {
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  ms: 1614265330000,
  body: '{"test": 2432232314}',
  secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
};
const [signature] = sign([published]);
if (signature !== 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=') throw new Error(`the published vector: ${signature}`);

const now = Date.now();
const bytes = (seed, length) => {
  const parts = [];
  for (let i = 0; i * 64 < length; i += 1) parts.push(createHash('sha512').update(`${seed}.${i}`).digest());
  return Buffer.concat(parts).subarray(0, length);
};
const texts = ['', '{}', '{"a":"\u00fc\u{1f600}"}', '{"dots":"a.b.c"}', '\r\n', `{"long":"${'x'.repeat(300000)}"}`];
const messages = Array.from({ length: 300 }, (_, i) => ({
  id: `msg_${bytes(`id${i}`, 16).toString('hex')}`,
  ms: now - (i % 200) * 1000 + (i % 1000),
  body: texts[i] ?? JSON.stringify({ i, noise: bytes(i, i).toString('base64') }),
  secrets: Array.from({ length: 1 + (i % 3) }, (_, k) => `whsec_${bytes(`key${i}.${k}`, 24 + ((i * 7 + k) % 41)).toString('base64')}`),
}));

// Secrets as people copy them: without `whsec_`, without padding, without both, and made up, with bits that no byte uses.
const copied = (secret, i) => {
  const bare = i % 2 === 0 ? secret : secret.slice('whsec_'.length);
  return i % 3 === 0 ? bare : bare.replace(/=+$/, '');
};
for (const message of messages.slice(100)) message.secrets = message.secrets.map((secret, k) => copied(secret, message.body.length + k));
messages.at(-1).secrets = [`${'A'.repeat(42)}B`];

const signatures = sign(messages);
let faults = 0;
const expect = (what, accepted, verify) => {
  let ok = true;
  try { verify(); } catch { ok = false; }
  if (ok === accepted) return;
  faults += 1;
  console.error(`${what}: ${ok ? 'accepted' : 'refused'}`);
};
messages.forEach(({ id, ms, body, secrets }, i) => {
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(ms / 1000)),
    'webhook-signature': signatures[i],
  };
  for (const [name, Webhook] of [['standardwebhooks', StandardWebhook], ['svix', SvixWebhook]]) {
    // The libraries parse the body after they have verified it.
    const verify = (secret, text, changed) => {
      try {
        new Webhook(secret).verify(text, { ...headers, ...changed });
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
      }
    };
    for (const secret of secrets) expect(`${name}, message ${i}`, true, () => verify(secret, body));
    expect(`${name}, message ${i}, another body`, false, () => verify(secrets[0], `${body} `));
    expect(`${name}, message ${i}, another id`, false, () => verify(secrets[0], body, { 'webhook-id': `${id}0` }));
    const later = { 'webhook-timestamp': String(Math.floor(ms / 1000) + 1) };
    expect(`${name}, message ${i}, another time`, false, () => verify(secrets[0], body, later));
  }
});
console.log(`${messages.length} messages, ${faults} faults`);
process.exit(faults === 0 ? 0 : 1);
