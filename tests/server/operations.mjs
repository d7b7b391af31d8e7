// What both servers tell those who run them.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { startTarget } from '../wasm/targets.mjs';
import { promtool } from './promtool.mjs';

/**
 * Registers the tests.
 *
 * @param start  has its `--help` as `help`; `(database, options) => {url, call(method, path, body, headers) => {status, body, headers}, stop(signal), signal(signal), log()}`, a server that
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

  test('without a token what a browser fetches for a page of elsewhere is refused, however it is fetched; no answer is kept or guessed at', async () => {
    const server = await startDry(database(), ['--import', twoApps, '--cors', 'https://page.example']);
    const status = async (headers, path = '/v1/apps') => (await server.call('GET', path, undefined, headers)).status;
    for (const path of ['/v1/apps', '/v1/event_types', '/readyz']) {
      for (const site of ['cross-site', 'same-site', 'anything']) assert.equal(await status({ 'Sec-Fetch-Site': site }, path), 403, `${site} ${path}`);
      for (const site of ['same-origin', 'none']) assert.equal(await status({ 'Sec-Fetch-Site': site }, path), 200, `${site} ${path}`);
    }
    assert.equal(await status({ 'Sec-Fetch-Site': 'cross-site', Origin: 'https://page.example' }), 200);
    assert.equal(await status({ 'Sec-Fetch-Site': 'cross-site', Origin: 'https://other.example' }), 403);
    for (const [method, path, headers] of [['GET', '/v1/apps'], ['GET', '/v1/nope'], ['POST', '/v1/apps'], ['GET', '/metrics'], ['GET', '/openapi.json'], ['GET', '/v1/apps', { Origin: 'https://other.example' }], ['PUT', '/v1/settings']]) {
      const answer = await server.call(method, path, method === 'POST' ? {} : undefined, headers);
      assert.equal(answer.headers.get('x-content-type-options'), 'nosniff', path);
      assert.match(answer.headers.get('cache-control') ?? '', /^no-store$|no-cache/, `${method} ${path}`);
    }
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

  test('the beginning of what a target says is kept with each attempt, without what its request kept secret', async () => {
    const target = await startTarget();
    after(() => target.close());
    const hook = (id, path, more = {}) => ({ id, name: id, platform: 'webhook', send_all_events: true, type_data: { webhook_url: target.url(path), ...more } });
    const imported = join(folder, 'replies.json');
    const key = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const notifiers = [hook('fine', 'ok/a'), hook('loud', 'grumble/b'), hook('mute', '404/c'), hook('echoing', 'echo/path-SECRET-1?key=SECRET-2', { signing_secret: key })];
    writeFileSync(imported, JSON.stringify({ apps: [{ id: 'app-1', name: 'shop', notifiers }] }));
    const path = database();
    let server = await start(path, ['--import', imported, '--allow-private-targets', '--retry-delays', '1,3600', '--no-access-log']);
    assert.equal((await server.call('POST', '/v1/apps/shop/events', { type: 'restart', id: 'e-1', note: key })).status, 202);
    const attempts = async (id) => (await server.call('GET', `/v1/apps/shop/notifiers/${id}/deliveries`)).body.deliveries[0]?.attempts ?? [];
    while ((await attempts('loud')).length < 2 || (await attempts('echoing')).length < 1 || (await attempts('mute')).length < 1 || (await attempts('fine')).length < 1) await new Promise((resolve) => setTimeout(resolve, 20));
    for (let round = 0; round < 2; ++round) {
      assert.deepEqual((await attempts('fine')).map(({ outcome, reply }) => [outcome, reply]), [['delivered', 'fine']]);
      assert.deepEqual((await attempts('loud')).map(({ outcome, reply }) => [outcome, reply]), Array(2).fill(['retry', 'no such queue']));
      assert.deepEqual((await attempts('mute')).map((attempt) => 'reply' in attempt), [false]);
      const [{ reply }] = await attempts('echoing');
      assert.match(reply, /^\*\*\* \{/);
      assert.match(reply, /"content-type":"application\/json"/);
      assert.doesNotMatch(reply, /SECRET|MfKQ9r8GKYqr|[^ -~]/);
      assert.ok(reply.length > 100 && reply.length <= 512);
      await server.stop();
      server = await start(path, ['--allow-private-targets', '--no-access-log']);
    }
    await server.stop();
  });

  test('pages by cursor show everything once, whatever comes in meanwhile; a cursor of nobody is refused', async () => {
    const imported = join(folder, 'pages.json');
    writeFileSync(imported, JSON.stringify({ apps: [{ id: 'app-1', name: 'shop', notifiers: [{ id: 'hook', name: 'hook', platform: 'webhook', send_all_events: true, type_data: { webhook_url: 'https://a.example/x' } }] }] }));
    const server = await startDry(database(), ['--import', imported, '--keep-events', '30', '--no-access-log']);
    const post = async (id) => assert.equal((await server.call('POST', '/v1/apps/shop/events', { type: 'restart', id })).status, 202);
    for (const [path, root, id] of [['/v1/apps/shop/events', 'events', 'id'], ['/v1/apps/shop/notifiers/hook/deliveries', 'deliveries', 'event_id']]) {
      for (let i = 0; i < 20; ++i) await post(`${root}-${i}`);
      const seen = [];
      let { body } = await server.call('GET', `${path}?per_page=6`);
      assert.equal(body.meta.pagination.current_page, 1);
      for (let page = 0; ; ++page) {
        seen.push(...body[root].map((entry) => entry[id]));
        if (seen.length >= 20) break;
        await post(`meanwhile-${root}-${page}`);
        const answer = await server.call('GET', `${path}?per_page=6&cursor=${body.meta.next_cursor}`);
        assert.equal(answer.status, 200);
        body = answer.body;
        assert.deepEqual(Object.keys(body.meta), ['total_count', 'next_cursor']);
      }
      assert.deepEqual(seen.slice(0, 20), Array.from({ length: 20 }, (_, i) => `${root}-${19 - i}`));
      for (const cursor of ['x', '12', root === 'events' ? 'd12' : 'e12', 'e-1', "e1'--", `e${'9'.repeat(40)}`]) {
        const refused = await server.call('GET', `${path}?cursor=${encodeURIComponent(cursor)}`);
        assert.equal(refused.status, 400, cursor);
        assert.match(refused.body.error, /next_cursor/);
      }
      assert.equal((await server.call('GET', `${path}?cursor=${root[0]}5&page=2`)).status, 400);
      // Of what is forgotten by then there is no page.
      const last = await server.call('GET', `${path}?cursor=${root[0]}1`);
      assert.deepEqual([last.status, last.body.meta.next_cursor], [200, null]);
    }
    await server.stop();
  });

  test('the history of events takes no more bytes than it may, however large they are, and says what it takes', async () => {
    const imported = join(folder, 'bytes.json');
    writeFileSync(imported, JSON.stringify({ apps: [{ id: 'app-1', name: 'shop', notifiers: [] }, { id: 'app-2', name: 'other', notifiers: [] }] }));
    const path = database();
    let server = await startDry(path, ['--import', imported, '--keep-megabytes', '2', '--no-access-log']);
    const figure = async () => Number(/^notifier_event_history_bytes (\d+)$/m.exec((await server.call('GET', '/metrics')).body)[1]);
    const listed = async (app) => (await server.call('GET', `/v1/apps/${app}/events`)).body.events.map(({ id }) => id);
    assert.equal(await figure(), 0);
    for (let i = 0; i < 9; ++i) assert.equal((await server.call('POST', '/v1/apps/shop/events', { type: 'restart', id: `e-${i}`, x: 'x'.repeat(600_000) })).status, 202);
    assert.equal((await server.call('POST', '/v1/apps/other/events', { type: 'restart', id: 'small' })).status, 202);
    for (let round = 0; round < 2; ++round) {
      assert.deepEqual(await listed('shop'), ['e-8', 'e-7', 'e-6']);
      assert.deepEqual(await listed('other'), ['small']);
      assert.ok((await figure()) > 1_800_000 && (await figure()) < 2_000_000, String(await figure()));
      await server.stop();
      server = await startDry(path, ['--keep-megabytes', '2', '--no-access-log']);
    }
    assert.equal((await server.call('POST', '/v1/apps/shop/events', { type: 'restart', id: 'large', x: 'x'.repeat(4_000_000) })).status, 202);
    assert.deepEqual(await listed('shop'), ['large']);
    await server.stop();
    // Those of all apps together: the oldest go first, whosever they are.
    server = await startDry(path, ['--keep-megabytes-in-all', '1', '--no-access-log']);
    for (let i = 0; i < 3; ++i) assert.equal((await server.call('POST', '/v1/apps/other/events', { type: 'restart', id: `o-${i}`, x: 'x'.repeat(400_000) })).status, 202);
    assert.deepEqual([await listed('shop'), await listed('other')], [[], ['o-2', 'o-1']]);
    assert.ok((await figure()) > 800_000 && (await figure()) <= 1_000_000, String(await figure()));
    assert.equal((await server.call('DELETE', '/v1/apps/other')).status, 204);
    assert.ok((await figure()) < 1_000);
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
    const expected = Object.entries({
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
      notifier_deliveries_pending: posted,
      notifier_storage_failures_total: 0,
      notifier_apps: 1,
    });
    let text = await scrape();
    for (let i = 0; i < 100 && !expected.every(([series, count]) => value(text, series) === count); ++i) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      text = await scrape();
    }
    for (const [series, count] of expected) assert.equal(value(text, series), count, series);
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
    // The others are told of the change.
    const hasSettled = () => value(text, 'notifier_deliveries_held') === posted && value(text, 'notifier_deliveries_pending') + value(text, 'notifier_delivery_oldest_pending_age_seconds') === 0;
    for (let i = 0; i < 50 && ((text = await scrape()), !hasSettled()); ++i) await new Promise((resolve) => setTimeout(resolve, 100));
    assert.deepEqual([value(text, 'notifier_deliveries_held'), value(text, 'notifier_deliveries_pending'), value(text, 'notifier_delivery_oldest_pending_age_seconds')], [posted, 0, 0]);
    await server.call('DELETE', '/v1/apps/shop/notifiers/late', undefined, headers);
    for (let i = 0; i < 50 && value((text = await scrape()), 'notifier_deliveries_withdrawn_total') !== posted; ++i) await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(value(text, 'notifier_deliveries_withdrawn_total'), posted);
    await server.stop();
  });

  const sha256 = (text) => createHash('sha256').update(text).digest('hex');
  const bearer = (token) => ({ Authorization: `Bearer ${token}` });
  const twoApps = join(folder, 'two_apps.json');
  const quiet = (id) => ({ id, name: id, platform: 'webhook', type_data: { webhook_url: 'https://example.com/x' } });
  writeFileSync(twoApps, JSON.stringify({ apps: [{ id: 'app-1', name: 'shop', notifiers: [quiet('no-1')] }, { id: 'app-2', name: 'blog', notifiers: [quiet('no-2')] }], users: [{ id: 'us-1', username: 'jane', email: 'jane@example.com' }] }));

  /** One request of each class of routes, and what it takes. */
  const classes = [
    ['open', 'GET', '/healthz'], ['open', 'GET', '/readyz'], ['open', 'GET', '/openapi.json'], ['open', 'GET', '/v1/event_types'], ['open', 'GET', '/v1/event_categories'], ['open', 'GET', '/v1/notification_platforms'], ['open', 'GET', '/v1/notification_platforms/search?name=x'], ['open', 'HEAD', '/v1/event_types'],
    ['read', 'GET', '/metrics'], ['read', 'GET', '/v1/apps'], ['read', 'HEAD', '/v1/apps'], ['read', 'GET', '/v1/apps/shop'], ['read', 'GET', '/v1/apps/shop/notifiers'], ['read', 'GET', '/v1/apps/shop/notifiers/no-1'], ['read', 'GET', '/v1/apps/shop/events'], ['read', 'GET', '/v1/apps/shop/collaborators'], ['read', 'GET', '/v1/apps/shop/notifiers/no-1/deliveries'],
    ['read', 'POST', '/v1/apps/shop/events/explain', { type: 'restart' }], ['read', 'POST', '/v1/apps/shop/notifiers/no-1/preview', { event: { type: 'restart' } }], ['read', 'GET', '/v1/settings'], ['read', 'GET', '/v1/vocabulary'],
    ['events', 'POST', '/v1/apps/shop/events', { type: 'restart' }], ['events', 'POST', '/v1/apps/shop/notifiers/no-1/deliveries/none/retry'],
    ['manage', 'POST', '/v1/apps/shop/notifiers', { notifier: { name: 'n', platform_id: '5982f145d48c3600273ef08a', type_data: { webhook_url: 'https://example.com/x' } } }], ['manage', 'PATCH', '/v1/apps/shop/notifiers/no-1', { notifier: { name: 'other' } }], ['manage', 'PUT', '/v1/apps/shop/notifiers/no-1', { notifier: { name: 'no-1' } }], ['manage', 'POST', '/v1/apps/shop/notifiers/no-1/test'],
    ['manage', 'DELETE', '/v1/apps/shop/notifiers/none'], ['manage', 'POST', '/v1/apps', { app: { name: 'new' } }], ['manage', 'PATCH', '/v1/apps/shop', { app: {} }], ['manage', 'DELETE', '/v1/apps/none'], ['manage', 'PATCH', '/v1/users/us-1', { user: {} }], ['manage', 'DELETE', '/v1/users/none'], ['manage', 'PUT', '/v1/vocabulary', { vocabulary: {} }],
    ['manage', 'GET', '/v1/nope'], ['manage', 'PUT', '/v1/apps/shop'], ['manage', 'OPTIONS', '/v1/apps'], ['manage', 'DELETE', '/metrics'], ['manage', 'GET', '/v1/apps//notifiers'], ['manage', 'GET', '/v1/apps/%zz/events'],
  ];

  test('a token may do what its scopes say, of each class of routes, and nothing else', async () => {
    const file = join(folder, 'scopes.json');
    const scopes = ['read', 'events', 'manage'];
    const lists = [['read'], ['events'], ['manage'], ['read', 'events'], scopes];
    writeFileSync(file, JSON.stringify({ tokens: lists.map((list, i) => ({ name: `t${i}`, sha256: sha256(`token-${i}`), scopes: list })) }));
    const server = await startDry(database(), ['--import', twoApps, '--tokens', file, '--host', '127.0.0.1']);
    for (const [scope, method, path, body] of classes) {
      for (const [i, list] of lists.entries()) {
        const answer = await server.call(method, path, body, bearer(`token-${i}`));
        const is = `${method} ${path} by ${list}: ${answer.status}`;
        if (scope === 'open' || list.includes(scope)) assert.ok(![401, 403, 429, 500].includes(answer.status), is);
        else assert.equal(answer.status, 403, is);
        if (answer.status === 403 && method !== 'HEAD') assert.deepEqual(answer.body, { error: `This token may not do that: it would have to have the scope ${scope}`, code: 'missing_scope' });
      }
      for (const headers of [{}, bearer('token-9'), bearer(sha256('token-4')), { Authorization: 'Basic token-4' }]) {
        const { status } = await server.call(method, path, body, headers);
        if (scope === 'open') assert.ok(status < 400, path);
        else assert.equal(status, 401, `${method} ${path}`);
      }
    }
    await server.stop();
  });

  test('a token that is for some apps reaches no other, whatever it is called, and nothing that is of none', async () => {
    const file = join(folder, 'apps.json');
    writeFileSync(file, JSON.stringify({ tokens: [
      { name: 'by-id', sha256: sha256('id'), scopes: ['read', 'events', 'manage'], apps: ['app-1'] },
      { name: 'by-name', sha256: sha256('name'), scopes: ['read', 'events', 'manage'], apps: ['shop', 'later'] },
      { name: 'all', sha256: sha256('all'), scopes: ['read', 'events', 'manage'] },
    ] }));
    const server = await startDry(database(), ['--import', twoApps, '--tokens', file, '--host', '127.0.0.1']);
    for (const token of ['id', 'name']) {
      for (const path of ['/v1/apps/shop', '/v1/apps/app-1', '/v1/apps/%73hop/notifiers', '/v1/apps/shop/notifiers/no-1']) assert.equal((await server.call('GET', path, undefined, bearer(token))).status, 200, path);
      assert.equal((await server.call('POST', '/v1/apps/app-1/events', { type: 'restart' }, bearer(token))).status, 202);
      for (const [method, path] of [['GET', '/v1/apps/blog'], ['GET', '/v1/apps/app-2/notifiers'], ['GET', '/v1/apps/%62log/events'], ['POST', '/v1/apps/blog/events'], ['DELETE', '/v1/apps/app-2'], ['GET', '/v1/apps'], ['POST', '/v1/apps'], ['PATCH', '/v1/users/us-1'], ['GET', '/v1/settings'], ['GET', '/metrics'], ['GET', '/v1/apps/none']]) {
        const refused = await server.call(method, path, method === 'POST' ? {} : undefined, bearer(token));
        assert.deepEqual([refused.status, refused.body], [403, { error: 'This token is for other apps', code: 'other_app' }], `${method} ${path}`);
      }
      // The notifier of another app, below the own one: as where there is none.
      assert.equal((await server.call('GET', '/v1/apps/shop/notifiers/no-2', undefined, bearer(token))).status, 404);
      // An event that says it is another app's.
      assert.equal((await server.call('POST', '/v1/apps/shop/events', { type: 'restart', app_id: 'app-2' }, bearer(token))).status, 422);
      assert.equal((await server.call('GET', '/v1/event_types', undefined, bearer(token))).status, 200);
    }
    assert.equal((await server.call('GET', '/v1/apps/later', undefined, bearer('name'))).status, 404);
    // Renamed, it stays the app of who has its id.
    assert.equal((await server.call('PATCH', '/v1/apps/shop', { app: { name: 'store' } }, bearer('all'))).status, 200);
    assert.equal((await server.call('GET', '/v1/apps/store', undefined, bearer('id'))).status, 200);
    assert.equal((await server.call('GET', '/v1/apps/store', undefined, bearer('name'))).status, 403);
    await server.stop();
  });

  test('SIGHUP has the tokens read again; what is wrong with them changes nothing', async () => {
    const file = join(folder, 'reloaded.json');
    const write = (...names) => writeFileSync(file, JSON.stringify({ tokens: names.map((name) => ({ name, sha256: sha256(name), scopes: ['read'] })) }));
    write('old', 'both');
    const server = await startDry(database(), ['--tokens', file, '--token', 'mine', '--host', '127.0.0.1']);
    const status = async (token) => (await server.call('GET', '/v1/apps', undefined, bearer(token))).status;
    const of = async () => [await status('old'), await status('both'), await status('new'), await status('mine')];
    assert.deepEqual(await of(), [200, 200, 401, 200]);
    const hangUp = async (said) => {
      const before = server.log().length;
      server.signal('SIGHUP');
      for (let i = 0; i < 100 && !said.test(server.log().slice(before)); ++i) await new Promise((resolve) => setTimeout(resolve, 20));
      assert.match(server.log().slice(before), said);
    };
    write('both', 'new');
    await hangUp(/3 tokens count from now on/);
    assert.deepEqual(await of(), [401, 200, 200, 200]);
    writeFileSync(file, '{"tokens":[{"name":"x","sha256":"SECRET","scopes":["read"]}]}');
    await hangUp(/tokens\[0\]: sha256 must be 64 hexadecimal digits; the tokens of before go on counting/);
    rmSync(file);
    await hangUp(/cannot be read; the tokens of before go on counting/);
    assert.deepEqual(await of(), [401, 200, 200, 200]);
    assert.doesNotMatch(server.log(), /SECRET/);
    assert.match(server.log(), /"token":"both"/);
    await server.stop();
  });

  test('a file of tokens that has a fault is refused at the start, with its place', async () => {
    const file = join(folder, 'faulty.json');
    const one = { name: 'ci', sha256: sha256('x'), scopes: ['read'] };
    for (const [content, said] of [
      ['{', /is no JSON/], ['[]', /must be an object/], [{}, /tokens must be an array/], [{ token: [] }, /'token' is not known here; did you mean tokens\?/],
      [{ tokens: [one, { ...one, name: 'b', sha256: sha256('y'), scope: ['read'] }] }, /tokens\[1\]: 'scope' is not known here; did you mean scopes\?/],
      [{ tokens: [{ ...one, name: 'two words' }] }, /tokens\[0\]: name must be/], [{ tokens: [{ ...one, sha256: 'abc' }] }, /sha256 must be 64/], [{ tokens: [{ ...one, scopes: [] }] }, /scopes must be an array of/], [{ tokens: [{ ...one, scopes: ['write'] }] }, /scopes must be an array of/],
      [{ tokens: [{ ...one, scopes: 'read' }] }, /scopes must be/], [{ tokens: [{ ...one, apps: [] }] }, /apps must be/], [{ tokens: [{ ...one, apps: [''] }] }, /apps must be/], [{ tokens: [one, { ...one, sha256: sha256('y') }] }, /tokens\[1\]: the name is another/],
      [{ tokens: [one, { ...one, name: 'b' }] }, /tokens\[1\]: the token is that of ci/], [{ tokens: [{ ...one, requests_per_second: 0 }] }, /requests_per_second must be/],
    ]) {
      writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
      await assert.rejects(start(database(), ['--tokens', file, '--host', '127.0.0.1']), said);
    }
    await assert.rejects(start(database(), ['--tokens', join(folder, 'none.json')]), /cannot be read/);
  });

  test('who sends more requests than a token may is told when to come again, and keeps nobody else waiting', async () => {
    const file = join(folder, 'rates.json');
    writeFileSync(file, JSON.stringify({ tokens: [{ name: 'slow', sha256: sha256('slow'), scopes: ['read'], requests_per_second: 2 }, { name: 'usual', sha256: sha256('usual'), scopes: ['read'] }] }));
    const server = await startDry(database(), ['--tokens', file, '--rate-limit', '20', '--host', '127.0.0.1']);
    const statuses = async (token, count) => {
      const answers = [];
      for (let i = 0; i < count; ++i) answers.push(await server.call('GET', '/v1/apps', undefined, bearer(token)));
      return answers;
    };
    const slow = await statuses('slow', 6);
    assert.deepEqual(slow.slice(0, 2).map(({ status }) => status), [200, 200]);
    const refused = slow.filter(({ status }) => status === 429);
    assert.ok(refused.length >= 3);
    assert.equal(refused[0].headers.get('retry-after'), '1');
    assert.equal(typeof refused[0].body.error, 'string');
    assert.ok((await statuses('usual', 15)).every(({ status }) => status === 200));
    assert.ok((await statuses('usual', 40)).some(({ status }) => status === 429));
    assert.equal((await server.call('GET', '/readyz')).status, 200);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    assert.equal((await statuses('slow', 1))[0].status, 200);
    await server.stop();
  });

  const configure = (name, content, mode = 0o600) => {
    const file = join(folder, name);
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content), { mode });
    return file;
  };

  test('a configuration takes every option by its name; what the command line says counts more', async () => {
    const { help } = start;
    // Those of TLS make it another server: tls.test.mjs; a role takes a PostgreSQL: cluster.test.mjs.
    const named = [...help.matchAll(/^  --([a-z-]+)/gm)].map(([, name]) => name).filter((name) => !['help', 'config', 'export', 'backup', 'dashboard', 'tls-certificate', 'tls-key', 'role'].includes(name));
    const every = {
      port: 0, host: '127.0.0.1', database: 'none', token: 'SECRET', tokens: configure('none.json', { tokens: [] }), 'rate-limit': 1000, cors: 'https://page.example', 'request-timeout': 20, 'email-from': 'A <a@example.com>', 'link-base': 'https://example.com', language: 'fr', import: twoApps,
      smtp: 'smtp://SECRET:SECRET@127.0.0.1:9', 'allow-target': ['10.0.0.0/8', 'a.internal'], 'ca-file': '/etc/ssl/certs/ca-certificates.crt', 'send-timeout': 12.5, 'retry-delays': [1, 2.5, 60], 'disable-after': 5, hold: 0.5, 'keep-events': 7, 'keep-megabytes': 3, 'keep-megabytes-in-all': 9, 'keep-delivered': 1, 'keep-dead': 2,
      audit: join(folder, 'every.ndjson'), 'no-access-log': true, 'allow-private-targets': false, 'dry-run': true,
    };
    for (const name of named) assert.ok(name in every, name);
    const server = await start(database(), ['--config', configure('every.json', every), '--token', 'mine']);
    const headers = bearer('mine');
    assert.equal((await server.call('GET', '/v1/apps', undefined, bearer('SECRET'))).status, 401);
    assert.equal((await server.call('GET', '/v1/apps', undefined, headers)).body.apps.length, 2);
    assert.equal((await server.call('GET', '/v1/settings', undefined, headers)).body.settings.email_from, 'A <a@example.com>');
    assert.equal((await server.call('GET', '/v1/settings', undefined, headers)).body.settings.language, 'fr');
    for (let i = 0; i < 12; ++i) await server.call('POST', '/v1/apps/shop/events', { type: 'restart', id: `e-${i}` }, headers);
    const { body } = await server.call('GET', '/v1/apps/shop/events', undefined, headers);
    assert.deepEqual([body.meta.pagination.total_count, body.events[0].id], [7, 'e-11']);
    assert.doesNotMatch(server.log(), /SECRET|"path"/);
    await server.stop();
  });

  test('messages are in the language of the notifier, else of its app, else of the server, which brings French along and keeps it', async () => {
    const file = database();
    let server = await startDry(file, ['--import', twoApps, '--language', 'fr']);
    const said = async (notifier = {}) => {
      const draft = { name: 'n', platform_id: '5982f145d48c3600273ef089', send_all_events: true, type_data: { webhook_url: 'https://hooks.slack.com/services/x' }, ...notifier };
      const { status, body } = await server.call('POST', '/v1/apps/shop/notifiers/preview', { notifier: draft, event: 'restart' });
      assert.equal(status, 200, JSON.stringify(body));
      return /red\u00e9marre|redémarre|Redémarrage/.test(body.preview.body) ? 'fr' : /restart/.test(body.preview.body) ? 'en' : body.preview.body;
    };
    const speak = async (language) => assert.equal((await server.call('PATCH', '/v1/apps/shop', { app: { language } })).status, 200);
    const { settings } = (await server.call('GET', '/v1/settings')).body;
    assert.deepEqual([settings.language, settings.languages], ['fr', ['en', 'fr']]);
    assert.deepEqual([await said(), await said({ language: 'en' })], ['fr', 'en']);
    await speak('en');
    assert.deepEqual([await said(), await said({ language: 'fr' })], ['en', 'fr']);
    // What is asked for cannot be taken away.
    const { body } = await server.call('GET', '/v1/vocabulary');
    assert.ok(body.vocabulary.languages.fr);
    assert.equal((await server.call('PUT', '/v1/vocabulary', { vocabulary: { ...body.vocabulary, languages: {} } })).body.errors.languages[0], "lack 'fr', which is asked for");
    await server.stop();

    server = await startDry(file);
    assert.equal((await server.call('GET', '/v1/apps/shop')).body.app.language, 'en');
    await speak('');
    assert.deepEqual([await said(), await said({ language: 'fr' })], ['en', 'fr']);
    await server.stop();
    await assert.rejects(startDry(file, ['--language', 'de']), /language.*'de'; there are en, fr/);
  });

  test('a configuration that has a fault is refused, with what was probably meant and without what it holds', async () => {
    for (const [content, said] of [
      ['{', /is no JSON/], ['[]', /must be an object/], [{ 'retry-delay': [1] }, /'retry-delay' is not known here; did you mean retry-delays\?/], [{ Port: 1 }, /did you mean port\?/], [{ xyzzy: 'SECRET' }, /'xyzzy' is not known here; there are port, host/],
      [{ export: true }, /'export' is not known here/], [{ 'send-timeout': 'SECRET' }, /send-timeout'? needs a number above 0/], [{ port: true }, /'port' needs a text or a number/], [{ 'dry-run': 'yes' }, /'dry-run' needs true or false/], [{ token: '' }, /'token' needs a/],
      [{ smtp: 'ftp://SECRET' }, /smtp/], [{ 'keep-events': 0 }, /keep-events'? needs a number from 1/], [{ 'retry-delays': ['SECRET'] }, /retry-delays'? needs numbers/], [{ host: '0.0.0.0' }, /--host needs a token/],
    ]) {
      await assert.rejects(start(database(), ['--config', configure('faulty_configuration.json', content)]), (error) => {
        assert.match(error.message, said);
        assert.doesNotMatch(error.message, /SECRET/);
        return true;
      });
    }
    await assert.rejects(start(database(), ['--config', join(folder, 'nowhere.json')]), /cannot be read/);
    const open = await start(database(), ['--config', configure('open.json', { token: 'SECRET', host: '127.0.0.1' }, 0o644)]);
    for (let i = 0; i < 100 && open.log() === ''; ++i) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.match(open.log(), /others can read .*open\.json, which holds secrets/);
    await open.stop();
  });

  test('a request has an id, its own or one that is made, in the answer and in the log', async () => {
    const server = await start(database(), ['--import', twoApps, '--token', 'tok', '--host', '127.0.0.1', '--dry-run']);
    const id = async (given, path = '/v1/apps', headers = bearer('tok')) => (await server.call('GET', path, undefined, { ...headers, ...(given !== undefined && { 'X-Request-Id': given }) })).headers.get('x-request-id');
    for (const sane of ['abc', 'a-b_c.d:e/f+g=h@i', '0'.repeat(128), '4bf92f3577b34da6a3ce929d0e0e4736']) assert.equal(await id(sane), sane);
    for (const other of [undefined, '', 'two words', 'a"b', '<script>', '0'.repeat(129), '\u00e4', 'a,b', "a'b"]) assert.match(await id(other), /^req-[0-9a-f-]{36}$/, other);
    assert.notEqual(await id(), await id());
    for (const path of ['/v1/nope', '/healthz', '/v1/apps/shop/events']) assert.equal(await id('mine', path), 'mine');
    assert.equal(await id('refused', '/v1/apps', {}), 'refused');
    await server.stop();
    const lines = server.log().split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
    assert.ok(lines.some(({ request_id, path, token }) => request_id === 'mine' && path === '/v1/nope' && token === 'token'));
    assert.ok(lines.some(({ request_id, status, token }) => request_id === 'refused' && status === 401 && token === undefined));
    assert.ok(lines.every(({ request_id }) => request_id.length > 0));
  });

  test('who changed what stands in the audit trail, without secrets, once it is stored, and in a new file after SIGHUP', async () => {
    const target = await startTarget();
    after(() => target.close());
    const file = join(folder, 'audit.ndjson');
    const tokens = configure('audit_tokens.json', { tokens: [{ name: 'jane', sha256: sha256('jane'), scopes: ['read', 'events', 'manage'] }] });
    const server = await start(database(), ['--import', twoApps, '--tokens', tokens, '--host', '127.0.0.1', '--audit', file, '--allow-private-targets']);
    const lines = (path = file) => readFileSync(path, 'utf8').trim().split('\n').filter((line) => line !== '').map((line) => JSON.parse(line));
    const ask = (method, path, body, id = 'req-x') => server.call(method, path, body, { ...bearer('jane'), 'X-Request-Id': id });
    assert.deepEqual(lines(), []);
    const draft = { name: 'SECRET-free', platform_id: '5982f145d48c3600273ef08a', send_all_events: true, type_data: { webhook_url: target.url('410/gone?key=SECRET'), signing_secret: 'whsec_U0VDUkVUU0VDUkVUU0VDUkVUU0VDUkVU' } };
    const { notifier } = (await ask('POST', '/v1/apps/shop/notifiers', { notifier: { ...draft, name: 'hook', send_all_events: false } }, 'req-1')).body;
    await ask('PATCH', `/v1/apps/shop/notifiers/${notifier.id}`, { notifier: { active: false } }, 'req-2');
    await ask('PATCH', '/v1/apps/shop/notifiers/none', { notifier: { active: false } });
    await ask('POST', '/v1/apps/shop/notifiers', { notifier: {} });
    await ask('GET', '/v1/apps');
    await ask('PATCH', '/v1/users/us-1', { user: { email: 'SECRET@example.com' } }, 'req-3');
    await ask('DELETE', `/v1/apps/shop/notifiers/${notifier.id}`, undefined, 'req-4');
    const written = lines();
    assert.deepEqual(written.map(({ request_id }) => request_id), ['req-1', 'req-2', 'req-3', 'req-4']);
    assert.deepEqual(written[0].changes, [{ op: 'add_notifier', id: notifier.id, name: 'hook', platform: 'webhook', active: true, app_id: 'app-1' }]);
    assert.deepEqual(written[1].changes, [{ op: 'change_notifier', id: notifier.id, name: 'hook', platform: 'webhook', active: false, app_id: 'app-1' }]);
    assert.deepEqual(written[2].changes[0], { op: 'change_user', id: 'us-1', name: 'jane' });
    assert.equal(written[3].changes[0].op, 'remove_notifier');
    for (const { by, client, time } of written) assert.deepEqual([by, client, Number.isNaN(Date.parse(time))], ['jane', '127.0.0.1', false]);

    renameSync(file, `${file}.1`);
    const before = server.log().length;
    server.signal('SIGHUP');
    for (let i = 0; i < 100 && !/count from now on/.test(server.log().slice(before)); ++i) await new Promise((resolve) => setTimeout(resolve, 20));
    await ask('DELETE', '/v1/apps/blog', undefined, 'req-5');
    assert.deepEqual(lines().map(({ request_id }) => request_id), ['req-5']);
    assert.equal(lines(`${file}.1`).length, 4);
    assert.deepEqual(lines()[0].changes.map(({ op, id }) => [op, id]).sort(), [['remove_app', 'app-2'], ['remove_notifier', 'no-2']]);

    // A target that is gone has its notifier switched off by the server itself.
    const { notifier: gone } = (await ask('POST', '/v1/apps/shop/notifiers', { notifier: draft })).body;
    await ask('POST', '/v1/apps/shop/events', { type: 'restart' });
    for (let i = 0; i < 100 && lines().length < 3; ++i) await new Promise((resolve) => setTimeout(resolve, 50));
    const last = lines().at(-1);
    assert.deepEqual([last.by, last.request_id, last.client, last.changes[0].id, last.changes[0].active], ['the server', undefined, undefined, gone.id, false]);
    assert.ok(last.reason.length > 0);
    assert.doesNotMatch(readFileSync(file, 'utf8') + readFileSync(`${file}.1`, 'utf8'), /SECRET(?!-free)|whsec|127\.0\.0\.1:|webhook_url/);
    await server.stop();
    await assert.rejects(start(database(), ['--audit', join(folder, 'none/audit.ndjson')]), /cannot write/);
  });
}
