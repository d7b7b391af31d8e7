// Rows of a PostgreSQL: how deliveries, their attempts and contents are inserted, changed and read, as the native store does.

import type { Platform } from '../types.js';
import type { OutboxState, OutboxWrite, StoredAttempt, StoredGroup, StoredRecord, StoreEntry } from './outbox_store.js';
import { kept, type Row, type Run } from './postgres_connection.js';
import { mailLanes, shardCount } from './postgres_statements.js';
import { cut, sharedRests } from './shared_body.js';
import { writeContent } from './sqlite_task.js';

type Update = Extract<OutboxWrite, { op: 'update' }>;
type Health = Extract<OutboxWrite, { op: 'health' }>;

/** Numbers of 64 bits, as PostgreSQL has them, for 16 hex digits and back. */
function toInteger(hex: string): bigint {
  return BigInt.asIntN(64, BigInt(`0x${hex || '0'}`));
}
function toHex(value: bigint): string {
  return BigInt.asUintN(64, value).toString(16).padStart(16, '0');
}

/** The shard that deliveries to a target are in, for good. */
export function shardOf(target: string): number {
  return Number(BigInt(`0x${target || '0'}`) % BigInt(shardCount));
}

/** The same on every server: FNV-1a, mixed, since the ends of ids are alike. */
function laneOf(notifierId: string): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(notifierId)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return (BigInt.asUintN(64, hash * 0x9e3779b97f4a7c15n) >> 32n) % BigInt(mailLanes);
}

/** A new record as it is inserted: a mail in its lane. */
function inLane<R extends Omit<StoredRecord, 'sequence'>>(record: R): R {
  if (record.platform !== 'email') return record;
  const apart = BigInt(shardCount / mailLanes);
  return { ...record, target: toHex(BigInt(`0x${record.target}`) + laneOf(record.notifier_id) * apart) };
}

/** Addresses as a JSON array; empty where there are none. */
function list(addresses: readonly string[] | undefined): string {
  return addresses === undefined || addresses.length === 0 ? '' : JSON.stringify(addresses);
}

export function readRecord(row: Row): StoredRecord {
  const [sequence, key, notifierId, appId, eventId, eventType, platform, target, host, state, attempts, createdAt, nextAt, waitMs] = row as [string, string, string, string, string, string, string, string, string, string, string, string, string, string];
  return {
    sequence: Number(sequence),
    key,
    notifier_id: notifierId,
    app_id: appId,
    event_id: eventId,
    event_type: eventType,
    platform: platform as Platform,
    target: toHex(BigInt(target)),
    host: toHex(BigInt(host)),
    state: state as OutboxState,
    attempts: Number(attempts),
    created_at: Number(createdAt),
    next_at: Number(nextAt),
    wait_ms: Number(waitMs),
    history: [],
  };
}

/** The transaction that made a record's delivery due. */
export function xactOf(row: Row): bigint {
  return BigInt(row[14]!);
}

/** Gives records their histories. */
export async function withHistories(run: Run, records: readonly StoredRecord[]): Promise<void> {
  if (records.length === 0) return;
  const histories = new Map(records.map(({ sequence, history }) => [sequence, history]));
  for (const row of await run('selectAttempts', [...histories.keys()])) {
    const [at, action, status, reason, remaining, refused, reply, receipt, duration, sequence] = row as [string, string, string, string, string, string, string, string, string, string];
    histories.get(Number(sequence))!.push({
      at: Number(at),
      action,
      status: Number(status),
      reason,
      ...(remaining !== '' && { remaining: JSON.parse(remaining) as string[] }),
      ...(refused !== '' && { refused: JSON.parse(refused) as string[] }),
      ...(reply !== '' && { reply }),
      ...(receipt !== '' && { receipt }),
      ...(!duration.startsWith('-') && { duration_ms: Number(duration) }),
    });
  }
}

export function readGroup([key, app_id, notifier_id, state, target]: Row): StoredGroup {
  return { key: key!, app_id: app_id!, notifier_id: notifier_id!, state, target: toHex(BigInt(target!)) };
}

/** An attempt and where it stands in a delivery's history, counted from those that are stored. */
interface AttemptRow {
  sequence: number;
  place: number;
  attempt: StoredAttempt;
}

async function insertAttempts(run: Run, rows: readonly AttemptRow[]): Promise<void> {
  if (rows.length === 0) return;
  const of = <T extends string | number>(value: (attempt: StoredAttempt) => T) => rows.map(({ attempt }) => value(attempt));
  await run(
    'insertAttempts',
    rows.map(({ sequence }) => sequence),
    rows.map(({ place }) => place),
    of(({ at }) => Math.round(at)),
    of(({ action }) => action),
    of(({ status }) => status),
    of(({ reason }) => reason),
    of(({ remaining }) => list(remaining)),
    of(({ refused }) => list(refused)),
    of(({ reply = '' }) => reply),
    of(({ receipt = '' }) => receipt),
    of(({ duration_ms = -1 }) => duration_ms),
  );
}

/** What is of no use any more, and the rests of bodies that only these had. */
export async function dropContents(run: Run, sequences: readonly number[]): Promise<void> {
  if (sequences.length === 0) return;
  const rests = (await run('dropContents', sequences)).map(([rest]) => rest!).filter((rest) => rest !== '0');
  if (rests.length > 0) await run('dropRests', rests);
}

/** What was inserted: records with their sequences, 0 where one was there; and the transaction. */
export interface Inserted {
  records: StoredRecord[];
  xact: bigint;
}

