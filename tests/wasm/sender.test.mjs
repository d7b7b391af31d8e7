// One attempt: what it sends, where it may go, what it makes of the reply.

import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import dns from 'node:dns';
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { createServer as createSecureServer } from 'node:https';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { file, NotifierError, root } from './package.mjs';
import { httpDelivery, mailDelivery, smtpError, startMailServer, startTarget, until } from './targets.mjs';

const { Outbox, Sender, NotifierError: NodeError } = await import(pathToFileURL(file('dist/node.js')));
const require = createRequire(join(root, 'tests/x.js'));
const nodemailer = require('nodemailer');

let target;
const senders = [];
function newSender(options = {}) {
  const sender = new Sender({ allowPrivate: true, timeoutMs: 60_000, ...options });
  senders.push(sender);
  return sender;
}
before(async () => {
  target = await startTarget();
});
after(async () => {
  for (const sender of senders) sender.close();
  await target.close();
});

const attempt = (path, options, sender = newSender()) => sender.send(httpDelivery(target.url(path), options));

test('the request is the delivery, byte for byte', async () => {
  const body = '{"type":"tëst 🎉",\n"id":1e999}';
  const delivery = httpDelivery(target.url('ok/a?key=1%20&b=%C3%A9'), { body });
  assert.deepEqual(await newSender().send(delivery), { action: 'delivered', status: 200, reason: 'the target took it', reply: 'fine' });
  const { method, path, headers, body: got } = target.requests.at(-1);
  assert.deepEqual([method, path, got], ['POST', '/ok/a?key=1%20&b=%C3%A9', body]);
  assert.equal(headers['content-length'], String(Buffer.byteLength(body)));
  assert.equal(headers['content-type'], 'application/json');
  assert.equal(headers['webhook-id'], delivery.idempotencyKey);
  assert.equal(headers['webhook-signature'], undefined);
  const bytes = httpDelivery(target.url('ok/bytes'), { body: Buffer.from(body) });
  assert.equal((await newSender().send(bytes)).action, 'delivered');
  assert.equal(target.requests.at(-1).body, body);
});

test('the beginning of a reply is one line without the secrets of its request, as the cases that the native sender is held to say', async () => {
  const cases = readFileSync(join(root, 'tests/data/reply_excerpts.ndjson'), 'utf8').trim().split('\n').map((line) => JSON.parse(line));
  assert.ok(cases.length > 15);
  const server = createServer((request, response) => response.writeHead(500).end(said));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  let said;
  const { port } = server.address();
  // Every name leads to the server here.
  const sender = newSender({ lookup: (_, options, callback) => callback(null, options.all ? [{ address: '127.0.0.1', family: 4 }] : '127.0.0.1', 4) });
  after(() => {
    server.close();
    server.closeAllConnections();
  });
  for (const { what, url, headers, secrets, body, times, excerpt, platform = 'webhook', request = '{}' } of cases) {
    const local = (text) => text.replaceAll('https://hooks.example.com', `http://hooks.example.com:${port}`).replace('http://a.example', `http://a.example:${port}`);
    said = local(body).repeat(times);
    const { reply = '' } = await sender.send(httpDelivery(local(url), { headers, platform, body: request }), { secrets });
    assert.equal(reply, excerpt, what);
  }
});

test('a target that says 103 without end is given up, and what it says before a reply is not', async () => {
  const reply = (count) => createTcpServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      const say = (left) => {
        if (left > 0 && !socket.destroyed) socket.write('HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n', () => setImmediate(() => say(left - 1)));
        else if (left === 0) socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      };
      say(count);
    });
  });
  for (const [count, action] of [[5, 'delivered'], [Infinity, 'retry']]) {
    const server = reply(count);
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const began = performance.now();
    assert.equal((await newSender().send(httpDelivery(`http://127.0.0.1:${server.address().port}/`))).action, action);
    assert.ok(performance.now() - began < 20_000, 'long before its time is up');
    server.close();
  }
});

test('connections are kept open', async () => {
  const sender = newSender();
  for (let i = 0; i < 3; ++i) await attempt('ok/kept', {}, sender);
  const ports = target.requests.slice(-3).map(({ port }) => port);
  assert.equal(new Set(ports).size, 1);
});

