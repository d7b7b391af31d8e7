// Deliveries in a file: records in memory, and everything in a journal from which they are made anew.

import { NotifierError } from '../error.js';
import type { Delivery } from '../types.js';
import { FileLock } from './file_lock.js';
import { Journal, type JournalHead, type Place } from './journal.js';
import type { OutboxForget, OutboxState, OutboxStore, OutboxWrite, StoredClock, StoredGroup, StoredHealth, StoredRecord, StoreEntry, StorePage, StoreQuery } from './outbox_store.js';
import { RecordIndex, narrowed, type Indexed } from './record_index.js';
import { cut, joined, sharedRests } from './shared_body.js';

/** What several deliveries of one event end with, which is in the file once. */
interface Body {
  id: number;
  place: Place;
  /** How many need it that have not arrived. */
  uses: number;
  /** How many of them are in memory. */
  kept: number;
}

interface Entry extends Indexed {
  place: Place;
  body: Body | undefined;
  /** In memory while there is room for it; else only in the file. */
  delivery: Delivery | undefined;
}

/** Contents that are kept in memory beside the file, in bytes. */
const mostKept = 16 << 20;
/** A file is made anew when so much of it is of no use any more. */
const leastWaste = 1 << 20;
/** How long what came of attempts may wait for the disk; a crash of the machine before that sends them again. */
const syncEveryMs = 50;
/** What a record takes without its content, roughly. */
const recordSize = 400;

// The lines of the journal, by their one-letter keys:
//   {"v":2,"last":N}                 begins a file; N: the last sequence that was given. Files of version 1 are read, and gone on with
//   {"b":N,"s":"..."}                what the bodies of some deliveries end with
//   {"i":record,"d":delivery,"b":N}  a delivery came in; without "d" it has ended; "b": that comes after its body here
//   {"u":N,"state",...,"attempt"}    a record changed; "to": these recipients of a mail are left
//   {"t":N,"to":[...]}               the same alone, in version 1
//   {"h":id,"failing_ms",...}        a notifier's health; in version 1 {"h":id,"since":N,"failures":N}
//   {"c":{"wall","kept"}}            the time that counts for how long records are kept
//   {"l":N}                          what ended later than N is dated N
//   {"f":[N,...]}                    records were forgotten
//   {"g":key,"app_id",...,"state"}   a group of events that are told together; without "state" it is closed
//   {"r":[line,...]}                 lines that are there together or not at all
const version = 2;
const head: JournalHead = {
  first: { v: version, last: 0 },
  name: 'the file of an outbox, or one of a later version',
  isOurs: (line, isWhole) => (isWhole ? /^\{"v":[12],"last":\d+\}$/.test(line) : '{"v":1,"last":'.startsWith(line) || /^\{"v":[12](,("(l(a(s(t("(:(\d+\}?)?)?)?)?)?)?)?)?)?$/.test(line)),
};

export interface FileStoreOptions {
  /** What could not be brought to the disk later on; it is tried again. Default: `console.error`. */
  onError?: (error: unknown) => void;
}

/**
 * Keeps deliveries in one file: lines of JSON, with secrets. It survives `kill -9`, a torn last line and unwritten blocks, is compacted by
 * itself, and belongs to one process at a time.
 */
export class FileStore implements OutboxStore {
  readonly #journal: Journal;
  readonly #lock: FileLock;
  readonly #onError: (error: unknown) => void;
  readonly #index = new RecordIndex<Entry>();
  readonly #bodies = new Map<number, Body>();
  readonly #groups = new Map<string, StoredGroup>();
  #kept = 0;
  /** Bytes of the journal that a new one would have, roughly. */
  #useful = 0;
  /** While the file is read: when the latest attempt ended. */
  #lastAttempt = 0;
  #syncTimer: NodeJS.Timeout | undefined;
  #isClosed = false;

