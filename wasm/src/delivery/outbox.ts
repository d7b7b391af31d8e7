/// <reference lib="esnext.disposable" preserve="true" />

// The outbox: every delivery put into it arrives at least once, or is declared dead with the reason. The state machine is the core's;
// here are its clock, its file and its sender.

import { NotifierError } from '../error.js';
import { checkKeys } from '../known_keys.js';
import { platformNames } from '../platforms.js';
import type { Delivery, HeldGroup, Platform } from '../types.js';
import { Core } from './core.js';
import { FileStore } from './file_store.js';
import { needDeliveries } from './given.js';
import { Groups, type GroupHost } from './groups.js';
import { MemoryStore } from './memory_store.js';
import type { OutboxForget, OutboxState, OutboxStore, OutboxWrite, SharedOutbox, StoredRecord } from './outbox_store.js';
import type { AttemptOptions } from './sender.js';
import type { Verdict } from './verdict.js';

/** How patient an outbox is. */
export interface RetryPolicy {
  /** The wait after each failed attempt; one attempt more than there are entries, and a delivery is dead. Default: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h. */
  delaysMs?: readonly number[];
  /** A wait is made longer by up to this part of itself. Default: 20. */
  jitterPercent?: number;
  /** The longest wait that a target may ask for. Default: an hour. */
  maxRetryAfterMs?: number;
  /** A notifier that has done nothing but fail for so long, and at least so many times, is to be switched off. Defaults: 5 days, 10. */
  disableAfterMs?: number;
  disableAfterFailures?: number;
}

/** How much one target is sent at a time. */
export interface TargetLimits {
  /** Attempts under way at once. */
  concurrency?: number;
  /** Between the beginnings of two attempts. */
  minIntervalMs?: number;
}

/** A step that a delivery took. */
export interface OutboxReport {
  /** Its idempotency key. */
  id: string;
  notifierId: string;
  notifierName: string;
  appId: string;
  platform: Platform;
  eventId: string;
  eventType: string;
  /** Which attempt it was; 0 where there was none. */
  attempt: number;
  verdict: Verdict;
  state: OutboxState;
  /** When it is tried again, where it is pending; when it is given up, where it is held. */
  nextAt: number;
}

export interface OutboxRecord {
  /** The idempotency key. */
  id: string;
  notifier_id: string;
  event_id: string;
  event_type: string;
  platform: Platform;
  state: OutboxState;
  /** RFC 3339, UTC. */
  created_at: string;
  next_at: string | null;
  ended_at: string | null;
  /** Of one that is held: when it is given up. */
  held_until?: string;
  /** Oldest first. Of a mail that not all of its recipients got: who has yet to get it, and who was refused for good. Of a reply with a body: its beginning; of a message that the platform named: its name there. How long it took, where that is known. */
  attempts: { at: string; outcome: string; status: number | null; reason: string; remaining?: string[]; refused?: string[]; reply?: string; receipt?: string; duration_ms?: number }[];
}

/** What came of the wish to send a delivery again: it is due, or why it is not. */
export type Resent = 'due' | 'not found' | Exclude<OutboxState, 'dead'>;

/** What came of the wish to withdraw a delivery: it is, or why it is not. */
export type Withdrawn = 'withdrawn' | 'not found' | OutboxState;

/** How a notifier stands: `off`: what waits for it is held until it is on again; `gone`: it ends. */
export type Standing = 'on' | 'off' | 'gone';

export interface OutboxQuery {
  notifierId?: string;
  state?: OutboxRecord['state'];
  offset?: number;
  /** Default: 50. */
  limit?: number;
}

