// One delivery, as its receiver shows it, and as it is.

import type { Delivery } from 'notifier-wasm';
import { LitElement, css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { define } from './define.js';
import { base } from './look.js';
import { drawDiscord, drawGoogleChat, drawMatrix, drawMicrosoftTeams, drawPagerDuty, drawPush, drawRocketChat, drawSlack, drawTelegram, markCuts, withCuts } from './chat.js';
import { readMail, type Mail } from './mail.js';
import { platformNames } from './platform_names.js';
import type { Words } from './strings.js';
import './view_words.js';

type View = 'seen' | 'text' | 'raw';

// The named policy that mails pass through on their way into a frame in which nothing runs. A page that does not allow the name sees
// the text of mails.
type Policy = { createHTML(html: string): string };
const factory = (globalThis as { trustedTypes?: { createPolicy(name: string, rules: Policy): Policy } }).trustedTypes;
const rules: Policy = { createHTML: (text) => text };
const mailPolicy = createPolicy();

function createPolicy(): Policy | undefined {
  try {
    return factory?.createPolicy('notifier-dashboard-mail', rules) ?? rules;
  } catch {
    return undefined;
  }
}

export class NotifierPayload extends LitElement {
  static override styles = [base, css`
    .paper { background: var(--n-surface); border: 1px solid var(--n-line); border-radius: var(--n-radius); overflow: hidden; }
    slot[name='title'] { display: block; margin-inline-end: auto; }
    .views { display: flex; align-items: center; justify-content: flex-end; gap: 0.25rem; padding: 0.25rem; min-block-size: 2.5rem; border-block-end: 1px solid var(--n-line); background: var(--n-raised); flex-wrap: wrap; }
    .views .button[aria-pressed='true'] { background: var(--n-surface); border-color: var(--n-control); }
    .inner { padding: 0.9rem 1rem; overflow-wrap: anywhere; min-inline-size: 0; }
    pre { white-space: pre-wrap; overflow-wrap: anywhere; max-block-size: 26rem; overflow: auto; direction: ltr; text-align: start; }
    .message pre { max-block-size: none; overflow: visible; }
    dl { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 0.15rem 0.9rem; margin-block-end: 0.75rem; }
    dt { color: var(--n-quiet); } dd { overflow-wrap: anywhere; }
    iframe { display: block; inline-size: 100%; block-size: 24rem; border: 0; background: #fff; color-scheme: light; }
    .cuts { padding: 0.5rem 1rem; border-block-end: 1px solid var(--n-line); background: var(--n-warn-surface); color: var(--n-warn); font-size: 0.875rem; }
    .message { direction: ltr; text-align: start; display: grid; grid-template-columns: 2.25rem minmax(0, 1fr); gap: 0.7rem; }
    .face { inline-size: 2.25rem; block-size: 2.25rem; border-radius: 6px; background: var(--n-accent); color: var(--n-on-accent); display: grid; place-items: center; font-weight: 700; }
    .rocket .face { border-radius: 4px; }
    .who { display: flex; gap: 0.5rem; align-items: baseline; font-weight: 700; flex-wrap: wrap; }
    .who .app { font-size: 0.6875rem; font-weight: 600; padding: 0 0.3rem; background: var(--n-raised); color: var(--n-quiet); border-radius: 3px; }
    .who time, .who .quiet { font-weight: 400; font-size: 0.8125rem; }
    .title { font-size: 1.125rem; font-weight: 700; line-height: 1.35; margin-block: 0.15rem 0.35rem; }
    /* A message looks as where it is read, whatever the page around it; its texts run as they do there. */
    .text, .title, .subtitle, .field-title, .context span { unicode-bidi: plaintext; text-align: start; }
    #text { direction: inherit; unicode-bidi: plaintext; }
    .text { white-space: pre-wrap; }
    .attachment { border-inline-start: 4px solid var(--n-line); border-radius: 3px; padding: 0.15rem 0 0.15rem 0.8rem; margin-block-start: 0.6rem; display: grid; gap: 0.5rem; grid-template-columns: minmax(0, 1fr); }
    .rocket .attachment { border-inline-start-width: 2px; border-radius: 2px; padding-inline-start: 1rem; }
    .discord-chat .face { border-radius: 50%; } .discord-chat .attachment { inline-size: fit-content; max-inline-size: min(32rem, 100%); padding: 0.5rem 1rem 0.8rem 0.75rem; background: var(--n-raised); }
    .discord-chat .title { font-size: 1rem; margin: 0; } .discord-chat .fields > div:not(.long) { flex: 1 1 calc(33% - 1rem); } .discord-chat .field-title { color: inherit; font-weight: 650; } .discord-chat .fields .text { font-weight: 400; }
    .teams-chat .face { border-radius: 50%; } .teams-chat .attachment { border: 1px solid var(--n-line); border-radius: 4px; padding: 0.75rem; } .teams-chat dl { margin: 0; } .teams-chat dt { font-weight: 650; color: inherit; }
    .teams-chat .title { font-size: 1rem; margin: 0; } .teams-chat .field-title { color: inherit; font-weight: 650; } .Good { color: var(--n-good); } .Warning { color: var(--n-warn); } .Attention { color: var(--n-danger); } .Accent { color: var(--n-accent); }
    .subtitle { font-size: 0.8125rem; color: var(--n-quiet); }
    .fields { display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; } .fields > div { flex: 1 1 calc(50% - 1rem); min-inline-size: min(9rem, 100%); } .fields > .long { flex-basis: 100%; }
    .field-title { font-size: 0.875rem; font-weight: 500; color: var(--n-quiet); } .fields .text { font-weight: 500; }
    .pairs { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 0.25rem 1rem; }
    .context { color: var(--n-quiet); font-size: 0.8125rem; display: flex; flex-wrap: wrap; gap: 0.2rem 0.8rem; }
    .link { color: var(--n-accent); text-decoration: underline; }
    code { font: 0.875em ui-monospace, Menlo, Consolas, monospace; background: var(--n-raised); border: 1px solid var(--n-line); border-radius: 3px; padding: 0 0.25em; }
    .text pre { margin-block: 0.25rem; padding: 0.5rem; border: 1px solid var(--n-line); border-radius: 4px; background: var(--n-raised); }
    table { direction: ltr; inline-size: 100%; border-collapse: collapse; font-size: 0.875rem; } th, td { text-align: start; vertical-align: top; padding: 0.2rem 0.75rem 0.2rem 0; overflow-wrap: anywhere; } th { font-weight: 550; color: var(--n-quiet); }
    .line { font-weight: 600; margin-block-end: 0.6rem; direction: ltr; text-align: start; }
    hr { border: 0; border-block-start: 1px solid var(--n-line); inline-size: 100%; margin: 0.75rem 0; }
  `];
  static override properties = { words: { attribute: false }, delivery: { attribute: false }, signed: { attribute: false }, _view: { state: true } };

  declare words: Words;
  declare delivery: Delivery;
  /** How it is signed when it is sent: as `type_data.signature` says, or empty. */
  declare signed: string;
  declare private _view: View;
  #mail: Mail | undefined;

  constructor() {
    super();
    this._view = 'seen';
    this.signed = '';
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('delivery')) this.#mail = this.delivery.platform === 'email' ? readMail(this.delivery.raw) : undefined;
  }

  protected override updated(changed: PropertyValues): void {
    for (const bar of this.renderRoot.querySelectorAll<HTMLElement>('[data-color]')) bar.style.borderInlineStartColor = bar.dataset['color']!;
    const frame = this.renderRoot.querySelector('iframe');
    if (frame && this.#mail && (changed.has('delivery') || changed.has('_view'))) {
      frame.onload = () => dress(frame, this.delivery.truncations.length > 0 ? this.words.say('cutHere') : '');
      frame.srcdoc = mailPolicy!.createHTML(undressed(this.#mail.html));
    }
  }

  protected override render(): TemplateResult {
    const { words, delivery } = this;
    const raw = delivery.platform === 'email' ? delivery.raw : delivery.body;
    const size = new TextEncoder().encode(raw).length;
    const button = (view: View, text: string) => html`<button type="button" class="button plain small" data-view=${view} aria-pressed=${this._view === view} @click=${() => (this._view = view)}>${text}</button>`;
    return html`<div class="paper"><div class="views" role="group" aria-label=${words.say('view.preview')}><slot name="title"></slot>
        ${delivery.platform === 'email' ? html`${mailPolicy ? button('seen', words.say('html')) : nothing}${button('text', words.say('text'))}` : button('seen', words.say(isRequest(delivery.platform) ? 'request' : 'asSeen'))}
        ${button('raw', words.say('raw'))}</div>
      ${delivery.truncations.length > 0 ? html`<p class="cuts" id="cuts">${words.say('cut', { parts: words.list(delivery.truncations.map(({ part, kept, length }) => words.say('cutPart', { part: words.find(`part.${part}`) ?? part, kept, length }))) })}</p>` : nothing}
      ${this._view === 'raw' ? html`<div class="inner"><p class="quiet">${words.say('bytes', { count: size })}</p><pre tabindex="0" id="raw" aria-label=${words.say('raw')}>${raw}</pre></div>` : this.#seen()}
    </div>`;
  }

  /** The headers that sign it, which depend on when it is sent. */
  #signature(): Record<string, string> {
    const hidden = '\u2022'.repeat(16);
    if (this.signed === '') return {};
    if (this.signed === 'github') return { 'x-hub-signature-256': `sha256=${hidden}` };
    if (this.signed === 'stripe') return { 'stripe-signature': `t=${hidden},v1=${hidden}` };
    return { 'webhook-timestamp': this.words.say('whenSent'), 'webhook-signature': `v1,${hidden}` };
  }

  #seen(): TemplateResult {
    const { words, delivery } = this;
    const cut = delivery.truncations.length > 0 ? words.say('cutHere') : '';
    if (delivery.platform === 'email') {
      const { subject, from, text } = this.#mail!;
      const to = delivery.envelope.to;
      return html`<div class="inner"><dl><dt>${words.say('from')}</dt><dd><bdi>${from}</bdi></dd><dt>${words.say('to')}</dt><dd>${to.length > 0 ? html`<bdi>${to.join(', ')}</bdi>` : words.say('nobody')}</dd>
          <dt>${words.say('subject')}</dt><dd id="subject"><bdi>${withCuts(subject, cut)}</bdi></dd></dl>
        ${this._view === 'text' || !mailPolicy ? html`<pre tabindex="0" id="text" aria-label=${words.say('text')}>${markCuts(text, cut)}</pre>` : html`<iframe sandbox="allow-same-origin" title=${words.say('html')}></iframe>`}</div>`;
    }
    if (isRequest(delivery.platform)) {
      return html`<div class="inner"><p class="line"><code>${delivery.method}</code> ${delivery.url}</p>
        <table><caption class="visually-hidden">${words.say('headers')}</caption><thead class="visually-hidden"><tr><th scope="col">${words.say('header')}</th><th scope="col">${words.say('value')}</th></tr></thead><tbody>
        ${Object.entries({ ...delivery.headers, ...this.#signature() }).map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`)}</tbody></table>
        <hr><pre tabindex="0" aria-label=${words.say('body')}>${pretty(delivery.body)}</pre></div>`;
    }
    const time = words.time(Date.now());
    const { body, notifierName: name } = delivery;
    const draw = { slack: drawSlack, discord: drawDiscord, microsoft_teams: drawMicrosoftTeams, google_chat: drawGoogleChat, telegram: drawTelegram, ntfy: drawPush, gotify: drawPush, pushover: drawPush, pagerduty: drawPagerDuty, matrix: drawMatrix }[delivery.platform as string] ?? drawRocketChat;
    return html`<div class="inner">${draw(body, name, time, cut, (at) => words.moment(at))}</div>`;
  }
}

/** Whether it is shown as the request that it is: nobody here knows how a host's own platform looks. */
function isRequest(platform: string): boolean {
  return platform === 'webhook' || !(platformNames as readonly string[]).includes(platform);
}

/** Puts styles aside, which the page's policy would refuse and report. */
function undressed(html: string): string {
  return html.replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/\sstyle=/gi, ' data-style='));
}

/** Styles a mail through the CSSOM: the page's policy may forbid styles within HTML. Its links lead nowhere here. */
function dress(frame: HTMLIFrameElement, cut: string): void {
  const page = frame.contentDocument;
  if (!page) return;
  for (const element of page.querySelectorAll<HTMLElement>('[data-style]')) element.style.cssText = element.dataset['style']!;
  page.addEventListener('click', (event) => event.preventDefault());
  for (const link of page.querySelectorAll('a')) {
    link.title = link.href;
    link.removeAttribute('href');
  }
  if (cut !== '') markIn(page, cut);
  frame.style.blockSize = '0';
  frame.style.blockSize = `${Math.min(page.documentElement.scrollHeight, 900)}px`;
}

function markIn(page: Document, cut: string): void {
  const texts = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
  const cuts: Text[] = [];
  while (texts.nextNode()) if (texts.currentNode.nodeValue!.trimEnd().endsWith('\u2026')) cuts.push(texts.currentNode as Text);
  for (const text of cuts) {
    const mark = page.createElement('mark');
    mark.title = cut;
    text.splitText(text.data.lastIndexOf('\u2026')).replaceWith(mark);
    mark.textContent = '\u2026';
  }
}

function pretty(json: string): string {
  try {
    return json.length > 200_000 ? json.slice(0, 200_000) : JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}

define('notifier-dashboard-payload', NotifierPayload);
