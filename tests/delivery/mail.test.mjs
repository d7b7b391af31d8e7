// Mail: through two real mail servers, smtp-server and aiosmtpd, that greylist, refuse, drop, want TLS or a login.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { smtpError, startMailServer } from '../wasm/targets.mjs';
import { startAiosmtpd } from './aiosmtpd.mjs';
import { until, World } from './world.mjs';

const folder = mkdtempSync(join(tmpdir(), 'notifier-mail-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const certificate = join(folder, 'certificate.pem');
const key = join(folder, 'key.pem');
execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=localhost',
  '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', certificate], { stdio: 'ignore' });

const mailTo = (...emails) => ({ platform: 'email', type_data: { emails, user_ids: [] } });
const quick = ['--retry-delays', '0.05,0.05,0.05', '--send-timeout', '60'];
/** Outcome and status of each attempt. */
const outcomes = ({ attempts }) => attempts.map(({ outcome, status }) => [outcome, status]);

test('a mail arrives once, with all recipients in its envelope', async () => {
  const { port, mails } = await startAiosmtpd();
  const world = await World.start({ two: mailTo('ann@example.com', 'bob@example.com'), grey: mailTo('grey@example.com'), no: mailTo('no@example.com'),
    both: mailTo('ann@example.com', 'no@example.com'), later: mailTo('bob@example.com', 'grey2@example.com') }, ['--smtp', `smtp://127.0.0.1:${port}`, ...quick]);
  await world.post('two');
  assert.deepEqual(outcomes(await world.ended('two', 'delivered')), [['delivered', 250]]);
  await until(() => mails().length > 0);
  const [mail, ...others] = mails();
  assert.equal(others.length, 0);
  assert.equal(mail.from, 'n@example.com');
  assert.deepEqual(mail.to, ['ann@example.com', 'bob@example.com']);
  assert.match(mail.raw, /^Message-ID: <msg_|\nMessage-ID: </i);

  await world.post('grey');
  assert.deepEqual(outcomes(await world.ended('grey', 'delivered')), [['retry', 451], ['delivered', 250]]);
  await world.post('no');
  assert.deepEqual(outcomes(await world.ended('no', 'dead')), [['fail', 550]]);
  // One that does not exist keeps nobody else from the mail.
  await world.post('both');
  const both = await world.ended('both', 'delivered', 1);
  assert.match(both.attempts[0].reason, /refuses some of its recipients/);
  assert.deepEqual(both.attempts[0].refused, ['no@example.com']);
  // Nobody waits for another, and nobody gets it twice.
  await world.post('later');
  const later = await world.ended('later', 'delivered');
  assert.deepEqual(outcomes(later), [['retry', 451], ['delivered', 250]]);
  assert.deepEqual(later.attempts[0].remaining, ['grey2@example.com']);
  await until(() => mails().length >= 5);
  assert.deepEqual(mails().slice(3).map(({ to }) => to), [['bob@example.com'], ['grey2@example.com']]);
  assert.equal(mails().length, 5);
});

test('STARTTLS is used, the certificate verified, and the login given after it only', async () => {
  const sessions = [];
  const server = await startMailServer({ options: { closeTimeout: 100,
    authOptional: false, disabledCommands: [], cert: readFileSync(certificate), key: readFileSync(key),
    onAuth(auth, session, callback) {
      sessions.push([session.secure, auth.username, auth.password]);
      return auth.password === 'smtp-secret p@ss' ? callback(null, { user: 1 }) : callback(smtpError(535, 'no'));
    },
  } });
  after(() => server.close());
  const login = (password) => `smtp://joe:${encodeURIComponent(password)}@localhost:${server.port}`;
  const world = await World.start({ tls: mailTo('ann@example.com') }, ['--ca-file', certificate, ...quick], { NOTIFIER_SMTP: login('smtp-secret p@ss') });
  await world.post('tls');
  assert.deepEqual(outcomes(await world.ended('tls', 'delivered')), [['delivered', 250]]);
  assert.deepEqual(sessions[0], [true, 'joe', 'smtp-secret p@ss']);

  const distrusting = await World.start({ tls: mailTo('ann@example.com') }, quick, { NOTIFIER_SMTP: login('smtp-secret p@ss') });
  await distrusting.post('tls');
  const { attempts } = await distrusting.ended('tls', 'dead', 4);
  assert.match(attempts[0].reason, /TLS/);
  const wrong = await World.start({ tls: mailTo('ann@example.com') }, ['--ca-file', certificate, ...quick], { NOTIFIER_SMTP: login('smtp-secret wrong') });
  await wrong.post('tls');
  assert.match((await wrong.ended('tls', 'dead', 4)).attempts[0].reason, /login/);
  assert.equal(server.mails.length, 1);
});

