// The rows of the database, as the native store reads and writes them. Everything here runs in the thread that has the file.

import { createHash } from 'node:crypto';
import type { DatabaseSync, StatementSync, SQLOutputValue } from 'node:sqlite';
import type { HistoryPage, Platform } from '../types.js';
import type { DeliverySearch, FoundRecords, OutboxForget, OutboxState, OutboxWrite, StoredAttempt, StoredClock, StoredGroup, StoredHealth, StoredRecord, StorePage, StoreQuery } from './outbox_store.js';
import { oldStatements, statements, statementsBesideOld } from './sqlite_statements.js';
import type { OldOutbox, ServerRows, StoredEntry, ThreadData } from './sqlite_task.js';

type Value = string | number | bigint | null;
type Row = Record<string, SQLOutputValue>;

/** Numbers of 64 bits, as SQLite has them, for 16 hex digits and back. */
function toInteger(hex: string): bigint {
  return BigInt.asIntN(64, BigInt(`0x${hex || '0'}`));
}
function toHex(value: bigint): string {
  return BigInt.asUintN(64, value).toString(16).padStart(16, '0');
}

/** Addresses as a JSON array; empty where there are none. */
function list(addresses: readonly string[] | undefined): string {
  return addresses === undefined || addresses.length === 0 ? '' : JSON.stringify(addresses);
}

/** The states as release 1.0 numbered them. */
const oldStates: Record<OutboxState, number> = { pending: 0, delivered: 1, dead: 2, held: 3, grouping: 4, grouped: 5 };

/** A statement whose parameters are numbered. */
class Statement {
  readonly #statement: StatementSync;

  constructor(database: DatabaseSync, sql: string) {
    this.#statement = database.prepare(sql);
    this.#statement.setReadBigInts(true);
  }

  run(...values: Value[]): number {
    return Number(this.#statement.run(named(values)).changes);
  }
  get(...values: Value[]): Row | undefined {
    return this.#statement.get(named(values)) as Row | undefined;
  }
  all(...values: Value[]): Row[] {
    return this.allBy(named(values));
  }
  /** @param values by their numbers */
  allBy(values: Record<string, Value>): Row[] {
    return this.#statement.all(values) as Row[];
  }
}

function named(values: readonly Value[]): Record<string, Value> {
  const by: Record<string, Value> = {};
  for (let i = 0; i < values.length; ++i) {
    const value = values[i]!;
    by[i + 1] = typeof value === 'number' ? Math.round(value) : value;
  }
  return by;
}

function text(value: SQLOutputValue | undefined): string {
  return String(value ?? '');
}
function number(value: SQLOutputValue | undefined): number {
  return Number(value ?? 0);
}

function readRecord(row: Row, history: StoredAttempt[] = []): StoredRecord {
  return {
    sequence: number(row['sequence']),
    key: text(row['key']),
    notifier_id: text(row['notifier_id']),
    app_id: text(row['app_id']),
    event_id: text(row['event_id']),
    event_type: text(row['event_type']),
    platform: text(row['platform']) as Platform,
    target: toHex(row['target'] as bigint),
    host: toHex(row['host'] as bigint),
    state: text(row['state']) as OutboxState,
    attempts: number(row['attempts']),
    created_at: number(row['created_at']),
    next_at: number(row['next_at']),
    wait_ms: number(row['wait_ms']),
    history,
  };
}

/** Statements that are made when they are first needed. */
class Statements<Name extends string> {
  readonly #database: DatabaseSync;
  readonly #sql: Readonly<Record<Name, string>>;
  readonly #made = new Map<Name, Statement>();

  constructor(database: DatabaseSync, sql: Readonly<Record<Name, string>>) {
    this.#database = database;
    this.#sql = sql;
  }

