// `notifier serve` as a process of its own, and how to talk to it.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { after } from 'node:test';
import { file, root } from './package.mjs';

const children = [];
after(() => {
  for (const child of children) child.kill('SIGKILL');
});

/** In the folder of the tests, where nodemailer is installed as a user would install it. */
export async function startServer(args, { database, env = {} }) {
  const child = spawn(process.execPath, [file('dist/cli/main.js'), 'serve', '--port', '0', '--database', database, ...args], {
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
