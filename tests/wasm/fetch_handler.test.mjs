// The HTTP API through handle(), and through Request and Response.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configuration, event, NotifierError, steadyEngine, toFetchHandler } from './package.mjs';

const url = (path) => `https://api.example.com${path}`;
const post = (path, body, options = {}) => new Request(url(path), { method: 'POST', body: JSON.stringify(body), ...options });
const draft = { notifier: { name: 'new', platform_id: undefined, type_data: { webhook_url: 'https://example.com/new' } } };

async function withDraft() {
  const engine = await steadyEngine();
  const { id } = engine.catalogue().platforms.find(({ name }) => name === 'webhook');
  return { engine, body: { notifier: { ...draft.notifier, platform_id: id } } };
}

test('handle answers, and changes nothing until the changes are applied', async () => {
  const { engine, body } = await withDraft();
  const outcome = engine.handle({ method: 'POST', url: '/v1/apps/shop/notifiers', body: JSON.stringify(body) });
  assert.equal(outcome.response.status, 201);
  assert.match(outcome.response.headers['Content-Type'], /^application\/json/);
  const { notifier } = JSON.parse(outcome.response.body);
  assert.equal(notifier.name, 'new');
  assert.equal(engine.notifiers('shop').length, 5);
  assert.ok(outcome.changes.length > 0);
  // A store keeps them as JSON.
  engine.apply(JSON.parse(JSON.stringify(outcome.changes)));
  assert.deepEqual(engine.notifier(notifier.id), notifier);
  assert.throws(() => engine.apply(outcome.changes), { name: 'NotifierError', code: 'conflict' });
});

test('an absolute URL, headers of every kind and bodies of every kind will do', async () => {
  const { engine, body } = await withDraft();
  const text = JSON.stringify(body);
  const bodies = [text, new TextEncoder().encode(text), new TextEncoder().encode(text).buffer];
  const headers = [undefined, { 'content-type': 'application/json' }, new Headers({ 'Content-Type': 'application/json' }), [['CONTENT-TYPE', 'application/json']], { 'content-type': undefined, 'set-cookie': ['a', 'b'] }];
  for (const given of bodies) {
    for (const header of headers) {
      const { response } = engine.handle({ method: 'POST', url: url('/v1/apps/shop/notifiers?x#y'), body: given, headers: header });
      assert.equal(response.status, 201);
    }
  }
  assert.equal(engine.handle({ method: 'GET', url: url('/v1/apps/shop/notifiers?') }).response.status, 200);
  assert.equal(engine.handle({ method: 'GET', url: url('/v1/nothing'), body: null }).response.status, 404);
});

test('a test of a notifier gives its delivery', async () => {
  const engine = await steadyEngine();
  const { response, deliveries } = engine.handle({ method: 'POST', url: '/v1/apps/shop/notifiers/no-mail/test', user: { id: 'us-1', username: 'ann', email: 'ann@example.com' } });
  assert.equal(response.status, 200);
  assert.equal(deliveries.length, 1);
  assert.equal(deliveries[0].platform, 'email');
  assert.equal(deliveries[0].notifierId, 'no-mail');
  assert.deepEqual(Object.keys(deliveries[0]), Object.keys(engine.route(event).at(-1)));
});

test('accepted events are recorded byte for byte and routed', async () => {
  const engine = await steadyEngine();
  const body = `{ "type": "restart", "id": "ü", "app_id":"app-1" }`;
  const { response, events, deliveries } = engine.handle({ method: 'POST', url: '/v1/apps/shop/events', body });
  assert.equal(response.status, 202);
  assert.deepEqual(events, [{ appId: 'app-1', id: 'ü', json: body }]);
  assert.deepEqual(deliveries, engine.route(body));
});

