import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isAbsolute, resolve } from 'node:path';
import type { Engine } from '../engine.js';
import { NotifierError } from '../error.js';
import { Access } from './access.js';
import { AuditLog } from './audit_log.js';
import { Failure, Usage, faults, newEngine, operands, parse, readInput, version } from './command.js';
import { readConfiguration } from './configuration.js';
import { isDashboardFile } from './dashboard_files.js';
import { askControl, openControl } from './control.js';
import { Database, InUse, type ServerDatabase } from './database.js';
import { attemptMsOf, deliveryHelp, deliveryOptions, openOutbox, readNumber } from './delivering.js';
import { Metrics } from './metrics.js';
import { Operations } from './operations.js';
import { asker, logAccess, logAttempt, respond } from './respond.js';
import { findRoute } from './route_table.js';
import { Service } from './service.js';
import { SharedDatabase, isShared } from './shared_database.js';
import { SharedStreams } from './shared_streams.js';
import { Tokens } from './tokens.js';

const help = `Usage: notifier-wasm serve [OPTION]...

Serves the notifier API over HTTP, delivers, and shows at / a page that shows and changes the notifiers. Keeps everything in one SQLite
file, which notifier-server can use, too, one of them at a time; what is acknowledged is on the disk. Needs Node.js 22.13 or later, but for
a PostgreSQL.

  --port N           listen on this port (default 7070); 0 picks a free one
  --host ADDRESS     listen on this address (default 127.0.0.1; with a token 0.0.0.0)
  --database FILE    the data (default notifier.db); made where there is none. It holds secrets. A JSON file of an earlier release, with
                     FILE.outbox, is taken over, and kept as FILE.old; without this option a notifier.json, where there is no notifier.db.
                     postgresql://... is a PostgreSQL that several servers share, notifier-server among them, each of which sends a part;
                     it needs the package pg, and no SQLite
  --role ROLES       what this server does of those that share a PostgreSQL: api, which takes requests, worker, which sends, or api,worker
                     (default). A worker alone answers /healthz, /readyz and /metrics
  --token TOKEN      ask for \`Authorization: Bearer TOKEN\`; the environment variable NOTIFIER_TOKEN does the same.
                     Without a token only this machine is served, and no web page but one of --cors
  --tokens FILE      ask for one of the tokens of this file (JSON), each of which may do what it says there; read again at SIGHUP
  --rate-limit N     let each token send N requests a second, those apart that have a limit of their own; more are answered with 429
                     (default: any number)
  --cors ORIGIN      let web pages of this origin use the server, as https://dashboard.example.com
  --email-from FROM  From of mails, as "Notifier <notifier@example.com>"
  --link-base URL    the dashboard that messages link to
  --language TAG     what messages are in whose notifier and app name no language, as fr, which is known without
                     further ado; others are the vocabulary's (default: what an imported configuration says, or en)
  --import FILE      fill an empty database from a snapshot or configuration before serving
  --export           print a snapshot of the database and end; it holds secrets. Also while \`serve\` uses it
  --backup FILE      copy the database into this file, look whether the copy is whole, and end. It holds secrets. Also while \`serve\` uses
                     it, which is asked by the socket FILE.control beside the database, and writes the copy itself: no other user may,
                     and what is to be stored waits meanwhile
  --config FILE      take options from this file (JSON), by their names: {"port":7070,"dry-run":true,"allow-target":["10.0.0.0/8"]}.
                     What the command line says counts more
  --request-timeout SECONDS
                     how long a client may take to send a request (default 30)
  --audit FILE       write a line of JSON to this file for each request that changes apps, notifiers or users: who, when, what; no
                     secrets. SIGHUP has it opened again
  --no-access-log    do not write a line of JSON to standard error for each request and each attempt to deliver
  --help             print this and end

Delivery:
${deliveryHelp}\
  --retry-delays S,S,...
                     seconds to wait after each failed attempt (default 5,300,1800,7200,18000,36000); after one attempt more a
                     delivery is dead
  --disable-after HOURS
                     switch off a notifier that did nothing but fail for so long, ten times or more (default 120)
  --hold DAYS        how long a delivery is held for a notifier that is switched off (default 3); then it is dead
  --dry-run          send nothing: deliveries are recorded as dead, with that reason; those of earlier runs stay pending

What is kept, beside apps, notifiers and users:
  --keep-events N    so many events of each app, the latest (default 1000),
  --keep-megabytes N
                     and no more of them than take so many megabytes, but for the very latest (default 256)
  --keep-megabytes-in-all N
                     the same of all apps together, the oldest going first (default: whatever they take)
  --keep-delivered DAYS
                     what became of a delivery that arrived (default 7); as long, it is not sent again
  --keep-dead DAYS   the same of one that did not, which can be sent again (default 30)

Exit status: 0 after SIGTERM or SIGINT; 1 where the server cannot start; 2 wrong command line or configuration.
`;

