// What the commands that deliver share: their options, and the sender and outbox made of them.

import { NotifierError, Outbox, Sender, type OutboxOptions } from '../node.js';
import { Failure, Usage } from './command.js';

export const deliveryOptions = {
  smtp: { type: 'string' },
  'allow-private-targets': { type: 'boolean' },
  'dry-run': { type: 'boolean' },
} as const;

export const deliveryHelp = `\
  --smtp URL         send mails by this server, as smtp://user:password@mail.example.com:587 (STARTTLS) or smtps://... (TLS);
                     the environment variable NOTIFIER_SMTP does the same. Without it mails fail. Needs the package nodemailer
  --allow-private-targets
                     send to loopback and private addresses too, and to any port
  --dry-run          send nothing
`;

interface Values {
  smtp: string | undefined;
  'allow-private-targets': boolean;
  'dry-run': boolean;
}

/** Opens an outbox that sends; undefined for a dry run. */
export async function openOutbox(values: Values, options: Omit<OutboxOptions, 'sender'>): Promise<{ outbox: Outbox; sender: Sender } | undefined> {
  if (values['dry-run']) return undefined;
  const smtp = values.smtp ?? (process.env['NOTIFIER_SMTP'] || undefined);
  try {
    const sender = new Sender({ allowPrivate: values['allow-private-targets'] ?? false, ...(smtp !== undefined && { smtp }) });
    return { outbox: await Outbox.open({ ...options, sender }), sender };
  } catch (error) {
    if (!(error instanceof NotifierError)) throw error;
    if (error.code === 'invalid') throw new Usage(`--smtp: ${error.message}`);
    throw new Failure(error.message);
  }
}
