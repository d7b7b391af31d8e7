// What is asked of the thread that has the database, and how a delivery is written there.

import type { Arrival, Change, Delivery, Platform } from '../types.js';
import type { DeliverySearch, OutboxForget, OutboxWrite, StoredGroup, StoredRecord, StoreQuery } from './outbox_store.js';

/** A delivery that comes in. */
export interface StoredEntry {
  record: Omit<StoredRecord, 'sequence'>;
  /** The delivery as JSON, as delivery_json.hpp writes it; without the end of its body where it shares that. */
  content: string;
  /** Which of the rests its body ends with; -1 where it shares none. */
  rest: number;
}

/** What a server keeps beside deliveries, or with them in one transaction. */
export interface ServerRows {
  changes: readonly Change[];
  events: readonly { appId: string; id: string; json: string }[];
  /** In place of the one there was. */
  configuration?: string;
}

/** What came of keeping them: the sequence of each delivery, 0 where it was there; and of each event whether it is new. */
export interface KeptRows {
  sequences: number[];
  isNewEvent: boolean[];
}

/** What is in an outbox of lines, to be written into an empty database. */
export interface OldOutbox {
  /** Those that arrived have no content; it is not written. */
  entries: readonly (StoredEntry & { record: StoredRecord })[];
  rests: readonly string[];
  writes: readonly OutboxWrite[];
}

export type Task =
  | { op: 'keep'; rows: ServerRows | undefined; entries: readonly StoredEntry[]; rests: readonly string[] }
  | { op: 'write'; writes: readonly OutboxWrite[] }
  | { op: 'regroup'; writes: readonly OutboxWrite[]; groups: readonly StoredGroup[]; entries: readonly StoredEntry[]; rests: readonly string[] }
  | { op: 'forget'; what: OutboxForget; isDated: boolean; most: number }
  | { op: 'take over'; rows: ServerRows; outbox: OldOutbox }
  | { op: 'load'; sequence: number }
  /** Those that are to be taken into groups, or the others. */
  | { op: 'waiting'; after: number; most: number; areGrouping: boolean }
  | { op: 'groups' }
  | { op: 'health' }
  | { op: 'clock' }
  | { op: 'find'; notifierId: string; key: string }
  | { op: 'list'; query: StoreQuery }
  | { op: 'search'; search: DeliverySearch; limit: number; place: number }
  | { op: 'events'; appId: string; offset: number; limit: number; place: number | undefined }
  | { op: 'event'; appId: string; id: string }
  | { op: 'removed'; appId: string; notifierId: string }
  | { op: 'registry' }
  /** What the events take that are kept, and when the oldest delivery was made that is to be sent. */
  | { op: 'figures' }
  /** Of all there is, into a file that is not there yet. */
  | { op: 'copy'; path: string }
  /** To see whether something can be stored. */
  | { op: 'check' }
  | { op: 'close' };

/** Whether a task changes the database. */
export function isWriter({ op }: Task): boolean {
  return op === 'keep' || op === 'write' || op === 'regroup' || op === 'forget' || op === 'take over' || op === 'check';
}

export interface Request {
  id: number;
  task: Task;
}

export interface Reply {
  id: number;
  result?: unknown;
  error?: { code: 'storage' | 'conflict' | 'unsupported'; message: string };
}

/** How a thread is begun. */
export interface ThreadData {
  path: string;
  /** How many events of an app are kept. */
  eventsPerApp: number;
  /** What they take at most; the latest is kept, whatever it takes. */
  eventBytesPerApp: number;
  /** What those of all apps take together, likewise; 0: whatever they take. */
  eventBytes: number;
  /** Whether the file is to be filled and moved elsewhere then: it has no log beside it. */
  isDraft: boolean;
}

export const keptByDefault = { eventsPerApp: 1_000, eventBytesPerApp: 256_000_000, eventBytes: 0 };

/** As delivery_json.hpp writes it. */
export function writeContent(delivery: Delivery): string {
  const { platform, idempotencyKey: key, notifierId, notifierName, appId, eventId, eventType } = delivery;
  const head = { platform, key, notifier_id: notifierId, notifier_name: notifierName, app_id: appId, event_id: eventId, event_type: eventType, ...(delivery.arrival && { arrival: delivery.arrival }) };
  if (delivery.platform === 'email') return JSON.stringify({ ...head, from: delivery.envelope.from, body: delivery.raw, to: delivery.envelope.to });
  const { method, url, pacedAs: target, body, headers } = delivery;
  return JSON.stringify({ ...head, method, url, target, body, headers: Object.entries(headers) });
}

/** @param recipients of a mail, those that are left; undefined while all are */
export function readContent(content: string, rest: string, recipients: readonly string[] | undefined): Delivery {
  const { arrival, platform, key, notifier_id = '', notifier_name = '', app_id = '', event_id = '', event_type = '', method = '', url = '', from = '', target, body = '', headers = [], to = [] } = JSON.parse(content) as {
    [name: string]: string | undefined;
  } & { arrival?: Arrival; platform: Platform; key: string; headers?: [string, string][]; to?: string[] };
  const head = { notifierId: notifier_id, notifierName: notifier_name, appId: app_id, eventId: event_id, eventType: event_type, idempotencyKey: key, ...(arrival && { arrival }), truncations: [] };
  if (platform === 'email') return { ...head, platform, envelope: { from, to: [...(recipients ?? to)] }, raw: body + rest };
  return { ...head, platform, method, url, ...(target !== undefined && { pacedAs: target }), headers: Object.fromEntries(headers), body: body + rest };
}
