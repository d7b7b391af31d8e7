// Validating, previewing and explaining: the engine on what the dashboard shows.

import { NotifierError, compileFilter, type Catalogue, type CompiledFilter, type Delivery, type Engine, type Explained, type FieldError, type Notifier, type NotifierDraft } from 'notifier-wasm';
import type { AppInfo, Person, ServerSettings } from './client.js';
import { Dialect } from './dialect.js';
import { ownPlatform } from './own_platforms.js';
import { fieldsOf, type FormField } from './platform_fields.js';

export { Dialect };

export class Workshop {
  readonly #engine: Engine;
  readonly app: AppInfo;
  readonly people: readonly Person[];
  /** In the ids of the server, as are all notifiers. */
  readonly catalogue: Catalogue;
  readonly #dialect: Dialect;

  constructor(engine: Engine, app: AppInfo, people: readonly Person[], dialect: Dialect) {
    this.#engine = engine;
    this.app = app;
    this.people = people;
    this.#dialect = dialect;
    this.catalogue = { ...dialect.catalogue, event_kinds: engine.catalogue().event_kinds };
  }

  /** What messages can be in, English first. */
  get languages(): readonly string[] {
    return [...new Set(['en', ...Object.keys(this.#engine.vocabulary().languages ?? {})])];
  }

  /** All that the engine holds. */
  snapshot(): string {
    return this.#engine.snapshot();
  }

  /** Every rule that a draft breaks. */
  problems(draft: NotifierDraft): readonly FieldError[] {
    try {
      this.#engine.validate(this.#dialect.translated(draft));
      return [];
    } catch (error) {
      if (error instanceof NotifierError && error.code === 'invalid') return error.fields;
      throw error;
    }
  }

  /** A made-up event of a kind, as JSON. */
  sample(kind: string): string {
    const webhook = this.#engine.catalogue().platforms.find(({ name }) => name === 'webhook');
    const notifier = { name: 'sample', platform_id: webhook?.id, type_data: { webhook_url: 'https://example.com/' } };
    const { response } = this.#engine.handle({
      method: 'POST',
      url: `/v1/apps/${encodeURIComponent(this.app.id)}/notifiers/preview`,
      body: JSON.stringify({ notifier, event: kind }),
    });
    return (JSON.parse(response.body) as { preview: { body: string } }).preview.body;
  }

  preview(notifier: string | NotifierDraft, event: string): Delivery {
    return this.#engine.preview(typeof notifier === 'string' ? notifier : this.#dialect.translated(notifier), event);
  }

  /** A filter by itself, to be disposed of; undefined of one that breaks a rule. */
  async compile(filter: string): Promise<CompiledFilter | undefined> {
    try {
      return await compileFilter(filter);
    } catch (error) {
      if (error instanceof NotifierError) return undefined;
      throw error;
    }
  }

  explain(event: string): Explained {
    return this.#engine.explain(event, { appIds: [this.app.id] });
  }
}

/** Makes an engine hold what a server holds, and make messages as the server does. Notifiers that it cannot read are left out. */
export function mirror(engine: Engine, app: AppInfo, notifiers: readonly Notifier[], people: readonly Person[], dialect: Dialect, settings: ServerSettings): void {
  const translated = notifiers.map((notifier) => dialect.translated(notifier));
  const base = { version: 1, users: people };
  const load = (some: readonly NotifierDraft[], more: object = { ...dialect.additions, ...settings }) => engine.load({ ...base, apps: [{ id: app.id, name: app.name, ...(app.language && { language: app.language }), notifiers: some }], ...more });
  try {
    load(translated);
  } catch (error) {
    if (!(error instanceof NotifierError)) throw error;
    const bad = new Set(error.fields.map(({ field }) => Number(/^apps\[0\]\.notifiers\[(\d+)\]/.exec(field)?.[1] ?? -1)));
    load(translated.filter((_, position) => !bad.has(position)));
  }
}

/** The least that a preview of a platform needs. @param own  its row, where it is one of the server's own */
export function standIn({ id, name }: { id: string; name: string }, people: readonly Person[], own = ownPlatform(name)): NotifierDraft {
  const [first] = people;
  const value = ({ kind, choices = '' }: FormField) => (kind === 'url' ? 'https://example.com/hook' : kind === 'choice' ? choices.split(' ')[0] : '1');
  const data = name === 'email' ? (first ? { user_ids: [first.id] } : { emails: ['you@example.com'] }) : Object.fromEntries(fieldsOf(name, own).filter(({ required }) => required).map((field) => [field.key, value(field)]));
  return { name: 'Preview', platform_id: id, type_data: data };
}
