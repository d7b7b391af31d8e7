// Every word the dashboard says itself. A host replaces any of it through the `strings` property.

import type { FormKey } from './form_words.js';
import type { GlanceKey } from './glance_words.js';
import type { PlatformKey } from './more_platforms.js';
import type { ViewKey } from './view_words.js';
import type { VocabularyKey } from './vocabulary_words.js';

/** A text with `{placeholders}`; by plural category of `{count}` where it depends on a number. */
export type Phrase = string | ({ other: string } & Partial<Record<Intl.LDMLPluralRule, string>>);

/** Replacements by key. Keys of the default table, and `reason.CODE`, `status.CODE`, `kind.TYPE`, `type.NAME`, `category.NAME`. */
export type Strings = Partial<Record<string, Phrase>>;

export const english = {
  'view.notifiers': 'Notifiers',
  'view.preview': 'Preview',
  'view.why': 'Why',
  'view.activity': 'Activity',
  'view.history': 'History',
  'view.words': 'Words',
  views: 'Views',
  heading: 'Notifiers of {app}',
  app: 'App',
  noApps: 'No app yet',
  noAppsHint: 'Notifiers belong to an app: the program, site or machine that they tell about.',
  appName: 'Name of the app',
  addApp: 'Create app',
  appAdded: '{name} was created.',
  chooseApp: 'Choose\u2026',
  add: 'Add notifier',
  edit: 'Edit',
  editNamed: 'Edit {name}',
  remove: 'Remove',
  removeNamed: 'Remove {name}',
  test: 'Send test',
  testNamed: 'Send test to {name}',
  showTest: 'Show test message',
  showTestNamed: 'Show test message of {name}',
  activeNamed: '{name} is active',
  active: 'Active',
  inactive: 'Inactive',
  switchedOff: 'Switched off',
  switchedOffWhy: '{message} ({time})',
  cancel: 'Cancel',
  close: 'Close',
  save: 'Save',
  saving: 'Saving\u2026',
  undo: 'Undo',
  dismiss: 'Dismiss',
  retry: 'Try again',
  loading: 'Loading\u2026',
  find: 'Find a notifier',
  platform: 'Platform',
  anyPlatform: 'All platforms',
  state: 'State',
  anyState: 'Any state',
  mutedNow: 'Muted',
  bulk: 'All of these\u2026',
  showNamed: 'Details of {name}',
  count: { one: '{count} notifier', other: '{count} notifiers' },
  found: { one: '{count} notifier found', other: '{count} notifiers found' },
  none: 'No notifiers yet',
  noneHint: 'A notifier tells people or programs what happens to this app.',
  noneFound: 'No notifier matches.',
  allEvents: 'All events',
  allAlerts: 'All alerts',
  eventTypes: { one: '{count} event type', other: '{count} event types' },
  nothingSelected: 'No events',
  andMore: '{first} and {count} more',
  noRecipient: 'No recipient',
  removeTitle: 'Remove {name}?',
  removeText: 'It will no longer be told about {app}.',
  added: '{name} was added.',
  saved: '{name} was saved.',
  removed: '{name} was removed.',
  restored: '{name} is back.',
  restoredAnew: '{name} is back, as a new notifier with the same settings.',
  restoredUnsigned: '{name} is back, as a new notifier. If it had a signing key, set it again.',
  nowActive: '{name} is active.',
  nowInactive: '{name} is inactive.',
  sentAgain: 'What {name} had missed is on its way again.',
  notDone: 'Nothing was changed: the server cannot be reached.',
  failed: 'This did not work: {message}',
  unkept: 'What is changed here is not kept: {message}',
  tested: 'The test to {name} is on its way.',
  testDelivered: 'The test to {name} has arrived.',
  testFailed: 'The test to {name} failed: {message}',
  testWaits: 'The test to {name} has not arrived yet: {message}. It is tried again at {time}.',
  unreachable: 'The server cannot be reached. Trying again by itself.',
  connected: 'The server is back.',
  unauthorized: 'The server asks for a valid token.',
  lockedOut: 'Nothing was changed: the server asks for a valid token.',
  refused: 'The server refused: {message}',
  noApp: 'There is no such app.',
  engineFailed: 'Checking and previewing are not available: {message}',
  addTitle: 'Add a notifier',
  editTitle: 'Edit {name}',
  testTitle: 'Test message of {name}',
  testHint: 'This page cannot send it. It would look like this.',
  name: 'Name',
  events: 'Events',
  alerts: 'Send all alerts',
  sendAll: 'Send all events',
  people: 'People',
  'delivery.pending': 'pending',
  'delivery.delivered': 'delivered',
  'delivery.retrying': 'will be retried',
  'delivery.held': 'waits until it is active again',
  'delivery.dead': 'failed',
  'delivery.shown': 'not sent',
  'platform.email': 'Email',
  'platform.slack': 'Slack',
  'platform.webhook': 'Webhook',
  'platform.rocket_chat': 'Rocket.Chat',
  'platform.mattermost': 'Mattermost',
  'platform.discord': 'Discord',
  'platform.microsoft_teams': 'Microsoft Teams',
  'platform.google_chat': 'Google Chat',
  'error.blank': 'Can\u2019t be blank',
  'error.taken': 'Has already been taken',
  'error.immutable': 'Can\u2019t be changed',
  'error.too_long': '{message}',
  'error.type': '{message}',
  'error.invalid_url': '{message}',
  'error.invalid_email': '{message}',
  'error.invalid_secret': '{message}',
  'error.invalid_utf8': '{message}',
  'error.unknown_event_type': '{message}',
  'error.unknown_platform': '{message}',
  'error.unsupported': '{message}',
} satisfies Strings;

