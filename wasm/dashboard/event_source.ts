// Choosing an event: a sample of any kind, or one's own.

import { LitElement, css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { PastEvent } from './activity_log.js';
import { define } from './define.js';
import { base } from './look.js';
import { sentence, type Words } from './strings.js';
import type { Workshop } from './workshop.js';
import './view_words.js';

const own = '\u0000own';

const lately = '\u0000lately ';

/** Fires `event-chosen` with the event's JSON. */
export class EventPicker extends LitElement {
  static override styles = [base, css`:host, .field { min-inline-size: 0; } .all { display: grid; gap: 0.6rem; grid-template-columns: minmax(0, 1fr); }`];
  static override properties = { words: { attribute: false }, workshop: { attribute: false }, problem: { attribute: false }, past: { attribute: false }, given: { attribute: false }, _kind: { state: true }, _text: { state: true } };

  declare words: Words;
  declare workshop: Workshop;
  /** What is wrong with the event. */
  declare problem: string;
  /** What came lately, to choose from. */
  declare past: readonly PastEvent[];
  /** An event that somebody has chosen elsewhere. */
  declare given: string;
  declare private _kind: string;
  declare private _text: string;

  constructor() {
    super();
    this.problem = this.given = '';
    this.past = [];
    this._kind = 'deployment';
    this._text = '';
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('given') && this.given !== '') {
      this._kind = own;
      this.#tell(JSON.stringify(JSON.parse(this.given), null, 2));
    } else if (changed.has('workshop') && this.workshop && !this._kind.startsWith(lately) && this._kind !== own) this.#tell(this.workshop.sample(this._kind));
  }

  #tell(json: string): void {
    this._text = json;
    queueMicrotask(() => this.dispatchEvent(new CustomEvent('event-chosen', { detail: json })));
  }

  #choose(kind: string): void {
    this._kind = kind;
    if (kind.startsWith(lately)) {
      this.#tell(kind.slice(lately.length));
    } else if (kind === own) {
      this._text = JSON.stringify(JSON.parse(this._text), null, 2);
      void this.updateComplete.then(() => this.renderRoot.querySelector('textarea')?.focus());
    } else {
      this.#tell(this.workshop.sample(kind));
    }
  }

  protected override render(): TemplateResult {
    const { words } = this;
    const { event_kinds: kinds, event_types: types, event_categories: categories } = this.workshop.catalogue;
    const groups = new Map<string, { type: string; label: string }[]>();
    for (const { type, selectable_as: name } of kinds) {
      const selectable = types.find((one) => one.name === name);
      const category = categories.find(({ id }) => id === selectable?.category_id);
      const group = category ? (words.find(`category.${category.name}`) ?? category.display_name) : '\u2014';
      const label = words.find(`kind.${type}`) ?? sentence(type);
      groups.set(group, [...(groups.get(group) ?? []), { type, label }]);
    }
    return html`<div class="all"><div class="field"><label for="kind">${words.say('sample')}</label>
      <select id="kind" @change=${(event: Event) => this.#choose((event.target as HTMLSelectElement).value)}>
        <option value=${own} ?selected=${this._kind === own}>${words.say('own')}</option>
        ${this.past.length > 0 ? html`<optgroup label=${words.say('lately')}>${this.past.map(({ type, at, json }) => html`<option value=${lately + json} ?selected=${this._kind === lately + json}>${words.find(`kind.${type}`) ?? sentence(type)} \u00b7 ${words.moment(at)}</option>`)}</optgroup>` : nothing}
        ${[...groups].map(([group, entries]) => html`<optgroup label=${group}>${entries.map(({ type, label }) => html`<option value=${type} ?selected=${this._kind === type}>${label}</option>`)}</optgroup>`)}
      </select></div>
      ${this._kind === own ? html`<div class="field"><label for="json">${words.say('eventJson')}</label>
        <textarea id="json" class="code" rows="8" spellcheck="false" dir="ltr" .value=${this._text} aria-invalid=${this.problem !== ''} aria-describedby="json-error"
          @input=${(event: Event) => this.#tell((event.target as HTMLTextAreaElement).value)}></textarea></div>` : nothing}
      ${this.problem ? html`<p class="error" id="json-error" role="alert">${this.problem}</p>` : nothing}</div>`;
  }
}

define('notifier-dashboard-event', EventPicker);
