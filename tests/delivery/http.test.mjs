// HTTP: notifications arrive as often as promised, at targets that misbehave in every way.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createSecureServer } from 'node:http2';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { NotifierServer } from '../server/notifier_server.mjs';
import { startTarget } from '../wasm/targets.mjs';
import { olderKey, signingKey, until, World } from './world.mjs';

const require = createRequire(import.meta.url);
const verifiers = [require('standardwebhooks').Webhook, require('svix').Webhook];

const target = await startTarget();
/** Another, whose connections never stay open. */
const breaking = await startTarget();
after(() => Promise.all([target.close(), breaking.close()]));
/** The requests for an app's notifier. */
const arrived = (what, app, at = target) => at.requests.filter(({ path }) => path.startsWith(`/${what}/${app}/`));
const to = (what, app, platform = 'webhook', more = {}) => ({
  platform, type_data: { webhook_url: `http://127.0.0.1:${(more.at ?? target).port}/${what}/${app}/path-secret?key=query-secret${more.query ?? ''}`, ...more.type_data },
});
const quick = ['--allow-private-targets', '--retry-delays', '0.05,0.05,0.05', '--send-timeout', '60'];
const haveOneKey = (requests) => assert.equal(new Set(requests.map(({ headers }) => headers['webhook-id'])).size, 1);

const world = await World.start({
  plain: to('ok', 'plain'), slack: to('slack', 'slack', 'slack'), chat: to('rocket', 'chat', 'rocket_chat'),
  signed: to('ok', 'signed', 'webhook', { type_data: { signing_secret: [signingKey, olderKey] } }),
  twice: to('twice', 'twice'), later: to('later', 'later'), redirect: to('redirect', 'redirect'), endless: to('endless', 'endless'),
  half: to('half', 'half'), halfslack: to('half', 'halfslack', 'slack'), dead: to('500', 'dead'), gone: to('410', 'gone'), refused: to('404', 'refused'),
  unsuccessful: to('unsuccessful', 'unsuccessful', 'rocket_chat'), silent: to('ok', 'silent', 'slack'), drop: to('drop', 'drop', 'webhook', { at: breaking }), reset: to('reset', 'reset', 'webhook', { at: breaking }),
  garbage: to('garbage', 'garbage', 'webhook', { at: breaking }), quick: to('ok', 'quick'), removed: to('503', 'removed'), off: to('503', 'off'),
}, quick);

test('an event arrives once at each platform, a webhook byte for byte', async () => {
  const event = await world.post('plain');
  const { attempts } = await world.ended('plain', 'delivered');
  assert.deepEqual(attempts.map(({ outcome, status }) => [outcome, status]), [['delivered', 200]]);
  const [request, ...others] = arrived('ok', 'plain');
  assert.equal(others.length, 0);
  assert.equal(request.method, 'POST');
  assert.equal(request.body, JSON.stringify(event));
  assert.equal(request.headers['content-type'], 'application/json');
  assert.match(request.headers['webhook-id'], /^msg_[0-9a-f]{32}$/);
  assert.equal(request.headers['webhook-signature'], undefined);
  for (const app of ['slack', 'chat']) {
    await world.post(app);
    await world.ended(app, 'delivered');
  }
  assert.ok(JSON.parse(arrived('slack', 'slack')[0].body).blocks);
  assert.equal(arrived('rocket', 'chat').length, 1);
});

test('the same event twice is delivered once', async () => {
  const event = await world.post('quick');
  await world.ended('quick', 'delivered');
  await world.post('quick', event);
  await world.post('quick', { id: 'another' });
  await until(() => arrived('ok', 'quick').length === 2);
  assert.equal((await world.deliveries('quick')).length, 2);
});

test('signatures are accepted by the receivers\' libraries, whichever key they know', async () => {
  await world.post('signed');
  await world.ended('signed', 'delivered');
  const [{ headers, body }] = arrived('ok', 'signed');
  assert.equal(headers['webhook-signature'].split(' ').length, 2);
  for (const Webhook of verifiers) {
    for (const key of [signingKey, olderKey]) assert.ok(new Webhook(key).verify(body, headers));
    assert.throws(() => new Webhook(signingKey).verify(`${body} `, headers));
  }
});

test('faults are tried again under the same key, until it arrives', async () => {
  await world.post('twice');
  const { attempts } = await world.ended('twice', 'delivered');
  assert.deepEqual(attempts.map(({ outcome, status }) => [outcome, status]), [['retry', 500], ['retry', 500], ['delivered', 200]]);
  assert.equal(arrived('twice', 'twice').length, 3);
  haveOneKey(arrived('twice', 'twice'));
});

test('a target that asks to wait is waited for', async () => {
  await world.post('later');
  const { attempts } = await world.ended('later', 'delivered');
  assert.deepEqual(attempts.map(({ outcome }) => outcome), ['throttle', 'delivered']);
  const [first, second] = arrived('later', 'later');
  assert.ok(second.at - first.at >= 990, `${second.at - first.at} ms`);
});

