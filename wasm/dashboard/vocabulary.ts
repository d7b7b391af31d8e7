// The vocabulary on a page: kinds of events and what is said of them, as every platform shows it.

import type { EventKindRow, VocabularyRows } from 'notifier-wasm';
import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { Refusal } from './client.js';
import { define } from './define.js';
import { platformSign } from './icons.js';
import './kind_form.js';
import { base } from './look.js';
import './more_platforms.js';
import './payload.js';
import type { Session } from './session.js';
import './row_form.js';
import type { RowChange } from './row_form.js';
import { entriesOf, ownerOf, rowParts, taken, withNew, withRow, without, type Entry, type RowPart } from './row_lists.js';
import { sentence, short, type Words } from './strings.js';
import { vocabularyLook } from './vocabulary_look.js';
import { WordBench, faultOf, type Fault, type Shown } from './word_bench.js';
import './view_words.js';
import './vocabulary_words.js';

const mostKinds = 200;
/** However fast one writes, previews are drawn no sooner than this after it, in milliseconds. */
const pause = 120;

type Part = 'kinds' | RowPart | 'json' | 'languages';
const parts: readonly Part[] = ['kinds', ...rowParts, 'languages', 'json'];
const isRowPart = (part: string): part is RowPart => (rowParts as readonly string[]).includes(part);

/** What is being written: it stays while one looks at something else. */
interface Draft {
  rows: VocabularyRows;
  /** As the server has it. */
  stored: VocabularyRows;
  /** What is to be replaced, where the server says so. */
  version: string | undefined;
  bench: WordBench;
  faults: Fault[];
  kind: string;
  part: Part;
  /** Which entry is open in the other parts, where one was chosen. */
  opened: Partial<Record<RowPart, string>>;
  language: string;
  /** The JSON as it is written; undefined where nobody writes it. */
  text: string | undefined;
  /** Whether that is no JSON. */
  isBroken: boolean;
}

const drafts = new WeakMap<Session, Draft>();

type Found = { type: string; label: string; state: 'own' | 'changed' | 'removed' | '' };

/** Fires `told` with what was done, `untold` with why something was not, `place` with which kind or other entry is open, as kinds/TYPE, types/NAME. */
export class NotifierVocabulary extends LitElement {
  static override styles = [base, vocabularyLook];
  static override properties = { words: { attribute: false }, session: { attribute: false }, workshop: { attribute: false }, place: { attribute: false }, _draft: { state: true }, _query: { state: true }, _shown: { state: true }, _problem: { state: true }, _isBusy: { state: true } };

  declare words: Words;
  declare session: Session;
  /** That of the session: another one where something has changed. */
  declare workshop: Session['workshop'];
  /** Which kind is open: `kinds/` and its type; or an entry of another part: its part and name. */
  declare place: string;
  declare private _draft: Draft | undefined;
  declare private _query: string;
  declare private _shown: readonly Shown[];
  declare private _problem: string;
  declare private _isBusy: boolean;

