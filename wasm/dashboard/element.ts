// What hosts see of the dashboard.

import type { Delivery, Engine, EventInput, Notifier } from 'notifier-wasm';
import type { Strings } from './strings.js';

export type View = 'notifiers' | 'history' | 'preview' | 'why' | 'activity' | 'words';

/** What `notifier-deliver` carries: a delivery that this page cannot send. */
export interface DeliverDetail {
  delivery: Delivery;
  /** Tells how it went; without it, it is taken as delivered once the event was cancelled. */
  respondWith(result: Promise<unknown>): void;
}

/** The events of `notifier-dashboard`, by name. All bubble, also out of shadow trees. */
export interface DashboardEvents {
  'notifier-loaded': CustomEvent<{ count: number }>;
  'notifier-added': CustomEvent<{ notifier: Notifier }>;
  'notifier-updated': CustomEvent<{ notifier: Notifier }>;
  'notifier-removed': CustomEvent<{ notifier: Notifier }>;
  'notifier-restored': CustomEvent<{ notifier: Notifier }>;
  'notifier-tested': CustomEvent<{ notifier: Notifier }>;
  /** Cancelable: `preventDefault()` says that the host sends it. */
  'notifier-deliver': CustomEvent<DeliverDetail>;
  /** A delivery that had failed is sent again. */
  'notifier-retried': CustomEvent<{ notifierId: string; idempotencyKey: string }>;
  /** Another view is shown, another place in it, or another app, by a person or by the host. */
  'notifier-view': CustomEvent<{ view: View; place: string; app: string }>;
  /** What could not be done; `status` is that of the server's answer. */
  'notifier-error': CustomEvent<{ error: unknown; status?: number }>;
  /** The server is gone, or back. */
  'notifier-connection': CustomEvent<{ connected: boolean }>;
}

/**
 * The dashboard of an app's notifiers.
 *
 *     <notifier-dashboard base-url="https://notifier.example.com" app="shop"></notifier-dashboard>   server mode
 *     <notifier-dashboard persist="my-notifiers"></notifier-dashboard>                              page mode
 *
 * With `base-url` (may be empty: this page's own server) notifiers are those of a server that speaks the notifier API. Without,
 * an engine in the page keeps them, in IndexedDB too where `persist` names a place. A secret is never an attribute: `token` and
 * `fetch` are properties.
 */
export interface NotifierDashboardElement extends HTMLElement {
  /** Where the server's API is; null: page mode. Attribute `base-url`. */
  baseUrl: string | null;
  /** Id or name of the app. Without it, the first one there is. */
  app: string;
  /** Page mode: the name under which IndexedDB keeps everything, secrets too; null: nothing is kept. */
  persist: string | null;
  /** BCP 47, as `pt-BR`; default: that of the page, else the browser's. */
  locale: string;
  /** Page mode: says that the host sends what `notifier-deliver` hands it; known by itself once there is a listener. */
  delivers: boolean;
  view: View;
  /** Where in the history one is: `deliveries?status=dead`, `deliveries/ID`, `events`, `events/ID`. With `app` and `view`, what a link to what is seen needs. */
  place: string;
  /** Replaces words. */
  strings: Strings;
  /** Server mode: bearer token. */
  token: string;
  /** Server mode: in place of the browser's `fetch`. */
  fetch: typeof globalThis.fetch | undefined;
  /** Page mode: the engine to work on; default: one of its own. It is not disposed of. */
  engine: Engine | undefined;
  /** Page mode: what an engine of its own starts with where nothing is kept: a snapshot or configuration. */
  seed: EventInput | undefined;
  /** Loads everything anew. */
  reload(): Promise<void>;
  /** Page mode: takes an event in, shows it, and hands what is to be sent to `notifier-deliver`. */
  accept(event: EventInput): Promise<Delivery[]>;
  addEventListener<Type extends keyof DashboardEvents>(type: Type, listener: (event: DashboardEvents[Type]) => unknown, options?: boolean | AddEventListenerOptions): void;
  addEventListener(type: string, listener: EventListenerOrEventListenerObject | null, options?: boolean | AddEventListenerOptions): void;
}
