// Takes pictures of the dashboard's states, light and dark, wide and narrow, and in forced colours:
//
//   node tests/browser/screenshots.mjs FOLDER [STATE...]

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { launch } from './browser.mjs';
import { reach, states } from './states.mjs';

const [folder, ...wanted] = process.argv.slice(2);
if (!folder) throw new Error('usage: node tests/browser/screenshots.mjs FOLDER [STATE...]');
mkdirSync(folder, { recursive: true });

const looks = [
  { look: 'light', colorScheme: 'light', forcedColors: 'none', widths: [1280, 360] },
  { look: 'dark', colorScheme: 'dark', forcedColors: 'none', widths: [1280, 360] },
  { look: 'forced', colorScheme: 'dark', forcedColors: 'active', widths: [1280] },
];
const browser = await launch();
for (const state of states.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  const { page, close } = await reach(browser, state, state.modes?.[0] ?? 'page', { reducedMotion: 'reduce', viewport: { width: 1280, height: 800 } });
  for (const { look, colorScheme, forcedColors, widths } of looks) {
    await page.emulateMedia({ colorScheme, forcedColors });
    for (const width of widths) {
      await page.setViewportSize({ width, height: 800 });
      await page.waitForTimeout(150);
      await page.screenshot({ path: join(folder, `${state.name}-${look}-${width}.png`) });
    }
  }
  await close();
}
await browser.close();
