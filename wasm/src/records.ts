// Deliveries as the module lays them out, and as JavaScript objects.

import { Answer, type Instance } from './instance.js';
import { platformNames } from './platforms.js';
import type { Delivery, EmailDelivery, HttpDelivery, HttpPlatform, Outcome, Truncation } from './types.js';

// Words of a notifier_record. A text takes two: start and size.
const enum Word { Platform, NotifierId, NotifierName = 3, AppId = 5, Target = 7, EventId = 9, EventType = 11, Key = 13, Method = 15, Arrival = 17, PacedAs = 19, Body = 21, BodySize, Pairs, Cuts, Size }

const still = 0x80000000;
const wholeEvent = 0xffffffff;

/** A notifier's own texts. */
interface Known {
  id: string;
  name: string;
  appId: string;
  /** The URL, where it is kept with the notifier; an email's envelope sender. */
  target: string;
}

/** 64 bits as text; none where they are zero. */
function hex(low: number, high: number): string | undefined {
  if (low === 0 && high === 0) return undefined;
  return [high, low].map((half) => half.toString(16).padStart(8, '0')).join('');
}

/** An engine's notifiers by the address of their id, to be forgotten when the registry changes. */
export type KnownNotifiers = Map<number, Known>;

/** Reads the records of the last answer. `event` is what was routed: the body of a webhook. */
export function readDeliveries<Body extends string | Uint8Array>(
  instance: Instance,
  notifiers: KnownNotifiers,
  event: () => Body,
  asBytes: boolean,
): Delivery<Body>[] {
  const { words, answer } = instance;
  const deliveries: Delivery<Body>[] = [];
  let count = words[answer + Answer.Count]!;
  if (count === 0) return deliveries;
  const heads = instance.answerText();
  const bodiesAt = words[answer + Answer.Bodies]!;
  const bodiesSize = words[answer + Answer.BodiesSize]!;
  const bodies = asBytes || bodiesSize === 0 ? '' : instance.text(bodiesAt, bodiesSize);

  const text = (at: number): string => {
    const start = words[at]!;
    const size = words[at + 1]!;
    if (size < still) return heads.slice(start, start + size);
    let literal = instance.literals.get(start);
    if (literal === undefined) instance.literals.set(start, (literal = instance.text(start, size - still)));
    return literal;
  };
  const lasting = (at: number): string => instance.text(words[at]!, words[at + 1]! - still);

  let at = words[answer + Answer.Records]! >>> 2;
  const eventId = text(at + Word.EventId);
  const eventType = text(at + Word.EventType);
  for (; count > 0; --count) {
    const record = at;
    at += Word.Size;
    const idAt = words[record + Word.NotifierId]!;
    let known = notifiers.get(idAt);
    if (known === undefined) {
      known = {
        id: lasting(record + Word.NotifierId),
        name: lasting(record + Word.NotifierName),
        appId: lasting(record + Word.AppId),
        target: words[record + Word.Target + 1]! < still ? '' : lasting(record + Word.Target),
      };
      notifiers.set(idAt, known);
    }
    const start = words[record + Word.Body]!;
    const size = words[record + Word.BodySize]!;
    const body = size === wholeEvent
      ? event()
      : asBytes
        ? instance.bytes.slice(bodiesAt + start, bodiesAt + start + size)
        : bodies.slice(start, start + size);
    const number = words[record + Word.Platform]!;
    const platform = platformNames[number] ?? (instance.platforms.get(number) as HttpPlatform);
    const truncations: Truncation[] = [];
    let delivery: Delivery<Body>;
    if (platform === 'email') {
      const to: string[] = [];
      for (let pairs = words[record + Word.Pairs]!; pairs > 0; --pairs, at += 2) to.push(text(at));
      delivery = {
        notifierId: known.id,
        notifierName: known.name,
        appId: known.appId,
        platform,
        eventId,
        eventType,
        idempotencyKey: text(record + Word.Key),
        envelope: { from: known.target, to },
        raw: body as Body,
        truncations,
      };
    } else {
      const headers: Record<string, string> = {};
      for (let pairs = words[record + Word.Pairs]!; pairs > 0; --pairs, at += 4) headers[text(at)] = text(at + 2);
      delivery = {
        notifierId: known.id,
        notifierName: known.name,
        appId: known.appId,
        platform,
        eventId,
        eventType,
        idempotencyKey: text(record + Word.Key),
        method: text(record + Word.Method),
        url: known.target || text(record + Word.Target),
        headers,
        body: body as Body,
        truncations,
      };
      const pacedAs = hex(words[record + Word.PacedAs]!, words[record + Word.PacedAs + 1]!);
      if (pacedAs !== undefined) delivery.pacedAs = pacedAs;
    }
    if (words[record + Word.Arrival + 1] !== 0) delivery.arrival = JSON.parse(text(record + Word.Arrival));
    for (let cuts = words[record + Word.Cuts]!; cuts > 0; --cuts, at += 4) {
      truncations.push({ part: text(at), length: words[at + 2]!, kept: words[at + 3]! });
    }
    deliveries.push(delivery);
  }
  return deliveries;
}

/** What is written of a body: its front, and which of the outcome's rests follows. */
interface Parts {
  front?: string;
  rest?: number;
}

/** An outcome as the module answers: what bodies share is there once. */
export interface AnsweredOutcome extends Omit<Outcome, 'deliveries'> {
  rests: string[];
  deliveries: ((Omit<EmailDelivery, 'raw'> & Parts) | (Omit<HttpDelivery, 'body'> & Parts))[];
}

/** The outcome with its bodies whole; they share their rests' memory, as far as the JavaScript engine can. */
export function readOutcome({ rests, deliveries, streamAppId, ...outcome }: AnsweredOutcome): Outcome {
  const whole = deliveries.map(({ front = '', rest, truncations, ...delivery }): Delivery => {
    const body = rest === undefined ? front : front + rests[rest]!;
    return delivery.platform === 'email' ? { ...delivery, raw: body, truncations } : { ...delivery, body, truncations };
  });
  return { ...outcome, deliveries: whole, ...(streamAppId === undefined ? {} : { streamAppId }) };
}

/** Reads the pairs of the last answer: ids of notifiers. */
export function readIds(instance: Instance, ids: Map<number, string>): string[] {
  const { words, answer } = instance;
  const count = words[answer + Answer.Count]!;
  const result = new Array<string>(count);
  let at = words[answer + Answer.Records]! >>> 2;
  for (let i = 0; i < count; ++i, at += 2) {
    const address = words[at]!;
    let id = ids.get(address);
    if (id === undefined) ids.set(address, (id = instance.text(address, words[at + 1]!)));
    result[i] = id;
  }
  return result;
}
