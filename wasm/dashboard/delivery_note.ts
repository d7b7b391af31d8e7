// What is known of one delivery: no content, no secret.

import type { Delivery } from 'notifier-wasm';

/** How a delivery stands. `held`: its notifier is switched off, and it is sent once that is on again. `shown`: nobody was there to send it. Servers may know other words. */
export type DeliveryStatus = 'pending' | 'retrying' | 'held' | 'delivered' | 'dead' | 'shown' | (string & {});

export interface DeliveryNote {
  notifier_id: string;
  notifier_name: string;
  platform: string;
  event_id: string;
  event_type: string;
  idempotency_key: string;
  status: DeliveryStatus;
  /** Why it failed or waits, where it does, with the status of the reply. */
  reason: string;
  /** How often it was tried. */
  attempts: number;
  /** Retrying: when it is tried again; held: when it is given up; in milliseconds since 1970. */
  until: number | undefined;
  /** When it was made, in milliseconds since 1970; undefined: now. */
  at: number | undefined;
}

/** What servers call the same. */
const synonyms: Record<string, DeliveryStatus> = { retry: 'retrying', throttle: 'retrying', fail: 'dead', failed: 'dead', disable: 'dead', disabled: 'dead' };

/** Reads what a server's stream tells (one step, with `attempt`), or a record of its list of deliveries (there: `id`, `state`, and `attempts`, the oldest first). */
export function readNote(json: unknown, notifierName = ''): DeliveryNote {
  const told = (typeof json === 'object' && json !== null ? json : {}) as Record<string, unknown>;
  const text = (...names: string[]) => String(names.map((name) => told[name]).find((value) => typeof value === 'string') ?? '');
  const attempts = Array.isArray(told['attempts']) ? (told['attempts'] as ({ reason?: unknown; status?: unknown } | null)[]) : [];
  const last = attempts.at(-1);
  const said = text('status', 'state', 'outcome');
  const status = synonyms[said] ?? said;
  const why = text('reason', 'error') || (typeof last?.reason === 'string' ? last.reason : '');
  const reply = last ? last.status : told['response_status'];
  const reason = typeof reply === 'number' && reply > 0 && why !== '' && !why.includes(String(reply)) ? `${why} (${reply})` : why;
  const made = typeof told['attempt'] === 'number' ? told['attempt'] : attempts.length;
  // What a dry run did not send has not failed.
  const isDry = status === 'dead' && /^dry run\b/.test(reason);
  const time = (...names: string[]) => {
    const ms = Date.parse(text(...names));
    return Number.isNaN(ms) ? undefined : ms;
  };
  return {
    notifier_id: text('notifier_id'),
    notifier_name: text('notifier_name') || notifierName,
    platform: text('platform'),
    event_id: text('event_id'),
    event_type: text('event_type'),
    idempotency_key: text('idempotency_key', 'id'),
    status: isDry ? 'shown' : status === 'pending' && made > 0 ? 'retrying' : status,
    reason: status === 'delivered' ? '' : reason,
    attempts: made,
    until: time('next_at', 'held_until'),
    at: time('created_at'),
  };
}

export function noteOf(delivery: Delivery, status: DeliveryStatus, reason = ''): DeliveryNote {
  return {
    notifier_id: delivery.notifierId,
    notifier_name: delivery.notifierName,
    platform: delivery.platform,
    event_id: delivery.eventId,
    event_type: delivery.eventType,
    idempotency_key: delivery.idempotencyKey,
    status,
    reason,
    attempts: 0,
    until: undefined,
    at: undefined,
  };
}
