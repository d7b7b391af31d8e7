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
    const [least, nearest] = known.map((one): [number, string] => [distance(field, one), one]).reduce((a, b) => (b[0] < a[0] ? b : a));
    const remedy = least <= Math.max(field.length / 3, 1) ? `did you mean ${nearest}?` : `there are ${known.join(', ')}`;
    return { field, message: `is not known here; ${remedy}`, code: 'unknown_key' };
  });
  if (fields.length > 0) throw new NotifierError('invalid', `the options of ${of} are not valid: ${fields[0]!.field} ${fields[0]!.message}`, { fields });
}
