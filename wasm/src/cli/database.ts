// Everything the server keeps, in one JSON file: a snapshot, and the latest events of each app.

import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { FileLock } from '../delivery/file_lock.js';
import { syncFolder } from '../delivery/journal.js';
import { isReplaceable } from '../delivery/own_file.js';
import type { Engine } from '../engine.js';
import { NotifierError } from '../error.js';
import type { Change, Outcome } from '../types.js';
import { Failure } from './command.js';

type Json = { [key: string]: any };

/** How many events of an app are kept, the latest ones. */
const eventsPerApp = 200;

/**
 * A file that is always whole: it is replaced by a new one that is already on the disk. Holds secrets.
 *
 *     const database = new Database('notifier.json');
 *     database.load(engine);
 *     const [error] = await engine.commit([engine.handle(request)], (accepted) => void database.store(accepted));
 */
export class Database {
  readonly #path: string;
  readonly #lock: FileLock;
  /** The snapshot without its lists. */
  #head: Json = { version: 1 };
  #apps = new Map<string, Json>();
  /** In the order in which they were made, by id. */
  #notifiers = new Map<string, Json>();
  #users = new Map<string, Json>();
  /** By app, the latest last. An event that has no id of its own is known by another. */
  #events = new Map<string, { id: string; json: string }[]>();

  /** Keeps other servers off the file until release(). */
  constructor(path: string) {
    this.#path = path;
    try {
      this.#lock = new FileLock(path);
    } catch (error) {
      if (!(error instanceof NotifierError)) throw error;
      throw new Failure(error.message);
    }
  }

  release(): void {
    this.#lock.release();
  }

  /** Fills an empty engine from the file, where there is one. Says whether there was. */
  load(engine: Engine): boolean {
    let text: string;
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw new Failure(`cannot read ${this.#path}: ${(error as Error).message}`);
    }
    // An empty file is as good as none; any other that we did not write is not ours to write over.
    if (text === '') return false;
    if (!isDatabase(text)) throw new Failure(`${this.#path} is not a database of this program, and is left alone; --import fills one from a configuration`);
    engine.load(text);
    const { events = {}, event_ids: ids = {} } = JSON.parse(text) as { events?: Record<string, { id?: unknown }[]>; event_ids?: Record<string, string[]> };
    for (const [app, list] of Object.entries(events)) {
      this.#events.set(app, list.map((event, i) => ({ id: ids[app]?.[i] ?? String(event.id ?? ''), json: JSON.stringify(event) })));
    }
    this.adopt(engine);
    return true;
  }

  /** Takes over what an engine holds; write() then keeps it. */
  adopt(engine: Engine): void {
    const { apps = [], users = [], ...head } = JSON.parse(engine.snapshot()) as Json;
    this.#head = head;
    for (const { notifiers = [], ...app } of apps) {
      this.#apps.set(app.id, app);
      for (const notifier of notifiers) this.#notifiers.set(notifier.id, { ...notifier, app_id: app.id });
    }
    for (const user of users) this.#users.set(user.id, user);
  }

  /**
   * Keeps what requests came to. Returns when it is on the disk; throws where it is not, and then nothing has changed.
   *
   * @returns what undoes it again
   */
  store(outcomes: readonly Outcome[]): () => void {
    const before = [this.#apps, this.#notifiers, this.#users, this.#events] as const;
    const restore = () => void ([this.#apps, this.#notifiers, this.#users, this.#events] = before);
    [this.#apps, this.#notifiers, this.#users, this.#events] = [new Map(before[0]), new Map(before[1]), new Map(before[2]), new Map(before[3])];
    try {
      for (const { changes, events } of outcomes) {
        for (const change of changes) this.#put(change);
        for (const { appId, id, json } of events) {
          const list = this.#events.get(appId) ?? [];
          if (id === '' || list.every((known) => known.id !== id)) this.#events.set(appId, [...list.slice(1 - eventsPerApp), { id, json }]);
        }
      }
      this.write();
    } catch (error) {
      restore();
      throw error;
    }
    return () => {
      restore();
      this.write();
    };
  }

  #put(change: Change): void {
    switch (change.op) {
      case 'put_app':
        this.#apps.set(change.app.id, change.app);
        break;
      case 'remove_app':
        this.#apps.delete(change.app.id);
        this.#events.delete(change.app.id);
        for (const [id, notifier] of this.#notifiers) if (notifier['app_id'] === change.app.id) this.#notifiers.delete(id);
        break;
      case 'put_user':
        this.#users.set(change.user.id, change.user);
        break;
      case 'remove_user':
        this.#users.delete(change.user.id);
        break;
      case 'put_notifier':
        this.#notifiers.set(change.notifier.id, change.notifier);
        break;
      case 'remove_notifier':
        this.#notifiers.delete(change.notifier.id);
        break;
    }
  }

  write(): void {
    const notifiersOf = new Map<string, Json[]>();
    for (const notifier of this.#notifiers.values()) {
      const list = notifiersOf.get(notifier['app_id']);
      if (list) list.push(notifier);
      else notifiersOf.set(notifier['app_id'], [notifier]);
    }
    const apps = Array.from(this.#apps.values(), (app) => ({ ...app, notifiers: notifiersOf.get(app['id']) ?? [] }));
    const head = JSON.stringify({ ...this.#head, apps, users: [...this.#users.values()] }).slice(0, -1);
    // Events go in as they came, not as JavaScript would write them.
    const events = Array.from(this.#events, ([app, list]) => `${JSON.stringify(app)}:[${list.map(({ json }) => json).join(',')}]`);
    const ids = JSON.stringify(Object.fromEntries(Array.from(this.#events, ([app, list]) => [app, list.map(({ id }) => id)])));
    replaceFile(this.#path, `${head},"events":{${events.join(',')}},"event_ids":${ids}}\n`);
  }

  events(appId: string, offset: number, limit: number): { total: number; items: string[] } {
    const list = this.#events.get(appId) ?? [];
    const end = Math.max(list.length - offset, 0);
    return { total: list.length, items: list.slice(Math.max(end - limit, 0), end).reverse().map(({ json }) => json) };
  }
}

/** How each of our files begins. */
function isDatabase(head: string): boolean {
  const begin = '{"version":1,';
  return head.length < begin.length ? begin.startsWith(head) : head.startsWith(begin);
}

/** Replaces a file at one stroke, durably. */
function replaceFile(path: string, text: string): void {
  const draft = `${path}.new`;
  if (!isReplaceable(draft, isDatabase)) throw new Error(`${draft} is in the way, and is not a database of this program`);
  const file = openSync(draft, 'w', 0o600);
  try {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(draft, path);
  syncFolder(path);
}