export interface OutboxOptions {
  /** Makes the attempts. */
  sender: { send(delivery: Delivery, options: AttemptOptions): Promise<Verdict>; ready?(): Promise<void> };
  /** The file that a `FileStore` keeps deliveries in: lines of JSON, with secrets. Default: memory, they are lost with the process. */
  file?: string;
  /** A store of the host's own, in place of a file. It may answer later; nobody else uses it until the outbox is closed, but to insert. */
  store?: OutboxStore;
  /** The signing secrets of a notifier, asked for at each attempt: `(id) => engine.signingSecrets(id)`. */
  secrets?: (notifierId: string) => readonly string[];
  /** Attempts under way at once, in all and to one host. Defaults: 256 and 64. */
  concurrency?: number;
  hostConcurrency?: number;
  /** By platform. Defaults: email 4 at once, slack 1 and a second between, webhook 16, rocket_chat and mattermost 2, discord one at a time and five in two seconds, microsoft_teams as its documentation allows, google_chat one a second, telegram that and twenty a minute, pagerduty 120 a minute; all others as their documentation allows. */
  limits?: Partial<Record<Platform, TargetLimits>>;
  /** Sends a notifier's deliveries one by one, in the order they came. */
  keepOrder?: boolean;
  retry?: RetryPolicy;
  /** How long the record of a delivery is kept after it arrived or died: as long, its key is not delivered again. Defaults: 7 and 30 days. */
  keepDeliveredMs?: number;
  keepDeadMs?: number;
  /** How long a delivery is held for a notifier that is switched off; then it is dead. Default: 3 days. */
  holdMs?: number;
  /**
   * How a notifier stands: asked at the start for each that something waits for, and before each attempt, with the delivery. Default: it is on.
   */
  standing?: (notifierId: string, delivery?: Delivery) => Standing;
  /**
   * Looks at a delivery that is about to be sent: a reason not to send it, one English sentence without secrets, or undefined. It is dead
   * then, and can be sent again.
   */
  refuse?: (delivery: Delivery) => string | undefined;
  /**
   * Has the events of notifiers that ask for it told together: `grouping`, quiet hours and a mute. They are counted by their groups, and a digest
   * is put in as a delivery of its own. An `Engine` will do. A store of the host's own needs `regroup` and `groups` then. Default: each is sent at once.
   */
  tellTogether?: GroupHost;
  /** Whether what an earlier process left is sent; of a store that outboxes share, whether this one sends, or only puts in. Default: true. */
  resume?: boolean;
  /** Called after each attempt, and for what is given up without one: mail to nobody, what `refuse` refuses. */
  onAttempt?: (report: OutboxReport) => void;
  /** A notifier is to be switched off, and its owner told: its target is gone, or it failed for too long. `Engine.switchOff` makes that of it. */
  onDisable?: (notifierId: string, reason: string) => void;
  /** What could not be written, and is tried again; what an option's function threw. Default: `console.error`. */
  onError?: (error: unknown) => void;
  /** The time of day, which dates what happens. It may be set: no wait is measured by it but over a restart. Default: `Date.now`. */
  clock?: () => number;
  /** What waits are measured by: milliseconds from any origin, which never go back. Default: `performance.now`. */
  steadyClock?: () => number;
}

interface Step {
  state: OutboxState;
  attempts: number;
  next_at: number;
  notifier_id: string;
  disable_notifier: boolean;
}

const pruneEveryMs = 3_600_000;
/** After a failure of the store. */
const patienceMs = 1_000;
/** Deliveries of one call of the core, so that no call takes long. */
const claimsAtOnce = 64;

function optionsJson({ retry = {}, limits = {}, keepOrder, hostConcurrency, holdMs, keepDeliveredMs, keepDeadMs }: OutboxOptions): string {
  return JSON.stringify({
    delays_ms: retry.delaysMs,
    jitter_percent: retry.jitterPercent,
    max_retry_after_ms: retry.maxRetryAfterMs,
    disable_after_ms: retry.disableAfterMs,
    disable_after_failures: retry.disableAfterFailures,
    limits: Object.fromEntries(Object.entries(limits).map(([platform, { concurrency, minIntervalMs }]) => [platform, { concurrency, min_interval_ms: minIntervalMs }])),
    keep_order: keepOrder,
    host_concurrency: hostConcurrency,
    hold_ms: holdMs,
    keep_delivered_ms: keepDeliveredMs,
    keep_dead_ms: keepDeadMs,
  });
}

function checkOptions({ retry, limits = {}, ...others }: OutboxOptions): void {
  checkKeys(
    others,
    'sender file store secrets() concurrency hostConcurrency keepOrder keepDeliveredMs keepDeadMs holdMs standing() refuse() tellTogether resume onAttempt() onDisable() onError() clock() steadyClock() limits retry',
    'Outbox.open',
  );
  checkKeys(retry, 'delaysMs jitterPercent maxRetryAfterMs disableAfterMs disableAfterFailures', 'retry');
  checkKeys(limits, platformNames.join(' '), 'limits');
  for (const [platform, limit] of Object.entries(limits)) checkKeys(limit, 'concurrency minIntervalMs', `limits.${platform}`);
}

/** What the core looks at: all but content. As delivery_json.hpp reads it. */
function headOf(delivery: Delivery, isGrouped: boolean): object {
  const { idempotencyKey, notifierId, appId, eventId, eventType, platform } = delivery;
  const where = platform === 'email' ? { to: delivery.envelope.to } : { url: delivery.url, target: delivery.pacedAs };
  return { key: idempotencyKey, notifier_id: notifierId, app_id: appId, event_id: eventId, event_type: eventType, platform, ...where, ...(isGrouped && delivery.arrival && { arrival: {} }) };
}

