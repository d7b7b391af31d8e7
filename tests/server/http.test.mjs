// The server at its edges: who may come in, how much and how slowly, and what goes out as it happens.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { fixture, NotifierServer } from './notifier_server.mjs';

const folder = NotifierServer.folder();
let server;

before(async () => (server = await NotifierServer.start(folder.database, '--import', fixture)));
after(async () => {
  await server.stop();
  folder.remove();
});

/** Writes bytes to a connection, and gives all that comes back until the server closes it. */
const raw = (...pieces) => rawTo(server, ...pieces);
async function rawTo({ port }, ...pieces) {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.on('data', (data) => (answer += data));
  socket.on('error', () => {});
  const closed = new Promise((resolve) => socket.on('close', resolve));
  await once(socket, 'connect');
  for (const piece of pieces) {
    if (typeof piece === 'number') await sleep(piece);
    else socket.write(piece);
  }
  await closed;
  return answer;
}
const statuses = (answer) => [...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map((match) => Number(match[1]));
const get = (path, ...headers) => [`GET ${path} HTTP/1.1`, 'Host: localhost', ...headers, '', ''].join('\r\n');
const last = ['Connection: close'];

test('without a token the server says that it serves this machine only', () => {
  assert.match(server.greeting, /^notifier-server listens on http:\/\/127\.0\.0\.1:\d+ \(no token: this machine only\)$/);
});

test('a foreign Host is refused: DNS rebinding gains nothing', async () => {
  for (const host of ['evil.example', 'evil.example:80', '127.0.0.1.evil.example', 'localhost.evil.example', '']) {
    const answer = await raw(`GET /v1/apps HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    assert.deepEqual(statuses(answer), [403], host);
    assert.match(answer, /"code":"foreign_host"/);
  }
  for (const host of ['localhost', `localhost:${server.port}`, '127.0.0.1:1', '[::1]:80', '[::1]']) {
    assert.deepEqual(statuses(await raw(`GET /v1/apps HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)), [200], host);
  }
  assert.deepEqual(statuses(await raw('GET /v1/apps HTTP/1.0\r\n\r\n')), [403]);
});

test('a foreign Origin is refused, whatever the method: a form of a web page gains nothing', async () => {
  for (const origin of ['https://evil.example', 'null', 'http://localhost.evil.example', 'file://']) {
    const answer = await server.call('POST', '/v1/apps/shop/notifiers/no-slack/test', 'x=1', {
      Origin: origin,
      'Content-Type': 'application/x-www-form-urlencoded',
    });
    assert.equal(answer.status, 403, origin);
    assert.equal(answer.body.code, 'foreign_origin');
  }
  const own = await server.call('GET', '/v1/apps', undefined, { Origin: server.url });
  assert.equal(own.status, 200);
});

