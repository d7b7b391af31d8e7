// The outbox: everything arrives at least once or is declared dead, whatever happens to targets, the process and the disk.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { file, root } from './package.mjs';
import { httpDelivery, mailDelivery, smtpError, startMailServer, startTarget, until } from './targets.mjs';

const { Outbox, Sender } = await import(pathToFileURL(file('dist/node.js')));
const nodemailer = createRequire(join(root, 'tests/x.js'))('nodemailer');
const folder = mkdtempSync(join(tmpdir(), 'notifier-outbox-'));
let target;
before(async () => {
  target = await startTarget();
});
after(async () => {
  await target.close();
  rmSync(folder, { recursive: true, force: true });
});

let files = 0;
const newFile = () => join(folder, `outbox${++files}.ndjson`);
const fast = { delaysMs: [20, 20, 20], jitterPercent: 0 };
const sender = new Sender({ allowPrivate: true, timeoutMs: 100_000 });
after(() => sender.close());

async function withOutbox(options, run) {
  const reports = [];
  const outbox = await Outbox.open({ sender, retry: fast, onAttempt: (report) => reports.push(report), onError: (error) => assert.fail(error), ...options });
  try {
    return await run(outbox, reports);
  } finally {
    await outbox.close({ graceMs: 0 });
  }
}
const arrived = (key) => target.requests.filter(({ headers }) => headers['webhook-id'] === key);
/** A sender that notes what it is given and does as told. */
const sendTo = (send) => ({ send: async (delivery, options) => send(delivery, options) });
const taken = { action: 'delivered', status: 200, reason: 'taken' };
const later = { action: 'retry', status: 500, reason: 'later' };
const never = { action: 'fail', status: 404, reason: 'never' };

for (const place of ['in memory', 'in a file']) {
  test(`${place}: deliveries arrive, each once`, () =>
    withOutbox(place === 'in memory' ? {} : { file: newFile() }, async (outbox, reports) => {
      const deliveries = Array.from({ length: 50 }, (_, i) => httpDelivery(target.url(`ok/many${i % 7}`)));
      assert.equal(await outbox.enqueue(deliveries), 50);
      assert.equal(await outbox.enqueue(deliveries), 0, 'their keys are known');
      await outbox.idle();
      assert.equal(outbox.pending, 0);
      for (const { idempotencyKey } of deliveries) assert.equal(arrived(idempotencyKey).length, 1);
      assert.equal(await outbox.enqueue(deliveries.slice(0, 1)), 0, 'also once they have arrived');
      assert.equal(reports.length, 50);
      const [{ id, notifierId, state, attempt, verdict }] = reports;
      assert.ok(deliveries.some(({ idempotencyKey }) => idempotencyKey === id));
      const { durationMs, ...judged } = verdict;
      assert.deepEqual([notifierId, state, attempt, judged], ['no-1', 'delivered', 1, { action: 'delivered', status: 200, reason: 'the target took it', reply: 'fine' }]);
      assert.ok(Number.isInteger(durationMs) && durationMs >= 0);
    }));
}

test('what fails for now is tried again, under the same key', () =>
  withOutbox({}, async (outbox, reports) => {
    const delivery = httpDelivery(target.url('twice/a'));
    await outbox.enqueue([delivery]);
    await outbox.idle();
    assert.equal(arrived(delivery.idempotencyKey).length, 3);
    assert.deepEqual(reports.map(({ state, attempt, verdict }) => [state, attempt, verdict.status]), [['pending', 1, 500], ['pending', 2, 500], ['delivered', 3, 200]]);
  }));

test('a target that asks to wait is left alone for as long', () =>
  withOutbox({}, async (outbox) => {
    const began = Date.now();
    const first = httpDelivery(target.url('later/a'));
    await outbox.enqueue([first]);
    await until(() => arrived(first.idempotencyKey).length === 1);
    await until(async () => (await outbox.list()).deliveries[0].attempts.length > 0);
    const second = httpDelivery(target.url('later/a'));
    await outbox.enqueue([second]);
    await outbox.idle();
    for (const { at } of [...arrived(first.idempotencyKey).slice(1), ...arrived(second.idempotencyKey)]) assert.ok(at - began >= 990, `after ${at - began} ms`);
  }));