  /** @throws {NotifierError} `conflict` where another process uses the file; `storage` where it is of another kind, or cannot be read */
  constructor(path: string, { onError = console.error }: FileStoreOptions = {}) {
    this.#onError = onError;
    this.#lock = new FileLock(path);
    let journal: Journal | undefined;
    try {
      this.#journal = journal = new Journal(path, head);
      journal.replay((line, place) => this.#replay(line, place));
    } catch (error) {
      journal?.close();
      this.#lock.release();
      throw new NotifierError('storage', `cannot use ${path}: ${(error as Error).message}`, { cause: error });
    }
    for (const entry of this.#index.entries.values()) {
      if (isDone(entry.record)) {
        entry.body = undefined;
        this.#useful += recordSize;
      } else {
        this.#useful += entry.place.size;
        if (entry.body && ++entry.body.uses === 1) this.#useful += entry.body.place.size;
      }
    }
    for (const body of this.#bodies.values()) if (body.uses === 0) this.#bodies.delete(body.id);
  }

  #replay(line: any, place: Place): void {
    if (line.v !== undefined) this.#index.last = Math.max(this.#index.last, line.last);
    else if (line.i !== undefined) this.#index.add({ record: read(line.i), place, body: this.#bodies.get(line.b), delivery: undefined });
    else if (line.b !== undefined) this.#bodies.set(line.b, { id: line.b, place, uses: 0, kept: 0 });
    else if (line.u !== undefined) {
      if (line.attempt !== undefined) this.#lastAttempt = line.attempt.at;
      this.#index.update({ ...line, sequence: line.u, wait_ms: line.wait_ms ?? -1, recipients: line.to });
    } else if (line.h !== undefined) this.#index.setHealth(this.#readHealth(line));
    else if (line.c !== undefined) this.#index.clock = line.c;
    else if (line.l !== undefined) this.#index.date(line.l);
    else if (line.r !== undefined) for (const each of line.r) this.#replay(each, place);
    else if (line.g !== undefined) this.#keepGroup({ key: line.g, app_id: line.app_id, notifier_id: line.notifier_id, state: line.state });
    else if (line.f !== undefined) {
      for (const sequence of line.f) {
        const entry = this.#index.entries.get(sequence);
        if (entry) this.#index.remove(entry);
      }
    } else if (line.t !== undefined) {
      const known = this.#index.entries.get(line.t);
      if (known) known.record.recipients = line.to;
    }
  }

  /** Version 1 says since when, not until when: that was about when the attempt before ended. */
  #readHealth({ h: notifier_id, since, failing_ms, last_failure, failures }: any): StoredHealth {
    if (since === undefined) return { notifier_id, failing_ms, last_failure, failures };
    const last = Math.max(since, this.#lastAttempt);
    return { notifier_id, failing_ms: last - since, last_failure: last, failures };
  }

  /** Those that are new, with their sequences; and the sequence of each, 0 where it was there. */
  #fresh(entries: readonly StoreEntry[]): { sequences: number[]; fresh: { record: StoredRecord; delivery: Delivery }[] } {
    const known = new Set<string>();
    let last = this.#index.last;
    const fresh: { record: StoredRecord; delivery: Delivery }[] = [];
    const sequences = entries.map(({ record, delivery }) => {
      const { notifier_id: notifierId, key } = record;
      const both = JSON.stringify([notifierId, key]);
      if (this.#index.sequenceOf(notifierId, key) !== undefined || known.has(both)) return 0;
      known.add(both);
      fresh.push({ record: { ...record, sequence: ++last }, delivery });
      return last;
    });
    return { sequences, fresh };
  }

  async insert(entries: readonly StoreEntry[]): Promise<number[]> {
    const { sequences, fresh } = this.#fresh(entries);
    const rests = sharedRests(fresh.map(({ delivery }) => delivery));
    const bodies = new Map<string, Body>();
    const added = fresh.map(({ record, delivery }, i): Entry => {
      const rest = rests[i];
      if (rest === undefined) return { record, body: undefined, delivery, place: this.#journal.append({ i: record, d: delivery }) };
      let body = bodies.get(rest);
      if (body === undefined) {
        body = { id: record.sequence, place: this.#journal.append({ b: record.sequence, s: rest }), uses: 0, kept: 0 };
        bodies.set(rest, body);
      }
      return { record, body, delivery, place: this.#journal.append({ i: record, d: cut(delivery, rest), b: body.id }) };
    });
    this.#journal.write();
    for (const body of bodies.values()) this.#bodies.set(body.id, body);
    for (const entry of added) {
      this.#index.add(entry);
      this.#useful += entry.place.size;
      if (entry.body && ++entry.body.uses === 1) this.#useful += entry.body.place.size;
      this.#keep(entry);
    }
    try {
      await this.#journal.synced();
    } catch (error) {
      // They are not acknowledged: nothing of them may be there.
      this.#forget(added);
      throw error;
    }
    return sequences;
  }

  write(writes: readonly OutboxWrite[]): void {
    for (const line of this.#linesOf(writes)) this.#journal.append(line);
    this.#journal.write();
    this.#follow(writes);
    this.#syncTimer ??= setTimeout(() => void this.#settle(), syncEveryMs);
  }

  async regroup(writes: readonly OutboxWrite[], groups: readonly StoredGroup[], digests: readonly StoreEntry[]): Promise<number[]> {
    const { sequences, fresh } = this.#fresh(digests);
    const lines = [...this.#linesOf(writes), ...groups.map(groupLine), ...fresh.map(({ record, delivery }) => ({ i: record, d: delivery }))];
    const place = this.#journal.append({ r: lines });
    this.#journal.write();
    this.#follow(writes);
    for (const group of groups) this.#keepGroup(group);
    for (const { record, delivery } of fresh) {
      const entry = { record, body: undefined, delivery, place };
      this.#index.add(entry);
      this.#useful += place.size;
      this.#keep(entry);
    }
    this.#syncTimer ??= setTimeout(() => void this.#settle(), syncEveryMs);
    await this.#journal.synced();
    return sequences;
  }

  groups(): StoredGroup[] {
    return [...this.#groups.values()];
  }

  #keepGroup(group: StoredGroup): void {
    if (group.state === undefined) this.#groups.delete(group.key);
    else this.#groups.set(group.key, group);
  }

  #linesOf(writes: readonly OutboxWrite[]): object[] {
    return writes.flatMap((write): object[] => {
      if (write.op === 'update') {
        const { op: _, sequence: u, recipients: to, ...change } = write;
        return this.#index.entries.has(u) ? [{ u, ...change, to }] : [];
      }
      if (write.op === 'health') {
        const { op: _, notifier_id: h, ...health } = write;
        return [{ h, ...health }];
      }
      const { op: _, ...c } = write;
      return [{ c }];
    });
  }

  #follow(writes: readonly OutboxWrite[]): void {
    for (const write of writes) {
      if (write.op === 'update') {
        const before = this.#index.entries.get(write.sequence)?.record;
        const wasDone = before !== undefined && isDone(before);
        const entry = this.#index.update(write);
        if (entry && !wasDone && isDone(write)) this.#end(entry);
        else if (entry && write.state === 'dead') this.#drop(entry); // it may be sent again
      } else if (write.op === 'health') {
        const { op: _, ...health } = write;
        this.#index.setHealth(health);
      } else {
        this.#index.clock = { wall: write.wall, kept: write.kept };
      }
    }
  }

  forget(what: OutboxForget): number {
    if (this.#index.date(what.latest)) this.#journal.append({ l: what.latest });
    const old = this.#index.ended(what);
    if (old.length > 0) this.#journal.append({ f: old.map(({ record }) => record.sequence) });
    this.#journal.write();
    for (const entry of old) this.#remove(entry);
    if (old.length > 0) this.#syncTimer ??= setTimeout(() => void this.#settle(), syncEveryMs);
    return old.length;
  }

  clock(): StoredClock | undefined {
    return this.#index.clock;
  }

  load(sequence: number): Delivery | undefined {
    const entry = this.#index.entries.get(sequence);
    if (entry === undefined || isDone(entry.record)) return undefined;
    const content = entry.delivery ?? this.#read(entry);
    return content && narrowed(content, entry.record.recipients);
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

  /** Resolves when all that was written will outlive a crash of the machine, too. */
  sync(): Promise<void> {
    return this.#journal.synced();
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#syncTimer);
    try {
      await this.#journal.synced();
    } finally {
      this.#journal.close();
      this.#lock.release();
    }
  }

  /** The content as the file has it; undefined where the disk has lost it. */
  #read(entry: Entry): Delivery | undefined {
    const { body } = entry;
    try {
      const { d, b } = this.#line(entry);
      if (d === undefined || b === undefined) return d;
      return body === undefined ? undefined : joined(d, this.#journal.read(body.place).s);
    } catch (error) {
      if (error instanceof SyntaxError) return undefined;
      throw error;
    }
  }

  /** What a delivery came in with. */
  #line({ place, record: { sequence } }: Entry): { d?: Delivery; b?: number } {
    const line = this.#journal.read(place);
    return line.r === undefined ? line : line.r.find(({ i }: { i?: StoredRecord }) => i?.sequence === sequence);
  }

  #keep(entry: Entry): void {
    if (this.#kept + entry.place.size + (entry.body?.kept === 0 ? entry.body.place.size : 0) > mostKept) {
      entry.delivery = undefined;
      return;
    }
    this.#kept += entry.place.size;
    if (entry.body && ++entry.body.kept === 1) this.#kept += entry.body.place.size;
  }

  /** Lets go of a content that is in memory. */
  #drop(entry: Entry): void {
    if (entry.delivery === undefined) return;
    entry.delivery = undefined;
    this.#kept -= entry.place.size;
    if (entry.body && --entry.body.kept === 0) this.#kept -= entry.body.place.size;
  }

  /** What only a delivery needed that has not arrived. */
  #release(entry: Entry): void {
    this.#drop(entry);
    const { body } = entry;
    entry.body = undefined;
    if (body === undefined || --body.uses > 0) return;
    this.#useful -= body.place.size;
    this.#bodies.delete(body.id);
  }

  #end(entry: Entry): void {
    this.#release(entry);
    this.#useful -= Math.max(entry.place.size - recordSize, 0);
  }

  #remove(entry: Entry): void {
    this.#useful -= isDone(entry.record) ? recordSize : entry.place.size;
    this.#release(entry);
    this.#index.remove(entry);
  }

