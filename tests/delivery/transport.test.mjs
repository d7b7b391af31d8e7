// The transport at the edge of the network: names that change their address, resolvers that hang, many at once.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { after, test } from 'node:test';
import { promisify } from 'node:util';

const program = process.argv[2];
const run = promisify(execFile);

/** Takes everything, on every address of this machine, and remembers the address it was asked by. */
const requests = [];
const server = createServer((request, response) => {
  requests.push({ host: request.headers.host, address: request.socket.localAddress });
  request.resume().on('end', () => response.end('ok'));
});
await new Promise((resolve) => server.listen(0, '0.0.0.0', resolve));
const { port } = server.address();
after(() => server.close());

/** Outcome by place. */
async function attempt(...args) {
  const { stdout } = await run(program, args, { timeout: 100_000 });
  const results = [];
  for (const line of stdout.trim().split('\n')) {
    const [, place, action, status, ms, reason] = /^(\d+) (\w+) (\d+) (\d+) (.*)$/.exec(line);
    results[place] = { action, status: Number(status), ms: Number(ms), reason };
  }
  return results;
}

// 127.0.0.2 stands for a public address here, 127.0.0.1 for one that nobody may reach.
const allowed = ['--allow', '127.0.0.2'];
const url = `http://rebinding.example.com:${port}/hook`;

test('a name that resolves to a private address is refused when it is connected to', async () => {
  requests.length = 0;
  const [result] = await attempt(...allowed, '--lookup', 'rebinding.example.com=127.0.0.1', url);
  assert.deepEqual([result.action, result.status], ['fail', 0]);
  assert.match(result.reason, /not allowed/);
  assert.equal(requests.length, 0);
});

test('a name that changes its address from one lookup to the next reaches the allowed one only', async () => {
  requests.length = 0;
  const results = await attempt(...allowed, '--lookup', 'rebinding.example.com=127.0.0.2,127.0.0.1,127.0.0.2,::1,10.0.0.1,169.254.169.254', url, 'then', url, 'then', url, 'then', url, 'then', url, 'then', url);
  assert.deepEqual(results.map(({ action }) => action), ['delivered', 'fail', 'delivered', 'fail', 'fail', 'fail']);
  assert.deepEqual(requests.map(({ address }) => address), ['127.0.0.2', '127.0.0.2']);
});

test('of several addresses only an allowed one is connected to', async () => {
  requests.length = 0;
  const [result] = await attempt(...allowed, '--lookup', 'rebinding.example.com=127.0.0.1+127.0.0.2+10.0.0.1', url);
  assert.equal(result.action, 'delivered');
  assert.deepEqual(requests.map(({ address }) => address), ['127.0.0.2']);
});

test('a name that is trusted is trusted with any address', async () => {
  requests.length = 0;
  const [result] = await attempt('--allow', 'rebinding.example.com', '--lookup', 'rebinding.example.com=127.0.0.1', url);
  assert.equal(result.action, 'delivered');
  assert.equal(requests.length, 1);
});

test('a resolver that hangs holds up neither others nor the end of its attempt', async () => {
  const lookups = ['--lookup', 'hanging.example.com=hang', '--lookup', 'rebinding.example.com=127.0.0.2'];
  const hanging = `http://hanging.example.com:${port}/`;
  const [hung, quick] = await attempt(...allowed, '--timeout', '6000', ...lookups, hanging, url);
  assert.equal(quick.action, 'delivered');
  assert.equal(hung.action, 'retry');
  assert.ok(quick.ms < hung.ms);
  assert.ok(hung.ms < 30_000, `${hung.ms} ms`);
});

test('what is no address of the internet is refused before anything is looked up', async () => {
  const targets = ['http://127.0.0.1:1/', 'http://[::1]/', 'http://0x7f.1/', 'http://localhost/', 'http://a.internal/', 'http://example.com:22/', 'ftp://example.com/', 'file:///etc/passwd', 'gopher://127.0.0.1/', 'http://user@example.com/'];
  for (const result of await attempt(...targets)) assert.deepEqual([result.action, result.status], ['fail', 0]);
});
