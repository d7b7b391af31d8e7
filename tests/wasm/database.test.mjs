// What `notifier serve` keeps, and where: a database that both servers use in turn, files of earlier releases, disks that fail.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { configuration, createEngine, event, file, root } from './package.mjs';
import { node, query, runServer, startServer } from './server.mjs';
import { startTarget, until } from './targets.mjs';

const folder = mkdtempSync(join(tmpdir(), 'notifier-database-'));
let target;
before(async () => (target = await startTarget()));
after(async () => {
  await target.close();
  rmSync(folder, { recursive: true, force: true });
});
let databases = 0;
const newFile = () => join(folder, `db${++databases}.db`);
const imported = join(folder, 'import.json');
writeFileSync(imported, JSON.stringify(configuration));
const fixture = (name) => join(root, 'tests/data/1.0.0', name);
const platformId = (await createEngine()).catalogue().platforms.find(({ name }) => name === 'webhook').id;
const draft = (name) => ({ notifier: { name, platform_id: platformId, type_data: { webhook_url: 'https://example.com/in' } } });
const json = async (server, path) => JSON.parse((await server.ask(path)).text);
const names = async (server, app = 'shop') => (await json(server, `/v1/apps/${app}/notifiers?per_page=100`)).notifiers.map(({ name }) => name);

// ---- both servers ----

const native = process.env.NOTIFIER_SERVER;
const children = [];
after(() => {
  for (const child of children) child.kill('SIGKILL');
});

/** notifier-server, with what startServer gives of the other. */
async function startNative(database, ...args) {
  const child = spawn(native, ['--port', '0', '--database', database, '--no-access-log', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let log = '';
  child.stderr.on('data', (bytes) => (log += bytes));
  const closed = new Promise((resolve) => child.on('close', resolve));
  const line = await Promise.race([new Promise((resolve) => child.stdout.setEncoding('utf8').once('data', resolve)), closed.then(() => undefined)]);
  if (line === undefined) return { refused: log };
  const [, url] = /(http:\/\/[\d.]+:\d+)/.exec(line);
  return {
    async ask(path, { method = 'GET', body } = {}) {
      const answer = await fetch(url + path, { method, ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }) });
      return { status: answer.status, text: await answer.text() };
    },
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      return { code: await closed, log };
    },
  };
}

test('one file serves either server, in turn: apps, events, deliveries, what is dead and what still waits', { timeout: 120_000 }, async () => {
  const database = newFile();
  const config = join(folder, 'turns.json');
  const hook = (id, what) => ({ id, name: id, platform: 'webhook', send_all_events: true, type_data: { webhook_url: target.url(what), signing_secret: `whsec_${Buffer.from(id.padEnd(24, 'x')).toString('base64')}` } });
  writeFileSync(config, JSON.stringify({
    version: 1, email_from: 'n@example.com', link_base: 'https://dash.example.com', event_types: [],
    apps: [{ id: 'app-1', name: 'shop', owner: configuration.apps[0].owner, notifiers: [hook('no-ok', 'ok/turns'), hook('no-late', '500/turns'), hook('no-never', '404/turns')] }],
    users: configuration.users,
  }));
  const options = ['--allow-private-targets', '--retry-delays', '3600'];
  const begin = [() => startServer(options, { database }), () => startNative(database, ...options)];
  let server = await startServer([...options, '--import', config], { database });
  const posted = [];
  let shown;
  for (let turn = 0; turn < 6; ++turn) {
    if (shown !== undefined) {
      const { notifiers } = await json(server, '/v1/apps/shop/notifiers?per_page=100');
      assert.deepEqual(notifiers, shown, `turn ${turn}`);
    }
    const { events } = await json(server, '/v1/apps/shop/events?per_page=100');
    assert.deepEqual(events.filter(({ id }) => id.startsWith('turn-')).map(({ id }) => id), [...posted].reverse());
    // The same again is known to whoever has it now.
    for (const id of [`turn-${turn}`, ...posted.slice(-1)]) {
      const { status, text } = await server.ask('/v1/apps/shop/events', { method: 'POST', body: { ...event, id, filler: 'z'.repeat(2_000) } });
      assert.equal(status, 202);
      const { deliveries } = JSON.parse(text).events[0];
      assert.equal(deliveries.filter(({ known }) => known === true).length, id === `turn-${turn}` ? 0 : deliveries.length, text);
    }
    posted.push(`turn-${turn}`);
    const states = async (id) => (await json(server, `/v1/apps/shop/notifiers/${id}/deliveries?per_page=100`)).deliveries.filter(({ event_id }) => event_id.startsWith('turn-')).map(({ state, attempts }) => [state, attempts.length]);
    const each = (state) => posted.map(() => [state, 1]);
    await until(async () => JSON.stringify(await states('no-ok')) === JSON.stringify(each('delivered')), `turn ${turn}: what arrives`, 20_000);
    await until(async () => JSON.stringify(await states('no-late')) === JSON.stringify(each('pending')), `turn ${turn}: what waits`, 20_000);
    await until(async () => JSON.stringify(await states('no-never')) === JSON.stringify(each('dead')), `turn ${turn}: what is dead`, 20_000);
    assert.equal((await server.ask('/v1/apps/shop/notifiers', { method: 'POST', body: { notifier: { ...draft(`by turn ${turn}`).notifier, active: false } } })).status, 201);
    if (turn >= 2) {
      const [changed] = (await json(server, '/v1/apps/shop/notifiers?per_page=100')).notifiers.filter(({ name }) => name === `by turn ${turn - 1}`);
      assert.equal((await server.ask(`/v1/apps/shop/notifiers/${changed.id}`, { method: 'PATCH', body: { notifier: { name: `of ${turn - 1}, by ${turn}` } } })).status, 200);
    }
    shown = (await json(server, '/v1/apps/shop/notifiers?per_page=100')).notifiers;
    // In the middle, and orderly.
    await server.stop(turn % 4 < 2 ? 'SIGTERM' : 'SIGKILL');
    server = await begin[(turn + 1) % 2]();
    assert.equal(server.refused, undefined);
  }
  await server.stop();
  const sent = target.requests.filter(({ path, what }) => (path ?? what) && JSON.stringify([path, what]).includes('turns'));
  assert.ok(sent.length >= 18);
  assert.equal(query(database, 'PRAGMA integrity_check')[0].integrity_check, 'ok');
});

