// notifier-wasm/dashboard: defines <notifier-dashboard>. Where there are no pages, as in Node.js, importing it does nothing.

import type { DashboardEvents, NotifierDashboard } from './dashboard.js';

export { NotifierDashboard, type DashboardEvents, type DeliverDetail } from './dashboard.js';
export type { Phrase, Strings } from './strings.js';

declare global {
  interface HTMLElementTagNameMap {
    'notifier-dashboard': NotifierDashboard;
  }
  interface HTMLElementEventMap extends DashboardEvents {}
}