const options = {
  port: { type: 'string' },
  host: { type: 'string' },
  database: { type: 'string' },
  role: { type: 'string' },
  token: { type: 'string' },
  tokens: { type: 'string' },
  'rate-limit': { type: 'string' },
  cors: { type: 'string' },
  'email-from': { type: 'string' },
  'link-base': { type: 'string' },
  language: { type: 'string' },
  'request-timeout': { type: 'string' },
  ...deliveryOptions,
  'retry-delays': { type: 'string' },
  'disable-after': { type: 'string' },
  import: { type: 'string' },
  export: { type: 'boolean' },
  audit: { type: 'string' },
  backup: { type: 'string' },
  config: { type: 'string' },
  hold: { type: 'string' },
  'keep-events': { type: 'string' },
  'keep-megabytes': { type: 'string' },
  'keep-megabytes-in-all': { type: 'string' },
  'keep-delivered': { type: 'string' },
  'keep-dead': { type: 'string' },
  'no-access-log': { type: 'boolean' },
} as const;

/** `5,300,1800` in milliseconds. */
function readDelays(text: string): number[] {
  return text.split(',').map((part) => {
    if (!/^\d+(\.\d+)?$/.test(part) || Number(part) > 1e6) throw new Usage('--retry-delays needs numbers of seconds, separated by commas');
    return Math.round(1_000 * Number(part));
  });
}

