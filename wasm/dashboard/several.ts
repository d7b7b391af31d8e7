// What is done with several notifiers: a few at a time, and the list is read anew once.

import type { Notifier } from 'notifier-wasm';
import { Refusal } from './client.js';
import type { Session } from './session.js';

const atOnce = 4;

export const pathOf = ({ id }: Notifier): string => `/notifiers/${encodeURIComponent(id)}`;
const isMissing = (error: unknown) => error instanceof Refusal && error.status === 404;

/** Does something with each, until it is refused. @param passesOver who is gone meanwhile is passed over */
export async function many(session: Session, notifiers: readonly Notifier[], work: (notifier: Notifier) => Promise<unknown>, passesOver = true): Promise<{ done: Notifier[]; error?: unknown }> {
  const left = [...notifiers];
  const done: Notifier[] = [];
  const failure: { error?: unknown } = {};
  const go = async () => {
    for (let one = left.shift(); one; one = left.shift()) {
      try {
        await work(one);
        done.push(one);
      } catch (error) {
        if (passesOver && isMissing(error)) continue;
        failure.error = error;
        left.length = 0;
      }
    }
  };
  await Promise.all(Array.from({ length: session.isInPage ? 1 : atOnce }, go));
  await session.refresh();
  return { done, ...failure };
}

/**
 * Puts back what was removed: as it was; on a server that cannot, as new ones of the same kind.
 *
 * @param before in the page: the snapshot that still held them
 */
export async function restore(session: Session, notifiers: readonly Notifier[], before: string): Promise<Notifier[]> {
  const ids = new Map(notifiers.map(({ id }) => [id, id]));
  if (session.page) {
    await session.page.restore(before, [...ids.keys()]);
    await session.refresh();
  } else {
    const { error } = await many(session, notifiers, async (one) => ids.set(one.id, (await restoreOne(session, one)).id), false);
    if (error !== undefined) throw error;
  }
  const now = new Map(session.notifiers!.map((one) => [one.id, one]));
  return notifiers.map((one) => now.get(ids.get(one.id)!) ?? one);
}

async function restoreOne(session: Session, notifier: Notifier): Promise<Notifier> {
  try {
    return (await session.ask<{ notifier: Notifier }>(200, 'POST', `${pathOf(notifier)}/restore`)).notifier;
  } catch (error) {
    if (!isMissing(error) && !(error instanceof Refusal && error.status === 405)) throw error;
  }
  const { name, platform_id, active, send_all_alerts, send_all_events, selected_event_ids, type_data, filter, grouping, quiet, muted_until, muted_pass_errors, language } = notifier;
  const told = { ...(filter && { filter }), ...(grouping && { grouping }), ...(quiet && { quiet }), ...(muted_until && { muted_until }), ...(muted_pass_errors && { muted_pass_errors }), ...(language && { language }) };
  const draft = { name, platform_id, active, send_all_alerts, send_all_events, selected_event_ids, type_data, ...told };
  return (await session.ask<{ notifier: Notifier }>(201, 'POST', '/notifiers', { notifier: draft })).notifier;
}