test('after the last attempt a delivery is dead, is shown with its attempts, and can be sent again', () =>
  withOutbox({ file: newFile() }, async (outbox) => {
    let takes = false;
    const delivery = httpDelivery('https://hooks.example.com/secret-path?token=hidden');
    await withOutbox({ sender: sendTo(() => (takes ? taken : later)) }, async (one) => {
      await one.enqueue([delivery]);
      await one.idle();
      const { total, deliveries: [record] } = await one.list({ state: 'dead' });
      assert.equal(total, 1);
      const { created_at, ended_at, attempts, ...rest } = record;
      assert.deepEqual(rest, { id: delivery.idempotencyKey, notifier_id: 'no-1', event_id: delivery.eventId, event_type: 'test', platform: 'webhook', state: 'dead', next_at: null });
      assert.equal(attempts.length, 4);
      const { at, duration_ms: took, ...attempt } = attempts[0];
      assert.deepEqual(attempt, { outcome: 'retry', status: 500, reason: 'later' });
      assert.ok(Number.isInteger(took) && took >= 0);
      assert.ok(created_at <= at && attempts[3].at <= ended_at);
      assert.doesNotMatch(JSON.stringify(record), /hooks|secret-path|hidden/);
      assert.equal(await one.resend('no-1', 'msg_unknown'), 'not found');
      assert.equal(await one.resend('no-other', delivery.idempotencyKey), 'not found');
      takes = true;
      assert.equal(await one.resend('no-1', delivery.idempotencyKey), 'due');
      await one.idle();
      assert.equal((await one.list({ state: 'delivered' })).total, 1);
      assert.equal((await one.list()).deliveries[0].attempts.length, 5);
      assert.equal(await one.resend('no-1', delivery.idempotencyKey), 'delivered', 'it is not dead');
    });
    assert.equal((await outbox.list()).total, 0);
  }));

test('a mail to nobody is dead at once, and told of', () =>
  withOutbox({}, async (outbox, reports) => {
    assert.equal(await outbox.enqueue([mailDelivery([])]), 1);
    assert.deepEqual(reports.map(({ state, attempt, verdict }) => [state, attempt, verdict.reason]), [['dead', 0, 'the mail has no recipient']]);
  }));

test('a target that is gone switches its notifier off, and ends what was pending for it', async () => {
  const disabled = [];
  await withOutbox({ limits: { webhook: { concurrency: 1 } }, onDisable: (id) => disabled.push(id) }, async (outbox, reports) => {
    const gone = Array.from({ length: 5 }, () => httpDelivery(target.url('410/gone'), { notifierId: 'no-gone' }));
    await outbox.enqueue([...gone, httpDelivery(target.url('ok/alive'))]);
    await outbox.idle();
    assert.deepEqual(disabled, ['no-gone']);
    assert.equal(target.requests.filter(({ what }) => what === '410').length, 1);
    assert.equal((await outbox.list({ notifierId: 'no-gone', state: 'dead' })).total, 5);
    assert.equal(reports.filter(({ state }) => state === 'delivered').length, 1);
  });
});

test('a notifier that has failed for too long is switched off', async () => {
  let now = 1_700_000_000_000;
  const disabled = [];
  await withOutbox({ clock: () => now, steadyClock: () => now, sender: sendTo(() => never), retry: { disableAfterMs: 3_600_000, disableAfterFailures: 3 }, onDisable: (id) => disabled.push(id) }, async (outbox) => {
    for (let i = 0; i < 4; ++i) {
      await outbox.enqueue([httpDelivery('https://example.com/')]);
      await outbox.idle();
      assert.deepEqual(disabled, i < 3 ? [] : ['no-1']);
      now += 1_300_000;
    }
  });
});

test('what is pending for a notifier can be ended', () =>
  withOutbox({ sender: sendTo(() => later), retry: { delaysMs: [60_000] } }, async (outbox) => {
    await outbox.enqueue([httpDelivery('https://example.com/')]);
    await until(async () => (await outbox.list()).deliveries[0].attempts.length === 1);
    assert.equal(await outbox.cancel('no-1'), 1);
    assert.equal((await outbox.list()).deliveries[0].state, 'dead');
    await outbox.idle();
  }));

