// What happens, as it happens: deliveries per minute, and a timeline.

import { LitElement, css, html, nothing, svg, type TemplateResult } from 'lit';
import { define } from './define.js';
import { plottedMinutes, type ActivityLog, type LoggedDelivery, type LoggedEvent } from './activity_log.js';
import { base } from './look.js';
import { tones } from './icons.js';
import './more_platforms.js';
import { platforms } from './platforms.js';
import { rows } from './rows.js';
import { sentence, short, type Words } from './strings.js';
import './view_words.js';

const height = 150;
const shownEvents = 50;
const shownDeliveries = 20;

export class NotifierActivity extends LitElement {
  static override styles = [base, css`
    .all { display: grid; gap: 1rem; grid-template-columns: minmax(0, 1fr); }
    .plot { padding: 1rem; display: grid; gap: 0.75rem; grid-template-columns: minmax(0, 1fr); }
    .space { justify-content: space-between; }
    svg { display: block; max-inline-size: 100%; overflow: visible; direction: ltr; }
    svg text { fill: var(--n-quiet); font-size: 12px; }
    svg line { stroke: var(--n-line); }
    rect { fill: var(--tone); forced-color-adjust: none; }
    .key { display: inline-flex; align-items: center; gap: 0.4rem; font-size: 0.875rem; color: var(--n-quiet); }
    .key::before { content: ''; inline-size: 0.7rem; block-size: 0.7rem; border-radius: 2px; background: var(--tone); forced-color-adjust: none; }
    .scroll { overflow: auto; max-block-size: 20rem; }
    table { border-collapse: collapse; inline-size: 100%; font-variant-numeric: tabular-nums; font-size: 0.875rem; }
    th, td { white-space: nowrap; padding: 0.3rem 0.6rem; text-align: end; border-block-end: 1px solid var(--n-line); } th:first-child { text-align: start; }
    ol.card > li { display: grid; grid-template-columns: minmax(6.5rem, auto) minmax(0, 1fr); gap: 0.25rem 0.9rem; padding: 0.6rem 1rem; border-block-end: 1px solid var(--n-line); }
    ol.card > li:last-child { border-block-end: 0; }
    time { white-space: nowrap; color: var(--n-quiet); font-size: 0.875rem; font-variant-numeric: tabular-nums; }
    .what { overflow-wrap: anywhere; } .what b { font-weight: 600; }
    .told { display: flex; flex-wrap: wrap; gap: 0.3rem; margin-block-start: 0.35rem; }
    .told .pill { display: inline-flex; gap: 0.4rem; align-items: center; max-inline-size: 100%; color: var(--n-text); }
    .told .pill::before, .dot { content: ''; inline-size: 0.55rem; block-size: 0.55rem; border-radius: 50%; background: var(--tone); flex: none; forced-color-adjust: none; }
    .told .more::before { display: none; }
    .status { color: var(--n-quiet); } .delivered .status { color: var(--n-good); } .retrying .status, .held .status { color: var(--n-warn); }
    .lost { display: grid; gap: 0.35rem; margin-block-start: 0.45rem; grid-template-columns: minmax(0, 1fr); }
    .lost li { display: flex; flex-wrap: wrap; justify-content: flex-end; gap: 0.4rem 0.6rem; align-items: center; padding: 0.35rem 0.35rem 0.35rem 0.6rem; border: 1px solid color-mix(in srgb, var(--n-danger) 45%, transparent); border-radius: calc(var(--n-radius) - 2px); background: color-mix(in srgb, var(--n-danger) 6%, transparent); }
    .lost .waiting { border-color: var(--n-line); background: none; justify-content: flex-start; padding-inline-end: 0.6rem; }
    .why { flex: 1 1 12rem; min-inline-size: 0; } .dead { color: var(--n-danger); font-weight: 550; }
    #timeline:focus-visible { outline-offset: 4px; }
    @container notifiers (max-width: 34rem) { ol.card > li { grid-template-columns: minmax(0, 1fr); } th, td { padding-inline: 0.4rem; } }
  `];
  static override properties = { words: { attribute: false }, log: { attribute: false }, version: { attribute: false }, live: { attribute: false }, _width: { state: true }, _table: { state: true }, _onlyFailed: { state: true } };

  declare words: Words;
  declare log: ActivityLog;
  /** Moves when the log has changed. */
  declare version: number;
  declare live: boolean | undefined;
  declare private _table: boolean;
  declare private _onlyFailed: boolean;
  /** Of the plot, in CSS pixels: what is written in it keeps its size. */
  declare private _width: number;
  readonly #sizes = globalThis.ResizeObserver && new ResizeObserver(([entry]) => (this._width = Math.max(200, Math.floor(entry!.contentRect.width) - 70)));
  #clock: ReturnType<typeof setInterval> | undefined;
  /** Which failure's button has the focus; -1: none. */
  #focusAt = -1;

