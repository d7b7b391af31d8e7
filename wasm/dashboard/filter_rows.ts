// A filter as rows that people read and write: field, comparison, values. All rows have to hold, and of a row one value will do.

import type { Filter } from 'notifier-wasm';

export const comparisons = ['is', 'isNot', 'contains', 'beginsWith', 'endsWith', 'above', 'atLeast', 'below', 'atMost', 'exists', 'isAbsent'] as const;
export type Comparison = (typeof comparisons)[number];

export interface FilterRow {
  /** A path with dots, as `type_data.status`. */
  field: string;
  comparison: Comparison;
  /** Separated by commas. */
  values: string;
  /** What it was read from: rows that nobody touched are written as they were. */
  given?: readonly unknown[];
}

type Leaf = readonly unknown[];

const signs = { above: '>', atLeast: '>=', below: '<', atMost: '<=' } as const;

export function takesValues(comparison: Comparison): boolean {
  return comparison !== 'exists' && comparison !== 'isAbsent';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The one operator of an object and what it takes. */
function operator(value: unknown): [name: string, operand: unknown] | undefined {
  const entries = isObject(value) ? Object.entries(value) : [];
  return entries.length === 1 ? entries[0] : undefined;
}

/** What was typed, value by value. */
function split(values: string): string[] {
  return values.split(',').map((value) => value.trim()).filter(Boolean);
}

/** Undefined where typing it would not give the same again. */
function join(values: readonly string[]): string | undefined {
  return values.some((value) => value === '' || value.trim() !== value || value.includes(',')) ? undefined : values.join(', ');
}

const isNumber = (text: string) => /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text);

/** A value as an event may have it: `3` is the number and the text, since who types it knows neither. */
function forms(text: string): unknown[] {
  if (isNumber(text)) return [text, Number(text)];
  return text === 'true' || text === 'false' || text === 'null' ? [text, JSON.parse(text)] : [text];
}

const isScalar = (value: unknown) => value === null || typeof value !== 'object';
const escapeStars = (text: string) => text.replace(/[\\*]/g, '\\$&');

/** The text between stars of `*text*`; undefined of any other wildcard. */
function contained(wildcard: string): string | undefined {
  const inner = /^\*((?:[^\\*]|\\[\\*])+)\*$/.exec(wildcard)?.[1];
  return inner?.replace(/\\([\\*])/g, '$1');
}

function readLeaf(leaf: Leaf): { comparison: Comparison; values: string } | undefined {
  const row = (comparison: Comparison, texts: readonly string[]) => {
    const values = join(texts);
    return values === undefined ? undefined : { comparison, values };
  };
  if (leaf.length === 0) return undefined;
  if (leaf.every(isScalar)) return row('is', [...new Set(leaf.map(String))]);
  const operators = leaf.map(operator);
  const [[name, operand] = []] = operators;
  if (leaf.length === 2 && name === 'anything-but' && operators[1]?.[0] === 'exists' && operators[1][1] === false) {
    const refused = Array.isArray(operand) ? operand : [operand];
    return refused.every(isScalar) ? row('isNot', refused.map(String)) : undefined;
  }
  if (name === undefined || operators.some((one) => one?.[0] !== name)) return undefined;
  const operands = operators.map((one) => one![1]);
  if (name === 'exists' && leaf.length === 1) return { comparison: operand === true ? 'exists' : 'isAbsent', values: '' };
  if (name === 'numeric' && leaf.length === 1 && Array.isArray(operand) && operand.length === 2) {
    const [comparison] = Object.entries(signs).find(([, sign]) => sign === operand[0]) ?? [];
    return comparison ? row(comparison as Comparison, [String(operand[1])]) : undefined;
  }
  if (!operands.every((one) => typeof one === 'string')) return undefined;
  const texts = operands as string[];
  if (name === 'prefix') return row('beginsWith', texts);
  if (name === 'suffix') return row('endsWith', texts);
  if (name !== 'wildcard') return undefined;
  const inner = texts.map(contained);
  return inner.every((text) => text !== undefined) ? row('contains', inner) : undefined;
}

