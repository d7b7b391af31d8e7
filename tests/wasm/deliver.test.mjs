// The commands that deliver: `serve` and `send`, to real servers on loopback. Everything that they say and write is searched for secrets.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { file, root } from './package.mjs';
import { query, startServer } from './server.mjs';
import { startMailServer, startTarget, until } from './targets.mjs';

const { Webhook } = createRequire(join(root, 'tests/x.js'))('standardwebhooks');
const folder = mkdtempSync(join(tmpdir(), 'notifier-deliver-'));
let target;
let mail;
before(async () => {
  target = await startTarget();
  mail = await startMailServer();
});
after(async () => {
  await target.close();
  await mail.close();
  rmSync(folder, { recursive: true, force: true });
});

const signingKey = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;
const secrets = ['path-secret', 'query-secret', signingKey, signingKey.slice(6), 'smtp-secret'];
/** All that users and operators get to see. */
const said = [];
const say = (text) => (said.push(text), text);
after(() => {
  for (const text of said) for (const secret of secrets) assert.ok(!text.includes(secret), `${secret} in ${text}`);
  assert.ok(said.length > 20);
});

const notifier = (id, platform, path, more = {}) => ({
  id, name: id, platform, send_all_events: true, type_data: { webhook_url: `http://127.0.0.1:${target.port}/${path}/path-secret?key=query-secret` }, ...more,
});
const mailTo = (...emails) => ({ id: 'no-mail', name: 'no-mail', platform: 'email', send_all_events: true, type_data: { emails, user_ids: [] } });
let files = 0;
function configured(...notifiers) {
  const path = join(folder, `config${++files}.json`);
  writeFileSync(path, JSON.stringify({ version: 1, apps: [{ id: 'app-1', name: 'shop', notifiers }], email_from: 'Notifier <n@example.com>' }));
  return path;
}
async function start(notifiers, ...args) {
  const server = await startServer(['--import', configured(...notifiers), '--allow-private-targets', ...args], { database: join(folder, `db${++files}.json`) });
  const ask = async (...request) => {
    const answer = await server.ask(...request);
    if (!request[0].includes('/notifiers/no-') || request[0].includes('deliveries')) say(answer.text);
    return answer;
  };
  const deliveries = async (id) => JSON.parse((await ask(`/v1/apps/shop/notifiers/${id}/deliveries`)).text);
  const post = (event) => ask('/v1/apps/shop/events', { method: 'POST', body: event });
  const stop = async (signal) => {
    const { code, log } = await server.stop(signal);
    say(log);
    return code;
  };
  return { ...server, ask, deliveries, post, stop };
}
const arrived = (path) => target.requests.filter((request) => request.path.startsWith(`/${path}/`));
let events = 0;
const newEvent = () => ({ id: `ev-${++events}`, created_at: '2024-05-14T09:46:42.077Z', type: 'restart', app_id: 'app-1', app_name: 'shop', user: { username: 'ann', email: 'ann@example.com', id: 'us-1' }, type_data: {} });

test('serve delivers to every platform, and shows what came of it', async () => {
  const server = await start(
    [notifier('no-hook', 'webhook', 'ok/h', { type_data: { webhook_url: `http://127.0.0.1:${target.port}/ok/h/path-secret`, signing_secret: signingKey } }),
      notifier('no-slack', 'slack', 'slack/s'), notifier('no-rocket', 'rocket_chat', 'rocket/r'), mailTo('b@example.com')],
    '--smtp', mail.url.replace('127.0.0.1', 'user:smtp-secret@127.0.0.1').replace('user:smtp-secret@', ''),
  );
  const body = JSON.stringify(newEvent());
  assert.equal((await server.post(body)).status, 202);
  await until(() => arrived('ok/h').length === 1 && arrived('slack/s').length === 1 && arrived('rocket/r').length === 1 && mail.mails.length === 1);
  const [request] = arrived('ok/h');
  assert.equal(request.body, body);
  new Webhook(signingKey).verify(request.body, request.headers);
  assert.deepEqual(mail.mails[0].to, ['b@example.com']);
  for (const id of ['no-hook', 'no-slack', 'no-rocket', 'no-mail']) {
    await until(async () => (await server.deliveries(id)).deliveries[0]?.state === 'delivered', `${id} as delivered`);
    const { deliveries, meta } = await server.deliveries(id);
    assert.equal(deliveries.length, 1);
    assert.equal(meta.pagination.total_count, 1);
    const [{ event_id, notifier_id, attempts }] = deliveries;
    assert.deepEqual([event_id, notifier_id, attempts.length, attempts[0].outcome], [`ev-${events}`, id, 1, 'delivered']);
  }
  assert.equal(await server.stop(), 0);
  assert.ok(!existsSync(`${server.database}-wal`));
});

