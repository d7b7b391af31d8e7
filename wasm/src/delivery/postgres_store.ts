// Deliveries in a PostgreSQL that several workers share, native servers among them: of each shard one alone reads what waits and writes
// what came of it, under the epoch of its lease. Anybody inserts.

import { hostname } from 'node:os';
import { NotifierError } from '../error.js';
import { checkKeys } from '../known_keys.js';
import type { Delivery, HeldGroup } from '../types.js';
import type { DeliverySearch, FoundRecords, OutboxForget, OutboxState, OutboxStore, OutboxWrite, SharedOutbox, StoredClock, StoredGroup, StoredHealth, StoredRecord, StoreEntry, StorePage, StoreQuery } from './outbox_store.js';
import { PostgresConnection, isToBeTriedAgain, type Row, type Run } from './postgres_connection.js';
import { Listener, bitsOf, tell, type Hint } from './postgres_hints.js';
import { dropContents, insertDeliveries, readGroup, readRecord, shardOf, withHistories, writeAll, writeGroups, xactOf, type Inserted } from './postgres_rows.js';
import { migrate } from './postgres_schema.js';
import { Shards, leaseTimes, type LeaseTimes, type ShardNews } from './postgres_shards.js';
import { shardCount } from './postgres_statements.js';
import { readContent } from './sqlite_task.js';

export interface PostgresStoreOptions {
  /** The longest time of an attempt, a sender's `timeoutMs`: how long shards are leased follows from it. The same for all workers. Default: 30 seconds. */
  attemptMs?: number;
  /** What this worker is called in the table of them. Default: the machine and the process. */
  name?: string;
}

/** How the shards stand with one worker. */
export interface ShardFigures {
  /** Shards that are this worker's. */
  owned: number;
  /** Workers that were alive at the last look. */
  workers: number;
  /** How long ago the leases were renewed last. */
  renewedMs: number;
  /** Shards that were taken over so far, and those of them that were lost to others, since this worker could not renew. */
  taken: number;
  lost: number;
}

/** A row of `outbox_commands`. */
interface Command {
  number: number;
  shard: number;
  name: string;
  notifierId: string;
  key: string;
}

/** What waited in a shard when it was taken up, as far as it is not read yet. */
interface Unread {
  /** The sequence of the last that was read. */
  after: number;
  /** Of transactions before this one. */
  before: bigint;
  /** What has arrived since. */
  behind: StoredRecord[];
}

/** How often it is looked who owns what, and what others have inserted; the latter a fifth as often while what they tell of it is heard. */
const lookMs = 500;
const pollMs = 200;
/** Between two such looks, however many are told of, and however long one took. */
const shortestRestMs = 5;
const longestRestMs = 5_000;
const pageSize = 1_000;
const mostTries = 5;
/** What is asked for and cannot be done yet is tried again after so long. */
const patienceMs = 500;
/** Shared ends of bodies that are kept in memory. */
const mostRests = 64;
/** Behind every sequence. */
const anySequence = Number.MAX_SAFE_INTEGER;

/**
 * Keeps deliveries in a PostgreSQL, for one outbox or for many that share it, on any machine, native servers among them. Each sends what is in
 * the shards that it owns; what a process had that ended is the others' within a lease, or at once where it was closed. It holds secrets.
 * Needs the package `pg`.
 *
 *     const store = await PostgresOutboxStore.open('postgresql://notifier@db.internal/notifier');
 *     const outbox = await Outbox.open({ store, sender: new Sender() });
 */