  of(name: Name): Statement {
    let statement = this.#made.get(name);
    if (statement === undefined) this.#made.set(name, (statement = new Statement(this.#database, this.#sql[name])));
    return statement;
  }
}

/** Deliveries. Its functions throw what SQLite throws; whoever calls undoes the transaction. */
export class OutboxTables {
  readonly #database: DatabaseSync;
  readonly #all: Statements<keyof typeof statements>;
  readonly #either: Statements<keyof typeof statementsBesideOld.no>;
  readonly #old: Statements<keyof typeof oldStatements> | undefined;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#all = new Statements(database, statements);
    const hasOld = number(Object.values(this.#all.of('hasOldTables').get()!)[0]) !== 0;
    this.#either = new Statements(database, hasOld ? statementsBesideOld.yes : statementsBesideOld.no);
    this.#old = hasOld ? new Statements(database, oldStatements) : undefined;
  }

  /** @returns the sequence of each; 0 where its notifier has one of the same key */
  insert(entries: readonly StoredEntry[], rests: readonly string[]): number[] {
    const ids: number[] = [];
    const insert = this.#either.of('insertRecord');
    const insertContent = this.#all.of('insertContent');
    return entries.map(({ record, content, rest }) => {
      const { key, notifier_id, app_id, event_id, event_type, platform, target, host, state, attempts, created_at, next_at, wait_ms, history } = record;
      const row = insert.get(key, notifier_id, app_id, event_id, event_type, platform, toInteger(target), toInteger(host), state, attempts, created_at, next_at, wait_ms);
      if (row === undefined) return 0;
      const sequence = number(row['sequence']);
      if (rest >= 0) ids[rest] ??= this.#keepRest(rests[rest]!);
      insertContent.run(sequence, content, rest >= 0 ? ids[rest]! : 0);
      for (const attempt of history) this.#addAttempt(sequence, attempt);
      return sequence;
    });
  }

  /** When the oldest delivery was made that is to be sent. */
  oldestPending(): number | undefined {
    const of = (table: string, rest: string) => this.#database.prepare(`SELECT created_at FROM ${table} WHERE ${rest} ORDER BY sequence LIMIT 1`).get()?.['created_at'];
    const made = [of('deliveries', "state IN ('pending', 'held') AND state = 'pending'"), this.#old && of('old_deliveries', 'state = 0')];
    return made.reduce<number | undefined>((oldest, each) => (each === undefined ? oldest : Math.min(oldest ?? Infinity, number(each))), undefined);
  }

  /** The id of a rest's row, which is made where there is none with the same text. */
  #keepRest(rest: string): number {
    const hash = createHash('sha256').update(rest).digest('hex').slice(0, 32);
    const row = this.#all.of('findRest').get(hash, rest) ?? this.#all.of('insertRest').get(hash, rest);
    return number(row!['id']);
  }

  #addAttempt(sequence: number, { at, action, status, reason, remaining, refused, reply = '', receipt = '', duration_ms = -1 }: StoredAttempt): void {
    this.#all.of('insertAttempt').run(sequence, at, action, status, reason, list(remaining), list(refused), reply, receipt, duration_ms);
  }

  write(write: OutboxWrite): void {
    if (write.op === 'clock') this.#all.of('putClock').run(write.wall, write.kept);
    else if (write.op === 'update') this.#update(write);
    else if (write.failures === 0) this.#all.of('dropHealth').run(write.notifier_id);
    else this.#all.of('putHealth').run(write.notifier_id, write.failing_ms, write.last_failure, write.failures);
  }

  #update({ sequence, state, attempts, next_at, wait_ms, attempt, recipients }: Extract<OutboxWrite, { op: 'update' }>): void {
    const update = () => this.#all.of('updateRecord').get(sequence, state, attempts, next_at, wait_ms) !== undefined;
    if (!update() && !(this.#move(sequence) && update())) return;
    if (attempt !== undefined) this.#addAttempt(sequence, attempt);
    if (state === 'delivered' || state === 'grouped') this.#dropContent(sequence);
    else if (recipients !== undefined) this.#all.of('updateRecipients').run(sequence, list(recipients));
  }

  /** Keeps a group in place of the one with its key; one that is closed is forgotten. */
  keepGroup({ key, app_id, notifier_id, state }: StoredGroup): void {
    if (state === undefined) this.#all.of('dropGroup').run(key);
    else this.#all.of('putGroup').run(key, app_id, notifier_id, state);
  }

  groups(): StoredGroup[] {
    return this.#all.of('selectGroups').all().map((row) => ({ key: text(row['key']), app_id: text(row['app_id']), notifier_id: text(row['notifier_id']), state: text(row['state']) }));
  }

  /** Takes a delivery over from the tables of 1.0. @returns whether it was there */
  #move(sequence: number): boolean {
    if (this.#old === undefined || this.#old.of('moveRecord').run(sequence) === 0) return false;
    this.#old.of('moveContent').run(sequence);
    this.#old.of('moveAttempts').run(sequence);
    this.#forgetOld(sequence);
    return true;
  }

  #forgetOld(sequence: number): void {
    for (const name of ['forgetOldAttempts', 'forgetOldContent', 'forgetOldRecord'] as const) this.#old!.of(name).run(sequence);
  }

