// What both servers know of deliveries, known by `notifier serve`.

import { knowsItsDeliveries } from '../server/deliveries.mjs';
import { callable, startServer } from './server.mjs';

knowsItsDeliveries(async (database, options) => callable(await startServer(options, { database })));
