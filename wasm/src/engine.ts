/// <reference lib="esnext.disposable" preserve="true" />

import { NotifierError, type ErrorCode } from './error.js';
import { CompiledFilter } from './filter.js';
import { toJson } from './input.js';
import { Instance, decoder, encoder, type Exports, type Host } from './instance.js';
import { checkKeys } from './known_keys.js';
import { readDeliveries, readIds, readOutcome, type KnownNotifiers } from './records.js';
import { routeLines, routeStream, type LinesMode, type RoutedLines } from './lines.js';
import { forget, forgotten, instances } from './release.js';
import type {
  ApiRequest,
  App,
  AppDraft,
  Audience,
  Catalogue,
  Change,
  CompiledModule,
  Delivery,
  DeliveryFilter,
  Digest,
  EngineOptions,
  EventInput,
  EventKindRow,
  Explained,
  Filter,
  HeldBack,
  HistoryPage,
  LinesOptions,
  Links,
  ModuleSource,
  Notifier,
  NotifierDraft,
  NotifierPatch,
  Outcome,
  RouteOptions,
  User,
  VocabularyRows,
} from './types.js';

// Bits of notifier_new().
const enum HostBit { Clock = 1, Ids = 2, Users = 4, History = 8, RefuseUrl = 16, Compose = 32 }

/**
 * A UUID v4, wherever there is a `crypto`.
 * @internal
 */
