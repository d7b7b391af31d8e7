// What the bodies of an event's deliveries have in common: all of it, or for mails what comes after To and Message-ID.

import type { Delivery } from '../types.js';

/** What is shorter stays with each delivery. */
const leastShared = 1024;

function bodyOf(delivery: Delivery): string {
  return delivery.platform === 'email' ? delivery.raw : delivery.body;
}

function withBody(delivery: Delivery, body: string): Delivery {
  return delivery.platform === 'email' ? { ...delivery, raw: body } : { ...delivery, body };
}

/** How long the end is that two texts share. Never parts the two halves of a character. */
function commonEnd(a: string, b: string): number {
  let known = 0;
  let step = Math.min(a.length, b.length);
  for (; step > 0; step >>= 1) {
    while (known + step <= Math.min(a.length, b.length) && a.endsWith(b.slice(b.length - known - step, b.length - known), a.length - known)) known += step;
  }
  const first = b.charCodeAt(b.length - known);
  return first >= 0xdc00 && first <= 0xdfff ? known - 1 : known;
}

/** For each of some deliveries the end of its body that it has in common with others of them; undefined where it is none, or a short one. */
export function sharedRests(deliveries: readonly Delivery[]): (string | undefined)[] {
  const rests: (string | undefined)[] = new Array(deliveries.length).fill(undefined);
  const mails = new Map<string, number[]>(); // by event
  const requests = new Map<string, number[]>(); // by body
  deliveries.forEach((delivery, i) => {
    const body = bodyOf(delivery);
    if (body.length < leastShared) return;
    const [groups, name] = delivery.platform === 'email' ? [mails, delivery.eventId] : [requests, body];
    const members = groups.get(name);
    if (members) members.push(i);
    else groups.set(name, [i]);
  });
  for (const [first, ...others] of [...requests.values(), ...mails.values()]) {
    if (others.length === 0) continue;
    const model = bodyOf(deliveries[first!]!);
    if (deliveries[first!]!.platform !== 'email') {
      for (const i of [first!, ...others]) rests[i] = model;
      continue;
    }
    // Of mails, those that share as much with the first as the second does.
    const length = commonEnd(model, bodyOf(deliveries[others[0]!]!));
    if (length < leastShared) continue;
    const rest = model.slice(model.length - length);
    rests[first!] = rest;
    for (const i of others) if (bodyOf(deliveries[i]!).endsWith(rest)) rests[i] = rest;
  }
  return rests;
}

/** A delivery without the end of its body. */
export function cut(delivery: Delivery, rest: string): Delivery {
  const body = bodyOf(delivery);
  return withBody(delivery, body.slice(0, body.length - rest.length));
}

export function joined(delivery: Delivery, rest: string): Delivery {
  return withBody(delivery, bodyOf(delivery) + rest);
}
