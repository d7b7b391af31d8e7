/// <reference lib="esnext.disposable" preserve="true" />

import { NotifierError } from './error.js';
import { Instance, decoder, encoder, type Exports, type Host } from './instance.js';
import { readDeliveries, readIds, type KnownNotifiers } from './records.js';
import { routeLines, routeStream, type LinesMode, type RoutedLines } from './lines.js';
import type {
  ApiRequest,
  App,
  AppDraft,
  Audience,
  Catalogue,
  Change,
  CompiledModule,
  Delivery,
  EngineOptions,
  EventInput,
  Explained,
  LinesOptions,
  ModuleSource,
  Notifier,
  NotifierDraft,
  NotifierPatch,
  Outcome,
  RouteOptions,
  User,
} from './types.js';

// Bits of notifier_new().
const enum HostBit { Clock = 1, Ids = 2, Users = 4, History = 8 }

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

function hostOf(options: EngineOptions, randomId: () => string): [Host, number] {
  const { clock = Date.now, ids, users, history } = options;
  const host: Host = {
    now: () => Number(clock()),
    newId: (prefix) => (ids ? ids(prefix) : prefix + randomId()),
    user(id) {
      const found = users!(id);
      return (typeof found === 'string' ? found : found?.email) ?? '';
    },
    history(text) {
      const query = JSON.parse(text);
      switch (query.of) {
        case 'events':
          return JSON.stringify(history!.events(query.app_id, query.offset, query.limit));
        case 'deliveries':
          return JSON.stringify(history!.deliveries(query.app_id, query.notifier_id, query.offset, query.limit));
        default:
          return history!.retry(query.app_id, query.notifier_id, query.delivery_id) ? 'due' : '';
      }
    },
  };
  return [host, HostBit.Clock | HostBit.Ids | (users ? HostBit.Users : 0) | (history ? HostBit.History : 0)];
}

function bytesOf(value: ArrayBuffer | ArrayBufferView): Uint8Array {
  try {
    return value instanceof ArrayBuffer ? new Uint8Array(value) : new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  } catch (error) {
    throw new NotifierError('detached', 'the buffer is detached', { cause: error });
  }
}

/** JSON text or UTF-8 of what a caller gave. */
function toJson(value: EventInput): string | Uint8Array {
  if (typeof value === 'string' || value instanceof Uint8Array) return value;
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return bytesOf(value);
  let text: string | undefined;
  let cause: unknown;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) throw error;
    cause = error;
  }
  if (text === undefined) throw new NotifierError('invalid_json', 'the value cannot be written as JSON', { cause });
  return text;
}

function audienceJson(audience: Audience | undefined): string {
  if (audience === undefined || (audience.notifierIds === undefined && audience.appIds === undefined)) return '';
  return JSON.stringify({ notifier_ids: audience.notifierIds, app_ids: audience.appIds });
}

