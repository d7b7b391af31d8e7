// What the dashboard knows of an app, and its way there: a server, or the engine in the page.

import type { Catalogue, Delivery, Engine, EventInput, Notifier, NotifierDraft, NotifierPatch } from 'notifier-wasm';
import { ActivityLog, type LoggedDelivery } from './activity_log.js';
import { Client, Refusal, type AppInfo, type Person, type ServerCatalogue, type ServerSettings } from './client.js';
import type { DeliveryNote } from './delivery_note.js';
import type { PageTransport } from './page_transport.js';
import { ServerTransport, Unreachable, pause, type Answer, type Watcher } from './transport.js';
import type { Workshop } from './workshop.js';

/** What a host has set. */
export interface Settings {
  baseUrl: string | null;
  app: string;
  persist: string | null;
  engine: Engine | undefined;
  seed: EventInput | undefined;
  token: () => string;
  fetch: typeof globalThis.fetch;
}

/** Who looks at a session. */
export interface Observer {
  /** Something that is shown has changed. */
  changed(): void;
  loaded(count: number): void;
  failed(error: unknown): void;
  connected(isConnected: boolean): void;
  /** Something was done, but could not be kept for the next time. */
  unkept(error: unknown): void;
}

/** The engines of a dashboard, which outlive its sessions. */
export interface Engines {
  /** Page mode: the store. */
  own?: Engine;
  /** Server mode: holds what the server holds. */
  mirror?: Engine;
  /** What an engine knows before it is told of anything. */
  builtIn?: Catalogue;
}

/** The server has no app yet. */
export class NoApps extends Error {}

/** Of how many notifiers the deliveries of before are asked for: one request each. */
const mostAsked = 50;
/** However fast things happen, they are drawn no more often than this, in milliseconds. */
const pace = 100;

export class Session {
  readonly log = new ActivityLog();
  notifiers: Notifier[] | undefined;
  app: AppInfo | undefined;
  apps: AppInfo[] = [];
  workshop: Workshop | undefined;
  typeNames: ReadonlyMap<string, string> = new Map();
  /** Why there is nothing to see, or nothing new. */
  problem: unknown;
  engineProblem = '';
  /** Whether what happens is told as it happens; undefined: not known yet. */
  live: boolean | undefined;
  /** Counts up when something happened. */
  logged = 0;

  readonly #settings: Settings;
  readonly #engines: Engines;
  readonly #observer: Observer;
  readonly #life = new AbortController();
  #client: Client | undefined;
  #page: PageTransport | undefined;
  #people: Person[] = [];
  #server: ServerSettings = {};
  #catalogue: ServerCatalogue = { platforms: [], categories: [], types: [] };
  #paced: ReturnType<typeof setTimeout> | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;
  #refreshing: Promise<void> | undefined;
  #isStale = false;
  /** Whether there was no answer, and has been none since. */
  #isGone = false;
  #isRecovering = false;
  #isWatching = false;
  #isOpeningLater = false;
  #openingPause = 1000;
  #deliveries: Promise<void> | undefined;
  /** For each list of deliveries that is asked for, the keys of those that were heard of since: that counts more than the list. */
  readonly #readings = new Set<Set<string>>();
  /** Keys of deliveries that are being sent again, until the stream or the answer tells of them. */
  readonly #asking = new Set<string>();
  /** Notifiers whose failures are being asked for. */
  readonly #asked = new Set<string>();
  /** Tests whose outcome is waited for, by notifier. `before`: keys of those that there were. */
  readonly #tests = new Map<string, { key: string; before: ReadonlySet<string>; told: (note: DeliveryNote) => void }>();
  /** The server has no list of deliveries. */
  #keepsNone = false;
  #hasLearned = false;
  #eventsAsked = false;

  constructor(settings: Settings, engines: Engines, observer: Observer) {
    this.#settings = settings;
    this.#engines = engines;
    this.#observer = observer;
  }

  /** Whether all there is was loaded, and the server now asks for another token. */
  get isLockedOut(): boolean {
    return this.notifiers !== undefined && lacksToken(this.problem);
  }

