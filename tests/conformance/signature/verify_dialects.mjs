// Our signatures in the dialects of GitHub and Stripe, verified by what their receivers use.
//
//   node verify_dialects.mjs SIGN
//
// SIGN is the program built from sign.cpp.

import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { verify as verifyGithub } from '@octokit/webhooks-methods';

const Stripe = createRequire(import.meta.url)('stripe');
const stripe = new Stripe('sk_test_none');
const base64 = (text) => Buffer.from(text).toString('base64');

function sign(messages) {
  const lines = messages.map(({ dialect, ms, body, secrets }) => ['any.id', ms, base64(body), ...secrets.map((secret) => `=${base64(`${dialect}:${secret}`)}`)].join(' '));
  const { status, stdout } = spawnSync(process.argv[2], { input: `${lines.join('\n')}\n`, maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`sign ended with ${status}`);
  return stdout.toString().trimEnd().split('\n');
}

const now = Date.now();
const secrets = ["It's a Secret to Everybody", 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', '\u00fcber geheim \u{1f511}', 'x', 'a:b', 'k'.repeat(255)];
const bodies = ['{}', 'Hello, World!', '{"a":"\u00fc\u{1f600}"}', '{"dots":"a.b.c"}', '\r\n', `{"long":"${'x'.repeat(300000)}"}`];
const messages = ['github', 'stripe'].flatMap((dialect) =>
  secrets.flatMap((secret, i) => bodies.map((body, k) => ({ dialect, ms: now - k * 1000, body, secrets: [secret, secrets[(i + 1 + (k % 2)) % secrets.length]].slice(0, 1 + (k % 2)) }))),
);

let faults = 0;
const expect = (what, expected, got) => {
  if (expected === got) return;
  faults += 1;
  console.error(`${what}: ${got}`);
};
const verifyStripe = (secret, body, header) => {
  try {
    return stripe.webhooks.signature.verifyHeader(body, header, secret, 300);
  } catch {
    return false;
  }
};

// GitHub's documentation has this vector.
const [documented] = sign([{ dialect: 'github', ms: 0, body: 'Hello, World!', secrets: ["It's a Secret to Everybody"] }]);
expect('the documented vector', 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17', documented);

const signatures = sign(messages);
for (const [i, { dialect, body, secrets }] of messages.entries()) {
  const verify = dialect === 'github' ? verifyGithub : verifyStripe;
  // GitHub's header has room for one signature: the first secret's.
  for (const [k, secret] of secrets.entries()) expect(`${dialect}, message ${i}, secret ${k}`, dialect === 'stripe' || k === 0, await verify(secret, body, signatures[i]));
  expect(`${dialect}, message ${i}, another body`, false, await verify(secrets[0], `${body} `, signatures[i]));
  expect(`${dialect}, message ${i}, another secret`, false, await verify(`${secrets[0]} `, body, signatures[i]));
  if (dialect === 'stripe') expect(`stripe, message ${i}, another time`, false, await verify(secrets[0], body, signatures[i].replace(/^t=(\d+)/, (_, t) => `t=${Number(t) + 1}`)));
}
console.log(`${messages.length} messages, ${faults} faults`);
process.exit(faults === 0 ? 0 : 1);
