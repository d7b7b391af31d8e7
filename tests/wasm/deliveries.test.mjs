// What both servers know of deliveries, known by `notifier serve`.

import { knowsItsDeliveries } from '../server/deliveries.mjs';
import { startServer } from './server.mjs';

knowsItsDeliveries(async (database, options) => {
  const { ask, stop, port } = await startServer(options, { database });
  return {
    stop,
    url: `http://127.0.0.1:${port}`,
    async call(method, path, body, headers = {}) {
      const { status, headers: answered, text } = await ask(path, { method, body, headers: { 'Content-Type': 'application/json', ...headers } });
      return { status, headers: answered, body: text && answered['content-type']?.startsWith('application/json') ? JSON.parse(text) : text };
    },
  };
});
