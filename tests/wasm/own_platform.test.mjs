// Platforms of a host's own: rows of a vocabulary that notifiers are of, requests are made by, and replies are judged by.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { createEngine, file } from './package.mjs';

const { Sender } = await import(pathToFileURL(file('dist/node.js')));

const row = {
  name: 'pager_of_ours',
  display_name: 'Our pager',
  fields: [
    { key: 'site', kind: 'url', required: true },
    { key: 'pager_token', label: 'Token', kind: 'token', secret: true, required: true, help: 'From its settings.' },
    { key: 'room', required: true },
  ],
  request: {
    url: '{@notifier.site}/rooms',
    headers: { Authorization: 'Bearer {@notifier.pager_token}' },
    body: { room: '{@notifier.room}', auth: ['{@notifier.pager_token}'], text: '**{@title}**', n: '{n}' },
  },
  escape: 'markdown',
  limits: [{ part: 'text', amount: 40, unit: 'code_points' }],
  success: { status: [200], json: { state: 'taken' } },
  errors: [{ status: 401, verdict: 'disable', reason: 'the token is not accepted' }, { json: { state: 'busy' }, verdict: 'throttle', reason: 'it is busy' }],
  retry_after: { json: 'wait', unit: 'ms' },
  receipt: 'id',
  target: ['site', 'room'],
};
const event = { id: 'e1', type: 'furnace', app_id: 'a', app_name: 'shop', type_data: { title: 'it *is* hot', n: 3 } };

async function world(site = 'https://example.com', rows = [row]) {
  const engine = await createEngine();
  engine.load({ apps: [{ id: 'a', name: 'shop' }] });
  engine.vocabulary({ platforms: rows });
  const { id } = engine.addNotifier('shop', { name: 'n', platform: row.name, send_all_events: true, type_data: { site, pager_token: 'hush-hush-1', room: 'r/1' } });
  return { engine, id };
}

test('a notifier of it is kept, shown without secrets, and told as the row says', async () => {
  const { engine, id } = await world();
  const shown = engine.notifier(id);
  assert.equal(shown.type, row.name);
  assert.deepEqual(shown.type_data, { site: 'https://example.com', room: 'r/1' });
  assert.deepEqual(shown.secrets_set, ['pager_token']);
  const [delivery] = engine.route(event);
  assert.equal(delivery.platform, row.name);
  assert.equal(delivery.url, 'https://example.com/rooms');
  assert.equal(delivery.headers.authorization, 'Bearer hush-hush-1');
  assert.deepEqual(JSON.parse(delivery.body), { room: 'r/1', auth: ['hush-hush-1'], text: '**shop: it \\*is\\* hot**', n: 3 });
  assert.match(delivery.pacedAs, /^[0-9a-f]{16}$/);
  const platform = engine.catalogue().platforms.find(({ name }) => name === row.name);
  assert.deepEqual(platform.fields, row.fields);
  assert.deepEqual(engine.vocabulary(), { platforms: [row] });

  const other = await createEngine();
  other.load(engine.snapshot());
  assert.equal(other.route(event)[0].body, delivery.body);
  assert.equal(other.route(event, { as: 'bytes' })[0].platform, row.name);
});

test('what is wrong is said with its place, and nothing has changed', async () => {
  const { engine } = await world();
  const fault = (change) => {
    try {
      engine.vocabulary({ platforms: [{ ...row, ...change }] });
      return 'none';
    } catch ({ message }) {
      return message;
    }
  };
  assert.match(fault({ request: { ...row.request, body: '{@notifier.rom}' } }), /platforms\[0\]\.request\.body, character 1: no field is called 'rom'; did you mean room\?/);
  assert.match(fault({ fields: [...row.fields, { key: 'more', required: true }] }), /which the notifier 'n' of 'shop' is of: they do not fit it: type_data\.more can't be blank/);
  assert.throws(() => engine.vocabulary({}), { code: 'invalid', message: /have another row of 'pager_of_ours', which the notifier 'n' of 'shop' is of: they lack it/ });
  assert.deepEqual(engine.vocabulary(), { platforms: [row] });
  assert.throws(() => engine.addNotifier('shop', { name: 'm', platform: 'pager_of_our', type_data: {} }), { code: 'not_found', message: /pager_of_ours/ });
});

test('another row under the name is what its notifiers are told by from then on', async () => {
  const { engine } = await world();
  engine.vocabulary({ platforms: [{ ...row, request: { ...row.request, url: '{@notifier.site}/v2' } }] });
  assert.equal(engine.route(event)[0].url, 'https://example.com/v2');
});

test('it is sent and judged by its row, and no answer shows a secret', async () => {
  const answers = [
    [200, '{"state":"taken","id":"m1"}'],
    [200, '{"state":"refused"}'],
    [401, '{"why":"hush-hush-1 is wrong"}'],
    [503, '{"state":"busy","wait":1500}'],
  ];
  const bodies = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    bodies.push([request.method, request.url, request.headers.authorization, JSON.parse(body).room]);
    const [status, text] = answers.shift();
    response.writeHead(status).end(text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { engine } = await world(`http://127.0.0.1:${server.address().port}`);
  const [delivery] = engine.route(event);
  const sender = new Sender({ allowPrivate: true });
  const send = async () => {
    const { action, reason, retryAfterMs, reply, receipt } = await sender.send(delivery);
    return [action, reason, retryAfterMs ?? receipt ?? reply];
  };
  assert.deepEqual(await send(), ['delivered', 'the target took it', 'm1']);
  assert.deepEqual(await send(), ['fail', 'pager_of_ours: the answer says that it was not taken', '{"state":"refused"}']);
  assert.deepEqual(await send(), ['disable', 'pager_of_ours: the token is not accepted', '{"why":"*** is wrong"}']);
  assert.deepEqual(await send(), ['throttle', 'pager_of_ours: it is busy', 1500]);
  assert.deepEqual(bodies[0], ['POST', '/rooms', 'Bearer hush-hush-1', 'r/1']);
  sender.close();
  server.closeAllConnections();
  server.close();
});
