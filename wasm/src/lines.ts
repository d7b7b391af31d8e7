// Lines of events to lines of deliveries: in pieces that stay in the processor's caches, cut between lines.

import { Answer, encoder, type Instance } from './instance.js';
import type { LinesOptions } from './types.js';

// Bits of notifier_lines().
const explainBit = 1;
const errorsApartBit = 2;

const piece = 256 * 1024;
const feed = 10;
// The module refuses longer events, and says so; more of them need not be kept.
const longestLine = 8 * 1024 * 1024 + 1;

export interface LinesMode extends LinesOptions {
  /** Gives the lines of errors apart from the deliveries. */
  errorsApart?: boolean;
}

export interface RoutedLines {
  output: Uint8Array;
  /** Lines of errors, where they were asked for apart. */
  errors: Uint8Array;
  /** How many lines were read, and how many of them were no events. */
  lines: number;
  failed: number;
}

export function routeLines(
  instance: Instance,
  handle: number,
  bytes: Uint8Array,
  { explain = false, firstLine = 1, borrow = false, errorsApart = false }: LinesMode,
): RoutedLines {
  const mode = (explain ? explainBit : 0) | (errorsApart ? errorsApartBit : 0);
  const { exports, answer } = instance;
  const output = new Gathered(instance);
  const errors: Uint8Array[] = [];
  let lines = 0;
  let failed = 0;
  for (let at = 0; at < bytes.length; ) {
    let end = bytes.length;
    if (end - at > piece && !borrow) {
      end = bytes.lastIndexOf(feed, at + piece) + 1;
      if (end <= at) end = bytes.indexOf(feed, at + piece) + 1 || bytes.length;
    }
    const size = instance.put(bytes.subarray(at, end));
    exports.notifier_lines(handle, instance.input, size, firstLine + lines, mode);
    instance.look();
    const { words } = instance;
    at += words[answer + Answer.Consumed]!;
    lines += words[answer + Answer.Count]!;
    failed += words[answer + Answer.Failed]!;
    if (words[answer + Answer.BodiesSize]! > 0) errors.push(view(instance, Answer.Bodies).slice());
    const routed = view(instance, Answer.Text);
    if (borrow && output.size === 0 && at >= bytes.length) return { output: routed, errors: join(errors), lines, failed };
    output.add(routed);
  }
  return { output: output.take(), errors: join(errors), lines, failed };
}

/** Borrowed. */
function view(instance: Instance, which: Answer.Text | Answer.Bodies): Uint8Array {
  const start = instance.words[instance.answer + which]!;
  return instance.bytes.subarray(start, start + instance.words[instance.answer + which + 1]!);
}

const largestDesk = 16 * 1024 * 1024;

/** Bytes that come piece by piece, put together on the instance's desk: memory that is new costs more than the copy into it. */
class Gathered {
  size = 0;
  readonly #instance: Instance;

  constructor(instance: Instance) {
    this.#instance = instance;
  }

  add(bytes: Uint8Array): void {
    const { desk } = this.#instance;
    if (this.size + bytes.length > desk.length) {
      this.#instance.desk = new Uint8Array(Math.max(2 * desk.length, this.size + bytes.length));
      this.#instance.desk.set(desk.subarray(0, this.size));
    }
    this.#instance.desk.set(bytes, this.size);
    this.size += bytes.length;
  }

  take(): Uint8Array {
    const all = this.#instance.desk.slice(0, this.size);
    if (this.#instance.desk.length > largestDesk) this.#instance.desk = new Uint8Array(0);
    return all;
  }
}

/** One run of bytes: the only part itself, or a copy of all. */
export function join(parts: Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const joined = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Cuts a stream of bytes into runs of whole lines. */
export class LineSplitter {
  #rest: Uint8Array[] = [];
  #restSize = 0;

  /** What can be read now: whole lines, with what was left over before. */
  push(chunk: Uint8Array): Uint8Array | undefined {
    const end = chunk.lastIndexOf(feed) + 1;
    if (end === 0) {
      this.#keep(chunk);
      return undefined;
    }
    const first = chunk.indexOf(feed) + 1;
    this.#keep(chunk.subarray(0, first));
    const whole = join([...this.#take(), chunk.subarray(first, end)]);
    this.#keep(chunk.subarray(end));
    return whole;
  }

  /** The last line, which need not end with a line feed. */
  end(): Uint8Array | undefined {
    return this.#restSize > 0 ? join(this.#take()) : undefined;
  }

  #keep(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const ends = bytes[bytes.length - 1] === feed;
    const room = longestLine - this.#restSize;
    if (bytes.length > room) {
      // Too long in any case: enough is kept to be told so, and the line feed.
      if (room > 0) this.#add(bytes.slice(0, room));
      if (ends) this.#add(new Uint8Array([feed]));
    } else {
      this.#add(bytes.slice());
    }
  }

  #add(bytes: Uint8Array): void {
    this.#rest.push(bytes);
    this.#restSize += bytes.length;
  }

  #take(): Uint8Array[] {
    const rest = this.#rest;
    this.#rest = [];
    this.#restSize = 0;
    return rest;
  }
}

export function routeStream(
  route: (bytes: Uint8Array, firstLine: number) => RoutedLines,
  firstLine = 1,
): TransformStream<Uint8Array | string, Uint8Array> {
  const splitter = new LineSplitter();
  let line = firstLine;
  const send = (bytes: Uint8Array | undefined, controller: TransformStreamDefaultController<Uint8Array>) => {
    if (bytes === undefined) return;
    const routed = route(bytes, line);
    line += routed.lines;
    if (routed.output.length > 0) controller.enqueue(routed.output);
  };
  return new TransformStream({
    transform: (chunk, controller) => send(splitter.push(typeof chunk === 'string' ? encoder.encode(chunk) : chunk), controller),
    flush: (controller) => send(splitter.end(), controller),
  });
}
