// Signs and names of the platforms that fewer pages have: fetched once one of them is there, and with forms.

import { svg } from 'lit';
import { paths } from './icons.js';
import { teach } from './strings.js';

Object.assign(paths, {
  telegram: svg`<path d="M3 11.5 21 4l-3 16-6.5-4.5L9 19v-5.5L17 8"/>`,
});

export const platformWords = {
  'platform.telegram': 'Telegram',
};

export type PlatformKey = keyof typeof platformWords;

teach(platformWords);
