// The package in builds that are large themselves, from build/bundlers; tests/soak/bundlers.sh installs them.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { configuration, event, root, steadyEngine } from '../wasm/package.mjs';
import { app, browser, inPage, look, page, serve } from '../wasm/pages.mjs';
import { until } from '../wasm/targets.mjs';

const builds = process.env.NOTIFIER_BUNDLERS ?? join(root, 'build/bundlers');
const program = (path) => join(builds, 'node_modules', path);
assert.ok(existsSync(program('next/dist/bin/next')), 'Next.js is missing: run tests/setup bundlers');
const expected = (await steadyEngine()).route(event);

/** Below what is installed: Next.js wants to find itself above an app. */
function fresh(name, files) {
  const folder = join(builds, 'apps', name);
  rmSync(folder, { recursive: true, force: true });
  return app(folder, files);
}

function run(args, cwd, env = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8', env: { ...process.env, ...env } });
  return { status, output: stdout + stderr };
}

// ---- Jest ----

const jestTests = `
  const expected = ${JSON.stringify(expected)};
  for (const make of [createEngine, inline.createEngine, scalar.createEngine]) {
    test('works', async () => {
      const engine = await make({ clock: () => 0 });
      engine.load(${JSON.stringify(configuration)});
      expect(engine.route(Buffer.from(${JSON.stringify(JSON.stringify(event))}))).toEqual(expected);
      expect(engine.addNotifier('shop', { name: 'n', platform: 'email' }).id).toMatch(/^no-[0-9a-f-]{36}$/);
      expect(() => engine.route('{')).toThrow(NotifierError);
      engine.dispose();
    });
  }
  test('sends and signs', async () => {
    new Sender();
    expect(Object.keys(await sign({ idempotencyKey: 'x', body: 'y' }, ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw']))).toHaveLength(3);
  });`;
const jest = {
  'package.json': '{"private":true}',
  'required.test.js': `
    const { createEngine, NotifierError } = require('notifier-wasm');
    const inline = require('notifier-wasm/inline');
    const scalar = require('notifier-wasm/scalar');
    const { Sender } = require('notifier-wasm/node');
    const { sign } = require('notifier-wasm/sign');${jestTests}`,
  'imported.test.mjs': `
    import { createEngine, NotifierError } from 'notifier-wasm';
    import * as inline from 'notifier-wasm/inline';
    import * as scalar from 'notifier-wasm/scalar';
    import { Sender } from 'notifier-wasm/node';
    import { sign } from 'notifier-wasm/sign';${jestTests}`,
};

for (const [name, args, env] of [
  ['CommonJS', ['required.test.js'], {}],
  ['CommonJS in jsdom', ['--env=jsdom', 'required.test.js'], {}],
  ['modules', ['--testMatch', '**/*.mjs', '--transform', '{}'], { NODE_OPTIONS: '--experimental-vm-modules' }],
]) {
  test(`Jest, ${name}`, () => {
    const { status, output } = run([program('jest/bin/jest.js'), ...args], fresh('jest', jest), env);
    assert.equal(status, 0, output);
    assert.match(output, /Tests: +4 passed, 4 total/);
  });
}

// ---- Parcel ----

const parcel = (config) => fresh('parcel', {
  'package.json': JSON.stringify({ private: true, dependencies: { 'notifier-wasm': '*' }, ...config }),
  'package-lock.json': '{}', // what says that the project begins here
  'index.html': page('main.js'),
  'main.js': inPage('notifier-wasm'),
  'inline.html': page('inline.js'),
  'inline.js': inPage('notifier-wasm/inline'),
});
const parcelBuild = (folder, ...pages) => run([program('parcel/lib/bin.js'), 'build', ...pages, '--no-autoinstall', '--no-cache'], folder);

test('Parcel as it comes', async () => {
  const folder = parcel({});
  const { status, output } = parcelBuild(folder, 'index.html');
  assert.equal(status, 0, output);
  const server = await serve(join(folder, 'dist'));
  await look(`${server.url}index.html`);
  await server.close();
});