  /** Drops a delivery's content, and the rest of its body with the last that has it. */
  #dropContent(sequence: number): void {
    const rest = number(this.#all.of('forgetContent').get(sequence)?.['rest']);
    if (rest !== 0) this.#all.of('forgetRest').run(rest);
  }

  /** Forgets at most so many. @returns how many */
  forget({ delivered_before, dead_before, latest }: OutboxForget, isDated: boolean, most: number): number {
    let count = 0;
    for (const [state, before] of [['delivered', delivered_before], ['dead', dead_before], ['grouped', delivered_before]] as const) {
      const isGrouped = state === 'grouped';
      if (!isDated) {
        this.#all.of(isGrouped ? 'dateGroupedOver' : 'dateOver').run(state, latest);
        this.#old?.of('dateOldOver').run(oldStates[state], latest);
      }
      for (const row of this.#all.of(isGrouped ? 'selectGroupedOver' : 'selectOver').all(state, before, most - count)) {
        const sequence = number(row['sequence']);
        this.#all.of('forgetAttempts').run(sequence);
        this.#dropContent(sequence);
        this.#all.of('forgetRecord').run(sequence);
        ++count;
      }
      for (const row of this.#old?.of('selectOldOver').all(oldStates[state], before, most - count) ?? []) {
        this.#forgetOld(number(row['sequence']));
        ++count;
      }
    }
    return count;
  }

  /** The content of a delivery in its parts; undefined where it is lost. */
  load(sequence: number): { content: string; rest: string; recipients: string } | undefined {
    const row = this.#all.of('selectContent').get(sequence) ?? this.#old?.of('selectOldContent').get(sequence);
    if (row === undefined) return undefined;
    const id = number(row['rest']);
    const rest = id === 0 ? '' : this.#all.of('selectRest').get(id)?.['rest'];
    return rest === undefined ? undefined : { content: text(row['content']), rest: text(rest), recipients: text(row['recipients']) };
  }

  waiting(after: number, most: number, areGrouping: boolean): StoredRecord[] {
    const select = areGrouping ? this.#all.of('selectGrouping') : this.#either.of('selectWaiting');
    return select.all(after, most).map((row) => readRecord(row));
  }

