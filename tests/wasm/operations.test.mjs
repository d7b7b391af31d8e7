// What `notifier serve` tells those who run it.

import { isOperated } from '../server/operations.mjs';
import { startServer } from './server.mjs';

isOperated(async (database, options) => {
  const { ask, stop, log } = await startServer(options, { database });
  return {
    stop,
    log,
    async call(method, path, body, headers = {}) {
      const { status, headers: answered, text } = await ask(path, { method, body, headers: { 'Content-Type': 'application/json', ...headers } });
      const isJson = text !== '' && answered['content-type']?.startsWith('application/json');
      return { status, headers: new Headers(Object.entries(answered).map(([name, value]) => [name, String(value)])), body: isJson ? JSON.parse(text) : text };
    },
  };
});