for (const [path, platform, action, status] of [
  ['ok', 'webhook', 'delivered', 200],
  ['204', 'webhook', 'delivered', 204],
  ['slack', 'slack', 'delivered', 200],
  ['ok', 'slack', 'fail', 200],
  ['404?say=no_service', 'slack', 'disable', 404],
  ['rocket', 'rocket_chat', 'delivered', 200],
  ['unsuccessful', 'rocket_chat', 'fail', 200],
  ['500', 'webhook', 'retry', 500],
  ['503?after=7', 'webhook', 'throttle', 503],
  ['404', 'webhook', 'fail', 404],
  ['410', 'webhook', 'disable', 410],
  ['redirect', 'webhook', 'fail', 302],
  ['endless', 'webhook', 'delivered', 200],
  ['endless', 'slack', 'fail', 200],
  ['half', 'webhook', 'delivered', 200],
  ['half', 'slack', 'retry', 0],
  ['drop', 'webhook', 'retry', 0],
  ['reset', 'webhook', 'retry', 0],
  ['garbage', 'webhook', 'retry', 0],
]) {
  test(`${platform}, ${path}: ${action}`, async () => {
    const verdict = await attempt(path, { platform });
    assert.equal(verdict.action, action, verdict.reason);
    assert.equal(verdict.status, status);
    assert.ok(verdict.reason.length > 0 && !verdict.reason.includes('127.0.0.1'));
  });
}

test('a redirect is not followed', () => {
  assert.ok(target.requests.some(({ what }) => what === 'redirect'));
  assert.ok(!target.requests.some(({ path }) => path.includes('elsewhere')));
});

test('Retry-After is told', async () => {
  assert.equal((await attempt('429?after=3')).retryAfterMs, 3_000);
  assert.equal((await attempt('429?after=1.5')).retryAfterMs, 1_500);
  const date = new Date(Date.now() + 100_000).toUTCString();
  const { retryAfterMs } = await attempt(`503?after=${encodeURIComponent(date)}`);
  assert.ok(retryAfterMs > 90_000 && retryAfterMs <= 101_000, String(retryAfterMs));
});

test('who hangs is given up, whether it connects or not', async () => {
  const sender = newSender({ timeoutMs: 300 });
  assert.deepEqual(await attempt('hang', {}, sender), { action: 'retry', status: 0, reason: 'the target did not answer in time' });
  // Accepts the connection and never speaks.
  const mute = createTcpServer((socket) => socket.on('error', () => {}));
  await new Promise((resolve) => mute.listen(0, '127.0.0.1', resolve));
  assert.equal((await sender.send(httpDelivery(`https://127.0.0.1:${mute.address().port}/x`))).reason, 'the target did not answer in time');
  mute.close();
  const { port } = mute.address() ?? { port: 1 };
  assert.equal((await newSender().send(httpDelivery(`http://127.0.0.1:${port}/x`))).reason, 'no connection to the target');
});

test('a name without an address', async () => {
  const { reason, action } = await newSender().send(httpDelivery('http://nobody.invalid/x'));
  assert.deepEqual([action, reason], ['retry', "the target's name has no address"]);
});

test('a proxy in the environment is not asked', async () => {
  const script = `const { Sender } = await import(${JSON.stringify(pathToFileURL(file('dist/node.js')).href)});
    const sender = new Sender({ allowPrivate: true });
    const verdict = await sender.send(${JSON.stringify(httpDelivery(target.url('ok/direct')))});
    sender.close(); console.log(verdict.action);`;
  const env = { ...process.env, NODE_USE_ENV_PROXY: '1', HTTP_PROXY: 'http://127.0.0.1:9', http_proxy: 'http://127.0.0.1:9', ALL_PROXY: 'http://127.0.0.1:9' };
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { env });
  let said = '';
  child.stdout.on('data', (bytes) => (said += bytes));
  await new Promise((resolve) => child.on('close', resolve));
  assert.equal(said.trim(), 'delivered');
});

test('certificates are checked, whatever the environment says', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'notifier-tls-'));
  const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem'), '-days', '2', '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1']);
  assert.equal(made.status, 0, String(made.stderr));
  const cert = readFileSync(join(folder, 'cert.pem'));
  const server = createSecureServer({ key: readFileSync(join(folder, 'key.pem')), cert }, (request, response) => request.resume().on('end', () => response.end('ok')));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const delivery = httpDelivery(`https://127.0.0.1:${server.address().port}/x`);
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
  process.removeAllListeners('warning');
  try {
    assert.deepEqual(await newSender().send(delivery), { action: 'retry', status: 0, reason: 'no trusted TLS connection to the target' });
  } finally {
    delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
  }
  assert.equal((await newSender({ ca: cert }).send(delivery)).action, 'delivered');
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true });
});