test('a login is never sent in plain text', async () => {
  let isAsked = false;
  const server = await startMailServer({ options: { closeTimeout: 100, onAuth: (auth, session, callback) => ((isAsked = true), callback(null, { user: 1 })), allowInsecureAuth: true } });
  after(() => server.close());
  const world = await World.start({ plain: mailTo('ann@example.com') }, quick, { NOTIFIER_SMTP: `smtp://joe:smtp-secret@localhost:${server.port}` });
  await world.post('plain');
  assert.match((await world.ended('plain', 'dead', 4)).attempts[0].reason, /TLS/);
  assert.ok(!isAsked);
});

test('aiosmtpd, which wants STARTTLS, gets it', async () => {
  const { port, mails } = await startAiosmtpd(certificate, key);
  const world = await World.start({ aio: mailTo('ann@example.com') }, ['--ca-file', certificate, '--smtp', `smtp://localhost:${port}`, ...quick]);
  await world.post('aio');
  await world.ended('aio', 'delivered', 1);
  await until(() => mails().length > 0);
  assert.deepEqual(mails().map(({ tls }) => tls), [true]);
});

test('a server that is full, refuses the mail or breaks off is tried again', async () => {
  let count = 0;
  const server = await startMailServer({ options: { closeTimeout: 100 }, answer: () => (++count <= 2 ? smtpError(452, '4.3.1 no room') : undefined) });
  after(() => server.close());
  const world = await World.start({ full: mailTo('ann@example.com') }, ['--smtp', `${server.url}?starttls=off`, ...quick]);
  await world.post('full');
  assert.deepEqual(outcomes(await world.ended('full', 'delivered')), [['retry', 452], ['retry', 452], ['delivered', 250]]);
  assert.equal(server.mails.length, 1);

  let connections = 0;
  const dropping = createServer((socket) => {
    ++connections;
    socket.on('error', () => {});
    socket.write('220 here\r\n');
    socket.once('data', () => socket.destroy());
  });
  await new Promise((resolve) => dropping.listen(0, '127.0.0.1', resolve));
  after(() => dropping.close());
  const dropped = await World.start({ dropped: mailTo('ann@example.com') }, ['--smtp', `smtp://127.0.0.1:${dropping.address().port}`, ...quick]);
  await dropped.post('dropped');
  assert.deepEqual(outcomes(await dropped.ended('dropped', 'dead')), Array(4).fill(['retry', null]));
  assert.equal(connections, 4);
});

test('without a mail server each mail is dead with that reason, and can be sent again once there is one', async () => {
  const { port, mails } = await startAiosmtpd();
  const world = await World.start({ none: mailTo('ann@example.com'), nobody: mailTo() }, quick);
  await world.post('none');
  const { id, attempts } = await world.ended('none', 'dead', 1);
  assert.match(attempts[0].reason, /--smtp/);
  await world.post('nobody');
  assert.match((await world.ended('nobody', 'dead', 1)).attempts[0].reason, /no recipient/);
  await world.stop();
  await world.restart([...world.options, '--smtp', `smtp://127.0.0.1:${port}`]);
  assert.equal((await world.call('POST', `/v1/apps/none/notifiers/no-none/deliveries/${id}/retry`)).status, 202);
  await world.ended('none', 'delivered', 2);
  await until(() => mails().length > 0);
  assert.equal(mails().length, 1);
});
