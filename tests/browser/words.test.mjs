// The page of words: what is said of events is changed, seen on every platform while one writes, and stored.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startApi } from './api_server.mjs';
import { focused, launch, open, pageOf, serve, shop, violations } from './browser.mjs';

let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

const pager = {
  name: 'pager', display_name: 'The pager', fields: [{ key: 'number', label: 'Number', required: true }],
  request: { method: 'POST', url: 'https://pager.example.com/send', body: { to: '{@notifier.number}', text: '{@title}: {@sentence}' } },
};
const vocabulary = {
  event_types: [{ id: 'heat', name: 'heat', display_name: 'Furnace too hot', category_id: 'app' }],
  event_kinds: [{ type: 'furnace_hot', selectable_as: 'heat', wordings: [{ severity: 'error', title: '{furnace} is hot', sentence: '{furnace} is at {temperature} C.' }], sample: { type_data: { furnace: 'F2', temperature: 1312 } } }],
  platforms: [pager],
};

/** A page on a server, or with the engine in it. */
async function withPage({ mode = 'server', configuration = shop, attributes = '' }, work) {
  const server = mode === 'server' ? await startApi({ configuration }) : undefined;
  const setup = `import '/dashboard/index.js'; globalThis.dashboard = document.querySelector('notifier-dashboard'); ${server ? '' : `dashboard.seed = ${JSON.stringify(configuration)};`}`;
  const site = await serve({ pages: { '/': pageOf(`${server ? 'base-url="" app="shop"' : ''} view="words" ${attributes}`) }, scripts: { '/setup.js': setup }, api: server?.api });
  const { page, context, faults, outside } = await open(browser, site.origin);
  try {
    await page.locator('#add-kind, #add-row').waitFor();
    await work(page, server);
    assert.deepEqual([faults, outside], [[], []]);
  } finally {
    await context.close();
    await site.close();
    server?.dispose();
  }
}

const own = () => {
  const { event_types, ...rest } = vocabulary;
  return { ...structuredClone(shop), vocabulary: { ...rest, categories: [{ id: 'works', name: 'works', display_name: 'Works' }], event_types: event_types.map((type) => ({ ...type, category_id: 'works' })) } };
};
const shown = (page, platform) => page.locator(`[data-platform=${platform}]`);

for (const mode of ['page', 'server']) {
  test(`${mode} mode: what is written is seen on every platform at once, and told once it is saved`, () =>
    withPage({ mode }, async (page, server) => {
      await page.getByLabel('Find a kind').fill('restart');
      await page.locator('[data-type=restart]').click();
      const sentence = page.getByLabel('Sentence').last();
      const before = await sentence.inputValue();
      assert.match(before, /\{@app\}/, 'a built-in wording is there to begin with');
      await sentence.fill('[{@app}|It] runs again, says {user.username|nobody}.');
      for (const platform of ['slack', 'telegram', 'microsoft_teams']) await shown(page, platform).getByText(/runs again/).first().waitFor();
      await page.locator('#standing', { hasText: 'Changed, not saved' }).waitFor();
      // It stays while one looks at something else.
      await page.getByRole('tab', { name: 'Why' }).click();
      await page.locator('#told').waitFor();
      await page.getByRole('tab', { name: 'Words' }).click();
      await page.locator('#save').click();
      await page.locator('#standing', { hasText: 'All is saved' }).waitFor();
      await page.locator('[data-type=restart] .pill', { hasText: 'changed' }).waitFor();
      if (server) assert.match(server.engine.vocabulary().event_kinds[0].wordings.at(-1).sentence, /runs again/);
      // The other views speak as it says now.
      await page.getByRole('tab', { name: 'Preview' }).click();
      await page.getByLabel('Sample event').selectOption('restart');
      await page.locator('notifier-dashboard-payload').getByText(/runs again/).first().waitFor();
      // And it is taken back.
      await page.getByRole('tab', { name: 'Words' }).click();
      await page.locator('#reset').click();
      assert.equal(await page.getByLabel('Sentence').last().inputValue(), before);
      await page.locator('#save').click();
      await page.locator('[data-type=restart] .pill').waitFor({ state: 'detached' });
      if (server) assert.equal(server.engine.vocabulary().event_kinds, undefined);
    }));
}

