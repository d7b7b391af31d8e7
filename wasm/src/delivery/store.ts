// What the outbox keeps: records in memory, and everything in a journal from which they are made anew.

import type { Delivery } from '../types.js';
import { Journal, type Place } from './journal.js';

/** A record as abi/storage.hpp writes it; `sequence` and `content` are ours. */
interface StoredRecord {
  sequence: number;
  key: string;
  notifier_id: string;
  state: 'pending' | 'delivered' | 'dead';
  attempts: number;
  next_at: number;
  history: object[];
  [name: string]: unknown;
}

interface Entry {
  record: StoredRecord;
  /** In memory while there is room for it, or where there is no file; else only in the file. */
  delivery: Delivery | undefined;
  place: Place | undefined;
}

/** Contents that are kept in memory beside the file, in bytes. */
const mostKept = 16 << 20;
/** A file is made anew when so much of it is of no use any more. */
const leastWaste = 1 << 20;
const pageSize = 500;

// The lines of the journal, by their one-letter keys:
//   {"v":1,"last":N}                 begins a file; N: the last sequence that was given
//   {"i":record,"d":delivery}        a delivery came in; without "d" it has ended
//   {"u":N,"state",...,"attempt"}    a record changed
//   {"t":N,"to":[...]}               these recipients of a mail are left
//   {"h":id,"since":N,"failures":N}  a notifier's health
//   {"f":[N,...]}                    records were forgotten
const version = 1;

export class Store {
  readonly #journal: Journal | undefined;
  readonly #entries = new Map<number, Entry>();
  readonly #sequences = new Map<string, number>();
  readonly #ofNotifier = new Map<string, Set<number>>();
  readonly #health = new Map<string, { failing_since: number; failures: number }>();
  /** Undoes what happened since the last commit, latest last. */
  #undo: (() => void)[] = [];
  #last = 0;
  #kept = 0;
  /** Bytes of the journal that a new one would have, roughly. */
  #useful = 0;
  #incoming = new Map<string, Delivery>();
  /** What was dead when it came in: mails to nobody. */
  #stillborn: Delivery[] = [];
  /** How far the pages of pending records have come. */
  #page: Iterator<Entry> | undefined;

  /** @throws what node:fs throws; an Error where the file is of another kind or a later version */
  constructor(journal: Journal | undefined) {
    this.#journal = journal;
    if (journal === undefined) return;
    let isFirst = true;
    journal.replay((entry, place) => {
      if (isFirst && entry.v !== version) throw new Error('it is not the file of an outbox, or one of a later version');
      isFirst = false;
      this.#replay(entry, place);
    });
    if (isFirst) journal.append({ v: version, last: 0 });
    for (const { record, place } of this.#entries.values()) this.#useful += record.state === 'delivered' ? 400 : place!.size;
  }

  #replay(entry: any, place: Place): void {
    if (entry.v !== undefined) this.#last = Math.max(this.#last, entry.last);
    else if (entry.i !== undefined) this.#add({ record: entry.i, delivery: undefined, place });
    else if (entry.u !== undefined) this.#change(entry);
    else if (entry.h !== undefined) this.#setHealth(entry.h, entry.since, entry.failures);
    else if (entry.f !== undefined) for (const sequence of entry.f) this.#remove(sequence);
    else if (entry.t !== undefined) {
      // The line that has the mail is not changed: the recipients that are left go with the record.
      const known = this.#entries.get(entry.t);
      if (known) known.record['to'] = entry.to;
    }
  }

  /** The deliveries that insert() is going to be asked to store. */
  expect(deliveries: readonly Delivery[]): void {
    this.#incoming = new Map(deliveries.map((delivery) => [delivery.idempotencyKey, delivery]));
  }

  /** What was dead when it came in, since this was asked last. */
  takeStillborn(): Delivery[] {
    return this.#stillborn.splice(0);
  }

  /** The content of a delivery that is not delivered. */
  content(sequence: number): Delivery {
    const { record, delivery, place } = this.#entries.get(sequence)!;
    const found: Delivery = delivery ?? this.#journal!.read(place!).d;
    const to = record['to'] as string[] | undefined;
    return to !== undefined && found.platform === 'email' ? { ...found, envelope: { ...found.envelope, to } } : found;
  }

