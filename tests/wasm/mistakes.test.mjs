// What somebody is told who makes a mistake in JavaScript: one sentence that says what to do.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { Committer, createEngine, event, file, NotifierError, steadyEngine, toFetchHandler } from './package.mjs';

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

test('what is no function where one is asked for is refused at once, by its name', async () => {
  for (const option of ['clock', 'ids', 'users', 'refuseUrl', 'compose']) {
    const { code, fields } = await rejection(createEngine({ [option]: 'later' }));
    assert.equal(code, 'invalid');
    assert.deepEqual(fields, [{ field: option, message: 'must be a function', code: 'type' }]);
  }
  const engine = await createEngine({ ids: null, users: undefined });
  assert.equal(error(() => toFetchHandler(engine, { send: 'fetch' })).message, 'the options of toFetchHandler are not valid: send must be a function');
  assert.equal(error(() => new Committer(engine, { store: {} })).fields[0].field, 'store');
  assert.equal(error(() => new Sender({ clock: 7 })).fields[0].field, 'clock');
  assert.match((await rejection(Outbox.open({ sender: new Sender(), onError: 'console.error' }))).message, /onError must be a function/);
  engine.dispose();
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

test('an option that is not known is refused, and the nearest named', async () => {
  const engine = await steadyEngine();
  const outbox = (options) => Outbox.open({ sender: { send: async () => ({ action: 'delivered', status: 200, reason: '' }) }, ...options });
  const mistakes = [
    [() => createEngine({ clok: Date.now }), 'the options of createEngine are not valid: clok is not known here; did you mean clock?'],
    [() => new Sender({ alowPrivate: true }), 'the options of Sender are not valid: alowPrivate is not known here; did you mean allowPrivate?'],
    [() => outbox({ retry: { delays: [1] } }), 'the options of retry are not valid: delays is not known here; did you mean delaysMs?'],
    [() => outbox({ limits: { slak: {} } }), 'the options of limits are not valid: slak is not known here; did you mean slack?'],
    [() => outbox({ limits: { slack: { concurency: 1 } } }), 'the options of limits.slack are not valid: concurency is not known here; did you mean concurrency?'],
    [() => outbox({ path: 'x' }), /path is not known here; there are sender, file, /],
    [() => toFetchHandler(engine, { sends() {} }), 'the options of toFetchHandler are not valid: sends is not known here; did you mean send?'],
    [() => new Committer(engine, { storage() {} }), 'the options of Committer are not valid: storage is not known here; did you mean store?'],
    [() => engine.configure({ email_from: 'a@example.com' }), 'the options of configure are not valid: email_from is not known here; did you mean emailFrom?'],
  ];
  for (const [mistake, expected] of mistakes) {
    const { code, message, fields } = await rejection((async () => mistake())());
    assert.equal(code, 'invalid');
    assert[typeof expected === 'string' ? 'equal' : 'match'](message, expected);
    assert.equal(fields[0].code, 'unknown_key');
  }
  engine.dispose();
});

test('a document or a draft with a key that is not known is refused, and the nearest named', async () => {
  const engine = await steadyEngine();
  const before = engine.snapshot();
  assert.deepEqual(error(() => engine.load({ version: 1, aps: [] })).fields.map(({ field }) => field), ['aps', 'apps']);
  assert.match(error(() => engine.load({})).message, /apps is missing: an array of apps, \[\] for none/);
  const { fields } = error(() => engine.addNotifier('shop', { ...slack, send_all_event: true }));
  assert.deepEqual(fields, [{ field: 'send_all_event', message: 'is not known here; did you mean send_all_events?', code: 'unknown_key' }]);
  assert.equal(error(() => engine.updateNotifier('no-slack', { chanel: '#ops' })).fields[0].field, 'chanel');
  for (const [change, said] of [
    [() => engine.addApp({ name: 'market', projectid: 'pr-1' }), 'the app is not valid: projectid is not known here; did you mean project_id?'],
    [() => engine.addApp({ name: 'market', owner: { id: 'us-1', mail: 'a@example.com' } }), 'the app is not valid: owner.mail is not known here; did you mean email?'],
    [() => engine.updateApp('shop', { nam: 'market' }), 'the app is not valid: nam is not known here; did you mean name?'],
    [() => engine.putUser({ id: 'us-1', user_name: 'ada' }), 'the user is not valid: user_name is not known here; did you mean username?'],
  ]) {
    assert.equal(error(change).message, said);
  }
  assert.equal(engine.snapshot(), before);
  // What an engine gives, it takes.
  engine.updateApp('shop', engine.apps()[0]);
  engine.updateNotifier('no-slack', engine.notifier('no-slack'));
  engine.dispose();
});

test('a platform, an app and a notifier that are not there are named', async () => {
  const engine = await steadyEngine();
  assert.match(error(() => engine.addNotifier('shop', { ...slack, platform: 'pigeon' })).message, /^there is no platform 'pigeon'; there are rocket_chat \(/);
  assert.equal(error(() => engine.addNotifier('shpo', slack)).message, "there is no app with the id or name 'shpo'");
  assert.equal(error(() => engine.notifiers('shpo')).message, "there is no app with the id or name 'shpo'");
  assert.equal(error(() => engine.updateNotifier('no-7', {})).message, "there is no notifier with the id 'no-7'");
  assert.equal(error(() => engine.preview('no-7', event)).message, "there is no notifier with the id 'no-7'");
  engine.dispose();
});