test('the stream tells of outcomes', async () => {
  const server = await start([notifier('no-hook', 'webhook', 'twice/stream')], '--retry-delays', '0.01,0.01');
  let text = '';
  const request = httpRequest({ host: '127.0.0.1', port: server.port, path: '/v1/apps/shop/stream' }, (response) => {
    response.setEncoding('utf8').on('data', (chunk) => (text += chunk));
    void server.post(newEvent());
  });
  request.on('error', () => {}).end();
  await until(() => text.includes('"status":"delivered"'), 'a delivery in the stream');
  assert.match(text, /"status":"pending"[^]*"status":"pending"[^]*"status":"delivered"/);
  request.destroy();
  say(text);
  await server.stop();
});

test('serve tells events together: the answer, the stream, the list and the metrics say so', async () => {
  const server = await start([notifier('no-hook', 'webhook', 'ok/together', { grouping: { mode: 'digest', window: 2 } })]);
  let text = '';
  const request = httpRequest({ host: '127.0.0.1', port: server.port, path: '/v1/apps/shop/stream' }, (response) => {
    response.setEncoding('utf8').on('data', (chunk) => (text += chunk));
    for (let i = 0; i < 5; ++i) void server.post(newEvent()).then(({ text: answer }) => assert.equal(JSON.parse(answer).events[0].deliveries[0].grouped, true));
  });
  request.on('error', () => {}).end();
  const metric = async (name) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec((await server.ask('/metrics')).text)?.[1]);
  await until(async () => (await metric('notifier_deliveries_grouped_total')) === 5, 'that they are counted');
  assert.equal(await metric('notifier_deliveries_grouped'), 5);
  assert.equal(await metric('notifier_deliveries_pending'), 0);
  assert.match(text, /"status":"grouping"/);
  await until(() => text.includes('"status":"delivered"'), 'the digest in the stream');
  const [{ body }, ...more] = arrived('ok/together');
  assert.deepEqual(more, []);
  assert.equal(JSON.parse(body).count, 5);
  assert.equal(JSON.parse(body).events.length, 5);
  assert.equal(await metric('notifier_deliveries_grouped'), 0);
  const { deliveries } = await server.deliveries('no-hook');
  assert.deepEqual(deliveries.map(({ event_type, state }) => [event_type, state]), [['digest', 'delivered'], ...Array(5).fill(['restart', 'grouped'])]);
  request.destroy();
  say(text);
  // What a change of its notifier means is told at once: nothing is held back any more.
  await server.ask('/v1/apps/shop/notifiers/no-hook', { method: 'PATCH', body: { notifier: { grouping: { mode: 'digest', window: 604_800 } } } });
  await server.post(newEvent());
  // The change is an event, too.
  await until(async () => (await metric('notifier_deliveries_grouped_total')) === 7, 'that it is counted');
  await server.ask('/v1/apps/shop/notifiers/no-hook', { method: 'PATCH', body: { notifier: { grouping: null } } });
  await until(() => arrived('ok/together').some(({ body: told }) => JSON.parse(told).count === 2), 'what was held back');
  await server.stop();
});

