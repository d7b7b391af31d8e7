// Runs notifier_load against a server of its own, with mixed requests and then with reads alone.
//
//     node load.mjs SERVER NOTIFIER_LOAD SECONDS

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';

import { NotifierServer } from './notifier_server.mjs';

const [, , , load, seconds] = process.argv;
const folder = NotifierServer.folder();
const server = await NotifierServer.start(folder.database, '--no-access-log');
try {
  for (const kind of ['mixed', 'read']) {
    const { status, stdout, stderr } = spawnSync(load, [server.port, seconds, kind, server.pid].map(String), { encoding: 'utf8' });
    console.log(kind, stdout.trim(), stderr.trim());
    assert.equal(status, 0);
  }
} finally {
  await server.stop();
  folder.remove();
}
