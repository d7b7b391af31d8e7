// The dashboard on a server, which here is the package's own; on one that has only the documented API; and on none.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { dist, launch, open, pageOf, serve, shop, violations } from './browser.mjs';

const { createEngine } = await import(`${dist}index_node.js`);
const setup = `import '/dashboard/index.js';
globalThis.said = [];
const dashboard = document.querySelector('notifier-dashboard');
for (const name of ['loaded', 'added', 'updated', 'removed', 'restored', 'tested', 'error', 'connection']) dashboard.addEventListener('notifier-' + name, (event) => said.push(name + (event.detail.connected ?? '')));
if (location.search.includes('token')) dashboard.token = 'right';`;

let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

// What a test that failed has left open.
const leftovers = new Set();
afterEach(async () => {
  for (const close of leftovers) await close();
  leftovers.clear();
});

/** A server around the engine. `bare`: with nothing beyond the documented API. */
async function start({ bare = false, history, token = '', query = '', attributes = 'base-url="" app="shop"' } = {}) {
  const engine = await createEngine({ history });
  engine.load(shop);
  const streams = new Set();
  const asked = [];
  const api = async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    asked.push(`${request.method} ${request.url}`);
    if (token && request.headers.authorization !== `Bearer ${token}`) return response.writeHead(401, { 'Content-Type': 'application/json' }).end('{"error":"no"}');
    if (site.refuse?.(request)) return response.writeHead(422, { 'Content-Type': 'application/json' }).end('{"errors":{"name":["has already been taken"]}}');
    const isBeyond = /\/(stream|events|collaborators|deliveries)|^\/v1\/apps(\/[^/]*)?$/.test(request.url.split('?')[0]);
    if (bare && isBeyond) return response.writeHead(404).end('<h1>not here</h1>');
    const outcome = engine.handle({ method: request.method, url: request.url, headers: request.headers, body: Buffer.concat(chunks) });
    engine.apply(outcome.changes);
    const tell = (name, json) => streams.forEach((stream) => stream.write(`event: ${name}\ndata: ${json}\n\n`));
    for (const { json } of outcome.events) tell('event', json);
    for (const delivery of outcome.deliveries) {
      tell('delivery', JSON.stringify({ notifier_id: delivery.notifierId, notifier_name: delivery.notifierName, platform: delivery.platform, event_id: delivery.eventId, event_type: delivery.eventType, idempotency_key: delivery.idempotencyKey, status: 'pending' }));
    }
    response.writeHead(outcome.response.status, outcome.response.headers);
    if (outcome.streamAppId === undefined) return response.end(outcome.response.body);
    response.flushHeaders();
    streams.add(response);
    response.on('close', () => streams.delete(response));
  };
  const site = await serve({ pages: { '/': pageOf(attributes) }, scripts: { '/setup.js': setup }, api });
  const opened = await open(browser, `${site.origin}/${query}`);
  const send = (event) => {
    const request = { method: 'POST', url: '/v1/apps/shop/events', headers: { 'content-type': 'application/json' }, body: JSON.stringify(event) };
    return fetch(site.origin + request.url, request);
  };
  const tell = (name, told) => streams.forEach((stream) => stream.write(`event: ${name}\ndata: ${JSON.stringify(told)}\n\n`));
  const row = (name) => opened.page.getByRole('listitem').filter({ hasText: name });
  const close = async () => {
    await opened.context.close();
    await site.close();
    engine.dispose();
  };
  leftovers.add(close);
  const finish = async () => {
    leftovers.delete(close);
    await close();
    assert.deepEqual(opened.faults, []);
    assert.deepEqual(opened.outside, []);
  };
  return { ...opened, site, engine, asked, row, finish, send, tell };
}