test('what is dead can be sent again through the API', async () => {
  const server = await start([notifier('no-dead', 'webhook', '404/d')]);
  await server.post(newEvent());
  await until(async () => (await server.deliveries('no-dead')).deliveries[0]?.state === 'dead');
  const { deliveries: [{ id, attempts }] } = await server.deliveries('no-dead');
  assert.deepEqual([attempts.length, attempts[0].outcome, attempts[0].status], [1, 'fail', 404]);
  assert.equal((await server.ask(`/v1/apps/shop/notifiers/no-dead/deliveries/${id}/retry`, { method: 'POST' })).status, 202);
  await until(() => arrived('404/d').length === 2);
  assert.equal((await server.ask('/v1/apps/shop/notifiers/no-dead/deliveries/msg_other/retry', { method: 'POST' })).status, 404);
  assert.equal(arrived('404/d')[0].headers['webhook-id'], arrived('404/d')[1].headers['webhook-id']);
  await server.stop();
});

test('a target that is gone switches its notifier off, with an event for the others', async () => {
  const server = await start([notifier('no-gone', 'webhook', '410/g'), notifier('no-other', 'webhook', 'ok/other')]);
  await server.post(newEvent());
  await until(async () => JSON.parse((await server.ask('/v1/apps/shop/notifiers')).text.replaceAll('path-secret', '').replaceAll('query-secret', '')).notifiers[0].active === false, 'switching it off');
  await until(() => arrived('ok/other').length === 2, 'the event of it');
  const told = arrived('ok/other').map(({ body }) => JSON.parse(body)).find(({ type }) => type === 'edit_notifier');
  assert.deepEqual([told.type_data.notifier_id, told.type_data.active], ['no-gone', false]);
  assert.match(JSON.stringify(told), /the target is gone for good/);
  said.splice(said.findIndex((text) => text.includes('"webhook_url"')), said.length); // the API shows URLs to who may change them
  await server.stop();
});

test('an address that is not public is not reached unless that is allowed', async () => {
  const server = await startServer(['--import', configured(notifier('no-hook', 'webhook', 'ok/forbidden'))], { database: join(folder, `db${++files}.json`) });
  await server.ask('/v1/apps/shop/events', { method: 'POST', body: newEvent() });
  let record;
  await until(async () => {
    [record] = JSON.parse(say((await server.ask('/v1/apps/shop/notifiers/no-hook/deliveries')).text)).deliveries;
    return record?.state === 'dead';
  });
  assert.match(record.attempts[0].reason, /machine|address/);
  assert.equal(arrived('ok/forbidden').length, 0);
  await server.stop();
});

test('kill -9: what was accepted arrives after the restart', async () => {
  const config = configured(notifier('no-slow', 'webhook', 'slow/k', { type_data: { webhook_url: `http://127.0.0.1:${target.port}/slow/k?ms=300` } }));
  const database = join(folder, `db${++files}.json`);
  const first = await startServer(['--import', config, '--allow-private-targets'], { database });
  const sent = Array.from({ length: 40 }, newEvent);
  for (const event of sent) assert.equal((await first.ask('/v1/apps/shop/events', { method: 'POST', body: event })).status, 202);
  await first.stop('SIGKILL');
  const second = await startServer(['--allow-private-targets'], { database });
  await until(() => new Set(target.requests.filter(({ what }) => what === 'slow').map(({ headers }) => headers['webhook-id'])).size === 40, 'the arrival of all');
  const { code, log } = await second.stop();
  assert.deepEqual([code, say(log).replace(/^\{.*\}\n/gm, '')], [0, '']);
});

