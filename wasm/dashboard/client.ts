// The notifier API as functions.

import type { Delivery, EventCategory, EventType, FieldError, Links, Notifier, NotifierDraft, NotifierPatch, PlatformInfo, VocabularyRows } from 'notifier-wasm';
import { readNote, type DeliveryNote } from './delivery_note.js';
import type { Answer, Transport } from './transport.js';

/** A person that mails can go to. */
export interface Person {
  id: string;
  username: string;
  email: string;
}

export interface AppInfo {
  id: string;
  name: string;
  /** What its messages are in, where the app says so. */
  language?: string;
}

/** What a server makes messages with. */
export interface ServerSettings {
  email_from?: string;
  link_base?: string;
  links?: Links;
  /** What messages are in whose notifier and app say nothing else. */
  language?: string;
}

/** The server's lists of what there is; empty where it has none. */
export interface ServerCatalogue {
  platforms: PlatformInfo[];
  categories: EventCategory[];
  types: EventType[];
  /** What it says of events, and its own platforms: how that differs from what every engine knows. */
  vocabulary?: VocabularyRows | undefined;
}

/** An answer that is not the one hoped for. */
export class Refusal extends Error {
  readonly status: number;
  readonly fields: FieldError[];

  constructor({ status, body }: Answer) {
    const fields: FieldError[] = [];
    let message = '';
    try {
      const json = JSON.parse(body) as { error?: unknown; resource?: unknown; errors?: Record<string, unknown> };
      for (const [field, texts] of Object.entries(json.errors ?? {})) {
        for (const text of Array.isArray(texts) ? texts : [texts]) fields.push({ field, message: String(text), code: '' });
      }
      message = [json.resource, json.error].filter(Boolean).join(': ');
    } catch {
      // An answer of something between us and the server.
    }
    super(message || fields.map(({ field, message: text }) => `${field} ${text}`).join(', ') || `HTTP ${status}`);
    this.status = status;
    this.fields = fields;
  }

  /** There is no token, or it is not valid, or no longer. */
  get isForWantOfToken(): boolean {
    return this.status === 401;
  }
}

export class Client {
  readonly transport: Transport;

  constructor(transport: Transport) {
    this.transport = transport;
  }

  async ask<T>(expected: number, method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.transport.send(method, path, body);
    if (answer.status !== expected) throw new Refusal(answer);
    return (answer.body === '' ? undefined : JSON.parse(answer.body)) as T;
  }

  /** What servers need not have: undefined where it is lacking. */
  async #try<T>(path: string): Promise<T | undefined> {
    try {
      return await this.ask<T>(200, 'GET', path);
    } catch (error) {
      if ((error instanceof Refusal && !error.isForWantOfToken) || error instanceof SyntaxError) return undefined;
      throw error;
    }
  }

  /** Undefined where the server has no list of them. */
  async apps(): Promise<AppInfo[] | undefined> {
    return (await this.#try<{ apps: AppInfo[] }>('/v1/apps'))?.apps;
  }

  async app(id: string): Promise<AppInfo | undefined> {
    return (await this.#try<{ app: AppInfo }>(appPath(id)))?.app;
  }

  async addApp(name: string): Promise<AppInfo> {
    return (await this.ask<{ app: AppInfo }>(201, 'POST', '/v1/apps', { app: { name } })).app;
  }

  async people(app: string): Promise<Person[] | undefined> {
    type Collaborator = Partial<Person> & { user_id?: string };
    const answer = await this.#try<{ collaborators: Collaborator[] }>(`${appPath(app)}/collaborators`);
    return answer?.collaborators
      .map(({ id = '', user_id: userId, username = '', email = '' }) => ({ id: userId || id, username, email }))
      .filter(({ id }) => id !== '');
  }

  async catalogue(): Promise<ServerCatalogue> {
    const [platforms, categories, types, vocabulary] = await Promise.all([
      this.#try<{ notification_platforms: PlatformInfo[] }>('/v1/notification_platforms'),
      this.#try<{ event_categories: EventCategory[] }>('/v1/event_categories'),
      this.#try<{ event_types: EventType[] }>('/v1/event_types'),
      this.#try<{ vocabulary?: VocabularyRows }>('/v1/vocabulary'),
    ]);
    return {
      platforms: platforms?.notification_platforms ?? [],
      categories: categories?.event_categories ?? [],
      types: types?.event_types ?? [],
      vocabulary: vocabulary?.vocabulary,
    };
  }

  /** Empty where the server does not tell. */
  async settings(): Promise<ServerSettings> {
    const { email_from: from, link_base: base, links, language } = (await this.#try<{ settings?: ServerSettings }>('/v1/settings'))?.settings ?? {};
    return { ...(typeof language === 'string' && { language }), ...(typeof from === 'string' && { email_from: from }), ...(typeof base === 'string' && { link_base: base }), ...(typeof links === 'object' && links !== null && { links }) };
  }

  async notifiers(app: string): Promise<Notifier[]> {
    return (await this.ask<{ notifiers: Notifier[] }>(200, 'GET', `${appPath(app)}/notifiers`)).notifiers;
  }

  async add(app: string, notifier: NotifierDraft): Promise<Notifier> {
    return (await this.ask<{ notifier: Notifier }>(201, 'POST', `${appPath(app)}/notifiers`, { notifier })).notifier;
  }

  async update(app: string, id: string, notifier: NotifierPatch): Promise<Notifier> {
    return (await this.ask<{ notifier: Notifier }>(200, 'PATCH', notifierPath(app, id), { notifier })).notifier;
  }

  async remove(app: string, id: string): Promise<void> {
    await this.ask(204, 'DELETE', notifierPath(app, id));
  }

  /** What is left to the page to send. */
  async test(app: string, id: string): Promise<Answer> {
    const answer = await this.transport.send('POST', `${notifierPath(app, id)}/test`);
    if (answer.status !== 200) throw new Refusal(answer);
    return answer;
  }

  /** Takes an event in. */
  async accept(app: string, event: string): Promise<Delivery[]> {
    const answer = await this.transport.send('POST', `${appPath(app)}/events`, event);
    if (answer.status !== 202) throw new Refusal(answer);
    return answer.deliveries ?? [];
  }

  /** The latest deliveries of a notifier; undefined where the server keeps none. */
  async deliveries(app: string, { id, name }: Notifier): Promise<DeliveryNote[] | undefined> {
    const answer = await this.#try<{ deliveries: unknown[] }>(`${notifierPath(app, id)}/deliveries?per_page=50`);
    return answer?.deliveries.map((delivery) => readNote(delivery, name));
  }

  /** Has a delivery that failed sent again. */
  async retry(app: string, notifier: string, delivery: string): Promise<void> {
    await this.ask(202, 'POST', `${notifierPath(app, notifier)}/deliveries/${encodeURIComponent(delivery)}/retry`);
  }

  /** The latest events, newest first. */
  async events(app: string, page = 1): Promise<object[]> {
    return (await this.#try<{ events: object[] }>(`${appPath(app)}/events?per_page=50${page > 1 ? `&page=${page}` : ''}`))?.events ?? [];
  }
}

function appPath(app: string): string {
  return `/v1/apps/${encodeURIComponent(app)}`;
}

function notifierPath(app: string, id: string): string {
  return `${appPath(app)}/notifiers/${encodeURIComponent(id)}`;
}
