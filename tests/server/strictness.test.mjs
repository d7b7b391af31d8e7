// HTTP by the letter: what RFC 9110 and 9112 say a server answers with 400, and what clients may send that is right but rare.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import { fixture, NotifierServer } from './notifier_server.mjs';

const folder = NotifierServer.folder();
let server;

before(async () => (server = await NotifierServer.start(folder.database, '--import', fixture)));
after(async () => {
  await server.stop();
  folder.remove();
});

/** Writes bytes to a connection, and gives all that comes back until the server closes it. */
async function raw(...pieces) {
  const socket = connect(server.port, '127.0.0.1');
  let answer = '';
  socket.on('data', (data) => (answer += data));
  socket.on('error', () => {});
  const closed = new Promise((resolve) => socket.on('close', resolve));
  await once(socket, 'connect');
  for (const piece of pieces) {
    if (typeof piece === 'number') await sleep(piece);
    else socket.write(piece, 'latin1');
  }
  await closed;
  return answer;
}
const statuses = (answer) => [...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map((match) => Number(match[1]));
const get = (...headers) => ['GET /v1/apps HTTP/1.1', 'Host: localhost', ...headers, '', ''].join('\r\n');
const after_it = get('Connection: close');

/** Each of these ends the connection with one answer of that status: what follows is not taken for a request. */
async function refused(status, requests) {
  for (const [what, bytes] of Object.entries(requests)) {
    const answer = await raw(bytes + after_it);
    assert.deepEqual(statuses(answer), [status], `${what}: ${answer.slice(0, 200)}`);
    assert.match(answer, /\r\nConnection: close\r\n/i, what);
    assert.match(answer, /\r\nX-Content-Type-Options: nosniff\r\n/, what);
    assert.match(answer, /\r\nCache-Control: no-store\r\n/, what);
  }
}

test('a first line that is none', () =>
  refused(400, {
    'no version': 'GET /v1/apps\r\nHost: localhost\r\n\r\n',
    'no target': 'GET  HTTP/1.1\r\nHost: localhost\r\n\r\n',
    'two spaces': 'GET  /v1/apps HTTP/1.1\r\nHost: localhost\r\n\r\n',
    'a space in the target': 'GET /v1/apps x HTTP/1.1\r\nHost: localhost\r\n\r\n',
    'a tab': 'GET\t/v1/apps HTTP/1.1\r\nHost: localhost\r\n\r\n',
    'a fragment': 'GET /v1/apps#x HTTP/1.1\r\nHost: localhost\r\n\r\n',
    'bytes that no URL has': 'GET /v1/\xe9 HTTP/1.1\r\nHost: localhost\r\n\r\n',
    'a quote': 'GET /v1/"apps HTTP/1.1\r\nHost: localhost\r\n\r\n',
    'a method in lower case': 'get /v1/apps HTTP/1.1\r\nHost: localhost\r\n\r\n',
    'a version in lower case': 'GET /v1/apps http/1.1\r\nHost: localhost\r\n\r\n',
    'white space before it': ' GET /v1/apps HTTP/1.1\r\nHost: localhost\r\n\r\n',
    'an asterisk for GET': 'GET * HTTP/1.1\r\nHost: localhost\r\n\r\n',
    'a path that does not begin': 'GET v1/apps HTTP/1.1\r\nHost: localhost\r\n\r\n',
    'CONNECT': 'CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n',
    'a foreign scheme': 'GET ftp://localhost/v1/apps HTTP/1.1\r\nHost: localhost\r\n\r\n',
    'a user in the target': 'GET http://a@localhost/v1/apps HTTP/1.1\r\nHost: localhost\r\n\r\n',
    'NUL': 'GET /v1/\0apps HTTP/1.1\r\nHost: localhost\r\n\r\n',
  }));

test('lines that do not end in CR LF, and control characters', () =>
  refused(400, {
    'bare LF throughout': 'GET /v1/apps HTTP/1.1\nHost: localhost\n\n',
    'bare LF after a header': 'GET /v1/apps HTTP/1.1\r\nHost: localhost\nX-A: b\r\n\r\n',
    'bare LF in a value': get('X-A: b\nX-B: c'),
    'bare CR in a value': get('X-A: b\rX-B: c'),
    'CR CR LF': 'GET /v1/apps HTTP/1.1\r\nHost: localhost\r\r\n\r\n',
    'NUL in a value': get('X-A: b\0c'),
    'a bell in a value': get('X-A: b\x07c'),
    'DEL in a value': get('X-A: b\x7fc'),
    'NUL in a name': get('X\0A: b'),
    'LF alone before the request': '\nGET /v1/apps HTTP/1.1\r\nHost: localhost\r\n\r\n',
  }));

test('header names that are none, and folded lines', () =>
  refused(400, {
    'a space before the colon': get('X-A : b'),
    'Transfer-Encoding with a space before the colon': 'POST /v1/apps/shop/events HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n',
    'no colon': get('X-A'),
    'no name': get(': b'),
    'white space before the first': 'GET /v1/apps HTTP/1.1\r\n Host: localhost\r\n\r\n',
    'a folded line': get('X-A: b', ' c'),
    'a folded line by a tab': get('X-A: b', '\tc'),
    'a name of other bytes': get('X-\xe9: b'),
    'too many': get(...Array(200).fill('X-A: b')),
  }));

test('a Host that is missing, doubled or none', () =>
  refused(400, {
    missing: 'GET /v1/apps HTTP/1.1\r\nX-A: b\r\n\r\n',
    'two equal ones': get('Host: localhost'),
    'two different ones': get('Host: evil.example'),
    'in another case': get('HOST: evil.example'),
    'a port that is none': 'GET /v1/apps HTTP/1.1\r\nHost: localhost:evil.com\r\n\r\n',
    'a user': 'GET /v1/apps HTTP/1.1\r\nHost: a@localhost\r\n\r\n',
    'a path': 'GET /v1/apps HTTP/1.1\r\nHost: localhost/x\r\n\r\n',
    'a list': 'GET /v1/apps HTTP/1.1\r\nHost: localhost, evil.example\r\n\r\n',
    'a space': 'GET /v1/apps HTTP/1.1\r\nHost: local host\r\n\r\n',
  }));

test('other headers that may come once', () =>
  refused(400, {
    Origin: get('Origin: http://localhost', 'Origin: http://evil.example'),
    Authorization: get('Authorization: Bearer a', 'Authorization: Bearer b'),
    'Content-Type': get('Content-Type: application/json', 'Content-Type: multipart/form-data'),
    'Sec-Fetch-Site': get('Sec-Fetch-Site: same-origin', 'Sec-Fetch-Site: cross-site'),
    'Idempotency-Key': get('Idempotency-Key: a', 'Idempotency-Key: b'),
  }));

test('lengths that are not clear: no request is smuggled behind another', async () => {
  const post = (headers, body = '') => ['POST /v1/apps/shop/events HTTP/1.1', 'Host: localhost', ...headers, '', body].join('\r\n');
  await refused(400, {
    'two equal lengths': post(['Content-Length: 5', 'Content-Length: 5'], '{"a":'),
    'a list of equal lengths': post(['Content-Length: 5, 5'], '{"a":'),
    'a sign': post(['Content-Length: +5'], '{"a":'),
    hexadecimal: post(['Content-Length: 0x5'], '{"a":'),
    'nothing': post(['Content-Length:'], '{"a":'),
    'a space in it': post(['Content-Length: 5 5'], '{"a":'),
    'a length and chunks': post(['Transfer-Encoding: chunked', 'Content-Length: 5'], '0\r\n\r\n'),
    'chunked twice': post(['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'], '0\r\n\r\n'),
    'not chunked last': post(['Transfer-Encoding: chunked, gzip'], '0\r\n\r\n'),
    'not chunked at all': post(['Transfer-Encoding: gzip'], '0\r\n\r\n'),
    'identity': post(['Transfer-Encoding: identity'], '0\r\n\r\n'),
    'chunked by another name': post(['Transfer-Encoding: xchunked'], '0\r\n\r\n'),
    'chunks by HTTP/1.0': 'POST /v1/apps/shop/events HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'a chunk size that is none': post(['Transfer-Encoding: chunked'], 'x\r\n\r\n'),
    'a negative chunk size': post(['Transfer-Encoding: chunked'], '-1\r\n\r\n'),
    'a chunk size with 0x': post(['Transfer-Encoding: chunked'], '0x2\r\n{}\r\n0\r\n\r\n'),
    'a chunk size beyond all numbers': post(['Transfer-Encoding: chunked'], 'fffffffffffffffff\r\n'),
    'a chunk longer than it says': post(['Transfer-Encoding: chunked'], '2\r\n{}}\r\n0\r\n\r\n'),
    'bare LF after a chunk size': post(['Transfer-Encoding: chunked'], '2\n{}\r\n0\r\n\r\n'),
    'extensions without end': post(['Transfer-Encoding: chunked'], `2;a=${'b'.repeat(40_000)}`),
    'a trailer that speaks of lengths': post(['Transfer-Encoding: chunked'], '2\r\n{}\r\n0\r\nContent-Length: 5\r\n\r\n'),
    'a trailer without end': post(['Transfer-Encoding: chunked'], `2\r\n{}\r\n0\r\n${'X-A: b\r\n'.repeat(5_000)}`),
  });
  await refused(501, { 'another coding below chunked': post(['Transfer-Encoding: gzip, chunked'], '0\r\n\r\n') });
  await refused(505, { 'another version': 'GET /v1/apps HTTP/2.0\r\nHost: localhost\r\n\r\n' });
});

test('what is right but rare is served', async () => {
  for (const [what, bytes] of Object.entries({
    'an empty line before the request': `\r\n${after_it}`,
    'the absolute form': 'GET http://localhost/v1/apps HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    'the absolute form without a path': 'OPTIONS http://localhost/v1/apps?x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    'no space after a colon': 'GET /v1/apps HTTP/1.1\r\nHost:localhost\r\nConnection:close\r\n\r\n',
    'white space around values': 'GET /v1/apps HTTP/1.1\r\nHost: \t localhost \t \r\nConnection: \t close \t \r\n\r\n',
    'bytes above ASCII in a value': get('X-A: \xe9\xff', 'Connection: close'),
    'names in capitals': 'GET /v1/apps HTTP/1.1\r\nHOST: localhost\r\nCONNECTION: CLOSE\r\n\r\n',
    'a Host in capitals': 'GET /v1/apps HTTP/1.1\r\nHost: LOCALHOST\r\nConnection: close\r\n\r\n',
    'one byte at a time': [...after_it],
  })) {
    const answer = await (Array.isArray(bytes) ? raw(...bytes.flatMap((byte) => [byte, 1])) : raw(bytes));
    assert.ok([[200], [204]].some(([status]) => statuses(answer)[0] === status), `${what}: ${answer}`);
  }
  // What the absolute form names counts.
  assert.deepEqual(statuses(await raw('GET http://evil.example/v1/apps HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')), [403]);
});

test('nothing in a header is decoded', async () => {
  assert.deepEqual(statuses(await raw('GET /v1/apps HTTP/1.1\r\nHost: l%6fcalhost\r\nConnection: close\r\n\r\n')), [403]);
  const other = NotifierServer.folder();
  const guarded = await NotifierServer.start(other.database, '--token', 'abc%41def', '--host', '127.0.0.1');
  for (const [credentials, status] of [['Bearer abc%41def', 200], ['Bearer abcAdef', 401], ['bearer abc%41def', 200], ['BEARER   abc%41def', 200], ['Basic abc%41def', 401], ['Bearerabc%41def', 401]]) {
    assert.equal((await guarded.call('GET', '/v1/apps', undefined, { Authorization: credentials })).status, status, credentials);
  }
  await guarded.stop();
  other.remove();
});

test('a page of another site opens nothing, with an Origin or without one', async () => {
  for (const site of ['cross-site', 'same-site', 'other']) {
    assert.equal((await server.call('GET', '/v1/apps/shop/stream', undefined, { 'Sec-Fetch-Site': site, 'Sec-Fetch-Mode': 'no-cors' })).status, 403, site);
  }
  for (const site of ['same-origin', 'none']) {
    assert.equal((await server.call('GET', '/v1/apps', undefined, { 'Sec-Fetch-Site': site })).status, 200, site);
  }
  const other = NotifierServer.folder();
  const open = await NotifierServer.start(other.database, '--cors', 'https://page.example');
  const headers = { 'Sec-Fetch-Site': 'cross-site' };
  assert.equal((await open.call('GET', '/v1/apps', undefined, { ...headers, Origin: 'https://page.example' })).status, 200);
  assert.equal((await open.call('GET', '/v1/apps', undefined, headers)).status, 403);
  await open.stop();
  other.remove();
});

/** Sends a request by node:http in pieces, which makes its body chunked; the status and the socket's local port. */
function chunked(agent, pieces, headers = {}) {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ port: server.port, host: '127.0.0.1', method: 'POST', path: '/v1/apps/shop/events', agent, headers: { Host: 'localhost', ...headers } }, (response) => {
      const port = response.socket.localPort;
      response.resume().on('end', () => resolve([response.statusCode, port, response.headers]));
    });
    request.on('error', reject);
    for (const piece of pieces) request.write(piece);
    request.end();
  });
}