test('who hangs holds up nobody else', () =>
  withOutbox({}, async (outbox) => {
    const hanging = Array.from({ length: 100 }, (_, i) => httpDelivery(target.url(`hang/${i % 3}`)));
    await outbox.enqueue(hanging);
    const others = Array.from({ length: 100 }, (_, i) => httpDelivery(target.url(`ok/free${i % 9}`)).idempotencyKey);
    await outbox.enqueue(others.map((idempotencyKey, i) => ({ ...httpDelivery(target.url(`ok/free${i % 9}`)), idempotencyKey, headers: { 'webhook-id': idempotencyKey } })));
    await until(() => others.every((key) => arrived(key).length === 1), 'the arrival of the others');
    const keys = new Set(hanging.map(({ idempotencyKey }) => idempotencyKey));
    assert.ok((await outbox.list({ limit: 1_000 })).deliveries.filter(({ id }) => keys.has(id)).every(({ attempts }) => attempts.length === 0), 'before those gave up');
  }));

test('a target has its limits: sixteen at once for a webhook, one a second for Slack', async () => {
  let open = 0;
  let most = 0;
  const slow = sendTo(async () => {
    most = Math.max(most, ++open);
    await new Promise((resolve) => setTimeout(resolve, 5));
    --open;
    return taken;
  });
  await withOutbox({ sender: slow }, async (outbox) => {
    await outbox.enqueue(Array.from({ length: 60 }, (_, i) => httpDelivery(`https://example.com/in?n=${i}`)));
    await outbox.idle();
    assert.equal(most, 16);
  });
  const times = [];
  await withOutbox({ sender: sendTo(() => (times.push(Date.now()), taken)) }, async (outbox) => {
    await outbox.enqueue(Array.from({ length: 3 }, () => httpDelivery('https://hooks.slack.com/services/a', { platform: 'slack' })));
    await outbox.idle();
    assert.ok(times[1] - times[0] >= 995 && times[2] - times[1] >= 995, `${times}`);
  });
});

test('the order of a notifier is kept where that is asked for', async () => {
  const order = [];
  const jumpy = sendTo(async (delivery) => {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
    if (Math.random() < 0.3) return later;
    order.push(delivery.eventId);
    return taken;
  });
  await withOutbox({ sender: jumpy, keepOrder: true, retry: { delaysMs: Array(30).fill(1), jitterPercent: 0 } }, async (outbox) => {
    const deliveries = Array.from({ length: 30 }, (_, i) => httpDelivery(`https://example.com/${i}`));
    await outbox.enqueue(deliveries);
    await outbox.idle();
    assert.deepEqual(order, deliveries.map(({ eventId }) => eventId));
  });
});

test('a sender that throws is no attempt that counts as arrived', async () => {
  let times = 0;
  const errors = [];
  await withOutbox({ sender: sendTo(() => { if (++times < 3) throw new Error('a fault of ours'); return taken; }), onError: (error) => errors.push(error.message) }, async (outbox) => {
    await outbox.enqueue([httpDelivery('https://example.com/')]);
    await outbox.idle();
    assert.deepEqual([times, errors], [3, ['a fault of ours', 'a fault of ours']]);
    assert.equal((await outbox.list({ state: 'delivered' })).total, 1);
  });
});

test('what the host refuses is dead without an attempt, and can be sent again', async () => {
  let reason = 'not now';
  let sent = 0;
  await withOutbox({ refuse: () => reason, sender: sendTo(() => (++sent, taken)) }, async (outbox, reports) => {
    await outbox.enqueue([httpDelivery('https://example.com/')]);
    await outbox.idle();
    assert.equal(sent, 0);
    assert.deepEqual(reports.map(({ state, attempt, verdict }) => [state, attempt, verdict.reason]), [['dead', 0, 'not now']]);
    reason = undefined;
    assert.equal(await outbox.resend('no-1', (await outbox.list({ state: 'dead' })).deliveries[0].id), 'due');
    await outbox.idle();
    assert.equal(sent, 1);
  });
});

test('what waits is withdrawn, also for the next process; what is under way may arrive, and is not tried again', async () => {
  const path = newFile();
  let answer;
  const options = { file: path, sender: sendTo(() => new Promise((resolve) => (answer = resolve))) };
  const deliveries = [httpDelivery('https://example.com/'), { ...httpDelivery('https://example.com/2'), idempotencyKey: 'msg_2' }];
  await withOutbox({ ...options, concurrency: 1 }, async (outbox) => {
    await outbox.enqueue(deliveries);
    await until(() => answer !== undefined);
    assert.equal(await outbox.withdraw('no-1', 'msg_unknown'), 'not found');
    assert.equal(await outbox.withdraw('no-1', 'msg_2'), 'withdrawn');
    assert.equal(await outbox.withdraw('no-1', 'msg_2'), 'dead');
    const [{ attempts }] = (await outbox.list({ state: 'dead' })).deliveries;
    assert.deepEqual([attempts.length, attempts[0].reason], [1, 'it was withdrawn by hand']);
    assert.equal(await outbox.withdraw('no-1', deliveries[0].idempotencyKey), 'withdrawn');
    answer({ action: 'retry', status: 503, reason: 'busy' });
    await outbox.idle();
    assert.equal((await outbox.list({ state: 'dead' })).total, 2);
  });
  await withOutbox(options, (outbox) => assert.equal(outbox.pending, 0));
});

