// Adds or changes a notifier; what it would send is seen beside it.

import type { FieldError, Filter, Notifier, NotifierDraft, Platform } from 'notifier-wasm';
import { LitElement, css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { PastEvent } from './activity_log.js';
import { define } from './define.js';
import { enter, idOf, noJson, typeData, wordsOf, type Entered } from './fields.js';
import { Refusal } from './client.js';
import './filter_form.js';
import './glance_words.js';
import type { AskDigest } from './held_back.js';
import './held_back.js';
import { platformSign } from './icons.js';
import { base } from './look.js';
import { ownPlatform, ownPlatforms } from './own_platforms.js';
import { fieldsOf, type FormField } from './platform_fields.js';
import { platforms } from './platforms.js';
import './preview.js';
import { sentence, short, type Words } from './strings.js';
import { draftTelling, type Telling } from './telling_form.js';
import { Unreachable } from './transport.js';
import type { Workshop } from './workshop.js';


interface Form {
  name: string;
  platform: Platform;
  active: boolean;
  all: boolean;
  alerts: boolean;
  types: ReadonlySet<string>;
  data: Entered;
  /** Keys of what is never shown that is to be removed. */
  gone: ReadonlySet<string>;
  /** A text is no JSON yet. */
  filter: Filter | string | undefined;
  telling: Telling;
  /** What its messages are in; empty: as is set for all. */
  language: string;
}

export class NotifierEditor extends LitElement {
  static override styles = [base, css`
    .two { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 1.5rem; }
    @media (max-width: 56rem) { .two { grid-template-columns: minmax(0, 1fr); } }
    form { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1.1rem; align-content: start; }
    .platforms { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(max(9.5rem, 50% - 0.25rem), 100%), 1fr)); gap: 0.5rem; margin-block-start: 0.3rem; }
    .choice { display: flex; align-items: center; gap: 0.4rem; padding: 0.4rem; border: 1px solid var(--n-line); border-radius: var(--n-radius); cursor: pointer; font-weight: 550; position: relative; }
    .choice:has(:checked) { border-color: var(--n-accent); box-shadow: inset 0 0 0 1px var(--n-accent); }
    .choice:has(:focus-visible) { outline: 2px solid var(--n-accent); outline-offset: 2px; }
    .choice:has(:disabled) { cursor: default; } .choice:has(:disabled):not(:has(:checked)) { display: none; }
    .choice input { position: absolute; opacity: 0; inset: 0; inline-size: 100%; block-size: 100%; cursor: inherit; }
    .choice .badge { inline-size: 1.75rem; block-size: 1.75rem; }
    .types { max-block-size: 20rem; overflow: auto; border: 1px solid var(--n-line); border-radius: var(--n-radius); }
    details + details { border-block-start: 1px solid var(--n-line); }
    summary { display: flex; align-items: center; gap: 0.6rem; padding: 0.35rem 0.75rem; cursor: pointer; font-weight: 600; list-style: none; position: sticky; inset-block-start: 0; background: var(--n-raised); }
    summary:focus-visible { outline-offset: -3px; }
    summary::before { content: ''; inline-size: 0.45rem; block-size: 0.45rem; border: solid currentColor; border-width: 0 1.5px 1.5px 0; rotate: -45deg; flex: none; }
    details[open] > summary::before { rotate: 45deg; }
    summary > :first-child { flex: 1; }
    .kinds { padding: 0.25rem 0.75rem 0.5rem 2rem; }
    .beside { padding-inline-start: 1.675rem; }
    @media (forced-colors: active) { .choice:has(:checked) { outline: 3px solid Highlight; outline-offset: -3px; } }
    .off { padding: 0.6rem 0.9rem; border-radius: var(--n-radius); background: var(--n-warn-surface); color: var(--n-warn); overflow-wrap: anywhere; }
    .stack { display: grid; gap: 0.25rem; grid-template-columns: minmax(0, 1fr); }
    .more > * + * { margin-block-start: 0.75rem; } .more > summary { position: static; background: none; }
    .people { max-block-size: 12rem; overflow: auto; border: 1px solid var(--n-line); border-radius: var(--n-radius); padding: 0.25rem 0.75rem; }
    .foot { position: sticky; inset-block-end: 0; background: var(--n-surface); padding-block: 0.75rem; border-block-start: 1px solid var(--n-line); justify-content: flex-end; z-index: 1; margin-block-end: -1.25rem; }
    aside { min-inline-size: 0; }
    .seen { position: sticky; inset-block-start: 0; display: grid; gap: 0.75rem; grid-template-columns: minmax(0, 1fr); }
  `];

  static override properties = {
    words: { attribute: false }, workshop: { attribute: false }, notifier: { attribute: false }, copy: { attribute: false }, past: { attribute: false }, save: { attribute: false }, digest: { attribute: false },
    _form: { state: true }, _touched: { state: true }, _refused: { state: true }, _busy: { state: true }, _leaving: { state: true }, _failure: { state: true }, _find: { state: true }, _findPerson: { state: true },
  };

  declare words: Words;
  declare workshop: Workshop | undefined;
  declare notifier: Notifier | undefined;
  /** What a new one starts with. */
  declare copy: Notifier | undefined;
  /** What came lately, newest first. */
  declare past: readonly PastEvent[];
  declare save: (draft: NotifierDraft) => Promise<void>;
  /** Asks the server what the notifier holds back. */
  declare digest: AskDigest | undefined;
  declare private _form: Form;
  declare private _touched: ReadonlySet<string>;
  /** What the server found wrong. */
  declare private _refused: readonly FieldError[];
  declare private _busy: boolean;
  /** Asks whether what was entered may be dropped. */
  declare private _leaving: boolean;
  declare private _failure: string;
  declare private _find: string;
  declare private _findPerson: string;
  #untouched: Form;
  /** What the notifier says of it: the form for it starts with that. */
  #telling: Telling = {};
  #known: { catalogue?: unknown; all?: boolean; types?: ReadonlySet<string>; kinds: readonly string[] } = { kinds: [] };

  constructor() {
    super();
    this._form = this.#untouched = { name: '', platform: 'slack', active: true, all: true, alerts: true, types: new Set(), data: {}, gone: new Set(), filter: undefined, telling: {}, language: '' };
    this.past = [];
    this._touched = new Set();
    this._refused = [];
    this._busy = this._leaving = false;
    this._failure = this._find = this._findPerson = '';
  }

  protected override willUpdate(changed: PropertyValues): void {
    const from = this.notifier ?? this.copy;
    if (!from || (!changed.has('notifier') && !changed.has('copy'))) return;
    const { type, active, send_all_events: all, send_all_alerts: alerts, selected_event_ids: types, type_data: data } = from;
    const name = this.notifier ? from.name : this.words.say('copyOf', { name: short(from.name, 200) });
    this._form = this.#untouched = { name, platform: type, active, all, alerts, types: new Set(types), data: enter(type, data), gone: new Set(), filter: from.filter, telling: tellingOf(from), language: from.language ?? '' };
    this.#telling = this._form.telling;
  }

  protected override firstUpdated(): void {
    this.renderRoot.querySelector<HTMLElement>('#name')?.focus();
  }

  /** Whether the form can be closed: nothing was entered. Otherwise asks, or takes the question back. */
  leave(): boolean {
    if (this._form === this.#untouched) return true;
    this.#ask(!this._leaving);
    return false;
  }

  #ask(leaving: boolean): void {
    this._leaving = leaving;
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(leaving ? '#keep' : '#name')?.focus());
  }

  get #draft(): NotifierDraft {
    const { name, platform, active, all, alerts, types, data, gone, filter, telling, language } = this._form;
    const narrowed = filter !== undefined ? { filter: filter as Filter } : this.notifier?.filter ? { filter: null } : {};
    const id = this.workshop?.catalogue.platforms.find((one) => one.name === platform)?.id ?? this.notifier?.platform_id;
    return { name, ...(id === undefined ? { platform } : { platform_id: id }), active, send_all_events: all, send_all_alerts: alerts, selected_event_ids: [...types], type_data: typeData(platform, data, this.notifier?.type_data, gone), ...narrowed, ...draftTelling(telling, this.notifier), ...(language !== '' ? { language } : this.notifier?.language ? { language: null } : {}) };
  }

  /** What is wrong now: the library's own verdict, and what the server said of it. */
  get #problems(): readonly FieldError[] {
    // A secret that is there stays where nothing is entered.
    const isKept = ({ field, code }: FieldError) => code === 'blank' && this.notifier?.secrets_set?.some((key) => field === `type_data.${key}`);
    const own = [...(this.workshop?.problems(this.#draft) ?? []).filter((problem) => !isKept(problem)), ...noJson(this._form.platform, this._form.data).map((field) => ({ field, code: 'type', message: this.words.say('filterNoJson') }))];
    return [...own, ...this._refused.filter(({ field }) => !own.some((one) => one.field === field))];
  }

  #set(change: Partial<Form>, ...fields: string[]): void {
    this._form = { ...this._form, ...change };
    this._leaving = false;
    this._refused = this._refused.filter(({ field }) => !fields.some((name) => field.startsWith(name)));
  }

  #touch(field: string): void {
    if (!this._touched.has(field)) this._touched = new Set(this._touched).add(field);
  }

  async #submit(event: Event): Promise<void> {
    event.preventDefault();
    if (this._busy) return;
    this._failure = '';
    this._refused = [];
    this._touched = new Set(['name', 'type_data', 'platform', 'selected_event_ids', 'filter', 'grouping', 'quiet', 'muted', 'other']);
    if (this.#problems.length === 0) {
      this._busy = true;
      try {
        await this.save(this.#draft);
        return;
      } catch (error) {
        if (error instanceof Refusal && error.fields.length > 0) this._refused = error.fields;
        else this._failure = error instanceof Unreachable ? this.words.say('notDone') : error instanceof Refusal && error.isForWantOfToken ? this.words.say('lockedOut') : this.words.say('refused', { message: error instanceof Error ? error.message : String(error) });
      } finally {
        this._busy = false;
      }
    }
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('[aria-invalid="true"], [role="alert"][tabindex]')?.focus();
  }

  protected override render(): TemplateResult {
    const { words, _form: form, workshop } = this;
    const problems = this.#problems;
    const shown = problems.filter(({ field }) => [...this._touched].some((name) => field.startsWith(name) || name === 'other'));
    const submitted = this._touched.has('other');
    const off = this.notifier?.switched_off;
    const names = [...platforms, ...ownPlatforms().map(({ name }) => name as Platform)];
    const sees = names.includes(form.platform);
    const fields = fieldsOf(form.platform);
    const ofRequest = ownPlatform(form.platform) ? [] : fields.filter(isOfRequest);
    return html`<div class="two">
      <form novalidate @submit=${this.#submit}>
        ${off ? html`<p class="off">${words.say('switchedOffHint', { message: short(off.reason, 200), time: words.moment(Date.parse(off.at)) })}</p>` : nothing}
        ${this.#notCopied()}
        ${this.#text('name', words.say('name'), 'name', form.name, (name) => ({ name }), shown, 'name')}
        <fieldset><legend>${words.say('platform')}</legend><div class="platforms">${names.map((platform) => html`<label class="choice">
          <input type="radio" name="platform" .value=${platform} .checked=${form.platform === platform} ?disabled=${this.notifier !== undefined} @change=${() => this.#set({ platform }, 'platform', 'type_data')}>
          ${platformSign(platform)}<span>${words.find(`platform.${platform}`) ?? short(ownPlatform(platform)?.display_name ?? platform)}</span></label>`)}</div></fieldset>
        ${fields.filter((field) => !ofRequest.includes(field)).map((field) => this.#field(field, shown))}
        ${ofRequest.length > 0 ? html`<details class="more" ?open=${shown.some(({ field }) => ofRequest.some(({ key }) => field.startsWith(`type_data.${key}`)))}><summary>${words.say('request')}</summary>
          ${ofRequest.map((field) => this.#field(field, shown))}</details>` : nothing}
        <fieldset class="stack"><legend>${words.say('events')}</legend>
          ${this.#check('alerts', words.say('alerts'), form.alerts, (alerts) => ({ alerts }))}
          ${this.#check('all', words.say('sendAll'), form.all, (all) => ({ all }))}
          ${form.all ? nothing : this.#types()}
          ${this.#errors('types-error', shown, 'selected_event_ids')}
        </fieldset>
        <notifier-dashboard-filter .words=${words} .workshop=${workshop} .filter=${(this.notifier ?? this.copy)?.filter} .kinds=${this.#kinds} .past=${this.past} .problems=${problems.filter(({ field }) => field.startsWith('filter'))}
          @filter-changed=${(event: CustomEvent<Filter | string | undefined>) => this.#set({ filter: event.detail }, 'filter')}></notifier-dashboard-filter>
        <notifier-dashboard-telling .words=${words} .telling=${this.#telling} .isWebhook=${form.platform === 'webhook'} .problems=${problems.filter(({ field }) => /^(grouping|quiet|muted)/.test(field))}
          @telling-changed=${(event: CustomEvent<Telling>) => this.#set({ telling: event.detail }, 'grouping', 'quiet', 'muted')}></notifier-dashboard-telling>
        ${this.digest ? html`<notifier-dashboard-held .words=${words} .ask=${this.digest}></notifier-dashboard-held>` : nothing}
        ${this.#language(problems)}
        <div>${this.#check('active', words.say('active'), form.active, (active) => ({ active }), 'active-hint')}<p class="hint beside" id="active-hint">${words.say('activeHint')}</p></div>
        ${this._failure || (submitted && problems.length > 0) ? html`<p class="error" role="alert" tabindex="-1" id="failure">${this._failure || words.say('fix', { count: problems.length })}
          ${problems.filter(({ field }) => !/^(name|type_data|selected_event_ids|filter|grouping|quiet|muted|language)/.test(field)).map(({ field, message, code }) => html`<br>${field}: ${words.error(code, message)}`)}</p>` : nothing}
        <div class="bar foot">${this._leaving ? html`
          <p class="grow" role="alert">${words.say('unsaved')}</p>
          <button type="button" class="button" id="keep" @click=${() => this.#ask(false)}>${words.say('keepEditing')}</button>
          <button type="button" class="button primary danger" id="discard" @click=${this.#cancel}>${words.say('discard')}</button>` : html`
          <button type="button" class="button" id="cancel" @click=${this.#cancel}>${words.say('cancel')}</button>
          <button type="submit" class="button primary" id="save" ?disabled=${this._busy}>${words.say(this._busy ? 'saving' : this.notifier ? 'save' : 'add')}</button>`}
        </div>
      </form>
      <aside aria-label=${words.say('view.preview')}>${workshop && sees ? html`<div class="seen"><h3>${words.say('view.preview')}</h3>
        <notifier-dashboard-preview .words=${words} .workshop=${workshop} .draft=${{ ...this.#draft, platform: form.platform }} .signed=${form.platform === 'webhook' && (this.notifier?.secrets_set?.includes('signing_secret') || this.#entered('signing_secret').trim() !== '') ? this.#entered('signature') || 'standard' : ''}></notifier-dashboard-preview></div>` : nothing}</aside>
    </div>`;
  }

  /** What a copy lacks. */
  #notCopied(): TemplateResult | typeof nothing {
    const { words, copy } = this;
    if (this.notifier || !copy?.secrets_set?.length) return nothing;
    const fields = words.list(copy.secrets_set.map((key) => this.#labelOf(key)));
    return html`<p class="off" id="not-copied">${words.say('notCopied', { fields })}</p>`;
  }

  #labelOf(key: string): string {
    const own = ownPlatform(this._form.platform) ? undefined : wordsOf[key];
    return own ? this.words.find(own.label)! : (fieldsOf(this._form.platform).find((field) => field.key === key)?.label ?? sentence(key));
  }

  /** Whether what is never shown is set, and what can be done with it. */
  #keptSecret({ key, kind, required, shown }: FormField): TemplateResult | typeof nothing {
    const { words, _form: form, notifier } = this;
    const canGenerate = kind === 'signing_secrets';
    if (shown || (!notifier && !canGenerate)) return nothing;
    const isSet = notifier?.secrets_set?.includes(key) ?? false;
    const isGone = form.gone.has(key);
    const path = `type_data.${key}`;
    const generate = () => this.#set({ ...this.#enter(key, newKey(this.#entered('signature'))), gone: without(form.gone, [{ id: key }]) }, path);
    return html`<div class="bar" data-secret=${key}>${notifier ? html`<span class="pill ${isSet && !isGone ? 'good' : ''}">${words.say(isSet && !isGone ? 'isSet' : 'isNotSet')}</span>` : nothing}
      ${canGenerate ? html`<button type="button" class="button small" data-do="generate" @click=${generate}>${words.say(isSet ? 'generateAnew' : 'generate')}</button>` : nothing}
      ${isSet && !required ? html`<button type="button" class="button small" data-do="take-off" @click=${() => this.#set({ ...this.#enter(key, ''), gone: flip(form.gone, key) }, path)}>${words.say(isGone ? 'keepIt' : 'takeOff')}</button>` : nothing}
      <span class="hint" role="status">${isGone ? words.say('takenOff') : canGenerate && this.#entered(key) !== '' && this.#entered(key) === generated ? words.say('generated') : nothing}</span></div>`;
  }

  #cancel = (): void => {
    this.dispatchEvent(new CustomEvent('editor-cancel'));
  };

  #check(id: string, text: string, value: boolean, change: (value: boolean) => Partial<Form>, hint?: string): TemplateResult {
    return html`<label class="check"><input type="checkbox" id=${id} aria-describedby=${hint ?? nothing} .checked=${value} @change=${(event: Event) => this.#set(change((event.target as HTMLInputElement).checked), 'selected_event_ids')}>${text}</label>`;
  }

  #errors(id: string, problems: readonly FieldError[], field: string): TemplateResult | typeof nothing {
    const own = problems.filter((problem) => problem.field.startsWith(field));
    return own.length === 0 ? nothing : html`<div class="error" id=${id}>${own.map(({ code, message }) => html`<p>${this.words.error(code, message)}</p>`)}</div>`;
  }

  #text(id: string, label: string, field: string, value: string, change: (value: string) => Partial<Form>, problems: readonly FieldError[], touch: string, hint?: string, type = 'text'): TemplateResult {
    const errors = this.#errors(`${id}-error`, problems, field);
    return html`<div class="field"><label for=${id}>${label}</label>
      <input id=${id} type=${type} .value=${value} autocomplete="off" spellcheck="false" dir="auto" aria-invalid=${errors !== nothing} aria-describedby="${id}-error ${id}-hint"
        @input=${(event: Event) => this.#set(change((event.target as HTMLInputElement).value), field)} @change=${() => this.#touch(touch)}>
      ${hint ? html`<span class="hint" id="${id}-hint">${hint}</span>` : nothing}${errors}</div>`;
  }

  /** What was typed into a field of `type_data`. */
  #entered(key: string): string {
    const value = this._form.data[key];
    return typeof value === 'string' ? value : '';
  }

  #enter(key: string, value: string | ReadonlySet<string>): Partial<Form> {
    return { data: { ...this._form.data, [key]: value } };
  }

  /** A field of `type_data`, by its kind. */
  #field(field: FormField, problems: readonly FieldError[]): TemplateResult | typeof nothing {
    const { words } = this;
    const { key, kind, required, shown } = field;
    if (kind === 'users') return this.#people(key);
    const id = idOf(key);
    const path = `type_data.${key}`;
    const isOwn = ownPlatform(this._form.platform) !== undefined;
    const own = isOwn ? undefined : wordsOf[key];
    const label = this.#labelOf(key);
    const hint = [required && key === fieldsOf(this._form.platform).find((each) => each.required)?.key && words.find(`help.${this._form.platform}`), own?.hint && words.find(own.hint), field.help, !shown && this.notifier?.secrets_set?.includes(key) && !this._form.gone.has(key) ? words.say('secretKept') : ''].filter(Boolean).join(' ');
    const value = this.#entered(key);
    if (kind === 'choice') {
      const choices = (field.choices ?? '').split(' ');
      // Where nothing is chosen, what counts is the first of the list; of a host's own its default, if it has one.
      const none = isOwn ? (field.fallback ?? (required ? undefined : '')) : choices[0];
      if (isOwn && !choices.includes(none ?? '')) choices.unshift(none ?? '');
      return html`<div class="field"><label for=${id}>${label}</label>
        <select id=${id} aria-describedby="${id}-hint" @change=${(event: Event) => this.#set(this.#enter(key, (event.target as HTMLSelectElement).value), path)}>
          ${choices.map((choice) => html`<option value=${choice === none ? '' : choice} ?selected=${value === choice}>${choice}</option>`)}</select>
        ${hint ? html`<span class="hint" id="${id}-hint">${hint}</span>` : nothing}${this.#errors(`${id}-error`, problems, path)}</div>`;
    }
    const type = (text: string) => ({ ...this.#enter(key, text), gone: without(this._form.gone, [{ id: key }]) });
    if (kind !== 'headers' && kind !== 'addresses' && kind !== 'json') return html`<div class="stack">${this.#text(id, label, path, value, type, problems, path, hint, kind === 'url' ? 'url' : 'text')}${this.#keptSecret(field)}</div>`;
    const errors = this.#errors(`${id}-error`, problems, kind === 'addresses' ? 'type_data' : path);
    return html`<div class="field"><label for=${id}>${label}</label>
      <textarea id=${id} class=${kind === 'addresses' ? '' : 'code'} rows=${kind === 'json' ? 6 : 2} .value=${value} spellcheck="false" dir="auto" aria-invalid=${errors !== nothing} aria-describedby="${id}-error ${id}-hint"
        @input=${(event: Event) => this.#set(type((event.target as HTMLTextAreaElement).value), 'type_data')} @change=${() => this.#touch('type_data')}></textarea>
      ${hint ? html`<span class="hint" id="${id}-hint">${hint}</span>` : nothing}${errors}${this.#keptSecret(field)}</div>`;
  }

  #people(key: string): TemplateResult | typeof nothing {
    const { words, _form: form } = this;
    const value = form.data[key];
    const chosen: ReadonlySet<string> = value instanceof Set ? value : new Set<string>();
    const known = this.workshop?.people ?? [];
    // Who was chosen and is no longer known can still be taken off.
    const people = [...known, ...[...chosen].filter((id) => !known.some((person) => person.id === id)).map((id) => ({ id, username: '', email: '' }))];
    const query = this._findPerson.trim().toLocaleLowerCase();
    const found = people.filter(({ username, email }) => `${username} ${email}`.toLocaleLowerCase().includes(query)).slice(0, 200);
    return people.length === 0 ? nothing : html`<fieldset class="stack"><legend>${words.say('people')}</legend>
        ${people.length > 8 ? html`<input type="search" id="find-person" dir="auto" aria-label=${words.say('findPerson')} placeholder=${words.say('findPerson')} @input=${(event: Event) => (this._findPerson = (event.target as HTMLInputElement).value)}>` : nothing}
        <div class="people">${found.map(({ id, username, email }) => html`<label class="check"><input type="checkbox" .checked=${chosen.has(id)} @change=${() => this.#set(this.#enter(key, flip(chosen, id)), 'type_data')}>
          <span><bdi>${username || id}</bdi> <span class="quiet"><bdi>${email}</bdi></span></span></label>`)}</div></fieldset>`;
  }

  /** The kinds of events that are taken: the same array as long as they are the same. */
  get #kinds(): readonly string[] {
    const { all, types } = this._form;
    const catalogue = this.workshop?.catalogue;
    const known = this.#known;
    if (known.catalogue !== catalogue || known.all !== all || known.types !== types) {
      const names = new Set((catalogue?.event_types ?? []).filter(({ id }) => all || types.has(id)).map(({ name }) => name));
      const kinds = (catalogue?.event_kinds ?? []).filter(({ selectable_as: name }) => name !== undefined && name !== null && names.has(name)).map(({ type }) => type);
      this.#known = { catalogue, all, types, kinds };
    }
    return this.#known.kinds;
  }

  /** A choice where there is one. */
  #language(problems: readonly FieldError[]): TemplateResult | typeof nothing {
    const { words, _form: { language } } = this;
    const known = this.workshop?.languages ?? [];
    if (known.length < 2 && language === '') return nothing;
    const names = new Intl.DisplayNames(words.locale, { type: 'language' });
    return html`<div class="field"><label for="language">${words.say('language')}</label>
      <select id="language" aria-describedby="language-error" aria-invalid=${problems.some(({ field }) => field === 'language')} @change=${(event: Event) => this.#set({ language: (event.target as HTMLSelectElement).value }, 'language')}>
        <option value="" ?selected=${language === ''}>${words.say('languageOfAll')}</option>
        ${[...new Set([...known, ...(language === '' ? [] : [language])])].map((tag) => html`<option value=${tag} lang=${tag} ?selected=${tag === language}>${names.of(tag)}</option>`)}</select>
      ${this.#errors('language-error', problems, 'language')}</div>`;
  }

  #types(): TemplateResult {
    const { words, _form: form, workshop } = this;
    if (!workshop) return html`<p class="quiet">${words.say('loading')}</p>`;
    const { event_categories: categories, event_types: types } = workshop.catalogue;
    const query = this._find.trim().toLocaleLowerCase();
    const label = (type: (typeof types)[number]) => words.find(`type.${type.name}`) ?? type.display_name;
    const isHomeless = ({ category_id: id }: (typeof types)[number]) => !categories.some((category) => category.id === id);
    const others = { id: undefined, name: 'others', display_name: words.say('otherTypes'), position: Infinity };
    const groups = [...categories, others].sort((a, b) => a.position - b.position).map((category) => {
      const all = category === others ? types.filter(isHomeless) : types.filter((type) => type.category_id === category.id);
      const found = all.filter((type) => `${label(type)} ${type.name} ${type.description}`.toLocaleLowerCase().includes(query));
      return { category, name: words.find(`category.${category.name}`) ?? category.display_name, all, found, chosen: all.filter(({ id }) => form.types.has(id)).length };
    }).filter(({ found }) => found.length > 0);
    return html`<div class="stack" role="group" aria-label=${words.say('choose')}>
      <div class="bar"><input class="grow" type="search" id="find-type" dir="auto" aria-label=${words.say('findType')} placeholder=${words.say('findType')} .value=${this._find} @input=${(event: Event) => (this._find = (event.target as HTMLInputElement).value)}
        @keydown=${(event: KeyboardEvent) => event.key === 'Enter' && event.preventDefault()}>
        <span class="quiet" role="status">${words.say('chosen', { count: form.types.size })}</span></div>
      <div class="types">${groups.length === 0 ? html`<p class="quiet kinds">${words.say('noType')}</p>` : groups.map(({ name, all, found, chosen }, position) => html`<details ?open=${query !== '' || chosen > 0 || position === 0}>
        <summary><span>${name}</span><span class="quiet">${words.say('chosenOf', { count: chosen, total: all.length })}</span></summary>
        <div class="kinds">
          ${query === '' ? html`<label class="check quiet"><input type="checkbox" .checked=${chosen === all.length} .indeterminate=${chosen > 0 && chosen < all.length}
            @change=${() => this.#set({ types: chosen === all.length ? without(form.types, all) : new Set([...form.types, ...all.map(({ id }) => id)]) }, 'selected_event_ids')}>${words.say('allOf', { category: name })}</label>` : nothing}
          ${found.map((type) => html`<label class="check" title=${type.description}><input type="checkbox" value=${type.name} .checked=${form.types.has(type.id)} @change=${() => this.#set({ types: flip(form.types, type.id) }, 'selected_event_ids')}>${label(type)}</label>`)}
        </div></details>`)}</div></div>`;
  }
}

/** What shapes the request itself stands apart: few need it. */
function isOfRequest({ kind }: FormField): boolean {
  return kind === 'choice' || kind === 'headers' || kind === 'json';
}

/** The key that was generated last: what is said of it goes with it. */
let generated = '';

/** A key that nobody guesses, as its signature takes it. */
function newKey(signature: string): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  const base64 = btoa(String.fromCharCode(...bytes));
  return (generated = signature === 'github' ? base64.replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '') : `whsec_${base64}`);
}

function tellingOf({ grouping, quiet, muted_until, muted_pass_errors }: Notifier): Telling {
  return { ...(grouping && { grouping }), ...(quiet && { quiet }), ...(muted_until && { muted_until }), ...(muted_pass_errors && { muted_pass_errors }) };
}

function flip(set: ReadonlySet<string>, value: string): Set<string> {
  const flipped = new Set(set);
  if (!flipped.delete(value)) flipped.add(value);
  return flipped;
}

function without(set: ReadonlySet<string>, gone: readonly { id: string }[]): Set<string> {
  const rest = new Set(set);
  for (const { id } of gone) rest.delete(id);
  return rest;
}

define('notifier-dashboard-editor', NotifierEditor);