test('a dry run sends nothing: what comes in is dead, with that reason, and can be sent later; what was pending stays so', async () => {
  const config = configured(notifier('no-hook', 'webhook', 'twice/dry'));
  const database = join(folder, `db${++files}.json`);
  const run = (...args) => startServer(['--import', config, '--allow-private-targets', ...args], { database });
  const list = async (server) => JSON.parse(say((await server.ask('/v1/apps/shop/notifiers/no-hook/deliveries')).text)).deliveries;
  const post = (server) => server.ask('/v1/apps/shop/events', { method: 'POST', body: newEvent() });
  const wet = await run('--retry-delays', '3600');
  await post(wet);
  await until(async () => (await list(wet))[0]?.attempts.length === 1);
  say((await wet.stop()).log);

  const dry = await run('--dry-run');
  assert.equal((await post(dry)).status, 202);
  await until(async () => (await list(dry))[0].state === 'dead');
  const [dead, pending] = await list(dry);
  assert.deepEqual([dead.attempts.length, dead.attempts[0].reason, pending.state], [1, 'dry run: nothing is sent', 'pending']);
  say((await dry.stop()).log);
  assert.equal(arrived('twice/dry').length, 1);

  const again = await run();
  assert.equal((await again.ask(`/v1/apps/shop/notifiers/no-hook/deliveries/${dead.id}/retry`, { method: 'POST' })).status, 202);
  await until(() => arrived('twice/dry').some(({ headers }) => headers['webhook-id'] === dead.id));
  say((await again.stop()).log);
});

test('what waits for a notifier is held while it is off, also over a restart, sent once it is on, and ended with it', async () => {
  const notifiers = [notifier('no-off', 'webhook', '500/off'), notifier('no-late', 'webhook', '500/late'), notifier('no-gone', 'webhook', '500/removed')];
  const server = await start(notifiers, '--retry-delays', '3600');
  const ids = notifiers.map(({ id }) => id);
  const change = (to, id, active) => to.ask(`/v1/apps/shop/notifiers/${id}`, { method: 'PATCH', body: { notifier: { active } } });
  await server.post(newEvent());
  for (const id of ids) await until(async () => (await server.deliveries(id)).deliveries[0]?.attempts.length === 1);
  await change(server, 'no-off', false);
  const { deliveries: [held] } = await server.deliveries('no-off');
  assert.equal(held.state, 'held');
  assert.equal(held.next_at, null);
  assert.ok(Math.abs(Date.parse(held.held_until) - Date.now() - 3 * 86_400_000) < 600_000, held.held_until);
  const again = await server.ask(`/v1/apps/shop/notifiers/no-off/deliveries/${held.id}/retry`, { method: 'POST' });
  assert.equal(again.status, 409);
  assert.match(again.text, /is held until its notifier is switched on/);
  assert.equal((await server.ask('/v1/apps/shop/notifiers/no-off/deliveries/msg_none/retry', { method: 'POST' })).status, 404);
  assert.equal((await server.ask('/v1/apps/shop/notifiers/no-gone', { method: 'DELETE' })).status, 204);
  await until(() => /"notifier_id":"no-gone","change":"removed","deliveries":[1-9],"became":"ended"/.test(server.log()), 'a line of the log');
  // A test goes out though it is off.
  await server.ask('/v1/apps/shop/notifiers/no-off/test', { method: 'POST' });
  await until(() => arrived('500/off').some(({ body }) => JSON.parse(body).type === 'test'), 'the test');
  await server.stop('SIGKILL');
  const late = arrived('500/late').length;

  // What was changed while no server ran: one is gone.
  query(server.database, "DELETE FROM registry WHERE kind = 'notifier' AND id = 'no-late'");
  const restarted = await startServer(['--allow-private-targets', '--retry-delays', '3600'], { database: server.database });
  const of = { deliveries: async (id) => JSON.parse((await restarted.ask(`/v1/apps/shop/notifiers/${id}/deliveries`)).text) };
  assert.equal((await of.deliveries('no-off')).deliveries.find(({ id }) => id === held.id).state, 'held', 'over a restart');
  assert.equal((await restarted.ask('/v1/apps/shop/notifiers/no-off', { method: 'PATCH', body: { notifier: { active: true } } })).status, 200);
  await until(() => arrived('500/off').filter(({ headers }) => headers['webhook-id'] === held.id).length === 2, 'what was held');
  await until(async () => (await of.deliveries('no-off')).deliveries.find(({ id }) => id === held.id).attempts.length === 2);
  say((await restarted.stop()).log);
  assert.equal(arrived('500/late').length, late);
  const reasons = query(server.database, "SELECT DISTINCT reason FROM deliveries JOIN delivery_attempts USING (sequence) WHERE notifier_id = 'no-late' AND state = 'dead'");
  assert.ok(reasons.some(({ reason }) => reason === 'the notifier was removed'), JSON.stringify(reasons));
});

