// What the server counts, for Prometheus: few labels, each of them from a list that nobody outside can make longer, and nothing that
// could be a secret. The names are the native server's.

import { readdirSync } from 'node:fs';
import type { OutboxReport } from '../node.js';
import { platformNames } from '../platforms.js';
import type { Platform } from '../types.js';
import type { SharedFigures } from './shared_database.js';

/** Writes https://prometheus.io/docs/instrumenting/exposition_formats/, version 0.0.4. */
class Text {
  text = '';

  family(name: string, type: 'counter' | 'gauge' | 'histogram', help: string): void {
    this.text += `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
  }
  /** @param labels `name="value"`, with commas between; values need no escape */
  sample(name: string, labels: string, value: number): void {
    this.text += labels === '' ? `${name} ${value}\n` : `${name}{${labels}} ${value}\n`;
  }
  one(name: string, type: 'counter' | 'gauge', help: string, value: number): void {
    this.family(name, type, help);
    this.sample(name, '', value);
  }
}

const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 2.5, 5, 10, 30];

class Histogram {
  readonly #counts = new Array<number>(bounds.length + 1).fill(0);
  #sum = 0;

  observe(seconds: number): void {
    const place = bounds.findIndex((bound) => seconds <= bound);
    ++this.#counts[place < 0 ? bounds.length : place]!;
    this.#sum += seconds;
  }

  write(out: Text, name: string, labels: string): void {
    const before = labels === '' ? '' : `${labels},`;
    let count = 0;
    this.#counts.forEach((some, i) => out.sample(`${name}_bucket`, `${before}le="${bounds[i] ?? '+Inf'}"`, (count += some)));
    out.sample(`${name}_sum`, labels, this.#sum);
    out.sample(`${name}_count`, labels, count);
  }
}

class Counts {
  readonly #counts = new Map<string, number>();

  add(labels: string, count = 1): void {
    this.#counts.set(labels, (this.#counts.get(labels) ?? 0) + count);
  }
  write(out: Text, name: string, help: string): void {
    out.family(name, 'counter', help);
    for (const [labels, count] of this.#counts) out.sample(name, labels, count);
  }
}

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const actions = ['delivered', 'retry', 'throttle', 'disable', 'fail', 'postpone'] as const;

/** How things stand when it is asked. */
export interface Standings {
  version: string;
  apps: number;
  notifiers: number;
  /** Connections with a request that is being answered. */
  handling: number;
  connections: number;
  streams: number;
  pending: number;
  held: number;
  grouped: number;
  counted: number;
}

/** How what is kept stands: of a file, or of a PostgreSQL that is shared. */
export interface StorageFigures {
  file?: {
    /** When the oldest delivery was made that is to be sent, in milliseconds since 1970. */
    oldestPending: number | undefined;
    databaseBytes: number;
    eventBytes: number;
    logBytes: number;
  };
  shared?: SharedFigures;
}

export class Metrics {
  readonly #requests = new Counts();
  readonly #requestSeconds = new Map<string, Histogram>();
  readonly #enqueued = new Counts();
  readonly #ended = new Counts();
  readonly #attempts = new Counts();
  readonly #attemptSeconds = new Map<Platform, Histogram>();
  readonly #storeSeconds = new Histogram();
  readonly #started = Date.now() / 1000 - process.uptime();
  #inFlight = 0;
  /** Accepted. */
  events = 0;
  /** Deliveries that ended with their notifier. */
  withdrawn = 0;
  /** Notifiers, for failing. */
  switchedOff = 0;
  storeFailures = 0;

  constructor() {
    for (const platform of platformNames) {
      const label = `platform="${platform}"`;
      this.#enqueued.add(label, 0);
      for (const outcome of ['delivered', 'dead']) this.#ended.add(`${label},outcome="${outcome}"`, 0);
      for (const outcome of actions) this.#attempts.add(`${label},outcome="${outcome}"`, 0);
      this.#attemptSeconds.set(platform as Platform, new Histogram());
    }
  }

  /** @param pattern of its route @param seconds undefined: it was a stream */
  request(pattern: string, method: string, status: number, seconds: number | undefined): void {
    this.#requests.add(`route="${pattern}",method="${methods.has(method) ? method : 'other'}",status="${status}"`);
    if (seconds === undefined) return;
    let histogram = this.#requestSeconds.get(pattern);
    if (histogram === undefined) this.#requestSeconds.set(pattern, (histogram = new Histogram()));
    histogram.observe(seconds);
  }

  enqueued(platform: Platform): void {
    this.#enqueued.add(`platform="${platform}"`);
  }

  /** Counts an attempt while it is made. */
  async attempt<T>(platform: Platform, make: () => Promise<T>): Promise<T> {
    const began = performance.now();
    ++this.#inFlight;
    try {
      return await make();
    } finally {
      --this.#inFlight;
      this.#attemptSeconds.get(platform)?.observe((performance.now() - began) / 1000);
    }
  }

  /** A delivery took a step. */
  step({ platform, attempt, verdict, state }: OutboxReport): void {
    const label = `platform="${platform}"`;
    if (attempt > 0) this.#attempts.add(`${label},outcome="${verdict.action}"`);
    if (state === 'delivered' || state === 'dead') this.#ended.add(`${label},outcome="${state}"`);
  }

  /** Counts a transaction that keeps what requests change. */
  async stored<T>(store: () => Promise<T>): Promise<T> {
    const began = performance.now();
    try {
      return await store();
    } catch (error) {
      if ((error as { code?: string }).code !== 'conflict') ++this.storeFailures;
      throw error;
    } finally {
      this.#storeSeconds.observe((performance.now() - began) / 1000);
    }
  }

  write(standings: Standings & StorageFigures): string {
    const out = new Text();
    out.family('notifier_build_info', 'gauge', 'Which release of which program runs; always 1.');
    out.sample('notifier_build_info', `version="${standings.version}",program="notifier-wasm"`, 1);
    this.#requests.write(out, 'notifier_http_requests_total', 'Requests by route, method and status of the answer.');
    out.family('notifier_http_request_duration_seconds', 'histogram', 'From the end of a request\'s head to the end of its answer, by route; no streams.');
    for (const [pattern, histogram] of this.#requestSeconds) histogram.write(out, 'notifier_http_request_duration_seconds', `route="${pattern}"`);
    out.family('notifier_http_connections', 'gauge', 'Connections by what they are doing.');
    out.sample('notifier_http_connections', 'state="streaming"', standings.streams);
    out.sample('notifier_http_connections', 'state="handling"', standings.handling);
    out.sample('notifier_http_connections', 'state="waiting"', Math.max(0, standings.connections - standings.streams - standings.handling));
    out.one('notifier_http_connections_refused_total', 'counter', 'Connections that there was no room for.', 0);
    out.one('notifier_events_accepted_total', 'counter', 'Events that were taken in.', this.events);
    this.#enqueued.write(out, 'notifier_deliveries_enqueued_total', 'Deliveries that were made, or sent again by hand.');
    this.#ended.write(out, 'notifier_deliveries_total', 'Deliveries that came to an end, by platform and outcome.');
    this.#attempts.write(out, 'notifier_delivery_attempts_total', 'Attempts to deliver, by platform and outcome.');
    out.family('notifier_delivery_attempt_duration_seconds', 'histogram', 'How long attempts to deliver took, by platform.');
    for (const [platform, histogram] of this.#attemptSeconds) histogram.write(out, 'notifier_delivery_attempt_duration_seconds', `platform="${platform}"`);
    out.one('notifier_deliveries_withdrawn_total', 'counter', 'Deliveries that were withdrawn by hand, or since their notifier was removed or switched off for failing.', this.withdrawn);
    out.one('notifier_notifiers_switched_off_total', 'counter', 'Notifiers that were switched off for failing.', this.switchedOff);
    out.one('notifier_deliveries_pending', 'gauge', 'Deliveries to be sent, now or later.', standings.pending);
    out.one('notifier_deliveries_held', 'gauge', 'Deliveries that wait for their notifier to be switched on.', standings.held);
    out.one('notifier_deliveries_grouped', 'gauge', 'Events that are held back to be told together.', standings.grouped);
    out.one('notifier_deliveries_grouped_total', 'counter', 'Events that were counted, to be told together.', standings.counted);
    out.one('notifier_deliveries_in_flight', 'gauge', 'Attempts under way.', this.#inFlight);
    out.one('notifier_storage_failures_total', 'counter', 'Transactions that could not be stored.', this.storeFailures);
    out.family('notifier_storage_transaction_duration_seconds', 'histogram', 'How long it took to store what requests change.');
    this.#storeSeconds.write(out, 'notifier_storage_transaction_duration_seconds', '');
    if (standings.file !== undefined) writeFile(out, standings.file);
    if (standings.shared !== undefined) writeShared(out, standings.shared);
    out.one('notifier_apps', 'gauge', 'Apps that there are.', standings.apps);
    out.one('notifier_notifiers', 'gauge', 'Notifiers that there are.', standings.notifiers);
    this.#writeProcess(out);
    return out.text;
  }

  #writeProcess(out: Text): void {
    const { user, system } = process.cpuUsage();
    out.one('process_cpu_seconds_total', 'counter', 'Time of all processors, in the program and for it.', (user + system) / 1e6);
    out.one('process_start_time_seconds', 'gauge', 'When the process began, in seconds since 1970.', this.#started);
    out.one('process_resident_memory_bytes', 'gauge', 'Memory that is in use.', process.memoryUsage.rss());
    try {
      out.one('process_open_fds', 'gauge', 'Descriptors that are open.', readdirSync('/proc/self/fd').length - 1);
    } catch {
      // No such system.
    }
  }
}

function writeFile(out: Text, { oldestPending, databaseBytes, logBytes, eventBytes }: NonNullable<StorageFigures['file']>): void {
  const age = oldestPending === undefined ? 0 : Math.max(0, Date.now() - oldestPending) / 1000;
  out.one('notifier_delivery_oldest_pending_age_seconds', 'gauge', 'How long the oldest delivery has waited that is to be sent; 0 where there is none.', age);
  out.family('notifier_storage_bytes', 'gauge', 'What the database takes on the disk, and the log beside it.');
  out.sample('notifier_storage_bytes', 'file="database"', databaseBytes);
  out.sample('notifier_storage_bytes', 'file="log"', logBytes);
  out.one('notifier_event_history_bytes', 'gauge', 'What the events take that are kept.', eventBytes);
}

function writeShared(out: Text, { revision, shards }: SharedFigures): void {
  out.one('notifier_registry_revision', 'gauge', 'The revision of the registry that this server shows.', revision);
  if (shards === undefined) return;
  out.one('notifier_outbox_shards_owned', 'gauge', 'Shards of the outbox that this server sends from, of 64.', shards.owned);
  out.one('notifier_outbox_workers', 'gauge', 'Servers that were alive when this one last looked.', shards.workers);
  out.one('notifier_outbox_lease_age_seconds', 'gauge', 'How long ago this server renewed its leases.', shards.renewedMs / 1e3);
  out.family('notifier_outbox_shards_total', 'counter', 'Shards that were taken over, and lost to others, so far.');
  out.sample('notifier_outbox_shards_total', 'what="taken"', shards.taken);
  out.sample('notifier_outbox_shards_total', 'what="lost"', shards.lost);
}
