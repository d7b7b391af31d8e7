// A notifier as a file that others may have: what the API takes to add one, without what is secret.

import type { Notifier } from 'notifier-wasm';
import { fieldsOf } from './platform_fields.js';

/** The fields of a notifier that no file has: by their keys, those that have a value. */
export function leftOut({ type, type_data: data, secrets_set: set = [] }: Notifier): string[] {
  const shown = fieldsOf(type).filter(({ key, secret }) => secret && data[key] !== undefined && data[key] !== '').map(({ key }) => key);
  return [...new Set([...shown, ...set])];
}

/** As `POST .../notifiers` takes it. `secrets_set` says what is to be filled in. */
export function exported(notifier: Notifier): { notifier: object } {
  const { id: _, app_id: __, app: ___, created_at: ____, updated_at: _____, switched_off: ______, type, type_data: data, secrets_set: _______, ...rest } = notifier;
  const gone = leftOut(notifier);
  const fields = Object.fromEntries(Object.entries(data).filter(([key]) => !gone.includes(key)));
  return { notifier: { ...rest, platform: type, type_data: fields, ...(gone.length > 0 && { secrets_set: gone }) } };
}

/** Has the browser keep a file. */
export function saveFile(name: string, json: unknown): void {
  const url = URL.createObjectURL(new Blob([`${JSON.stringify(json, undefined, 2)}\n`], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${name.replace(/[^\p{L}\p{N}._-]+/gu, '-').slice(0, 60).replace(/^[-.]+|[-.]+$/g, '') || 'notifier'}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