test('an address that is not public is not reached, however it is written', async () => {
  const sender = newSender({ allowPrivate: false });
  const before = target.requests.length;
  for (const host of ['127.0.0.1', '127.1', '2130706433', '0x7f000001', '0177.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', 'localhost', 'LOCALHOST.', 'a.localhost', 'metadata.internal', '0.0.0.0', '[::]', '10.0.0.1', '169.254.169.254', '[fe80::1]', '[fd00::1]', '[64:ff9b::7f00:1]']) {
    const { action, status, reason } = await sender.send(httpDelivery(`http://${host}:${target.port}/ok`));
    assert.deepEqual([action, status], ['fail', 0], host);
    assert.ok(!reason.includes(host), reason);
  }
  assert.equal(sender.judge('https://example.com/').reason, 'none');
  assert.equal(sender.judge('https://user:pass@example.com/').reason, 'invalid_url');
  assert.equal(sender.judge('https://example.com:25/').reason, 'port');
  assert.equal(target.requests.length, before);
});

test('a name gains nothing by changing where it points', async () => {
  // The resolver first tells a public address, as a check in advance would see it; then the machine itself.
  const answers = [[{ address: '93.184.216.34', family: 4 }], [{ address: '127.0.0.1', family: 4 }], [{ address: '::ffff:127.0.0.1', family: 6 }], [{ address: '::1', family: 6 }]];
  let asked = 0;
  const lookup = (name, options, callback) => callback(null, answers[Math.min(asked++, answers.length - 1)]);
  const before = target.requests.length;
  const guarded = (options = {}) => newSender({ allowPrivate: false, allowPorts: [target.port], lookup, ...options });
  const delivery = () => httpDelivery(`http://rebinding.example.com:${target.port}/ok`);
  // It goes to the public address, or nowhere: there may be no network.
  await guarded({ connectTimeoutMs: 200, timeoutMs: 400 }).send(delivery());
  const sender = guarded();
  for (let i = 1; i < answers.length; ++i) {
    const { action, reason } = await sender.send(delivery());
    assert.deepEqual([action, reason], ['fail', "the target's address is the sending machine itself"], `answer ${i}`);
  }
  assert.equal(asked, answers.length);
  assert.equal(target.requests.length, before);
});

test('a name server that never answers holds up nobody else', async () => {
  // No more than it takes: answers A and AAAA for good.example.com, and nothing else ever.
  const server = createSocket('udp4', (question, { port, address }) => {
    const name = question.subarray(12, question.indexOf(0, 12)).toString('latin1');
    if (!name.includes('good')) return;
    const end = question.indexOf(0, 12) + 5;
    const isA = question.readUInt16BE(end - 4) === 1;
    const head = Buffer.from([question[0], question[1], 0x81, 0x80, 0, 1, 0, isA ? 1 : 0, 0, 0, 0, 0]);
    const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1]);
    server.send(Buffer.concat([head, question.subarray(12, end), ...(isA ? [record] : [])]), port, address);
  });
  await new Promise((resolve) => server.bind(0, '127.0.0.1', resolve));
  const usual = dns.getServers();
  dns.setServers([`127.0.0.1:${server.address().port}`]);
  try {
    const sender = newSender({ timeoutMs: 12_000, connectTimeoutMs: 12_000 });
    let ended = 0;
    const hanging = Array.from({ length: 100 }, (_, i) => sender.send(httpDelivery(`http://mute${i}.example.com:${target.port}/ok`)).finally(() => ++ended));
    const others = await Promise.all(Array.from({ length: 20 }, () => sender.send(httpDelivery(`http://good.example.com:${target.port}/ok/resolved`))));
    assert.ok(others.every(({ action }) => action === 'delivered'), JSON.stringify(others[0]));
    assert.equal(ended, 0, 'before the others gave up');
    assert.ok((await Promise.all(hanging)).every(({ action }) => action === 'retry'));
  } finally {
    dns.setServers(usual);
    server.close();
  }
});

test('of several addresses, only those that may be reached are tried', async () => {
  const mixed = (name, options, callback) => callback(null, [{ address: '10.9.9.9', family: 4 }, { address: '127.0.0.1', family: 4 }]);
  const sender = newSender({ allowPrivate: false, allow: ['127.0.0.0/8'], allowPorts: [target.port], lookup: mixed });
  assert.equal((await sender.send(httpDelivery(`http://mixed.example.com:${target.port}/ok/mixed`))).action, 'delivered');
});

