// Which of the events that a notifier takes it is told of: as rows, or as the filter's JSON where it is more than rows can say.

import type { CompiledFilter, FieldError, Filter } from 'notifier-wasm';
import { LitElement, css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { PastEvent } from './activity_log.js';
import { define } from './define.js';
import { askedTwice, comparisons, failures, fieldsOfEvent, isWhole, readRows, takesValues, writeRows, type Comparison, type FilterRow } from './filter_rows.js';
import type { FormKey } from './form_words.js';
import './form_words.js';
import { base } from './look.js';
import { short, type Words } from './strings.js';
import type { Workshop } from './workshop.js';

const isFailures = (filter: Filter | undefined) => JSON.stringify(filter) === JSON.stringify(failures);

/** Fires `filter-changed` with the filter: an object, undefined where there is none, or a text that is not JSON. */
export class FilterForm extends LitElement {
  static override styles = [base, css`
    .all, .rows { display: grid; gap: 0.6rem; grid-template-columns: minmax(0, 1fr); }
    .row { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr) minmax(0, 3fr) auto; gap: 0.4rem; align-items: center; }
    @media (max-width: 40rem) { .row { grid-template-columns: minmax(0, 1fr) auto; } .row > * { grid-column: 1; } .row > button { grid-column: 2; grid-row: 1; } }
    .past li { display: grid; grid-template-columns: auto minmax(0, 1fr) auto; gap: 0.1rem 0.6rem; padding: 0.35rem 0.75rem; border-block-end: 1px solid var(--n-line); align-items: baseline; }
    .past li:last-child { border-block-end: 0; }
    .past .why { grid-column: 2 / -1; overflow-wrap: anywhere; }
  `];
  static override properties = {
    words: { attribute: false }, workshop: { attribute: false }, filter: { attribute: false }, kinds: { attribute: false }, past: { attribute: false }, problems: { attribute: false },
    _rows: { state: true }, _json: { state: true }, _isOpen: { state: true }, _compiled: { state: true },
  };

  declare words: Words;
  declare workshop: Workshop | undefined;
  /** What the form starts with. */
  declare filter: Filter | undefined;
  /** The kinds of events that the notifier takes, of which samples offer fields. */
  declare kinds: readonly string[];
  /** What came lately, newest first. */
  declare past: readonly PastEvent[];
  declare problems: readonly FieldError[];
  declare private _rows: readonly FilterRow[];
  /** Whether the JSON of "only failures" is looked at. */
  declare private _isOpen: boolean;
  /** The filter as JSON, where it is no rows. */
  declare private _json: string | undefined;
  /** The filter as it stands, ready to be asked; undefined where there is none, or it breaks a rule. */
  declare private _compiled: CompiledFilter | undefined;
  #compiledOf = '';
  #offered: Map<string, Set<string>> | undefined;

  constructor() {
    super();
    this.kinds = [];
    this.past = [];
    this.problems = [];
    this._rows = [];
    this._json = undefined;
    this._isOpen = false;
    this._compiled = undefined;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this._compiled?.dispose();
    this._compiled = undefined;
    this.#compiledOf = '';
  }

  protected override updated(): void {
    const filter = JSON.stringify(this.#object) ?? '';
    if (filter !== this.#compiledOf) void this.#compile((this.#compiledOf = filter));
  }

  async #compile(filter: string): Promise<void> {
    const compiled = filter === '' ? undefined : await this.workshop?.compile(filter);
    if (filter !== this.#compiledOf) return compiled?.dispose();
    this._compiled?.dispose();
    this._compiled = compiled;
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('filter')) this.#show(this.filter);
    if (changed.has('workshop') || changed.has('kinds') || changed.has('past')) this.#offered = undefined;
  }

  #show(filter: Filter | undefined): void {
    const rows = filter === undefined ? [] : readRows(filter);
    this._rows = rows ?? [];
    this._json = rows ? undefined : JSON.stringify(filter, null, 2);
    this._isOpen = false;
  }

  /** What stands in the form now. */
  get #value(): Filter | string | undefined {
    if (this._json === undefined) return writeRows(this._rows);
    if (this._json.trim() === '') return undefined;
    try {
      return JSON.parse(this._json) as Filter;
    } catch {
      return this._json;
    }
  }

  #say(key: FormKey, values?: Record<string, string | number>): string {
    return this.words.find(key, values) ?? key;
  }

  #tell(): void {
    this.dispatchEvent(new CustomEvent('filter-changed', { detail: this.#value }));
  }

  #change(at: number, change: Partial<FilterRow>): void {
    this._rows = this._rows.map((row, position) => {
      if (position !== at) return row;
      const { given: _given, ...rest } = { ...row, ...change };
      return 'field' in change && row.given ? { ...rest, given: row.given } : rest;
    });
    this.#tell();
  }

  #add = (): void => {
    this._rows = [...this._rows, { field: '', comparison: 'is', values: '' }];
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>('.row:last-of-type input')?.focus());
  };

  #remove(at: number): void {
    this._rows = this._rows.filter((_, position) => position !== at);
    this.#tell();
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>('#add-condition')?.focus());
  }

  /** Only failures; pressed again, everything. */
  #onlyFailures = (): void => {
    this.#show(isFailures(this.#object) ? undefined : failures);
    this.#tell();
  };

  #toJson = (): void => {
    this._isOpen = true;
    this._json = JSON.stringify(this.#value ?? {}, null, 2);
    void this.updateComplete.then(() => this.renderRoot.querySelector('textarea')?.focus());
  };

  #toRows = (): void => {
    const rows = this.#object ? readRows(this.#object) : [];
    if (!rows) return;
    this._rows = rows;
    this._json = undefined;
    this.#tell();
  };

  get #object(): Filter | undefined {
    const value = this.#value;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  }

  /** Fields to choose from: of what came, and of samples of what the notifier takes. */
  get #fields(): Map<string, Set<string>> {
    if (this.#offered) return this.#offered;
    const found = new Map<string, Set<string>>();
    const look = (json: string) => {
      try {
        fieldsOfEvent(JSON.parse(json), found);
      } catch {
        // What is not JSON has no fields.
      }
    };
    for (const { json } of this.past) look(json);
    for (const kind of this.kinds.slice(0, 20)) if (this.workshop) look(this.workshop.sample(kind));
    return (this.#offered = found);
  }

  protected override render(): TemplateResult {
    const { words, problems } = this;
    const isJson = this._json !== undefined;
    const object = this.#object;
    const isHidden = isFailures(object) && !this._isOpen;
    const twice = isJson ? undefined : askedTwice(this._rows);
    const own = isJson && typeof this.#value === 'string' ? [this.#say('filterNoJson')] : twice === undefined ? [] : [this.#say('filterTwice', { field: twice })];
    const texts = own.length > 0 ? own : problems.map(({ field, code, message }) => `${field.replace(/^filter\.?/, '')} ${words.error(code, message)}`.trim());
    return html`<div class="all">
      <div class="bar"><span class="label grow">${this.#say('filter')}</span>
        <button type="button" class="button small" id="only-failures" aria-pressed=${isFailures(object)} @click=${this.#onlyFailures}>${this.#say('onlyFailures')}</button>
        ${isJson && !isHidden
          ? html`<button type="button" class="button small plain" id="as-rows" ?disabled=${object !== undefined && readRows(object) === undefined} @click=${this.#toRows}>${this.#say('asRows')}</button>`
          : html`<button type="button" class="button small plain" id="as-json" @click=${this.#toJson}>${this.#say('asJson')}</button>`}</div>
      ${isHidden ? html`<p class="hint">${this.#say('onlyFailuresHint')}</p>` : isJson ? this.#drawJson(texts.length > 0) : this.#drawRows()}
      ${texts.length > 0 ? html`<div class="error" id="filter-error" role="alert">${texts.map((text) => html`<p>${text}</p>`)}</div>` : nothing}
      ${this.#drawPast(this._compiled)}</div>`;
  }

  #drawJson(isWrong: boolean): TemplateResult {
    return html`<textarea id="filter-json" class="code" rows="6" spellcheck="false" dir="ltr" aria-label=${this.#say('filterJson')} aria-invalid=${isWrong} aria-describedby="filter-error" .value=${this._json ?? ''}
      @input=${(event: Event) => { this._json = (event.target as HTMLTextAreaElement).value; this.#tell(); }}></textarea>`;
  }

  #drawRows(): TemplateResult {
    const { words } = this;
    const fields = this.#fields;
    return html`<div class="rows">${this._rows.length === 0 ? html`<p class="hint">${this.#say('filterNone')}</p>` : nothing}
      ${this._rows.map((row, at) => html`<div class="row" role="group" aria-label=${this.#say('condition', { number: at + 1 })}>
        <input list="fields" class="filter-field" aria-label=${this.#say('field')} placeholder="type_data.status" autocomplete="off" spellcheck="false" dir="ltr" .value=${row.field} @input=${(event: Event) => this.#change(at, { field: (event.target as HTMLInputElement).value })}>
        <select class="filter-comparison" aria-label=${this.#say('comparison')} @change=${(event: Event) => this.#change(at, { comparison: (event.target as HTMLSelectElement).value as Comparison })}>
          ${comparisons.map((one) => html`<option value=${one} ?selected=${one === row.comparison}>${words.find(`comparison.${one}`)}</option>`)}</select>
        ${takesValues(row.comparison) ? html`<input list="values-${at}" class="filter-values" aria-label=${this.#say('values')} placeholder=${this.#say('valuesHint')} autocomplete="off" spellcheck="false" dir="auto" .value=${row.values} @input=${(event: Event) => this.#change(at, { values: (event.target as HTMLInputElement).value })}>
          <datalist id="values-${at}">${[...(fields.get(row.field.trim()) ?? [])].map((value) => html`<option value=${value}></option>`)}</datalist>` : html`<span></span>`}
        <button type="button" class="button small plain" aria-label=${this.#say('removeCondition', { number: at + 1 })} @click=${() => this.#remove(at)}>\u00d7</button></div>`)}
      <datalist id="fields">${[...fields.keys()].sort().map((field) => html`<option value=${field}></option>`)}</datalist>
      <div><button type="button" class="button small" id="add-condition" ?disabled=${this._rows.some((row) => !isWhole(row))} @click=${this.#add}>${this.#say('addCondition')}</button></div></div>`;
  }

  /** What came lately: what would have been told, what not, and why. */
  #drawPast(filter: CompiledFilter | undefined): TemplateResult | typeof nothing {
    const { words } = this;
    if (!filter || this.past.length === 0) return nothing;
    return html`<div class="field"><span class="label" id="past">${this.#say('filterPast')}</span>
      <ul class="card past" aria-labelledby="past">${this.past.slice(0, 10).map(({ type, at, json }) => {
        const why = filter.explain(json);
        return html`<li data-passes=${why === undefined}><span class="pill ${why === undefined ? 'good' : ''}">${this.#say(why === undefined ? 'filterPasses' : 'filterStops')}</span>
          <span>${words.find(`kind.${type}`) ?? short(type, 60)}</span><time class="quiet">${words.moment(at)}</time>${why && !isFailures(this.#object) ? html`<span class="quiet why">${short(why, 200)}</span>` : nothing}</li>`;
      })}</ul></div>`;
  }
}

define('notifier-dashboard-filter', FilterForm);
