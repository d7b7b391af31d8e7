// How it all looks. Hosts set the custom properties on `notifier-dashboard`; the defaults follow the colour scheme.

import { css } from 'lit';

/** Names, spacing and controls that every part shares. */
export const base = css`
  :host {
    --n-accent: var(--notifier-accent, light-dark(#3446c8, #a3b1ff));
    --n-on-accent: var(--notifier-on-accent, light-dark(#fff, #10142b));
    --n-surface: var(--notifier-surface, light-dark(#fff, #15171c));
    --n-raised: var(--notifier-raised, light-dark(#f6f7f9, #1d2027));
    --n-text: var(--notifier-text, light-dark(#1b1f27, #eceef2));
    --n-quiet: var(--notifier-quiet, light-dark(#596172, #a3abba));
    --n-line: var(--notifier-line, light-dark(#dfe2e8, #31353e));
    --n-control: var(--notifier-control-line, light-dark(#868e9d, #737b8a));
    --n-danger: var(--notifier-danger, light-dark(#b3261e, #ff9d94));
    --n-good: var(--notifier-good, light-dark(#146c3a, #7fd8a2));
    --n-warn: var(--notifier-warn, light-dark(#8a5300, #f2bd6b));
    --n-warn-surface: light-dark(#fff4dc, #33291a);
    --n-radius: var(--notifier-radius, 8px);
    display: block;
    color: var(--n-text);
    font: 400 0.9375rem/1.5 var(--notifier-font, system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif);
  }
  *, ::before, ::after { box-sizing: border-box; }
  [hidden] { display: none !important; }
  h2, h3, h4, p, ul, ol, dl, dd, pre, fieldset, figure { margin: 0; padding: 0; }
  ul, ol { list-style: none; }
  /* What is written in another script than the page's runs its own way, on the page's side. */
  :where(h2, h3, p, label, legend, summary, button, span, b, div.empty, div.quiet, li, th, td, dt, dd, option) { unicode-bidi: plaintext; text-align: -webkit-match-parent; text-align: match-parent; }
  fieldset { border: 0; min-inline-size: 0; }
  h2 { font-size: 1.25rem; line-height: 1.3; font-weight: 650; letter-spacing: -0.01em; }
  h3 { font-size: 1rem; font-weight: 650; }
  button, input, select, textarea { font: inherit; color: inherit; }
  button, select, summary, label { -webkit-tap-highlight-color: transparent; }
  :focus-visible { outline: 2px solid var(--n-accent); outline-offset: 2px; border-radius: 4px; }
  .button {
    display: inline-flex; align-items: center; justify-content: center; gap: 0.4em; min-block-size: 2.25rem; padding: 0.25rem 0.8rem;
    border: 1px solid var(--n-control); border-radius: calc(var(--n-radius) - 2px); background: var(--n-surface); cursor: pointer;
    font-weight: 550; white-space: nowrap; text-decoration: none;
  }
  .button:hover { background: var(--n-raised); }
  .button[disabled] { opacity: 0.6; cursor: default; }
  .primary { background: var(--n-accent); border-color: var(--n-accent); color: var(--n-on-accent); }
  .primary:hover { background: color-mix(in srgb, var(--n-accent) 88%, var(--n-text)); }
  .danger { color: var(--n-danger); }
  .primary.danger { background: var(--n-danger); border-color: var(--n-danger); color: light-dark(#fff, #2a0805); }
  .plain { border-color: transparent; background: none; padding-inline: 0.6rem; }
  .button[aria-pressed='true']:not(.plain) { background: color-mix(in srgb, var(--n-accent) 12%, var(--n-surface)); border-color: var(--n-accent); color: var(--n-accent); }
  .small { min-block-size: 2rem; padding-inline: 0.6rem; font-size: 0.875rem; }
  input:not([type='checkbox'], [type='radio']), select, textarea {
    inline-size: 100%; min-block-size: 2.25rem; padding: 0.3rem 0.6rem; border: 1px solid var(--n-control);
    border-radius: calc(var(--n-radius) - 2px); background: var(--n-surface);
  }
  textarea { min-block-size: 4rem; resize: vertical; }
  .code, textarea.code, pre { font: 0.8125rem/1.5 ui-monospace, 'SF Mono', Menlo, Consolas, 'Noto Sans Mono', monospace; }
  input[aria-invalid='true'], textarea[aria-invalid='true'] { border-color: var(--n-danger); }
  input[type='checkbox'], input[type='radio'] { inline-size: 1.125rem; block-size: 1.125rem; margin: 0; accent-color: var(--n-accent); flex: none; }
  .check { display: flex; gap: 0.55rem; align-items: center; min-block-size: 1.75rem; cursor: pointer; overflow-wrap: anywhere; }
  .field { display: grid; gap: 0.25rem; }
  .field > label, legend, .label { font-weight: 600; font-size: 0.875rem; padding: 0; }
  .hint, .quiet { color: var(--n-quiet); font-size: 0.875rem; }
  .error { color: var(--n-danger); font-size: 0.875rem; font-weight: 500; overflow-wrap: anywhere; }
  .card { border: 1px solid var(--n-line); border-radius: var(--n-radius); background: var(--n-surface); }
  .badge {
    display: inline-grid; place-items: center; inline-size: 2.125rem; block-size: 2.125rem; flex: none; border-radius: 8px; color: var(--tone, var(--n-quiet));
    background: color-mix(in srgb, var(--tone, var(--n-quiet)) 13%, transparent);
  }
  .badge svg { inline-size: 1.2rem; block-size: 1.2rem; }
  .slack { --tone: light-dark(#7a2c80, #dfa1e4); } .rocket_chat { --tone: light-dark(#c3262f, #ff9b9f); } .mattermost { --tone: light-dark(#1c58d9, #8fb0ff); } .discord { --tone: light-dark(#4752c4, #a9b1ff); } .microsoft_teams { --tone: light-dark(#5b5fc7, #b3b6ff); } .google_chat { --tone: light-dark(#00713a, #6fd69a); } .email { --tone: light-dark(#1f62b8, #8fbdf7); } .webhook { --tone: light-dark(#0d6b5e, #6fd6c4); }
  .pill { display: inline-block; padding: 0 0.5rem; border-radius: 99px; border: 1px solid var(--n-line); color: var(--n-quiet); font-size: 0.8125rem; line-height: 1.5rem; white-space: nowrap; }
  .pill.good { color: var(--n-good); border-color: currentColor; } .pill.bad { color: var(--n-danger); border-color: currentColor; }
  .visually-hidden { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  .bar { display: flex; flex-wrap: wrap; gap: 0.5rem 0.75rem; align-items: center; }
  .grow { flex: 1 1 12rem; min-inline-size: 0; }
  .empty { display: grid; gap: 0.5rem; justify-items: center; padding: 3rem 1rem; text-align: center; color: var(--n-quiet); border: 1px dashed var(--n-line); border-radius: var(--n-radius); }
  .empty h3 { color: var(--n-text); }
  .ellipsis { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  mark { background: var(--n-warn-surface); color: var(--n-warn); border-radius: 3px; padding: 0 2px; }
  @media (forced-colors: active) {
    .badge, .pill, .button { border: 1px solid ButtonText; }
    .primary, [aria-selected='true'], .button[aria-pressed='true'] { forced-color-adjust: none; background: Highlight !important; color: HighlightText !important; border-color: Highlight !important; }
  }
  @media (prefers-reduced-motion: no-preference) {
    .button, .switch::after, .switch { transition: background-color 0.12s, translate 0.12s; }
  }
`;
