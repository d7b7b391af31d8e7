// What happens on one of several servers on one database, in the streams of the others: of any two programs.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { until } from '../wasm/targets.mjs';
import { startPostgres } from './postgres.mjs';

/** What the servers of tellsElsewhere() are started with, and their role. */
export const options = ['--allow-private-targets', '--retry-delays', '60'];

/** An app's stream: `messages` grows by each that comes, `isOpen` is false once it has ended. */
async function listen(server, app) {
  const stream = { messages: [], isOpen: true };
  const response = await fetch(`${server.url}/v1/apps/${app}/stream`);
  assert.equal(response.status, 200);
  (async () => {
    let text = '';
    for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
      text += piece;
      const whole = text.split('\n\n');
      text = whole.pop();
      for (const message of whole.filter((each) => each.startsWith('event: '))) {
        const [name, data] = message.split('\n');
        stream.messages.push([name.slice('event: '.length), JSON.parse(data.slice('data: '.length))]);
      }
    }
  })().catch(() => undefined).finally(() => (stream.isOpen = false));
  return stream;
}

const post = async (server, app, id) => (await server.call('POST', `/v1/apps/${app}/events`, { id, type: 'restart' })).status;
const told = (stream, id) =>
  stream.messages.filter(([, json]) => json.id === id || json.event_id === id).map(([name, json]) => (name === 'event' ? 'event' : json.status));

/**
 * Registers the test.
 *
 * @param programs  what each server is, for the test's name
 * @param starters  for one that clients ask, another one, and one that sends: functions of the database's URL and the role
 */
export function tellsElsewhere(programs, [startHere, startThere, startWorker]) {
  describe(programs, () => {
    let postgres;
    let receiver;
    const servers = [];

    before(async () => {
      postgres = await startPostgres();
      receiver = createServer((request, response) => request.resume().on('end', () => response.end()));
      await new Promise((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    });

    after(async () => {
      await Promise.all(servers.map((server) => server.stop('SIGKILL')));
      receiver?.closeAllConnections();
      receiver?.close();
      await postgres?.stop();
    });

    const start = async (starter, role) => {
      servers.push(await starter(postgres.url, role));
      return servers.at(-1);
    };
    const listeners = (app) => postgres.query(`SELECT COUNT(DISTINCT listener) FROM notifier.stream_listeners WHERE app_id = '${app}'`);

    test('a stream tells of its app what is taken in by one server and sent by another, once and in its order', async () => {
      const here = await start(startHere, 'api');
      const there = await start(startThere, 'api');
      const worker = await start(startWorker, 'worker');
      const type_data = { webhook_url: `http://127.0.0.1:${receiver.address().port}/` };
      const platforms = (await here.call('GET', '/v1/notification_platforms')).body.notification_platforms;
      const platform_id = platforms.find(({ name }) => name === 'webhook').id;
      const apps = {};
      for (const name of ['shop', 'bazaar']) {
        apps[name] = (await here.call('POST', '/v1/apps', { app: { name } })).body.app.id;
        const made = await here.call('POST', `/v1/apps/${name}/notifiers`, { notifier: { name: 'hook', platform_id, send_all_events: true, type_data } });
        assert.equal(made.status, 201);
      }
      await until(async () => (await there.call('GET', '/v1/apps/bazaar/notifiers')).body.notifiers?.some(({ name }) => name === 'hook'), 'the other knows the apps');

      const streams = [await listen(here, 'shop'), await listen(there, 'shop')];
      await until(async () => (await listeners(apps.shop)) === '2', 'both listen');
      await sleep(500); // twice the time within which the others learn of it
      for (let i = 0; i < 20; ++i) {
        assert.equal(await post(i % 2 ? here : there, 'shop', `e-${i}`), 202);
        assert.equal(await post(there, 'bazaar', `not-${i}`), 202);
      }
      const all = Array.from({ length: 20 }, (_, i) => `e-${i}`);
      for (const [place, stream] of streams.entries()) {
        await until(() => all.every((id) => told(stream, id).length >= 3), 'every delivery is told of to its end');
        for (const id of all) {
          const messages = told(stream, id);
          assert.deepEqual([...messages].sort(), ['delivered', 'event', 'pending'], `${place}: ${id}`);
          assert.ok(messages.indexOf('pending') < messages.indexOf('delivered'), `${place}: ${messages}`);
        }
        const events = stream.messages.filter(([name, json]) => name === 'event' && Number(json.id.slice(2)) % 2 === place);
        assert.deepEqual(events.map(([, { id }]) => id), all.filter((_, i) => i % 2 === place), 'those of one server are in their order');
        assert.ok(!JSON.stringify(stream.messages).includes('not-'), 'another app is told of');
      }

      // What was told is lost with a database that crashes: streams that may lack something end, and are opened anew.
      await postgres.restart();
      await until(() => streams.every(({ isOpen }) => !isOpen), 'both streams end');
      const again = await listen(here, 'shop');
      await until(async () => (await listeners(apps.shop)) === '1', 'it is known again');
      await sleep(500);
      // By then a connection is seen to be broken: that is answered with 500, and the client tries again.
      await until(async () => (await post(there, 'shop', 'after')) === 202, 'it is taken in');
      await until(() => told(again, 'after').includes('event'), 'the new stream is told');

      await Promise.all([here, there, worker].map((server) => server.stop()));
      assert.equal(again.isOpen, false);
      assert.equal(await postgres.query('SELECT COUNT(*) FROM notifier.stream_listeners'), '0');
    });
  });
}
