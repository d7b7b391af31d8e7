// The shapes that go in and come out. Notifiers, apps and the catalogue have exactly those of the HTTP API.

import type { HttpPlatform, MailPlatform, Platform, TypeData } from './platforms.js';

export type { HttpPlatform, MailPlatform, Platform, TypeData };

export interface User {
  id: string;
  username?: string;
  email?: string;
}

/** What has notifiers. */
export interface App {
  /** Opaque and unique; drawn where it is not given. */
  id: string;
  /** Unique; what people and URLs use. */
  name: string;
  owner: Required<User> | null;
  /** Project events go to the apps of the project. */
  project_id?: string;
  /** What the messages of its notifiers are in that name no language, as `fr`; without it, in the language of the settings. */
  language?: string;
}

export type AppDraft = Omit<App, 'id' | 'owner'> & {
  id?: string;
  owner?: User | null;
  /** Adds an email notifier to the owner, for crashes. */
  default_notifier?: boolean;
};

/** A pattern over an event, as `{ type_data: { status: ['build-error', { suffix: '-error' }] } }`; FILTERS.md describes the language. */
export interface Filter {
  [field: string]: readonly unknown[] | Filter;
}

/** A notifier as the HTTP API shows it. */
export interface Notifier {
  id: string;
  name: string;
  active: boolean;
  type: Platform;
  platform_id: string;
  /** RFC 3339, UTC. */
  created_at: string;
  updated_at: string;
  send_all_alerts: boolean;
  send_all_events: boolean;
  selected_event_ids: string[];
  app_id: string;
  app: string;
  type_data: TypeData;
  /** Which of the events that it takes it is told of. */
  filter?: Filter;
  /** How its events are told together; without it each at once. */
  grouping?: Grouping;
  /** Hours in which nothing is told. */
  quiet?: QuietHours;
  /** Until when nothing is told. RFC 3339. */
  muted_until?: string;
  /** While it is muted, errors are told all the same. */
  muted_pass_errors?: boolean;
  /** What its messages are in, as `fr`; without it, in the language of its app, else of the settings. */
  language?: string;
  /** Why and since when it is off, where nobody switched it off: its target is gone, or kept failing. */
  switched_off?: { readonly reason: string; readonly at: string };
  /** The keys of `type_data` that are never shown but have a value, as `signing_secret`. */
  secrets_set?: readonly string[];
}

/**
 * One message for a storm. What is together is by the values of `by`: keys joined by dots, as `type`, or `app`. An engine keeps it, judges it
 * and says of each delivery what is to be counted ({@link Arrival}), as of quiet hours and of a mute; an outbox with `tellTogether` acts on it.
 */
export type Grouping = {
  /** Keys of the event, at most 8; without it all of a notifier's events are together. */
  by?: string[];
  /** How many events a digest names, 20 by itself and at most 100; it counts all. */
  max_items?: number;
} & (
  | {
      /** throttle: the first at once, what follows within the window at its end; digest: all at its end. */
      mode: 'throttle' | 'digest';
      /** Seconds, at most 604800. */
      window: number;
    }
  | {
      /** All of a day together. */
      mode: 'daily';
      /** As `09:00`. */
      at: string;
      /** A name of the IANA database, as `Europe/Paris`; UTC by itself. */
      zone?: string;
    }
  | { mode?: never }
);