  health(): StoredHealth[] {
    return this.#all.of('selectHealth').all().map((row) => ({
      notifier_id: text(row['notifier_id']),
      failing_ms: number(row['failing_ms']),
      last_failure: number(row['last_failure']),
      failures: number(row['failures']),
    }));
  }

  clock(): StoredClock | undefined {
    const row = this.#all.of('selectClock').get();
    return row && { wall: number(row['wall']), kept: number(row['kept']) };
  }

  find(notifierId: string, key: string): StoredRecord | undefined {
    const row = this.#either.of('selectByKey').get(notifierId, key);
    return row && this.#withHistory(row);
  }

  list({ notifierId = '', state, offset, limit, upTo = 0 }: StoreQuery): StorePage {
    const isOfNotifier = notifierId !== '';
    const what = isOfNotifier ? (state ? 'Both' : 'Notifier') : state ? 'State' : 'All';
    const which: Record<string, Value> = {
      ...(isOfNotifier && { 1: notifierId }),
      ...(state && { 2: state }),
      ...(state && this.#old && { 3: oldStates[state] }),
    };
    const counts = this.#either.of(what === 'All' ? 'countAll' : `countOf${what}`).allBy(which);
    const rows = this.#either.of(`pageOf${what}`).allBy({ ...which, 4: limit, 5: offset, 6: upTo || Number.MAX_SAFE_INTEGER });
    return { total: counts.reduce((sum, row) => sum + number(row['COUNT(*)']), 0), records: rows.map((row) => this.#withHistory(row)) };
  }

  /** As OutboxReader::search() of the native store. */
  search({ appId, id, notifierId, eventId, eventType, state, since }: DeliverySearch, limit: number, place: number): FoundRecords {
    const by = id !== '' ? 'Key' : eventId !== '' ? 'Event' : notifierId !== '' ? 'Notifier' : state === 'dead' ? 'Dead' : 'App';
    const upTo = place || Number.MAX_SAFE_INTEGER;
    const page = { 1: appId, 2: id, 3: notifierId, 4: eventId, 5: eventType, 6: state, 7: upTo, 8: since, 9: limit + 1 };
    const records = this.#either.of(`searchBy${by}`).allBy(page).map((row) => this.#withHistory(row));
    if (records.length > limit) return { next: records.pop()!.sequence, records };
    const narrow = { App: { 1: appId }, Dead: { 1: appId }, Notifier: { 3: notifierId }, Event: { 4: eventId }, Key: { 2: id } }[by];
    const [next] = this.#either.of(`nextBy${by}`).allBy({ ...narrow, 7: upTo });
    return { records, next: next !== undefined && number(next['created_at']) >= since ? number(next['sequence']) : 0 };
  }

  #withHistory(row: Row): StoredRecord {
    const history = this.#either.of('selectHistory').all(number(row['sequence'])).map((attempt): StoredAttempt => {
      const [remaining, refused, reply, receipt] = [text(attempt['remaining']), text(attempt['refused']), text(attempt['reply']), text(attempt['receipt'])];
      const duration_ms = number(attempt['duration_ms']);
      return {
        at: number(attempt['at']),
        action: text(attempt['action']),
        status: number(attempt['status']),
        reason: text(attempt['reason']),
        ...(remaining !== '' && { remaining: JSON.parse(remaining) as string[] }),
        ...(refused !== '' && { refused: JSON.parse(refused) as string[] }),
        ...(reply !== '' && { reply }),
        ...(receipt !== '' && { receipt }),
        ...(duration_ms >= 0 && { duration_ms }),
      };
    });
    return readRecord(row, history);
  }

  /** Writes what a file of lines held, under new sequences in the same order. */
  takeOver({ entries, rests, writes }: OldOutbox): void {
    const sequences = this.insert(entries, rests);
    entries.forEach(({ record: { state, recipients } }, i) => {
      if (state === 'delivered') this.#dropContent(sequences[i]!);
      else if (recipients !== undefined) this.#all.of('updateRecipients').run(sequences[i]!, list(recipients));
    });
    for (const write of writes) this.write(write);
  }
}

/** The registry's rows and the history of events. */
export class ServerTables {
  readonly #all: Statements<keyof typeof statements>;
  readonly #eventsPerApp: number;
  readonly #eventBytesPerApp: number;
  readonly #eventBytes: number;
  /** The rowid of the last event that release 1.0 stored; 0 where none of them is left. */
  readonly #lastOfOld: number;
  /** Apps whose events of 1.0 are known by their ids. */
  readonly #takenOver = new Set<string>();

  constructor(database: DatabaseSync, { eventsPerApp, eventBytesPerApp, eventBytes }: Pick<ThreadData, 'eventsPerApp' | 'eventBytesPerApp' | 'eventBytes'>) {
    this.#all = new Statements(database, statements);
    this.#eventsPerApp = eventsPerApp;
    this.#eventBytesPerApp = eventBytesPerApp;
    this.#eventBytes = eventBytes;
    this.#lastOfOld = number(this.#all.of('lastEventOf10').get()?.['last']);
  }