test('what one server holds back to tell it together, the other tells: each event once', { timeout: 120_000 }, async () => {
  const database = newFile();
  const config = join(folder, 'groups.json');
  writeFileSync(config, JSON.stringify({ version: 1, apps: [{ id: 'app-1', name: 'shop', notifiers: [
    { id: 'no-1', name: 'ops', platform: 'webhook', send_all_events: true, grouping: { mode: 'throttle', window: 2, by: ['type'], max_items: 3 }, type_data: { webhook_url: target.url('ok/both-groups') } },
    { id: 'no-2', name: 'daily', platform: 'webhook', send_all_events: true, grouping: { mode: 'digest', window: 604_800 }, type_data: { webhook_url: target.url('ok/both-days') } },
  ] }] }));
  const options = ['--allow-private-targets'];
  const begin = [() => startServer(options, { database }), () => startNative(database, ...options)];
  let server = await startServer([...options, '--import', config], { database });
  const each = 40;
  let posted = 0;
  for (let turn = 0; turn < 5; ++turn) {
    for (const last = posted + each; posted < last; ++posted) {
      const { status, text } = await server.ask('/v1/apps/shop/events', { method: 'POST', body: { ...event, id: `both-${posted}`, type: posted % 2 === 0 ? 'restart' : 'repeated_crash' } });
      assert.equal(status, 202);
      assert.deepEqual(JSON.parse(text).events[0].deliveries.map(({ grouped }) => grouped), [true, true]);
    }
    // Before its window is over, or after it.
    await new Promise((resolve) => setTimeout(resolve, turn % 3 === 0 ? 0 : turn * 700));
    await server.stop(turn % 2 === 0 ? 'SIGKILL' : 'SIGTERM');
    server = await begin[(turn + 1) % 2]();
    assert.equal(server.refused, undefined);
  }
  const told = (path) => {
    const bodies = new Map();
    for (const { path: at, headers, body } of target.requests) {
      if (!at.startsWith(`/ok/${path}`)) continue;
      assert.equal(bodies.get(headers['webhook-id']) ?? body, body, 'a key stands for one message');
      bodies.set(headers['webhook-id'], body);
    }
    return [...bodies.values()].reduce((sum, body) => sum + (JSON.parse(body).count ?? 1), 0);
  };
  await until(() => told('both-groups') === posted, `${posted} events that are told`, 30_000);
  await server.stop();
  assert.equal(told('both-groups'), posted);
  assert.equal(told('both-days'), 0, 'a window of a week is not over');
  assert.equal(query(database, "SELECT COUNT(*) AS count FROM deliveries WHERE notifier_id = 'no-2' AND state = 'grouped'")[0].count, posted);
  const [{ state }] = query(database, "SELECT state FROM delivery_groups WHERE notifier_id = 'no-2'");
  assert.equal(JSON.parse(state).count, posted);
});

