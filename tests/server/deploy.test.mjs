// examples/server/README.md and examples/server/deploy: what they tell people to do is done here.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { nginx } from './nginx.mjs';
import { NotifierServer, fixture, program } from './notifier_server.mjs';
import { promtool } from './promtool.mjs';

const folder = NotifierServer.folder();
after(() => folder.remove());
after(() => NotifierServer.stopAll());
const root = new URL('../../', import.meta.url);
const deploy = new URL('examples/server/deploy/', root);
const readme = readFileSync(new URL('examples/server/README.md', root), 'utf8');
const help = spawnSync(program, ['--help'], { encoding: 'utf8' }).stdout;
const block = (name) => {
  const found = new RegExp(`^\`\`\`${name}\\n(.*?)^\`\`\`$`, 'ms').exec(readme)?.[1];
  assert.ok(found, name);
  return found;
};

test('the unit of systemd is in order', () => {
  const text = readFileSync(new URL('notifier-server.service', deploy), 'utf8');
  assert.match(text, /^ExecStart=\/usr\/local\/bin\/notifier-server /m);
  const unit = join(folder.path, 'notifier-server.service');
  writeFileSync(unit, text.replace('/usr/local/bin/notifier-server', program));
  const good = spawnSync('systemd-analyze', ['verify', unit], { encoding: 'utf8' });
  assert.deepEqual([good.status, good.stderr], [0, '']);
  writeFileSync(unit, text.replace('/usr/local/bin/notifier-server', program).replace('Restart=on-failure', 'Restart=sometimes'));
  assert.match(spawnSync('systemd-analyze', ['verify', unit], { encoding: 'utf8' }).stderr, /restart specifier/, 'it says what is wrong');
});

test('the alert rules are in order, and each figure that they look at is one that the server gives', async () => {
  const file = join(folder.path, 'alerts.yml');
  const text = readFileSync(new URL('alerts.yml', deploy), 'utf8');
  writeFileSync(file, text);
  const checked = promtool(['check', 'rules', '--lint-fatal', file]);
  assert.equal(checked.status, 0, checked.output);
  assert.match(checked.output, /10 rules found/);
  const server = await NotifierServer.start(join(folder.path, 'figures.db'), '--import', fixture);
  await server.call('GET', '/v1/apps');
  const figures = (await server.call('GET', '/metrics')).body;
  await server.stop();
  const names = new Set([...text.matchAll(/\b(?:notifier|process)_[a-z_]+/g)].map(([name]) => name));
  assert.ok(names.size >= 10);
  for (const name of names) assert.match(figures, new RegExp(`^${name}[{ ]`, 'm'), name);
  // What they say comes of what they are to see.
  const scenario = join(folder.path, 'scenario.yml');
  writeFileSync(scenario, `rule_files: [alerts.yml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - { series: 'up{job="notifier"}', values: '1x9 0x30' }
      - { series: 'notifier_storage_failures_total{job="notifier"}', values: '0x5 1x60' }
      - { series: 'notifier_delivery_attempts_total{platform="slack",outcome="delivered"}', values: '7x60' }
      - { series: 'notifier_delivery_attempts_total{platform="slack",outcome="retry"}', values: '0+3x60' }
      - { series: 'notifier_delivery_attempts_total{platform="webhook",outcome="delivered"}', values: '0+3x60' }
    alert_rule_test:
      - { eval_time: 8m, alertname: NotifierDown, exp_alerts: [] }
      - { eval_time: 15m, alertname: NotifierDown, exp_alerts: [{ exp_labels: { job: notifier, severity: critical }, exp_annotations: { summary: 'notifier-server does not answer' } }] }
      - { eval_time: 4m, alertname: NotifierCannotStore, exp_alerts: [] }
      - { eval_time: 7m, alertname: NotifierCannotStore, exp_alerts: [{ exp_labels: { job: notifier, severity: critical }, exp_annotations: { summary: 'What requests change cannot be stored, and is refused; is the disk full, was the database moved?' } }] }
      - { eval_time: 20m, alertname: NotifierCannotStore, exp_alerts: [] }
      - { eval_time: 45m, alertname: NotifierNothingArrives, exp_alerts: [{ exp_labels: { platform: slack, severity: critical }, exp_annotations: { summary: 'No delivery to slack arrives, though attempts are made' } }] }
`);
  const tried = promtool(['test', 'rules', scenario]);
  assert.equal(tried.status, 0, tried.output);
});