test('an app that is renamed keeps what waits for it, and one that is removed ends it', async () => {
  const server = await start([notifier('no-keep', 'webhook', 'twice/renamed')], '--retry-delays', '0.3,0.3');
  await server.post(newEvent());
  await until(() => arrived('twice/renamed').length >= 1);
  const [{ headers: { 'webhook-id': key } }] = arrived('twice/renamed');
  assert.equal((await server.ask('/v1/apps/shop', { method: 'PATCH', body: { app: { name: 'store' } } })).status, 200);
  await until(async () => JSON.parse((await server.ask('/v1/apps/store/notifiers/no-keep/deliveries')).text).deliveries.find(({ id }) => id === key).state === 'delivered', 'the delivery');
  assert.ok(arrived('twice/renamed').filter(({ headers }) => headers['webhook-id'] === key).length > 1);
  assert.equal((await server.ask('/v1/apps/shop')).status, 404);
  await server.ask('/v1/apps/store/events', { method: 'POST', body: { ...newEvent(), app_name: 'store' } });
  assert.equal((await server.ask('/v1/apps/store', { method: 'DELETE' })).status, 204);
  assert.equal((await server.ask('/v1/apps/store')).status, 404);
  await server.stop();
  const restarted = await startServer([], { database: server.database });
  assert.deepEqual(JSON.parse((await restarted.ask('/v1/apps')).text).apps ?? [], []);
  await restarted.stop();
});

test('an event without an id is delivered each time; under one Idempotency-Key once, and the answer says what is known', async () => {
  const server = await start([notifier('no-hook', 'webhook', 'ok/identity'), notifier('no-other', 'webhook', 'ok/identity2')]);
  const body = '{ "type": "restart", "app_id":"app-1" }';
  const post = (headers = {}) => server.ask('/v1/apps/shop/events', { method: 'POST', body, headers });
  for (let i = 0; i < 4; ++i) assert.equal((await post()).status, 202);
  await until(() => arrived('ok/identity').length === 4 && arrived('ok/identity2').length === 4, 'four of each');
  const all = arrived('ok/identity');
  assert.equal(new Set(all.map(({ headers }) => headers['webhook-id'])).size, 4);
  assert.ok(all.every((request) => request.body === body), 'byte for byte');
  const first = JSON.parse((await post({ 'Idempotency-Key': 'order-7' })).text).events[0];
  const second = JSON.parse((await post({ 'Idempotency-Key': 'order-7' })).text).events[0];
  assert.equal(first.id, 'order-7');
  assert.ok(first.deliveries.every(({ known }) => known === undefined));
  assert.ok(second.deliveries.length === 2 && second.deliveries.every(({ known }) => known === true));
  await until(() => arrived('ok/identity').length === 5);
  await server.stop('SIGKILL');
  const restarted = await startServer(['--allow-private-targets'], { database: server.database });
  const third = JSON.parse((await restarted.ask('/v1/apps/shop/events', { method: 'POST', body, headers: { 'Idempotency-Key': 'order-7' } })).text).events[0];
  assert.ok(third.deliveries.every(({ known }) => known === true), 'after a restart, too');
  const { events } = JSON.parse((await restarted.ask('/v1/apps/shop/events')).text);
  assert.equal(events.length, 5, 'it is one event');
  await restarted.stop();
  assert.equal(new Set(arrived('ok/identity').map(({ headers }) => headers['webhook-id'])).size, 5);
});

test('without a mail server no mail is sent, and it can be sent again later', async () => {
  const server = await start([mailTo('b@example.com')]);
  await server.post(newEvent());
  await until(async () => (await server.deliveries('no-mail')).deliveries[0]?.state === 'dead');
  assert.equal((await server.deliveries('no-mail')).deliveries[0].attempts[0].reason, 'this server has no mail server; see --smtp');
  await server.stop();
});

