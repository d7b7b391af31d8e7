import base64 from 'notifier-base64';

export function inlineModule(): Uint8Array {
  return Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
}
