// One event type, category, set of words or platform: its form, with each fault at its field.

import { LitElement, css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { define } from './define.js';
import { drawFaults, faultLook, goTo } from './fault_text.js';
import { base } from './look.js';
import { step, type Entry, type Row, type RowPart } from './row_lists.js';
import { short, type StringKey, type Words } from './strings.js';
import type { Fault } from './word_bench.js';
import './vocabulary_words.js';

type Field = Readonly<Record<string, unknown>>;
/** Takes a text; says what is wrong with it where it cannot be taken. */
type Take = (text: string) => string | undefined;
type Kind = 'line' | 'text' | 'code';

const fieldKinds = ['text', 'url', 'token', 'choice', 'number'] as const;
const places = ['body', 'url', 'path', 'query', 'header'] as const;
const methods = ['POST', 'PUT', 'PATCH'] as const;
const escapes = ['plain', 'markdown', 'html', 'slack'] as const;
const ofPlatform = ['id', 'name', 'display_name', 'description', 'fields', 'request', 'escape'];

export interface RowChange {
  row: Row;
  /** What a set is called. */
  key: string;
  /** Texts that are not in the row, since nothing can be made of them. */
  faults: Fault[];
}

/** Fires `row-changed` with the row as it is to be. */
export class RowForm extends LitElement {
  static override styles = [base, faultLook, css`
    .all { display: grid; gap: 0.9rem; grid-template-columns: minmax(0, 1fr); }
    .pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(12rem, 100%), 1fr)); gap: 0.75rem 1rem; align-items: start; }
    .part { display: grid; gap: 0.6rem; padding: 0.75rem 0.9rem 0.9rem; grid-template-columns: minmax(0, 1fr); }
    .part legend { float: inline-start; padding: 0; } .part legend + * { clear: both; }
    .tools { justify-content: flex-end; }
    textarea { field-sizing: content; }
  `];
  static override properties = { words: { attribute: false }, rows: {}, entry: { attribute: false }, others: { attribute: false }, categories: { attribute: false }, faults: { attribute: false }, stored: { attribute: false }, _texts: { state: true } };

  declare words: Words;
  /** Of which part of the vocabulary the entry is. */
  declare rows: RowPart;
  declare entry: Entry;
  /** What other sets are called. */
  declare others: readonly string[];
  declare categories: readonly Entry[];
  declare faults: readonly Fault[];
  /** Another one where all that was written is dropped. */
  declare stored: unknown;
  /** What is being written and is not, or not so, in the row: by the ids of fields. */
  declare private _texts: ReadonlyMap<string, { text: string; fault: string; path: string }>;

  /** Which entry the texts are of. */
  #of = '';

  constructor() {
    super();
    this._texts = new Map();
    this.faults = this.others = this.categories = [];
  }

  protected override willUpdate(changed: PropertyValues): void {
    const of = `${this.rows} ${this.rows === 'sets' ? this.entry.key : this.entry.path}`;
    // An entry that is built in has a path of its own once it is changed.
    const isAnother = changed.has('rows') || (of !== this.#of && !(this.entry.isBuiltIn && changed.get('entry')?.key === this.entry.key));
    if (changed.has('stored') || isAnother) this._texts = new Map();
    this.#of = of;
  }

  protected override render(): TemplateResult {
    const draw = { types: () => this.#type(), categories: () => this.#category(), sets: () => this.#set(), platforms: () => this.#platform() }[this.rows];
    return html`<div class="all">${draw()}</div>`;
  }

  // ---- forms ----

  #name(hint: StringKey): TemplateResult | typeof nothing {
    // Notifiers know a built-in one by its name.
    if (this.entry.isBuiltIn) return nothing;
    return this.#text('name', 'rowName', this.#at('name'), (name) => this.#put({ name }), { hint, also: ['id'] });
  }

  #shown(): TemplateResult {
    return this.#text('display_name', 'rowShown', this.#at('display_name'), (text) => this.#put({ display_name: text }), { kind: 'text' });
  }

  #type(): TemplateResult {
    const { words, entry: { row } } = this;
    return html`<div class="pair">${this.#name('rowNameHint')}${this.#shown()}</div>
      ${this.#text('description', 'rowDescription', this.#at('description'), (text) => this.#put({ description: text || undefined }), { kind: 'text' })}
      ${this.#choice('category_id', 'rowCategory', this.#at('category_id'), this.categories.map(({ row: { id, name }, label }) => [String(id ?? name), short(label)]), (id) => this.#put({ category_id: id }))}
      <label class="check"><input type="checkbox" id="everywhere" .checked=${row['selectable_on_every_platform'] === true} @change=${(event: Event) => this.#put({ selectable_on_every_platform: (event.target as HTMLInputElement).checked || undefined })}>${words.say('rowEverywhere')}</label>
      ${this.#rest(/^(id|name|display_name|description|category_id)$/)}`;
  }

  #category(): TemplateResult {
    return html`<div class="pair">${this.#name('rowNameHint')}${this.#shown()}</div>
      ${this.#text('position', 'rowPosition', this.#at('position'), (text) => (/^\d{1,7}$/.test(text.trim()) ? this.#put({ position: Number(text) }) : this.words.say('notNumber')), { hint: 'rowPositionHint' })}
      ${this.#rest(/^(id|name|display_name|position)$/)}`;
  }

  #set(): TemplateResult {
    const { words, entry: { row, key } } = this;
    const values = Object.entries(row);
    const put = (list: readonly (readonly [string, unknown])[]) => this.#tell(Object.fromEntries(list));
    return html`${this.#text('name', 'setName', key, (name) => (name === '' || this.others.includes(name) ? words.say(name === '' ? 'notBlank' : 'nameTaken') : this.#tell(row, name)), { hint: 'setNameHint', isLazy: true })}
      ${values.map(([value, text], at) => html`<fieldset class="card part"><legend>${words.say('setEntry', { count: at + 1 })}</legend><div class="pair">
        ${this.#text(`value-${at}`, 'setValue', value, (to) => (to === '' || values.some(([other], where) => other === to && where !== at) ? words.say(to === '' ? 'notBlank' : 'nameTaken') : put(values.with(at, [to, text]))), { isLazy: true, path: step(value) })}
        ${this.#text(`text-${at}`, 'setText', String(text), (to) => put(values.with(at, [value, to])), { kind: 'text', path: step(value), also: [value] })}</div>
        ${this.#tools('removeSetEntry', at, () => put(values.filter((_, where) => where !== at)))}</fieldset>`)}
      <div class="bar"><button type="button" class="button small" id="add-part" @click=${() => this.#add(`value-${values.length}`, () => put([...values, [free(values.map(([value]) => value), 'value'), '']]))}>${words.say('addSetEntry')}</button></div>`;
  }

  #platform(): TemplateResult {
    const { words, entry: { row } } = this;
    const fields = (row['fields'] ?? []) as readonly Field[];
    const request = (row['request'] ?? {}) as Field;
    const headers = Object.entries((request['headers'] ?? {}) as Record<string, string>);
    const put = (list: readonly Field[]) => this.#put({ fields: list.length > 0 ? list : undefined });
    const ask = (patch: Field) => this.#put({ request: { ...request, ...patch } });
    const rest = Object.fromEntries(Object.entries(row).filter(([member]) => !ofPlatform.includes(member)));
    return html`<div class="pair">${this.#name('platformNameHint')}${this.#shown()}</div>
      ${this.#text('description', 'rowDescription', this.#at('description'), (text) => this.#put({ description: text || undefined }), { kind: 'text' })}
      ${fields.map((field, at) => this.#fieldOf(fields, field, at, put))}
      <div class="bar"><button type="button" class="button small" id="add-part" @click=${() => this.#add(`key-${fields.length}`, () => put([...fields, { key: free(fields.map(({ key }) => String(key)), 'key') }]))}>${words.say('addField')}</button></div>
      <fieldset class="card part"><legend>${words.say('request')}</legend>
        <div class="pair">${this.#choice('method', 'method', String(request['method'] ?? 'POST'), methods.map((name) => [name, name]), (method) => ask({ method }), 'request.method')}
          ${this.#choice('escape', 'platformEscape', this.#at('escape') || 'plain', escapes.map((name) => [name, name]), (escape) => this.#put({ escape }))}</div>
        ${this.#text('url', 'platformUrl', String(request['url'] ?? ''), (url) => ask({ url: url || undefined }), { hint: 'platformUrlHint', kind: 'code', path: 'request.url' })}
        ${this.#text('headers', 'platformHeaders', headers.map(([name, value]) => `${name}: ${value}`).join('\n'), (text) => this.#headers(text, (all) => ask({ headers: all })), { kind: 'code', path: 'request.headers', inner: true, hint: 'platformHeadersHint' })}
        ${this.#text('body', 'platformBody', JSON.stringify(request['body'] ?? {}, null, 2), (text) => this.#json(text, (body) => ask({ body })), { kind: 'code', path: 'request.body', inner: true, hint: 'platformBodyHint' })}</fieldset>
      ${this.#text('more', 'platformMore', Object.keys(rest).length > 0 ? JSON.stringify(rest, null, 2) : '', (text) => this.#json(text.trim() || '{}', (more) => this.#more(more)), { kind: 'code', hint: 'platformMoreHint', path: '' })}
      ${this.#rest(/^(name$|id$|display_name$|description$|fields\[\d+\]\.(key|label|choices|kind|in)$|request\.|escape$)/, 'more-other')}`;
  }

  #fieldOf(fields: readonly Field[], field: Field, at: number, put: (fields: readonly Field[]) => undefined): TemplateResult {
    const { words } = this;
    const set = (patch: Field) => put(fields.with(at, defined({ ...field, ...patch })));
    const path = (member: string) => `fields[${at}].${member}`;
    const kind = String(field['kind'] ?? 'text');
    const check = (member: 'required' | 'secret', label: StringKey) => html`<label class="check"><input type="checkbox" id="${member}-${at}" .checked=${field[member] === true} @change=${(event: Event) => set({ [member]: (event.target as HTMLInputElement).checked || undefined })}>${words.say(label)}</label>`;
    return html`<fieldset class="card part"><legend>${words.say('platformField', { count: at + 1 })}</legend>
      <div class="pair">${this.#text(`key-${at}`, 'fieldKey', String(field['key'] ?? ''), (key) => set({ key }), { path: path('key') })}
        ${this.#text(`label-${at}`, 'fieldLabel', String(field['label'] ?? ''), (label) => set({ label: label || undefined }), { kind: 'text', path: path('label') })}
        ${this.#choice(`kind-${at}`, 'fieldKind', kind, fieldKinds.map((name) => [name, words.say(`fieldKind.${name}`)]), (to) => set({ kind: to === 'text' ? undefined : to }), path('kind'))}
        ${this.#choice(`in-${at}`, 'fieldIn', String(field['in'] ?? ''), [['', words.say('fieldIn.none')], ...places.map((name): [string, string] => [name, words.say(`fieldIn.${name}`)])], (to) => set({ in: to || undefined }), path('in'))}</div>
      ${kind === 'choice' ? this.#text(`choices-${at}`, 'fieldChoices', ((field['choices'] ?? []) as string[]).join(', '), (text) => set({ choices: text.split(',').map((one) => one.trim()).filter(Boolean) }), { path: path('choices') }) : nothing}
      <div class="bar">${check('required', 'fieldRequired')}${check('secret', 'fieldSecret')}</div>
      ${this.#tools('removeField', at, () => put(fields.filter((_, where) => where !== at)))}</fieldset>`;
  }

  // ---- fields ----

  #tools(label: StringKey, at: number, remove: () => void): TemplateResult {
    return html`<div class="bar tools"><button type="button" class="button small plain danger" aria-label=${this.words.say(label, { count: at + 1 })} @click=${() => this.#add('add-part', remove)}><span aria-hidden="true">\u2715</span></button></div>`;
  }

  /** @param isLazy  whether it is taken once it is written to its end, as what others are known by has to be */
  #text(id: string, label: StringKey, value: string, take: Take, { hint, kind = 'line', path = id, also = [], inner = false, isLazy = false }: { hint?: StringKey; kind?: Kind; path?: string; also?: readonly string[]; inner?: boolean; isLazy?: boolean } = {}): TemplateResult {
    const { words } = this;
    const kept = this._texts.get(id);
    const text = kept?.text ?? value;
    const found = path === '' || (this.rows === 'sets' && id.startsWith('value')) ? [] : this.#wrong(path, also, inner);
    const faults = kept?.fault ? [{ field: path, message: kept.fault }] : found;
    const enter = (event: Event, isDone: boolean) => this.#enter(id, (event.target as HTMLInputElement).value, path, !isLazy || isDone ? take : undefined);
    const onInput = (event: Event) => enter(event, false);
    const onChange = (event: Event) => (isLazy ? enter(event, true) : undefined);
    const onBlur = () => this._texts.get(id)?.fault === '' && this.#keep(id);
    const look = kind === 'text' ? '' : 'code';
    return html`<div class="field"><label for=${id}>${words.say(label)}</label>
      ${kind === 'code'
        ? html`<textarea id=${id} class="code" dir="ltr" rows=${inner ? 3 : 2} spellcheck="false" .value=${text} aria-invalid=${faults.length > 0} aria-describedby="${id}-hint ${id}-error" @input=${onInput} @blur=${onBlur}></textarea>`
        : html`<input id=${id} class=${look} dir="auto" spellcheck="false" autocomplete="off" .value=${text} aria-invalid=${faults.length > 0} aria-describedby="${id}-hint ${id}-error" @input=${onInput} @change=${onChange} @blur=${onBlur}>`}
      ${hint ? html`<p class="hint" id="${id}-hint">${words.say(hint)}</p>` : nothing}${drawFaults(words, `${id}-error`, faults, inner ? undefined : text, (at, end) => goTo(this.renderRoot, id, at, end))}</div>`;
  }

  #choice(id: string, label: StringKey, value: string, choices: readonly (readonly [string, string])[], take: (value: string) => void, path = id): TemplateResult {
    const faults = this.#wrong(path);
    const all = choices.some(([one]) => one === value) ? choices : [[value, short(value)] as const, ...choices];
    return html`<div class="field"><label for=${id}>${this.words.say(label)}</label>
      <select id=${id} aria-invalid=${faults.length > 0} aria-describedby="${id}-error" @change=${(event: Event) => take((event.target as HTMLSelectElement).value)}>${all.map(([one, shown]) => html`<option value=${one} ?selected=${one === value}>${shown}</option>`)}</select>
      ${drawFaults(this.words, `${id}-error`, faults, undefined, () => {})}</div>`;
  }

  /** Faults of members that have no field here. */
  #rest(shown: RegExp, id = 'other'): TemplateResult | typeof nothing {
    const faults = this.faults.filter(({ field }) => !shown.test(field) && ![...this._texts.values()].some(({ path, fault }) => fault && path === field));
    return drawFaults(this.words, `${id}-error`, faults.map((fault) => ({ ...fault, message: `${fault.field}: ${fault.message}` })), undefined, () => {});
  }

  /** @param inner  whether faults further inside count, whose place is said then */
  #wrong(path: string, also: readonly string[] = [], inner = false): Fault[] {
    const found = this.faults.filter(({ field }) => field === path || also.includes(field));
    const within = inner ? this.faults.filter(({ field }) => field.startsWith(`${path}.`) || field.startsWith(`${path}[`)) : [];
    const all = [...found, ...within.map((fault) => ({ ...fault, message: `${fault.field.slice(path.length).replace(/^\./, '')}: ${fault.message}` }))];
    return all.filter(({ message }, at) => all.findIndex((one) => one.message === message) === at);
  }

  #at(member: string): string {
    return String(this.entry.row[member] ?? '');
  }

  // ---- changing ----

  #enter(id: string, text: string, path: string, take: Take | undefined): void {
    this._texts = new Map(this._texts).set(id, { text, fault: '', path });
    if (!take) return;
    const fault = take(text);
    if (fault === undefined) return;
    this._texts = new Map(this._texts).set(id, { text, fault, path });
    this.#tell(this.entry.row);
  }

  #keep(id: string): void {
    const left = new Map(this._texts);
    left.delete(id);
    this._texts = left;
  }

  #put(patch: Row): undefined {
    return this.#tell(defined({ ...this.entry.row, ...patch }));
  }

  #tell(row: Row, key = this.entry.key): undefined {
    const faults = [...this._texts.values()].filter(({ fault }) => fault).map(({ fault, path }) => ({ field: path, message: fault }));
    this.dispatchEvent(new CustomEvent<RowChange>('row-changed', { detail: { row, key, faults } }));
  }

  /** Changes how many fields there are: what is half written is dropped, and the focus goes to one of them. */
  #add(focus: string, change: () => void): void {
    this._texts = new Map();
    change();
    void this.updateComplete.then(() => this.updateComplete).then(() => this.renderRoot.querySelector<HTMLElement>(`#${focus}`)?.focus());
  }

  #json(text: string, take: (value: unknown) => string | undefined): string | undefined {
    try {
      return take(JSON.parse(text));
    } catch (error) {
      return this.words.say('notJson', { message: (error as Error).message });
    }
  }

  #more(more: unknown): string | undefined {
    if (typeof more !== 'object' || more === null || Array.isArray(more)) return this.words.say('notObject');
    const twice = Object.keys(more).find((member) => ofPlatform.includes(member));
    if (twice !== undefined) return this.words.say('hasField', { member: twice });
    const own = Object.entries(this.entry.row).filter(([member]) => ofPlatform.includes(member));
    return this.#tell({ ...Object.fromEntries(own), ...more });
  }

  #headers(text: string, take: (headers: Record<string, string> | undefined) => undefined): string | undefined {
    const all: Record<string, string> = {};
    for (const [at, line] of text.split('\n').entries()) {
      if (line.trim() === '') continue;
      const [, name, value] = /^\s*([^:\s]+)\s*:\s*(.*?)\s*$/.exec(line) ?? [];
      if (name === undefined) return this.words.say('notHeader', { count: at + 1 });
      all[name] = value!;
    }
    return take(Object.keys(all).length > 0 ? all : undefined);
  }
}

/** Without the members that are undefined. */
function defined(row: Row): Row {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));
}

/** A name that is not taken. */
function free(names: readonly string[], stem: string): string {
  let name = stem;
  for (let count = 2; names.includes(name); ++count) name = `${stem}_${count}`;
  return name;
}

define('notifier-dashboard-row', RowForm);
