/** What went wrong, for programs. */
export type ErrorCode =
  | 'invalid_json'
  | 'too_large'
  | 'too_deep'
  | 'not_an_object'
  | 'duplicate_key'
  | 'invalid'
  | 'not_found'
  | 'conflict'
  | 'unsupported'
  /** A file could not be read or written. */
  | 'storage'
  /** The engine was disposed of. */
  | 'disposed'
  /** An option's function called the engine that was calling it. */
  | 'busy'
  /** Bytes handed in were detached, or were a borrowed view that is no longer valid. */
  | 'detached'
  /** The module ran out of memory or stack. Its engines are lost; a new one can be made. */
  | 'failed';

/** One broken rule of one field. */
export interface FieldError {
  /** As `name`, `type_data.webhook_url`, `apps[2].notifiers[0].platform`. */
  field: string;
  /** As `can't be blank`. */
  message: string;
  /** Stable key for translations, as `blank`, `taken`. */
  code: string;
}

/** Every error of this package. The message never holds a secret. */
export class NotifierError extends Error {
  override readonly name = 'NotifierError';
  readonly code: ErrorCode;
  /** Byte offset into the input, counted in UTF-8, where that says where. */
  readonly offset: number | undefined;
  /** The field or resource, where that says where. */
  readonly field: string | undefined;
  /** For the code `invalid`: every problem found, in document order. */
  readonly fields: readonly FieldError[];

  constructor(code: ErrorCode, message: string, where: { offset?: number; field?: string; fields?: FieldError[]; cause?: unknown } = {}) {
    super(message, 'cause' in where ? { cause: where.cause } : undefined);
    this.code = code;
    this.offset = where.offset;
    this.field = where.field ?? where.fields?.[0]?.field;
    this.fields = where.fields ?? [];
  }

  /** Every entry of this package has a class of its own; an error of one is an error of all. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === 'NotifierError' && 'code' in value;
  }
}
