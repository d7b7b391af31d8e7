// What has happened lately: events, and who was told of them.

import type { DeliveryNote, DeliveryStatus } from './delivery_note.js';

export interface LoggedDelivery extends DeliveryNote {
  at: number;
}

export interface LoggedEvent {
  id: string;
  type: string;
  at: number;
  who: string;
  deliveries: LoggedDelivery[];
}

/** An event as it came. */
export interface PastEvent {
  type: string;
  at: number;
  json: string;
}

const mostEvents = 300;
const mostPast = 20;
const largestPast = 65_536;
export const plottedMinutes = 30;

export class ActivityLog {
  /** Newest first. */
  #events: LoggedEvent[] = [];
  #byId = new Map<string, LoggedEvent>();
  /** Deliveries by minute since 1970, then by platform. */
  #minutes = new Map<number, Map<string, number>>();
  #deliveries = new Map<string, LoggedDelivery>();

  /** The latest events whole, newest first: large ones are not kept. */
  past: readonly PastEvent[] = [];

  get events(): readonly LoggedEvent[] {
    return this.#events;
  }

  addEvent(event: object, now: number): LoggedEvent {
    const { id, type, created_at: createdAt, user } = event as { id?: unknown; type?: unknown; created_at?: unknown; user?: { username?: unknown } | null };
    const key = typeof id === 'string' && id !== '' ? id : `#${this.#byId.size}-${now}`;
    const known = this.#byId.get(key);
    const at = Date.parse(String(createdAt));
    const who = typeof user?.username === 'string' ? user.username : '';
    const said = { type: String(type ?? ''), at: Number.isNaN(at) ? now : at, who };
    this.#keepPast({ type: said.type, at: said.at, json: JSON.stringify(event) });
    return known ? Object.assign(known, said) : this.#put({ id: key, ...said, deliveries: [] });
  }

  #keepPast(event: PastEvent): void {
    if (event.json.length > largestPast || this.past.some(({ json }) => json === event.json)) return;
    this.past = [event, ...this.past].sort((a, b) => b.at - a.at).slice(0, mostPast);
  }

  addDelivery(note: DeliveryNote, now: number): void {
    const key = keyOf(note);
    const known = this.#deliveries.get(key);
    if (known) {
      // A name or a type that is not told again has not gone away.
      const { status, reason, attempts, until } = note;
      Object.assign(known, { status, reason, attempts, until });
      known.notifier_name ||= note.notifier_name;
      known.event_type ||= note.event_type;
      return;
    }
    const delivery = { ...note, at: note.at ?? now };
    const event = this.#byId.get(note.event_id) ?? this.#put({ id: note.event_id, type: note.event_type, at: delivery.at, who: '', deliveries: [] });
    event.deliveries.push(delivery);
    this.#deliveries.set(key, delivery);
    const minute = Math.floor(delivery.at / 60_000);
    const oldest = Math.floor(now / 60_000) - 2 * plottedMinutes;
    if (minute <= oldest) return;
    const platforms = this.#minutes.get(minute) ?? new Map<string, number>();
    this.#minutes.set(minute, platforms.set(note.platform, (platforms.get(note.platform) ?? 0) + 1));
    for (const old of this.#minutes.keys()) if (old <= oldest) this.#minutes.delete(old);
  }

  setStatus(notifier: string, key: string, status: DeliveryStatus, reason = ''): void {
    const known = this.#deliveries.get(keyOf({ notifier_id: notifier, idempotency_key: key }));
    if (known) Object.assign(known, { status, reason, attempts: 0, until: undefined });
  }

  has(note: DeliveryNote): boolean {
    return this.#deliveries.has(keyOf(note));
  }

  /** The latest minutes, oldest first. */
  perMinute(now: number): { start: number; counts: ReadonlyMap<string, number> }[] {
    const last = Math.floor(now / 60_000);
    return Array.from({ length: plottedMinutes }, (_, position) => {
      const minute = last - plottedMinutes + 1 + position;
      return { start: minute * 60_000, counts: this.#minutes.get(minute) ?? new Map<string, number>() };
    });
  }

  #put(event: LoggedEvent): LoggedEvent {
    this.#byId.set(event.id, event);
    const place = this.#events.findIndex(({ at }) => at <= event.at);
    this.#events.splice(place < 0 ? this.#events.length : place, 0, event);
    for (const old of this.#events.splice(mostEvents)) {
      this.#byId.delete(old.id);
      for (const delivery of old.deliveries) this.#deliveries.delete(keyOf(delivery));
    }
    return event;
  }
}

const keyOf = ({ idempotency_key: key, notifier_id: notifier }: Pick<DeliveryNote, 'idempotency_key' | 'notifier_id'>) => `${key}|${notifier}`;
