// Kills the server with SIGKILL under concurrent writes, again and again: what was acknowledged is there when it starts again,
// what was not is there whole or not at all, and every change has its event.
//
//     node kill.mjs PROGRAM ROUNDS [SEED]

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

import { NotifierServer } from './notifier_server.mjs';

const rounds = Number(process.argv[3]);
let seed = Number(process.argv[4] ?? Date.now() % 2 ** 31);
const writers = 8;
console.log(`seed ${seed}`);

/** A small generator of random numbers below `limit`, so that a run can be repeated (but for the scheduler's part in it). */
function random(limit) {
  seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
  return (seed >>> 8) % limit;
}

/** What a writer knows of its app. */
class Writer {
  constructor(app) {
    this.app = app;
    this.names = new Map(); // by id, as acknowledged
    this.changes = 0; // acknowledged, each with one event
    this.pending = undefined; // the change under way
  }

  /** Changes the app until the server is gone. */
  async write(server) {
    let number = 0;
    const path = `/v1/apps/${this.app}/notifiers`;
    const owner = await server.call('POST', '/v1/apps', { app: { name: this.app } }).catch(() => undefined);
    if (owner?.status !== 201) return;
    this.exists = true;
    const first = await server.call('GET', path).catch(() => undefined);
    if (!first) return;
    for (const notifier of first.body.notifiers) this.names.set(notifier.id, notifier.name);
    this.ready = true;
    while (true) {
      const name = `n${++number}`;
      const ids = [...this.names.keys()];
      const id = ids[random(ids.length || 1)];
      const dice = random(10);
      const change = !id || dice < 6 ? { op: 'add', name } : dice < 8 ? { op: 'edit', id, name } : { op: 'remove', id };
      this.pending = change;
      const notifier = { platform_id: '59c52ac27651ce002c1d4620', name };
      let answer;
      try {
        if (change.op === 'add') answer = await server.call('POST', path, { notifier });
        else if (change.op === 'edit') answer = await server.call('PATCH', `${path}/${id}`, { notifier: { name } });
        else answer = await server.call('DELETE', `${path}/${id}`);
      } catch {
        return;
      }
      assert.equal(answer.status, { add: 201, edit: 200, remove: 204 }[change.op], JSON.stringify(answer.body));
      this.apply(change, answer.body?.notifier?.id);
      this.pending = undefined;
    }
  }

  apply(change, id = change.id) {
    if (change.op === 'remove') this.names.delete(id);
    else this.names.set(id, change.name);
    ++this.changes;
  }

  /** Compares with what the server has now; the change that was under way may have been kept. */
  async check(server) {
    const { status, body } = await server.call('GET', `/v1/apps/${this.app}/notifiers`);
    if (!this.exists && status === 404) return;
    assert.equal(status, 200);
    if (!this.ready) return;
    const found = new Map(body.notifiers.map((notifier) => [notifier.id, notifier.name]));
    const events = (await server.call('GET', `/v1/apps/${this.app}/events?per_page=100`)).body;
    const kept = events.meta.pagination.total_count - this.changes;
    assert.ok(kept === 0 || (kept === 1 && this.pending), `${this.app}: ${kept} more events than acknowledged changes`);
    if (kept === 1) {
      const added = [...found].find(([id, name]) => !this.names.has(id) && name === this.pending.name);
      this.apply(this.pending, this.pending.id ?? added?.[0]);
    }
    this.pending = undefined;
    assert.deepEqual(found, this.names, this.app);
    for (const event of events.events) assert.match(event.type, /^(new|edit|delete)_notifier$/);
  }
}

const folder = NotifierServer.folder();
const all = [];
let acknowledged = 0;
try {
  for (let round = 0; round < rounds; ++round) {
    const server = await NotifierServer.start(folder.database, '--no-access-log');
    for (const writer of all.slice(-writers)) await writer.check(server);
    const now = Array.from({ length: writers }, (_, i) => new Writer(`r${round}-w${i}`));
    all.push(...now);
    const writing = now.map((writer) => writer.write(server));
    while (now.reduce((sum, writer) => sum + writer.changes, 0) < 10) await sleep(5);
    await sleep(random(200));
    await server.stop('SIGKILL');
    await Promise.all(writing);
    acknowledged += now.reduce((sum, writer) => sum + writer.changes, 0);
  }
  const server = await NotifierServer.start(folder.database);
  for (const writer of all) await writer.check(server);
  await server.stop();
} finally {
  folder.remove();
}
assert.ok(acknowledged >= rounds * 10, `only ${acknowledged} changes were acknowledged`);
console.log(`${rounds} rounds, ${acknowledged} changes acknowledged, none lost, none by halves`);
