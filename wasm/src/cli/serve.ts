import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Committer, conflicted, markKnown } from '../committer.js';
import type { Engine } from '../engine.js';
import { NotifierError } from '../error.js';
import { showRecord, type Outbox, type OutboxReport, type Sender, type Standing } from '../node.js';
import type { ApiRequest, Change, Delivery, Outcome } from '../types.js';
import { Access, refusal, type Answer } from './access.js';
import { AskedHistory, type Pages } from './asked_history.js';
import { Failure, Usage, faults, newEngine, operands, parse, readInput } from './command.js';
import { dashboardFile } from './dashboard_files.js';
import { Database } from './database.js';
import { deliveryHelp, deliveryOptions, openOutbox, readNumber } from './delivering.js';
import { EventStreams } from './event_streams.js';
import { Operations } from './operations.js';
import { findRoute } from './route_table.js';

const help = `Usage: notifier-wasm serve [OPTION]...

Serves the notifier API over HTTP, delivers, and shows at / a page that shows and changes the notifiers. Keeps everything in one SQLite
file, which notifier-server can use, too, one of them at a time; what is acknowledged is on the disk. Needs Node.js 22.13 or later.

  --port N           listen on this port (default 7070); 0 picks a free one
  --host ADDRESS     listen on this address (default 127.0.0.1; with a token 0.0.0.0)
  --database FILE    the data (default notifier.db); made where there is none. It holds secrets. A JSON file of an earlier release, with
                     FILE.outbox, is taken over, and kept as FILE.old; without this option a notifier.json, where there is no notifier.db
  --token TOKEN      ask for \`Authorization: Bearer TOKEN\`; the environment variable NOTIFIER_TOKEN does the same.
                     Without a token only this machine is served, and no web page but one of --cors
  --cors ORIGIN      let web pages of this origin use the server, as https://dashboard.example.com
  --email-from FROM  From of mails, as "Notifier <notifier@example.com>"
  --link-base URL    the dashboard that messages link to
  --import FILE      fill an empty database from a snapshot or configuration before serving
  --export           print a snapshot of the database and end; it holds secrets
  --request-timeout SECONDS
                     how long a client may take to send a request (default 30)
  --no-access-log    do not write a line of JSON to standard error for each request and each attempt to deliver
  --help             print this and end

Delivery:
${deliveryHelp}\
  --retry-delays S,S,...
                     seconds to wait after each failed attempt (default 5,300,1800,7200,18000,36000); after one attempt more a
                     delivery is dead
  --disable-after HOURS
                     switch off a notifier that did nothing but fail for so long, ten times or more (default 120)
  --dry-run          send nothing: deliveries are recorded as dead, with that reason; those of earlier runs stay pending

Exit status: 0 after SIGTERM or SIGINT; 1 where the server cannot start; 2 wrong command line.
`;

const options = {
  port: { type: 'string' },
  host: { type: 'string' },
  database: { type: 'string' },
  token: { type: 'string' },
  cors: { type: 'string' },
  'email-from': { type: 'string' },
  'link-base': { type: 'string' },
  'request-timeout': { type: 'string' },
  ...deliveryOptions,
  'retry-delays': { type: 'string' },
  'disable-after': { type: 'string' },
  import: { type: 'string' },
  export: { type: 'boolean' },
  'no-access-log': { type: 'boolean' },
} as const;

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

/** One line of JSON for each attempt. No URL, address or content: those may hold secrets. */
function logAttempt({ id, notifierId, platform, attempt, verdict, state }: OutboxReport): void {
  const line = { time: new Date().toISOString(), delivery: id, notifier_id: notifierId, platform, attempt, outcome: verdict.action, status: verdict.status, reason: verdict.reason, state };
  process.stderr.write(`${JSON.stringify(line)}\n`);
}

/** `5,300,1800` in milliseconds. */
function readDelays(text: string): number[] {
  return text.split(',').map((part) => {
    if (!/^\d+(\.\d+)?$/.test(part) || Number(part) > 1e6) throw new Usage('--retry-delays needs numbers of seconds, separated by commas');
    return Math.round(1_000 * Number(part));
  });
}

/** Why deliveries end whose notifier was given up. */
const switchedOff = 'the notifier was switched off';

