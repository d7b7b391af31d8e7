// Platforms of the server's own: rows of its vocabulary, for lists, forms and previews.

import type { PlatformRow, VocabularyRows } from 'notifier-wasm';

const rows: PlatformRow[] = [];

/** The platforms of a vocabulary that are not taken away. */
export function platformsOf(vocabulary: VocabularyRows | undefined): PlatformRow[] {
  return (vocabulary?.platforms ?? []).filter((row): row is PlatformRow => !('remove' in row));
}

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
