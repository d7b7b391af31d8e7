// Real Chromium: without a bundler, in a page and in a worker; with Vite 7 and 8, while developing and built; with esbuild.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { extname, join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { corpus, corpusConfiguration } from './corpus.mjs';
import { createEngine, packageFolder, root } from './package.mjs';
import { app, browser, inPage, inWorker, look, page, serve } from './pages.mjs';

const importMap = '<script type="importmap">{"imports":{"notifier-wasm":"/node_modules/notifier-wasm/dist/index.js","notifier-wasm/":"/node_modules/notifier-wasm/dist/"}}</script>';
const startWorker = `new Worker(new URL('./worker.js', import.meta.url), { type: 'module' }).onmessage = ({ data }) => { globalThis.found = data; };`;

test('a page without a bundler', async () => {
  const folder = app('plain', { 'index.html': page('main.js', importMap), 'main.js': inPage('notifier-wasm'), 'inline.html': page('inline.js', importMap), 'inline.js': inPage('notifier-wasm/inline.js'), 'scalar.html': page('scalar.js', importMap), 'scalar.js': inPage('notifier-wasm/scalar.js') });
  const server = await serve(folder);
  for (const name of ['index', 'inline', 'scalar']) await look(`${server.url}${name}.html`);
  await server.close();
});

test('a server that does not know the media type of WebAssembly', async () => {
  const folder = app('typeless', { 'index.html': page('main.js', importMap), 'main.js': inPage('notifier-wasm') });
  const server = await serve(folder, { type: (path) => (extname(path) === '.wasm' ? 'application/octet-stream' : extname(path) === '.html' ? 'text/html' : 'text/javascript') });
  await look(`${server.url}index.html`);
  await server.close();
});

test('a worker without a bundler', async () => {
  const folder = app('worker', { 'index.html': page('main.js'), 'main.js': startWorker, 'worker.js': inWorker('/node_modules/notifier-wasm/dist/index.js') });
  const server = await serve(folder);
  await look(`${server.url}index.html`);
  await server.close();
});

test('a strict content security policy is enough', async () => {
  const policy = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'">`;
  const folder = app('policy', { 'index.html': page('main.js', policy), 'main.js': inPage('/node_modules/notifier-wasm/dist/index.js') });
  const server = await serve(folder);
  await look(`${server.url}index.html`);
  await server.close();
});

for (const vite of ['vite7', 'vite8']) {
  for (const [kind, files] of [
    ['page', { 'main.js': inPage('notifier-wasm') }],
    ['worker', { 'main.js': startWorker, 'worker.js': inWorker('notifier-wasm') }],
  ]) {
    test(`${vite}, ${kind}: while developing, and built`, async () => {
      const { createServer: develop, build, preview } = await import(pathToFileURL(join(root, `tests/node_modules/${vite}/dist/node/index.js`)));
      const folder = app(`${vite}-${kind}`, { 'index.html': page('/main.js'), 'package.json': '{"type":"module","dependencies":{"notifier-wasm":"*"}}', ...files });
      const common = { root: folder, configFile: false, logLevel: 'error', worker: { format: 'es' } };
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

test('esbuild: the module beside the bundle, or in it', async () => {
  const folder = app('esbuild', { 'index.html': page('main.js'), 'inline.html': page('inline.js'), 'main.src.js': inPage('notifier-wasm'), 'inline.src.js': inPage('notifier-wasm/inline') });
  for (const name of ['main', 'inline']) {
    const { status, stderr } = spawnSync(join(root, 'tests/node_modules/.bin/esbuild'), [`${name}.src.js`, '--bundle', '--format=esm', `--outfile=${name}.js`, '--log-level=error'], { cwd: folder, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  }
  cpSync(join(packageFolder, 'dist/notifier.wasm'), join(folder, 'notifier.wasm'));
  const server = await serve(folder);
  await look(`${server.url}index.html`);
  await look(`${server.url}inline.html`);
  await server.close();
});

test('Chromium gives the bytes that Node.js gives', async () => {
  const lines = corpus(2500).join('\n');
  const config = JSON.stringify(corpusConfiguration());
  const engine = await createEngine({ clock: () => 0, ids: null });
  engine.load(config);
  const wanted = Buffer.from(engine.routeLines(lines));
  const folder = app('bytes', { 'index.html': '<!doctype html>', 'lines.txt': lines, 'config.json': config });
  const server = await serve(folder);
  const tab = await browser.newPage();
  await tab.goto(`${server.url}index.html`);
  const got = await tab.evaluate(async () => {
    const { createEngine } = await import('/node_modules/notifier-wasm/dist/index.js');
    const engine = await createEngine({ clock: () => 0, ids: null });
    engine.load(await (await fetch('/config.json')).text());
    const output = engine.routeLines(new Uint8Array(await (await fetch('/lines.txt')).arrayBuffer()));
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', output));
    return { size: output.length, digest: [...digest] };
  });
  const { createHash } = await import('node:crypto');
  assert.equal(got.size, wanted.length);
  assert.deepEqual(got.digest, [...createHash('sha256').update(wanted).digest()]);
  await tab.close();
  await server.close();
});
