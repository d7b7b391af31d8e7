// The recipients of a mail are independent, with two real mail servers and some that break off: who is accepted gets it at once, and only who was
// refused for now is left.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { after, test } from 'node:test';
import { promisify } from 'node:util';

import { smtpError, startMailServer, until } from '../wasm/targets.mjs';
import { startAiosmtpd } from './aiosmtpd.mjs';

const program = process.argv[2];
const run = promisify(execFile);

/** What came of mails, by their place. */
async function send(relay, ...args) {
  const { stdout } = await run(program, ['--timeout', '10000', '--smtp', relay, ...args], { timeout: 100_000 });
  const results = [];
  for (const line of stdout.trim().split('\n')) {
    const [, place, action, status, reason, remaining, refused] = /^(\d+) (\w+) (\d+) \d+ (.*)\|(.*)\|(.*)$/.exec(line);
    const list = (text) => (text === '' ? [] : text.split(','));
    results[place] = { action, status: Number(status), reason, remaining: list(remaining), refused: list(refused) };
  }
  return results;
}

const to = (...names) => `to:${names.map((name) => `${name}@example.com`).join(',')}`;
const who = (list) => list.map((address) => address.replace('@example.com', ''));
/** Action, status, who remains and who was refused. */
const told = ({ action, status, remaining, refused }) => [action, status, who(remaining), who(refused)];

test('aiosmtpd: each recipient by its own reply, one connection after the other mail', async () => {
  const { port, mails } = await startAiosmtpd();
  const results = await send(`smtp://127.0.0.1:${port}`, to('ann', 'bob'), 'next', to('grey1', 'ann'), 'next', to('no', 'bob'), 'next', to('no', 'grey2', 'cid'), 'next', to('no'), 'next', to('no', 'no2'),
    'next', to('grey3', 'grey4'), 'next', to('no', 'grey5'), 'next', to('grey1', 'grey5'));
  assert.deepEqual(results.map(told), [
    ['delivered', 250, [], []],
    ['retry', 451, ['grey1'], []],
    ['delivered', 250, [], ['no']],
    ['retry', 451, ['grey2'], ['no']],
    ['fail', 550, [], []],
    ['fail', 550, [], []],
    ['retry', 451, [], []],
    ['retry', 451, ['grey5'], ['no']],
    ['delivered', 250, [], []],
  ]);
  await until(() => mails().length === 5);
  assert.deepEqual(mails().map((mail) => who(mail.to)), [['ann', 'bob'], ['ann'], ['bob'], ['cid'], ['grey1', 'grey5']]);
  assert.match(mails()[1].raw, /^To: <grey1@example.com,ann@example.com>\r?\nSubject: 1\r?\n\r?\nText/);
});

test('smtp-server: a relay that takes two recipients at once takes five in three transactions', async () => {
  let taken = 0;
  const server = await startMailServer({ judge: (address, session) => {
    if (address.startsWith('no')) return smtpError(550, '5.1.1 nobody');
    return session.envelope.rcptTo.length >= 2 ? smtpError(452, '4.5.3 too many recipients') : (++taken, undefined);
  } });
  after(() => server.close());
  const relay = `${server.url}?starttls=off`;
  const [many, full] = await send(relay, to('a', 'b', 'no', 'c', 'd', 'e'));
  assert.deepEqual(told(many), ['delivered', 250, [], ['no']]);
  assert.equal(full, undefined);
  assert.deepEqual(server.mails.map((mail) => who(mail.to)), [['a', 'b'], ['c', 'd'], ['e']]);
  assert.equal(taken, 5);
});

test('a relay with no room at all is asked again later, not at once', async () => {
  let asked = 0;
  const server = await startMailServer({ judge: (address) => (++asked, address.startsWith('full') ? smtpError(452, '4.2.2 mailbox full') : undefined) });
  after(() => server.close());
  const results = await send(`${server.url}?starttls=off`, to('full', 'ann'), 'next', to('full', 'full2'));
  assert.deepEqual(results.map(told), [['retry', 452, ['full'], []], ['retry', 452, [], []]]);
  assert.equal(asked, 5);
  assert.deepEqual(server.mails.map((mail) => who(mail.to)), [['ann']]);
});

test('a mail that is refused whole is refused for those who were accepted', async () => {
  const server = await startMailServer({
    judge: (address) => (address.startsWith('grey') ? smtpError(451, '4.7.1 later') : address.startsWith('no') ? smtpError(550, '5.1.1 nobody') : undefined),
    answer: ({ raw }) => (raw.includes('busy') ? smtpError(451, '4.3.0 busy') : smtpError(554, '5.7.1 spam')),
  });
  after(() => server.close());
  const results = await send(`${server.url}?starttls=off`, to('ann'), 'next', to('ann', 'grey'), 'next', to('ann', 'no'), 'next', to('busy', 'no'), 'next', to('busy', 'ann'));
  assert.deepEqual(results.map(told), [
    ['fail', 554, [], []],
    ['retry', 451, ['grey'], ['ann']],
    ['fail', 554, [], []],
    ['retry', 451, ['busy'], ['no']],
    ['retry', 451, [], []],
  ]);
});

/** A relay that follows a script: for each command that begins with a word its answer, or `drop`. */
async function scripted(answers) {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.write('220 here\r\n');
    let rest = '';
    let inMail = false;
    socket.on('data', (data) => {
      rest += data;
      for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
        const line = rest.slice(0, end);
        rest = rest.slice(end + 2);
        if (inMail && line !== '.') continue;
        const [, answer] = inMail ? ['', answers.end ?? '250 queued'] : Object.entries(answers).find(([word]) => line.includes(word)) ?? ['', line.startsWith('DATA') ? '354 go' : '250 ok'];
        inMail = answer.startsWith('354');
        if (answer === 'drop') return socket.destroy();
        socket.write(`${answer}\r\n`);
      }
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(() => server.close());
  return `smtp://127.0.0.1:${server.address().port}?starttls=off`;
}

test('a connection that breaks between recipients leaves all but those who were refused for good', async () => {
  const refusing = { no: '550-5.1.1 nobody\r\n550 5.1.1 at all', drop: 'drop' };
  const relay = await scripted(refusing);
  assert.deepEqual(told((await send(relay, to('ann', 'no', 'drop', 'bob')))[0]), ['retry', 0, ['ann', 'drop', 'bob'], ['no']]);
  assert.deepEqual(told((await send(relay, to('drop', 'no')))[0]), ['retry', 0, [], []]);
  const closing = await scripted({ no: '550 nobody', close: '421 4.3.2 closing' });
  assert.deepEqual(told((await send(closing, to('no', 'close', 'bob')))[0]), ['retry', 421, ['close'], ['no']]);
  const inMail = await scripted({ no: '550 nobody', end: 'drop' });
  assert.deepEqual(told((await send(inMail, to('ann', 'no')))[0]), ['retry', 0, ['ann'], ['no']]);
  const data = await scripted({ no: '550 nobody', DATA: '451 4.3.0 not now' });
  assert.deepEqual(told((await send(data, to('ann', 'no')))[0]), ['retry', 451, ['ann'], ['no']]);
  const sender = await scripted({ MAIL: '550 5.7.1 not you' });
  assert.deepEqual(told((await send(sender, to('ann', 'bob')))[0]), ['fail', 550, [], []]);
});
