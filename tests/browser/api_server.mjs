// A server that speaks the whole notifier API: the engine, with a stream of what happens.

import { dist, shop } from './browser.mjs';

const { createEngine } = await import(`${dist}index_node.js`);

const json = (response, status, body) => response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));

/**
 * What `serve()` takes as `api`, the engine behind it, and what a test can do: `refuse` answers some requests with 422, `wait` holds up
 * answers until its promise, `token` is what is asked for, `tell` sends something down the streams, `cutStreams` ends them; `asked` lists the requests, `made` the
 * deliveries.
 */
export async function startApi({ configuration = shop, history, token = '' } = {}) {
  const engine = await createEngine({ history });
  engine.load(configuration);
  const streams = new Set();
  const tell = (name, told) => streams.forEach((stream) => stream.write(`event: ${name}\ndata: ${typeof told === 'string' ? told : JSON.stringify(told)}\n\n`));
  const self = { engine, tell, asked: [], made: [], refuse: undefined, wait: undefined, token, cutStreams: () => streams.forEach((stream) => stream.destroy()), dispose: () => engine.dispose(), api };

  async function api(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    self.asked.push(`${request.method} ${request.url}`);
    await self.wait;
    if (self.token && request.headers.authorization !== `Bearer ${self.token}`) return json(response, 401, { error: 'no' });
    if (self.refuse?.(request)) return json(response, 422, { errors: { name: ['has already been taken'] } });
    const outcome = engine.handle({ method: request.method, url: request.url, headers: request.headers, body: Buffer.concat(chunks) });
    const [failure] = await engine.commit([outcome]);
    if (failure !== undefined) throw failure;
    self.made.push(...outcome.deliveries);
    for (const event of outcome.events) tell('event', event.json);
    for (const delivery of outcome.deliveries) tell('delivery', noteOf(delivery, 'pending'));
    response.writeHead(outcome.response.status, outcome.response.headers);
    if (outcome.streamAppId === undefined) return response.end(outcome.response.body);
    response.flushHeaders();
    streams.add(response);
    response.on('close', () => streams.delete(response));
  }
  return self;
}

/** A delivery as a stream tells of it. */
export const noteOf = ({ notifierId, notifierName, platform, eventId, eventType, idempotencyKey }, status, rest = {}) => ({
  notifier_id: notifierId, notifier_name: notifierName, platform, event_id: eventId, event_type: eventType, idempotency_key: idempotencyKey, status, ...rest,
});
