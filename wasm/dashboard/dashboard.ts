// <notifier-dashboard>: see, change, preview and test an app's notifiers.

import type { Delivery, Engine, EventInput, Notifier, NotifierDraft } from 'notifier-wasm';
import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { LoggedDelivery } from './activity_log.js';
import type { BulkDone } from './bulk.js';
import { Refusal } from './client.js';
import { frame } from './dashboard_look.js';
import { define } from './define.js';
import type { DeliveryNote } from './delivery_note.js';
import type { Dialog, DialogActions, drawDialog } from './dialogs.js';
import type { AskDigest } from './held_back.js';
import type { DashboardEvents, NotifierDashboardElement, View } from './element.js';
import { isMuted, type NotifierList, type RowAction } from './list.js';
import { base } from './look.js';
import { Notices } from './notice.js';
import { ownPlatforms } from './own_platforms.js';
import { platforms } from './platforms.js';
import { NoApps, Session, type Engines, type Observer } from './session.js';
import { Words, directionOf, short, type Strings } from './strings.js';
import { Unreachable } from './transport.js';

const views: readonly View[] = ['notifiers', 'history', 'preview', 'why', 'activity', 'words'];

/** Which notifiers a choice of the list is for. */
const states: Readonly<Record<string, (notifier: Notifier) => boolean>> = { active: ({ active }) => active, inactive: ({ active }) => !active, switchedOff: ({ switched_off: off }) => off !== undefined, mutedNow: isMuted };

/** What is loaded later. */
const parts = {
  dialogs: () => import('./dialogs.js'),
  firstApp: () => import('./first_app.js'),
  editor: () => import('./editor.js'),
  glance: () => import('./glance.js'),
  bulk: () => import('./bulk.js'),
  history: () => import('./history.js'),
  preview: () => import('./preview.js'),
  why: () => import('./why.js'),
  activity: () => import('./activity.js'),
  words: () => import('./vocabulary.js'),
};

/** What {@link NotifierDashboardElement} promises. */
export class NotifierDashboard extends LitElement implements NotifierDashboardElement {
  static override styles = [base, frame];

  static override properties = {
    baseUrl: { attribute: 'base-url' }, app: {}, persist: {}, locale: {}, delivers: { type: Boolean }, view: { reflect: true }, place: {},
    strings: { attribute: false }, token: { attribute: false }, fetch: { attribute: false }, engine: { attribute: false },
    seed: { attribute: false }, _dialog: { state: true }, _query: { state: true }, _platform: { state: true }, _state: { state: true }, _given: { state: true },
  };

  declare baseUrl: string | null;
  declare app: string;
  declare persist: string | null;
  declare locale: string;
  declare delivers: boolean;
  declare view: View;
  declare place: string;
  declare strings: Strings;
  declare token: string;
  declare fetch: typeof globalThis.fetch | undefined;
  declare engine: Engine | undefined;
  declare seed: EventInput | undefined;
  declare private _dialog: Dialog | undefined;
  declare private _query: string;
  declare private _platform: string;
  declare private _state: string;
  /** An event that was chosen in the history, for the other views. */
  declare private _given: string;