test('what is allowed may be reached, and nothing else', async () => {
  const sender = newSender({ allowPrivate: false, allow: ['127.0.0.1'] });
  assert.equal((await sender.send(httpDelivery(target.url('ok')))).action, 'delivered');
  assert.equal((await sender.send(httpDelivery(`http://127.0.0.2:${target.port}/ok`))).action, 'fail');
  assert.throws(() => new Sender({ allow: ['10.0.0.0/99'] }), (error) => error instanceof NodeError && error instanceof NotifierError && error.code === 'invalid');
});

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const other = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

test('the published vector of Standard Webhooks', () => {
  const sender = newSender({ clock: () => 1614265330_000 });
  const signed = sender.sign({ idempotencyKey: 'msg_p5jXN8AQM9LWM0D4loKWxJek', body: '{"test": 2432232314}' }, [secret]);
  assert.deepEqual(signed, {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

test('receivers verify signatures, with either key while keys rotate', async () => {
  const { Webhook: Standard } = require('standardwebhooks');
  const { Webhook: Svix } = require('svix');
  const body = '{"type":"é🎉"}';
  const verdict = await newSender().send(httpDelivery(target.url('ok/signed'), { body }), { secrets: [secret, other] });
  assert.equal(verdict.action, 'delivered');
  const { headers, body: got } = target.requests.at(-1);
  for (const key of [secret, other]) {
    assert.deepEqual(new Standard(key).verify(got, headers), JSON.parse(body));
    assert.deepEqual(new Svix(key).verify(got, headers), JSON.parse(body));
  }
  assert.throws(() => new Standard(`whsec_${Buffer.alloc(32, 1).toString('base64')}`).verify(got, headers));
  assert.throws(() => new Standard(secret).verify(`${got} `, headers));
});

test('notifier-wasm/sign signs as the library does, without node:crypto', async () => {
  const { sign } = await import(pathToFileURL(file('dist/sign.js')));
  for (const body of ['{"test": 2432232314}', '{"type":"é🎉"}', Buffer.from('{"type":"é🎉"}'), '']) {
    for (const secrets of [[secret], [secret, other]]) {
      const delivery = { idempotencyKey: 'msg_p5jXN8AQM9LWM0D4loKWxJek', body };
      assert.deepEqual(await sign(delivery, secrets, 1614265330_999), newSender({ clock: () => 1614265330_999 }).sign(delivery, secrets));
    }
  }
  assert.deepEqual(await sign({ idempotencyKey: 'msg_1', body: '' }, []), {});
  const made = Buffer.alloc(32, 7).toString('base64');
  for (const same of [made, made.slice(0, -1), `whsec_${made.slice(0, -1)}`]) {
    const delivery = { idempotencyKey: 'msg_1', body: '{}' };
    assert.deepEqual(await sign(delivery, [same], 1614265330_999), await sign(delivery, [other], 1614265330_999));
    assert.deepEqual(newSender({ clock: () => 1614265330_999 }).sign(delivery, [same]), await sign(delivery, [other], 1614265330_999));
  }
  for (const wrong of ['whsec_tooshort', 'whsec_***', `whsec_${'A'.repeat(100)}`, `${secret} `, ` ${secret.slice(6)}`, `${secret}=`, `${secret}A`, `WHSEC_${secret.slice(6)}`, `whsec_${secret}`]) {
    await assert.rejects(sign({ idempotencyKey: 'msg_1', body: '' }, [wrong]), (error) => error.code === 'invalid' && !error.message.includes(wrong.slice(6)));
  }
  await assert.rejects(sign({ idempotencyKey: 'msg.1', body: '' }, [secret]), (error) => error.code === 'invalid');
});

test('a malformed key fails the attempt and is not told', async () => {
  const { action, reason } = await newSender().send(httpDelivery(target.url('ok')), { secrets: ['whsec_tooshort'] });
  assert.equal(action, 'fail');
  assert.ok(!reason.includes('tooshort'));
});

test('other platforms are not signed', async () => {
  await newSender().send(httpDelivery(target.url('slack/unsigned'), { platform: 'slack' }), { secrets: [secret] });
  assert.equal(target.requests.at(-1).headers['webhook-signature'], undefined);
});

// ---- mail ----

const transportTo = (server) => nodemailer.createTransport({ host: '127.0.0.1', port: server.port, secure: false, ignoreTLS: true });

test('a mail arrives as it was made', async () => {
  const server = await startMailServer();
  const sender = newSender({ smtp: transportTo(server) });
  const delivery = mailDelivery(['b@example.com', 'c@example.com']);
  assert.deepEqual(await sender.send(delivery), { action: 'delivered', status: 250, reason: 'the mail server took it', reply: '250 OK: message queued' });
  const [{ from, to, raw }] = server.mails;
  assert.deepEqual([from, to, raw], ['a@example.com', ['b@example.com', 'c@example.com'], delivery.raw]);
  await server.close();
});

test('what a mail server says is one line of all of its lines, bounded', async () => {
  const said = (text) => startMailServer({ judge: () => smtpError(550, text) });
  const many = await said(`5.1.1 unknown\n5.1.1 see https://mail.example/${'x'.repeat(2_000)}`);
  const { reply } = await newSender({ smtp: transportTo(many) }).send(mailDelivery(['b@example.com']));
  assert.match(reply, /^550 5\.1\.1 unknown 5\.1\.1 see https:\/\/mail\.example\/x{400,}$/);
  assert.ok(Buffer.byteLength(reply) <= 512);
  await many.close();
});

test('a server that greylists, refuses, or hangs up', async () => {
  const cases = [
    [450, 'retry'],
    [421, 'retry'],
    [550, 'fail'],
    [552, 'fail'],
  ];
  for (const [code, action] of cases) {
    const server = await startMailServer({ judge: () => smtpError(code, 'no') });
    const verdict = await newSender({ smtp: transportTo(server) }).send(mailDelivery(['b@example.com']));
    assert.deepEqual([verdict.action, verdict.status, verdict.reply], [action, code, `${code} no`], verdict.reason);
    await server.close();
  }
  const late = await startMailServer({ answer: () => smtpError(554, 'spam') });
  const refused = await newSender({ smtp: transportTo(late) }).send(mailDelivery(['b@example.com']));
  assert.deepEqual([refused.action, refused.reply], ['fail', '554 spam']);
  await late.close();
  const rude = createTcpServer((socket) => socket.end('421 go away\r\n').on('error', () => {}));
  await new Promise((resolve) => rude.listen(0, '127.0.0.1', resolve));
  assert.equal((await newSender({ smtp: transportTo({ port: rude.address().port }) }).send(mailDelivery(['b@example.com']))).action, 'retry');
  rude.close();
  assert.equal((await newSender({ smtp: transportTo({ port: 1 }) }).send(mailDelivery(['b@example.com']))).action, 'retry');
});

test('who is refused for now is tried again, and nobody else', async () => {
  const server = await startMailServer({ judge: (address) => (address.startsWith('grey') ? smtpError(451, '4.7.1 later') : address.startsWith('gone') ? smtpError(550, '5.1.1 nobody') : undefined) });
  const sender = newSender({ smtp: transportTo(server) });
  const verdict = await sender.send(mailDelivery(['b@example.com', 'grey@example.com', 'gone@example.com']));
  assert.equal(verdict.action, 'retry');
  assert.deepEqual(verdict.remaining, ['grey@example.com']);
  assert.deepEqual(server.mails[0].to, ['b@example.com']);
  assert.equal((await sender.send(mailDelivery(['b@example.com', 'gone@example.com']))).action, 'delivered');
  assert.equal((await sender.send(mailDelivery(['gone@example.com']))).action, 'fail');
  await server.close();
});

test('a mail to nobody, and no mail server', async () => {
  assert.equal((await newSender().send(mailDelivery(['b@example.com']))).reason, 'no mail server is configured');
  const server = await startMailServer();
  assert.equal((await newSender({ smtp: transportTo(server) }).send(mailDelivery([]))).reason, 'the mail has no recipient');
  await server.close();
});

test('a URL of a mail server: nodemailer is loaded, and a password is not told', async () => {
  for (const url of ['http://x', 'smtp://', 'mail.example.com', 'smtp://u:%zz@h', 'smtp://h?starttls=maybe']) {
    assert.throws(() => new Sender({ smtp: url }), (error) => error.code === 'invalid' && error.field === 'smtp');
  }
  const logins = [];
  const server = await startMailServer({ options: { authOptional: false, allowInsecureAuth: true, onAuth: ({ username, password }, session, callback) => {
    logins.push([username, password]);
    callback(...(password === 'p@ss' ? [null, { user: 1 }] : [new Error(`Invalid login of ${username} by ${password}`)]));
  } } });
  const script = (password) => `const { Sender } = await import(${JSON.stringify(pathToFileURL(file('dist/node.js')).href)});
    const sender = new Sender({ smtp: 'smtp://us%40er:${password}@127.0.0.1:${server.port}?starttls=off' });
    await sender.ready();
    console.log(JSON.stringify(await sender.send(${JSON.stringify(mailDelivery(['b@example.com']))})));
    sender.close();`;
  const run = async (password) => {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script(password)], { cwd: join(root, 'tests') });
    let said = '';
    child.stdout.on('data', (bytes) => (said += bytes));
    child.stderr.on('data', (bytes) => (said += bytes));
    await new Promise((resolve) => child.on('close', resolve));
    return said;
  };
  assert.equal(JSON.parse(await run('p%40ss')).action, 'delivered');
  const refused = await run('wr0ng');
  assert.deepEqual(JSON.parse(refused), { action: 'retry', status: 535, reason: 'the mail server does not accept our login', reply: '535 Invalid login of *** by ***' });
  assert.deepEqual(logins, [['us@er', 'p@ss'], ['us@er', 'wr0ng']]);
  assert.equal(server.mails.length, 1);
  await server.close();
});

test('without nodemailer there is a clear error, before anything is sent', () => {
  const script = `const { Sender } = await import(${JSON.stringify(pathToFileURL(file('dist/node.js')).href)});
    try { await new Sender({ smtp: 'smtp://127.0.0.1' }).ready(); } catch (error) { console.log(error.code, error.message); }`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], { cwd: tmpdir(), encoding: 'utf8' });
  assert.equal(stdout.trim(), 'unsupported sending mail needs the package nodemailer: npm install nodemailer', stderr);
});

