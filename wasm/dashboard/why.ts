// For an event: who is told, who is not, and the one reason.

import type { Explained } from 'notifier-wasm';
import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import type { PastEvent } from './activity_log.js';
import { define } from './define.js';
import './event_source.js';
import { platformSign } from './icons.js';
import './more_platforms.js';
import { base } from './look.js';
import { short, type Words } from './strings.js';
import type { Workshop } from './workshop.js';
import './view_words.js';

const page = 100;

export class NotifierWhy extends LitElement {
  static override styles = [base, css`
    .all { display: grid; gap: 1rem; grid-template-columns: minmax(0, 1fr); }
    li { display: grid; grid-template-columns: auto minmax(0, 1fr) auto; gap: 0.25rem 0.9rem; align-items: center; padding: 0.6rem 1rem; border-block-end: 1px solid var(--n-line); }
    li:last-child { border-block-end: 0; }
    .name { font-weight: 600; }
    notifier-dashboard-event { max-inline-size: 38rem; }
    @container notifiers (max-width: 30rem) { li { grid-template-columns: auto minmax(0, 1fr); } .pill { grid-column: 2; justify-self: start; } }
  `];
  static override properties = { words: { attribute: false }, workshop: { attribute: false }, past: { attribute: false }, given: { attribute: false }, _event: { state: true }, _most: { state: true } };

  declare words: Words;
  declare workshop: Workshop;
  /** What came lately, to choose from. */
  declare past: readonly PastEvent[];
  /** An event that somebody has chosen elsewhere. */
  declare given: string;
  declare private _event: string;
  declare private _most: number;

  constructor() {
    super();
    this._event = this.given = '';
    this.past = [];
    this._most = page;
  }

  protected override render(): TemplateResult {
    const { words } = this;
    let explained: Explained | undefined;
    let problem = '';
    if (this._event !== '') {
      try {
        explained = this.workshop.explain(this._event);
      } catch (error) {
        problem = error instanceof Error ? error.message : String(error);
      }
    }
    return html`<div class="all">
      <notifier-dashboard-event .words=${words} .workshop=${this.workshop} .problem=${problem} .past=${this.past} .given=${this.given} @event-chosen=${(event: CustomEvent<string>) => ((this._event = event.detail), (this._most = page))}></notifier-dashboard-event>
      ${explained ? this.#draw(explained) : nothing}</div>`;
  }

  #draw({ status, text, notifiers }: Explained): TemplateResult {
    const { words } = this;
    const told = notifiers.filter(({ receives }) => receives).length;
    // Who is told comes first.
    const sorted = [...notifiers].sort((a, b) => Number(b.receives) - Number(a.receives));
    return html`<p class="bar"><b role="status" id="told">${words.say('whyCount', { count: told, total: notifiers.length })}</b><span class="quiet">${words.find(`status.${status}`) ?? text}</span></p>
      ${notifiers.length > 0 ? html`<ul class="card">${sorted.slice(0, this._most).map(({ notifier_id: id, notifier_name: name, platform, receives, reason, text: why }) => html`<li data-id=${id} data-reason=${reason}>
        ${platformSign(platform)}<div><div class="name ellipsis"><bdi>${short(name, 120)}</bdi></div><div class="quiet" title=${why}>${words.find(`reason.${reason}`) ?? short(why, 300)}</div></div>
        <span class="pill ${receives ? 'good' : ''}">${words.say(receives ? 'fires' : 'silent')}</span></li>`)}</ul>` : nothing}
      ${sorted.length > this._most ? html`<button type="button" class="button" @click=${() => (this._most += page)}>+ ${words.number(Math.min(page, sorted.length - this._most))}</button>` : nothing}`;
  }
}

define('notifier-dashboard-why', NotifierWhy);
