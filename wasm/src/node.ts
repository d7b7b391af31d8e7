// Sending, for Node.js: what `notifier-wasm` says is to be sent, made to arrive.

export { NotifierError, type ErrorCode, type FieldError } from './error.js';
export { type GuardOptions, type Judgement } from './delivery/guard.js';
export { type MailTransport } from './delivery/mail.js';
export { type GroupHost } from './delivery/groups.js';
export { FileStore, type FileStoreOptions } from './delivery/file_store.js';
export { MemoryStore } from './delivery/memory_store.js';
export { Outbox, showRecord, type OutboxOptions, type OutboxQuery, type OutboxRecord, type OutboxReport, type Resent, type RetryPolicy, type Standing, type TargetLimits, type Withdrawn } from './delivery/outbox.js';
export type * from './delivery/outbox_store.js';
export { PostgresOutboxStore, type PostgresStoreOptions } from './delivery/postgres_store.js';
export { SqliteOutboxStore } from './delivery/sqlite_store.js';
export { Sender, type AttemptOptions, type SenderOptions } from './delivery/sender.js';
export { type Action, type Verdict } from './delivery/verdict.js';

// For the commands of this package.
/** @internal */
export { FileLock } from './delivery/file_lock.js';
/** @internal */
export { syncFolder } from './delivery/journal.js';
/** @internal */
export { zoneOffset } from './delivery/zones.js';
/** @internal */
export { PostgresConnection, type Run } from './delivery/postgres_connection.js';
/** @internal */
export type { ShardFigures } from './delivery/postgres_store.js';
/** @internal */
export { packed } from './delivery/sqlite_store.js';
/** @internal */
export { SqliteThread, hasSqlite, needsSqlite } from './delivery/sqlite_thread.js';
/** @internal */
export { keptByDefault } from './delivery/sqlite_task.js';
/** @internal */
export type { KeptRows, OldOutbox, ServerRows } from './delivery/sqlite_task.js';