test('without a file descriptor left there is no attempt, and it is sent once there is one', async () => {
  const target = await startTarget();
  const server = await startMailServer();
  const script = fileURLToPath(new URL('shortage_process.mjs', import.meta.url));
  const child = spawn('bash', ['-c', 'ulimit -n 64; exec "$0" "$@"', process.execPath, script, target.url('ok/short'), String(server.port)], {
    env: { ...process.env, NOTIFIER_NODE_ENTRY: pathToFileURL(file('dist/node.js')).href }, stdio: ['ignore', 'pipe', 'inherit'], cwd: join(root, 'tests'),
  });
  let said = '';
  child.stdout.on('data', (bytes) => (said += bytes));
  await new Promise((resolve) => child.on('close', resolve));
  const { without, with: after, deliveries } = JSON.parse(said);
  for (const { id, verdict, state, attempt } of without) assert.deepEqual([verdict.action, state, attempt], ['postpone', 'pending', 0], `${id}: ${verdict.reason}`);
  assert.deepEqual(after.filter(({ verdict }) => verdict.action !== 'postpone').map(({ verdict, attempt }) => [verdict.action, attempt]), Array(3).fill(['delivered', 1]));
  for (const { id, attempts } of deliveries) assert.deepEqual(attempts.map(({ outcome }) => outcome), ['delivered'], `${id}: none was counted`);
  assert.equal(target.requests.length, 2);
  assert.equal(server.mails.length, 1);
  await target.close();
  await server.close();
});