test('a chunked body is read, and its connection goes on', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ports = new Set();
  for (let i = 0; i < 20; ++i) {
    const [status, port, headers] = await chunked(agent, ['{"type":', '"restart"', '}']);
    assert.equal(status, 202);
    assert.notEqual(headers.connection, 'close');
    ports.add(port);
  }
  const [status, port] = await chunked(agent, ['{"type":"restart","padding":"', 'x'.repeat(1 << 20), '"}']);
  assert.equal(status, 202);
  ports.add(port);
  assert.equal(ports.size, 1);
  agent.destroy();
  // Extensions are passed over, a trailer changes nothing.
  const answer = await raw(
    'POST /v1/apps/shop/events HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n012;a="b;c"\r\n{"type":"restart"}\r\n0\r\nHost: evil.example\r\nConnection: close\r\n\r\n' + after_it);
  assert.deepEqual(statuses(answer), [202, 200]);
  const { stdout } = await promisify(execFile)('curl', ['-sS', '-w', '%{http_code} %{num_connects}\n', '-H', 'Transfer-Encoding: chunked', '-d', '{"type":"restart"}', '-o', '/dev/null', `${server.url}/v1/apps/shop/events`, '--next', '-sS', '-w', '%{http_code} %{num_connects}\n', '-o', '/dev/null', `${server.url}/v1/apps`]);
  assert.deepEqual(stdout.trim().split('\n'), ['202 1', '200 0']);
});

