// Records in memory, found by sequence, by notifier and key, and listed.

import type { OutboxForget, OutboxWrite, StoredClock, StoredHealth, StoredRecord, StorePage, StoreQuery } from './outbox_store.js';

/** A record and what a store keeps beside it. */
export interface Indexed {
  record: StoredRecord;
}

type Update = Extract<OutboxWrite, { op: 'update' }>;

const pageSize = 500;

/** A record as others may have it: what happens to it later does not reach them. */
function copied(record: StoredRecord): StoredRecord {
  return { ...record, history: [...record.history] };
}

function isOver({ state }: StoredRecord): boolean {
  return state === 'delivered' || state === 'dead' || state === 'grouped';
}

export class RecordIndex<Entry extends Indexed> {
  /** In order of sequence. */
  readonly entries = new Map<number, Entry>();
  readonly #ofNotifier = new Map<string, Map<string, number>>();
  readonly #health = new Map<string, StoredHealth>();
  /** The last sequence that was given. */
  last = 0;
  clock: StoredClock | undefined;

  add(entry: Entry): void {
    const { sequence, key, notifier_id: notifierId } = entry.record;
    this.last = Math.max(this.last, sequence);
    this.entries.set(sequence, entry);
    const known = this.#ofNotifier.get(notifierId);
    if (known) known.set(key, sequence);
    else this.#ofNotifier.set(notifierId, new Map([[key, sequence]]));
  }

  remove({ record: { sequence, key, notifier_id: notifierId } }: Entry): void {
    this.entries.delete(sequence);
    const known = this.#ofNotifier.get(notifierId)!;
    if (known.get(key) === sequence) known.delete(key);
    if (known.size === 0) this.#ofNotifier.delete(notifierId);
  }

  sequenceOf(notifierId: string, key: string): number | undefined {
    return this.#ofNotifier.get(notifierId)?.get(key);
  }

  find(notifierId: string, key: string): StoredRecord | undefined {
    const entry = this.entries.get(this.sequenceOf(notifierId, key) ?? 0);
    return entry && copied(entry.record);
  }

  update({ sequence, state, attempts, next_at, wait_ms, attempt, recipients }: Omit<Update, 'op'>): Entry | undefined {
    const entry = this.entries.get(sequence);
    if (entry === undefined) return undefined;
    const { record } = entry;
    Object.assign(record, { state, attempts, next_at, wait_ms });
    if (attempt !== undefined) record.history.push(attempt);
    if (recipients !== undefined) record.recipients = recipients;
    return entry;
  }

  setHealth(health: StoredHealth): void {
    if (health.failures === 0) this.#health.delete(health.notifier_id);
    else this.#health.set(health.notifier_id, health);
  }

  health(): StoredHealth[] {
    return [...this.#health.values()];
  }

  /** What ended long ago. */
  ended({ delivered_before: deliveredBefore, dead_before: deadBefore }: OutboxForget): Entry[] {
    const old: Entry[] = [];
    for (const entry of this.entries.values()) {
      const { state, next_at: at } = entry.record;
      if (at < (state === 'delivered' || state === 'grouped' ? deliveredBefore : state === 'dead' ? deadBefore : -Infinity)) old.push(entry);
    }
    return old;
  }

  /** Dates what ended later than a moment back to it. Says whether there was such. */
  date(latest: number): boolean {
    let isAny = false;
    for (const { record } of this.entries.values()) {
      if (!isOver(record) || record.next_at <= latest) continue;
      record.next_at = latest;
      isAny = true;
    }
    return isAny;
  }

  *waiting(): Iterable<StoredRecord[]> {
    let page: StoredRecord[] = [];
    for (const { record } of this.entries.values()) {
      if (isOver(record)) continue;
      page.push({ ...record, history: [] });
      if (page.length < pageSize) continue;
      yield page;
      page = [];
    }
    if (page.length > 0) yield page;
  }

  list({ notifierId, state, offset, limit, upTo = 0 }: StoreQuery): StorePage {
    const sequences = notifierId === undefined || notifierId === '' ? this.entries.keys() : (this.#ofNotifier.get(notifierId)?.values() ?? []);
    const matching: StoredRecord[] = [];
    for (const sequence of sequences) {
      const { record } = this.entries.get(sequence)!;
      if (state === undefined || record.state === state) matching.push(record);
    }
    const wanted = matching.reverse().filter(({ sequence }) => upTo === 0 || sequence <= upTo);
    return { total: matching.length, records: wanted.slice(offset, offset + limit).map(copied) };
  }
}

/** A mail to those who are left. */
export function narrowed<T extends { platform: string }>(delivery: T, recipients: string[] | undefined): T {
  if (recipients === undefined || delivery.platform !== 'email') return delivery;
  const { envelope } = delivery as unknown as { envelope: object };
  return { ...delivery, envelope: { ...envelope, to: recipients } };
}