test('the handler stores, applies, answers, sends, in this order', async () => {
  const { engine, body } = await withDraft();
  const steps = [];
  const handler = toFetchHandler(engine, {
    async store([outcome, ...others]) {
      assert.deepEqual(others, []);
      assert.ok(outcome.changes.every(({ op, notifier }) => op !== 'put_notifier' || engine.notifier(notifier.id) === undefined));
      await null;
      steps.push(`store ${outcome.changes.length}`);
    },
    async send(deliveries) {
      assert.ok(engine.notifiers('shop').some(({ name }) => name === 'new'));
      steps.push(`send ${deliveries.length}`);
    },
    user: () => ({ id: 'us-1', username: 'ann' }),
  });
  const waited = [];
  const response = await handler(post('/v1/apps/shop/notifiers', body), { waitUntil: (promise) => waited.push(promise) });
  assert.equal(response.status, 201);
  assert.equal((await response.json()).notifier.name, 'new');
  await Promise.all(waited);
  assert.equal(waited.length, 1);
  assert.deepEqual(steps, ['store 1', 'send 4']);
  const list = await handler(new Request(url('/v1/apps/shop/notifiers')));
  assert.equal((await list.json()).notifiers.length, 6);
  const gone = await handler(new Request(url('/v1/apps/shop/notifiers/no-off'), { method: 'DELETE' }));
  assert.equal(gone.status, 204);
  assert.equal(gone.body, null);
});

test('a store that fails leaves everything as it was', async () => {
  const { engine, body } = await withDraft();
  const problems = [];
  const handler = toFetchHandler(engine, { store: () => Promise.reject(new Error('disk full')), onError: (error) => problems.push(error.message) });
  const before = engine.snapshot();
  const response = await handler(post('/v1/apps/shop/notifiers', body));
  assert.equal(response.status, 500);
  assert.ok((await response.json()).error);
  assert.equal(engine.snapshot(), before);
  assert.deepEqual(problems, ['disk full']);
});

test('changes that come at the same time go to the store together, and none is lost', async () => {
  const { engine, body } = await withDraft();
  let storing = 0;
  const sizes = [];
  let handled = 0;
  const { handle } = engine;
  engine.handle = function (request) {
    ++handled;
    return handle.call(this, request);
  };
  const handler = toFetchHandler(engine, {
    async store(outcomes) {
      assert.equal(++storing, 1, 'one store at a time');
      sizes.push(outcomes.length);
      await new Promise((resolve) => setTimeout(resolve, 1));
      --storing;
    },
  });
  const added = await Promise.all(Array.from({ length: 20 }, () => handler(post('/v1/apps/shop/notifiers', body))));
  assert.deepEqual(new Set(added.map(({ status }) => status)), new Set([201]));
  assert.equal(handled, 20, 'each is handled once where nothing conflicts');
  assert.ok(sizes.length <= 2, `${sizes}`);
  const changed = await Promise.all(Array.from({ length: 20 }, (_, i) =>
    handler(new Request(url('/v1/apps/shop/notifiers/no-off'), { method: 'PATCH', body: JSON.stringify({ notifier: { name: `n${i}` } }) }))));
  assert.deepEqual(new Set(changed.map(({ status }) => status)), new Set([200]));
  assert.equal(engine.notifiers('shop').length, 25);
});

test('what a store is keeping cannot be changed beside it', async () => {
  const engine = await steadyEngine();
  const errors = [];
  const handler = toFetchHandler(engine, {
    async store() {
      try {
        engine.updateNotifier('no-off', { active: true });
      } catch (error) {
        errors.push(error.code);
      }
      engine.updateNotifier('no-hook', { name: 'another' });
    },
  });
  const response = await handler(new Request(url('/v1/apps/shop/notifiers/no-off'), { method: 'PATCH', body: JSON.stringify({ notifier: { name: 'both' } }) }));
  assert.equal(response.status, 200);
  assert.deepEqual(errors, ['conflict']);
  assert.deepEqual([engine.notifier('no-off').name, engine.notifier('no-off').active, engine.notifier('no-hook').name], ['both', false, 'another']);
});

