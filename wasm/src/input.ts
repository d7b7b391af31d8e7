// What callers give, as JSON.

import { NotifierError } from './error.js';
import type { EventInput } from './types.js';

function bytesOf(value: ArrayBuffer | ArrayBufferView): Uint8Array {
  try {
    return value instanceof ArrayBuffer ? new Uint8Array(value) : new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  } catch (error) {
    throw new NotifierError('detached', 'the buffer is detached', { cause: error });
  }
}

/** JSON text or UTF-8 of what a caller gave. */
export function toJson(value: EventInput): string | Uint8Array {
  if (typeof value === 'string' || value instanceof Uint8Array) return value;
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return bytesOf(value);
  let text: string | undefined;
  let cause: unknown;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) throw error;
    cause = error;
  }
  if (text === undefined) throw new NotifierError('invalid_json', 'the value cannot be written as JSON', { cause });
  return text;
}
