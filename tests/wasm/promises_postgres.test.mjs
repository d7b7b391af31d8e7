// The promises, kept by `notifier serve` on a PostgreSQL.

import { after } from 'node:test';

import { startPostgres } from '../server/postgres.mjs';
import { keepsItsPromises } from '../server/promises.mjs';
import { callable, startServer } from './server.mjs';

const postgres = await startPostgres();
// What a killed server had is sent by the next one once its lease has ended, which is as long as an attempt may take.
keepsItsPromises(async (database, options) => callable(await startServer(['--send-timeout', '2', ...options], { database: await postgres.database(database), program: process.execPath })), { isFile: false });
after(() => postgres.stop());
