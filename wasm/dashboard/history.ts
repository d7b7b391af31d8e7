// Events and deliveries of before: lists to be narrowed, each entry with all that is known of it, and with an address of its own.

import type { Explained } from 'notifier-wasm';
import { LitElement, css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { Refusal } from './client.js';
import { define } from './define.js';
import { find, kept, type Asked, type KeptDelivery, type KeptEvent } from './history_source.js';
import { platformSign } from './icons.js';
import { base } from './look.js';
import { rows } from './rows.js';
import type { Session } from './session.js';
import { sentence, short, type Words } from './strings.js';
import './more_platforms.js';
import './view_words.js';

const states = ['pending', 'held', 'delivered', 'dead', 'grouped'];
const hour = 3_600_000;
const spans = { lastHour: hour, lastDay: 24 * hour, lastWeek: 7 * 24 * hour } as const;
/** However fast things happen, what is shown is read anew no more often, in milliseconds. */
const patience = 1_000;

type What = 'events' | 'deliveries';

/** Fires `place` with where one is, `told` with what was done, `untold` with why something was not, and `event-for` with another view and an event. */
export class NotifierHistory extends LitElement {
  static override styles = [base, css`
    .all, .part { display: grid; gap: 0.9rem; grid-template-columns: minmax(0, 1fr); } .part { gap: 0.5rem; }
    .space { justify-content: space-between; }
    .filters { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(9.5rem, 100%), 1fr)); gap: 0.5rem 0.75rem; align-items: end; }
    li:not(.attempt) { border-block-end: 1px solid var(--n-line); } li:last-child { border-block-end: 0; }
    .row { display: grid; grid-template-columns: auto minmax(0, 1fr) auto; gap: 0.15rem 0.9rem; align-items: center; inline-size: 100%; padding: 0.6rem 1rem; border: 0; background: none; text-align: start; cursor: pointer; }
    .row:hover { background: var(--n-raised); } .row:focus-visible { outline-offset: -3px; }
    .row .badge { grid-row: span 2; } .row.plain { grid-template-columns: minmax(0, 1fr) auto; }
    .row > :nth-child(n + 4) { grid-column: 2 / -1; } .row.plain > :nth-child(n + 3) { grid-column: 1 / -1; }
    div.row { cursor: default; } div.row:hover { background: none; }
    .name { font-weight: 600; overflow-wrap: anywhere; }
    time { color: var(--n-quiet); font-size: 0.875rem; font-variant-numeric: tabular-nums; white-space: nowrap; }
    .bad { color: var(--n-danger); } .good { color: var(--n-good); } .wait { color: var(--n-warn); }
    dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 0.3rem 1rem; margin: 0; padding: 0.9rem 1rem; } dd { margin: 0; overflow-wrap: anywhere; } dt { color: var(--n-quiet); }
    .attempt { display: grid; gap: 0.35rem; padding: 0.7rem 1rem; border-block-end: 1px solid var(--n-line); grid-template-columns: minmax(0, 1fr); }
    pre { margin: 0; padding: 0.7rem 0.9rem; overflow: auto; max-block-size: 28rem; background: var(--n-raised); border-radius: calc(var(--n-radius) - 2px); white-space: pre-wrap; overflow-wrap: anywhere; }
    h3 { min-inline-size: 0; overflow-wrap: anywhere; } h3:focus-visible { outline-offset: 4px; } .status { justify-self: start; }
    @container notifiers (max-width: 34rem) { .row time { grid-column: 2 / -1; } .row.plain time { grid-column: 1 / -1; } .row > .status { grid-column: 2 / -1; } dl { grid-template-columns: minmax(0, 1fr); } dd + dt { margin-block-start: 0.35rem; } }
  `];
  static override properties = {
    words: { attribute: false }, session: { attribute: false }, version: { attribute: false }, place: { attribute: false },
    _items: { state: true }, _one: { state: true }, _next: { state: true }, _text: { state: true }, _problem: { state: true },
  };

  declare words: Words;
  declare session: Session;
  /** Moves when something has happened. */
  declare version: number;
  /** As NotifierDashboardElement has it. */
  declare place: string;
  declare private _items: (KeptEvent | KeptDelivery)[] | undefined;
  declare private _one: { event?: KeptEvent; delivery?: KeptDelivery; told?: KeptDelivery[]; explained?: Explained } | undefined;
  declare private _next: string | null;
  declare private _text: string;
  /** Why there is nothing to be seen. */
  declare private _problem: 'keepsNone' | 'gone' | '';
  #reading = 0;
  #paced: ReturnType<typeof setTimeout> | undefined;
  #focusAt = '';

  constructor() {
    super();
    this._text = this._problem = '';
    this._next = null;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#paced);
  }

  // ---- where one is ----

  get #asked(): { what: What; id: string; query: URLSearchParams } {
    const [path = '', query = ''] = this.place.split('?');
    const [what, id = ''] = path.split('/');
    return { what: what === 'events' ? 'events' : 'deliveries', id: decodeURIComponent(id), query: new URLSearchParams(query) };
  }

  #go(place: string): void {
    this.dispatchEvent(new CustomEvent('place', { detail: place }));
  }

  #open(what: What, id: string): void {
    this.#go(`${what}/${encodeURIComponent(id)}`);
  }

  #narrow(name: string, value: string): void {
    const { what, query } = this.#asked;
    if (value === '') query.delete(name);
    else query.set(name, value);
    const text = String(query);
    this.#go(text === '' ? what : `${what}?${text}`);
  }

  // ---- coming to know ----

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('place') || changed.has('session')) {
      this.#focusAt = this.hasUpdated && changed.has('place') ? this.#entryOf(String(changed.get('place') ?? '')) : '';
      if (this.#asked.id === '' && changed.has('place') && this._one !== undefined) this._one = undefined;
      this._items = this._one = undefined;
      this._next = null;
      this._problem = '';
      void this.#read();
    } else if (changed.has('version') && (this._items !== undefined || this._one !== undefined)) {
      this.#paced ??= setTimeout(() => {
        this.#paced = undefined;
        void this.#read();
      }, patience);
    }
  }

  /** What of a list has to do with a place: that has the focus when one comes back. */
  #entryOf(place: string): string {
    return place.includes('/') ? decodeURIComponent(place.slice(place.indexOf('/') + 1)) : '';
  }

  protected override updated(changed: PropertyValues): void {
    if ((!changed.has('_one') && !changed.has('_items')) || this.shadowRoot?.activeElement) return;
    if (this._one !== undefined && this.#asked.id !== '' && changed.get('_one') === undefined) this.renderRoot.querySelector<HTMLElement>('#what')?.focus();
    else if (this._items !== undefined && this.#focusAt !== '') {
      this.renderRoot.querySelector<HTMLElement>(`[data-id='${CSS.escape(this.#focusAt)}']`)?.focus();
      this.#focusAt = '';
    }
  }

  async #read(more = false): Promise<void> {
    const reading = ++this.#reading;
    const { what, id, query } = this.#asked;
    try {
      if (id !== '') {
        const one = await this.#readOne(what, id);
        if (reading === this.#reading) this._one = one;
        return;
      }
      const asked: Asked = { what, query, text: this._text, cursor: more ? this._next : null };
      const { items, next } = await find(this.session, asked);
      if (reading !== this.#reading) return;
      this._items = more ? [...(this._items ?? []), ...items] : items;
      this._next = next;
    } catch (error) {
      if (reading !== this.#reading) return;
      if (!(error instanceof Refusal) || error.isForWantOfToken) return;
      this._problem = id === '' ? 'keepsNone' : 'gone';
      this._items = [];
    }
  }

  async #readOne(what: What, id: string): Promise<NonNullable<typeof this._one>> {
    if (what === 'deliveries') return { delivery: await kept.delivery(this.session, id) };
    const event = await kept.event(this.session, id);
    const [explained, told] = await Promise.all([kept.explain(this.session, event.json), kept.told(this.session, id)]);
    return { event, ...(explained && { explained }), ...(told && { told }) };
  }

  // ---- doing ----

  async #do(work: () => Promise<string>): Promise<void> {
    try {
      const done = await work();
      this.dispatchEvent(new CustomEvent('told', { detail: done }));
    } catch (error) {
      this.dispatchEvent(new CustomEvent('untold', { detail: error }));
    }
    // The server has taken it; how it goes on is seen soon.
    this.#paced ??= setTimeout(() => {
      this.#paced = undefined;
      void this.#read();
    }, 300);
  }

  #act(id: string, what: 'retry' | 'cancel'): void {
    void this.#do(async () => {
      await this.session.ask(202, 'POST', `/deliveries/${encodeURIComponent(id)}/${what}`);
      return this.words.say(what === 'retry' ? 'againOne' : 'withdrawn');
    });
  }

  #sendAll(): void {
    void this.#do(async () => {
      const { query } = this.#asked;
      const filter = Object.fromEntries([...query].filter(([name]) => ['since', 'notifier_id', 'type'].includes(name)));
      let count = 0;
      for (let more = true; more; ) {
        const answer = await this.session.ask<{ deliveries: number; more: boolean }>(202, 'POST', '/deliveries/retry', { ...filter, status: 'dead' });
        count += answer.deliveries;
        more = answer.more && answer.deliveries > 0 && count < 20_000;
      }
      return this.words.say('againCount', { count });
    });
  }

  #use(view: 'preview' | 'why', json: string): void {
    this.dispatchEvent(new CustomEvent('event-for', { detail: { view, json } }));
  }

  // ---- drawing ----

  protected override render(): TemplateResult {
    const { what, id } = this.#asked;
    const { words } = this;
    const back = html`<button type="button" class="button small" id="back" @click=${() => this.#go(what)}>\u2039 ${words.say('backTo', { list: this.#nameOf(what) })}</button>`;
    if (id !== '') {
      if (this._problem) return html`<div class="all"><div class="bar">${back}</div><div class="empty">${words.say(this._problem)}</div></div>`;
      const { event, delivery } = this._one ?? {};
      return html`<div class="all"><div class="bar">${back}</div>${event ? this.#drawEvent(event) : delivery ? this.#drawDelivery(delivery) : html`<p class="quiet">${words.say('loading')}</p>`}</div>`;
    }
    const tab = (name: What) => html`<button type="button" class="button small" id="show-${name}" aria-pressed=${name === what} @click=${() => this.#go(name)}>${this.#nameOf(name)}</button>`;
    return html`<div class="all"><div class="bar space"><span class="bar">${tab('deliveries')}${tab('events')}</span>${what === 'deliveries' ? this.#drawAll() : nothing}</div>
      ${this.#drawFilters(what)}${this.#drawList(what)}</div>`;
  }

  #nameOf(what: What): string {
    return this.words.say(what === 'events' ? 'history.events' : 'deliveries');
  }

  #drawAll(): TemplateResult | typeof nothing {
    const { query } = this.#asked;
    if (query.get('status') !== 'dead' || this._text !== '' || !this._items?.length || this.session.isInPage) return nothing;
    return html`<button type="button" class="button small" id="again-all" @click=${() => this.#sendAll()}>${this.words.say('againAll')}</button>`;
  }

  #drawFilters(what: What): TemplateResult {
    const { words } = this;
    const { query } = this.#asked;
    const given = (name: string) => query.get(name) ?? '';
    const select = (name: string, label: string, any: string, options: readonly (readonly [string, string])[]) => {
      const value = given(name);
      const all = value === '' || options.some(([one]) => one === value) ? options : [...options, [value, value] as const];
      return html`<div class="field"><label for=${name}>${label}</label><select id=${name} @change=${(event: Event) => this.#narrow(name, (event.target as HTMLSelectElement).value)}>
        <option value="" ?selected=${value === ''}>${any}</option>${all.map(([one, text]) => html`<option value=${one} ?selected=${one === value}>${text}</option>`)}</select></div>`;
    };
    const kinds = (this.session.workshop?.catalogue.event_kinds ?? []).map(({ type }) => [type, this.#kind(type)] as const);
    const since = given('since');
    const times = Object.entries(spans).map(([key, ms]) => [new Date(Math.floor((Date.now() - ms) / 60_000) * 60_000).toISOString(), words.say(key as keyof typeof spans)] as const);
    const chosen = since !== '' && !times.some(([time]) => time === since) ? [[since, words.say('sinceTime', { time: words.moment(Date.parse(since)) })] as const] : [];
    return html`<div class="filters">
      ${what === 'deliveries' ? html`${select('status', words.say('outcome'), words.say('anyOutcome'), states.map((state) => [state, words.find(`delivery.${state}`) ?? state] as const))}
        ${select('notifier_id', words.say('notifier'), words.say('anyNotifier'), (this.session.notifiers ?? []).slice(0, 500).map(({ id, name }) => [id, short(name)] as const))}` : nothing}
      ${select('type', words.say('kind'), words.say('anyKind'), kinds)}
      ${select('since', words.say('since'), words.say('always'), [...times, ...chosen])}
      <div class="field"><label for="search">${words.say('search')}</label><input type="search" id="search" dir="auto" .value=${this._text} @change=${(event: Event) => {
        this._text = (event.target as HTMLInputElement).value.trim();
        void this.#read();
      }}></div></div>`;
  }

  #drawList(what: What): TemplateResult {
    const { words, _items: items } = this;
    if (items === undefined) return html`<p class="quiet">${words.say('loading')}</p>`;
    if (items.length === 0 && this._next === null) return html`<div class="empty">${words.say(this._problem || (what === 'events' ? 'noEvent' : 'noDelivery'))}</div>`;
    return html`<ul class="card">${rows(items, (item) => ('notifier_id' in item ? `${item.id}|${item.notifier_id}` : item.key), (item) => html`<li>${'notifier_id' in item ? this.#row(item) : this.#eventRow(item)}</li>`)}</ul>
      ${this._next === null ? nothing : html`<button type="button" class="button" id="more" @click=${() => void this.#read(true)}>${words.say('moreOf')}</button>`}`;
  }

  #kind(type: string): string {
    return this.words.find(`kind.${type}`) ?? sentence(type);
  }

  #time(at: number): TemplateResult {
    return html`<time datetime=${new Date(at).toISOString()}>${this.words.moment(at)}</time>`;
  }

  #nameOfNotifier({ notifier_id: id, notifier_name: name }: KeptDelivery): string {
    return short(name || (this.session.notifiers?.find((notifier) => notifier.id === id)?.name ?? id), 120);
  }

  #state({ state }: KeptDelivery): TemplateResult {
    return html`<span class="pill status ${state === 'delivered' ? 'good' : state === 'dead' ? 'bad' : ''}">${this.words.find(`delivery.${state}`) ?? short(state)}</span>`;
  }

  /** @param ofEvent whether it stands with its event: then it says nothing of that */
  #row(delivery: KeptDelivery, ofEvent = false): TemplateResult {
    const { words } = this;
    const last = delivery.attempts.at(-1);
    const why = delivery.state === 'delivered' || !last ? '' : [last.status, last.reason].filter(Boolean).join(' ');
    return html`<button type="button" class="row" data-id=${delivery.id} @click=${() => this.#open('deliveries', delivery.id)}>${platformSign(delivery.platform)}
      <span class="name"><bdi>${this.#nameOfNotifier(delivery)}</bdi></span>${this.#state(delivery)}
      <span class="quiet">${ofEvent ? nothing : html`${this.#kind(delivery.event_type)} \u00b7 `}${this.#time(delivery.at)}${why ? html` \u00b7 ${short(why, 200)}` : nothing}${delivery.next !== undefined ? html` \u00b7 ${words.say('nextAt')} ${words.moment(delivery.next)}` : nothing}</span></button>`;
  }

  #eventRow({ id, key, type, at, who, json }: KeptEvent): TemplateResult {
    const words = this.words;
    const text = html`<span class="name">${this.#kind(type)}</span>${this.#time(at)}<span class="quiet ellipsis">${who ? words.say('by', { who: short(who) }) : id}</span>`;
    return html`<button type="button" class="row plain" data-id=${id} @click=${() => (id ? this.#open('events', id) : this.#show({ id, key, type, at, who, json }))}>${text}</button>`;
  }

  /** One without an id has no address: what is known of it is shown all the same. */
  #show(event: KeptEvent): void {
    this.#go('events/%00');
    void this.updateComplete.then(async () => {
      ++this.#reading;
      this._problem = '';
      const explained = await kept.explain(this.session, event.json);
      this._one = { event, ...(explained && { explained }) };
    });
  }

  #drawEvent({ id, type, at, who, json }: KeptEvent): TemplateResult {
    const { words } = this;
    const { told, explained } = this._one!;
    const silent = explained?.notifiers.filter(({ receives }) => !receives) ?? [];
    return html`<div class="bar space"><h3 id="what" tabindex="-1">${this.#kind(type)}</h3><span class="bar">
        <button type="button" class="button small" id="preview-it" @click=${() => this.#use('preview', json)}>${words.say('previewIt')}</button>
        <button type="button" class="button small" id="why-it" @click=${() => this.#use('why', json)}>${words.say('whyIt')}</button></span></div>
      <p class="quiet">${this.#time(at)}${who ? html` \u00b7 ${words.say('by', { who: short(who) })}` : nothing}${id ? html` \u00b7 <span class="code">${short(id, 120)}</span>` : nothing}</p>
      ${told ? html`<section class="part" aria-labelledby="told"><h3 id="told">${words.say('whoWas')}</h3>
        ${told.length > 0 ? html`<ul class="card">${told.map((delivery) => html`<li>${this.#row(delivery, true)}</li>`)}</ul>` : html`<p class="quiet" id="nobody">${words.say('nobodyWas')}</p>`}</section>` : nothing}
      ${explained ? html`<section class="part" aria-labelledby="silent"><h3 id="silent">${words.say('whoIsNot')}</h3><p class="quiet">${words.say('whoIsNotHint')} ${explained.notifiers.length > 0 ? nothing : (words.find(`status.${explained.status}`) ?? explained.text)}</p>
        ${silent.length > 0 ? html`<ul class="card">${silent.slice(0, 200).map(({ notifier_id: one, notifier_name: name, platform, reason, text }) => html`<li data-reason=${reason} data-id=${one}><div class="row">${platformSign(platform)}
          <span class="name"><bdi>${short(name, 120)}</bdi></span><span class="pill status">${words.say('silent')}</span><span class="quiet">${words.find(`reason.${reason}`) ?? short(text, 300)}</span></div></li>`)}</ul>`
          : explained.notifiers.length > 0 ? html`<p class="quiet">${words.say('everybody')}</p>` : nothing}</section>` : nothing}
      <section class="part" aria-labelledby="payload"><h3 id="payload">${words.say('payload')}</h3><pre class="code" dir="ltr" tabindex="0">${pretty(json)}</pre></section>`;
  }

  #drawDelivery(delivery: KeptDelivery): TemplateResult {
    const { words } = this;
    const { id, event_id: event, event_type: type, at, next, ended, heldUntil, attempts, canRetry, canCancel } = delivery;
    return html`<div class="bar space"><h3 id="what" tabindex="-1"><bdi>${this.#nameOfNotifier(delivery)}</bdi></h3><span class="bar">${this.#state(delivery)}
        ${canRetry ? html`<button type="button" class="button small" id="again" @click=${() => this.#act(id, 'retry')}>${words.say('sendAgain')}</button>` : nothing}
        ${canCancel ? html`<button type="button" class="button small" id="withdraw" @click=${() => this.#act(id, 'cancel')}>${words.say('withdraw')}</button>` : nothing}</span></div>
      <dl class="card"><dt>${words.say('eventOf')}</dt><dd>${event ? html`<button type="button" class="button small" id="event" @click=${() => this.#open('events', event)}>${this.#kind(type)}</button>` : this.#kind(type)}</dd>
        <dt>${words.say('platform')}</dt><dd>${words.find(`platform.${delivery.platform}`) ?? delivery.platform}</dd>
        <dt>${words.say('created')}</dt><dd>${this.#time(at)}</dd>
        ${next === undefined ? nothing : html`<dt>${words.say('nextAt')}</dt><dd>${this.#time(next)}</dd>`}
        ${heldUntil === undefined ? nothing : html`<dt>${words.say('heldLimit')}</dt><dd>${this.#time(heldUntil)}</dd>`}
        ${ended === undefined ? nothing : html`<dt>${words.say('endedAt')}</dt><dd>${this.#time(ended)}</dd>`}</dl>
      <section class="part" aria-labelledby="attempts"><h3 id="attempts">${words.say('attempts')}</h3>
      ${attempts.length === 0 ? html`<p class="quiet">${canCancel ? words.say('noAttempt') : '\u2014'}</p>` : html`<ol class="card">${attempts.map(({ at: time, outcome, status, reason, reply, took, remaining, refused }, position) => html`<li class="attempt">
        <div class="bar space"><b>${words.say('attemptAt', { count: position + 1 })}</b>${time === undefined ? nothing : this.#time(time)}</div>
        <p><span class=${outcome === 'delivered' ? 'good' : /^(retry|throttle|postpone)$/.test(outcome) ? 'wait' : 'bad'}>${words.find(`outcome.${outcome}`) ?? outcome}</span>${status ? html` \u00b7 <span class="status-code">${status}</span>` : nothing}${took === undefined ? nothing : html` \u00b7 <span class="took">${spanOf(took, words.locale)}</span>`} \u00b7 <span class="reason">${short(reason, 400)}</span></p>
        ${remaining?.length || refused?.length ? html`<p class="quiet">${[...(remaining ?? []), ...(refused ?? [])].join(', ')}</p>` : nothing}
        ${reply ? html`<div class="part"><span class="label">${words.say('replied')}</span><pre class="code reply" dir="auto" tabindex="0" role="group" aria-label=${words.say('replied')}>${reply}</pre></div>` : nothing}</li>`)}</ol>`}</section>`;
  }
}

/** As "120 ms" and "3.4 sec". */
function spanOf(ms: number, locale: string): string {
  const [value, unit] = ms < 1000 ? [ms, 'millisecond'] : [ms / 1000, 'second'];
  return new Intl.NumberFormat(locale, { style: 'unit', unit, maximumFractionDigits: 1 }).format(value);
}

function pretty(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2).slice(0, 100_000);
  } catch {
    return json.slice(0, 100_000);
  }
}

define('notifier-dashboard-history', NotifierHistory);
