// Who is told of many events with few messages: what arrives is taken into its group, and what is due is told. The step from one state of
// a group to the next is the core's.

import { NotifierError } from '../error.js';
import type { Arrival, Delivery, Digest, HeldGroup, Notifier } from '../types.js';
import type { Core } from './core.js';
import type { OutboxStore, OutboxWrite, StoredGroup, StoredRecord, StoreEntry } from './outbox_store.js';

/** What an outbox asks where events are told together; an `Engine` is one. */
export interface GroupHost {
  /** A notifier as it is now: how its events are told together. undefined where it is gone: what is held for it goes, too. */
  notifier(id: string): Notifier | undefined | PromiseLike<Notifier | undefined>;
  /** Makes a digest's delivery. It throws a NotifierError `not_found` where the notifier is gone; after another error it is asked again. */
  digest(appId: string, notifierId: string, digest: Digest, key: string): Delivery | PromiseLike<Delivery>;
}

/** What an outbox does for its groups. */
export interface GroupPlace {
  core: Core;
  store: OutboxStore;
  host: GroupHost;
  now(): [wall: number, steady: number];
  /** The records that deliveries begin with. */
  describe(deliveries: readonly Delivery[]): Omit<StoredRecord, 'sequence'>[];
  /** Gets what is to be sent from now on. */
  admit(records: readonly StoredRecord[]): void;
  /** A digest has ended without having been sent. */
  ended(delivery: Delivery, record: Omit<StoredRecord, 'sequence'>): void;
}

/** One that is to be taken into its group. */
interface Waiting {
  record: StoredRecord;
  /** As it came in; else it is to be loaded. */
  delivery: Delivery | undefined;
}

interface Group {
  key: string;
  appId: string;
  notifierId: string;
  /** Of the delivery that opened it. */
  target: string;
  /** As the core answered it. */
  state: object;
  isOpen: boolean;
  /** How many events are held. */
  count: number;
  /** When the window closes, by the steady clock. */
  closes: number;
}

type Input = 'tick' | 'flush' | (Arrival & { event?: string });

interface Stepped {
  state: object;
  is_open: boolean;
  count: number;
  closes: number;
  releases: boolean[];
  tellings: { key: string; digest: Digest }[];
}

/** What a step comes to: one commit. */
interface Batch {
  groups: Map<string, Group>;
  notifiers: Map<string, Notifier | undefined>;
  writes: OutboxWrite[];
  digests: StoreEntry[];
  released: StoredRecord[];
  /** Those of the waiting that it takes. */
  taken: Waiting[];
  counted: number;
}

/** So many arrivals are one commit, and no more of them than have so many characters of events. */
const mostAtOnce = 512;
const mostCharacters = 8 << 20;
/** After a failure. */
const patienceMs = 1_000;
/** The wall clock was set where it has moved by more than this against the steady one. */
const clockSlackMs = 500;

const gone = 'the notifier was removed';

/**
 * Steps groups over a store. What a step changes is one commit: the groups, what becomes of the deliveries that they took, and the digests.
 * A step that could not be stored is taken again.
 *
 * @internal
 */
export class Groups {
  readonly #place: GroupPlace;
  #waiting: Waiting[] = [];
  /** Those that are open. */
  #groups = new Map<string, Group>();
  /** When the first of them closes. */
  #nextClose = Infinity;
  /** Ids of notifiers. */
  #changed = new Set<string>();
  #urgent = new Set<string>();
  #isAllUrgent = false;
  #retryAt = -Infinity;
  /** What was said not to be stored. */
  #doubtful: Batch | undefined;
  /** The groups of others may be among them, or those that are ours by now missing. */
  #isStale = false;
  /** Of the wall clock to the steady one, when it was last looked at. */
  #skew: number | undefined;
  #step: Promise<void> | undefined;
  /** Events that were counted so far. */
  counted = 0;

  /** @throws {NotifierError} `unsupported` where the store cannot keep groups */
  constructor(place: GroupPlace) {
    this.#place = place;
    if (place.store.regroup !== undefined && place.store.groups !== undefined) return;
    throw new NotifierError('unsupported', 'tellTogether needs a store that keeps groups, by regroup() and groups()', { field: 'tellTogether' });
  }

