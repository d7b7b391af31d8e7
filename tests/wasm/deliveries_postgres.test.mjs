// What a server knows of deliveries, known by `notifier serve` on a PostgreSQL that others could share.

import { after } from 'node:test';

import { startPostgres } from '../server/postgres.mjs';
import { knowsItsDeliveries } from '../server/deliveries.mjs';
import { callable, startServer } from './server.mjs';

const postgres = await startPostgres();
knowsItsDeliveries(async (database, options) => callable(await startServer(options, { database: await postgres.database(database), program: process.execPath })));
after(() => postgres.stop());
