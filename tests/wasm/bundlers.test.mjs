// The package in what bundlers make of it: for Node.js and for browsers. Each build works, or what it says names the way.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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
  const stats = await new Promise((resolve, reject) => webpack({ mode: 'production', devtool: false, optimization: { minimize: false }, performance: false, ...options }, (error, done) => (error ? reject(error) : resolve(done))));
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
  assert.equal(run(join(made, 'sender.mjs'), []), 'works');
});

for (const [kind, command] of [['bun', bun], ['node', process.execPath]]) {
  test(`bun build --target=${kind}`, async () => {
    const result = await bundled(`bun-${kind}`, '', (folder, names, made) => {
      for (const name of names) run(bun, ['build', `--target=${kind}`, name, '--outdir', made, '--entry-naming', name], folder);
    }, ['main.mjs', 'inline.mjs', 'sender.mjs']);
    if (kind === 'node') return checkLeft(result, ['main.mjs', 'inline.mjs', 'sender.mjs']);
    for (const name of ['main.mjs', 'inline.mjs']) works(result.start(name, command)); // it takes modules along
    assert.equal(result.start('sender.mjs', command), 'works');
  });
}

// ---- for browsers ----

const html = (script) => ({ 'index.html': page(script), 'package.json': '{"type":"module","dependencies":{"notifier-wasm":"*"}}' });

for (const vite of ['vite7', 'vite8']) {
  for (const [kind, options, inWorkspace] of [
    ['a workspace that has the package above', {}, true],
    ['another cache folder', { cacheDir: join(work, `${vite}-cache`) }, false],
    ['another base', { base: '/below/' }, true],
  ]) {
    test(`${vite}, ${kind}: while developing, and built`, async () => {
      const { createServer: develop, build, preview } = await import(pathToFileURL(join(modules, vite, 'dist/node/index.js')));
      const workspace = join(work, `${vite}-${kind.replaceAll(' ', '-')}`);
      const folder = app(join(workspace, 'apps/page'), { ...html('/main.js'), 'main.js': inPage('notifier-wasm') }, inWorkspace ? workspace : undefined);
      writeFileSync(join(workspace, 'package.json'), '{"private":true,"workspaces":["apps/*"]}');
      const common = { root: folder, configFile: false, logLevel: 'error', ...options };
      const server = await develop({ ...common, server: { host: '127.0.0.1', port: 0 } });
      await server.listen();
      await look(server.resolvedUrls.local[0]);
      await server.close();
      await build({ ...common, build: { target: 'es2022' } });
      const built = await preview({ ...common, preview: { host: '127.0.0.1', port: 0 } });
      await look(built.resolvedUrls.local[0]);
      await built.close();
    });
  }
}

test('webpack for browsers', async () => {
  const folder = app('webpack-web', { 'main.mjs': inPage('notifier-wasm'), 'required.cjs': inPage('notifier-wasm').replace(/import (.*) from ('.*');/, 'const $1 = require($2); (async () => {').replace('export {};', '})();') });
  const path = join(work, 'webpack-web-made');
  await webpackBuild({ target: 'web', entry: { main: join(folder, 'main.mjs'), required: join(folder, 'required.cjs') }, output: { path, publicPath: 'auto' } });
  const server = await serve(path);
  for (const name of ['main', 'required']) {
    writeFileSync(join(path, `${name}.html`), page(`${name}.js`));
    await look(`${server.url}${name}.html`);
  }
  await server.close();
});

test('a page whose server has no module, or a page in its place, says what helps', async () => {
  const folder = app('left', { ...html('main.js'), 'main.src.js': inPage('notifier-wasm') });
  const place = join(work, 'left-made');
  require('esbuild').buildSync({ entryPoints: [join(folder, 'main.src.js')], bundle: true, format: 'esm', outfile: join(place, 'main.js'), logLevel: 'error' });
  writeFileSync(join(place, 'index.html'), page('main.js'));
  const missing = await serve(place);
  const { error } = await open(`${missing.url}index.html`);
  assert.equal(error, `NotifierError: the WebAssembly module cannot be loaded: 404 for ${missing.url}notifier.wasm; import notifier-wasm/inline, or give createEngine the option wasm`);
  await missing.close();
  const pages = await serve(place, { missing: (_, response) => response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page('main.js')) });
  const { error: answered } = await open(`${pages.url}index.html`);
  assert.equal(answered, `NotifierError: the WebAssembly module cannot be loaded: ${pages.url}notifier.wasm is a page; import notifier-wasm/inline, or give createEngine the option wasm`);
  await pages.close();
});

test('what content delivery networks give for the name of the package alone works from there', async () => {
  const manifest = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'));
  const folder = app('networks', { 'jsdelivr.html': page('jsdelivr.js'), 'unpkg.html': page('unpkg.js'), 'jsdelivr.js': inPage('/jsdelivr/npm/notifier-wasm'), 'unpkg.js': inPage('/unpkg/notifier-wasm') });
  const server = await serve(folder, {
    missing(path, response) {
      // One answers at once, the other sends the browser to the file.
      const at = (file) => `/node_modules/notifier-wasm/${join('.', file)}`;
      if (path === '/jsdelivr/npm/notifier-wasm') response.writeHead(200, { 'content-type': 'text/javascript' }).end(readFileSync(join(folder, at(manifest.jsdelivr))));
      else if (path === '/unpkg/notifier-wasm') response.writeHead(302, { location: at(manifest.unpkg) }).end();
      else response.writeHead(404).end();
    },
  });
  for (const name of ['jsdelivr', 'unpkg']) await look(`${server.url}${name}.html`);
  await server.close();
});

// ---- tests of hosts ----

test('Vitest: the package as Node.js loads it, and as Vite does', () => {
  const folder = app('vitest', {
    'package.json': '{"type":"module"}',
    'engine.test.js': `
      import { createEngine, NotifierError } from 'notifier-wasm';
      import * as inline from 'notifier-wasm/inline';
      import { Sender } from 'notifier-wasm/node';
      import { expect, test } from 'vitest';
      const expected = ${JSON.stringify(expected)};
      for (const make of [createEngine, inline.createEngine]) {
        test('works', async () => {
          const engine = await make({ clock: () => 0 });
          engine.load(${JSON.stringify(configuration)});
          expect(engine.route(${JSON.stringify(event)})).toEqual(expected);
          expect(() => engine.route('{')).toThrow(NotifierError);
          new Sender();
        });
      }`,
  });
  symlinkSync(join(modules, 'vitest'), join(folder, 'node_modules/vitest'));
  for (const inlined of ['[]', "['notifier-wasm']"]) {
    writeFileSync(join(folder, 'vitest.config.js'), `export default { test: { server: { deps: { inline: ${inlined} } } } };`);
    assert.match(run(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', '--reporter=verbose', '--no-color'], folder), /Tests {2}2 passed/);
  }
});
