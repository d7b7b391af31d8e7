// Where the history comes from: a server's lists, or what the page has seen.

import type { Explained } from 'notifier-wasm';
import type { LoggedDelivery } from './activity_log.js';
import { Refusal } from './client.js';
import type { Session } from './session.js';

export interface KeptAttempt {
  at: number | undefined;
  outcome: string;
  status: number | null;
  reason: string;
  reply?: string;
  /** How long it took, in milliseconds, where that is known. */
  took?: number;
  remaining?: string[];
  refused?: string[];
}

export interface KeptDelivery {
  id: string;
  notifier_id: string;
  notifier_name: string;
  platform: string;
  event_id: string;
  event_type: string;
  state: string;
  /** Times in milliseconds since 1970. */
  at: number;
  next: number | undefined;
  ended: number | undefined;
  heldUntil: number | undefined;
  attempts: KeptAttempt[];
  canRetry: boolean;
  canCancel: boolean;
}

export interface KeptEvent {
  /** Empty where it has none. */
  id: string;
  /** Tells it from all others of a list. */
  key: string;
  type: string;
  at: number;
  who: string;
  json: string;
}

/** A page that is asked for. */
export interface Asked {
  what: 'events' | 'deliveries';
  query: URLSearchParams;
  text: string;
  cursor: string | null;
}

export interface FoundPage {
  items: (KeptEvent | KeptDelivery)[];
  /** What the next page begins with; null: there is none. */
  next: string | null;
}

const pageSize = 50;
/** Where a filter leaves little, so many pages are looked through before somebody asks for more. */
const mostPages = 20;

const timeOf = (text: unknown): number | undefined => {
  const ms = Date.parse(String(text ?? ''));
  return Number.isNaN(ms) ? undefined : ms;
};

function readDelivery(json: any): KeptDelivery {
  const attempts = ((json.attempts ?? []) as any[]).map(({ at, outcome = '', status = null, reason = '', reply, duration_ms: took, remaining, refused }) => ({ at: timeOf(at), outcome, status, reason, reply, took, remaining, refused }));
  const state = String(json.state);
  return {
    id: json.id, notifier_id: json.notifier_id, notifier_name: json.notifier_name ?? '', platform: json.platform, event_id: json.event_id, event_type: json.event_type, state,
    at: timeOf(json.created_at) ?? 0, next: timeOf(json.next_at), ended: timeOf(json.ended_at), heldUntil: timeOf(json.held_until), attempts,
    canRetry: state === 'dead', canCancel: state === 'pending' || state === 'held',
  };
}

const stateOf: Record<string, string> = { retrying: 'pending' };

function seenDelivery({ idempotency_key: id, status, until, reason, at, ...rest }: LoggedDelivery): KeptDelivery {
  const state = stateOf[status] ?? status;
  const attempts = reason ? [{ at: undefined, outcome: state === 'dead' ? 'fail' : state, status: null, reason }] : [];
  return { ...rest, id, state, at, next: status === 'retrying' ? until : undefined, ended: undefined, heldUntil: undefined, attempts, canRetry: false, canCancel: false };
}

function readEvent(json: string, position: number): KeptEvent {
  const { id, type, created_at: at, user } = JSON.parse(json) as { id?: unknown; type?: unknown; created_at?: unknown; user?: { username?: unknown } | null };
  const name = typeof id === 'string' ? id : '';
  return { id: name, key: name || `#${position}`, type: String(type ?? ''), at: timeOf(at) ?? 0, who: typeof user?.username === 'string' ? user.username : '', json };
}

function fits(asked: Asked, item: KeptEvent | KeptDelivery): boolean {
  const { query, text } = asked;
  const is = (name: string, value: string) => (query.get(name) ?? value) === value;
  const since = timeOf(query.get('since'));
  const needle = text.toLowerCase();
  if (since !== undefined && item.at < since) return false;
  if (!('notifier_id' in item)) return is('type', item.type) && (needle === '' || item.json.toLowerCase().includes(needle));
  if (!is('type', item.event_type) || !is('status', item.state) || !is('notifier_id', item.notifier_id)) return false;
  if (needle === '') return true;
  const said = item.attempts.flatMap(({ reason, reply, status }) => [reason, reply, status]);
  return [item.id, item.event_id, item.event_type, item.notifier_name, item.platform, ...said].some((one) => String(one ?? '').toLowerCase().includes(needle));
}