  /** The engine in the page, where that is the server. */
  get page(): PageTransport | undefined {
    return this.#page;
  }

  get isInPage(): boolean {
    return this.#settings.baseUrl === null;
  }

  stop(): void {
    this.#life.abort();
    clearTimeout(this.#paced);
    clearTimeout(this.#again);
  }

  // ---- coming to know ----

  /** Loads until there is something, or a reason why there will be nothing; then follows what happens. */
  async start(): Promise<void> {
    const { signal } = this.#life;
    for (let wait = 1000; ; wait = Math.min(wait * 2, 15_000)) {
      try {
        await this.#connect();
        if (signal.aborted) return;
        this.#back();
        break;
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof NoApps) {
          this.#back();
          this.problem = error;
          return;
        }
        this.#fail(error);
        if (!(error instanceof Unreachable)) return;
        await pause(wait, signal);
        if (signal.aborted) return;
      }
    }
    this.#observer.loaded(this.notifiers!.length);
    await this.#follow();
  }

  async #connect(): Promise<void> {
    const { signal } = this.#life;
    const client = (this.#client ??= new Client(await this.#transport()));
    let app: AppInfo | undefined;
    if (this.#settings.app) {
      // The list is what counts: what else is known of the app may come later.
      app = { id: this.#settings.app, name: this.#settings.app };
    } else {
      await this.#readApps(client);
      app = this.apps[0];
    }
    if (signal.aborted) return;
    if (!app) throw new Refusal({ status: 404, body: '{"resource":"app","error":"not found"}' });
    const notifiers = await client.notifiers(app.id).catch(async (error: unknown) => {
      // What there is instead can be chosen, or made.
      if (error instanceof Refusal && error.status === 404) await this.#readApps(client);
      throw error;
    });
    if (signal.aborted) return;
    const [first] = notifiers;
    this.app = first?.app_id ? { id: first.app_id, name: first.app } : app;
    this.notifiers = notifiers;
  }

  async #readApps(client: Client): Promise<void> {
    const apps = await client.apps();
    if (apps?.length === 0) throw new NoApps('the server has no app yet');
    this.apps = apps ?? [];
  }

  async #transport(): Promise<ServerTransport | PageTransport> {
    const { baseUrl, token, fetch, app, persist, seed } = this.#settings;
    if (baseUrl !== null) return new ServerTransport(baseUrl, token, fetch);
    let engine = this.#settings.engine ?? this.#engines.own;
    if (!engine) {
      const { createEngine } = await import('notifier-wasm');
      engine = this.#engines.own = await createEngine();
      const kept = persist === null ? undefined : await (await import('./keeping.js')).readSnapshot(persist).catch((error: unknown) => this.#observer.unkept(error));
      if (kept ?? seed) engine.load((kept ?? seed)!);
      if (engine.apps().length === 0) engine.addApp({ id: app || 'app', name: app || 'app' });
    }
    const keep = async (snapshot: () => string) => {
      if (persist === null) return;
      try {
        await (await import('./keeping.js')).writeSnapshot(persist, snapshot());
      } catch (error) {
        this.#observer.unkept(error);
        this.#observer.changed();
      }
    };
    const { PageTransport } = await import('./page_transport.js');
    return (this.#page = new PageTransport(engine, keep));
  }

  /** What comes after the first row: people, catalogue, the engine, what happens. */
  async #follow(): Promise<void> {
    void this.#watch();
    await this.#learn();
    await this.openWorkshop();
  }

  async #watch(): Promise<void> {
    if (this.#isWatching) return;
    this.#isWatching = true;
    const { signal } = this.#life;
    try {
      if (await this.#client!.transport.watch(this.app!.id, this.#watcher(), signal)) return;
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
    } finally {
      this.#isWatching = false;
    }
    if (signal.aborted) return;
    this.live = false;
    this.#observer.changed();
  }

  /** What else there is to know of an app. */
  async #learn(): Promise<void> {
    const { signal } = this.#life;
    const client = this.#client!;
    const { id } = this.app!;
    try {
      const [app, people, catalogue, settings] = await Promise.all([client.app(id), client.people(id), client.catalogue(), client.settings()]);
      if (signal.aborted) return;
      this.#server = settings;
      if (app) this.app = app;
      this.#people = people ?? [];
      this.#catalogue = catalogue;
      this.typeNames = new Map(catalogue.types.map(({ id: type, display_name: name }) => [type, name]));
      await this.#readEvents();
      this.#hasLearned = true;
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
    }
  }

  async #readEvents(): Promise<void> {
    const isAgain = this.#eventsAsked;
    this.#eventsAsked = true;
    const events = await this.#client!.events(this.app!.id);
    for (const event of events) {
      // One without an id cannot be told from one that is known.
      if (!isAgain || (event as { id?: unknown }).id) this.log.addEvent(event, Date.now());
    }
    this.#happened();
  }

