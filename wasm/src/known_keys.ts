import { NotifierError } from './error.js';

/** How many characters have to be put in, taken out or replaced to make one text of another (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 0; j < b.length; ++j) next.push(Math.min(row[j]! + +(letter !== b[j]), row[j + 1]! + 1, next[j]! + 1));
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
 * Refuses options that are not known, and names the one that was probably meant.
 *
 * @param list the known keys, with a space between them
 * @param of whose options they are
 * @throws {NotifierError} `invalid`
 * @internal
 */
export function checkKeys(options: object | undefined, list: string, of: string): void {
  const known = list.split(' ');
  const fields = Object.keys(options ?? {}).filter((key) => !known.includes(key)).map((key) => {
    const field = key.slice(0, 64);
    const nearest = nearestKey(field, known);
    const remedy = nearest !== undefined ? `did you mean ${nearest}?` : `there are ${known.join(', ')}`;
    return { field, message: `is not known here; ${remedy}`, code: 'unknown_key' };
  });
  if (fields.length > 0) throw new NotifierError('invalid', `the options of ${of} are not valid: ${fields[0]!.field} ${fields[0]!.message}`, { fields });
}
