// Engines come and go, and leave nothing behind.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { NotifierError, configuration, createEngine, createEngineSync, event, file, steadyEngine } from './package.mjs';

test('calls after dispose() throw', async () => {
  const engine = await steadyEngine();
  engine.dispose();
  engine.dispose();
  const calls = ['route', 'match', 'explain', 'routeLines', 'addApp', 'apps', 'putUser', 'notifier', 'notifiers', 'removeNotifier', 'validate', 'load', 'snapshot', 'vocabulary', 'catalogue', 'configure', 'apply'];
  for (const call of calls) assert.throws(() => engine[call]({}), { code: 'disposed' }, call);
  for (const call of ['preview', 'addNotifier', 'updateNotifier']) assert.throws(() => engine[call]('x', {}), { code: 'disposed' }, call);
  assert.throws(() => engine.handle({ method: 'GET', url: '/' }), { code: 'disposed' });
});

test('disposing of one engine leaves the others alone', async () => {
  const engines = await Promise.all(Array.from({ length: 10 }, () => steadyEngine()));
  engines.filter((_, i) => i % 2 === 0).forEach((engine) => engine.dispose());
  engines.filter((_, i) => i % 2 === 1).forEach((engine) => assert.equal(engine.route(event).length, 4));
});

test('Symbol.dispose disposes, where there is one', { skip: Symbol.dispose === undefined }, async () => {
  const engine = await steadyEngine();
  engine[Symbol.dispose]();
  assert.throws(() => engine.apps(), { code: 'disposed' });
});

test('an option may not dispose of the engine that is calling it', async () => {
  let thrown;
  const engine = await steadyEngine({
    users: () => {
      try {
        engine.dispose();
      } catch (error) {
        thrown = error;
      }
      return undefined;
    },
  });
  assert.equal(engine.route(event).length, 4);
  assert.ok(thrown instanceof NotifierError && thrown.code === 'busy');
  engine.dispose();
});

const script = (body) => `
  import { readFileSync } from 'node:fs';
  import { createEngineSync } from ${JSON.stringify(file('dist/index_node.js'))};
  const module = new WebAssembly.Module(readFileSync(${JSON.stringify(file('dist/notifier.wasm'))}));
  const configuration = ${JSON.stringify(configuration)};
  const event = ${JSON.stringify(event)};
  const turn = () => new Promise((resolve) => setTimeout(resolve, 5));
  ${body}`;

function run(body) {
  return execFileSync(process.execPath, ['--expose-gc', '--input-type=module', '--eval', script(body)], { encoding: 'utf8' }).trim();
}

test('an engine that was forgotten is cleaned up when it is collected', () => {
  // One engine stays, so that all share its instance: what the others leave there must be freed by the safety net.
  const output = run(`
    const keeper = createEngineSync(module);
    let made = 0;
    let collected = 0;
    const collecting = new FinalizationRegistry(() => ++collected);
    const make = () => {
      const engine = createEngineSync(module, { users: () => (engine ? undefined : '') });
      engine.load(configuration);
      engine.route(event);
      collecting.register(engine);
      ++made;
    };
    const size = () => process.memoryUsage().arrayBuffers;
    const round = async () => {
      for (let i = 0; i < 50; ++i) make();
      // The last one may be held by the stack for a while.
      for (let i = 0; i < 2000 && collected < made - 1; ++i) {
        gc();
        await turn();
      }
    };
    for (let i = 0; i < 4; ++i) await round();
    const before = size();
    for (let i = 0; i < 20; ++i) await round();
    console.log(made, size() - before);
    keeper.apps();
  `);
  const [made, growth] = output.split(' ').map(Number);
  assert.equal(made, 1200);
  assert.ok(growth < 1 << 20, `the memory grew by ${growth} bytes`);
});

test('a filter that was forgotten is cleaned up when it is collected', () => {
  const output = run(`
    const { compileFilter } = await import(${JSON.stringify(file('dist/index_node.js'))});
    const keeper = createEngineSync(module);
    let collected = 0;
    const collecting = new FinalizationRegistry(() => ++collected);
    const make = async () => collecting.register(await compileFilter({ type: ['a'] }, { wasm: module }));
    for (let i = 0; i < 50; ++i) await make();
    for (let i = 0; i < 2000 && collected < 49; ++i) {
      gc();
      await turn();
    }
    console.log(collected, keeper.apps().length);
  `);
  assert.match(output, /^(49|50) 0$/);
});

test('engines that are disposed of leave no memory behind, and with the last one all of it goes', () => {
  const output = run(`
    const size = () => process.memoryUsage().arrayBuffers;
    const empty = size();
    const keeper = createEngineSync(module);
    const use = () => {
      const engine = createEngineSync(module);
      engine.load(configuration);
      engine.route(event);
      engine.dispose();
    };
    for (let i = 0; i < 100; ++i) use();
    const before = size();
    for (let i = 0; i < 3000; ++i) use();
    const growth = size() - before;
    keeper.dispose();
    gc();
    await turn();
    gc();
    await turn();
    console.log(growth, size() - empty);
  `);
  const [growth, rest] = output.split(' ').map(Number);
  assert.equal(growth, 0);
  assert.ok(rest < 1 << 20, `${rest} bytes are left`);
});

test('routing for long needs no more memory', async () => {
  const engine = createEngineSync(readFileSync(file('dist/notifier.wasm')));
  engine.load(configuration);
  const json = JSON.stringify({ ...event, type_data: { text: 'ü'.repeat(200) } });
  const size = () => engine.routeLines(json, { borrow: true }).buffer.byteLength;
  for (let i = 0; i < 100; ++i) engine.route(json);
  const before = size();
  for (let i = 0; i < 50_000; ++i) {
    engine.route(json);
    engine.match(json);
    if (i % 100 === 0) {
      engine.explain(json);
      engine.updateNotifier('no-off', { name: `off ${i}` });
      assert.throws(() => engine.route('{'));
    }
  }
  assert.equal(size(), before);
});