/** The deliveries that a page has seen, newest first. */
function seen(session: Session): KeptDelivery[] {
  return session.log.events.flatMap(({ deliveries }) => deliveries.map(seenDelivery)).sort((a, b) => b.at - a.at);
}

/** A page of a list. @throws {Refusal} where the server has no such list */
export async function find(session: Session, asked: Asked): Promise<FoundPage> {
  if (session.isInPage) {
    const all = asked.what === 'events' ? session.log.past.map(({ json }, i) => readEvent(json, i)) : seen(session);
    return { items: all.filter((item) => fits(asked, item)), next: null };
  }
  const items: FoundPage['items'] = [];
  let { cursor } = asked;
  for (let pages = 0; pages < mostPages; ++pages) {
    const query = new URLSearchParams(asked.what === 'deliveries' ? asked.query : {});
    query.set('per_page', String(pageSize));
    if (cursor !== null) query.set('cursor', cursor);
    const answer = await session.ask<{ events?: object[]; deliveries?: object[]; meta?: { next_cursor?: string | null } }>(200, 'GET', `/${asked.what}?${query}`);
    const names = new Map(session.notifiers?.map(({ id, name }) => [id, name]));
    const read = asked.what === 'events' ? (answer.events ?? []).map((event, i) => readEvent(JSON.stringify(event), pages * pageSize + i)) : (answer.deliveries ?? []).map(readDelivery).map((one) => ({ ...one, notifier_name: one.notifier_name || (names.get(one.notifier_id) ?? '') }));
    items.push(...read.filter((item) => fits(asked, item)));
    cursor = answer.meta?.next_cursor ?? null;
    const since = timeOf(asked.query.get('since'));
    if (asked.what === 'events' && since !== undefined && read.length > 0 && read.at(-1)!.at < since) cursor = null;
    if (cursor === null || items.length >= pageSize / 2) break;
  }
  return { items, next: cursor };
}

/** The newest deliveries that a filter asks for, and whether there may be more. */
export interface Latest {
  items: KeptDelivery[];
  more: boolean;
}

/** One page, and no more: what a server looks through for it is bounded. @throws {Refusal} where it has no such list */
export async function latest(session: Session, query: URLSearchParams): Promise<Latest> {
  if (session.isInPage) return { items: seen(session).filter((item) => fits({ what: 'deliveries', query, text: '', cursor: null }, item)), more: false };
  const answer = await session.ask<{ deliveries: object[]; meta?: { next_cursor?: string | null } }>(200, 'GET', `/deliveries?${query}&per_page=${pageSize}`);
  return { items: answer.deliveries.map(readDelivery), more: (answer.meta?.next_cursor ?? null) !== null };
}

const gone = () => new Refusal({ status: 404, body: '{"error":"not found"}' });

/** What is known of one. */
export const kept = {
  async delivery(session: Session, id: string): Promise<KeptDelivery> {
    if (!session.isInPage) return readDelivery((await session.ask<{ delivery: unknown }>(200, 'GET', `/deliveries/${encodeURIComponent(id)}`)).delivery);
    const found = seen(session).find((one) => one.id === id);
    if (!found) throw gone();
    return found;
  },

  async event(session: Session, id: string): Promise<KeptEvent> {
    if (!session.isInPage) return readEvent(JSON.stringify((await session.ask<{ event: unknown }>(200, 'GET', `/events/${encodeURIComponent(id)}`)).event), 0);
    const found = session.log.past.map(({ json }, i) => readEvent(json, i)).find((event) => event.id === id);
    if (!found) throw gone();
    return found;
  },

  /** Who was told of an event. */
  async told(session: Session, id: string): Promise<KeptDelivery[] | undefined> {
    if (session.isInPage) return seen(session).filter((delivery) => delivery.event_id === id);
    const { items } = await find(session, { what: 'deliveries', query: new URLSearchParams({ event_id: id }), text: '', cursor: null });
    return items as KeptDelivery[];
  },

  /** Who is told of an event, and why, as the server says; else as the page works it out. */
  async explain(session: Session, json: string): Promise<Explained | undefined> {
    try {
      if (session.isInPage) return session.workshop?.explain(json);
      return (await session.ask<{ explanation: Explained }>(200, 'POST', '/events/explain', JSON.parse(json))).explanation;
    } catch {
      return undefined;
    }
  },
};