test('the log tells of each attempt', async () => {
  const server = await start([notifier('no-hook', 'webhook', '403/log')]);
  await server.post(newEvent());
  await until(() => /"delivery".*\n/.test(server.log()), 'a line of the log');
  const { time, delivery, ...rest } = JSON.parse(server.log().split('\n').find((line) => line.includes('"delivery"')));
  assert.deepEqual(rest, { notifier_id: 'no-hook', platform: 'webhook', attempt: 1, outcome: 'fail', status: 403, reason: 'the target refuses it', state: 'dead' });
  assert.match(delivery, /^msg_[0-9a-f]{32}$/);
  assert.ok(Math.abs(Date.parse(time) - Date.now()) < 600_000);
  await server.stop();
});

test('a host of one\'s own is allowed by name, address or network', async () => {
  const server = await startServer(['--import', configured(notifier('no-hook', 'webhook', 'ok/allowed')), '--allow-target', 'a.internal', '--allow-target', '127.0.0.0/8'], { database: join(folder, `db${++files}.json`) });
  await server.ask('/v1/apps/shop/events', { method: 'POST', body: newEvent() });
  await until(() => arrived('ok/allowed').length === 1);
  await server.stop();
});

// ---- send ----

function send(args, input, { cwd = join(root, 'tests') } = {}) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [file('dist/cli/main.js'), 'send', ...args], { cwd });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (bytes) => (stdout += bytes));
    child.stderr.on('data', (bytes) => (stderr += bytes));
    child.on('close', (status) => {
      say(stdout + stderr);
      resolve({ status, stdout, stderr });
    });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}
const lines = (...list) => list.map((event) => (typeof event === 'string' ? event : JSON.stringify(event))).join('\n');

test('send ends with 0 when everything has arrived, after retries too', async () => {
  const config = configured(notifier('no-hook', 'webhook', 'ok/send'), notifier('no-later', 'webhook', 'later/send'), mailTo('c@example.com'));
  const { status, stdout, stderr } = await send([config, '--allow-private-targets', '--smtp', mail.url], lines(newEvent()));
  assert.deepEqual([status, stdout, stderr], [0, '3 delivered, 0 failed\n', '']);
  assert.equal(arrived('ok/send').length, 1);
  assert.equal(arrived('later/send').length, 2);
  assert.ok(mail.mails.some(({ to }) => to[0] === 'c@example.com'));
});

test('send ends with 1 when something has not arrived, and names it', async () => {
  const config = configured(notifier('no-bad', 'webhook', '404/send'), notifier('no-hook', 'webhook', 'ok/some'));
  const { status, stdout, stderr } = await send([config, '--allow-private-targets', '--retry-for', '0'], lines(newEvent(), newEvent()));
  assert.deepEqual([status, stdout], [1, '2 delivered, 2 failed\n']);
  assert.equal(stderr, 'notifier-wasm: no-bad (webhook): the target refuses it (404)\n'.repeat(2));
  const broken = await send([config, '--allow-private-targets', '--retry-for', '0'], lines('{"type":', '', newEvent()));
  assert.equal(broken.status, 1);
  assert.match(broken.stderr, /^notifier-wasm: line 1: byte 8: /);
  assert.match((await send([configured(mailTo('b@example.com'))], lines(newEvent()))).stderr, /no mail server is configured/);
});

test('send --json writes a line for each delivery', async () => {
  const config = configured(notifier('no-hook', 'webhook', 'ok/json'), notifier('no-bad', 'slack', '403/json'));
  const event = newEvent();
  const { status, stdout } = await send([config, '--allow-private-targets', '--json', '--retry-for', '0'], lines(event));
  assert.equal(status, 1);
  const outcomes = stdout.trim().split('\n').map((line) => JSON.parse(line)).sort((a, b) => (a.notifier_id < b.notifier_id ? -1 : 1));
  assert.deepEqual(outcomes.map(({ event_id, notifier_id, platform, state, attempts, status: code }) => [event_id, notifier_id, platform, state, attempts, code]), [
    [event.id, 'no-bad', 'slack', 'dead', 1, 403],
    [event.id, 'no-hook', 'webhook', 'delivered', 1, 200],
  ]);
});

