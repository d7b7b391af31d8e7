// Where the installed package lies, and what it exports.

import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
/** The folder that the package was installed into; see install_package. */
export const installed = process.env.NOTIFIER_INSTALLED ?? join(root, 'build/gcc17/tests/wasm/installed');
export const packageFolder = join(installed, 'node_modules/notifier-wasm');
export const file = (path) => join(packageFolder, path);

export const { Committer, createEngine, createEngineSync, markKnown, NotifierError, toFetchHandler } = await import(
  pathToFileURL(file('dist/index_node.js'))
);

/** An app with one notifier of each platform that gets everything, and one that gets nothing. */
export const configuration = {
  version: 1,
  apps: [
    {
      id: 'app-1',
      name: 'shop',
      owner: { id: 'us-1', username: 'ann', email: 'ann@example.com' },
      notifiers: [
        { id: 'no-slack', name: 'ops', platform: 'slack', send_all_events: true, type_data: { webhook_url: 'https://hooks.slack.com/services/T/B/x' } },
        { id: 'no-rocket', name: 'chat', platform: 'rocket_chat', send_all_events: true, type_data: { webhook_url: 'https://chat.example.com/hooks/1/2' } },
        { id: 'no-hook', name: 'hook', platform: 'webhook', send_all_events: true, type_data: { webhook_url: 'https://example.com/in?key=1' } },
        { id: 'no-mail', name: 'mail', platform: 'email', send_all_events: true, type_data: { emails: ['ops@example.com'], user_ids: ['us-1'] } },
        { id: 'no-off', name: 'off', platform: 'webhook', active: false, send_all_events: true, type_data: { webhook_url: 'https://example.com/off' } },
      ],
    },
  ],
  users: [{ id: 'us-1', username: 'ann', email: 'ann@example.com' }],
};

export const event = {
  id: 'ev-1',
  created_at: '2024-05-14T09:46:42.077Z',
  type: 'restart',
  app_id: 'app-1',
  app_name: 'shop',
  user: { username: 'ann', email: 'ann@example.com', id: 'us-1' },
  type_data: {},
};

/** An engine with the configuration above and nothing that changes from run to run. */
export async function steadyEngine(options = {}) {
  let drawn = 0;
  const engine = await createEngine({ clock: () => 1715680002077, ids: (prefix) => `${prefix}drawn-${++drawn}`, ...options });
  engine.load(configuration);
  return engine;
}
