// Which of several workers sends what: the leases of one of them. What it wants is the core's to say; here the table is looked at, and changed
// where it is still as a plan expects.

import { NotifierError } from '../error.js';
import { Core } from './core.js';
import type { PostgresConnection } from './postgres_connection.js';
import { shardCount } from './postgres_statements.js';

interface ShardEpoch {
  shard: number;
  epoch: number;
}

/** What became of a shard. */
export interface ShardNews extends ShardEpoch {
  /** `taken`: this worker's from now on. `leaving`: to be handed over, once nothing is under way there. `lost`: another's, or nobody's. */
  kind: 'taken' | 'leaving' | 'lost';
}

interface Plan {
  announces: boolean;
  leaves: boolean;
  renew: ShardEpoch[];
  take: ShardEpoch[];
  give: ShardEpoch[];
}

/** How long things take. All workers of a database have the same. */
export interface LeaseTimes {
  leaseMs: number;
  renewMs: number;
  attemptMs: number;
}

/** As the native server has them. @param attemptMs how long an attempt may take, all in all */
export function leaseTimes(attemptMs: number): LeaseTimes {
  const renewMs = Math.min(Math.max(Math.trunc(attemptMs / 3), 500), 5_000);
  return { attemptMs, renewMs, leaseMs: attemptMs + 3 * renewMs };
}

export class Shards {
  readonly #core = new Core();
  readonly #connection: PostgresConnection;
  readonly #times: LeaseTimes;
  readonly worker: number;
  /** That were alive at the last look. */
  workers = 0;
  renewedAt = performance.now();

  /** Becomes a worker: a number that nobody else has or had. It counts as alive once a plan announces it. */
  static async open(connection: PostgresConnection, name: string, times: LeaseTimes): Promise<Shards> {
    await connection.run('forgetWorkers');
    const [row] = await connection.run('insertWorker', name);
    return new Shards(connection, times, Number(row![0]));
  }

  private constructor(connection: PostgresConnection, times: LeaseTimes, worker: number) {
    this.#connection = connection;
    this.#times = times;
    this.worker = worker;
    const { leaseMs: lease_ms, renewMs: renew_ms, attemptMs: attempt_ms } = times;
    this.#core.ask('notifier_leases_open', [JSON.stringify({ lease_ms, renew_ms, attempt_ms })], [worker]);
  }

  /** Looks who owns what, and does something about it. @param heed is told what has become of shards, in order, and at once */
  async look(heed: (news: ShardNews[]) => void): Promise<void> {
    const view = await this.#view();
    this.workers = view.workers.length;
    const { plan, news } = this.#core.ask<{ plan: Plan; news: ShardNews[] }>('notifier_leases_plan', [JSON.stringify(view)], [], [performance.now()]);
    heed(news);
    if (!plan.announces && !plan.leaves && plan.renew.length + plan.take.length + plan.give.length === 0) return;
    const askedAt = performance.now();
    const grants = await this.#apply(plan);
    if (plan.announces) this.renewedAt = askedAt;
    heed(this.#core.ask<{ news: ShardNews[] }>('notifier_leases_applied', [JSON.stringify(grants)], [], [askedAt]).news);
  }

  /** It was seen to be another's. */
  lose(shard: number): ShardNews[] {
    return this.#core.ask<{ news: ShardNews[] }>('notifier_leases_lose', [], [shard]).news;
  }
  /** One that is to be handed over has nothing under way any more. */
  emptied(shard: number): void {
    this.#core.exports.notifier_leases_emptied(shard);
  }
  /** Hands everything over, for good. */
  leave(): void {
    this.#core.exports.notifier_leases_leave();
  }
  /** Whether an attempt may begin: it ends while the lease lasts. @param now by `performance.now()` */
  mayBegin(shard: number, now: number): boolean {
    return this.#core.exports.notifier_leases_may_begin(shard, now) !== 0;
  }
  /** 0 where it is not this worker's. */
  epoch(shard: number): number {
    return this.#core.exports.notifier_leases_epoch(shard);
  }
  get held(): number {
    return this.#core.exports.notifier_leases_held();
  }

  async #view(): Promise<{ shards: { owner: number; epoch: number; is_over: boolean }[]; workers: number[] }> {
    const view = { shards: [] as { owner: number; epoch: number; is_over: boolean }[], workers: [] as number[] };
    for (const [shard, number, epoch, isOver] of await this.#connection.run('selectView')) {
      if (Number(shard) < 0) view.workers.push(Number(number));
      else view.shards.push({ owner: Number(number), epoch: Number(epoch), is_over: isOver === 't' });
    }
    if (view.shards.length !== shardCount) throw new NotifierError('storage', 'the database has lost shards');
    return view;
  }

  /** Applies a plan, each part where the row is as it expects. */
  #apply({ announces, leaves, renew, take, give }: Plan): Promise<{ renewed: number[]; taken: number[] }> {
    const { leaseMs } = this.#times;
    const columns = (rows: readonly ShardEpoch[]) => [rows.map(({ shard }) => shard), rows.map(({ epoch }) => epoch), this.worker] as const;
    return this.#connection.transaction(async (run) => {
      // What is to be taken is not waited for: an owner that stood still while it wrote has it locked until the database ends its session.
      await run('lockShards', [...renew, ...give].map(({ shard }) => shard));
      if (announces || leaves) await run('announce', this.worker, announces ? leaseMs : 0);
      const renewed = renew.length > 0 ? await run('renewShards', ...columns(renew), leaseMs) : [];
      const taken = take.length > 0 ? await run('takeShards', ...columns(take), leaseMs) : [];
      if (give.length > 0) await run('giveShards', ...columns(give));
      return { renewed: renewed.map(([shard]) => Number(shard)), taken: taken.map(([shard]) => Number(shard)) };
    });
  }
}
