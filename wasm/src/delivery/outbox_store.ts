// What keeps deliveries for an outbox: the seam behind which a file, memory or a host's own database stand.

import type { Delivery, DeliveryFilter, Platform } from '../types.js';
import type { TargetLimits, Withdrawn } from './outbox.js';

/** Where a delivery stands. */
export type OutboxState =
  /** To be sent, now or later. */
  | 'pending'
  /** To be sent once its notifier is switched on again; it ends after some days. */
  | 'held'
  /** It has arrived. */
  | 'delivered'
  /** Given up, with the reason; it can be sent again. */
  | 'dead'
  /** Its notifier is told of several events together: to be sent at once, or to be counted. */
  | 'grouping'
  /** Counted: its notifier's digest, a delivery of its own, tells of it. */
  | 'grouped';

/** What came of an attempt, or why there was none. */
export interface StoredAttempt {
  /** Milliseconds since 1970, as all times here. */
  at: number;
  action: string;
  /** The HTTP status or SMTP code; 0 where none came. */
  status: number;
  reason: string;
  /** Of a mail that not all of its recipients got: who has yet to get it, and whom the mail server refused for good. */
  remaining?: string[];
  refused?: string[];
  /** The beginning of what the target said, without secrets. */
  reply?: string;
  /** What the platform calls the message. */
  receipt?: string;
  /** How long it took, in milliseconds, where that is known. */
  duration_ms?: number;
}

/** What an outbox knows of a delivery beside its content. Holds no secret. */
export interface StoredRecord {
  /** Given by the store, greater than all before. */
  sequence: number;
  /** The idempotency key: unique for its notifier. */
  key: string;
  notifier_id: string;
  app_id: string;
  event_id: string;
  event_type: string;
  platform: Platform;
  /** Hashes of what is sent to, and of its host, in 16 hex digits. */
  target: string;
  host: string;
  state: OutboxState;
  attempts: number;
  created_at: number;
  /** Pending: when it is tried next; held: when it is given up; else when it ended. */
  next_at: number;
  /** How long it was to wait for that when it was decided; -1 where that is not known. */
  wait_ms: number;
  /** Oldest first. */
  history: StoredAttempt[];
  /** Of a mail that was taken for some of its recipients: those that are left. */
  recipients?: string[];
}

/** How a notifier fares. */
export interface StoredHealth {
  notifier_id: string;
  /** From the first failure since the last success to the latest. */
  failing_ms: number;
  last_failure: number;
  failures: number;
}

/** What is remembered of the time, so that a clock which is wrong for a while makes nothing be forgotten. */
export interface StoredClock {
  wall: number;
  kept: number;
}

/** Events that are told together, as long as their window is open. */
export interface StoredGroup {
  key: string;
  app_id: string;
  notifier_id: string;
  /** JSON, for the outbox alone; undefined: the window is closed, and the group is to be forgotten. */
  state: string | undefined;
  /** Of the delivery that opened it, for stores that are shared out by it. */
  target?: string;
}

/** One thing that an outbox has to have written. What is not there any more is left so. */
export type OutboxWrite =
  /** A record changes. `attempt` goes to its history; `recipients` are from now on those of the mail. */
  | { op: 'update'; sequence: number; state: OutboxState; attempts: number; next_at: number; wait_ms: number; attempt?: StoredAttempt; recipients?: string[] }
  /** Without failures it need not be kept. */
  | ({ op: 'health' } & StoredHealth)
  /** In place of the one before. */
  | ({ op: 'clock' } & StoredClock);

/** Which records are forgotten. */
export interface OutboxForget {
  /** Those that arrived or were counted, and those that died, before then. */
  delivered_before: number;
  dead_before: number;
  /** What ended later than this was dated by a clock that was wrong: it is dated so before it is judged. */
  latest: number;
}

/** What is put in: the record without a sequence, and the content. */
export interface StoreEntry {
  record: Omit<StoredRecord, 'sequence'>;
  delivery: Delivery;
}

/** Which records to list, newest first. */
export interface StoreQuery {
  notifierId?: string;
  state?: OutboxState;
  offset: number;
  limit: number;
  /** Only those of at most this sequence, though others count in all; 0 or none: any. */
  upTo?: number;
}

/** Which deliveries of which app are asked for. */
export interface DeliverySearch extends DeliveryFilter {
  appId: string;
}

/** Records that a search found, newest first. */
export interface FoundRecords {
  records: StoredRecord[];
  /** Where the next page begins; 0: there is none. A page may have few records, or none, and go on nevertheless. */
  next: number;
}

