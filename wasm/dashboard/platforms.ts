// The platforms there are, in the order that they are shown in, and what is known of each.

import { type PlatformField, platforms as rows } from './platform_rows.js';

const first = ['slack', 'rocket_chat', 'email', 'webhook'];
const place = (name: string) => (first.includes(name) ? first.indexOf(name) : first.length);

/** The same in another list: those that are not known here come last. */
export function inOrder<T extends { name: string }>(platforms: readonly T[]): T[] {
  return [...platforms].sort((a, b) => place(a.name) - place(b.name));
}

export const platforms = inOrder(rows).map(({ name }) => name);

/** What the `type_data` of a platform's notifiers may hold; empty for one that is not known here. */
export function fieldsOf(platform: string): readonly PlatformField[] {
  return rows.find(({ name }) => name === platform)?.fields ?? [];
}
