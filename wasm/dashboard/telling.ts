// How often a notifier tells, as its form asks for it: each event at once, or several together; never in quiet hours; not before a moment.

import type { Grouping, NotifierDraft, QuietHours } from 'notifier-wasm';

/** The members of a notifier that say when it tells; each may be missing. */
export interface Telling {
  grouping?: Grouping;
  quiet?: QuietHours;
  muted_until?: string;
  muted_pass_errors?: boolean;
}

export const modes = ['each', 'throttle', 'digest', 'daily'] as const;
export type Mode = (typeof modes)[number];

/** How long a window may be counted in, with the seconds of one. */
export const units = { second: 1, minute: 60, hour: 3600, day: 86400 } as const;
export type Unit = keyof typeof units;

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof weekdays)[number];

/** What stands in the form: texts as they were typed. */
export interface Entries {
  mode: Mode;
  /** So many of the unit. */
  window: string;
  unit: Unit;
  at: string;
  zone: string;
  /** Keys of an event, separated by commas. */
  by: string;
  /** What a digest names at most: the form does not ask for it, and keeps it. */
  most?: number;
  isQuiet: boolean;
  from: string;
  to: string;
  days: ReadonlySet<Weekday>;
  quietZone: string;
  quietPassErrors: boolean;
  isMuted: boolean;
  /** As a browser's field has it: the time of day where one is, without a zone. */
  until: string;
  mutedPassErrors: boolean;
}

const pad = (number: number, digits = 2) => String(number).padStart(digits, '0');

/** A moment as a field of a date and a time has it. */
export function toLocal(date: Date): string {
  return `${pad(date.getFullYear(), 4)}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}T${pad(date.getHours())}:${pad(date.getMinutes())}`;
}

/** The largest unit that counts a window in whole numbers. */
function inUnits(seconds: number): { window: string; unit: Unit } {
  const unit = (['day', 'hour', 'minute'] as const).find((one) => seconds % units[one] === 0) ?? 'second';
  return { window: String(seconds / units[unit]), unit };
}

/**
 * What the form starts with. What a notifier does not ask for stands there as people most often want it, for when it is switched on.
 *
 * @param zone where the reader is: a name of the IANA database
 */
export function enterTelling({ grouping, quiet, muted_until: until, muted_pass_errors: passErrors }: Telling, now: Date, zone: string): Entries {
  const end = until === undefined ? undefined : new Date(until);
  const isMuted = end !== undefined && end > now;
  const later = new Date(now.getTime() + 3_600_000);
  return {
    mode: grouping?.mode ?? 'each',
    ...inUnits(grouping && 'window' in grouping ? grouping.window : 600),
    at: grouping?.mode === 'daily' ? grouping.at : '09:00',
    zone: grouping?.mode === 'daily' ? (grouping.zone ?? 'UTC') : zone,
    by: (grouping?.by ?? []).join(', '),
    ...(grouping?.max_items === undefined ? {} : { most: grouping.max_items }),
    isQuiet: quiet !== undefined,
    from: quiet?.from ?? '22:00',
    to: quiet?.to ?? '07:00',
    days: new Set(quiet?.days ?? weekdays),
    quietZone: quiet ? (quiet.zone ?? 'UTC') : zone,
    quietPassErrors: quiet?.pass_errors ?? true,
    isMuted,
    until: toLocal(isMuted ? end : later),
    mutedPassErrors: isMuted ? (passErrors ?? false) : false,
  };
}

/** What was entered. What is missing is left out, for the library's rules to say so. */
export function readTelling(entries: Entries): Telling {
  const { mode, unit, at, zone, most } = entries;
  const by = entries.by.split(',').map((path) => path.trim()).filter(Boolean);
  const together = { ...(by.length > 0 ? { by } : {}), ...(most === undefined ? {} : { max_items: most }) };
  const window = entries.window.trim() === '' ? {} : { window: Number(entries.window) * units[unit] };
  const grouping = mode === 'each' ? undefined : mode === 'daily' ? { mode, at, zone: zone.trim(), ...together } : { mode, ...window, ...together };
  const days = weekdays.filter((day) => entries.days.has(day));
  const quiet = { from: entries.from, to: entries.to, ...(days.length < weekdays.length ? { days } : {}), zone: entries.quietZone.trim(), pass_errors: entries.quietPassErrors };
  const end = new Date(entries.until);
  const until = Number.isNaN(end.getTime()) ? entries.until : `${end.toISOString().slice(0, 19)}Z`;
  return {
    ...(grouping ? { grouping: grouping as Grouping } : {}),
    ...(entries.isQuiet ? { quiet } : {}),
    ...(entries.isMuted ? { muted_until: until, muted_pass_errors: entries.mutedPassErrors } : {}),
  };
}

/** What a draft says of it: what a notifier has and is to have no longer is taken away. */
export function draftTelling(telling: Telling, before: Telling | undefined): Partial<NotifierDraft> {
  const gone = (['grouping', 'quiet', 'muted_until'] as const).filter((key) => before?.[key] !== undefined && telling[key] === undefined);
  const passes = before?.muted_pass_errors && telling.muted_pass_errors === undefined ? { muted_pass_errors: false } : {};
  return { ...telling, ...Object.fromEntries(gone.map((key) => [key, null])), ...passes };
}