/** Bodies as text: JSON and mails are valid UTF-8. */
function withText(delivery: Delivery<string | Uint8Array>): Delivery {
  const body = delivery.platform === 'email' ? delivery.raw : delivery.body;
  if (typeof body === 'string') return delivery as Delivery;
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString();
  return { ...delivery, ...(delivery.platform === 'email' ? { raw: text } : { body: text }) } as Delivery;
}

/**
 * A durable queue of deliveries that sends them, again and again where that is worth it.
 *
 *     await using outbox = await Outbox.open({ file: 'outbox.ndjson', sender: new Sender(), secrets: (id) => engine.signingSecrets(id) });
 *     await outbox.enqueue(engine.route(event)); // on the disk; they are sent from now on
 *
 * A crash between sending and recording makes a delivery arrive twice, both times under the same idempotency key; at no other point
 * is one lost or sent again after it was recorded as delivered.
 */
export class Outbox {
  readonly #core = new Core();
  readonly #store: OutboxStore;
  readonly #options: OutboxOptions;
  readonly #wallClock: () => number;
  readonly #steadyClock: () => number;
  /** undefined: nothing is told together. */
  readonly #groups: Groups | undefined;
  readonly #attempts = new Map<number, AbortController>();
  readonly #waiting: (() => void)[] = [];
  #pending = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Gives the store again what it did not take. */
  #retry: NodeJS.Timeout | undefined;
  #turn: NodeJS.Immediate | undefined;
  /** While a batch is with the store. */
  #writing: Promise<void> | undefined;
  /** Calls of the store that close() waits for. */
  readonly #calls = new Set<Promise<unknown>>();
  #lastPrune: number;
  #isClosed = false;

  /**
   * Takes up what an earlier process left, and begins to send it.
   *
   * @throws {NotifierError} `invalid` without a sender, and for an option that is not known; `conflict` where another process uses the file; `storage` where it cannot be read, or is of another kind;
   *   `unsupported` where what the sender needs is not installed, and where `tellTogether` has a store that keeps no groups
   */
  static async open(options: OutboxOptions): Promise<Outbox> {
    if (typeof options?.sender?.send !== 'function') {
      throw new NotifierError('invalid', 'Outbox.open needs the option sender, which makes the attempts: new Sender()', { field: 'sender' });
    }
    checkOptions(options);
    await options.sender.ready?.();
    const { store, file, onError } = options;
    const kept: OutboxStore = store ?? (file === undefined ? new MemoryStore() : new FileStore(file, { ...(onError && { onError }) }));
    try {
      const outbox = new Outbox(options, kept);
      if (options.resume !== false) await outbox.#takeUp();
      outbox.#schedule();
      return outbox;
    } catch (error) {
      if (store === undefined) await kept.close?.();
      throw error;
    }
  }

