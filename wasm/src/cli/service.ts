// The API with its store around it.

import { Committer, conflicted, markKnown } from '../committer.js';
import type { Engine } from '../engine.js';
import { NotifierError } from '../error.js';
import { showRecord, type GroupHost, type Outbox, type OutboxReport, type Sender, type ServerRows, type Standing, type StoredRecord } from '../node.js';
import type { ApiRequest, Change, Delivery, DeliveryFilter, Outcome } from '../types.js';
import { refusal, type Answer } from './access.js';
import { AskedHistory, type FoundDelivery, type Pages } from './asked_history.js';
import type { Asker, AuditLog } from './audit_log.js';
import { newEngine } from './command.js';
import type { ServerDatabase } from './database.js';
import { EventStreams } from './event_streams.js';
import type { Metrics } from './metrics.js';
import { SharedDatabase } from './shared_database.js';

/** Why deliveries end whose notifier was given up. */
const switchedOff = 'the notifier was switched off';

/** How often a request is planned that other servers are faster than: who wins goes on at once. */
const mostTries = 64;

const anything: DeliveryFilter = { id: '', notifierId: '', eventId: '', eventType: '', state: '', since: Number.MIN_SAFE_INTEGER };

function foundOf(record: StoredRecord): FoundDelivery {
  const { key: id, notifier_id: notifierId, state } = record;
  return { id, notifierId, state, record };
}

/** The API with its store around it: a request in, an answer out, everything acknowledged kept. */
export class Service {
  readonly #engine: Engine;
  readonly #database: ServerDatabase;
  /** undefined: the database is this server's alone. */
  readonly #shared: SharedDatabase | undefined;
  readonly #isDry: boolean;
  readonly #hasMailServer: boolean;
  readonly #metrics: Metrics;
  readonly #audit: AuditLog;
  readonly #committer: Committer;
  readonly #history: AskedHistory;
  /** Deliveries that requests have sent again or withdrawn, until that is on the disk. */
  #asked: Promise<unknown>[] = [];
  /** Those of a shared database that a request sends again. */
  readonly #again: number[] = [];
  /** Notifiers that were switched off since their target is gone or kept failing: what waits for them ends. */
  readonly #givenUp = new Set<string>();
  /** For each outcome that is being committed, which of its deliveries are new. */
  readonly #isNew = new WeakMap<Outcome, boolean[]>();
  /** Events that the history of their app had already, by their ids. */
  readonly #known = new WeakSet<object>();
  /** Until something changes. */
  #notifierCount: number | undefined;
  outbox!: Outbox;
  /** Judges the URLs that deliveries go to. */
  sender!: Sender;
  readonly streams = new EventStreams();

