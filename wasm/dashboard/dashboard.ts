// <notifier-dashboard>: see, change, preview and test an app's notifiers.

import type { Delivery, Engine, EventInput, Notifier, NotifierDraft } from 'notifier-wasm';
import { LitElement, css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { define } from './define.js';
import { ActivityLog } from './activity_log.js';
import { Client, Refusal, type AppInfo, type Person, type ServerCatalogue } from './client.js';
import './list.js';
import type { NotifierList, RowAction } from './list.js';
import type { DashboardEvents, NotifierDashboardElement, View } from './element.js';
import { base } from './look.js';
import { Words, directionOf, type Strings } from './strings.js';
import { PageTransport, ServerTransport, Unreachable, pause } from './transport.js';
import type { Workshop } from './workshop.js';

const views: readonly View[] = ['notifiers', 'preview', 'why', 'activity'];

type Dialog =
  | { kind: 'edit'; notifier: Notifier | undefined; back: () => void }
  | { kind: 'remove'; notifier: Notifier; position: number }
  | { kind: 'test'; notifier: Notifier; delivery: Delivery; back: () => void };

/** What {@link NotifierDashboardElement} promises. */
export class NotifierDashboard extends LitElement implements NotifierDashboardElement {
  static override styles = [base, css`
    :host { color-scheme: light dark; container: notifiers / inline-size; min-inline-size: 0; text-align: start; }
    :host([color-scheme='light']) { color-scheme: light; }
    :host([color-scheme='dark']) { color-scheme: dark; }
    .all { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1rem; }
    [role='tablist'] { display: flex; gap: 0.25rem; border-block-end: 1px solid var(--n-line); overflow-x: auto; scrollbar-width: none; }
    [role='tab'] { border: 0; background: none; padding: 0.6rem 0.75rem; cursor: pointer; font-weight: 550; color: var(--n-quiet); border-block-end: 2px solid transparent; margin-block-end: -1px; white-space: nowrap; }
    [role='tab']:hover { color: var(--n-text); }
    [role='tab'][aria-selected='true'] { color: var(--n-accent); border-block-end-color: var(--n-accent); }
    [role='tab']:focus-visible { outline-offset: -3px; }
    [role='tabpanel'] { display: grid; gap: 0.9rem; min-inline-size: 0; grid-template-columns: minmax(0, 1fr); }
    .head { justify-content: space-between; }
    .head h2 { min-inline-size: 0; overflow-wrap: anywhere; display: -webkit-box; -webkit-line-clamp: 2; -webkit-box-orient: vertical; overflow: hidden; }
    .tools input { max-inline-size: 24rem; } .tools select { inline-size: auto; max-inline-size: 100%; }
    .notice { display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; align-items: center; justify-content: space-between; padding: 0.6rem 1rem; border: 1px solid var(--n-line); border-radius: var(--n-radius); background: var(--n-raised); overflow-wrap: anywhere; }
    .notice.bad { background: var(--n-warn-surface); border-color: var(--n-warn); }
    .toast { position: sticky; inset-block-end: 1rem; z-index: 2; box-shadow: 0 6px 24px rgb(0 0 0 / 0.18); background: var(--n-text); color: var(--n-surface); border-color: var(--n-text); }
    .toast .button { background: none; color: inherit; border-color: currentColor; }
    .toast .button:hover { background: color-mix(in srgb, currentColor 15%, transparent); }
    .toast :focus-visible { outline-color: currentColor; }
    dialog { inline-size: min(72rem, calc(100vw - 2rem)); max-inline-size: none; max-block-size: calc(100dvh - 2rem); padding: 0; border: 1px solid var(--n-line); border-radius: calc(var(--n-radius) + 4px); background: var(--n-surface); color: var(--n-text); overflow: auto; overscroll-behavior: contain; }
    dialog.slim { inline-size: min(28rem, calc(100vw - 2rem)); }
    dialog.slim.wide { inline-size: min(44rem, calc(100vw - 2rem)); }
    dialog::backdrop { background: rgb(10 12 20 / 0.5); }
    .box { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1rem; padding: 1.25rem; }
    .box h2 { overflow-wrap: anywhere; }
    .end { justify-content: flex-end; }
    @media (forced-colors: active) { [role='tab'] { border-block-end-color: Canvas; } [role='tab'][aria-selected='true'] { background: Highlight; color: HighlightText; } }
    .skeleton { block-size: 4.5rem; background: var(--n-raised); border-block-end: 1px solid var(--n-line); }
  `];

  static override properties = {
    baseUrl: { attribute: 'base-url' }, app: {}, persist: {}, locale: {}, delivers: { type: Boolean }, view: { reflect: true },
    strings: { attribute: false }, token: { attribute: false }, fetch: { attribute: false }, engine: { attribute: false },
    seed: { attribute: false },
    _notifiers: { state: true }, _appInfo: { state: true }, _apps: { state: true }, _problem: { state: true }, _toast: { state: true },
    _dialog: { state: true }, _query: { state: true }, _platform: { state: true }, _workshop: { state: true }, _engineProblem: { state: true },
    _logged: { state: true }, _live: { state: true }, _typeNames: { state: true },
  };

  declare baseUrl: string | null;
  declare app: string;
  declare persist: string | null;
  declare locale: string;
  declare delivers: boolean;
  declare view: View;
  declare strings: Strings;
  declare token: string;
  declare fetch: typeof globalThis.fetch | undefined;
  declare engine: Engine | undefined;
  declare seed: EventInput | undefined;

  declare private _notifiers: Notifier[] | undefined;
  declare private _appInfo: AppInfo | undefined;
  declare private _apps: AppInfo[];
  declare private _problem: { text: string; isGone: boolean } | undefined;
  declare private _toast: { text: string; undo?: () => Promise<void>; isBad?: boolean } | undefined;
  declare private _dialog: Dialog | undefined;
  declare private _query: string;
  declare private _platform: string;
  declare private _workshop: Workshop | undefined;
  declare private _engineProblem: string;
  /** Counts up when something happened. */
  declare private _logged: number;
  declare private _live: boolean | undefined;
  declare private _typeNames: Map<string, string>;

  #client: Client | undefined;
  #page: PageTransport | undefined;
  #ownEngine: Engine | undefined;
  #mirror: Engine | undefined;
  #people: Person[] = [];
  #serverCatalogue: ServerCatalogue = { platforms: [], categories: [], types: [] };
  #log = new ActivityLog();
  #life: AbortController | undefined;
  #words: Words | undefined;
  #hosts = 0;
  #toastTimer: ReturnType<typeof setTimeout> | undefined;
  #announced = '';

  constructor() {
    super();
    this.baseUrl = null;
    this.app = '';
    this.persist = null;
    this.locale = '';
    this.delivers = false;
    this.view = 'notifiers';
    this.strings = {};
    this.token = '';
    this._apps = [];
    this._query = '';
    this._platform = '';
    this._engineProblem = '';
    this._logged = 0;
    this._typeNames = new Map();
  }

  // ---- for hosts ----

  async reload(): Promise<void> {
    this.#life?.abort();
    this.#life = new AbortController();
    this.#client = undefined;
    this._notifiers = undefined;
    this._appInfo = undefined;
    this._workshop = undefined;
    this._problem = undefined;
    this._live = undefined;
    this.#log.clear();
    await this.#start(this.#life.signal);
  }

  async accept(event: EventInput): Promise<Delivery[]> {
    if (!this.#page || !this._appInfo) throw new Error('notifier-dashboard: accept() needs page mode, and what is there to be loaded');
    const body = typeof event === 'string' ? event : event instanceof Uint8Array || event instanceof ArrayBuffer ? new TextDecoder().decode(event) : JSON.stringify(event);
    const answer = await this.#page.send('POST', `/v1/apps/${encodeURIComponent(this._appInfo.id)}/events`, body);
    if (answer.status !== 202) throw new Refusal(answer);
    for (const delivery of answer.deliveries ?? []) this.#deliver(delivery);
    return answer.deliveries ?? [];
  }

  override addEventListener<Type extends keyof DashboardEvents>(type: Type, listener: (event: DashboardEvents[Type]) => unknown, options?: boolean | AddEventListenerOptions): void;
  override addEventListener(type: string, listener: EventListenerOrEventListenerObject | null, options?: boolean | AddEventListenerOptions): void;
  override addEventListener(type: string, listener: EventListenerOrEventListenerObject | null | ((event: never) => unknown), options?: boolean | AddEventListenerOptions): void {
    super.addEventListener(type, listener as EventListener, options);
    if (type === 'notifier-deliver' && listener) {
      ++this.#hosts;
      this.requestUpdate();
    }
  }

  // ---- life ----

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) void this.reload();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#life?.abort();
    clearTimeout(this.#toastTimer);
    this.#mirror?.dispose();
    this.#ownEngine?.dispose();
    this.#mirror = this.#ownEngine = undefined;
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (!this.#words || changed.has('locale') || changed.has('strings')) {
      const locale = this.locale || this.closest('[lang]')?.getAttribute('lang') || navigator.language;
      try {
        this.#words = new Words(locale, this.strings);
      } catch {
        this.#words = new Words('en', this.strings);
      }
    }
  }

  protected override updated(changed: PropertyValues): void {
    const restart = ['baseUrl', 'app', 'persist', 'engine', 'token', 'fetch'].some((name) => changed.has(name));
    if (restart && this.isConnected) queueMicrotask(() => void this.reload());
    if (changed.has('_dialog')) this.renderRoot.querySelector('dialog')?.showModal();
    if (changed.has('view') || changed.has('_dialog')) void this.#loadParts();
  }

  /** The parts that are not needed for the first row. */
  async #loadParts(): Promise<void> {
    if (this._dialog?.kind === 'edit') await import('./editor.js');
    if (this._dialog?.kind === 'test') await import('./preview.js');
    if (this.view === 'preview') await import('./preview.js');
    if (this.view === 'why') await import('./why.js');
    if (this.view === 'activity') await import('./activity.js');
  }

  async #start(signal: AbortSignal): Promise<void> {
    for (let wait = 1000; ; wait = Math.min(wait * 2, 15_000)) {
      try {
        await this.#connect(signal);
        if (signal.aborted) return;
        if (this._problem) this.#say(this.#words!.say('connected'));
        if (this._problem?.isGone) this.#emit('notifier-connection', { connected: true });
        this._problem = undefined;
        break;
      } catch (error) {
        if (signal.aborted) return;
        this.#fail(error);
        if (!(error instanceof Unreachable)) return;
        await pause(wait, signal);
        if (signal.aborted) return;
      }
    }
    await this.#follow(signal);
  }

  async #connect(signal: AbortSignal): Promise<void> {
    const client = (this.#client ??= new Client(await this.#transport()));
    let info: AppInfo | undefined;
    if (this.app) {
      // The list is what counts: what else is known of the app may come later.
      info = { id: this.app, name: this.app };
    } else {
      this._apps = (await client.apps()) ?? [];
      info = this._apps[0];
    }
    if (signal.aborted) return;
    if (!info) throw new Error(this.#words!.say('noApp'));
    const notifiers = await client.notifiers(info.id);
    if (signal.aborted) return;
    const [first] = notifiers;
    this._appInfo = first?.app_id ? { id: first.app_id, name: first.app } : info;
    this._notifiers = notifiers;
    this.#emit('notifier-loaded', { count: notifiers.length });
    void this.updateComplete.then(() => performance.mark('notifier-first-row'));
  }

  async #transport(): Promise<ServerTransport | PageTransport> {
    if (this.baseUrl !== null) return new ServerTransport(this.baseUrl, () => this.token, this.fetch ?? globalThis.fetch.bind(globalThis));
    let engine = this.engine ?? this.#ownEngine;
    if (!engine) {
      const { createEngine } = await import('notifier-wasm');
      engine = this.#ownEngine = await createEngine();
      const kept = this.persist === null ? undefined : await (await import('./keeping.js')).readSnapshot(this.persist).catch(() => undefined);
      if (kept ?? this.seed) engine.load((kept ?? this.seed)!);
      if (engine.apps().length === 0) engine.addApp({ id: this.app || 'app', name: this.app || 'app' });
    }
    const keep = async (snapshot: () => string) => {
      if (this.persist !== null) await (await import('./keeping.js')).writeSnapshot(this.persist, snapshot());
    };
    return (this.#page = new PageTransport(engine, keep));
  }

  /** What comes after the first row: people, catalogue, the engine, what happens. */
  async #follow(signal: AbortSignal): Promise<void> {
    const client = this.#client!;
    let wasLive: boolean | undefined;
    const watcher = {
      event: (json: string) => {
        const event = JSON.parse(json) as { type?: string };
        this.#log.addEvent(event, Date.now());
        ++this._logged;
        // Somebody else may have changed the list.
        if (/^(new|edit|delete)_notifier$/.test(String(event.type))) void this.#refresh();
      },
      delivery: (note: Parameters<ActivityLog['addDelivery']>[0]) => {
        this.#log.addDelivery(note, Date.now());
        ++this._logged;
      },
      connected: (isLive: boolean) => {
        if (signal.aborted) return;
        if (!isLive && wasLive !== false) this.#fail(new Unreachable());
        if (isLive && wasLive === false) {
          this._problem = undefined;
          this.#say(this.#words!.say('connected'));
          this.#emit('notifier-connection', { connected: true });
          void this.#refresh();
        }
        this._live = wasLive = isLive;
      },
    };
    const info = this._appInfo!;
    void client.transport.watch(info.id, watcher, signal).then((had) => {
      if (!had && !signal.aborted) this._live = false;
    });
    try {
      const [app, people, catalogue] = await Promise.all([client.app(info.id), client.people(info.id), client.catalogue()]);
      if (signal.aborted) return;
      if (app) this._appInfo = app;
      this.#people = people ?? [];
      this.#serverCatalogue = catalogue;
      this._typeNames = new Map(catalogue.types.map(({ id, display_name: name }) => [id, name]));
      for (const event of await client.events(info.id)) this.#log.addEvent(event, Date.now());
      ++this._logged;
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
    }
    await this.#openWorkshop(signal);
  }

  async #openWorkshop(signal = this.#life!.signal): Promise<void> {
    try {
      const { Workshop, mirror } = await import('./workshop.js');
      let engine = this.engine ?? this.#ownEngine;
      if (!this.#page || this.baseUrl !== null) {
        const { createEngine } = await import('notifier-wasm');
        engine = this.#mirror ??= await createEngine();
        if (signal.aborted) return;
        mirror(engine, this._appInfo!, this._notifiers ?? [], this.#people, this.#serverCatalogue);
      }
      if (signal.aborted || !engine) return;
      this._workshop = new Workshop(engine, this._appInfo!, this.#people);
      this._typeNames = new Map(this._workshop.catalogue.event_types.map(({ id, display_name: name }) => [id, name]));
      this._engineProblem = '';
    } catch (error) {
      if (!signal.aborted) this._engineProblem = error instanceof Error ? error.message : String(error);
    }
  }

  // ---- doing ----

  /** Reads the list anew, and the engine's copy of it. */
  async #refresh(): Promise<void> {
    const signal = this.#life!.signal;
    try {
      const notifiers = await this.#client!.notifiers(this._appInfo!.id);
      if (signal.aborted) return;
      this._notifiers = notifiers;
      await this.#openWorkshop(signal);
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
    }
  }

  #emit<Name extends keyof DashboardEvents>(name: Name, detail: DashboardEvents[Name]['detail'], cancelable = false): boolean {
    return this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true, cancelable }));
  }

  #fail(error: unknown): void {
    const words = this.#words!;
    const status = error instanceof Refusal ? error.status : undefined;
    this.#emit('notifier-error', { error, ...(status !== undefined && { status }) });
    const isGone = error instanceof Unreachable;
    if (isGone) this.#emit('notifier-connection', { connected: false });
    const message = error instanceof Error ? error.message : String(error);
    const text = isGone ? words.say('unreachable') : status === 401 ? words.say('unauthorized') : status === 404 && !this._notifiers ? words.say('noApp') : words.say('refused', { message });
    if (this._notifiers && !isGone) this.#say(text, undefined, true);
    else this._problem = { text, isGone };
  }

  /** Says it aloud, and shows it for a while. */
  #say(text: string, undo?: () => Promise<void>, isBad = false): void {
    clearTimeout(this.#toastTimer);
    this._toast = { text, isBad, ...(undo && { undo }) };
    // A text that is said twice must change in between, or it is not heard.
    this.#announced = this.#announced === text ? `${text}\u00a0` : text;
    this.#toastTimer = setTimeout(() => (this._toast = undefined), undo ? 12_000 : 6_000);
  }

  /** Shows a notifier as it is now. The stream may have brought it already. */
  #put(notifier: Notifier): void {
    const at = this._notifiers!.findIndex(({ id }) => id === notifier.id);
    this._notifiers = at < 0 ? [...this._notifiers!, notifier] : this._notifiers!.with(at, notifier);
  }

  /** What an editor asks to have stored. */
  async #save(draft: NotifierDraft): Promise<void> {
    const dialog = this._dialog as Extract<Dialog, { kind: 'edit' }>;
    const { notifier } = dialog;
    const app = this._appInfo!.id;
    const name = draft.name;
    if (notifier) {
      const { platform: _, platform_id: __, ...patch } = draft;
      const saved = await this.#client!.update(app, notifier.id, patch);
      this.#put(saved);
      this.#emit('notifier-updated', { notifier: saved });
      this.#say(this.#words!.say('saved', { name }));
    } else {
      const added = await this.#client!.add(app, draft);
      this.#put(added);
      this.#emit('notifier-added', { notifier: added });
      this.#say(this.#words!.say('added', { name }));
      const position = this._notifiers!.findIndex(({ id }) => id === added.id);
      dialog.back = () => {
        this._query = this._platform = '';
        void this.updateComplete.then(async () => (await this.#list?.updateComplete, this.#list?.focusRow(position, 'edit')));
      };
    }
    this.#close();
    void this.#openWorkshop();
  }

  get #list(): NotifierList | null {
    return this.renderRoot.querySelector<NotifierList>('notifier-dashboard-list');
  }

  #close(): void {
    const dialog = this._dialog;
    this._dialog = undefined;
    if (dialog && 'back' in dialog) void this.updateComplete.then(() => dialog.back());
  }

  async #remove(notifier: Notifier, position: number): Promise<void> {
    const client = this.#client!;
    const app = this._appInfo!.id;
    const before = this.#page && this.baseUrl === null ? this.#page.snapshot() : '';
    this._dialog = undefined;
    try {
      await client.remove(app, notifier.id);
    } catch (error) {
      // Somebody else was quicker.
      if (!(error instanceof Refusal && error.status === 404)) {
        this.#fail(error);
        await this.#focusAfter(position);
        return;
      }
    }
    this._notifiers = this._notifiers!.filter(({ id }) => id !== notifier.id);
    this.#emit('notifier-removed', { notifier });
    this.#say(this.#words!.say('removed', { name: short(notifier.name) }), async () => {
      this._toast = undefined;
      try {
        if (before) await this.#page!.restore(before, notifier.id);
        else await client.add(app, draftOf(notifier));
        await this.#refresh();
        const back = this._notifiers!.findIndex(({ id }) => id === notifier.id);
        this.#emit('notifier-restored', { notifier: this._notifiers!.at(back)! });
        this.#say(this.#words!.say('restored', { name: short(notifier.name) }));
        const at = this.#visible.findIndex((one) => one === this._notifiers!.at(back));
        await this.updateComplete;
        await this.#list?.updateComplete;
        await this.#list?.focusRow(at, 'remove');
      } catch (error) {
        this.#fail(error);
      }
    });
    await this.#focusAfter(position);
    void this.#openWorkshop();
  }

  /** The focus goes to the next row, the row before, or what adds one. */
  async #focusAfter(position: number): Promise<void> {
    await this.updateComplete;
    await this.#list?.updateComplete;
    const last = this.#visible.length - 1;
    if (!(await this.#list?.focusRow(Math.min(position, last), 'remove'))) this.renderRoot.querySelector<HTMLElement>('#add')?.focus();
  }

  async #test(notifier: Notifier, back: () => void): Promise<void> {
    const words = this.#words!;
    const name = short(notifier.name);
    try {
      const { deliveries } = await this.#client!.test(this._appInfo!.id, notifier.id);
      this.#emit('notifier-tested', { notifier });
      const delivery = deliveries?.[0];
      if (this.baseUrl !== null || !delivery) {
        this.#say(words.say('tested', { name }));
        return;
      }
      const sent = this.#deliver(delivery);
      if (!sent) {
        this.#say(words.say('testShown', { name }));
        this._dialog = { kind: 'test', notifier, delivery, back };
        return;
      }
      await sent;
      this.#say(words.say('tested', { name }));
    } catch (error) {
      if (error instanceof Unreachable) this.#fail(error);
      else {
        this.#emit('notifier-error', { error });
        this.#say(words.say('testFailed', { name, message: error instanceof Error ? error.message : String(error) }), undefined, true);
      }
    }
  }

  /** Hands a delivery to the host; undefined where nobody takes it. */
  #deliver(delivery: Delivery): Promise<void> | undefined {
    let result: Promise<unknown> = Promise.resolve();
    const isOurs = this.#emit('notifier-deliver', { delivery, respondWith: (given) => (result = given) }, true);
    if (isOurs) {
      this.#page!.note(delivery, 'shown');
      return undefined;
    }
    return result.then(
      () => this.#page!.note(delivery, 'delivered'),
      (error: unknown) => {
        this.#page!.note(delivery, 'dead');
        throw error;
      },
    );
  }

  async #toggle(notifier: Notifier): Promise<void> {
    try {
      const saved = await this.#client!.update(this._appInfo!.id, notifier.id, { active: !notifier.active });
      this.#put(saved);
      this.#emit('notifier-updated', { notifier: saved });
      this.#say(`${short(saved.name)}: ${this.#words!.say(saved.active ? 'active' : 'inactive')}`);
      void this.#openWorkshop();
    } catch (error) {
      this.#fail(error);
    }
  }

  #onRow(event: CustomEvent<{ action: RowAction; notifier: Notifier; position: number }>): void {
    const { action, notifier, position } = event.detail;
    const back = () => void this.#list?.focusRow(position, action);
    if (action === 'toggle') void this.#toggle(notifier);
    else if (action === 'test') void this.#test(notifier, back);
    else if (action === 'edit') this._dialog = { kind: 'edit', notifier, back };
    else this._dialog = { kind: 'remove', notifier, position };
  }

  // ---- drawing ----

  get #visible(): readonly Notifier[] {
    const query = this._query.trim().toLocaleLowerCase();
    const all = this._notifiers ?? [];
    if (query === '' && this._platform === '') return all;
    return all.filter(({ name, type }) => (this._platform === '' || type === this._platform) && name.toLocaleLowerCase().includes(query));
  }

  protected override render(): TemplateResult {
    const words = this.#words!;
    const app = short(this._appInfo?.name ?? this.app);
    return html`<div class="all" dir=${directionOf(words.locale)} lang=${words.locale} @keydown=${this.#onEscape}>
      <div class="bar head">
        <h2>${app ? words.say('heading', { app }) : words.say('view.notifiers')}</h2>
        ${this._apps.length > 1 ? html`<label class="bar"><span class="label">${words.say('app')}</span>
          <select id="app" @change=${(event: Event) => (this.app = (event.target as HTMLSelectElement).value)}>
            ${this._apps.map(({ id, name }) => html`<option value=${id} ?selected=${id === this._appInfo?.id}>${short(name)}</option>`)}
          </select></label>` : nothing}
      </div>
      ${this._problem ? html`<div class="notice bad"><span>${this._problem.text}</span>
        <button type="button" class="button small" id="retry" @click=${() => void this.reload()}>${words.say('retry')}</button></div>` : nothing}
      ${this._engineProblem ? html`<div class="notice bad">${words.say('engineFailed', { message: this._engineProblem })}</div>` : nothing}
      <div role="tablist" aria-label=${words.say('views')} @keydown=${this.#onTabKey}>
        ${views.map((view) => html`<button type="button" role="tab" id="tab-${view}" aria-controls="panel" aria-selected=${view === this.view} tabindex=${view === this.view ? 0 : -1}
          @click=${() => (this.view = view)}>${words.say(`view.${view}`)}</button>`)}
      </div>
      <div role="tabpanel" id="panel" aria-labelledby="tab-${this.view}">${this.#panel(words)}</div>
      <div role="status" class="visually-hidden">${this.#announced}</div>
      ${this._toast ? html`<div class="notice toast"><span>${this._toast.text}</span><span class="bar">
        ${this._toast.undo ? html`<button type="button" class="button small" id="undo" @click=${() => void this._toast!.undo!()}>${words.say('undo')}</button>` : nothing}
        <button type="button" class="button small" id="dismiss" @click=${() => (this._toast = undefined)}>${words.say('dismiss')}</button></span></div>` : nothing}
      ${this.#drawDialog(words)}
    </div>`;
  }

  #panel(words: Words): TemplateResult {
    const waiting = html`<p class="quiet">${words.say('loading')}</p>`;
    const workshop = this._workshop;
    switch (this.view) {
      case 'preview':
        return workshop ? html`<notifier-dashboard-preview .words=${words} .workshop=${workshop} .notifiers=${this._notifiers ?? []}></notifier-dashboard-preview>` : waiting;
      case 'why':
        return workshop ? html`<notifier-dashboard-why .words=${words} .workshop=${workshop}></notifier-dashboard-why>` : waiting;
      case 'activity':
        return html`<notifier-dashboard-activity .words=${words} .log=${this.#log} .version=${this._logged} .live=${this._live}></notifier-dashboard-activity>`;
      default:
        return this.#drawNotifiers(words);
    }
  }

  #drawNotifiers(words: Words): TemplateResult {
    const add = html`<button type="button" class="button primary" id="add" ?disabled=${!this._notifiers} @click=${() => {
      this._dialog = { kind: 'edit', notifier: undefined, back: () => this.renderRoot.querySelector<HTMLElement>('#add')?.focus() };
    }}>${words.say('add')}</button>`;
    const all = this._notifiers;
    if (!all) return this._problem ? html`` : html`<div class="card" aria-busy="true"><p class="visually-hidden">${words.say('loading')}</p>${[1, 2, 3].map(() => html`<div class="skeleton"></div>`)}</div>`;
    if (all.length === 0) return html`<div class="empty"><h3>${words.say('none')}</h3><p>${words.say('noneHint')}</p>${add}</div>`;
    const visible = this.#visible;
    const isNarrowed = this._query.trim() !== '' || this._platform !== '';
    const platforms = ['email', 'slack', 'rocket_chat', 'webhook'];
    return html`<div class="bar tools">
        <input class="grow" type="search" id="find" aria-label=${words.say('find')} placeholder=${words.say('find')} .value=${this._query} @input=${(event: Event) => (this._query = (event.target as HTMLInputElement).value)}>
        <select id="platform" aria-label=${words.say('platform')} @change=${(event: Event) => (this._platform = (event.target as HTMLSelectElement).value)}>
          <option value="" ?selected=${this._platform === ''}>${words.say('anyPlatform')}</option>
          ${platforms.map((name) => html`<option value=${name} ?selected=${this._platform === name}>${words.find(`platform.${name}`)}</option>`)}
        </select>
        <span class="quiet grow" id="count">${words.say(isNarrowed ? 'found' : 'count', { count: visible.length })}</span>${add}
      </div>
      ${visible.length === 0
        ? html`<div class="empty">${words.say('noneFound')}</div>`
        : html`<notifier-dashboard-list dir=${directionOf(words.locale)} .words=${words} .notifiers=${visible} .typeNames=${this._typeNames}
            .testKey=${this.baseUrl !== null || this.delivers || this.#hosts > 0 ? 'test' : 'showTest'} @row-action=${this.#onRow}></notifier-dashboard-list>`}`;
  }

  #drawDialog(words: Words): TemplateResult | typeof nothing {
    const dialog = this._dialog;
    if (!dialog) return nothing;
    const onCancel = (event: Event) => {
      event.preventDefault();
      if (dialog.kind === 'remove') this.#cancelRemove(dialog.position);
      else this.#close();
    };
    const name = short(dialog.notifier?.name ?? '');
    if (dialog.kind === 'remove') {
      return html`<dialog class="slim" role="alertdialog" aria-labelledby="dialog-title" aria-describedby="dialog-text" @cancel=${onCancel}><div class="box">
        <h2 id="dialog-title">${words.say('removeTitle', { name })}</h2>
        <p id="dialog-text">${words.say('removeText', { app: short(this._appInfo!.name) })}</p>
        <div class="bar end">
          <button type="button" class="button" autofocus @click=${() => this.#cancelRemove(dialog.position)}>${words.say('cancel')}</button>
          <button type="button" class="button primary danger" id="confirm" @click=${() => void this.#remove(dialog.notifier, dialog.position)}>${words.say('remove')}</button>
        </div></div></dialog>`;
    }
    if (dialog.kind === 'test') {
      return html`<dialog class="slim wide" aria-labelledby="dialog-title" @cancel=${onCancel}><div class="box">
        <h2 id="dialog-title">${words.say('testTitle', { name })}</h2>
        <notifier-dashboard-payload .words=${words} .delivery=${dialog.delivery}></notifier-dashboard-payload>
        <div class="bar end"><button type="button" class="button" autofocus @click=${() => this.#close()}>${words.say('close')}</button></div></div></dialog>`;
    }
    return html`<dialog aria-labelledby="dialog-title" @cancel=${onCancel}><div class="box">
      <h2 id="dialog-title">${dialog.notifier ? words.say('editTitle', { name }) : words.say('addTitle')}</h2>
      <notifier-dashboard-editor .words=${words} .workshop=${this._workshop} .notifier=${dialog.notifier} .save=${(draft: NotifierDraft) => this.#save(draft)} @editor-cancel=${() => this.#close()}></notifier-dashboard-editor>
    </div></dialog>`;
  }

  #cancelRemove(position: number): void {
    this._dialog = undefined;
    void this.updateComplete.then(() => this.#list?.focusRow(position, 'remove'));
  }

  #onEscape(event: KeyboardEvent): void {
    if (event.key === 'Escape' && this._toast && !this._dialog) this._toast = undefined;
  }

  #onTabKey(event: KeyboardEvent): void {
    const at = views.indexOf(this.view);
    const forward = directionOf(this.#words!.locale) === 'rtl' ? -1 : 1;
    const to = { ArrowRight: at + forward, ArrowLeft: at - forward, Home: 0, End: views.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.view = views[(to + views.length) % views.length]!;
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(`#tab-${this.view}`)?.focus());
  }
}

function short(name: string): string {
  return name.length > 80 ? `${name.slice(0, 79)}\u2026` : name;
}

/** What adds the same notifier once more. */
function draftOf(notifier: Notifier): NotifierDraft {
  const { name, platform_id, active, send_all_alerts, send_all_events, selected_event_ids, type_data } = notifier;
  return { name, platform_id, active, send_all_alerts, send_all_events, selected_event_ids, type_data };
}

define('notifier-dashboard', NotifierDashboard);
