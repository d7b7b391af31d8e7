// Signs and names of the platforms that fewer pages have: fetched once one of them is there, and with forms.

import { svg } from 'lit';
import { paths, tones } from './icons.js';
import { teach } from './strings.js';

Object.assign(paths, {
  gotify: svg`<path d="M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 2h-15zM10 21h4M12 5V3"/>`,
  matrix: svg`<path d="M7 3.5H4v17h3M17 3.5h3v17h-3M8 16v-5.5a2 2 0 0 1 4 0V16M12 10.5a2 2 0 0 1 4 0V16"/>`,
  ntfy: svg`<path d="M4 5h16v11H9l-5 4zM8 8.5l3 2-3 2M13 13h3"/>`,
  pagerduty: svg`<path d="M7 20v-4M7 13V4h6a4.5 4.5 0 0 1 0 9z"/>`,
  pushover: svg`<path d="M8.5 20 13 4.5h2.5a4.5 4.5 0 0 1 0 9H10"/>`,
  telegram: svg`<path d="M3 11.5 21 4l-3 16-6.5-4.5L9 19v-5.5L17 8"/>`,
});

Object.assign(tones, { telegram: 'email', ntfy: 'webhook', gotify: 'discord', matrix: 'google_chat', pagerduty: 'webhook', pushover: 'microsoft_teams' });

export const platformWords = {
  'platform.telegram': 'Telegram',
  'platform.ntfy': 'ntfy',
  'platform.gotify': 'Gotify',
  'platform.matrix': 'Matrix',
  'platform.pushover': 'Pushover',
  'platform.pagerduty': 'PagerDuty',
};

export type PlatformKey = keyof typeof platformWords;

teach(platformWords);