export class PostgresOutboxStore implements OutboxStore {
  /** Mail goes in lanes, which share what a relay is sent at a time. */
  readonly limits = { email: { concurrency: 1 } };
  readonly #url: string;
  readonly #name: string;
  readonly #times: LeaseTimes;
  readonly #inserter: PostgresConnection;
  readonly #writer: PostgresConnection;
  readonly #loader: PostgresConnection;
  readonly #lists: PostgresConnection;
  /** What others tell. @internal */
  readonly listener: Listener;
  /** Called for each delivery that arrives to be sent here, and for one that was withdrawn by hand. @internal */
  onArrival: ((record: StoredRecord) => void) | undefined;
  /** Awaited before what others have stored is admitted: what it is judged by has to be seen, too. It is read again where this rejects. @internal */
  beforeArrival: (() => Promise<void>) | undefined;
  /** @internal */
  onWithdrawn: ((record: StoredRecord) => void) | undefined;

  // Of who sends:
  #outbox: SharedOutbox | undefined;
  #watcher: PostgresConnection | undefined;
  #shards: Shards | undefined;
  #watching: Promise<void> | undefined;
  #isStopping = false;
  #wake: (() => void) | undefined;
  /** That there is something to poll for. */
  #isTold = false;
  #lookedAt = -Infinity;
  /** Shards that are worked on, and under which epoch; those of them that are to be handed over; those whose arrivals are looked for. */
  readonly #working = new Map<number, number>();
  readonly #leaving = new Map<number, number>();
  readonly #polled = new Set<number>();
  readonly #unread = new Map<number, Unread>();
  /** All transactions before this one have ended, and what they made due has arrived. */
  #since = 0n;
  /** What has arrived of the others: by transaction, sequences and their shards. */
  readonly #seen = new Map<bigint, Map<number, number>>();
  readonly #asked = new Map<number, number>(); // commands that are known, and their shards
  readonly #rests = new Map<string, string>();
  /** When attempts at what was loaded have to be over. */
  readonly #until = new WeakMap<Delivery, number>();
  #taken = 0;
  #lost = 0;
  #sharing = 1; // the hosts, with so many workers
  #closing: Promise<void> | undefined;
  #loads: { sequence: number; resolve(delivery: Delivery | undefined): void; reject(error: unknown): void }[] = [];

  /**
   * Connects, makes the schema or brings it up to date. `outbox.close()` closes it.
   *
   * @throws {NotifierError} `unsupported` where the package pg is not installed, for the schema of a newer release and for a database that is
   *   not UTF-8; `invalid` where the URL cannot be read; `storage` where the database cannot be reached. No text tells of the URL
   */
  static async open(url: string, options: PostgresStoreOptions = {}): Promise<PostgresOutboxStore> {
    checkKeys(options, 'attemptMs name', 'PostgresOutboxStore.open');
    const inserter = await PostgresConnection.open(url, 'notifier-store');
    const opened = [inserter];
    try {
      await migrate(inserter);
      for (const name of ['notifier-outbox', 'notifier-loads', 'notifier-lists']) opened.push(await PostgresConnection.open(url, name));
      return new PostgresOutboxStore(url, options, opened as [PostgresConnection, PostgresConnection, PostgresConnection, PostgresConnection]);
    } catch (error) {
      await Promise.all(opened.map((connection) => connection.close()));
      throw error;
    }
  }

