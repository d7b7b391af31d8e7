// What both servers promise of events and notifiers: nothing is lost, nothing comes twice, nothing that was removed comes back.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { startTarget, until } from '../wasm/targets.mjs';

const plain = '{"type":"stop_app","app_id":"1","app_name":"shop","type_data":{"reason":"payment_failure"}}';

/**
 * Registers the tests.
 *
 * @param start  `(database, options) => {url, call(method, path, body, headers) => {status, body, headers}, stop(signal)}`, a server that delivers
 * @param isFile  whether its database is a file, of one server alone
 */
export function keepsItsPromises(start, { isFile = true } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'notifier-promises-'));
  const servers = new Set();
  let count = 0;
  let target;

  after(async () => {
    for (const server of servers) await server.stop('SIGKILL');
    await target?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const hook = (id, path, more = {}) => ({ id, name: id, platform: 'webhook', send_all_events: true, type_data: { webhook_url: target.url(`${path}/${id}`) }, ...more });
  // But for the events that changes of the notifiers themselves make.
  const arrived = (id) => target.requests.filter(({ path, body }) => new URL(path, 'http://x').pathname.endsWith(`/${id}`) && !/"type":"(new|edit|delete)_notifier"|"type":"rename_app"/.test(body));
  const keys = (requests) => new Set(requests.map(({ headers }) => headers['webhook-id']));

  test('a URL where nothing can ever be delivered is refused before it is kept, and one of this network where it is allowed is kept', async () => {
    const database = join(folder, 'refusing');
    const file = `${database}.config.json`;
    writeFileSync(file, JSON.stringify({ version: 1, apps: [{ id: '1', name: 'shop', notifiers: [] }] }));
    for (const [options, status] of [[[], 422], [['--allow-private-targets'], 201]]) {
      const server = await start(database, ['--import', file, ...options]);
      servers.add(server);
      const { notification_platforms: [{ id }] } = (await server.call('GET', '/v1/notification_platforms/search?name=webhook')).body;
      for (const host of ['10.0.0.1', '127.0.0.1', '[::1]', '2130706433', 'localhost']) {
        const answer = await server.call('POST', '/v1/apps/shop/notifiers', { notifier: { platform_id: id, name: host, type_data: { webhook_url: `http://${host}/path-secret` } } });
        assert.equal(answer.status, status, `${host}: ${JSON.stringify(answer.body)}`);
        if (status === 422) assert.match(answer.body.errors['type_data.webhook_url'].join(), /^can't be delivered to: ./);
        if (status === 422) assert.ok(!JSON.stringify(answer.body).includes('secret'));
      }
      servers.delete(server);
      await server.stop('SIGTERM');
    }
  });

  /** A server with the app `shop` and these notifiers. */
  async function world(notifiers, options = []) {
    target ??= await startTarget();
    const database = join(folder, `world${++count}`);
    const file = `${database}.config.json`;
    writeFileSync(file, JSON.stringify({ version: 1, apps: [{ id: '1', name: 'shop', notifiers: notifiers() }] }));
    const given = ['--allow-private-targets', '--retry-delays', '0.1,0.1,0.1', '--import', file, ...options];
    const it = {
      database,
      async begin() {
        it.server = await start(database, given);
        servers.add(it.server);
      },
      async end(signal) {
        servers.delete(it.server);
        return it.server.stop(signal);
      },
      call: (...request) => it.server.call(...request),
      async post(event, headers) {
        const answer = await it.call('POST', '/v1/apps/shop/events', event, headers);
        assert.equal(answer.status, 202, JSON.stringify(answer.body));
        return answer.body.events[0];
      },
      async patch(id, notifier) {
        const answer = await it.call('PATCH', `/v1/apps/shop/notifiers/${id}`, { notifier });
        assert.equal(answer.status, 200, JSON.stringify(answer.body));
      },
      async deliveries(id, app = 'shop') {
        const all = [];
        for (let page = 1; page; ) {
          const { body } = await it.call('GET', `/v1/apps/${app}/notifiers/${id}/deliveries?per_page=50&page=${page}`);
          all.push(...body.deliveries);
          page = body.meta.pagination.next_page;
        }
        return all;
      },
      async states(id, app) {
        const counts = {};
        for (const { state } of await it.deliveries(id, app)) counts[state] = (counts[state] ?? 0) + 1;
        return counts;
      },
    };
    await it.begin();
    return it;
  }

  test('an event without an id is an occurrence of its own: three posts and one after a restart are four requests', async () => {
    const it = await world(() => [hook('occurs', 'ok')]);
    const ids = new Set();
    for (let i = 0; i < 3; ++i) ids.add((await it.post(plain)).id);
    await until(() => arrived('occurs').length === 3);
    await it.end();
    await it.begin();
    ids.add((await it.post(plain)).id);
    await until(() => arrived('occurs').length === 4);
    assert.equal(keys(arrived('occurs')).size, 4);
    assert.equal(ids.size, 4);
    for (const { body } of arrived('occurs')) assert.equal(body, plain);
    const { events } = (await it.call('GET', '/v1/apps/shop/events')).body;
    assert.equal(events.length, 4);
    await it.end();
  });

  test('a POST repeated under one Idempotency-Key is one event, and the answer names what was known', async () => {
    const it = await world(() => [hook('first', 'ok'), hook('second', 'ok')]);
    const key = { 'Idempotency-Key': 'retry-1' };
    const once = await it.post(plain, key);
    assert.equal(once.id, 'retry-1');
    assert.deepEqual(once.deliveries.map(({ known }) => known), [undefined, undefined]);
    await until(() => arrived('first').length === 1 && arrived('second').length === 1);
    for (const restart of [false, true]) {
      if (restart) {
        await it.end();
        await it.begin();
      }
      assert.deepEqual((await it.post(plain, key)).deliveries.map(({ known }) => known), [true, true]);
    }
    await it.post(plain, { 'Idempotency-Key': 'retry-2' });
    await until(() => arrived('first').length === 2 && arrived('second').length === 2);
    assert.equal((await it.call('GET', '/v1/apps/shop/events')).body.events.length, 2);
    // An id of the event's own counts before the key, and two events under one id are one.
    const named = { ...JSON.parse(plain), id: 'own-1' };
    assert.equal((await it.post(named, { 'Idempotency-Key': 'retry-3' })).id, 'own-1');
    assert.ok((await it.post({ ...named, type: 'restart' })).deliveries.every(({ known }) => known));
    await until(() => arrived('first').length === 3);
    // To a notifier that came later, the same event is new.
    assert.equal((await it.call('POST', '/v1/apps/shop/notifiers', { notifier: { ...hook('third', 'ok'), platform_id: '5982f145d48c3600273ef08a' } })).status, 201);
    assert.deepEqual((await it.post(named)).deliveries.map(({ known }) => known), [true, true, undefined]);
    await until(() => arrived('third').length >= 1);
    await it.end();
  });

  test('what waits for a notifier that is switched off is held, over kill -9 too, and goes once it is on again', async () => {
    const it = await world(() => [hook('paused', 'slow', { type_data: { webhook_url: target.url('slow/paused?ms=300') } })]);
    await Promise.all(Array.from({ length: 50 }, (_, i) => it.post({ type: 'restart', id: `held-${i}` })));
    await it.patch('paused', { active: false });
    await until(async () => {
      const { pending = 0, held = 0, dead = 0 } = await it.states('paused');
      assert.equal(dead, 0);
      return pending === 0 && held > 0;
    });
    const { held } = await it.states('paused');
    const before = arrived('paused').length;
    assert.equal(before + held, 50);
    await it.end('SIGKILL');
    await it.begin();
    await sleep(500);
    assert.equal((await it.states('paused')).held, held);
    assert.equal(arrived('paused').length, before);
    // A test goes to a notifier that is switched off.
    assert.equal((await it.call('POST', '/v1/apps/shop/notifiers/paused/test')).status, 200);
    await until(() => arrived('paused').length === before + 1);
    await it.patch('paused', { active: true });
    await until(() => arrived('paused').length === 51);
    await until(async () => Object.keys(await it.states('paused')).join() === 'delivered');
    assert.equal(keys(arrived('paused')).size, 51);
    // Once more, with the process killed between: switched on is what counts.
    await Promise.all(Array.from({ length: 30 }, (_, i) => it.post({ type: 'restart', id: `again-${i}` })));
    await it.patch('paused', { active: false });
    await it.patch('paused', { active: true });
    await it.end('SIGKILL');
    await it.begin();
    await until(() => keys(arrived('paused')).size === 81);
    await until(async () => Object.keys(await it.states('paused')).join() === 'delivered');
    await it.end();
  });

  test('what waits for a notifier that is removed, or whose target is gone, ends', async () => {
    const it = await world(() => [hook('leaving', 'slow', { type_data: { webhook_url: target.url('slow/leaving?ms=400') } }), hook('gone', '410')]);
    await Promise.all(Array.from({ length: 40 }, (_, i) => it.post({ type: 'restart', id: `leaving-${i}` })));
    assert.equal((await it.call('DELETE', '/v1/apps/shop/notifiers/leaving')).status, 204);
    await sleep(1_500);
    assert.ok(arrived('leaving').length < 40);
    await until(async () => (await it.call('GET', '/v1/apps/shop/notifiers/gone')).body.notifier.active === false);
    await until(async () => Object.keys(await it.states('gone')).join() === 'dead');
    // Added again with the same URL, it is another notifier: nothing of the old one goes to it.
    const again = { notifier: { name: 'again', platform_id: '5982f145d48c3600273ef08a', send_all_events: true, type_data: { webhook_url: target.url('ok/leaving') } } };
    const sent = arrived('leaving').length;
    assert.equal((await it.call('POST', '/v1/apps/shop/notifiers', again)).status, 201);
    await it.end();
    await it.begin();
    await sleep(300);
    assert.equal(arrived('leaving').length, sent);
    await it.post({ type: 'restart', id: 'leaving-0' });
    await until(() => arrived('leaving').length === sent + 1);
    await it.end();
  });

  test('a notifier that was removed stays so, whatever changed it at the same moment', async () => {
    const it = await world(() => Array.from({ length: 20 }, (_, i) => hook(`race${i}`, 'ok')));
    const statuses = await Promise.all(
      Array.from({ length: 20 }, (_, i) => [
        it.call('PATCH', `/v1/apps/shop/notifiers/race${i}`, { notifier: { name: 'edited' } }),
        it.call('DELETE', `/v1/apps/shop/notifiers/race${i}`),
        it.call('PATCH', `/v1/apps/shop/notifiers/race${i}`, { notifier: { name: 'edited again' } }),
      ]).flat().map((answer) => answer.then(({ status }) => status)),
    );
    for (const status of statuses) assert.ok([200, 204, 404].includes(status), String(status));
    assert.equal(statuses.filter((status) => status === 204).length, 20);
    for (const signal of ['SIGKILL', 'SIGTERM']) {
      assert.deepEqual((await it.call('GET', '/v1/apps/shop/notifiers')).body.notifiers, []);
      await it.end(signal);
      await it.begin();
    }
    await it.end();
  });

  test('a notifier that was removed is put back as it was, secrets included, after a restart too, and is told again; what waited for it stays ended', async () => {
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const it = await world(() => [hook('back', 'ok', { active: false, type_data: { webhook_url: target.url('ok/back'), signing_secret: secret } }), hook('here', 'ok')]);
    const path = '/v1/apps/shop/notifiers/back';
    const before = (await it.call('GET', path)).body.notifier;
    await it.post({ type: 'restart', id: 'waits' });
    assert.equal((await it.call('DELETE', path)).status, 204);
    assert.equal((await it.call('GET', path)).status, 404);
    assert.deepEqual((await it.call('GET', '/v1/apps/shop/notifiers')).body.notifiers.map(({ id }) => id), ['here']);
    await it.end();
    await it.begin();
    const answer = await it.call('POST', `${path}/restore`);
    assert.equal(answer.status, 200);
    assert.ok(!JSON.stringify(answer.body).includes(secret));
    assert.deepEqual({ ...answer.body.notifier, updated_at: before.updated_at }, before);
    assert.deepEqual([(await it.call('POST', `${path}/restore`)).status, (await it.call('POST', '/v1/apps/shop/notifiers/nobody/restore')).status], [409, 404]);
    await it.end('SIGKILL');
    await it.begin();
    await it.patch('back', { active: true });
    await it.post({ type: 'restart', id: 'again' });
    await until(() => arrived('back').length === 1);
    const [{ headers, body }] = arrived('back');
    assert.match(body, /"id":"again"/);
    assert.ok(headers['webhook-signature'], 'it is signed as before');
    assert.equal((await it.call('DELETE', '/v1/apps/shop')).status, 204);
    assert.equal((await it.call('POST', '/v1/apps', { app: { name: 'shop' } })).status, 201);
    assert.equal((await it.call('POST', `${path}/restore`)).status, 404);
    await it.end();
  });

  test('the stream tells of each step what the list knows: how it stands, the attempt, the reply, the reason, and when it goes on', async () => {
    const it = await world(() => [hook('once', '500'), hook('fine', 'ok'), hook('pause', 'slow500', { type_data: { webhook_url: target.url('slow500/pause?ms=400') } })], ['--retry-delays', '0.1,3600']);
    const aborter = new AbortController();
    const told = [];
    const stream = await fetch(`${it.server.url}/v1/apps/shop/stream`, { signal: aborter.signal });
    const reading = (async () => {
      let text = '';
      for await (const bytes of stream.body.pipeThrough(new TextDecoderStream())) {
        const messages = (text + bytes).split('\n\n');
        text = messages.pop();
        for (const message of messages) if (message.startsWith('event: delivery\ndata: ')) told.push(JSON.parse(message.slice(message.indexOf('{'))));
      }
    })().catch(() => undefined);
    await it.post({ type: 'restart', id: 'step' });
    const of = (id) => told.filter(({ notifier_id, event_id }) => notifier_id === id && event_id === 'step');
    const steps = (id) => of(id).map(({ status, attempt, outcome, response_status, reason }) => [status, attempt, outcome, response_status, reason]);
    await until(() => of('once').length === 3 && of('fine').length === 2);
    assert.deepEqual(steps('fine'), [['pending', undefined, undefined, undefined, undefined], ['delivered', 1, 'delivered', 200, 'the target took it']]);
    const [arrival, ...failures] = steps('once');
    assert.deepEqual(arrival, ['pending', undefined, undefined, undefined, undefined]);
    for (const [position, failure] of failures.entries()) assert.deepEqual(failure.slice(0, 4), ['pending', position + 1, 'retry', 500]);
    // As the list has it, to the letter.
    const [record] = (await it.deliveries('once')).filter(({ event_id }) => event_id === 'step');
    assert.deepEqual(failures.map(([, , outcome, status, reason]) => ({ outcome, status, reason })), record.attempts.map(({ outcome, status, reason }) => ({ outcome, status, reason })));
    assert.equal(of('once').at(-1).next_at, record.next_at);
    assert.ok(Date.parse(record.next_at) > Date.now() + 3_000_000);
    assert.ok(!('held_until' in of('once').at(-1)) && !('next_at' in of('fine').at(-1)));
    // What was under way when its notifier was switched off is held once it has failed.
    await until(() => arrived('pause').length === 1);
    await it.patch('pause', { active: false });
    await until(() => of('pause').at(-1)?.status === 'held');
    const [held] = of('pause').slice(-1);
    const [kept] = (await it.deliveries('pause')).filter(({ event_id }) => event_id === 'step');
    assert.equal(kept.state, 'held');
    assert.equal(held.held_until, kept.held_until);
    assert.ok(!('next_at' in held) && held.reason.length > 0);
    assert.doesNotMatch(JSON.stringify(told), /127\.0\.0\.1/);
    aborter.abort();
    await reading;
    await it.end();
  });

  test('only what is dead is sent again; of the rest the answer says why not', async () => {
    const it = await world(() => [hook('fine', 'ok'), hook('refused', '404')]);
    await it.post({ type: 'restart', id: 'e-1' });
    await until(async () => (await it.states('fine')).delivered === 1 && (await it.states('refused')).dead === 1);
    const [{ id: delivered }] = await it.deliveries('fine');
    const [{ id: dead }] = await it.deliveries('refused');
    const retry = (notifier, id) => it.call('POST', `/v1/apps/shop/notifiers/${notifier}/deliveries/${id}/retry`);
    const refused = await retry('fine', delivered);
    assert.equal(refused.status, 409);
    assert.match(refused.body.error, /arrived/);
    assert.equal((await retry('fine', dead)).status, 404, 'of another notifier');
    assert.equal((await retry('refused', 'msg_none')).status, 404);
    assert.equal((await retry('refused', dead)).status, 202);
    await until(() => arrived('refused').length === 2);
    assert.equal(keys(arrived('refused')).size, 1);
    await it.end();
  });

  test('a renamed app keeps its notifiers, its history and what waits; a removed one ends all', async () => {
    const it = await world(() => [hook('kept', 'slow', { type_data: { webhook_url: target.url('slow/kept?ms=300') } })]);
    for (let i = 0; i < 30; ++i) await it.post({ type: 'restart', id: `kept-${i}` });
    const renamed = await it.call('PATCH', '/v1/apps/shop', { app: { name: 'store' } });
    assert.equal(renamed.status, 200, JSON.stringify(renamed.body));
    assert.equal(renamed.body.app.name, 'store');
    await it.end('SIGKILL');
    await it.begin();
    assert.equal((await it.call('GET', '/v1/apps/shop')).status, 404);
    assert.equal((await it.call('GET', '/v1/apps/store/notifiers')).body.notifiers[0].app, 'store');
    await until(() => [...keys(arrived('kept'))].length >= 30);
    await until(async () => ((await it.states('kept', 'store')).pending ?? 0) === 0);
    assert.ok((await it.call('GET', '/v1/apps/store/events')).body.meta.pagination.total_count >= 30);

    for (let i = 0; i < 40; ++i) await it.call('POST', '/v1/apps/store/events', { type: 'restart', id: `late-${i}` });
    const sent = arrived('kept').length;
    assert.equal((await it.call('DELETE', '/v1/apps/store')).status, 204);
    assert.equal((await it.call('GET', '/v1/apps/store')).status, 404);
    await sleep(800);
    assert.ok(arrived('kept').length <= sent + 17, 'what was under way may have arrived, nothing else');
    const last = arrived('kept').length;
    await it.end();
    await it.begin();
    await sleep(300);
    assert.equal(arrived('kept').length, last);
    // A new app of that name has nothing of the old one.
    assert.equal((await it.call('POST', '/v1/apps', { app: { name: 'store' } })).status, 201);
    assert.deepEqual((await it.call('GET', '/v1/apps/store/events')).body.events, []);
    await it.end();
  });

  test('a file of somebody else is refused, and stays as it is', { skip: !isFile }, async () => {
    for (const [name, text] of Object.entries({ pretty: '{\n  "name": "mine"\n}\n', words: 'hello\nworld', line: 'no end', zeros: '\0\0\0\0' })) {
      const file = join(folder, `foreign-${name}`);
      writeFileSync(file, text);
      await assert.rejects(start(file, []), undefined, name);
      assert.equal(readFileSync(file, 'utf8'), text, name);
    }
  });
}
