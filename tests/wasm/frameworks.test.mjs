// What the README shows of web frameworks: each program as it stands there, checked by a compiler and asked by a client.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { file, packageFolder, root } from './package.mjs';

const folder = mkdtempSync(join(tmpdir(), 'notifier-frameworks-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const modules = join(folder, 'node_modules');
mkdirSync(join(modules, '@hono'), { recursive: true });
mkdirSync(join(modules, '@types'));
symlinkSync(packageFolder, join(modules, 'notifier-wasm'));
for (const name of ['hono', '@hono/node-server', 'express', 'fastify', '@types/express']) symlinkSync(join(root, 'tests/node_modules', name), join(modules, name));
symlinkSync(join(root, 'wasm/node_modules/@types/node'), join(modules, '@types/node'));
writeFileSync(join(folder, 'package.json'), '{"type":"module"}');

const programs = new Map(
  [...readFileSync(file('README.md'), 'utf8').matchAll(/^```js\n([^]*?)^```$/gm)]
    .map(([, text]) => text)
    .filter((text) => /^export const app/m.test(text))
    .map((text) => [/from '(hono|express|fastify)'/.exec(text)[1], text]),
);

test('programs pass a strict compiler, with the types of the frameworks', () => {
  assert.deepEqual([...programs.keys()], ['hono', 'express', 'fastify']);
  const paths = [...programs].map(([name, text]) => {
    writeFileSync(join(folder, `${name}.ts`), text);
    return join(folder, `${name}.ts`);
  });
  const tsc = join(root, 'tests/node_modules/typescript/bin/tsc');
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--target', 'es2022', '--module', 'nodenext', '--lib', 'es2023,dom', '--types', 'node'];
  const { status, stdout } = spawnSync(process.execPath, [tsc, ...options, ...paths], { cwd: folder, encoding: 'utf8' });
  assert.equal(status, 0, stdout);
});

/** Serves what a program exports, and says where. */
const starter = `
import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
const { app } = await import('./' + process.argv[2] + '.mjs');
const say = (server) => console.log(server.address().port);
if (app.server) await app.listen({ port: 0, host: '127.0.0.1' }).then(() => say(app.server));
else { const server = createServer(app.fetch ? getRequestListener(app.fetch) : app).listen(0, '127.0.0.1', () => say(server)); }
`;
writeFileSync(join(folder, 'starter.mjs'), starter);

async function serve(name) {
  writeFileSync(join(folder, `${name}.mjs`), programs.get(name));
  const child = spawn(process.execPath, ['starter.mjs', name], { cwd: folder, env: { ...process.env, API_TOKEN: 's3cret' }, stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit').then(() => assert.fail(`${name} ended`))]);
  return { url: `http://127.0.0.1:${Number(port)}`, close: () => (child.kill(), once(child, 'exit')) };
}

for (const name of programs.keys()) {
  test(`${name}: answers as the API does`, async () => {
    const { url, close } = await serve(name);
    try {
      const headers = { authorization: 'Bearer s3cret', 'content-type': 'application/json' };
      const ask = async (method, path, body, more = {}) => {
        const answer = await fetch(url + path, { method, headers: { ...headers, ...more }, body });
        const text = await answer.text();
        return { status: answer.status, body: text.startsWith('{') ? JSON.parse(text) : text, etag: answer.headers.get('etag') };
      };
      const made = await ask('POST', '/v1/apps/shop/notifiers', JSON.stringify({ notifier: { name: 'ops', platform_id: '5982f145d48c3600273ef08a', send_all_events: true, type_data: { webhook_url: 'https://hooks.example.com/x' } } }));
      assert.equal(made.status, 201, JSON.stringify(made.body));
      const { id } = made.body.notifier;
      const listed = await ask('GET', '/v1/apps/shop/notifiers?page=1');
      assert.equal(listed.body.notifiers[0].id, id);
      assert.equal((await ask('PATCH', `/v1/apps/shop/notifiers/${id}`, JSON.stringify({ notifier: { name: 'on call' } }))).body.notifier.name, 'on call');
      const event = await ask('POST', '/v1/apps/shop/events', JSON.stringify({ type: 'restart', type_data: { note: 'tëst 🎉' } }));
      assert.deepEqual([event.status, event.body.events[0].deliveries.length], [202, 1]);
      // A body of 5 MB arrives whole; what is no JSON is told where.
      const long = await ask('POST', '/v1/apps/shop/events', JSON.stringify({ type: 'restart', type_data: { log: 'x'.repeat(5 << 20) } }));
      assert.equal(long.status, 202, JSON.stringify(long.body));
      assert.equal((await ask('POST', '/v1/apps/shop/events', '{"type":')).status, 400);
      // A test has a form's type and no body, as the documented client sends it.
      assert.deepEqual([(await ask('POST', `/v1/apps/shop/notifiers/${id}/test`, undefined, { 'content-type': 'application/x-www-form-urlencoded' })).status, (await ask('DELETE', `/v1/apps/shop/notifiers/${id}`)).status], [200, 204]);
      assert.equal((await ask('GET', `/v1/apps/shop/notifiers/${id}`)).status, 404);
      if (name === 'hono') assert.equal((await ask('GET', '/v1/apps', undefined, { authorization: 'Bearer guessed' })).status, 401);
    } finally {
      await close();
    }
  });
}
