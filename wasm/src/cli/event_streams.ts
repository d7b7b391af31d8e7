// Server-sent events (WHATWG HTML, section 9.2): an app's events and deliveries as they happen.

import type { ServerResponse } from 'node:http';
import type { Delivery, Outcome } from '../types.js';

/** What is tried again is pending; what waits for its notifier to be switched on is held. `shown`: a dry run does not send it. */
export type DeliveryStatus = 'pending' | 'held' | 'delivered' | 'dead' | 'shown';
type DeliveryHead = Pick<Delivery, 'appId' | 'notifierId' | 'notifierName' | 'platform' | 'eventId' | 'eventType' | 'idempotencyKey'>;

/** A client that does not keep up is cut off rather than fed a stream with holes. */
const mostUnsent = 4 * 1024 * 1024;

export class EventStreams {
  readonly #clients = new Map<string, Set<ServerResponse>>();
  readonly #heartbeat = setInterval(() => this.#everywhere(': still here\n\n'), 15_000).unref();

  /** Goes on with an answer whose headers are set. */
  open(appId: string, response: ServerResponse): void {
    response.flushHeaders();
    const clients = this.#clients.get(appId) ?? new Set();
    this.#clients.set(appId, clients.add(response));
    response.on('close', () => {
      clients.delete(response);
      if (clients.size === 0) this.#clients.delete(appId);
    });
  }

  /**
   * @param status of its deliveries
   * @param isNew for each of them; one that is known has been told of
   */
  publish({ events, deliveries }: Outcome, status: DeliveryStatus, isNew: readonly boolean[] = []): void {
    if (this.#clients.size === 0) return;
    for (const { appId, json } of events) this.#send(appId, 'event', json);
    deliveries.forEach((delivery, i) => {
      if (isNew[i] ?? true) this.publishDelivery(delivery, status);
    });
  }

  publishDelivery({ appId, notifierId, notifierName, platform, eventId, eventType, idempotencyKey }: DeliveryHead, status: DeliveryStatus): void {
    if (!this.#clients.has(appId)) return;
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
      }),
    );
  }

  close(): void {
    clearInterval(this.#heartbeat);
    for (const clients of this.#clients.values()) for (const client of clients) client.end();
  }

  /** A line break within `json` is white space between its parts, so it may go. */
  #send(appId: string, name: 'event' | 'delivery', json: string): void {
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
