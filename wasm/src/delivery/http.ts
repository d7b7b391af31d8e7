// One attempt over HTTP.

import { Agent, request as httpRequest, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { Agent as SecureAgent, request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import type { HttpDelivery } from '../types.js';
import type { Core } from './core.js';
import { Blocked, type Guard } from './guard.js';
import { isReceiptKept, replyExcerpt, secretsInBody } from './reply_excerpt.js';
import { isOutOfDescriptors, isShortage } from './shortage.js';
import { classifyFailure, classifyReply, type Failure, type Verdict } from './verdict.js';

/** A reply is read no further: NOTIFIER_MAX_REPLY_BYTES. */
const longestReply = 20 * 1024;

/** Replies 1xx that may come before the one that counts: each costs the event loop its while, and a target could send them for ever. */
const mostInterim = 16;

export interface HttpTimeouts {
  /** For resolving and connecting. */
  connectMs: number;
  /** For all of the attempt. */
  totalMs: number;
}

/** A connection that was kept open, and that the other side closed just then. */
class Stale extends Error {}

function failureOf(error: NodeJS.ErrnoException): Failure {
  const code = String(error.code ?? '');
  if (error instanceof Blocked) return 'blocked';
  if (isShortage(error) || isOutOfDescriptors()) return 'local';
  if (error.syscall === 'getaddrinfo' || /^(ENOTFOUND|EAI_)/.test(code)) return 'unresolved';
  if (/^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL|EACCES|EPERM)$/.test(code)) return 'refused';
  if (code === 'ETIMEDOUT') return 'timeout';
  if (/^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|EPROTO)/.test(code)) return 'tls';
  return 'broken';
}

/**
 * Sends requests. Follows no redirect, which would lead around the guard, and asks no proxy, which would too. Connections are kept
 * open for the next delivery; certificates are checked whatever the environment says.
 */
export class HttpSender {
  readonly #core: Core;
  readonly #guard: Guard;
  readonly #timeouts: HttpTimeouts;
  readonly #clock: () => number;
  readonly #plain: Agent;
  readonly #secure: SecureAgent;

  constructor(core: Core, guard: Guard, timeouts: HttpTimeouts, ca: string | Buffer | readonly (string | Buffer)[] | undefined, clock: () => number) {
    this.#core = core;
    this.#guard = guard;
    this.#timeouts = timeouts;
    this.#clock = clock;
    const options = { keepAlive: true, keepAliveMsecs: 10_000, maxFreeSockets: 64, timeout: 60_000, lookup: guard.lookup };
    this.#plain = new Agent(options);
    this.#secure = new SecureAgent({ ...options, rejectUnauthorized: true, ...(ca !== undefined && { ca: ca as string }) });
  }

  close(): void {
    this.#plain.destroy();
    this.#secure.destroy();
  }