test('a fault is shown at its character, leads there, and keeps what is wrong from being saved', () =>
  withPage({ configuration: own() }, async (page) => {
    await page.locator('[data-type=furnace_hot] .pill', { hasText: 'own' }).waitFor();
    const sentence = page.getByLabel('Sentence');
    await sentence.fill('\u{1F525} {furnace} since {since:tim}');
    await page.locator('#sentence-0-error').getByText(/no layout is called 'tim'; did you mean time\?/).waitFor();
    assert.equal(await page.locator('#sentence-0-error mark').textContent(), 't');
    assert.equal(await sentence.getAttribute('aria-invalid'), 'true');
    assert.ok(await page.locator('#save').isDisabled());
    await page.locator('#sentence-0-error').getByRole('button', { name: 'Character 26' }).click();
    assert.equal(await focused(page), 'sentence-0');
    assert.equal(await sentence.evaluate((field) => field.value.slice(field.selectionStart)), 'tim}');
    // The preview stays at what was right last.
    await page.getByText('The preview shows the last version without a fault.').waitFor();
    await shown(page, 'slack').getByText(/F2 is at 1312 C/).first().waitFor();
    assert.deepEqual(await violations(page), []);
    await page.keyboard.type('time');
    for (let i = 0; i < 2; ++i) await page.keyboard.press('Delete');
    await page.locator('#sentence-0-error').waitFor({ state: 'detached' });
    // What is not JSON is said where it is written.
    await page.getByLabel('Data of the example').fill('{"furnace": ');
    await page.locator('#sample-error').waitFor();
    await page.getByLabel('Data of the example').fill('{"furnace": "F9", "since": "2026-05-14T09:46:00Z"}');
    await shown(page, 'slack').getByText(/F9 since 14 May 2026/).first().waitFor();
  }));

test('platforms of the server\u2019s own are shown, a kind is added and named, and what is in use is not taken away', () =>
  withPage({ configuration: own() }, async (page, server) => {
    await shown(page, 'pager').getByRole('heading', { name: 'The pager' }).waitFor();
    await shown(page, 'pager').getByText(/F2 is hot: F2 is at 1312 C\./).waitFor();
    await page.locator('#add-kind').click();
    await page.getByLabel('Type of the event').fill('furnace_cold');
    await page.getByLabel('Chosen as').selectOption('heat');
    await page.getByLabel('Title').fill('{furnace} went cold');
    await page.getByLabel('Sentence').fill('{furnace} needs wood.');
    await page.getByLabel('All of the event\u2019s data as fields').uncheck();
    await page.getByLabel('Data of the example').fill('{"furnace": "F7"}');
    await shown(page, 'pager').getByText(/F7 went cold: F7 needs wood\./).waitFor();
    await page.locator('#save').click();
    await page.locator('#standing', { hasText: 'All is saved' }).waitFor();
    assert.deepEqual(server.engine.eventKind('furnace_cold'), {
      type: 'furnace_cold', scope: 'app', selectable_as: 'heat', wordings: [{ severity: 'info', title: '{furnace} went cold', sentence: '{furnace} needs wood.', fields: '' }], sample: { type_data: { furnace: 'F7' } },
    });
    // The notifier that selects the type keeps it from going.
    server.engine.addNotifier('app-1', { name: 'heat', platform: 'slack', selected_events: ['heat'], type_data: { webhook_url: 'https://hooks.slack.com/services/x' } });
    await page.getByRole('button', { name: 'As JSON' }).click();
    const json = page.getByLabel('The whole vocabulary');
    const whole = JSON.parse(await json.inputValue());
    delete whole.event_types;
    whole.event_kinds = whole.event_kinds.map(({ selectable_as: _, ...kind }) => kind);
    await json.fill(JSON.stringify(whole));
    await page.locator('#save').click();
    await page.locator('#json-error', { hasText: /lack 'heat' .*which the notifier 'heat' of 'shop' selects/ }).waitFor();
    await json.fill('{"event_kinds": [');
    await page.locator('#json-error', { hasText: 'This is not JSON' }).waitFor();
    await page.locator('#discard').click();
    await page.locator('#standing', { hasText: 'All is saved' }).waitFor();
    assert.ok(JSON.parse(await json.inputValue()).event_types);
  }));