/** What a store that several outboxes share asks of the one that it was given to. */
export interface SharedOutbox {
  /** Some shards have become this outbox's: how notifiers fare, and the groups, are taken up. What waits there is to be admitted then. */
  takeOver(): Promise<void>;
  /** These wait, and are this outbox's to send. One that it has already is left out. */
  admit(records: readonly StoredRecord[]): void;
  /**
   * Shards that are another's from now on, a bit for each (a target's is its hash modulo 64): what waits there is forgotten.
   *
   * @param withClaims also what is under way there: nothing is stored of it. Else that goes on
   * @returns how many are under way there still
   */
  drop(shards: bigint, withClaims: boolean): number;
  /** So many outboxes send to the same hosts, with this one: of an outbox's `hostConcurrency` each has its part, one at least. */
  shareHosts(owners: number): void;
  /** Resolves when all that happened until now is written. */
  flush(): Promise<void>;
  /** As {@link Outbox.withdraw} and {@link Outbox.tellNow}. */
  withdraw(notifierId: string, id: string): Promise<Withdrawn>;
  tellNow(notifierId: string): Promise<void>;
}

/**
 * A durable store of deliveries, used by one outbox at a time. It may answer later; the outbox waits with `write` for the one before, and
 * with nothing else. A call that rejects has changed nothing.
 *
 * There is no need to store what is under way: after a crash every pending delivery is due again, under the same key.
 */
export interface OutboxStore {
  /**
   * Adds deliveries, all or none, unless there is one of the same notifier with the same key, in whatever state; earlier ones of the same call
   * count. Resolves when they will outlive a crash.
   *
   * @returns the sequence of each; 0 where it was there
   */
  insert(entries: readonly StoreEntry[]): PromiseLike<number[]> | number[];
  /** Does these, in this order, all or none. They may be given again where that failed. */
  write(writes: readonly OutboxWrite[]): PromiseLike<void> | void;
  /** Forgets what has ended and is not kept any longer. @returns how many */
  forget(what: OutboxForget): PromiseLike<number> | number;
  /**
   * The content of a delivery, with the recipients that are left; undefined where it is lost for good. One that is `grouped` needs none. A
   * `NotifierError` `conflict` of a store that is shared: the delivery is not this outbox's to attempt, or not for long enough.
   */
  load(sequence: number): PromiseLike<Delivery | undefined> | Delivery | undefined;
  /**
   * Of a store that is shared: until when, by `performance.now()`, an attempt at what `load` gave may last, since others make it after that.
   * Asked right before the attempt. Default: however long it takes.
   */
  attemptUntil?(delivery: Delivery): number;
  /** Everything pending, held or `grouping`, each kind in order of sequence, in pages. Their history may be left out. Asked once, at the start. */
  waiting(): AsyncIterable<readonly StoredRecord[]> | Iterable<readonly StoredRecord[]>;
  /** The notifiers that have failed of late. Asked once, at the start. */
  health(): PromiseLike<readonly StoredHealth[]> | readonly StoredHealth[];
  /** The clock that was written last. Asked once, at the start. */
  clock(): PromiseLike<StoredClock | undefined> | StoredClock | undefined;
  find(notifierId: string, key: string): PromiseLike<StoredRecord | undefined> | StoredRecord | undefined;
  /** A page of records, and how many match in all. */
  list(query: StoreQuery): PromiseLike<StorePage> | StorePage;
  /**
   * For `tellTogether`: does all of this or nothing of it: the writes, as `write`; each group in place of the one with its key; the digests, as
   * `insert`, which says what is answered. It may be given again where that failed.
   */
  regroup?(writes: readonly OutboxWrite[], groups: readonly StoredGroup[], digests: readonly StoreEntry[]): PromiseLike<number[]> | number[];
  /** The groups that are open. Asked at the start, and after `regroup` has failed. Needed with it. */
  groups?(): PromiseLike<readonly StoredGroup[]> | readonly StoredGroup[];
  /**
   * For a store that several outboxes share, on many machines: begins to own a part of it, and lets what waits there arrive. What is inserted
   * is not sent before it arrives so, here or elsewhere. Called once, after `clock` and `health`, in place of `waiting`.
   */
  share?(outbox: SharedOutbox): PromiseLike<void> | void;
  /** The outbox is about to be closed: what it has is to be handed over, as soon as nothing of it is under way. */
  leave?(): void;
  /** How much one target is sent at a time, where the outbox's options do not say. */
  readonly limits?: Partial<Record<Platform, TargetLimits>>;
  /** Resolves when all that was written will outlive a crash of the machine, too. Default: it does once `write` has resolved. */
  sync?(): PromiseLike<void> | void;
  /** Called last, and once. */
  close?(): PromiseLike<void> | void;
}

export interface StorePage {
  total: number;
  records: StoredRecord[];
}
