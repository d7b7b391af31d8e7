import { LineSplitter } from '../lines.js';
import type { Outbox, OutboxReport } from '../node.js';
import { NotifierError } from '../error.js';
import type { Delivery } from '../types.js';
import { Usage, faults, loadEngine, operands, paint, parse, withoutByteOrderMark } from './command.js';
import { deliveryHelp, deliveryOptions, openOutbox } from './delivering.js';

const help = `Usage: notifier-wasm send CONFIG.json [OPTION]... < EVENTS

Reads events, one JSON document to a line, and delivers them to the notifiers that accept them; what fails for now is tried again.
An event that comes twice with the same id is sent once; one without an id is a new one each time it is read. What is to be told
together, by grouping, quiet hours or a mute, is told when all has been read.

${deliveryHelp}\
  --retry-for SECONDS
                     how long to go on trying, at growing intervals (default 60); 0 tries once
  --outbox FILE      keep what is under way in this file: when the program is killed, calling it again goes on, and sends nothing
                     twice that has arrived. It holds secrets
  --dry-run          send nothing, and keep nothing
  --json             write a line of JSON for each delivery as it ends: id, event_id, event_type, notifier_id, notifier_name, platform,
                     state ("delivered", "dead"; "shown" for a dry run), attempts, status, reason
  --help             print this and end

Exit status: 0 everything has arrived; 1 something has not, or a line was no event; 2 wrong command line, or CONFIG.json is faulty.
`;

/** Events are read no faster than they can be sent. */
const mostPending = 5_000;

/** Waits that double, from a second on, and end after the time given. */
function delays(seconds: number): number[] {
  const waits: number[] = [];
  for (let wait = 1_000, left = seconds * 1_000; left > 0; wait = Math.min(2 * wait, 30_000)) {
    waits.push(Math.min(wait, left));
    left -= wait;
  }
  return waits;
}

/** What has come of it so far; on a terminal, while it goes on. */
class Tally {
  delivered = 0;
  failed = 0;
  shown = 0;
  faulty = 0;
  /** Deliveries that an earlier run has brought. */
  known = 0;
  /** Deliveries of events without a type. */
  untyped = 0;
  readonly #isJson: boolean;
  readonly #isShown = process.stderr.isTTY;
  readonly #styled = paint(process.stderr);
  #last = 0;

  constructor(isJson: boolean) {
    this.#isJson = isJson;
  }

  fault(line: number, error: NotifierError): void {
    ++this.faulty;
    this.#complain(`line ${line}: ${faults(error).join('; ')}`);
  }

  ended({ id, eventId, eventType, notifierId, notifierName, platform, attempt, verdict, state }: OutboxReport): void {
    if (state === 'delivered') ++this.delivered;
    else ++this.failed;
    const { status, reason } = verdict;
    if (this.#isJson) this.#write({ id, eventId, eventType, notifierId, notifierName, platform }, state, attempt, status, reason);
    else if (state === 'dead') this.#complain(`${notifierName} (${platform}): ${reason}${status > 0 ? ` (${status})` : ''}`);
  }

  show(delivery: Delivery): void {
    ++this.shown;
    const { idempotencyKey: id, ...rest } = delivery;
    if (this.#isJson) this.#write({ id, ...rest }, 'shown', 0, 0, 'a dry run sends nothing');
  }

  #write(head: Pick<OutboxReport, 'id' | 'eventId' | 'eventType' | 'notifierId' | 'notifierName' | 'platform'>, state: string, attempts: number, status: number, reason: string): void {
    const { id, eventId: event_id, eventType: event_type, notifierId: notifier_id, notifierName: notifier_name, platform } = head;
    process.stdout.write(`${JSON.stringify({ id, event_id, event_type, notifier_id, notifier_name, platform, state, attempts, status: status || null, reason })}\n`);
  }

  #complain(text: string): void {
    this.#clear();
    process.stderr.write(`notifier-wasm: ${this.#styled('red', text)}\n`);
  }