test('what somebody else has changed meanwhile is not written over', () =>
  withPage({ configuration: own() }, async (page, server) => {
    await page.getByLabel('Title').fill('{furnace} burns');
    server.engine.vocabulary({ ...server.engine.vocabulary(), secret_names: ['badge'] });
    await page.locator('#save').click();
    await page.getByText('Somebody else has changed the vocabulary meanwhile').waitFor();
    assert.equal(server.engine.eventKind('furnace_hot').wordings[0].title, '{furnace} is hot');
    await page.locator('#discard').click();
    await page.locator('#standing', { hasText: 'All is saved' }).waitFor();
    await page.getByLabel('Title').fill('{furnace} burns');
    await page.locator('#save').click();
    await page.locator('#standing', { hasText: 'All is saved' }).waitFor();
    assert.equal(server.engine.eventKind('furnace_hot').wordings[0].title, '{furnace} burns');
    assert.deepEqual(server.engine.vocabulary().secret_names, ['badge']);
  }));

test('an app speaks the language that is chosen for it, which may be the French that comes along', () =>
  withPage({}, async (page, server) => {
    await page.getByRole('button', { name: 'Languages' }).click();
    assert.equal(await page.getByLabel('Messages of shop').locator('option').count(), 2);
    await page.locator('#add-french').click();
    await page.locator('#save').click();
    await page.locator('#standing', { hasText: 'All is saved' }).waitFor();
    await page.getByLabel('Messages of shop').selectOption({ label: 'French' });
    await page.getByText('Messages are in French now.').first().waitFor();
    assert.equal(server.engine.apps()[0].language, 'fr');
    await page.getByRole('tab', { name: 'Preview' }).click();
    await page.getByLabel('Sample event').selectOption('restart');
    await page.getByLabel('Notifier', { exact: true }).selectOption({ label: 'Team channel' });
    await page.locator('notifier-dashboard-payload').getByText(/red\u00e9marr/i).first().waitFor();
    // As long as the app speaks it, it is not taken away.
    await page.getByRole('tab', { name: 'Words' }).click();
    await page.getByRole('button', { name: 'Remove French' }).click();
    await page.getByText("lack 'fr', which is asked for").waitFor();
    await page.locator('#discard').click();
    await page.getByLabel('Messages of shop').selectOption('');
    await page.getByText('Messages are in English now.').first().waitFor();
    assert.equal(server.engine.apps()[0].language, undefined);
  }));

test('a server without a vocabulary says so', async () => {
  const api = (request, response) => (/vocabulary/.test(request.url) ? response.writeHead(404).end('{}') : /notifiers$/.test(request.url) ? response.end('{"notifiers":[]}') : response.writeHead(404).end('{}'));
  const site = await serve({ pages: { '/': pageOf('base-url="" app="shop" view="words"') }, scripts: { '/setup.js': "import '/dashboard/index.js';" }, api });
  const { page, context } = await open(browser, site.origin);
  await page.getByText('This server has no vocabulary to be edited.').waitFor();
  await context.close();
  await site.close();
});

test('the kind that is open is a place of its own: a link leads to it, and back to the one before', () =>
  withPage({ mode: 'page', configuration: own(), attributes: 'place="kinds/furnace_hot"' }, async (page) => {
    const current = () => page.locator('.kind[aria-current=true]').getAttribute('data-type');
    const place = () => page.evaluate(() => document.querySelector('notifier-dashboard').place);
    await page.locator('[data-type=furnace_hot][aria-current=true]').waitFor();
    const first = await page.locator('.kind').first().getAttribute('data-type');
    await page.locator('[data-type=restart]').click();
    assert.deepEqual([await current(), await place()], ['restart', 'kinds/restart']);
    const go = (to) => page.evaluate((there) => (document.querySelector('notifier-dashboard').place = there), to);
    await go('kinds/furnace_hot');
    await page.locator('[data-type=furnace_hot][aria-current=true]').waitFor();
    await go('kinds/nothing_of_the_kind');
    assert.equal(await current(), 'furnace_hot');
    await go('');
    await page.locator(`[data-type=${first}][aria-current=true]`).waitFor();
  }));

const saved = async (page) => {
  await page.locator('#save').click();
  await page.locator('#standing', { hasText: 'All is saved' }).waitFor();
};

