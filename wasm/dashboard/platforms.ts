// The platforms there are, in the order that they are shown in.

import { platformNames } from './platform_names.js';

const first = ['slack', 'rocket_chat', 'email', 'webhook'];
const place = (name: string) => (first.includes(name) ? first.indexOf(name) : first.length);

/** The same in another list: those that are not known here come last. */
export function inOrder<T extends { name: string }>(platforms: readonly T[]): T[] {
  return [...platforms].sort((a, b) => place(a.name) - place(b.name));
}

export const platforms = inOrder(platformNames.map((name) => ({ name }))).map(({ name }) => name);
