// A PostgreSQL that several servers share, native ones among them: what one of them changes, the others see.

import type { Engine } from '../engine.js';
import { NotifierError } from '../error.js';
import { PostgresConnection, PostgresOutboxStore, type KeptRows, type keptByDefault, type Run, type ServerRows, type ShardFigures, type StoreEntry } from '../node.js';
import type { Change, HistoryPage } from '../types.js';
import { Failure } from './command.js';
import { everythingOf, type ServerDatabase } from './database.js';

/** Of the log, so many revisions are kept, for a day. */
const keptRevisions = 100_000;
/** How often it is looked whether others have changed the registry; a fifth as often while what they tell of it is heard. */
const followMs = 100;
/** How long a request waits for what others have changed. */
const patienceMs = 1_000;

/** Whether `--database` names one. */
export function isShared(database: string): boolean {
  return /^postgres(ql)?:\/\//.test(database);
}

function conflict(): NotifierError {
  return new NotifierError('conflict', 'what is stored has changed since the change was planned');
}

/** How the registry and the shards stand. */
export interface SharedFigures {
  revision: number;
  /** Undefined where this server does not send. */
  shards: ShardFigures | undefined;
}

/**
 * All changes of the registry have one order: each transaction raises its revision first. A change that was planned before another server's
 * was seen is a `conflict`, and planned again.
 */
export class SharedDatabase implements ServerDatabase {
  readonly store: PostgresOutboxStore;
  readonly #follower: PostgresConnection;
  readonly #kept: typeof keptByDefault;
  /** Events of an app that were stored since the oldest were forgotten, and what they take. */
  readonly #sinceForgotten = new Map<string, { count: number; bytes: number }>();
  /** What those of all apps take. */
  #bytesSinceForgotten = 0;
  #engine: Engine | undefined;
  #revision = 0;
  /** A revision that is known to be there. */
  #wanted = 0;
  /** The one that is being stored here. */
  #raised = 0;
  /** What was stored last, and may not be shown yet. */
  #own: readonly Change[] = [];
  #following: Promise<void> | undefined;
  #isStopping = false;
  /** That others have changed something. */
  #isTold = false;
  #wake: (() => void) | undefined;
  readonly #moved: (() => void)[] = [];

  /** @throws {Failure} where it cannot be used. No text tells of the URL */
  static async open(url: string, { attemptMs, ...kept }: typeof keptByDefault & { attemptMs: number }): Promise<SharedDatabase> {
    try {
      const store = await PostgresOutboxStore.open(url, { attemptMs });
      const follower = await PostgresConnection.open(url, 'notifier-follow');
      return new SharedDatabase(store, follower, kept);
    } catch (error) {
      if (!(error instanceof NotifierError)) throw error;
      throw new Failure(`cannot use the database: ${error.message}`);
    }
  }

  private constructor(store: PostgresOutboxStore, follower: PostgresConnection, kept: typeof keptByDefault) {
    this.store = store;
    this.#follower = follower;
    this.#kept = kept;
    store.listener.add(({ hasChanges }) => {
      if (!hasChanges) return;
      this.#isTold = true;
      this.#wake?.();
    });
  }

  async close(): Promise<void> {
    this.#isStopping = true;
    this.#wake?.();
    await this.#following;
    await this.store.close();
    await this.#follower.close();
  }

  /** The revision of the registry that the engine shows. */
  get revision(): number {
    return this.#revision;
  }

