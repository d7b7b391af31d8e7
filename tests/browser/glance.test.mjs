// A notifier at a glance, and what is done with several at once: in a page, and on a server that keeps what was removed.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, afterEach, before, test } from 'node:test';
import { startApi } from './api_server.mjs';
import { focused, launch, open, pageOf, serve, violations } from './browser.mjs';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const hook = (name, more = {}, data = {}) => ({ name, platform: 'webhook', send_all_events: true, ...more, type_data: { webhook_url: `https://${name.toLowerCase()}.example/path`, ...data } });
const shop = { version: 1, apps: [{ id: 'app-1', name: 'shop', notifiers: [hook('Audit', {}, { signing_secret: secret, headers: { 'X-Team': 'shop' } }), hook('Billing'), hook('Crew', { active: false })] }] };

let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());
const leftovers = new Set();
afterEach(async () => {
  for (const close of leftovers) await close();
  leftovers.clear();
});

const at = (minutes) => new Date(Date.now() + minutes * 60_000).toISOString();

/** What a server keeps: deliveries of each notifier, and what was removed. */
function keeping() {
  const self = { removed: new Map(), asked: [] };
  const deliveries = (id) => [
    { id: 'k-1', notifier_id: id, event_id: 'e-1', event_type: 'crash', platform: 'webhook', state: 'dead', created_at: at(-5), attempts: [{ at: at(-5), outcome: 'fail', status: 404, reason: 'there is no such hook' }] },
    { id: 'k-2', notifier_id: id, event_id: 'e-2', event_type: 'restart', platform: 'webhook', state: 'pending', created_at: at(-9), next_at: at(20), attempts: [] },
  ];
  self.history = {
    events: () => ({ total: 0, items: [] }),
    deliveries: () => ({ total: 0, items: [] }),
    retry: () => 'due',
    find(_, filter, limit) {
      self.asked.push(limit);
      return { total: 0, items: deliveries(filter.notifierId).filter(({ state }) => filter.state === '' || state === filter.state).map((one) => JSON.stringify(one)), next: 0 };
    },
    removed: (_, id) => self.removed.get(id),
  };
  return self;
}

async function start(mode) {
  const kept = keeping();
  const server = mode === 'server' ? await startApi({ configuration: shop, history: kept.history }) : undefined;
  const setup = `import '/dashboard/index.js';
globalThis.said = [];
globalThis.dashboard = document.querySelector('notifier-dashboard');
for (const name of ['added', 'updated', 'removed', 'restored', 'error']) dashboard.addEventListener('notifier-' + name, () => said.push(name));
${mode === 'page' ? `dashboard.seed = ${JSON.stringify(shop)};` : ''}`;
  if (server) {
    for (const notifier of JSON.parse(server.engine.snapshot()).apps[0].notifiers) kept.removed.set(notifier.id, JSON.stringify({ op: 'put_notifier', notifier: { ...notifier, app_id: 'app-1' } }));
  }
  const site = await serve({ pages: { '/': pageOf(server ? 'base-url="" app="shop"' : '') }, scripts: { '/setup.js': setup }, api: server?.api });
  const opened = await open(browser, site.origin, { acceptDownloads: true });
  const { page } = opened;
  const close = async () => {
    await opened.context.close();
    await site.close();
    server?.dispose();
  };
  leftovers.add(close);
  await page.getByText('3 notifiers').waitFor();
  const row = (name) => page.getByRole('listitem').filter({ hasText: name });
  return {
    ...opened, kept, server, row,
    details: (name) => row(name).getByRole('button', { name: `Details of ${name}` }),
    said: () => page.evaluate(() => said),
    /** The engine that the page works on, or the server's. */
    async notifiers() {
      const snapshot = server ? server.engine.snapshot() : JSON.stringify({ apps: [{ notifiers: await page.evaluate(() => [...dashboard.renderRoot.querySelector('notifier-dashboard-list').notifiers]) }] });
      return JSON.parse(snapshot).apps[0].notifiers;
    },
    finish: async () => {
      leftovers.delete(close);
      await close();
      assert.deepEqual(opened.faults, []);
      assert.deepEqual(opened.outside, []);
    },
  };
}

