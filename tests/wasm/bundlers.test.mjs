// The package in what bundlers make of it: for Node.js and for browsers. Each build works, or what it says names the way.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { configuration, event, file, packageFolder, root, steadyEngine } from './package.mjs';
import { app, inPage, look, open, page, serve, work } from './pages.mjs';

const modules = join(root, 'tests/node_modules');
const require = createRequire(join(root, 'tests/x.js'));
const expected = (await steadyEngine()).route(event);

/** What a program prints that lacks the module. */
const left = /^NotifierError unsupported: the WebAssembly module cannot be loaded: .*; import notifier-wasm\/inline, or give createEngine the option wasm$/;

/** A program for Node.js that prints the deliveries of an event, or what kept it from that. */
const body = `
  .then((engine) => {
    engine.load(${JSON.stringify(configuration)});
    console.log(JSON.stringify(engine.route(${JSON.stringify(JSON.stringify(event))})));
  })
  .catch((error) => console.log(error.name + ' ' + error.code + ': ' + error.message));`;
const importing = (entry) => `import { createEngine } from '${entry}';\ncreateEngine({ clock: () => 0 })${body}`;
const requiring = (entry) => `const { createEngine } = require('${entry}');\ncreateEngine({ clock: () => 0 })${body}`;

/** Runs a command, by default where nothing of the package is near. */
function run(command, args, cwd = '/') {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  assert.equal(status, 0, stderr + stdout);
  return stdout.trim();
}

const works = (text) => assert.deepEqual(JSON.parse(text), expected);

// ---- for Node.js ----

const sources = {
  'main.mjs': importing('notifier-wasm'),
  'main.cjs': requiring('notifier-wasm'),
  'inline.mjs': importing('notifier-wasm/inline'),
  'inline.cjs': requiring('notifier-wasm/inline'),
  'sender.mjs': `import { Sender } from 'notifier-wasm/node';\ntry { new Sender(); console.log('works'); } catch (error) { console.log(error.name + ' ' + error.code + ': ' + error.message); }`,
};

/**
 * Has sources bundled, by `bundle(folder, sources, output folder)`, and takes the package away; returns how a bundle is run. Those of
 * `sources.mjs` end in `extension`.
 */
async function bundled(name, extension, bundle, names = Object.keys(sources)) {
  const folder = app(name, sources);
  const made = join(work, `${name}-made`);
  mkdirSync(made);
  await bundle(folder, names, made);
  rmSync(folder, { recursive: true });
  return { made, start: (source, command = process.execPath) => run(command, [join(made, source + extension)]) };
}

/** Where bundles do not take modules along: they are looked for beside, and where they are not it is said what helps. */
function checkLeft({ made, start }, names = Object.keys(sources)) {
  for (const name of names) {
    if (name.startsWith('inline')) works(start(name));
    else if (name.startsWith('main')) assert.match(start(name), left);
    else assert.match(start(name), /^NotifierError unsupported: notifier-delivery\.wasm is not beside the script, where a bundler has left it behind: copy it there, or keep notifier-wasm out of the bundle$/);
  }
  for (const module of ['notifier.wasm', 'notifier-delivery.wasm']) copyFileSync(file(`dist/${module}`), join(made, module));
  for (const name of names) {
    if (name.startsWith('main')) works(start(name));
    else if (name.startsWith('sender')) assert.equal(start(name), 'works');
  }
}

for (const format of ['esm', 'cjs']) {
  test(`esbuild for Node.js, ${format}`, async () => {
    const extension = format === 'esm' ? '.mjs' : '.cjs';
    checkLeft(await bundled(`esbuild-${format}`, extension, (folder, names, outdir) => {
      const entryPoints = names.map((name) => ({ in: join(folder, name), out: name }));
      require('esbuild').buildSync({ entryPoints, bundle: true, platform: 'node', format, outdir, outExtension: { '.js': extension }, logLevel: 'error' });
    }));
  });
}

for (const format of ['es', 'cjs']) {
  test(`Rollup for Node.js, ${format}`, async () => {
    const { rollup } = require('rollup');
    const { nodeResolve } = require('@rollup/plugin-node-resolve');
    const names = Object.keys(sources).filter((name) => name.endsWith('.mjs')); // CommonJS is not what it reads
    checkLeft(await bundled(`rollup-${format}`, `.${format}.${format === 'es' ? 'mjs' : 'cjs'}`, async (folder, names, made) => {
      for (const name of names) {
        const bundle = await rollup({ input: join(folder, name), plugins: [nodeResolve({ exportConditions: ['node'] })], external: /^node:/ });
        await bundle.write({ file: join(made, `${name}.${format}.${format === 'es' ? 'mjs' : 'cjs'}`), format, inlineDynamicImports: true });
      }
    }, names), names);
  });
}

async function webpackBuild(options) {
  const webpack = require('webpack');
  const stats = await new Promise((resolve, reject) => webpack({ mode: 'production', devtool: false, optimization: { minimize: false }, ...options }, (error, done) => (error ? reject(error) : resolve(done))));
  assert.ok(!stats.hasErrors() && !stats.hasWarnings(), stats.toString({ preset: 'errors-warnings' }));
}

for (const [kind, output, extension] of [['CommonJS', {}, '.cjs'], ['modules', { module: true, chunkFormat: 'module', library: { type: 'module' } }, '.mjs']]) {
  test(`webpack for Node.js, ${kind}: it takes modules along`, async () => {
    const { start } = await bundled(`webpack${extension}`, extension, (folder, names, path) =>
      webpackBuild({
        target: 'node20',
        entry: Object.fromEntries(names.map((name) => [name, join(folder, name)])),
        output: { path, filename: `[name]${extension}`, ...output },
        experiments: { outputModule: extension === '.mjs' },
      }));
    for (const name of Object.keys(sources)) {
      if (name === 'sender.mjs') assert.equal(start(name), 'works');
      else works(start(name));
    }
  });
}

// ---- Bun ----

const bun = join(modules, '.bin/bun');

test('bun build --compile: one program', async () => {
  const names = ['main.mjs', 'main.cjs', 'inline.mjs', 'sender.mjs'];
  const { made } = await bundled('bun', '', (folder, names, made) => {
    for (const name of names) run(bun, ['build', '--compile', name, '--outfile', join(made, name)], folder);
  }, names);
  for (const name of ['main.mjs', 'main.cjs', 'inline.mjs']) works(run(join(made, name), []));
  assert.match(run(join(made, 'sender.mjs'), []), /^NotifierError unsupported: notifier-delivery\.wasm is not beside the script/);
});

test('bun build', async () => {
  for (const kind of ['bun', 'node']) {
    const { made, start } = await bundled(`bun-${kind}`, '.js', (folder, names, made) => {
      for (const name of names) run(bun, ['build', `--target=${kind}`, name, '--outfile', join(made, `${name}.js`)], folder);
    }, ['main.mjs', 'inline.mjs']);
    console.log(kind, start('main.mjs', kind === 'bun' ? bun : process.execPath).slice(0, 300), require('fs').readdirSync(made));
  }
});