  /**
   * @param headers those of the attempt, in place of the delivery's own
   * @param secrets what they were signed with
   * @param atMost when it has to be over, however much time the attempt has left
   */
  async send({ url, method, body, platform }: HttpDelivery<string | Uint8Array>, headers: Record<string, string>, secrets: readonly string[], atMost: number, signal?: AbortSignal): Promise<Verdict> {
    const judgement = this.#guard.judgeUrl(url);
    if (judgement.reason !== 'none') return { ...classifyFailure(this.#core, 'blocked'), reason: judgement.text };
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    const until = Math.min(performance.now() + this.#timeouts.totalMs, atMost);
    for (let tries = 0; ; ++tries) {
      try {
        const reply = await this.#exchange(new URL(url), { method, headers: { ...headers, 'content-length': String(bytes.length) } }, bytes, platform !== 'webhook', until, signal);
        const { receipt = '', ...verdict } = classifyReply(this.#core, platform, reply, this.#clock());
        const kept = [...secrets, ...secretsInBody(platform, bytes)];
        const said = replyExcerpt(reply.body, url, headers, kept);
        return { ...verdict, ...(said !== '' && { reply: said }), ...(receipt !== '' && isReceiptKept(receipt, url, headers, kept) && { receipt }) };
      } catch (error) {
        if (error instanceof Stale && tries === 0) continue;
        const verdict = classifyFailure(this.#core, failureOf(error as NodeJS.ErrnoException));
        return error instanceof Blocked ? { ...verdict, reason: error.message } : verdict;
      }
    }
  }

  /**
   * The time that is left is looked at by the clock as well before anything is written: a process that stood still hears of a connection
   * before its timers fire, and what it would send then is another worker's by now.
   *
   * @param until when the attempt ends, however many tries it takes
   */
  #exchange(url: URL, options: RequestOptions, body: Uint8Array, isBodyNeeded: boolean, until: number, signal: AbortSignal | undefined): Promise<{ status: number; headers: string[]; body: Buffer }> {
    const isSecure = url.protocol === 'https:';
    const host = url.hostname.replace(/^\[|\]$/g, '');
    return new Promise((resolve, reject) => {
      const request: ClientRequest = (isSecure ? httpsRequest : httpRequest)({
        ...options,
        agent: isSecure ? this.#secure : this.#plain,
        hostname: host,
        port: url.port,
        path: url.pathname + url.search,
      });
      let response: IncomingMessage | undefined;
      const chunks: Buffer[] = [];
      let size = 0;
      const end = (settle: () => void) => {
        clearTimeout(connecting);
        clearTimeout(deadline);
        signal?.removeEventListener('abort', abort);
        settle();
      };
      const succeed = () => end(() => resolve({ status: response!.statusCode!, headers: response!.rawHeaders, body: Buffer.concat(chunks) }));
      /** The status tells, unless the platform hides failures in the body of a success. */
      const fail = (error: Error) => {
        const { statusCode = 0 } = response ?? {};
        if (statusCode !== 0 && (!isBodyNeeded || statusCode < 200 || statusCode > 299)) succeed();
        else end(() => reject(request.reusedSocket && response === undefined && isReset(error) ? new Stale() : error));
      };
      const stop = (error: Error) => {
        fail(error);
        request.destroy(error);
      };
      const timeout = () => stop(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' }));
      const abort = () => stop(new Error('aborted'));
      const now = performance.now();
      const connectedBy = Math.min(now + this.#timeouts.connectMs, until);
      const connecting = setTimeout(timeout, connectedBy - now);
      const deadline = setTimeout(timeout, until - now);
      signal?.addEventListener('abort', abort);

      request.on('socket', (socket: Socket) => {
        const connected = () => (performance.now() < connectedBy ? clearTimeout(connecting) : timeout());
        if (!socket.connecting) return connected();
        socket.once(isSecure ? 'secureConnect' : 'connect', connected);
        // Whatever led to the connection: this is the address at its other end.
        socket.once('connect', () => {
          const judgement = this.#guard.judgeAddress(socket.remoteAddress ?? '', host);
          if (judgement.reason !== 'none') stop(new Blocked(judgement.text));
        });
      });
      request.on('error', fail);
      let interim = 0;
      request.on('information', () => {
        if (++interim > mostInterim) stop(new Error('interim replies without end'));
      });
      request.on('response', (incoming) => {
        response = incoming;
        incoming.on('data', (chunk: Buffer) => {
          chunks.push(chunk.subarray(0, longestReply - size));
          size += chunk.length;
          if (size < longestReply) return;
          succeed();
          request.destroy();
        });
        incoming.on('end', succeed);
        incoming.on('error', fail);
        incoming.on('close', () => {
          if (!incoming.complete) fail(Object.assign(new Error('the reply broke off'), { code: 'ECONNRESET' }));
        });
      });
      request.end(body);
    });
  }
}

function isReset(error: NodeJS.ErrnoException): boolean {
  return error.code === 'ECONNRESET' || error.code === 'EPIPE';
}