test('every option, path and file that the page names is there', () => {
  for (const [, option] of readme.matchAll(/(?<![\w-])--([a-z][a-z-]+)/g)) {
    if (['preset', 'build', 'target', 'install', 'now'].includes(option)) continue; // of others' programs
    assert.match(help, new RegExp(`^  --${option}\\b`, 'm'), option);
  }
  const { paths } = JSON.parse(readFileSync(new URL('examples/server/openapi.json', root), 'utf8'));
  for (const path of ['/healthz', '/readyz', '/metrics', '/openapi.json']) {
    assert.ok(readme.includes(path) && path in paths);
  }
  for (const [, name] of readme.matchAll(/\]\(deploy\/?([\w.-]*)\)/g)) if (name !== '') assert.ok(readdirSync(deploy).includes(name), name);
  for (const name of readdirSync(deploy)) assert.ok(readme.includes(name), name);
});

test('the token that the page has drawn opens what its scopes say, with the configuration that the page has', async () => {
  const drawn = spawnSync('bash', ['-euc', block('sh') && /^```sh\n(token=.*?)^```$/ms.exec(readme)[1]], { encoding: 'utf8' });
  assert.equal(drawn.status, 0, drawn.stderr);
  const [, token] = /^the token: ([0-9a-f]{64})$/m.exec(drawn.stdout);
  const sha256 = drawn.stdout.trim().split('\n').at(-1);
  const tokens = JSON.parse(block('json tokens.json'));
  tokens.tokens[1].sha256 = sha256;
  const file = join(folder.path, 'tokens.json');
  writeFileSync(file, JSON.stringify(tokens));
  const configuration = { ...JSON.parse(block('json server.json')), tokens: file, audit: join(folder.path, 'audit.ndjson'), import: fixture };
  const configured = join(folder.path, 'server.json');
  writeFileSync(configured, JSON.stringify(configuration), { mode: 0o600 });
  const server = await NotifierServer.startSending(folder.database, ['--config', configured, '--dry-run']);
  const headers = { Authorization: `Bearer ${token}` };
  assert.equal((await server.call('POST', '/v1/apps/shop/events', { type: 'restart' }, headers)).status, 202);
  assert.equal((await server.call('GET', '/v1/apps/shop/events', undefined, headers)).status, 403);
  assert.equal((await server.call('POST', '/v1/apps/empty/events', { type: 'restart' }, headers)).status, 403);
  assert.equal((await server.call('GET', '/readyz')).status, 200);
  assert.doesNotMatch(server.log, /holds secrets/);
  await server.stop();
});

test('what the page says of a backup and of the way back is so', async () => {
  let server = await NotifierServer.start(folder.database, '--import', fixture);
  const count = async () => (await server.call('GET', '/v1/apps/shop/notifiers')).body.notifiers.length;
  const before = await count();
  const copy = join(folder.path, 'backup.db');
  const lines = readme.split('\n').filter((line) => line.startsWith('notifier-server --database'));
  assert.equal(lines.length, 2);
  const bin = join(folder.path, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'notifier-server'), `#!/bin/sh\nexec ${program} "$@"\n`);
  chmodSync(join(bin, 'notifier-server'), 0o755);
  for (const line of lines) {
    const command = line.replaceAll('/var/lib/notifier/notifier.db', folder.database).replaceAll('/var/backups/notifier.db', copy).replaceAll('/var/backups/notifier.json', `${copy}.json`);
    const { status, stderr } = spawnSync('bash', ['-euc', command], { encoding: 'utf8', env: { ...process.env, PATH: `${bin}:${process.env.PATH}` } });
    assert.equal(status, 0, stderr);
  }
  assert.equal((await server.call('DELETE', '/v1/apps/shop/notifiers/no-slack')).status, 204);
  assert.equal(await count(), before - 1);
  await server.stop();
  spawnSync('bash', ['-euc', `cp ${copy} ${folder.database}; rm -f ${folder.database}-wal ${folder.database}-shm`]);
  server = await NotifierServer.start(folder.database);
  assert.equal(await count(), before);
  await server.stop();
  const other = NotifierServer.folder();
  server = await NotifierServer.start(other.database, '--import', `${copy}.json`);
  assert.equal(await count(), before);
  await server.stop();
  other.remove();
});

