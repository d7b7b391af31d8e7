// `notifier serve` tells others on its PostgreSQL what happens, and is told, whatever program they are.

import { after } from 'node:test';

import { NotifierServer } from '../server/notifier_server.mjs';
import { options, tellsElsewhere } from '../server/told_elsewhere.mjs';
import { callable, startServer } from './server.mjs';

after(() => NotifierServer.stopAll());

const startNode = async (url, role) => callable(await startServer([...options, '--no-access-log', '--role', role], { database: url, program: process.execPath }));
tellsElsewhere('notifier serve alone', [startNode, startNode, startNode]);

const native = process.env.NOTIFIER_SERVER;
if (native !== undefined) {
  const startNative = (url, role) => NotifierServer.startBy(native, [], url, [...options, '--role', role]);
  tellsElsewhere('notifier serve, notifier-server and a worker in Node.js', [startNode, startNative, startNode]);
  tellsElsewhere('notifier-server, notifier serve and a native worker', [startNative, startNode, startNative]);
}
