// notifier-server speaking TLS: to real clients, to those that do not speak it, and with a certificate that is renewed.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { connect as connectTls } from 'node:tls';

import { NotifierServer, program } from './notifier_server.mjs';

const folder = NotifierServer.folder();
after(() => folder.remove());
const children = new Set();
after(() => children.forEach((child) => child.kill('SIGKILL')));

const at = (name) => join(folder.path, name);

/** A certificate of one's own for localhost. */
function certify(name) {
  const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', at(`${name}.key`), '-out', at(`${name}.pem`), '-days', '30', '-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'], { encoding: 'utf8' });
  assert.equal(made.status, 0, made.stderr);
}
certify('first');
certify('second');

let count = 0;
async function start(certificate = at('first.pem'), key = at('first.key'), ...options) {
  const child = spawn(program, ['--port', '0', '--database', at(`${++count}.db`), '--dry-run', '--no-access-log', '--tls-certificate', certificate, '--tls-key', key, ...options], { env: { ...process.env, NOTIFIER_TOKEN: '', NOTIFIER_SMTP: '' }, stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(child);
  const server = { child, log: '', said: '' };
  child.stderr.on('data', (data) => (server.log += data));
  const exit = once(child, 'close');
  await Promise.race([once(child.stdout, 'data').then(([data]) => (server.said = String(data))), exit]);
  server.exit = exit.then(([code]) => code);
  server.port = Number(/:(\d+)/.exec(server.said)?.[1]);
  server.stop = () => (child.kill('SIGTERM'), server.exit);
  return server;
}

/** Asks by Node.js. */
function ask(port, path, { method = 'GET', body, ca = readFileSync(at('first.pem')), ...more } = {}) {
  return new Promise((resolve, reject) => {
    const asked = request({ host: 'localhost', port, path, method, ca, headers: { 'Content-Type': 'application/json' }, ...more }, (response) => {
      const parts = [];
      const { subject } = response.socket.getPeerCertificate();
      const protocol = response.socket.getProtocol();
      response.on('data', (part) => parts.push(part));
      response.on('end', () => resolve({ status: response.statusCode, text: Buffer.concat(parts).toString(), subject: subject?.CN, protocol }));
      response.on('error', reject);
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

test('curl and Node.js are served over TLS 1.2 and 1.3, large bodies and answers whole, and connections are kept', async () => {
  const server = await start();
  assert.match(server.said, /listens on https:\/\/127\.0\.0\.1:\d+ \(no token/);
  for (const version of ['--tlsv1.2', '--tlsv1.3']) {
    const got = spawnSync('curl', ['-sS', version, '--tls-max', version.slice(6), '--cacert', at('first.pem'), `https://localhost:${server.port}/readyz`], { encoding: 'utf8' });
    assert.deepEqual([got.stdout.trim(), got.stderr], ['{"status":"ok"}', ''], version);
  }
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  assert.equal((await ask(server.port, '/v1/apps', { agent, method: 'POST', body: '{"app":{"name":"shop"}}' })).status, 201);
  const event = JSON.stringify({ type: 'restart', id: 'ev-1', type_data: { text: 'x'.repeat(3_000_000) } });
  assert.equal((await ask(server.port, '/v1/apps/shop/events', { agent, method: 'POST', body: event })).status, 202);
  const { text } = await ask(server.port, '/v1/apps/shop/events', { agent });
  assert.equal(JSON.parse(text).events[0].type_data.text.length, 3_000_000);
  assert.equal((await ask(server.port, '/v1/apps', { agent })).protocol, 'TLSv1.3');
  agent.destroy();
  // Many at once.
  const all = await Promise.all(Array.from({ length: 100 }, () => ask(server.port, '/v1/event_types')));
  assert.deepEqual(new Set(all.map(({ status }) => status)), new Set([200]));
  assert.equal(await server.stop(), 0);
});

test('requests that come in one record are answered one after the other, a slow one piece by piece', async () => {
  const server = await start();
  const socket = connectTls({ host: 'localhost', port: server.port, ca: readFileSync(at('first.pem')) });
  await once(socket, 'secureConnect');
  const one = `GET /v1/apps HTTP/1.1\r\nHost: localhost:${server.port}\r\n\r\n`;
  let text = '';
  socket.on('data', (data) => (text += data));
  socket.write(one.repeat(20));
  for (const byte of one) socket.write(byte);
  socket.write(`GET /v1/apps HTTP/1.1\r\nHost: localhost:${server.port}\r\nConnection: close\r\n\r\n`);
  await once(socket, 'end');
  assert.equal(text.split('HTTP/1.1 200 OK').length - 1, 22);
  assert.equal(await server.stop(), 0);
});

test('a stream of events goes over TLS', async () => {
  const server = await start();
  await ask(server.port, '/v1/apps', { method: 'POST', body: '{"app":{"name":"shop"}}' });
  const told = new Promise((resolve, reject) => {
    const asked = request({ host: 'localhost', port: server.port, path: '/v1/apps/shop/stream', ca: readFileSync(at('first.pem')) }, (response) => {
      let text = '';
      response.on('data', (data) => ((text += data), text.includes('ev-7') && (resolve(text), asked.destroy())));
    });
    asked.on('error', reject);
    asked.end();
  });
  const timer = setInterval(() => ask(server.port, '/v1/apps/shop/events', { method: 'POST', body: '{"type":"restart","id":"ev-7"}' }).catch(() => {}), 200);
  assert.match(await told, /event: event\ndata: \{"type":"restart","id":"ev-7"\}/);
  clearInterval(timer);
  assert.equal(await server.stop(), 0);
});

/** What comes back for some bytes without TLS, until the end. */
async function raw(port, bytes) {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.on('data', (data) => (text += data.toString('latin1')));
  socket.on('error', () => {});
  socket.write(bytes);
  await new Promise((resolve) => socket.on('close', resolve));
  return text;
}

test('who speaks HTTP without TLS is told so; what is neither ends the connection, and nothing else', async () => {
  const server = await start();
  const plain = await raw(server.port, `GET /v1/apps HTTP/1.1\r\nHost: localhost:${server.port}\r\n\r\n`);
  assert.match(plain, /^HTTP\/1\.1 400 /);
  assert.match(plain, /\{"error":"This server speaks TLS here: ask for https"\}$/);
  const got = spawnSync('curl', ['-sS', '-o', '/dev/null', '-w', '%{http_code}', `http://127.0.0.1:${server.port}/`], { encoding: 'utf8' });
  assert.equal(got.stdout, '400');
  for (const bytes of ['\x16\x03\x01\xff\xff' + 'x'.repeat(100), 'SSH-2.0-OpenSSH_9.2\r\n', Buffer.alloc(2000, 255)]) assert.doesNotMatch(await raw(server.port, bytes), /HTTP/);
  // An old version is refused by an alert.
  const old = spawnSync('openssl', ['s_client', '-connect', `127.0.0.1:${server.port}`, '-tls1_1', '-cipher', 'ALL:@SECLEVEL=0'], { input: '', encoding: 'utf8' });
  assert.match(old.stderr + old.stdout, /alert|no protocols available|unsupported/i);
  assert.equal((await ask(server.port, '/v1/apps')).status, 200);
  assert.equal(await server.stop(), 0);
});

test('a handshake that never ends is given up in time', { timeout: 30_000 }, async () => {
  const server = await start(undefined, undefined, '--request-timeout', '1');
  const socket = connect(server.port, '127.0.0.1');
  await once(socket, 'connect');
  const began = Date.now();
  socket.resume();
  await once(socket, 'close');
  assert.ok(Date.now() - began < 5_000);
  assert.equal(await server.stop(), 0);
});

test('SIGHUP reads the certificate again: new connections have the new one; what cannot be read leaves the old one', async () => {
  copyFileSync(at('first.pem'), at('live.pem'));
  copyFileSync(at('first.key'), at('live.key'));
  const server = await start(at('live.pem'), at('live.key'));
  const subject = async () => (await ask(server.port, '/v1/apps', { ca: [readFileSync(at('first.pem')), readFileSync(at('second.pem'))], agent: new Agent({ maxCachedSessions: 0 }) })).subject;
  const until = async (condition) => {
    while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 50));
  };
  assert.equal(await subject(), 'first');
  copyFileSync(at('second.pem'), at('live.pem'));
  server.child.kill('SIGHUP');
  await until(() => /the key .*live\.key is not that of .*live\.pem; the certificate of before goes on counting/.test(server.log) || /key values mismatch/.test(server.log));
  assert.equal(await subject(), 'first');
  copyFileSync(at('second.key'), at('live.key'));
  server.child.kill('SIGHUP');
  await until(async () => (await subject()) === 'second');
  assert.equal(await server.stop(), 0);
});

test('what is wrong with the files is said at the start, without a word of the key; each option needs the other', async () => {
  writeFileSync(at('junk.pem'), 'no PEM, but secret-sauce');
  for (const [certificate, key, why] of [
    [at('nowhere.pem'), at('first.key'), /cannot read the certificate .*nowhere\.pem/],
    [at('junk.pem'), at('first.key'), /cannot read the certificate .*junk\.pem/],
    [at('first.pem'), at('junk.pem'), /cannot read the key .*junk\.pem/],
    [at('first.pem'), at('second.key'), /key/],
  ]) {
    const server = await start(certificate, key);
    assert.equal(await server.exit, 1);
    assert.match(server.log, why);
    assert.doesNotMatch(server.log, /secret-sauce|PRIVATE/);
  }
  const alone = spawnSync(program, ['--tls-key', at('first.key')], { encoding: 'utf8' });
  assert.deepEqual([alone.status, /--tls-certificate and --tls-key need each other/.test(alone.stderr)], [2, true]);
  writeFileSync(at('server.json'), JSON.stringify({ port: 0, database: at('configured.db'), 'tls-certificate': at('first.pem'), 'tls-key': at('first.key'), 'dry-run': true }));
  const child = spawn(program, ['--config', at('server.json')], { stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(child);
  const [said] = await once(child.stdout, 'data');
  assert.match(String(said), /https:/);
  child.kill();
});
