import type { Delivery } from '../types.js';
import type { OutboxForget, OutboxStore, OutboxWrite, StoredClock, StoredGroup, StoredHealth, StoredRecord, StoreEntry, StorePage, StoreQuery } from './outbox_store.js';
import { RecordIndex, narrowed, type Indexed } from './record_index.js';

interface Entry extends Indexed {
  /** Until it has arrived. */
  delivery: Delivery | undefined;
}

/** Keeps deliveries in memory: they are lost with the process. */
export class MemoryStore implements OutboxStore {
  readonly #index = new RecordIndex<Entry>();
  readonly #groups = new Map<string, StoredGroup>();

  insert(entries: readonly StoreEntry[]): number[] {
    return entries.map(({ record, delivery }) => {
      if (this.#index.sequenceOf(record.notifier_id, record.key) !== undefined) return 0;
      const sequence = this.#index.last + 1;
      this.#index.add({ record: { ...record, sequence }, delivery });
      return sequence;
    });
  }

  write(writes: readonly OutboxWrite[]): void {
    for (const write of writes) {
      if (write.op === 'update') {
        const entry = this.#index.update(write);
        if (entry?.record.state === 'delivered' || entry?.record.state === 'grouped') entry.delivery = undefined;
      } else if (write.op === 'health') {
        const { op: _, ...health } = write;
        this.#index.setHealth(health);
      } else {
        this.#index.clock = { wall: write.wall, kept: write.kept };
      }
    }
  }

  regroup(writes: readonly OutboxWrite[], groups: readonly StoredGroup[], digests: readonly StoreEntry[]): number[] {
    this.write(writes);
    for (const group of groups) {
      if (group.state === undefined) this.#groups.delete(group.key);
      else this.#groups.set(group.key, group);
    }
    return this.insert(digests);
  }

  groups(): StoredGroup[] {
    return [...this.#groups.values()];
  }

  forget(what: OutboxForget): number {
    this.#index.date(what.latest);
    const old = this.#index.ended(what);
    for (const entry of old) this.#index.remove(entry);
    return old.length;
  }

  clock(): StoredClock | undefined {
    return this.#index.clock;
  }

  load(sequence: number): Delivery | undefined {
    const entry = this.#index.entries.get(sequence);
    return entry?.delivery && narrowed(entry.delivery, entry.record.recipients);
  }

  waiting(): Iterable<StoredRecord[]> {
    return this.#index.waiting();
  }

  health(): StoredHealth[] {
    return this.#index.health();
  }

  find(notifierId: string, key: string): StoredRecord | undefined {
    return this.#index.find(notifierId, key);
  }

  list(query: StoreQuery): StorePage {
    return this.#index.list(query);
  }
}
