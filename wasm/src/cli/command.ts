// What all commands share: options, files, an engine with a configuration.

import { readFileSync } from 'node:fs';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { entry, type Engine } from '../engine.js';
import { NotifierError } from '../error.js';
import { nearestKey } from '../known_keys.js';
import { randomId } from '../node_ids.js';
import type { EngineOptions } from '../types.js';

/** Ends the program with a message on standard error. */
export class Failure extends Error {
  readonly status: number = 1;
}

export class Usage extends Failure {
  override readonly status = 2;
}

/** What the command was given to work with has faults. */
export class Unusable extends Failure {
  override readonly status = 2;
}

/** Of this package. */
export function version(): string {
  return (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }).version;
}

type Options = NonNullable<ParseArgsConfig['options']>;
type Parsed<T extends Options> = {
  values: { [K in keyof T]: T[K]['type'] extends 'boolean' ? boolean : T[K] extends { multiple: true } ? string[] | undefined : string | undefined };
  positionals: string[];
};

/** Reads a command's arguments; where they ask for help, prints that and returns nothing. */
export function parse<T extends Options>(args: string[], options: T, help: string): Parsed<T> | undefined {
  let parsed: Parsed<Options>;
  try {
    const withHelp: Options = { ...options, help: { type: 'boolean', short: 'h' } };
    parsed = parseArgs({ args, options: withHelp, allowPositionals: true }) as Parsed<Options>;
  } catch (error) {
    const unknown = /^Unknown option '-+([^'\s]+)/.exec((error as Error).message)?.[1];
    if (unknown === undefined) throw new Usage((error as Error).message);
    const known = [...Object.keys(options), 'help'];
    const nearest = nearestKey(unknown, known);
    throw new Usage(`there is no option --${unknown}; ${nearest === undefined ? 'see --help' : `did you mean --${nearest}?`}`);
  }
  if (parsed.values['help']) {
    process.stdout.write(help);
    return undefined;
  }
  return parsed as Parsed<T>;
}

/** The one positional argument CONFIG.json, and perhaps more. */
export function operands(positionals: string[], ...names: string[]): string[] {
  if (positionals.length < names.length) throw new Usage(`${names[positionals.length]} is missing`);
  if (positionals.length > names.length) throw new Usage(`${positionals[names.length]} is one argument too many`);
  return positionals;
}

/** The text of a file without the byte order mark that some editors and shells put before it. */
export function withoutByteOrderMark(file: Uint8Array): Uint8Array {
  return file[0] === 0xef && file[1] === 0xbb && file[2] === 0xbf ? file.subarray(3) : file;
}

/** Reads a file, or standard input for `-`. */
export function readInput(path: string): Uint8Array {
  try {
    return withoutByteOrderMark(readFileSync(path === '-' ? 0 : path));
  } catch (error) {
    throw new Unusable(`cannot read ${path === '-' ? 'standard input' : path}: ${(error as Error).message}`);
  }
}

/** An event: the JSON that was given itself, or a file that was named, or what comes on standard input. */
export function readEvent(given: string | undefined): string | Uint8Array {
  return given !== undefined && /^\s*\{/.test(given) ? given : readInput(given ?? '-');
}

export function newEngine(options: EngineOptions = {}): Engine {
  const module = new URL('../notifier.wasm', import.meta.url);
  return entry(() => module, randomId).createEngineSync(readFileSync(module), options);
}

/** One line for each fault, with its place. */
export function faults(error: NotifierError): string[] {
  if (error.fields.length > 0) return error.fields.map(({ field, message }) => `${field}: ${message}`);
  return [(error.offset === undefined ? '' : `byte ${error.offset}: `) + error.message];
}

/** An engine with the configuration of a file. */
export function loadEngine(path: string, options: EngineOptions = {}): Engine {
  const engine = newEngine(options);
  try {
    engine.load(readInput(path));
  } catch (error) {
    if (!(error instanceof NotifierError)) throw error;
    throw new Unusable(faults(error).map((fault) => `${path}: ${fault}`).join('\nnotifier-wasm: '));
  }
  return engine;
}

/** Reads a time as the module does; `Date` alone takes one without a zone for local time. NaN where there is none. */
function readTime(text: string): number {
  const zone = String.raw`(?:Z|z|UTC|GMT|([+-]\d\d)(?::?(\d\d))?)`;
  const found = new RegExp(String.raw`^(\d{4}-\d\d-\d\d)[Tt ]((?:[01]\d|2[0-3]):\d\d)(?::(\d\d)(?:[.,](\d+))?)? ?${zone}$`).exec(text);
  if (found === null) return NaN;
  const [, date, minute, second = '00', decimals = '', hours, minutes = '00'] = found;
  // Date takes the 29th of any February for a day.
  if (new Date(`${date}T00:00Z`).toJSON()?.slice(0, 10) !== date) return NaN;
  return Date.parse(`${date}T${minute}:${second}.${decimals.slice(0, 3).padEnd(3, '0')}${hours === undefined ? 'Z' : `${hours}:${minutes}`}`);
}

/** A clock that stands still, at `--now` or where none is said at the beginning, and no ids drawn: the same input gives the same output. */
export function reproducible(now: string | undefined): EngineOptions {
  const time = new Date(now === undefined ? 0 : readTime(now));
  if (Number.isNaN(time.getTime())) throw new Usage(`--now needs a time with its zone, as 2024-05-14T09:46:42Z, not ${now}`);
  return { clock: () => time, ids: null };
}

/** Colours, for a terminal that wants them. */
export function paint(stream: NodeJS.WriteStream): (style: 'bold' | 'dim' | 'red' | 'green', text: string) => string {
  const codes = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39] } as const;
  const colours = stream.isTTY && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb';
  return (style, text) => (colours ? `\x1b[${codes[style][0]}m${text}\x1b[${codes[style][1]}m` : text);
}
