// Which notifiers were switched off by nobody, but since their target was gone or kept failing: the event of that change says why.

import type { Notifier } from 'notifier-wasm';

export interface SwitchedOff {
  /** One English sentence without a final full stop. */
  reason: string;
  /** In milliseconds since 1970. */
  at: number;
}

/** Of an app in which much happens, no more is looked through. */
const mostPages = 10;

/** What the event of a notifier's change says: whose, and how it was switched off if it was; undefined for other events. */
export function readSwitch(event: object): { id: string; off: SwitchedOff | undefined } | undefined {
  const { type, created_at: at, type_data: data } = event as { type?: unknown; created_at?: unknown; type_data?: { notifier_id?: unknown; disabled_because?: unknown } | null };
  if (!/^(new|edit|delete)_notifier$/.test(String(type)) || typeof data?.notifier_id !== 'string') return undefined;
  const reason = data.disabled_because;
  return { id: data.notifier_id, off: typeof reason === 'string' ? { reason, at: Date.parse(String(at)) } : undefined };
}

/** Looks for the latest change of each of some notifiers. `page` gives the events of one, the newest first; none after the last. */
export async function findSwitches(notifiers: readonly Notifier[], page: (number: number) => Promise<readonly object[]>): Promise<Map<string, SwitchedOff>> {
  const wanted = new Set(notifiers.map(({ id }) => id));
  const found = new Map<string, SwitchedOff>();
  for (let number = 1; wanted.size > 0 && number <= mostPages; ++number) {
    const events = await page(number);
    if (events.length === 0) break;
    for (const event of events) {
      const said = readSwitch(event);
      if (said && wanted.delete(said.id) && said.off) found.set(said.id, said.off);
    }
  }
  return found;
}