  private constructor(options: OutboxOptions, store: OutboxStore) {
    const { clock = Date.now, steadyClock = () => performance.now() } = options;
    this.#options = options;
    this.#store = store;
    this.#wallClock = clock;
    this.#steadyClock = steadyClock;
    this.#lastPrune = steadyClock();
    this.#core.ask('notifier_outbox_open', [optionsJson({ ...options, ...(store.limits && { limits: { ...store.limits, ...options.limits } }) })]);
    const { tellTogether: host } = options;
    this.#groups = host && new Groups({
      core: this.#core,
      store,
      host,
      now: () => this.#now(),
      describe: (deliveries) => this.#describe(deliveries),
      admit: (records) => this.#admit(records),
      ended: (delivery, { state, next_at, history }) => this.#tellAttempt(delivery, 0, { action: 'fail', status: 0, reason: history.at(-1)?.reason ?? '' }, state, next_at),
    });
  }

  /** What an earlier process left, and how the notifiers stand by now. */
  async #takeUp(): Promise<void> {
    const store = this.#store;
    const [clock, health] = [await store.clock(), await store.health()];
    this.#core.ask('notifier_outbox_remember', [JSON.stringify({ clock, health })], [], this.#now());
    if (store.share !== undefined) return store.share(this.#shared());
    const notifiers = new Set<string>();
    await this.#groups?.recover();
    for await (const records of store.waiting()) {
      this.#takeIn(records);
      for (const { notifier_id: id } of records) notifiers.add(id);
    }
    this.#judge(notifiers);
    this.#count();
    this.#write();
  }

  /** How notifiers stand for whom something waits: they may have been switched on since, or be gone. */
  #judge(notifiers: Iterable<string>): void {
    for (const id of notifiers) {
      const standing = this.#options.standing?.(id) ?? 'on';
      if (standing === 'on') this.#tell('notifier_outbox_resume', id);
      else if (standing === 'off') this.#tell('notifier_outbox_hold', id);
      else this.#end(id, 'the notifier was removed');
    }
  }

  /** What a store asks that several outboxes share. */
  #shared(): SharedOutbox {
    return {
      takeOver: async () => {
        await this.#written();
        this.#core.ask('notifier_outbox_remember', [JSON.stringify({ health: await this.#store.health(), is_taken_over: true })], [], this.#now());
        this.#groups?.takeOver();
        this.#schedule();
      },
      admit: (records) => {
        if (this.#isClosed) return;
        this.#takeIn(records);
        // Where it is off, a test that arrives with it is sent nevertheless; what is pending is looked at when its turn comes.
        this.#judge(new Set(records.flatMap(({ state, notifier_id: id }) => (state === 'held' && this.#options.standing?.(id) !== 'off' ? [id] : []))));
        this.#changed();
      },
      drop: (shards, withClaims) => {
        const [low, high] = [Number(shards & 0xffffffffn), Number(shards >> 32n)];
        this.#groups?.drop((target) => ((shards >> BigInt(`0x${target}`) % 64n) & 1n) !== 0n);
        const { count } = this.#core.ask<{ count: number }>('notifier_outbox_drop', [], [low, high, withClaims ? 1 : 0], this.#now());
        this.#changed();
        return count;
      },
      shareHosts: (owners) => {
        this.#core.ask('notifier_outbox_share_hosts', [], [owners], []);
        this.#changed();
      },
      flush: () => this.#written(),
      withdraw: (notifierId, id) => this.withdraw(notifierId, id),
      tellNow: (notifierId) => this.tellNow(notifierId),
    };
  }

  /** How many deliveries are to be sent, now or later; those that are held, or held back to be told together, do not count. */
  get pending(): number {
    return this.#pending;
  }

  /** Events that are held back to be told together. */
  get grouped(): number {
    return this.#groups?.held ?? 0;
  }

  /** Events that were counted, to be told together, since this was opened. */
  get counted(): number {
    return this.#groups?.counted ?? 0;
  }

  /** How many are held for notifiers that are switched off. */
  get held(): number {
    return this.#core.exports.notifier_outbox_held();
  }

  /**
   * Puts deliveries in, all or none. Resolves when they are stored. One whose notifier has one of the same key already, in whatever state, is
   * left out; a mail to nobody is dead at once.
   *
   * @returns how many were new
   * @throws {NotifierError} `storage` where they could not be stored; they may be put in again
   */
  async enqueue(deliveries: readonly Delivery<string | Uint8Array>[]): Promise<number> {
    return (await this.offer(deliveries)).filter((isNew) => isNew).length;
  }

  /** The same, and says of each whether it was new. */
  async offer(deliveries: readonly Delivery<string | Uint8Array>[]): Promise<boolean[]> {
    return this.offerBy(deliveries, (entries) => this.#store.insert(entries));
  }

  /**
   * The same for who stores something together with them.
   *
   * @param insert stores both, as the store's own `insert` would; it is called at once
   * @internal
   */
  async offerBy(deliveries: readonly Delivery<string | Uint8Array>[], insert: OutboxStore['insert']): Promise<boolean[]> {
    this.#checkOpen();
    needDeliveries(deliveries, 'enqueue');
    if (deliveries.length === 0) return [];
    const contents = deliveries.map(withText);
    const records = this.#describe(contents, this.#groups !== undefined);
    const sequences = await this.#stored(async () => insert(contents.map((delivery, i) => ({ record: records[i]!, delivery }))));
    // What others may have to send arrives by and by.
    const isAdded = (i: number) => !this.#isClosed && sequences[i]! > 0 && this.#store.share === undefined;
    this.#admit(records.flatMap((record, i) => (isAdded(i) && record.state === 'pending' ? [{ ...record, sequence: sequences[i]! }] : [])));
    records.forEach((record, i) => {
      if (isAdded(i) && record.state === 'grouping') this.#groups!.admit({ ...record, sequence: sequences[i]! }, contents[i]);
    });
    this.#count();
    contents.forEach((delivery, i) => {
      const { state, history, next_at: nextAt } = records[i]!;
      if (sequences[i]! > 0 && state === 'dead') this.#tellAttempt(delivery, 0, { action: 'fail', status: 0, reason: history.at(-1)?.reason ?? '' }, state, nextAt);
    });
    this.#schedule();
    return sequences.map((sequence) => sequence > 0);
  }

  /** Resolves when nothing is pending, or no more than said: everything else has arrived, or is dead or held, and that is stored. */
  async idle(most = 0): Promise<void> {
    while (this.#pending > most && !this.#isClosed) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (this.#isClosed) return;
    await this.#written();
    await this.#stored(async () => this.#store.sync?.());
  }

  /** Records, newest first, without content and secrets; `total` counts all that match. */
  async list({ notifierId, state, offset = 0, limit = 50 }: OutboxQuery = {}): Promise<{ total: number; deliveries: OutboxRecord[] }> {
    this.#checkOpen();
    const { total, records } = await this.#stored(async () => this.#store.list({ ...(notifierId !== undefined && { notifierId }), ...(state !== undefined && { state }), offset, limit }));
    return { total, deliveries: records.map(showRecord) };
  }

  /**
   * Sends a dead delivery again, with all its attempts before it, under the same key.
   *
   * @param id its idempotency key
   * @returns `due`, once that is stored; else why not: what state it is in
   * @throws {NotifierError} `storage`
   */
  async resend(notifierId: string, id: string): Promise<Resent> {
    this.#checkOpen();
    await this.#written(); // what has just ended is dead in the store, too
    const record = await this.#stored(async () => this.#store.find(notifierId, id));
    if (record === undefined) return 'not found';
    if (record.state !== 'dead') return record.state;
    this.#checkOpen();
    this.#core.ask('notifier_outbox_resend', [JSON.stringify(record)], [], this.#now());
    this.#count();
    this.#schedule();
    await this.#written();
    return 'due';
  }

  /** Holds what waits for a notifier that was switched off, until `resume`. Resolves with how many are held, once that is stored. */
  async hold(notifierId: string): Promise<number> {
    this.#checkOpen();
    const count = this.#tell('notifier_outbox_hold', notifierId);
    await this.#written();
    return count;
  }

  /** Sends what was held for a notifier, at the pace of its target. Resolves with how many, once that is stored. */
  async resume(notifierId: string): Promise<number> {
    this.#checkOpen();
    const count = this.#tell('notifier_outbox_resume', notifierId);
    await this.#written();
    return count;
  }

  /**
   * Ends what is pending or held for a notifier that was removed; what is under way is not tried again. Resolves with how many were ended,
   * once that is stored.
   */
  async cancel(notifierId: string, reason = 'the notifier was removed'): Promise<number> {
    this.#checkOpen();
    const count = this.#end(notifierId, reason);
    await this.#written();
    return count;
  }

  /**
   * Withdraws one delivery that is pending or held: it is dead. What is under way may yet arrive, and is not tried again.
   *
   * @param id its idempotency key
   * @returns `withdrawn`, once that is stored; else why not: what state it is in
   * @throws {NotifierError} `storage`
   */
  async withdraw(notifierId: string, id: string): Promise<Withdrawn> {
    this.#checkOpen();
    await this.#written();
    const record = await this.#stored(async () => this.#store.find(notifierId, id));
    if (record === undefined) return 'not found';
    const { count } = this.#core.ask<{ count: number }>('notifier_outbox_cancel', ['it was withdrawn by hand'], [record.sequence], this.#now());
    if (count === 0) return record.state;
    this.#changed();
    await this.#written();
    return 'withdrawn';
  }

  /**
   * Tells what is held back, for a notifier or for all, as if its windows were over. Resolves once that is stored; it is sent as all else.
   *
   * @throws {NotifierError} `storage`; then it is tried again
   */
  async tellNow(notifierId?: string): Promise<void> {
    this.#checkOpen();
    const groups = this.#groups;
    if (groups === undefined) return;
    try {
      await this.#stored(() => groups.tellNow(notifierId));
    } finally {
      this.#changed();
    }
  }

  /**
   * What is held back, of one notifier or of all, to be told together: each is a message, that which is told first first.
   * `engine.digest(group.app_id, group.notifier_id, group, group.key)` makes a message as it would be told now.
   */
  heldBack(notifierId?: string): HeldGroup[] {
    return this.#groups?.list(notifierId) ?? [];
  }

  /** A notifier's grouping, quiet hours or mute have changed: what is held back for it is judged anew. `hold`, `resume` and `cancel` do so, too. */
  regroup(notifierId: string): void {
    this.#checkOpen();
    this.#groups?.change(notifierId);
    this.#schedule();
  }

  /**
   * Waits for the attempts under way, but not longer than said, and closes the store. What is pending stays there for the next
   * process; without a file it is lost.
   */
  async close({ graceMs = 5_000 } = {}): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#store.leave?.();
    clearTimeout(this.#timer);
    clearTimeout(this.#retry);
    clearImmediate(this.#turn);
    const grace = setTimeout(() => {
      for (const attempt of this.#attempts.values()) attempt.abort();
    }, graceMs);
    while (this.#attempts.size > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    clearTimeout(grace);
    try {
      await this.#written();
      while (this.#calls.size > 0) await Promise.allSettled(this.#calls);
    } finally {
      this.#wake();
      await this.#store.close?.();
    }
  }

  declare [Symbol.asyncDispose]: () => Promise<void>;
  static {
    if (Symbol.asyncDispose) {
      this.prototype[Symbol.asyncDispose] = function (this: Outbox) {
        return this.close();
      };
    }
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new NotifierError('disposed', 'the outbox is closed');
  }

  /** The present moment, as the core takes it. */
  #now(): [wall: number, steady: number] {
    return [this.#wallClock(), this.#steadyClock()];
  }

  /** A call of the store; what it throws, as an error of ours. */
  async #stored<T>(call: () => PromiseLike<T> | T): Promise<T> {
    const result = (async () => call())();
    this.#calls.add(result);
    try {
      return await result;
    } catch (error) {
      if (error instanceof NotifierError) throw error;
      throw new NotifierError('storage', 'the outbox cannot read or write its store', { cause: error });
    } finally {
      this.#calls.delete(result);
    }
  }

  /** The records that deliveries begin with. */
  #describe(deliveries: readonly Delivery[], isGrouped = false): Omit<StoredRecord, 'sequence'>[] {
    const heads = JSON.stringify(deliveries.map((delivery) => headOf(delivery, isGrouped)));
    return this.#core.ask<{ records: Omit<StoredRecord, 'sequence'>[] }>('notifier_outbox_describe', [heads], [], [this.#wallClock()]).records;
  }

  /** Takes up what the store has. */
  #takeIn(records: readonly StoredRecord[]): void {
    const groups = this.#groups;
    this.#admit(records.flatMap((record) => (record.state !== 'grouping' ? [record] : groups === undefined ? [{ ...record, state: 'pending' }] : [])));
    for (const record of records) if (record.state === 'grouping') groups?.admit(record, undefined);
  }

  #admit(records: readonly StoredRecord[]): void {
    if (records.length > 0) this.#core.ask('notifier_outbox_admit', [JSON.stringify(records)], [], this.#now());
  }

  #tell(call: 'notifier_outbox_hold' | 'notifier_outbox_resume', notifierId: string): number {
    const { count } = this.#core.ask<{ count: number }>(call, [notifierId], [], this.#now());
    this.#groups?.change(notifierId);
    this.#changed();
    return count;
  }

  #end(notifierId: string, reason: string): number {
    const { count } = this.#core.ask<{ count: number }>('notifier_outbox_end', [notifierId, reason], [], this.#now());
    this.#groups?.change(notifierId);
    this.#changed();
    return count;
  }

  #changed(): void {
    this.#count();
    this.#schedule();
  }

  /** Goes on once what happens at the same time has happened. */
  #schedule(): void {
    if (!this.#isClosed) this.#turn ??= setImmediate(() => this.#work());
  }

  #work(): void {
    this.#turn = undefined;
    if (this.#isClosed) return;
    const [, steady] = this.#now();
    if (steady - this.#lastPrune >= pruneEveryMs) {
      this.#lastPrune = steady;
      void this.#prune();
    }
    const groups = this.#groups;
    if (groups !== undefined && (groups.waitMs() === 0 || groups.isSet())) void this.#step(groups);
    const { concurrency = 256 } = this.#options;
    for (let free = concurrency - this.#attempts.size; free > 0; ) {
      const most = Math.min(free, claimsAtOnce);
      const { claims } = this.#core.ask<{ claims: { sequence: number; attempt: number }[] }>('notifier_outbox_claim', [], [], [...this.#now(), most]);
      for (const { sequence, attempt } of claims) void this.#attempt(sequence, attempt);
      free -= claims.length;
      if (claims.length < most) break;
    }
    this.#count();
    this.#write();
    clearTimeout(this.#timer);
    const groupWait = groups === undefined || this.#isStepping ? Infinity : groups.waitMs();
    const wait = Math.min(this.#core.exports.notifier_outbox_wait(...this.#now()), groupWait);
    this.#timer = setTimeout(() => this.#work(), Math.min(Math.max(wait, 1), pruneEveryMs));
    if (this.#pending === 0) this.#timer.unref(); // a program that has nothing else to do may end
  }

  #isStepping = false;

  /** Has what arrived counted, and what is due told. What cannot be stored is tried again a while later. */
  async #step(groups: Groups): Promise<void> {
    if (this.#isStepping) return;
    this.#isStepping = true;
    try {
      await this.#stored(() => groups.step());
    } catch (error) {
      this.#report(error);
    } finally {
      this.#isStepping = false;
      this.#changed();
    }
  }

  async #prune(): Promise<void> {
    try {
      const what = this.#core.ask<OutboxForget>('notifier_outbox_prune', [], [], this.#now());
      this.#write();
      await this.#stored(async () => this.#store.forget(what));
    } catch (error) {
      this.#report(error);
    }
  }

  async #attempt(sequence: number, attempt: number): Promise<void> {
    const controller = new AbortController();
    this.#attempts.set(sequence, controller);
    try {
      const delivery = await this.#load(sequence);
      if (delivery !== undefined) await this.#send(sequence, attempt, delivery, controller.signal);
    } finally {
      this.#attempts.delete(sequence);
      this.#count();
      if (this.#isClosed) this.#wake();
      this.#schedule(); // what came of it is written together with what comes of others
    }
  }

  /** The content of a claimed delivery; where there is none, that is settled. */
  async #load(sequence: number): Promise<Delivery | undefined> {
    try {
      const delivery = await this.#stored(async () => this.#store.load(sequence));
      if (delivery === undefined) this.#settle('notifier_outbox_lost', [], sequence);
      return delivery;
    } catch (error) {
      if ((error as NotifierError).code !== 'conflict') this.#report(error); // else it is another's by now, or soon
      this.#core.ask('notifier_outbox_release', [], [sequence], [...this.#now(), patienceMs]);
      return undefined;
    }
  }

  async #send(sequence: number, attempt: number, delivery: Delivery, signal: AbortSignal): Promise<void> {
    const { sender, secrets, refuse, standing } = this.#options;
    let verdict: Verdict;
    try {
      const stands = standing?.(delivery.notifierId, delivery) ?? 'on';
      if (stands === 'off') return this.#holdBack(sequence, delivery);
      const reason = stands === 'gone' ? 'the notifier was removed' : refuse?.(delivery);
      if (reason !== undefined) return this.#giveUp(sequence, delivery, reason);
      const signing = delivery.platform === 'webhook' ? secrets?.(delivery.notifierId) : undefined;
      const began = performance.now();
      const until = this.#store.attemptUntil?.(delivery) ?? Infinity;
      if (signal.aborted || began >= until) return this.#release(sequence);
      verdict = await sender.send(delivery, { signal, ...(until < Infinity && { until }), ...(signing && { secrets: signing }) });
      verdict = { durationMs: Math.round(performance.now() - began), ...verdict };
    } catch (error) {
      this.#report(error);
      verdict = { action: 'retry', status: 0, reason: 'the sender failed' };
    }
    if (signal.aborted) this.#release(sequence);
    else this.#record(sequence, attempt, delivery, verdict);
  }

  #release(sequence: number): void {
    this.#core.ask('notifier_outbox_release', [], [sequence], [...this.#now(), 0]);
  }

  /** What a claim comes to; undefined where it is another's by now, who makes the attempt anew. */
  #settle(call: 'notifier_outbox_hold_claim' | 'notifier_outbox_give_up' | 'notifier_outbox_record' | 'notifier_outbox_lost', texts: readonly string[], sequence: number): Step | undefined {
    try {
      return this.#core.ask<Step>(call, texts, [sequence], this.#now());
    } catch (error) {
      if (error instanceof NotifierError && error.code === 'not_found' && this.#store.share !== undefined) return undefined;
      throw error;
    }
  }

  #holdBack(sequence: number, delivery: Delivery): void {
    const step = this.#settle('notifier_outbox_hold_claim', [], sequence);
    if (step === undefined) return;
    this.#tellAttempt(delivery, 0, { action: 'postpone', status: 0, reason: 'the notifier is switched off' }, step.state, step.next_at);
  }

  #giveUp(sequence: number, delivery: Delivery, reason: string): void {
    const step = this.#settle('notifier_outbox_give_up', [reason], sequence);
    if (step === undefined) return;
    this.#tellAttempt(delivery, 0, { action: 'fail', status: 0, reason }, step.state, step.next_at);
  }

  #record(sequence: number, attempt: number, delivery: Delivery, verdict: Verdict): void {
    const { retryAfterMs, someAccepted, durationMs, ...rest } = verdict;
    const json = JSON.stringify({ ...rest, retry_after_ms: retryAfterMs, some_accepted: someAccepted, duration_ms: durationMs });
    const step = this.#settle('notifier_outbox_record', [json], sequence);
    if (step === undefined) return;
    this.#tellAttempt(delivery, verdict.action === 'postpone' ? 0 : attempt, verdict, step.state, step.next_at);
    if (step.disable_notifier) this.#call(() => this.#options.onDisable?.(step.notifier_id, verdict.reason));
  }

  /** Has the store keep what happened, one batch after the other. What it does not take is given to it again a while later. */
  #write(): void {
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
      if (this.#batchEnds.length > 0) this.#write(); // something happened as it ended
    });
  }

  async #writeAll(): Promise<void> {
    for (;;) {
      const { batch, writes } = this.#core.ask<{ batch: number; writes: OutboxWrite[] }>('notifier_outbox_take_writes');
      if (batch === 0) return;
      try {
        await this.#store.write(writes);
        this.#core.exports.notifier_outbox_written(batch);
      } catch (error) {
        this.#core.exports.notifier_outbox_failed(batch);
        this.#failure = error;
        this.#endBatch();
        this.#report(error);
        clearTimeout(this.#retry);
        if (!this.#isClosed) this.#retry = setTimeout(() => this.#write(), patienceMs);
        return;
      } finally {
        this.#count();
        this.#schedule();
      }
      this.#failure = undefined;
      this.#endBatch();
    }
  }

  #endBatch(): void {
    for (const resolve of this.#batchEnds.splice(0)) resolve();
  }

  /** Who waits for the end of the batch that is with the store. */
  readonly #batchEnds: (() => void)[] = [];

  /** What the store said last, where it did not take what happened. */
  #failure: unknown;

  /** Resolves when the store has all that happened until now. */
  async #written(): Promise<void> {
    // It is in the batch that is with the store, or in the next; what happens since may go on and on.
    for (let batches = 2; batches > 0 && !this.#core.exports.notifier_outbox_is_stored(); --batches) {
      const ended = new Promise<void>((resolve) => this.#batchEnds.push(resolve));
      this.#write();
      await ended;
      if (this.#failure !== undefined) throw new NotifierError('storage', 'the outbox cannot write its store', { cause: this.#failure });
    }
  }

  #count(): void {
    this.#pending = this.#core.exports.notifier_outbox_pending() + (this.#groups?.arriving ?? 0);
    if (this.#waiting.length > 0) this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #tellAttempt(delivery: Delivery, attempt: number, verdict: Verdict, state: OutboxState, nextAt: number): void {
    const { idempotencyKey: id, notifierId, notifierName, appId, platform, eventId, eventType } = delivery;
    this.#call(() => this.#options.onAttempt?.({ id, notifierId, notifierName, appId, platform, eventId, eventType, attempt, verdict, state, nextAt }));
  }

  #call(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#report(error);
    }
  }

  #report(error: unknown): void {
    (this.#options.onError ?? console.error)(error);
  }
}

/** The years 1 to 9999. */
const [firstTime, lastTime] = [-62_135_596_800_000, 253_402_300_799_999];

/** A record as the API shows it. */
export function showRecord({ key, notifier_id, event_id, event_type, platform, state, created_at, next_at, history }: StoredRecord): OutboxRecord {
  const time = (ms: number) => new Date(Math.min(Math.max(ms, firstTime), lastTime)).toISOString();
  return {
    id: key,
    notifier_id,
    event_id,
    event_type,
    platform,
    state,
    created_at: time(created_at),
    next_at: state === 'pending' ? time(next_at) : null,
    ended_at: state === 'delivered' || state === 'dead' || state === 'grouped' ? time(next_at) : null,
    ...(state === 'held' && { held_until: time(next_at) }),
    attempts: history.map(({ at, action, status, reason, remaining, refused, reply, receipt, duration_ms }) => ({
      at: time(at),
      outcome: action,
      status: status || null,
      reason,
      ...(remaining && { remaining }),
      ...(refused && { refused }),
      ...(reply && { reply }),
      ...(receipt && { receipt }),
      ...(duration_ms !== undefined && { duration_ms }),
    })),
  };
}
