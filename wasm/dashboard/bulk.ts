// What is done with several notifiers at once: those that the list shows, but for whom one takes off.

import type { Notifier } from 'notifier-wasm';
import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import { define } from './define.js';
import { exported, saveFile } from './exporting.js';
import type { GlanceKey } from './glance_words.js';
import './glance_words.js';
import { platformSign } from './icons.js';
import { base } from './look.js';
import { rows } from './rows.js';
import type { Session } from './session.js';
import { many, pathOf, restore } from './several.js';
import { short, type Words } from './strings.js';

/** What was done, for a notice and for hosts, and how it is undone. */
export interface BulkDone {
  text: string;
  isBad: boolean;
  event: 'notifier-updated' | 'notifier-removed' | 'notifier-restored';
  notifiers: readonly Notifier[];
  undo?: () => Promise<BulkDone>;
}

/** So many are listed; the others are chosen with them. */
const mostListed = 200;

/** Fires `bulk-done` once something was done. */
export class NotifierBulk extends LitElement {
  static override styles = [base, css`
    :host { display: block; } .all { display: grid; gap: 0.9rem; grid-template-columns: minmax(0, 1fr); }
    .some { max-block-size: min(40vh, 20rem); overflow: auto; padding: 0.25rem 0.9rem; } .some .badge { inline-size: 1.5rem; block-size: 1.5rem; }
    .some .check { gap: 0.6rem; } .name { flex: 1; min-inline-size: 0; } .end { justify-content: flex-end; }
  `];
  static override properties = { words: { attribute: false }, notifiers: { attribute: false }, session: { attribute: false }, app: { attribute: false }, _off: { state: true }, _busy: { state: true }, _asks: { state: true }, _said: { state: true } };

  declare words: Words;
  /** As the list showed them. */
  declare notifiers: readonly Notifier[];
  declare session: Session;
  declare app: string;
  /** Whom it is not for. */
  declare private _off: ReadonlySet<string>;
  declare private _busy: boolean;
  /** Whether they are to be removed. */
  declare private _asks: boolean;
  declare private _said: string;

  constructor() {
    super();
    this._off = new Set();
    this._busy = this._asks = false;
    this._said = '';
  }

  #say(key: GlanceKey, values?: Record<string, string | number>): string {
    return this.words.find(key, values) ?? key;
  }

  async #switch(chosen: readonly Notifier[], active: boolean): Promise<BulkDone> {
    const { done, error } = await many(this.session, chosen, (one) => this.session.ask(200, 'PATCH', pathOf(one), { notifier: { active } }));
    return this.#told('notifier-updated', active ? 'switchedOnAll' : 'switchedOffAll', this.#asNow(done), error);
  }

  async #remove(chosen: readonly Notifier[]): Promise<BulkDone> {
    const { session } = this;
    const before = session.page?.snapshot() ?? '';
    const { done, error } = await many(session, chosen, (one) => session.ask(204, 'DELETE', pathOf(one)));
    return { ...this.#told('notifier-removed', 'removedAll', done, error), undo: async () => this.#told('notifier-restored', 'restoredAll', await restore(session, done, before)) };
  }

  #asNow(notifiers: readonly Notifier[]): Notifier[] {
    const now = new Map(this.session.notifiers!.map((one) => [one.id, one]));
    return notifiers.map((one) => now.get(one.id) ?? one);
  }

  #told(event: BulkDone['event'], key: GlanceKey, notifiers: readonly Notifier[], error?: unknown): BulkDone {
    const text = this.#say(key, { count: notifiers.length });
    if (error === undefined) return { text, isBad: false, event, notifiers };
    return { text: this.#say('notAll', { text, message: error instanceof Error ? error.message : String(error) }), isBad: true, event, notifiers };
  }

  async #do(work: Promise<BulkDone>, undo?: (done: BulkDone) => Promise<BulkDone>): Promise<void> {
    this._busy = true;
    const done = await work;
    this._busy = false;
    this.dispatchEvent(new CustomEvent('bulk-done', { detail: { ...done, ...(undo && { undo: () => undo(done) }) } }));
  }

  #turn(chosen: readonly Notifier[], active: boolean): void {
    void this.#do(this.#switch(chosen, active), ({ notifiers }) => this.#switch(notifiers, !active));
  }

  #ask(asks: boolean): void {
    this._asks = asks;
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(asks ? '#keep' : '#remove-all')?.focus());
  }

  #flip(id: string): void {
    const off = new Set(this._off);
    if (!off.delete(id)) off.add(id);
    this._off = off;
    this._said = '';
  }

  protected override render(): TemplateResult {
    const { words, notifiers, _busy: busy } = this;
    const chosen = notifiers.filter(({ id }) => !this._off.has(id));
    const off = chosen.filter(({ active }) => !active);
    const on = chosen.filter(({ active }) => active);
    const button = (id: string, key: GlanceKey, of: readonly Notifier[], work: () => void, kind = '') =>
      of.length === 0 ? nothing : html`<button type="button" class="button ${kind}" id=${id} ?disabled=${busy} @click=${work}>${this.#say(key, { count: of.length })}</button>`;
    if (this._asks) {
      return html`<div class="all"><p role="alert"><b>${this.#say('removeAllTitle', { count: chosen.length })}</b> ${this.#say('removeAllText', { app: this.app })}</p>
        <div class="bar end"><button type="button" class="button" id="keep" ?disabled=${busy} @click=${() => this.#ask(false)}>${words.say('cancel')}</button>
          ${button('confirm', 'removeAll', chosen, () => void this.#do(this.#remove(chosen)), 'primary danger')}</div></div>`;
    }
    return html`<div class="all"><p class="hint">${this.#say('bulkHint')}</p>
      <div class="card some" role="group" aria-label=${this.#say('bulkTitle', { count: notifiers.length })}>
        ${rows(notifiers.slice(0, mostListed), ({ id }) => id, ({ id, name, type, active }) => html`<label class="check"><input type="checkbox" .checked=${!this._off.has(id)} ?disabled=${busy} @change=${() => this.#flip(id)}>
          ${platformSign(type)}<span class="name ellipsis"><bdi>${short(name, 120)}</bdi></span>${active ? nothing : html`<span class="pill">${words.say('inactive')}</span>`}</label>`)}
        ${notifiers.length > mostListed ? html`<p class="quiet">${this.#say('bulkMore', { count: notifiers.length - mostListed })}</p>` : nothing}</div>
      <p class="hint" role="status">${chosen.length === 0 ? this.#say('bulkNone') : this._said}</p>
      <div class="bar end">
        ${button('remove-all', 'removeAll', chosen, () => this.#ask(true), 'danger')}
        <button type="button" class="button" id="export-all" title=${this.#say('exportHint')} ?disabled=${busy || chosen.length === 0} @click=${() => this.#export(chosen)}>${this.#say('exportIt')}</button>
        ${button('switch-off', 'switchOff', on, () => this.#turn(on, false))}
        ${button('switch-on', 'switchOn', off, () => this.#turn(off, true))}</div></div>`;
  }

  #export(chosen: readonly Notifier[]): void {
    saveFile(this.app || 'notifiers', { notifiers: chosen.map((one) => exported(one).notifier) });
    this._said = this.#say('exportHint');
  }
}

define('notifier-dashboard-bulk', NotifierBulk);
