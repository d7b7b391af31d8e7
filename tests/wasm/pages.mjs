// Pages and workers that use the installed package, in real Chromium.

import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, extname, join, resolve } from 'node:path';
import { after, before } from 'node:test';
import { configuration, event, packageFolder, root, steadyEngine } from './package.mjs';
import { until } from './targets.mjs';

const { chromium } = createRequire(join(root, 'tests/x.js'))('playwright-core');

/** Where apps are made; gone when the tests of the file have run. */
export const work = mkdtempSync(join(tmpdir(), 'notifier-browser-'));
/** Chromium, while the tests of the file run. */
export let browser;
before(async () => {
  browser = await chromium.launch({
    executablePath: process.env.NOTIFIER_CHROMIUM ?? '/usr/bin/chromium',
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
export const inPage = (entry) => program(entry, '((text) => (globalThis.found = text))');
export const inWorker = (entry) => program(entry, 'postMessage');
export const page = (script, head = '') => `<!doctype html><meta charset="utf-8">${head}<script type="module" src="${script}"></script>`;

/** Opens a page, and returns what its program found. */
export async function open(url) {
  const tab = await browser.newPage();
  const problems = [];
  tab.on('pageerror', (error) => problems.push(String(error)));
  try {
    await tab.goto(url, { timeout: 120_000 });
    let found;
    // A page that is being developed may load itself anew: then nothing can be asked of it for a moment.
    await until(async () => (found = await tab.evaluate(() => globalThis.found).catch(() => undefined)) !== undefined).catch(() => assert.fail(`nothing was found: ${problems}`));
    assert.deepEqual(problems, []);
    return JSON.parse(found);
  } finally {
    await tab.close();
  }
}

/** Opens a page whose program is to work. */
export async function look(url) {
  const { deliveries, code, id, error } = await open(url);
  assert.equal(error, undefined);
  assert.equal(JSON.stringify(deliveries), expected);
  assert.equal(code, 'invalid_json');
  assert.match(id, /^no-[0-9a-f-]{36}$/);
}

const types = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm', '.json': 'application/json' };

/** Serves a folder with no more than a server must do. `missing` answers what is not there; default: 404. */
export async function serve(folder, { type = (path) => types[extname(path)] ?? 'application/octet-stream', missing = (_path, response) => response.writeHead(404).end() } = {}) {
  const server = createServer((request, response) => {
    const path = new URL(request.url, 'http://x').pathname;
    try {
      const body = readFileSync(join(folder, path));
      response.writeHead(200, { 'content-type': type(path) }).end(body);
    } catch {
      missing(path, response);
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => (server.closeAllConnections(), new Promise((resolve) => server.close(resolve))) };
}

/** Makes a folder with files, at an absolute path or below `work`, and the package among its modules or among those of a folder above. */
export function app(name, files, modules = resolve(work, name)) {
  const folder = resolve(work, name);
  cpSync(packageFolder, join(modules, 'node_modules/notifier-wasm'), { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}
