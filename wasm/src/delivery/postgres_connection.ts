// Connections to a PostgreSQL, by the package pg, which hosts install where they use one: they come back where they broke, statements are
// prepared once, and no error tells of the URL or of what rows hold.

import { NotifierError } from '../error.js';
import { loadPeer } from './peer.js';
import { statements } from './postgres_statements.js';

/** A row's values, as PostgreSQL writes them. */
export type Row = string[];
export type Statement = keyof typeof statements;
type Value = string | number | bigint | Buffer | readonly (string | number | bigint)[];
/** Runs a statement, which is prepared when it is run for the first time. */
export type Run = (name: Statement, ...values: Value[]) => Promise<Row[] & { touched: number }>;

interface Result {
  command: string;
  rowCount: number | null;
  rows: (string | null)[][];
}

/** What is used of a client of pg. */
interface Client {
  connect(): Promise<void>;
  query(query: string | { name: string; text: string; values: unknown[]; rowMode: 'array' }): Promise<Result>;
  end(): Promise<void>;
  on(event: string, call: (said: any) => void): void;
}

interface Pg {
  Client: new (options: object) => Client;
}

let loading: Promise<Pg> | undefined;

async function load(): Promise<Pg> {
  const pg = await loadPeer<Pg>('pg');
  if (pg === undefined) throw new NotifierError('unsupported', 'a PostgreSQL needs the package pg: npm install pg');
  return pg;
}

function fault(message: string): NotifierError {
  return new NotifierError('storage', message);
}

/** PostgreSQL keeps no NUL: a text as it comes back. */
export function kept(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text;
}

function sent(value: Value): unknown {
  if (typeof value === 'string') return kept(value);
  return Array.isArray(value) ? value.map((each) => (typeof each === 'string' ? kept(each) : each)) : value;
}

/** All as text: what is a number is said where it is read. */
const types = { getTypeParser: () => (text: unknown) => text };

/** Whether an error says that others were in the way, and that the same may go well now: a deadlock and the like. */
export function isToBeTriedAgain(error: unknown): boolean {
  return ['40P01', '40001'].includes((error as { sqlState?: string }).sqlState ?? '');
}

export class PostgresConnection {
  readonly #pg: Pg;
  readonly #url: string;
  readonly #name: string;
  readonly #names = new Map<Statement, string>();
  #client: Client | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #isClosed = false;
  /** What is called for what others tell, where this listens. */
  onHint: ((text: string) => void) | undefined;
  /** The same once it has broken. */
  onBroken: (() => void) | undefined;

  /**
   * @param name seen in pg_stat_activity
   * @throws {NotifierError} `unsupported` without pg, and for a database whose encoding is not UTF-8; `invalid` where the URL cannot be read;
   *   `storage` where nobody answers
   */
  static async open(url: string, name: string): Promise<PostgresConnection> {
    const pg = await (loading ??= load().finally(() => (loading = undefined)));
    const connection = new PostgresConnection(pg, url, name);
    await connection.#exclusive(() => connection.#revive());
    return connection;
  }

  private constructor(pg: Pg, url: string, name: string) {
    this.#pg = pg;
    this.#url = url;
    this.#name = name;
  }

  run: Run = (name, ...values) => this.#exclusive(() => this.#run(name, values));

  /** Runs statements in one transaction; what fails is rolled back and leaves no trace. Where the connection breaks while it is committed, nobody knows. */
  transaction<T>(body: (run: Run, execute: (sql: string) => Promise<unknown>) => Promise<T>): Promise<T> {
    return this.#exclusive(async () => {
      await this.#revive();
      const client = this.#client!;
      const run: Run = (name, ...values) => this.#run(name, values, client);
      try {
        await this.#query('BEGIN', client);
        const result = await body(run, (sql) => this.#query(sql, client));
        // COMMIT of a transaction that has failed is answered with ROLLBACK, and no error.
        if ((await this.#query('COMMIT', client)).command !== 'COMMIT') throw fault('the transaction was rolled back');
        return result;
      } catch (error) {
        if (client === this.#client) await client.query('ROLLBACK').catch(() => this.#broke(client));
        throw error;
      }
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#last;
    const client = this.#client;
    this.#client = undefined;
    await client?.end().catch(() => {});
  }

  /** One at a time, in the order in which they were asked for. */
  #exclusive<T>(call: () => Promise<T>): Promise<T> {
    const result = this.#last.then(call);
    this.#last = result.catch(() => {});
    return result;
  }

  async #revive(): Promise<void> {
    if (this.#client !== undefined) return;
    if (this.#isClosed) throw fault('the connection to the database is closed');
    let client: Client;
    try {
      client = new this.#pg.Client({ application_name: this.#name, connectionString: this.#url, connectionTimeoutMillis: 5_000, keepAlive: true, query_timeout: 70_000, types });
    } catch {
      throw new NotifierError('invalid', 'the connection string cannot be read'); // it repeats what it cannot read
    }
    client.on('error', () => this.#broke(client));
    client.on('end', () => this.#broke(client));
    client.on('notification', ({ payload = '' }: { payload?: string }) => this.onHint?.(payload));
    try {
      await client.connect();
    } catch (error) {
      void client.end().catch(() => {});
      const isRefused = ((error as { code?: string }).code ?? '').startsWith('28');
      throw fault(`the database cannot be reached${isRefused ? ': it does not let this user in' : ''}`);
    }
    this.#client = client;
    this.#names.clear();
    const { rows } = await this.#query({ name: '', text: 'SHOW server_encoding', values: [], rowMode: 'array' }, client);
    if (rows[0]?.[0] !== 'UTF8') {
      this.#broke(client);
      throw new NotifierError('unsupported', "the database's encoding is not UTF8");
    }
    await this.#query(statements.beginSession, client);
  }

  #broke(client: Client): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    void client.end().catch(() => {});
    this.onBroken?.();
  }

  async #run(name: Statement, values: readonly Value[], client?: Client): Promise<Row[] & { touched: number }> {
    if (client === undefined) await this.#revive();
    else if (client !== this.#client) throw fault('the connection to the database broke');
    let prepared = this.#names.get(name);
    if (prepared === undefined) this.#names.set(name, (prepared = `s${this.#names.size}`));
    const { rows, rowCount } = await this.#query({ name: prepared, text: statements[name], values: values.map(sent), rowMode: 'array' }, this.#client!);
    return Object.assign(rows as Row[], { touched: rowCount ?? 0 });
  }

  /** PostgreSQL's texts may hold values of rows: its code says enough. */
  async #query(query: Parameters<Client['query']>[0], client: Client): Promise<Result> {
    try {
      return await client.query(query);
    } catch (error) {
      const { code = '', severity } = error as { code?: string; severity?: string };
      const isSaid = severity !== undefined && /^[0-9A-Z]{5}$/.test(code);
      if (!isSaid) this.#broke(client);
      if (!isSaid || client !== this.#client || code.startsWith('57P')) throw fault('the connection to the database broke');
      throw Object.assign(fault(code.startsWith('53') ? 'the database has no room left' : `the database failed: SQLSTATE ${code}`), { sqlState: code });
    }
  }
}
