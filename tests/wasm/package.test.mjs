// What is in the package, and whether tools find it in order.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { NotifierError, file, installed, packageFolder, root } from './package.mjs';

const manifest = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'));
const bin = (name) => join(root, 'tests/node_modules/.bin', name);
const archive = join(installed, 'notifier-wasm.tgz');

function run(command, args, options = {}) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', ...options });
  return { status, output: stdout + stderr };
}

test('the version is that of the library', () => {
  const header = readFileSync(join(root, 'include/notifier/version.hpp'), 'utf8');
  assert.equal(manifest.version, /NOTIFIER_VERSION "(.*)"/.exec(header)[1]);
});

test('there is no run-time dependency, and types come first', () => {
  assert.equal(manifest.dependencies, undefined);
  for (const [entry, target] of Object.entries(manifest.exports)) {
    if (typeof target === 'object') assert.equal(Object.keys(target)[0], 'types', entry);
  }
});

test('every file that the manifest names is there, and nothing but what a user needs', () => {
  const { exports, bin, main, module, types, jsdelivr, unpkg, typesVersions } = manifest;
  const named = JSON.stringify([exports, bin, main, module, types, jsdelivr, unpkg, typesVersions]).match(/"(\.\/)?dist\/[^"*]+"/g).map((text) => JSON.parse(text));
  assert.ok(named.length > 40);
  for (const path of named) assert.ok(existsSync(join(packageFolder, path)), path);
  const all = readdirSync(packageFolder, { recursive: true }).filter((path) => statSync(join(packageFolder, path)).isFile());
  for (const path of all) assert.match(path, /^(package\.json|README\.md|LICENSE|dist\/.*\.(c?js|wasm|css|html|svg|json|d\.c?ts))$/, path);
  assert.ok(all.includes('LICENSE') && all.includes('README.md'));
});

test('only the dashboard has side effects', () => {
  assert.ok(manifest.sideEffects.every((path) => path.includes('dashboard')));
});

test('publint has nothing to say', () => {
  const { status, output } = run(process.execPath, [bin('publint'), 'run', archive, '--strict']);
  assert.equal(status, 0, output);
  assert.match(output, /All good/);
});

test('attw has nothing to say', () => {
  const modulesOnly = ['notifier.wasm', 'notifier-scalar.wasm', 'dashboard'];
  for (const rest of [['--profile', 'strict', '--exclude-entrypoints', ...modulesOnly], ['--profile', 'esm-only', '--entrypoints', ...modulesOnly]]) {
    const { status, output } = run(process.execPath, [bin('attw'), archive, '--no-emoji', ...rest]);
    assert.equal(status, 0, output);
  }
});

test('every entry can be imported, and all but the dashboard required', () => {
  const entries = Object.keys(manifest.exports).filter((entry) => !/\.(wasm|json)$/.test(entry)).map((entry) => join('notifier-wasm', entry));
  const script = `for (const entry of ${JSON.stringify(entries)}) { const module = await import(entry); if (Object.keys(module).length === 0) throw entry; }`;
  execFileSync(process.execPath, ['--input-type=module', '--eval', script], { cwd: installed });
  const required = (entries) => `for (const entry of ${JSON.stringify(entries)}) if (Object.keys(require(entry)).length === 0) throw entry;`;
  const node = (version) => join(root, `tests/node_modules/node${version}/bin/node`);
  for (const version of [18, 22]) {
    assert.ok(existsSync(node(version)), `Node.js ${version} is missing: run tests/setup`);
    execFileSync(node(version), ['--input-type=commonjs', '--eval', required(entries.filter((entry) => !entry.endsWith('dashboard')))], { cwd: installed });
  }
  // It can require ES modules.
  execFileSync(node(22), ['--no-warnings', '--input-type=commonjs', '--eval', required(entries)], { cwd: installed });
});

test('what is required is the same, whether bundlers or Node.js find it', async () => {
  const require = createRequire(join(installed, 'x.js'));
  for (const entry of ['', '/scalar', '/node', '/sign', '/languages/fr']) {
    const imported = await import(pathToFileURL(join(packageFolder, `dist/${entry === '' ? 'index_node' : entry === '/scalar' ? 'scalar_node' : entry.slice(1)}.js`)));
    assert.deepEqual(Object.keys(require(`notifier-wasm${entry}`)).sort(), Object.keys(imported).sort(), entry);
  }
  assert.equal(require.resolve('notifier-wasm'), join(packageFolder, manifest.main));
});

test('an error of what was required is one of what was imported', async () => {
  const { createEngine } = createRequire(join(installed, 'x.js'))('notifier-wasm');
  const engine = await createEngine();
  assert.throws(() => engine.route('{'), NotifierError);
});

test('the bytes of the module are in no more than one script', () => {
  const carrying = readdirSync(join(packageFolder, 'dist')).filter((name) => /\.c?js$/.test(name) && statSync(file(`dist/${name}`)).size > 200_000);
  assert.deepEqual(carrying, ['inline.js']);
});

