// Giving back what lies in the module: by dispose(), or once its owner is collected.

import { nobody, type Instance } from './instance.js';

// What lies there and its owner forgot. What it holds must not lead back to the owner. Older workers have no such registry.
export const forgotten = globalThis.FinalizationRegistry && new FinalizationRegistry<Parameters<typeof release>>((what) => release(...what));

// Those who live in one module share an instance, until one breaks it. Nothing keeps an instance without them.
export const instances = new WeakMap<WebAssembly.Module, Instance>();

export function release(instance: Instance, call: 'notifier_delete' | 'notifier_filter_delete', handle: number): void {
  if (!instance.usable) return;
  // Deleting asks a host for nothing; and an owner's host would keep the owner from being collected.
  instance.call(nobody, () => {
    if (--instance.users === 0) instances.delete(instance.module);
    instance.exports[call](handle);
    instance.look();
  });
}

/** The same for an owner who is there. */
export function forget(owner: object, ...what: Parameters<typeof release>): void {
  release(...what);
  forgotten?.unregister(owner);
}
