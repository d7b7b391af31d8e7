// Everything the server keeps, in one SQLite file: the native server's, too, so that either may use it, one at a time.

import { closeSync, openSync, readSync, renameSync, rmSync, statSync } from 'node:fs';
import type { Engine } from '../engine.js';
import { NotifierError } from '../error.js';
import { SqliteOutboxStore, SqliteThread, hasSqlite, needsSqlite, type KeptRows, type keptByDefault, type PostgresOutboxStore, type ServerRows, type StoreEntry } from '../node.js';
import type { Change, HistoryPage } from '../types.js';
import { Failure } from './command.js';
import type { StorageFigures } from './metrics.js';
import { isOldDatabase, takeOver } from './old_database.js';

/** A database as the server sees it: a file, or a PostgreSQL that other servers share. */
export interface ServerDatabase {
  /** The deliveries. */
  readonly store: SqliteOutboxStore | PostgresOutboxStore;
  close(): Promise<void>;
  load(engine: Engine): Promise<void>;
  adopt(engine: Engine): Promise<void>;
  keep(rows: ServerRows, entries: readonly StoreEntry[]): Promise<KeptRows>;
  check(): Promise<void>;
  /** What an operator wants to know. */
  figures(): Promise<StorageFigures>;
  event(appId: string, id: string): Promise<string | undefined>;
  /** The change that put a notifier which was removed less than a day ago. */
  removed(appId: string, notifierId: string): Promise<string | undefined>;
  events(appId: string, offset: number, limit: number, place?: number): Promise<HistoryPage>;
}

/** Another process has the database. */
export class InUse extends Failure {}

/**
 * What was acknowledged is in it, whatever happens then. Holds secrets.
 *
 *     const database = await Database.open('notifier.db');
 *     await database.load(engine);
 *     const [error] = await engine.commit([engine.handle(request)], (accepted) => database.keep(rowsOf(accepted), []));
 */
export class Database implements ServerDatabase {
  readonly #thread: SqliteThread;
  readonly #path: string;
  /** The deliveries. Whoever closes it has closed all. */
  readonly store: SqliteOutboxStore;

  /**
   * Opens the file, makes it where there is none, and takes over one of an earlier release: JSON, with deliveries in FILE.outbox.
   *
   * @param earlier another name that such a file may have, where there is none of this name
   * @param kept how many events of an app are kept, the latest ones, and what they take at most
   */
  static async open(path: string, earlier: string | undefined, kept: typeof keptByDefault): Promise<Database> {
    if (!hasSqlite()) throw new Failure(`serve: ${needsSqlite}`);
    try {
      const kind = kindOf(path);
      if (kind === 'old') await takeOver(path, path);
      else if (kind === 'none' && earlier !== undefined && kindOf(earlier) === 'old') await takeOver(earlier, path);
      const thread = await SqliteThread.open({ path, ...kept, isDraft: false });
      if (thread.wasOpen) process.stderr.write(`notifier-wasm: others could read ${path}, which holds secrets; they no longer can\n`);
      return new Database(thread, path);
    } catch (error) {
      if (!(error instanceof NotifierError)) throw error;
      throw error.code === 'conflict' ? new InUse(error.message) : new Failure(error.message);
    }
  }

  private constructor(thread: SqliteThread, path: string) {
    this.#thread = thread;
    this.#path = path;
    this.store = SqliteOutboxStore.of(thread);
  }

  close(): Promise<void> {
    return this.#thread.close();
  }

  /** Fills an empty engine. */
  async load(engine: Engine): Promise<void> {
    const { configuration, changes } = await this.#thread.ask<{ configuration: string | undefined; changes: string[] }>({ op: 'registry' });
    if (configuration !== undefined) engine.load({ ...(JSON.parse(configuration) as object), apps: [] });
    engine.apply(changes.map((change) => JSON.parse(change) as Change));
  }

  /** Keeps all that an engine holds, in an empty database. */
  async adopt(engine: Engine): Promise<void> {
    await this.keep(everythingOf(engine), []);
  }

  /**
   * Keeps what requests came to, and the deliveries of it, all or nothing. Resolves when it is on the disk.
   *
   * @returns the sequence of each delivery, 0 where it was there; and of each event whether it is new
   */
  keep(rows: ServerRows, entries: readonly StoreEntry[]): Promise<KeptRows> {
    return this.store.insertWith(rows, entries);
  }

  /** Copies all there is into a file, which is there when all of it is on the disk. @throws {Failure} */
  async backUp(to: string): Promise<void> {
    const draft = `${to}.new`;
    try {
      rmSync(draft, { force: true });
      await this.#thread.ask({ op: 'copy', path: draft });
      renameSync(draft, to);
    } catch (error) {
      rmSync(draft, { force: true });
      throw new Failure(`cannot copy ${this.#path} into ${to}: ${(error as Error).message}`);
    }
  }

  /** Rejects where a change could not be stored now. */
  check(): Promise<void> {
    return this.#thread.ask({ op: 'check' });
  }

  /** What the file, the log beside it and the events that are kept take, and when the oldest delivery was made that is to be sent. */
  async figures(): Promise<StorageFigures> {
    const size = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    return { file: { databaseBytes: size(this.#path), logBytes: size(`${this.#path}-wal`), ...(await this.#thread.ask<{ eventBytes: number; oldestPending: number | undefined }>({ op: 'figures' })) } };
  }

  event(appId: string, id: string): Promise<string | undefined> {
    return this.#thread.ask({ op: 'event', appId, id });
  }

  /** The change that put a notifier which was removed less than a day ago. */
  removed(appId: string, notifierId: string): Promise<string | undefined> {
    return this.#thread.ask({ op: 'removed', appId, notifierId });
  }

  /** Newest first, and how many there are in all. */
  events(appId: string, offset: number, limit: number, place?: number): Promise<HistoryPage> {
    return this.#thread.ask({ op: 'events', appId, offset, limit, place });
  }
}

/** What an engine holds, as rows of an empty database. */
export function everythingOf(engine: Engine): ServerRows {
  const { apps = [], users = [], ...configuration } = JSON.parse(engine.snapshot()) as { [key: string]: any };
  const changes: Change[] = users.map((user: any) => ({ op: 'put_user', user }));
  for (const { notifiers = [], ...app } of apps) {
    changes.push({ op: 'put_app', app });
    for (const notifier of notifiers) changes.push({ op: 'put_notifier', notifier: { ...notifier, app_id: app.id } });
  }
  return { changes, events: [], configuration: JSON.stringify(configuration) };
}

/** What a file is, by its beginning. One that is nobody's we know is left alone. */
function kindOf(path: string): 'none' | 'sqlite' | 'old' {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'none';
    throw new Failure(`cannot read ${path}: ${(error as Error).message}`);
  }
  try {
    const bytes = Buffer.alloc(16);
    const head = bytes.toString('latin1', 0, readSync(file, bytes, 0, bytes.length, 0));
    if (head === '') return 'none';
    if (head === 'SQLite format 3\0') return 'sqlite';
    if (isOldDatabase(head)) return 'old';
  } catch (error) {
    throw new Failure(`cannot read ${path}: ${(error as Error).message}`);
  } finally {
    closeSync(file);
  }
  throw new Failure(`${path} is not a database of this program, and is left alone; --import fills one from a configuration`);
}
