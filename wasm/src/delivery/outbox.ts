/// <reference lib="esnext.disposable" preserve="true" />

// The outbox: every delivery put into it arrives at least once, or is declared dead with the reason. The state machine is the core's;
// here are its clock, its file and its sender.

import { NotifierError } from '../error.js';
import type { Delivery, Platform } from '../types.js';
import { Core } from './core.js';
import { FileLock } from './file_lock.js';
import { Journal } from './journal.js';
import type { AttemptOptions } from './sender.js';
import { Store } from './store.js';
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
  state: 'delivered' | 'pending' | 'dead';
  /** When it is tried again, where it is pending. */
  nextAt: number;
}

export interface OutboxRecord {
  /** The idempotency key. */
  id: string;
  notifier_id: string;
  event_id: string;
  event_type: string;
  platform: Platform;
  state: 'pending' | 'delivered' | 'dead';
  /** RFC 3339, UTC. */
  created_at: string;
  next_at: string | null;
  ended_at: string | null;
  /** Oldest first. */
  attempts: { at: string; outcome: string; status: number | null; reason: string }[];
}

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
  /** Where deliveries are kept: lines of JSON, with secrets. Default: nowhere, they are lost with the process. */
  file?: string;
  /** The signing secrets of a notifier, asked for at each attempt: `(id) => engine.signingSecrets(id)`. */
  secrets?: (notifierId: string) => readonly string[];
  /** Attempts under way at once, in all and to one host. Defaults: 256 and 64. */
  concurrency?: number;
  hostConcurrency?: number;
  /** By platform. Defaults: email 4 at once, slack 1 and a second between, webhook 16, rocket_chat 2. */
  limits?: Partial<Record<Platform, TargetLimits>>;
  /** Sends a notifier's deliveries one by one, in the order they came. */
  keepOrder?: boolean;
  retry?: RetryPolicy;
  /** How long the record of a delivery is kept after it arrived or died: as long, its key is not delivered again. Defaults: 7 and 30 days. */
  keepDeliveredMs?: number;
  keepDeadMs?: number;
  /**
   * Looks at a delivery that is about to be sent: a reason not to send it, one English sentence without secrets, or undefined. It is dead
   * then, and can be sent again.
   */
  refuse?: (delivery: Delivery) => string | undefined;
  /** Whether what an earlier process left is sent. Default: true. */
  resume?: boolean;
  /** Called after each attempt, and for what is given up without one: mail to nobody, what `refuse` refuses. */
  onAttempt?: (report: OutboxReport) => void;
  /** A notifier is to be switched off, and its owner told: its target is gone, or it failed for too long. `Engine.switchOff` makes that of it. */
  onDisable?: (notifierId: string, reason: string) => void;
  /** What could not be written, and is tried again; what an option's function threw. Default: `console.error`. */
  onError?: (error: unknown) => void;
  /** The present moment. Default: `Date.now`. */
  clock?: () => number;
}

interface Step {
  state: 'delivered' | 'pending' | 'dead';
  attempts: number;
  next_at: number;
  notifier_id: string;
  disable_notifier: boolean;
}

const pruneEveryMs = 3_600_000;
/** After a failure of the disk. */
const patienceMs = 1_000;
/** How long what came of attempts may wait for the disk; a crash of the machine before that sends them again. */
const syncEveryMs = 50;
/** Deliveries of one call of the core, so that no call takes long. */
const claimsAtOnce = 64;

function optionsJson({ retry = {}, limits = {}, resume, keepOrder, hostConcurrency, keepDeliveredMs, keepDeadMs }: OutboxOptions): string {
  return JSON.stringify({
    delays_ms: retry.delaysMs,
    jitter_percent: retry.jitterPercent,
    max_retry_after_ms: retry.maxRetryAfterMs,
    disable_after_ms: retry.disableAfterMs,
    disable_after_failures: retry.disableAfterFailures,
    limits: Object.fromEntries(Object.entries(limits).map(([platform, { concurrency, minIntervalMs }]) => [platform, { concurrency, min_interval_ms: minIntervalMs }])),
    recover: resume,
    keep_order: keepOrder,
    host_concurrency: hostConcurrency,
    keep_delivered_ms: keepDeliveredMs,
    keep_dead_ms: keepDeadMs,
  });
}