export function uuid(): string {
  if (crypto.randomUUID) return crypto.randomUUID();
  // Pages that are not served over HTTPS have no randomUUID.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

const toldTogether = { grouping: 'the event is told together with others', grouped: 'the event is told together with others' };

/** What the engine is told for what a history answered: that it is so, nothing where there is none, or why not. */
const answersOf: Record<string, Record<string, string>> = {
  retry: {
    due: 'due',
    'not found': '',
    pending: 'the delivery is to be sent already',
    held: 'the delivery is held until its notifier is switched on',
    delivered: 'the delivery has arrived, and is not sent again',
    ...toldTogether,
  },
  cancel: {
    due: 'due',
    'not found': '',
    delivered: 'the delivery has arrived, and cannot be withdrawn',
    dead: 'the delivery has ended already',
    ...toldTogether,
  },
};

const nothingFound: HistoryPage = { total: 0, items: [], next: 0 };
const nothingHeldBack: HeldBack = { events: 0, groups: 0, items: [] };

/** A page of a history; where the history does not say what place the next begins at, places are offsets. */
function pageOf({ offset, limit, place }: { offset: number; limit: number; place?: number }, read: (offset: number, limit: number, place?: number) => HistoryPage): string {
  if (place === undefined) return JSON.stringify(read(offset, limit));
  const page = read(place, limit, place);
  return JSON.stringify({ next: place + limit < page.total ? place + limit : 0, ...page });
}

function filterOf(query: Record<string, any>): DeliveryFilter {
  return { id: query['id'], notifierId: query['notifier_id'], eventId: query['event_id'], eventType: query['event_type'], state: query['state'], since: query['since'] };
}

function hostOf(options: EngineOptions, randomId: () => string): [Host, number] {
  checkKeys(options, 'clock() ids() users() history refuseUrl() compose()', 'createEngine');
  const { clock = Date.now, ids = (prefix: string) => prefix + randomId(), users, history, refuseUrl, compose } = options;
  const host: Host = {
    now() {
      const now = Number(clock());
      if (Number.isNaN(now)) throw new NotifierError('invalid', 'the option clock must give milliseconds or a Date, and gave NaN', { field: 'clock' });
      return now;
    },
    newId: (prefix) => ids!(prefix),
    user(id) {
      const found = users!(id);
      return (typeof found === 'string' ? found : found?.email) ?? '';
    },
    history(text) {
      const query = JSON.parse(text);
      switch (query.of) {
        case 'events':
          return pageOf(query, (...where) => history!.events(query.app_id, ...where));
        case 'deliveries':
          return pageOf(query, (...where) => history!.deliveries(query.app_id, query.notifier_id, ...where));
        case 'event':
          return history!.event?.(query.app_id, query.id) ?? '';
        case 'removed':
          return history!.removed?.(query.app_id, query.notifier_id) ?? '';
        case 'find':
          return JSON.stringify(history!.find?.(query.app_id, filterOf(query), query.limit, query.place) ?? nothingFound);
        case 'retry_all':
          return JSON.stringify(history!.retryAll?.(query.app_id, filterOf(query), query.limit) ?? nothingFound);
        case 'held_back': {
          const { events, groups, items } = history!.heldBack?.(query.app_id, query.notifier_id, query.limit) ?? nothingHeldBack;
          return JSON.stringify({ total: events, next: groups, items });
        }
        case 'tell_now':
          history!.tellNow?.(query.app_id, query.notifier_id);
          return 'due';
        default: {
          const answers = answersOf[query.of]!;
          const said = query.of === 'retry' ? history!.retry(query.app_id, query.notifier_id, query.id) : history!.cancel ? history!.cancel(query.app_id, query.notifier_id, query.id) : 'not found';
          if (!Object.hasOwn(answers, said)) throw new TypeError(`history.${query.of}() answered ${String(said)}; one of ${Object.keys(answers).join(', ')} is needed`);
          return answers[said]!;
        }
      }
    },
    refuseUrl: (url) => refuseUrl!(url) ?? '',
    compose(event) {
      const said = compose!(JSON.parse(event));
      if (said == null) return '';
      checkKeys(said, 'title sentence severity fields link', 'compose');
      return JSON.stringify({ ...said, fields: said.fields?.map(({ label, value }) => ({ label, value: String(value) })) });
    },
  };
  const has = (ids ? HostBit.Ids : 0) | (users ? HostBit.Users : 0) | (history ? HostBit.History : 0) | (refuseUrl ? HostBit.RefuseUrl : 0) | (compose ? HostBit.Compose : 0);
  return [host, HostBit.Clock | has];
}

function audienceJson(audience: RouteOptions | undefined): string {
  if (audience === undefined || (audience.notifierIds === undefined && audience.appIds === undefined && audience.eventId === undefined)) return '';
  return JSON.stringify({ notifier_ids: audience.notifierIds, app_ids: audience.appIds, event_id: audience.eventId });
}

/**
 * routeLines() with the errors apart and all that was counted; for the command line.
 * @internal
 */
export let routeParts: (engine: Engine, lines: Uint8Array, mode: LinesMode) => RoutedLines;

/**
 * Apps, notifiers and users, and who is told what of an event.
 *
 * All calls are synchronous and answer at once; nothing is sent, stored or read from anywhere. Whatever fails throws a
 * {@link NotifierError}. An engine holds memory until `dispose()`; one that was forgotten is cleaned up when it is collected.
 */
export class Engine {
  readonly #instance: Instance;
  readonly #host: Host;
  #handle: number;
  /** By address: forgotten whenever the registry changes. */
  readonly #notifiers: KnownNotifiers = new Map();
  readonly #ids = new Map<number, string>();
  /** Commits whose store is at work. */
  readonly #underWay = new Set<Promise<void>>();

  /** @internal */
  constructor(instance: Instance, options: EngineOptions, randomId: () => string) {
    const [host, bits] = hostOf(options, randomId);
    this.#instance = instance;
    this.#host = host;
    this.#handle = 0;
    instance.call(host, () => {
      this.#handle = instance.exports.notifier_new(bits) >>> 0;
      instance.look();
    });
    ++instance.users;
    forgotten?.register(this, [instance, 'notifier_delete', this.#handle], this);
  }

  /** Frees the engine's memory. Further calls throw; calling it again does nothing. */
  dispose(): void {
    if (this.#handle === 0) return;
    forget(this, this.#instance, 'notifier_delete', this.#handle);
    this.#handle = 0;
    this.#changed();
  }

  declare [Symbol.dispose]: () => void;
  static {
    if (Symbol.dispose) this.prototype[Symbol.dispose] = this.prototype.dispose;
  }

  // ---- routing ----

  /**
   * Finds the notifiers that accept an event and formats one delivery for each, oldest notifier first. An event without an id is an
   * occurrence of its own each time it is routed: see `eventId` of the options and `ids` of the engine.
   *
   *     for (const delivery of engine.route(event)) {
   *       if (delivery.platform === 'email') await transport.sendMail(delivery);
   *       else await fetch(delivery.url, delivery);
   *     }
   *
   * @throws {NotifierError} `invalid_json` with the `offset` of the fault, `too_large`, `too_deep`, `not_an_object`
   */
  route(event: EventInput, options: RouteOptions & { as: 'bytes' }): Delivery<Uint8Array>[];
  route(event: EventInput, options?: RouteOptions): Delivery[];
  route(event: EventInput, options?: RouteOptions): Delivery<string | Uint8Array>[] {
    const json = toJson(event);
    const audience = audienceJson(options);
    const asBytes = options?.as === 'bytes';
    return this.#call((exports, handle, instance) => {
      if (audience === '') {
        const size = instance.put(json);
        instance.check(exports.notifier_route(handle, instance.input, size, 0, 0, +!asBytes));
      } else {
        const [first, both] = instance.putTwo(json, audience);
        const { input } = instance;
        instance.check(exports.notifier_route(handle, input, first, input + first, both - first, +!asBytes));
      }
      return readDeliveries(instance, this.#notifiers, () => bodyOf(json, asBytes), asBytes);
    });
  }

  /** Only who: the ids of the notifiers that accept an event, oldest first. Formats nothing. */
  match(event: EventInput, audience?: Audience): string[] {
    const json = toJson(event);
    const named = audienceJson(audience);
    return this.#call((exports, handle, instance) => {
      if (named === '') {
        const size = instance.put(json);
        instance.check(exports.notifier_match(handle, instance.input, size, 0, 0));
      } else {
        const [first, both] = instance.putTwo(json, named);
        const { input } = instance;
        instance.check(exports.notifier_match(handle, input, first, input + first, both - first));
      }
      return readIds(instance, this.#ids);
    });
  }

  /**
   * Routes lines of events (NDJSON) into lines of deliveries, as the program `notifier-route` writes them. A line that is no
   * event gives a line `{"line":3,"error":{"code","message","offset"}}` in its place. A byte order mark before line 1 is skipped.
   */
  routeLines(lines: string | Uint8Array | ArrayBuffer, options: LinesOptions = {}): Uint8Array {
    const bytes = typeof lines === 'string' ? encoder.encode(lines) : (toJson(lines) as Uint8Array);
    return routeParts(this, bytes, options).output;
  }

  /** The same for streams: `file.stream().pipeThrough(engine.routeStream()).pipeTo(...)`. */
  routeStream(options: Omit<LinesOptions, 'borrow'> = {}): TransformStream<Uint8Array | string, Uint8Array> {
    return routeStream((bytes, firstLine) => routeParts(this, bytes, { ...options, firstLine }), options.firstLine);
  }

  /** For every notifier of the event's apps, yes or no and the one reason. */
  explain(event: EventInput, audience?: Audience): Explained {
    const json = toJson(event);
    const named = audienceJson(audience);
    return this.#json((exports, handle, input, first, both) =>
      exports.notifier_explain(handle, input, first, input + first, both - first), json, named);
  }

  /**
   * What a notifier would be sent for an event, whether it accepts it or not.
   *
   * @param notifier the id of a stored one, or a draft that need not be stored
   */
  preview(notifier: string | NotifierDraft, event: EventInput): Delivery {
    const json = toJson(event);
    const which = typeof notifier === 'string' ? notifier : toJson(notifier);
    return this.#call((exports, handle, instance) => {
      const [first, both] = instance.putTwo(which, json);
      const { input } = instance;
      instance.check(exports.notifier_preview(handle, input, first, input + first, both - first, 1));
      return readDeliveries(instance, new Map(), () => bodyOf(json, false) as string, false)[0]!;
    });
  }

  /**
   * What a notifier is sent in place of events that were held back for it: one message that counts them.
   *
   * @param key of the digest: its delivery's `eventId`, and what its idempotency key is made of
   * @throws {NotifierError} `not_found` where the app has no such notifier
   */
  digest(appId: string, notifierId: string, digest: Digest, key: string): Delivery {
    const json = JSON.stringify({ app_id: appId, notifier_id: notifierId, key, digest });
    return this.#call((exports, handle, instance) => {
      const size = instance.put(json);
      instance.check(exports.notifier_digest(handle, instance.input, size, 1));
      return readDeliveries(instance, new Map(), () => '', false)[0]!;
    });
  }

  // ---- registry ----

  /** Adds an app. `invalid` where its id or name is empty, too long or taken, or for a key that is not known. */
  addApp(app: AppDraft): App {
    return this.#change((exports, handle, input, size) => exports.notifier_add_app(handle, input, size), toJson(app));
  }

  /** All apps, oldest first. */
  apps(): App[] {
    return this.#json((exports, handle) => exports.notifier_apps(handle));
  }

  /** Renames an app, or gives it another owner or project: what the patch names. By id or name; its notifiers and deliveries stay. */
  updateApp(app: string, patch: Partial<Omit<AppDraft, 'id' | 'default_notifier'>>): App {
    return this.#change((exports, handle, input, first, both) =>
      exports.notifier_update_app(handle, input, first, input + first, both - first), app, toJson(patch));
  }

  /** Removes an app (its id or name) with all its notifiers, and returns what it was. */
  removeApp(app: string): App {
    return this.#change((exports, handle, input, size) => exports.notifier_remove_app(handle, input, size), app);
  }

  /** Adds or replaces a user, whose address mails go to where a notifier names the id. */
  putUser(user: User): void {
    this.#change((exports, handle, input, size) => exports.notifier_put_user(handle, input, size), toJson(user));
  }

  /** Removes a user; notifiers that name the id send it nothing from then on. `not_found` where there is none. */
  removeUser(id: string): void {
    this.#change((exports, handle, input, size) => exports.notifier_remove_user(handle, input, size), id);
  }

  /** Adds a notifier to an app (its id or name). `not_found`; `invalid` with all problems in `fields`. */
  addNotifier(app: string, draft: NotifierDraft): Notifier {
    return this.#change((exports, handle, input, first, both) =>
      exports.notifier_add(handle, input, first, input + first, both - first), app, toJson(draft));
  }

  /** Changes what the patch names and leaves the rest. */
  updateNotifier(id: string, patch: NotifierPatch): Notifier {
    return this.#change((exports, handle, input, first, both) =>
      exports.notifier_update(handle, input, first, input + first, both - first), id, toJson(patch));
  }

  /** Removes a notifier and returns what it was. */
  removeNotifier(id: string): Notifier {
    return this.#change((exports, handle, input, size) => exports.notifier_remove(handle, input, size), id);
  }

  /** The notifier with this id, or undefined. */
  notifier(id: string): Notifier | undefined {
    return this.#json<Notifier | null>((exports, handle, input, size) => exports.notifier_find(handle, input, size), id) ?? undefined;
  }

  /** All notifiers of an app (its id or name), oldest first. */
  notifiers(app: string): Notifier[] {
    return this.#json((exports, handle, input, size) => exports.notifier_list(handle, input, size), app);
  }

  /** What signs the webhooks of a notifier, for who sends them; of another `signature` than `standard`, with its name and a colon before each. None where there is no such notifier. Secrets. */
  signingSecrets(id: string): string[] {
    return this.#json((exports, handle, input, size) => exports.notifier_signing_secrets(handle, input, size), id);
  }

  /** Judges a draft without storing it: what it would become, or `invalid` with all problems in `fields`. */
  validate(draft: NotifierDraft): Notifier {
    return this.#json((exports, handle, input, size) => exports.notifier_validate(handle, input, size), toJson(draft));
  }

  /** Replaces everything by a snapshot or a hand-written configuration, or changes nothing and names every fault. */
  load(snapshot: EventInput): void {
    this.#change((exports, handle, input, size) => exports.notifier_load(handle, input, size), toJson(snapshot));
  }

  /** Everything as one JSON document, which `load` takes. It holds secrets: webhook URLs and signing keys. */
  snapshot(): string {
    return this.#call((exports, handle, instance) => {
      instance.check(exports.notifier_snapshot(handle));
      return instance.answerText();
    });
  }

  /**
   * What events there are and what is said of them, in the form that it is given in: what differs from the built-in vocabulary, or with
   * `standard: false` all of it. Given one, puts it in place of the present one, whole.
   *
   *     engine.vocabulary({
   *       event_kinds: [{ type: 'furnace_overheated', wordings: [{ severity: 'error', title: '{furnace} is overheating' }] }],
   *     });
   *
   * @throws {NotifierError} `invalid` with every fault in `fields`, as `event_kinds[0].wordings[0].title` "character 10: no layout is called
   *   'tim'; did you mean time?"; or which event types it lacks that notifiers select. Then nothing has changed
   */
  vocabulary(rows?: VocabularyRows | string | Uint8Array): VocabularyRows {
    if (rows === undefined) return this.#json((exports, handle) => exports.notifier_vocabulary(handle, 0, 0));
    return this.#change((exports, handle, input, size) => exports.notifier_vocabulary(handle, input, size), toJson(rows));
  }

  /**
   * What is said of one kind of event, as a row of `vocabulary().event_kinds`, the built-in ones included; undefined where there is no such
   * kind.
   *
   *     engine.vocabulary({ event_kinds: [{ ...engine.eventKind('restart'), wordings: [{ severity: 'info', title: 'runs again' }] }] });
   */
  eventKind(type: string): EventKindRow | undefined {
    return this.#json<EventKindRow | null>((exports, handle, input, size) => exports.notifier_event_kind(handle, input, size), type) ?? undefined;
  }

  /** The platforms, categories, event types and event kinds there are. */
  catalogue(): Catalogue {
    return this.#json((exports, handle) => exports.notifier_catalogue(handle));
  }

  // ---- HTTP API ----

  /**
   * Answers a request to the notifier API, and changes nothing: `commit` the outcome, then answer, then send its deliveries.
   * {@link toFetchHandler} and {@link Committer} do all that.
   */
  handle(request: ApiRequest): Outcome {
    const { method, url, user } = request;
    const target = /^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? url.replace(/^[^:]+:\/\/[^/?#]*/, '').replace(/#.*$/s, '') : url;
    const head = JSON.stringify({ method, target, headers: headersThatMatter(request.headers), user });
    return readOutcome(this.#json((exports, handle, input, first, both) =>
      exports.notifier_handle(handle, input, first, input + first, both - first), head, toJson(request.body ?? '')));
  }

  /**
   * Switches a notifier off whose target is gone or kept failing, with an event for its owner that says why. Changes nothing, as `handle`;
   * nothing comes of it where it is off already, or gone.
   */
  switchOff(appId: string, notifierId: string, reason: string): Outcome {
    const json = JSON.stringify({ app_id: appId, notifier_id: notifierId, reason });
    return readOutcome(this.#json((exports, handle, input, size) => exports.notifier_switch_off(handle, input, size), json));
  }

  /**
   * Stores outcomes and makes everybody see their changes, as one step: their changes are judged, and what they touch is reserved; those
   * that may go on are given to `store`, all together; once that has them, they are published. Where it fails nothing has happened.
   *
   *     const [error] = await engine.commit([outcome], (accepted) => database.keep(accepted));
   *
   * Other requests are handled meanwhile; what would change the same waits for its turn, and is judged then. A call that changes something
   * at once, as `updateNotifier`, does not wait: it throws `conflict` where it would change what is reserved.
   *
   * @param store keeps all of them or none; it throws where it cannot, a {@link NotifierError} `conflict` where what it has is not what was expected:
   *   then each is tried alone, so that only that one fails
   * @returns what each came to: undefined where it is stored and published, else why nothing of it has happened. `conflict`: something
   *   moved since it was planned, so plan it anew; what `store` threw
   */
  async commit<T extends { readonly changes: readonly Change[] }>(
    outcomes: readonly T[],
    store: (accepted: readonly T[]) => void | PromiseLike<void> = () => {},
  ): Promise<(Error | undefined)[]> {
    const results = new Array<Error | undefined>(outcomes.length).fill(undefined);
    for (let left = outcomes.map((_, position) => position); left.length > 0; ) {
      const said = this.#prepare(left.map((position) => outcomes[position]!.changes));
      const accepted: number[] = [];
      const moved: number[] = [];
      left.forEach((position, i) => {
        const error = said.results[i];
        results[position] = error;
        if (error === undefined) accepted.push(position);
        else if (error.code === 'conflict') moved.push(position);
      });
      // What is reserved by others: looked at before the store runs, since theirs may end meanwhile.
      const others = [...this.#underWay];
      await this.#settle(said.ticket, accepted, outcomes, store, results);
      if (others.length === 0) break;
      if (moved.length > 0) await Promise.race(others);
      left = moved;
    }
    return results;
  }

  /** Has the store keep what was prepared, and publishes it or lets it go. */
  async #settle<T extends { readonly changes: readonly Change[] }>(
    ticket: number,
    accepted: readonly number[],
    outcomes: readonly T[],
    store: (accepted: readonly T[]) => void | PromiseLike<void>,
    results: (Error | undefined)[],
  ): Promise<void> {
    let end!: () => void;
    const ended = new Promise<void>((resolve) => (end = resolve));
    this.#underWay.add(ended);
    try {
      try {
        if (accepted.length > 0) await store(accepted.map((position) => outcomes[position]!));
      } catch (error) {
        this.#end('notifier_abandon', ticket);
        const failure = error instanceof Error ? error : new Error(String(error));
        for (const position of accepted) results[position] = failure;
        if (!(failure instanceof NotifierError && failure.code === 'conflict') || accepted.length === 1) return;
        this.#underWay.delete(ended);
        end();
        for (const position of accepted) [results[position]] = await this.commit([outcomes[position]!], store);
        return;
      }
      this.#end('notifier_publish', ticket);
    } finally {
      this.#underWay.delete(ended);
      end();
    }
  }

  #prepare(changes: readonly (readonly Change[])[]): { ticket: number; results: (NotifierError | undefined)[] } {
    type Said = { ticket: number; results: ({ code: ErrorCode; message: string } | null)[] };
    const { ticket, results } = this.#json<Said>((exports, handle, input, size) => exports.notifier_prepare(handle, input, size), toJson(changes));
    return {
      ticket,
      results: results.map((said) => {
        if (said === null) return undefined;
        const { code, message, ...where } = said;
        return new NotifierError(code, message, where);
      }),
    };
  }

  /**
   * The versions of what changes leave, '' for what they remove: what the next changes of it expect.
   * @internal
   */
  versionsOf(changes: readonly Change[]): string[] {
    return this.#json((exports, handle, input, size) => exports.notifier_versions(handle, input, size), toJson(changes));
  }

  /** Publishes what was prepared, or lets it go; an engine that was disposed of meanwhile has let go of all. */
  #end(call: 'notifier_publish' | 'notifier_abandon', ticket: number): void {
    if (this.#handle === 0 && call === 'notifier_abandon') return;
    try {
      this.#call((exports, handle, instance) => instance.check(exports[call](handle, ticket)));
    } finally {
      this.#changed();
    }
  }

  /** Applies changes that are stored already: at the start, or on a machine that follows another. All or none. New ones are committed. */
  apply(changes: readonly Change[]): void {
    this.#change((exports, handle, input, size) => exports.notifier_apply(handle, input, size), toJson(changes));
  }

  /**
   * Where mails come from (`Name <address>` will do), the dashboard that messages link to, its pages where that is not enough
   * (`{ app: 'https://dash.example.com/{region}/{@app}' }`), and where the API says that pictures of platforms are
   * (`https://example.com/{platform}.svg`); and the language of messages, as `fr`, where a notifier has none of its own. What is undefined stays.
   */
  configure(settings: { emailFrom?: string | undefined; linkBase?: string | undefined; links?: Links | undefined; logoUrl?: string | undefined; language?: string | undefined }): void {
    checkKeys(settings, 'emailFrom linkBase links logoUrl language', 'configure');
    const { emailFrom: email_from, linkBase: link_base, links, logoUrl: logo_url, language } = settings;
    const json = JSON.stringify({ email_from, link_base, links, logo_url, language });
    this.#change((exports, handle, input, size) => exports.notifier_configure(handle, input, size), json);
  }

  // ---- calls ----

  static {
    routeParts = (engine, lines, mode) => engine.#call((_, handle, instance) => routeLines(instance, handle, lines, mode));
  }

  #call<T>(run: (exports: Exports, handle: number, instance: Instance) => T): T {
    const instance = this.#instance;
    if (this.#handle === 0) throw new NotifierError('disposed', 'the engine was disposed of');
    return instance.call(this.#host, () => run(instance.exports, this.#handle, instance));
  }

  /** Calls with one or two texts, or none; the answer is JSON. */
  #json<T>(
    call: (exports: Exports, handle: number, input: number, first: number, both: number) => number,
    first: string | Uint8Array = '',
    second?: string | Uint8Array,
  ): T {
    return this.#call((exports, handle, instance) => {
      if (typeof first !== 'string' && !(first instanceof Uint8Array)) {
        throw new NotifierError('invalid', `an id or a name is needed first, not ${first === null ? first : typeof first}; are the arguments in their order?`);
      }
      const sizes = second === undefined ? [instance.put(first), 0] : instance.putTwo(first, second);
      instance.check(call(exports, handle, instance.input, sizes[0]!, sizes[1]!));
      return JSON.parse(instance.answerText()) as T;
    });
  }

  #change<T>(
    call: (exports: Exports, handle: number, input: number, first: number, both: number) => number,
    first: string | Uint8Array,
    second?: string | Uint8Array,
  ): T {
    try {
      return this.#json(call, first, second);
    } finally {
      this.#changed();
    }
  }

  #changed(): void {
    this.#notifiers.clear();
    this.#ids.clear();
    if (this.#handle !== 0 && this.#instance.usable) this.#instance.learnPlatforms();
  }
}