// Engines whose owner forgot dispose(). What it holds must not lead back to the engine. Older workers have no such registry.
const forgotten = globalThis.FinalizationRegistry && new FinalizationRegistry<() => void>((release) => release());

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

  /** @internal */
  constructor(instance: Instance, options: EngineOptions, randomId: () => string) {
    const [host, bits] = hostOf(options, randomId);
    this.#instance = instance;
    this.#host = host;
    this.#handle = 0;
    instance.begin(host);
    try {
      this.#handle = instance.exports.notifier_new(bits) >>> 0;
      instance.look();
    } catch (error) {
      throw instance.broken(error);
    } finally {
      instance.end();
    }
    ++instance.engines;
    const handle = this.#handle;
    forgotten?.register(this, () => release(instance, handle), this);
  }

  /** Frees the engine's memory. Further calls throw; calling it again does nothing. */
  dispose(): void {
    if (this.#handle === 0) return;
    release(this.#instance, this.#handle);
    forgotten?.unregister(this);
    this.#handle = 0;
    this.#changed();
  }

  declare [Symbol.dispose]: () => void;
  static {
    if (Symbol.dispose) this.prototype[Symbol.dispose] = this.prototype.dispose;
  }

  // ---- routing ----

  /**
   * Finds the notifiers that accept an event and formats one delivery for each, oldest notifier first.
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
   * event gives a line `{"line":3,"error":{"code","message","offset"}}` in its place.
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

  // ---- registry ----

  /** Adds an app. `invalid` where its id or name is empty, too long or taken. */
  addApp(app: AppDraft): App {
    return this.#change((exports, handle, input, size) => exports.notifier_add_app(handle, input, size), toJson(app));
  }

  /** All apps, oldest first. */
  apps(): App[] {
    return this.#json((exports, handle) => exports.notifier_apps(handle));
  }

  /** Adds or replaces a user, whose address mails go to where a notifier names the id. */
  putUser(user: User): void {
    this.#change((exports, handle, input, size) => exports.notifier_put_user(handle, input, size), toJson(user));
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

  /** What signs the webhooks of a notifier, for who sends them; none where there is no such notifier. Secrets. */
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

  /** The platforms, categories, event types and event kinds there are. */
  catalogue(): Catalogue {
    return this.#json((exports, handle) => exports.notifier_catalogue(handle));
  }

  // ---- HTTP API ----

  /**
   * Answers a request to the notifier API, and changes nothing: store the outcome, then `apply` its changes, then answer, then
   * send its deliveries. {@link toFetchHandler} does all that.
   */
  handle(request: ApiRequest): Outcome {
    const { method, url, user } = request;
    const target = /^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? url.replace(/^[^:]+:\/\/[^/?#]*/, '').replace(/#.*$/s, '') : url;
    const head = JSON.stringify({ method, target, content_type: contentType(request.headers), user });
    return this.#json((exports, handle, input, first, both) =>
      exports.notifier_handle(handle, input, first, input + first, both - first), head, toJson(request.body ?? ''));
  }

  /**
   * Switches a notifier off whose target is gone or kept failing, with an event for its owner that says why. Changes nothing, as `handle`;
   * nothing comes of it where it is off already, or gone.
   */
  switchOff(appId: string, notifierId: string, reason: string): Outcome {
    const json = JSON.stringify({ app_id: appId, notifier_id: notifierId, reason });
    return this.#json((exports, handle, input, size) => exports.notifier_switch_off(handle, input, size), json);
  }

  /** Applies the changes of an outcome, all or none. `conflict` where something moved since: handle the request again. */
  apply(changes: readonly Change[]): void {
    this.#change((exports, handle, input, size) => exports.notifier_apply(handle, input, size), toJson(changes));
  }

  /** Where mails come from (`Name <address>` will do), and the dashboard that messages link to. What is undefined stays. */
  configure(settings: { emailFrom?: string | undefined; linkBase?: string | undefined }): void {
    const json = JSON.stringify({ email_from: settings.emailFrom, link_base: settings.linkBase });
    this.#change((exports, handle, input, size) => exports.notifier_configure(handle, input, size), json);
  }

  // ---- calls ----

  static {
    routeParts = (engine, lines, mode) => engine.#call((_, handle, instance) => routeLines(instance, handle, lines, mode));
  }

  #call<T>(run: (exports: Exports, handle: number, instance: Instance) => T): T {
    const instance = this.#instance;
    if (this.#handle === 0) throw new NotifierError('disposed', 'the engine was disposed of');
    instance.begin(this.#host);
    let result: T;
    try {
      result = run(instance.exports, this.#handle, instance);
    } catch (error) {
      throw instance.broken(error);
    } finally {
      instance.end();
    }
    return result;
  }

  /** Calls with one or two texts, or none; the answer is JSON. */
  #json<T>(
    call: (exports: Exports, handle: number, input: number, first: number, both: number) => number,
    first: string | Uint8Array = '',
    second?: string | Uint8Array,
  ): T {
    return this.#call((exports, handle, instance) => {
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
  }
}

// Deleting an engine asks its host for nothing; and an owner's host would keep the engine from being collected.
const nobody = {} as Host;

function release(instance: Instance, handle: number): void {
  if (!instance.usable) return;
  instance.begin(nobody);
  if (--instance.engines === 0) instances.delete(instance.module);
  try {
    instance.exports.notifier_delete(handle);
    instance.look();
  } catch (error) {
    throw instance.broken(error);
  } finally {
    instance.end();
  }
}

function bodyOf(json: string | Uint8Array, asBytes: boolean): string | Uint8Array {
  if (asBytes) return typeof json === 'string' ? encoder.encode(json) : json.slice();
  return typeof json === 'string' ? json : decoder.decode(json);
}

function contentType(headers: ApiRequest['headers']): string | undefined {
  if (headers === undefined) return undefined;
  const pairs = Symbol.iterator in headers ? (headers as Iterable<readonly [string, string]>) : Object.entries(headers);
  for (const [name, value] of pairs) {
    if (name.toLowerCase() === 'content-type') return String(value);
  }
  return undefined;
}

// Engines of one module share an instance, until one breaks it. Nothing keeps an instance without engines.
const instances = new WeakMap<WebAssembly.Module, Instance>();

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
 * Draws no randomness and reads no clock before an app or a notifier is added.
 * @throws {NotifierError} `unsupported` where the module cannot be loaded
 */
export type CreateEngine = (options?: EngineOptions & {
  /** Where the WebAssembly module comes from; default: the one of this package. */
  wasm?: ModuleSource;
}) => Promise<Engine>;

/** The same at once, from a module or its bytes. */
export type CreateEngineSync = (wasm: Uint8Array | ArrayBuffer | CompiledModule, options?: EngineOptions) => Engine;

/**
 * Makes the functions that an entry of the package exports. `load` finds the entry's module, which is then compiled once.
 * @internal
 */
export function entry(
  load: () => ModuleSource | PromiseLike<ModuleSource>,
  randomId = uuid,
): { createEngine: CreateEngine; createEngineSync: CreateEngineSync } {
  let own: Promise<WebAssembly.Module> | undefined;
  const compileOwn = () => (own ??= compile(load, '; import notifier-wasm/inline, or give createEngine the option wasm').catch((error) => {
    own = undefined;
    throw error;
  }));
  return {
    async createEngine({ wasm, ...options } = {}) {
      return new Engine(instanceOf(await (wasm === undefined ? compileOwn() : compile(() => wasm))), options, randomId);
    },
    createEngineSync: (wasm, options = {}) => new Engine(instanceOf(compileSync(wasm)), options, randomId),
  };
}