  progress(pending: number): void {
    const now = Date.now();
    if (!this.#isShown || now - this.#last < 100) return;
    this.#last = now;
    process.stderr.write(`\r${this.#styled('green', `${this.delivered} delivered`)}, ${this.failed} failed, ${pending} to go\x1b[K`);
  }

  #clear(): void {
    if (this.#isShown) process.stderr.write('\r\x1b[K');
  }

  end(): void {
    this.#clear();
    if (this.untyped > 0) this.#complain('some events have no type, and say only that an event happened');
    if (this.delivered + this.failed + this.shown + this.faulty + this.known === 0) this.#complain('nobody is told of any of these events; notifier-wasm explain says why');
    if (this.#isJson) return;
    process.stdout.write(this.shown > 0 ? `${this.shown} would be sent\n` : `${this.delivered} delivered, ${this.failed} failed\n`);
  }
}

export async function send(args: string[]): Promise<number> {
  const parsed = parse(
    args,
    { ...deliveryOptions, 'retry-for': { type: 'string' }, outbox: { type: 'string' }, json: { type: 'boolean' } },
    help,
  );
  if (parsed === undefined) return 0;
  const { values } = parsed;
  const [config] = operands(parsed.positionals, 'CONFIG.json');
  const retryFor = Number(values['retry-for'] ?? 60);
  if (!/^\d+$/.test(values['retry-for'] ?? '60') || retryFor > 86_400) throw new Usage('--retry-for needs a number of seconds, at most 86400');
  const engine = loadEngine(config!);

  const tally = new Tally(values.json ?? false);
  let outbox: Outbox | undefined;
  const delivering = values['dry-run'] ? undefined : await openOutbox(values, {
    ...(values.outbox !== undefined && { file: values.outbox }),
    secrets: (id) => engine.signingSecrets(id),
    tellTogether: engine,
    retry: { delaysMs: delays(retryFor), maxRetryAfterMs: retryFor * 1_000, disableAfterFailures: 0 },
    onAttempt(report) {
      if (report.state !== 'pending') tally.ended(report);
      tally.progress(outbox?.pending ?? 0);
    },
    onError: (error) => process.stderr.write(`notifier-wasm: ${(error as Error).message}\n`),
  });
  outbox = delivering?.outbox;
  let isStopped = false;
  const stop = () => {
    isStopped = true;
    void outbox?.close({ graceMs: 1_000 });
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);

  const splitter = new LineSplitter();
  let lines = 0;
  let batch: Delivery[] = [];
  const put = async (into: Outbox) => {
    tally.known += batch.length - (await into.enqueue(batch));
    batch = [];
    await into.idle(mostPending);
  };
  const take = async (whole: Uint8Array | undefined) => {
    for (let at = 0; whole !== undefined && at < whole.length && !isStopped; ) {
      const feed = whole.indexOf(10, at);
      const end = feed < 0 ? whole.length : feed;
      let line: Uint8Array = whole.slice(at, end);
      at = end + 1;
      if (++lines === 1) line = withoutByteOrderMark(line);
      if (line.every((byte) => byte === 32 || byte === 9 || byte === 13)) continue;
      let deliveries: Delivery[];
      try {
        deliveries = engine.route(line);
      } catch (error) {
        if (!(error instanceof NotifierError)) throw error;
        tally.fault(lines, error);
        continue;
      }
      if (deliveries[0]?.eventType === '') tally.untyped += deliveries.length;
      if (outbox === undefined) {
        for (const delivery of deliveries) tally.show(delivery);
        continue;
      }
      // What an earlier run gave up is due again.
      if (values.outbox !== undefined) for (const { notifierId, idempotencyKey } of deliveries) await outbox.resend(notifierId, idempotencyKey);
      batch.push(...deliveries);
      if (batch.length >= mostPending / 10) await put(outbox);
    }
    if (outbox !== undefined && !isStopped) await put(outbox);
  };
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    await take(splitter.push(chunk));
    if (isStopped) break;
  }
  await take(splitter.end());
  // Nothing is held back beyond the end of the program.
  while (!isStopped && outbox !== undefined) {
    try {
      await outbox.tellNow();
      break;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 1_000)); // what could not be stored has been told
    }
  }
  if (!isStopped) await outbox?.idle();
  await outbox?.close();
  delivering?.sender.close();
  tally.end();
  return isStopped || tally.failed + tally.faulty > 0 ? 1 : 0;
}