test('send goes on where it was killed, and sends nothing twice that has arrived', async () => {
  const config = configured(notifier('no-hook', 'webhook', 'ok/again'), notifier('no-slow', 'webhook', 'hang/again'));
  const outbox = join(folder, 'send.outbox');
  const event = newEvent();
  const child = spawn(process.execPath, [file('dist/cli/main.js'), 'send', config, '--allow-private-targets', '--outbox', outbox]);
  child.stdin.end(lines(event));
  await until(() => arrived('ok/again').length === 1 && arrived('hang/again').length === 1);
  await until(() => readFileSync(outbox, 'utf8').includes('"delivered"'), 'a record of it');
  child.kill('SIGKILL');
  await new Promise((resolve) => child.on('close', resolve));
  const repaired = configured(notifier('no-hook', 'webhook', 'ok/again'));
  // What is under way keeps its own target, which goes on hanging: a short patience gives it up.
  const ended = spawn(process.execPath, [file('dist/cli/main.js'), 'send', repaired, '--allow-private-targets', '--outbox', outbox]);
  ended.stdin.end(lines(event));
  await until(() => arrived('hang/again').length === 2, 'the second attempt');
  ended.kill('SIGTERM');
  assert.equal(await new Promise((resolve) => ended.on('close', resolve)), 1);
  assert.equal(arrived('ok/again').length, 1);
});

test('send tells what is to be told together when all has been read, and each event once', async () => {
  const config = configured(
    notifier('no-digest', 'webhook', 'ok/send-digest', { grouping: { mode: 'daily', at: '09:00', by: ['type'] } }),
    notifier('no-muted', 'webhook', 'ok/send-muted', { muted_until: '2100-01-01T00:00:00Z' }),
    notifier('no-throttle', 'webhook', 'ok/send-throttle', { grouping: { mode: 'throttle', window: 600 } }),
  );
  const list = Array.from({ length: 30 }, newEvent);
  const outbox = join(folder, 'groups.outbox');
  for (const _ of [1, 2]) {
    const { status, stderr } = await send([config, '--allow-private-targets', '--outbox', outbox], lines(...list));
    assert.deepEqual([status, stderr], [0, '']);
    const counts = (path) => arrived(path).map(({ body }) => JSON.parse(body).count ?? 1);
    assert.deepEqual(counts('ok/send-digest'), [30]);
    assert.deepEqual(counts('ok/send-muted'), [30]);
    assert.deepEqual(counts('ok/send-throttle'), [1, 29]);
  }
  rmSync(outbox);
  const inMemory = await send([config, '--allow-private-targets'], lines(...list));
  assert.deepEqual([inMemory.status, inMemory.stdout], [0, '4 delivered, 0 failed\n']);
});

test('send --dry-run sends nothing', async () => {
  const { status, stdout } = await send([configured(notifier('no-hook', 'webhook', 'ok/dry-send')), '--dry-run'], lines(newEvent(), newEvent()));
  assert.deepEqual([status, stdout], [0, '2 would be sent\n']);
  assert.equal(arrived('ok/dry-send').length, 0);
});

test('wrong options end with 2, a missing nodemailer with 1', async () => {
  const config = configured();
  for (const args of [[], [join(folder, 'none.json')], [config, '--retry-for', 'x'], [config, '--smtp', 'mail.example.com'], [config, '--allow-target', '10.0.0.0/99'], [config, '--send-timeout', '0']]) {
    assert.equal((await send(args, '')).status, 2, args.join(' '));
  }
  const { status, stderr } = await send([config, '--smtp', 'smtp://user:smtp-secret@mail.example.com'], '', { cwd: folder });
  assert.deepEqual([status, stderr], [1, 'notifier-wasm: sending mail needs the package nodemailer: npm install nodemailer\n']);
});

test('nothing but databases and outboxes is left behind', () => {
  for (const name of readdirSync(folder)) assert.match(name, /^(config\d+\.json|db\d+\.json(-wal)?|send\.outbox)$/);
});
