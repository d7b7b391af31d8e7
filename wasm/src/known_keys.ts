import { NotifierError } from './error.js';

/** How many letters have to be put in, taken out, replaced or changed with their neighbour to make one text of another (optimal string alignment). */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; ++i) {
    const next = [i];
    for (let j = 1; j <= b.length; ++j) {
      next.push(Math.min(row[j - 1]! + +(a[i - 1] !== b[j - 1]), row[j]! + 1, next[j - 1]! + 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) next[j] = Math.min(next[j]!, before[j - 2]! + 1);
    }
    before = row;
    row = next;
  }
  return row[b.length]!;
}

/**
 * The one that was probably meant: a third of it may be wrong, and one letter always. Undefined where none is near.
 * @internal
 */
export function nearestKey(key: string, known: readonly string[]): string | undefined {
  const [least, nearest] = known.map((one): [number, string] => [distance(key, one), one]).reduce((a, b) => (b[0] < a[0] ? b : a));
  return least <= Math.max(key.length / 3, 1) ? nearest : undefined;
}

/**
 * Refuses options that are not known, and names the one that was probably meant; and what is no function where one is asked for.
 *
 * @param list the known keys, with a space between them; those of functions with `()` behind them
 * @param of whose options they are
 * @throws {NotifierError} `invalid`
 * @internal
 */
export function checkKeys(options: object | undefined, list: string, of: string): void {
  const functions = new Set<string>();
  const known = list.split(' ').map((key) => {
    if (!key.endsWith('()')) return key;
    functions.add(key.slice(0, -2));
    return key.slice(0, -2);
  });
  const fields = Object.entries(options ?? {}).flatMap(([key, value]) => {
    if (functions.has(key) && typeof value !== 'function' && value !== null && value !== undefined) return [{ field: key, message: 'must be a function', code: 'type' }];
    if (known.includes(key)) return [];
    const field = key.slice(0, 64);
    const nearest = nearestKey(field, known);
    const remedy = nearest !== undefined ? `did you mean ${nearest}?` : `there are ${known.join(', ')}`;
    return [{ field, message: `is not known here; ${remedy}`, code: 'unknown_key' }];
  });
  if (fields.length > 0) throw new NotifierError('invalid', `the options of ${of} are not valid: ${fields[0]!.field} ${fields[0]!.message}`, { fields });
}
