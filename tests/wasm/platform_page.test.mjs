// What PLATFORMS.md says of the messages of each platform is in them.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { createEngine, root } from './package.mjs';

const fields = {
  'Rocket.Chat': ['rocket_chat', { webhook_url: 'https://chat.example.com/hooks/1/x' }],
  Slack: ['slack', { webhook_url: 'https://hooks.slack.com/services/T0/B0/x' }],
  Email: ['email', { emails: ['ops@example.com'] }],
  Mattermost: ['mattermost', { webhook_url: 'https://chat.example.com/hooks/x' }],
  Discord: ['discord', { webhook_url: 'https://discord.com/api/webhooks/1/x' }],
  'Microsoft Teams': ['microsoft_teams', { webhook_url: 'https://prod.example.com/workflows/x' }],
  'Google Chat': ['google_chat', { webhook_url: 'https://chat.googleapis.com/v1/spaces/A/messages?key=k&token=t' }],
  Telegram: ['telegram', { bot_token: '123456:x', chat_id: '-100' }],
  ntfy: ['ntfy', { topic: 'ops' }],
  Gotify: ['gotify', { server_url: 'https://gotify.example.com', app_token: 'A.x' }],
  Matrix: ['matrix', { homeserver_url: 'https://matrix.example.com', room_id: '!r:example.com', access_token: 'x' }],
  Pushover: ['pushover', { api_token: 'a'.repeat(30), user_key: 'u'.repeat(30) }],
  PagerDuty: ['pagerduty', { routing_key: '0'.repeat(32) }],
};

test('the members that the page names are in the message of a failure with two fields', async () => {
  const page = readFileSync(join(root, 'include/PLATFORMS.md'), 'utf8');
  const [, table] = page.split('| platform | what a message is |');
  const rows = table.split('\n').slice(2, 16).map((line) => line.split(' | '));
  const engine = await createEngine();
  engine.addApp({ name: 'shop' });
  const wording = { severity: 'error', title: 'disk full', sentence: 'The disk of {host} is full.', fields: 'Disk: {disk}; Used: {used} %' };
  engine.vocabulary({ event_kinds: [{ type: 'disk_full', wordings: [wording] }] });
  const event = { type: 'disk_full', app_name: 'shop', user: { username: 'ann' }, type_data: { host: 'db-1', disk: '/var', used: 99 } };
  let seen = 0;
  for (const [first, message, cannot] of rows) {
    const name = first.replace('| ', '');
    if (name === 'Webhook') continue;
    const [platform, type_data] = fields[name] ?? assert.fail(name);
    const { id } = engine.addNotifier('shop', { name, platform, send_all_events: true, type_data });
    const [{ body, raw }] = engine.route(event).filter(({ notifierId }) => notifierId === id);
    const text = raw ?? body;
    for (const [, member] of `${message} ${cannot}`.matchAll(/`([^`]+)`/g)) {
      if (member === 'parse_mode') assert.ok(!text.includes(member), name);
      else assert.ok(raw !== undefined ? text.includes(member) : text.includes(`"${member}"`), `${name}: ${member}\n${text}`);
      ++seen;
    }
  }
  assert.ok(seen > 30);
});