  constructor(database: ServerDatabase, isDry: boolean, hasMailServer: boolean, metrics: Metrics, audit: AuditLog) {
    this.#audit = audit;
    this.#metrics = metrics;
    this.#database = database;
    const shared = (this.#shared = database instanceof SharedDatabase ? database : undefined);
    this.#isDry = isDry;
    this.#hasMailServer = hasMailServer;
    const { store } = database;
    this.#history = new AskedHistory({
      events: (appId, offset, limit, place) => database.events(appId, offset, limit, place),
      async deliveries(notifierId, offset, limit, place) {
        // One more than the page: the next begins with it.
        const { total, records } = await store.list(place === undefined ? { notifierId, offset, limit } : { notifierId, offset: 0, limit: limit + 1, upTo: place });
        const items = records.slice(0, limit).map((record) => JSON.stringify(showRecord(record)));
        return { total, items, ...(place !== undefined && { next: records[limit]?.sequence ?? 0 }) };
      },
      event: (appId, eventId) => database.event(appId, eventId),
      removed: (appId, notifierId) => database.removed(appId, notifierId),
      async find(appId, filter, limit, place) {
        const { records, next } = await store.search({ appId, ...filter }, limit, place);
        return { total: 0, items: records.map((record) => JSON.stringify(showRecord(record))), next };
      },
      async standing(appId, notifierId, id) {
        const { records } = await store.search({ ...anything, appId, notifierId, id }, 1, 0);
        return id === '' ? undefined : records.map(foundOf)[0];
      },
      async dead(appId, filter, limit) {
        const found: FoundDelivery[] = [];
        let next = 0;
        do {
          const page = await store.search({ appId, ...filter, state: 'dead' }, limit - found.length, next);
          found.push(...page.records.map(foundOf));
          next = page.next;
        } while (next !== 0 && found.length < limit);
        return { found: found.reverse(), next }; // the oldest first, as they came
      },
      // What is dead is nobody's, and what waits its owner's.
      resend: ({ notifierId, id, record }) => {
        if (shared !== undefined) return void this.#again.push(record.sequence);
        this.#asked.push(this.outbox.resend(notifierId, id));
        void store.find(notifierId, id).then((record) => record && metrics.enqueued(record.platform), () => {});
      },
      withdraw: ({ notifierId, id, record }) => this.#asked.push(shared?.store.withdraw(record.app_id, record) ?? this.#withdraw(notifierId, id)),
      heldBack: async (appId, notifierId) => shared?.store.heldBack(appId, notifierId) ?? this.outbox.heldBack(notifierId),
      tellNow: (appId, notifierId) => this.#asked.push(shared?.store.tellNow(appId, notifierId) ?? this.outbox.tellNow(notifierId)),
    });
    if (shared !== undefined) {
      shared.store.onArrival = (record) => {
        metrics.enqueued(record.platform);
        this.#tellOf(record);
      };
      shared.store.onWithdrawn = (record) => {
        ++metrics.withdrawn;
        this.#tellOf(record);
      };
    }
    this.#engine = newEngine({ history: this.#history, refuseUrl: (url) => this.#refuse(url) });
    this.#committer = new Committer(this.#engine, { store: (outcomes) => this.#keep(outcomes), catchUp: shared && (() => shared.catchUp()), ...(shared && { tries: mostTries }) });
  }

  get engine(): Engine {
    return this.#engine;
  }

  get notifierCount(): number {
    return (this.#notifierCount ??= this.#engine.apps().reduce((count, { id }) => count + this.#engine.notifiers(id).length, 0));
  }

  /** Why a URL is not to be kept: nothing would ever be sent there. */
  #refuse(url: string): string | undefined {
    const { reason, text } = this.sender.judge(url);
    return reason === 'none' ? undefined : text;
  }

  /**
   * Adds to the vocabulary what the package itself can say in a language, and stores it, as a request would; does nothing where the
   * vocabulary has the language, or the package has not.
   */
  async learn(language: string): Promise<void> {
    const rows = this.#engine.vocabulary();
    if (language !== 'fr' || rows.languages?.[language] !== undefined) return;
    const { french } = await import('../languages/fr.js');
    await this.#commit(() => this.#engine.handle({ method: 'PUT', url: '/v1/vocabulary', body: JSON.stringify({ vocabulary: { ...rows, languages: { ...rows.languages, [language]: french } } }) }));
  }

  /** Resolves when the answer may be given: when everything is on the disk. */
  async answer(request: ApiRequest, asker: Asker): Promise<Outcome | Answer> {
    try {
      await this.#shared?.catchUp();
      let asked: Promise<unknown>[] = [];
      const outcome = await this.#history.answer((pages: Pages) =>
        this.#commit(() => {
          const handled = this.#history.within(pages, () => this.#engine.handle(request));
          asked = this.#asked.splice(0);
          if (this.#again.length > 0) asked.push(this.#shared!.store.resend(this.#again.splice(0)));
          return handled;
        }),
      );
      await Promise.all(asked);
      this.#audit.write(asker, undefined, outcome);
      return outcome;
    } catch (error) {
      if (error instanceof NotifierError && error.code === 'conflict') return conflicted();
      process.stderr.write(`notifier-wasm: cannot write the database: ${(error as Error).message}\n`);
      return refusal(500, 'The change could not be stored; nothing has changed');
    }
  }

  async #commit(ask: () => Outcome): Promise<Outcome> {
    const outcome = await this.#committer.commit(ask);
    if (outcome.changes.length > 0) this.#notifierCount = undefined;
    // What is shared is told of where it arrives.
    const deliveries = this.#shared === undefined ? outcome.deliveries : [];
    if (this.streams.isWatched) this.streams.publish({ ...outcome, deliveries, events: outcome.events.filter((event) => !this.#known.has(event)) }, this.#isDry ? 'shown' : 'pending', this.#stillNew(outcome));
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
    const isNewEvent = await this.#metrics.stored(() => this.#keepAll(outcomes, rows, deliveries));
    rows.events.forEach((event, i) => (isNewEvent[i] ? ++this.#metrics.events : this.#known.add(event)));
  }

  /** @returns of each event whether it is new */
  async #keepAll(outcomes: readonly Outcome[], rows: ServerRows, deliveries: readonly Delivery[]): Promise<boolean[]> {
    if (deliveries.length === 0) return (await this.#database.keep(rows, [])).isNewEvent;
    let isNewEvent: boolean[] = [];
    const isNew = await this.outbox.offerBy(deliveries, async (entries) => {
      const kept = await this.#database.keep(rows, entries);
      isNewEvent = kept.isNewEvent;
      return kept.sequences;
    });
    let at = 0;
    for (const outcome of outcomes) {
      const own = isNew.slice(at, (at += outcome.deliveries.length));
      this.#isNew.set(outcome, own);
      if (this.#shared === undefined) outcome.deliveries.forEach(({ platform }, i) => own[i] && this.#metrics.enqueued(platform));
      markKnown(outcome, own.flatMap((is, position) => (is ? [] : [position])));
    }
    return isNewEvent;
  }

  /** Begins to see what other servers change, where there are such. */
  follow(): void {
    this.#shared?.follow((changes) => {
      this.#notifierCount = undefined;
      // Until there is an outbox nothing waits here; how a notifier stands is looked at then.
      if ((this.outbox as Outbox | undefined) !== undefined) void this.#follow(changes);
    });
  }

  /** What changes of notifiers mean for what waits for them. Should that not be stored now, it is found at the next start. */
  async #follow(changes: readonly Change[]): Promise<void> {
    for (const change of changes) {
      try {
        if (change.op === 'remove_notifier') {
          const { id } = change.notifier;
          const count = await this.outbox.cancel(id);
          this.#metrics.withdrawn += count;
          tellOf('removed', id, count);
        } else if (change.op === 'put_notifier') {
          const { id, active } = change.notifier;
          if (active) this.#givenUp.delete(id);
          if (active) tellOf('switched on', id, await this.outbox.resume(id));
          else if (this.#givenUp.has(id)) this.#metrics.withdrawn += await this.outbox.cancel(id, switchedOff);
          else tellOf('switched off', id, await this.outbox.hold(id));
        }
      } catch (error) {
        process.stderr.write(`notifier-wasm: ${(error as Error).message}\n`);
      }
    }
  }

  async #withdraw(notifierId: string, id: string): Promise<void> {
    if ((await this.outbox.withdraw(notifierId, id)) !== 'withdrawn') return;
    const record = await this.#database.store.find(notifierId, id);
    // What is under way may yet arrive.
    if (record?.state !== 'dead') return;
    ++this.#metrics.withdrawn;
    this.#tellOf(record);
  }

  /** Tells the streams how a delivery stands. */
  #tellOf(record: StoredRecord): void {
    if (!this.streams.isWatched) return;
    const { app_id: appId, notifier_id: notifierId, platform, event_id: eventId, event_type: eventType, key: idempotencyKey, state } = record;
    const notifierName = this.#engine.notifier(notifierId)?.name ?? '';
    this.streams.publishDelivery({ appId, notifierId, notifierName, platform, eventId, eventType, idempotencyKey }, state);
  }

  /** What the outbox asks where events are told together. */
  groupHost(): GroupHost {
    return {
      notifier: (id) => this.#engine.notifier(id),
      digest: (...what) => {
        const delivery = this.#engine.digest(...what);
        this.#metrics.enqueued(delivery.platform);
        return delivery;
      },
    };
  }

  report(report: OutboxReport): void {
    this.#metrics.step(report);
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
    ++this.#metrics.switchedOff;
    this.#commit(() => this.#engine.switchOff(appId, notifierId, reason)).then((outcome) => this.#audit.write(undefined, reason, outcome)).catch((error: Error) => {
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