test('what an earlier process left can be left alone', async () => {
  const path = newFile();
  await withOutbox({ file: path, concurrency: 0 }, (outbox) => outbox.enqueue([httpDelivery('https://example.com/')]));
  await withOutbox({ file: path, resume: false, sender: sendTo(() => assert.fail('it was sent')) }, async (outbox) => {
    assert.equal(outbox.pending, 0);
    assert.equal((await outbox.list({ state: 'pending' })).total, 1);
  });
});

test('signing keys are asked for at each attempt', async () => {
  const given = [];
  let key = 'first';
  await withOutbox({ secrets: () => [key], sender: sendTo((delivery, { secrets }) => { given.push(...secrets); key = 'second'; return given.length < 2 ? later : taken; }) }, async (outbox) => {
    await outbox.enqueue([httpDelivery('https://example.com/')]);
    await outbox.idle();
    assert.deepEqual(given, ['first', 'second']);
  });
});

// ---- the file ----

test('a new process takes up what an earlier one left, and sends nothing twice that has arrived', async () => {
  const path = newFile();
  const done = httpDelivery(target.url('ok/restart'));
  const waiting = httpDelivery(target.url('twice/restart'), { body: '{"body":"é🎉"}' });
  await withOutbox({ file: path, retry: { delaysMs: [4_000, 10, 10], jitterPercent: 0 } }, async (outbox) => {
    await outbox.enqueue([done, waiting]);
    await until(() => arrived(done.idempotencyKey).length === 1 && arrived(waiting.idempotencyKey).length === 1);
    await until(() => outbox.pending === 1);
  });
  assert.equal(statSync(path).mode & 0o077, 0, 'it holds secrets');
  await withOutbox({ file: path }, async (outbox) => {
    assert.equal(outbox.pending, 1);
    assert.equal(await outbox.enqueue([done]), 0);
    await outbox.idle();
    assert.equal((await outbox.list({ state: 'delivered' })).total, 2);
    assert.equal((await outbox.list()).deliveries[0].attempts.length, 3);
  });
  assert.equal(arrived(done.idempotencyKey).length, 1);
  const got = arrived(waiting.idempotencyKey);
  assert.equal(got.length, 3);
  assert.ok(got.every(({ body }) => body === waiting.body));
});

test('the recipients that are left are remembered', async () => {
  const path = newFile();
  let isGrey = true;
  const server = await startMailServer({ judge: (address) => (isGrey && address.startsWith('grey') ? smtpError(451, '4.7.1 later') : undefined) });
  const mailer = () => new Sender({ smtp: nodemailer.createTransport({ host: '127.0.0.1', port: server.port, secure: false, ignoreTLS: true }) });
  await withOutbox({ file: path, sender: mailer(), retry: { delaysMs: [4_000], jitterPercent: 0 } }, async (outbox) => {
    await outbox.enqueue([mailDelivery(['b@example.com', 'grey@example.com'])]);
    await until(async () => server.mails.length === 1 && (await outbox.list()).deliveries[0].attempts.length === 1);
  });
  isGrey = false;
  await withOutbox({ file: path, sender: mailer() }, (outbox) => outbox.idle());
  assert.deepEqual(server.mails.map(({ to }) => to), [['b@example.com'], ['grey@example.com']]);
  assert.equal(server.mails[0].raw, server.mails[1].raw, 'with the same Message-ID');
  await server.close();
});

test('one process at a time uses a file', async () => {
  const path = newFile();
  await withOutbox({ file: path }, async () => {
    await assert.rejects(Outbox.open({ sender, file: path }), (error) => error.code === 'conflict');
  });
  assert.ok(!existsSync(`${path}.lock`));
  writeFileSync(`${path}.lock`, '999999999');
  await withOutbox({ file: path }, () => {});
});

