// Who changed what, for those who have to know later.

import { closeSync, openSync, writeSync } from 'node:fs';
import type { Change, Outcome } from '../types.js';

/** Who asks for a change, and by which request. */
export interface Asker {
  requestId: string;
  /** Its name; undefined: there is none. */
  token: string | undefined;
  /** Its address. */
  client: string | undefined;
}

/** What what there was not before is told from by. */
const isNew = ({ expected }: Change): boolean => expected === null || expected === undefined;

/** By id and name; nothing of what could be a secret. */
function shown(change: Change): object {
  const verb = isNew(change) ? 'add' : 'change';
  switch (change.op) {
    case 'put_app':
      return { op: `${verb}_app`, id: change.app.id, name: change.app.name };
    case 'put_user':
      return { op: `${verb}_user`, id: change.user.id, name: change.user.username };
    case 'put_notifier': {
      const { id, name, type, active, app_id } = change.notifier as { id: string; name: string; type?: string; platform?: string; active: boolean; app_id: string };
      return { op: `${verb}_notifier`, id, name, platform: type, active, app_id };
    }
    case 'remove_app':
      return { op: change.op, id: change.app.id };
    case 'remove_user':
      return { op: change.op, id: change.user.id };
    case 'remove_notifier':
      return { op: change.op, id: change.notifier.id, app_id: change.notifier.app_id };
    case 'put_vocabulary':
      return { op: 'change_vocabulary' };
  }
}

/** One line of JSON in a file for each request that changed apps, notifiers, users or the vocabulary, once that is stored. */
export class AuditLog {
  readonly #path: string | undefined;
  #file: number | undefined;

  /** @param path undefined: nothing is written @throws where it cannot be */
  constructor(path: string | undefined) {
    this.#path = path;
    this.open();
  }

  /** Opens what has the file's name by now. */
  open(): void {
    if (this.#path === undefined) return;
    const file = openSync(this.#path, 'a', 0o600);
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = file;
  }

  /** @param asker undefined: the server itself */
  write(asker: Asker | undefined, reason: string | undefined, { changes }: Outcome): void {
    if (this.#file === undefined || changes.length === 0) return;
    const by = asker === undefined ? 'the server' : (asker.token ?? 'no token');
    const line = { time: new Date().toISOString(), request_id: asker?.requestId, by, client: asker?.client, reason, changes: changes.map(shown) };
    try {
      writeSync(this.#file, `${JSON.stringify(line)}\n`);
    } catch {
      process.stderr.write('notifier-wasm: cannot write the audit trail\n');
    }
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }
}