test('connections that break, or are no HTTP, are tried again, and given up in the end', async () => {
  for (const app of ['drop', 'reset', 'garbage']) {
    await world.post(app);
    const { attempts } = await world.ended(app, 'dead', 4);
    for (const { outcome, status } of attempts) assert.deepEqual([outcome, status], ['retry', null], app);
    const requests = arrived(app, app, breaking);
    assert.equal(requests.length, 4, app);
    haveOneKey(requests);
  }
});

test('a redirect is not followed, a refusal is final', async () => {
  for (const [app, status] of [['redirect', 302], ['refused', 404]]) {
    await world.post(app);
    const { attempts } = await world.ended(app, 'dead');
    assert.deepEqual(attempts.map((attempt) => [attempt.outcome, attempt.status]), [['fail', status]]);
  }
  assert.equal(target.requests.filter(({ path }) => path === '/ok/elsewhere').length, 0);
});

test('a success that the body denies is a failure', async () => {
  for (const app of ['unsuccessful', 'silent']) {
    await world.post(app);
    assert.deepEqual((await world.ended(app, 'dead')).attempts.map(({ outcome, status }) => [outcome, status]), [['fail', 200]]);
  }
});

test('a body without end or one that breaks off takes nothing from a clear status', async () => {
  for (const app of ['endless', 'half']) {
    await world.post(app);
    await world.ended(app, 'delivered', 1);
    assert.equal(arrived(app, app).length, 1);
  }
  await world.post('halfslack');
  await world.ended('halfslack', 'dead', 4);
});

test('a target that is gone switches its notifier off, and an event says why', async () => {
  await world.post('gone');
  await world.ended('gone', 'dead', 1);
  await until(async () => !(await world.server.call('GET', '/v1/apps/gone/notifiers/no-gone')).body.notifier.active);
  const { events } = (await world.call('GET', '/v1/apps/gone/events')).body;
  assert.equal(events[0].type, 'edit_notifier');
  assert.equal(events[0].type_data.active, false);
  assert.match(events[0].type_data.disabled_because, /gone/);
  await world.post('gone');
  assert.equal((await world.deliveries('gone')).length, 1);
  // It may be tested all the same.
  assert.equal((await world.call('POST', '/v1/apps/gone/notifiers/no-gone/test')).status, 200);
  await until(() => arrived('410', 'gone').length === 2);
});

test('a dead delivery is sent again on request, under its key, and its history stays', async () => {
  await world.post('dead');
  const { id } = await world.ended('dead', 'dead', 4);
  const path = `/v1/apps/dead/notifiers/no-dead/deliveries/${id}/retry`;
  assert.equal((await world.call('POST', path)).status, 202);
  await world.ended('dead', 'dead', 8);
  assert.equal(arrived('500', 'dead').length, 8);
  haveOneKey(arrived('500', 'dead'));
  assert.equal((await world.call('POST', path.replace(id, 'msg_0'))).status, 404);
  const [{ id: delivered }] = await world.deliveries('plain');
  const refused = await world.call('POST', `/v1/apps/plain/notifiers/no-plain/deliveries/${delivered}/retry`);
  assert.equal(refused.status, 409);
  assert.match(refused.body.error, /has arrived/);
});

test('a target that hangs holds up nobody else', async () => {
  const patient = await World.start({ hang: to('hang', 'hang'), slow: to('slow', 'slow', 'webhook', { query: '&ms=300' }) }, ['--allow-private-targets', '--send-timeout', '250']);
  for (let i = 0; i < 40; ++i) await patient.post('hang');
  for (let i = 0; i < 20; ++i) await patient.post('slow');
  await until(() => arrived('slow', 'slow').length === 20);
  await until(async () => (await patient.deliveries('slow')).every(({ state }) => state === 'delivered'));
  assert.ok(arrived('hang', 'hang').length < 40, 'the target that hangs has its limit');
  assert.ok((await patient.deliveries('hang')).every(({ attempts }) => attempts.length === 0), 'it hangs all the while');
});

test('what is pending for a notifier that is removed ends, and is held while one is switched off', async () => {
  const patient = await World.start({ removed: to('503', 'removed'), off: to('503', 'off') }, ['--allow-private-targets', '--retry-delays', '2,2,2,2']);
  for (const app of ['removed', 'off']) {
    await patient.post(app);
    await until(() => arrived('503', app).length >= 1);
  }
  assert.equal((await patient.call('DELETE', '/v1/apps/removed/notifiers/no-removed')).status, 204);
  assert.equal((await patient.server.call('PATCH', '/v1/apps/off/notifiers/no-off', { notifier: { active: false } })).status, 200);
  await patient.ended('off', 'held');
  const before = arrived('503', 'removed').length + arrived('503', 'off').length;
  await sleep(3000);
  assert.equal(arrived('503', 'removed').length + arrived('503', 'off').length, before);
});

test('what is pending outlives the server, whether it is stopped or killed', async () => {
  const patient = await World.start({ restart: to('later', 'restart', 'webhook', { query: '&after=3' }), killed: to('later', 'killed', 'webhook', { query: '&after=3' }) }, ['--allow-private-targets', '--retry-delays', '0.2,0.2']);
  for (const [app, signal] of [['restart', 'SIGTERM'], ['killed', 'SIGKILL']]) {
    await patient.post(app);
    await until(async () => (await patient.deliveries(app))[0]?.attempts.length > 0);
    await patient.stop(signal);
    await patient.restart();
    await patient.ended(app, 'delivered', 2);
    haveOneKey(arrived('later', app));
  }
});