/** Adds deliveries, unless there is one of the same notifier with the same key; in the caller's transaction. */
export async function insertDeliveries(run: Run, entries: readonly StoreEntry[]): Promise<Inserted> {
  const records = entries.map(({ record }): StoredRecord => ({ ...inLane(record), sequence: 0 }));
  if (records.length === 0) return { records, xact: 0n };
  const of = <T extends string | number | bigint>(value: (record: StoredRecord) => T) => records.map(value);
  const rows = await run(
    'insertDeliveries',
    of(({ target }) => shardOf(target)),
    of(({ notifier_id }) => notifier_id),
    of(({ key }) => key),
    of(({ app_id }) => app_id),
    of(({ event_id }) => event_id),
    of(({ event_type }) => event_type),
    of(({ platform }) => platform),
    of(({ target }) => toInteger(target)),
    of(({ host }) => toInteger(host)),
    of(({ state }) => state),
    of(({ attempts }) => attempts),
    of(({ created_at }) => Math.round(created_at)),
    of(({ next_at }) => Math.round(next_at)),
    of(({ wait_ms }) => Math.round(wait_ms)),
  );
  // Those that are new come back in their order; of two with one key the first is new.
  let next = 0;
  for (const [sequence, notifierId, key] of rows) {
    while (next < records.length && (kept(records[next]!.notifier_id) !== notifierId || kept(records[next]!.key) !== key)) ++next;
    if (next === records.length) throw new Error('the database gave rows in another order');
    records[next++]!.sequence = Number(sequence);
  }
  await insertContents(run, entries, records);
  return { records, xact: BigInt(rows[0]?.[3] ?? 0) };
}

async function insertContents(run: Run, entries: readonly StoreEntry[], records: readonly StoredRecord[]): Promise<void> {
  const added = entries.flatMap(({ delivery }, i) => (records[i]!.sequence > 0 ? [{ delivery, record: records[i]! }] : []));
  if (added.length === 0) return;
  const shared = sharedRests(added.map(({ delivery }) => delivery));
  const ids = new Map<string, number>();
  for (const rest of shared) {
    if (rest === undefined || ids.has(rest)) continue;
    const [row] = await run('insertRest', Buffer.from(rest));
    ids.set(rest, Number(row![0]));
  }
  await run(
    'insertContents',
    added.map(({ record }) => record.sequence),
    shared.map((rest) => (rest === undefined ? 0 : ids.get(rest)!)),
    added.map(({ delivery }, i) => writeContent(shared[i] === undefined ? delivery : cut(delivery, shared[i]))),
  );
  await insertAttempts(run, added.flatMap(({ record: { sequence, history } }) => history.map((attempt, i) => ({ sequence, place: i + 1, attempt }))));
}

/** Does these, in this order; in the caller's transaction, which has seen to it that all of it may be written. */
export async function writeAll(run: Run, writes: readonly OutboxWrite[]): Promise<void> {
  const last = new Map<number, Update>();
  const mails = new Map<number, string[]>();
  const places = new Map<number, number>();
  const healths = new Map<string, Health>();
  const attempts: AttemptRow[] = [];
  for (const write of writes) {
    if (write.op === 'update') {
      const { sequence, attempt, recipients } = write;
      last.set(sequence, write);
      if (recipients !== undefined && recipients.length > 0) mails.set(sequence, recipients);
      if (attempt === undefined) continue;
      const place = (places.get(sequence) ?? 0) + 1;
      places.set(sequence, place);
      attempts.push({ sequence, place, attempt });
    } else if (write.op === 'health') {
      healths.set(write.notifier_id, write);
    }
  }
  // All workers take rows in one order.
  const updates = [...last.values()].sort((a, b) => a.sequence - b.sequence);
  if (updates.length > 0) {
    await run(
      'updateDeliveries',
      updates.map(({ sequence }) => sequence),
      updates.map(({ state }) => state),
      updates.map(({ attempts: count }) => count),
      updates.map(({ next_at }) => Math.round(next_at)),
      updates.map(({ wait_ms }) => Math.round(wait_ms)),
    );
  }
  await insertAttempts(run, attempts);
  await dropContents(run, updates.filter(({ state }) => state === 'delivered' || state === 'grouped').map(({ sequence }) => sequence));
  if (mails.size > 0) await run('updateRecipients', [...mails.keys()], [...mails.values()].map(list));
  if (healths.size > 0) {
    const all = [...healths.values()].sort((a, b) => (a.notifier_id < b.notifier_id ? -1 : 1));
    await run(
      'putHealth',
      all.map(({ notifier_id }) => notifier_id),
      all.map(({ failing_ms }) => Math.round(failing_ms)),
      all.map(({ last_failure }) => Math.round(last_failure)),
      all.map(({ failures }) => failures),
    );
    await run('dropHealth');
  }
  const clock = writes.findLast((write) => write.op === 'clock');
  if (clock !== undefined) await run('putClock', Math.round(clock.wall), Math.round(clock.kept));
}

/** Keeps groups in place of those with their keys; those that are closed are forgotten. */
export async function writeGroups(run: Run, groups: readonly StoredGroup[]): Promise<void> {
  for (const { key, app_id, notifier_id, state, target = '0' } of groups) {
    if (state === undefined) await run('dropGroup', shardOf(target), key);
    else await run('putGroup', shardOf(target), key, app_id, notifier_id, toInteger(target), state);
  }
}