  /** Whose delivery has this key. */
  notifierOf(key: string): string | undefined {
    const sequence = this.#sequences.get(key);
    return sequence === undefined ? undefined : this.#entries.get(sequence)!.record.notifier_id;
  }

  /** Leaves only some recipients to a mail. */
  narrow(sequence: number, to: string[]): void {
    const entry = this.#entries.get(sequence);
    if (entry === undefined) return;
    entry.record['to'] = to;
    this.#journal?.append({ t: sequence, to });
  }

  /** Answers abi/storage.hpp. */
  readonly answer = (question: any): object => {
    switch (question.op) {
      case 'insert':
        return { sequence: this.#insert(question.record) };
      case 'update':
        return this.#update(question);
      case 'set_health': {
        const { notifier_id: id, failing_since: since, failures } = question;
        const before = this.#health.get(id);
        this.#undo.push(() => this.#setHealth(id, before?.failing_since ?? 0, before?.failures ?? 0));
        this.#setHealth(id, since, failures);
        this.#journal?.append({ h: id, since, failures });
        return {};
      }
      case 'forget':
        return { count: this.#forget(question) };
      case 'commit':
        this.#journal?.write();
        this.#undo = [];
        return {};
      case 'rollback':
        while (this.#undo.length > 0) this.#undo.pop()!();
        this.#journal?.discard();
        return {};
      case 'load':
        return { found: this.#isReadable(question.sequence) };
      case 'pending':
        return this.#pending(question.after);
      case 'health':
        return { health: Array.from(this.#health, ([id, health]) => ({ notifier_id: id, ...health })) };
      case 'find': {
        const sequence = this.#sequences.get(question.key);
        return { record: sequence === undefined ? null : this.#entries.get(sequence)!.record };
      }
      case 'list':
        return this.#list(question);
      default:
        throw new Error(`there is no operation ${question.op}`);
    }
  };

  #insert(draft: StoredRecord): number {
    if (this.#sequences.has(draft.key)) return 0;
    const sequence = this.#last + 1;
    const record = { ...draft, sequence };
    const delivery = this.#incoming.get(draft.key)!;
    const place = this.#journal?.append({ i: record, d: delivery });
    this.#useful += place?.size ?? 0;
    this.#add({ record, delivery: place === undefined || this.#kept + place.size <= mostKept ? delivery : undefined, place });
    this.#undo.push(() => this.#remove(sequence));
    if (record.state === 'dead') this.#stillborn.push(delivery);
    return sequence;
  }

  #add(entry: Entry): void {
    const { sequence, key, notifier_id: notifierId } = entry.record;
    this.#last = Math.max(this.#last, sequence);
    this.#entries.set(sequence, entry);
    this.#sequences.set(key, sequence);
    const list = this.#ofNotifier.get(notifierId);
    if (list) list.add(sequence);
    else this.#ofNotifier.set(notifierId, new Set([sequence]));
    if (entry.delivery !== undefined) this.#kept += entry.place?.size ?? 0;
  }

  #remove(sequence: number): void {
    const entry = this.#entries.get(sequence);
    if (entry === undefined) return;
    this.#drop(entry);
    const { key, notifier_id: notifierId } = entry.record;
    this.#entries.delete(sequence);
    this.#sequences.delete(key);
    const list = this.#ofNotifier.get(notifierId)!;
    list.delete(sequence);
    if (list.size === 0) this.#ofNotifier.delete(notifierId);
  }

  /** Lets go of a content that is in memory. */
  #drop(entry: Entry): void {
    if (entry.delivery !== undefined && entry.place !== undefined) this.#kept -= entry.place.size;
    entry.delivery = undefined;
  }

  #update({ op: _, sequence, ...change }: any): object {
    const entry = this.#entries.get(sequence);
    if (entry === undefined) return {};
    const { state, attempts, next_at, history } = entry.record;
    this.#undo.push(() => Object.assign(entry.record, { state, attempts, next_at, history }));
    this.#change({ u: sequence, ...change });
    this.#journal?.append({ u: sequence, ...change });
    return {};
  }

  #change({ u: sequence, state, attempts, next_at, attempt }: any): void {
    const entry = this.#entries.get(sequence);
    if (entry === undefined) return;
    const { record } = entry;
    Object.assign(record, { state, attempts, next_at });
    if (attempt !== undefined) record.history = [...record.history, attempt];
    if (state === 'pending') return;
    // A dead one may be sent again.
    if (state === 'delivered' || entry.place !== undefined) this.#drop(entry);
    if (state === 'delivered' && entry.place !== undefined) this.#useful -= Math.max(entry.place.size - 400, 0);
  }

  #setHealth(id: string, since: number, failures: number): void {
    if (failures === 0) this.#health.delete(id);
    else this.#health.set(id, { failing_since: since, failures });
  }

  #forget({ delivered_before: deliveredBefore, dead_before: deadBefore }: any): number {
    const old: number[] = [];
    for (const [sequence, { record }] of this.#entries) {
      const before = record.state === 'delivered' ? deliveredBefore : record.state === 'dead' ? deadBefore : -Infinity;
      if (record.next_at < before) old.push(sequence);
    }
    if (old.length === 0) return 0;
    const entries = old.map((sequence) => this.#entries.get(sequence)!);
    this.#undo.push(() => entries.forEach((entry) => this.#add(entry)));
    for (const { record, place } of entries) {
      this.#useful -= record.state === 'delivered' ? 400 : (place?.size ?? 0);
      this.#remove(record.sequence);
    }
    this.#journal?.append({ f: old });
    return old.length;
  }

  #isReadable(sequence: number): boolean {
    const entry = this.#entries.get(sequence);
    if (entry === undefined || entry.record.state === 'delivered') return false;
    if (entry.delivery !== undefined) return true;
    if (entry.place === undefined) return false;
    try {
      return this.#journal!.read(entry.place).d !== undefined;
    } catch (error) {
      if (error instanceof SyntaxError) return false; // the disk has lost it
      throw error;
    }
  }

