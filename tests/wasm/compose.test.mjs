// What people read of an event, in the host's own words.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NotifierError, configuration, event, steadyEngine, toFetchHandler } from './package.mjs';

const slack = (deliveries) => JSON.parse(deliveries.find(({ platform }) => platform === 'slack').body);
const own = {
  title: 'Out of office <!channel>',
  sentence: 'Nobody is there.\nReally.',
  severity: 'error',
  fields: [{ label: 'Left', value: 3 }, { label: 'Door', value: 'locked' }],
  link: 'https://door.example/1?a=<b>',
};

test('what it gives is what is read, on every platform; its text is no markup', async () => {
  const seen = [];
  const engine = await steadyEngine({ compose: (given) => (seen.push(given), own) });
  const deliveries = engine.route(event);
  assert.deepEqual(seen, [event]);
  for (const { platform, body, raw } of deliveries) {
    if (platform === 'webhook') assert.equal(body, JSON.stringify(event));
    else assert.match(raw ?? body, /Out of office/, platform);
  }
  const message = JSON.stringify(slack(deliveries));
  assert.ok(!message.includes('<!channel>') || message.includes('"plain_text"'));
  assert.match(message, /Nobody is there\. Really\./);
  assert.match(message, /Left: 3/);
  assert.match(message, /Door: locked/);
  assert.match(message, /#e01e5a/);
  assert.match(message, /https:\/\/door\.example\/1/);
});

test('what it leaves out is told as ever', async () => {
  const plain = slack((await steadyEngine()).route(event));
  for (const nothing of [undefined, null, {}]) {
    assert.deepEqual(slack((await steadyEngine({ compose: () => nothing })).route(event)), plain);
  }
  const titled = slack((await steadyEngine({ compose: () => ({ title: 'Mine' }) })).route(event));
  assert.match(titled.text, /Mine/);
  assert.equal(titled.text.split('\n')[1], plain.text.split('\n')[1]);
  const bare = JSON.stringify(slack((await steadyEngine({ compose: () => ({ fields: [] }) })).route({ ...event, type: 'stop_app', type_data: { reason: 'x' } })));
  assert.ok(!bare.includes('Reason:'));
});

test('previews, test sends and lines are told the same', async () => {
  const engine = await steadyEngine({ compose: () => own });
  assert.match(engine.preview('no-slack', event).body, /Out of office/);
  const { deliveries } = engine.handle({ method: 'POST', url: '/v1/apps/shop/notifiers/no-slack/test' });
  assert.match(deliveries[0].body, /Out of office/);
  assert.match(new TextDecoder().decode(engine.routeLines(JSON.stringify(event))), /Out of office/);
  const handler = toFetchHandler(engine);
  const preview = await handler(new Request('http://x/v1/apps/shop/notifiers/no-slack/preview', { method: 'POST', body: '{}' }));
  assert.match(await preview.text(), /Out of office/);
});

test('a link that is none is not used, and said so', async () => {
  const engine = await steadyEngine({ compose: () => ({ link: 'javascript:alert(1)' }) });
  const delivery = engine.preview('no-slack', event);
  assert.ok(!delivery.body.includes('javascript'));
  assert.ok(delivery.truncations.some(({ part }) => part === 'link'), JSON.stringify(delivery.truncations));
});

test('what is wrong in it is told to who called', async () => {
  for (const [compose, expected] of [
    [() => ({ titel: 'x' }), { code: 'invalid', message: /titel.*did you mean title\?/ }],
    [() => { throw new Error('mine'); }, /mine/],
  ]) {
    const engine = await steadyEngine({ compose });
    assert.throws(() => engine.route(event), expected);
    assert.throws(() => engine.preview('no-slack', event), expected);
  }
  let engine;
  engine = await steadyEngine({ compose: () => engine.apps() });
  assert.throws(() => engine.route(event), (error) => error instanceof NotifierError && error.code === 'busy');
  for (const odd of [{ title: 5 }, { severity: 'very' }, { fields: 'x' }].slice(0, 2)) {
    const fine = await steadyEngine({ compose: () => odd });
    assert.equal(fine.route(event).length, configuration.apps[0].notifiers.length - 1);
  }
});