test('neither server takes what the other has, whatever path leads to it; what a killed one left is no hindrance', { timeout: 60_000 }, async () => {
  const database = newFile();
  symlinkSync(database, `${database}.link`);
  const first = await startServer(['--dry-run'], { database });
  for (const path of [database, `${database}.link`]) {
    const { status, stderr } = runServer(path);
    assert.deepEqual([status, /another process uses/.test(stderr)], [1, true], stderr);
    assert.notEqual((await startNative(path, '--dry-run')).refused, undefined);
  }
  assert.equal((await first.ask('/v1/apps', { method: 'POST', body: { app: { name: 'shop' } } })).status, 201, 'it has lost nothing by that');
  await first.stop('SIGKILL');
  const second = await startNative(database, '--dry-run');
  for (const path of [database, `${database}.link`]) assert.match(runServer(path).stderr, /another process uses/);
  assert.equal((await second.ask('/v1/apps/shop')).status, 200);
  await second.stop('SIGKILL');
  await (await startServer(['--dry-run'], { database: `${database}.link` })).stop();
});

// ---- earlier releases ----

async function filledAsBefore(server, old) {
  for (const { id, notifiers } of old.apps) {
    const said = (await json(server, `/v1/apps/${id}/notifiers?per_page=100`)).notifiers;
    assert.deepEqual(said.map((notifier) => notifier.id).sort(), notifiers.map((notifier) => notifier.id).sort());
    const { events } = await json(server, `/v1/apps/${id}/events?per_page=100`);
    assert.deepEqual(events, [...(old.events[id] ?? [])].reverse());
  }
}

test("the JSON file and the outbox of 1.0's server are taken over, nothing is lost, and they stay beside the database", async () => {
  const database = join(folder, 'taken.json');
  copyFileSync(fixture('notifier.json'), database);
  copyFileSync(fixture('notifier.json.outbox'), `${database}.outbox`);
  const old = JSON.parse(readFileSync(database, 'utf8'));
  const records = new Map();
  for (const line of readFileSync(`${database}.outbox`, 'utf8').trim().split('\n').map((text) => JSON.parse(text))) {
    if (line.i) records.set(line.i.sequence, { ...line.i });
    if (line.u) Object.assign(records.get(line.u), { state: line.state, attempts: line.attempts });
  }
  for (let start = 0; start < 2; ++start) {
    const server = await startServer(['--dry-run'], { database });
    await filledAsBefore(server, old);
    assert.equal((await server.stop(start === 0 ? 'SIGKILL' : 'SIGTERM')).log.includes('is a SQLite database now'), start === 0);
  }
  const rows = query(database, 'SELECT sequence, key, notifier_id, state, attempts, event_id FROM deliveries ORDER BY sequence');
  assert.deepEqual(rows.map(({ key, notifier_id, state, attempts, event_id }) => [key, notifier_id, state, attempts, event_id]), [...records.values()].map(({ key, notifier_id, state, attempts, event_id }) => [key, notifier_id, state, attempts, event_id]));
  const contents = new Set(query(database, 'SELECT sequence FROM delivery_contents').map(({ sequence }) => sequence));
  for (const { sequence, state } of rows) assert.equal(contents.has(sequence), state !== 'delivered', state);
  assert.equal(query(database, 'SELECT COUNT(*) AS count FROM delivery_attempts')[0].count, [...records.values()].reduce((sum, { attempts }) => sum + attempts, 0) + [...records.values()].filter(({ state, attempts }) => state === 'dead' && attempts === 0).length);
  assert.deepEqual(readFileSync(`${database}.old`), readFileSync(fixture('notifier.json')));
  assert.ok(existsSync(`${database}.outbox.old`) && !existsSync(`${database}.outbox`));
  const exported = JSON.parse(runServer(database, '--export').stdout);
  const secrets = (apps) => apps.flatMap(({ notifiers }) => notifiers.map(({ id, type_data }) => [id, type_data]));
  assert.deepEqual(secrets(exported.apps), secrets(old.apps), 'keys and URLs, too');
});