  #pending(after: number): object {
    if (after === 0) this.#page = this.#entries.values();
    const records: StoredRecord[] = [];
    while (records.length < pageSize) {
      const { done, value } = this.#page!.next();
      if (done) return { records, more: false };
      if (value.record.state === 'pending') records.push({ ...value.record, history: [] });
    }
    return { records, more: true };
  }

  #list({ notifier_id: notifierId, state, offset, limit }: any): object {
    const sequences = notifierId === '' ? this.#entries.keys() : (this.#ofNotifier.get(notifierId)?.keys() ?? []);
    const matching = Array.from(sequences, (sequence) => this.#entries.get(sequence)!.record).filter((record) => state === undefined || record.state === state);
    return { total: matching.length, records: matching.reverse().slice(offset, offset + limit) };
  }

  /** Whether a file made anew would be less than half as large. */
  get isWasteful(): boolean {
    return this.#journal !== undefined && this.#journal.size - this.#useful > Math.max(this.#useful, leastWaste);
  }

  /** Makes the file anew, without what is of no use any more. Everything must be committed, and on the disk. */
  compact(): void {
    const journal = this.#journal!;
    const entries = [...this.#entries.values()];
    function* lines(last: number, health: Iterable<[string, { failing_since: number; failures: number }]>, content: (entry: Entry) => Delivery): Iterable<object> {
      yield { v: version, last };
      for (const entry of entries) yield entry.record.state === 'delivered' ? { i: entry.record } : { i: entry.record, d: content(entry) };
      for (const [h, { failing_since: since, failures }] of health) yield { h, since, failures };
    }
    const places = journal.rewrite(lines(this.#last, this.#health, (entry) => entry.delivery ?? journal.read(entry.place!).d));
    this.#kept = 0;
    this.#useful = 0;
    entries.forEach((entry, i) => {
      entry.place = places[i + 1]!;
      if (entry.delivery !== undefined) this.#kept += entry.place.size;
      this.#useful += entry.place.size;
    });
  }
}
