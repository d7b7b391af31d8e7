// How the frame around the parts looks: heading, tabs, notices, dialogs.

import { css } from 'lit';

export const frame = css`
  :host { color-scheme: light dark; container: notifiers / inline-size; min-inline-size: 0; text-align: start; }
  :host([color-scheme='light']) { color-scheme: light; }
  :host([color-scheme='dark']) { color-scheme: dark; }
  .all { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1rem; }
  [role='tablist'] { display: flex; gap: 0.25rem; border-block-end: 1px solid var(--n-line); overflow-x: auto; scrollbar-width: none; }
  [role='tab'] { border: 0; background: none; padding: 0.6rem 0.75rem; cursor: pointer; font-weight: 550; color: var(--n-quiet); border-block-end: 2px solid transparent; margin-block-end: -1px; white-space: nowrap; }
  [role='tab']:hover { color: var(--n-text); }
  [role='tab'][aria-selected='true'] { color: var(--n-accent); border-block-end-color: var(--n-accent); }
  [role='tab']:focus-visible { outline-offset: -3px; }
  [role='tabpanel'] { display: grid; gap: 0.9rem; min-inline-size: 0; grid-template-columns: minmax(0, 1fr); }
  .head { justify-content: space-between; }
  .head h2 { min-inline-size: 0; overflow-wrap: anywhere; display: -webkit-box; -webkit-line-clamp: 2; -webkit-box-orient: vertical; overflow: hidden; }
  .tools input { max-inline-size: 24rem; } .tools select { inline-size: auto; max-inline-size: 100%; }
  .notice { display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; align-items: center; justify-content: space-between; padding: 0.6rem 1rem; border: 1px solid var(--n-line); border-radius: var(--n-radius); background: var(--n-raised); overflow-wrap: anywhere; }
  .notice.bad { background: var(--n-warn-surface); border-color: var(--n-warn); }
  .toast { justify-self: center; inline-size: min(100%, 42rem); position: sticky; inset-block-end: 1rem; z-index: 2; box-shadow: 0 6px 24px rgb(0 0 0 / 0.18); background: var(--n-text); color: var(--n-surface); border-color: var(--n-text); }
  .toast.failed { border-color: var(--n-danger); border-inline-start-width: 6px; }
  .toast .button { background: none; color: inherit; border-color: currentColor; }
  .toast .button:hover { background: color-mix(in srgb, currentColor 15%, transparent); }
  .toast :focus-visible { outline-color: currentColor; }
  dialog { inline-size: min(72rem, calc(100vw - 2rem)); max-inline-size: none; max-block-size: calc(100dvh - 2rem); padding: 0; border: 1px solid var(--n-line); border-radius: calc(var(--n-radius) + 4px); background: var(--n-surface); color: var(--n-text); overflow: auto; overscroll-behavior: contain; }
  dialog.slim { inline-size: min(28rem, calc(100vw - 2rem)); }
  dialog.slim.wide { inline-size: min(44rem, calc(100vw - 2rem)); }
  dialog::backdrop { background: rgb(10 12 20 / 0.5); }
  .box { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1rem; padding: 1.25rem; }
  .box h2 { overflow-wrap: anywhere; }
  .end { justify-content: flex-end; }
  @container notifiers (max-width: 40rem) {
    .tools input { max-inline-size: none; flex-basis: 100%; } .tools select { flex: 1; } #count { flex: 1 1 5rem; }
  }
  @container notifiers (max-width: 26rem) {
    [role='tablist'] { gap: 0; justify-content: space-between; }
    [role='tab'] { padding-inline: 0.25rem; font-size: 0.9375rem; }
  }
  @media (forced-colors: active) { [role='tab'] { border-block-end-color: Canvas; } [role='tab'][aria-selected='true'] { background: Highlight; color: HighlightText; } }
  .skeleton { block-size: 4.5rem; background: var(--n-raised); border-block-end: 1px solid var(--n-line); }
`;
