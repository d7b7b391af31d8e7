// How often a notifier tells: in words, with what follows from them.

import type { FieldError } from 'notifier-wasm';
import { LitElement, css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { define } from './define.js';
import type { FormKey } from './form_words.js';
import './form_words.js';
import { base } from './look.js';
import { draftTelling, enterTelling, modes, readTelling, units, weekdays, type Entries, type Mode, type Telling, type Unit, type Weekday } from './telling.js';
import type { Words } from './strings.js';

export { draftTelling, type Telling };

const ownZone = () => new Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Fires `telling-changed` with what was entered. */
export class TellingForm extends LitElement {
  static override styles = [base, css`
    :host { display: block; } legend { margin-block-end: 0.3rem; }
    .all, .part { display: grid; gap: 0.6rem; grid-template-columns: minmax(0, 1fr); }
    .part { padding-inline-start: 1.675rem; }
    .line { display: flex; flex-wrap: wrap; gap: 0.4rem 0.6rem; align-items: end; }
    .line > .field { flex: 1 1 7rem; min-inline-size: 0; max-inline-size: 12rem; grid-template-columns: minmax(0, 1fr); } .line > .field.wide { flex: 2 1 12rem; max-inline-size: none; }
    .days { display: flex; flex-wrap: wrap; gap: 0.25rem 0.9rem; }
  `];
  static override properties = { words: { attribute: false }, telling: { attribute: false }, problems: { attribute: false }, isWebhook: { attribute: false }, _entries: { state: true } };

  declare words: Words;
  /** What the form starts with. */
  declare telling: Telling;
  declare problems: readonly FieldError[];
  /** Webhooks get the events themselves, and no text about them. */
  declare isWebhook: boolean;
  declare private _entries: Entries;
  #zones: readonly string[] | undefined;

  constructor() {
    super();
    this.telling = {};
    this.problems = [];
    this.isWebhook = false;
    this._entries = enterTelling({}, new Date(), ownZone());
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('telling')) this._entries = enterTelling(this.telling, new Date(), ownZone());
  }

  #say(key: FormKey, values?: Record<string, string | number>): string {
    return this.words.find(key, values) ?? key;
  }

  #set(change: Partial<Entries>): void {
    this._entries = { ...this._entries, ...change };
    this.dispatchEvent(new CustomEvent('telling-changed', { detail: readTelling(this._entries) }));
  }

  #length(count: number, unit: Unit): string {
    return new Intl.NumberFormat(this.words.locale, { style: 'unit', unit, unitDisplay: 'long' }).format(count);
  }

  /** The name of a unit alone, as people say it of several. */
  #unit(unit: Unit): string {
    const parts = new Intl.NumberFormat(this.words.locale, { style: 'unit', unit, unitDisplay: 'long' }).formatToParts(10);
    return parts.find(({ type }) => type === 'unit')?.value ?? unit;
  }

  #day(at: number): string {
    // The fifth of January 1970 was a Monday.
    return new Intl.DateTimeFormat(this.words.locale, { weekday: 'short', timeZone: 'UTC' }).format(new Date(Date.UTC(1970, 0, 5 + at)));
  }

  get #names(): readonly string[] {
    return (this.#zones ??= ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')]);
  }

  protected override render(): TemplateResult {
    const entries = this._entries;
    const isWindow = entries.mode === 'throttle' || entries.mode === 'digest';
    const needsZones = entries.mode === 'daily' || entries.isQuiet;
    return html`<fieldset class="all"><legend>${this.#say('howOften')}</legend>
      <select id="mode" aria-label=${this.#say('howOften')} aria-describedby="mode-hint" @change=${(event: Event) => this.#set({ mode: (event.target as HTMLSelectElement).value as Mode })}>
        ${modes.map((mode) => html`<option value=${mode} ?selected=${mode === entries.mode}>${this.words.find(`mode.${mode}`)}</option>`)}</select>
      ${entries.mode === 'each' ? nothing : html`<div class="line">
        ${isWindow ? html`${this.#input('window', 'window', 'number', 'grouping.window')}
          <div class="field"><label for="unit" class="visually-hidden">${this.#say('unit')}</label>
            <select id="unit" @change=${(event: Event) => this.#set({ unit: (event.target as HTMLSelectElement).value as Unit })}>
              ${(Object.keys(units) as Unit[]).map((unit) => html`<option value=${unit} ?selected=${unit === entries.unit}>${this.#unit(unit)}</option>`)}</select></div>` : nothing}
        ${entries.mode === 'daily' ? html`${this.#input('at', 'at', 'time', 'grouping.at')}${this.#input('zone', 'zone', 'text', 'grouping.zone')}` : nothing}</div>`}
      <p class="hint" id="mode-hint">${this.#consequence}</p>
      ${entries.mode === 'each' ? nothing : html`<div class="field">${this.#input('by', 'apartBy', 'text', 'grouping.by', 'type, type_data.region')}<span class="hint" id="by-hint">${this.#say('apartByHint')}</span></div>`}
      ${this.#check('isQuiet', 'quietHours')}
      ${entries.isQuiet ? html`<div class="part">
        <div class="line">${this.#input('from', 'quietFrom', 'time', 'quiet.from')}${this.#input('to', 'quietTo', 'time', 'quiet.to')}${this.#input('quietZone', 'zone', 'text', 'quiet.zone')}</div>
        <div class="days" role="group" aria-label=${this.#say('quietDays')}>${weekdays.map((day, at) => html`<label class="check"><input type="checkbox" id=${day} .checked=${entries.days.has(day)} @change=${() => this.#flip(day)}>${this.#day(at)}</label>`)}</div>
        ${this.#check('quietPassErrors', 'passErrors')}<p class="hint">${this.#say('quietHoursHint')}</p></div>` : nothing}
      ${this.#check('isMuted', 'muted')}
      ${entries.isMuted ? html`<div class="part"><div class="line">${this.#input('until', 'mutedUntil', 'datetime-local', 'muted_until')}</div>${this.#check('mutedPassErrors', 'passErrors')}<p class="hint">${this.#say('mutedHint')}</p></div>` : nothing}
      ${needsZones ? html`<datalist id="zones">${this.#names.map((zone) => html`<option value=${zone}></option>`)}</datalist>` : nothing}
      ${this.problems.length > 0 ? html`<div class="error" id="telling-error" role="alert">${this.problems.map(({ field, code, message }) => html`<p>${this.#nameOf(field)}: ${this.words.error(code, message)}</p>`)}</div>` : nothing}
    </fieldset>`;
  }

  /** What is chosen, said once more as what will happen. */
  get #consequence(): string {
    const { mode, window, unit, at, zone } = this._entries;
    const number = Number(window);
    const length = this.#length(Number.isFinite(number) ? number : 0, unit);
    const text = this.#say(`${mode}Hint`, { length, at, zone });
    return mode !== 'each' && this.isWebhook ? `${text} ${this.#say('togetherWebhook')}` : text;
  }

  #flip(day: Weekday): void {
    const days = new Set(this._entries.days);
    if (!days.delete(day)) days.add(day);
    this.#set({ days });
  }

  #check(key: 'isQuiet' | 'quietPassErrors' | 'isMuted' | 'mutedPassErrors', label: FormKey): TemplateResult {
    return html`<label class="check"><input type="checkbox" id=${key} .checked=${this._entries[key]} @change=${(event: Event) => this.#set({ [key]: (event.target as HTMLInputElement).checked })}>${this.#say(label)}</label>`;
  }

  #input(key: 'window' | 'at' | 'zone' | 'by' | 'from' | 'to' | 'quietZone' | 'until', label: FormKey, type: string, field: string, example = ''): TemplateResult {
    const isWrong = this.problems.some((problem) => problem.field === field);
    const isZone = label === 'zone';
    return html`<div class="field ${isZone ? 'wide' : ''}"><label for=${key}>${this.#say(label)}</label>
      <input id=${key} type=${type} min=${type === 'number' ? 1 : nothing} list=${isZone ? 'zones' : nothing} placeholder=${example || nothing} .value=${this._entries[key]} autocomplete="off" spellcheck="false" dir=${type === 'text' ? 'ltr' : nothing}
        aria-invalid=${isWrong} aria-describedby="telling-error ${key}-hint" @input=${(event: Event) => this.#set({ [key]: (event.target as HTMLInputElement).value })}></div>`;
  }

  /** What the form calls a field of which something is said. */
  #nameOf(field: string): string {
    const label = ({
      'grouping.window': 'window', 'grouping.at': 'at', 'grouping.zone': 'zone', 'grouping.by': 'apartBy', 'quiet.from': 'quietFrom', 'quiet.to': 'quietTo', 'quiet.zone': 'zone', 'quiet.days': 'quietDays', muted_until: 'mutedUntil',
    } as const)[field];
    return label ? this.#say(label) : field;
  }
}

define('notifier-dashboard-telling', TellingForm);