function bodyOf(json: string | Uint8Array, asBytes: boolean): string | Uint8Array {
  if (asBytes) return typeof json === 'string' ? encoder.encode(json) : json.slice();
  return typeof json === 'string' ? json : decoder.decode(json);
}

/** The headers that the API reads. */
function headersThatMatter(headers: ApiRequest['headers']): { name: string; value: string }[] {
  if (headers === undefined) return [];
  const pairs = Symbol.iterator in headers ? (headers as Iterable<readonly [string, string]>) : Object.entries(headers);
  const found: { name: string; value: string }[] = [];
  for (const [name, value] of pairs) {
    if (/^(content-type|idempotency-key|if-match|if-none-match)$/i.test(name) && value !== undefined) found.push({ name, value: String(value) });
  }
  return found;
}

function instanceOf(module: WebAssembly.Module): Instance {
  const present = instances.get(module);
  if (present?.usable) return present;
  const made = new Instance(module);
  instances.set(module, made);
  return made;
}

/** Compiles what is at hand. */
function compileSync(source: Uint8Array | ArrayBuffer | WebAssembly.Module): WebAssembly.Module {
  if (source instanceof WebAssembly.Module) return source;
  try {
    return new WebAssembly.Module(source as BufferSource);
  } catch (error) {
    throw unusable(error);
  }
}

