// Server-sent events (WHATWG HTML, section 9.2): an app's events and deliveries as they happen.
//
// `event: event` carries the event's own JSON. `event: delivery` tells once of a delivery that is new, and once more of each step that
// it takes: notifier_id, notifier_name, platform, event_id, event_type, idempotency_key and status (its state: pending, held, delivered,
// dead, grouping; `shown`: a dry run does not send it). A step has also
//
//   attempt          which attempt it was, 0 where none was made
//   outcome          what came of it: an action's name, as in the list of deliveries
//   response_status  the HTTP status or SMTP code, null where none came
//   reason           one English sentence without secrets
//   next_at          pending: when it is tried again
//   held_until       held: when it is given up, should its notifier not be switched on before
//
// Deliveries that are held, due again or ended all at once since their notifier was changed are not told one by one: the event of that
// change is told, and the list has them.

import type { ServerResponse } from 'node:http';
import type { OutboxReport, OutboxState } from '../node.js';
import type { Delivery, Outcome } from '../types.js';

/** What is tried again is pending; what waits for its notifier to be switched on is held; what may be told together with others is `grouping`. `shown`: a dry run does not send it. */
export type DeliveryStatus = OutboxState | 'shown';
type DeliveryHead = Pick<Delivery, 'appId' | 'notifierId' | 'notifierName' | 'platform' | 'eventId' | 'eventType' | 'idempotencyKey'>;

/** A client that does not keep up is cut off rather than fed a stream with holes. */
const mostUnsent = 4 * 1024 * 1024;

/** Other servers, which have streams, too. */
export interface StreamRelay {
  /** Whether one of them has a stream of an app, or of any. */
  has(appId: string): boolean;
  hasAny(): boolean;
  /** Tells them; returns at once. */
  tell(appId: string, name: string, json: string): void;
}

export class EventStreams {
  readonly #clients = new Map<string, Set<ServerResponse>>();
  readonly #open = new Set<ServerResponse>();
  readonly #streams = new WeakSet<ServerResponse>();
  readonly #heartbeat = setInterval(() => this.#everywhere(': still here\n\n'), 15_000).unref();

  relay: StreamRelay | undefined;

  /** Whether anybody listens, here or elsewhere. */
  get isWatched(): boolean {
    return this.#clients.size > 0 || (this.relay?.hasAny() ?? false);
  }

  /** The apps that have streams here. */
  apps(): string[] {
    return [...this.#clients.keys()];
  }

  /** How many there are. */
  get count(): number {
    return this.#open.size;
  }
  /** Whether an answer is, or was, a stream. */
  has(response: ServerResponse): boolean {
    return this.#streams.has(response);
  }

  /** Goes on with an answer whose headers are set. */
  open(appId: string, response: ServerResponse): void {
    response.flushHeaders();
    this.#open.add(response);
    this.#streams.add(response);
    const clients = this.#clients.get(appId) ?? new Set();
    this.#clients.set(appId, clients.add(response));
    response.on('close', () => {
      clients.delete(response);
      this.#open.delete(response);
      if (clients.size === 0) this.#clients.delete(appId);
    });
  }

  /**
   * @param status of its deliveries
   * @param isNew for each of them; one that is known, or has ended at once, has been told of
   */
  publish({ events, deliveries }: Outcome, status: DeliveryStatus, isNew: readonly boolean[] = []): void {
    if (!this.isWatched) return;
    for (const { appId, json } of events) this.#send(appId, 'event', json);
    deliveries.forEach((delivery, i) => {
      if (isNew[i] ?? true) this.publishDelivery(delivery, status === 'pending' && delivery.arrival ? 'grouping' : status);
    });
  }

  /** Tells what became of a delivery. */
  publishStep({ id, state, attempt, verdict, nextAt, ...head }: OutboxReport): void {
    const at = state === 'held' ? 'held_until' : state === 'pending' ? 'next_at' : undefined;
    this.publishDelivery({ ...head, idempotencyKey: id }, state, {
      attempt,
      outcome: verdict.action,
      response_status: verdict.status || null,
      reason: verdict.reason,
      ...(at && { [at]: new Date(nextAt).toISOString() }),
    });
  }

  publishDelivery({ appId, notifierId, notifierName, platform, eventId, eventType, idempotencyKey }: DeliveryHead, status: DeliveryStatus, step: object = {}): void {
    if (!this.#clients.has(appId) && !this.relay?.has(appId)) return;
    this.#send(
      appId,
      'delivery',
      JSON.stringify({
        notifier_id: notifierId,
        notifier_name: notifierName,
        platform,
        event_id: eventId,
        event_type: eventType,
        idempotency_key: idempotencyKey,
        status,
        ...step,
      }),
    );
  }

  close(): void {
    clearInterval(this.#heartbeat);
    for (const clients of this.#clients.values()) for (const client of clients) client.end();
  }

  /** Sends a message to the streams of an app, wherever they are. */
  #send(appId: string, name: 'event' | 'delivery', json: string): void {
    this.sendHere(appId, name, json);
    this.relay?.tell(appId, name, json);
  }

  /**
   * The same to streams here. A line break within `json` is white space between its parts, so it may go.
   *
   * @param name empty: something is missing, so these streams end
   */
  sendHere(appId: string, name: string, json: string): void {
    if (name === '') {
      for (const client of this.#clients.get(appId) ?? []) client.destroy();
      return;
    }
    const message = `event: ${name}\ndata: ${json.replace(/[\r\n]/g, ' ')}\n\n`;
    for (const client of this.#clients.get(appId) ?? []) write(client, message);
  }

  #everywhere(message: string): void {
    for (const clients of this.#clients.values()) for (const client of clients) write(client, message);
  }
}

function write(client: ServerResponse, message: string): void {
  if (client.writableLength > mostUnsent) client.destroy();
  else client.write(message);
}
