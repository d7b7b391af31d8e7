// notifier-server as those meet it who run it.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';

import { NotifierServer, program } from './notifier_server.mjs';
import { isOperated } from './operations.mjs';

const folder = NotifierServer.folder();
after(() => folder.remove());
after(() => NotifierServer.stopAll());

const start = async (database, options) => {
  const server = await NotifierServer.startSending(database, options);
  return { call: server.call.bind(server), stop: server.stop.bind(server), signal: (signal) => process.kill(server.pid, signal), log: () => server.log };
};
start.help = spawnSync(program, ['--help'], { encoding: 'utf8' }).stdout;
isOperated(start);

test('a server that cannot write its database is not ready until it can', async () => {
  const server = await NotifierServer.start(folder.database);
  const holder = spawn('python3', ['-c',
    'import sqlite3,sys; d=sqlite3.connect(sys.argv[1], isolation_level=None); d.execute("BEGIN IMMEDIATE"); print("held", flush=True); sys.stdin.read()',
    folder.database]);
  await once(holder.stdout, 'data');
  const refused = await server.call('GET', '/readyz');
  assert.equal(refused.status, 503);
  assert.equal(refused.headers.get('retry-after'), null);
  assert.deepEqual(refused.body, { status: 'not ready', reason: 'the database cannot be written' });
  holder.stdin.end();
  await once(holder, 'exit');
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  assert.equal((await server.call('GET', '/readyz')).status, 200);
  await server.stop();
});

test('every path and method of the API stands in its description, with what it takes to ask', () => {
  const { paths } = JSON.parse(readFileSync(new URL('../../examples/server/openapi.json', import.meta.url), 'utf8'));
  const table = readFileSync(new URL('../../include/notifier/api/routes.hpp', import.meta.url), 'utf8');
  const routes = [...table.matchAll(/\{"([A-Z]+)", "([^"]+)", \w+\}/g)];
  assert.ok(routes.length >= 29);
  for (const [, method, pattern] of routes) {
    const path = pattern.replace(/:(\w+)/g, '{$1}');
    const operation = paths[path]?.[method.toLowerCase()];
    assert.ok(operation, `examples/server/openapi.json lacks ${method} ${path}`);
    const scopes = operation.security.flatMap(({ token }) => token);
    assert.ok(scopes.length <= 1 && scopes.every((scope) => ['read', 'events', 'manage'].includes(scope)), `${method} ${path}`);
    if (method !== 'GET' && !/preview|explain/.test(path)) assert.notEqual(scopes[0] ?? 'open', 'read', `${method} ${path}`);
  }
});