  readonly #engines: Engines = {};
  readonly #notices = new Notices(() => this.requestUpdate());
  #session: Session | undefined;
  #words: Words | undefined;
  /** Listeners for `notifier-deliver`. */
  #hosts = 0;
  /** Why nothing can be kept, where that is so. */
  #unkept = '';
  /** Drawn once it is loaded. */
  #drawDialog: typeof drawDialog | undefined;
  #isOpening = false;
  /** The app was just made here. */
  #isFirst = false;
  #visible: { of?: readonly Notifier[] | undefined; query?: string; platform?: string; state?: string; notifiers: readonly Notifier[] } = { notifiers: [] };

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
    this._query = '';
    this._platform = this._state = this.place = this._given = '';
  }

  // ---- for hosts ----

  async reload(): Promise<void> {
    this.#session?.stop();
    this.#unkept = '';
    this.#session = new Session(
      {
        baseUrl: this.baseUrl, app: this.app, persist: this.persist, engine: this.engine, seed: this.seed,
        token: () => this.token, fetch: this.fetch ?? globalThis.fetch.bind(globalThis),
      },
      this.#engines,
      this.#observer,
    );
    this.requestUpdate();
    if (this.view === 'activity') void this.#session.loadDeliveries();
    await this.#session.start();
    if (this.#session.problem instanceof NoApps) await this.#loadParts();
  }

  async accept(event: EventInput): Promise<Delivery[]> {
    if (!this.#session) throw new Error('notifier-dashboard: not in a page');
    const deliveries = await this.#session.accept(event);
    // How it went is in the activity.
    for (const delivery of deliveries) this.#deliver(delivery)?.catch(() => undefined);
    return deliveries;
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
    this.#session?.stop();
    this.#notices.stop();
    this.#engines.mirror?.dispose();
    // The page's own engine holds what is not kept anywhere else: it goes with this element.
    delete this.#engines.mirror;
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (!views.includes(this.view)) this.view = 'notifiers';
    if (this.#words && !changed.has('locale') && !changed.has('strings')) return;
    const locale = this.locale || this.closest('[lang]')?.getAttribute('lang') || navigator.language;
    try {
      this.#words = new Words(locale, this.strings);
    } catch {
      this.#words = new Words('en', this.strings);
    }
    if (/^fr\b/i.test(this.#words.locale)) void this.#speakFrench();
  }

  /** Until it is there, and where it cannot be fetched, everything is said in English. */
  async #speakFrench(): Promise<void> {
    const { french, frenchNames } = await import('./strings_fr.js').catch(() => ({ french: {}, frenchNames: {} }));
    const { locale } = this.#words!;
    if (!/^fr\b/i.test(locale)) return;
    this.#words = new Words(locale, { ...french, ...frenchNames, ...this.strings });
    this.requestUpdate();
  }

  protected override updated(changed: PropertyValues): void {
    const restart = ['baseUrl', 'app', 'persist', 'engine', 'fetch', 'token'].find((name) => changed.has(name));
    if (restart && this.isConnected) queueMicrotask(() => void (restart === 'token' ? this.#again() : this.reload()));
    if (changed.has('_dialog')) this.#isOpening = true;
    const dialog = this.#isOpening && this.renderRoot.querySelector('dialog');
    if (dialog) {
      this.#isOpening = false;
      if (!dialog.open) dialog.showModal();
    }
    if (changed.has('view') || changed.has('_dialog')) void this.#loadParts();
    // Where there is no room for all tabs, the one that is chosen is seen.
    const tab = changed.has('view') && this.renderRoot.querySelector<HTMLElement>(`#tab-${this.view}`);
    if (tab) tab.parentElement!.scrollLeft = tab.offsetLeft + (tab.offsetWidth - tab.parentElement!.clientWidth) / 2 - tab.parentElement!.offsetLeft;
    if (['view', 'place', 'app'].some((name) => changed.get(name) !== undefined)) this.#emit('notifier-view', { view: this.view, place: this.place, app: this.app });
  }

  /** Asks once more: a server that asked for another token goes on from where it was. */
  async #again(): Promise<void> {
    if (this.#session?.isLockedOut) await this.#session.renew();
    else await this.reload();
  }

  /** The parts that what is shown needs, and the first row did not. */
  async #loadParts(): Promise<void> {
    if (this.view === 'activity') void this.#session?.loadDeliveries();
    try {
      if (this.#session?.problem instanceof NoApps) await parts.firstApp();
      if (this._dialog && !this.#drawDialog) {
        ({ drawDialog: this.#drawDialog } = await parts.dialogs());
        this.requestUpdate();
      }
      if (this._dialog?.kind === 'edit') await parts.editor();
      if (this._dialog?.kind === 'glance') await parts.glance();
      if (this._dialog?.kind === 'bulk') await parts.bulk();
      if (this._dialog?.kind === 'test' || this.view === 'preview') await parts.preview();
      if (this.view === 'history') await parts.history();
      if (this.view === 'why') await parts.why();
      if (this.view === 'activity') await parts.activity();
      if (this.view === 'words') await parts.words();
    } catch (error) {
      this.#observer.failed(error);
    }
  }

  /** Has everything at hand before it is asked for: a server that goes away takes nothing with it that is needed here. */
  async #loadAll(): Promise<void> {
    await new Promise((resolve) => (globalThis.requestIdleCallback ?? setTimeout)(resolve));
    await Promise.all(Object.values(parts).map((load) => load().catch(() => undefined)));
  }

  readonly #observer: Observer = {
    changed: () => this.requestUpdate(),
    loaded: (count) => {
      this.#emit('notifier-loaded', { count });
      if (this.view === 'activity') void this.#session?.loadDeliveries();
      const isFirst = this.#isFirst;
      this.#isFirst = false;
      void this.updateComplete.then(() => {
        if (isFirst) this.renderRoot.querySelector<HTMLElement>('#add')?.focus();
        performance.mark('notifier-first-row');
        void this.#loadAll();
      });
    },
    failed: (error) => {
      const status = error instanceof Refusal ? error.status : undefined;
      this.#emit('notifier-error', { error, ...(status !== undefined && { status }) });
      // What is said above all else is not said once more.
      if (this.#session?.notifiers && error !== this.#session.problem) this.#notices.say(this.#explain(error), { isBad: true });
    },
    connected: (isConnected) => {
      this.#emit('notifier-connection', { connected: isConnected });
      if (isConnected) this.#say('connected');
    },
    unkept: (error) => {
      this.#emit('notifier-error', { error });
      this.#unkept = textOf(error);
    },
  };

  // ---- telling ----

  #emit<Name extends keyof DashboardEvents>(name: Name, detail: DashboardEvents[Name]['detail'], cancelable = false): boolean {
    return this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true, cancelable }));
  }

  #say(key: Parameters<Words['say']>[0], name = '', undo?: () => Promise<void>): void {
    this.#notices.say(this.#words!.say(key, { name: short(name) }), { ...(undo && { undo }) });
  }

  #explain(error: unknown): string {
    const words = this.#words!;
    if (error instanceof Unreachable) return words.say('unreachable');
    if (!(error instanceof Refusal)) return words.say('failed', { message: textOf(error) });
    if (error.isForWantOfToken) return words.say('unauthorized');
    if (error.status === 404 && !this.#session?.notifiers) return words.say('noApp');
    return words.say('refused', { message: error.message });
  }

  /** Tells that something a person asked for was not done. */
  #refused(error: unknown): void {
    const isLockout = error instanceof Refusal && error.isForWantOfToken;
    if (error instanceof Unreachable) this.#observer.failed(error);
    else if (!isLockout) {
      const status = error instanceof Refusal ? error.status : undefined;
      this.#emit('notifier-error', { error, ...(status !== undefined && { status }) });
    }
    const text = error instanceof Unreachable ? this.#words!.say('notDone') : isLockout ? this.#words!.say('lockedOut') : this.#explain(error);
    this.#notices.say(text, { isBad: true });
  }

  // ---- doing ----

  readonly #addApp = async (name: string): Promise<void> => {
    const app = await this.#session!.addApp(name);
    this.#isFirst = true;
    this.#say('appAdded', app.name);
    if (this.app && this.app !== app.id) this.app = app.id;
    else await this.reload();
  };

  /** What an editor asks to have stored. */
  async #save(draft: NotifierDraft): Promise<void> {
    const dialog = this._dialog as Extract<Dialog, { kind: 'edit' }>;
    const session = this.#session!;
    if (dialog.notifier) {
      const { platform: _, platform_id: __, ...patch } = draft;
      const notifier = await session.update(dialog.notifier.id, patch);
      this.#emit('notifier-updated', { notifier });
      this.#say('saved', notifier.name);
    } else {
      const notifier = await session.add(draft);
      this.#emit('notifier-added', { notifier });
      this.#say('added', notifier.name);
      dialog.back = () => {
        this._query = this._platform = this._state = '';
        void this.#focusRow(notifier.id, 'edit');
      };
    }
    this.#close();
  }

  get #list(): NotifierList | null {
    return this.renderRoot.querySelector<NotifierList>('notifier-dashboard-list');
  }

  /** Puts the focus on a button of a notifier's row. */
  async #focusRow(id: string, action: RowAction): Promise<void> {
    await this.updateComplete;
    await this.#list?.updateComplete;
    await this.#list?.focusRow(this.#shown.findIndex((notifier) => notifier.id === id), action);
  }

  #close(): void {
    const dialog = this._dialog;
    this._dialog = undefined;
    if (dialog) void this.updateComplete.then(() => dialog.back());
  }

  async #remove(notifier: Notifier, position: number): Promise<void> {
    this._dialog = undefined;
    const session = this.#session!;
    try {
      const undo = await session.remove(notifier);
      this.#emit('notifier-removed', { notifier });
      this.#say('removed', notifier.name, async () => {
        try {
          const restored = await undo();
          this.#emit('notifier-restored', { notifier: restored });
          this.#say(restored.id === notifier.id ? 'restored' : notifier.type === 'webhook' ? 'restoredUnsigned' : 'restoredAnew', notifier.name);
          await this.#focusRow(restored.id, 'remove');
        } catch (error) {
          this.#refused(error);
          await this.#focusAt(position);
        }
      });
    } catch (error) {
      this.#refused(error);
    }
    await this.#focusAt(position);
  }

  /** The focus goes to the row that is now at a position, the row before, or what adds one. */
  async #focusAt(position: number): Promise<void> {
    await this.updateComplete;
    await this.#list?.updateComplete;
    if (!(await this.#list?.focusRow(Math.min(position, this.#shown.length - 1), 'remove'))) this.renderRoot.querySelector<HTMLElement>('#add')?.focus();
  }

  async #test(notifier: Notifier, back: () => void): Promise<void> {
    const session = this.#session!;
    let isTold = false;
    const told = (note: DeliveryNote) => {
      isTold ||= note.status !== 'pending';
      if (isTold) this.#tellTest(notifier.name, note);
    };
    try {
      const delivery = await session.test(notifier, told);
      this.#emit('notifier-tested', { notifier });
      const sent = delivery && session.isInPage ? this.#deliver(delivery) : Promise.resolve();
      if (!sent) {
        this._dialog = { kind: 'test', notifier, delivery: delivery!, back };
        return;
      }
      await sent;
      if (!isTold) this.#say('tested', notifier.name);
    } catch (error) {
      if (error instanceof Unreachable || (error instanceof Refusal && error.isForWantOfToken)) return this.#refused(error);
      this.#emit('notifier-error', { error });
      this.#notices.say(this.#words!.say('testFailed', { name: short(notifier.name), message: textOf(error) }), { isBad: true });
    }
  }

  /** What came of a test that a server sent. */
  #tellTest(of: string, { status, reason, until }: DeliveryNote): void {
    const words = this.#words!;
    const name = short(of);
    if (status === 'delivered') return this.#say('testDelivered', of);
    const message = short(reason, 200) || (words.find(`delivery.${status}`) ?? short(status));
    const isAgain = status === 'retrying' && until !== undefined;
    this.#notices.say(isAgain ? words.say('testWaits', { name, message, time: words.moment(until) }) : words.say('testFailed', { name, message }), { isBad: true, stays: true });
  }

  /** Hands a delivery to the host; undefined where nobody takes it. */
  #deliver(delivery: Delivery): Promise<void> | undefined {
    const session = this.#session!;
    let result: Promise<unknown> = Promise.resolve();
    const isOurs = this.#emit('notifier-deliver', { delivery, respondWith: (given) => (result = Promise.resolve(given)) }, true);
    if (isOurs) {
      session.note(delivery, 'shown');
      return undefined;
    }
    return result.then(
      () => session.note(delivery, 'delivered'),
      (error: unknown) => {
        session.note(delivery, 'dead', textOf(error));
        throw error;
      },
    );
  }

  /** Sends once more what had failed. */
  async #sendAgain(failed: LoggedDelivery): Promise<void> {
    try {
      const delivery = await this.#session!.retry(failed);
      if (delivery) await this.#deliver(delivery);
      this.#emit('notifier-retried', { notifierId: failed.notifier_id, idempotencyKey: failed.idempotency_key });
      this.#say('sentAgain', failed.notifier_name);
    } catch (error) {
      this.#refused(error);
    }
  }

  async #toggle({ id, active }: Notifier): Promise<void> {
    try {
      const notifier = await this.#session!.update(id, { active: !active });
      this.#emit('notifier-updated', { notifier });
      this.#say(notifier.active ? 'nowActive' : 'nowInactive', notifier.name);
    } catch (error) {
      this.#refused(error);
    }
  }

  #onRow(event: CustomEvent<{ action: RowAction; notifier: Notifier; position: number }>): void {
    const { action, notifier, position } = event.detail;
    const back = () => void this.#focusRow(notifier.id, action);
    if (action === 'toggle') void this.#toggle(notifier);
    else if (action === 'test') void this.#test(notifier, back);
    else if (action === 'edit') this._dialog = { kind: 'edit', notifier, back };
    else if (action === 'show') this._dialog = { kind: 'glance', notifier, back };
    else this._dialog = { kind: 'remove', notifier, position, back };
  }

  #tellOf({ text, isBad, event, notifiers, undo }: BulkDone): void {
    for (const notifier of notifiers) this.#emit(event, { notifier });
    this.#notices.say(text, { isBad, ...(undo && notifiers.length > 0 && { undo: () => undo().then((done) => this.#tellOf(done), (error: unknown) => this.#refused(error)) }) });
  }

  /** For the notifier whose form is open: the same as long as it is. */
  #digest: { of: Notifier; ask: AskDigest } | undefined;

  readonly #dialogActions: DialogActions = {
    digest: (notifier) => {
      const session = this.#session!;
      if (session.isInPage) return undefined;
      const ask: AskDigest = (expected, method) => session.ask(expected, method, `/notifiers/${encodeURIComponent(notifier.id)}/digest`);
      return (this.#digest?.of === notifier ? this.#digest : (this.#digest = { of: notifier, ask })).ask;
    },
    close: () => this.#close(),
    save: (draft) => this.#save(draft),
    remove: (notifier, position) => void this.#remove(notifier, position),
    session: () => this.#session!,
    open: (dialog) => (this._dialog = dialog),
    go: (place) => {
      this._dialog = undefined;
      this.view = 'history';
      this.place = place;
    },
    updated: (notifier) => this.#emit('notifier-updated', { notifier }),
    done: (done) => {
      this.#close();
      this.#tellOf(done);
    },
  };

  // ---- drawing ----

  /** The notifiers that are looked for: the same array as long as they are the same. */
  get #shown(): readonly Notifier[] {
    const of = this.#session?.notifiers;
    const query = this._query.trim().toLocaleLowerCase();
    const { _platform: platform, _state: state } = this;
    const known = this.#visible;
    if (known.of !== of || known.query !== query || known.platform !== platform || known.state !== state) {
      const all = of ?? [];
      const isAll = query === '' && platform === '' && state === '';
      // By what of it is shown: names, addresses and the like.
      const fits = (one: Notifier) => (platform === '' || one.type === platform) && (states[state]?.(one) ?? true) && [one.name, ...Object.values(one.type_data ?? {})].flat().join('\n').toLocaleLowerCase().includes(query);
      this.#visible = { of, query, platform, state, notifiers: isAll ? all : all.filter(fits) };
    }
    return this.#visible.notifiers;
  }

  protected override render(): TemplateResult {
    const words = this.#words!;
    const { apps = [], app: info, problem, engineProblem } = this.#session ?? {};
    const isFresh = problem instanceof NoApps;
    const app = isFresh ? '' : short(info?.name ?? this.app);
    return html`<div class="all" dir=${directionOf(words.locale)} lang=${words.locale} @keydown=${this.#onKey} @focusout=${(event: Event) => this.#notices.left(event)}>
      <div class="bar head">
        <h2>${app ? words.say('heading', { app }) : words.say('view.notifiers')}</h2>
        ${apps.length > (info ? 1 : 0) ? html`<label class="bar"><span class="label">${words.say('app')}</span>
          <select id="app" @change=${(event: Event) => (this.app = (event.target as HTMLSelectElement).value)}>
            ${info ? nothing : html`<option value="" selected>${words.say('chooseApp')}</option>`}
            ${apps.map(({ id, name }) => html`<option value=${id} ?selected=${id === info?.id}>${short(name)}</option>`)}
          </select></label>` : nothing}
      </div>
      ${problem && !isFresh ? html`<div class="notice bad"><span>${this.#explain(problem)}</span>
        <button type="button" class="button small" id="retry" @click=${() => void this.#again()}>${words.say('retry')}</button></div>` : nothing}
      ${engineProblem && !problem ? html`<div class="notice bad">${words.say('engineFailed', { message: engineProblem })}</div>` : nothing}
      ${this.#unkept ? html`<div class="notice bad" role="alert">${words.say('unkept', { message: this.#unkept })}</div>` : nothing}
      ${isFresh ? html`<notifier-dashboard-first-app .words=${words} .name=${this.app} .add=${this.#addApp}></notifier-dashboard-first-app>` : html`<div role="tablist" aria-label=${words.say('views')} @keydown=${this.#onTabKey}>
        ${views.map((view) => html`<button type="button" role="tab" id="tab-${view}" aria-controls="panel" aria-selected=${view === this.view} tabindex=${view === this.view ? 0 : -1}
          @click=${() => (this.view = view)}>${words.say(`view.${view}`)}</button>`)}
      </div>
      <div role="tabpanel" id="panel" aria-labelledby="tab-${this.view}">${this.#panel(words)}</div>`}
      <div role="status" class="visually-hidden">${this.#notices.announced}</div>
      ${this.#notices.draw(words)}
      ${this._dialog && this.#drawDialog ? this.#drawDialog(this._dialog, words, app, this.#session?.workshop, this.#session?.log.past ?? [], this.#session?.logged ?? 0, this.#dialogActions) : nothing}
    </div>`;
  }

  #panel(words: Words): TemplateResult {
    const session = this.#session;
    const waiting = html`<p class="quiet">${words.say('loading')}</p>`;
    switch (this.view) {
      case 'preview':
        return session?.workshop ? html`<notifier-dashboard-preview .words=${words} .workshop=${session.workshop} .past=${session.log.past} .given=${this._given} .notifiers=${session.notifiers ?? []}></notifier-dashboard-preview>` : waiting;
      case 'why':
        return session?.workshop ? html`<notifier-dashboard-why .words=${words} .workshop=${session.workshop} .past=${session.log.past} .given=${this._given}></notifier-dashboard-why>` : waiting;
      case 'history':
        return session?.notifiers ? html`<notifier-dashboard-history .words=${words} .session=${session} .version=${session.logged} .place=${this.place}
          @place=${(event: CustomEvent<string>) => (this.place = event.detail)} @told=${(event: CustomEvent<string>) => this.#notices.say(event.detail)} @untold=${(event: CustomEvent<unknown>) => this.#refused(event.detail)}
          @event-for=${(event: CustomEvent<{ view: View; json: string }>) => ((this.view = event.detail.view), (this._given = event.detail.json))}></notifier-dashboard-history>` : waiting;
      case 'words':
        return session?.workshop ? html`<notifier-dashboard-words .words=${words} .session=${session} .workshop=${session.workshop} .place=${this.place} @place=${(event: CustomEvent<string>) => (this.place = event.detail)}
          @told=${(event: CustomEvent<string>) => this.#notices.say(event.detail)} @untold=${(event: CustomEvent<unknown>) => this.#refused(event.detail)}></notifier-dashboard-words>` : waiting;
      case 'activity':
        return session ? html`<notifier-dashboard-activity .words=${words} .log=${session.log} .version=${session.logged} .live=${session.live}
          @place=${(event: CustomEvent<string>) => ((this.view = 'history'), (this.place = event.detail))} @send-again=${(event: CustomEvent<LoggedDelivery>) => void this.#sendAgain(event.detail)}></notifier-dashboard-activity>` : waiting;
      default:
        return this.#drawNotifiers(words);
    }
  }

  #drawNotifiers(words: Words): TemplateResult {
    const { notifiers: all, problem, typeNames } = this.#session ?? {};
    const add = html`<button type="button" class="button primary" id="add" ?disabled=${!all} @click=${() => {
      this._dialog = { kind: 'edit', notifier: undefined, back: () => this.renderRoot.querySelector<HTMLElement>('#add')?.focus() };
    }}>${words.say('add')}</button>`;
    if (!all) return problem ? html`` : html`<div class="card" aria-busy="true"><p class="visually-hidden">${words.say('loading')}</p>${[1, 2, 3].map(() => html`<div class="skeleton"></div>`)}</div>`;
    if (all.length === 0) return html`<div class="empty"><h3>${words.say('none')}</h3><p>${words.say('noneHint')}</p>${add}</div>`;
    const shown = this.#shown;
    const isNarrowed = this._query.trim() !== '' || this._platform + this._state !== '';
    return html`<div class="bar tools">
        <input class="grow" type="search" id="find" dir="auto" aria-label=${words.say('find')} placeholder=${words.say('find')} .value=${this._query} @input=${(event: Event) => (this._query = (event.target as HTMLInputElement).value)}>
        <select id="platform" aria-label=${words.say('platform')} .value=${this._platform} @change=${(event: Event) => (this._platform = (event.target as HTMLSelectElement).value)}>
          <option value="" ?selected=${this._platform === ''}>${words.say('anyPlatform')}</option>
          ${[...platforms.map((name) => ({ name })), ...ownPlatforms()].map(({ name, display_name: shown = name }: { name: string; display_name?: string }) => html`<option value=${name} ?selected=${this._platform === name}>${words.find(`platform.${name}`) ?? short(shown)}</option>`)}
        </select>
        <select id="state" aria-label=${words.say('state')} .value=${this._state} @change=${(event: Event) => (this._state = (event.target as HTMLSelectElement).value)}>
          <option value="" ?selected=${this._state === ''}>${words.say('anyState')}</option>
          ${Object.keys(states).map((name) => html`<option value=${name} ?selected=${this._state === name}>${words.find(name)}</option>`)}
        </select>
        <span class="quiet grow" id="count" role="status"><bdi>${words.say(isNarrowed ? 'found' : 'count', { count: shown.length })}</bdi></span>${add}
      </div>
      ${shown.length === 0
        ? html`<div class="empty">${words.say('noneFound')}</div>`
        : html`<notifier-dashboard-list dir=${directionOf(words.locale)} .words=${words} .notifiers=${shown} .typeNames=${typeNames}
            .testKey=${this.baseUrl !== null || this.delivers || this.#hosts > 0 ? 'test' : 'showTest'} @row-action=${this.#onRow}></notifier-dashboard-list>
          ${shown.length > 1 ? html`<div class="bar end"><button type="button" class="button" id="bulk" @click=${() => {
              this._dialog = { kind: 'bulk', notifiers: shown, back: () => this.renderRoot.querySelector<HTMLElement>('#bulk, #add')?.focus() };
            }}>${words.say('bulk')}</button></div>` : nothing}`}`;
  }

  #onKey(event: KeyboardEvent): void {
    if (this._dialog || event.defaultPrevented) return;
    const [target] = event.composedPath();
    const isTyping = target instanceof HTMLElement && target.matches('input, textarea, select');
    if (event.key === 'Escape') this.#notices.close();
    else if (event.key.toLowerCase() === 'z' && (event.ctrlKey || event.metaKey) && !event.shiftKey && !isTyping && this.#notices.undo) {
      event.preventDefault();
      void this.#notices.runUndo();
    }
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

const textOf = (error: unknown) => (error instanceof Error ? error.message : String(error)).slice(0, 300);

define('notifier-dashboard', NotifierDashboard);
