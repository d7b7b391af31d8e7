// Real servers on loopback for deliveries to arrive at: an HTTP server that misbehaves on order, and an SMTP server.

import { createServer } from 'node:http';
import { createRequire } from 'node:module';

const { SMTPServer } = createRequire(new URL('../x.js', import.meta.url))('smtp-server');

/**
 * Answers POST /WHAT/... as WHAT says, and remembers every request.
 *
 * `ok`, `slack`, `rocket`: takes it. `NNN`: that status. `later`: 429 for the first request of a path, with Retry-After: the seconds of the query, or 1. `twice`: 500 for the
 * first two. `flaky`: every tenth request at random is not taken. `slow`: after the milliseconds of the query, and `slow500` with that status. `hang`: never. `drop`: closes the connection unanswered. `reset`: resets it.
 * `half`: breaks off in the body. `endless`: a body without end. `garbage`: no HTTP. `redirect`: to /ok. `unsuccessful`: 200 and `success:false`.
 * `echo`: 400, and the whole request. `grumble`: 500, and why.
 */
export async function startTarget() {
  const requests = [];
  const seen = new Map();
  let open = 0;
  let mostOpen = 0;
  const server = createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url, 'http://x');
      const what = url.pathname.split('/')[1];
      const count = (seen.get(url.pathname) ?? 0) + 1;
      seen.set(url.pathname, count);
      const isTaken = what !== 'flaky' || Math.random() >= 0.1;
      requests.push({ what, isTaken, path: request.url, method: request.method, headers: request.headers, body: Buffer.concat(chunks).toString(), at: Date.now(), port: request.socket.remotePort });
      mostOpen = Math.max(mostOpen, ++open);
      response.on('close', () => --open);
      const { socket } = request;
      switch (what) {
        case 'ok':
          return response.end('fine');
        case 'slack':
          return response.end('ok');
        case 'rocket':
          return response.setHeader('content-type', 'application/json').end('{"success":true}');
        case 'unsuccessful':
          return response.setHeader('content-type', 'application/json').end('{"success":false,"error":"no"}');
        case 'echo':
          return response.writeHead(400).end(`${request.url}\n${JSON.stringify(request.headers)}\r\n${Buffer.concat(chunks)}`);
        case 'grumble':
          return response.writeHead(500).end('no such queue\n');
        case 'later':
          return count === 1 ? response.writeHead(429, { 'retry-after': url.searchParams.get('after') ?? '1' }).end() : response.end('ok');
        case 'twice':
          return response.writeHead(count <= 2 ? 500 : 200).end('ok');
        case 'flaky':
          return isTaken ? response.end('ok') : Math.random() < 0.5 ? response.writeHead(503).end() : socket.destroy();
        case 'slow':
          return setTimeout(() => response.end('ok'), Number(url.searchParams.get('ms')));
        case 'slow500':
          return setTimeout(() => response.writeHead(500).end(), Number(url.searchParams.get('ms')));
        case 'hang':
          return undefined;
        case 'drop':
          return socket.end();
        case 'reset':
          return socket.resetAndDestroy?.() ?? socket.destroy();
        case 'half':
          response.writeHead(200, { 'content-length': '1000' }).write('o');
          return setTimeout(() => socket.destroy(), 20);
        case 'endless': {
          response.writeHead(200);
          const pour = () => {
            while (!response.destroyed && response.write('ok'.repeat(4096)));
          };
          response.on('drain', pour);
          return pour();
        }
        case 'garbage':
          return socket.end('SSH-2.0-OpenSSH_9.2\r\n');
        case 'redirect':
          return response.writeHead(302, { location: '/ok/elsewhere' }).end();
        default:
          return response.writeHead(Number(what), url.searchParams.has('after') ? { 'retry-after': url.searchParams.get('after') } : {}).end(url.searchParams.get('say') ?? '');
      }
    });
    request.on('error', () => {});
  });
  server.keepAliveTimeout = 60_000;
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  return {
    port,
    requests,
    url: (path) => `http://127.0.0.1:${port}/${path}`,
    mostOpen: () => mostOpen,
    close: () => new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    }),
  };
}

/**
 * An SMTP server. `judge(address, session)` returns an Error with `responseCode` to refuse a recipient; `answer(mail)` one to refuse the mail.
 */
export async function startMailServer({ judge = () => undefined, answer = () => undefined, options = {} } = {}) {
  const mails = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo: ({ address }, session, callback) => callback(judge(address, session)),
    onData(stream, session, callback) {
      const chunks = [];
      stream.on('data', (chunk) => chunks.push(chunk));
      stream.on('end', () => {
        const mail = { from: session.envelope.mailFrom.address, to: session.envelope.rcptTo.map(({ address }) => address), raw: Buffer.concat(chunks).toString(), session };
        const refusal = answer(mail);
        if (!refusal) mails.push(mail);
        callback(refusal);
      });
    },
    ...options,
  });
  server.on('error', () => {});
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: server.server.address().port, url: `smtp://127.0.0.1:${server.server.address().port}`, mails, close: () => new Promise((resolve) => server.close(resolve)) };
}

export const smtpError = (responseCode, message) => Object.assign(new Error(message), { responseCode });

let drawn = 0;

/** A delivery to a URL, as `route` gives it. */
export function httpDelivery(url, { platform = 'webhook', notifierId = 'no-1', body = '{"type":"test"}', ...rest } = {}) {
  const idempotencyKey = `msg_${String(++drawn).padStart(32, '0')}`;
  return {
    notifierId, notifierName: 'hook', appId: 'app-1', eventId: `ev-${drawn}`, eventType: 'test', idempotencyKey, truncations: [],
    platform, method: 'POST', url, headers: { 'content-type': 'application/json', 'user-agent': 'notifier/2.0', 'webhook-id': idempotencyKey }, body, ...rest,
  };
}

export function mailDelivery(to, { notifierId = 'no-mail', ...rest } = {}) {
  const idempotencyKey = `msg_${String(++drawn).padStart(32, '0')}`;
  const raw = `From: <a@example.com>\r\nTo: ${to.join(', ')}\r\nMessage-ID: <${idempotencyKey}@example.com>\r\nSubject: x\r\n\r\nText\r\n`;
  return { notifierId, notifierName: 'mail', appId: 'app-1', eventId: `ev-${drawn}`, eventType: 'test', idempotencyKey, truncations: [], platform: 'email', envelope: { from: 'a@example.com', to }, raw, ...rest };
}

/** Waits until something holds; fails after a time that no working machine needs. */
export async function until(holds, what = 'it', ms = 120_000) {
  for (const end = Date.now() + ms; ; await new Promise((resolve) => setTimeout(resolve, 10))) {
    if (await holds()) return;
    if (Date.now() > end) throw new Error(`${what} did not happen`);
  }
}