test('where another machine was faster the request is planned anew, and after some tries answered 409', async () => {
  const engine = await steadyEngine();
  let left = 2;
  let stored = 0;
  const handler = toFetchHandler(engine, {
    store() {
      ++stored;
      if (left-- > 0) throw new NotifierError('conflict', 'another machine was faster');
    },
    onError: (error) => assert.fail(error),
  });
  const patch = () => handler(new Request(url('/v1/apps/shop/notifiers/no-off'), { method: 'PATCH', body: JSON.stringify({ notifier: { name: 'mine' } }) }));
  assert.equal((await patch()).status, 200);
  assert.equal(stored, 3);
  left = Infinity;
  const before = engine.snapshot();
  const refused = await patch();
  assert.equal(refused.status, 409);
  assert.equal((await refused.json()).code, 'conflict');
  assert.ok(stored < 20);
  assert.equal(engine.snapshot(), before);
});

test('of a batch in which one conflicts in the store, only that one fails', async () => {
  const engine = await steadyEngine();
  const plan = (id, name) => engine.handle({ method: 'PATCH', url: `/v1/apps/shop/notifiers/${id}`, body: JSON.stringify({ notifier: { name } }) });
  const kept = [];
  const outcomes = [plan('no-off', 'a'), plan('no-hook', 'b'), plan('no-mail', 'c')];
  const came = await engine.commit(outcomes, async (accepted) => {
    await null;
    if (accepted.includes(outcomes[1])) throw new NotifierError('conflict', 'another machine was faster');
    kept.push(...accepted);
  });
  assert.deepEqual(came.map((error) => error?.code), [undefined, 'conflict', undefined]);
  assert.deepEqual(kept, [outcomes[0], outcomes[2]]);
  assert.deepEqual(['no-off', 'no-hook', 'no-mail'].map((id) => engine.notifier(id).name), ['a', 'hook', 'c']);
});

test('who reads does not wait for the store', async () => {
  const engine = await steadyEngine();
  let finish;
  const handler = toFetchHandler(engine, { store: () => new Promise((resolve) => (finish = resolve)) });
  const changing = handler(new Request(url('/v1/apps/shop/notifiers/no-off'), { method: 'PATCH', body: JSON.stringify({ notifier: { name: 'slow' } }) }));
  await new Promise((resolve) => setTimeout(resolve, 5));
  const list = await (await handler(new Request(url('/v1/apps/shop/notifiers')))).json();
  assert.ok(list.notifiers.every(({ name }) => name !== 'slow'), 'nobody sees what is not stored');
  finish();
  assert.equal((await changing).status, 200);
  assert.equal(engine.notifier('no-off').name, 'slow');
});

test('apps and people are renamed and removed, over HTTP and at once', async () => {
  const engine = await steadyEngine();
  const stored = [];
  const handler = toFetchHandler(engine, { store: (outcomes) => void stored.push(...outcomes.flatMap(({ changes }) => changes)) });
  const renamed = await handler(new Request(url('/v1/apps/shop'), { method: 'PATCH', body: JSON.stringify({ app: { name: 'store' } }) }));
  assert.equal(renamed.status, 200);
  assert.equal(engine.apps()[0].name, 'store');
  assert.equal(engine.notifiers('store').length, 5);
  assert.equal(engine.route({ type: 'restart', app_name: 'store' }).length, 4);
  const gone = await handler(new Request(url('/v1/apps/store'), { method: 'DELETE' }));
  assert.equal(gone.status, 204);
  assert.deepEqual(stored.map(({ op }) => op).filter((op) => op !== 'put_app'), [...Array(5).fill('remove_notifier'), 'remove_app']);
  assert.deepEqual(engine.apps(), []);

  engine.load(configuration);
  assert.equal(engine.updateApp('shop', { name: 'market' }).id, 'app-1');
  assert.equal(engine.updateApp('market', { owner: null }).owner, null);
  assert.throws(() => engine.updateApp('shop', { name: 'x' }), { code: 'not_found' });
  assert.deepEqual(engine.route({ type: 'restart', app_name: 'market' }).at(-1).envelope.to, ['ops@example.com', 'ann@example.com'].sort());
  engine.removeUser('us-1');
  assert.deepEqual(engine.route({ type: 'restart', app_name: 'market' }).at(-1).envelope.to, ['ops@example.com']);
  assert.throws(() => engine.removeUser('us-1'), { code: 'not_found' });
  assert.equal(engine.removeApp('market').name, 'market');
  assert.throws(() => engine.removeApp('market'), { code: 'not_found' });
});

