// What callers without types hand in by mistake.

import { NotifierError } from '../error.js';
import type { Delivery } from '../types.js';

/** @throws {NotifierError} `invalid` for what is no delivery; `call` is who takes it */
export function needDelivery(value: unknown, call: string): void {
  const { platform, url, body, envelope, raw } = Object(value) as Record<string, unknown>;
  if (platform === 'email' ? Array.isArray(Object(envelope).to) && raw !== undefined : typeof platform === 'string' && typeof url === 'string' && body !== undefined) return;
  throw new NotifierError('invalid', `${call} takes a delivery as engine.route(event) gives them, with its platform, and url and body or envelope and raw`);
}

/** @throws {NotifierError} `invalid` for what is no array of deliveries */
export function needDeliveries(values: readonly Delivery<string | Uint8Array>[], call: string): void {
  if (!Array.isArray(values)) throw new NotifierError('invalid', `${call} takes an array of deliveries, as engine.route(event) gives them: ${call}([delivery]) for one`);
  for (const value of values) needDelivery(value, call);
}
