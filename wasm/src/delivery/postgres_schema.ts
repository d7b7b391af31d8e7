// How the tables of a PostgreSQL come to be.

import { NotifierError } from '../error.js';
import type { PostgresConnection } from './postgres_connection.js';
import { migrations } from './postgres_statements.js';

/** Brings the schema up to date, forward only, while nobody else does. @throws {NotifierError} `unsupported` where a newer release was there before */
export async function migrate(connection: PostgresConnection): Promise<void> {
  await connection.transaction(async (run, execute) => {
    await run('lockSchema');
    await run('createSchema');
    await run('createVersion');
    const version = Number((await run('selectVersion'))[0]![0]);
    if (version > migrations.length) {
      throw new NotifierError('unsupported', `the database has the schema of a newer version of this library (${version}); this one knows ${migrations.length}`);
    }
    if (version === migrations.length) return;
    for (const migration of migrations.slice(version)) await execute(migration);
    await run('dropVersion');
    await run('insertVersion', migrations.length);
  });
}