test('authorization and the size of bodies are looked at first', async () => {
  const { engine, body } = await withDraft();
  const handler = toFetchHandler(engine, { authorize: (request) => request.headers.get('authorization') === 'Bearer t', maxBodyBytes: 1000 });
  assert.equal((await handler(post('/v1/apps/shop/notifiers', body))).status, 401);
  const headers = { authorization: 'Bearer t' };
  assert.equal((await handler(post('/v1/apps/shop/notifiers', body, { headers }))).status, 201);
  assert.equal((await handler(post('/v1/apps/shop/notifiers', { x: 'x'.repeat(2000) }, { headers }))).status, 413);
});

test('what send throws is reported, the answer stands', async () => {
  const engine = await steadyEngine();
  const problems = [];
  const handler = toFetchHandler(engine, { send: () => Promise.reject(new Error('down')), onError: (error) => problems.push(error.message) });
  const response = await handler(post('/v1/apps/shop/events', event));
  assert.equal(response.status, 202);
  await new Promise((resolve) => setTimeout(resolve));
  assert.deepEqual(problems, ['down']);
});

test('a history that knows places is asked for them, and one that does not is asked by offsets', async () => {
  const pages = async (events) => {
    const engine = await steadyEngine({ history: { events, deliveries: events, retry: () => 'due' } });
    const seen = [];
    for (let cursor = ''; cursor !== null; ) {
      const body = JSON.parse(engine.handle({ method: 'GET', url: `/v1/apps/shop/events?per_page=2&cursor=${cursor}` }).response.body);
      seen.push(...body.events);
      cursor = body.meta.next_cursor;
    }
    return seen;
  };
  assert.deepEqual(await pages((_, offset, limit) => ({ total: 5, items: ['0', '1', '2', '3', '4'].slice(offset, offset + limit) })), [0, 1, 2, 3, 4]);
  const places = { 0: { items: ['9', '8'], next: 701 }, 701: { items: ['7'], next: 5 }, 5: { items: [], next: 0 } };
  assert.deepEqual(await pages((_, offset, limit, place) => ({ total: 3, ...places[place] })), [9, 8, 7]);
});

