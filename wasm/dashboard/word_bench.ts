// A vocabulary that is being changed: an engine of its own says what is wrong with it, and shows what people would read.

import { NotifierError, createEngine, type Catalogue, type Delivery, type Engine, type EventKindRow, type FieldError, type PlatformInfo, type PlatformRow, type VocabularyRows } from 'notifier-wasm';
import type { AppInfo, Person } from './client.js';
import { platformsOf } from './own_platforms.js';
import { inOrder } from './platforms.js';
import { standIn, type Workshop } from './workshop.js';

/** What is wrong, and where: the member of a row, and which character of its text. */
export interface Fault {
  field: string;
  message: string;
  /** Counted from 1. */
  character?: number;
}

export function faultOf({ field, message }: Pick<FieldError, 'field' | 'message'>): Fault {
  const [, character, text] = /^character (\d+): ([^]*)$/.exec(message) ?? [];
  return character === undefined ? { field, message } : { field, message: text!, character: Number(character) };
}

/** Where a character of a fault is in a text as JavaScript counts it. */
export function offsetOf(text: string, character: number): number {
  return [...text].slice(0, character - 1).join('').length;
}

export interface Shown {
  platform: PlatformInfo;
  delivery?: Delivery;
  error: string;
}

export class WordBench {
  readonly #engine: Engine;
  readonly #app: AppInfo;
  readonly #people: readonly Person[];
  #platforms: readonly PlatformRow[] = [];
  /** The rows of the built-in vocabulary, by kind. */
  readonly builtIn: ReadonlyMap<string, EventKindRow>;
  /** What else is built in. */
  readonly original: Pick<Catalogue, 'event_types' | 'event_categories'>;

  /** An engine that makes messages as a workshop's does, by other words. */
  static async open(workshop: Workshop, rows: VocabularyRows): Promise<WordBench> {
    const engine = await createEngine();
    const original = engine.catalogue();
    const builtIn = new Map(original.event_kinds.map(({ type }) => [type, engine.eventKind(type)!]));
    const { apps, vocabulary: _, ...rest } = JSON.parse(workshop.snapshot()) as { apps: { id: string }[]; vocabulary?: unknown };
    engine.load({ ...rest, apps: apps.filter(({ id }) => id === workshop.app.id).map((app) => ({ ...app, notifiers: [] })), vocabulary: rows });
    return new WordBench(engine, workshop, builtIn, original, rows);
  }

  private constructor(engine: Engine, { app, people }: Workshop, builtIn: ReadonlyMap<string, EventKindRow>, original: Catalogue, rows: VocabularyRows) {
    this.#engine = engine;
    this.#app = app;
    this.#people = people;
    this.builtIn = builtIn;
    this.original = original;
    this.#platforms = platformsOf(rows);
  }

  get catalogue(): Catalogue {
    return this.#engine.catalogue();
  }

  /** Takes other words, where they have no fault. */
  put(rows: VocabularyRows): Fault[] {
    try {
      this.#engine.vocabulary(rows);
      this.#platforms = platformsOf(rows);
      return [];
    } catch (error) {
      if (!(error instanceof NotifierError)) throw error;
      return error.fields.length > 0 ? error.fields.map(faultOf) : [{ field: '', message: error.message }];
    }
  }

  /** An event of a kind, as JSON: the row's example, else one that is made from its slots. */
  sample(kind: string): string {
    const webhook = this.#engine.catalogue().platforms.find(({ name }) => name === 'webhook');
    const { response } = this.#engine.handle({
      method: 'POST',
      url: `/v1/apps/${encodeURIComponent(this.#app.id)}/notifiers/preview`,
      body: JSON.stringify({ notifier: { name: 'sample', platform_id: webhook?.id, type_data: { webhook_url: 'https://example.com/' } }, event: kind }),
    });
    return response.status === 200 ? (JSON.parse(response.body) as { preview: { body: string } }).preview.body : '';
  }

  /** An event as every platform shows it. */
  show(event: string, language: string): Shown[] {
    return inOrder(this.#engine.catalogue().platforms).map((platform) => {
      try {
        const own = this.#platforms.find(({ name }) => name === platform.name);
        return { platform, delivery: this.#engine.preview({ ...standIn(platform, this.#people, own), language }, event), error: '' };
      } catch (error) {
        return { platform, error: error instanceof Error ? error.message : String(error) };
      }
    });
  }

  dispose(): void {
    this.#engine.dispose();
  }
}