  constructor() {
    super();
    this._table = this._onlyFailed = false;
    this._width = 720;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#sizes.observe(this);
    this.#clock = setInterval(() => this.requestUpdate(), 15_000);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#sizes.disconnect();
    clearInterval(this.#clock);
  }

  protected override render(): TemplateResult {
    const { words } = this;
    const minutes = this.log.perMinute(Date.now());
    const isFailed = ({ deliveries }: LoggedEvent) => deliveries.some(({ status }) => status === 'dead');
    const failures = this.log.events.filter(isFailed);
    const events = this._onlyFailed ? failures : this.log.events;
    const failed = failures.reduce((sum, { deliveries }) => sum + deliveries.filter(({ status }) => status === 'dead').length, 0);
    return html`<div class="all">
      <section class="card plot" aria-labelledby="plot-title"><div class="bar space"><h3 id="plot-title">${words.say('perMinute')}</h3>
        <span class="bar"><span class="pill ${this.live ? 'good' : ''}" id="live">${words.say(this.live ? 'live' : 'offline')}</span>
        <button type="button" class="button small" id="as-table" aria-pressed=${this._table} @click=${() => (this._table = !this._table)}>${words.say('asTable')}</button></span></div>
        ${this._table ? this.#drawTable(minutes) : this.#drawPlot(minutes)}
        ${this._table ? nothing : html`<div class="bar">${platforms.map((platform) => html`<span class="key ${tones[platform] ?? platform}">${words.find(`platform.${platform}`)}</span>`)}</div>`}</section>
      ${this.live === false ? html`<p class="quiet">${words.say('noStream')}</p>` : nothing}
      <div class="bar space"><h3 id="timeline" tabindex="-1">${words.say('timeline')}</h3>
        ${failed > 0 || this._onlyFailed ? html`<button type="button" class="button small" id="only-failed" aria-pressed=${this._onlyFailed} @click=${() => (this._onlyFailed = !this._onlyFailed)}>${words.say('onlyFailed', { count: failed })}</button>` : nothing}</div>
      ${this._onlyFailed && events.length === 0 ? html`<div class="empty">${words.say('noneFailed')}</div>`
        : events.length === 0 ? html`<div class="empty"><h3>${words.say('quiet')}</h3><p>${words.say('quietHint')}</p></div>` : html`<ol class="card">${rows(events.slice(0, shownEvents), ({ id }) => id, (event) => this.#drawEvent(event))}</ol>`}</div>`;
  }

  #drawEvent({ type, at, who, deliveries }: LoggedEvent): TemplateResult {
    const { words } = this;
    // What failed is always shown, and in full; what waits, with what it waits for.
    const failed = deliveries.filter(({ status }) => status === 'dead');
    const alive = this._onlyFailed ? [] : deliveries.filter(({ status }) => status !== 'dead');
    const waiting = alive.filter(isWaiting);
    const others = alive.filter((delivery) => !isWaiting(delivery));
    return html`<li><time datetime=${new Date(at).toISOString()}>${words.moment(at)}</time>
      <div class="what"><b>${words.find(`kind.${type}`) ?? sentence(type)}</b> ${who ? html`<span class="quiet">${words.say('by', { who: short(who) })}</span>` : nothing}
      ${others.length > 0 ? html`<ul class="told">${others.slice(0, shownDeliveries).map(({ notifier_name: name, platform, status, reason }) => html`<li class="pill ${tones[platform] ?? platform} ${status}" title=${reason || nothing}><span class="ellipsis"><bdi>${short(name)}</bdi></span> <span class="status">${words.find(`delivery.${status}`) ?? short(status)}</span></li>`)}
        ${others.length > shownDeliveries ? html`<li class="pill more">+ ${words.number(others.length - shownDeliveries)}</li>` : nothing}</ul>` : nothing}
      ${waiting.length > 0 ? html`<ul class="lost">${waiting.slice(0, shownDeliveries).map((delivery) => this.#drawWaiting(delivery))}
        ${waiting.length > shownDeliveries ? html`<li class="waiting">+ ${words.number(waiting.length - shownDeliveries)}</li>` : nothing}</ul>` : nothing}
      ${failed.length > 0 ? html`<ul class="lost">${rows(failed.slice(0, shownDeliveries), ({ idempotency_key: key, notifier_id: id }) => `${key}|${id}`, (delivery) => this.#drawFailed(delivery))}</ul>` : nothing}</div></li>`;
  }

  #drawWaiting({ notifier_name: name, platform, status, reason, attempts, until }: LoggedDelivery): TemplateResult {
    const { words } = this;
    const time = words.moment(until!);
    return html`<li class="waiting ${tones[platform] ?? platform} ${status}"><span class="dot"></span><span class="why"><b><bdi>${short(name)}</bdi></b> <span class="status">${status === 'held' ? words.say('heldUntil', { time }) : words.say('retryingAt', { count: attempts, time })}</span>${reason ? html` <span class="quiet">${short(reason, 200)}</span>` : nothing}</span></li>`;
  }

  #drawFailed(delivery: LoggedDelivery): TemplateResult {
    const { words } = this;
    const { notifier_name: name, platform, reason } = delivery;
    return html`<li class=${tones[platform] ?? platform} data-key=${delivery.idempotency_key}><span class="dot"></span><span class="why"><b><bdi>${short(name)}</bdi></b> <span class="dead">${words.say('delivery.dead')}</span>${reason ? html` <span class="quiet">${short(reason, 200)}</span>` : nothing}</span>
      <button type="button" class="button small" aria-label=${words.say('detailsNamed', { name: short(name) })} @click=${() => this.dispatchEvent(new CustomEvent('place', { detail: `deliveries/${encodeURIComponent(delivery.idempotency_key)}` }))}>${words.say('details')}</button>
      <button type="button" class="button small" aria-label=${words.say('sendAgainNamed', { name: short(name) })} @click=${() => this.dispatchEvent(new CustomEvent('send-again', { detail: delivery }))}>${words.say('sendAgain')}</button></li>`;
  }

  get #again(): HTMLElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLElement>('.lost .button:last-child')];
  }

  protected override willUpdate(): void {
    this.#focusAt = this.hasUpdated ? this.#again.findIndex((button) => button === this.shadowRoot?.activeElement) : -1;
  }

  /** A button goes with the failure that it is for: the focus stays near. */
  protected override updated(): void {
    if (this.#focusAt < 0 || this.shadowRoot?.activeElement) return;
    const buttons = this.#again;
    (buttons[Math.min(this.#focusAt, buttons.length - 1)] ?? this.renderRoot.querySelector<HTMLElement>('#timeline'))?.focus();
  }

  #drawPlot(minutes: ReturnType<ActivityLog['perMinute']>): TemplateResult {
    const { words, _width: width } = this;
    const totals = minutes.map(({ counts }) => [...counts.values()].reduce((sum, count) => sum + count, 0));
    const most = niceAbove(Math.max(4, ...totals));
    const step = width / plottedMinutes;
    const gap = step / 6;
    // However few it is of many, it is to be seen.
    const y = (count: number) => height - (count / most) * (height - 14);
    const total = totals.reduce((sum, count) => sum + count, 0);
    return html`<svg viewBox="0 -6 ${width + 34} ${height + 30}" width=${width + 34} height=${height + 30} role="img" aria-label="${words.say('perMinute')}: ${words.say('total')} ${words.number(total)}">
      ${[0, most / 2, most].map((count) => svg`<line x1="0" x2=${width} y1=${y(count)} y2=${y(count)}></line><text x=${width + 6} y=${y(count) + 4}>${words.number(count)}</text>`)}
      ${minutes.map(({ start, counts }, position) => {
        let below = 0;
        const bars = platforms.map((platform) => {
          const count = counts.get(platform) ?? 0;
          if (count === 0) return nothing;
          const top = y(below + count);
          const bar = svg`<rect class=${tones[platform] ?? platform} x=${position * step + gap} width=${step - 2 * gap} y=${top} height=${Math.max(1, y(below) - top - (below > 0 ? 1 : 0))} rx="1.5"><title>${words.time(start)} ${words.find(`platform.${platform}`)}: ${words.number(count)}</title></rect>`;
          below += count;
          return bar;
        });
        return svg`${bars}${(plottedMinutes - 1 - position) % 10 === 0 ? svg`<text x=${(position + 1) * step} y=${height + 20} text-anchor="end">${words.time(start)}</text>` : nothing}`;
      })}</svg>`;
  }

  #drawTable(minutes: ReturnType<ActivityLog['perMinute']>): TemplateResult {
    const { words } = this;
    const rows = minutes.filter(({ counts }) => counts.size > 0).reverse();
    return html`<div class="scroll" tabindex="0" role="group" aria-label=${words.say('perMinute')}><table><thead><tr><th scope="col">${words.say('minute')}</th>${platforms.map((platform) => html`<th scope="col">${words.find(`platform.${platform}`)}</th>`)}<th scope="col">${words.say('total')}</th></tr></thead>
      <tbody>${rows.map(({ start, counts }) => html`<tr><th scope="row">${words.time(start)}</th>${platforms.map((platform) => html`<td>${words.number(counts.get(platform) ?? 0)}</td>`)}<td>${words.number([...counts.values()].reduce((sum, count) => sum + count, 0))}</td></tr>`)}</tbody></table></div>`;
  }
}

const isWaiting = ({ status, until }: LoggedDelivery) => (status === 'retrying' || status === 'held') && until !== undefined;

/** An even number at or above, of which half can be marked. */
function niceAbove(count: number): number {
  const size = 10 ** Math.floor(Math.log10(count));
  return [1, 2, 4, 6, 8, 10].map((times) => times * size).find((nice) => nice >= count && nice % 2 === 0) ?? 10 * size;
}

define('notifier-dashboard-activity', NotifierActivity);