test('event types and categories have forms: added, changed, taken away and put back, with faults at their fields', () =>
  withPage({ configuration: own() }, async (page, server) => {
    const part = (name) => page.getByRole('button', { name, exact: true }).click();
    await part('Categories');
    await page.getByRole('button', { name: 'Add a category' }).click();
    await page.getByLabel('Name', { exact: true }).fill('kilns');
    await page.getByLabel('Shown as').fill('Kilns');
    const position = page.getByLabel('Position');
    await position.fill('first');
    await page.locator('#position-error', { hasText: 'Write a number.' }).waitFor();
    assert.ok(await page.locator('#save').isDisabled());
    await position.fill('0');
    await page.locator('#position-error', { hasText: 'must be a number from 1 to 1000000' }).waitFor();
    await position.fill('7');
    await page.locator('#position-error').waitFor({ state: 'detached' });
    await part('Event types');
    await page.getByRole('button', { name: 'Add a type' }).click();
    await page.getByLabel('Name', { exact: true }).fill('');
    await page.locator('#name-error', { hasText: "can't be blank" }).waitFor();
    await page.getByLabel('Name', { exact: true }).fill('kiln_cold');
    await page.getByLabel('Shown as').fill('Kiln too cold');
    await page.getByLabel('Category', { exact: true }).selectOption({ label: 'Kilns' });
    await page.locator('[data-row=app_scaled]').click();
    await page.getByLabel('Shown as').fill('More or fewer');
    assert.deepEqual(await violations(page), []);
    await saved(page);
    const { categories, event_types: types } = server.engine.vocabulary();
    assert.deepEqual(categories.find(({ name }) => name === 'kilns'), { id: 'kilns', name: 'kilns', display_name: 'Kilns', position: 7 });
    assert.equal(types.find(({ name }) => name === 'kiln_cold').category_id, 'kilns');
    assert.equal(server.engine.catalogue().event_types.find(({ name }) => name === 'app_scaled').display_name, 'More or fewer');
    // As it was built in; and what others need is not taken away.
    await page.locator('[data-row=app_scaled] .pill', { hasText: 'changed' }).waitFor();
    await page.locator('#reset').click();
    await part('Categories');
    await page.locator('[data-row=kilns]').click();
    await page.locator('#remove-row').click();
    await page.getByRole('button', { name: 'kiln_cold' }).click();
    await page.locator('#category_id-error', { hasText: 'kilns' }).waitFor();
    await page.locator('#remove-row').click();
    await saved(page);
    assert.deepEqual(server.engine.vocabulary().event_types.map(({ name }) => name), ['heat']);
    assert.ok(!server.engine.vocabulary().categories.some(({ name }) => name === 'kilns'));
  }));

test('a set of words is written in a form, and read in the preview at once', () =>
  withPage({ configuration: own() }, async (page, server) => {
    await page.getByRole('button', { name: 'Sets of words' }).click();
    await page.locator('#add-row').click();
    const name = page.getByLabel('Name of the set');
    await name.fill('places');
    await name.press('Tab');
    await page.locator('[data-row=places]').waitFor();
    await page.locator('#add-part').click();
    await page.locator('#value-1').fill('F2');
    await page.locator('#value-1').press('Tab');
    await page.locator('#text-1').fill('the second furnace');
    await page.getByRole('button', { name: 'Remove value 1' }).click();
    assert.equal(await page.locator('fieldset').count(), 1);
    await page.getByRole('button', { name: 'Kinds', exact: true }).click();
    await page.getByLabel('Sentence').fill('It is in {furnace:places}.');
    await shown(page, 'slack').getByText(/in the second furnace/).first().waitFor();
    await page.getByRole('button', { name: 'Sets of words' }).click();
    await page.getByLabel('What people read').fill('the old furnace');
    await shown(page, 'slack').getByText(/in the old furnace/).first().waitFor();
    // Two values of one name would be one.
    await page.locator('#add-part').click();
    await page.locator('#value-1').fill('F2');
    await page.locator('#value-1').press('Tab');
    await page.locator('#value-1-error', { hasText: 'There is one of this name already.' }).waitFor();
    assert.ok(await page.locator('#save').isDisabled());
    await page.locator('#value-1').fill('F3');
    await page.locator('#value-1').press('Tab');
    await page.locator('#value-1-error').waitFor({ state: 'detached' });
    await saved(page);
    assert.deepEqual(server.engine.vocabulary().words, { places: { F2: 'the old furnace', F3: '' } });
  }));

