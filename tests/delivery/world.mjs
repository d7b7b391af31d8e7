// A notifier-server that delivers, with apps of one notifier each; all that it says is searched for secrets at the end.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after } from 'node:test';

import { NotifierServer } from '../server/notifier_server.mjs';
import { until } from '../wasm/targets.mjs';

export { until };

export const signingKey = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;
export const olderKey = `whsec_${Buffer.alloc(24, 9).toString('base64')}`;
/** What may appear in no log and no answer, but for the notifier's own `webhook_url`. */
export const secrets = ['path-secret', 'query-secret', signingKey.slice(6), olderKey.slice(6), 'smtp-secret'];

const said = [];
after(() => {
  for (const text of said) for (const secret of secrets) assert.ok(!text.includes(secret), `${secret} in ${text}`);
  assert.ok(said.join('').length > 5000);
});

export class World {
  static #count = 0;

  /** @param notifiers by app: `{name: {platform, type_data, ...}}` */
  static async start(notifiers, options = [], environment = {}) {
    const world = new World();
    world.folder = NotifierServer.folder();
    const apps = Object.entries(notifiers).map(([name, notifier]) => ({
      id: name, name, notifiers: [{ id: `no-${name}`, name: `to ${name}`, send_all_events: true, ...notifier }],
    }));
    const file = join(world.folder.path, 'config.json');
    writeFileSync(file, JSON.stringify({ version: 1, apps, email_from: 'Notifier <n@example.com>' }));
    world.options = ['--import', file, ...options];
    world.environment = environment;
    await world.restart();
    after(() => world.end());
    return world;
  }

  async restart(options = this.options) {
    this.server = await NotifierServer.startSending(this.folder.database, options, this.environment);
  }

  async stop(signal) {
    const exit = await this.server.stop(signal);
    said.push(this.server.log);
    this.server.log = '';
    return exit;
  }

  async end() {
    await this.stop();
    this.folder.remove();
  }

  /** A request whose answer is searched for secrets. */
  async call(method, path, body) {
    const answer = await this.server.call(method, path, body);
    said.push(JSON.stringify(answer.body));
    return answer;
  }

  /** Makes an event of an app; gives its id. */
  async post(app, more = {}) {
    const event = { id: `ev-${app}-${++World.#count}`, created_at: '2024-05-14T09:46:42.077Z', type: 'restart', app_id: app, app_name: app, user: { username: 'ann', email: 'ann@example.com', id: 'us-1' }, type_data: {}, ...more };
    assert.equal((await this.call('POST', `/v1/apps/${app}/events`, event)).status, 202);
    return event;
  }

  async deliveries(app) {
    return (await this.call('GET', `/v1/apps/${app}/notifiers/no-${app}/deliveries?per_page=100`)).body.deliveries;
  }

  /** The one delivery of an app, once it is in a state. */
  async ended(app, state, attempts) {
    let last;
    await until(async () => {
      [last] = await this.deliveries(app);
      return last?.state === state && (attempts === undefined || last.attempts.length === attempts);
    }, `${app}: ${state}`).catch((error) => assert.fail(`${error.message}; it is ${JSON.stringify(last)}`));
    return last;
  }
}
