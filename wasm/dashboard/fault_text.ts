// What is wrong with a text, and the text around the character of each fault.

import { css, html, nothing, type TemplateResult } from 'lit';
import type { Words } from './strings.js';
import { offsetOf, type Fault } from './word_bench.js';

/** As many characters of a text are shown on each side of a fault. */
const around = 24;

export const faultLook = css`
  .fault { display: grid; gap: 0.15rem; }
  .place { border: 0; background: none; padding: 0; color: inherit; text-decoration: underline; cursor: pointer; font: inherit; font-weight: 650; min-block-size: 1.5rem; }
  .excerpt { white-space: pre-wrap; overflow-wrap: anywhere; } .excerpt mark { padding: 0; outline: 1px solid currentColor; }
`;

/** @param text  what the faults are in; undefined where characters are of no text that is shown */
export function drawFaults(words: Words, id: string, faults: readonly Fault[], text: string | undefined, goTo: (at: number, end: number) => void): TemplateResult | typeof nothing {
  if (faults.length === 0) return nothing;
  return html`<div class="error fault" id=${id}>${faults.map(({ message, character }) => {
    if (character === undefined) return html`<p>${message}</p>`;
    if (text === undefined) return html`<p>${words.say('atCharacter', { count: character })}: ${message}</p>`;
    const at = offsetOf(text, character);
    const end = at + ([...text.slice(at)][0]?.length ?? 0);
    return html`<p><button type="button" class="place" @click=${() => goTo(at, end)}>${words.say('atCharacter', { count: character })}</button>: ${message}</p>
      <p class="code excerpt" aria-hidden="true" dir="auto">${at > around ? '\u2026' : ''}${text.slice(Math.max(0, at - around), at)}<mark>${text.slice(at, end) || '\u2423'}</mark>${text.slice(end, end + around)}${text.length > end + around ? '\u2026' : ''}</p>`;
  })}</div>`;
}

/** Puts the focus on a field of a form, at what is wrong in it. */
export function goTo(root: ParentNode, input: string, at: number, end: number): void {
  const field = root.querySelector<HTMLInputElement | HTMLTextAreaElement>(`#${input}`);
  field?.focus();
  field?.setSelectionRange(at, end);
}
