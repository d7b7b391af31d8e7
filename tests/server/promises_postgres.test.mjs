// The promises, kept by a notifier-server on a PostgreSQL.

import { after } from 'node:test';

import { NotifierServer } from './notifier_server.mjs';
import { startPostgres } from './postgres.mjs';
import { keepsItsPromises } from './promises.mjs';

const postgres = await startPostgres();
keepsItsPromises(async (database, options) => NotifierServer.startSending(await postgres.database(database), options));
after(() => postgres.stop());