// Node.js prints the line where it was thrown, and what it is.
for (const [name, source] of [
  ['notifier-wasm', `import { createEngine } from 'notifier-wasm'; (await createEngine()).addNotifier('shop', {});`],
  ['notifier-wasm/scalar', `import { createEngine } from 'notifier-wasm/scalar'; (await createEngine()).route('{');`],
  ['notifier-wasm/inline', `import { createEngine } from 'notifier-wasm/inline'; (await createEngine()).load('{');`],
  ['a module that is none', `import { createEngine } from 'notifier-wasm/inline'; await createEngine({ wasm: new Uint8Array(8) });`],
  ['notifier-wasm/node', `import { Sender } from 'notifier-wasm/node'; new Sender({ smtp: 'x' });`],
  ['notifier-wasm/sign', `import { sign } from 'notifier-wasm/sign'; await sign({ idempotencyKey: '', body: '' }, ['x']);`],
  ['require', `import { createRequire } from 'node:module'; const { createEngine } = createRequire(process.cwd() + '/x.js')('notifier-wasm'); (await createEngine()).route('{');`],
]) {
  test(`an error that nobody catches is printed within a screen: ${name}`, () => {
    const { status, output } = run(process.execPath, ['--input-type=module', '--eval', source], { cwd: installed });
    assert.equal(status, 1);
    assert.match(output, /^NotifierError: /m);
    assert.ok(output.length < 3000 && output.split('\n').every((line) => line.length < 300), output);
  });
}

test('the module lies under its public name', () => {
  const require = createRequire(join(installed, 'x.js'));
  const bytes = readFileSync(require.resolve('notifier-wasm/notifier.wasm'));
  assert.ok(WebAssembly.validate(bytes));
});

const nodeTypes = ['--typeRoots', join(root, 'wasm/node_modules/@types'), '--types', 'node'];

/** Checks a program as strictly as can be; nothing of the package is skipped. */
function check(name, text, { compiler = 'typescript', options = ['--lib', 'es2023,dom'], types = ['--typeRoots', '/nowhere'], mode = 'nodenext' } = {}) {
  const folder = join(installed, 'types');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, /\.[mc]?ts$/.test(name) ? name : `${name}.ts`);
  writeFileSync(path, text);
  const tsc = join(root, 'tests/node_modules', compiler, 'bin/tsc');
  return run(process.execPath, [tsc, '--noEmit', '--strict', '--target', 'es2022', '--module', mode, ...options, ...types, path], { cwd: folder });
}

for (const compiler of ['typescript', 'typescript5.4']) test(`${compiler}: programs are checked against the types, and wrong ones are refused`, () => {
  const sending = check('sending', `
    import { createEngine } from 'notifier-wasm';
    import { FileStore, MemoryStore, Outbox, Sender, type OutboxReport, type OutboxStore, type OutboxWrite, type Verdict } from 'notifier-wasm/node';
    import { sign } from 'notifier-wasm/sign';
    const engine = await createEngine();
    const sender = new Sender({ allow: ['10.0.0.0/8'], smtp: 'smtp://mail.example.com', ca: 'PEM' });
    const [delivery] = engine.route({ type: 'x' });
    const verdict: Verdict = await sender.send(delivery!, { secrets: engine.signingSecrets(delivery!.notifierId) });
    const outbox = await Outbox.open({ file: 'x', sender, retry: { delaysMs: [1] }, limits: { slack: { minIntervalMs: 1 } }, onAttempt: (report: OutboxReport) => console.log(report.state) });
    const added: number = await outbox.enqueue(engine.route('{}', { as: 'bytes' }));
    for (const { id, notifier_id, attempts } of (await outbox.list({ state: 'dead' })).deliveries) console.log(await outbox.resend(notifier_id, id), attempts[0]?.reason);
    class Kept extends MemoryStore implements OutboxStore { override write(writes: readonly OutboxWrite[]) { for (const write of writes) if (write.op === 'update') console.log(write.state); super.write(writes); } }
    const held: number = await (await Outbox.open({ store: new Kept(), sender, standing: (id) => (engine.notifier(id)?.active ? 'on' : 'off') })).hold('no-1');
    void [held, new FileStore('y')];
    if (delivery!.platform !== 'email') { const headers: Record<string, string> = await sign(delivery!, []); void headers; }
    void [verdict.action, added];
    await outbox.close();
  `, { compiler, types: nodeTypes });
  assert.equal(sending.status, 0, sending.output);
  const good = check('good', `
    import { Committer, createEngine, createEngineSync, markKnown, toFetchHandler, NotifierError, type Engine, type Delivery } from 'notifier-wasm';
    import * as inline from 'notifier-wasm/inline';
    import * as scalar from 'notifier-wasm/scalar';
    const engine: Engine = await createEngine({ clock: () => new Date(), ids: (prefix) => prefix + '1', users: (id) => ({ email: id }) });
    for (const delivery of engine.route({ type: 'x' })) {
      if (delivery.platform === 'email') { const to: string[] = delivery.envelope.to; const raw: string = delivery.raw; void [to, raw]; }
      else await fetch(delivery.url, delivery);
    }
    const bytes: Uint8Array = engine.route('{}', { as: 'bytes' }).map((d) => d.platform === 'email' ? d.raw : d.body)[0]!;
    const all: Delivery[] = engine.route(bytes);
    const handler: (request: Request) => Promise<Response> = toFetchHandler(engine, { store: async () => {}, authorize: () => true });
    try { engine.addNotifier('shop', { name: 'n', platform: 'slack', type_data: { webhook_url: 'https://x.example' } }); }
    catch (error) { if (error instanceof NotifierError && error.code === 'invalid') for (const f of error.fields) console.log(f.field); }
    const [failure] = await engine.commit([engine.handle({ method: 'DELETE', url: '/v1/apps/shop' })], async (accepted) => {
      for (const { changes } of accepted) for (const change of changes) {
        if (change.op === 'remove_notifier') console.log(change.notifier.app_id, change.expected);
        else if (change.op === 'put_app') console.log(change.app.name);
      }
    });
    const outcome = await new Committer(engine, { store: (outcomes) => markKnown(outcomes[0]!, []) }).commit(() => engine.handle({ method: 'GET', url: '/' }));
    void [failure, outcome.response.status, engine.route('{}', { eventId: 'a' }), await createEngine({ ids: null })];
    new ReadableStream<Uint8Array>().pipeThrough(engine.routeStream()).getReader();
    { using scoped = createEngineSync(bytes); scoped.apps(); }
    void [all, handler, inline.createEngine, scalar.createEngine];
    export {};
  `, { compiler });
  assert.equal(good.status, 0, good.output);
  if (compiler !== 'typescript') return; // the other is slow
  const bad = check('bad', `
    import { createEngine } from 'notifier-wasm';
    const engine = await createEngine();
    engine.route(7);
    engine.addNotifier('shop', { platform: 7, name: 'n' });
    engine.route('{}')[0].nothing;
  `);
  assert.notEqual(bad.status, 0);
  assert.equal(bad.output.match(/error TS/g).length, 3, bad.output);
});

