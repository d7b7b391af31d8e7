// What each platform gets for an event: the library's own payloads.

import { type Delivery, type Notifier, type NotifierDraft } from 'notifier-wasm';
import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import type { PastEvent } from './activity_log.js';
import { define } from './define.js';
import './event_source.js';
import { platformSign } from './icons.js';
import './more_platforms.js';
import { base } from './look.js';
import './payload.js';
import { fieldsOf } from './platform_fields.js';
import { inOrder } from './platforms.js';
import { short, type Words } from './strings.js';
import { standIn, type Workshop } from './workshop.js';
import './view_words.js';

export class NotifierPreview extends LitElement {
  static override styles = [base, css`
    .all { display: grid; gap: 1rem; grid-template-columns: minmax(0, 1fr); }
    .choose { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(16rem, 100%), 1fr)); gap: 0.75rem 1rem; align-items: start; }
    .each { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); gap: 1rem; align-items: start; }
    section { display: grid; gap: 0.6rem; grid-template-columns: minmax(0, 1fr); min-inline-size: 0; }
    .title { display: flex; align-items: center; gap: 0.6rem; padding-inline-start: 0.35rem; }
    .failed { display: grid; gap: 0.5rem; padding: 0.5rem; overflow-wrap: anywhere; }
    .title .badge { inline-size: 1.75rem; block-size: 1.75rem; }
  `];
  static override properties = { words: { attribute: false }, workshop: { attribute: false }, past: { attribute: false }, given: { attribute: false }, notifiers: { attribute: false }, draft: { attribute: false }, signed: { attribute: false }, _event: { state: true }, _which: { state: true } };

  declare words: Words;
  declare workshop: Workshop;
  /** What came lately, to choose from. */
  declare past: readonly PastEvent[];
  /** An event that somebody has chosen elsewhere. */
  declare given: string;
  /** Notifiers to choose from. */
  declare notifiers: readonly Notifier[];
  /** Or this one alone. */
  declare draft: (NotifierDraft & { platform: string }) | undefined;
  /** How it is signed, where there is a signing key for it; else empty. */
  declare signed: string;
  declare private _event: string;
  declare private _which: string;

  constructor() {
    super();
    this.notifiers = [];
    this.signed = this._event = this._which = this.given = '';
    this.past = [];
  }

  protected override render(): TemplateResult {
    const { words } = this;
    const results = this._event === '' ? [] : this.#results();
    const problem = results.every(({ error }) => error !== '') ? (results[0]?.error ?? '') : '';
    return html`<div class="all"><div class="choose">
        <notifier-dashboard-event .words=${words} .workshop=${this.workshop} .problem=${problem} .past=${this.past} .given=${this.given} @event-chosen=${(event: CustomEvent<string>) => (this._event = event.detail)}></notifier-dashboard-event>
        ${this.draft ? nothing : html`<div class="field"><label for="which">${words.say('notifier')}</label>
          <select id="which" @change=${(event: Event) => (this._which = (event.target as HTMLSelectElement).value)}>
            <option value="">${words.say('everyPlatform')}</option>
            ${this.notifiers.slice(0, 500).map(({ id, name }) => html`<option value=${id} ?selected=${id === this._which}>${short(name)}</option>`)}
          </select></div>`}
      </div>
      <div class="each">${problem ? nothing : results.map(({ platform, delivery, error }) => html`<section aria-label=${words.say('previewOf', { platform: words.find(`platform.${platform}`) ?? platform })}>
        ${delivery ? html`<notifier-dashboard-payload .words=${words} .delivery=${delivery} .signed=${this.signed}>${this.#title(platform)}</notifier-dashboard-payload>` : html`<div class="card failed">${this.#title(platform)}<p class="error">${error}</p></div>`}</section>`)}</div></div>`;
  }

  #title(platform: string): TemplateResult | typeof nothing {
    return this.draft ? nothing : html`<div class="title" slot="title">${platformSign(platform)}<h3>${this.words.find(`platform.${platform}`) ?? platform}</h3></div>`;
  }

  #results(): { platform: string; delivery?: Delivery; error: string }[] {
    const { catalogue, people } = this.workshop;
    const stored = this.notifiers.find(({ id }) => id === this._which);
    const wanted: [string, string | NotifierDraft][] = this.draft
      ? [[this.draft.platform, complete(this.draft)]]
      : stored
        ? [[stored.type, stored.id]]
        : inOrder(catalogue.platforms).map((platform) => [platform.name, standIn(platform, people)]);
    return wanted.map(([platform, notifier]) => {
      try {
        return { platform, delivery: this.workshop.preview(notifier, this._event), error: '' };
      } catch (error) {
        return { platform, error: error instanceof Error ? error.message : String(error) };
      }
    });
  }
}

/** A draft as far as it goes: what it lacks to be valid does not keep one from seeing it. */
function complete({ platform, ...draft }: NotifierDraft & { platform: string }): NotifierDraft {
  const data = { ...draft.type_data };
  for (const { key, kind, required } of fieldsOf(platform)) {
    if (kind === 'url' && required && !/^https?:\/\/[^/\s]+/.test(String(data[key] ?? ''))) data[key] = 'https://example.com/';
    if (kind === 'signing_secrets') delete data[key];
    // The library's rule, a host without a dot included.
    if (kind === 'addresses') data[key] = ((data[key] ?? []) as string[]).filter((address) => /^[\w!#$%&'*+/=?^`{|}~.-]+@[a-z\d](?:[a-z\d.-]*[a-z\d])?$/i.test(address));
  }
  return { ...draft, name: short(draft.name.trim(), 40) || 'Preview', selected_event_ids: [], type_data: data };
}

define('notifier-dashboard-preview', NotifierPreview);