  #paced: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this._query = this._problem = this.place = '';
    this._shown = [];
    this._isBusy = false;
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('session')) {
      this._draft = drafts.get(this.session);
      if (!this._draft) return void this.#load();
    }
    if (!this._draft || !(changed.has('session') || changed.has('place'))) return;
    // Without a place, what was open stays; who goes back to it gets the first one.
    const [, part = '', key = ''] = /^([a-z]+)\/([^]*)$/.exec(this.place) ?? [];
    if (isRowPart(part)) {
      if (part !== this._draft.part || key !== this.#entry(part)?.key) this.#turn(part, key);
      return this.#show();
    }
    const kind = this.#placed ?? (changed.get('place') ? this.#found('')[0]?.type : undefined);
    if (kind !== undefined && this.#found('').some(({ type }) => type === kind) && (kind !== this._draft.kind || isRowPart(this._draft.part))) this.#turn('kinds', kind);
    this.#show();
  }

  /** The type that the place names. */
  get #placed(): string | undefined {
    return this.place.startsWith('kinds/') ? this.place.slice('kinds/'.length) : undefined;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#paced);
  }

  async #load(): Promise<void> {
    const { session, words } = this;
    try {
      const answer = await session.request('GET', '/v1/vocabulary');
      if (answer.status !== 200) throw new Refusal(answer);
      const rows = (JSON.parse(answer.body) as { vocabulary: VocabularyRows }).vocabulary;
      const bench = await WordBench.open(session.workshop!, rows);
      const before = drafts.get(session);
      before?.bench.dispose();
      const language = session.app?.language ?? session.language;
      const kinds = bench.catalogue.event_kinds;
      const kind = [before?.kind ?? this.#placed, rows.event_kinds?.[0]?.type, kinds[0]?.type].find((type) => kinds.some((one) => one.type === type)) ?? '';
      this._draft = { rows, stored: rows, version: answer.etag, bench, faults: [], kind, part: before?.part ?? 'kinds', opened: before?.opened ?? {}, language: before?.language ?? language, text: undefined, isBroken: false };
      drafts.set(session, this._draft);
      this._problem = '';
      const [, part = '', key = ''] = /^([a-z]+)\/([^]*)$/.exec(before ? '' : this.place) ?? [];
      if (isRowPart(part)) this.#turn(part, key);
      this.#show();
    } catch (error) {
      const isLacking = error instanceof Refusal && (error.status === 404 || error.status === 405);
      this._problem = isLacking ? words.say('noVocabulary') : words.say('failed', { message: error instanceof Error ? short(error.message, 300) : '' });
    }
  }

  // ---- changing ----

  #set(patch: Partial<Draft>): void {
    this._draft = { ...this._draft!, ...patch };
    drafts.set(this.session, this._draft);
  }

  #put(rows: VocabularyRows, patch: Partial<Draft> = {}): void {
    this.#set({ rows, faults: this._draft!.bench.put(rows), text: undefined, isBroken: false, ...patch });
    clearTimeout(this.#paced);
    this.#paced = setTimeout(() => this.#show(), pause);
  }

  /** Draws anew what people would read. */
  #show(): void {
    const { bench, kind, language } = this._draft!;
    const event = bench.sample(kind);
    this._shown = event === '' ? [] : bench.show(event, language);
  }

  /** The row of the kind that is open: its own, else the built-in one. */
  get #row(): EventKindRow | undefined {
    const { rows, kind, bench } = this._draft!;
    const own = rows.event_kinds?.find(({ type }) => type === kind);
    return own?.remove ? undefined : (own ?? bench.builtIn.get(kind));
  }

  #putKind(row: EventKindRow): void {
    const { rows, kind } = this._draft!;
    const kinds = rows.event_kinds ?? [];
    const at = kinds.findIndex(({ type }) => type === kind);
    this.#put({ ...rows, event_kinds: at < 0 ? [...kinds, row] : kinds.with(at, row) }, { kind: row.type });
  }

  /** The rows without that of a kind: a built-in one is as it was. */
  #forget(kind: string): VocabularyRows {
    const { event_kinds: kinds = [], ...rest } = this._draft!.rows;
    const left = kinds.filter(({ type }) => type !== kind);
    return { ...rest, ...(left.length > 0 && { event_kinds: left }) };
  }

  #remove(): void {
    const { kind, bench } = this._draft!;
    const rows = this.#forget(kind);
    if (bench.builtIn.has(kind)) this.#put({ ...rows, event_kinds: [...(rows.event_kinds ?? []), { type: kind, remove: true }] });
    else this.#put(rows, { kind: this.#found('').find(({ type }) => type !== kind)?.type ?? '' });
  }

  #add(): void {
    const { rows, bench } = this._draft!;
    const isTaken = (type: string) => bench.builtIn.has(type) || rows.event_kinds?.some((row) => row.type === type);
    let type = 'new_kind';
    for (let count = 2; isTaken(type); ++count) type = `new_kind_${count}`;
    this._query = '';
    this.#put({ ...rows, event_kinds: [...(rows.event_kinds ?? []), { type, wordings: [{ severity: 'info', title: 'something happened', sentence: 'Something happened[ to {@app}].' }] }] }, { kind: type });
    this.#tellPlace(type);
    void this.updateComplete.then(async () => {
      const form = this.renderRoot.querySelector<LitElement>('notifier-dashboard-kind');
      await form?.updateComplete;
      form?.renderRoot.querySelector<HTMLInputElement>('#type')?.select();
    });
  }

  // ---- other entries ----

  #entries(part: RowPart): Entry[] {
    const { rows, bench } = this._draft!;
    return entriesOf(part, rows, bench);
  }

  /** The entry that is open: the first where none was chosen. */
  #entry(part: RowPart): Entry | undefined {
    const entries = this.#entries(part);
    const key = this._draft!.opened[part];
    return (key === undefined ? undefined : entries.find((entry) => entry.key === key)) ?? entries[0];
  }

  /** Opens a part, and an entry of it. What is no JSON anywhere stays what it is until something else is written. */
  #turn(part: Part, key?: string): void {
    const { opened, rows, bench, isBroken, text } = this._draft!;
    this.#set({ part, text: isBroken ? text : undefined, ...(isBroken ? {} : { faults: bench.put(rows) }), ...(key !== undefined && (isRowPart(part) ? { opened: { ...opened, [part]: key } } : part === 'kinds' ? { kind: key } : {})) });
  }

  #openRow(part: RowPart, key: string): void {
    this.#turn(part, key);
    this.#tellPlace(key, part);
  }

  #putRow(part: RowPart, entry: Entry, { row, key, faults }: RowChange): void {
    const { rows, opened } = this._draft!;
    // What cannot be taken yet leaves the row as it is.
    const next = row === entry.row && key === entry.key ? rows : withRow(rows, part, entry, row, key);
    const after = part === 'sets' ? key : String(row['name'] ?? entry.key);
    this.#put(next, { opened: { ...opened, [part]: after } });
    if (faults.length > 0) this.#set({ faults: [...faults.map((fault) => ({ ...fault, field: `${entry.path}.${fault.field}` })), ...this._draft!.faults] });
    if (after !== entry.key) this.#tellPlace(after, part);
  }

  #addRow(part: RowPart): void {
    const { rows, bench, opened } = this._draft!;
    const [next, key] = withNew(rows, part, bench);
    this.#put(next, { opened: { ...opened, [part]: key } });
    this.#tellPlace(key, part);
    void this.updateComplete.then(async () => {
      const form = this.renderRoot.querySelector<LitElement>('notifier-dashboard-row');
      await form?.updateComplete;
      form?.renderRoot.querySelector<HTMLInputElement>('#name')?.select();
    });
  }

  #removeRow(part: RowPart, entry: Entry): void {
    this.#put(taken(this._draft!.rows, part, entry));
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(entry.isBuiltIn ? '#reset' : '#add-row')?.focus());
  }

  #drawRows(part: RowPart): TemplateResult {
    const { words } = this;
    const { faults, stored, rows } = this._draft!;
    const entries = this.#entries(part);
    const entry = this.#entry(part);
    const within = entry && entry.path !== '' ? `${entry.path}.` : undefined;
    return html`<div class="both">
      <section class="list" aria-labelledby="rows-of"><div class="bar space"><h3 id="rows-of">${words.say(`wordsOf.${part}`)}</h3><button type="button" class="button small" id="add-row" @click=${() => this.#addRow(part)}>${words.say(`addRow.${part}`)}</button></div>
        <p class="hint">${words.say(`rowHint.${part}`)}</p>
        ${entries.length === 0 ? html`<p class="quiet">${words.say('noRows')}</p>` : html`<ul class="card kinds">${entries.slice(0, mostKinds).map((one) => html`<li><button type="button" class="kind" data-row=${one.key} aria-current=${one.key === entry?.key} @click=${() => this.#openRow(part, one.key)}>
          <span class="name ellipsis">${this.#nameOfRow(part, one)}</span>${one.state ? html`<span class="pill">${words.say(`rowIs.${one.state}`)}</span>` : nothing}${part === 'sets' ? nothing : html`<span class="code quiet ellipsis" dir="ltr">${short(one.key)}</span>`}</button></li>`)}</ul>`}
        ${entries.length > mostKinds ? html`<p class="quiet">${words.say('moreRows', { count: entries.length - mostKinds })}</p>` : nothing}</section>
      ${entry ? html`<section class="open" aria-labelledby="open-row"><div class="bar space"><h3 id="open-row">${this.#nameOfRow(part, entry)}</h3><span class="bar">
          ${entry.isBuiltIn && entry.state !== '' ? html`<button type="button" class="button small" id="reset" @click=${() => this.#put(without(rows, part, entry))}>${words.say('resetKind')}</button>` : nothing}
          ${entry.state === 'removed' ? nothing : html`<button type="button" class="button small danger" id="remove-row" @click=${() => this.#removeRow(part, entry)}>${words.say('remove')}</button>`}</span></div>
        ${entry.state === 'removed' ? html`<p class="quiet">${words.say('rowIs.removed')}</p>` : html`<notifier-dashboard-row .words=${words} .rows=${part} .entry=${entry} .stored=${stored} .others=${entries.filter((one) => one !== entry).map(({ key }) => key)} .categories=${part === 'types' ? this.#entries('categories').filter(({ state }) => state !== 'removed') : []}
          .faults=${within === undefined ? [] : faults.filter(({ field }) => field.startsWith(within)).map((fault) => ({ ...fault, field: fault.field.slice(within.length) }))}
          @row-changed=${(event: CustomEvent<RowChange>) => this.#putRow(part, entry, event.detail)}></notifier-dashboard-row>`}</section>` : nothing}
      ${this.#previews()}</div>`;
  }

  #nameOfRow(part: RowPart, { key, label, state }: Entry): string {
    const known = part === 'types' ? this.words.find(`type.${key}`) : part === 'categories' ? this.words.find(`category.${key}`) : undefined;
    return short((state === '' ? known : undefined) ?? (label || key));
  }

  #write(text: string): void {
    try {
      this.#put(JSON.parse(text) as VocabularyRows, { text });
    } catch (error) {
      this.#set({ text, isBroken: true, faults: [{ field: '', message: this.words.say('notJson', { message: (error as Error).message }) }] });
    }
  }

  async #save(): Promise<void> {
    const { rows, version } = this._draft!;
    this._isBusy = true;
    try {
      const answer = await this.session.request('PUT', '/v1/vocabulary', { vocabulary: rows }, version);
      if (answer.status === 422) return this.#set({ faults: new Refusal(answer).fields.map(faultOf) });
      if (answer.status === 412) return this.#set({ faults: [{ field: '', message: this.words.say('wordsMoved') }] });
      if (answer.status !== 200) throw new Refusal(answer);
      await this.session.relearn();
      await this.#load();
      this.#tell('told', this.words.say('wordsSaved'));
    } catch (error) {
      this.#tell('untold', error);
    } finally {
      this._isBusy = false;
    }
  }

  async #speak(language: string): Promise<void> {
    try {
      await this.session.ask(200, 'PATCH', '', { app: { language } });
      await this.session.relearn();
      const { bench: before, rows, stored } = this._draft!;
      const bench = await WordBench.open(this.session.workshop!, stored);
      before.dispose();
      this.#set({ bench, language: language || this.session.language });
      this.#put(rows, { text: this._draft!.text });
      this.#tell('told', this.words.say('appSpeaks', { language: this.#nameOf(language || this.session.language) }));
    } catch (error) {
      this.#tell('untold', error);
      this.requestUpdate();
    }
  }

  async #addFrench(): Promise<void> {
    const { french } = await import('./french_rows.js');
    const { rows } = this._draft!;
    this.#put({ ...rows, languages: { ...rows.languages, fr: french } });
  }

  #removeLanguage(tag: string): void {
    const { languages: { [tag]: _, ...languages } = {}, ...rest } = this._draft!.rows;
    this.#put({ ...rest, ...(Object.keys(languages).length > 0 && { languages }) });
  }

  #tell(name: 'told' | 'untold', detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  // ---- drawing ----

  #nameOf(tag: string): string {
    return new Intl.DisplayNames(this.words.locale, { type: 'language' }).of(tag) ?? tag;
  }

  #label(kind: string): string {
    return this.words.find(`kind.${kind}`) ?? sentence(kind);
  }

  get #languages(): string[] {
    return ['en', ...Object.keys(this._draft!.rows.languages ?? {}).filter((tag) => tag !== 'en')];
  }

  /** The kinds that are looked for: own ones first. */
  #found(query: string): Found[] {
    const { rows, bench } = this._draft!;
    const own = rows.event_kinds ?? [];
    const state = ({ type, remove }: EventKindRow) => (remove ? ('removed' as const) : bench.builtIn.has(type) ? ('changed' as const) : ('own' as const));
    const all: Found[] = own.map((row) => ({ type: row.type, label: this.#label(row.type), state: state(row) }));
    const known = new Set(own.map(({ type }) => type));
    if (rows.standard !== false) for (const type of bench.builtIn.keys()) if (!known.has(type)) all.push({ type, label: this.#label(type), state: '' });
    const wanted = query.trim().toLocaleLowerCase();
    return all.filter(({ type, label: text }) => type.toLowerCase().includes(wanted) || text.toLocaleLowerCase().includes(wanted));
  }

  protected override render(): TemplateResult {
    const { words, _draft: draft } = this;
    if (this._problem) return html`<div class="empty"><p>${this._problem}</p></div>`;
    if (!draft) return html`<p class="quiet">${words.say('loading')}</p>`;
    const isChanged = draft.rows !== draft.stored || draft.isBroken;
    const { faults } = draft;
    return html`<div class="all">
      <div class="bar space"><div class="bar" role="group" aria-label=${words.say('wordsOf')}>${parts.map((part) => html`<button type="button" class="button small" id="part-${part}" aria-pressed=${part === draft.part} ?disabled=${part !== 'json' && draft.isBroken} @click=${() => this.#choose(part)}>${words.say(`wordsOf.${part}`)}</button>`)}</div></div>
      ${this.#general()}
      ${draft.part === 'json' ? this.#json() : draft.part === 'languages' ? this.#drawLanguages() : isRowPart(draft.part) ? this.#drawRows(draft.part) : this.#kinds()}
      <div class="bar save" role="group" aria-label=${words.say('saveWords')}>
        <span class="quiet grow" id="standing" role="status">${faults.length > 0 ? html`<span class="error">${words.say('wordsFaults', { count: faults.length })}</span>` : words.say(isChanged ? 'unsavedWords' : 'savedWords')}</span>
        <button type="button" class="button" id="discard" ?disabled=${!isChanged || this._isBusy} @click=${() => void this.#load()}>${words.say('discardWords')}</button>
        <button type="button" class="button primary" id="save" ?disabled=${!isChanged || faults.length > 0 || this._isBusy} @click=${() => void this.#save()}>${words.say(this._isBusy ? 'saving' : 'saveWords')}</button>
      </div></div>`;
  }

  /** Faults that are of no field which is shown. */
  #general(): TemplateResult | typeof nothing {
    const { faults, part, kind, rows, bench } = this._draft!;
    const at = rows.event_kinds?.findIndex(({ type }) => type === kind) ?? -1;
    const here = part === 'kinds' ? `event_kinds[${at}].` : isRowPart(part) ? `${this.#entry(part)?.path || '-'}.` : undefined;
    const others = part === 'json' ? [] : faults.filter(({ field }) => here === undefined || !field.startsWith(here));
    if (others.length === 0) return nothing;
    return html`<div class="notice" role="alert"><ul>${others.slice(0, 20).map(({ field, message, character }) => {
      const of = /^event_kinds\[(\d+)\]/.exec(field);
      const row = of && rows.event_kinds?.[Number(of[1])];
      const owner = of ? undefined : ownerOf(field, rows, bench);
      return html`<li>${owner ? html`<button type="button" class="button small" @click=${() => this.#openRow(owner.part, owner.key)}>${short(owner.key)}</button> ` : nothing}${row ? html`<button type="button" class="button small" @click=${() => this.#open(row.type)}>${short(row.type)}</button> ` : nothing}<span class="error">${field ? html`<span class="code" dir="ltr">${short(field, 200)}</span>: ` : nothing}${character === undefined ? nothing : html`${this.words.say('atCharacter', { count: character })}: `}${short(message, 500)}</span></li>`;
    })}</ul></div>`;
  }

  #open(kind: string): void {
    this.#turn('kinds', kind);
    this.#show();
    this.#tellPlace(kind);
  }

  #choose(part: Part): void {
    this.#turn(part);
    const key = isRowPart(part) ? this.#entry(part)?.key : part === 'kinds' ? this._draft!.kind : undefined;
    if (key !== undefined) this.#tellPlace(key, part);
  }

  #tellPlace(key: string, part: Part = 'kinds'): void {
    this.dispatchEvent(new CustomEvent('place', { detail: `${part}/${key}` }));
  }

  #kinds(): TemplateResult {
    const { words, _query: query } = this;
    const { kind } = this._draft!;
    const found = this.#found(query);
    const row = this.#row;
    return html`<div class="both">
      <section class="list" aria-labelledby="kinds-of"><div class="bar space"><h3 id="kinds-of">${words.say('kinds')}</h3><button type="button" class="button small" id="add-kind" @click=${() => this.#add()}>${words.say('addKind')}</button></div>
        <input type="search" id="find-kind" dir="auto" aria-label=${words.say('findKind')} placeholder=${words.say('findKind')} .value=${query} @input=${(event: Event) => (this._query = (event.target as HTMLInputElement).value)}>
        ${found.length === 0 ? html`<p class="quiet">${words.say('noKindFound')}</p>` : html`<ul class="card kinds">${found.slice(0, mostKinds).map(({ type, label, state }) => html`<li><button type="button" class="kind" data-type=${type} aria-current=${type === kind} @click=${() => this.#open(type)}>
          <span class="name ellipsis">${short(label)}</span>${state ? html`<span class="pill">${words.say(`kindIs.${state}`)}</span>` : nothing}<span class="code quiet ellipsis" dir="ltr">${short(type)}</span></button></li>`)}</ul>`}
        ${found.length > mostKinds ? html`<p class="quiet">${words.say('moreKinds', { count: found.length - mostKinds })}</p>` : nothing}</section>
      <section class="open" aria-labelledby="open-kind">${this.#drawKind(row)}</section>
      ${row ? this.#previews() : nothing}</div>`;
  }

  #drawKind(row: EventKindRow | undefined): TemplateResult {
    const { words } = this;
    const { kind, rows, bench, faults } = this._draft!;
    const isBuiltIn = bench.builtIn.has(kind);
    const at = rows.event_kinds?.findIndex(({ type }) => type === kind) ?? -1;
    const path = `event_kinds[${at}].`;
    const keys = row ? slotsOf(row, bench.sample(kind)) : [];
    return html`<div class="bar space"><h3 id="open-kind">${this.#label(kind)}</h3><span class="bar">
        ${isBuiltIn && at >= 0 ? html`<button type="button" class="button small" id="reset" @click=${() => this.#put(this.#forget(kind))}>${words.say('resetKind')}</button>` : nothing}
        ${row ? html`<button type="button" class="button small danger" id="remove-kind" @click=${() => this.#remove()}>${words.say('removeKind')}</button>` : nothing}</span></div>
      ${row ? html`<notifier-dashboard-kind .words=${words} .row=${row} .own=${!isBuiltIn} .types=${bench.catalogue.event_types} .slots=${keys}
        .faults=${at < 0 ? [] : faults.filter(({ field }) => field.startsWith(path)).map((fault) => ({ ...fault, field: fault.field.slice(path.length) }))}
        @kind-changed=${(event: CustomEvent<EventKindRow>) => this.#putKind(event.detail)}></notifier-dashboard-kind>` : html`<p class="quiet">${words.say('kindIs.removed')}</p>`}`;
  }

  #previews(): TemplateResult {
    const { words } = this;
    const { language, faults, part, kind } = this._draft!;
    const languages = this.#languages;
    return html`<section class="previews" aria-labelledby="live" tabindex="0"><div class="bar space"><h3 id="live">${words.say('livePreview')}</h3>
      ${languages.length > 1 ? html`<label class="bar"><span class="label">${words.say('inLanguage')}</span><select id="language" @change=${(event: Event) => (this.#set({ language: (event.target as HTMLSelectElement).value }), this.#show())}>
        ${languages.map((tag) => html`<option value=${tag} lang=${tag} ?selected=${tag === language}>${this.#nameOf(tag)}</option>`)}</select></label>` : nothing}</div>
      ${part === 'kinds' ? nothing : html`<label class="bar"><span class="label">${words.say('previewedKind')}</span><select id="previewed" @change=${(event: Event) => (this.#set({ kind: (event.target as HTMLSelectElement).value }), this.#show())}>
        ${this.#found('').filter(({ state }) => state !== 'removed').slice(0, mostKinds).map(({ type, label }) => html`<option value=${type} ?selected=${type === kind}>${short(label)}</option>`)}</select></label>`}
      ${faults.length > 0 ? html`<p class="quiet">${words.say('stalePreview')}</p>` : nothing}
      <div class="each">${this._shown.map(({ platform: { name, display_name: shown }, delivery, error }) => {
        const platform = words.find(`platform.${name}`) ?? short(shown);
        const title = html`<div class="title" slot="title">${platformSign(name)}<h4>${platform}</h4></div>`;
        return html`<section data-platform=${name} aria-label=${words.say('previewOf', { platform })}>${delivery ? html`<notifier-dashboard-payload .words=${words} .delivery=${delivery}>${title}</notifier-dashboard-payload>` : html`<div class="card failed">${title}<p class="error">${error}</p></div>`}</section>`;
      })}</div></section>`;
  }

  #json(): TemplateResult {
    const { words } = this;
    const { rows, text, faults } = this._draft!;
    return html`<div class="field"><label for="json">${words.say('vocabularyJson')}</label>
      <textarea id="json" class="code" dir="ltr" rows="24" spellcheck="false" .value=${text ?? JSON.stringify(rows, null, 2)} aria-invalid=${faults.length > 0} aria-describedby="json-hint json-error" @input=${(event: Event) => this.#write((event.target as HTMLTextAreaElement).value)}></textarea>
      <p class="hint" id="json-hint">${words.say('vocabularyJsonHint')}</p>
      ${faults.length > 0 ? html`<ul class="error" id="json-error">${faults.slice(0, 50).map(({ field, message, character }) => html`<li>${field ? html`<span class="code" dir="ltr">${short(field, 200)}</span>: ` : nothing}${character === undefined ? nothing : html`${words.say('atCharacter', { count: character })}: `}${short(message, 500)}</li>`)}</ul>` : nothing}</div>`;
  }

  #drawLanguages(): TemplateResult {
    const { words, session } = this;
    const languages = this.#languages;
    const stored = ['en', ...Object.keys(this._draft!.stored.languages ?? {}).filter((tag) => tag !== 'en')];
    const own = session.app?.language ?? '';
    const app = short(session.app?.name ?? '');
    return html`<div class="field slim"><label for="app-language">${words.say('appLanguage', { app })}</label>
        <select id="app-language" aria-describedby="app-language-hint" @change=${(event: Event) => void this.#speak((event.target as HTMLSelectElement).value)}>
          <option value="" ?selected=${own === ''}>${words.say('languageOfServer', { language: this.#nameOf(session.language) })}</option>
          ${stored.map((tag) => html`<option value=${tag} lang=${tag} ?selected=${tag === own}>${this.#nameOf(tag)}</option>`)}</select>
        <p class="hint" id="app-language-hint">${words.say('appLanguageHint')}</p></div>
      <section class="slim" aria-labelledby="known"><h3 id="known">${words.say('languagesKnown')}</h3><p class="hint">${words.say('languagesHint')}</p>
        <ul class="card">${languages.map((tag) => html`<li class="bar space language"><span lang=${tag}>${this.#nameOf(tag)} <span class="code quiet" dir="ltr">${tag}</span></span>
          ${tag === 'en' ? nothing : html`<button type="button" class="button small danger" aria-label=${words.say('removeLanguage', { language: this.#nameOf(tag) })} @click=${() => this.#removeLanguage(tag)}>${words.say('remove')}</button>`}</li>`)}</ul>
        ${languages.includes('fr') ? nothing : html`<button type="button" class="button small" id="add-french" @click=${() => void this.#addFrench()}>${words.say('addFrench')}</button>`}</section>`;
  }
}

/** What may stand in a text: the keys of the example, objects one level deep. */
function slotsOf(row: EventKindRow, event: string): string[] {
  const data = row.sample?.type_data ?? (event === '' ? {} : ((JSON.parse(event) as { type_data?: object }).type_data ?? {}));
  const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value);
  return Object.entries(data ?? {}).flatMap(([key, value]) => (isObject(value) ? Object.keys(value).map((inner) => `${key}.${inner}`) : [key])).slice(0, 40);
}

define('notifier-dashboard-words', NotifierVocabulary);
