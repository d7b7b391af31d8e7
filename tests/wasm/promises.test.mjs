// The promises of both servers, kept by `notifier serve`.

import { keepsItsPromises } from '../server/promises.mjs';
import { callable, startServer } from './server.mjs';

keepsItsPromises(async (database, options) => callable(await startServer(options, { database })));
