// The end of examples/demo: the dashboard on the server of the command line, with the sample notifiers.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { dist } from './browser.mjs';

const program = fileURLToPath(new URL('../../examples/dashboard.mjs', import.meta.url));

/** Runs the demo with --check. */
async function check(from = dist) {
  const demo = spawn(process.execPath, [program, '--check'], { env: { ...process.env, NOTIFIER_DIST: from } });
  let said = '';
  for (const stream of [demo.stdout, demo.stderr]) stream.on('data', (bytes) => (said += bytes));
  const status = await new Promise((resolve) => demo.once('close', resolve));
  return { status, said };
}

test('shows the sample notifiers, the first within a second of the cold start, and ends by itself', async () => {
  const took = [];
  for (let run = 0; run < 10 && !took.some((time) => time < 1000); ++run) {
    const { status, said } = await check();
    assert.equal(status, 0, said);
    took.push(Number(/shows 7 notifiers, the first after (\d+) ms/.exec(said)?.[1]));
  }
  console.log(`first row after ${took.join(', ')} ms`);
  assert.ok(took.some((time) => time < 1000), `${took}`);
});

test('fails where the page does not show them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'notifier-dist-'));
  try {
    await cp(dist, folder, { recursive: true });
    await writeFile(join(folder, 'dashboard/page.js'), '');
    const { status, said } = await check(folder);
    assert.equal(status, 1, said);
    assert.match(said, /demo: .*Team channel/s);
  } finally {
    await rm(folder, { recursive: true });
  }
});