  /** Takes up what an earlier process left. */
  async recover(): Promise<void> {
    const stored = await this.#place.store.groups!();
    const groups = new Map<string, Group>();
    const notifiers = new Map<string, Notifier | undefined>();
    this.#isStale = false;
    for (const { key, app_id: appId, notifier_id: notifierId, state, target = '0' } of stored) {
      if (state === undefined) continue;
      const notifier = await this.#notifier(notifierId, notifiers);
      const said = this.#ask({ key, notifier, state: JSON.parse(state), inputs: [] });
      groups.set(key, { key, appId, notifierId, target, state: said.state, isOpen: said.is_open, count: said.count, closes: said.closes });
    }
    this.#groups = groups;
    this.#lookAhead();
  }

  #lookAhead(): void {
    this.#nextClose = Infinity;
    for (const { closes } of this.#groups.values()) this.#nextClose = Math.min(this.#nextClose, closes);
  }

  /** @param record of a delivery that is `grouping` */
  admit(record: StoredRecord, delivery: Delivery | undefined): void {
    this.#waiting.push({ record, delivery });
  }

  /** Part of the store has become ours: the groups are read anew with the next step. */
  takeOver(): void {
    this.#isStale = true;
  }

  /** Forgets what is to be taken for targets that are another's, and their groups. */
  drop(isNamed: (target: string) => boolean): void {
    this.#waiting = this.#waiting.filter(({ record }) => !isNamed(record.target));
    for (const { target } of this.#groups.values()) this.#isStale ||= isNamed(target);
  }

  /** A notifier has changed, or is gone: its groups are judged anew with the next step. */
  change(notifierId: string): void {
    if (this.#groups.size > 0 || this.#waiting.length > 0) this.#changed.add(notifierId);
  }

  /** What is held for a notifier, or for all, is told. Resolves when that is stored. */
  async tellNow(notifierId: string | undefined): Promise<void> {
    await this.settle();
    if (notifierId === undefined) this.#isAllUrgent = true;
    else this.#urgent.add(notifierId);
    do {
      // A step that had begun has not seen it.
      this.#retryAt = -Infinity;
      await this.step();
    } while (this.#isAllUrgent || (notifierId !== undefined && this.#urgent.has(notifierId)));
  }

  /** Takes all that has arrived. */
  async settle(): Promise<void> {
    while (this.#waiting.length > 0) {
      this.#retryAt = -Infinity;
      await this.step();
    }
  }

  /** How long until step() has something to do; Infinity: nothing before something arrives. */
  waitMs(): number {
    const [, steady] = this.#place.now();
    const at = this.#waiting.length + this.#changed.size + this.#urgent.size > 0 || this.#isAllUrgent || this.#isStale ? steady : this.#nextClose;
    return at === Infinity ? Infinity : Math.max(0, Math.max(at, this.#retryAt) - steady);
  }

  /** Whether the time of day was set since the last step. */
  isSet(): boolean {
    const [wall, steady] = this.#place.now();
    return this.#groups.size > 0 && steady >= this.#retryAt && this.#skew !== undefined && Math.abs(wall - steady - this.#skew) > clockSlackMs;
  }

  /** Those of which it is not known yet whether they are to be sent. */
  get arriving(): number {
    return this.#waiting.length;
  }

  /** Events that are held back, or are yet to be taken. */
  get held(): number {
    let count = this.#waiting.length;
    for (const group of this.#groups.values()) count += group.count;
    return count;
  }

  /** What the groups hold, of one notifier or of all, that which is told first first. */
  list(notifierId: string | undefined): HeldGroup[] {
    const open = [...this.#groups.values()].filter((group) => group.count > 0 && (notifierId === undefined || group.notifierId === notifierId));
    open.sort((a, b) => a.closes - b.closes);
    return open.map(({ key, appId: app_id, notifierId: notifier_id, state }) => ({ key, app_id, notifier_id, ...(structuredClone(state) as Omit<HeldGroup, 'key' | 'app_id' | 'notifier_id'>) }));
  }

  /** Takes what has arrived, or a part of it, and what is due. One at a time: called meanwhile, it is the one that goes on. */
  step(): Promise<void> {
    return (this.#step ??= this.#stepOnce().finally(() => (this.#step = undefined)));
  }

  async #stepOnce(): Promise<void> {
    const [, steady] = this.#place.now();
    if (steady < this.#retryAt) return;
    // What comes while this goes on is the next step's.
    const [changed, urgent, isAllUrgent, skew] = [this.#changed, this.#urgent, this.#isAllUrgent, this.#skew];
    this.#changed = new Set();
    this.#urgent = new Set();
    this.#isAllUrgent = false;
    let isTried = false;
    const batch: Batch = { groups: new Map(), notifiers: new Map(), writes: [], digests: [], released: [], taken: [], counted: 0 };
    try {
      if (this.#doubtful !== undefined) await this.#lookAgain(this.#doubtful);
      else if (this.#isStale) await this.recover();
      await this.#take(batch);
      await this.#tick(batch, changed, urgent, isAllUrgent);
      if (batch.groups.size + batch.writes.length > 0) {
        const groups = [...batch.groups.values()].map((group): StoredGroup => ({ key: group.key, app_id: group.appId, notifier_id: group.notifierId, target: group.target, state: group.isOpen ? JSON.stringify(group.state) : undefined }));
        isTried = true;
        const sequences = await this.#place.store.regroup!(batch.writes, groups, batch.digests);
        this.#keep(batch, sequences);
      }
    } catch (error) {
      for (const id of changed) this.#changed.add(id);
      for (const id of urgent) this.#urgent.add(id);
      this.#isAllUrgent ||= isAllUrgent;
      this.#skew = skew;
      if (isTried) this.#doubtful = batch;
      this.#retryAt = this.#place.now()[1] + patienceMs;
      throw error;
    }
  }

  async #notifier(id: string, known: Map<string, Notifier | undefined>): Promise<Notifier | undefined> {
    if (!known.has(id)) known.set(id, await this.#place.host.notifier(id));
    return known.get(id);
  }

  #ask(group: { key: string; notifier: Notifier | undefined; state: object; closes?: number; inputs: readonly Input[] }): Stepped {
    // Of a notifier its grouping matters; what else there is may be secret, and large.
    const { grouping, quiet, muted_until, muted_pass_errors } = group.notifier ?? ({} as Partial<Notifier>);
    const json = JSON.stringify({ ...group, notifier: { grouping, quiet, muted_until, muted_pass_errors } });
    return this.#place.core.ask<Stepped>('notifier_group_step', [json], [], this.#place.now());
  }

  /** Takes a part of what has arrived into its groups, in the order it came. */
  async #take(batch: Batch): Promise<void> {
    const ofGroup = new Map<string, { waiting: Waiting; input: Input }[]>();
    let characters = 0;
    for (const waiting of this.#waiting.slice(0, mostAtOnce)) {
      if (characters > mostCharacters) break;
      batch.taken.push(waiting);
      const delivery = (waiting.delivery ??= await this.#place.store.load(waiting.record.sequence));
      const arrival = delivery?.arrival;
      if (arrival === undefined || arrival.group === '') {
        // Nothing is known of how to count it: it goes by itself.
        this.#settle(batch, waiting, 'pending');
        continue;
      }
      const event = delivery!.platform === 'webhook' ? delivery!.body : undefined;
      characters += event?.length ?? 0;
      const inputs = ofGroup.get(arrival.group) ?? [];
      ofGroup.set(arrival.group, inputs);
      inputs.push({ waiting, input: { ...arrival, ...(event !== undefined && { event }) } });
    }
    for (const [key, inputs] of ofGroup) {
      const { app_id: appId, notifier_id: notifierId, target, sequence } = inputs[0]!.waiting.record;
      // One that was there before is forgotten, but no window has its number again: it had two at most for each event.
      const begun = { key, appId, notifierId, target, state: { window: 2 * sequence }, isOpen: false, count: 0, closes: 0 };
      const releases = await this.#stepGroup(batch, this.#groups.get(key) ?? begun, inputs.map(({ input }) => input));
      inputs.forEach(({ waiting }, i) => {
        if (releases === undefined) this.#settle(batch, waiting, 'dead');
        else this.#settle(batch, waiting, releases[i] ? 'pending' : 'grouped');
      });
    }
  }

  #settle(batch: Batch, waiting: Waiting, state: 'pending' | 'grouped' | 'dead'): void {
    const [wall] = this.#place.now();
    const { record } = waiting;
    batch.writes.push({
      op: 'update',
      sequence: record.sequence,
      state,
      attempts: 0,
      next_at: wall,
      wait_ms: 0,
      ...(state === 'dead' && { attempt: { at: wall, action: 'fail', status: 0, reason: gone } }),
    });
    if (state === 'pending') batch.released.push({ ...record, state, attempts: 0, next_at: wall, wait_ms: 0 });
    else if (state === 'grouped') ++batch.counted;
  }

  /** @returns which of the inputs go at once; undefined where the notifier is gone */
  async #stepGroup(batch: Batch, known: Group, inputs: readonly Input[]): Promise<boolean[] | undefined> {
    const group = batch.groups.get(known.key) ?? known;
    const { key, appId, notifierId, target, state, closes } = group;
    const notifier = await this.#notifier(notifierId, batch.notifiers);
    if (notifier === undefined) {
      batch.groups.set(key, { ...group, isOpen: false, count: 0 });
      return undefined;
    }
    const said = this.#ask({ key, notifier, state, closes, inputs });
    batch.groups.set(key, { key, appId, notifierId, target, state: said.state, isOpen: said.is_open, count: said.count, closes: said.closes });
    const digests: Delivery[] = [];
    for (const telling of said.tellings) {
      try {
        digests.push(await this.#place.host.digest(appId, notifierId, telling.digest, telling.key));
      } catch (error) {
        if (!(error instanceof NotifierError && error.code === 'not_found')) throw error;
      }
    }
    const records = digests.length === 0 ? [] : this.#place.describe(digests);
    digests.forEach((delivery, i) => batch.digests.push({ record: records[i]!, delivery }));
    return said.releases;
  }

  async #tick(batch: Batch, changed: ReadonlySet<string>, urgent: ReadonlySet<string>, isAllUrgent: boolean): Promise<void> {
    const isSet = this.isSet();
    const [wall, steady] = this.#place.now();
    this.#skew = wall - steady;
    if (!isSet && !isAllUrgent && changed.size + urgent.size === 0 && this.#nextClose > steady) return;
    for (const group of this.#groups.values()) {
      const isUrgent = isAllUrgent || urgent.has(group.notifierId);
      if (!isSet && !isUrgent && !changed.has(group.notifierId) && group.closes > steady) continue;
      await this.#stepGroup(batch, group, [isUrgent ? 'flush' : 'tick']);
    }
  }

  #keep(batch: Batch, sequences: readonly number[]): void {
    for (const group of batch.groups.values()) {
      if (group.isOpen) this.#groups.set(group.key, group);
      else this.#groups.delete(group.key);
    }
    this.#lookAhead();
    this.#forget(batch.taken);
    this.counted += batch.counted;
    const digests = batch.digests.map(({ record, delivery }, i) => ({ record: { ...record, sequence: sequences[i]! }, delivery })).filter(({ record }) => record.sequence > 0);
    this.#place.admit([...batch.released, ...digests.map(({ record }) => record).filter(({ state }) => state === 'pending')]);
    for (const { record, delivery } of digests) if (record.state === 'dead') this.#place.ended(delivery, record);
  }

  /** Those that came in meanwhile stay; of those that were taken some may be another's by now. */
  #forget(taken: readonly Waiting[]): void {
    const gone = new Set(taken);
    this.#waiting = this.#waiting.filter((each) => !gone.has(each));
  }

  /**
   * A commit that is said to have failed may have been made all the same, as where its answer was lost: what is there counts, before
   * anything is decided anew.
   */
  async #lookAgain(doubtful: Batch): Promise<void> {
    const { store } = this.#place;
    const waiting: Waiting[] = [];
    const stored: StoredRecord[] = [];
    let counted = 0;
    for (const { record } of doubtful.digests) {
      const known = await store.find(record.notifier_id, record.key);
      if (known?.state === 'pending') stored.push(known);
    }
    const present = new Set(this.#waiting);
    for (const each of doubtful.taken) {
      if (!present.has(each)) continue;
      const known = await store.find(each.record.notifier_id, each.record.key);
      if (known?.state === 'grouping') waiting.push(each);
      else if (known?.state === 'grouped') ++counted;
      else if (known?.state === 'pending') stored.push(known);
    }
    await this.recover();
    // Those that came in meanwhile stand behind them.
    this.#forget(doubtful.taken);
    this.#waiting.unshift(...waiting);
    this.counted += counted;
    this.#doubtful = undefined;
    this.#place.admit(stored);
  }
}
