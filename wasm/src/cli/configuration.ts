// Options from a file, by their names: what the command line says counts more.

import { readFileSync, statSync } from 'node:fs';
import { nearestKey } from '../known_keys.js';
import { Usage, withoutByteOrderMark } from './command.js';

type Options = Readonly<Record<string, { readonly type: 'string' | 'boolean'; readonly multiple?: boolean }>>;

/** What is done once and ends, and where options come from. */
const notConfigurable = ['config', 'export', 'backup'];

/**
 * Reads `{"port":7070,"dry-run":true,"allow-target":["10.0.0.0/8"]}`.
 *
 * @returns as the command line would give it
 * @throws {Usage} that names what is wrong, and nothing of a value
 */
export function readConfiguration(path: string, options: Options): Record<string, string | boolean | string[]> {
  let given: unknown;
  try {
    given = JSON.parse(Buffer.from(withoutByteOrderMark(readFileSync(path))).toString());
  } catch (error) {
    throw new Usage(error instanceof SyntaxError ? `${path} is no JSON` : `${path} cannot be read`);
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw new Usage(`${path} must be an object`);
  const known = Object.keys(options).filter((name) => !notConfigurable.includes(name));
  const values: Record<string, string | boolean | string[]> = {};
  for (const [name, value] of Object.entries(given as Record<string, unknown>)) {
    if (!known.includes(name)) {
      const nearest = nearestKey(name, known);
      throw new Usage(`${path}: '${name}' is not known here; ${nearest === undefined ? `there are ${known.join(', ')}` : `did you mean ${nearest}?`}`);
    }
    const is = (wanted: string) => new Usage(`${path}: '${name}' ${wanted}`);
    const { type, multiple } = options[name]!;
    const isScalar = (one: unknown): one is string | number => (typeof one === 'string' && one !== '') || typeof one === 'number';
    if (type === 'boolean') {
      if (typeof value !== 'boolean') throw is('needs true or false');
      values[name] = value;
    } else if (Array.isArray(value) && (multiple || name === 'retry-delays')) {
      if (!value.every(isScalar)) throw is('needs texts or numbers');
      values[name] = multiple ? value.map(String) : value.join(',');
    } else if (isScalar(value)) {
      values[name] = multiple ? [String(value)] : String(value);
    } else {
      throw is('needs a text or a number');
    }
  }
  if (('token' in values || 'smtp' in values) && (statSync(path).mode & 0o007) !== 0) {
    process.stderr.write(`notifier-wasm: others can read ${path}, which holds secrets: chmod o= ${path}\n`);
  }
  return values;
}
