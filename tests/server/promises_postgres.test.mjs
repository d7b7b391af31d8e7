// The promises, kept by a notifier-server on a PostgreSQL.

import { after } from 'node:test';

import { NotifierServer } from './notifier_server.mjs';
import { startPostgres } from './postgres.mjs';
import { keepsItsPromises } from './promises.mjs';

const postgres = await startPostgres();
// What a killed server had is sent by the next one once its lease has ended, which is as long as an attempt may take.
const start = async (database, options) => NotifierServer.startSending(await postgres.database(database), ['--send-timeout', '2', ...options]);
keepsItsPromises(start, { isFile: false });
after(() => postgres.stop());
