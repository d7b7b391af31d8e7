// What both servers know of deliveries, known by notifier-server.

import { knowsItsDeliveries } from './deliveries.mjs';
import { NotifierServer } from './notifier_server.mjs';

knowsItsDeliveries((database, options) => NotifierServer.startSending(database, options));
