// What has happened lately: events, and who was told of them.

import type { DeliveryNote } from './transport.js';

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

const mostEvents = 300;
export const plottedMinutes = 30;

export class ActivityLog {
  /** Newest first. */
  #events: LoggedEvent[] = [];
  #byId = new Map<string, LoggedEvent>();
  /** Deliveries by minute since 1970, then by platform. */
  #minutes = new Map<number, Map<string, number>>();
  #counted = new Map<string, LoggedDelivery>();

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
    return known ? Object.assign(known, said) : this.#put({ id: key, ...said, deliveries: [] });
  }

  addDelivery(note: DeliveryNote, now: number): void {
    const key = `${note.idempotency_key}|${note.notifier_id}`;
    const known = this.#counted.get(key);
    if (known) {
      Object.assign(known, note);
      return;
    }
    const delivery = { ...note, at: now };
    const event = this.#byId.get(note.event_id) ?? this.#put({ id: note.event_id, type: note.event_type, at: now, who: '', deliveries: [] });
    event.deliveries.push(delivery);
    this.#counted.set(key, delivery);
    const minute = Math.floor(now / 60_000);
    const platforms = this.#minutes.get(minute) ?? new Map<string, number>();
    this.#minutes.set(minute, platforms.set(note.platform, (platforms.get(note.platform) ?? 0) + 1));
    for (const old of this.#minutes.keys()) if (old <= minute - 2 * plottedMinutes) this.#minutes.delete(old);
  }

  /** The latest minutes, oldest first. */
  perMinute(now: number): { start: number; counts: ReadonlyMap<string, number> }[] {
    const last = Math.floor(now / 60_000);
    return Array.from({ length: plottedMinutes }, (_, position) => {
      const minute = last - plottedMinutes + 1 + position;
      return { start: minute * 60_000, counts: this.#minutes.get(minute) ?? new Map<string, number>() };
    });
  }

  clear(): void {
    this.#events = [];
    for (const map of [this.#byId, this.#minutes, this.#counted]) map.clear();
  }

  #put(event: LoggedEvent): LoggedEvent {
    this.#byId.set(event.id, event);
    const place = this.#events.findIndex(({ at }) => at <= event.at);
    this.#events.splice(place < 0 ? this.#events.length : place, 0, event);
    for (const old of this.#events.splice(mostEvents)) {
      this.#byId.delete(old.id);
      for (const { idempotency_key: key, notifier_id: notifier } of old.deliveries) this.#counted.delete(`${key}|${notifier}`);
    }
    return event;
  }
}
