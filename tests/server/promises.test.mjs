// The promises of both servers, kept by notifier-server.

import { keepsItsPromises } from './promises.mjs';
import { NotifierServer } from './notifier_server.mjs';

keepsItsPromises((database, options) => NotifierServer.startSending(database, options));