test('what is no HTTP gets a 400 in JSON', async () => {
  for (const bytes of ['nonsense\r\n\r\n', 'GET\r\n\r\n', 'BREW /v1/apps HTTP/1.1\r\nHost: localhost\r\n\r\n']) {
    const answer = await raw(bytes);
    assert.deepEqual(statuses(answer), [400], bytes);
    assert.match(answer, /\{"error":/);
  }
});

test('unclear body lengths are refused and end the connection', async () => {
  const post = (...headers) => ['POST /v1/apps/shop/events HTTP/1.1', 'Host: localhost', ...headers, '', ''].join('\r\n');
  for (const headers of [
    ['Content-Length: 5', 'Content-Length: 6'],
    ['Content-Length: 5', 'Transfer-Encoding: chunked'],
    ['Content-Length: -1'],
    ['Content-Length: 5x'],
    ['Content-Length: 99999999999999999999'],
  ]) {
    const answer = await raw(post(...headers) + 'GET /v1/event_types HTTP/1.1\r\nHost: localhost\r\n\r\n');
    assert.deepEqual(statuses(answer), [400], headers.join());
  }
});

test('the body of a GET is not taken for the next request', async () => {
  const smuggled = get('/v1/event_types');
  const answer = await raw(get('/v1/apps', `Content-Length: ${smuggled.length}`) + smuggled);
  assert.deepEqual(statuses(answer), [200]);
});

test('a connection serves many requests, one after the other and piled up', async () => {
  const answer = await raw(get('/v1/apps').repeat(200) + get('/v1/apps', ...last));
  assert.equal(statuses(answer).length, 201);
  assert.ok(statuses(answer).every((status) => status === 200));
});

test('bodies over the limit are refused, however they are sent', async () => {
  const declared = await raw(`POST /v1/apps/shop/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${9 << 20}\r\n\r\n`);
  assert.deepEqual(statuses(declared), [413]);
  assert.match(declared, /\{"error":/);
  const chunk = `${(1 << 20).toString(16)}\r\n${' '.repeat(1 << 20)}\r\n`;
  const chunked = await raw('POST /v1/apps/shop/events HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n', ...Array(9).fill(chunk));
  assert.ok([400, 413].includes(statuses(chunked)[0]), chunked.slice(0, 100));
});

test('headers without end are refused', async () => {
  const many = await raw(`GET /v1/apps HTTP/1.1\r\nHost: localhost\r\n${'X-A: b\r\n'.repeat(20000)}\r\n`);
  assert.ok(statuses(many).every((status) => status === 400));
  const long = await raw(get(`/v1/apps/${'a'.repeat(10000)}`, ...last));
  assert.ok(statuses(long).every((status) => status === 414));
});

test('a client that dribbles has one deadline for the whole request', async () => {
  const other = NotifierServer.folder();
  const impatient = await NotifierServer.start(other.database, '--import', fixture, '--request-timeout', '1');
  // Each piece comes in time, and they would go on coming for a minute.
  const socket = connect(impatient.port, '127.0.0.1');
  socket.on('error', () => {}).resume();
  let isClosed = false;
  socket.on('close', () => (isClosed = true));
  await once(socket, 'connect');
  socket.write('GET /v1/apps HTTP/1.1\r\n');
  for (let i = 0; i < 600 && !isClosed; ++i) {
    await sleep(100);
    socket.write('X-A: b\r\n');
  }
  assert.ok(isClosed);
  const body = await rawTo(impatient, 'POST /v1/apps/shop/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{');
  assert.deepEqual(statuses(body), [400]);
  await impatient.stop();
  other.remove();
});

test('a hundred idle clients do not keep others out', async () => {
  const idle = [];
  for (let i = 0; i < 100; ++i) idle.push(connect(server.port, '127.0.0.1'));
  await Promise.all(idle.map((socket) => once(socket, 'connect')));
  assert.equal((await server.call('GET', '/v1/apps')).status, 200);
  for (const socket of idle) socket.destroy();
});

test('a client waits for leave to send its body', async () => {
  const answer = await raw(
    'POST /v1/apps/shop/events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 18\r\n\r\n', 100,
    '{"type":"restart"}');
  assert.deepEqual(statuses(answer), [100, 202]);
});

test('a Range is not for this server', async () => {
  const answer = await server.call('GET', '/v1/apps', undefined, { Range: 'bytes=0-3' });
  assert.equal(answer.status, 200);
  assert.ok(answer.body.apps);
});

test('multipart bodies are refused', async () => {
  const answer = await server.call('POST', '/v1/apps/shop/events', '--x--', { 'Content-Type': 'multipart/form-data; boundary=x' });
  assert.equal(answer.status, 415);
});

test('the stream tells events and deliveries of its app as they happen', async () => {
  const aborter = new AbortController();
  const response = await fetch(`${server.url}/v1/apps/shop/stream`, { signal: aborter.signal });
  assert.equal(response.headers.get('content-type'), 'text/event-stream; charset=utf-8');
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  await server.call('POST', '/v1/apps/empty/events', { id: 'elsewhere', type: 'restart' });
  await server.call('POST', '/v1/apps/shop/events', '{"id":"here",\n"type":"restart"}');
  let text = '';
  while (!text.includes('event: delivery')) text += (await reader.read()).value;
  while (!text.endsWith('\n\n')) text += (await reader.read()).value;
  const messages = text.split('\n\n').filter((message) => message.startsWith('event'));
  const [event, delivery] = messages.map((message) => {
    const [name, data] = message.split('\n');
    return [name, JSON.parse(data.slice('data: '.length))];
  });
  assert.deepEqual(event, ['event: event', { id: 'here', type: 'restart' }]);
  assert.equal(delivery[0], 'event: delivery');
  assert.equal(delivery[1].notifier_name, 'ops');
  assert.equal(delivery[1].status, 'pending');
  assert.doesNotMatch(text, /elsewhere|SECRET/);
  aborter.abort();
});

test('the log has one line of JSON for each request, and no secret', async () => {
  await server.call('GET', '/v1/apps/empty/events?token=SECRET', undefined, { Authorization: 'Bearer SECRET' });
  const logged = () => server.log.split('\n').slice(0, -1).map((line) => JSON.parse(line));
  let lines = [];
  while (lines.length === 0) {
    await sleep(5);
    lines = logged().filter((line) => line.method === 'GET' && line.path === '/v1/apps/empty/events');
  }
  assert.equal(lines.length, 1);
  const { time, request_id, client, us, bytes, ...rest } = lines[0];
  assert.deepEqual(rest, { method: 'GET', path: '/v1/apps/empty/events', status: 200 });
  assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.equal(client, '127.0.0.1');
  assert.match(request_id, /^req-/);
  assert.ok(us >= 0 && bytes > 0);
  assert.doesNotMatch(server.log, /SECRET/);
});
