// Each state of the dashboard in both modes, light and wide, and dark and as narrow as pages get: no violation that axe-core knows of,
// nothing wider than the page, nothing too small to hit, nothing against the policy, no request to anybody else.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch, violations } from './browser.mjs';
import { reach, states } from './states.mjs';

let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

/** Controls of less than 24 by 24 pixels. A control within a label is as large as the label. */
const small = (page) =>
  page.evaluate(() => {
    const found = [];
    const walk = (root) => root.querySelectorAll('*').forEach((element) => {
      if (element.shadowRoot) walk(element.shadowRoot);
      if (!element.matches('button, input, select, textarea, summary, a[href]')) return;
      const { width, height } = (element.closest('label') ?? element).getBoundingClientRect();
      if (width > 0 && (width < 24 || height < 24)) found.push(`${element.outerHTML.slice(0, 100)}: ${width} x ${height}`);
    });
    walk(document);
    return found;
  });

/** What sticks out sideways: of the page, of a dialog, of a control. What scrolls by itself or is cut on purpose does not count. */
const wide = (page) =>
  page.evaluate(() => {
    const found = [];
    const look = (element) => {
      const { scrollWidth, clientWidth } = element;
      if (scrollWidth > clientWidth + 1) found.push(`${element.localName}.${element.className}: ${scrollWidth} of ${clientWidth}`);
    };
    const walk = (root) => root.querySelectorAll('*').forEach((element) => {
      if (element.shadowRoot) walk(element.shadowRoot);
      if (element.matches('dialog, button, label, section, li, .row, .notice, .field') && element.clientWidth > 0) look(element);
    });
    look(document.documentElement);
    walk(document);
    return found;
  });

// Two at a time: most of the time goes by in the browser.
describe('states', { concurrency: 2 }, () => {
  for (const mode of ['page', 'server']) {
    for (const state of states.filter(({ modes = ['page', 'server'] }) => modes.includes(mode))) {
      test(`${mode} mode: ${state.name}`, async () => {
        const { page, faults, outside, close } = await reach(browser, state, mode, { colorScheme: 'light', reducedMotion: 'reduce' });
        try {
          // Both modes draw with the same parts: looking at one of them wide is enough.
          for (const [colorScheme, width] of mode === 'page' ? [['light', 1280], ['dark', 320]] : [['dark', 320]]) {
            await page.emulateMedia({ colorScheme });
            await page.setViewportSize({ width, height: 800 });
            await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
            const where = `${colorScheme}, ${width} px`;
            assert.deepEqual(await violations(page), [], where);
            assert.deepEqual(await wide(page), [], where);
            assert.deepEqual(await small(page), [], where);
          }
          assert.equal(await page.evaluate(() => globalThis.hacked), undefined);
          assert.deepEqual(faults, []);
          assert.deepEqual(outside, []);
        } finally {
          await close();
        }
      });
    }
  }
});
