// The rows. However many notifiers there are, only those in sight are in the page.

import type { Notifier } from 'notifier-wasm';
import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import { define } from './define.js';
import { platformSign } from './icons.js';
import { base } from './look.js';
import { rows } from './rows.js';
import { short, type Words } from './strings.js';

/** What a row's buttons ask for. */
export type RowAction = 'show' | 'edit' | 'test' | 'remove' | 'toggle';

/** Up to so many rows the list is as long as it is; beyond, it scrolls within a frame. */
const mostUnframed = 60;
const spare = 5;

export class NotifierList extends LitElement {
  static override styles = [base, css`
    .scroller { max-block-size: min(70vh, 46rem); overflow: auto; overflow-anchor: none; }
    .framed { scrollbar-gutter: stable; }
    .row {
      display: grid; grid-template-columns: auto minmax(0, 1.2fr) minmax(0, 1fr) auto; gap: 0.25rem 0.9rem; align-items: center;
      padding: 0.7rem 1rem; border-block-end: 1px solid var(--n-line);
    }
    .row:last-of-type { border-block-end: 0; }
    .framed .row { block-size: 4.5rem; padding-block: 0; overflow: hidden; contain: strict; }
    .row:hover { background: var(--n-raised); }
    .buttons { display: flex; }
    .buttons .danger:not(:hover, :focus-visible) { color: var(--n-quiet); }
    .name { font-weight: 600; }
    .name bdi { display: block; } button.name { display: block; min-block-size: 1.5rem; max-inline-size: 100%; padding: 0; border: 0; background: none; cursor: pointer; text-align: start; } button.name:hover { text-decoration: underline; }
    .goes { display: flex; gap: 0.3em; min-inline-size: 0; white-space: nowrap; } .goes span { unicode-bidi: normal; } .goes bdi { min-inline-size: 0; }
    .off .name, .off .badge { opacity: 0.75; }
    .actions { display: flex; gap: 0.125rem; align-items: center; }
    .switch {
      appearance: none; inline-size: 2.375rem; block-size: 1.5rem; margin-inline-end: 0.375rem; padding: 0; border: 1px solid var(--n-control); border-radius: 99px;
      background: var(--n-raised); cursor: pointer; flex: none;
    }
    .switch::after { content: ''; display: block; inline-size: 1rem; block-size: 1rem; margin: 0 3px; border-radius: 50%; background: var(--n-control); }
    .switch[aria-checked='true'] { background: var(--n-accent); border-color: var(--n-accent); }
    .switch[aria-checked='true']::after { background: var(--n-on-accent); translate: 0.8rem 0; }
    :host([dir='rtl']) .switch[aria-checked='true']::after { translate: -0.8rem 0; }
    @media (forced-colors: active) { .switch::after { background: ButtonText; } .switch[aria-checked='true']::after { background: Highlight; } }
    @container notifiers (max-width: 44rem) {
      .row { grid-template-columns: auto minmax(0, 1fr) auto; padding-block: 0.8rem 0.5rem; }
      .framed .row { block-size: 9.25rem; padding-block: 0.75rem 0.25rem; align-content: start; }
      .actions { display: contents; }
      .sum { grid-column: 2 / -1; }
      .switch { grid-area: 1 / 3; margin: 0; }
      .buttons { grid-column: 2 / -1; flex-wrap: wrap; margin-inline-start: -0.6rem; }
    }
    @container notifiers (max-width: 24rem) {
      .buttons { grid-column: 1 / -1; }
      .buttons .button { padding-inline: 0.5rem; } .buttons .button:first-child { padding-inline-start: 0.6rem; }
      .framed .row { block-size: 11rem; }
    }
  `];

  static override properties = {
    notifiers: { attribute: false }, words: { attribute: false }, testKey: { attribute: false }, typeNames: { attribute: false }, first: { state: true },
  };

  declare notifiers: readonly Notifier[];
  declare words: Words;
  declare testKey: 'test' | 'showTest';
  declare typeNames: ReadonlyMap<string, string>;
  declare first: number;
  #rowHeight = 72;
  #height = 740;
  /** Position of the row that has the focus; it stays in the page wherever one scrolls to. */
  #focused = -1;
  #sizes: ResizeObserver | undefined;