for (const mode of ['page', 'server']) {
  test(`${mode} mode: several are removed at once, and come back as they were, by the keyboard alone`, async () => {
    const { page, row, said, notifiers, finish } = await start(mode);
    const before = new Map((await notifiers()).map((one) => [one.id, one]));
    await page.locator('#bulk').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('checkbox', { name: 'Billing' }).press(' ');
    await page.getByRole('button', { name: 'Remove 2' }).press('Enter');
    await page.locator('#keep').waitFor();
    assert.equal(await focused(page), 'keep');
    assert.deepEqual(await violations(page), []);
    await page.getByRole('button', { name: 'Remove 2' }).press('Enter');
    await row('Audit').waitFor({ state: 'detached' });
    await page.getByText('2 notifiers were removed.').first().waitFor();
    assert.deepEqual(await violations(page), []);
    assert.deepEqual((await notifiers()).map(({ name }) => name), ['Billing']);
    await page.locator('#undo').focus();
    await page.keyboard.press('Enter');
    await page.getByText('2 notifiers are back.').first().waitFor();
    for (const now of await notifiers()) {
      const { updated_at: _, ...was } = before.get(now.id);
      assert.deepEqual({ ...now, updated_at: undefined }, { ...was, updated_at: undefined });
    }
    assert.deepEqual(await said(), ['removed', 'removed', 'restored', 'restored']);
    await finish();
  });

  test(`${mode} mode: several are switched off at once, and it is undone for those alone`, async () => {
    const { page, notifiers, finish } = await start(mode);
    await page.locator('#bulk').click();
    await page.getByRole('button', { name: 'Switch off 2' }).click();
    await page.getByText('2 notifiers are inactive.').first().waitFor();
    assert.ok((await notifiers()).every(({ active }) => !active));
    await page.locator('#undo').click();
    await page.getByText('2 notifiers are active.').first().waitFor();
    assert.deepEqual((await notifiers()).map(({ active }) => active), [true, true, false]);
    await finish();
  });

  test(`${mode} mode: notifiers are found by their address and by how they are`, async () => {
    const { page, row, finish } = await start(mode);
    await page.getByLabel('Find a notifier').fill('billing.example');
    await page.getByText('1 notifier found').waitFor();
    await row('Billing').waitFor();
    await page.getByLabel('Find a notifier').fill('');
    await page.locator('#state').selectOption('inactive');
    await page.getByText('1 notifier found').waitFor();
    await row('Crew').waitFor();
    await finish();
  });

  test(`${mode} mode: a notifier is muted for a while from its details, which its row tells, and unmuted`, async () => {
    const { page, row, details, notifiers, finish } = await start(mode);
    await details('Billing').click();
    await page.getByRole('button', { name: 'For an hour' }).click();
    await page.getByText(/^Muted until/).waitFor();
    const until = Date.parse((await notifiers())[1].muted_until);
    assert.ok(Math.abs(until - Date.now() - 3_600_000) < 60_000);
    await page.keyboard.press('Escape');
    await row('Billing').getByText('Muted').waitFor();
    assert.equal(await focused(page), 'Details of Billing');
    await page.locator('#state').selectOption('mutedNow');
    await page.getByText('1 notifier found').waitFor();
    await details('Billing').click();
    await page.locator('#unmute').click();
    await page.locator('#unmute').waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    await page.locator('#state').selectOption('');
    await page.getByText('3 notifiers').waitFor();
    assert.equal((await notifiers())[1].muted_until, undefined);
    await finish();
  });

  test(`${mode} mode: a copy has all but secrets, and says so; a file has no address and no key`, async () => {
    const { page, row, details, notifiers, finish } = await start(mode);
    await details('Audit').click();
    const [download] = await Promise.all([page.waitForEvent('download'), page.locator('#export').click()]);
    assert.equal(download.suggestedFilename(), 'Audit.json');
    const text = await readFile(await download.path(), 'utf8');
    assert.ok(!/whsec_|audit\.example|X-Team/.test(text), text);
    const { notifier } = JSON.parse(text);
    assert.deepEqual([notifier.name, notifier.platform, notifier.send_all_events, notifier.secrets_set.toSorted()], ['Audit', 'webhook', true, ['headers', 'signing_secret', 'webhook_url']]);
    await page.locator('#duplicate').click();
    await page.getByText('Not copied, as they are never shown: Signing key and Headers of its own.').waitFor();
    assert.equal(await page.getByLabel('Webhook URL').inputValue(), 'https://audit.example/path');
    await page.locator('#save').click();
    await row('Copy of Audit').waitFor();
    const copy = (await notifiers()).at(-1);
    assert.deepEqual([copy.type_data.webhook_url, copy.type_data.signing_secret, copy.type_data.headers], ['https://audit.example/path', undefined, undefined]);
    await finish();
  });
}

