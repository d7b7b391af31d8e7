// One message for a storm, in a SQLite file: over processes that are killed, and in time zones as the native library knows them.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Process, SqliteOutboxStore, counted, crash, hour, minute, second } from './group_world.mjs';
import { file } from './package.mjs';
import { query } from './server.mjs';
import { startTarget, until } from './targets.mjs';

const folder = mkdtempSync(join(tmpdir(), 'notifier-groups-'));
let target;
before(async () => (target = await startTarget()));
after(async () => {
  await target.close();
  rmSync(folder, { recursive: true, force: true });
});
let files = 0;
const newFile = () => join(folder, `groups${++files}.db`);
const one = (path, sql) => Object.values(query(path, sql)[0])[0];

test('a storm: what is counted drops its content, and outlives the process in its group alone', async () => {
  const path = newFile();
  const events = 2_000;
  const members = { grouping: { mode: 'throttle', window: 600 } };
  const first = await Process.open({ store: await SqliteOutboxStore.open(path), members, platform: 'slack' });
  for (let i = 0; i < events; i += 100) await first.take(...Array.from({ length: 100 }, (_, at) => crash(i + at)));
  await until(() => first.outbox.grouped === events - 1 && first.outbox.pending === 0);
  assert.deepEqual(first.news().map(({ eventId }) => eventId), ['ev-0']);
  await first.close();
  assert.equal(one(path, 'SELECT COUNT(*) FROM delivery_contents'), 0);
  assert.equal(one(path, 'SELECT COUNT(*) FROM delivery_groups'), 1);

  // These two are stored, and not taken into their group before the process ends.
  const store = await SqliteOutboxStore.open(path);
  store.regroup = () => Promise.reject(new Error('the disk is full'));
  const second_one = await Process.open({ store, members, platform: 'slack', onError() {} });
  await second_one.take(crash(events), crash(events + 1));
  await second_one.close();
  assert.equal(one(path, "SELECT COUNT(*) FROM deliveries WHERE state = 'grouping'"), 2);
  assert.equal(one(path, 'SELECT COUNT(*) FROM delivery_contents'), 2);

  const third = await Process.open({ store: await SqliteOutboxStore.open(path), members, platform: 'slack', wall: first.wall + 5 * minute, steady: 17 });
  await until(() => third.outbox.grouped === events + 1 && third.outbox.pending === 0);
  await third.pass(5 * minute - 1);
  assert.deepEqual(third.news(), []);
  await third.pass(1);
  await until(() => third.told.length > 0);
  assert.deepEqual(third.news().map(counted), [events + 1]);
  await third.pass(20 * minute);
  assert.deepEqual(third.news(), []);
  for (let day = 0; day < 40; ++day) {
    third.wall += 24 * hour;
    third.steady += 24 * hour;
    await third.settled();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await third.close();
  assert.equal(one(path, 'SELECT COUNT(*) FROM delivery_groups'), 0);
  assert.equal(one(path, "SELECT COUNT(*) FROM deliveries WHERE event_id <> '' AND notifier_id = 'no-1'"), 0, 'its records are forgotten as those of what was delivered');
});

const script = fileURLToPath(new URL('groups_process.mjs', import.meta.url));

for (const kind of ['a database', 'a file of lines']) test(`${kind}: a process that is killed at any moment counts every event once, and tells no digest twice`, { timeout: 300_000 }, async (t) => {
  const path = kind === 'a database' ? newFile() : join(folder, 'groups.ndjson');
  const seen = target.requests.length;
  const env = { ...process.env, NODE_NO_WARNINGS: '1', NOTIFIER_NODE_ENTRY: pathToFileURL(file('dist/node.js')).href, NOTIFIER_ENGINE_ENTRY: pathToFileURL(file('dist/index_node.js')).href, NOTIFIER_TARGET: target.url('ok/groups') };
  const kills = Number(process.env.NOTIFIER_KILLS ?? 5);
  let stored = 0;
  for (let life = 0; life < kills; ++life) {
    const child = spawn(process.execPath, [script, path, 'fill', String(stored)], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const [from, enough] = [stored, stored + 30 + Math.floor(Math.random() * 200)];
    child.stdout.setEncoding('utf8').on('data', (text) => {
      for (const line of text.split('\n')) if (line !== '') stored = Math.max(stored, Number(line) + 1);
    });
    const ended = new Promise((resolve) => child.on('close', resolve));
    await until(() => stored >= enough, 'events that are stored', 100_000);
    // Some die within a window, some after it.
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 1_500));
    child.kill('SIGKILL');
    await ended;
    assert.ok(stored > from);
  }
  const drained = spawn(process.execPath, [script, path, 'drain'], { env, stdio: 'inherit' });
  assert.equal(await new Promise((resolve) => drained.on('close', resolve)), 0);
  const told = new Map();
  for (const { what, headers, body } of target.requests.slice(seen)) {
    if (what !== 'ok') continue;
    const key = headers['webhook-id'];
    assert.equal(told.get(key) ?? body, body, 'a key stands for one message');
    told.set(key, body);
  }
  const sum = [...told.values()].reduce((count, body) => count + (JSON.parse(body).count ?? 1), 0);
  t.diagnostic(`${stored} events, ${kills} kills, ${told.size} messages`);
  // One in each life may be stored and not yet said to be.
  assert.ok(sum >= stored && sum <= stored + kills, `${sum} of ${stored}`);
  if (kind !== 'a database') return;
  assert.equal(sum, one(path, "SELECT COUNT(*) FROM deliveries WHERE event_type <> 'digest'"), 'each event is told once');
  assert.equal(one(path, 'SELECT COUNT(*) FROM delivery_groups'), 0);
  assert.equal(one(path, "SELECT COUNT(*) FROM deliveries WHERE state NOT IN ('grouped', 'delivered')"), 0);
});

