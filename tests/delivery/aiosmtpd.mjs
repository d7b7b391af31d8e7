// aiosmtpd, a mail server of another language, as a process of its own: smtpd.py says how it behaves.

import { spawn } from 'node:child_process';
import { after } from 'node:test';

import { until } from '../wasm/targets.mjs';

/** Its port, and the mails that it took until now. */
export async function startAiosmtpd(...args) {
  const script = new URL('smtpd.py', import.meta.url).pathname;
  const child = spawn(process.env.NOTIFIER_PYTHON ?? 'python3', [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  after(() => child.kill());
  const lines = [];
  let rest = '';
  child.stdout.on('data', (data) => {
    const parts = (rest + data).split('\n');
    rest = parts.pop();
    lines.push(...parts.map((line) => JSON.parse(line)));
  });
  await until(() => lines.length > 0, 'aiosmtpd');
  return { port: lines[0].port, mails: () => lines.slice(1) };
}
