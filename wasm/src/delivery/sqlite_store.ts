// Deliveries in a database that SQLite keeps, in a thread of its own: only what waits is in memory.

import type { Delivery } from '../types.js';
import type { DeliverySearch, FoundRecords, OutboxForget, OutboxStore, OutboxWrite, StoredClock, StoredGroup, StoredHealth, StoredRecord, StoreEntry, StorePage, StoreQuery } from './outbox_store.js';
import { narrowed } from './record_index.js';
import { cut, sharedRests } from './shared_body.js';
import { keptByDefault, readContent, writeContent, type KeptRows, type ServerRows, type StoredEntry } from './sqlite_task.js';
import { SqliteThread } from './sqlite_thread.js';

/** Contents that are kept in memory beside the file, in characters. */
const mostKept = 16 << 20;
/** Waiting records that are read at once, and ended ones that are forgotten at once. */
const pageSize = 1_000;

interface Kept {
  delivery: Delivery;
  size: number;
  recipients: string[] | undefined;
}

function sizeOf(delivery: Delivery): number {
  return 500 + (delivery.platform === 'email' ? delivery.raw : delivery.body).length;
}

/**
 * Entries as the thread takes them: what several bodies end with is handed over once.
 *
 * @internal
 */
export function packed<R>(entries: readonly { record: R; delivery: Delivery }[]): { entries: { record: R; content: string; rest: number }[]; rests: string[] } {
  const shared = sharedRests(entries.map(({ delivery }) => delivery));
  const numbers = new Map<string, number>();
  return {
    entries: entries.map(({ record, delivery }, i) => {
      const rest = shared[i];
      if (rest === undefined) return { record, content: writeContent(delivery), rest: -1 };
      let number = numbers.get(rest);
      if (number === undefined) numbers.set(rest, (number = numbers.size));
      return { record, content: writeContent(cut(delivery, rest)), rest: number };
    }),
    rests: [...numbers.keys()],
  };
}

/**
 * Keeps deliveries in one SQLite file, as the native library's store does: either may use it, one at a time. It holds secrets. Memory does
 * not grow with what has arrived. What is asked for at the same time is one transaction, and one sync to the disk. It needs Node.js 22.13.
 *
 *     const store = await SqliteOutboxStore.open('outbox.db');
 *     const outbox = await Outbox.open({ store, sender: new Sender() });
 *
 * The kernel keeps the file to one process; the lock ends with it.
 */
export class SqliteOutboxStore implements OutboxStore {
  readonly #thread: SqliteThread;
  readonly #kept = new Map<number, Kept>();
  #keptSize = 0;

  /**
   * Opens a database, or makes it. `outbox.close()` closes it.
   *
   * @throws {NotifierError} `conflict` where another process uses the file; `unsupported` where it is of another kind or a newer release, and
   *   where Node.js has no SQLite; `storage` where it cannot be read or written
   */
  static async open(path: string): Promise<SqliteOutboxStore> {
    return new SqliteOutboxStore(await SqliteThread.open({ path, ...keptByDefault, isDraft: false }));
  }

  /** @internal */
  static of(thread: SqliteThread): SqliteOutboxStore {
    return new SqliteOutboxStore(thread);
  }

  private constructor(thread: SqliteThread) {
    this.#thread = thread;
  }

  async insert(entries: readonly StoreEntry[]): Promise<number[]> {
    return (await this.insertWith(undefined, entries)).sequences;
  }

  /**
   * The same with what a server keeps beside deliveries, in one transaction.
   *
   * @internal
   */
  async insertWith(rows: ServerRows | undefined, entries: readonly StoreEntry[]): Promise<KeptRows> {
    const task = { op: 'keep' as const, rows, ...(packed(entries) as { entries: StoredEntry[]; rests: string[] }) };
    const kept = await this.#thread.ask<KeptRows>(task);
    const { sequences } = kept;
    entries.forEach(({ record, delivery }, i) => {
      if (sequences[i]! > 0 && (record.state === 'pending' || record.state === 'grouping')) this.#keep(sequences[i]!, delivery);
    });
    return kept;
  }