test('the stream tells of a delivery when it is made and what became of it', async () => {
  const aborter = new AbortController();
  const response = await fetch(`${world.server.url}/v1/apps/twice/stream`, { signal: aborter.signal });
  let text = '';
  const reading = (async () => {
    for await (const chunk of response.body) text += Buffer.from(chunk);
  })().catch(() => {});
  await world.post('twice');
  await until(() => text.includes('"status":"delivered"'));
  const notes = [...text.matchAll(/event: delivery\ndata: (.*)/g)].map((match) => JSON.parse(match[1]));
  assert.equal(notes[0].status, 'pending');
  assert.equal(notes[0].notifier_name, 'to twice');
  assert.equal(new Set(notes.map(({ idempotency_key: key }) => key)).size, 1);
  aborter.abort();
  await reading;
});

test('requests go to public addresses only, unless the host says otherwise', async () => {
  const urls = { loopback: '127.0.0.1', number: '2130706433', mapped: '[::ffff:127.0.0.1]', local: 'localhost', metadata: '169.254.169.254' };
  const notifiers = Object.fromEntries(Object.entries(urls).map(([app, host]) => [app, {
    platform: 'webhook', type_data: { webhook_url: `http://${host}:${target.port}/ok/${app}/path-secret` },
  }]));
  const guarded = await World.start(notifiers);
  for (const app of Object.keys(urls)) {
    await guarded.post(app);
    const { attempts } = await guarded.ended(app, 'dead', 1);
    assert.deepEqual(attempts.map(({ outcome, status }) => [outcome, status]), [['fail', null]]);
    assert.equal(arrived('ok', app).length, 0);
  }
  await guarded.stop();
  await guarded.restart(['--allow-target', '127.0.0.0/8']);
  for (const app of ['loopback', 'number', 'mapped']) {
    await guarded.post(app);
    await until(() => arrived('ok', app).length === 1);
  }
  await guarded.post('local');
  await until(async () => (await guarded.deliveries('local')).filter(({ state }) => state === 'dead').length === 2);
});

test('a proxy from the environment is not asked', async () => {
  const proxy = 'http://127.0.0.1:1';
  const proxied = await World.start({ proxied: to('ok', 'proxied') }, quick, { http_proxy: proxy, HTTP_PROXY: proxy, ALL_PROXY: proxy, all_proxy: proxy });
  await proxied.post('proxied');
  await proxied.ended('proxied', 'delivered', 1);
});

test('a dry run sends nothing, and leaves alone what was pending before', async () => {
  const dry = await World.start({ before: to('503', 'before'), dry: to('ok', 'dry') }, ['--allow-private-targets', '--retry-delays', '60']);
  await dry.post('before');
  await until(async () => (await dry.deliveries('before'))[0]?.attempts.length === 1);
  await dry.stop();
  await dry.restart([...dry.options, '--dry-run']);
  await dry.post('dry');
  const { attempts, id } = await dry.ended('dry', 'dead', 1);
  assert.match(attempts[0].reason, /^dry run/);
  assert.equal((await dry.deliveries('before'))[0].state, 'pending');
  await dry.stop();
  assert.equal(arrived('ok', 'dry').length, 0);
  await dry.restart();
  assert.equal((await dry.call('POST', `/v1/apps/dry/notifiers/no-dry/deliveries/${id}/retry`)).status, 202);
  await dry.ended('dry', 'delivered', 2);
});

test('HTTPS is HTTP/2 where the target speaks it, and its certificate is verified', async () => {
  const folder = NotifierServer.folder();
  after(() => folder.remove());
  const [key, certificate] = ['key.pem', 'certificate.pem'].map((name) => join(folder.path, name));
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=localhost',
    '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', certificate], { stdio: 'ignore' });
  const requests = [];
  const server = createSecureServer({ key: readFileSync(key), cert: readFileSync(certificate), allowHTTP1: true }, (request, response) => {
    requests.push(`${request.httpVersion} ${request.method} ${request.url}`);
    request.resume().on('end', () => response.end('ok'));
  });
  server.on('sessionError', () => {});
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(() => server.close());
  const secure = (host) => ({ platform: 'webhook', type_data: { webhook_url: `https://${host}:${server.address().port}/path-secret` } });
  const world = await World.start({ named: secure('localhost'), unnamed: secure('127.0.0.1') }, [...quick, '--ca-file', certificate]);
  await world.post('named');
  await world.ended('named', 'delivered', 1);
  await world.post('unnamed');
  assert.match((await world.ended('unnamed', 'dead', 4)).attempts[0].reason, /TLS/);
  await world.stop();
  await world.restart([...quick]);
  await world.post('named');
  await until(async () => (await world.deliveries('named'))[0].state === 'dead');
  assert.deepEqual(requests, ['2.0 POST /path-secret']);
});