for (const compiler of ['typescript', 'typescript5.4']) {
  test(`${compiler}: CommonJS has the same types, and Node.js needs no others than its own`, () => {
    const required = check('required.cts', `
      import { createEngine, NotifierError, type Delivery } from 'notifier-wasm';
      import inline = require('notifier-wasm/inline');
      import { Outbox, Sender } from 'notifier-wasm/node';
      import { sign } from 'notifier-wasm/sign';
      createEngine().then((engine) => { const deliveries: Delivery<Uint8Array>[] = engine.route({}, { as: 'bytes' }); void deliveries; });
      void [NotifierError, inline.createEngine, Outbox, Sender, sign];
    `, { compiler, options: ['--lib', 'es2022'], types: nodeTypes });
    assert.equal(required.status, 0, required.output);
    const bundled = check('bundled.ts', `
      import { createEngineSync } from 'notifier-wasm';
      import module from 'notifier-wasm/notifier.wasm';
      import 'notifier-wasm/dashboard';
      createEngineSync(module).apps();
      console.log(document.querySelector('notifier-dashboard')?.app);
    `, { compiler, mode: 'esnext', options: ['--moduleResolution', 'bundler', '--lib', 'es2022,dom,dom.iterable'] });
    assert.equal(bundled.status, 0, bundled.output);
  });
}

test('TypeScript that knows nothing of exports finds the types', () => {
  const old = check('old.ts', `
    import { createEngine } from 'notifier-wasm';
    import { Sender } from 'notifier-wasm/node';
    import * as inline from 'notifier-wasm/inline';
    createEngine().then((engine) => engine.route({ type: 'x' }).map((delivery) => new Sender().send(delivery)));
    void inline.createEngine;
  `, { compiler: 'typescript5.4', mode: 'commonjs', options: ['--moduleResolution', 'node10', '--lib', 'es2022'], types: nodeTypes });
  assert.equal(old.status, 0, old.output);
});

const snippets = [...readFileSync(file('README.md'), 'utf8').matchAll(/^```js\n([^]*?)^```$/gm)].map(([, text]) => text)
  .filter((text) => !/^export const app/m.test(text)); // those of web frameworks are in frameworks.test.mjs

test('what the README shows passes a strict compiler', () => {
  assert.ok(snippets.length >= 2);
  snippets.forEach((text, i) => {
    const { status, output } = check(`snippet${i}`, text, { types: nodeTypes });
    assert.equal(status, 0, output);
  });
});

test('what the README shows first runs, with mail among the deliveries', () => {
  const mail = "engine.addNotifier('Line 1', { name: 'mail', platform: 'email', send_all_events: true, type_data: { emails: ['ops@example.com'] } });";
  const [first] = snippets;
  assert.ok(first.includes('\nfor ('));
  const script = `globalThis.fetch = async (url, { body }) => console.log(url, body.length > 0);\n${first.replace('\nfor (', `\n${mail}\nfor (`)}`;
  const { status, output } = run(process.execPath, ['--input-type=module', '--eval', script], { cwd: installed });
  assert.equal(status, 0, output);
  assert.equal(output, 'https://hooks.slack.com/services/T0/B0/secret true\n');
});