test('of a mail that some recipients get, the record says who is tried again and who was refused for good', async () => {
  let isGrey = true;
  const judge = (address) => (isGrey && address.startsWith('grey') ? smtpError(450, '4.7.1 later') : address.startsWith('no') ? smtpError(550, '5.1.1 nobody') : undefined);
  const server = await startMailServer({ judge });
  const sender = newSender({ smtp: nodemailer.createTransport({ host: '127.0.0.1', port: server.port, secure: false, ignoreTLS: true }) });
  const outbox = await Outbox.open({ sender, retry: { delaysMs: [200], jitterPercent: 0 } });
  await outbox.enqueue([mailDelivery(['a@example.com', 'grey@example.com', 'nobody@example.com'])]);
  await until(() => server.mails.length === 1);
  isGrey = false;
  await outbox.idle();
  assert.deepEqual(server.mails.map(({ to }) => to), [['a@example.com'], ['grey@example.com']], 'who was taken gets it at once, and once');
  const { deliveries: [{ state, attempts }] } = await outbox.list();
  assert.equal(state, 'delivered');
  assert.deepEqual(attempts.map(({ outcome, remaining, refused }) => [outcome, remaining, refused]), [['retry', ['grey@example.com'], ['nobody@example.com']], ['delivered', undefined, undefined]]);
  await outbox.close();
  await server.close();
});