/** What the core looks at: all but content. As delivery_json.hpp reads it. */
function headOf(delivery: Delivery): object {
  const { idempotencyKey, notifierId, appId, eventId, eventType, platform } = delivery;
  const where = platform === 'email' ? { to: delivery.envelope.to } : { url: delivery.url };
  return { key: idempotencyKey, notifier_id: notifierId, app_id: appId, event_id: eventId, event_type: eventType, platform, ...where };
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
  readonly #core: Core;
  readonly #store: Store;
  readonly #journal: Journal | undefined;
  readonly #lock: FileLock | undefined;
  readonly #options: OutboxOptions;
  readonly #clock: () => number;
  readonly #attempts = new Map<number, AbortController>();
  readonly #waiting: (() => void)[] = [];
  #pending: number;
  #timer: NodeJS.Timeout | undefined;
  #syncTimer: NodeJS.Timeout | undefined;
  #turn: NodeJS.Immediate | undefined;
  #lastPrune: number;
  #isClosed = false;

  /**
   * Takes up what an earlier process left, and begins to send it.
   *
   * @throws {NotifierError} `conflict` where another process uses the file; `storage` where it cannot be read; `unsupported` where what the
   *   sender needs is not installed
   */
  static async open(options: OutboxOptions): Promise<Outbox> {
    await options.sender.ready?.();
    const outbox = new Outbox(options);
    outbox.#schedule();
    return outbox;
  }

  private constructor(options: OutboxOptions) {
    const { file, clock = Date.now } = options;
    this.#options = options;
    this.#clock = clock;
    this.#lastPrune = clock();
    this.#lock = file === undefined ? undefined : new FileLock(file);
    try {
      this.#journal = file === undefined ? undefined : new Journal(file);
      this.#store = new Store(this.#journal);
      this.#core = new Core(this.#store.answer);
      this.#pending = this.#core.ask<{ pending: number }>('notifier_outbox_open', [optionsJson(options)]).pending;
    } catch (error) {
      this.#journal?.close();
      this.#lock?.release();
      if (error instanceof NotifierError) throw error;
      throw new NotifierError('storage', `cannot use ${file}: ${(error as Error).message}`, { cause: error });
    }
  }

  /** How many deliveries have neither arrived nor died. */
  get pending(): number {
    return this.#pending;
  }

  /**
   * Puts deliveries in, all or none. Resolves when they are on the disk. One whose key is known already, in whatever state, is left out; a
   * mail to nobody is dead at once.
   *
   * @returns how many were new
   * @throws {NotifierError} `storage` where they could not be written; they may be put in again
   */
  async enqueue(deliveries: readonly Delivery<string | Uint8Array>[]): Promise<number> {
    this.#checkOpen();
    if (deliveries.length === 0) return 0;
    const contents = deliveries.map(withText);
    this.#store.expect(contents);
    const { added } = this.#core.ask<{ added: number }>('notifier_outbox_enqueue', [JSON.stringify(contents.map(headOf))], [], [this.#clock()]);
    this.#store.expect([]);
    this.#count();
    const stillborn = this.#store.takeStillborn();
    await this.#synced();
    for (const delivery of stillborn) {
      this.#tellAttempt(delivery, 0, { action: 'fail', status: 0, reason: 'the mail has no recipient' }, 'dead', this.#clock());
    }
    this.#schedule();
    return added;
  }

  /** Resolves when nothing is pending, or no more than said: everything else has arrived or is dead. */
  async idle(most = 0): Promise<void> {
    while (this.#pending > most && !this.#isClosed) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#flush();
    await this.#synced();
  }

  /** Records, newest first, without content and secrets; `total` counts all that match. */
  list({ notifierId, state, offset, limit }: OutboxQuery = {}): { total: number; deliveries: OutboxRecord[] } {
    this.#checkOpen();
    return this.#core.ask('notifier_outbox_list', [JSON.stringify({ notifier_id: notifierId, state, offset, limit })]);
  }

  /**
   * Sends a dead delivery again, with all its attempts before it, under the same key.
   *
   * @param notifierId only if it is this notifier's
   * @returns false where there is none with that key, or it is not dead
   */
  resend(id: string, notifierId?: string): boolean {
    this.#checkOpen();
    if (notifierId !== undefined && this.#store.notifierOf(id) !== notifierId) return false;
    const { resent } = this.#core.ask<{ resent: boolean }>('notifier_outbox_resend', [id], [], [this.#clock()]);
    this.#count();
    this.#schedule();
    return resent;
  }

  /** Ends what is pending for a notifier that was removed or switched off. Returns how many were ended. */
  cancel(notifierId: string): number {
    this.#checkOpen();
    const { ended } = this.#core.ask<{ ended: number }>('notifier_outbox_cancel', [notifierId], [], [this.#clock()]);
    this.#count();
    this.#schedule();
    return ended;
  }

  /**
   * Waits for the attempts under way, but not longer than said, and closes the file. What is pending stays there for the next
   * process; without a file it is lost.
   */
  async close({ graceMs = 5_000 } = {}): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#timer);
    clearImmediate(this.#turn);
    const grace = setTimeout(() => {
      for (const attempt of this.#attempts.values()) attempt.abort();
    }, graceMs);
    while (this.#attempts.size > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    clearTimeout(grace);
    clearTimeout(this.#syncTimer);
    try {
      this.#core.ask('notifier_outbox_flush');
      await this.#journal?.synced();
    } finally {
      this.#journal?.close();
      this.#lock?.release();
      this.#wake();
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

  /** Goes on once what happens at the same time has happened. */
  #schedule(): void {
    if (!this.#isClosed) this.#turn ??= setImmediate(() => this.#work());
  }

  #work(): void {
    this.#turn = undefined;
    if (this.#isClosed || !this.#flush()) return;
    const { concurrency = 256 } = this.#options;
    for (let free = concurrency - this.#attempts.size; free > 0; ) {
      const most = Math.min(free, claimsAtOnce);
      const { claims } = this.#core.ask<{ claims: { sequence: number; attempt: number }[] }>('notifier_outbox_claim', [], [this.#clock(), most]);
      for (const { sequence, attempt } of claims) void this.#attempt(sequence, attempt);
      free -= claims.length;
      if (claims.length < most) break;
    }
    this.#count(); // what its storage has lost is dead by now
    clearTimeout(this.#timer);
    const wait = this.#attempts.size < concurrency ? this.#core.exports.notifier_outbox_next_time() - this.#clock() : Infinity;
    if (wait < Infinity) this.#timer = setTimeout(() => this.#work(), Math.min(Math.max(wait, 1), pruneEveryMs));
  }

  async #attempt(sequence: number, attempt: number): Promise<void> {
    const { sender, secrets, refuse } = this.#options;
    const controller = new AbortController();
    this.#attempts.set(sequence, controller);
    let delivery: Delivery | undefined;
    let verdict: Verdict | undefined;
    try {
      delivery = this.#store.content(sequence);
      const reason = refuse?.(delivery);
      if (reason !== undefined) return this.#giveUp(sequence, delivery, reason);
      const signing = delivery.platform === 'webhook' ? secrets?.(delivery.notifierId) : undefined;
      verdict = await sender.send(delivery, { signal: controller.signal, ...(signing && { secrets: signing }) });
    } catch (error) {
      this.#report(error);
    }
    if (controller.signal.aborted || verdict === undefined || delivery === undefined) {
      // Not an attempt: after a fault of ours it is due again, but not at once.
      if (!controller.signal.aborted) verdict = { action: 'retry', status: 0, reason: 'the sender failed' };
      else this.#core.exports.notifier_outbox_release(sequence, this.#clock());
    }
    if (verdict !== undefined && !controller.signal.aborted) this.#record(sequence, attempt, delivery, verdict);
    this.#attempts.delete(sequence);
    if (this.#isClosed) this.#wake();
    this.#schedule();
  }

  #giveUp(sequence: number, delivery: Delivery, reason: string): void {
    const step = this.#core.ask<Step>('notifier_outbox_give_up', [reason], [sequence], [this.#clock()]);
    this.#attempts.delete(sequence);
    this.#count();
    this.#tellAttempt(delivery, 0, { action: 'fail', status: 0, reason }, step.state, step.next_at);
    if (this.#isClosed) this.#wake();
    this.#schedule();
  }

  #record(sequence: number, attempt: number, delivery: Delivery | undefined, { remaining, ...verdict }: Verdict): void {
    if (remaining !== undefined) this.#store.narrow(sequence, remaining);
    const { retryAfterMs, ...rest } = verdict;
    const json = JSON.stringify({ ...rest, retry_after_ms: retryAfterMs });
    const step = this.#core.ask<Step>('notifier_outbox_record', [json], [sequence], [this.#clock()]);
    this.#count();
    this.#syncTimer ??= setTimeout(() => {
      this.#syncTimer = undefined;
      this.#synced().catch((error) => this.#report(error));
    }, syncEveryMs);
    if (delivery !== undefined) this.#tellAttempt(delivery, attempt, verdict, step.state, step.next_at);
    if (step.disable_notifier) this.#tell(() => this.#options.onDisable?.(step.notifier_id, verdict.reason));
  }

  /** Writes what happened. False where the disk will not take it: nothing more is begun until it does. */
  #flush(): boolean {
    try {
      const now = this.#clock();
      if (now - this.#lastPrune >= pruneEveryMs) {
        this.#lastPrune = now;
        this.#core.ask('notifier_outbox_prune', [], [now]);
      }
      this.#core.ask('notifier_outbox_flush');
      return true;
    } catch (error) {
      this.#report(error);
      clearTimeout(this.#timer);
      if (!this.#isClosed) this.#timer = setTimeout(() => this.#work(), patienceMs);
      return false;
    }
  }

  async #synced(): Promise<void> {
    const journal = this.#journal;
    if (journal === undefined) return;
    try {
      await journal.synced();
      if (!this.#store.isWasteful || this.#isClosed) return;
      this.#core.ask('notifier_outbox_flush');
      if (!journal.isSyncing) this.#store.compact();
    } catch (error) {
      throw new NotifierError('storage', 'the outbox cannot write its file', { cause: error });
    }
  }

  #count(): void {
    this.#pending = this.#core.exports.notifier_outbox_pending();
    if (this.#waiting.length > 0) this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #tellAttempt(delivery: Delivery, attempt: number, verdict: Verdict, state: OutboxReport['state'], nextAt: number): void {
    const { idempotencyKey: id, notifierId, notifierName, appId, platform, eventId, eventType } = delivery;
    this.#tell(() => this.#options.onAttempt?.({ id, notifierId, notifierName, appId, platform, eventId, eventType, attempt, verdict, state, nextAt }));
  }

  #tell(call: () => void): void {
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
