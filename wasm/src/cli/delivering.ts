// What the commands that deliver share: their options, and the sender and outbox made of them.

import { readFileSync } from 'node:fs';
import { NotifierError, Outbox, Sender, type OutboxOptions } from '../node.js';
import { Failure, Usage } from './command.js';

export const deliveryOptions = {
  smtp: { type: 'string' },
  'allow-target': { type: 'string', multiple: true },
  'allow-private-targets': { type: 'boolean' },
  'ca-file': { type: 'string' },
  'send-timeout': { type: 'string' },
  'dry-run': { type: 'boolean' },
} as const;

export const deliveryHelp = `\
  --smtp URL         send mails by this server: smtp://USER:PASSWORD@HOST:PORT (STARTTLS, required with a login) or smtps://... (TLS
                     throughout); ?starttls=required or ?starttls=off may follow. The environment variable NOTIFIER_SMTP does the
                     same and keeps the password out of the list of processes. Without it no mail is sent: each is recorded as dead, with that
                     reason, and can be sent again later. Needs the package nodemailer
  --allow-target T   let requests go to this host, address or network of your own (a.internal, *.corp.example, 10.0.0.0/8); may be
                     given several times. Otherwise they only go to public addresses
  --allow-private-targets
                     let requests go anywhere, this machine included
  --ca-file FILE     trust these certificates (PEM) in place of the usual ones
  --send-timeout SECONDS
                     how long an attempt may take (default 30)
`;

export interface DeliveryValues {
  smtp: string | undefined;
  'allow-target': string[] | undefined;
  'allow-private-targets': boolean;
  'ca-file': string | undefined;
  'send-timeout': string | undefined;
  'dry-run': boolean;
}

/** A number of an option, or what it is by default. */
export function readNumber(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || !(value > 0 && value <= 1e6)) throw new Usage(`--${name} needs a number above 0`);
  return value;
}

/** How long an attempt may take. */
export function attemptMsOf(values: Pick<DeliveryValues, 'send-timeout'>): number {
  return 1_000 * Math.min(readNumber('send-timeout', values['send-timeout'], 30), 86_400);
}

/** Opens an outbox that sends. @param around makes its attempts */
export async function openOutbox(
  values: DeliveryValues,
  options: Omit<OutboxOptions, 'sender'>,
  around: (sender: Sender) => OutboxOptions['sender'] = (sender) => sender,
): Promise<{ outbox: Outbox; sender: Sender }> {
  const smtp = values.smtp ?? (process.env['NOTIFIER_SMTP'] || undefined);
  const timeoutMs = attemptMsOf(values);
  try {
    const sender = new Sender({
      allow: values['allow-target'] ?? [],
      allowPrivate: values['allow-private-targets'] ?? false,
      timeoutMs,
      ...(smtp !== undefined && !values['dry-run'] && { smtp }),
      ...(values['ca-file'] !== undefined && { ca: readFileSync(values['ca-file']) }),
    });
    return { outbox: await Outbox.open({ ...options, sender: around(sender) }), sender };
  } catch (error) {
    if (!(error instanceof NotifierError)) throw new Failure((error as Error).message);
    if (error.code === 'invalid') throw new Usage(error.field === 'smtp' ? `--smtp: ${error.message}` : `--allow-target: ${error.message}`);
    throw new Failure(error.message);
  }
}
