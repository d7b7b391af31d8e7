// notifier-wasm/dashboard: defines <notifier-dashboard>. Where there are no pages, as in Node.js, importing it does nothing.

import { NotifierDashboard as Implementation } from './dashboard.js';
import type { DashboardEvents, NotifierDashboardElement } from './element.js';

export type { DashboardEvents, DeliverDetail, NotifierDashboardElement, View } from './element.js';
export type { Phrase, Strings } from './strings.js';

declare global {
  interface HTMLElementTagNameMap {
    'notifier-dashboard': NotifierDashboardElement;
  }
  interface HTMLElementEventMap extends DashboardEvents {}
}

/** The class of the element. */
export const NotifierDashboard: new () => NotifierDashboardElement = Implementation;
