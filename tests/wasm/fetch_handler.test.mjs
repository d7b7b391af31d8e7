// The HTTP API through handle(), and through Request and Response.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { event, steadyEngine, toFetchHandler } from './package.mjs';

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
    async store(outcome) {
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

test('concurrent changes are taken one after the other, none is lost', async () => {
  const { engine, body } = await withDraft();
  let storing = 0;
  const handler = toFetchHandler(engine, {
    async store() {
      assert.equal(++storing, 1);
      await new Promise((resolve) => setTimeout(resolve, 1));
      --storing;
    },
  });
  const answers = await Promise.all([
    ...Array.from({ length: 20 }, () => handler(post('/v1/apps/shop/notifiers', body))),
    ...Array.from({ length: 20 }, (_, i) => handler(new Request(url('/v1/apps/shop/notifiers/no-off'), { method: 'PATCH', body: JSON.stringify({ notifier: { name: `n${i}` } }) }))),
  ]);
  assert.deepEqual(new Set(answers.slice(0, 20).map(({ status }) => status)), new Set([201]));
  assert.deepEqual(new Set(answers.slice(20).map(({ status }) => status)), new Set([200]));
  assert.equal(engine.notifiers('shop').length, 25);
});

test('a change of the registry while the store is at work means that the request is handled again', async () => {
  const engine = await steadyEngine();
  let stored = 0;
  const handler = toFetchHandler(engine, {
    store() {
      if (++stored === 1) engine.updateNotifier('no-off', { active: true });
    },
  });
  const response = await handler(new Request(url('/v1/apps/shop/notifiers/no-off'), { method: 'PATCH', body: JSON.stringify({ notifier: { name: 'both' } }) }));
  assert.equal(response.status, 200);
  assert.equal(stored, 2);
  const { name, active } = engine.notifier('no-off');
  assert.deepEqual([name, active], ['both', true]);
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

test('the history that the host keeps is shown', async () => {
  const asked = [];
  const history = {
    events: (...query) => (asked.push(query), { total: 41, items: ['{"id":"a","ü":"🎉"}', '{"id":"b"}'] }),
    deliveries: (...query) => (asked.push(query), { total: 1, items: ['{"id":"d"}'] }),
    retry: (...query) => (asked.push(query), query[2] === 'd'),
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
  assert.deepEqual(asked, [['app-1', 20, 10], ['app-1', 'no-mail', 0, 20], ['app-1', 'no-mail', 'd'], ['app-1', 'no-mail', 'x']]);
});