  #forget(entries: Entry[]): void {
    try {
      this.#journal.append({ f: entries.map(({ record }) => record.sequence) });
      this.#journal.write();
    } catch (error) {
      this.#onError(error);
    }
    for (const entry of entries) this.#remove(entry);
  }

  async #settle(): Promise<void> {
    try {
      await this.#journal.synced();
      this.#syncTimer = undefined;
      if (this.#isWasteful && !this.#isClosed && !this.#journal.isSyncing) this.#compact();
    } catch (error) {
      this.#syncTimer = this.#isClosed ? undefined : setTimeout(() => void this.#settle(), 1_000);
      this.#onError(new NotifierError('storage', 'the outbox cannot write its file', { cause: error }));
    }
  }

  /** Whether a file made anew would be less than half as large. */
  get #isWasteful(): boolean {
    return this.#journal.size - this.#useful > Math.max(this.#useful, leastWaste);
  }

  /** Makes the file anew, without what is of no use any more. Everything must be on the disk. */
  #compact(): void {
    const journal = this.#journal;
    const index = this.#index;
    const groups = this.#groups;
    const lineOf = (entry: Entry) => this.#line(entry);
    /** What is done with the place of each line, once they are all there. */
    const took: ((place: Place) => void)[] = [];
    const line = (json: object, take: (place: Place) => void = () => {}) => (took.push(take), json);
    function* lines(): Iterable<object> {
      yield line({ v: version, last: index.last });
      const written = new Set<Body>();
      for (const entry of index.entries.values()) {
        const { record, body } = entry;
        if (body !== undefined && !written.has(body)) {
          written.add(body);
          yield line({ b: body.id, s: journal.read(body.place).s }, (place) => (body.place = place));
        }
        const json = isDone(record) ? { i: record } : { ...lineOf(entry), i: record };
        yield line(json, (place) => (entry.place = place));
      }
      for (const { notifier_id: h, ...health } of index.health()) yield line({ h, ...health });
      if (index.clock !== undefined) yield line({ c: index.clock });
      for (const group of groups.values()) yield line(groupLine(group));
    }
    const places = journal.rewrite(lines());
    places.forEach((place, i) => took[i]!(place));
    this.#kept = 0;
    this.#useful = 0;
    for (const body of this.#bodies.values()) {
      this.#useful += body.place.size;
      if (body.kept > 0) this.#kept += body.place.size;
    }
    for (const { record, place, delivery } of index.entries.values()) {
      this.#useful += isDone(record) ? recordSize : place.size;
      if (delivery !== undefined) this.#kept += place.size;
    }
  }
}

/** Whether the content of a delivery is not needed any more. */
function isDone({ state }: { state: OutboxState }): boolean {
  return state === 'delivered' || state === 'grouped';
}

function groupLine({ key: g, ...group }: StoredGroup): object {
  return { g, ...group };
}

/** A record as it stands in a line. Version 1 had the recipients that are left beside it. */
function read({ to, ...record }: StoredRecord & { to?: string[] }): StoredRecord {
  return { ...record, wait_ms: record.wait_ms ?? -1, ...(to !== undefined && { recipients: to }) };
}