  /** @returns of each event whether it is new */
  keep({ changes, events, configuration }: ServerRows): boolean[] {
    if (configuration !== undefined) {
      this.#all.of('dropConfiguration').run();
      this.#all.of('insertConfiguration').run(configuration);
    }
    for (const change of changes) this.#keepChange(change);
    const areNew = events.map((event) => this.#keepEvent(event));
    if (this.#eventBytes > 0 && events.length > 0) this.#forgetOverAll();
    return areNew;
  }

  /** To be called where a transaction was undone. */
  undone(): void {
    this.#takenOver.clear();
  }

  #keepChange(change: ServerRows['changes'][number]): void {
    const { expected: _, ...row } = change;
    const [verb, kind] = change.op.split('_') as ['put' | 'remove', 'app' | 'notifier' | 'user' | 'vocabulary'];
    // There is one vocabulary; its row comes before all others.
    const { id = kind } = (change as Record<string, any>)[kind] as { id?: string };
    // No version: what is null there is read from the change. Nobody but us has the file; what a change expects was judged before.
    if (verb === 'put') this.#all.of('putChange').run(kind, id, JSON.stringify(row), null);
    else if (this.#all.of('removeChange').run(kind, id) > 0 && kind === 'app') this.#forgetEvents(id, Number.MAX_SAFE_INTEGER);
  }

  #keepEvent({ appId, id, json }: ServerRows['events'][number]): boolean {
    if (id !== '') {
      if (this.#lastOfOld !== 0 && !this.#takenOver.has(appId)) {
        this.#takenOver.add(appId);
        this.#all.of('takeOverEventIds').run(appId, this.#lastOfOld);
      }
      if (this.#all.of('insertEventId').get(appId, id) === undefined) return false;
    }
    const at = number(this.#all.of('insertEvent').get(appId, json)!['number']);
    if (at > this.#eventsPerApp) this.#forgetEvents(appId, at - this.#eventsPerApp);
    this.#forgetBytes(appId, at);
    return true;
  }

  /** Forgets the oldest events of an app until they take no more than they may. @param newest is kept, whatever it takes */
  #forgetBytes(appId: string, newest: number): void {
    let over = number(this.#all.of('selectEventBytes').get(appId)?.['bytes']) - this.#eventBytesPerApp;
    if (over <= 0) return;
    let last = 0;
    for (const row of this.#all.of('selectEventSizes').all(appId)) {
      const [at, size] = Object.values(row).map(number) as [number, number];
      if (over <= 0 || at >= newest) break;
      last = at;
      over -= size;
    }
    if (last > 0) this.#forgetEvents(appId, last);
  }

  /** Forgets the oldest events of all until they take no more than they may, but for the latest. */
  #forgetOverAll(): void {
    let over = this.eventBytes() - this.#eventBytes;
    while (over > 0) {
      const oldest = this.#all.of('selectAllEventSizes').all(1_000).map((row) => Object.values(row));
      if (oldest.length < 2) return;
      const last = new Map<string, number>();
      for (const [app, at, size] of oldest.slice(0, -1)) {
        if (over <= 0) break;
        last.set(text(app), number(at));
        over -= number(size);
      }
      for (const [app, at] of last) this.#forgetEvents(app, at);
    }
  }

  /** What the events take that are kept. */
  eventBytes(): number {
    return number(Object.values(this.#all.of('selectAllEventBytes').get()!)[0]);
  }

  #forgetEvents(appId: string, last: number): void {
    this.#all.of('forgetEvents').run(appId, last);
    this.#all.of('forgetEventIds').run(appId, last);
  }

  /** Newest first, and how many there are in all. @param place an event's number, in place of the offset; 0: the newest */
  events(appId: string, offset: number, limit: number, place: number | undefined): HistoryPage {
    const [first, newest] = Object.values(this.#all.of('eventRange').get(appId)!).map(number) as [number, number];
    const last = place === undefined ? newest - offset : Math.min(place || newest, newest);
    const items = this.#all.of('pageOfEvents').all(appId, last, limit).map((row) => text(row['event']));
    return { total: newest - first + 1, items, ...(place !== undefined && { next: last - limit >= first ? last - limit : 0 }) };
  }

  event(appId: string, id: string): string | undefined {
    const row = this.#all.of('eventById').get(appId, id);
    return row && text(row['event']);
  }

  /** The change that put a notifier which was removed less than a day ago: the database keeps it. */
  removed(appId: string, notifierId: string): string | undefined {
    const row = this.#all.of('selectRemoved').get(notifierId, appId);
    return row && text(row['change']);
  }

  forgetRemoved(): void {
    this.#all.of('forgetRemoved').run();
  }

  /** What there is of a registry: the settings it was imported with, and its changes, oldest first. */
  registry(): { configuration: string | undefined; changes: string[] } {
    const document = this.#all.of('selectConfiguration').get()?.['document'];
    return { configuration: document === undefined ? undefined : text(document), changes: this.#all.of('selectChanges').all().map((row) => text(row['change'])) };
  }
}
