// Requests as other clients send them: their quirks, and the commands of the public documentation.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { fixture, NotifierServer } from './notifier_server.mjs';

const folder = NotifierServer.folder();
let server;

before(async () => (server = await NotifierServer.start(folder.database, '--import', fixture)));
after(async () => {
  await server.stop();
  folder.remove();
});

/** Runs curl as documented; the body and the status it got. */
async function curl(...args) {
  const { stdout } = await promisify(execFile)('curl', ['-sS', '-w', '\n%{http_code} %{content_type}', ...args]);
  const [body, last] = [stdout.slice(0, stdout.lastIndexOf('\n')), stdout.slice(stdout.lastIndexOf('\n') + 1)];
  const [status, ...type] = last.split(' ');
  return { status: Number(status), type: type.join(' '), body };
}
const json = ['-H', 'Accept: application/json', '-H', 'Content-Type: application/json', '-H', 'Authorization: Bearer unused'];
const notifiers = () => `${server.url}/v1/apps/shop/notifiers`;

test('the documented list, add, show, test and remove', async () => {
  let answer = await curl(...json, '-X', 'GET', notifiers());
  assert.equal(answer.status, 200);
  assert.equal(answer.type, 'application/json; charset=utf-8');
  assert.equal(JSON.parse(answer.body).notifiers.length, 4);

  answer = await curl(...json, '-X', 'POST', notifiers(), '-d',
    '{"notifiers":{"platform_id": "5982f145d48c3600273ef08a", "active": true, "name": "My Custom Webhook", "type_data": {"webhook_url": "https://myapp.fr/webhook/scalingo"}}}');
  assert.equal(answer.status, 201);
  const { id } = JSON.parse(answer.body).notifier;

  answer = await curl(...json, '-X', 'GET', `${notifiers()}/${id}`);
  assert.equal(answer.status, 200);
  assert.equal(JSON.parse(answer.body).notifier.name, 'My Custom Webhook');

  answer = await curl('-H', 'Authorization: Bearer unused', '-X', 'POST', `${notifiers()}/${id}/test`);
  assert.deepEqual([answer.status, answer.body], [200, '']);

  answer = await curl(...json, '-X', 'DELETE', `${notifiers()}/${id}`);
  assert.deepEqual([answer.status, answer.body], [204, '']);
});

test('the documented update is broken JSON, and is told where', async () => {
  const answer = await curl(...json, '-X', 'PATCH', `${notifiers()}/no-slack`, '-d',
    '{"notifier": {"type_data": { "webhook_url": "https://myendpoint.com" }, active: "false"}}}');
  assert.equal(answer.status, 400);
  assert.match(JSON.parse(answer.body).error, /^There was a problem in the JSON you submitted: .* at byte 72$/);
  const mended = await curl(...json, '-X', 'PATCH', `${notifiers()}/no-slack`, '-d',
    '{"notifier": {"type_data": { "webhook_url": "https://myendpoint.com" }, "active": "false"}}');
  assert.equal(mended.status, 200);
  assert.equal(JSON.parse(mended.body).notifier.active, false);
});

test('a client that puts whole objects with zero dates and empty ids, and ends URLs in ?', async () => {
  const whole = {
    id: '', name: 'hook', active: true, type: '', platform_id: '', created_at: '0001-01-01T00:00:00Z', updated_at: '0001-01-01T00:00:00Z',
    send_all_alerts: false, send_all_events: true, selected_event_ids: [], app_id: '', app: '', type_data: {},
  };
  const { status, body } = await server.call('PUT', '/v1/apps/shop/notifiers/no-hook?', { notifier: whole });
  assert.equal(status, 200);
  assert.equal(body.notifier.id, 'no-hook');
  assert.equal(body.notifier.send_all_events, true);
  assert.equal(body.notifier.type_data.webhook_url, 'https://example.com:8443/in?key=SECRET-hook');
  assert.equal(body.notifier.created_at, '2020-01-01T00:00:00.000Z');
  const answer = await curl('-X', 'DELETE', `${notifiers()}/no-hook?`);
  assert.equal(answer.status, 204);
});

test('a test with a form content type and no body', async () => {
  const answer = await curl('-X', 'POST', '-H', 'Content-Type: application/x-www-form-urlencoded', `${notifiers()}/no-mail/test`);
  assert.deepEqual([answer.status, answer.body], [200, '']);
});

test('a JSON body that calls itself a form, longer than forms usually are', async () => {
  const answer = await curl('-X', 'POST', notifiers(), '-d',
    JSON.stringify({ notifier: { platform_id: '59c52ac27651ce002c1d4620', name: 'n'.repeat(9000) } }));
  assert.equal(answer.status, 201);
});

test('a request by HTTP/1.0', async () => {
  const answer = await curl('--http1.0', `${notifiers()}/no-slack`);
  assert.equal(answer.status, 200);
});

test('HEAD says how long the answer to GET is', async () => {
  const get = await server.call('GET', '/v1/apps/shop/notifiers/no-slack');
  const head = await server.call('HEAD', '/v1/apps/shop/notifiers/no-slack');
  assert.equal(head.status, 200);
  assert.equal(head.body, '');
  assert.equal(Number(head.headers.get('content-length')), JSON.stringify(get.body).length);
});