  private constructor(url: string, { attemptMs = 30_000, name = `${hostname()} ${process.pid}` }: PostgresStoreOptions, connections: [PostgresConnection, PostgresConnection, PostgresConnection, PostgresConnection]) {
    this.#url = url;
    this.#name = name;
    this.#times = leaseTimes(attemptMs);
    [this.#inserter, this.#writer, this.#loader, this.#lists] = connections;
    this.listener = new Listener(url);
    this.listener.add((hint) => this.#hear(hint));
  }

  // ---- who sends ----

  async share(outbox: SharedOutbox): Promise<void> {
    this.#outbox = outbox;
    this.#watcher = await PostgresConnection.open(this.#url, 'notifier-watch');
    this.#shards = await Shards.open(this.#watcher, this.#name, this.#times);
    this.#since = BigInt((await this.#watcher.run('oldestTransaction'))[0]![0]!);
    this.listener.start();
    this.#watching = this.#watch(this.#watcher, this.#shards, outbox);
  }

  leave(): void {
    this.#shards?.leave();
    this.#lookNow();
  }

  /** Hands over what is left: others attempt it again. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    this.leave();
    this.#isStopping = true;
    this.#wake?.();
    await this.#watching;
    const shards = this.#shards;
    if (shards !== undefined) {
      // Nothing is under way any more, or it comes to nothing here.
      await shards.look(() => {}).catch(() => {});
      for (let shard = 0; shard < shardCount; ++shard) shards.emptied(shard);
      await shards.look(() => {}).catch(() => {});
    }
    await this.listener.stop();
    await Promise.all([this.#watcher, this.#inserter, this.#writer, this.#loader, this.#lists].map((connection) => connection?.close()));
  }

  /** Undefined where this store only inserts. @internal */
  figures(): ShardFigures | undefined {
    const shards = this.#shards;
    return shards && { owned: shards.held, workers: shards.workers, renewedMs: performance.now() - shards.renewedAt, taken: this.#taken, lost: this.#lost };
  }

  /** Whether the leases were renewed of late, where this store's outbox sends. @internal */
  get isRenewed(): boolean {
    return this.#shards === undefined || performance.now() - this.#shards.renewedAt < this.#times.leaseMs;
  }

  #hear({ shards }: Hint): void {
    if (this.#isTold || (bitsOf(this.#polled) & shards) === 0n) return;
    this.#isTold = true;
    this.#wake?.();
  }

  #lookNow(): void {
    this.#lookedAt = -Infinity;
    this.#wake?.();
  }

  /** One thing after the other: what a shard is taken up with is not overtaken by what is looked for since. */
  async #watch(watcher: PostgresConnection, shards: Shards, outbox: SharedOutbox): Promise<void> {
    // However much others tell: it is looked for all of it at once, and for a fifth of the time at most, as each look takes longer while
    // an old transaction is open. A process that stood still meanwhile rests no longer for that.
    let leastPollMs = shortestRestMs;
    let polledAt = -Infinity;
    const pollAt = () => polledAt + (this.#isTold ? leastPollMs : pollMs * (this.listener.hears ? 5 : 1));
    while (!this.#isStopping) {
      const now = performance.now();
      if (now >= this.#lookedAt + lookMs) {
        this.#lookedAt = now;
        await this.#look(watcher, shards, outbox).catch(() => {}); // it is looked again, and no attempt outlasts its lease
      }
      if (now >= pollAt()) {
        this.#isTold = false;
        polledAt = performance.now();
        await this.#poll(watcher, outbox).catch(() => {});
        leastPollMs = Math.min(Math.max(5 * (performance.now() - polledAt), shortestRestMs), longestRestMs);
      }
      const isMore = await this.#readOn(watcher, outbox).catch(() => false);
      if (this.#leaving.size > 0) await this.#handOver(shards, outbox).catch(() => {});
      if (isMore || this.#isStopping) continue;
      const next = Math.min(this.#lookedAt + lookMs, pollAt(), this.#unread.size + this.#leaving.size > 0 ? now + 20 : Infinity) - performance.now();
      if (next <= 0) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, next);
        this.#wake = () => (clearTimeout(timer), resolve());
      });
      this.#wake = undefined;
    }
  }

  async #look(watcher: PostgresConnection, shards: Shards, outbox: SharedOutbox): Promise<void> {
    const taken: ShardNews[] = [];
    await shards.look((news) => {
      for (const each of news) {
        if (each.kind === 'taken') taken.push(each);
        else this.#heed(each);
      }
    });
    if (this.#sharing !== shards.workers) outbox.shareHosts((this.#sharing = shards.workers));
    if (taken.length === 0) return;
    for (const { shard, epoch } of taken) this.#working.set(shard, epoch);
    try {
      await outbox.takeOver();
      await this.#lookForCommands(watcher, taken.map(({ shard }) => shard));
    } catch {
      // They are taken again with the next look.
      for (const { shard } of taken) for (const news of shards.lose(shard)) this.#heed(news);
      return;
    }
    for (const { shard, epoch } of taken) {
      if (this.#working.get(shard) !== epoch || this.#leaving.has(shard)) continue;
      this.#polled.add(shard);
      // What has become due since the last poll is found by the next ones, and what was before by #readOn().
      this.#unread.set(shard, { after: 0, before: this.#since, behind: [] });
      ++this.#taken;
    }
  }

  /** What is another's is dropped at once; what is to be handed over once nothing of it is under way. */
  #heed({ kind, shard, epoch }: ShardNews): void {
    this.#polled.delete(shard);
    this.#unread.delete(shard);
    for (const sequences of this.#seen.values()) for (const [sequence, its] of sequences) if (its === shard) sequences.delete(sequence);
    for (const [number, its] of this.#asked) if (its === shard) this.#asked.delete(number);
    if (kind === 'lost') ++this.#lost;
    if (this.#working.get(shard) !== epoch) return;
    if (kind === 'leaving') {
      this.#leaving.set(shard, epoch);
    } else {
      this.#working.delete(shard);
      this.#leaving.delete(shard);
      this.#outbox!.drop(bitsOf([shard]), true);
    }
  }

  async #handOver(shards: Shards, outbox: SharedOutbox): Promise<void> {
    const all = [...this.#leaving];
    const emptied = outbox.drop(bitsOf(this.#leaving.keys()), false) === 0 ? all : all.filter(([shard]) => outbox.drop(bitsOf([shard]), false) === 0);
    if (emptied.length === 0) return;
    await outbox.flush();
    for (const [shard, epoch] of emptied) {
      if (this.#leaving.get(shard) !== epoch) continue;
      this.#working.delete(shard);
      this.#leaving.delete(shard);
      if (shards.epoch(shard) === epoch) shards.emptied(shard);
    }
    this.#lookedAt = -Infinity;
  }

  /** Looks for what has become due by others since, whenever their transactions began. */
  async #poll(watcher: PostgresConnection, outbox: SharedOutbox): Promise<void> {
    if (this.#polled.size === 0) return;
    const shards = [...this.#polled];
    const commands = await this.#newCommands(watcher, shards);
    let oldest: bigint;
    let rows: Row[];
    try {
      oldest = BigInt((await watcher.run('oldestTransaction'))[0]![0]!);
      rows = await watcher.run('selectArrived', this.#since, shards);
      if (rows.length > 0) await this.beforeArrival?.();
    } catch (error) {
      for (const { number } of commands) this.#asked.delete(number); // they are found again
      throw error;
    }
    this.#admit(outbox, rows.map((row) => this.#arrived(readRecord(row), xactOf(row))));
    this.#since = oldest;
    for (const xact of this.#seen.keys()) if (xact < oldest) this.#seen.delete(xact);
    this.#obeyAll(commands);
  }

  /** A delivery that has arrived, unless it had: behind all that waited in its shard before. */
  #arrived(record: StoredRecord, xact: bigint): StoredRecord | undefined {
    const shard = shardOf(record.target);
    if (!this.#polled.has(shard) || xact < this.#since) return undefined; // that was found already, or is another's
    let seen = this.#seen.get(xact);
    if (seen === undefined) this.#seen.set(xact, (seen = new Map()));
    if (seen.has(record.sequence)) return undefined;
    seen.set(record.sequence, shard);
    const unread = this.#unread.get(shard);
    if (unread === undefined) return record;
    unread.behind.push(record);
    return undefined;
  }

  #admit(outbox: SharedOutbox, records: readonly (StoredRecord | undefined)[]): void {
    const all = records.filter((record) => record !== undefined);
    if (all.length === 0) return;
    outbox.admit(all);
    for (const record of all) this.onArrival?.(record);
  }

  /** Lets the next of what waited in a shard arrive. @returns whether there may be more to read now */
  async #readOn(watcher: PostgresConnection, outbox: SharedOutbox): Promise<boolean> {
    const [first] = this.#unread;
    if (first === undefined) return false;
    const [shard, unread] = first;
    const rows = await watcher.run('selectWaiting', shard, unread.after, unread.before);
    if (rows.length > 0) await this.beforeArrival?.();
    if (this.#unread.get(shard) !== unread) return this.#unread.size > 0;
    const records = rows.map(readRecord);
    this.#unread.delete(shard); // in turn, so that a long one holds up no other
    if (records.length < pageSize) records.push(...unread.behind);
    else this.#unread.set(shard, { ...unread, after: records.at(-1)!.sequence });
    this.#admit(outbox, records);
    return this.#unread.size > 0;
  }

  // ---- what is asked for, wherever that was ----

  async #newCommands(watcher: PostgresConnection, shards: readonly number[]): Promise<Command[]> {
    const commands: Command[] = [];
    for (const [number, shard, name, , notifierId, key] of (await watcher.run('selectCommands', shards)) as string[][]) {
      if (this.#asked.has(Number(number))) continue;
      this.#asked.set(Number(number), Number(shard));
      commands.push({ number: Number(number), shard: Number(shard), name: name!, notifierId: notifierId!, key: key! });
    }
    return commands;
  }

  async #lookForCommands(watcher: PostgresConnection, shards: readonly number[]): Promise<void> {
    this.#obeyAll(await this.#newCommands(watcher, shards));
  }

  #obeyAll(commands: readonly Command[]): void {
    for (const command of commands) void this.#obey(command);
  }

  /** Does what a command says while its shard is this worker's, and takes it away. Should that fail, the next owner does it again, which does no harm. */
  async #obey(command: Command): Promise<void> {
    const { number, shard } = command;
    const epoch = this.#working.get(shard);
    const isMine = () => epoch !== undefined && this.#working.get(shard) === epoch && !this.#leaving.has(shard) && !this.#isStopping;
    while (isMine()) {
      const isDone = await this.#isObeyed(command).catch(() => false);
      if (isDone && isMine()) {
        await this.#writer.run('forgetCommands', [number]).then(() => this.#asked.delete(number), () => {});
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, patienceMs));
    }
  }

  /** @returns whether that is over and done with. A name that is not known waits for an owner that knows it */
  async #isObeyed({ name, notifierId, key }: Command): Promise<boolean> {
    const outbox = this.#outbox!;
    if (name === 'tell_now') {
      await outbox.tellNow(notifierId);
      return true;
    }
    if (name !== 'cancel') return false;
    const said = await outbox.withdraw(notifierId, key);
    if (said !== 'withdrawn') return said !== 'pending' && said !== 'held'; // or it has yet to arrive
    const record = await this.find(notifierId, key);
    // What is under way may yet arrive.
    if (record?.state === 'dead') this.onWithdrawn?.(record);
    return true;
  }

  /** Leaves a command to whoever owns each of these shards. */
  async #ask(name: 'cancel' | 'tell_now', appId: string, notifierId: string, key: string, shards: readonly number[]): Promise<void> {
    if (shards.length === 0) return;
    await this.#lists.run('insertCommands', shards, name, appId, notifierId, key);
    await tell(this.#lists, { hasChanges: false, shards: bitsOf(shards) });
  }

  /** Makes due what is dead, whoever owns its shard. @internal */
  async resend(sequences: readonly number[]): Promise<void> {
    if (sequences.length === 0) return;
    const rows = await this.#lists.run('makeDue', sequences, Date.now());
    await tell(this.#lists, { hasChanges: false, shards: bitsOf(rows.map(([shard]) => Number(shard))) });
  }

  /** Has one that waits withdrawn by the owner of its shard. @internal */
  async withdraw(appId: string, { notifier_id, key, target }: StoredRecord): Promise<void> {
    await this.#ask('cancel', appId, notifier_id, key, [shardOf(target)]);
  }

  /** What is held back for a notifier, to be told together, whoever owns its shards. @internal */
  async heldBack(appId: string, notifierId: string): Promise<HeldGroup[]> {
    return (await this.#heldGroups(appId, notifierId)).map(({ held }) => held);
  }

  /** Has it told. @internal */
  async tellNow(appId: string, notifierId: string): Promise<void> {
    // What a throttle holds later waits for its window.
    const shards = (await this.#heldGroups(appId, notifierId)).map(({ target }) => shardOf(target));
    await this.#ask('tell_now', appId, notifierId, '', [...new Set(shards)].sort((a, b) => a - b));
  }

  async #heldGroups(appId: string, notifierId: string): Promise<{ held: HeldGroup; target: string }[]> {
    const rows = await this.#lists.run('selectGroupsOf', notifierId, appId);
    return rows.map(readGroup).flatMap(({ key, app_id, notifier_id, state, target }) => {
      const held = { key, app_id, notifier_id, ...(JSON.parse(state!) as Omit<HeldGroup, 'key' | 'app_id' | 'notifier_id'>) };
      return held.count > 0 ? [{ held, target: target! }] : [];
    });
  }

  // ---- what is inserted ----

  async insert(entries: readonly StoreEntry[]): Promise<number[]> {
    return (await this.insertWith(entries, async () => undefined)).sequences;
  }

  /**
   * The same with what else belongs to it, in one transaction.
   *
   * @param before in that transaction: its revision of the registry where it makes one
   * @internal
   */
  async insertWith<T>(entries: readonly StoreEntry[], before: (run: Run) => Promise<T>, hasChanges = false): Promise<{ sequences: number[]; came: T }> {
    for (let tries = 1; ; ++tries) {
      try {
        const { came, inserted } = await this.#inserter.transaction(async (run) => ({ came: await before(run), inserted: await insertDeliveries(run, entries) }));
        const others = this.#settle(inserted);
        void tell(this.#inserter, { hasChanges, shards: others });
        return { came, sequences: inserted.records.map(({ sequence }) => sequence) };
      } catch (error) {
        if (tries === mostTries || !isToBeTriedAgain(error)) throw error;
      }
    }
  }

  /** Lets what was inserted here arrive where it is this worker's. @returns the shards of others where something has become due, a bit for each */
  #settle({ records, xact }: Inserted): bigint {
    const others = new Set<number>();
    const own: (StoredRecord | undefined)[] = [];
    for (const record of records) {
      if (record.sequence === 0 || record.state === 'dead') continue;
      const shard = shardOf(record.target);
      if (this.#polled.has(shard)) own.push(this.#arrived(record, xact));
      else others.add(shard);
    }
    if (this.#outbox !== undefined) this.#admit(this.#outbox, own);
    return bitsOf(others);
  }

  // ---- what the outbox writes: always under the epoch of the shard that it belongs to ----

  async write(writes: readonly OutboxWrite[]): Promise<void> {
    await this.#writer.transaction(async (run) => {
      const { shardOfEach, lost } = await this.#strangers(run, writes, []);
      await writeAll(run, writes.filter((write) => write.op !== 'update' || (shardOfEach.has(write.sequence) && !lost.has(shardOfEach.get(write.sequence)!))));
    });
  }

  /** Digests arrive as all else does: 0 for each but those that have ended at once. @throws {NotifierError} `conflict` where a shard is another's by now */
  async regroup(writes: readonly OutboxWrite[], groups: readonly StoredGroup[], digests: readonly StoreEntry[]): Promise<number[]> {
    const inserted = await this.#writer.transaction(async (run) => {
      const { lost } = await this.#strangers(run, writes, groups.map(({ target = '0' }) => shardOf(target)));
      if (lost.size > 0) throw new NotifierError('conflict', 'a shard of the outbox belongs to another worker by now');
      await writeAll(run, writes);
      await writeGroups(run, groups);
      return insertDeliveries(run, digests);
    });
    await tell(this.#writer, { hasChanges: false, shards: this.#settle(inserted) });
    return inserted.records.map(({ state, sequence }) => (state === 'dead' ? sequence : 0));
  }

  /** Of the shards of what is written, and of others, those that are not this worker's any more. The others stay so until the transaction ends. */
  async #strangers(run: Run, writes: readonly OutboxWrite[], shards: readonly number[]): Promise<{ shardOfEach: Map<number, number>; lost: Set<number> }> {
    const sequences = writes.flatMap((write) => (write.op === 'update' ? [write.sequence] : []));
    const shardOfEach = new Map<number, number>();
    if (sequences.length > 0) for (const [sequence, shard] of await run('shardsOfDeliveries', sequences)) shardOfEach.set(Number(sequence), Number(shard));
    const lost = new Set([...shards, ...shardOfEach.values()]);
    for (const [shard, owner, epoch] of (await run('lockEpochs', [...lost])).map((row) => row.map(Number) as [number, number, number])) {
      if (owner === this.#shards?.worker && epoch === this.#working.get(shard)) lost.delete(shard);
    }
    for (const shard of lost) {
      if (this.#working.get(shard) !== this.#shards?.epoch(shard)) continue;
      for (const news of this.#shards?.lose(shard) ?? []) this.#heed(news);
    }
    return { shardOfEach, lost };
  }

  async forget({ delivered_before, dead_before, latest }: OutboxForget): Promise<number> {
    const shards = [...this.#working.keys()];
    let count = 0;
    for (const [state, before] of [['delivered', delivered_before], ['dead', dead_before], ['grouped', delivered_before]] as const) {
      await this.#writer.run('dateOver', shards, state, Math.round(latest));
      for (let some = pageSize; some === pageSize; count += some) {
        some = await this.#writer.transaction(async (run) => {
          const over = (await run('forgetOver', shards, state, Math.round(before))).map(([sequence]) => Number(sequence));
          if (over.length > 0) await run('forgetAttempts', over);
          await dropContents(run, over);
          return over.length;
        });
      }
    }
    await this.#writer.run('forgetRemoved');
    await this.#writer.run('forgetRests');
    return count;
  }

  // ---- what is read ----

  /** Those that are asked for at the same time are one question. @throws {NotifierError} `conflict` where the lease would not outlast an attempt */
  load(sequence: number): Promise<Delivery | undefined> {
    return new Promise((resolve, reject) => {
      this.#loads.push({ sequence, resolve, reject });
      if (this.#loads.length === 1) setImmediate(() => void this.#loadAll());
    });
  }

  async #loadAll(): Promise<void> {
    const loads = this.#loads;
    this.#loads = [];
    try {
      const rows = new Map((await this.#loader.run('selectContents', loads.map(({ sequence }) => sequence))).map((row) => [Number(row[5]), row]));
      await this.#readRests([...rows.values()]);
      for (const { sequence, resolve, reject } of loads) {
        try {
          const row = rows.get(sequence);
          resolve(row && this.#contentOf(row));
        } catch (error) {
          reject(error);
        }
      }
    } catch (error) {
      for (const { reject } of loads) reject(error);
    }
  }

  async #readRests(rows: readonly Row[]): Promise<void> {
    const wanted = new Set(rows.map(([, rest]) => rest!).filter((rest) => rest !== '0'));
    for (const id of this.#rests.keys()) {
      if (this.#rests.size <= mostRests) break;
      if (!wanted.has(id)) this.#rests.delete(id);
    }
    for (const id of wanted) {
      if (this.#rests.has(id)) continue;
      const [row] = await this.#loader.run('selectRest', id);
      if (row !== undefined) this.#rests.set(id, Buffer.from(row[0]!.slice(2), 'hex').toString());
    }
  }

  #contentOf([content, rest, recipients, shard, state]: Row): Delivery | undefined {
    const epoch = this.#working.get(Number(shard));
    // What is counted is not attempted: that the shard is still this worker's is seen by regroup().
    const isAttempt = (state as OutboxState) !== 'grouping';
    const now = performance.now();
    if (epoch === undefined || this.#shards!.epoch(Number(shard)) !== epoch || (isAttempt && !this.#shards!.mayBegin(Number(shard), now))) {
      throw new NotifierError('conflict', "the lease of the delivery's shard would not outlast an attempt");
    }
    const end = rest === '0' ? '' : this.#rests.get(rest!);
    if (end === undefined) return undefined;
    const delivery = readContent(content!, end, recipients === '' ? undefined : (JSON.parse(recipients!) as string[]));
    this.#until.set(delivery, now + this.#times.attemptMs);
    return delivery;
  }

  /** The lease outlasts an attempt that began when the delivery was loaded. */
  attemptUntil(delivery: Delivery): number {
    return this.#until.get(delivery) ?? Infinity;
  }

  /** What waits arrives when its shard is taken up. */
  waiting(): Iterable<readonly StoredRecord[]> {
    return [];
  }

  async groups(): Promise<StoredGroup[]> {
    const shards = [...this.#working.keys()].filter((shard) => !this.#leaving.has(shard));
    return (await this.#writer.run('selectGroups', shards)).map(readGroup);
  }

  async health(): Promise<StoredHealth[]> {
    const rows = await this.#writer.run('selectHealth');
    return rows.map(([notifier_id, failing, last, failures]) => ({ notifier_id: notifier_id!, failing_ms: Number(failing), last_failure: Number(last), failures: Number(failures) }));
  }

  async clock(): Promise<StoredClock | undefined> {
    const [row] = await this.#writer.run('selectClock');
    return row && { wall: Number(row[0]), kept: Number(row[1]) };
  }

  async find(notifierId: string, key: string): Promise<StoredRecord | undefined> {
    const records = (await this.#lists.run('selectByKey', notifierId, key)).map(readRecord);
    await withHistories(this.#lists.run, records);
    return records[0];
  }

  /** What was told of here is in the lists. */
  async #settled(): Promise<void> {
    await this.#outbox?.flush().catch(() => {});
  }

  async list({ notifierId = '', state = '' as OutboxState, offset, limit, upTo = 0 }: StoreQuery): Promise<StorePage> {
    await this.#settled();
    const [total] = await this.#lists.run('countRecords', notifierId, state);
    const records = (await this.#lists.run('pageOfRecords', notifierId, state, upTo || anySequence, limit, offset)).map(readRecord);
    await withHistories(this.#lists.run, records);
    return { total: Number(total![0]), records };
  }

  /**
   * A page of an app's records, newest first.
   *
   * @param place 0: from the newest; or `next` of an earlier page
   * @internal
   */
  async search({ appId, id, notifierId, eventId, eventType, state, since }: DeliverySearch, limit: number, place: number): Promise<FoundRecords> {
    const [by, value] = id !== '' ? (['Key', id] as const) : eventId !== '' ? (['Event', eventId] as const) : notifierId !== '' ? (['Notifier', notifierId] as const) : ([state === 'dead' ? 'Dead' : 'App', appId] as const);
    const upTo = place || anySequence;
    await this.#settled();
    const records = (await this.#lists.run(`searchBy${by}`, value, upTo, appId, id, notifierId, eventId, eventType, state, Math.round(since), limit + 1)).map(readRecord);
    await withHistories(this.#lists.run, records);
    if (records.length > limit) return { next: records.pop()!.sequence, records };
    const [next] = await this.#lists.run(`nextBy${by}`, value, upTo);
    return { records, next: next !== undefined && Number(next[1]) >= since ? Number(next[0]) : 0 };
  }

  /** For who reads and writes what a server keeps beside deliveries. @internal */
  get connections(): { url: string; lists: PostgresConnection; inserter: PostgresConnection } {
    return { url: this.#url, lists: this.#lists, inserter: this.#inserter };
  }
}
