// The thread that has the database: it takes what is asked of it in groups, each of them one transaction and one sync to the disk.

import { chmodSync, closeSync, fsyncSync, openSync, readSync, statSync, existsSync, type Stats } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { applicationId, migrations, statements } from './sqlite_statements.js';
import { OutboxTables, ServerTables } from './sqlite_tables.js';
import { isWriter, type KeptRows, type Reply, type Request, type Task, type ThreadData } from './sqlite_task.js';

const data = workerData as ThreadData;
const { path, isDraft } = data;
const port = parentPort!;

class Refusal extends Error {
  constructor(
    readonly code: 'storage' | 'conflict' | 'unsupported',
    message: string,
  ) {
    super(message);
  }
}

/** SQLITE_BUSY and SQLITE_LOCKED. */
function isBusy(error: unknown): boolean {
  const { errcode } = error as { errcode?: number };
  return errcode !== undefined && ((errcode & 0xff) === 5 || (errcode & 0xff) === 6);
}

/** The code and the text for who asked. SQLite's texts name tables at most, never a value. */
function explained(error: unknown, isOpening = false): NonNullable<Reply['error']> {
  if (error instanceof Refusal) return { code: error.code, message: error.message };
  if (isOpening && isBusy(error)) return { code: 'conflict', message: `another process uses ${path}` };
  return { code: 'storage', message: (error as Error).message };
}

/** The header of a file, and of its first page's b-tree: https://www.sqlite.org/fileformat2.html */
const headSize = 108;

/** Refuses a file that is no database, or another program's, before SQLite writes to it or beside it. */
function checkHead(): void {
  const head = Buffer.alloc(headSize);
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw new Refusal('storage', (error as Error).message);
  }
  let size: number;
  try {
    size = readSync(file, head, 0, headSize, 0);
  } finally {
    closeSync(file);
  }
  if (size === 0 || existsSync(`${path}-wal`) || existsSync(`${path}-journal`)) return; // what is in the log counts, too: SQLite says
  if (size < headSize || head.toString('latin1', 0, 16) !== 'SQLite format 3\0') throw new Refusal('unsupported', 'the file is no database');
  const isEmpty = head.readUInt32BE(60) === 0 && head[100] === 0x0d && head.readUInt16BE(103) === 0;
  checkOwner(head.readUInt32BE(68), head.readUInt32BE(60), isEmpty);
}

function checkOwner(owner: number, version: number, isEmpty: boolean): void {
  if (owner !== applicationId && !(owner === 0 && isEmpty)) throw new Refusal('unsupported', 'the file is a database of another program');
  if (version <= migrations.length) return;
  throw new Refusal('unsupported', `the database has schema version ${version}, written by a newer release; this one knows ${migrations.length} at most: use the newer release`);
}

