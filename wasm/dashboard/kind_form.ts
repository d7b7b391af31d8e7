// One kind of event: who selects it, and what is said of it, with each fault at its character.

import type { EventKindRow, EventType } from 'notifier-wasm';
import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import { define } from './define.js';
import { drawFaults, faultLook, goTo } from './fault_text.js';
import { base } from './look.js';
import { short, type StringKey, type Words } from './strings.js';
import type { Fault } from './word_bench.js';
import './vocabulary_words.js';

type Wording = NonNullable<EventKindRow['wordings']>[number];
type Text = 'title' | 'sentence' | 'fields' | 'link' | 'when';

const severities = ['info', 'success', 'warning', 'error'] as const;
const syntax: readonly [string, StringKey][] = [
  ['{key}', 'syntax.slot'], ["{'name}", 'syntax.quote'], ['[ since {since:time}]', 'syntax.clause'], ['{bytes:bytes}', 'syntax.layout'], ['{done?yes/no}', 'syntax.words'],
  ['{jobs#one job/# jobs}', 'syntax.count'], ['{items*3:{name}}', 'syntax.list'], ['Limit: {limit}; Host: {host}', 'syntax.field'],
];

/** Fires `kind-changed` with the row as it is to be. */
export class KindForm extends LitElement {
  static override styles = [base, faultLook, css`
    .all { display: grid; gap: 0.9rem; grid-template-columns: minmax(0, 1fr); }
    .pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(14rem, 100%), 1fr)); gap: 0.75rem 1rem; align-items: start; }
    .wording { display: grid; gap: 0.6rem; padding: 0.75rem 0.9rem 0.9rem; grid-template-columns: minmax(0, 1fr); }
    .wording legend { float: inline-start; padding: 0; } .wording legend + * { clear: both; }
    .tools { justify-content: flex-end; margin-block-start: -0.25rem; }
    textarea { min-block-size: 2.25rem; field-sizing: content; }
    .slots { display: flex; flex-wrap: wrap; gap: 0.35rem; }
    .slots .button { min-block-size: 1.75rem; padding-inline: 0.45rem; font-weight: 400; }
    dl { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 0.25rem 0.9rem; margin-block-start: 0.5rem; } dd { color: var(--n-quiet); }
    @container notifiers (max-width: 30rem) { dl { grid-template-columns: minmax(0, 1fr); } }
    summary { cursor: pointer; font-weight: 600; font-size: 0.875rem; min-block-size: 1.75rem; }
  `];
  static override properties = { words: { attribute: false }, row: { attribute: false }, types: { attribute: false }, faults: { attribute: false }, slots: { attribute: false }, own: { type: Boolean }, _data: { state: true } };

  declare words: Words;
  declare row: EventKindRow;
  declare types: readonly EventType[];
  /** By paths within the row. */
  declare faults: readonly Fault[];
  /** Keys of the example. */
  declare slots: readonly string[];
  /** Whether its type may be changed. */
  declare own: boolean;
  /** The example as it is written, while it is no JSON. */
  declare private _data: { of: string; text: string; problem: string } | undefined;

  /** Where a slot goes that is clicked: the text that was written in last. */
  #last: { position: number; member: Text } = { position: 0, member: 'sentence' };

  constructor() {
    super();
    this.faults = [];
    this.slots = [];
    this.own = false;
  }

