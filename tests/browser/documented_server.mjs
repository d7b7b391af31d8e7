// A fake: a server that has the endpoints of the API's public documentation and nothing else, without the library. It stands for
// servers that others wrote, which we cannot run here. It checks little: what it is given is what it shows.

import { randomUUID } from 'node:crypto';

const platforms = ['email', 'slack', 'webhook', 'rocket_chat'].map((name, at) => ({ id: `pf-${at}`, name, display_name: name, description: '', logo_url: '', available_event_ids: [] }));
const categories = [{ id: 'ca-1', name: 'app', display_name: 'Apps of this server', position: 0 }];
const types = [
  { id: 'et-1', name: 'app_deployed', display_name: 'Deployed here', description: '', template: '', category_id: 'ca-1' },
  { id: 'et-2', name: 'moon_landing', display_name: 'Moon landing', description: 'No other server has it', template: '', category_id: 'ca-1' },
];

export const platformId = (name) => platforms.find((platform) => platform.name === name).id;

/** `drafts`: name, platform and whatever else of a notifier. Names are as long and as odd as they are given. */
export function startDocumented(drafts = []) {
  const make = ({ platform, ...draft }) => {
    const known = platforms.find(({ id, name }) => id === draft.platform_id || name === platform);
    const now = new Date().toISOString();
    return {
      id: `no-${randomUUID()}`, name: '', active: true, created_at: now, updated_at: now, send_all_alerts: false, send_all_events: false,
      selected_event_ids: [], type_data: {}, ...draft, type: known.name, platform_id: known.id, app_id: 'ap-1', app: 'shop',
    };
  };
  const self = { notifiers: drafts.map(make), tested: [], asked: [], api };

  async function api(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const path = request.url.split('?')[0];
    self.asked.push(`${request.method} ${path}`);
    const answer = (status, body) => response.writeHead(status, { 'Content-Type': 'application/json' }).end(body && JSON.stringify(body));
    const given = () => JSON.parse(Buffer.concat(chunks)).notifier;
    if (path === '/v1/notification_platforms') return answer(200, { notification_platforms: platforms });
    if (path === '/v1/event_categories') return answer(200, { event_categories: categories });
    if (path === '/v1/event_types') return answer(200, { event_types: types });
    const [, id, test] = /^\/v1\/apps\/(?:shop|ap-1)\/notifiers(?:\/([^/]+)(\/test)?)?$/.exec(path) ?? [null];
    const notifier = self.notifiers.find((one) => one.id === id);
    if (/^\/v1\/apps\/(?:shop|ap-1)\/notifiers$/.test(path)) {
      if (request.method === 'GET') return answer(200, { notifiers: self.notifiers });
      const added = make(given());
      self.notifiers.push(added);
      return answer(201, { notifier: added });
    }
    if (!notifier) return response.writeHead(404, { 'Content-Type': 'text/html' }).end('<h1>There is nothing here</h1>');
    if (test) {
      self.tested.push(id);
      return response.writeHead(200, { 'Content-Type': 'text/plain' }).end();
    }
    if (request.method === 'DELETE') {
      self.notifiers = self.notifiers.filter((one) => one !== notifier);
      return answer(204);
    }
    if (request.method === 'PATCH') {
      const { type_data: data, ...patch } = given();
      Object.assign(notifier, patch, { type_data: { ...notifier.type_data, ...data }, updated_at: new Date().toISOString() });
    }
    return answer(200, { notifier });
  }
  return self;
}
