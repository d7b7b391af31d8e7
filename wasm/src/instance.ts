// The loader: one instance of the WebAssembly module, and how to talk to it. The C interface is abi/notifier_wasm.h.

import { NotifierError } from './error.js';
import { takeOver } from './own_platforms.js';

type Call = (...args: number[]) => number;

/** The module's exports; abi/exports.txt lists them. */
export type Exports = Record<
  `notifier_${
    | 'abi_version' | 'answer' | 'reserve' | 'new' | 'delete'
    | 'route' | 'match' | 'lines' | 'explain' | 'preview' | 'digest' | 'filter_new' | 'filter_delete' | 'filter_judge'
    | 'add_app' | 'update_app' | 'remove_app' | 'apps' | 'put_user' | 'remove_user' | 'add' | 'update' | 'remove' | 'find' | 'list' | 'signing_secrets' | 'validate'
    | 'load' | 'vocabulary' | 'snapshot' | 'configure' | 'catalogue' | 'event_kind' | 'handle' | 'switch_off' | 'prepare' | 'versions' | 'publish' | 'abandon' | 'apply' | 'platforms' | 'platform_changes'}`,
  Call
>;

/** What the module asks of an engine's owner. */
export interface Host {
  now(): number;
  /** Each of these answers with a text, or with an empty one. */
  newId(prefix: string): string;
  user(id: string): string;
  history(query: string): string;
  refuseUrl(url: string): string;
  compose(event: string): string;
}

/** Who asks for nothing, and is asked for nothing. */
export const nobody = {} as Host;

/** Words of the notifier_result. */
export const enum Answer { Text, TextSize, Records, Count, Bodies, BodiesSize, Consumed, Failed }

const abiVersion = 2;
export const encoder = new TextEncoder();
export const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

// Beyond this, the three bytes that a UTF-16 unit may need are not reserved on suspicion, and the input area is not kept.
const large = 1 << 20;

export class Instance {
  readonly module: WebAssembly.Module;
  readonly exports: Exports;
  /** Views of the memory, made anew whenever it has grown. */
  bytes!: Uint8Array;
  words!: Uint32Array;
  /** Where the last input was put. */
  input = 0;
  /** Index in `words` of the notifier_result. */
  readonly answer: number;
  /** Texts that lie still for ever, by address. */
  readonly literals = new Map<number, string>();
  /** Where results that come in pieces are put together; kept for the next call. */
  desk: Uint8Array = new Uint8Array(0);
  /** Platforms of hosts' own by their numbers in records. */
  readonly platforms = new Map<number, string>();
  #platformChanges = 0;
  /** How many engines and filters live here. */
  users = 0;
  /** The owner of the engine that is being called. */
  #host: Host | undefined;
  #hostError: unknown;
  #failure: unknown;
  #memory!: WebAssembly.Memory;
  #inputBytes!: Uint8Array;
  #inputSize = 0;