  protected override render(): TemplateResult {
    const { words, row, types } = this;
    const wordings = row.wordings ?? [];
    const wrong = (field: string) => this.faults.filter((fault) => fault.field === field);
    return html`<div class="all">
      <div class="pair">
        ${this.own ? html`<div class="field"><label for="type">${words.say('kindType')}</label>
          <input id="type" class="code" dir="auto" spellcheck="false" autocomplete="off" .value=${row.type} aria-describedby="type-hint type-error" aria-invalid=${wrong('type').length > 0} @input=${(event: Event) => this.#change({ type: (event.target as HTMLInputElement).value })}>
          <p class="hint" id="type-hint">${words.say('kindTypeHint')}</p>${this.#draw('type-error', wrong('type'), row.type, 'type')}</div>` : nothing}
        <div class="field"><label for="selected">${words.say('selectedAs')}</label>
          <select id="selected" aria-describedby="selected-error" @change=${(event: Event) => this.#select((event.target as HTMLSelectElement).value)}>
            <option value="" ?selected=${!row.selectable_as}>${words.say('selectedByNone')}</option>
            ${types.map(({ name, display_name: shown }) => html`<option value=${name} ?selected=${name === row.selectable_as}>${words.find(`type.${name}`) ?? short(shown)}</option>`)}</select>
          ${this.#draw('selected-error', wrong('selectable_as'), '', 'selected')}</div>
      </div>
      <p class="hint">${words.say('wordingHint')}</p>
      ${wordings.map((wording, position) => this.#wording(wording, position, wordings.length))}
      <div class="bar"><button type="button" class="button small" id="add-wording" @click=${() => this.#wordings([{ ...(wordings.length > 0 && { when: 'key=value' }), severity: 'info', title: '', sentence: '' }, ...wordings], 0)}>${words.say('addWording')}</button></div>
      ${this.slots.length > 0 ? html`<div class="field" role="group" aria-labelledby="slots-of"><span class="label" id="slots-of">${words.say('slots')}</span><span class="hint">${words.say('slotsHint')}</span>
        <span class="slots">${this.slots.map((slot) => html`<button type="button" class="button code" dir="ltr" @click=${() => this.#insert(slot)}>{${slot}}</button>`)}</span></div>` : nothing}
      ${this.#example(wrong)}
      <details><summary>${words.say('syntax')}</summary><dl>${syntax.map(([text, key]) => html`<dt class="code" dir="ltr">${text}</dt><dd>${words.say(key)}</dd>`)}</dl></details>
      ${this.#draw('other-error', this.faults.filter(({ field }) => !/^(type$|selectable_as$|sample|wordings\[\d+\]\.(title|sentence|fields|link|when)$)/.test(field)), '', '')}</div>`;
  }

  #wording(wording: Wording, position: number, count: number): TemplateResult {
    const { words } = this;
    const named = { count: position + 1 };
    const listsAll = wording.fields === undefined;
    return html`<fieldset class="card wording"><legend>${words.say('wording', named)}</legend>
      <div class="pair">
        <div class="field"><label for="severity-${position}">${words.say('severity')}</label>
          <select id="severity-${position}" @change=${(event: Event) => this.#set(position, 'severity', (event.target as HTMLSelectElement).value)}>
            <option value="" ?selected=${!wording.severity}>${words.say('severity.none')}</option>
            ${severities.map((severity) => html`<option value=${severity} ?selected=${severity === wording.severity}>${words.say(`severity.${severity}`)}</option>`)}</select></div>
        ${count > 1 || wording.when ? this.#text(wording, position, 'when', 'wordingWhen', position === 0 ? words.say('wordingWhenHint') : '') : nothing}
      </div>
      ${this.#text(wording, position, 'title', 'wordingTitle')}
      ${this.#text(wording, position, 'sentence', 'wordingSentence')}
      <label class="check"><input type="checkbox" id="all-fields-${position}" .checked=${listsAll} @change=${(event: Event) => this.#set(position, 'fields', (event.target as HTMLInputElement).checked ? undefined : '')}>${words.say('allFields')}</label>
      ${listsAll ? nothing : this.#text(wording, position, 'fields', 'wordingFields')}
      ${this.#text(wording, position, 'link', 'wordingLink')}
      <div class="bar tools">
        ${position > 0 ? html`<button type="button" class="button small plain" aria-label=${words.say('moveWordingUp', named)} @click=${() => this.#move(position)}><span aria-hidden="true">\u2191</span></button>` : nothing}
        <button type="button" class="button small plain danger" aria-label=${words.say('removeWording', named)} @click=${() => this.#remove(position)}><span aria-hidden="true">\u2715</span></button></div>
    </fieldset>`;
  }

  #text(wording: Wording, position: number, member: Text, label: StringKey, hint = ''): TemplateResult {
    const { words } = this;
    const id = `${member}-${position}`;
    const text = wording[member] ?? '';
    const faults = this.faults.filter(({ field }) => field === `wordings[${position}].${member}`);
    const onInput = (event: Event) => this.#set(position, member, (event.target as HTMLInputElement).value);
    const onFocus = () => (this.#last = { position, member });
    const isLong = member === 'sentence' || member === 'fields';
    return html`<div class="field"><label for=${id}>${words.say(label)}</label>
      ${isLong
        ? html`<textarea id=${id} class="code" dir="auto" rows="2" spellcheck="false" .value=${text} aria-invalid=${faults.length > 0} aria-describedby="${id}-hint ${id}-error" @input=${onInput} @focus=${onFocus}></textarea>`
        : html`<input id=${id} class="code" dir="auto" spellcheck="false" autocomplete="off" .value=${text} aria-invalid=${faults.length > 0} aria-describedby="${id}-hint ${id}-error" @input=${onInput} @focus=${onFocus}>`}
      ${hint ? html`<p class="hint" id="${id}-hint">${hint}</p>` : nothing}${this.#draw(`${id}-error`, faults, text, id)}</div>`;
  }

  #draw(id: string, faults: readonly Fault[], text: string, input: string): TemplateResult | typeof nothing {
    return drawFaults(this.words, id, input === '' ? faults.map(({ field, message }) => ({ field, message })) : faults, text, (at, end) => goTo(this.renderRoot, input, at, end));
  }

  #example(wrong: (field: string) => Fault[]): TemplateResult {
    const { words, row } = this;
    const kept = row.sample ? JSON.stringify(row.sample.type_data, null, 2) : '';
    const { text, problem } = this._data?.of === row.type ? this._data : { text: kept, problem: '' };
    const faults = [...wrong('sample'), ...this.faults.filter(({ field }) => field.startsWith('sample.'))];
    return html`<div class="field"><label for="sample">${words.say('exampleData')}</label>
      <textarea id="sample" class="code" dir="ltr" rows="3" spellcheck="false" .value=${text} aria-invalid=${problem !== '' || faults.length > 0} aria-describedby="sample-hint sample-error" @input=${(event: Event) => this.#setData((event.target as HTMLTextAreaElement).value)}
        @blur=${() => problem === '' && (this._data = undefined)}></textarea>
      <p class="hint" id="sample-hint">${words.say('exampleDataHint')}</p>
      ${problem ? html`<p class="error" id="sample-error">${words.say('notJson', { message: problem })}</p>` : this.#draw('sample-error', faults, '', '')}</div>`;
  }

  // ---- changing ----

  #tell(row: EventKindRow): void {
    this.dispatchEvent(new CustomEvent('kind-changed', { detail: row }));
  }

  #change(patch: Partial<EventKindRow>): void {
    this.#tell({ ...this.row, ...patch });
  }

  #select(name: string): void {
    const { selectable_as: _, ...rest } = this.row;
    this.#tell({ ...rest, ...(name && { selectable_as: name }) });
  }

  /** An empty text is one that is left out, but for fields, where it says that there are none. */
  #set(position: number, member: Text | 'severity', value: string | undefined): void {
    const wordings = (this.row.wordings ?? []).map((wording, at) => {
      if (at !== position) return wording;
      const { [member]: _, ...rest } = wording;
      return value === undefined || (value === '' && member !== 'fields') ? rest : { ...rest, [member]: value };
    });
    this.#change({ wordings });
  }

  #wordings(wordings: readonly Wording[], focus: number): void {
    this.#change({ wordings });
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(`#title-${focus}`)?.focus());
  }

  #remove(position: number): void {
    this.#change({ wordings: (this.row.wordings ?? []).filter((_, at) => at !== position) });
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>('#add-wording')?.focus());
  }

  #move(position: number): void {
    const wordings = [...(this.row.wordings ?? [])];
    wordings.splice(position - 1, 0, ...wordings.splice(position, 1));
    this.#wordings(wordings, position - 1);
  }

  #insert(slot: string): void {
    const { position, member } = this.#last;
    const field = this.renderRoot.querySelector<HTMLInputElement>(`#${member}-${position}`) ?? this.renderRoot.querySelector<HTMLInputElement>('#sentence-0');
    if (!field) return;
    field.setRangeText(`{${slot}}`, field.selectionStart ?? field.value.length, field.selectionEnd ?? field.value.length, 'end');
    field.dispatchEvent(new Event('input'));
    field.focus();
  }

  #setData(text: string): void {
    const { sample: _, ...rest } = this.row;
    let problem = '';
    if (text.trim() === '') this.#tell(rest);
    else {
      try {
        this.#change({ sample: { type_data: JSON.parse(text) as { [key: string]: unknown } } });
      } catch (error) {
        problem = (error as Error).message;
      }
    }
    this._data = { of: this.row.type, text, problem };
  }
}

define('notifier-dashboard-kind', KindForm);
