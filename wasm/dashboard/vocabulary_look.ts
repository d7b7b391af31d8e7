// How the page of words looks.

import { css } from 'lit';

export const vocabularyLook = css`
  .all { display: grid; gap: 1rem; grid-template-columns: minmax(0, 1fr); }
  .space { justify-content: space-between; }
  .both { display: grid; gap: 1rem 1.25rem; grid-template-columns: minmax(13rem, 15rem) minmax(0, 1fr) minmax(0, 1fr); align-items: start; }
  .list, .open, .previews, .slim { display: grid; gap: 0.6rem; grid-template-columns: minmax(0, 1fr); min-inline-size: 0; }
  .slim { max-inline-size: 34rem; } .slim .button { justify-self: start; }
  .kinds { max-block-size: 40rem; overflow: auto; overscroll-behavior: contain; }
  /* What people would read stays beside what is written. */
  .previews { position: sticky; inset-block-start: 0.5rem; max-block-size: calc(100dvh - 6rem); overflow: auto; overscroll-behavior: contain; }
  .kinds li:not(:last-child), .language:not(:last-child) { border-block-end: 1px solid var(--n-line); }
  .language { padding: 0.5rem 0.9rem; min-block-size: 3rem; }
  .kind { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0 0.5rem; inline-size: 100%; padding: 0.4rem 0.75rem; border: 0; background: none; text-align: start; cursor: pointer; align-items: center; }
  .kind:hover { background: var(--n-raised); } .kind .code { grid-column: 1 / -1; unicode-bidi: plaintext; text-align: match-parent; }
  .kind[aria-current='true'] { background: color-mix(in srgb, var(--n-accent) 12%, var(--n-surface)); box-shadow: inset 3px 0 var(--n-accent); }
  .kind[aria-current='true']:dir(rtl) { box-shadow: inset -3px 0 var(--n-accent); }
  .kind:focus-visible { outline-offset: -2px; }
  .kind .name { font-weight: 550; }
  .each { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr)); gap: 1rem; align-items: start; }
  .each > section { min-inline-size: 0; }
  .title { display: flex; align-items: center; gap: 0.6rem; padding-inline-start: 0.35rem; } .title .badge { inline-size: 1.75rem; block-size: 1.75rem; }
  h4 { font-size: 0.9375rem; font-weight: 650; }
  .failed { display: grid; gap: 0.5rem; padding: 0.5rem; overflow-wrap: anywhere; }
  .notice { padding: 0.6rem 1rem; border: 1px solid var(--n-danger); border-radius: var(--n-radius); } .notice ul { display: grid; gap: 0.4rem; }
  .save { position: sticky; inset-block-end: 0; z-index: 1; padding: 0.6rem 0; background: var(--n-surface); border-block-start: 1px solid var(--n-line); }
  label.bar { flex-wrap: nowrap; } label.bar select { inline-size: auto; min-inline-size: 0; max-inline-size: 100%; flex: 0 1 auto; }
  @container notifiers (max-width: 64rem) {
    .both { grid-template-columns: minmax(13rem, 15rem) minmax(0, 1fr); }
    .previews { grid-column: 1 / -1; position: static; max-block-size: none; }
  }
  @container notifiers (max-width: 42rem) {
    .both { grid-template-columns: minmax(0, 1fr); } .kinds { max-block-size: 15rem; }
    .save .grow { flex-basis: 100%; } .save .button { flex: 1; }
  }
  @media (forced-colors: active) { .kind[aria-current='true'] { outline: 2px solid Highlight; outline-offset: -2px; } }
`;