  #watcher(): Watcher {
    let was: boolean | undefined;
    return {
      event: (json) => {
        const event = JSON.parse(json) as { type?: unknown; type_data?: { notifier_id?: unknown } | null };
        this.log.addEvent(event, Date.now());
        this.#happened();
        // Somebody else may have changed the list.
        if (!/^(new|edit|delete)_notifier$/.test(String(event.type))) return;
        void this.refresh();
        // A server may tell of a change a moment before its list has it.
        this.#again ??= setTimeout(() => {
          this.#again = undefined;
          void this.refresh();
        }, 500);
        // What waits for a notifier that is switched off or on is held or due again, all at once.
        if (this.#deliveries && !this.isInPage) void this.#askWhy(String(event.type_data?.notifier_id));
      },
      delivery: (note) => {
        this.#hear(note.idempotency_key);
        this.#asking.delete(note.idempotency_key);
        this.#tellTest(note);
        this.log.addDelivery(note, Date.now());
        this.#happened();
        if (note.status === 'dead' && note.reason === '' && !this.isInPage) void this.#askWhy(note.notifier_id);
      },
      connected: (isLive) => {
        if (this.#life.signal.aborted) return;
        if (!isLive && was !== false) this.#fail(new Unreachable('the stream broke off'));
        if (isLive && was === false) {
          this.#back();
          void this.refresh();
        }
        if (isLive) this.#catchUp();
        this.live = was = isLive;
        this.#observer.changed();
      },
    };
  }

  /** Reads once more what was read before the stream began: what happened in between was told by neither. */
  #catchUp(): void {
    if (this.#eventsAsked) this.#readEvents().catch((error: unknown) => this.#life.signal.aborted || this.#fail(error));
    this.#deliveries &&= this.#deliveries.then(() => this.#readDeliveries());
  }

  #happened(): void {
    ++this.logged;
    this.#paced ??= setTimeout(() => {
      this.#paced = undefined;
      this.#observer.changed();
    }, pace);
  }

  /** Reads the list anew, and the engine's copy of it. Once more where it is asked for meanwhile. */
  refresh(): Promise<void> {
    this.#isStale = true;
    return (this.#refreshing ??= this.#readAnew().finally(() => (this.#refreshing = undefined)));
  }

  async #readAnew(): Promise<void> {
    const { signal } = this.#life;
    try {
      while (this.#isStale) {
        this.#isStale = false;
        const notifiers = await this.#client!.notifiers(this.app!.id);
        if (signal.aborted) return;
        this.notifiers = notifiers;
        this.#observer.changed();
        await this.openWorkshop();
      }
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
    }
  }

  /** Makes the engine know what is known. */
  async openWorkshop(): Promise<void> {
    const { signal } = this.#life;
    try {
      const { Dialect, Workshop, mirror } = await import('./workshop.js');
      let engine = this.#settings.engine ?? this.#engines.own;
      let server: ServerCatalogue | undefined;
      if (!this.isInPage) {
        const { createEngine } = await import('notifier-wasm');
        engine = this.#engines.mirror ??= await createEngine();
        if (signal.aborted) return;
        server = this.#catalogue;
      }
      if (signal.aborted || !engine) return;
      const dialect = new Dialect(server ? (this.#engines.builtIn ??= engine.catalogue()) : engine.catalogue(), server ?? { platforms: [], categories: [], types: [], vocabulary: engine.vocabulary() });
      if (server) mirror(engine, this.app!, this.notifiers ?? [], this.#people, dialect, this.#server);
      this.workshop = new Workshop(engine, this.app!, this.#people, dialect);
      this.typeNames = new Map(this.workshop.catalogue.event_types.map(({ id, display_name: name }) => [id, name]));
      this.engineProblem = '';
    } catch (error) {
      if (signal.aborted) return;
      this.engineProblem = error instanceof Error ? error.message : String(error);
      // What could not be fetched may be there later; what cannot be compiled stays so.
      if (error instanceof TypeError) void this.#openLater();
    }
    this.#observer.changed();
  }

  async #openLater(): Promise<void> {
    if (this.#isOpeningLater) return;
    this.#isOpeningLater = true;
    const { signal } = this.#life;
    await pause(this.#openingPause, signal);
    this.#openingPause = Math.min(this.#openingPause * 2, 15_000);
    this.#isOpeningLater = false;
    if (!signal.aborted && this.engineProblem) await this.openWorkshop();
  }

  /** The deliveries of before, where the server keeps them. Asks once. */
  async loadDeliveries(): Promise<void> {
    if (this.notifiers) await (this.#deliveries ??= this.#readDeliveries());
  }

  async #readDeliveries(): Promise<void> {
    const waiting = this.notifiers!.slice(0, mostAsked);
    try {
      for (let notifier = waiting.shift(); notifier && !this.#life.signal.aborted; notifier = waiting.shift()) {
        // Whoever keeps none for one keeps none for any.
        if (!(await this.#readDeliveriesOf(notifier))) return;
      }
    } catch (error) {
      if (!this.#life.signal.aborted) this.#fail(error);
    }
  }

  /** False where the server keeps none. */
  async #readDeliveriesOf(notifier: Notifier): Promise<boolean> {
    const heard = new Set<string>();
    this.#readings.add(heard);
    try {
      const notes = await this.#deliveriesOf(notifier);
      for (const note of notes ?? []) if (!heard.has(note.idempotency_key) && !this.#asking.has(note.idempotency_key)) this.log.addDelivery(note, Date.now());
      if (notes?.length) this.#happened();
      return notes !== undefined;
    } finally {
      this.#readings.delete(heard);
    }
  }

  /** The latest deliveries of a notifier; undefined where the server keeps none. */
  async #deliveriesOf(notifier: Notifier): Promise<DeliveryNote[] | undefined> {
    if (this.#keepsNone) return undefined;
    const notes = await this.#client!.deliveries(this.app!.id, notifier);
    if (!notes) this.#keepsNone = this.notifiers?.some(({ id }) => id === notifier.id) ?? false;
    return notes;
  }

  #hear(key: string): void {
    for (const heard of this.#readings) heard.add(key);
  }

  /** How deliveries of a notifier stand, and why: a stream need not say, the server's record does. */
  async #askWhy(id: string): Promise<void> {
    const notifier = this.notifiers?.find((one) => one.id === id);
    if (!notifier || this.#asked.has(id)) return;
    this.#asked.add(id);
    // Failures come in numbers, and are recorded when they are told, or soon after.
    await pause(300, this.#life.signal);
    this.#asked.delete(id);
    try {
      await this.#readDeliveriesOf(notifier);
    } catch {
      // Then it stays unknown.
    }
  }

  // ---- being cut off ----

  #fail(error: unknown): void {
    if (error instanceof Unreachable) this.#lose(error);
    else if (!this.notifiers || lacksToken(error)) this.problem = error;
    this.#observer.failed(error);
    this.#observer.changed();
  }

  #lose(error: Unreachable): void {
    // Whoever asks for a token is there.
    if (this.isLockedOut) return;
    if (!this.#isGone) this.#observer.connected(false);
    this.#isGone = true;
    this.problem = error;
    // A list that has not been there yet is asked for again by start().
    if (this.notifiers && !this.#isRecovering) void this.#recover();
  }

  async #recover(): Promise<void> {
    const { signal } = this.#life;
    this.#isRecovering = true;
    for (let wait = 1000; !signal.aborted && this.problem instanceof Unreachable; wait = Math.min(wait * 2, 15_000)) {
      await pause(wait, signal);
      if (signal.aborted) return;
      try {
        await this.#goOn();
      } catch (error) {
        if (error instanceof Unreachable || signal.aborted) continue;
        if (lacksToken(error)) this.#fail(error);
        // Whatever else it answers, it answers.
        else this.#back();
      }
    }
    this.#isRecovering = false;
  }

  async #goOn(): Promise<void> {
    this.notifiers = await this.#client!.notifiers(this.app!.id);
    this.#back();
    if (!this.#hasLearned) await this.#learn();
    await this.openWorkshop();
  }

  /** Goes on with another token where the server had asked for one: what was shown, and what was told, stays. */
  async renew(): Promise<void> {
    const { signal } = this.#life;
    try {
      await this.#goOn();
      this.#catchUp();
      void this.#watch();
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Unreachable) this.problem = undefined;
      this.#fail(error);
    }
  }

  #back(): void {
    const wasGone = this.#isGone;
    this.#isGone = false;
    this.problem = undefined;
    if (wasGone && !this.#life.signal.aborted) this.#observer.connected(true);
    this.#observer.changed();
  }

  /** Does something, and notices where there is no answer. */
  async #do<T>(work: (client: Client, app: string) => Promise<T>): Promise<T> {
    try {
      return await work(this.#client!, this.app!.id);
    } catch (error) {
      if (error instanceof Unreachable) this.#lose(error);
      else if (lacksToken(error)) this.#fail(error);
      this.#observer.changed();
      throw error;
    }
  }

  // ---- doing ----

  /** Asks what else the API says of the app, by a path below it. */
  ask<T>(expected: number, method: string, path: string, body?: unknown): Promise<T> {
    return this.#do((client, app) => client.ask<T>(expected, method, `/v1/apps/${encodeURIComponent(app)}${path}`, body));
  }

  /** Asks whatever else the API says. @param version  see {@link Transport.send} */
  request(method: string, path: string, body?: unknown, version?: string): Promise<Answer> {
    return this.#do((client) => client.transport.send(method, path, body, version));
  }

  /** What messages are in whose notifier and app say nothing else. */
  get language(): string {
    return this.#server.language ?? 'en';
  }

  /** Comes to know anew what messages are made of. */
  async relearn(): Promise<void> {
    await this.#learn();
    await this.openWorkshop();
  }

  /** Makes the first app of a server that has none. What comes of it is loaded by another session. */
  async addApp(name: string): Promise<AppInfo> {
    return this.#client!.addApp(name);
  }

  /** A draft names its platform where it was written before the server's ids were known. */
  async add({ platform, ...draft }: NotifierDraft): Promise<Notifier> {
    return this.#put(await this.#do(async (client, app) => {
      const known = draft.platform_id === undefined && platform ? (this.#catalogue.platforms.length > 0 ? this.#catalogue : await client.catalogue()).platforms : [];
      const id = known.find(({ name }) => name === platform)?.id ?? draft.platform_id;
      return client.add(app, { ...draft, ...(id !== undefined && { platform_id: id }) });
    }));
  }

  async update(id: string, patch: NotifierPatch): Promise<Notifier> {
    return this.#put(await this.#do((client, app) => client.update(app, id, patch)));
  }

  /** Shows a notifier as it is now. The stream may have brought it already. */
  #put(notifier: Notifier): Notifier {
    const at = this.notifiers!.findIndex(({ id }) => id === notifier.id);
    this.notifiers = at < 0 ? [...this.notifiers!, notifier] : this.notifiers!.with(at, notifier);
    this.#observer.changed();
    void this.openWorkshop();
    return notifier;
  }

  /** Removes a notifier, and says how to undo it. */
  async remove(notifier: Notifier): Promise<() => Promise<Notifier>> {
    const before = this.page?.snapshot() ?? '';
    try {
      await this.#do((client, app) => client.remove(app, notifier.id));
    } catch (error) {
      // Somebody else was quicker.
      if (!(error instanceof Refusal && error.status === 404)) throw error;
    }
    this.notifiers = this.notifiers!.filter(({ id }) => id !== notifier.id);
    this.#observer.changed();
    void this.openWorkshop();
    return async () => (await (await import('./several.js')).restore(this, [notifier], before))[0]!;
  }

  /** Has a server send a test, and tells what comes of it as far as the server does; in the page, gives what is to be sent. */
  async test(notifier: Notifier, told: (note: DeliveryNote) => void): Promise<Delivery | undefined> {
    const { id } = notifier;
    if (this.#page) return (await this.#do((client, app) => client.test(app, id))).deliveries?.[0];
    const isTold = this.live === true;
    const before = isTold ? [] : await this.#do(() => this.#deliveriesOf(notifier));
    // Before it is asked for: the stream may tell the outcome before the answer is there.
    const test = { key: '', before: new Set(before?.map(({ idempotency_key: key }) => key)), told };
    this.#tests.set(id, test);
    try {
      await this.#do((client, app) => client.test(app, id));
    } catch (error) {
      this.#tests.delete(id);
      throw error;
    }
    if (!isTold && before) void this.#followTest(notifier, test);
    return undefined;
  }

  /** Tells whoever asked for a test what comes of it. */
  #tellTest(note: DeliveryNote): void {
    const id = note.notifier_id;
    const test = this.#tests.get(id);
    if (!test || note.event_type !== 'test') return;
    // One that was sent earlier may still be tried.
    if (test.key === '' && !test.before.has(note.idempotency_key) && !this.log.has(note) && note.attempts <= 1) test.key = note.idempotency_key;
    if (test.key !== note.idempotency_key) return;
    if (/^(delivered|dead|shown)$/.test(note.status)) this.#tests.delete(id);
    test.told(note);
  }

  /** Where no stream tells: asks for the record until the test has ended, for a minute. */
  async #followTest(notifier: Notifier, test: unknown): Promise<void> {
    const { signal } = this.#life;
    for (let wait = 250; wait < 40_000 && this.#tests.get(notifier.id) === test; wait *= 2) {
      await pause(wait, signal);
      if (signal.aborted) return;
      const notes = await this.#deliveriesOf(notifier).catch(() => undefined);
      for (const note of notes ?? []) {
        this.#tellTest(note);
        this.log.addDelivery(note, Date.now());
      }
      this.#happened();
    }
  }

  async accept(event: EventInput): Promise<Delivery[]> {
    if (!this.#page || !this.app) throw new Error('notifier-dashboard: accept() needs page mode, and what is there to be loaded');
    const body = typeof event === 'string' ? event : event instanceof Uint8Array || event instanceof ArrayBuffer ? new TextDecoder().decode(event) : JSON.stringify(event);
    return this.#client!.accept(this.app.id, body);
  }

  /** Page mode: tells how a delivery went. */
  note(delivery: Delivery, status: string, reason?: string): void {
    this.#page?.note(delivery, status, reason);
  }

  /** Has a server send a delivery again that failed; in the page, gives what is to be sent again. */
  async retry({ notifier_id: notifier, idempotency_key: key, status, reason }: LoggedDelivery): Promise<Delivery | undefined> {
    if (this.#page) return this.#page.failed(notifier, key);
    // Before it is asked for: the stream may tell how it ended before the answer is there. A record that is being read
    // is of before.
    this.#hear(key);
    this.#asking.add(key);
    this.log.setStatus(notifier, key, 'pending');
    this.#happened();
    try {
      await this.#do((client, app) => client.retry(app, notifier, key));
    } catch (error) {
      if (this.#asking.has(key)) this.log.setStatus(notifier, key, status, reason);
      this.#happened();
      throw error;
    } finally {
      this.#asking.delete(key);
    }
    return undefined;
  }
}

const lacksToken = (error: unknown): boolean => error instanceof Refusal && error.isForWantOfToken;