  /** Fills an empty engine, as of one revision. */
  async load(engine: Engine): Promise<void> {
    this.#engine = engine;
    await this.#follower.transaction(async (run) => {
      await run('seeOneMoment');
      const [head] = await run('selectRevision');
      const [configuration] = await run('selectConfiguration');
      if (configuration !== undefined) engine.load({ ...(JSON.parse(configuration[0]!) as object), apps: [] });
      engine.apply((await run('selectChanges')).map(([change]) => ({ ...(JSON.parse(change!) as Change), expected: null })));
      this.#revision = this.#wanted = Number(head![0]);
    });
  }

  async adopt(engine: Engine): Promise<void> {
    const { changes, ...rest } = everythingOf(engine);
    await this.keep({ ...rest, changes: changes.map((change) => ({ ...change, expected: '*' })) }, []);
  }

  // ---- what requests come to ----

  /** @throws {NotifierError} `conflict` where another server has changed the registry since; `storage` */
  async keep(rows: ServerRows, entries: readonly StoreEntry[]): Promise<KeptRows> {
    const { changes } = rows;
    const versions = changes.length > 0 ? this.#engine!.versionsOf(changes) : [];
    try {
      const { sequences, came } = await this.store.insertWith(entries, (run) => this.#keepRows(run, rows, versions), changes.length > 0);
      if (changes.length > 0) {
        this.#own = changes;
        this.#show(this.#raised);
      }
      return { sequences, isNewEvent: came };
    } finally {
      if (changes.length > 0) this.#raised = 0;
    }
  }

  async #keepRows(run: Run, { changes, events, configuration }: ServerRows, versions: readonly string[]): Promise<boolean[]> {
    if (configuration !== undefined) await run('putConfiguration', configuration);
    if (changes.length > 0) {
      const revision = Number((await run('raiseRevision'))[0]![0]);
      if (this.#following !== undefined && revision !== this.#revision + 1) {
        this.#wanted = revision - 1;
        this.#wake?.();
        throw conflict();
      }
      this.#raised = revision;
      for (const [i, change] of changes.entries()) {
        const { expected: _, ...row } = change;
        const json = JSON.stringify(row);
        await keepChange(run, change, versions[i]!, json);
        await run('logChange', revision, i + 1, json);
      }
      await run('forgetLog', revision - keptRevisions);
    }
    return this.#keepEvents(run, events);
  }

  /** @returns of each whether it is new */
  async #keepEvents(run: Run, events: ServerRows['events']): Promise<boolean[]> {
    if (events.length === 0) return [];
    const rows = await run('insertEvents', events.map(({ appId }) => appId), events.map(({ id }) => id), events.map(({ json }) => json));
    const added = new Set(rows.map((row) => JSON.stringify(row)));
    const areNew = events.map(({ appId, id }) => id === '' || added.delete(JSON.stringify([appId, id])));
    for (const [i, { appId, json }] of events.entries()) {
      if (areNew[i]) this.#countEvent(appId, Buffer.byteLength(json));
    }
    for (const appId of new Set(rows.map(([appId]) => appId!))) await this.#forgetEvents(run, appId);
    const { eventBytes } = this.#kept;
    if (eventBytes > 0 && this.#bytesSinceForgotten > eventBytes / 20) {
      this.#bytesSinceForgotten = 0;
      await run('forgetEventsOverAll', eventBytes);
    }
    return areNew;
  }

  #countEvent(appId: string, bytes: number): void {
    const since = this.#sinceForgotten.get(appId) ?? { count: 0, bytes: 0 };
    this.#sinceForgotten.set(appId, { count: since.count + 1, bytes: since.bytes + bytes });
    this.#bytesSinceForgotten += bytes;
  }

  /** Forgets the oldest, once they are a twentieth more than are kept. */
  async #forgetEvents(run: Run, appId: string): Promise<void> {
    const { eventsPerApp, eventBytesPerApp } = this.#kept;
    const since = this.#sinceForgotten.get(appId);
    if (since === undefined || (since.count <= eventsPerApp / 20 && since.bytes <= eventBytesPerApp / 20)) return;
    this.#sinceForgotten.delete(appId);
    await run('forgetEvents', appId, eventsPerApp, eventBytesPerApp);
  }

  // ---- what others change ----

  /** Brings it into the engine, from now on. @param onChanges is called with it, once it is seen */
  follow(onChanges: (changes: readonly Change[]) => void): void {
    this.store.listener.start();
    // A delivery may have come with the notifier that it is for.
    this.store.beforeArrival = async () => {
      const [head] = await this.#follower.run('selectRevision');
      const isSeen = Number(head![0]) <= this.#revision || (await this.waitFor(Number(head![0]), patienceMs));
      if (!isSeen) throw new NotifierError('storage', 'what others have changed is not seen yet');
    };
    this.#following = this.#follow(this.#engine!, onChanges);
  }

  /** Resolves, within a second, when the engine shows what made keep() conflict. */
  async catchUp(): Promise<void> {
    if (this.#wanted > this.#revision) await this.waitFor(this.#wanted, patienceMs);
  }

  /** Resolves when the engine shows a revision, which another server may have answered. False: it does not in time. */
  async waitFor(revision: number, patience: number): Promise<boolean> {
    this.#wanted = Math.max(this.#wanted, revision);
    this.#wake?.();
    const end = performance.now() + patience;
    while (this.#revision < revision && performance.now() < end && !this.#isStopping) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, end - performance.now());
        this.#moved.push(() => (clearTimeout(timer), resolve()));
      });
    }
    return this.#revision >= revision;
  }

  #show(revision: number): void {
    this.#revision = revision;
    for (const call of this.#moved.splice(0)) call();
  }

  async #follow(engine: Engine, onChanges: (changes: readonly Change[]) => void): Promise<void> {
    while (!this.#isStopping) {
      this.#isTold = false;
      const isMore = await this.#followOnce(engine, onChanges).catch(() => false);
      if (isMore || this.#isStopping || this.#isTold) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, this.#wanted > this.#revision ? 2 : followMs * (this.store.listener.hears ? 5 : 1));
        this.#wake = () => (clearTimeout(timer), resolve());
      });
      this.#wake = undefined;
    }
  }

  /** Takes the next revision from the log. @returns whether there was one */
  async #followOnce(engine: Engine, onChanges: (changes: readonly Change[]) => void): Promise<boolean> {
    const next = this.#revision + 1;
    const rows = await this.#follower.run('selectLog', next);
    if (rows.length === 0) return false;
    const changes = rows.map(([change]): Change => ({ ...(JSON.parse(change!) as Change), expected: '*' }));
    // It may be our own, which keep() is about to say.
    for (const end = performance.now() + patienceMs; this.#revision + 1 === next && performance.now() < end; ) {
      if (this.#raised !== next && this.#isOwnShown(engine)) break;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    if (this.#revision + 1 !== next || this.#raised === next) return true;
    // What is being changed here is stored later: the other way round it would not have been.
    engine.apply(changes);
    this.#own = [];
    this.#show(next);
    onChanges(changes);
    return true;
  }

  /**
   * Whether the engine shows what keep() was given last: it does once keep() has resolved, and what is behind it in the log must not be shown
   * before. What is kept for a change is refused to others until then; made again where it is shown, it changes nothing.
   */
  #isOwnShown(engine: Engine): boolean {
    if (this.#own.length === 0) return true;
    try {
      engine.apply(this.#own.map((change) => ({ ...change, expected: '*' })));
      return true;
    } catch (error) {
      return !(error instanceof NotifierError && error.code === 'conflict');
    }
  }

  // ---- what is read ----

  /** Rejects where a change could not be stored now, and where the leases of this server could not be renewed. */
  async check(): Promise<void> {
    const [row] = await this.store.connections.lists.run('isReadOnly');
    if (row![0] === 't') throw new NotifierError('storage', 'the database can only be read');
    const [passedBy] = await this.store.connections.lists.run('hasPassedBy', this.#revision);
    if (passedBy !== undefined) throw new NotifierError('storage', 'others have changed more than is kept since this server heard of it: start it again');
    if (!this.store.isRenewed) throw new NotifierError('storage', 'the leases of this server could not be renewed');
  }

  async figures(): Promise<{ shared: SharedFigures }> {
    return { shared: { revision: this.#revision, shards: this.store.figures() } };
  }

  async event(appId: string, id: string): Promise<string | undefined> {
    const [row] = await this.store.connections.lists.run('eventById', appId, id);
    return row?.[0];
  }

  /** The change that put a notifier which was removed less than a day ago. */
  async removed(appId: string, notifierId: string): Promise<string | undefined> {
    const [row] = await this.store.connections.lists.run('removedNotifier', notifierId, appId);
    return row?.[0];
  }

  async events(appId: string, offset: number, limit: number, place?: number): Promise<HistoryPage> {
    const { run } = this.store.connections.lists;
    const [total] = await run('countEvents', appId);
    const rows = await run('pageOfEvents', appId, place || Number.MAX_SAFE_INTEGER, limit + 1, place === undefined ? offset : 0);
    const items = rows.slice(0, limit).map(([event]) => event!);
    return { total: Number(total![0]), items, ...(place !== undefined && { next: Number(rows[limit]?.[1] ?? 0) }) };
  }
}

/** Stores a change where what there is is as it expects. @throws {NotifierError} `conflict` */
async function keepChange(run: Run, change: Change, version: string, json: string): Promise<void> {
  const [verb, kind] = change.op.split('_') as ['put' | 'remove', 'app' | 'notifier' | 'user' | 'vocabulary'];
  // There is one vocabulary.
  const { id = kind } = (change as Record<string, any>)[kind] as { id?: string };
  const expected = change.expected ?? '';
  if (verb === 'remove') {
    const removed = change.op === 'remove_notifier' ? await run('removeNotifier', kind, id, expected, change.notifier.app_id) : await run('removeRow', kind, id, expected);
    if (removed.touched === 0) throw conflict();
    if (kind !== 'app') return;
    await run('forgetEventsOf', id);
    await run('forgetRemovedOf', id);
    return;
  }
  if (change.op === 'put_notifier' && (await run('hasRow', 'app', change.notifier.app_id)).length === 0) throw conflict();
  // What no change has put yet is the configuration's vocabulary, or the program's.
  const isAny = expected === '*' || (kind === 'vocabulary' && (expected === '' || (await run('hasRow', kind, id)).length === 0));
  const put = isAny ? await run('putRow', kind, id, json, version) : expected === '' ? await run('insertRow', kind, id, json, version) : await run('updateRow', kind, id, json, version, expected);
  if (put.touched === 0) throw conflict();
}
