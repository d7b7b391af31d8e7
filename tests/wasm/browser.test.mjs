// Real Chromium: without a bundler, in a page and in a worker; with Vite 7 and 8, while developing and built; with esbuild.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { corpus, corpusConfiguration } from './corpus.mjs';
import { configuration, createEngine, event, packageFolder, root, steadyEngine } from './package.mjs';
import { until } from './targets.mjs';

const require = createRequire(join(root, 'tests/x.js'));
const { chromium } = require('playwright-core');
const executablePath = process.env.NOTIFIER_CHROMIUM ?? '/usr/bin/chromium';

const work = mkdtempSync(join(tmpdir(), 'notifier-browser-'));
let browser;
before(async () => {
  browser = await chromium.launch({
    executablePath,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
});
after(async () => {
  await browser?.close();
  rmSync(work, { recursive: true, force: true });
});

const expected = await (async () => JSON.stringify((await steadyEngine()).route(event)))();

/** The program of a page or a worker: what it found ends in `done`. */
const program = (entry, done) => `
import { createEngine, NotifierError } from '${entry}';
try {
  const engine = await createEngine({ clock: () => 0 });
  engine.load(${JSON.stringify(configuration)});
  let code;
  try { engine.route('{'); } catch (error) { code = error instanceof NotifierError && error.code; }
  const { id } = engine.addNotifier('shop', { name: 'n', platform: 'email' });
  engine.removeNotifier(id);
  ${done}(JSON.stringify({ deliveries: engine.route(${JSON.stringify(JSON.stringify(event))}), code, id }));
} catch (error) {
  ${done}(JSON.stringify({ error: String(error) }));
}
export {};`;
const inPage = (entry) => program(entry, '((text) => (globalThis.found = text))');
const inWorker = (entry) => program(entry, 'postMessage');

function check(text) {
  const { deliveries, code, id, error } = JSON.parse(text);
  assert.equal(error, undefined);
  assert.equal(JSON.stringify(deliveries), expected);
  assert.equal(code, 'invalid_json');
  assert.match(id, /^no-[0-9a-f-]{36}$/);
}

async function look(url) {
  const page = await browser.newPage();
  const problems = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  try {
    await page.goto(url, { timeout: 120_000 });
    let found;
    // A page that is being developed may load itself anew: then nothing can be asked of it for a moment.
    await until(async () => (found = await page.evaluate(() => globalThis.found).catch(() => undefined)) !== undefined).catch(() => assert.fail(`nothing was found: ${problems}`));
    check(found);
    assert.deepEqual(problems, []);
  } finally {
    await page.close();
  }
}

const types = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm', '.json': 'application/json' };

/** Serves a folder with no more than a server must do. */
async function serve(folder, { type = (path) => types[extname(path)] ?? 'application/octet-stream' } = {}) {
  const server = createServer((request, response) => {
    try {
      const path = join(folder, new URL(request.url, 'http://x').pathname);
      const body = readFileSync(path);
      response.writeHead(200, { 'content-type': type(path) }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => (server.closeAllConnections(), new Promise((resolve) => server.close(resolve))) };
}

function app(name, files) {
  const folder = join(work, name);
  mkdirSync(folder, { recursive: true });
  cpSync(packageFolder, join(folder, 'node_modules/notifier-wasm'), { recursive: true });
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
  return folder;
}

const importMap = '<script type="importmap">{"imports":{"notifier-wasm":"/node_modules/notifier-wasm/dist/index.js","notifier-wasm/":"/node_modules/notifier-wasm/dist/"}}</script>';
const page = (script, head = '') => `<!doctype html><meta charset="utf-8">${head}<script type="module" src="${script}"></script>`;
const startWorker = `new Worker(new URL('./worker.js', import.meta.url), { type: 'module' }).onmessage = ({ data }) => { globalThis.found = data; };`;

test('a page without a bundler', async () => {
  const folder = app('plain', { 'index.html': page('main.js', importMap), 'main.js': inPage('notifier-wasm'), 'inline.html': page('inline.js', importMap), 'inline.js': inPage('notifier-wasm/inline.js'), 'scalar.html': page('scalar.js', importMap), 'scalar.js': inPage('notifier-wasm/scalar.js') });
  const server = await serve(folder);
  for (const name of ['index', 'inline', 'scalar']) await look(`${server.url}${name}.html`);
  await server.close();
});

test('a server that does not know the media type of WebAssembly', async () => {
  const folder = app('typeless', { 'index.html': page('main.js', importMap), 'main.js': inPage('notifier-wasm') });
  const server = await serve(folder, { type: (path) => (extname(path) === '.wasm' ? 'application/octet-stream' : types[extname(path)]) });
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
  const engine = await createEngine({ clock: () => 0 });
  engine.load(config);
  const wanted = Buffer.from(engine.routeLines(lines));
  const folder = app('bytes', { 'index.html': '<!doctype html>', 'lines.txt': lines, 'config.json': config });
  const server = await serve(folder);
  const tab = await browser.newPage();
  await tab.goto(`${server.url}index.html`);
  const got = await tab.evaluate(async () => {
    const { createEngine } = await import('/node_modules/notifier-wasm/dist/index.js');
    const engine = await createEngine({ clock: () => 0 });
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