test('a file of another kind is refused and left alone', async () => {
  const path = newFile();
  writeFileSync(path, '{"version":1,"apps":[]}\n');
  await assert.rejects(Outbox.open({ sender, file: path }), (error) => error.code === 'storage' && /not the file of an outbox/.test(error.message));
  assert.equal(readFileSync(path, 'utf8'), '{"version":1,"apps":[]}\n');
});

/** A file with some history, and what it should hold after each of its lines. */
async function busyFile() {
  const path = newFile();
  let n = 0;
  const send = () => [taken, later, never][n++ % 3];
  await withOutbox({ file: path, sender: sendTo(send), retry: { delaysMs: [1, 1], jitterPercent: 0 } }, async (outbox) => {
    for (let i = 0; i < 12; ++i) {
      await outbox.enqueue([httpDelivery('https://example.com/é', { body: `{"n":${i}}`, notifierId: `no-${i % 3}` })]);
      await outbox.idle();
    }
    for (const { id, notifier_id } of (await outbox.list({ state: 'dead' })).deliveries.slice(0, 2)) await outbox.resend(notifier_id, id);
    await outbox.idle();
  });
  return path;
}

test('a file that ends anywhere, in the middle of a line too, is one that was written until there', async () => {
  const path = await busyFile();
  const whole = readFileSync(path);
  const copy = newFile();
  let before = 0;
  for (let size = 0; size <= whole.length; size += size % 97 === 0 ? 1 : 31) {
    copyFileSync(path, copy);
    truncateSync(copy, size);
    let total;
    await withOutbox({ file: copy, sender: sendTo(() => new Promise(() => {})), concurrency: 0 }, async (outbox) => {
      ({ total } = await outbox.list());
      const said = whole.subarray(0, size).toString().split('\n').slice(0, -1).filter((line) => line.startsWith('{"i":')).length;
      assert.equal(total, said, `at ${size}`);
      assert.equal(await outbox.enqueue([httpDelivery('https://example.com/')]), 1);
    });
    await withOutbox({ file: copy, sender: sendTo(() => taken), concurrency: 0 }, async (outbox) => assert.equal((await outbox.list()).total, total + 1, `at ${size}, what was added`));
    assert.ok(total >= before);
    before = total;
  }
  assert.equal(before, 12);
});

test('blocks of the disk that were lost in the middle cost what was in them, and nothing else', async () => {
  const path = await busyFile();
  const bytes = readFileSync(path);
  const line = bytes.indexOf('{"i":', bytes.length >> 1);
  bytes.fill(0, line + 10, line + 50);
  writeFileSync(path, bytes);
  await withOutbox({ file: path, concurrency: 0 }, async (outbox) => assert.equal((await outbox.list()).total, 11));
});

test('the file is made anew when most of it is of no use', async () => {
  const path = newFile();
  const body = JSON.stringify({ text: 'x'.repeat(20_000) });
  let largest = 0;
  const pending = httpDelivery('https://slow.example.com/', { body, notifierId: 'no-slow' });
  await withOutbox({ file: path, sender: sendTo(({ notifierId }) => (notifierId === 'no-slow' ? later : taken)), retry: { delaysMs: [3_600_000] } }, async (outbox) => {
    await outbox.enqueue([pending]);
    for (let i = 0; i < 300; ++i) {
      await outbox.enqueue([httpDelivery('https://example.com/', { body })]);
      await outbox.idle(1);
      largest = Math.max(largest, statSync(path).size);
    }
  });
  assert.ok(largest < 3 << 20, `${largest} bytes`);
  assert.ok(statSync(path).size < 3 << 20);
  await withOutbox({ file: path, concurrency: 0 }, async (outbox) => {
    assert.equal((await outbox.list()).total, 301);
    assert.equal((await outbox.list({ state: 'pending' })).deliveries[0].id, pending.idempotencyKey);
    assert.equal((await outbox.list({ state: 'pending' })).deliveries[0].attempts.length, 1);
  });
  const lines = readFileSync(path, 'utf8').trim().split('\n').map((text) => JSON.parse(text));
  assert.equal(lines[0].v, 2);
  assert.ok(lines.some(({ d }) => d?.body === body));
});