// ---- time zones ----

const { zoneOffset } = await import(pathToFileURL(file('dist/node.js')));

test("a zone's clock changes when the native library says so", () => {
  const zones = ['UTC', 'Europe/Paris', 'Europe/London', 'America/New_York', 'America/Los_Angeles', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Asia/Kolkata', 'Pacific/Apia', 'Pacific/Chatham', 'America/Sao_Paulo', 'Africa/Cairo'];
  const lines = spawnSync(process.env.NOTIFIER_ZONES, zones, { encoding: 'utf8' }).stdout.trim().split('\n').map((line) => line.split(' '));
  assert.deepEqual([...new Set(lines.map(([zone]) => zone))], zones);
  const before = new Map();
  for (const [zone, at, offset] of lines) {
    const changed = Number(at) * second;
    assert.equal(zoneOffset(zone, changed), Number(offset), `${zone} ${at}`);
    if (before.has(zone)) assert.equal(zoneOffset(zone, changed - 1), before.get(zone), `${zone} before ${at}`);
    before.set(zone, Number(offset));
  }
  assert.ok(lines.length > 500, String(lines.length));
});

test('what is no zone is none; a time before 1970 or after all years is told or is none', () => {
  for (const name of ['Europe/Pariss', '', '/etc/passwd', '\u0000', 'x'.repeat(10_000)]) assert.equal(zoneOffset(name, 0), undefined, name);
  assert.equal(zoneOffset('Asia/Kolkata', -1), 19_800);
  assert.equal(zoneOffset('UTC', Date.parse('0001-01-01T00:00:00Z')), 0);
  assert.equal(zoneOffset('UTC', -8.64e15), 0);
  assert.equal(zoneOffset('UTC', 8.64e15 + 1_000), undefined);
});

test('a time of day that the clock leaves out, and one that it shows twice', async () => {
  const toldAt = async (at, from, expected) => {
    const process = await Process.open({ members: { grouping: { mode: 'daily', at, zone: 'Europe/Paris' } }, wall: Date.parse(from) });
    await process.take(crash(1));
    await process.settled();
    const wait = Date.parse(expected) - process.wall;
    await process.pass(wait - 1);
    assert.deepEqual(process.news(), [], `${at} from ${from}`);
    await process.pass(1);
    assert.deepEqual(process.news().map(counted), [1], `${at} from ${from}`);
    await process.close();
  };
  await toldAt('09:00', '2026-03-28T12:00:00Z', '2026-03-29T07:00:00Z');
  await toldAt('02:30', '2026-03-28T12:00:00Z', '2026-03-29T01:00:00Z'); // there is no 02:30
  await toldAt('02:30', '2026-10-24T12:00:00Z', '2026-10-25T00:30:00Z'); // the first of two
  await toldAt('02:30', '2026-10-25T00:30:00Z', '2026-10-26T01:30:00Z');
});

test('quiet hours end by the clock of their zone, on the nights when that is set, too', async () => {
  const members = { quiet: { from: '22:00', to: '07:00', zone: 'Europe/Paris', pass_errors: true } };
  for (const [from, expected] of [
    ['2026-03-28T21:30:00Z', '2026-03-29T05:00:00Z'],
    ['2026-10-24T21:30:00Z', '2026-10-25T06:00:00Z'],
    ['2026-06-10T20:00:00Z', '2026-06-11T05:00:00Z'],
  ]) {
    const process = await Process.open({ members, wall: Date.parse(from) });
    await process.take(crash(1, 'restart'));
    await process.settled();
    await process.pass(Date.parse(expected) - process.wall - 1);
    assert.deepEqual(process.news(), [], from);
    await process.pass(1);
    assert.deepEqual(process.news().map(counted), [1], from);
    await process.close();
  }
  const process = await Process.open({ members, wall: Date.parse('2026-06-10T18:00:00Z') });
  await process.take(crash(1, 'restart'));
  await process.settled();
  assert.equal(process.news().length, 1, 'before they begin it is told at once');
  await process.pass(3 * hour);
  await process.take(crash(2));
  await process.settled();
  assert.equal(process.news().length, 1, 'an error is');
  await process.close();
});
