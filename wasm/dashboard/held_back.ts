// What a notifier holds back, to be told together: how much, until when, and the message as it would be now; and to have it told now.

import type { Delivery } from 'notifier-wasm';
import { LitElement, css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { Refusal } from './client.js';
import { define } from './define.js';
import type { FormKey } from './form_words.js';
import './form_words.js';
import { base } from './look.js';
import './payload.js';
import type { Words } from './strings.js';

/** A request as a preview has it. */
interface Preview {
  platform: string;
  method?: string;
  url?: string;
  headers?: Record<string, string>;
  body?: string;
  from?: string;
  to?: string[];
  message?: string;
  truncations: Delivery['truncations'];
}

interface Held {
  events: number;
  total: number;
  groups: { told_at: string; preview: Preview | null }[];
}

/** Asks the server about this notifier's digest. */
export type AskDigest = <T>(expected: number, method: string) => Promise<T>;

const asDelivery = ({ from, to, message, ...preview }: Preview): Delivery => ({ ...preview, ...(message !== undefined && { raw: message, envelope: { from, to } }) }) as unknown as Delivery;

/** Shows nothing where nothing is held back, or the server does not say. */
export class HeldBack extends LitElement {
  static override styles = [base, css`
    :host { display: block; } .all { display: grid; gap: 0.6rem; grid-template-columns: minmax(0, 1fr); padding: 0.75rem 0.9rem; background: var(--n-raised); border-radius: var(--n-radius); }
    summary { cursor: pointer; } details > * + * { margin-block-start: 0.6rem; }
  `];
  static override properties = { words: { attribute: false }, ask: { attribute: false }, _held: { state: true }, _busy: { state: true }, _said: { state: true } };

  declare words: Words;
  declare ask: AskDigest | undefined;
  declare private _held: Held | undefined;
  declare private _busy: boolean;
  /** What came of having it told. */
  declare private _said: string;

  constructor() {
    super();
    this._busy = false;
    this._said = '';
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('ask')) void this.#look();
  }

  async #look(): Promise<void> {
    const { ask } = this;
    try {
      const held = ask && (await ask<{ digest: Held }>(200, 'GET')).digest;
      if (ask === this.ask) this._held = held;
    } catch {
      this._held = undefined; // a server that does not tell
    }
  }

  async #tell(): Promise<void> {
    this._busy = true;
    try {
      await this.ask!(202, 'POST');
      this._said = this.#say('toldNow');
      this._held = undefined;
    } catch (error) {
      // Meanwhile it was told.
      if (error instanceof Refusal && error.status === 409) await this.#look();
      else this._said = error instanceof Error ? error.message : String(error);
    }
    this._busy = false;
  }

  #say(key: FormKey, values?: Record<string, string | number>): string {
    return this.words.find(key, values) ?? key;
  }

  protected override render(): TemplateResult | typeof nothing {
    const { words, _held: held } = this;
    const first = held?.groups[0];
    if (!held || !first) return this._said === '' ? nothing : html`<div class="all" role="status">${this._said}</div>`;
    const previews = held.groups.flatMap(({ preview }) => preview ?? []);
    return html`<div class="all">
      <p id="held">${this.#say('heldBack', { count: held.events, time: words.moment(Date.parse(first.told_at)) })}${held.total > 1 ? ` ${this.#say('heldApart', { count: held.total })}` : ''}</p>
      ${previews.length > 0 ? html`<details><summary>${this.#say('heldMessage')}</summary>
        ${previews.map((preview) => html`<notifier-dashboard-payload .words=${words} .delivery=${asDelivery(preview)}></notifier-dashboard-payload>`)}</details>` : nothing}
      <div class="bar"><button type="button" class="button small" id="tell-now" ?disabled=${this._busy} @click=${() => void this.#tell()}>${this.#say('tellNow')}</button>
        ${this._said === '' ? nothing : html`<span class="error" role="alert">${this._said}</span>`}</div></div>`;
  }
}

define('notifier-dashboard-held', HeldBack);
