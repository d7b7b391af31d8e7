// Platforms of the server's own: rows of its vocabulary, for lists, forms and previews.

import type { PlatformRow } from 'notifier-wasm';

const rows: PlatformRow[] = [];

/** What the server has, in place of what was known before. */
export function teachPlatforms(known: readonly PlatformRow[]): void {
  rows.splice(0, rows.length, ...known);
}

export function ownPlatforms(): readonly PlatformRow[] {
  return rows;
}

export function ownPlatform(name: string): PlatformRow | undefined {
  return rows.find((row) => row.name === name);
}
