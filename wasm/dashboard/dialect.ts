// A server's own ids, and types of events that the library does not know: put into the engine's words.

import type { Catalogue, EventCategory, EventType, NotifierDraft, Platform, VocabularyRows } from 'notifier-wasm';
import type { ServerCatalogue } from './client.js';
import { platformsOf, teachPlatforms } from './own_platforms.js';

/** Where the engine puts the types that only the server knows. */
const category: EventCategory = { id: 'of-this-server', name: 'of-this-server', display_name: 'Of this server', position: 100 };

export class Dialect {
  /** What there is, in the ids of the server; what it does not tell is the engine's own. */
  readonly catalogue: Catalogue;
  /** What the engine has to be told of. */
  readonly additions: { event_categories: EventCategory[]; event_types: EventType[]; vocabulary?: VocabularyRows };
  /** The engine's ids by the server's. */
  readonly #types: ReadonlyMap<string, string>;
  readonly #platforms: ReadonlyMap<string, Platform>;

  /** @param builtIn  what the engine knows by itself */
  constructor(builtIn: Catalogue, { platforms, categories, types, vocabulary }: ServerCatalogue = { platforms: [], categories: [], types: [] }) {
    const known = new Map(builtIn.event_types.map(({ name, id }) => [name, id]));
    const ids = new Set([...known.values(), ...(vocabulary?.event_types ?? []).map(({ id, name }) => id ?? name)]);
    const added = types.filter(({ name, id }) => !known.has(name) && !ids.has(id));
    this.additions = { event_categories: added.length > 0 ? [category] : [], event_types: added.map((type) => ({ ...type, category_id: category.id })), ...(vocabulary && { vocabulary }) };
    teachPlatforms(platformsOf(vocabulary));
    this.#types = new Map(types.map(({ name, id }) => [id, known.get(name) ?? id]));
    this.#platforms = new Map(platforms.map(({ id, name }) => [id, name]));
    this.catalogue = {
      platforms: platforms.length > 0 ? platforms : builtIn.platforms,
      event_categories: categories.length > 0 ? categories : builtIn.event_categories,
      event_types: types.length > 0 ? types : builtIn.event_types,
      event_kinds: builtIn.event_kinds,
    };
  }

  /** A notifier or a draft as the engine takes it. */
  translated<Draft extends NotifierDraft>(draft: Draft): Draft {
    const platform = this.#platforms.get(draft.platform_id ?? '');
    const selected = draft.selected_event_ids?.map((id) => this.#types.get(id) ?? id);
    const { platform_id: id, ...rest } = draft;
    return { ...rest, ...(platform !== undefined ? { platform } : id !== undefined && { platform_id: id }), ...(selected && { selected_event_ids: selected }) } as Draft;
  }
}