test('what is closed says so, and what is not goes on: undici never meets a connection that has gone', async () => {
  for (let i = 0; i < 50; ++i) {
    const long = await server.call('POST', '/v1/apps/shop/events', '--x--', { 'Content-Type': 'multipart/form-data; boundary=x' });
    assert.equal(long.status, 415);
    assert.equal(long.headers.get('connection'), 'close');
    assert.equal((await server.call('GET', '/v1/apps')).status, 200);
  }
});

test('an answer to HEAD has no body, whatever the answer is', async () => {
  for (const path of ['/v1/apps', '/v1/nope', '/v1/apps/shop/stream']) {
    const answer = await raw(`HEAD ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n` + after_it);
    const [head, next] = answer.split('\r\n\r\n');
    assert.match(next, /^HTTP\/1\.1 200/, `${path}: ${head}`);
  }
  const refused = await raw('HEAD /v1/apps HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n');
  assert.match(refused, /^HTTP\/1\.1 403/);
  assert.match(refused, /\r\nContent-Length: [1-9]/);
  assert.ok(refused.endsWith('\r\n\r\n'));
});

test('an answer has a date, and an HTTP/1.0 client is told whether the connection goes on', async () => {
  const answer = await raw('GET /v1/apps HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\nGET /v1/apps HTTP/1.0\r\nHost: localhost\r\n\r\n');
  assert.deepEqual(statuses(answer), [200, 200]);
  assert.match(answer, /\r\nDate: (Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r\n/);
  assert.match(answer, /\r\nConnection: keep-alive\r\n/);
  assert.match(answer, /\r\nConnection: close\r\n/);
});
