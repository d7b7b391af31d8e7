// Serves the dashboard with the sample notifiers, and feeds it the sample events as if they happened now. Nothing is sent.
//
//   node examples/dashboard.mjs [--check]
//
// With --check, a browser without a screen looks at the page, and this ends: 0 only if the page shows what it should. The package is
// taken from wasm/dist, or from the folder that NOTIFIER_DIST names.

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const isCheck = process.argv.includes('--check');
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const dist = process.env.NOTIFIER_DIST ?? here('../wasm/dist');
const configuration = JSON.parse(readFileSync(here('notifiers.json'), 'utf8'));
const events = readFileSync(here('events.ndjson'), 'utf8').trim().split('\n').map((line) => JSON.parse(line)).filter(({ app_name: app }) => app === 'shop');

const folder = mkdtempSync(join(tmpdir(), 'notifier-demo-'));
// The server keeps its data with node:sqlite: where this Node.js is older, by the one that tests/setup took from npm.
const others = [here('../tests/node_modules/node22/bin/node'), here(`../build/setup/server/node_modules/node-${process.platform}-${process.arch}/bin/node`)];
const server = spawn(
  isBuiltin('node:sqlite') ? process.execPath : (others.find((path) => existsSync(path)) ?? process.execPath),
  [join(dist, 'cli/main.js'), 'serve', '--port', '0', '--database', join(folder, 'demo.db'), '--import', here('notifiers.json'), '--no-access-log', '--dry-run'],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
const gone = new Promise((resolve) => server.once('exit', resolve));

async function stop(code) {
  server.kill();
  await gone;
  rmSync(folder, { recursive: true, force: true });
  process.exit(code);
}
process.once('SIGINT', () => stop(0));
process.once('SIGTERM', () => stop(0));

/** Where the server listens, once it does. */
const listening = new Promise((resolve, reject) => {
  let said = '';
  server.stdout.on('data', (bytes) => {
    said += bytes;
    const [address] = /http:\/\/[^\s/]+(?=\s)/.exec(said) ?? [];
    if (address) resolve(address);
  });
  gone.then(() => reject(new Error('the server ended')));
});

async function feed(site, position) {
  const event = { ...events[position % events.length], id: `ev-${randomUUID()}`, created_at: new Date().toISOString() };
  const answer = await fetch(`${site}/v1/apps/shop/events`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(event) });
  if (!answer.ok) throw new Error(`the server answered ${answer.status} to an event`);
}

/** Looks at the page as a person would; throws where it does not show what it should. */
async function check(site) {
  const { chromium } = await import('../tests/node_modules/playwright-core/index.mjs');
  const browser = await chromium.launch({
    executablePath: process.env.NOTIFIER_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(20_000);
    const faults = [];
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
    await page.goto(`${site}/?app=shop`);
    const { notifiers } = configuration.apps.find(({ name }) => name === 'shop');
    for (const { name } of notifiers) await page.getByRole('listitem').filter({ hasText: name }).waitFor();
    const first = await page.evaluate(() => performance.getEntriesByName('notifier-first-row')[0].startTime);
    await page.getByRole('tab', { name: 'Activity' }).click();
    await page.getByText('Live', { exact: true }).waitFor();
    for (let position = 0; position < 3; ++position) await feed(site, position);
    await page.locator('svg rect').first().waitFor();
    await page.getByRole('tab', { name: 'Preview' }).click();
    await page.frameLocator('iframe').getByText('shop: deployment succeeded').first().waitFor();
    await page.getByRole('tab', { name: 'Why' }).click();
    await page.locator('#told').waitFor();
    if (faults.length > 0) throw new Error(faults.join('\n'));
    console.log(`demo: the dashboard shows ${notifiers.length} notifiers, the first after ${Math.round(first)} ms, and events as they happen`);
  } finally {
    await browser.close();
  }
}

try {
  const site = await listening;
  if (isCheck) {
    await check(site);
    await stop(0);
  }
  console.log(`\nThe dashboard: ${site}/?app=shop\nEvents happen every few seconds, and nothing is sent. Ctrl+C ends it.`);
  for (let position = 0; ; ++position) {
    await feed(site, position);
    // Something has happened before anybody looks.
    if (position >= 5) await new Promise((resolve) => setTimeout(resolve, 1500 + 2500 * Math.random()));
  }
} catch (error) {
  console.error(`demo: ${error.message}`);
  await stop(1);
}