test('what a history says of all deliveries of an app is shown; one that says nothing of them shows none', async () => {
  const asked = [];
  const history = {
    events: () => ({ total: 0, items: [] }),
    deliveries: () => ({ total: 0, items: [] }),
    retry: (...query) => (asked.push(query), 'due'),
    event: (app, id) => (id === 'ev-1' ? `{"id":"${id}","of":"${app}"}` : undefined),
    find: (...query) => (asked.push(query), { total: 0, items: query[1].id === 'nope' ? [] : ['{"id":"k1"}'], next: query[3] === 0 ? 7 : 0 }),
    retryAll: (...query) => (asked.push(query), { total: 2, items: [], next: 9 }),
    cancel: (_, __, id) => ({ k1: 'due', k2: 'delivered', k3: 'dead', k4: 'not found' })[id],
  };
  const engine = await steadyEngine({ history });
  const call = (method, path, body) => {
    const { status, body: text } = engine.handle({ method, url: `/v1/apps/shop${path}`, body: body && JSON.stringify(body) }).response;
    return [status, JSON.parse(text)];
  };
  const since = Date.parse('2026-01-31T09:30:00Z');
  assert.deepEqual(call('GET', '/deliveries'), [200, { deliveries: [{ id: 'k1' }], meta: { next_cursor: 'a7' } }]);
  assert.deepEqual(call('GET', '/deliveries?cursor=a7&per_page=3&status=dead&notifier_id=n&event_id=e&type=t&since=2026-01-31T09:30:00Z'), [200, { deliveries: [{ id: 'k1' }], meta: { next_cursor: null } }]);
  const any = { id: '', notifierId: '', eventId: '', eventType: '', state: '', since: asked[0][1].since };
  assert.deepEqual(asked, [['app-1', any, 20, 0], ['app-1', { id: '', notifierId: 'n', eventId: 'e', eventType: 't', state: 'dead', since }, 3, 7]]);
  assert.deepEqual(call('GET', '/deliveries/k1'), [200, { delivery: { id: 'k1' } }]);
  assert.equal(call('GET', '/deliveries/nope')[0], 404);
  assert.deepEqual(call('GET', '/events/ev-1'), [200, { event: { id: 'ev-1', of: 'app-1' } }]);
  assert.equal(call('GET', '/events/ev-2')[0], 404);
  asked.length = 0;
  assert.deepEqual(call('POST', '/deliveries/k1/retry'), [202, { delivery: { id: 'k1' } }]);
  assert.deepEqual(call('POST', '/deliveries/retry', { type: 't' }), [202, { deliveries: 2, more: true }]);
  assert.deepEqual(asked, [['app-1', '', 'k1'], ['app-1', { ...any, eventType: 't' }, 1000]]);
  assert.deepEqual(['k1', 'k2', 'k3', 'k4'].map((id) => call('POST', `/deliveries/${id}/cancel`)[0]), [202, 409, 409, 404]);
  assert.throws(() => call('POST', '/deliveries/k5/cancel'), /history\.cancel\(\) answered undefined; one of due, not found, delivered, dead, grouping, grouped is needed/);

  const { events, deliveries, retry } = history;
  const old = await steadyEngine({ history: { events, deliveries, retry } });
  const status = (method, path, body) => old.handle({ method, url: `/v1/apps/shop${path}`, body }).response;
  assert.equal(status('GET', '/deliveries').body, '{"deliveries":[],"meta":{"next_cursor":null}}');
  assert.equal(status('POST', '/deliveries/retry', '{}').body, '{"deliveries":0,"more":false}');
  for (const path of ['/deliveries/k1', '/events/ev-1']) assert.equal(status('GET', path).status, 404);
  assert.equal(status('POST', '/deliveries/k1/cancel').status, 404);
});

