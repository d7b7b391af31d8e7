// How the dashboard looks and speaks: colours, motion, words, directions, and what the page's policy has to do with it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, open, pageOf, policy, serve, shop, violations } from './browser.mjs';

let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

/** A page in page mode; `script` runs with the element as `dashboard`. */
async function withPage({ attributes = '', script = '', style, policy: own = policy, ...options }, work) {
  const setup = `import '/dashboard/index.js';
    globalThis.dashboard = document.querySelector('notifier-dashboard');
    dashboard.seed = ${JSON.stringify(shop)};
    ${script}`;
  const head = style ? '<link rel="stylesheet" href="/theme.css">' : '';
  const site = await serve({ pages: { '/': pageOf(attributes).replace('</head>', `${head}</head>`) }, scripts: { '/setup.js': setup }, styles: { '/theme.css': style }, policy: () => own });
  const { page, context, faults, outside } = await open(browser, site.origin, options);
  try {
    await page.getByRole('listitem').first().waitFor();
    await work(page, faults);
    assert.deepEqual(faults, []);
    assert.deepEqual(outside, []);
  } finally {
    await context.close();
    await site.close();
  }
}

/** A computed style of something within the dashboard. */
const style = (page, selector, name) => page.locator(selector).first().evaluate((element, name) => getComputedStyle(element)[name], name);

test('the policy that all pages here stand under is enforced, and the mail is dressed under it', () =>
  withPage({}, async (page, faults) => {
    assert.match(policy, /require-trusted-types-for 'script'/);
    const isRefused = await page.evaluate(() => {
      try {
        document.createElement('div').innerHTML = '<b>a string</b>';
        return false;
      } catch {
        return true;
      }
    });
    assert.ok(isRefused, 'strings are HTML without a Trusted Types policy');
    await page.getByRole('tab', { name: 'Preview' }).click();
    const frame = page.frameLocator('iframe');
    await frame.getByText('shop: deployment succeeded').first().waitFor();
    // The frame has inherited the policy: a style attribute of its own would do nothing.
    assert.equal(await frame.locator('body').evaluate((body) => {
      body.insertAdjacentElement('beforeend', Object.assign(document.createElement('i'), { id: 'probe' }));
      body.querySelector('#probe').setAttribute('style', 'padding-top: 7px');
      const found = getComputedStyle(body.querySelector('#probe')).paddingTop;
      body.querySelector('#probe').remove();
      return found;
    }), '0px');
    assert.equal(await frame.locator('body').evaluate((body) => getComputedStyle(body).paddingTop), '16px');
    assert.notEqual(await frame.locator('table').first().evaluate((table) => getComputedStyle(table).borderTopColor), 'rgb(0, 0, 0)');
    assert.equal(faults.splice(0).length, 2, 'only what this test did is against the policy');
    // Nothing runs there, and nothing leads away.
    assert.equal(await page.locator('iframe').getAttribute('sandbox'), 'allow-same-origin');
    assert.equal(await frame.locator('a[href]').count(), 0);
  }));

test('a page that allows no policy but that of the rendering sees mails as text', () =>
  withPage({ policy: `${policy}; trusted-types lit-html` }, async (page, faults) => {
    await page.getByRole('tab', { name: 'Preview' }).click();
    await page.locator('#text', { hasText: 'Commit 9f1c2d3 was deployed' }).waitFor();
    assert.equal(await page.locator('iframe').count(), 0);
    assert.deepEqual(faults.splice(0).filter((fault) => !/notifier-dashboard-mail/.test(fault)), []);
  }));

test('whoever wants less motion gets none', async () => {
  for (const [reducedMotion, expected] of [['reduce', /^0s(, 0s)*$/], ['no-preference', /0\.12s/]]) {
    await withPage({ reducedMotion }, async (page) => {
      for (const selector of ['#add', '.switch']) assert.match(await style(page, selector, 'transitionDuration'), expected);
    });
  }
});

test('forced colours: what is on, chosen or in focus can be told apart', () =>
  withPage({ forcedColors: 'active' }, async (page) => {
    const [on, off] = [page.locator('.switch[aria-checked=true]').first(), page.locator('.switch[aria-checked=false]').first()];
    const knob = (element) => getComputedStyle(element, '::after').backgroundColor;
    assert.notEqual(await on.evaluate(knob), await off.evaluate(knob));
    assert.notEqual(await style(page, '[role=tab][aria-selected=true]', 'backgroundColor'), await style(page, '[role=tab][aria-selected=false]', 'backgroundColor'));
    await page.getByRole('button', { name: 'Add notifier' }).click();
    await page.locator('dialog .title').waitFor();
    assert.equal(await style(page, '.choice:has(:checked)', 'outlineStyle'), 'solid');
    assert.equal(await style(page, '.choice:not(:has(:checked))', 'outlineStyle'), 'none');
    // What is pressed has the system's colours of what is selected, whatever ours are, also under the pointer.
    const chosen = await style(page, '[role=tab][aria-selected=true]', 'backgroundColor');
    const onChosen = await style(page, '[role=tab][aria-selected=true]', 'color');
    await page.locator('#save').hover();
    for (const selector of ['.views [aria-pressed=true]', '#save']) {
      assert.equal(await style(page, selector, 'backgroundColor'), chosen, selector);
      assert.equal(await style(page, selector, 'color'), onChosen, selector);
    }
    assert.notEqual(await style(page, '.views [aria-pressed=false]', 'backgroundColor'), chosen);
    assert.deepEqual(await violations(page), []);
  }));

