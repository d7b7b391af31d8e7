// One attempt of a delivery, by whatever way it goes.

import { NotifierError } from '../error.js';
import { checkKeys } from '../known_keys.js';
import type { Delivery } from '../types.js';
import { Core } from './core.js';
import { needDelivery } from './given.js';
import { Guard, type GuardOptions, type Judgement } from './guard.js';
import { HttpSender } from './http.js';
import { MailSender, type MailTransport } from './mail.js';
import type { Verdict } from './verdict.js';

export interface SenderOptions extends GuardOptions {
  /** The mail server, `smtp://user:password@host:587`, or a transport of nodemailer. Default: mails fail. */
  smtp?: string | MailTransport;
  /** Longest time for an attempt, and for resolving and connecting. Defaults: 30 and 10 seconds. */
  timeoutMs?: number;
  connectTimeoutMs?: number;
  /** Certificate authorities to trust in place of the usual ones, in PEM. */
  ca?: string | Buffer | readonly (string | Buffer)[];
  /** The present moment. Default: `Date.now`. */
  clock?: () => number;
}

export interface AttemptOptions {
  /** What signs a webhook, as `engine.signingSecrets()` gives it: with each, by Standard Webhooks, or as GitHub or Stripe do. */
  secrets?: readonly string[];
  signal?: AbortSignal;
  /** When it has to be over, by `performance.now()`, however much of `timeoutMs` is left: nothing is sent after that. Default: no bound. */
  until?: number;
}

/**
 * Makes attempts: HTTP requests to public addresses only, mail through nodemailer.
 *
 *     const sender = new Sender({ smtp: 'smtp://mail.example.com' });
 *     for (const delivery of engine.route(event)) {
 *       const { action, reason } = await sender.send(delivery, { secrets: engine.signingSecrets(delivery.notifierId) });
 *     }
 *
 * An attempt at a delivery never throws: it ends with a verdict. To try again what is worth it, put deliveries into an `Outbox`.
 */
export class Sender {
  readonly #core = new Core();
  readonly #guard: Guard;
  readonly #http: HttpSender;
  readonly #mail: MailSender;
  readonly #clock: () => number;

  /** @throws {NotifierError} `invalid` where an option is wrong, or not known */
  constructor(options: SenderOptions = {}) {
    checkKeys(options, 'smtp timeoutMs connectTimeoutMs ca clock() allow allowPorts allowPrivate lookup()', 'Sender');
    const { smtp, timeoutMs = 30_000, connectTimeoutMs = 10_000, ca, clock = Date.now, ...guard } = options;
    this.#clock = clock;
    this.#guard = new Guard(this.#core, guard);
    this.#http = new HttpSender(this.#core, this.#guard, { totalMs: timeoutMs, connectMs: Math.min(connectTimeoutMs, timeoutMs) }, ca, clock);
    this.#mail = new MailSender(this.#core, smtp, timeoutMs);
  }

  /** Resolves when everything that sending needs is there. @throws {NotifierError} `unsupported` where nodemailer is missing */
  async ready(): Promise<void> {
    if (this.#mail.isConfigured) await this.#mail.load();
  }

  /** Whether a URL may be reached; of a name, the addresses are judged when it is connected to. */
  judge(url: string): Judgement {
    return this.#guard.judgeUrl(url);
  }

  /** Makes one attempt. @throws {NotifierError} `invalid` for what is no delivery */
  async send(delivery: Delivery<string | Uint8Array>, { secrets = [], signal, until = Infinity }: AttemptOptions = {}): Promise<Verdict> {
    needDelivery(delivery, 'send');
    try {
      if (delivery.platform === 'email') return await this.#mail.send(delivery);
      const signature = secrets.length > 0 && delivery.platform === 'webhook' ? this.sign(delivery, secrets) : {};
      return await this.#http.send(delivery, { ...delivery.headers, ...signature }, secrets, until, signal);
    } catch (error) {
      if (!(error instanceof NotifierError)) throw error;
      return { action: 'fail', status: 0, reason: error.message };
    }
  }

  /** The headers that sign an attempt at this moment. @throws {NotifierError} `invalid` for a malformed secret */
  sign({ idempotencyKey: id, body }: { idempotencyKey: string; body: string | Uint8Array }, secrets: readonly string[]): Record<string, string> {
    return this.#core.ask('notifier_sign', [JSON.stringify({ id, now: this.#clock(), secrets }), body]);
  }

  /** Closes idle connections. */
  close(): void {
    this.#http.close();
    this.#mail.close();
  }
}
