// What a server knows of deliveries, on a PostgreSQL that others could share: the same as on a file of its own.

import { after } from 'node:test';

import { knowsItsDeliveries } from './deliveries.mjs';
import { NotifierServer } from './notifier_server.mjs';
import { startPostgres } from './postgres.mjs';

const postgres = await startPostgres();
knowsItsDeliveries(async (database, options) => NotifierServer.startSending(await postgres.database(database), options));
after(() => postgres.stop());
