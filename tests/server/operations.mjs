// What both servers tell those who run them.

import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { startTarget } from '../wasm/targets.mjs';
import { promtool } from './promtool.mjs';

/**
 * Registers the tests.
 *
 * @param start  `(database, options) => {url, call(method, path, body, headers) => {status, body, headers}, stop(signal), log()}`, a server that
 *   delivers where it is not told otherwise
 */
export function isOperated(start) {
  const startDry = async (file, options = []) => {
    const server = await start(file, ['--dry-run', ...options]);
    while ((await server.call('GET', '/readyz')).status !== 200) await new Promise((resolve) => setTimeout(resolve, 10));
    return server;
  };
  const folder = mkdtempSync(join(tmpdir(), 'notifier-operated-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  let count = 0;
  const database = () => join(folder, `${++count}.db`);

  test('who asks whether the server lives and works needs no token, and learns no more than that', async () => {
    const server = await startDry(database(), ['--token', 'tok', '--host', '127.0.0.1']);
    for (const path of ['/healthz', '/readyz', '/readyz?verbose']) {
      const answer = await server.call('GET', path);
      assert.equal(answer.status, 200, path);
      assert.deepEqual(answer.body, { status: 'ok' });
      assert.equal(answer.headers.get('cache-control'), 'no-store');
      const head = await server.call('HEAD', path);
      assert.deepEqual([head.status, head.body], [200, '']);
    }
    assert.equal((await server.call('POST', '/healthz', '{}')).status, 401);
    assert.equal((await server.call('POST', '/healthz', '{}', { Authorization: 'Bearer tok' })).status, 404);
    assert.equal((await server.call('GET', '/healthz/x')).status, 401);
    await server.stop();
  });

  test('without a token a web page of elsewhere learns nothing either', async () => {
    const server = await startDry(database());
    assert.equal((await server.call('GET', '/readyz', undefined, { Origin: 'https://elsewhere.example' })).status, 403);
    assert.equal((await server.call('GET', '/readyz')).status, 200);
    await server.stop();
  });

  test('a server whose database has gone lives, but is not ready', async () => {
    const path = database();
    const server = await startDry(path);
    await new Promise((resolve) => setTimeout(resolve, 1_100)); // what was said of the database counts for a second
    renameSync(path, `${path}.elsewhere`);
    const ready = await server.call('GET', '/readyz');
    assert.equal(ready.status, 503);
    assert.deepEqual(ready.body, { status: 'not ready', reason: 'the database cannot be written' });
    assert.equal((await server.call('GET', '/healthz')).status, 200);
    renameSync(`${path}.elsewhere`, path);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    assert.equal((await server.call('GET', '/readyz')).status, 200);
    await server.stop();
  });

  test('the figures are right, in order for Prometheus, of few series, and hold no secret', async () => {
    const target = await startTarget();
    after(() => target.close());
    const hook = (id, what, more = {}) => ({ id, name: id, platform: 'webhook', send_all_events: true, type_data: { webhook_url: target.url(`${what}/${id}?key=SECRET-query`) }, ...more });
    const imported = join(folder, 'figures.json');
    const notifiers = [hook('fine', 'ok'), hook('gone', '404'), hook('late', '500'), hook('off', 'ok', { active: false }), { id: 'mail', name: 'mail', platform: 'email', send_all_events: true, type_data: { emails: ['SECRET@example.com'] } }];
    writeFileSync(imported, JSON.stringify({ apps: [{ id: 'app-1', name: 'shop', notifiers }] }));
    const server = await start(database(), ['--import', imported, '--allow-private-targets', '--token', 'SECRET-token', '--host', '127.0.0.1', '--retry-delays', '3600', '--no-access-log']);
    const headers = { Authorization: 'Bearer SECRET-token' };
    const scrape = async () => (await server.call('GET', '/metrics', undefined, headers)).body;
    const value = (text, series) => Number(new RegExp(`^${series.replace(/[{}+/]/g, '\\$&')} (.*)$`, 'm').exec(text)?.[1] ?? NaN);
    assert.equal((await server.call('GET', '/metrics')).status, 401);
    assert.equal(value(await scrape(), 'notifier_deliveries_pending'), 0);

    const posted = 12;
    for (let i = 0; i < posted; ++i) assert.equal((await server.call('POST', '/v1/apps/shop/events', { type: 'restart', id: `e-${i}` }, headers)).status, 202);
    await server.call('POST', '/v1/apps/shop/events', '{', headers);
    for (let i = 0; i < 300; ++i) await server.call(i % 2 ? 'GET' : 'DELETE', `/v1/apps/SECRET-app-${i}/nope-${i}?SECRET=${i}`, undefined, headers);
    for (let i = 0; i < 30; ++i) await server.call('GET', `/v1/apps/shop/notifiers/SECRET-${i}`, undefined, headers);
    let text = await scrape();
    for (let i = 0; i < 100 && !(value(text, 'notifier_deliveries_total{platform="webhook",outcome="delivered"}') === posted && value(text, 'notifier_delivery_attempts_total{platform="webhook",outcome="retry"}') === posted && value(text, 'notifier_deliveries_total{platform="email",outcome="dead"}') === posted); ++i) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      text = await scrape();
    }
    for (const [series, expected] of Object.entries({
      'notifier_http_requests_total{route="/v1/apps/{app}/events",method="POST",status="202"}': posted,
      'notifier_http_requests_total{route="/v1/apps/{app}/events",method="POST",status="400"}': 1,
      'notifier_http_requests_total{route="/v1/apps/{app}/notifiers/{id}",method="GET",status="404"}': 30,
      'notifier_http_requests_total{route="other",method="GET",status="404"}': 150,
      'notifier_http_requests_total{route="/metrics",method="GET",status="401"}': 1,
      'notifier_http_request_duration_seconds_count{route="/v1/apps/{app}/events"}': posted + 1,
      'notifier_http_request_duration_seconds_bucket{route="/v1/apps/{app}/events",le="+Inf"}': posted + 1,
      notifier_events_accepted_total: posted,
      'notifier_deliveries_enqueued_total{platform="webhook"}': 3 * posted,
      'notifier_deliveries_enqueued_total{platform="email"}': posted,
      'notifier_deliveries_total{platform="webhook",outcome="delivered"}': posted,
      'notifier_deliveries_total{platform="webhook",outcome="dead"}': posted,
      'notifier_deliveries_total{platform="email",outcome="dead"}': posted,
      'notifier_delivery_attempts_total{platform="webhook",outcome="delivered"}': posted,
      'notifier_delivery_attempts_total{platform="webhook",outcome="fail"}': posted,
      'notifier_delivery_attempts_total{platform="webhook",outcome="retry"}': posted,
      'notifier_delivery_attempts_total{platform="email",outcome="fail"}': 0,
      'notifier_delivery_attempt_duration_seconds_count{platform="webhook"}': 3 * posted,
      notifier_deliveries_in_flight: 0,
      notifier_storage_failures_total: 0,
      notifier_apps: 1,
    })) {
      assert.equal(value(text, series), expected, series);
    }
    for (let i = 0; i < 30 && value(text, 'notifier_deliveries_pending') !== posted; ++i) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      text = await scrape();
    }
    assert.equal(value(text, 'notifier_deliveries_pending'), posted);
    assert.ok(value(text, 'notifier_delivery_oldest_pending_age_seconds') > 0);
    assert.ok(value(text, 'notifier_delivery_oldest_pending_age_seconds') < 120);
    assert.ok(value(text, 'notifier_storage_bytes{file="database"}') + value(text, 'notifier_storage_bytes{file="log"}') > 50_000);
    assert.ok(value(text, 'notifier_storage_transaction_duration_seconds_count') >= posted);
    assert.ok(value(text, 'process_resident_memory_bytes') > 1_000_000);
    assert.doesNotMatch(text, /SECRET|127\.0\.0\.1/);
    assert.ok(text.split('\n').length < 700, `${text.split('\n').length} lines`);

    const checked = promtool(['check', 'metrics'], text);
    assert.equal(checked.output, '', 'promtool has nothing to say');
    assert.equal(checked.status, 0);
    assert.notEqual(promtool(['check', 'metrics'], `${text}# TYPE wrong counter\nwrong 1\n`).status, 0, 'promtool says what is wrong');

    // What was held, and what ended with its notifier.
    await server.call('PATCH', '/v1/apps/shop/notifiers/late', { notifier: { active: false } }, headers);
    for (let i = 0; i < 50 && value((text = await scrape()), 'notifier_deliveries_held') !== posted; ++i) await new Promise((resolve) => setTimeout(resolve, 100));
    assert.deepEqual([value(text, 'notifier_deliveries_held'), value(text, 'notifier_deliveries_pending'), value(text, 'notifier_delivery_oldest_pending_age_seconds')], [posted, 0, 0]);
    await server.call('DELETE', '/v1/apps/shop/notifiers/late', undefined, headers);
    for (let i = 0; i < 50 && value((text = await scrape()), 'notifier_deliveries_withdrawn_total') !== posted; ++i) await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(value(text, 'notifier_deliveries_withdrawn_total'), posted);
    await server.stop();
  });
}
