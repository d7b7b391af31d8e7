// The published npm client of the public service runs every call on notifiers, platforms, event types and categories.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import scalingo from 'scalingo';

import { fixture, NotifierServer } from './notifier_server.mjs';

const folder = NotifierServer.folder();
let server;
let client;
let stranger;

before(async () => {
  server = await NotifierServer.start(folder.database, '--import', fixture, '--token', 'SECRET-token', '--host', '127.0.0.1');
  client = new scalingo.Client('SECRET-token', { apiUrl: server.url });
  stranger = new scalingo.Client('wrong', { apiUrl: server.url });
});
after(async () => {
  await server.stop();
  folder.remove();
});

const rejectsWith = (promise, status, data) =>
  assert.rejects(promise, (error) => {
    assert.match(error.constructor.name, /APIError/);
    assert.equal(error.status, status);
    // Beside what it expects, an answer may say more for people.
    const { message, ...rest } = error.data;
    assert.deepEqual(rest, data);
    return true;
  });

test('platforms, without a token', async () => {
  const platforms = await stranger.NotificationPlatforms.list();
  assert.deepEqual(platforms.map((p) => p.name), ['rocket_chat', 'webhook', 'slack', 'email', 'mattermost', 'discord', 'microsoft_teams', 'google_chat', 'telegram', 'ntfy', 'gotify', 'matrix', 'pushover', 'pagerduty']);
  for (const platform of platforms) {
    assert.match(platform.id, /^[0-9a-f]{24}$/);
    assert.ok(platform.available_event_ids.length > 40);
    assert.ok(platform.display_name && platform.description);
    assert.equal(platform.logo_url, ''); // this host has none
  }
});

test('event types and categories, without a token', async () => {
  const types = await stranger.Events.listEventTypes();
  const categories = await stranger.Events.listEventCategories();
  assert.equal(types.length, 50);
  const ids = new Set(categories.map((category) => category.id));
  for (const type of types) assert.ok(ids.has(type.category_id), type.name);
  assert.deepEqual(categories.map((category) => category.position), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('a notifier from create to destroy, with its own objects back', async () => {
  const platforms = await client.NotificationPlatforms.list();
  const types = await client.Events.listEventTypes();
  const slack = platforms.find((p) => p.name === 'slack');
  const asked = {
    platform_id: slack.id,
    name: 'From the client',
    active: true,
    send_all_alerts: false,
    send_all_events: false,
    selected_event_ids: [types[0].id, types[1].id],
    type_data: { webhook_url: 'https://hooks.slack.com/services/A/B/c' },
  };
  const created = await client.Notifiers.create('shop', asked);
  for (const [key, value] of Object.entries(asked)) assert.deepEqual(created[key], value, key);
  assert.match(created.id, /^no-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(created.type, 'slack');
  assert.equal(created.app, 'shop');
  assert.deepEqual(await client.Notifiers.get('shop', created.id), created);
  assert.deepEqual(await client.Notifiers.get(created.app_id, created.id), created);
  assert.deepEqual((await client.Notifiers.for('shop')).at(-1), created);

  const updated = await client.Notifiers.update('shop', created.id, { name: 'Renamed', active: false });
  assert.deepEqual(updated, { ...created, name: 'Renamed', active: false, updated_at: updated.updated_at });
  assert.ok(updated.updated_at > created.updated_at);

  assert.equal(await client.Notifiers.test('shop', created.id), '');
  assert.equal(await client.Notifiers.destroy('shop', created.id), '');
  await rejectsWith(client.Notifiers.get('shop', created.id), 404, { resource: 'base', error: 'not found' });
});

test('every platform', async () => {
  // What is asked for beside an URL, and what of it is never shown again.
  const needs = {
    email: { user_ids: ['us-1'], emails: ['a@example.com'] },
    telegram: { bot_token: '1:a', chat_id: '-1' },
    ntfy: { topic: 'alerts' },
    gotify: { server_url: 'https://gotify.example.com', app_token: 'A1' },
    matrix: { homeserver_url: 'https://matrix.example.com', room_id: '!a:example.com', access_token: 'syt' },
    pushover: { api_token: 'a'.repeat(30), user_key: 'u'.repeat(30) },
    pagerduty: { routing_key: 'R'.repeat(32), region: 'eu' },
  };
  const hidden = ['bot_token', 'topic', 'app_token', 'access_token', 'api_token', 'user_key', 'routing_key'];
  for (const platform of await client.NotificationPlatforms.list()) {
    const type_data = needs[platform.name] ?? { webhook_url: 'https://example.com/x' };
    const created = await client.Notifiers.create('shop', { platform_id: platform.id, name: platform.name, type_data });
    assert.equal(created.type, platform.name);
    assert.deepEqual(created.type_data, Object.fromEntries(Object.entries(type_data).filter(([key]) => !hidden.includes(key))), platform.name);
    await client.Notifiers.test('shop', created.id);
    await client.Notifiers.destroy('shop', created.id);
  }
});

test('errors reach the client as it expects them', async () => {
  await rejectsWith(client.Notifiers.for('nope'), 404, { resource: 'app', error: 'not found' });
  await rejectsWith(client.Notifiers.get('shop', 'nope'), 404, { resource: 'base', error: 'not found' });
  await rejectsWith(client.Notifiers.update('shop', 'nope', {}), 404, { resource: 'base', error: 'not found' });
  await rejectsWith(client.Notifiers.test('shop', 'nope'), 404, { resource: 'base', error: 'not found' });
  await rejectsWith(client.Notifiers.destroy('shop', 'nope'), 404, { resource: 'base', error: 'not found' });
  await rejectsWith(client.Notifiers.create('shop', { name: 'x' }), 404, { resource: 'notification_platform', error: 'not found' });
  const slack = (await client.NotificationPlatforms.list()).find((p) => p.name === 'slack');
  await rejectsWith(client.Notifiers.create('shop', { platform_id: slack.id, name: '', active: 'perhaps' }), 422, {
    errors: { active: ['must be true or false'], name: ["can't be blank"], 'type_data.webhook_url': ["can't be blank"] },
  });
  await rejectsWith(stranger.Notifiers.for('shop'), 401, { error: 'The bearer token is missing or wrong' });
});

test("an app's events, paginated", async () => {
  await server.call('POST', '/v1/apps/shop/events', '{"id":"a","type":"restart"}\n{"id":"b","type":"deployment"}', {
    Authorization: 'Bearer SECRET-token',
    'Content-Type': 'application/x-ndjson',
  });
  const { events, meta } = await client.Events.for('shop', { page: 1, per_page: 2 });
  assert.deepEqual(events.map((event) => event.id), ['b', 'a']);
  assert.equal(meta.pagination.current_page, 1);
  assert.equal(meta.pagination.prev_page, null);
  assert.equal(meta.pagination.next_page, 2);
  assert.equal(meta.pagination.total_pages, Math.ceil(meta.pagination.total_count / 2));
});

test('collaborators and apps', async () => {
  const people = await client.Collaborators.for('shop');
  assert.deepEqual(people.map((p) => [p.user_id, p.username, p.status]), [['us-1', 'jane', 'accepted'], ['us-2', 'sam', 'accepted']]);
  assert.equal((await client.Apps.find('shop')).id, 'app-shop');
  assert.deepEqual((await client.Apps.all()).map((app) => app.name), ['shop', 'my shop/2 +', 'empty']);
});

test('nothing secret is in the log', () => {
  assert.ok(server.log.length > 0);
  assert.doesNotMatch(server.log, /SECRET|hooks\.slack\.com|example\.com\/x/);
});
