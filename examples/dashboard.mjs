// Serves the dashboard with the sample notifiers, and feeds it the sample events as if they happened now.
//
//   node examples/dashboard.mjs [--check]

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const isCheck = process.argv.includes('--check');
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'notifier-demo-'));
const server = spawn(
  process.execPath,
  [here('../wasm/dist/cli/main.js'), 'serve', '--port', '0', '--database', join(folder, 'demo.json'), '--import', here('notifiers.json'), '--no-access-log', '--dry-run'],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
const stop = (code) => {
  server.kill();
  server.once('exit', () => {
    rmSync(folder, { recursive: true, force: true });
    process.exit(code);
  });
};
process.once('SIGINT', () => stop(0));
process.once('SIGTERM', () => stop(0));
server.once('exit', (code) => (process.exitCode ??= code ?? 1));

const origin = await new Promise((resolve, reject) => {
  let said = '';
  server.stdout.on('data', (bytes) => {
    said += bytes;
    const address = /http:\/\/\S+/.exec(said);
    if (address) resolve(address[0]);
  });
  server.once('exit', () => reject(new Error('the server did not start')));
});

const events = readFileSync(here('events.ndjson'), 'utf8').trim().split('\n').map((line) => JSON.parse(line)).filter(({ app_name: app }) => app === 'shop');

async function feed(position) {
  const event = { ...events[position % events.length], id: `ev-${randomUUID()}`, created_at: new Date().toISOString() };
  const answer = await fetch(`${origin}/v1/apps/shop/events`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(event) });
  if (!answer.ok) throw new Error(`the server answered ${answer.status} to an event`);
}

/** Looks at the page as a person would. */
async function check() {
  const { chromium } = await import('../tests/node_modules/playwright-core/index.mjs');
  const browser = await chromium.launch({
    executablePath: process.env.NOTIFIER_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  try {
    const page = await browser.newPage();
    const faults = [];
    page.on('pageerror', (error) => faults.push(String(error)));
    await page.goto(origin);
    await page.getByRole('listitem').filter({ hasText: 'Team channel' }).waitFor();
    const rows = await page.getByRole('listitem').count();
    const first = await page.evaluate(() => performance.getEntriesByName('notifier-first-row')[0].startTime);
    await page.getByRole('tab', { name: 'Activity' }).click();
    await page.getByText('Live', { exact: true }).waitFor();
    for (let position = 0; position < 3; ++position) await feed(position);
    await page.locator('svg rect').first().waitFor();
    await page.getByRole('tab', { name: 'Preview' }).click();
    await page.locator('notifier-dashboard-payload').first().waitFor();
    if (faults.length > 0) throw new Error(faults.join('\n'));
    console.log(`demo: the dashboard shows ${rows} notifiers, the first after ${Math.round(first)} ms, and events as they happen`);
  } finally {
    await browser.close();
  }
}

try {
  if (isCheck) {
    await check();
    stop(0);
  } else {
    console.log(`\nThe dashboard: ${origin}/?app=shop\nEvents happen every few seconds, and nothing is sent. Ctrl+C ends it.`);
    for (let position = 0; ; ++position) {
      await feed(position);
      await new Promise((resolve) => setTimeout(resolve, 1500 + 2500 * Math.random()));
    }
  }
} catch (error) {
  console.error(`demo: ${error.message}`);
  stop(1);
}
