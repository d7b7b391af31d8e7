import type { Platform } from '../types.js';
import type { Core } from './core.js';

/** What is to be done after an attempt. */
export type Action =
  /** It has arrived. */
  | 'delivered'
  /** Try again later. */
  | 'retry'
  /** Try again later, and send this target nothing else until then. */
  | 'throttle'
  /** Never again, nor anything else: the target is gone. */
  | 'disable'
  /** Never again: this delivery will not be taken. */
  | 'fail'
  /** Try again soon, and count no attempt: this machine lacks what one takes, as file descriptors, ports or memory. */
  | 'postpone';

/** What came of an attempt, and why. */
export interface Verdict {
  action: Action;
  /** The HTTP status or SMTP code; 0 where none came. */
  status: number;
  /** One English sentence without a final full stop; nothing of the request or the reply. */
  reason: string;
  /** How long the target asks to wait. */
  retryAfterMs?: number;
  /** Of a mail that was taken for some of its recipients: those who are to be tried again, and nobody else. */
  remaining?: string[];
  /** Of a mail: the recipients that were refused for good, and whether others got it. */
  refused?: string[];
  someAccepted?: boolean;
  /** The beginning of the reply's body as one line, at most 512 bytes; what the request keeps secret is `***` there. */
  reply?: string;
  /** What the platform calls the message, to be edited, answered or removed by, as Discord's id: at most 255 visible ASCII characters. */
  receipt?: string;
  /** How long the attempt took, in milliseconds. An outbox measures it where the sender does not say. */
  durationMs?: number;
}

/** Why there is no reply at all. */
export type Failure =
  /** The name has no address. */
  | 'unresolved'
  /** No connection could be made. */
  | 'refused'
  /** The certificate is not valid for the name, or no cipher fits. */
  | 'tls'
  /** Too slow to connect or to answer. */
  | 'timeout'
  /** The connection was lost, or what came is not the protocol. */
  | 'broken'
  /** This machine has no descriptor, port or memory left: nothing was sent, and the target has no part in it. */
  | 'local'
  /** The address guard forbids the target. */
  | 'blocked';

export interface HttpReply {
  status: number;
  /** Names and values by turns, as `rawHeaders` of node:http. */
  headers: readonly string[];
  /** Its beginning will do. */
  body: Uint8Array;
}

function asVerdict({ retry_after_ms: retryAfterMs, ...verdict }: any): Verdict {
  return retryAfterMs === undefined ? verdict : { ...verdict, retryAfterMs };
}

/** Judges an HTTP reply by the rules of the platform: failures hidden in a 200 included. */
export function classifyReply(core: Core, platform: Platform, { status, headers, body }: HttpReply, now: number): Verdict {
  const pairs: string[][] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) pairs.push([headers[i]!, headers[i + 1]!]);
  return asVerdict(core.ask('notifier_classify', [JSON.stringify({ platform, status, headers: pairs, now }), body]));
}

/** Judges an SMTP reply (RFC 5321, section 4.2.1). */
export function classifySmtp(core: Core, code: number, text: string): Verdict {
  return asVerdict(core.ask('notifier_classify', [JSON.stringify({ smtp: code, text: text.slice(0, 100) }), '']));
}

/** Judges an attempt that brought no reply. */
export function classifyFailure(core: Core, failure: Failure): Verdict {
  return asVerdict(core.ask('notifier_classify', [JSON.stringify({ failure }), '']));
}
