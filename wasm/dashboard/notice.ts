// What was just done, shown for a while and said aloud; some of it can be undone.

import { html, nothing, type TemplateResult } from 'lit';
import type { Words } from './strings.js';

const shown = 6_000;
const shownWithUndo = 12_000;

interface Notice {
  text: string;
  isBad: boolean;
  /** Until somebody takes it away, or something else is said. */
  stays: boolean;
  undo: (() => Promise<void>) | undefined;
}

export class Notices {
  readonly #changed: () => void;
  #notice: Notice | undefined;
  #announced = '';
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** What had the focus before it went into the notice. */
  #before: EventTarget | undefined;
  #hasFocus = false;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** For a live region. */
  get announced(): string {
    return this.#announced;
  }

  get undo(): (() => Promise<void>) | undefined {
    return this.#notice?.undo;
  }

  say(text: string, { undo, isBad = false, stays = false }: { undo?: () => Promise<void>; isBad?: boolean; stays?: boolean } = {}): void {
    this.#notice = { text, isBad, stays, undo };
    // A text that is said twice must change in between, or it is not heard.
    this.#announced = this.#announced === text ? `${text}\u00a0` : text;
    this.#changed();
    this.#count();
  }

  /** Takes the notice away, and gives back the focus if it was there. */
  close(): void {
    this.stop();
    if (!this.#notice) return;
    this.#notice = undefined;
    const before = this.#hasFocus ? this.#before : undefined;
    this.#hasFocus = false;
    this.#changed();
    if (before instanceof HTMLElement && before.isConnected) before.focus();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #count(): void {
    this.stop();
    if (this.#notice?.stays) return;
    this.#timer = setTimeout(() => this.close(), this.undo ? shownWithUndo : shown);
  }

  /** For every focusout around: remembers where the focus was. */
  left(event: Event): void {
    const [element] = event.composedPath();
    if (!this.#hasFocus) this.#before = element;
  }

  /** Whoever reads it or reaches for it has all the time they want. */
  readonly #hold = (event: Event): void => {
    this.stop();
    if (event.type === 'focusin') this.#hasFocus = true;
  };

  readonly #release = (event: Event): void => {
    if (event.type === 'focusout') this.#hasFocus = false;
    if (!(event.currentTarget as Element).matches(':hover, :focus-within')) this.#count();
  };

  draw(words: Words): TemplateResult | typeof nothing {
    const notice = this.#notice;
    if (!notice) return nothing;
    return html`<div class="notice toast ${notice.isBad ? 'failed' : ''}" @focusin=${this.#hold} @pointerenter=${this.#hold} @focusout=${this.#release} @pointerleave=${this.#release}>
      <span>${notice.text}</span><span class="bar">
      ${notice.undo ? html`<button type="button" class="button small" id="undo" aria-keyshortcuts="Control+Z" @click=${() => void this.runUndo()}>${words.say('undo')}</button>` : nothing}
      <button type="button" class="button small" id="dismiss" @click=${() => this.close()}>${words.say('dismiss')}</button></span></div>`;
  }

  async runUndo(): Promise<void> {
    const undo = this.undo;
    this.stop();
    this.#notice = undefined;
    this.#hasFocus = false;
    this.#changed();
    await undo?.();
  }
}