  constructor(module: WebAssembly.Module) {
    this.module = module;
    let taken: Uint8Array = encoder.encode('');
    const ask = (question: (host: Host, text: string) => string) => (address: number, size: number) => {
      try {
        taken = encoder.encode(question(this.#host!, this.text(address, size)));
      } catch (error) {
        this.#hostError ??= { error };
        taken = encoder.encode('');
      }
      return taken.length;
    };
    const imports = {
      now: () => {
        try {
          return Number(this.#host!.now());
        } catch (error) {
          this.#hostError ??= { error };
          return 0;
        }
      },
      new_id: ask((host, prefix) => host.newId(prefix)),
      user: ask((host, id) => host.user(id)),
      history: ask((host, query) => host.history(query)),
      refuse_url: ask((host, url) => host.refuseUrl(url)),
      compose: ask((host, event) => host.compose(event)),
      take: (address: number) => {
        this.look();
        this.bytes.set(taken, address >>> 0);
      },
    };
    // V8 makes a wrapper for each kind of import: fewer where functions have the parameters that the module knows.
    const env = { emscripten_notify_memory_growth: (_memory: number) => this.#growAhead() };
    const wasi = {
      proc_exit: (_code: number) => {
        throw new RangeError('out of memory');
      },
    };
    let exports: WebAssembly.Exports;
    try {
      ({ exports } = new WebAssembly.Instance(module, { notifier: imports, env, wasi_snapshot_preview1: wasi }));
    } catch (error) {
      throw new NotifierError('unsupported', 'this is not the WebAssembly module of notifier-wasm, or there is no memory for it', { cause: error });
    }
    this.exports = exports as Exports;
    this.#memory = exports['memory'] as WebAssembly.Memory;
    if (this.exports.notifier_abi_version?.() !== abiVersion) {
      throw new NotifierError('unsupported', 'the WebAssembly module is not the one that belongs to this version of notifier-wasm');
    }
    (exports['_initialize'] as Call)();
    this.look();
    this.answer = this.exports.notifier_answer() >>> 2;
  }

  /** Learns of platforms that came with a vocabulary, and makes them known to who delivers. Takes the place of the last answer. */
  learnPlatforms(): void {
    const changes = this.exports.notifier_platform_changes() >>> 0;
    if (changes === this.#platformChanges) return;
    this.#platformChanges = changes;
    this.check(this.exports.notifier_platforms());
    for (const { number, is_meant, row } of JSON.parse(this.answerText())) {
      this.platforms.set(number, row.name);
      if (is_meant) takeOver(row.name, JSON.stringify(row));
    }
  }

  get usable(): boolean {
    return this.#failure === undefined;
  }

  /** Begins calls in an engine's name; end() must follow. */
  private begin(host: Host): void {
    if (this.#failure !== undefined) throw this.#lost();
    if (this.#host !== undefined) throw new NotifierError('busy', 'an engine was called from inside one of its own options');
    this.#host = host;
  }

  private end(): void {
    this.#host = undefined;
    const thrown = this.#hostError as { error: unknown } | undefined;
    if (thrown !== undefined) {
      this.#hostError = undefined;
      throw thrown.error;
    }
  }

  /** Makes calls in an owner's name. */
  call<T>(host: Host, run: () => T): T {
    this.begin(host);
    try {
      return run();
    } catch (error) {
      throw this.broken(error);
    } finally {
      this.end();
    }
  }

  /** Looks at what a call came to. `status` is what it returned. */
  check(status: number): void {
    this.look();
    if (status !== 0) {
      const { code, message, ...where } = JSON.parse(this.answerText());
      throw new NotifierError(code, message, where);
    }
  }

  /** To be thrown for what a call into the module threw. Where the module stopped in the middle, it is not to be used again. */
  private broken(error: unknown): unknown {
    if (!(error instanceof WebAssembly.RuntimeError || error instanceof RangeError)) return error;
    this.#failure = error;
    return this.#lost();
  }

  #lost(): NotifierError {
    return new NotifierError('failed', 'the WebAssembly module ran out of memory or stack; make a new engine', { cause: this.#failure });
  }

  /** Makes the views anew if the memory has grown. */
  look(): void {
    if (this.bytes === undefined || this.bytes.length === 0) {
      const { buffer } = this.#memory;
      this.bytes = new Uint8Array(buffer);
      this.words = new Uint32Array(buffer);
      this.#inputBytes = this.bytes.subarray(this.input, this.input + this.#inputSize);
    }
  }

  // The C library asks for no more than it needs at the moment, and each time costs: memory is unmapped, views are lost.
  #growAhead(): void {
    const pages = this.#memory.buffer.byteLength / 65_536; // no shift: from 2 GB on it would be negative
    try {
      this.#memory.grow(Math.min(pages >> 1, 8192));
    } catch {
      // What was asked for is there; there is just no more.
    }
  }

  /** Puts a text into the input area, at `this.input`. Returns its size in bytes. */
  put(text: string | Uint8Array): number {
    if (typeof text === 'string') {
      if (text.length <= large) {
        this.#reserve(3 * text.length);
        return encoder.encodeInto(text, this.#inputBytes).written;
      }
      text = encoder.encode(text);
    }
    const size = text.length;
    this.#reserve(size);
    if (text.length !== size) throw new NotifierError('detached', 'the bytes are a borrowed view that is no longer valid');
    if (size > 0) this.#inputBytes.set(text);
    return size;
  }

  /** Puts two texts into the input area, one after the other. Returns the size of the first and of both. */
  putTwo(first: string | Uint8Array, second: string | Uint8Array): [number, number] {
    const a = typeof first === 'string' ? encoder.encode(first) : first;
    const b = typeof second === 'string' ? encoder.encode(second) : second;
    const sizes: [number, number] = [a.length, a.length + b.length];
    this.#reserve(sizes[1]);
    if (a.length + b.length !== sizes[1]) throw new NotifierError('detached', 'the bytes are a borrowed view that is no longer valid');
    if (a.length > 0) this.#inputBytes.set(a);
    if (b.length > 0) this.#inputBytes.set(b, sizes[0]);
    return sizes;
  }

  #reserve(size: number): void {
    if (size > this.#inputSize || this.#inputSize > large) {
      // The old area goes first, so that the two never stand side by side.
      if (this.#inputSize > 0) this.exports.notifier_reserve(0);
      this.#inputSize = Math.max(size, 4096);
      this.input = this.exports.notifier_reserve(this.#inputSize) >>> 0;
      this.look();
      this.#inputBytes = this.bytes.subarray(this.input, this.input + this.#inputSize);
    }
  }

  /** Decodes `size` bytes at `address`. */
  text(address: number, size: number): string {
    this.look();
    return decoder.decode(this.bytes.subarray(address >>> 0, (address >>> 0) + size));
  }

  answerText(): string {
    return this.text(this.words[this.answer + Answer.Text]!, this.words[this.answer + Answer.TextSize]!);
  }
}
