import type { Delivery } from '../types.js';
import type { OutboxForget, OutboxStore, OutboxWrite, StoredClock, StoredHealth, StoredRecord, StoreEntry, StorePage, StoreQuery } from './outbox_store.js';
import { RecordIndex, narrowed, type Indexed } from './record_index.js';

interface Entry extends Indexed {
  /** Until it has arrived. */
  delivery: Delivery | undefined;
}

/** Keeps deliveries in memory: they are lost with the process. */
export class MemoryStore implements OutboxStore {
  readonly #index = new RecordIndex<Entry>();

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
        if (entry?.record.state === 'delivered') entry.delivery = undefined;
      } else if (write.op === 'health') {
        const { op: _, ...health } = write;
        this.#index.setHealth(health);
      } else {
        this.#index.clock = { wall: write.wall, kept: write.kept };
      }
    }
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
