// A server that has nothing yet: notifiers need an app first.

import { LitElement, html, type TemplateResult } from 'lit';
import { Refusal } from './client.js';
import { define } from './define.js';
import { base } from './look.js';
import type { Words } from './strings.js';
import { Unreachable } from './transport.js';

export class FirstApp extends LitElement {
  static override styles = [base];
  static override properties = { words: { attribute: false }, name: { attribute: false }, add: { attribute: false }, _refusal: { state: true } };

  declare words: Words;
  /** What it may be called. */
  declare name: string;
  declare add: (name: string) => Promise<void>;
  declare private _refusal: string;

  constructor() {
    super();
    this.name = this._refusal = '';
  }

  protected override render(): TemplateResult {
    const { words, _refusal: refusal } = this;
    return html`<form class="empty" novalidate @submit=${this.#submit}><h3>${words.say('noApps')}</h3><p>${words.say('noAppsHint')}</p>
      <div class="bar"><label class="label" for="app-name">${words.say('appName')}</label>
        <input id="app-name" .value=${this.name} autocomplete="off" spellcheck="false" dir="auto" aria-invalid=${refusal !== ''} aria-describedby="app-error">
        <button type="submit" class="button primary" id="add-app">${words.say('addApp')}</button></div>
      <p class="error" id="app-error" role="alert">${refusal}</p></form>`;
  }

  async #submit(event: Event): Promise<void> {
    event.preventDefault();
    const field = this.renderRoot.querySelector<HTMLInputElement>('#app-name')!;
    this._refusal = '';
    try {
      await this.add(field.value.trim());
    } catch (error) {
      const { words } = this;
      const [fault] = error instanceof Refusal ? error.fields : [];
      if (fault) this._refusal = words.error(fault.code, fault.message);
      else if (error instanceof Unreachable) this._refusal = words.say('notDone');
      else this._refusal = words.say('refused', { message: error instanceof Error ? error.message : String(error) });
      field.focus();
    }
  }
}

define('notifier-dashboard-first-app', FirstApp);