test('what ended long ago is forgotten, and its key with it', async () => {
  const path = newFile();
  let now = 1_700_000_000_000;
  const options = { file: path, clock: () => now, steadyClock: () => now, sender: sendTo(() => taken), keepDeliveredMs: 3 * 3_600_000 };
  const old = httpDelivery('https://example.com/');
  await withOutbox(options, async (outbox) => {
    await outbox.enqueue([old]);
    await outbox.idle();
    now += 2 * 3_600_000;
    await outbox.enqueue([httpDelivery('https://example.com/')]);
    await outbox.idle();
    assert.equal((await outbox.list()).total, 2);
    now += 2 * 3_600_000;
    await outbox.enqueue([httpDelivery('https://example.com/')]);
    await outbox.idle();
    assert.equal((await outbox.list()).total, 2);
  });
  await withOutbox(options, async (outbox) => {
    assert.equal((await outbox.list()).total, 2);
    assert.equal(await outbox.enqueue([old]), 1);
  });
});

/** Runs this script in a process of its own. */
const script = fileURLToPath(new URL('outbox_process.mjs', import.meta.url));

test('a disk that is full: nothing is acknowledged that is not kept', async () => {
  const path = newFile();
  // The limit of the size of files is the one way to fill a disk without one; who passes it gets an error where the signal is ignored.
  const limit = `import os, resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
os.execvp(sys.argv[1], sys.argv[1:])`;
  const child = spawn('python3', ['-c', limit, process.execPath, script, path, 'fill'], { env: { ...process.env, NOTIFIER_NODE_ENTRY: pathToFileURL(file('dist/node.js')).href } });
  let said = '';
  child.stdout.on('data', (bytes) => (said += bytes));
  let wrong = '';
  child.stderr.on('data', (bytes) => (wrong += bytes));
  await new Promise((resolve) => child.on('close', resolve));
  const { acknowledged, refused, code } = JSON.parse(said || JSON.stringify({ wrong }));
  assert.ok(acknowledged.length > 10, wrong);
  assert.ok(refused.length > 0);
  assert.equal(code, 'storage');
  assert.ok(statSync(path).size <= 100_000);
  await withOutbox({ file: path, concurrency: 0 }, async (outbox) => {
    const kept = new Set((await outbox.list({ limit: 10_000 })).deliveries.map(({ id }) => id));
    for (const key of acknowledged) assert.ok(kept.has(key), `${key} was acknowledged`);
    for (const key of refused) assert.ok(!kept.has(key), `${key} was refused`);
  });
});

test('targets that fail at random, clocks that step, and kill -9 at any time: nothing that was acknowledged is lost, and what comes twice has the same key', async (t) => {
  const path = newFile();
  const rounds = Number(process.env.NOTIFIER_KILLS ?? 6);
  const each = Number(process.env.NOTIFIER_DELIVERIES ?? 300);
  const acknowledged = [];
  const hour = 3_600_000;
  const steps = [0, 1_000, -1_000, hour, -hour, 10 * 365 * 24 * hour, -10 * 365 * 24 * hour];
  for (let round = 0; round <= rounds; ++round) {
    const isLast = round === rounds;
    // Each has another idea of the time of day: nothing waits longer for that, or is forgotten.
    const env = { ...process.env, NOTIFIER_NODE_ENTRY: pathToFileURL(file('dist/node.js')).href, NOTIFIER_TARGET: target.url('flaky/kill'), NOTIFIER_CLOCK_STEP: String(steps[round % steps.length]) };
    const child = spawn(process.execPath, [script, path, isLast ? 'drain' : 'fill', String(round), String(each)], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop();
      acknowledged.push(...lines);
    });
    const ended = new Promise((resolve) => child.on('close', resolve));
    if (!isLast) {
      const enough = acknowledged.length + each * (0.5 + Math.random() / 2);
      await until(() => acknowledged.length >= enough, 'acknowledgements', 300_000);
      child.kill('SIGKILL');
    }
    const code = await ended;
    if (isLast) assert.equal(code, 0);
  }
  assert.ok(acknowledged.length >= rounds);
  const counts = new Map();
  for (const { what, isTaken, headers } of target.requests) if (what === 'flaky' && isTaken) counts.set(headers['webhook-id'], (counts.get(headers['webhook-id']) ?? 0) + 1);
  for (const key of acknowledged) assert.ok(counts.get(key) >= 1, `${key} was lost`);
  assert.ok(target.requests.some(({ what, isTaken }) => what === 'flaky' && !isTaken));
  const twice = [...counts.values()].filter((count) => count > 1).length;
  t.diagnostic(`${acknowledged.length} acknowledged, ${counts.size} arrived, ${twice} of them more than once, ${rounds} kills`);
  // Only what was under way when a process died may come again: at most the attempts that one host is sent at once.
  assert.ok(twice <= rounds * 64, `${twice} of ${counts.size} came more than once`);
});
