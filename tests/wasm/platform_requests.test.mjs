// Platforms whose requests are made of fields, sent to servers on loopback that behave as they do.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { createEngine, event, file } from './package.mjs';

const { Outbox, Sender } = await import(pathToFileURL(file('dist/node.js')));
const secrets = { bot_token: '12345:BOTsecret', topic: 'topic-secret', access_token: 'tk_secret', app_token: 'A.secret', routing_key: 'ROUTING-secret' };

const requests = [];
/** Answers by the first request that a path has not had yet; `ok` from then on. */
const failures = new Map();
const answers = {
  sendMessage: [200, { ok: true, result: { message_id: 7 } }],
  message: [200, { id: 25 }],
  send: [200, { event_id: '$a' }],
  change: [202, { status: 'success', message: 'Change event processed' }],
  enqueue: [202, { status: 'success', message: 'Event processed', dedup_key: 'dedup-1' }],
  '': [200, { id: 'x', event: 'message' }],
};
const server = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  const { url: path, method, headers } = request;
  const json = JSON.parse(body);
  requests.push({ at: performance.now(), path, method, headers, body: json });
  const name = Object.keys(answers).find((word) => word !== '' && path.includes(`/${word}`)) ?? '';
  const [status, answer] = failures.get(name)?.shift() ?? answers[name];
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
});
let base;
let engine;
const sender = new Sender({ allowPrivate: true, timeoutMs: 60_000 });
before(async () => {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${server.address().port}`;
  engine = await createEngine();
  const notifier = (id, platform, type_data) => ({ id, name: id, platform, send_all_events: true, type_data });
  const telegram = (id, chat_id) => notifier(id, 'telegram', { bot_token: secrets.bot_token, chat_id, message_thread_id: 3, api_url: `${base}/` });
  engine.load({
    version: 1,
    apps: [{ id: 'app-1', name: 'shop', notifiers: [
      telegram('chat-1', '-1001'), telegram('chat-2', '@ops'),
      notifier('push', 'ntfy', { server_url: base, topic: secrets.topic, access_token: secrets.access_token }),
      notifier('own', 'gotify', { server_url: `${base}/gotify/`, app_token: secrets.app_token }),
      notifier('room', 'matrix', { homeserver_url: base, room_id: '!r/1:example.com', access_token: secrets.access_token }),
      { ...notifier('on-call', 'pagerduty', { routing_key: secrets.routing_key }), send_all_alerts: true },
    ] }],
  });
});
after(() => {
  sender.close();
  server.close();
});

/** Sends an event to some notifiers, and gives what became of it, each with its requests. */
async function deliver(ids, { id = 'ev-1', ...options } = {}) {
  requests.length = 0;
  const reports = [];
  const outbox = await Outbox.open({ sender, onError: (error) => assert.fail(error), onAttempt: (report) => reports.push(report), retry: { delaysMs: [50, 50, 50] }, ...options });
  for (const each of [id].flat()) {
    const routed = engine.route({ ...event, ...(typeof each === 'string' ? { id: each } : each) }).filter(({ notifierId }) => ids.includes(notifierId));
    await outbox.enqueue(routed.map((delivery) => ({ ...delivery, url: delivery.url.replace('https://events.pagerduty.com', base) })));
  }
  await outbox.idle();
  const { deliveries } = await outbox.list();
  await outbox.close();
  const told = JSON.stringify([deliveries, reports.map(({ verdict }) => verdict)]);
  for (const secret of Object.values(secrets)) assert.ok(!told.includes(secret), `${secret} in ${told}`);
  return deliveries;
}

test('each goes where its fields say, with its secrets in their places', async () => {
  const deliveries = await deliver(['chat-1', 'push', 'own', 'room']);
  assert.deepEqual(deliveries.map(({ state }) => state), Array(4).fill('delivered'));
  const by = (part) => requests.find(({ path }) => path.includes(part));
  const telegram = by('sendMessage');
  assert.equal(telegram.path, `/bot${secrets.bot_token}/sendMessage`);
  assert.equal(telegram.body.chat_id, '-1001');
  assert.equal(telegram.body.message_thread_id, 3);
  assert.ok(telegram.body.text.includes('shop'));
  const gotify = by('/gotify/message');
  assert.equal(gotify.headers['x-gotify-key'], secrets.app_token);
  const ntfy = requests.find(({ path }) => path === '/');
  assert.equal(ntfy.headers.authorization, `Bearer ${secrets.access_token}`);
  assert.equal(ntfy.body.topic, secrets.topic);
  const matrix = by('/_matrix/');
  assert.equal(matrix.method, 'PUT');
  assert.match(matrix.path, /^\/_matrix\/client\/v3\/rooms\/!r%2F1:example\.com\/send\/m\.room\.message\/msg_[0-9a-f]{32}$/);
  assert.deepEqual(matrix.body['m.mentions'], {});
});

test('a wait that Telegram asks for within an answer of success is kept, and the other chat of the bot does not wait', async () => {
  failures.set('sendMessage', [[200, { ok: false, error_code: 429, description: 'Too Many Requests', parameters: { retry_after: 2 } }]]);
  const deliveries = await deliver(['chat-1', 'chat-2'], { id: 'ev-2' });
  assert.deepEqual(deliveries.map(({ state }) => state), ['delivered', 'delivered']);
  const [twice, once] = ['-1001', '@ops'].map((chat) => requests.filter(({ body }) => body.chat_id === chat)).sort((a, b) => b.length - a.length);
  assert.deepEqual([twice.length, once.length], [2, 1]);
  assert.ok(twice[1].at - twice[0].at >= 1_990, `${twice[1].at - twice[0].at} ms`);
  assert.ok(once[0].at - twice[0].at < 1_900);
});

test('a group that moved is not sent to again, and the answer with its new id is there to be read', async () => {
  failures.set('sendMessage', [[400, { ok: false, error_code: 400, description: 'Bad Request: group chat was upgraded to a supergroup chat', parameters: { migrate_to_chat_id: -1009876543210 } }]]);
  const switchedOff = [];
  const [{ state, attempts }] = await deliver(['chat-1'], { id: 'ev-3', onDisable: (notifierId, reason) => switchedOff.push([notifierId, reason]) });
  assert.equal(state, 'dead');
  assert.match(JSON.stringify(attempts), /-1009876543210/);
  assert.equal(switchedOff[0][0], 'chat-1');
  assert.match(switchedOff[0][1], /migrate_to_chat_id/);
});

test('a Matrix event that is sent again is the same event', async () => {
  failures.set('send', [[429, { errcode: 'M_LIMIT_EXCEEDED', error: 'slow', retry_after_ms: 300 }], [502, {}]]);
  const [{ state }] = await deliver(['room'], { id: 'ev-4' });
  assert.equal(state, 'delivered');
  assert.equal(requests.length, 3);
  assert.equal(new Set(requests.map(({ path }) => path)).size, 1);
  assert.ok(requests[1].at - requests[0].at >= 295);
});

test('a chat gets one message a second', async () => {
  const deliveries = await deliver(['chat-1'], { id: ['ev-5', 'ev-6', 'ev-7'] });
  assert.deepEqual(deliveries.map(({ state }) => state), Array(3).fill('delivered'));
  for (let i = 1; i < 3; ++i) assert.ok(requests[i].at - requests[i - 1].at >= 990, `${requests[i].at - requests[i - 1].at} ms`);
});

const alert = (id, activated, metric = 'cpu') => ({ id, type: 'alert', type_data: { metric, sender_name: 'web', send_when_below: false, activated } });
const incidents = () => {
  const open = new Map();
  for (const { path, body } of requests) {
    if (path !== '/v2/enqueue') continue;
    if (body.event_action === 'trigger') open.set(body.dedup_key, body.payload.summary);
    else open.delete(body.dedup_key);
  }
  return [...open.values()];
};

test('PagerDuty: alerts open incidents, each end resolves its own, and a deployment is a change that wakes nobody', async () => {
  const deployed = { id: 'ev-8', type: 'deployment', type_data: { status: 'success' } };
  const events = [alert('a1', true), deployed, alert('a2', true, 'ram'), alert('a3', true), alert('a4', false)];
  // One at a time, as the order of what is under way at once is nobody's.
  const all = [];
  const deliveries = [];
  for (const each of events) {
    deliveries.push(...(await deliver(['on-call'], { id: each })));
    all.push(...requests);
  }
  requests.splice(0, requests.length, ...all);
  assert.deepEqual(deliveries.map(({ state }) => state), Array(5).fill('delivered'));
  assert.deepEqual(deliveries.map(({ attempts }) => attempts[0].receipt), ['dedup-1', undefined, 'dedup-1', 'dedup-1', 'dedup-1']);
  for (const { body, method } of requests) assert.deepEqual([method, body.routing_key], ['POST', secrets.routing_key]);
  const changes = requests.filter(({ path }) => path === '/v2/change/enqueue').map(({ body }) => body);
  assert.equal(changes.length, 1);
  assert.deepEqual(Object.keys(changes[0]), ['routing_key', 'payload', 'links']);
  assert.equal(incidents().length, 1);
  assert.match(incidents()[0], /RAM|ram|memory/);
});

test('PagerDuty: what is told twice is one alert; an event that is wrong is not tried again, a key that is wrong ends it', async () => {
  const crash = { id: 'ev-9', type: 'crash', type_data: {} };
  failures.set('enqueue', [[429, {}], [500, {}]]);
  const [{ state }] = await deliver(['on-call'], { id: crash });
  assert.equal(state, 'delivered');
  assert.deepEqual(requests.map(({ body }) => body.dedup_key.slice(0, 4)), ['msg_', 'msg_', 'msg_']);
  assert.equal(new Set(requests.map(({ body }) => body.dedup_key)).size, 1);

  failures.set('enqueue', [[400, { status: 'invalid event', message: 'Event object is invalid', errors: ['x'] }]]);
  const [wrong] = await deliver(['on-call'], { id: { ...crash, id: 'ev-10' } });
  assert.deepEqual([wrong.state, requests.length], ['dead', 1]);

  failures.set('enqueue', [[400, { status: 'invalid event', message: 'Event object is invalid', errors: [`Invalid routing key ${secrets.routing_key}`] }]]);
  const switchedOff = [];
  await deliver(['on-call'], { id: { ...crash, id: 'ev-11' }, onDisable: (...said) => switchedOff.push(said) });
  assert.deepEqual(switchedOff, [['on-call', "PagerDuty: the integration's key is not valid"]]);
});