  constructor() {
    super();
    this.notifiers = [];
    this.typeNames = new Map<string, never>();
    this.testKey = 'test';
    this.first = 0;
  }

  /** Puts the focus on a button of a row, and brings the row into sight. */
  async focusRow(position: number, action: RowAction): Promise<boolean> {
    if (position < 0 || position >= this.notifiers.length) return false;
    const scroller = this.#scroller;
    if (scroller && this.#framed) {
      const top = position * this.#rowHeight;
      if (top < scroller.scrollTop) scroller.scrollTop = top;
      else if (top + this.#rowHeight > scroller.scrollTop + scroller.clientHeight) scroller.scrollTop = top + this.#rowHeight - scroller.clientHeight;
      this.#look();
    }
    await this.updateComplete;
    const button = this.renderRoot.querySelector<HTMLElement>(`[data-position='${position}'] [data-action='${action}']`);
    button?.focus();
    return button !== null;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#sizes?.disconnect();
    this.#sizes = undefined;
  }

  get #scroller(): HTMLElement | null {
    return this.renderRoot.querySelector<HTMLElement>('.scroller');
  }

  get #framed(): boolean {
    return this.notifiers.length > mostUnframed;
  }

  #look(): void {
    const scroller = this.#scroller;
    if (!scroller) return;
    this.#height = scroller.clientHeight || this.#height;
    const first = Math.max(0, Math.floor(scroller.scrollTop / this.#rowHeight) - spare);
    // Steps of several rows: fewer renderings while one scrolls.
    this.first = first - (first % 4);
  }

  protected override updated(): void {
    const scroller = this.#scroller;
    if (!this.#framed || !scroller) return;
    for (const spacer of scroller.querySelectorAll<HTMLElement>('.spacer')) spacer.style.blockSize = `${Number(spacer.dataset['rows']) * this.#rowHeight}px`;
    if (!this.#sizes) {
      this.#sizes = new ResizeObserver(() => {
        const row = this.renderRoot.querySelector<HTMLElement>('.row');
        if (!row) return;
        const height = row.getBoundingClientRect().height;
        if (height > 0 && Math.abs(height - this.#rowHeight) > 0.5) {
          this.#rowHeight = height;
          this.requestUpdate();
        }
        this.#look();
      });
      this.#sizes.observe(this);
    }
  }

  protected override render(): TemplateResult {
    const { notifiers } = this;
    const framed = this.#framed;
    const first = framed ? Math.min(this.first, notifiers.length - 1) : 0;
    const end = framed ? Math.min(notifiers.length, first + Math.ceil(this.#height / this.#rowHeight) + 2 * spare + 4) : notifiers.length;
    const shown = Array.from({ length: end - first }, (_, offset) => first + offset);
    let above = first;
    let below = notifiers.length - end;
    const kept = this.#focused;
    const before = framed && kept >= 0 && kept < first;
    const after = framed && kept >= end && kept < notifiers.length;
    if (before) --above;
    if (after) --below;
    const spacer = (rows: number) => (framed ? html`<div class="spacer" role="presentation" data-rows=${rows}></div>` : nothing);
    return html`<div class="card">
      <div class="scroller ${framed ? 'framed' : ''}" @scroll=${framed ? () => this.#look() : nothing} @keydown=${this.#onKey} @focusin=${this.#onFocus} @focusout=${() => (this.#focused = -1)} @click=${this.#onClick}>
        <div role="list" aria-label=${this.words.say('view.notifiers')}>
          ${before ? this.#row(kept) : nothing}${spacer(above)}
          ${rows(shown, (position) => notifiers[position]!.id, (position) => this.#row(position))}
          ${spacer(below)}${after ? this.#row(kept) : nothing}
        </div>
      </div>
    </div>`;
  }

  #row(position: number): TemplateResult {
    const notifier = this.notifiers[position]!;
    const { words } = this;
    const { active } = notifier;
    const destination = this.#destination(notifier);
    // Names may be as long as they like; nobody hears ten thousand letters out.
    const name = short(notifier.name, 120);
    const button = (action: RowAction, text: string, label: string) =>
      html`<button type="button" class="button plain small ${action === 'remove' ? 'danger' : ''}" data-action=${action} aria-label=${label}>${text}</button>`;
    return html`<div class="row ${active ? '' : 'off'}" role="listitem" data-position=${position} data-id=${notifier.id} aria-setsize=${this.notifiers.length} aria-posinset=${position + 1}>
      ${platformSign(notifier.type, () => this.requestUpdate())}
      <div>
        <button type="button" class="name" data-action="show" title=${name} aria-label=${words.say('showNamed', { name })}><bdi class="ellipsis">${name}</bdi></button>
        <div class="quiet goes"><span>${words.find(`platform.${notifier.type}`) ?? notifier.type}${destination && ' \u00b7'}</span><bdi class="ellipsis">${destination}</bdi></div>
      </div>
      ${this.#sum(notifier)}
      <div class="actions">
        <button type="button" class="switch" role="switch" aria-checked=${active} data-action="toggle" aria-label=${words.say('activeNamed', { name })}></button>
        <div class="buttons">${button('test', words.say(this.testKey), words.say(`${this.testKey}Named`, { name }))}
        ${button('edit', words.say('edit'), words.say('editNamed', { name }))}
        ${button('remove', words.say('remove'), words.say('removeNamed', { name }))}</div>
      </div>
    </div>`;
  }

  /** What it is told of; of one that was switched off by nobody, why. */
  #sum(notifier: Notifier): TemplateResult {
    const { words } = this;
    const { active, switched_off: off } = notifier;
    if (!off) return html`<div class="sum quiet ellipsis">${active ? isMuted(notifier) ? html`<span class="pill">${words.say('mutedNow')}</span> ` : nothing : html`<span class="pill">${words.say('inactive')}</span> `}<bdi>${this.#events(notifier)}</bdi></div>`;
    const why = words.say('switchedOffWhy', { time: words.moment(Date.parse(off.at)), message: short(off.reason, 200) });
    return html`<div class="sum quiet ellipsis" title=${why}><span class="pill bad">${words.say('switchedOff')}</span> <bdi>${why}</bdi></div>`;
  }

  #destination({ type, type_data: data }: Notifier): string {
    if (type !== 'email') return String(data?.webhook_url ?? Object.values(data ?? {})[0] ?? '').replace(/^(\w+:\/\/[^/?#]*).*$/s, '$1/\u2026').slice(0, 200);
    const people = (data?.user_ids?.length ?? 0) + (data?.emails?.length ?? 0);
    const first = data?.emails?.[0];
    if (people === 0) return this.words.say('noRecipient');
    if (first === undefined) return `${this.words.say('people')}: ${this.words.number(people)}`;
    return people === 1 ? first : this.words.say('andMore', { first, count: people - 1 });
  }

  #events({ send_all_events: all, send_all_alerts: alerts, selected_event_ids: ids }: Notifier): string {
    const parts: string[] = [];
    if (all) parts.push(this.words.say('allEvents'));
    else if (ids?.length === 1 && this.typeNames.has(ids[0]!)) parts.push(this.typeNames.get(ids[0]!)!);
    else if (ids?.length > 0) parts.push(this.words.say('eventTypes', { count: ids.length }));
    if (alerts) parts.push(this.words.say('allAlerts'));
    return parts.length > 0 ? parts.join(' \u00b7 ') : this.words.say('nothingSelected');
  }

  #place(event: Event): [number, RowAction] | undefined {
    const button = (event.target as Element).closest?.<HTMLElement>('[data-action]');
    const row = button?.closest<HTMLElement>('[data-position]');
    return button && row ? [Number(row.dataset['position']), button.dataset['action'] as RowAction] : undefined;
  }

  #onFocus(event: FocusEvent): void {
    this.#focused = this.#place(event)?.[0] ?? -1;
  }

  #onClick(event: Event): void {
    const place = this.#place(event);
    if (place) this.dispatchEvent(new CustomEvent('row-action', { detail: { action: place[1], notifier: this.notifiers[place[0]], position: place[0] } }));
  }

  #onKey(event: KeyboardEvent): void {
    const place = this.#place(event);
    if (!place) return;
    const page = Math.max(1, Math.floor(this.#height / this.#rowHeight) - 1);
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    void this.focusRow(Math.max(0, Math.min(this.notifiers.length - 1, place[0] + step)), place[1]);
  }
}

export const isMuted = ({ muted_until: until }: Notifier): boolean => until !== undefined && until !== null && Date.parse(until) > Date.now();

define('notifier-dashboard-list', NotifierList);