function open(): DatabaseSync {
  checkHead();
  closeSync(openSync(path, 'a', 0o600)); // it holds secrets: SQLite would let everybody read it
  const database = new DatabaseSync(path);
  try {
    const value = (sql: string) => Object.values(database.prepare(sql).get() ?? {})[0];
    database.exec('PRAGMA busy_timeout = 500');
    // The kernel's lock on the file itself, whatever names lead to it: nobody else can open the database until this process ends. A
    // native server is kept off by it, and keeps us off, since it has the database open.
    database.exec('PRAGMA locking_mode = EXCLUSIVE');
    let version = Number(value('PRAGMA user_version'));
    checkOwner(Number(value('PRAGMA application_id')), version, version === 0 && Number(value('SELECT COUNT(*) FROM sqlite_schema')) === 0);
    database.exec('PRAGMA auto_vacuum = INCREMENTAL'); // without effect where there are tables
    const mode = value(`PRAGMA journal_mode = ${isDraft ? 'DELETE' : 'WAL'}`);
    if (mode !== (isDraft ? 'delete' : 'wal')) throw new Refusal('storage', `the database cannot have a log: its journal mode stays ${String(mode)}`);
    database.exec('PRAGMA synchronous = FULL');
    database.exec('BEGIN EXCLUSIVE');
    if (isDraft && version > 0) {
      // One that was not finished. It is ours: nobody else has it.
      for (const { name } of database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").all()) database.exec(`DROP TABLE "${String(name)}"`);
      version = 0;
    }
    for (const migration of migrations.slice(version)) database.exec(migration);
    if (value(statements.hasOldTables) !== 0 && value(statements.hasOldRows) === 0) database.exec(statements.dropOldTables);
    if (version < migrations.length) database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${migrations.length}`);
    database.exec('COMMIT');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Copies a database, and looks whether the copy is whole. */
function copy(database: DatabaseSync, to: string): void {
  closeSync(openSync(to, 'wx', 0o600)); // it holds secrets
  database.prepare('VACUUM INTO ?').run(to);
  const made = new DatabaseSync(to);
  try {
    const [found] = Object.values(made.prepare('PRAGMA quick_check(1)').get() ?? {});
    if (found !== 'ok') throw new Refusal('storage', `the database is damaged: ${String(found)}`);
  } finally {
    made.close();
  }
  const file = openSync(to, 'r');
  fsyncSync(file);
  closeSync(file);
}

function identity(): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

/** Takes from others what they may not read; a log gets the file's mode. */
function hide(): boolean {
  const before = identity();
  if (before === undefined || (before.mode & 0o007) === 0) return false;
  chmodSync(path, before.mode & 0o7770);
  return true;
}

class Thread {
  readonly #database: DatabaseSync;
  readonly #outbox: OutboxTables;
  readonly #server: ServerTables;
  readonly #file: Stats;

  constructor() {
    this.#database = open();
    this.#outbox = new OutboxTables(this.#database);
    this.#server = new ServerTables(this.#database, data);
    this.#server.forgetRemoved();
    this.#file = identity()!;
  }

  /** Answers a group of requests, once what they wrote is on the disk. */
  run(requests: readonly Request[]): void {
    let replies: Reply[] = [];
    if (!requests.some(({ task }) => isWriter(task))) {
      replies = requests.map((request) => this.#answer(request));
    } else {
      try {
        this.#checkFile();
        this.#database.exec('BEGIN IMMEDIATE');
        for (const request of requests) replies.push(this.#answer(request, true));
        this.#database.exec('COMMIT');
      } catch (error) {
        this.#undo();
        const said = explained(error);
        // Those that only read are as good as the others: what they saw may be what was undone.
        replies = requests.map(({ id }) => ({ id, error: said }));
      }
    }
    for (const reply of replies) port.postMessage(reply);
    if (requests.some(({ task }) => task.op === 'close')) {
      this.#database.close();
      port.close();
    }
  }

  /** A writer that fails is undone by itself; where SQLite has undone all, this throws. */
  #answer({ id, task }: Request, isInTransaction = false): Reply {
    const isAlone = !isInTransaction || !isWriter(task);
    try {
      if (isAlone) return { id, result: this.#do(task) };
      this.#database.exec('SAVEPOINT one');
      const result = this.#do(task);
      this.#database.exec('RELEASE one');
      return { id, result };
    } catch (error) {
      if (!isAlone) {
        try {
          this.#database.exec('ROLLBACK TO one; RELEASE one');
          this.#server.undone();
        } catch {
          throw error;
        }
      }
      return { id, error: explained(error) };
    }
  }

  #undo(): void {
    try {
      this.#database.exec('ROLLBACK');
    } catch {
      // It was undone already, or has not begun.
    }
    this.#server.undone();
  }

  /** What is written to a file that has no name any more would go nowhere. */
  #checkFile(): void {
    const now = identity();
    if (now !== undefined && now.ino === this.#file.ino && now.dev === this.#file.dev) return;
    throw new Refusal('storage', 'the database was deleted, moved or replaced: nothing can be stored until this program starts again');
  }

  #do(task: Task): unknown {
    switch (task.op) {
      case 'keep':
        return {
          isNewEvent: task.rows === undefined ? [] : this.#server.keep(task.rows),
          sequences: this.#outbox.insert(task.entries, task.rests),
        } satisfies KeptRows;
      case 'write':
        for (const write of task.writes) this.#outbox.write(write);
        return undefined;
      case 'regroup':
        for (const write of task.writes) this.#outbox.write(write);
        for (const group of task.groups) this.#outbox.keepGroup(group);
        return this.#outbox.insert(task.entries, task.rests);
      case 'forget': {
        const count = this.#outbox.forget(task.what, task.isDated, task.most);
        if (count < task.most) {
          this.#server.forgetRemoved();
          this.#database.exec('PRAGMA incremental_vacuum(4096)');
        }
        return count;
      }
      case 'take over':
        this.#server.keep(task.rows);
        this.#outbox.takeOver(task.outbox);
        return undefined;
      case 'load':
        return this.#outbox.load(task.sequence);
      case 'waiting':
        return this.#outbox.waiting(task.after, task.most, task.areGrouping);
      case 'groups':
        return this.#outbox.groups();
      case 'health':
        return this.#outbox.health();
      case 'clock':
        return this.#outbox.clock();
      case 'find':
        return this.#outbox.find(task.notifierId, task.key);
      case 'list':
        return this.#outbox.list(task.query);
      case 'search':
        return this.#outbox.search(task.search, task.limit, task.place);
      case 'event':
        return this.#server.event(task.appId, task.id);
      case 'removed':
        return this.#server.removed(task.appId, task.notifierId);
      case 'events':
        return this.#server.events(task.appId, task.offset, task.limit, task.place);
      case 'registry':
        return this.#server.registry();
      case 'figures':
        return { eventBytes: this.#server.eventBytes(), oldestPending: this.#outbox.oldestPending() };
      case 'copy':
        return copy(this.#database, task.path);
      case 'check':
        // The number that is there already, as far as to the disk.
        this.#database.exec(`PRAGMA user_version = ${migrations.length}`);
        return undefined;
      case 'close':
        return undefined;
    }
  }
}

try {
  const wasOpen = hide();
  const thread = new Thread();
  port.on('message', (first: Request) => {
    const requests = [first];
    for (let more = receiveMessageOnPort(port); more !== undefined; more = receiveMessageOnPort(port)) requests.push(more.message as Request);
    // A copy is made outside of any transaction.
    const isCopy = ({ task }: Request) => task.op === 'copy';
    for (const copying of requests.filter(isCopy)) thread.run([copying]);
    thread.run(requests.filter((request) => !isCopy(request)));
  });
  port.postMessage({ id: 0, result: { wasOpen } } satisfies Reply);
} catch (error) {
  port.postMessage({ id: 0, error: explained(error, true) } satisfies Reply);
  port.close();
}