test('the details say how a notifier fares, in one short page each, and lead to where that is told', async () => {
  const { page, kept, details, finish } = await start('server');
  await details('Billing').click();
  await page.locator('#last', { hasText: 'there is no such hook' }).waitFor();
  assert.match(await page.locator('#failed').innerText(), /^1\b/);
  assert.match(await page.locator('#pending').innerText(), /^1 \u00b7 next at /);
  assert.equal(await page.locator('#secrets').innerText().then((text) => text.match(/not set/g).length), 2);
  assert.deepEqual(kept.asked, [50, 50, 50, 50]);
  assert.deepEqual(await violations(page), []);
  // What its row says is not said again.
  const said = await page.locator('notifier-dashboard-glance').innerText();
  assert.ok(!/billing\.example|All events|Webhook\b/.test(said), said);
  await page.getByRole('button', { name: 'Show what failed' }).click();
  await page.locator('[data-id=k-1]').waitFor();
  assert.equal(await page.getByLabel('Outcome').inputValue(), 'dead');
  await finish();
});

test('a signing key is generated, rotated and removed; headers are removed; what is not touched stays', async () => {
  const { page, row, notifiers, finish } = await start('server');
  const edit = async (name) => {
    await row(name).getByRole('button', { name: /^Edit/ }).click();
    await page.locator('dialog notifier-dashboard-payload').waitFor();
  };
  const save = async () => {
    await page.locator('#save').click();
    await page.locator('dialog').waitFor({ state: 'detached' });
  };
  const data = async (at) => (await notifiers())[at].type_data;
  await edit('Billing');
  await page.getByRole('button', { name: 'Generate', exact: true }).click();
  const first = await page.getByLabel('Signing key').inputValue();
  assert.match(first, /^whsec_[A-Za-z0-9+/]{43}=$/);
  await save();
  assert.deepEqual([(await data(1)).signing_secret].flat(), [first]);

  await edit('Billing');
  await page.getByRole('button', { name: 'Generate a new one' }).click();
  const second = await page.getByLabel('Signing key').inputValue();
  assert.notEqual(second, first);
  await page.getByLabel('Signing key').fill(`${second} ${first}`);
  await save();
  assert.deepEqual((await data(1)).signing_secret, [second, first]);

  await edit('Audit');
  await page.locator('dialog').getByText('Request', { exact: true }).first().click();
  await page.locator('[data-secret=headers] [data-do=take-off]').click();
  assert.deepEqual(await violations(page), []);
  await save();
  assert.deepEqual([(await data(0)).headers, [(await data(0)).signing_secret].flat()], [undefined, [secret]]);
  await edit('Audit');
  await page.locator('[data-secret=signing_secret] [data-do=take-off]').click();
  await page.getByRole('button', { name: 'Keep it' }).click();
  await page.locator('[data-secret=signing_secret] [data-do=take-off]').click();
  await save();
  assert.equal((await data(0)).signing_secret, undefined);
  await finish();
});
