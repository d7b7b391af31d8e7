// What a notifier's form asks for: the fields of its platform, and which events it is told of.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { launch, open, pageOf, serve, shop, violations } from './browser.mjs';

let browser, site;
before(async () => {
  [browser, site] = await Promise.all([
    launch(),
    serve({ pages: { '/': pageOf('') }, scripts: { '/setup.js': `import '/dashboard/index.js';
import { createEngine } from '/index.js';
globalThis.engine = await createEngine();
engine.load(${JSON.stringify(JSON.stringify(shop))});
document.querySelector('notifier-dashboard').engine = engine;` } }),
  ]);
});
after(async () => {
  await browser?.close();
  await site?.close();
});

const opened = new Set();
afterEach(async () => {
  for (const context of opened) await context.close();
  opened.clear();
});

const start = async () => {
  const { page, context, faults, outside } = await open(browser, `${site.origin}/`);
  opened.add(context);
  const finish = () => (assert.deepEqual(faults, []), assert.deepEqual(outside, []));
  const edit = (name) => page.getByRole('listitem').filter({ hasText: name }).getByRole('button', { name: /^Edit/ }).click();
  const save = async () => {
    await page.locator('#save').click();
    await page.locator('dialog').waitFor({ state: 'detached' });
  };
  const kept = (name) => page.evaluate((of) => JSON.parse(engine.snapshot()).apps[0].notifiers.find((one) => one.name === of), name);
  return { page, finish, edit, save, kept };
};

test('a webhook has a method and headers of its own, which are not shown again', async () => {
  const { page, finish, edit, save, kept } = await start();
  await edit('Audit trail');
  await page.getByText('Request', { exact: true }).first().click();
  await page.locator('#method').selectOption('PUT');
  await page.locator('#headers').fill('X-Team: shop\nHost: other');
  await page.locator('#name').focus();
  await page.locator('#headers-error').waitFor();
  await page.locator('#headers').fill('X-Team: shop\nAuthorization: Bearer a:b');
  await page.locator('#headers-error').waitFor({ state: 'detached' });
  assert.deepEqual(await violations(page), []);
  await save();
  const { type_data: data } = await kept('Audit trail');
  assert.equal(data.method, 'PUT');
  assert.deepEqual(data.headers, { 'X-Team': 'shop', Authorization: 'Bearer a:b' });

  await edit('Audit trail');
  await page.getByText('Request', { exact: true }).first().click();
  assert.equal(await page.locator('#headers').inputValue(), '');
  assert.equal(await page.locator('#method').inputValue(), 'PUT');
  assert.match(await page.locator('#headers-hint').textContent(), /keep/);
  await page.locator('#method').selectOption({ label: 'POST' });
  await save();
  const after = (await kept('Audit trail')).type_data;
  assert.equal(after.method ?? 'POST', 'POST');
  assert.deepEqual(after.headers, data.headers, 'what was not entered anew is kept');
  finish();
});

test('where nothing of a target may be seen, its platform is all that the row says', async () => {
  const { page, finish, save } = await start();
  await page.getByRole('button', { name: 'Add notifier' }).click();
  await page.locator('#name').fill('Phones');
  await page.getByRole('radio', { name: 'ntfy' }).check();
  await page.locator('#topic').fill('a-secret-topic');
  await save();
  const row = page.getByRole('listitem').filter({ hasText: 'Phones' });
  await row.waitFor();
  assert.equal((await row.locator('.goes').textContent()).trim(), 'ntfy');
  finish();
});

