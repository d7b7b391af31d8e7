// Three notifier-servers tell each other what happens.

import { after } from 'node:test';

import { NotifierServer } from './notifier_server.mjs';
import { options, tellsElsewhere } from './told_elsewhere.mjs';

after(() => NotifierServer.stopAll());

const start = (url, role) => NotifierServer.startSending(url, [...options, '--role', role]);
tellsElsewhere('notifier-server alone', [start, start, start]);