test('what a history has of a removed notifier is put back with its secrets; one that keeps nothing puts nothing back', async () => {
  const kept = { id: 'no-gone', app_id: 'app-1', name: 'back', platform: 'webhook', active: true, type_data: { webhook_url: 'https://example.com/x', signing_secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' } };
  const asked = [];
  const history = { events: () => ({ total: 0, items: [] }), deliveries: () => ({ total: 0, items: [] }), retry: () => 'not found' };
  const engine = await steadyEngine({ history: { ...history, removed: (...query) => (asked.push(query), query[1] === 'no-gone' ? JSON.stringify({ op: 'put_notifier', notifier: kept }) : undefined) } });
  const restore = (of, id) => of.handle({ method: 'POST', url: `/v1/apps/shop/notifiers/${id}/restore` });
  const outcome = restore(engine, 'no-gone');
  assert.deepEqual(asked, [['app-1', 'no-gone']]);
  assert.equal(outcome.response.status, 200);
  assert.ok(!outcome.response.body.includes('whsec_'));
  assert.deepEqual(outcome.changes.map(({ op, notifier }) => [op, notifier.id, ...[notifier.type_data.signing_secret].flat()]), [['put_notifier', 'no-gone', kept.type_data.signing_secret]]);
  assert.deepEqual(await engine.commit([outcome]), [undefined]);
  assert.equal(engine.notifier('no-gone').name, 'back');
  assert.equal(restore(engine, 'no-gone').response.status, 409);
  assert.equal(restore(engine, 'no-other').response.status, 404);
  assert.equal(restore(await steadyEngine({ history }), 'no-gone').response.status, 404);
});

test('what a history says is held back is shown with its message, and told; one that says nothing of it holds nothing back', async () => {
  const told = [];
  const group = { key: 'k', app_id: 'app-1', window: 3, is_open: true, waits: 'daytime', closes: 1_778_752_800_000, count: 12, other_kinds: 0, worst: 'error', first: 1_778_749_200_000, last: 1_778_749_260_000, follows: false, subject: 'shop', kinds: [{ type: 'restart', count: 12 }], items: [{ title: 'shop restarted', severity: 'error' }] };
  const asked = [];
  const history = {
    events: () => ({ total: 0, items: [] }),
    deliveries: () => ({ total: 0, items: [] }),
    retry: () => 'not found',
    heldBack: (...query) => (asked.push(query), { events: 40, groups: 3, items: [JSON.stringify({ ...group, notifier_id: query[1] })] }),
    tellNow: (...query) => told.push(query),
  };
  const engine = await steadyEngine({ history });
  const [{ id }] = engine.notifiers('app-1');
  const call = (of, method) => {
    const { status, body } = of.handle({ method, url: `/v1/apps/shop/notifiers/${id}/digest` }).response;
    return [status, JSON.parse(body)];
  };
  const [status, { digest }] = call(engine, 'GET');
  assert.deepEqual([status, digest.events, digest.total, digest.groups.length], [200, 40, 3, 1]);
  const [{ preview, ...shown }] = digest.groups;
  assert.deepEqual(shown, {
    events: 12, first_at: '2026-05-14T09:00:00.000Z', last_at: '2026-05-14T09:01:00.000Z', told_at: '2026-05-14T10:00:00.000Z', waits_for: 'time_of_day', severity: 'error', subject: 'shop',
    kinds: [{ type: 'restart', events: 12 }], other_kinds: 0,
  });
  assert.equal(preview.notifier_id, id);
  assert.deepEqual(call(engine, 'POST'), [202, { digest: { events: 40 } }]);
  assert.deepEqual([asked, told], [[['app-1', id, 20], ['app-1', id, 0]], [['app-1', id]]]);
  const { heldBack, tellNow, ...old } = history;
  const without = await steadyEngine({ history: old });
  assert.deepEqual(call(without, 'GET'), [200, { digest: { events: 0, total: 0, groups: [] } }]);
  assert.equal(call(without, 'POST')[0], 409);
});

test('the history that the host keeps is shown', async () => {
  const asked = [];
  const history = {
    events: (...query) => (asked.push(query), { total: 41, items: ['{"id":"a","ü":"🎉"}', '{"id":"b"}'] }),
    deliveries: (...query) => (asked.push(query), { total: 1, items: ['{"id":"d"}'] }),
    retry: (...query) => (asked.push(query), { d: 'due', x: 'not found', e: 'delivered', f: 'held' })[query[2]],
  };
  const engine = await steadyEngine({ history });
  const get = (path) => engine.handle({ method: 'GET', url: path }).response;
  const { events, meta } = JSON.parse(get('/v1/apps/shop/events?page=3&per_page=10').body);
  assert.deepEqual(events, [{ id: 'a', ü: '🎉' }, { id: 'b' }]);
  assert.equal(meta.pagination.total_count, 41);
  assert.deepEqual(JSON.parse(get('/v1/apps/shop/notifiers/no-mail/deliveries').body).deliveries, [{ id: 'd' }]);
  const retry = (id) => engine.handle({ method: 'POST', url: `/v1/apps/shop/notifiers/no-mail/deliveries/${id}/retry` }).response.status;
  assert.equal(retry('d'), 202);
  assert.equal(retry('x'), 404);
  assert.equal(retry('e'), 409);
  assert.equal(retry('f'), 409);
  assert.throws(() => retry('unheard of'), /history\.retry\(\) answered undefined; one of due, not found, pending, held, delivered, grouping, grouped is needed/);
  assert.deepEqual(asked.slice(0, 4), [['app-1', 20, 10], ['app-1', 'no-mail', 0, 20, 0], ['app-1', 'no-mail', 'd'], ['app-1', 'no-mail', 'x']]);
});