/** The API with its store around it: a request in, an answer out, everything acknowledged kept. */
class Service {
  readonly #engine: Engine;
  readonly #database: Database;
  readonly #isDry: boolean;
  readonly #hasMailServer: boolean;
  readonly #committer: Committer;
  readonly #history: AskedHistory;
  /** Deliveries that requests have sent again, until that is on the disk. */
  #resent: Promise<unknown>[] = [];
  /** Notifiers that were switched off since their target is gone or kept failing: what waits for them ends. */
  readonly #givenUp = new Set<string>();
  /** For each outcome that is being committed, which of its deliveries are new. */
  readonly #isNew = new WeakMap<Outcome, boolean[]>();
  outbox!: Outbox;
  /** Judges the URLs that deliveries go to. */
  sender!: Sender;
  readonly streams = new EventStreams();

  constructor(database: Database, isDry: boolean, hasMailServer: boolean) {
    this.#database = database;
    this.#isDry = isDry;
    this.#hasMailServer = hasMailServer;
    const { store } = database;
    this.#history = new AskedHistory({
      events: (appId, offset, limit) => database.events(appId, offset, limit),
      async deliveries(notifierId, offset, limit) {
        const { total, records } = await store.list({ notifierId, offset, limit });
        return { total, items: records.map((record) => JSON.stringify(showRecord(record))) };
      },
      state: async (notifierId, deliveryId) => (await store.find(notifierId, deliveryId))?.state,
      resend: (notifierId, deliveryId) => void this.#resent.push(this.outbox.resend(notifierId, deliveryId)),
    });
    this.#engine = newEngine({ history: this.#history, refuseUrl: (url) => this.#refuse(url) });
    this.#committer = new Committer(this.#engine, { store: (outcomes) => this.#keep(outcomes) });
  }

  get engine(): Engine {
    return this.#engine;
  }

  /** Why a URL is not to be kept: nothing would ever be sent there. */
  #refuse(url: string): string | undefined {
    const { reason, text } = this.sender.judge(url);
    return reason === 'none' ? undefined : text;
  }

  /** Resolves when the answer may be given: when everything is on the disk. */
  async answer(request: ApiRequest): Promise<Outcome | Answer> {
    try {
      let resent: Promise<unknown>[] = [];
      const outcome = await this.#history.answer((pages: Pages) =>
        this.#commit(() => {
          const handled = this.#history.within(pages, () => this.#engine.handle(request));
          resent = this.#resent.splice(0);
          return handled;
        }),
      );
      await Promise.all(resent);
      return outcome;
    } catch (error) {
      if (error instanceof NotifierError && error.code === 'conflict') return conflicted();
      process.stderr.write(`notifier-wasm: cannot write the database: ${(error as Error).message}\n`);
      return refusal(500, 'The change could not be stored; nothing has changed');
    }
  }

  async #commit(ask: () => Outcome): Promise<Outcome> {
    const outcome = await this.#committer.commit(ask);
    if (this.streams.isWatched) this.streams.publish(outcome, this.#isDry ? 'shown' : 'pending', this.#stillNew(outcome));
    await this.#follow(outcome.changes);
    return outcome;
  }

  /** Which deliveries are new, and have not ended at once as mail to nobody does: of that has been told. */
  #stillNew(outcome: Outcome): boolean[] {
    const isNew = this.#isNew.get(outcome) ?? [];
    return outcome.deliveries.map((delivery, i) => (isNew[i] ?? true) && (this.#isDry || delivery.platform !== 'email' || delivery.envelope.to.length > 0));
  }

  /** Keeps changes, events and deliveries: all of it, or nothing. */
  async #keep(outcomes: readonly Outcome[]): Promise<void> {
    const rows = { changes: outcomes.flatMap(({ changes }) => changes), events: outcomes.flatMap(({ events }) => events) };
    const deliveries = outcomes.flatMap((outcome) => outcome.deliveries);
    if (deliveries.length === 0) return void (await this.#database.keep(rows, []));
    const isNew = await this.outbox.offerBy(deliveries, (entries) => this.#database.keep(rows, entries));
    let at = 0;
    for (const outcome of outcomes) {
      const own = isNew.slice(at, (at += outcome.deliveries.length));
      this.#isNew.set(outcome, own);
      markKnown(outcome, own.flatMap((is, position) => (is ? [] : [position])));
    }
  }

  /** What changes of notifiers mean for what waits for them. Should that not be stored now, it is found at the next start. */
  async #follow(changes: readonly Change[]): Promise<void> {
    for (const change of changes) {
      try {
        if (change.op === 'remove_notifier') {
          const { id } = change.notifier;
          tellOf('removed', id, await this.outbox.cancel(id));
        } else if (change.op === 'put_notifier') {
          const { id, active } = change.notifier;
          if (active) this.#givenUp.delete(id);
          if (active) tellOf('switched on', id, await this.outbox.resume(id));
          else if (this.#givenUp.has(id)) await this.outbox.cancel(id, switchedOff);
          else tellOf('switched off', id, await this.outbox.hold(id));
        }
      } catch (error) {
        process.stderr.write(`notifier-wasm: ${(error as Error).message}\n`);
      }
    }
  }

  report(report: OutboxReport): void {
    if (!this.#isDry) this.streams.publishStep(report);
  }

  /** How a notifier stands that something waits for: it may have changed since. A notifier may be tested before it is switched on. */
  standing(notifierId: string, delivery?: Delivery): Standing {
    if (this.#isDry) return 'on';
    const notifier = this.#engine.notifier(notifierId);
    if (notifier === undefined) return 'gone';
    return notifier.active || delivery?.eventType === 'test' || this.#givenUp.has(notifierId) ? 'on' : 'off';
  }

  /** Why a delivery is not to be sent, though its notifier is there. */
  refuse({ notifierId, platform, eventType }: Delivery): string | undefined {
    if (this.#isDry) return 'dry run: nothing is sent';
    if (this.#givenUp.has(notifierId) && eventType !== 'test') return switchedOff;
    return platform === 'email' && !this.#hasMailServer ? 'this server has no mail server; see --smtp' : undefined;
  }

  /** Switches a notifier off; the change is stored, and an event tells of it. */
  disable(notifierId: string, reason: string): void {
    const appId = this.#engine.notifier(notifierId)?.app_id;
    if (appId === undefined) return;
    this.#givenUp.add(notifierId);
    this.#commit(() => this.#engine.switchOff(appId, notifierId, reason)).catch((error: Error) => {
      this.#givenUp.delete(notifierId);
      process.stderr.write(`notifier-wasm: cannot switch a notifier off: ${error.message}\n`);
    });
  }
}

/** Says in the log what a change of a notifier did to what waited for it. */
function tellOf(change: 'removed' | 'switched on' | 'switched off', notifierId: string, count: number): void {
  if (count === 0) return;
  const became = { removed: 'ended', 'switched on': 'sent', 'switched off': 'held' }[change];
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), notifier_id: notifierId, change, deliveries: count, became })}\n`);
}

async function respond(service: Service, operations: Operations, access: Access, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const route = findRoute(request.method!, request.url!);
  const { headers, answer: refused } = access.judge(request, route);
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  // Whoever has no token yet gets the page that asks for it.
  const file = refused === undefined || refused.status === 401 ? await dashboardFile(request) : undefined;
  if (file !== undefined) {
    response.removeHeader('WWW-Authenticate');
    response.writeHead(200, file.headers).end(request.method === 'HEAD' ? undefined : file.bytes);
    return;
  }
  let answer = refused ?? (await operations.answer(request.method!, route.pattern));
  let streamAppId: string | undefined;
  if (answer === undefined) {
    const body = await readBody(request);
    if (!Buffer.isBuffer(body)) {
      answer = body;
    } else {
      const outcome = await service.answer({ method: request.method!, url: request.url!, headers: request.headers, body });
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
function logAccess(request: IncomingMessage, response: ServerResponse): void {
  const began = process.hrtime.bigint();
  response.on('close', () => {
    const line = {
      time: new Date().toISOString(),
      client: request.socket.remoteAddress,
      method: request.method,
      path: request.url!.split('?')[0]!.slice(0, 512),
      status: response.statusCode,
      us: Number((process.hrtime.bigint() - began) / 1000n),
    };
    process.stderr.write(`${JSON.stringify(line)}\n`);
  });
}

async function fill(engine: Engine, database: Database, path: string, importFile: string | undefined): Promise<void> {
  let file = path;
  try {
    await database.load(engine);
    if (importFile !== undefined && engine.apps().length === 0) {
      file = importFile;
      engine.load(readInput(importFile));
      await database.adopt(engine);
    }
  } catch (error) {
    if (!(error instanceof NotifierError)) throw error;
    throw new Failure(faults(error).map((fault) => `${file}: ${fault}`).join('\nnotifier-wasm: '));
  }
}

export async function serve(args: string[]): Promise<number> {
  const parsed = parse(args, options, help);
  if (parsed === undefined) return 0;
  operands(parsed.positionals);
  const { values } = parsed;
  const token = values.token ?? (process.env['NOTIFIER_TOKEN'] || undefined);
  const port = Number(values.port ?? 7070);
  if (!/^\d+$/.test(values.port ?? '0') || port > 65535) throw new Usage('--port needs a number from 0 to 65535');
  if (token === '') throw new Usage('--token needs a value');
  if (token === undefined) {
    if (values.cors === '*') throw new Usage('--cors * needs a token: without one every web page could use the server');
    if (!['127.0.0.1', '::1', 'localhost'].includes(values.host ?? 'localhost')) {
      throw new Usage('--host needs a token: without one only this machine is served');
    }
  }
  const retry = {
    ...(values['retry-delays'] !== undefined && { delaysMs: readDelays(values['retry-delays']) }),
    disableAfterMs: Math.round(3_600_000 * readNumber('disable-after', values['disable-after'], 120)),
  };
  const requestTimeout = 1_000 * readNumber('request-timeout', values['request-timeout'], 30);
  const host = values.host ?? (token === undefined ? '127.0.0.1' : '0.0.0.0');
  const path = values.database ?? 'notifier.db';

  const onError = (error: unknown) => process.stderr.write(`notifier-wasm: ${(error as Error).message}\n`);
  const database = await Database.open(path, values.database === undefined ? 'notifier.json' : undefined);
  let delivering: Awaited<ReturnType<typeof openOutbox>> | undefined;
  try {
    if (values.export) {
      const engine = newEngine();
      await fill(engine, database, path, values.import);
      process.stdout.write(`${engine.snapshot()}\n`);
      return 0;
    }
    const isDry = values['dry-run'] ?? false;
    const isLogged = !values['no-access-log'];
    const service = new Service(database, isDry, (values.smtp ?? process.env['NOTIFIER_SMTP'] ?? '') !== '');
    const { engine } = service;
    await fill(engine, database, path, values.import);
    try {
      engine.configure({ emailFrom: values['email-from'], linkBase: values['link-base'] });
    } catch (error) {
      if (!(error instanceof NotifierError)) throw error;
      throw new Failure(`wrong setting: ${faults(error).join('; ')}`);
    }

    delivering = await openOutbox(values, {
      store: database.store,
      resume: !isDry,
      retry,
      secrets: (id) => engine.signingSecrets(id),
      standing: (id, delivery) => service.standing(id, delivery),
      refuse: (delivery) => service.refuse(delivery),
      onAttempt(report) {
        if (isLogged) logAttempt(report);
        service.report(report);
      },
      onDisable: (id, reason) => service.disable(id, reason),
      onError,
    });
    service.outbox = delivering.outbox;
    service.sender = delivering.sender;
    const access = new Access(token, values.cors);
    const operations = new Operations(() => database.check());
    const server = createServer({ requestTimeout, headersTimeout: Math.min(requestTimeout, 10_000), keepAliveTimeout: 30_000 }, (request, response) => {
      if (isLogged) logAccess(request, response);
      respond(service, operations, access, request, response).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ECONNRESET') process.stderr.write(`notifier-wasm: ${error.stack}\n`);
        response.destroy();
      });
    });
    server.listen(port, host);
    await once(server, 'listening').catch((error) => {
      throw new Failure(`cannot listen on ${host} port ${port}: ${error.message}`);
    });
    // Before anybody learns that it runs: whoever ends it then ends it well.
    const told = new Promise((resolve) => {
      process.once('SIGTERM', resolve);
      process.once('SIGINT', resolve);
    });
    const at = server.address() as AddressInfo;
    const shown = at.family === 'IPv6' ? `[${at.address}]` : at.address;
    process.stdout.write(`notifier-wasm listens on http://${shown}:${at.port}${token === undefined ? ' (no token: this machine only)' : ''}\n`);

    await told;
    operations.beginStop();
    service.streams.close();
    server.close();
    server.closeIdleConnections();
    const patience = setTimeout(() => server.closeAllConnections(), 5_000);
    await once(server, 'close');
    clearTimeout(patience);
    return 0;
  } finally {
    await delivering?.outbox.close();
    delivering?.sender.close();
    await database.close();
  }
}
