// Many requests at a time, one store: outcomes are gathered while the store is at work, and go to it together.

import type { Engine } from './engine.js';
import { NotifierError } from './error.js';
import { checkKeys } from './known_keys.js';
import type { Outcome } from './types.js';

export interface CommitterOptions {
  /**
   * Stores changes, events and deliveries of some outcomes, all or none; only then does anybody see them. Throws: nothing of them has
   * happened. A `NotifierError` `conflict` says that another machine was faster.
   */
  store?: ((outcomes: readonly Outcome[]) => void | PromiseLike<void>) | undefined;
  /** How often a request is planned anew that others were faster than. Default: 8. */
  tries?: number;
  /** Awaited before that: for a store that other machines change, until the engine shows what they have changed. */
  catchUp?: (() => void | PromiseLike<void>) | undefined;
}

interface Waiting {
  ask: () => Outcome;
  /** What it planned last; undefined where it is to plan anew. */
  outcome: Outcome | undefined;
  tries: number;
  resolve(outcome: Outcome): void;
  reject(error: unknown): void;
}

/** One store takes so many outcomes at most. */
const mostAtOnce = 256;

/**
 * Commits what requests come to, one store at a time and many outcomes to a store.
 *
 *     const committer = new Committer(engine, { store: (outcomes) => database.keep(outcomes) });
 *     const outcome = await committer.commit(() => engine.handle(request)); // kept; now it may be answered
 */
export class Committer {
  readonly #engine: Engine;
  readonly #store: (outcomes: readonly Outcome[]) => void | PromiseLike<void>;
  readonly #tries: number;
  readonly #catchUp: (() => void | PromiseLike<void>) | undefined;
  readonly #queue: Waiting[] = [];
  #isWorking = false;

  /** @throws {NotifierError} `invalid` for an option that is not known */
  constructor(engine: Engine, options: CommitterOptions = {}) {
    checkKeys(options, 'store() tries catchUp()', 'Committer');
    const { store = () => {}, tries = 8 } = options;
    this.#engine = engine;
    this.#store = store;
    this.#tries = tries;
    this.#catchUp = options.catchUp;
  }

  /**
   * Resolves once what `ask` planned is stored and seen by everybody; at once where it plans nothing. `ask` is called once, and again only
   * where something else has changed what its plan stands on.
   *
   * @throws what `ask` or the store threw: nothing has happened; {@link NotifierError} `conflict` where others were faster each time
   */
  commit(ask: () => Outcome): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      // Who only reads need not wait for anybody's store.
      const outcome = ask();
      if (isEmpty(outcome)) return resolve(outcome);
      this.#queue.push({ ask, outcome, tries: 0, resolve, reject });
      if (!this.#isWorking) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#isWorking = true;
    await null; // who asks at the same time goes with the first
    while (this.#queue.length > 0) {
      const planned: { one: Waiting; outcome: Outcome }[] = [];
      for (const one of this.#queue.splice(0, mostAtOnce)) {
        try {
          const outcome = one.outcome ?? one.ask();
          one.outcome = undefined;
          if (isEmpty(outcome)) one.resolve(outcome);
          else planned.push({ one, outcome });
        } catch (error) {
          one.reject(error);
        }
      }
      if (planned.length === 0) continue;
      const again: Waiting[] = [];
      try {
        const came = await this.#engine.commit(planned.map(({ outcome }) => outcome), this.#store);
        planned.forEach(({ one, outcome }, i) => {
          const error = came[i];
          if (error === undefined) return one.resolve(outcome);
          if (!(error instanceof NotifierError && error.code === 'conflict')) return one.reject(error);
          // Behind others of the same store its turn comes: only who was first has lost to somebody else.
          if (i === 0 && ++one.tries >= this.#tries) one.reject(error);
          else again.push(one);
        });
      } catch (error) {
        for (const { one } of planned) one.reject(error);
      }
      this.#queue.unshift(...again);
      if (again.length > 0) await (async () => this.#catchUp?.())().catch(() => {}); // those that are not seen by then conflict again
    }
    this.#isWorking = false;
  }
}

/**
 * Says in the answer to accepted events which of their deliveries were left out, since they are known: `"known":true` in their entries. For
 * stores, before they are done.
 *
 * @param known positions in `outcome.deliveries`
 */
export function markKnown(outcome: Outcome, known: readonly number[]): void {
  if (known.length === 0 || outcome.response.status !== 202) return;
  const said = JSON.parse(outcome.response.body) as { events?: { deliveries: { known?: boolean }[] }[] };
  const entries = (said.events ?? []).flatMap(({ deliveries }) => deliveries);
  for (const position of known) if (entries[position]) entries[position].known = true;
  outcome.response.body = JSON.stringify(said);
}

function isEmpty({ changes, events, deliveries }: Outcome): boolean {
  return changes.length + events.length + deliveries.length === 0;
}

/** What a client is told whose change others were faster than, each time. */
export function conflicted(): { status: number; headers: Record<string, string>; body: string } {
  const body = JSON.stringify({ error: 'Something else changed the same at the same time; nothing was done', code: 'conflict' });
  return { status: 409, headers: { 'Content-Type': 'application/json; charset=utf-8' }, body };
}
