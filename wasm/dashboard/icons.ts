// Signs of the platforms, drawn for this page.

import { svg, html, type TemplateResult } from 'lit';

/** By platform; more_platforms.ts adds to them. */
export const paths: Record<string, TemplateResult> = {
  email: svg`<rect x="3" y="5" width="18" height="14" rx="2.5"/><path d="m4 7.5 8 6 8-6"/>`,
  slack: svg`<path d="M9.5 3.5 7 20.5M17 3.5l-2.5 17M4 9h17M3 15h17"/>`,
  rocket_chat: svg`<path d="M12 4c5 0 9 3 9 7.5S17 19 12 19c-1.2 0-2.4-.2-3.4-.5L4 20.5l1.3-4C3.9 15.2 3 13.4 3 11.5 3 7 7 4 12 4Z"/><path d="M8.2 11.5h.1M12 11.5h.1M15.8 11.5h.1"/>`,
  mattermost: svg`<path d="M14 3.5A9 9 0 1 0 20.5 10M15.5 3.5c2.5 4 2 10.5-3 10.5-4 0-4.5-5-1-7.5Z"/>`,
  discord: svg`<path d="M8 5.5C5 6.5 3 11.5 3.5 17c3 2 4.5 1.5 5.5-.5h6c1 2 2.5 2.5 5.5.5.5-5.5-1.5-10.5-4.5-11.5M9 6.5h6M9.2 12h.1M14.8 12h.1"/>`,
  microsoft_teams: svg`<path d="M3 8h9v9H3zM5.5 10.5h4M7.5 10.5v4M12 10h8v4.5a4.5 4.5 0 0 1-8 2.5M15 7a2.5 2.5 0 1 0-2-2"/>`,
  google_chat: svg`<path d="M4 5h16v11H10l-4 4v-4H4zM8 9h8M8 12.5h5"/>`,
  webhook: svg`<path d="m8 7-5 5 5 5M16 7l5 5-5 5M13.5 5l-3 14"/>`,
};

/** Whose tone a platform has that has none of its own. */
export const tones: Record<string, string> = {};

let more: Promise<unknown> | undefined;

/** @param again draws it once more, when its sign has come */
export function platformSign(platform: string, again?: () => void): TemplateResult {
  if (again && !paths[platform] && !more) void (more = import('./more_platforms.js')).then(again);
  return html`<span class="badge ${tones[platform] ?? platform}" aria-hidden="true"
    ><svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round">${paths[platform] ?? paths['webhook']}</svg></span
  >`;
}
