// `notifier serve` as a process of its own, and how to talk to it.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { after } from 'node:test';
import { file, root } from './package.mjs';

const children = [];
after(() => {
  for (const child of children) child.kill('SIGKILL');
});

/** A Node.js that has SQLite. */
export const node = isBuiltin('node:sqlite') ? process.execPath : join(root, 'tests/node_modules/node22/bin/node');

/** What SQL finds in a database that no server has open: rows, by the names of their columns. */
export function query(database, sql) {
  const script = `const { DatabaseSync } = require('node:sqlite'); console.log(JSON.stringify(new DatabaseSync(process.argv[1]).prepare(process.argv[2]).all()));`;
  const { status, stdout, stderr } = spawnSync(node, ['--no-warnings', '-e', script, database, sql], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

/** Runs the server to its end: it is one that cannot start, or does something else than serve. */
export function runServer(database, ...args) {
  return spawnSync(node, [file('dist/cli/main.js'), 'serve', '--port', '0', '--database', database, ...args], { encoding: 'utf8', timeout: 60_000 });
}

/** In the folder of the tests, where nodemailer is installed as a user would install it. */
export async function startServer(args, { database, env = {}, program = node }) {
  const child = spawn(program, [file('dist/cli/main.js'), 'serve', '--port', '0', '--database', database, ...args], {
    env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'], cwd: join(root, 'tests'),
  });
  children.push(child);
  const closed = once(child, 'close');
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (log += text));
  child.stdout.setEncoding('utf8');
  const [line] = await Promise.race([once(child.stdout, 'data'), closed.then(() => assert.fail(`it ended: ${log}`))]);
  const [, port] = /:(\d+)( |$)/m.exec(line);
  const ask = (path, { method = 'GET', body, headers = {} } = {}) =>
    new Promise((resolve, reject) => {
      const request = httpRequest({ host: '127.0.0.1', port, path, method, headers }, (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text: Buffer.concat(chunks).toString() }));
        response.on('error', reject);
      });
      request.on('error', reject);
      request.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
    });
  const stop = async (signal = 'SIGTERM') => {
    child.kill(signal);
    const [code] = await closed; // not its exit: what it said last may come after that
    return { code, log };
  };
  return { child, port, ask, stop, database, line, log: () => log };
}

/** A server as the tests know it that both servers share. */
export function callable({ child, ask, stop, port }) {
  return {
    pid: child.pid,
    stop,
    url: `http://127.0.0.1:${port}`,
    async call(method, path, body, headers = {}) {
      const { status, headers: answered, text } = await ask(path, { method, body, headers: { 'Content-Type': 'application/json', ...headers } });
      return { status, headers: answered, body: text && answered['content-type']?.startsWith('application/json') ? JSON.parse(text) : text };
    },
  };
}
