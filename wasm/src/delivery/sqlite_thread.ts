// A database in a thread of its own, so that nothing of the disk happens in the event loop.

import { realpathSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { NotifierError } from '../error.js';
import type { Reply, Task, ThreadData } from './sqlite_task.js';

/** Who has the databases of this very process: looking at one of them from another thread would lose its lock. */
const held = new Map<string, SqliteThread>();

/** The file itself, whatever symbolic links lead to it. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    try {
      return join(realpathSync(dirname(path)), basename(path));
    } catch {
      return resolve(path);
    }
  }
}

/** What is said where there is no SQLite. */
export const needsSqlite = `SQLite is not there: it comes with Node.js 22.13 or later, and this is ${process.version}`;

/** Whether this Node.js has SQLite. */
export function hasSqlite(): boolean {
  return isBuiltin('node:sqlite');
}

export class SqliteThread {
  readonly #worker: Worker;
  readonly #path: string;
  readonly #waiting = new Map<number, { resolve(value: any): void; reject(error: Error): void }>();
  #last = 0;
  #failure: NotifierError | undefined;
  #isClosed = false;
  /** Whether others could read the file until now. */
  wasOpen = false;

  /**
   * Opens a database, or makes it.
   *
   * @throws {NotifierError} `unsupported` without SQLite, and for a file of another kind or a newer release; `conflict` where another process
   *   has it; `storage` where it cannot be read or written
   */
  static async open(data: ThreadData): Promise<SqliteThread> {
    if (!hasSqlite()) throw new NotifierError('unsupported', needsSqlite);
    const path = realPath(data.path);
    if (held.has(path)) throw new NotifierError('conflict', `another outbox of this process uses ${data.path}`);
    const thread = new SqliteThread({ ...data, path }, path);
    held.set(path, thread);
    try {
      const { wasOpen } = await new Promise<{ wasOpen: boolean }>((resolve, reject) => thread.#waiting.set(0, { resolve, reject }));
      thread.wasOpen = wasOpen;
      thread.#worker.unref();
      return thread;
    } catch (error) {
      thread.#letGo();
      const { code, message } = error as NotifierError;
      throw code === 'conflict' ? error : new NotifierError(code, `cannot use ${data.path}: ${message}`, { cause: error });
    }
  }

  private constructor(workerData: ThreadData, path: string) {
    this.#path = path;
    // A file that bundlers take along as it is: they would look into what stands in the parentheses of a Worker.
    const script = new URL('./sqlite_worker.js', import.meta.url);
    // Node.js 22 warns that SQLite may still change.
    this.#worker = new Worker(script, { workerData, execArgv: ['--disable-warning=ExperimentalWarning'], env: {} });
    this.#worker.on('message', ({ id, result, error }: Reply) => {
      const call = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (this.#waiting.size === 0) this.#worker.unref();
      if (error === undefined) call?.resolve(result);
      else call?.reject(new NotifierError(error.code, error.message));
    });
    const fail = (cause: unknown) => {
      this.#failure = new NotifierError(this.#isClosed ? 'disposed' : 'storage', this.#isClosed ? 'the database is closed' : 'the thread of the database has ended', { cause });
      for (const { reject } of this.#waiting.values()) reject(this.#failure);
      this.#waiting.clear();
      this.#letGo();
    };
    this.#worker.on('error', fail);
    this.#worker.on('exit', () => fail(this.#failure?.cause));
  }

  /** Resolves once it is done, and on the disk where it is a change. */
  ask<T>(task: Task): Promise<T> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise<T>((resolve, reject) => {
      const id = ++this.#last;
      if (this.#waiting.size === 0) this.#worker.ref(); // a program does not end while it waits
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, task });
    });
  }

  /** Resolves when the file is closed and others may have it. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#failure !== undefined) return;
    const ended = new Promise((resolve) => this.#worker.once('exit', resolve));
    await this.ask({ op: 'close' }).catch(() => {});
    this.#worker.ref();
    await ended;
    this.#letGo();
  }

  /** A thread that could not open the file ends some time later, when another one may have it. */
  #letGo(): void {
    if (held.get(this.#path) === this) held.delete(this.#path);
  }
}
