// What every entry of the package exports beside its own createEngine.

export type { Engine, CompileFilter, CreateEngine, CreateEngineSync } from './engine.js';
export type { CompiledFilter } from './filter.js';
export { NotifierError, type ErrorCode, type FieldError } from './error.js';
export { Committer, markKnown, type CommitterOptions } from './committer.js';
export { toFetchHandler, type FetchContext, type FetchHandler, type FetchHandlerOptions } from './fetch_handler.js';
export type * from './types.js';
