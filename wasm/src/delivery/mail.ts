// One attempt by SMTP, through nodemailer, which hosts install where they send mail.

import { NotifierError } from '../error.js';
import type { EmailDelivery } from '../types.js';
import type { Core } from './core.js';
import { loadPeer } from './peer.js';
import { replyExcerpt } from './reply_excerpt.js';
import { isOutOfDescriptors, isShortage } from './shortage.js';
import { classifyFailure, classifySmtp, type Failure, type Verdict } from './verdict.js';

/** What is used of a transport of nodemailer. */
export interface MailTransport {
  sendMail(mail: { envelope: { from: string; to: string[] }; raw: string | Uint8Array }): Promise<unknown>;
  close?(): void;
}

interface Refusal {
  code?: string;
  errno?: number;
  responseCode?: number;
  response?: string;
  recipient?: string;
  rejectedErrors?: Refusal[];
}

async function loadNodemailer(): Promise<{ createTransport(options: object): MailTransport }> {
  const loaded = await loadPeer<{ createTransport(options: object): MailTransport }>('nodemailer');
  if (loaded === undefined) throw new NotifierError('unsupported', 'sending mail needs the package nodemailer: npm install nodemailer');
  return loaded;
}

interface MailServer {
  host: string;
  port: number;
  /** TLS from the first byte. */
  secure: boolean;
  requireTLS: boolean;
  ignoreTLS: boolean;
  auth?: { user: string; pass: string };
}

/**
 * Reads `smtp://user:password@host:587`, or `smtps:` for TLS from the first byte. STARTTLS is used where the server has it, and required with a
 * login; `?starttls=required` and `?starttls=off` say otherwise.
 */
export function readSmtpUrl(text: string): MailServer {
  let url: URL;
  try {
    url = new URL(text);
    if (!/^smtps?:$/.test(url.protocol) || url.hostname === '') throw new Error();
    const secure = url.protocol === 'smtps:';
    const starttls = url.searchParams.get('starttls') ?? (url.username === '' ? 'allowed' : 'required');
    if (!/^(allowed|required|off)$/.test(starttls)) throw new Error();
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const server = { host, port: Number(url.port) || (secure ? 465 : 587), secure, requireTLS: !secure && starttls === 'required', ignoreTLS: starttls === 'off' };
    if (url.username === '') return server;
    return { ...server, auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) } };
  } catch {
    throw new NotifierError('invalid', 'the mail server must be given as smtp://user:password@host:587 or smtps://..., perhaps with ?starttls=required or ?starttls=off', { field: 'smtp' });
  }
}

function failureOf({ code = '', ...rest }: Refusal): Failure {
  if (isShortage({ code, ...rest })) return 'local';
  if (code === 'EDNS' || code === 'ENOTFOUND' || code === 'EAI_AGAIN') return isOutOfDescriptors() ? 'local' : 'unresolved';
  if (code === 'ECONNECTION' || code === 'ESOCKET' || code === 'ECONNREFUSED' || code === 'EHOSTUNREACH' || code === 'ENETUNREACH') {
    return isOutOfDescriptors() ? 'local' : code === 'ESOCKET' ? 'broken' : 'refused';
  }
  if (code === 'ETIMEDOUT') return 'timeout';
  return code === 'ETLS' || code.startsWith('ERR_TLS') || code.startsWith('CERT_') || code.endsWith('_CERT') ? 'tls' : 'broken';
}

export class MailSender {
  readonly #core: Core;
  readonly #server: MailServer | undefined;
  readonly #timeoutMs: number;
  #transport: MailTransport | undefined;
  #loading: Promise<MailTransport> | undefined;

  /** @param smtp a URL, or a transport that the host has made and closes itself */
  constructor(core: Core, smtp: string | MailTransport | undefined, timeoutMs: number) {
    this.#core = core;
    this.#timeoutMs = timeoutMs;
    if (typeof smtp === 'string') this.#server = readSmtpUrl(smtp);
    else this.#transport = smtp;
  }

  get isConfigured(): boolean {
    return this.#server !== undefined || this.#transport !== undefined;
  }

  /** @throws {NotifierError} `unsupported` where nodemailer is needed and not installed */
  load(): Promise<MailTransport> {
    if (this.#transport !== undefined) return Promise.resolve(this.#transport);
    return (this.#loading ??= loadNodemailer().then(({ createTransport }) => {
      const server = this.#server!;
      return createTransport({
        ...server,
        pool: true,
        maxConnections: 4,
        maxMessages: 1000,
        connectionTimeout: this.#timeoutMs,
        greetingTimeout: this.#timeoutMs,
        socketTimeout: this.#timeoutMs,
        disableFileAccess: true,
        disableUrlAccess: true,
      });
    }));
  }

  close(): void {
    if (this.#loading) void this.#loading.then((transport) => transport.close?.(), () => {});
  }

  async send({ envelope, raw }: EmailDelivery<string | Uint8Array>): Promise<Verdict> {
    if (envelope.to.length === 0) return { action: 'fail', status: 0, reason: 'the mail has no recipient' };
    if (!this.isConfigured) return { action: 'fail', status: 0, reason: 'no mail server is configured' };
    const transport = await this.load();
    try {
      const said = (await transport.sendMail({ envelope, raw })) as Refusal;
      const rest = this.#judgeRefusals(said.rejectedErrors, true, said);
      return rest ?? this.#judgeReply(said);
    } catch (error) {
      const said = error as Refusal;
      return this.#judgeRefusals(said.rejectedErrors, false, said) ?? this.#judgeReply(said);
    }
  }

  #judgeReply(said: Refusal): Verdict {
    const { responseCode, response = '' } = said;
    const [, digits, text] = /^(\d{3})[ -]?([^]*)/.exec(response) ?? [];
    const status = responseCode ?? Number(digits ?? 0);
    if (status < 200) return classifyFailure(this.#core, failureOf(said));
    return { ...classifySmtp(this.#core, status, text ?? ''), ...this.#reply(said) };
  }

  /** What the mail server said, as one line, without our login. */
  #reply({ response = '' }: Refusal): Pick<Verdict, 'reply'> {
    const line = response.replace(/^(\d{3})-/, '$1 ').replace(/[\r\n]+\d{3}[ -]/g, ' ');
    const { user = '', pass = '' } = this.#server?.auth ?? {};
    const reply = replyExcerpt(Buffer.from(line), '', {}, [user, pass]);
    return reply === '' ? {} : { reply };
  }

  /** Recipients have replies of their own (RFC 5321, section 3.3): who is refused for now is tried again, and nobody else. */
  #judgeRefusals(refusals: Refusal[] | undefined, isTaken: boolean, said: Refusal): Verdict | undefined {
    if (refusals === undefined || refusals.length === 0) return undefined;
    const isForNow = ({ responseCode = 0 }: Refusal) => responseCode < 500;
    const whom = (some: Refusal[]) => some.flatMap(({ recipient }) => recipient ?? []);
    const later = refusals.filter(isForNow);
    const never = whom(refusals.filter((refusal) => !isForNow(refusal)));
    const refused = { ...(never.length > 0 && { refused: never }), ...(isTaken && { someAccepted: true }) };
    if (later.length > 0) {
      const remaining = whom(later);
      return { ...this.#judgeReply(later[0]!), ...(remaining.length > 0 && { remaining }), ...refused };
    }
    if (isTaken) return { action: 'delivered', status: 250, reason: 'the mail server took it, but refused some of the recipients', ...this.#reply(said), ...refused };
    return { ...this.#judgeReply(refusals[0]!), ...refused };
  }
}