async function compile(load: () => ModuleSource | PromiseLike<ModuleSource>, remedy = ''): Promise<WebAssembly.Module> {
  try {
    const source = (await load()) as Exclude<ModuleSource, PromiseLike<Response>>;
    if (source instanceof WebAssembly.Module) return source;
    if (ArrayBuffer.isView(source) || source instanceof ArrayBuffer) return await WebAssembly.compile(source as BufferSource);
    const response = typeof source === 'string' || source instanceof URL ? await fetch(source) : source;
    if (!response.ok && response.status !== 0) throw new Error(`${response.status} for ${response.url}`);
    // Servers that do not know the media type of WebAssembly would make compileStreaming fail.
    if (response.headers.get('content-type')?.startsWith('application/wasm') && WebAssembly.compileStreaming) {
      return await WebAssembly.compileStreaming(response);
    }
    return await WebAssembly.compile(await response.arrayBuffer());
  } catch (error) {
    throw unusable(error, remedy);
  }
}

function unusable(error: unknown, remedy = ''): NotifierError {
  return new NotifierError('unsupported', `the WebAssembly module cannot be loaded: ${error instanceof Error ? error.message : error}${remedy}`, { cause: error });
}

/**
 * Makes an engine, without an app or a notifier.
 *
 * Draws no randomness and reads no clock before an app or a notifier is added or an event without an id is routed.
 * @throws {NotifierError} `unsupported` where the module cannot be loaded, `invalid` for an option that is not known
 */
