// A PostgreSQL of a test's own, in a folder that is gone at its end. It refuses to run as root: then it runs as nobody.

import { execFile, spawn } from 'node:child_process';
import { chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const nobody = 65534;
const own = process.getuid() === 0 ? { uid: nobody, gid: nobody } : {};
const programs = () => {
  const versions = readdirSync('/usr/lib/postgresql').sort((a, b) => Number(a) - Number(b));
  return `/usr/lib/postgresql/${versions.at(-1)}/bin`;
};

/**
 * Gives `url`, `query(sql)`, also of another `database`, `database(name)`, which gives the URL of a database of that name, `restart()`, which
 * begins with a crash, and `stop()`.
 *
 * @param isDurable whether it waits for the disk, as it does by default; tests need not
 */
export async function startPostgres({ isDurable = false } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'notifier-postgres-'));
  if (own.uid) chownSync(folder, nobody, nobody);
  const bin = programs();
  const options = { ...own, cwd: '/' };
  await run(`${bin}/initdb`, ['-D', `${folder}/data`, '-U', 'notifier', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'], options);
  let server;
  let ended;
  const begin = async () => {
    server = spawn(`${bin}/postgres`, ['-D', `${folder}/data`, '-k', folder, '-c', 'listen_addresses=', ...(isDurable ? [] : ['-c', 'fsync=off'])], { ...options, stdio: 'ignore' });
    ended = new Promise((resolve) => server.on('close', resolve));
    for (let tries = 0; ; ++tries) {
      const isReady = await run(`${bin}/pg_isready`, ['-q', '-h', folder], options).then(() => true, () => false);
      if (isReady) break;
      if (tries === 600) throw new Error('PostgreSQL does not start');
      await sleep(50);
    }
  };
  const end = () => {
    server.kill('SIGQUIT');
    return ended;
  };
  process.on('exit', () => server.kill('SIGQUIT'));
  await begin();
  const url = `postgresql://notifier@/postgres?host=${encodeURIComponent(folder)}`;
  const query = async (sql, database = url) => (await run(`${bin}/psql`, ['-At', '-c', sql, database], options)).stdout.trim();
  const databases = new Map(); // by what they are called: their names there
  return {
    url,
    query,
    database: async (name) => {
      const isNew = !databases.has(name);
      if (isNew) databases.set(name, `d${databases.size}`);
      if (isNew) await query(`CREATE DATABASE ${databases.get(name)}`);
      return url.replace('/postgres?', `/${databases.get(name)}?`);
    },
    restart: async () => {
      await end();
      await begin();
    },
    stop: async () => {
      await end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
