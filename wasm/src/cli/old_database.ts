// What earlier releases kept, taken over into a database: a JSON file with everything but the deliveries, and those in a file of lines.

import { copyFileSync, existsSync, linkSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { NotifierError } from '../error.js';
import { FileLock, FileStore, SqliteThread, keptByDefault, packed, syncFolder, type OldOutbox, type OutboxWrite, type ServerRows, type StoredRecord } from '../node.js';
import type { Delivery } from '../types.js';
import { Failure, faults, newEngine } from './command.js';
import { everythingOf } from './database.js';

const nothing: OldOutbox = { entries: [], rests: [], writes: [] };
/** Deliveries that are read and written at once. */
const pageSize = 1_000;

/** Whether the beginning of a file, of 13 bytes or more, is that of a database of an earlier release. */
export function isOldDatabase(head: string): boolean {
  return head.startsWith('{"version":1,');
}

/** The registry and the events of an earlier release's file. */
function readOld(path: string): ServerRows {
  const text = readFileSync(path, 'utf8');
  const engine = newEngine();
  try {
    engine.load(text);
    const { events = {}, event_ids: ids = {} } = JSON.parse(text) as { events?: Record<string, { id?: unknown }[]>; event_ids?: Record<string, string[]> };
    const kept = Object.entries(events).flatMap(([appId, list]) => list.map((event, i) => ({ appId, id: ids[appId]?.[i] ?? String(event.id ?? ''), json: JSON.stringify(event) })));
    return { ...everythingOf(engine), events: kept };
  } catch (error) {
    if (!(error instanceof NotifierError)) throw error;
    throw new Failure(faults(error).map((fault) => `${path}: ${fault}`).join('\nnotifier-wasm: '));
  } finally {
    engine.dispose();
  }
}

/** The deliveries of an earlier release's file, oldest first, page by page. */
function* readOldOutbox(store: FileStore): Iterable<OldOutbox> {
  const { total } = store.list({ offset: 0, limit: 0 });
  for (let left = total; left > 0; left -= pageSize) {
    const { records } = store.list({ offset: Math.max(left - pageSize, 0), limit: Math.min(pageSize, left) });
    const whole = records.reverse().map((record) => ({ record, delivery: store.load(record.sequence) ?? withoutContent(record) }));
    yield { ...packed(whole), writes: [] };
  }
  const clock = store.clock();
  const writes: OutboxWrite[] = store.health().map((health) => ({ op: 'health', ...health }));
  yield { ...nothing, writes: clock ? [...writes, { op: 'clock', ...clock }] : writes };
}

/** What stands for the content of a delivery that has arrived: it is not kept. */
function withoutContent({ key, platform }: StoredRecord): Delivery {
  const head = { notifierId: '', notifierName: '', appId: '', eventId: '', eventType: '', idempotencyKey: key, truncations: [] };
  return platform === 'email' ? { ...head, platform, envelope: { from: '', to: [] }, raw: '' } : { ...head, platform, method: '', url: '', headers: {}, body: '' };
}

/**
 * Makes a database of an earlier release's files, beside them, and puts it in place at one stroke. What was there stays, as FILE.old and
 * FILE.outbox.old.
 *
 * @param target where the database is to be; may be the old file itself
 */
export async function takeOver(old: string, target: string): Promise<void> {
  const lock = new FileLock(old); // against an earlier release
  const draft = `${target}.new`;
  let thread: SqliteThread | undefined;
  let store: FileStore | undefined;
  try {
    const rows = readOld(old);
    if (existsSync(`${old}.outbox`)) store = new FileStore(`${old}.outbox`);
    thread = await SqliteThread.open({ path: draft, ...keptByDefault, isDraft: true });
    await thread.ask({ op: 'take over', rows, outbox: nothing });
    for (const outbox of store ? readOldOutbox(store) : []) await thread.ask({ op: 'take over', rows: { changes: [], events: [] }, outbox });
    // Who waited for the draft may find that all is done; nobody gets it before this has closed it.
    if (!isOldDatabase(readFileSync(old, 'latin1'))) throw new Failure(`another process uses ${old}`);
    if (old === target) keepOld(old);
    renameSync(draft, target);
    syncFolder(target);
  } catch (error) {
    await thread?.close();
    if (thread !== undefined) rmSync(draft, { force: true });
    throw error;
  } finally {
    await thread?.close();
    await store?.close();
    lock.release();
  }
  if (store !== undefined && old === target) renameSync(`${old}.outbox`, unused(`${old}.outbox.old`));
  process.stderr.write(`notifier-wasm: ${target} is a SQLite database now${old === target ? `; what it was is in ${old}.old` : `, with all that is in ${old}`}\n`);
}

/** Gives a file that is about to be replaced a second name. */
function keepOld(path: string): void {
  const name = unused(`${path}.old`);
  try {
    linkSync(path, name);
  } catch {
    copyFileSync(path, name); // not every file system has links
  }
}

function unused(name: string): string {
  for (let i = 1, free = name; ; ++i, free = `${name}.${i}`) if (!existsSync(free)) return free;
}