export type CreateEngine = (options?: EngineOptions & {
  /** Where the WebAssembly module comes from; default: the one of this package. */
  wasm?: ModuleSource;
}) => Promise<Engine>;

/** The same at once, from a module or its bytes. */
export type CreateEngineSync = (wasm: Uint8Array | ArrayBuffer | CompiledModule, options?: EngineOptions) => Engine;

/**
 * Compiles a filter, to be used without a notifier.
 *
 *     const filter = await compileFilter({ type_data: { status: ['build-error', { suffix: '-error' }] } });
 *     if (filter.matches(event)) ...
 *
 * @param filter a pattern, or its JSON
 * @throws {NotifierError} `invalid` with the place of the fault in `field`, `invalid_json`; `unsupported` where the module cannot be loaded
 */
export type CompileFilter = (filter: Filter | string, options?: {
  /** Where the WebAssembly module comes from; default: the one of this package. */
  wasm?: ModuleSource;
}) => Promise<CompiledFilter>;

/**
 * Makes the functions that an entry of the package exports. `load` finds the entry's module, which is then compiled once.
 * @internal
 */
export function entry(
  load: () => ModuleSource | PromiseLike<ModuleSource>,
  randomId = uuid,
): { compileFilter: CompileFilter; createEngine: CreateEngine; createEngineSync: CreateEngineSync } {
  let own: Promise<WebAssembly.Module> | undefined;
  const compileOwn = () => (own ??= compile(load, '; import notifier-wasm/inline, or give createEngine the option wasm').catch((error) => {
    own = undefined;
    throw error;
  }));
  const instanceFor = async (wasm: ModuleSource | undefined) => instanceOf(await (wasm === undefined ? compileOwn() : compile(() => wasm)));
  return {
    async compileFilter(filter, { wasm } = {}) {
      return new CompiledFilter(await instanceFor(wasm), filter);
    },
    async createEngine({ wasm, ...options } = {}) {
      return new Engine(await instanceFor(wasm), options, randomId);
    },
    createEngineSync: (wasm, options = {}) => new Engine(instanceOf(compileSync(wasm)), options, randomId),
  };
}
