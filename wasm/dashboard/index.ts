// notifier-wasm/dashboard: defines <notifier-dashboard>. Where there are no pages, as in Node.js, importing it does nothing.

import type { NotifierDashboard, DashboardEvents } from './dashboard.js';

export type { DashboardEvents, DeliverDetail, NotifierDashboard } from './dashboard.js';
export type { Phrase, Strings } from './strings.js';

declare global {
  interface HTMLElementTagNameMap {
    'notifier-dashboard': NotifierDashboard;
  }
  interface HTMLElementEventMap extends DashboardEvents {}
}

/** The class of the element, once it is defined; undefined where there are no pages. */
export const defined: Promise<typeof NotifierDashboard | undefined> =
  typeof HTMLElement === 'undefined' ? Promise.resolve(undefined) : import('./dashboard.js').then((module) => module.NotifierDashboard);
