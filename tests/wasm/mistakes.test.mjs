// What somebody is told who makes a mistake in JavaScript: one sentence that says what to do.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { createEngine, event, file, NotifierError, steadyEngine } from './package.mjs';

const { Outbox, Sender } = await import(pathToFileURL(file('dist/node.js')));

/** The error of a call. */
function error(call) {
  try {
    call();
  } catch (thrown) {
    assert.ok(thrown instanceof NotifierError, String(thrown));
    return thrown;
  }
  assert.fail('nothing was thrown');
}
const rejection = (promise) => promise.then(() => assert.fail('nothing was thrown'), (thrown) => error(() => { throw thrown; }));

const slack = { name: 'ops', platform: 'slack', type_data: { webhook_url: 'https://hooks.slack.com/services/T/B/x' } };

test('arguments in the wrong order are told apart', async () => {
  const engine = await steadyEngine();
  assert.equal(error(() => engine.addNotifier(slack, 'shop')).message, 'an id or a name is needed first, not object; are the arguments in their order?');
  assert.equal(error(() => engine.updateNotifier({ active: false }, 'no-slack')).code, 'invalid');
  assert.equal(error(() => engine.updateApp({ name: 'x' }, 'shop')).code, 'invalid');
  assert.match(error(() => engine.removeApp(null)).message, /not null;/);
  engine.dispose();
});

test('a clock that gives no time is an error that names the option', async () => {
  for (const clock of [() => NaN, () => undefined, () => 'now', () => new Date('never')]) {
    const engine = await createEngine({ clock });
    const { code, field, message } = error(() => engine.addApp({ name: 'shop', default_notifier: true }));
    assert.deepEqual([code, field], ['invalid', 'clock']);
    assert.equal(message, 'the option clock must give milliseconds or a Date, and gave NaN');
    engine.dispose();
  }
});

test('what is no delivery is not sent, and what takes one says what it takes', async () => {
  const sender = new Sender();
  for (const mistake of [{}, undefined, null, 'x', [], { platform: 'email' }, { platform: 'slack', url: 'https://example.com/' }]) {
    const { code, message } = await rejection(sender.send(mistake));
    assert.equal(code, 'invalid');
    assert.equal(message, 'send takes a delivery as engine.route(event) gives them, with its platform, and url and body or envelope and raw');
  }
  sender.close();
});

test('an outbox needs a sender, and deliveries in an array', async () => {
  for (const mistake of [{}, undefined, { sender: {} }]) {
    const { code, field, message } = await rejection(Outbox.open(mistake));
    assert.deepEqual([code, field], ['invalid', 'sender']);
    assert.equal(message, 'Outbox.open needs the option sender, which makes the attempts: new Sender()');
  }
  const engine = await steadyEngine();
  const outbox = await Outbox.open({ sender: { send: async () => ({ action: 'delivered', status: 200, reason: '' }) } });
  const [one] = engine.route(event);
  assert.equal((await rejection(outbox.enqueue(one))).message, 'enqueue takes an array of deliveries, as engine.route(event) gives them: enqueue([delivery]) for one');
  assert.match((await rejection(outbox.enqueue(Promise.resolve([one])))).message, /^enqueue takes an array/);
  assert.match((await rejection(outbox.enqueue([{}]))).message, /^enqueue takes a delivery as/);
  assert.equal(outbox.pending, 0);
  assert.equal(await outbox.enqueue([one]), 1);
  await outbox.close();
  engine.dispose();
});