/** Hours of the day in which nothing is told: what comes then is told together at their end. */
export interface QuietHours {
  /** As `22:00`. */
  from: string;
  /** Where it is not after `from`, that of the next day. */
  to: string;
  /** On which days it begins; without it on each. */
  days?: ('sun' | 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat')[];
  /** A name of the IANA database, as `Europe/Paris`; UTC by itself. */
  zone?: string;
  /** Errors are told all the same. */
  pass_errors?: boolean;
}

/** What a notifier is to be. Says where it sends to by `platform_id`, or simply by `platform`. */
export interface NotifierDraft {
  name: string;
  platform?: Platform | (string & {});
  platform_id?: string;
  active?: boolean;
  send_all_alerts?: boolean;
  send_all_events?: boolean;
  selected_event_ids?: string[];
  /** Names instead of ids, as `app_deployed`, or kinds of events, as `deployment`. */
  selected_events?: string[];
  type_data?: TypeData;
  /** Which of the events that it takes it is to be told of; null: all. */
  filter?: Filter | null;
  /** How its events are to be told together; null: each at once. */
  grouping?: Grouping | null;
  /** Hours in which nothing is to be told; null: none. */
  quiet?: QuietHours | null;
  /** Until when nothing is to be told: RFC 3339; null: it is. */
  muted_until?: string | null;
  muted_pass_errors?: boolean;
  /** What its messages are to be in: `en`, or a language of the vocabulary; null: the language of its app. */
  language?: string | null;
}

/** What is to change. `type_data` is merged key by key; null removes a key. */
export type NotifierPatch = Partial<Omit<NotifierDraft, 'type_data'>> & { type_data?: { [key: string]: unknown } };

/** One part of a payload that had to be cut to a platform's limit. */
export interface Truncation {
  /** As `title`, `fields`, `field.value`, `message`. */
  part: string;
  /** What it would have been, in the platform's own unit. */
  length: number;
  kept: number;
}

/** What a delivery says of itself to a notifier that is told of several events together, by its grouping, quiet hours or a mute. As stores keep it. */
export interface Arrival {
  /** Events with the same are together. */
  group: string;
  /** The event's. */
  type?: string;
  /** Of the message that tells of it alone. */
  title?: string;
  link?: string;
  subject?: string;
  severity: 'info' | 'success' | 'warning' | 'error';
  /** An alert whose platform finds its end by it: told alone, and held back by quiet hours and mutes alone. */
  stands_alone?: boolean;
  /** An alert is over. */
  ends_alert?: boolean;
}

/** What is told of events that were held back: what an outbox hands to {@link Engine.digest}. */
export interface Digest {
  /** How many events in all. */
  count: number;
  /** How many of each type; of more than these are `other_kinds`. */
  kinds: { type: string; count: number }[];
  other_kinds: number;
  /** The first of them; of a webhook's each with its own bytes, while there is room. */
  items: { title: string; link?: string; severity: Arrival['severity']; event?: string }[];
  /** The worst severity. */
  worst: Arrival['severity'];
  /** When the first and the last came, in milliseconds since 1970. */
  first: number;
  last: number;
  /** Others of the same were told before: these are more. */
  follows: boolean;
  /** App or project, by name, where it is one; else empty. */
  subject: string;
}

interface DeliveryBase<Body> {
  notifierId: string;
  notifierName: string;
  appId: string;
  /** The event's own, else what it is known by; empty where it has none and the engine draws none. */
  eventId: string;
  /** As the event has it; may be empty. */
  eventType: string;
  /** Stable: the same event and notifier give the same key on every attempt and machine. */
  idempotencyKey: string;
  /** Where its notifier may be told of it together with others. */
  arrival?: Arrival;
  truncations: Truncation[];
  /** Only to tell apart what `Body` is. */
  readonly __body?: Body;
}

/** An HTTP request: `fetch(delivery.url, delivery)` sends it. */
export interface HttpDelivery<Body = string> extends DeliveryBase<Body> {
  platform: HttpPlatform;
  method: string;
  /** A secret. */
  url: string;
  headers: Record<string, string>;
  /** Where that is not the URL: what an outbox paces it as, together with others that go to the same place. */
  pacedAs?: string;
  /** A webhook's is the event, byte for byte: the very string that was routed. */
  body: Body;
}

/** A mail: nodemailer's `sendMail(delivery)` sends it. */
export interface EmailDelivery<Body = string> extends DeliveryBase<Body> {
  platform: MailPlatform;
  /** `to` may be empty: then there is nobody to send to. */
  envelope: { from: string; to: string[] };
  /** RFC 5322 with CRLF line ends. */
  raw: Body;
}

/** What one notifier is to be sent: a plain object that `JSON.stringify` and `structuredClone` take. */
export type Delivery<Body = string> = HttpDelivery<Body> | EmailDelivery<Body>;

/** An event: an object, or its JSON as a string or as UTF-8. */
export type EventInput = string | Uint8Array | ArrayBuffer | object;

/** What the host knows about an event beside its bytes. */
export interface Audience {
  /** The notifiers that an alert rule names. */
  notifierIds?: readonly string[];
  /** The apps that an account event concerns. */
  appIds?: readonly string[];
}

export interface RouteOptions extends Audience {
  /** `bytes` leaves bodies and mails as UTF-8, for hosts that send them as they are. Default: `text`. */
  as?: 'text' | 'bytes';
  /**
   * What an event that has no id of its own is known by, as the key under which a client repeats a request: the same text makes it the
   * same event, with the same `idempotencyKey`s. Default: an id drawn for this call.
   */
  eventId?: string;
}

export type Reason =
  | 'sends_all_events'
  | 'sends_all_alerts'
  | 'selected'
  | 'alert_recipient'
  | 'inactive'
  | 'not_selected'
  | 'not_selectable'
  | 'alert_not_accepted'
  | 'filtered_out';

/** Why a notifier receives an event, or does not. */
export interface Explanation {
  notifier_id: string;
  notifier_name: string;
  app_id: string;
  platform: Platform;
  receives: boolean;
  reason: Reason;
  /** One English sentence. */
  text: string;
}

export interface Explained {
  /** As the event says; may be empty. */
  event_id: string;
  event_type: string;
  status: 'app' | 'projects' | 'named_apps' | 'unknown_app' | 'no_app' | 'empty_project';
  text: string;
  notifiers: Explanation[];
}

export interface LinesOptions {
  /** Explanations in place of deliveries. */
  explain?: boolean;
  /** Number of the first line, for the records of errors. Default: 1. */
  firstLine?: number;
  /**
   * Where the whole answer fits in one piece, give a view of the module's memory in place of a copy. It is valid until any
   * engine is used next; a view that is no longer valid may show other bytes.
   */
  borrow?: boolean;
}

/** An HTTP request to the notifier API. */
export interface ApiRequest {
  method: string;
  /** Path and query, percent-encoded; an absolute URL will do. */
  url: string;
  headers?: Iterable<readonly [string, string]> | Record<string, string | readonly string[] | undefined>;
  body?: string | Uint8Array | ArrayBuffer | null;
  /** Who asks, where it is known: the actor of the events that a change makes. */
  user?: User;
}

export interface ApiResponse {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** An app as a change holds it. */
export type StoredApp = App;

/** A notifier as a change and a snapshot hold it: with what signs its webhooks. */
export type StoredNotifier = Omit<Notifier, 'app'> & { app?: string };

/**
 * One planned change: what a store keeps, and what a commit makes everybody see. Holds secrets.
 *
 * `expected` is the version of what is replaced or removed, as it was when the change was planned: null where nothing may be there yet, `*`
 * where it does not matter; a vocabulary is always there. A store that several machines share compares it with the version that it keeps.
 */
export type Change =
  | { op: 'put_app'; app: StoredApp; expected?: string | null }
  | { op: 'remove_app'; app: { id: string }; expected?: string | null }
  | { op: 'put_notifier'; notifier: StoredNotifier; expected?: string | null }
  | { op: 'remove_notifier'; notifier: { id: string; app_id: string }; expected?: string | null }
  | { op: 'put_user'; user: User; expected?: string | null }
  | { op: 'remove_user'; user: { id: string }; expected?: string | null }
  | { op: 'put_vocabulary'; vocabulary: VocabularyRows; expected?: string | null };

/** An event that an answer made or accepted, for the history of its app. */
export interface RecordedEvent {
  appId: string;
  id: string;
  /** Byte for byte as it came in or was made. */
  json: string;
}

/** What a request comes to, and what `commit` makes of it: stored, then seen by everybody; then it is answered, and sent. */
export interface Outcome {
  response: ApiResponse;
  changes: Change[];
  events: RecordedEvent[];
  deliveries: Delivery[];
  /** `GET .../stream`: the app whose events the host is to stream after the response's headers. */
  streamAppId?: string;
}

export type Severity = 'info' | 'success' | 'warning' | 'error';

/**
 * How an event of a kind is told; the first row whose `when` fits is used. Texts are templates, as `{furnace} is at {temperature} C[ since
 * {since:time}]`. What a row leaves out is told from what the event carries.
 */
export interface WordingRow {
  /** As `level=critical`; absent: it always fits. */
  when?: string;
  severity?: Severity;
  title?: string;
  sentence?: string;
  /** As `Limit: {limit}; Operator: {operator}`. */
  fields?: string;
  actor?: string;
  link?: string;
}

/**
 * Where a dashboard shows what an event is about, for events without a link of their own: URLs with slots, as
 * `https://dash.example.com/{region}/{@app}`, which are percent-encoded. WORDINGS.md describes them.
 */
export interface Links {
  /** Of events of an app. */
  app?: string;
  /** Of others of a project. */
  project?: string;
  /** Of all others. */
  account?: string;
  /** Where a deployment's log is. */
  deployment?: string;
}

/** What is said in another language. What it lacks comes in English, row by row. WORDINGS.md describes it. */
export interface LanguageRows {
  event_kinds?: readonly {
    type: string;
    /** Whether it translates the built-in wordings of its kind: it is passed over where others are in place of them. */
    standard?: boolean;
    /** Each in place of the texts of the English row with its `when`; what is left out stays. */
    wordings?: readonly { when?: string; title?: string; sentence?: string; fields?: string; actor?: string }[];
  }[];
  words?: { readonly [set: string]: { readonly [value: string]: string } };
  /** All other texts, by their English: labels of fields, names of event types, months, `View details`. */
  labels?: { readonly [english: string]: string };
}

/** A member of the `type_data` of a platform of the host's own. */
export interface PlatformRowField {
  key: string;
  /** What a form calls it; where to get it. */
  label?: string;
  help?: string;
  /** Default: text. */
  kind?: 'url' | 'text' | 'token' | 'choice' | 'number';
  required?: boolean;
  /** Write-only, and masked in previews. */
  secret?: boolean;
  /** Where it stands in a request, beside where `request` names it as `{@notifier.KEY}`; and under which name. */
  in?: 'url' | 'path' | 'query' | 'header' | 'body';
  name?: string;
  choices?: readonly string[];
  default?: string;
}

/** A platform of the host's own; PLATFORMS.md describes it. */
export interface PlatformRow {
  /** What it is known by: lower case letters, digits and underscores. */
  name: string;
  id?: string;
  display_name?: string;
  description?: string;
  fields?: readonly PlatformRowField[];
  request: { method?: 'POST' | 'PUT' | 'PATCH'; url?: string; headers?: { readonly [name: string]: string }; body: unknown };
  /** How what an event says stands in the body's texts. Default: plain. */
  escape?: 'plain' | 'markdown' | 'html' | 'slack';
  limits?: readonly { part?: string; amount: number; unit?: 'bytes' | 'code_points' | 'utf16' }[];
  success?: { status?: readonly number[]; body?: string; json?: { readonly [member: string]: string | number | boolean } };
  errors?: readonly {
    status?: number;
    body?: string;
    json?: { readonly [member: string]: string | number | boolean };
    verdict: 'retry' | 'throttle' | 'disable' | 'fail';
    reason?: string;
  }[];
  retry_after?: { header?: string; json?: string; unit?: 's' | 'ms' };
  /** Member of a success that names the message. */
  receipt?: string;
  /** Keys of the fields that say who is sent to; default: the URL does. */
  target?: readonly string[];
  rate?: readonly { count: number; per_ms: number }[];
  concurrency?: number;
  idempotency?: { in: 'none' | 'query' | 'path' | 'header' | 'body'; name?: string };
}

/** A kind of event: who selects it, and what is said of it. */
export interface EventKindRow {
  type: string;
  scope?: 'app' | 'project' | 'account';
  /** Name of the event type that selects it. */
  selectable_as?: string;
  wordings?: readonly WordingRow[];
  /** What previews show. */
  sample?: { type_data: { [key: string]: unknown } };
  remove?: boolean;
}

/** What events there are and what is said of them: rows, layered on the built-in ones or, with `standard: false`, on none. */
export interface VocabularyRows {
  /** Whether the rows are layered on the built-in vocabulary. Default: true. */
  standard?: boolean;
  /** Without an `id` it is the `name`, as for event types. */
  categories?: readonly (Partial<EventCategory> & { remove?: boolean })[];
  /** What notifiers select. */
  event_types?: readonly {
    id?: string;
    name?: string;
    display_name?: string;
    description?: string;
    category_id?: string;
    selectable_on_every_platform?: boolean;
    remove?: boolean;
  }[];
  /** The values of an event's `type`. */
  event_kinds?: readonly EventKindRow[];
  /** Platforms of the host's own, beside the built-in ones. */
  platforms?: readonly (PlatformRow | { name: string; remove: true })[];
  /** What people read in place of a value, where a slot names the set: `{reason:SET}`. `*` is any other; null takes a set away. */
  words?: { readonly [set: string]: { readonly [value: string]: string } | null };
  /** What is said in other languages, by their tags: `{ fr: french }` of `notifier-wasm/languages/fr`; null takes one away. */
  languages?: { readonly [tag: string]: LanguageRows | null };
  /** Names whose values are never told; and names that look secret and are not. */
  secret_names?: readonly string[];
  open_names?: readonly string[];
  /** Of who acts for the platform itself. */
  operator_email?: string;
}

export interface EventType {
  id: string;
  name: string;
  display_name: string;
  description: string;
  template: string | null;
  category_id: string;
}

export interface EventCategory {
  id: string;
  name: string;
  display_name: string;
  position: number;
}

export interface PlatformInfo {
  id: string;
  name: Platform;
  display_name: string;
  logo_url: string;
  available_event_ids: string[];
  description: string;
  /** Of a platform of the host's own: what its notifiers' `type_data` holds. */
  fields?: PlatformRowField[];
}

/** A value of an event's `type`. */
export interface EventKind {
  type: string;
  scope: 'app' | 'project' | 'account';
  /** Name of the event type that selects it; absent: only `send_all_events` does. */
  selectable_as?: string;
}

export interface Catalogue {
  platforms: PlatformInfo[];
  event_categories: EventCategory[];
  event_types: EventType[];
  event_kinds: EventKind[];
}

export interface HistoryPage {
  /** How many there are in all. */
  total: number;
  items: string[];
  /** Where a `place` was asked for: that of the next page; 0 where there is none. */
  next?: number;
}

/** Which deliveries are asked for: those that have all that is said; empty texts say nothing. */
export interface DeliveryFilter {
  /** The idempotency key. */
  id: string;
  notifierId: string;
  eventId: string;
  eventType: string;
  /** A state's name: `pending`, `held`, `delivered`, `dead`. */
  state: string;
  /** Those that were made then or later, in milliseconds since 1970; it may lie before that. */
  since: number;
}

/** What is held back for a notifier, to be told together: a group is told with one message. */
export interface HeldBack {
  /** How many events, in how many groups. */
  events: number;
  groups: number;
  /** The groups that are told first, those first, each the JSON text of a `HeldGroup`. */
  items: string[];
}

/** Events that are held back, to be told with one message. */
export interface HeldGroup extends Digest {
  key: string;
  app_id: string;
  notifier_id: string;
  /** The number of its window, which grows; it is open. */
  window: number;
  is_open: boolean;
  /** For what: the end of the window, a time of day, the end of quiet hours or of a mute. */
  waits: 'steady' | 'daytime' | 'released';
  /** When it is told, at the latest, in milliseconds since 1970. */
  closes: number;
}

/**
 * What happened, for the API to show; kept by the host. Both lists are newest first, items as JSON texts without secrets.
 *
 * Where `place` is given, the page begins there, whatever the offset: 0 is the newest entry, another place what `next` of an earlier page said, a
 * positive number of at most fifteen digits. It stays where it is while others come in. A history that looks at offsets alone leaves `next` out.
 */
export interface History {
  events(appId: string, offset: number, limit: number, place?: number): HistoryPage;
  deliveries(appId: string, notifierId: string, offset: number, limit: number, place?: number): HistoryPage;
  /** Makes a dead delivery due again, or says why not. An empty `notifierId`: of any notifier of the app. */
  retry(appId: string, notifierId: string, deliveryId: string): 'due' | 'not found' | 'pending' | 'held' | 'delivered' | 'grouping' | 'grouped';
  /** One of an app's events, by its id. Default: none is found. */
  event?(appId: string, eventId: string): string | undefined;
  /**
   * A notifier of an app that was removed and may come back with its id: the change that put it last, as JSON, with its secrets. Nothing where
   * none is kept any more; keep none for longer than a day. Default: none is kept.
   */
  removed?(appId: string, notifierId: string): string | undefined;
  /**
   * An app's deliveries that a filter asks for, newest first; `total` counts for nothing. A page may have fewer than `limit`, or none, and go on
   * nevertheless: `next` says where. Default: none is found.
   */
  find?(appId: string, filter: DeliveryFilter, limit: number, place: number): HistoryPage;
  /** Makes up to `limit` dead deliveries due again that a filter asks for, the newest ones, and says how many (`total`), and where those are that are left. */
  retryAll?(appId: string, filter: DeliveryFilter, limit: number): HistoryPage;
  /** Withdraws a delivery that is pending or held, or says why not; `notifierId` as for `retry`. Default: none is found. */
  cancel?(appId: string, notifierId: string, deliveryId: string): 'due' | 'not found' | 'delivered' | 'dead' | 'grouping' | 'grouped';
  /** What is held back for a notifier, with up to `limit` of its groups. Default: nothing. */
  heldBack?(appId: string, notifierId: string, limit: number): HeldBack;
  /** Has it told soon, as `outbox.tellNow(notifierId)` does. */
  tellNow?(appId: string, notifierId: string): void;
}

export interface EngineOptions {
  /** The present moment. Default: `Date.now`, read when a notifier or app changes or a mail has no date of its own. */
  clock?: () => number | Date;
  /**
   * A new id that begins with the prefix: `no-` of a notifier, `ev-` of an event that has none, so that each is an occurrence of its own.
   * Default: the prefix and a UUID v4. `null`: there is no source of ids. Then ids are derived from what is there, and an event without
   * one is known by its bytes: the same input gives the same output, and the same bytes are one event.
   */
  ids?: ((prefix: string) => string) | null;
  /** A user's mail address. Users it does not know are looked for among the registry's own. */
  users?: (id: string) => string | { email?: string } | null | undefined;
  /** Shown by the API's history; default: none is kept. */
  history?: History;
  /**
   * Why nothing can ever be delivered to a webhook's URL, as `sender.judge(url).text`; nothing where it may be kept. Asked for each URL that a
   * draft brings, not for what is loaded. Default: every URL may be kept.
   */
  refuseUrl?: (url: string) => string | null | undefined;
  /**
   * Writes what people read of an event, once for each that is told in words; nothing where the vocabulary's words are right. It is part of every
   * delivery, preview and test send; its text is as untrusted as all text of events. It answers at once, and the same for the same event.
   *
   *     compose: (event) => (event.type === 'furnace_overheated' ? { title: `Line 2: ${event.type_data.furnace}` } : undefined)
   */
  compose?: (event: any) => Composed | null | undefined;
}

/** What people are to read of an event; what is absent is told as the vocabulary has it. */
export interface Composed {
  title?: string;
  sentence?: string;
  severity?: Severity;
  /** In place of all others. */
  fields?: readonly { label: string; value: string | number | boolean }[];
  /** An absolute http or https URL; any other is not used. */
  link?: string;
}

/** `WebAssembly.Module`, where a program's types know of it: those of pages do, those of Node.js may not. */
export type CompiledModule = typeof globalThis extends { WebAssembly: { Module: { prototype: infer Module } } } ? Module : never;

/** Where the WebAssembly module comes from. */
export type ModuleSource = string | URL | Response | PromiseLike<Response> | Uint8Array | ArrayBuffer | CompiledModule;