test('PagerDuty: a key that is not shown again, a region, and a preview as it draws incidents and changes', async () => {
  const { page, finish, save, kept } = await start();
  await page.getByRole('button', { name: 'Add notifier' }).click();
  await page.locator('#name').fill('Incidents');
  await page.getByRole('radio', { name: 'PagerDuty' }).check();
  await page.locator('#routing_key').fill('KEYsecret');
  await page.getByText('Request', { exact: true }).first().click();
  await page.locator('#region').selectOption('eu');
  const payload = page.locator('dialog notifier-dashboard-payload');
  await payload.locator('.who .app').filter({ hasText: /^(Triggered|Resolved|Change)$/ }).waitFor();
  assert.doesNotMatch(await payload.locator('.inner').textContent(), /KEYsecret|undefined|\[object/);
  assert.ok((await payload.locator('dt').count()) > 0, 'details');
  assert.deepEqual(await violations(page), []);
  await save();
  assert.deepEqual((await kept('Incidents')).type_data, { routing_key: 'KEYsecret', region: 'eu' });
  await page.getByRole('listitem').filter({ hasText: 'Incidents' }).getByRole('button', { name: /^Edit/ }).click();
  assert.equal(await page.locator('#routing_key').inputValue(), '');
  assert.equal(await page.locator('#region').inputValue(), 'eu');
  finish();
});

test('a platform asks for its own fields alone', async () => {
  const { page, finish, edit } = await start();
  await edit('Team channel');
  await page.locator('#url').waitFor();
  for (const id of ['secret', 'headers', 'method', 'emails']) assert.equal(await page.locator(`#${id}`).count(), 0, id);
  finish();
});

test('only failures: one click, and beside it what came lately, with what would not be told and why', async () => {
  const { page, finish, edit, save, kept } = await start();
  await page.getByText('4 notifiers').waitFor();
  await page.evaluate(async () => {
    const dashboard = document.querySelector('notifier-dashboard');
    await dashboard.accept({ id: 'e1', type: 'deployment', app_name: 'shop', type_data: { status: 'success' } });
    await dashboard.accept({ id: 'e2', type: 'deployment', app_name: 'shop', type_data: { status: 'build-error' } });
  });
  await edit('Team channel');
  await page.locator('#only-failures').click();
  assert.equal(await page.locator('#only-failures').getAttribute('aria-pressed'), 'true');
  await page.locator('.past li[data-passes=true]').waitFor();
  assert.equal(await page.locator('.past li[data-passes=true]').count(), 1);
  assert.equal(await page.locator('.past li[data-passes=false]').count(), 1);
  assert.deepEqual(await violations(page), []);
  await save();
  assert.ok((await kept('Team channel')).filter.$or.length > 2);
  await edit('Team channel');
  await page.locator('#only-failures[aria-pressed=true]').click();
  await save();
  assert.equal((await kept('Team channel')).filter, undefined, 'pressed again, everything is told');
  finish();
});

test('conditions are chosen field by field, with the fields and values of what there is', async () => {
  const { page, finish, edit, save, kept } = await start();
  await edit('Team channel');
  await page.locator('#add-condition').click();
  await page.locator('.filter-field').fill('type_data.status');
  assert.ok((await page.locator('#fields option').evaluateAll((options) => options.map(({ value }) => value))).includes('type_data.status'), 'samples offer fields');
  await page.locator('.filter-comparison').selectOption('isNot');
  await page.locator('.filter-values').fill('success, aborted');
  assert.deepEqual(await violations(page), []);
  await save();
  assert.deepEqual((await kept('Team channel')).filter, { 'type_data.status': [{ 'anything-but': ['success', 'aborted'] }, { exists: false }] });

  await edit('Team channel');
  assert.equal(await page.locator('.filter-field').inputValue(), 'type_data.status');
  assert.equal(await page.locator('.filter-comparison').inputValue(), 'isNot');
  assert.equal(await page.locator('.filter-values').inputValue(), 'success, aborted');
  await page.locator('#as-json').click();
  await page.locator('#filter-json').fill('{"type": "deployment"}');
  await page.getByText(/must be a list of values/).waitFor();
  await page.locator('#save').click();
  assert.equal(await page.locator('dialog').count(), 1, 'what breaks a rule is not saved');
  await page.locator('#filter-json').fill('{"type": ');
  await page.getByText('This is not JSON yet.').waitFor();
  await page.locator('#filter-json').fill('{"type": ["deployment"]}');
  await page.locator('#as-rows').click();
  assert.equal(await page.locator('.filter-values').inputValue(), 'deployment');
  await page.getByRole('button', { name: 'Remove condition 1' }).click();
  await save();
  assert.equal((await kept('Team channel')).filter, undefined);
  finish();
});

test('how often: one message for a storm is asked for in words, and the form says what follows', async () => {
  const { page, finish, edit, save, kept } = await start();
  await edit('Team channel');
  const hint = page.locator('#mode-hint');
  assert.match(await hint.textContent(), /A thousand events are a thousand messages/);
  await page.locator('#mode').selectOption('throttle');
  assert.match(await hint.textContent(), /told at once.*within 10 minutes comes as one message/);
  await page.locator('#window').fill('');
  await page.getByText(/Within: is needed/i).waitFor();
  await page.locator('#save').click();
  assert.equal(await page.locator('dialog').count(), 1, 'what breaks a rule is not saved');
  await page.locator('#window').fill('2');
  await page.locator('#unit').selectOption('hour');
  assert.match(await hint.textContent(), /within 2 hours/);
  await page.locator('#by').fill('type, type_data.region');
  assert.deepEqual(await violations(page), []);
  await save();
  assert.deepEqual((await kept('Team channel')).grouping, { mode: 'throttle', window: 7200, by: ['type', 'type_data.region'] });

  await edit('Team channel');
  assert.equal(await page.locator('#window').inputValue(), '2');
  assert.equal(await page.locator('#unit').inputValue(), 'hour');
  assert.equal(await page.locator('#by').inputValue(), 'type, type_data.region');
  await page.locator('#mode').selectOption('daily');
  await page.locator('#at').fill('08:30');
  await page.locator('#zone').fill('Europe/Paris');
  assert.match(await hint.textContent(), /at 08:30 \(Europe\/Paris\)/);
  await page.locator('#zone').fill('Europe/Atlantis and beyond');
  await page.getByText(/Time zone: must be a time zone/i).waitFor();
  await page.locator('#zone').fill('Europe/Paris');
  await save();
  assert.deepEqual((await kept('Team channel')).grouping, { mode: 'daily', at: '08:30', zone: 'Europe/Paris', by: ['type', 'type_data.region'] });

  await edit('Team channel');
  await page.locator('#mode').selectOption('each');
  await save();
  assert.equal((await kept('Team channel')).grouping, undefined, 'every event at once again');
  finish();
});

test('quiet hours and a mute are set, found again, and taken away', async () => {
  const { page, finish, edit, save, kept } = await start();
  await edit('Team channel');
  await page.locator('#isQuiet').check();
  await page.locator('#from').fill('20:00');
  await page.locator('#to').fill('08:00');
  await page.locator('#sat').uncheck();
  await page.locator('#sun').uncheck();
  await page.locator('#quietZone').fill('Europe/Berlin');
  await page.locator('#isMuted').check();
  const until = await page.locator('#until').inputValue();
  assert.ok(new Date(until) > new Date(), 'begins with a moment to come');
  await page.locator('#until').fill('2099-01-02T03:04');
  assert.deepEqual(await violations(page), []);
  await save();
  const first = await kept('Team channel');
  assert.deepEqual(first.quiet, { from: '20:00', to: '08:00', days: ['mon', 'tue', 'wed', 'thu', 'fri'], zone: 'Europe/Berlin', pass_errors: true });
  assert.equal(Date.parse(first.muted_until), await page.evaluate(() => new Date(2099, 0, 2, 3, 4).getTime()));

  await edit('Team channel');
  assert.equal(await page.locator('#sat').isChecked(), false);
  assert.equal(await page.locator('#fri').isChecked(), true);
  assert.equal(await page.locator('#until').inputValue(), '2099-01-02T03:04');
  await page.locator('#to').fill('20:00');
  await page.getByText(/To: must be another time/i).waitFor();
  await page.locator('#isQuiet').uncheck();
  await page.locator('#isMuted').uncheck();
  await save();
  const second = await kept('Team channel');
  assert.equal(second.quiet, undefined);
  assert.equal(second.muted_until, undefined);
  finish();
});
