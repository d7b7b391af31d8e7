// What both servers know of an app's deliveries: found, looked at, sent again, withdrawn.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { smtpError, startMailServer, startTarget, until } from '../wasm/targets.mjs';

const path = '/v1/apps/shop/deliveries';

/**
 * Registers the tests.
 *
 * @param start  as in promises.mjs
 */
export function knowsItsDeliveries(start) {
  const folder = mkdtempSync(join(tmpdir(), 'notifier-deliveries-'));
  const servers = new Set();
  let count = 0;
  let target;

  after(async () => {
    for (const server of servers) await server.stop('SIGKILL');
    await target?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const hook = (id, what, more = {}) => ({ id, name: id, platform: 'webhook', send_all_events: true, type_data: { webhook_url: target.url(`${what}/${id}`) }, ...more });

  /** A server with the apps `shop` and `other`, each with these notifiers. */
  async function world(notifiers, options = []) {
    target ??= await startTarget();
    const database = join(folder, `${++count}`);
    const file = `${database}.config.json`;
    const other = { id: '2', name: 'other', notifiers: [hook(`other-${count}`, '400')] };
    writeFileSync(file, JSON.stringify({ version: 1, apps: [{ id: '1', name: 'shop', notifiers: notifiers() }, other] }));
    const server = await start(database, ['--allow-private-targets', '--retry-delays', '0.1', '--import', file, ...options]);
    servers.add(server);
    const it = {
      server,
      async get(query, status = 200) {
        const answer = await server.call('GET', query.startsWith('/v1') ? query : path + query);
        assert.equal(answer.status, status, `${query}: ${JSON.stringify(answer.body)}`);
        return answer.body;
      },
      async ask(what, status, body) {
        const answer = await server.call('POST', path + what, body);
        assert.equal(answer.status, status, `${what}: ${JSON.stringify(answer.body)}`);
        return answer.body;
      },
      /** All that a query finds, page by page. */
      async all(query = '', size = 50) {
        const found = [];
        for (let cursor = ''; ; ) {
          const { deliveries, meta } = await it.get(`?per_page=${size}${query}${cursor && `&cursor=${cursor}`}`);
          assert.ok(deliveries.length <= size);
          found.push(...deliveries);
          if (meta.next_cursor === null) return found;
          cursor = meta.next_cursor;
        }
      },
      async post(event, app = 'shop') {
        assert.equal((await server.call('POST', `/v1/apps/${app}/events`, event)).status, 202);
      },
      settled: () => until(async () => (await it.all('&status=pending')).length === 0),
    };
    return it;
  }

  test('deliveries are found by status, notifier, event, type and time, newest first, and pages stand still while others come', async () => {
    const it = await world(() => [hook('good', 'ok'), hook('bad', '400')]);
    for (let i = 0; i < 7; ++i) await it.post({ id: `ev-${i}`, type: i % 2 ? 'restart' : 'deployment' });
    await it.post({ id: 'ev-0', type: 'restart' }, 'other');
    await it.settled();
    const all = await it.all();
    assert.equal(all.length, 14);
    assert.deepEqual([...new Set(all.map(({ event_id: id }) => id))], [6, 5, 4, 3, 2, 1, 0].map((i) => `ev-${i}`));
    const ids = (deliveries) => deliveries.map(({ id, notifier_id: notifier }) => `${notifier} ${id}`);
    const where = (condition) => ids(all.filter(condition));
    assert.deepEqual(ids(await it.all('&status=dead', 3)), where(({ state }) => state === 'dead'));
    assert.equal(where(({ state }) => state === 'dead').length, 7);
    assert.deepEqual(ids(await it.all('&notifier_id=good', 2)), where(({ notifier_id: id }) => id === 'good'));
    assert.deepEqual(ids(await it.all('&event_id=ev-3')), where(({ event_id: id }) => id === 'ev-3'));
    assert.deepEqual(ids(await it.all('&type=restart', 4)), where(({ event_type: type }) => type === 'restart'));
    assert.deepEqual(ids(await it.all('&type=restart&status=dead&notifier_id=bad', 1)), where((each) => each.event_type === 'restart' && each.state === 'dead'));
    const { created_at: since } = all[5];
    assert.deepEqual(ids(await it.all(`&since=${since}`)), where(({ created_at: at }) => at >= since));
    assert.deepEqual(await it.all('&status=held'), []);
    const { deliveries: first, meta } = await it.get('?per_page=5');
    for (let i = 7; i < 10; ++i) await it.post({ id: `ev-${i}`, type: 'restart' });
    const { deliveries: second } = await it.get(`?per_page=9&cursor=${meta.next_cursor}`);
    assert.deepEqual(ids([...first, ...second]), ids(all));
    assert.deepEqual((await it.get('/v1/apps/other/deliveries')).deliveries.length, 1);
    await it.server.stop();
  });

  test('a delivery is shown by its id, with every attempt, its status, how long it took and the beginning of the reply; its event, too', async () => {
    const slow = () => hook('slow', '', { type_data: { webhook_url: target.url('slow500/slow?ms=300') } });
    const it = await world(() => [hook('shown', 'grumble'), slow()]);
    await it.post({ id: 'ev-1', type: 'restart', type_data: { a: 1 } });
    await it.settled();
    const [{ id }] = await it.all('&notifier_id=shown');
    const took = async (notifier) => (await it.all(`&notifier_id=${notifier}`))[0].attempts.map(({ duration_ms: ms }) => ms);
    const [late, quick] = [await took('slow'), await took('shown')];
    assert.deepEqual([late.length, quick.length], [2, 2]);
    for (const ms of late) assert.ok(ms >= 300 && ms < 5_000, `${ms} ms`);
    for (const ms of quick) assert.ok(Number.isInteger(ms) && ms >= 0 && ms < 5_000, `${ms} ms`);
    const { delivery } = await it.get(`${path}/${id}`);
    assert.deepEqual([delivery.state, delivery.event_id, delivery.notifier_id, delivery.attempts.length], ['dead', 'ev-1', 'shown', 2]);
    for (const { status, reply } of delivery.attempts) assert.deepEqual([status, reply], [500, 'no such queue']);
    assert.deepEqual(await it.get(`/v1/apps/1/deliveries/${id}`), { delivery });
    assert.deepEqual(await it.get(`/v1/apps/other/deliveries/${id}`, 404), { resource: 'delivery', error: 'not found' });
    assert.deepEqual(await it.get('/v1/apps/shop/events/ev-1'), { event: { id: 'ev-1', type: 'restart', type_data: { a: 1 } } });
    assert.deepEqual(await it.get('/v1/apps/other/events/ev-1', 404), { resource: 'event', error: 'not found' });
    await it.server.stop();
  });

  test('what the mail server said stands with each attempt of a mail', async () => {
    const relay = await startMailServer({
      judge: (address) => (address.startsWith('no') ? smtpError(550, '5.1.1 no such user') : address.startsWith('later') ? smtpError(450, '4.2.1 come back later') : undefined),
    });
    const mail = (id, ...emails) => ({ id, name: id, platform: 'email', send_all_events: true, type_data: { emails } });
    const it = await world(() => [mail('taken', 'ann@example.com'), mail('refused', 'no@example.com'), mail('put-off', 'later@example.com')],
      ['--smtp', `smtp://127.0.0.1:${relay.port}?starttls=off`, '--email-from', 'n@example.com']);
    await it.post({ id: 'ev-1', type: 'restart' });
    await it.settled();
    const said = Object.fromEntries((await it.all()).map(({ notifier_id: id, attempts }) => [id, attempts.map(({ status, reply }) => `${status} | ${reply}`)]));
    assert.deepEqual(said, {
      taken: ['250 | 250 OK: message queued'],
      refused: ['550 | 550 5.1.1 no such user'],
      'put-off': ['450 | 450 4.2.1 come back later', '450 | 450 4.2.1 come back later'],
    });
    await it.server.stop();
    await relay.close();
  });

  test('what is dead is sent again by its id, whoever its notifier is; what is not says why', async () => {
    const it = await world(() => [hook('again', 'twice'), hook('taken', 'ok')]);
    await it.post({ id: 'ev-1', type: 'restart' });
    await it.settled();
    const [{ id }] = await it.all('&status=dead');
    assert.deepEqual(await it.ask(`/${id}/retry`, 202), { delivery: { id } });
    await until(async () => (await it.all('&status=delivered')).length === 2);
    assert.equal((await it.get(`${path}/${id}`)).delivery.attempts.length, 3);
    assert.deepEqual(await it.ask(`/${id}/retry`, 409), { error: 'the delivery has arrived, and is not sent again' });
    assert.deepEqual(await it.ask('/nope/retry', 404), { resource: 'delivery', error: 'not found' });
    assert.equal((await it.server.call('POST', `/v1/apps/other/deliveries/${id}/retry`)).status, 404);
    await it.server.stop();
  });

  test('all that failed since a time is sent again at once, of one notifier or of all, and nothing else', async () => {
    const it = await world(() => [hook('first', 'twice'), hook('second', 'twice')]);
    await it.post({ id: 'ev-1', type: 'restart' });
    await it.post({ id: 'ev-9', type: 'restart' }, 'other');
    await it.settled();
    assert.equal((await it.all('&status=dead')).length, 2);
    assert.deepEqual(await it.ask('/retry', 202, { since: '2999-01-01T00:00:00Z' }), { deliveries: 0, more: false });
    assert.deepEqual(await it.ask('/retry', 202, { notifier_id: 'first', status: 'dead' }), { deliveries: 1, more: false });
    await until(async () => (await it.all('&status=delivered')).length === 1);
    assert.equal((await it.all('&status=dead&notifier_id=second')).length, 1);
    assert.deepEqual(await it.ask('/retry', 202, { since: '2020-01-01T00:00:00Z' }), { deliveries: 1, more: false });
    await until(async () => (await it.all('&status=delivered')).length === 2);
    assert.deepEqual(await it.ask('/retry', 202, {}), { deliveries: 0, more: false });
    assert.equal((await it.get('/v1/apps/other/deliveries?status=dead')).deliveries[0].attempts.length, 1);
    await it.server.stop();
  });

  test('more than a thousand that failed are sent again a thousand at a time', async () => {
    const it = await world(() => Array.from({ length: 51 }, (_, i) => hook(`many-${i}`, '400')));
    for (let i = 0; i < 20; ++i) await it.post({ id: `ev-${i}`, type: 'restart' });
    await it.settled();
    assert.equal((await it.all('&status=dead')).length, 1020);
    assert.deepEqual(await it.ask('/retry', 202, {}), { deliveries: 1000, more: true });
    await until(async () => (await it.all('&status=dead')).length === 1020);
    const attempts = (await it.all()).map((delivery) => delivery.attempts.length);
    assert.deepEqual([attempts.slice(0, 1000).every((count) => count === 2), attempts.slice(1000).every((count) => count === 1)], [true, true]);
    await it.server.stop();
  });

  test('what waits is withdrawn: it is dead at once, and can be sent again', async () => {
    const it = await world(() => [hook('waits', '503')], ['--retry-delays', '3600']);
    await it.post({ id: 'ev-1', type: 'restart' });
    await until(async () => (await it.all())[0]?.attempts.length === 1);
    const [{ id, state }] = await it.all();
    assert.equal(state, 'pending');
    assert.equal((await it.server.call('POST', `/v1/apps/other/deliveries/${id}/cancel`)).status, 404);
    assert.deepEqual(await it.ask(`/${id}/cancel`, 202), { delivery: { id } });
    await until(async () => (await it.get(`${path}/${id}`)).delivery.state === 'dead');
    const { delivery } = await it.get(`${path}/${id}`);
    assert.deepEqual([delivery.attempts.length, delivery.attempts[1].reason, delivery.attempts[1].status], [2, 'it was withdrawn by hand', null]);
    assert.deepEqual(await it.ask(`/${id}/cancel`, 409), { error: 'the delivery has ended already' });
    // By hand again, it is sent as any other that is dead.
    await it.ask(`/${id}/retry`, 202);
    await until(async () => (await it.get(`${path}/${id}`)).delivery.attempts.length === 3);
    await it.server.stop();
  });

  test('what is held is withdrawn, and is not sent when its notifier is switched on', async () => {
    const it = await world(() => [hook('held', '503')], ['--retry-delays', '0.3']);
    await it.post({ id: 'ev-1', type: 'restart' });
    await it.server.call('PATCH', '/v1/apps/shop/notifiers/held', { notifier: { active: false } });
    await until(async () => (await it.all('&event_id=ev-1'))[0]?.state === 'held');
    const [{ id }] = await it.all('&event_id=ev-1');
    await it.ask(`/${id}/cancel`, 202);
    await until(async () => (await it.get(`${path}/${id}`)).delivery.state === 'dead');
    await it.server.stop();
  });

  test('what is held back is shown with the message that would tell of it, and is told at once when somebody asks', async () => {
    const it = await world(() => [
      hook('storm', 'ok', { grouping: { mode: 'throttle', window: 3600 } }),
      { id: 'chat', name: 'chat', platform: 'slack', send_all_events: true, type_data: { webhook_url: target.url('ok/s3cret') }, grouping: { mode: 'digest', window: 600, by: ['type'] } },
    ]);
    const digest = (id) => `/v1/apps/shop/notifiers/${id}/digest`;
    const held = async (id) => (await it.get(digest(id))).digest;
    const told = () => target.requests.filter(({ path }) => path.endsWith('/storm')).map(({ body }) => JSON.parse(body).count ?? 1);
    assert.deepEqual(await held('storm'), { events: 0, total: 0, groups: [] });
    assert.equal((await it.server.call('POST', digest('storm'))).status, 409);
    for (let i = 0; i < 6; ++i) await it.post({ id: `held-${i}`, type: i < 4 ? 'restart' : 'deployment' });
    await until(async () => (await held('storm')).events === 5 && (await held('chat')).events === 6);

    const { groups: [storm] } = await held('storm');
    const { waits_for: what, told_at: at, first_at: from } = storm;
    assert.deepEqual({ what, kinds: storm.kinds, method: storm.preview.method }, { what: 'window', kinds: [{ type: 'restart', events: 3 }, { type: 'deployment', events: 2 }], method: 'POST' });
    const wait = Date.parse(at) - Date.parse(from);
    assert.ok(wait > 3_500_000 && wait <= 3_600_000, `${from} ${at}`);
    const chat = await held('chat');
    assert.deepEqual([chat.total, chat.groups.map(({ events }) => events)], [2, [4, 2]]);
    assert.match(chat.groups[0].preview.body, /4 restarts|4 restart/);
    assert.ok(!JSON.stringify(chat).includes('s3cret'));

    assert.deepEqual((await it.server.call('POST', digest('storm'))).body, { digest: { events: 5 } });
    await until(() => told().length === 2);
    assert.deepEqual(told(), [1, 5]);
    assert.equal(target.requests.find(({ body }) => body.includes('"count":5')).body, storm.preview.body);
    await until(async () => (await held('storm')).total === 0);
    assert.equal((await held('chat')).events, 6);
    assert.equal((await it.server.call('POST', digest('storm'))).status, 409);
    assert.equal((await it.server.call('GET', digest('nobody'))).status, 404);
    await it.server.stop();
  });

  test('to look takes a token that may read; to send again or withdraw one that may send events', async () => {
    const it = await world(() => [hook('scoped', '400')], ['--token', 'all', '--host', '127.0.0.1']);
    assert.equal((await it.server.call('GET', path)).status, 401);
    assert.equal((await it.server.call('GET', path, undefined, { Authorization: 'Bearer all' })).status, 200);
    for (const what of ['/x/retry', '/x/cancel', '/retry']) assert.equal((await it.server.call('POST', path + what, {})).status, 401, what);
    await it.server.stop();
  });
}
