// The package in each runtime that it is for, unmodified.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { configuration, event, file, installed, root, steadyEngine } from './package.mjs';

const modules = join(root, 'tests/node_modules');
const expected = await (async () => {
  const engine = await steadyEngine();
  return engine.route(event);
})();

/** A program that exercises an entry and prints what came of it. */
const program = (entry) => `
  import { createEngine, createEngineSync, toFetchHandler, NotifierError } from '${entry}';
  const engine = await createEngine({ clock: () => 0 });
  engine.load(${JSON.stringify(configuration)});
  const deliveries = engine.route(${JSON.stringify(JSON.stringify(event))});
  const added = engine.addNotifier('shop', { name: 'n', platform: 'email' });
  let code;
  try { engine.route('{'); } catch (error) { code = error instanceof NotifierError && error.code; }
  const response = await toFetchHandler(engine)(new Request('http://x/v1/apps/shop/notifiers'));
  const { notifiers } = await response.json();
  const stream = new Response(engine.routeLines('{}\\n{')).body;
  const text = await new Response(stream).text();
  engine.dispose();
  console.log(JSON.stringify({ deliveries, id: added.id, code, count: notifiers.length, text }));
`;

function check(stdout) {
  const { deliveries, id, code, count, text } = JSON.parse(stdout);
  assert.deepEqual(deliveries, expected);
  assert.match(id, /^no-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-/);
  assert.equal(code, 'invalid_json');
  assert.equal(count, 6);
  assert.match(text, /^\{"line":2,/);
}

const folder = join(installed, 'runtimes');
mkdirSync(folder, { recursive: true });
after(() => rmSync(folder, { recursive: true }));

const entries = ['notifier-wasm', 'notifier-wasm/inline', 'notifier-wasm/scalar'];
const runtimes = [
  ['this Node.js', process.execPath, []],
  ['Node.js 18', join(modules, 'node18/bin/node'), []],
  ['Node.js 22', join(modules, 'node22/bin/node'), []],
  ['Deno', join(modules, '.bin/deno'), ['run', '--allow-read', '--node-modules-dir=manual', '--no-lock']],
  ['Bun', join(modules, '.bin/bun'), ['run']],
];
for (const [name, command, args] of runtimes) {
  for (const entry of entries) {
    test(`${name} runs ${entry}`, () => {
      assert.ok(existsSync(command), `${command} is missing: run tests/setup`);
      const path = join(folder, `${entry.replace('/', '_')}.mjs`);
      writeFileSync(path, program(entry));
      const { status, stdout, stderr } = spawnSync(command, [...args, path], { encoding: 'utf8', cwd: installed, env: { ...process.env, NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1' } });
      assert.equal(status, 0, stderr);
      check(stdout);
    });
  }
}

/** Delivers to a server of its own: refused, through a name that points to this machine, and allowed, at the second attempt. */
const delivering = `
import { createServer } from 'node:http';
import { Outbox, Sender } from 'notifier-wasm/node';
const got = [];
const server = createServer((request, response) => { let body = ''; request.on('data', (c) => (body += c)); request.on('end', () => { got.push(request.headers['webhook-signature'].slice(0, 3) + body); response.writeHead(got.length === 1 ? 500 : 200).end('ok'); }); });
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = \`http://127.0.0.1:\${server.address().port}/x\`;
const delivery = { notifierId: 'n', notifierName: 'n', appId: 'a', platform: 'webhook', eventId: 'e', eventType: 't', idempotencyKey: 'msg_1', truncations: [], method: 'POST', url, headers: {}, body: '{}' };
const refused = await new Sender().send(delivery);
const lookup = (name, options, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]);
const rebound = await new Sender({ lookup, allowPorts: [server.address().port], timeoutMs: 3000 }).send({ ...delivery, url: url.replace('127.0.0.1', 'rebinding.example.com') });
const sender = new Sender({ allowPrivate: true });
const outbox = await Outbox.open({ file: process.argv[2], sender, secrets: () => ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'], retry: { delaysMs: [10] } });
await outbox.enqueue([delivery]);
await outbox.idle();
console.log(JSON.stringify({ got, refused: refused.action, rebound: [rebound.action, rebound.reason], states: (await outbox.list()).deliveries.map(({ state, attempts }) => [state, attempts.length]) }));
await outbox.close();
sender.close();
server.close();
`;

for (const [name, command, args] of runtimes) {
  test(`${name} delivers, and guards`, () => {
    const path = join(folder, 'delivering.mjs');
    writeFileSync(path, delivering);
    const outbox = join(folder, 'delivering.ndjson');
    rmSync(outbox, { force: true });
    const allowed = name === 'Deno' ? [...args, '--allow-net', '--allow-write', '--allow-env', '--allow-sys'] : args;
    const { status, stdout, stderr } = spawnSync(command, [...allowed, path, outbox], { encoding: 'utf8', cwd: installed, env: { ...process.env, NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1' }, timeout: 60_000 });
    assert.equal(status, 0, stderr);
    assert.deepEqual(JSON.parse(stdout), {
      got: ['v1,{}', 'v1,{}'],
      refused: 'fail',
      rebound: ['fail', "the target's address is the sending machine itself"],
      states: [['delivered', 2]],
    });
  });
}

test('workerd runs it: the module is imported, not compiled', () => {
  const work = mkdtempSync(join(tmpdir(), 'notifier-workerd-'));
  after(() => rmSync(work, { recursive: true }));
  const bundled = spawnSync(join(modules, '.bin/esbuild'), [join(folder, 'worker.mjs'), '--bundle', '--format=esm', '--conditions=workerd', '--external:*.wasm', `--outfile=${join(work, 'worker.js')}`, '--log-level=error'], {
    encoding: 'utf8', cwd: (writeFileSync(join(folder, 'worker.mjs'), worker), installed),
  });
  assert.equal(bundled.status, 0, bundled.stderr);
  copyFileSync(file('dist/notifier.wasm'), join(work, 'notifier.wasm'));
  writeFileSync(join(work, 'test.capnp'), `
    using Workerd = import "/workerd/workerd.capnp";
    const config :Workerd.Config = (services = [(name = "main", worker = (
      modules = [(name = "worker.js", esModule = embed "worker.js"), (name = "notifier.wasm", wasm = embed "notifier.wasm")],
      compatibilityDate = "2025-01-01"))]);`);
  const { status, stdout, stderr } = spawnSync(join(modules, '.bin/workerd'), ['test', join(work, 'test.capnp'), '--verbose'], { encoding: 'utf8' });
  assert.equal(status, 0, stdout + stderr);
  check(/\{"deliveries".*\}/.exec(stdout + stderr)[0]);
});

// The engine is made outside of any request, where neither randomness nor waiting is allowed.
const worker = `
  import { createEngine, createEngineSync, toFetchHandler, NotifierError } from 'notifier-wasm';
  import module from './notifier.wasm';
  const engine = createEngineSync(module);
  engine.load(${JSON.stringify(configuration)});
  const handler = toFetchHandler(engine);
  export default {
    async test() {
      if ((await handler(new Request('http://x/v1/event_types'))).status !== 200) throw new Error('no answer');
      ${program('').replace(/import .*?;/, '')}
    },
  };
`;

test('a bundle for Node.js by esbuild runs beside its module', () => {
  const work = mkdtempSync(join(tmpdir(), 'notifier-bundle-'));
  after(() => rmSync(work, { recursive: true }));
  writeFileSync(join(folder, 'bundle.mjs'), program('notifier-wasm'));
  const { status, stderr } = spawnSync(join(modules, '.bin/esbuild'), [join(folder, 'bundle.mjs'), '--bundle', '--platform=node', '--format=esm', `--outfile=${join(work, 'bundle.mjs')}`, '--log-level=error'], { encoding: 'utf8', cwd: installed });
  assert.equal(status, 0, stderr);
  copyFileSync(file('dist/notifier.wasm'), join(work, 'notifier.wasm'));
  const run = spawnSync(process.execPath, [join(work, 'bundle.mjs')], { encoding: 'utf8' });
  assert.equal(run.status, 0, run.stderr);
  check(run.stdout);
});

test('the package needs no file but its own', () => {
  const script = readFileSync(file('dist/index_node.js'), 'utf8');
  const imported = [...script.matchAll(/from\s*"([^"]+)"/g)].map(([, name]) => name);
  for (const name of imported) assert.match(name, /^(\.|node:)/);
});
