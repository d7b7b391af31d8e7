// What happens on one server told to those who listen on another, native ones among them, through the PostgreSQL that they share.

import { PostgresConnection } from '../node.js';
import type { EventStreams } from './event_streams.js';

/** How often it is looked for what others tell: that is heard within twice that, and as soon an app is told of after somebody began to listen. */
const everyMs = 200;
/** Most bytes that wait to be told, and that are heard at once. */
const mostBytes = 8 << 20;
/** How often it is said what is listened to here: it counts for four times as long. */
const announceMs = 3_000;
/** The database keeps messages for a minute. */
const surelyKeptMs = 45_000;
const pruneMs = 10_000;

interface Message {
  appId: string;
  /** Empty: something is missing. */
  name: string;
  json: string;
}

/**
 * One of the servers on a database that tell each other. What nobody listens to elsewhere costs a look at a set.
 *
 * Messages of one server come in their order; those of two in the order in which they reached the database. Nothing is waited for: where the
 * database fails, or more is to be told than memory is given, and where it has crashed, the listeners' streams end, and they begin anew.
 */
export class SharedStreams {
  readonly #connection: PostgresConnection;
  readonly #streams: EventStreams;
  readonly #id: string;
  readonly #loop: Promise<void>;
  #wake: (() => void) | undefined;
  #isStopping = false;

  #announced: readonly string[] = [];
  #announcedAt = 0;
  /** All up to this number is known. */
  #heard = 0;
  #heardAt = 0;
  /** The connection has broken since: messages may be gone with a database that crashed. */
  #mayMiss = false;
  #prunedAt = 0;

  /** The apps that are listened to elsewhere. */
  #elsewhere: ReadonlySet<string> = new Set();
  #queue: Message[] = [];
  #queued = 0;
  /** Apps of which the queue says that something is missing. */
  #gaps = new Set<string>();

  /** @param url of a database that has the tables already @throws {NotifierError} as PostgresConnection.open() */
  static async open(url: string, streams: EventStreams): Promise<SharedStreams> {
    const connection = await PostgresConnection.open(url, 'notifier-streams');
    try {
      const [row] = await connection.run('nextStreamId');
      return new SharedStreams(connection, streams, row![0]!);
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  private constructor(connection: PostgresConnection, streams: EventStreams, id: string) {
    this.#connection = connection;
    this.#streams = streams;
    this.#id = id;
    connection.onBroken = () => (this.#mayMiss = true);
    streams.relay = { has: (appId) => this.#elsewhere.has(appId), hasAny: () => this.#elsewhere.size > 0, tell: (appId, name, json) => this.#tell(appId, name, json) };
    this.#loop = this.#run();
  }

  /** Tells what is left to tell, and ends. */
  async close(): Promise<void> {
    this.#streams.relay = undefined;
    this.#isStopping = true;
    this.#wake?.();
    await this.#loop;
    await this.#connection.close();
  }

  #tell(appId: string, name: string, json: string): void {
    if (!this.#elsewhere.has(appId)) return;
    const size = Buffer.byteLength(appId) + name.length + Buffer.byteLength(json);
    if (this.#queued + size <= mostBytes) {
      this.#queue.push({ appId, name, json });
      this.#queued += size;
    } else this.#tellGap(appId);
  }

  #tellGap(appId: string): void {
    if (this.#gaps.has(appId)) return;
    this.#gaps.add(appId);
    this.#queue.push({ appId, name: '', json: '' });
  }

  async #run(): Promise<void> {
    while (!this.#isStopping) {
      // What fails is tried again: each step knows what it has done.
      await this.#turn().catch(() => {});
      if (this.#isStopping) break;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, everyMs);
        this.#wake = () => (clearTimeout(timer), resolve());
      });
    }
    await this.#flush().catch(() => {});
    await this.#announce([]).catch(() => {});
  }

  async #turn(): Promise<void> {
    const apps = this.#streams.apps();
    const isAnnounced = await this.#announce(apps).then(() => true, () => false);
    if (isAnnounced && apps.length > 0) await this.#hear(apps).catch(() => {});
    await this.#learn().catch(() => {});
    await this.#flush();
    await this.#prune();
  }

  /** Says what is listened to here. */
  async #announce(apps: readonly string[]): Promise<void> {
    const now = performance.now();
    const isSame = apps.length === this.#announced.length && apps.every((app, i) => app === this.#announced[i]);
    if (isSame && (apps.length === 0 || now - this.#announcedAt < announceMs)) return;
    const isFirst = this.#announced.length === 0;
    const newest = await this.#connection.transaction(async (run) => {
      await run('forgetListening', this.#id, apps);
      await run('putListening', this.#id, apps);
      return isFirst ? Number((await run('newestMessage'))[0]![0]) : undefined;
    });
    if (newest !== undefined) {
      this.#heard = newest;
      this.#heardAt = now;
      this.#mayMiss = false;
    }
    this.#announced = apps;
    this.#announcedAt = now;
  }

  async #hear(apps: readonly string[]): Promise<void> {
    const now = performance.now();
    const newest = Number((await this.#connection.run('newestMessage'))[0]![0]);
    if (this.#mayMiss || now - this.#heardAt > surelyKeptMs) {
      this.#mayMiss = false;
      for (const app of apps) this.#streams.sendHere(app, '', '');
      this.#heard = newest;
    }
    if (newest !== this.#heard) {
      const rows = await this.#connection.run('selectMessages', this.#heard, newest, this.#id, apps, mostBytes);
      let bytes = 0;
      for (const [number, appId, name, json] of rows) {
        this.#streams.sendHere(appId!, name!, json!);
        this.#heard = Number(number);
        bytes += Buffer.byteLength(json!);
      }
      if (bytes >= mostBytes) return; // there may be more
    }
    this.#heard = newest;
    this.#heardAt = now;
  }

  /** Learns what is listened to elsewhere. */
  async #learn(): Promise<void> {
    this.#elsewhere = new Set((await this.#connection.run('listenedToElsewhere', this.#id)).map(([appId]) => appId!));
  }

  async #flush(): Promise<void> {
    const messages = this.#queue;
    if (messages.length === 0) return;
    this.#queue = [];
    this.#queued = 0;
    this.#gaps.clear();
    try {
      await this.#connection.transaction(async (run) => {
        await run('lockMessages');
        await run('insertMessages', this.#id, messages.map(({ appId }) => appId), messages.map(({ name }) => name), messages.map(({ json }) => json));
      });
    } catch {
      for (const appId of this.#elsewhere) this.#tellGap(appId);
    }
  }

  /** Forgets what everybody has heard. */
  async #prune(): Promise<void> {
    if (performance.now() - this.#prunedAt < pruneMs) return;
    this.#prunedAt = performance.now();
    await this.#connection.run('forgetMessages');
  }
}
