// The page at / and what it loads: files, and no way to others.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { after, test } from 'node:test';

import { NotifierServer, program } from './notifier_server.mjs';

const folder = NotifierServer.folder();
after(() => folder.remove());
after(() => NotifierServer.stopAll());

const dist = `${folder.path}/dist`;
for (const below of ['dashboard/more', 'shared', 'cli']) mkdirSync(`${dist}/${below}`, { recursive: true });
const page = '<!doctype html><script type=module src=dashboard/page.js></script>';
const files = {
  'dashboard/index.html': page, 'dashboard/page.js': 'import "../index.js";', 'dashboard/chunk-A_1.js': '1', 'dashboard/page.css': 'a{}', 'dashboard/icon.svg': '<svg/>',
  'index.js': 'export {};', 'notifier.wasm': '\0asm', 'shared/x.js': '2',
  'dashboard/strings.d.ts': 'no', 'dashboard/.hidden.js': 'no', 'dashboard/more/deep.js': 'no', 'cli/main.js': 'no', 'node.js': 'no', 'package.json': 'no',
};
for (const [name, text] of Object.entries(files)) writeFileSync(`${dist}/${name}`, text);
writeFileSync(`${folder.path}/secret.js`, 'SECRET');
symlinkSync('/dev/zero', `${dist}/dashboard/endless.js`);

/** Sends a target as it is, which clients would tidy up. */
function raw(port, target, method = 'GET') {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(`${method} ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`));
    let text = '';
    socket.on('data', (data) => (text += data)).on('close', () => resolve(text)).on('error', reject);
  });
}

test('the page and what it loads have their types and the headers that keep others out, with a token or without', async () => {
  for (const more of [[], ['--token', 'tok', '--host', '127.0.0.1']]) {
    const server = await NotifierServer.start(folder.database, '--dashboard', dist, ...more);
    for (const [path, type] of Object.entries({
      '/': 'text/html; charset=utf-8', '/?app=shop': 'text/html; charset=utf-8', '/dashboard/page.js': 'text/javascript; charset=utf-8', '/dashboard/chunk-A_1.js': 'text/javascript; charset=utf-8',
      '/dashboard/page.css': 'text/css; charset=utf-8', '/dashboard/icon.svg': 'image/svg+xml', '/index.js': 'text/javascript; charset=utf-8', '/notifier.wasm': 'application/wasm', '/shared/x.js': 'text/javascript; charset=utf-8',
    })) {
      const answer = await server.call('GET', path);
      assert.equal(answer.status, 200, path);
      assert.equal(answer.body, files[path === '/' || path.startsWith('/?') ? 'dashboard/index.html' : path.slice(1)], path);
      assert.equal(answer.headers.get('content-type'), type);
      assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
      assert.equal(answer.headers.get('referrer-policy'), 'no-referrer');
      assert.equal(answer.headers.get('cache-control'), 'no-cache');
      assert.match(answer.headers.get('content-security-policy'), /^default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; .*frame-ancestors 'none'; require-trusted-types-for 'script'$/);
      const again = await server.call('GET', path, undefined, { 'If-None-Match': answer.headers.get('etag') });
      assert.deepEqual([again.status, again.body, again.headers.get('etag')], [304, '', answer.headers.get('etag')]);
      assert.equal((await server.call('GET', path, undefined, { 'If-None-Match': '"other"' })).status, 200);
    }
    const head = await server.call('HEAD', '/');
    assert.deepEqual([head.status, head.body, head.headers.get('content-length')], [200, '', String(page.length)]);
    assert.equal((await server.call('POST', '/')).status, more.length > 0 ? 401 : 404);
    assert.equal((await server.call('GET', '/', undefined, { Origin: 'https://elsewhere.example' })).status, more.length > 0 ? 200 : 403);
    await server.stop();
  }
});

test('no name leads anywhere else', async () => {
  const server = await NotifierServer.start(folder.database, '--dashboard', dist);
  for (const target of [
    '/dashboard/../../secret.js', '/dashboard/..%2f..%2fsecret.js', '/dashboard/%2e%2e/%2e%2e/secret.js', '//dashboard/page.js', '/./dashboard/page.js', '/dashboard/./page.js', '/dashboard/page.js/', '/dashboard/page.js%00', '/dashboard%2fpage.js',
    '/dashboard/page.js%20', '/dashboard//page.js', '/Dashboard/page.js', '/../secret.js', '/..%5csecret.js', '/dashboard/', '/dashboard', '/dashboard/index.html/..', '/dashboard/strings.d.ts', '/dashboard/.hidden.js', '/dashboard/more/deep.js',
    '/dashboard/endless.js', '/cli/main.js', '/node.js', '/package.json', '/secret.js', `${folder.path}/secret.js`, 'http://localhost/../secret.js',
  ]) {
    const answer = await raw(server.port, target);
    assert.match(answer, /^HTTP\/1\.1 40[04] /, target);
    assert.doesNotMatch(answer, /SECRET|root:|\nno$/, target);
  }
  assert.match(await raw(server.port, 'http://localhost/dashboard/page.js'), /^HTTP\/1\.1 200 /);
  await server.stop();
});

test('what is not there is said at the start where it was named; else there is no page', async () => {
  const server = await NotifierServer.start(folder.database);
  assert.equal((await server.call('GET', '/')).status, 404);
  await server.stop();
  const refused = spawnSync(program, ['--port', '0', '--database', folder.database, '--dashboard', `${dist}/shared`], { encoding: 'utf8', timeout: 20_000 });
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /no dashboard\/index\.html in /);
});