test('behind nginx, by the file that is here: TLS, one id for a request, streams without a buffer, no figures for strangers', async () => {
  mkdirSync(join(folder.path, 'dist/dashboard'), { recursive: true });
  for (const name of ['dashboard/index.html', 'index.js']) writeFileSync(join(folder.path, 'dist', name), 'export {};\n'.repeat(1000));
  const server = await NotifierServer.start(join(folder.path, 'proxied.db'), '--import', fixture, '--token', 'tok', '--host', '127.0.0.1', '--dashboard', join(folder.path, 'dist'));
  const port = await new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = probe.address();
      probe.close(() => resolve(free));
    });
  });
  const at = join(folder.path, 'nginx');
  mkdirSync(at);
  spawnSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=notifier.example.com', '-keyout', `${at}/privkey.pem`, '-out', `${at}/fullchain.pem`]);
  const conf = readFileSync(new URL('nginx.conf', deploy), 'utf8')
    .replaceAll('/etc/ssl/notifier', at).replace('127.0.0.1:7070', `127.0.0.1:${server.port}`).replace('listen 443', `listen 127.0.0.1:${port}`).replace(/server \{\n  listen 80;.*?^\}/ms, '');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${at}/${name};`).join(' ');
  writeFileSync(`${at}/nginx.conf`, `${process.getuid() === 0 ? 'user root; ' : ''}daemon off; pid ${at}/pid; error_log stderr; events {} http { access_log off; ${temporary}\n${conf}\n}`);
  const child = spawn(nginx(), ['-c', `${at}/nginx.conf`, '-p', at], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (data) => (said += data));
  after(() => child.kill('SIGTERM'));
  const ask = (path, { method = 'GET', body, headers = {}, onData } = {}) =>
    new Promise((resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port, path, method, rejectUnauthorized: false, headers: { Host: 'notifier.example.com', Authorization: 'Bearer tok', ...headers } }, (response) => {
        let text = '';
        response.on('data', (data) => {
          text += data;
          onData?.(text, asked);
        });
        response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
        response.on('error', () => resolve({ text }));
      });
      asked.on('error', reject);
      asked.end(body);
    });
  let ready;
  for (let i = 0; i < 100 && ready?.status !== 200; ++i) {
    await sleep(50);
    ready = await ask('/readyz').catch(() => undefined);
  }
  assert.equal(ready?.status, 200, said);
  const listed = await ask('/v1/apps', { headers: { 'X-Request-Id': 'of the client' } });
  assert.equal(listed.status, 200);
  assert.match(listed.headers['x-request-id'], /^[0-9a-f]{32}$/);
  const line = `"request_id":"${listed.headers['x-request-id']}"`;
  for (let i = 0; i < 100 && !server.log.includes(line); ++i) await sleep(20); // it comes beside the answer
  assert.ok(server.log.includes(line), server.log);
  assert.equal((await ask('/metrics')).status, 404);
  // What is nobody's secret is sent short, and nothing else.
  const packed = { headers: { 'Accept-Encoding': 'gzip' } };
  for (const path of ['/', '/index.js']) assert.equal((await ask(path, packed)).headers['content-encoding'], 'gzip', path);
  assert.equal((await ask('/v1/apps/shop/notifiers', packed)).headers['content-encoding'], undefined);
  assert.equal((await ask('/v1/apps', { headers: { Authorization: 'Bearer wrong' } })).status, 401);
  // What is written to a stream is there at once.
  const streamed = ask('/v1/apps/shop/stream', { onData: (text, asked) => text.includes('"type":"restart"') && asked.destroy() }).catch(() => ({ text: '' }));
  await sleep(300);
  const began = Date.now();
  assert.equal((await ask('/v1/apps/shop/events', { method: 'POST', body: '{"type":"restart"}', headers: { 'Content-Type': 'application/json' } })).status, 202);
  await streamed;
  assert.ok(Date.now() - began < 3_000);
  // A big event, and one that is too big.
  const event = (bytes) => JSON.stringify({ type: 'restart', type_data: { text: 'x'.repeat(bytes) } });
  assert.equal((await ask('/v1/apps/empty/events', { method: 'POST', body: event(7 << 20), headers: { 'Content-Type': 'application/json' } })).status, 202);
  assert.equal((await ask('/v1/apps/empty/events', { method: 'POST', body: event(9 << 20), headers: { 'Content-Type': 'application/json' } }).catch(() => ({ status: 413 }))).status, 413);
  child.kill('SIGTERM');
  await server.stop();
});