test('Parcel that reads exports', async () => {
  const folder = parcel({ '@parcel/resolver-default': { packageExports: true } });
  const { status, output } = parcelBuild(folder, 'index.html', 'inline.html');
  assert.equal(status, 0, output);
  const server = await serve(join(folder, 'dist'));
  for (const name of ['index', 'inline']) await look(`${server.url}${name}.html`);
  await server.close();
});

// ---- Next.js ----

/** What a page or a route shows: the deliveries of an event, or what kept it from that. */
const shown = `
  async function show() {
    try {
      const engine = await createEngine({ clock: () => 0 });
      engine.load(${JSON.stringify(configuration)});
      return JSON.stringify(engine.route(${JSON.stringify(event)}));
    } catch (error) {
      return error.name + ' ' + error.code + ': ' + error.message;
    }
  }`;
const serverPage = (entry) => `
  import { createEngine } from '${entry}';
  export const dynamic = 'force-dynamic';
  ${shown}
  export default async function Page() { return <pre>{await show()}</pre>; }`;
const next = {
  'package.json': '{"private":true,"dependencies":{"notifier-wasm":"*"}}',
  'app/layout.js': 'export default function Layout({ children }) { return <html><body>{children}</body></html>; }',
  'app/page.js': serverPage('notifier-wasm'),
  'app/inline/page.js': serverPage('notifier-wasm/inline'),
  'app/client/page.js': `
    'use client';
    import { useEffect, useState } from 'react';
    import { createEngine } from 'notifier-wasm';
    ${shown}
    export default function Page() {
      const [text, setText] = useState('');
      useEffect(() => void show().then(setText), []);
      return <pre>{text}</pre>;
    }`,
  'app/route/route.js': `
    import { createEngine } from 'notifier-wasm';
    import { Sender } from 'notifier-wasm/node';
    export const dynamic = 'force-dynamic';
    ${shown}
    export async function GET() { new Sender(); return new Response(await show()); }`,
};

async function start(folder) {
  const server = spawn(process.execPath, [program('next/dist/bin/next'), 'start', '-p', '0', '-H', '127.0.0.1'], { cwd: folder });
  let said = '';
  for (const stream of [server.stdout, server.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
  await until(() => /Ready in/.test(said)).catch(() => assert.fail(said));
  const [url] = /http:\/\/[^\s]+:[1-9]\d*/.exec(said);
  return { url, close: () => (server.kill(), once(server, 'close')) };
}

async function textOf(url) {
  const tab = await browser.newPage();
  try {
    await tab.goto(url);
    let text = '';
    await until(async () => (text = await tab.evaluate(() => document.querySelector('pre').textContent)) !== '');
    return text;
  } finally {
    await tab.close();
  }
}

test('Next.js: pages of the server and of the browser, and routes', async () => {
  const folder = fresh('next', next);
  const { status, output } = run([program('next/dist/bin/next'), 'build'], folder);
  assert.equal(status, 0, output);
  let server = await start(folder);
  for (const path of ['', 'inline', 'client']) assert.deepEqual(JSON.parse(await textOf(`${server.url}/${path}`)), expected, path);
  assert.deepEqual(await (await fetch(`${server.url}/route`)).json(), expected);
  await server.close();
  // Where only what was built is: a page of the server has no file of its own.
  rmSync(join(folder, 'node_modules'), { recursive: true });
  server = await start(folder);
  assert.match(await textOf(`${server.url}/`), /^NotifierError unsupported: .*; import notifier-wasm\/inline, or give createEngine the option wasm$/);
  for (const path of ['inline', 'client']) assert.deepEqual(JSON.parse(await textOf(`${server.url}/${path}`)), expected, path);
  assert.deepEqual(await (await fetch(`${server.url}/route`)).json(), expected);
  await server.close();
});
