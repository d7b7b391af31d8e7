// What a vocabulary holds beside kinds, as lists of entries: event types, categories, sets of words and platforms.

import type { VocabularyRows } from 'notifier-wasm';
import type { WordBench } from './word_bench.js';

export type RowPart = 'types' | 'categories' | 'sets' | 'platforms';
export const rowParts: readonly RowPart[] = ['types', 'categories', 'sets', 'platforms'];

/** A row as it is written; of a set, its values and what people read. */
export type Row = Readonly<Record<string, unknown>>;

export interface Entry {
  /** What it is known by, in lists and in the page's address. */
  key: string;
  label: string;
  state: 'own' | 'changed' | 'removed' | '';
  row: Row;
  /** The path of its faults; empty where it has no row of its own. */
  path: string;
  isBuiltIn: boolean;
}

const members = { types: 'event_types', categories: 'categories', platforms: 'platforms' } as const;
const isPlain = (name: string) => /^\w+$/.test(name);
/** A member of an object as paths of faults name it. */
export const step = (name: string) => (isPlain(name) || name === '' ? name : `'${name}'`);

function listOf(rows: VocabularyRows, part: Exclude<RowPart, 'sets'>): readonly Row[] {
  return (rows[members[part]] ?? []) as readonly Row[];
}

function builtInOf(part: RowPart, rows: VocabularyRows, { original }: WordBench): readonly Row[] {
  if (rows.standard === false) return [];
  const all = part === 'types' ? original.event_types : part === 'categories' ? original.event_categories : [];
  // An empty template is none that anybody gave.
  return all.map((row) => Object.fromEntries(Object.entries(row).filter(([member]) => member !== 'template')));
}

/** Own entries first, then the built-in ones. */
export function entriesOf(part: RowPart, rows: VocabularyRows, bench: WordBench): Entry[] {
  if (part === 'sets') return Object.entries(rows.words ?? {}).map(([key, row]) => ({ key, label: key, state: row ? 'own' : 'removed', row: row ?? {}, path: `words.${step(key)}`, isBuiltIn: row === null }));
  const builtIn = builtInOf(part, rows, bench);
  const idOf = ({ id, name }: Row) => String(id ?? name ?? '');
  const all = listOf(rows, part).map((row, at): Entry => {
    const before = builtIn.find(({ id }) => id === idOf(row));
    const { name, display_name: shown } = { ...before, ...row } as { name?: string; display_name?: string };
    return { key: String(name ?? idOf(row)), label: shown || name || '', state: row['remove'] ? 'removed' : before ? 'changed' : 'own', row, path: `${members[part]}[${at}]`, isBuiltIn: before !== undefined };
  });
  const known = new Set(listOf(rows, part).map(idOf));
  for (const row of builtIn) if (!known.has(idOf(row))) all.push({ key: String(row['name']), label: String(row['display_name']), state: '', row, path: '', isBuiltIn: true });
  return all;
}

function withList(rows: VocabularyRows, part: Exclude<RowPart, 'sets'>, list: readonly Row[]): VocabularyRows {
  const { [members[part]]: _, ...rest } = rows;
  return { ...rest, ...(list.length > 0 && { [members[part]]: list }) };
}

/** The vocabulary with another row in place of an entry's, which may be under another name where it is a set. */
export function withRow(rows: VocabularyRows, part: RowPart, { path, key }: Entry, row: Row, name = key): VocabularyRows {
  if (part === 'sets') return { ...rows, words: Object.fromEntries(Object.entries(rows.words ?? {}).map(([set, values]) => (set === key ? [name, row] : [set, values]))) as NonNullable<VocabularyRows['words']> };
  const list = listOf(rows, part);
  return withList(rows, part, path === '' ? [...list, row] : list.with(indexOf(path), row));
}

/** The vocabulary without an entry's own row: a built-in one is as it was. */
export function without(rows: VocabularyRows, part: RowPart, { path, key }: Entry): VocabularyRows {
  if (part === 'sets') {
    const { words, ...rest } = rows;
    const left = Object.entries(words ?? {}).filter(([set]) => set !== key);
    return { ...rest, ...(left.length > 0 && { words: Object.fromEntries(left) }) };
  }
  return withList(rows, part, listOf(rows, part).filter((_, at) => path === '' || at !== indexOf(path)));
}

/** The vocabulary in which an entry is not. */
export function taken(rows: VocabularyRows, part: RowPart, entry: Entry): VocabularyRows {
  return part !== 'sets' && entry.isBuiltIn ? withRow(rows, part, entry, { id: entry.row['id'], remove: true }) : without(rows, part, entry);
}

/** The vocabulary with a new entry, and what that is called. */
export function withNew(rows: VocabularyRows, part: RowPart, bench: WordBench): [VocabularyRows, string] {
  const known = new Set(entriesOf(part, rows, bench).map(({ key }) => key));
  const stem = { types: 'new_type', categories: 'new_category', sets: 'new_set', platforms: 'new_platform' }[part];
  let name = stem;
  for (let count = 2; known.has(name); ++count) name = `${stem}_${count}`;
  if (part === 'sets') return [{ ...rows, words: { ...rows.words, [name]: { '*': '' } } }, name];
  const category = entriesOf('categories', rows, bench).find(({ state }) => state !== 'removed')?.row;
  const row: Row = {
    types: { name, display_name: '', category_id: category?.['id'] ?? category?.['name'] ?? '' },
    categories: { name, display_name: '', position: known.size + 1 },
    platforms: { name, display_name: '', fields: [], request: { method: 'POST', url: 'https://example.com/', body: { text: '{@title}: {@sentence}' } } },
  }[part];
  return [withList(rows, part, [...listOf(rows, part), row]), name];
}

function indexOf(path: string): number {
  return Number(/\[(\d+)\]$/.exec(path)?.[1] ?? -1);
}

/** Where a fault belongs: the part, and which of its entries. */
export function ownerOf(field: string, rows: VocabularyRows, bench: WordBench): { part: RowPart; key: string } | undefined {
  for (const part of rowParts) {
    const found = entriesOf(part, rows, bench).find(({ path }) => path !== '' && (field === path || field.startsWith(`${path}.`)));
    if (found) return { part, key: found.key };
  }
  return undefined;
}