async function fill(engine: Engine, database: ServerDatabase, path: string, importFile: string | undefined): Promise<void> {
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

/** What a server does of those that share a database. */
function readRoles(role = 'api,worker'): { hasApi: boolean; hasWorker: boolean } {
  const roles = role.split(',');
  if (new Set(roles).size < roles.length || !roles.every((one) => one === 'api' || one === 'worker')) throw new Usage('--role needs api, worker, or api,worker');
  return { hasApi: roles.includes('api'), hasWorker: roles.includes('worker') };
}

/** Refuses what goes with a file alone, or with a PostgreSQL. */
function checkDatabase(values: Values, path: string, { hasApi, hasWorker }: ReturnType<typeof readRoles>): void {
  if (!isShared(path)) {
    if (!hasApi || !hasWorker) throw new Failure("--role needs a PostgreSQL: a file is one server's, which does all there is");
  } else if (values.backup !== undefined) {
    throw new Failure('--backup copies a file; for a PostgreSQL there is pg_dump');
  } else if (values['dry-run']) {
    throw new Failure('--dry-run would end what other servers are to send');
  }
}

function openAudit(path: string | undefined): AuditLog {
  try {
    return new AuditLog(path);
  } catch {
    throw new Failure(`cannot write ${path}`);
  }
}

/** The tokens that the options name; undefined where they name none. */
function readTokens(token: string | undefined, file: string | undefined): Tokens | undefined {
  if (token === undefined && file === undefined) return undefined;
  const tokens = new Tokens();
  if (token !== undefined) tokens.add('token', token);
  try {
    if (file !== undefined) tokens.read(file);
  } catch (error) {
    throw new Failure((error as Error).message);
  }
  return tokens;
}

type Values = NonNullable<ReturnType<typeof parse<typeof options>>>['values'];

/** With what a configuration file says where the command line says nothing. */
function configured(values: Values): Values {
  if (values.config === undefined) return values;
  const { 'allow-target': targets = [], ...others } = values;
  const read = readConfiguration(values.config, options) as Partial<Values>;
  return { ...read, ...others, 'allow-target': [...(read['allow-target'] ?? []), ...targets] };
}

/** Calls back once an answer has gone, or its client. */
function watch(response: ServerResponse, call: (seconds: number) => void): void {
  const began = performance.now();
  response.on('close', () => call((performance.now() - began) / 1000));
}

export async function serve(args: string[]): Promise<number> {
  const parsed = parse(args, options, help);
  if (parsed === undefined) return 0;
  operands(parsed.positionals);
  const values = configured(parsed.values);
  const token = values.token ?? (process.env['NOTIFIER_TOKEN'] || undefined);
  const port = Number(values.port ?? 7070);
  if (!/^\d+$/.test(values.port ?? '0') || port > 65535) throw new Usage('--port needs a number from 0 to 65535');
  if (token === '') throw new Usage('--token needs a value');
  const requestsPerSecond = values['rate-limit'] === undefined ? undefined : Number(values['rate-limit']);
  if (!/^\d{1,7}$/.test(values['rate-limit'] ?? '1') || requestsPerSecond === 0) throw new Usage('--rate-limit needs a whole number above 0');
  const hasNoToken = token === undefined && values.tokens === undefined;
  if (hasNoToken) {
    if (values.cors === '*') throw new Usage('--cors * needs a token: without one every web page could use the server');
    if (!['127.0.0.1', '::1', 'localhost'].includes(values.host ?? 'localhost')) {
      throw new Usage('--host needs a token: without one only this machine is served');
    }
  }
  const retry = {
    ...(values['retry-delays'] !== undefined && { delaysMs: readDelays(values['retry-delays']) }),
    disableAfterMs: Math.round(3_600_000 * readNumber('disable-after', values['disable-after'], 120)),
  };
  const day = 86_400_000;
  const kept = {
    holdMs: Math.round(day * readNumber('hold', values.hold, 3)),
    keepDeliveredMs: Math.round(day * readNumber('keep-delivered', values['keep-delivered'], 7)),
    keepDeadMs: Math.round(day * readNumber('keep-dead', values['keep-dead'], 30)),
  };
  const readAmount = (name: 'keep-events' | 'keep-megabytes' | 'keep-megabytes-in-all', byDefault: number) => {
    const text = values[name];
    if (text === undefined) return byDefault;
    const amount = Number(text);
    if (!/^\d{1,7}$/.test(text) || amount < 1 || amount > 1_000_000) throw new Usage(`--${name} needs a number from 1 to 1000000`);
    return amount;
  };
  const keptEvents = {
    eventsPerApp: readAmount('keep-events', 1_000),
    eventBytesPerApp: 1_000_000 * readAmount('keep-megabytes', 256),
    eventBytes: 1_000_000 * readAmount('keep-megabytes-in-all', 0),
  };
  const requestTimeout = 1_000 * readNumber('request-timeout', values['request-timeout'], 30);
  const host = values.host ?? (hasNoToken ? '127.0.0.1' : '0.0.0.0');
  const path = values.database ?? 'notifier.db';

  const onError = (error: unknown) => process.stderr.write(`notifier-wasm: ${(error as Error).message}\n`);
  const roles = readRoles(values.role);
  checkDatabase(values, path, roles);
  const tokens = readTokens(token, values.tokens);
  let database: ServerDatabase;
  let file: Database | undefined;
  try {
    if (isShared(path)) database = await SharedDatabase.open(path, { ...keptEvents, attemptMs: attemptMsOf(values) });
    else database = file = await Database.open(path, values.database === undefined ? 'notifier.json' : undefined, keptEvents);
  } catch (error) {
    if (!(error instanceof InUse)) throw error;
    const { backup, export: isExport } = values;
    const said = backup !== undefined ? await askControl(path, { ask: 'copy', to: resolve(backup) }) : isExport ? await askControl(path, { ask: 'snapshot' }) : undefined;
    if (said === undefined) throw error;
    if (said.snapshot !== undefined) process.stdout.write(`${said.snapshot}\n`);
    return 0;
  }
  let audit: AuditLog | undefined;
  let delivering: Awaited<ReturnType<typeof openOutbox>> | undefined;
  let control: Awaited<ReturnType<typeof openControl>> | undefined;
  let sharedStreams: SharedStreams | undefined;
  try {
    if (values.backup !== undefined) {
      await file!.backUp(values.backup);
      return 0;
    }
    if (values.export) {
      const engine = newEngine();
      await fill(engine, database, isShared(path) ? 'the database' : path, values.import);
      process.stdout.write(`${engine.snapshot()}\n`);
      return 0;
    }
    const isDry = values['dry-run'] ?? false;
    const isLogged = !values['no-access-log'];
    const metrics = new Metrics();
    audit = openAudit(values.audit);
    const service = new Service(database, isDry, (values.smtp ?? process.env['NOTIFIER_SMTP'] ?? '') !== '', metrics, audit);
    const { engine } = service;
    await fill(engine, database, isShared(path) ? 'the database' : path, values.import);
    const isSender = !isDry && roles.hasWorker;
    try {
      if (values.language !== undefined) await service.learn(values.language);
      engine.configure({ emailFrom: values['email-from'], linkBase: values['link-base'], language: values.language });
    } catch (error) {
      if (!(error instanceof NotifierError)) throw error;
      throw new Failure(`wrong setting: ${faults(error).join('; ')}`);
    }

    service.follow();
    delivering = await openOutbox(
      values,
      {
        store: database.store,
        resume: isSender,
        retry,
      ...kept,
        secrets: (id) => engine.signingSecrets(id),
        standing: (id, delivery) => service.standing(id, delivery),
        refuse: (delivery) => service.refuse(delivery),
        ...(!isDry && { tellTogether: service.groupHost() }),
        onAttempt(report) {
          if (isLogged) logAttempt(report);
          service.report(report);
        },
        onDisable: (id, reason) => service.disable(id, reason),
        onError,
      },
      (sender) => ({ ready: () => sender.ready(), send: (delivery, options) => metrics.attempt(delivery.platform, () => sender.send(delivery, options)) }),
    );
    if (isShared(path)) {
      sharedStreams = await SharedStreams.open(path, service.streams).catch((error: Error) => {
        throw new Failure(`cannot use the database: ${error.message}`);
      });
    }
    service.outbox = delivering.outbox;
    service.sender = delivering.sender;
    const findApp = (idOrName: string) => engine.apps().find(({ id, name }) => id === idOrName || name === idOrName);
    const access = new Access(findApp, tokens, requestsPerSecond, values.cors);
    const { outbox } = delivering;
    const operations = new Operations(database, async () =>
      metrics.write({
        version: version(),
        apps: engine.apps().length,
        notifiers: service.notifierCount,
        handling: requests - service.streams.count,
        connections: await new Promise<number>((resolve) => server.getConnections((error, count) => resolve(error ? 0 : count))),
        streams: service.streams.count,
        pending: outbox.pending,
        held: outbox.held,
        grouped: outbox.grouped,
        counted: outbox.counted,
        ...(await database.figures()),
      }),
      roles.hasApi,
    );
    let requests = 0; // that are being answered
    const server = createServer({ requestTimeout, headersTimeout: Math.min(requestTimeout, 10_000), keepAliveTimeout: 30_000 }, (request, response) => {
      const found = findRoute(request.method!, request.url!);
      const route = found.pattern === 'other' && roles.hasApi && isDashboardFile(request) ? { ...found, pattern: 'dashboard' } : found;
      ++requests;
      watch(response, (seconds) => {
        --requests;
        metrics.request(route.pattern, request.method!, response.statusCode, service.streams.has(response) ? undefined : seconds);
      });
      const asks = asker(request);
      if (isLogged) logAccess(request, response, asks);
      respond(service, operations, access, request, route, response, asks).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ECONNRESET') process.stderr.write(`notifier-wasm: ${error.stack}\n`);
        response.destroy();
      });
    });
    const reload = () => {
      try {
        audit?.open();
      } catch {
        process.stderr.write(`notifier-wasm: cannot write ${values.audit}; what it was before goes on being written\n`);
      }
      try {
        const list = readTokens(token, values.tokens);
        if (list === undefined) return;
        access.replace(list);
        process.stderr.write(`notifier-wasm: ${list.size} tokens count from now on\n`);
      } catch (error) {
        process.stderr.write(`notifier-wasm: ${(error as Error).message}; the tokens of before go on counting\n`);
      }
    };
    process.on('SIGHUP', reload);
    control = file && (await openControl(path, async (asked) => {
      if (asked.ask === 'snapshot') return { snapshot: engine.snapshot() };
      if (asked.ask !== 'copy' || typeof asked.to !== 'string' || !isAbsolute(asked.to)) throw new Failure('that is no question');
      await file!.backUp(asked.to);
      return {};
    }));
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
    process.stdout.write(`notifier-wasm listens on http://${shown}:${at.port}${hasNoToken ? ' (no token: this machine only)' : ''}\n`);

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
    control?.close();
    await delivering?.outbox.close();
    delivering?.sender.close();
    await sharedStreams?.close();
    await database.close();
    audit?.close();
  }
}
