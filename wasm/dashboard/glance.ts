// A notifier at a glance: what its row does not say of it, and what is done with it now and then.

import type { Notifier } from 'notifier-wasm';
import { LitElement, css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { define } from './define.js';
import { exported, leftOut, saveFile } from './exporting.js';
import { wordsOf } from './fields.js';
import type { GlanceKey } from './glance_words.js';
import './glance_words.js';
import type { AskDigest } from './held_back.js';
import './held_back.js';
import { latest, type KeptDelivery, type Latest } from './history_source.js';
import { base } from './look.js';
import { fieldsOf } from './platform_fields.js';
import type { Session } from './session.js';
import { sentence, short, type Words } from './strings.js';
import './view_words.js';

const hour = 3_600_000;
/** What a row shows of a reason in most windows. */
const seenInRow = 30;
/** After so long without a change, what was heard of is read. */
const patience = 1_000;

interface Seen {
  last: KeptDelivery | undefined;
  failed: Latest;
  pending: Latest;
  held: Latest;
}

/** Fires `glance-go` with a place in the history, and `glance-do` with what is to be done: edit, duplicate; `glance-updated` with the notifier once it is changed. */
export class NotifierGlance extends LitElement {
  static override styles = [base, css`
    :host { display: block; } .all { display: grid; gap: 1rem; grid-template-columns: minmax(0, 1fr); }
    dl { display: grid; grid-template-columns: minmax(8rem, auto) minmax(0, 1fr); gap: 0.5rem 1rem; padding: 0.9rem 1rem; align-items: baseline; }
    dt { color: var(--n-quiet); font-size: 0.875rem; } dd { overflow-wrap: anywhere; }
    dd.bar { gap: 0.3rem 0.6rem; } .end { justify-content: flex-end; } .part { display: grid; gap: 0.4rem; justify-items: start; }
    @container notifiers (max-width: 34rem) { dl { grid-template-columns: minmax(0, 1fr); gap: 0.1rem; } dd { margin-block-end: 0.6rem; } }
  `];
  static override properties = {
    words: { attribute: false }, notifier: { attribute: false }, session: { attribute: false }, version: { attribute: false }, digest: { attribute: false },
    _seen: { state: true }, _busy: { state: true }, _said: { state: true }, _failure: { state: true },
  };

  declare words: Words;
  declare notifier: Notifier;
  declare session: Session;
  /** Moves when something happened. */
  declare version: number;
  declare digest: AskDigest | undefined;
  /** Null: the server does not say. */
  declare private _seen: Seen | null | undefined;
  declare private _busy: boolean;
  declare private _said: string;
  declare private _failure: string;
  #paced: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this._busy = false;
    this._said = this._failure = '';
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#paced);
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('session')) void this.#look();
    else if (changed.has('version')) {
      this.#paced ??= setTimeout(() => {
        this.#paced = undefined;
        void this.#look();
      }, patience);
    }
  }

  /** Each is one short page: what there is more of is not counted. */
  async #look(): Promise<void> {
    const { session, notifier: { id } } = this;
    const ask = (more: Record<string, string> = {}) => latest(session, new URLSearchParams({ notifier_id: id, ...more }));
    try {
      const [all, failed, pending, held] = await Promise.all([ask(), ask({ status: 'dead', since: this.#yesterday }), ask({ status: 'pending' }), ask({ status: 'held' })]);
      this._seen = { last: all.items[0], failed, pending, held };
    } catch {
      this._seen ??= null;
    }
  }

  get #yesterday(): string {
    return new Date(Math.floor((Date.now() - 24 * hour) / 60_000) * 60_000).toISOString();
  }

  #say(key: GlanceKey, values?: Record<string, string | number>): string {
    return this.words.find(key, values) ?? key;
  }

  #go(place: string): void {
    this.dispatchEvent(new CustomEvent('glance-go', { detail: place }));
  }

  #do(what: 'edit' | 'duplicate'): void {
    this.dispatchEvent(new CustomEvent('glance-do', { detail: what }));
  }

  async #mute(ms: number): Promise<void> {
    this._busy = true;
    this._said = this._failure = '';
    try {
      const until = ms === 0 ? null : `${new Date(Date.now() + ms).toISOString().slice(0, 19)}Z`;
      this.notifier = await this.session.update(this.notifier.id, { muted_until: until });
      this.dispatchEvent(new CustomEvent('glance-updated', { detail: this.notifier }));
    } catch (error) {
      this._failure = error instanceof Error ? error.message : String(error);
    }
    this._busy = false;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('#mute .button')?.focus();
  }

  #export(): void {
    const { notifier } = this;
    saveFile(notifier.name, exported(notifier));
    const fields = leftOut(notifier).map((key) => this.#nameOf(key));
    this._said = fields.length > 0 ? this.#say('exported', { fields: this.words.list(fields) }) : this.#say('exportedAll');
  }

  #nameOf(key: string): string {
    const own = wordsOf[key];
    return (own && this.words.find(own.label)) ?? fieldsOf(this.notifier.type).find((field) => field.key === key)?.label ?? sentence(key);
  }

  protected override render(): TemplateResult {
    const { words, notifier } = this;
    const { id, switched_off: off, created_at: created, updated_at: updated } = notifier;
    const secrets = fieldsOf(notifier.type).filter(({ shown }) => !shown);
    const until = Date.parse(notifier.muted_until ?? '');
    const isMuted = until > Date.now();
    return html`<div class="all">
      <dl class="card">
        ${off && off.reason.length > seenInRow ? html`<dt>${this.#say('offWhy')}</dt><dd id="off">${this.#say('offSince', { message: short(off.reason, 1024), time: words.moment(Date.parse(off.at)) })}</dd>` : nothing}
        ${this.#drawSeen()}
        ${secrets.length > 0 ? html`<dt>${this.#say('secrets')}</dt><dd id="secrets">${secrets.map(({ key }) => html`<span class="bar"><span>${this.#nameOf(key)}</span> <span class="pill ${notifier.secrets_set?.includes(key) ? 'good' : ''}">${this.#say(notifier.secrets_set?.includes(key) ? 'isSet' : 'isNotSet')}</span></span>`)}</dd>` : nothing}
        <dt>${words.say('created')}</dt><dd>${words.moment(Date.parse(created))}</dd>
        ${updated === created ? nothing : html`<dt>${this.#say('changedAt')}</dt><dd>${words.moment(Date.parse(updated))}</dd>`}
        <dt>${this.#say('idOf')}</dt><dd class="code" dir="ltr">${id}</dd>
      </dl>
      ${this.digest ? html`<notifier-dashboard-held .words=${words} .ask=${this.digest}></notifier-dashboard-held>` : nothing}
      <section class="part" id="mute" aria-labelledby="mute-title"><h3 id="mute-title">${this.#say('mute')}</h3>
        ${isMuted ? html`<p>${this.#say('mutedUntilTime', { time: words.moment(until) })}</p>` : nothing}
        <div class="bar">${isMuted ? html`<button type="button" class="button small" id="unmute" ?disabled=${this._busy} @click=${() => this.#mute(0)}>${this.#say('unmute')}</button>` : nothing}
          ${([['muteHour', hour], ['muteDay', 24 * hour], ['muteWeek', 168 * hour]] as const).map(([key, ms]) => html`<button type="button" class="button small" data-mute=${ms} ?disabled=${this._busy} @click=${() => this.#mute(ms)}>${this.#say(key)}</button>`)}</div></section>
      ${this._failure ? html`<p class="error" role="alert">${words.say('failed', { message: this._failure })}</p>` : nothing}
      <div class="bar end"><p class="hint grow" role="status" id="said">${this._said}</p>
        <button type="button" class="button" id="export" title=${this.#say('exportHint')} @click=${() => this.#export()}>${this.#say('exportIt')}</button>
        <button type="button" class="button" id="duplicate" @click=${() => this.#do('duplicate')}>${this.#say('duplicate')}</button>
        <button type="button" class="button primary" id="edit" @click=${() => this.#do('edit')}>${words.say('edit')}</button></div></div>`;
  }

  #drawSeen(): TemplateResult | typeof nothing {
    const { words, _seen: seen } = this;
    if (seen === undefined) return html`<dt>${this.#say('lastDelivery')}</dt><dd class="quiet">${words.say('loading')}</dd>`;
    if (seen === null) return html`<dt>${this.#say('lastDelivery')}</dt><dd class="quiet">${words.say('keepsNone')}</dd>`;
    const { last, failed, pending, held } = seen;
    const next = soonest(pending, ({ next: at }) => at);
    const end = soonest(held, ({ heldUntil: at }) => at);
    return html`<dt>${this.#say('lastDelivery')}</dt><dd class="bar" id="last">${last ? this.#drawLast(last) : this.#say('neverTold')}</dd>
      ${this.#drawCount('failed', 'failedLately', 'seeFailed', failed, `status=dead&since=${encodeURIComponent(this.#yesterday)}`, '')}
      ${pending.items.length > 0 ? this.#drawCount('pending', 'waits', 'seeWaiting', pending, 'status=pending', next === undefined ? '' : this.#say('nextTry', { time: words.moment(next) })) : nothing}
      ${held.items.length > 0 ? this.#drawCount('waiting', 'holds', 'seeHeld', held, 'status=held', end === undefined ? '' : this.#say('heldAtMost', { time: words.moment(end) })) : nothing}`;
  }

  #drawLast({ id, state, at, event_type: type, attempts }: KeptDelivery): TemplateResult {
    const { words } = this;
    const last = attempts.at(-1);
    const why = state === 'delivered' || !last ? '' : [last.status, last.reason].filter(Boolean).join(' ');
    return html`<span class="pill ${state === 'delivered' ? 'good' : state === 'dead' ? 'bad' : ''}">${words.find(`delivery.${state}`) ?? short(state)}</span>
      <span class="grow">${words.find(`kind.${type}`) ?? sentence(type)} \u00b7 <time datetime=${new Date(at).toISOString()}>${words.moment(at)}</time>${why ? html` <span class="quiet">${short(why, 200)}</span>` : nothing}</span>
      <button type="button" class="button small" id="see-last" @click=${() => this.#go(`deliveries/${encodeURIComponent(id)}`)}>${words.say('details')}</button>`;
  }

  #drawCount(id: string, label: GlanceKey, button: GlanceKey, { items, more }: Latest, query: string, when: string): TemplateResult {
    const count = items.length;
    const number = count === 0 ? this.#say('noneOf') : more ? this.#say('orMore', { count }) : this.words.number(count);
    return html`<dt>${this.#say(label)}</dt><dd class="bar" id=${id}><span>${number}${when && ` \u00b7 ${when}`}</span>
      ${count > 0 ? html`<button type="button" class="button small" aria-label=${this.#say(button)} @click=${() => this.#go(`deliveries?notifier_id=${encodeURIComponent(this.notifier.id)}&${query}`)}>${this.#say('seeThem')}</button>` : nothing}</dd>`;
  }
}

function soonest({ items }: Latest, of: (delivery: KeptDelivery) => number | undefined): number | undefined {
  const times = items.map(of).filter((at) => at !== undefined);
  return times.length > 0 ? Math.min(...times) : undefined;
}

define('notifier-dashboard-glance', NotifierGlance);
