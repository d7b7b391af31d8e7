// Takes pictures of the dashboard's states, light and dark, wide and narrow:
//
//   node tests/browser/screenshots.mjs FOLDER

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { launch, open, pageOf, serve, shop } from './browser.mjs';

const folder = process.argv[2];
if (!folder) throw new Error('usage: node tests/browser/screenshots.mjs FOLDER');
mkdirSync(folder, { recursive: true });

const setup = `import '/dashboard/index.js';
globalThis.dashboard = document.querySelector('notifier-dashboard');
dashboard.addEventListener('notifier-deliver', (event) => event.preventDefault());
dashboard.seed = ${JSON.stringify(shop)};`;
const [browser, site] = await Promise.all([launch(), serve({ pages: { '/': pageOf('', 'Notifiers').replace('<h1>Test</h1>', '') }, scripts: { '/setup.js': setup } })]);

for (const colorScheme of ['light', 'dark']) {
  for (const width of [1280, 360]) {
    for (const forcedColors of width === 1280 && colorScheme === 'dark' ? ['none', 'active'] : ['none']) {
      const { page, context } = await open(browser, site.origin, { colorScheme, forcedColors, viewport: { width, height: 800 } });
      const shot = async (state) => {
        await page.waitForTimeout(600);
        await page.screenshot({ path: join(folder, `${state}-${forcedColors === 'active' ? 'forced' : colorScheme}-${width}.png`) });
      };
      await page.getByText('4 notifiers').waitFor();
      await shot('notifiers');
      await page.getByRole('button', { name: 'Edit On call' }).click();
      await shot('edit');
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Add notifier' }).click();
      await page.locator('#all').uncheck();
      await page.locator('#save').click();
      await shot('add');
      await page.keyboard.press('Escape');
      await page.getByRole('tab', { name: 'Preview' }).click();
      await shot('preview');
      await page.getByRole('tab', { name: 'Why' }).click();
      await shot('why');
      await page.evaluate(async () => {
        const { now } = Date;
        for (let minute = 28; minute >= 0; --minute) {
          Date.now = () => now() - minute * 60_000;
          for (let count = 0; count < (minute * 7) % 5; ++count) {
            const type = ['deployment', 'restart', 'crash', 'new_domain'][(minute + count) % 4];
            await dashboard.accept({ id: `${minute}-${count}`, created_at: new Date(Date.now()), type, app_name: 'shop', user: { username: 'anna' }, type_data: {} });
          }
        }
        Date.now = now;
      });
      await page.getByRole('tab', { name: 'Activity' }).click();
      await shot('activity');
      await page.getByRole('tab', { name: 'Notifiers' }).click();
      await page.getByRole('button', { name: 'Remove On call' }).click();
      await shot('remove');
      await page.locator('#confirm').click();
      await shot('removed');
      await context.close();
    }
  }
}
await browser.close();
await site.close();
