// One request from its head to the end of its answer, and what is logged of it.

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { OutboxReport } from '../node.js';
import { refusal, type Access, type Answer } from './access.js';
import type { Asker } from './audit_log.js';
import { dashboardFile } from './dashboard_files.js';
import type { Operations } from './operations.js';
import type { RouteMatch } from './route_table.js';
import type { Service } from './service.js';

/** The longest body, which is the longest event. */
const longestBody = 8 * 1024 * 1024;
const tooLarge = 'The body is larger than this server takes';

/** Reads a body; an answer where it cannot be taken. */
function readBody(request: IncomingMessage): Promise<Buffer | Answer> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let size = 0;
    const end = () => resolve(size > longestBody ? refusal(413, tooLarge) : chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size));
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= longestBody) chunks.push(chunk);
      else chunks = [];
      // Who sends on is heard out for a while, since an answer before that would be lost.
      if (size <= 4 * longestBody) return;
      request.pause();
      end();
    });
    request.on('end', end);
    request.on('error', reject);
    request.on('close', () => reject(Object.assign(new Error('the request broke off'), { code: 'ECONNRESET' }))); // without effect after the end
  });
}

/** What is known of a request before anything is done for it; its token's name comes later. What the client calls it may stand in logs. */
export function asker({ headers, socket }: IncomingMessage): Asker {
  const given = headers['x-request-id'];
  const requestId = typeof given === 'string' && /^[\w\-.:/+=@]{1,128}$/.test(given) ? given : `req-${randomUUID()}`;
  return { requestId, token: undefined, client: socket.remoteAddress };
}

export async function respond(service: Service, operations: Operations, access: Access, request: IncomingMessage, route: RouteMatch, response: ServerResponse, asks: Asker): Promise<void> {
  const { headers, answer: refused, token } = access.judge(request, route);
  asks.token = token;
  response.setHeader('X-Request-Id', asks.requestId);
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Cache-Control', 'no-store'); // where the answer does not say otherwise
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  // Whoever has no token yet gets the page that asks for it.
  const file = operations.hasApi && (refused === undefined || refused.status === 401) ? await dashboardFile(request) : undefined;
  if (file !== undefined) {
    response.removeHeader('WWW-Authenticate');
    response.writeHead(file.status, file.headers).end(request.method === 'HEAD' ? undefined : file.bytes);
    return;
  }
  let answer = refused ?? (await operations.answer(request.method!, route.pattern));
  let streamAppId: string | undefined;
  if (answer === undefined) {
    const body = await readBody(request);
    if (!Buffer.isBuffer(body)) {
      answer = body;
    } else {
      const outcome = await service.answer({ method: request.method!, url: request.url!, headers: request.headers, body }, asks);
      answer = 'response' in outcome ? outcome.response : outcome;
      streamAppId = 'response' in outcome ? outcome.streamAppId : undefined;
    }
  }
  // What is left of a body that is not wanted must not be taken for the next request.
  if (!request.complete) response.setHeader('Connection', 'close');
  response.writeHead(answer.status, answer.headers);
  if (streamAppId !== undefined) service.streams.open(streamAppId, response);
  else response.end(answer.body);
}

/** One line of JSON for each request. No query, header or body: those may hold secrets. */
export function logAccess(request: IncomingMessage, response: ServerResponse, asks: Asker): void {
  const began = process.hrtime.bigint();
  response.on('close', () => {
    const line = {
      time: new Date().toISOString(),
      request_id: asks.requestId,
      client: asks.client,
      token: asks.token,
      method: request.method,
      path: request.url!.split('?')[0]!.slice(0, 512),
      status: response.statusCode,
      us: Number((process.hrtime.bigint() - began) / 1000n),
    };
    process.stderr.write(`${JSON.stringify(line)}\n`);
  });
}

/** One line of JSON for each attempt. No URL, address or content: those may hold secrets. */
export function logAttempt({ id, notifierId, platform, attempt, verdict, state }: OutboxReport): void {
  const line = { time: new Date().toISOString(), delivery: id, notifier_id: notifierId, platform, attempt, outcome: verdict.action, status: verdict.status, reason: verdict.reason, state };
  process.stderr.write(`${JSON.stringify(line)}\n`);
}