test('without --database a notifier.json is taken over into notifier.db, and left as it is', async () => {
  const place = join(folder, 'unnamed');
  mkdirSync(place);
  copyFileSync(fixture('notifier.json'), join(place, 'notifier.json'));
  copyFileSync(fixture('notifier.json.outbox'), join(place, 'notifier.json.outbox'));
  const { spawnSync } = await import('node:child_process');
  for (let i = 0; i < 2; ++i) {
    const { status, stdout, stderr } = spawnSync(node, [file('dist/cli/main.js'), 'serve', '--export'], { encoding: 'utf8', cwd: place });
    assert.equal(status, 0, stderr);
    assert.deepEqual(JSON.parse(stdout).apps.map(({ id }) => id), JSON.parse(readFileSync(fixture('notifier.json'), 'utf8')).apps.map(({ id }) => id));
  }
  assert.deepEqual(readdirSync(place).sort(), ['notifier.db', 'notifier.json', 'notifier.json.outbox']);
  assert.deepEqual(readFileSync(join(place, 'notifier.json')), readFileSync(fixture('notifier.json')));
  assert.ok(query(join(place, 'notifier.db'), 'SELECT COUNT(*) AS count FROM deliveries')[0].count > 0);
});

test('a take-over that was killed begins anew, and one that cannot be finished leaves everything as it was', async () => {
  const database = join(folder, 'again.json');
  copyFileSync(fixture('notifier.json'), database);
  copyFileSync(fixture('notifier.json.outbox'), `${database}.outbox`);
  // What a killed one leaves: a draft with some of it.
  const other = newFile();
  await (await startServer(['--import', imported, '--dry-run'], { database: other })).stop();
  renameSync(other, `${database}.new`);
  await (await startServer(['--dry-run'], { database })).stop();
  assert.equal(query(database, "SELECT COUNT(*) AS count FROM registry WHERE id = 'app-1' AND kind = 'app'")[0].count, JSON.parse(readFileSync(fixture('notifier.json'), 'utf8')).apps.some(({ id }) => id === 'app-1') ? 1 : 0);
  assert.equal(query(database, "SELECT COUNT(*) AS count FROM registry WHERE kind = 'app'")[0].count, 2);

  const stuck = join(folder, 'stuck.json');
  copyFileSync(fixture('notifier.json'), stuck);
  writeFileSync(`${stuck}.new`, 'my notes\n');
  const { status, stderr } = runServer(stuck);
  assert.equal(status, 1);
  assert.match(stderr, /stuck\.json\.new: the file is no database/);
  assert.equal(readFileSync(`${stuck}.new`, 'utf8'), 'my notes\n');
  assert.deepEqual(readFileSync(stuck), readFileSync(fixture('notifier.json')));
});

test('a file that cannot be read is named with its faults, and left as it is', () => {
  const database = join(folder, 'broken.json');
  writeFileSync(database, '{"version":1,"apps":[{"name":""}]}');
  const { status, stderr } = runServer(database);
  assert.equal(status, 1);
  assert.match(stderr, /broken\.json: apps\[0\]\.name/);
  assert.deepEqual(readdirSync(folder).filter((name) => name.startsWith('broken.json')), ['broken.json']);
});

test('serve leaves a file alone that is not its database', () => {
  for (const content of ['{\n  "version": 1,\n  "apps": []\n}\n', 'hello\nworld', '{"name":"package"}', '[]', Buffer.from([0, 255, 10]), 'SQLite format 3, as they say']) {
    const path = newFile();
    writeFileSync(path, content);
    const { status, stderr } = runServer(path);
    assert.equal(status, 1, stderr);
    assert.match(stderr, /not a database of this program/);
    assert.deepEqual(readFileSync(path), Buffer.from(content));
    assert.ok(!existsSync(`${path}.lock`) && !existsSync(`${path}-wal`));
  }
  const path = newFile();
  query(path, 'CREATE TABLE theirs (x)');
  const theirs = readFileSync(path);
  assert.match(runServer(path).stderr, /a database of another program/);
  assert.deepEqual(readFileSync(path), theirs);
});

// ---- what goes wrong ----

test('a database that is deleted or replaced under the server is noticed: 500, and nothing changes', async () => {
  const database = newFile();
  const server = await startServer(['--import', imported, '--dry-run'], { database });
  renameSync(database, `${database}.moved`);
  for (const isReplaced of [false, true]) {
    if (isReplaced) writeFileSync(database, '');
    const answer = await server.ask('/v1/apps/shop/notifiers', { method: 'POST', body: draft('lost') });
    assert.equal(answer.status, 500);
    assert.ok(JSON.parse(answer.text).error);
    assert.equal((await server.ask('/v1/apps/shop/events', { method: 'POST', body: event })).status, 500);
    assert.equal((await names(server)).length, 5);
  }
  assert.match(server.log(), /deleted, moved or replaced/);
  renameSync(`${database}.moved`, database);
  assert.equal((await server.ask('/v1/apps/shop/notifiers', { method: 'POST', body: draft('kept') })).status, 201);
  assert.equal((await names(server)).length, 6);
  await server.stop();
});

