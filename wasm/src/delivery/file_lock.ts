// Keeps a file to one process.

import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { NotifierError } from '../error.js';

/** The locks of this very process: a number that is ours may also be that of a process that has died. */
const held = new Set<string>();

/** `FILE.lock` holds the number of the process that uses FILE. One that is left by a process that has died is taken over. */
export class FileLock {
  readonly #path: string;

  /** @throws {NotifierError} `conflict` where another process uses the file; `storage` where the lock cannot be written */
  constructor(file: string) {
    this.#path = `${file}.lock`;
    for (let tries = 0; ; ++tries) {
      try {
        const lock = openSync(this.#path, 'wx', 0o600);
        writeSync(lock, String(process.pid));
        closeSync(lock);
        held.add(this.#path);
        return;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw new NotifierError('storage', `cannot use ${file}: ${(error as Error).message}`, { cause: error });
        const owner = this.#owner(file);
        if (tries > 0 || owner !== undefined) throw new NotifierError('conflict', `another process (${owner}) uses ${file}`);
        rmSync(this.#path, { force: true });
      }
    }
  }

  release(): void {
    held.delete(this.#path);
    rmSync(this.#path, { force: true });
  }

  /** The process that holds the lock, where it is still alive. Of a lock there is nothing in the file but a number, or not even that. */
  #owner(file: string): number | undefined {
    const text = readFileSync(this.#path, 'latin1');
    if (!/^\d{0,20}$/.test(text)) throw new NotifierError('storage', `cannot use ${file}: ${this.#path} is in the way, and is no lock`);
    const pid = Number(text);
    if (pid <= 0) return undefined;
    if (pid === process.pid) return held.has(this.#path) ? pid : undefined;
    try {
      process.kill(pid, 0);
      return pid;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EPERM' ? pid : undefined;
    }
  }
}
