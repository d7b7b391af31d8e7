// Thousands of events from those in tests/data: as they are, cut, stretched, with hostile text. Always the same.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './package.mjs';

const texts = ['', ' ', 'ü', '日本語', '🎉\u{10ffff}', 'e\u0301\u200d', '<!channel> & <@U1|x>', '@all @here *b* _i_ `c` ~s~', 'a\r\nBcc: x@example.com', '\u0000\u001f\u007f\u0085\u2028',
  '"\\/', 'https://example.com/?a=1&b=<2>', 'x'.repeat(200), 'ß'.repeat(3100), '\u202eright to left', '=?utf-8?q?x?=', '0', 'null', '\ufeff', '.'.repeat(80)];
const others = [null, true, false, 0, -0.0, 1.5, 1e21, -1e-7, 9007199254740993, [], {}, ['a', { b: 'c' }], { a: { b: [1, 2] } }];

function random(seed) {
  return (below) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
}

function mutate(value, pick) {
  if (value !== null && typeof value === 'object') {
    const keys = Object.keys(value);
    if (keys.length > 0) {
      const key = keys[pick(keys.length)];
      if (pick(6) === 0) delete value[key];
      else value[key] = mutate(value[key], pick);
    }
    return value;
  }
  return pick(3) === 0 ? others[pick(others.length)] : texts[pick(texts.length)];
}

/** Lines of JSON; the ids of apps among those in `configuration` below. */
export function corpus(count) {
  const pick = random(7);
  const originals = readFileSync(join(root, 'tests/data/events.ndjson'), 'utf8').trim().split('\n');
  const lines = [...originals];
  for (let i = 0; lines.length < count; ++i) {
    const event = JSON.parse(originals[i % originals.length]);
    event.id = `ev-${i}`;
    for (let n = pick(4); n >= 0; --n) mutate(event.type_data ?? event, pick);
    if (pick(10) === 0) mutate(event, pick);
    let line = JSON.stringify(event);
    if (pick(20) === 0) line = line.replace(/"status":/, '"status":1e999,"status":');
    if (pick(20) === 0) line = line.replace(/:"([a-z])/, String.raw`:"\ud800$1`);
    if (pick(20) === 0) line = JSON.stringify(event, undefined, ' ').replaceAll('\n', '\t');
    if (pick(50) === 0) line = line.slice(0, -1);
    lines.push(line);
  }
  return lines;
}

/** Without ids: they are derived. One notifier of each platform for each app of the events. */
export function corpusConfiguration() {
  const events = readFileSync(join(root, 'tests/data/events.ndjson'), 'utf8').trim().split('\n').map((line) => JSON.parse(line));
  const apps = new Map();
  for (const { app_id: id, app_name: name, project_id: project } of events) {
    if (name !== undefined && !apps.has(name)) apps.set(name, { name, ...(id && { id }), ...(project && { project_id: project }) });
  }
  const url = (n) => `https://example.com/hooks/${n}`;
  /** Of the platforms that have no webhook's URL. */
  const fields = (n) => ({
    telegram: { bot_token: `${n}:bot/token`, chat_id: `-100${n}`, message_thread_id: n + 1 },
    gotify: { server_url: `https://push.example.com/gotify-${n}/`, app_token: `A-${n}` },
    matrix: { homeserver_url: 'https://matrix.example.com', room_id: `!room/${n}:example.com`, access_token: `syt_${n}` },
    pushover: { api_token: `a${n}`, user_key: `u${n}`, ...(n % 2 === 0 && { device: 'phone' }) },
    pagerduty: { routing_key: `R${n}`, ...(n % 2 === 0 && { region: 'eu' }) },
    ntfy: { topic: `topic-${n}`, ...(n % 2 === 0 && { server_url: 'https://push.example.com/', access_token: `tk_${n}` }) },
  });
  const seen = new Set();
  return {
    version: 1,
    email_from: 'Notifier <notifier@example.com>',
    link_base: 'https://dashboard.example.com',
    users: [{ id: 'us-1', username: 'ann', email: 'ann@example.com' }],
    apps: [...apps.values()].filter(({ id = '' }) => id === '' || (!seen.has(id) && seen.add(id))).map((app, i) => ({
      ...app,
      notifiers: [
        { name: 'chat', platform: 'slack', send_all_events: true, send_all_alerts: true, type_data: { webhook_url: url(`slack-${i}`) } },
        { name: 'rocket', platform: 'rocket_chat', send_all_events: true, send_all_alerts: true, type_data: { webhook_url: url(`rocket-${i}`) } },
        { name: 'hook', platform: 'webhook', send_all_events: true, send_all_alerts: true, type_data: { webhook_url: url(`hook-${i}`) } },
        { name: 'größe 🎉', platform: 'email', send_all_events: true, send_all_alerts: true, type_data: { user_ids: ['us-1', 'us-none'], emails: ['ops@example.com'] } },
        ...['mattermost', 'discord', 'microsoft_teams', 'google_chat'].map((platform) => ({ name: platform, platform, send_all_events: true, send_all_alerts: true, type_data: { webhook_url: url(`${platform}-${i}`) } })),
        ...Object.entries(fields(i)).map(([platform, type_data]) => ({ name: platform, platform, send_all_events: true, send_all_alerts: true, type_data })),
        { name: 'some', platform: 'slack', selected_events: ['deployment'], type_data: { webhook_url: url(`some-${i}`) } },
      ],
    })),
  };
}