  async write(writes: readonly OutboxWrite[]): Promise<void> {
    await this.#thread.ask({ op: 'write', writes });
    this.#follow(writes);
  }

  async regroup(writes: readonly OutboxWrite[], groups: readonly StoredGroup[], digests: readonly StoreEntry[]): Promise<number[]> {
    const sequences = await this.#thread.ask<number[]>({ op: 'regroup', writes, groups, ...(packed(digests) as { entries: StoredEntry[]; rests: string[] }) });
    this.#follow(writes);
    digests.forEach(({ record, delivery }, i) => {
      if (sequences[i]! > 0 && record.state === 'pending') this.#keep(sequences[i]!, delivery);
    });
    return sequences;
  }

  groups(): Promise<StoredGroup[]> {
    return this.#thread.ask({ op: 'groups' });
  }

  #follow(writes: readonly OutboxWrite[]): void {
    for (const write of writes) {
      if (write.op !== 'update') continue;
      if (write.state === 'delivered' || write.state === 'dead' || write.state === 'grouped') this.#drop(write.sequence);
      const kept = this.#kept.get(write.sequence);
      if (kept !== undefined && write.recipients !== undefined) kept.recipients = write.recipients;
    }
  }

  async forget(what: OutboxForget): Promise<number> {
    let count = 0;
    for (let some = pageSize, isDated = false; some === pageSize; isDated = true) {
      some = await this.#thread.ask<number>({ op: 'forget', what, isDated, most: pageSize });
      count += some;
    }
    return count;
  }

  async load(sequence: number): Promise<Delivery | undefined> {
    const kept = this.#kept.get(sequence);
    if (kept !== undefined) return narrowed(kept.delivery, kept.recipients);
    const found = await this.#thread.ask<{ content: string; rest: string; recipients: string } | undefined>({ op: 'load', sequence });
    return found && readContent(found.content, found.rest, found.recipients === '' ? undefined : (JSON.parse(found.recipients) as string[]));
  }

  async *waiting(): AsyncIterable<readonly StoredRecord[]> {
    for (const areGrouping of [false, true]) {
      for (let after = 0, count = pageSize; count === pageSize; ) {
        const records = await this.#thread.ask<StoredRecord[]>({ op: 'waiting', after, most: pageSize, areGrouping });
        if (records.length > 0) yield records;
        count = records.length;
        after = records.at(-1)?.sequence ?? after;
      }
    }
  }

  health(): Promise<StoredHealth[]> {
    return this.#thread.ask({ op: 'health' });
  }

  clock(): Promise<StoredClock | undefined> {
    return this.#thread.ask({ op: 'clock' });
  }

  find(notifierId: string, key: string): Promise<StoredRecord | undefined> {
    return this.#thread.ask({ op: 'find', notifierId, key });
  }

  list(query: StoreQuery): Promise<StorePage> {
    return this.#thread.ask({ op: 'list', query });
  }

  /**
   * A page of an app's records, newest first.
   *
   * @param place 0: from the newest; or `next` of an earlier page
   * @internal
   */
  search(search: DeliverySearch, limit: number, place: number): Promise<FoundRecords> {
    return this.#thread.ask({ op: 'search', search, limit, place });
  }

  close(): Promise<void> {
    return this.#thread.close();
  }

  /** What has just come in is sent soon: it need not be read again, while there is room. */
  #keep(sequence: number, delivery: Delivery): void {
    const size = sizeOf(delivery);
    if (this.#keptSize + size > mostKept) return;
    this.#keptSize += size;
    this.#kept.set(sequence, { delivery, size, recipients: undefined });
  }

  #drop(sequence: number): void {
    const kept = this.#kept.get(sequence);
    if (kept === undefined) return;
    this.#keptSize -= kept.size;
    this.#kept.delete(sequence);
  }
}