/** What parts say that are loaded when they are needed: `formWords` in form_words.ts, `glanceWords` in glance_words.ts, `platformWords` in more_platforms.ts, `viewWords` in view_words.ts, `vocabularyWords` in vocabulary_words.ts. */
const more: Record<string, Phrase> = {};

/** Adds to the default table. */
export function teach(strings: Record<string, Phrase> & { readonly [known in keyof typeof english]?: never }): void {
  Object.assign(more, strings);
}

export type StringKey = keyof typeof english | FormKey | GlanceKey | PlatformKey | ViewKey | VocabularyKey;

/** What runs from right to left, or turns what stands around it: it is set apart, so that both run their own way. */
const turns = /[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc]/;

/** Says things in one language: the host's words, else ours; numbers and dates by the locale. */
export class Words {
  readonly #own: Strings;
  readonly #plurals: Intl.PluralRules;
  readonly #numbers: Intl.NumberFormat;
  readonly locale: string;

  constructor(locale: string, own: Strings) {
    this.locale = locale;
    this.#own = own;
    this.#plurals = new Intl.PluralRules(locale);
    this.#numbers = new Intl.NumberFormat(locale);
  }

  /** The text of a key; `undefined` where there is none. */
  find(key: string, values: Record<string, string | number> = {}): string | undefined {
    const phrase: Phrase | undefined = this.#own[key] ?? (english as Strings)[key] ?? more[key];
    if (phrase === undefined) return undefined;
    const text = typeof phrase === 'string' ? phrase : (phrase[this.#plurals.select(Number(values['count']))] ?? phrase.other);
    return text.replace(/\{(\w+)\}/g, (all, name: string) => {
      const value = values[name];
      if (typeof value === 'number') return this.#numbers.format(value);
      return value === undefined ? all : turns.test(value) || turns.test(text) ? `\u2068${value}\u2069` : value;
    });
  }

  say(key: StringKey, values?: Record<string, string | number>): string {
    return this.find(key, values) ?? key;
  }

  /** What a broken rule is called, by its code. */
  error(code: string, message: string): string {
    const text = this.find(`error.${code}`, { message }) ?? message;
    return text.charAt(0).toLocaleUpperCase(this.locale) + text.slice(1);
  }

  number(value: number): string {
    return this.#numbers.format(value);
  }

  time(value: number | Date, style: Intl.DateTimeFormatOptions = { timeStyle: 'short' }): string {
    const date = new Date(value);
    return Number.isNaN(date.getTime()) ? '' : new Intl.DateTimeFormat(this.locale, style).format(date);
  }

  /** A time of today as a time, else with its date. */
  moment(value: number): string {
    const isToday = new Date(value).toDateString() === new Date().toDateString();
    return this.time(value, isToday ? { timeStyle: 'medium' } : { dateStyle: 'short', timeStyle: 'short' });
  }

  list(items: readonly string[]): string {
    return new Intl.ListFormat(this.locale).format(items);
  }
}

/** A name as far as anybody reads it. Never half a character. */
export function short(name: string, most = 80): string {
  if (name.length <= most) return name;
  const end = most - 1;
  const isHalf = (name.charCodeAt(end - 1) & 0xfc00) === 0xd800;
  return `${name.slice(0, isHalf ? end - 1 : end)}\u2026`;
}

/** The way a locale's script runs. */
export function directionOf(locale: string): 'ltr' | 'rtl' {
  try {
    const known = new Intl.Locale(locale) as Intl.Locale & { textInfo?: { direction: string }; getTextInfo?: () => { direction: string } };
    return (known.getTextInfo?.() ?? known.textInfo)?.direction === 'rtl' ? 'rtl' : 'ltr';
  } catch {
    return 'ltr';
  }
}

/** What a kind of event is called that the host has no word for. */
export function sentence(kind: string): string {
  const text = kind.slice(0, 120).replace(/[_/]/g, ' ');
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}
