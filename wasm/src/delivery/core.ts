// The loader of the second module: what abi/notifier_delivery.h declares, as JavaScript.

import { createHmac, randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { NotifierError } from '../error.js';
import { Answer } from '../instance.js';
import { changesOfPlatforms, platformsSince } from '../own_platforms.js';
import { readBeside } from '../node_file.js';
import { zoneOffset } from './zones.js';

type Call = (...args: number[]) => number;

/** The module's exports; abi/delivery_exports.txt lists them. */
type Exports = Record<
  `notifier_${
    | 'abi_version' | 'answer' | 'reserve' | 'classify' | 'know_platforms' | 'sign' | 'guard' | 'judge_url' | 'judge_address'
    | 'outbox_open' | 'outbox_remember' | 'outbox_describe' | 'outbox_admit' | 'outbox_claim' | 'outbox_record' | 'outbox_release' | 'outbox_lost'
    | 'outbox_give_up' | 'outbox_hold_claim' | 'outbox_hold' | 'outbox_resume' | 'outbox_end' | 'outbox_cancel' | 'outbox_resend' | 'outbox_prune'
    | 'group_step' | 'outbox_drop' | 'outbox_share_hosts'
    | 'leases_open' | 'leases_plan' | 'leases_applied' | 'leases_lose' | 'leases_emptied' | 'leases_leave' | 'leases_may_begin' | 'leases_epoch' | 'leases_held'
    | 'outbox_take_writes' | 'outbox_written' | 'outbox_failed' | 'outbox_is_stored' | 'outbox_pending' | 'outbox_held' | 'outbox_wait'}`,
  Call
>;

const abiVersion = 2;
const noZone = -0x80000000;
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

let compiled: WebAssembly.Module | undefined;

/**
 * Where the module's bytes come from: an entry for a bundler that takes files along in its own way says so.
 * @internal
 */
export const moduleFile = {
  read(): BufferSource {
    const script = { dirname: import.meta.dirname, url: import.meta.url };
    const remedy = ': copy it there, or keep notifier-wasm out of the bundle';
    return readBeside(fs, script, 'notifier-delivery.wasm', () => new URL('./notifier-delivery.wasm', import.meta.url), remedy);
  },
};

/** One instance of the module: one address guard and one outbox. */
export class Core {
  readonly exports: Exports;
  readonly #memory: WebAssembly.Memory;
  #input = 0;
  #inputSize = 0;
  #platforms = 0;

  constructor() {
    compiled ??= new WebAssembly.Module(moduleFile.read());
    const imports = {
      hmac: (key: number, keySize: number, message: number, messageSize: number, out: number) => {
        const mac = createHmac('sha256', this.#bytes(key, keySize)).update(this.#bytes(message, messageSize)).digest();
        this.#bytes(out, mac.length).set(mac);
        return 1;
      },
      random: () => randomBytes(4).readUInt32LE(),
      zone_offset: (zone: number, size: number, at: number) => zoneOffset(this.#text(zone, size), at) ?? noZone,
    };
    const env = { emscripten_notify_memory_growth: () => {} };
    const wasi = {
      proc_exit: () => {
        throw new NotifierError('failed', 'the WebAssembly module ran out of memory');
      },
    };
    const { exports } = new WebAssembly.Instance(compiled, { notifier: imports, env, wasi_snapshot_preview1: wasi });
    this.exports = exports as Exports;
    this.#memory = exports['memory'] as WebAssembly.Memory;
    if (this.exports.notifier_abi_version() !== abiVersion) {
      throw new NotifierError('unsupported', 'notifier-delivery.wasm is not the one that belongs to this version of notifier-wasm');
    }
    (exports['_initialize'] as Call)();
  }

  /** Calls a function with one or two texts, or none; `rest` are its other arguments. The answer is JSON. */
  ask<T>(name: keyof Exports, texts: readonly (string | Uint8Array)[] = [], before: readonly number[] = [], after: readonly number[] = []): T {
    if (this.#platforms !== changesOfPlatforms()) this.#knowPlatforms();
    const bytes = texts.map((text) => (typeof text === 'string' ? encoder.encode(text) : text));
    let at = this.#reserve(bytes.reduce((sum, { length }) => sum + length, 0));
    const places: number[] = [];
    for (const part of bytes) {
      this.#bytes(at, part.length).set(part);
      places.push(at, part.length);
      at += part.length;
    }
    const status = this.exports[name](...before, ...places, ...after);
    const words = new Uint32Array(this.#memory.buffer, this.exports.notifier_answer(), Answer.Failed + 1);
    const answer = JSON.parse(this.#text(words[Answer.Text]!, words[Answer.TextSize]!));
    if (status === 0) return answer as T;
    const { code, message, ...where } = answer;
    throw new NotifierError(code, message, where);
  }

  #knowPlatforms(): void {
    const known = this.#platforms;
    this.#platforms = changesOfPlatforms();
    this.ask('notifier_know_platforms', [platformsSince(known)]);
  }

  #reserve(size: number): number {
    if (size > this.#inputSize) {
      this.#inputSize = Math.max(size, 4096);
      this.#input = this.exports.notifier_reserve(this.#inputSize) >>> 0;
    }
    return this.#input;
  }

  #bytes(address: number, size: number): Uint8Array {
    return new Uint8Array(this.#memory.buffer, address >>> 0, size);
  }

  #text(address: number, size: number): string {
    return decoder.decode(this.#bytes(address, size));
  }
}