test('light, dark or as the browser has it; in the host\u2019s colours', async () => {
  const surface = (page) => style(page, '.card', 'backgroundColor');
  const found = {};
  for (const colorScheme of ['light', 'dark']) await withPage({ colorScheme }, async (page) => (found[colorScheme] = await surface(page)));
  assert.notEqual(found.light, found.dark);
  await withPage({ colorScheme: 'light', attributes: 'color-scheme="dark"' }, async (page) => assert.equal(await surface(page), found.dark));
  await withPage({ style: 'notifier-dashboard { --notifier-surface: rgb(1, 2, 3); --notifier-accent: rgb(4, 5, 6); }' }, async (page) => {
    assert.equal(await surface(page), 'rgb(1, 2, 3)');
    assert.equal(await style(page, '#add', 'backgroundColor'), 'rgb(4, 5, 6)');
  });
});

test('a host\u2019s words take the place of ours, with the plurals of the language', () =>
  withPage({
    attributes: 'locale="pl"',
    script: `dashboard.strings = {
      add: 'Dodaj', count: { one: '{count} odbiorca', few: '{count} odbiorcy', many: '{count} odbiorc\u00f3w', other: '{count} odbiorcy' },
      'error.blank': 'To pole jest wymagane', 'reason.inactive': 'Wy\u0142\u0105czony', 'kind.deployment': 'Wdro\u017cenie', 'platform.email': 'Poczta', 'view.why': 'Dlaczego',
    };`,
  }, async (page) => {
    await page.getByText('4 odbiorcy').waitFor();
    await page.getByText('Poczta \u00b7').waitFor();
    await page.getByRole('button', { name: 'Dodaj' }).click();
    await page.locator('#save').click();
    await page.locator('#name-error', { hasText: 'To pole jest wymagane' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('tab', { name: 'Dlaczego' }).click();
    await page.getByText('Wy\u0142\u0105czony').waitFor();
    assert.equal(await page.getByLabel('Sample event').evaluate((select) => select.selectedOptions[0].text), 'Wdro\u017cenie');
    // Words of the host that come later are said at once.
    await page.evaluate(() => (dashboard.strings = { 'view.why': 'Czemu' }));
    await page.getByRole('tab', { name: 'Czemu' }).waitFor();
  }));

test('in French all that is ours is French, and a host\u2019s words still come first', () =>
  withPage({ attributes: 'locale="fr-CA"', script: "dashboard.strings = { 'view.why': 'Pour quelle raison' };" }, async (page) => {
    await page.getByRole('button', { name: 'Ajouter un notifier' }).click();
    await page.locator('#save', { hasText: 'Ajouter un notifier' }).click();
    await page.locator('#name-error', { hasText: 'Ne peut pas \u00eatre vide' }).waitFor();
    await page.getByLabel('Envoyer tous les \u00e9v\u00e9nements').uncheck();
    await page.getByText('Op\u00e9rations sur l\u2019application', { exact: true }).waitFor();
    await page.getByLabel('Application d\u00e9ploy\u00e9e').waitFor();
    await page.evaluate(() => dashboard.setAttribute('locale', 'en'));
    await page.locator('#save', { hasText: 'Add notifier' }).waitFor();
    await page.evaluate(() => dashboard.setAttribute('locale', 'fr'));
    await page.locator('#save', { hasText: 'Ajouter un notifier' }).waitFor();
    await page.locator('#cancel').click();
    await page.getByRole('tab', { name: 'Pour quelle raison' }).waitFor();
  }));

test('numbers and times are those of the locale', async () => {
  for (const [locale, expected] of [['de', /\d\d:\d\d:\d\d/], ['en-US', /\d:\d\d:\d\d\s[AP]M/]]) {
    await withPage({ attributes: `locale="${locale}"` }, async (page) => {
      await page.evaluate(() => dashboard.accept({ id: 'e1', type: 'restart', app_name: 'shop', created_at: new Date(), type_data: {} }));
      await page.getByRole('tab', { name: 'Activity' }).click();
      assert.match(await page.locator('ol time').textContent(), expected);
    });
  }
});

/** Texts of one line that begin with a letter and end with a mark, and of which the mark stands on the side where they begin. */
const askew = (page) =>
  page.evaluate(() => {
    const found = { right: [], wrong: [] };
    const walk = (root) => {
      const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
      while (texts.nextNode()) {
        const node = texts.currentNode;
        if (node.shadowRoot) walk(node.shadowRoot);
        if (node.nodeType !== Node.TEXT_NODE || node.parentElement?.closest('svg, option, style, pre')) continue;
        const text = node.data.trimEnd();
        const first = text.search(/\S/);
        const isHebrew = /^[\u0590-\u05ff]/.test(text.slice(first));
        if (!/^[\u2068]?[a-z\u0590-\u05ff]/i.test(text.slice(first)) || !/[.?!:\u2026)]$/.test(text)) continue;
        const box = (at) => {
          const range = document.createRange();
          range.setStart(node, at);
          range.setEnd(node, at + 1);
          return range.getBoundingClientRect();
        };
        const [begin, end] = [box(first), box(text.length - 1)];
        if (begin.width === 0 || end.width === 0 || Math.abs(begin.top - end.top) > 2) continue;
        (end.left > begin.left === !isHebrew ? found.right : found.wrong).push(text.trim());
      }
    };
    walk(document.body);
    return found;
  });

test('English words within a page that runs from right to left run from left to right; what comes with events runs its own way', async () => {
  const hebrew = '\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd!';
  const seed = structuredClone(shop);
  seed.apps[0].notifiers[1].name = hebrew;
  for (const locale of ['ar', 'en']) {
    await withPage({ attributes: `locale="${locale}"`, script: `dashboard.seed = ${JSON.stringify(seed)};` }, async (page) => {
      const seen = new Set();
      const look = async (where) => {
        const { right, wrong } = await askew(page);
        assert.deepEqual(wrong, [], `${locale}: ${where}`);
        for (const text of right) seen.add(text);
      };
      await look('notifiers');
      await page.locator(`[data-position='1'] [data-action=edit]`).click();
      await page.locator('dialog iframe').waitFor();
      await look('edit');
      await page.keyboard.press('Escape');
      await page.locator(`[data-position='1'] [data-action=remove]`).click();
      await page.getByRole('alertdialog').waitFor();
      await look('remove');
      // A name that runs the other way does not turn the question around it.
      assert.equal(await page.locator('#dialog-title').textContent(), `Remove \u2068${hebrew}\u2069?`);
      await page.locator('#confirm').click();
      await page.locator('#undo').click();
      await page.locator('[data-position]').nth(3).waitFor();
      await look('undone');
      await page.locator('#tab-preview').click();
      await page.getByLabel('Sample event').selectOption({ label: 'Paste an event\u2026' });
      await page.getByLabel('Event (JSON)').fill(JSON.stringify({ id: 'e1', type: 'word', app_name: 'shop', user: { username: hebrew }, type_data: { note: hebrew, other: 'Hello, world!' } }));
      await page.locator('notifier-dashboard-payload').first().waitFor();
      await look('preview');
      await page.locator('#tab-why').click();
      await page.locator('#told').waitFor();
      await look('why');
      await page.locator('#tab-words').click();
      await page.getByLabel('Title').first().fill(`${hebrew}`);
      await page.locator('[data-platform=slack]').getByText(hebrew).first().waitFor();
      await look('words');
      await page.locator('#tab-activity').click();
      await page.evaluate(() => dashboard.accept({ id: 'e1', type: 'restart', app_name: 'shop', type_data: {} }));
      await page.locator('ol time').waitFor();
      await look('activity');
      assert.ok(seen.size >= 12, [...seen].join(' | '));
    });
  }
});

test('languages that run from right to left', () =>
  withPage({ attributes: 'locale="ar"' }, async (page) => {
    assert.equal(await page.locator('notifier-dashboard .all').first().getAttribute('dir'), 'rtl');
    const box = (selector) => page.locator(selector).first().boundingBox();
    assert.ok((await box('.badge')).x > (await box('.actions')).x, 'rows begin on the right');
    // The switch moves the other way, within itself.
    const outside = await page.locator('.switch[aria-checked=true]').first().evaluate((element) => {
      const shift = parseFloat(getComputedStyle(element, '::after').translate);
      return shift >= 0;
    });
    assert.ok(!outside);
    // The way to the next tab is the way that one reads.
    await page.getByRole('tab', { name: 'Notifiers' }).focus();
    for (let i = 0; i < 2; ++i) await page.keyboard.press('ArrowLeft');
    assert.equal(await page.getByRole('tab', { name: 'Preview' }).getAttribute('aria-selected'), 'true');
    // Addresses and JSON go on running from left to right.
    await page.locator('notifier-dashboard-payload').first().waitFor();
    await page.getByRole('button', { name: 'Raw bytes' }).first().click();
    assert.equal(await style(page, '#raw', 'direction'), 'ltr');
  }));