test('a platform of one\u2019s own is written in a form and seen as it is written; a fault leads to its character', () =>
  withPage({ configuration: own() }, async (page, server) => {
    await page.getByRole('button', { name: 'Platforms', exact: true }).click();
    await page.locator('#url').fill('https://pager.example.com/{@notifier.nobody}');
    await page.locator('#url-error', { hasText: "no field is called 'nobody'" }).waitFor();
    await page.locator('#url-error').getByRole('button', { name: /^Character/ }).click();
    assert.equal(await focused(page), 'url');
    await page.locator('#url').fill('https://pager.example.com/{@notifier.number}');
    await page.locator('#url-error').waitFor({ state: 'detached' });
    await page.locator('#headers').fill('X-Team');
    await page.locator('#headers-error', { hasText: 'Line 1' }).waitFor();
    await page.locator('#headers').fill('X-Team: shop');
    await page.locator('#body').fill('{"text": "{@titl}"');
    await page.locator('#body-error', { hasText: 'This is not JSON' }).waitFor();
    await page.locator('#body').fill('{"text": "{@titl}"}');
    await page.locator('#body-error', { hasText: 'text: beside members there are @title' }).waitFor();
    await page.locator('#body').fill('{"text": "Now: {@title}"}');
    await shown(page, 'pager').getByText(/Now: shop: F2 is hot/).waitFor();
    await page.locator('#more').fill('{"rate": 3}');
    await page.locator('#more-other-error', { hasText: 'rate: must be an array' }).waitFor();
    await page.locator('#more').fill('{"rate": [{"count": 3, "per_ms": 1000}]}');
    await page.locator('#more-other-error').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Add a field' }).click();
    await page.locator('#key-1').fill('tone');
    await page.locator('#kind-1').selectOption('choice');
    await page.locator('#choices-1').fill('loud, soft');
    assert.deepEqual(await violations(page), []);
    await saved(page);
    const [row] = server.engine.vocabulary().platforms;
    assert.deepEqual(row.fields[1], { key: 'tone', kind: 'choice', choices: ['loud', 'soft'] });
    assert.deepEqual([row.request.headers, row.request.body, row.rate], [{ 'X-Team': 'shop' }, { text: 'Now: {@title}' }, [{ count: 3, per_ms: 1000 }]]);
    // One more, and both away.
    await page.locator('#add-row').click();
    await page.getByLabel('Name', { exact: true }).fill('second');
    await shown(page, 'second').waitFor();
    await page.locator('#remove-row').click();
    await page.locator('[data-row=pager]').click();
    await page.locator('#remove-row').click();
    await saved(page);
    assert.equal(server.engine.vocabulary().platforms, undefined);
  }));

test('the entry that is open is in the place, and a place opens one; all by the keyboard', () =>
  withPage({ configuration: own(), attributes: 'place="types/heat"' }, async (page) => {
    const place = () => page.evaluate(() => document.querySelector('notifier-dashboard').place);
    const go = (to) => page.evaluate((there) => (document.querySelector('notifier-dashboard').place = there), to);
    await page.locator('[data-row=heat][aria-current=true]').waitFor();
    await page.locator('#part-platforms').focus();
    await page.keyboard.press('Enter');
    await page.locator('[data-row=pager][aria-current=true]').waitFor();
    assert.equal(await place(), 'platforms/pager');
    await page.locator('#add-row').focus();
    await page.keyboard.press('Enter');
    await page.locator('[data-row=new_platform]').waitFor();
    await page.waitForFunction(() => document.querySelector('notifier-dashboard').place === 'platforms/new_platform');
    assert.equal(await focused(page), 'name');
    await page.keyboard.type('bell');
    await page.locator('[data-row=bell][aria-current=true]').waitFor();
    assert.equal(await place(), 'platforms/bell');
    assert.equal(await focused(page), 'name');
    await go('types/heat');
    await page.locator('[data-row=heat][aria-current=true]').waitFor();
    await go('kinds/furnace_hot');
    await page.locator('[data-type=furnace_hot][aria-current=true]').waitFor();
  }));
