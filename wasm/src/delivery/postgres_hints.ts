// How the processes on one PostgreSQL tell each other that there is something to look for: by NOTIFY, outside of the transaction that made
// it, as hints that may be lost. Whoever misses one looks by and by.

import { PostgresConnection } from './postgres_connection.js';

/** What there is to look for. */
export interface Hint {
  /** Of the registry. */
  hasChanges: boolean;
  /** Where something became due or was asked for: a bit for each. */
  shards: bigint;
}

export const everything: Hint = { hasChanges: true, shards: (1n << 64n) - 1n };

/** The bits of shards. */
export function bitsOf(shards: Iterable<number>): bigint {
  let bits = 0n;
  for (const shard of shards) bits |= 1n << BigInt(shard);
  return bits;
}

/** Tells all others, this process among them. Where that fails they look by themselves. */
export async function tell(connection: PostgresConnection, { hasChanges, shards }: Hint): Promise<void> {
  if (!hasChanges && shards === 0n) return;
  await connection.run('tell', `${hasChanges ? 'c' : ''}${shards}`).catch(() => {});
}

/** What tell() wrote; what cannot be read may be anything. */
function readHint(text: string): Hint {
  const [, changes, shards] = /^(c?)(\d{1,20})$/.exec(text) ?? [];
  return shards === undefined ? everything : { hasChanges: changes === 'c', shards: BigInt(shards) };
}

/** Hears what others tell, by a connection of its own. */
export class Listener {
  readonly #url: string;
  readonly #calls = new Set<(hint: Hint) => void>();
  #connection: PostgresConnection | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isStarted = false;
  #isStopping = false;
  #beginning: Promise<void> | undefined;
  /** Whether what others tell is heard: whoever looks by himself may do so more rarely. */
  hears = false;

  constructor(url: string) {
    this.#url = url;
  }

  /** @param call gets what there is to look for; after a time of deafness everything */
  add(call: (hint: Hint) => void): void {
    this.#calls.add(call);
  }

  /** Begins, unless it has. */
  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#begin();
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#timer);
    await this.#beginning;
    await this.#connection?.close();
  }

  #begin(): void {
    this.#beginning = this.#listen().catch(() => {
      if (!this.#isStopping) this.#timer = setTimeout(() => this.#begin(), 200);
    });
  }

  async #listen(): Promise<void> {
    if (this.#connection === undefined) {
      this.#connection = await PostgresConnection.open(this.#url, 'notifier-listen');
      this.#connection.onHint = (text) => this.#tell(readHint(text));
      this.#connection.onBroken = () => {
        const heard = this.hears;
        this.hears = false;
        if (heard && !this.#isStopping) this.#timer = setTimeout(() => this.#begin(), 100);
      };
    }
    await this.#connection.run('listen');
    this.hears = true;
    this.#tell(everything);
  }

  #tell(hint: Hint): void {
    for (const call of this.#calls) call(hint);
  }
}
