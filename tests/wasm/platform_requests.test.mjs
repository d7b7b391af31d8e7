// Platforms whose requests are made of fields, sent to servers on loopback that behave as they do.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { createEngine, event, file } from './package.mjs';

const { Outbox, Sender } = await import(pathToFileURL(file('dist/node.js')));
const secrets = { bot_token: '12345:BOTsecret', topic: 'topic-secret', access_token: 'tk_secret', app_token: 'A.secret' };

const requests = [];
/** Answers by the first request that a path has not had yet; `ok` from then on. */
const failures = new Map();
const answers = {
  sendMessage: [200, { ok: true, result: { message_id: 7 } }],
  message: [200, { id: 25 }],
  send: [200, { event_id: '$a' }],
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
  for (const each of [id].flat()) await outbox.enqueue(engine.route({ ...event, id: each }).filter(({ notifierId }) => ids.includes(notifierId)));
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
