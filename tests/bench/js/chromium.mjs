// node tests/bench/js/chromium.mjs PACKAGE RESULTS.json: opens the benchmark's page in Chromium, keeps its rows for table.py.

import { writeFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { serve } from './page.mjs';

const [folder, file] = process.argv.slice(2);
const server = await serve(folder, 0);
const browser = await chromium.launch({ executablePath: process.env.NOTIFIER_CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
try {
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.waitForFunction(() => document.querySelector('#state').textContent !== 'measuring \u2026', undefined, { timeout: 300_000 });
  const state = await page.textContent('#state');
  if (state !== 'done') throw new Error(state);
  writeFileSync(file, JSON.stringify(await page.evaluate(() => globalThis.rows)));
} finally {
  await browser.close();
  server.close();
}