/** The rows of a filter; undefined of one that is more than rows can say. */
export function readRows(filter: Filter): FilterRow[] | undefined {
  const rows: FilterRow[] = [];
  const isRead = (object: Record<string, unknown>, place: string): boolean =>
    Object.entries(object).every(([key, value]) => {
      const field = place === '' ? key : `${place}.${key}`;
      if (key === '$or') return false;
      if (isObject(value)) return isRead(value, field);
      const leaf = Array.isArray(value) && !rows.some((row) => row.field === field) ? readLeaf(value) : undefined;
      if (leaf) rows.push({ field, ...leaf, given: value as Leaf });
      return leaf !== undefined;
    });
  return isRead(filter as Record<string, unknown>, '') && rows.length > 0 ? rows : undefined;
}

function writeLeaf({ comparison, values, given }: FilterRow): Leaf {
  if (given) return given;
  const texts = split(values);
  switch (comparison) {
    case 'is': return texts.flatMap(forms);
    case 'isNot': return [{ 'anything-but': texts.every(isNumber) ? texts.map(Number) : texts }, { exists: false }];
    case 'contains': return texts.map((text) => ({ wildcard: `*${escapeStars(text)}*` }));
    case 'beginsWith': return texts.map((prefix) => ({ prefix }));
    case 'endsWith': return texts.map((suffix) => ({ suffix }));
    case 'exists': return [{ exists: true }];
    case 'isAbsent': return [{ exists: false }];
    default: {
      const [text = ''] = texts;
      return [{ numeric: [signs[comparison], isNumber(text) ? Number(text) : text] }];
    }
  }
}

/** Whether nothing is missing. */
export function isWhole({ field, comparison, values }: FilterRow): boolean {
  return field.trim() !== '' && (!takesValues(comparison) || split(values).length > 0);
}

/** A field that two rows ask for: only one of them would count. */
export function askedTwice(rows: readonly FilterRow[]): string | undefined {
  const fields = rows.filter(isWhole).map(({ field }) => field.trim());
  return fields.find((field, at) => fields.indexOf(field) !== at);
}

/** The filter that rows are, those apart that are not whole; undefined of none. Keys stay joined by dots, which is the same. */
export function writeRows(rows: readonly FilterRow[]): Filter | undefined {
  const filter: Record<string, Leaf> = {};
  for (const row of rows) if (isWhole(row)) filter[row.field.trim()] = writeLeaf(row);
  return Object.keys(filter).length > 0 ? (filter as Filter) : undefined;
}

// What the library calls an error (message/said.hpp); OpenTelemetry has four each of two.
const grave = ['error', 'err', 'critical', 'crit', 'fatal', 'alert', 'emergency', 'emerg', 'panic', 'major', ...['error', 'fatal'].flatMap((name) => [2, 3, 4].map((grade) => `${name}${grade}`))];

/** What went wrong, of the built-in kinds of events, and of any other that says so itself. */
export const failures = {
  $or: [
    { type: ['crash', 'repeated_crash', 'database_backup_failed', 'database_continuousbackup_stale', 'accept_project_transfer_invitation_error', 'login_lock'] },
    { type: ['deployment'], 'type_data.status': [{ suffix: 'error' }] },
    { type: ['stop_app'], 'type_data.reason': ['payment_failure'] },
    { type: ['payment_attempt'], 'type_data.status': [{ 'anything-but': ['paid', 'new'] }] },
    ...['severity', 'level', 'type_data.severity', 'type_data.level'].map((field) => ({ [field]: grave.map((word) => ({ 'equals-ignore-case': word })) })),
  ],
} as unknown as Filter;

/** The fields of an event and some of their values: what rows can ask for. Those of lists count as theirs. */
export function fieldsOfEvent(event: unknown, found: Map<string, Set<string>> = new Map(), place = '', depth = 0): Map<string, Set<string>> {
  if (Array.isArray(event)) {
    for (const element of event.slice(0, 5)) fieldsOfEvent(element, found, place, depth + 1);
  } else if (isObject(event)) {
    if (depth > 6) return found;
    for (const [key, value] of Object.entries(event)) fieldsOfEvent(value, found, place === '' ? key : `${place}.${key}`, depth + 1);
  } else if (place !== '' && found.size < 500) {
    const values = found.get(place) ?? new Set();
    const text = String(event);
    if (values.size < 20 && text.length <= 80 && !text.includes(',')) values.add(text);
    found.set(place, values);
  }
  return found;
}