test('adds, edits, tests, removes and restores on the server', async () => {
  const { page, engine, row, asked, finish } = await start();
  await page.getByText('4 notifiers').waitFor();
  await page.getByRole('button', { name: 'Add notifier' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Second hook');
  await page.getByRole('radio', { name: 'Webhook' }).check();
  await page.getByLabel('Webhook URL').fill('https://second.example/hook');
  await page.locator('#save').click();
  await row('Second hook').waitFor();
  assert.equal(engine.notifiers('shop').at(-1).name, 'Second hook');
  await row('Second hook').getByRole('switch').click();
  await row('Second hook').getByText('Inactive').waitFor();
  assert.equal(engine.notifiers('shop').at(-1).active, false);
  await row('Second hook').getByRole('button', { name: /^Send test/ }).click();
  await page.waitForFunction(() => said.includes('tested'));
  assert.ok(asked.some((line) => /POST .*\/test$/.test(line)));
  await row('Second hook').getByRole('button', { name: /^Remove/ }).click();
  await page.locator('#confirm').click();
  await row('Second hook').waitFor({ state: 'detached' });
  assert.equal(engine.notifiers('shop').length, 4);
  await page.locator('#undo').click();
  await row('Second hook').waitFor();
  assert.equal(engine.notifiers('shop').at(-1).type_data.webhook_url, 'https://second.example/hook');
  assert.deepEqual(await violations(page), []);
  await finish();
});

test('what the server finds wrong is said beside the field', async () => {
  const { page, site, row, finish } = await start();
  site.refuse = ({ method }) => method === 'PATCH';
  await row('On call').getByRole('button', { name: /^Edit/ }).click();
  await page.locator('#save').click();
  await page.locator('#name-error', { hasText: 'Has already been taken' }).waitFor();
  assert.deepEqual(await violations(page), []);
  await page.getByRole('textbox', { name: 'Name' }).fill('Another');
  await page.locator('#name-error').waitFor({ state: 'detached' });
  await finish();
});

test('events and deliveries come by the stream, also changes that others make', async () => {
  const { page, engine, send, row, finish } = await start();
  await page.getByRole('tab', { name: 'Activity' }).click();
  await page.locator('#live', { hasText: /^Live$/ }).waitFor();
  await send({ id: 'e1', type: 'restart', app_name: 'shop', user: { username: 'ben' }, type_data: {} });
  await page.getByText('by ben').waitFor();
  assert.equal(await page.locator('svg rect').count(), 2);
  await page.getByRole('tab', { name: 'Notifiers' }).click();
  const hook = engine.catalogue().platforms.find(({ name }) => name === 'webhook').id;
  await fetch(new URL('/v1/apps/shop/notifiers', page.url()), { method: 'POST', body: JSON.stringify({ notifier: { name: 'By somebody else', platform_id: hook, send_all_events: true, type_data: { webhook_url: 'https://else.example/' } } }) });
  await row('By somebody else').waitFor();
  await finish();
});

test('how deliveries went is told by the stream and by the server\u2019s record; what failed can be sent again', async () => {
  const retried = [];
  const record = (notifier, id, state, attempts) => JSON.stringify({ id, notifier_id: notifier, event_id: 'e0', event_type: 'crash', platform: 'webhook', state, created_at: new Date(Date.now() - 60_000), next_at: null, ended_at: null, attempts });
  const failed = [{ at: new Date(), outcome: 'fail', status: 404, reason: 'the target answered 404' }];
  const history = {
    events: () => ({ total: 0, items: [] }),
    deliveries: (app, notifier) => ({ total: 1, items: notifier === audit ? [record(notifier, 'msg_old', 'dead', failed)] : [] }),
    retry: (app, notifier, id) => Boolean(retried.push(id)),
  };
  let audit = '';
  const { page, engine, send, tell, finish } = await start({ history });
  audit = engine.notifiers('shop').find(({ name }) => name === 'Audit trail').id;
  await page.getByRole('tab', { name: 'Activity' }).click();
  await page.getByText('the target answered 404').waitFor();
  await page.locator('#live', { hasText: /^Live$/ }).waitFor();
  await send({ id: 'e1', type: 'restart', app_name: 'shop', type_data: {} });
  await page.getByText('pending').first().waitFor();
  const note = { notifier_id: audit, notifier_name: 'Audit trail', platform: 'webhook', event_id: 'e1', event_type: 'restart' };
  const key = engine.route({ id: 'e1', type: 'restart', app_name: 'shop' }).find(({ notifierId }) => notifierId === audit).idempotencyKey;
  tell('delivery', { ...note, idempotency_key: key, status: 'retrying' });
  await page.getByText('will be retried').waitFor();
  tell('delivery', { ...note, idempotency_key: key, status: 'delivered' });
  await page.locator('.delivered').waitFor();
  assert.equal(await page.getByText('will be retried').count(), 0);
  await page.getByRole('button', { name: 'Send again to Audit trail' }).click();
  await page.waitForFunction(() => !document.querySelector('notifier-dashboard').shadowRoot.querySelector('notifier-dashboard-activity').shadowRoot.querySelector('.lost'));
  assert.deepEqual(retried, ['msg_old']);
  assert.deepEqual(await violations(page), []);
  await finish();
});

test('without a stream, a server that is gone is asked again until it is back', async () => {
  const { page, site, row, context, finish } = await start({ bare: true });
  await page.getByText('4 notifiers').waitFor();
  await page.getByRole('tab', { name: 'Why' }).click();
  await page.getByText('3 of 4 are told').waitFor();
  await page.getByRole('tab', { name: 'Notifiers' }).click();
  await context.setOffline(true);
  site.server.closeAllConnections();
  await row('Ops room').getByRole('switch').click();
  await page.getByText('Nothing was changed: the server cannot be reached.').first().waitFor();
  await page.locator('.notice.bad', { hasText: 'The server cannot be reached.' }).waitFor();
  assert.equal(await row('Ops room').getByRole('switch').getAttribute('aria-checked'), 'false');
  assert.deepEqual(await violations(page), []);
  await row('On call').getByRole('button', { name: /^Edit/ }).click();
  await page.locator('#save').click();
  await page.getByRole('alert').filter({ hasText: 'Nothing was changed' }).waitFor();
  await page.keyboard.press('Escape');
  await context.setOffline(false);
  await page.locator('.notice.bad').waitFor({ state: 'detached' });
  await row('Ops room').getByRole('switch').click();
  await row('Ops room').getByText('Inactive').waitFor({ state: 'detached' });
  await finish();
});

test('a server with nothing beyond the documented API serves all but what it lacks', async () => {
  const { page, row, finish } = await start({ bare: true });
  await page.getByText('4 notifiers').waitFor();
  await row('Team channel').getByRole('button', { name: /^Edit/ }).click();
  await page.locator('dialog .title', { hasText: 'deployment succeeded' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('tab', { name: 'Why' }).click();
  await page.getByText('3 of 4 are told').waitFor();
  await page.getByRole('tab', { name: 'Activity' }).click();
  await page.getByText('This server has no live stream').waitFor();
  assert.deepEqual(await violations(page), []);
  await finish();
});

test('the token goes into the header; without it the page says so', async () => {
  const wrong = await start({ token: 'right' });
  await wrong.page.getByText('The server asks for a valid token.').waitFor();
  assert.deepEqual(await violations(wrong.page), []);
  await wrong.page.evaluate(() => (document.querySelector('notifier-dashboard').token = 'right'));
  await wrong.page.getByText('4 notifiers').waitFor();
  assert.doesNotMatch(await wrong.page.content(), /right/);
  await wrong.finish();
});

test('a server that goes away and comes back is noticed', async () => {
  const { page, site, context, finish } = await start();
  await page.getByText('4 notifiers').waitFor();
  await page.getByRole('tab', { name: 'Activity' }).click();
  await page.locator('#live', { hasText: /^Live$/ }).waitFor();
  await context.setOffline(true);
  site.server.closeAllConnections();
  await page.getByText('The server cannot be reached.').waitFor();
  assert.deepEqual(await violations(page), []);
  await context.setOffline(false);
  await page.getByText('The server cannot be reached.').waitFor({ state: 'detached' });
  await page.waitForFunction(() => said.includes('connectiontrue'));
  await finish();
});

test('the first row is there within a second, cold', async () => {
  const took = [];
  for (let run = 0; run < 3; ++run) {
    const { page, row, finish } = await start();
    await row('Team channel').waitFor();
    took.push(await page.evaluate(() => performance.getEntriesByName('notifier-first-row')[0].startTime));
    await finish();
  }
  took.sort((a, b) => a - b);
  console.log(`first row after ${took.map(Math.round).join(', ')} ms`);
  assert.ok(took[0] < 1000, `${took}`);
});