test('a disk that is full means 500 and no change, and what was acknowledged is kept', { timeout: 120_000 }, async () => {
  const database = newFile();
  await (await startServer(['--import', imported, '--dry-run'], { database })).stop();
  const limit = `import os, resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, resource.RLIM_INFINITY))
os.execvp(sys.argv[1], sys.argv[1:])`;
  const program = join(folder, 'limited');
  writeFileSync(program, `#!/bin/sh\nexec python3 -c '${limit}' '${node}' "$@"\n`);
  chmodSync(program, 0o755);
  const server = await startServer(['--dry-run', '--no-access-log'], { database, program });
  const acknowledged = [];
  const refused = [];
  for (let i = 0; refused.length < 3 && i < 500; ++i) {
    const id = `ev-full-${i}`;
    const { status } = await server.ask('/v1/apps/shop/events', { method: 'POST', body: { ...event, id, filler: 'x'.repeat(20_000) } });
    if (status === 202) acknowledged.push(id);
    else refused.push([id, status]);
  }
  assert.ok(acknowledged.length > 2 && refused.length === 3 && refused.every(([, status]) => status === 500), JSON.stringify([acknowledged.length, refused]));
  assert.equal((await names(server)).length, 5, 'it goes on reading');
  await server.stop('SIGKILL');
  const kept = new Set(query(database, 'SELECT event_id FROM event_ids').map(({ event_id }) => event_id));
  for (const id of acknowledged) assert.ok(kept.has(id), `${id} was acknowledged`);
  for (const [id] of refused) assert.ok(!kept.has(id), `${id} was refused`);
});

test('kill -9 under many writers, again and again: what was acknowledged is there', { timeout: 120_000 }, async () => {
  const database = newFile();
  await (await startServer(['--import', imported, '--dry-run'], { database })).stop();
  const acknowledged = { events: [], notifiers: [] };
  for (let round = 0; round < 4; ++round) {
    const server = await startServer(['--dry-run', '--no-access-log'], { database });
    const known = await names(server);
    for (const name of acknowledged.notifiers) assert.ok(known.includes(name), `${name} was acknowledged`);
    const enough = acknowledged.events.length + 100 + round * 37;
    const writers = Array.from({ length: 16 }, async (_, writer) => {
      for (let i = 0; ; ++i) {
        const id = `ev-${round}-${writer}-${i}`;
        if ((await server.ask('/v1/apps/shop/events', { method: 'POST', body: { ...event, id } })).status === 202) acknowledged.events.push(id);
        if (i % 20 === 5 && (await server.ask('/v1/apps/shop/notifiers', { method: 'POST', body: { notifier: { ...draft(id).notifier, active: false } } })).status === 201) acknowledged.notifiers.push(id);
      }
    });
    const ended = Promise.allSettled(writers);
    await until(() => acknowledged.events.length >= enough, 'acknowledgements');
    await server.stop('SIGKILL');
    await ended;
  }
  const kept = new Set(query(database, 'SELECT event_id FROM event_ids').map(({ event_id }) => event_id));
  for (const id of acknowledged.events.slice(-900)) assert.ok(kept.has(id), `${id} was acknowledged`);
  const rows = query(database, "SELECT event_id, COUNT(*) AS count FROM deliveries WHERE event_id LIKE 'ev-%' GROUP BY event_id");
  const counts = new Map(rows.map(({ event_id, count }) => [event_id, count]));
  for (const id of acknowledged.events) assert.equal(counts.get(id), 4, `all deliveries of ${id}`);
});

test('the file is for its owner alone, and others are shut out from one that is not', async () => {
  const fresh = newFile();
  const server = await startServer(['--import', imported, '--dry-run'], { database: fresh });
  for (const name of [fresh, `${fresh}-wal`]) assert.equal(statSync(name).mode & 0o777, 0o600, name);
  await server.stop();
  chmodSync(fresh, 0o644);
  const again = await startServer(['--dry-run'], { database: fresh });
  assert.equal(statSync(fresh).mode & 0o007, 0);
  assert.match((await again.stop()).log, /others could read/);
});
