// Made the files beside it, with release 1.0.0 of the server and of the package. Only that release can make them again:
//
//     node make.mjs SERVER PACKAGE
//
// SERVER is 1.0.0's notifier-server, PACKAGE the folder of 1.0.0's npm package, built. Needs `sqlite3` and the packages of ../../node_modules.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { smtpError, startMailServer, until } from '../../wasm/targets.mjs';

const [program, packageFolder] = process.argv.slice(2);
const here = fileURLToPath(new URL('.', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'notifier-1.0.0-'));
const port = 47_100;

// ---- who receives: /NNN answers that status, /hang never ------------------------------------------------------------

const hanging = [];
const target = createServer((request, response) => {
  const what = request.url.split('/')[1];
  request.resume().on('end', () => {
    if (what === 'hang') return hanging.push(request.headers['webhook-id']);
    return response.writeHead(Number(what)).end(Number(what) === 200 ? 'ok' : 'no');
  });
  request.on('error', () => {});
});
await new Promise((resolve) => target.listen(port, '127.0.0.1', resolve));
const mail = await startMailServer({ judge: (address) => (address.startsWith('grey') ? smtpError(451, '4.7.1 later') : address.startsWith('no') ? smtpError(550, '5.1.1 nobody') : undefined) });

// ---- what is told to whom -------------------------------------------------------------------------------------------

const url = (path) => `http://127.0.0.1:${port}/${path}`;
const secret = (byte) => `whsec_${Buffer.alloc(32, byte).toString('base64')}`;
const configuration = {
  version: 1,
  apps: [
    {
      id: 'app-shop', name: 'shop', project_id: 'prj-1', owner: { id: 'us-1', username: 'ann', email: 'ann@example.com' },
      notifiers: [
        { id: 'no-slack', name: 'ops', platform: 'slack', send_all_events: true, type_data: { webhook_url: url('503/slack/T/B/secret-slack') } },
        { id: 'no-rocket', name: 'chat', platform: 'rocket_chat', selected_events: ['app_deployed', 'app_restarted'], type_data: { webhook_url: url('400/rocket/secret-rocket') } },
        { id: 'no-hook', name: 'hook', platform: 'webhook', send_all_events: true, type_data: { webhook_url: url('200/hook?key=secret-hook'), signing_secret: secret(5) } },
        { id: 'no-hang', name: 'slow', platform: 'webhook', send_all_events: true, type_data: { webhook_url: url('hang/secret-hang') } },
        { id: 'no-mail', name: 'people', platform: 'email', send_all_events: true, send_all_alerts: true, type_data: { emails: ['ops@example.com'], user_ids: ['us-1', 'us-2'] } },
        { id: 'no-grey', name: 'later', platform: 'email', send_all_events: true, type_data: { emails: ['grey@example.com', 'grey2@example.com'], user_ids: [] } },
        { id: 'no-one', name: 'nobody', platform: 'email', send_all_events: true, type_data: { emails: [], user_ids: [] } },
        { id: 'no-gone', name: 'gone', platform: 'webhook', send_all_events: true, type_data: { webhook_url: url('410/gone') } },
      ],
    },
    { id: 'app-own', name: 'own', notifiers: [
      { id: 'no-own', name: 'backups', platform: 'webhook', selected_event_ids: ['et-backup'], type_data: { webhook_url: url('200/own') } },
      { id: 'no-off', name: 'off', platform: 'webhook', active: false, send_all_events: true, type_data: { webhook_url: url('200/off') } },
    ] },
  ],
  users: [{ id: 'us-1', username: 'ann', email: 'ann@example.com' }, { id: 'us-2', username: 'b\u00e9n \u{1f600}', email: 'ben@example.com' }],
  email_from: 'Notifier <notifier@example.com>',
  link_base: 'https://dashboard.example.com',
  event_categories: [{ id: 'cat-own', name: 'backups', display_name: 'Backups', position: 20 }],
  event_types: [{ id: 'et-backup', name: 'backup_gone', display_name: 'A backup is gone', description: '', category_id: 'cat-own', kinds: ['backup/gone'] }],
};
const events = ['ev-1', 'ev-2', 'ev-3'].map((id, i) => ({
  id, created_at: `2024-05-14T09:46:4${i}.077Z`, type: 'restart', app_id: 'app-shop', app_name: 'shop', user: { username: 'ann', email: 'ann@example.com', id: 'us-1' }, type_data: { scope: ['web'] },
}));
const ownEvent = { created_at: '2024-05-14T09:47:00.000Z', type: 'backup/gone', app_id: 'app-own', app_name: 'own', type_data: { name: 'db "1" \u00e9\\' } };

// ---- the servers ----------------------------------------------------------------------------------------------------

/** Runs a server on an empty file until everything has been tried and one delivery hangs, and kills it. */
async function fill(command, args, database) {
  const imported = join(folder, 'import.json');
  writeFileSync(imported, JSON.stringify(configuration));
  const child = spawn(command, [...args, '--port', '0', '--database', database, '--import', imported, '--smtp', `${mail.url}?starttls=off`,
    '--allow-private-targets', '--no-access-log', '--retry-delays', '0.2,36000'], { stdio: ['ignore', 'pipe', 'inherit'], cwd: join(here, '../..') });
  let text = '';
  child.stdout.on('data', (data) => (text += data));
  await until(() => text.includes('\n'), 'the server');
  const base = `http://127.0.0.1:${/:(\d+)/.exec(text)[1]}`;
  const call = async (method, path, body) => {
    const answer = await fetch(base + path, { method, headers: { 'content-type': 'application/json' }, body: body && JSON.stringify(body) });
    assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
    return answer.json();
  };
  hanging.length = 0;
  for (const event of events) await call('POST', '/v1/apps/app-shop/events', event);
  await call('POST', '/v1/apps/app-own/events', ownEvent);
  const states = async () => {
    const all = [];
    for (const app of configuration.apps) for (const { id } of app.notifiers) all.push(...(await call('GET', `/v1/apps/${app.id}/notifiers/${id}/deliveries`)).deliveries);
    return all;
  };
  const count = (all, state, attempts) => all.filter((one) => one.state === state && (attempts === undefined || one.attempts.length === attempts)).length;
  // Three events and that a notifier was switched off. Delivered: by the hook, mails, the own event; after two attempts waiting: Slack's and mails; one notifier hangs.
  await until(async () => {
    const all = await states();
    return count(all, 'delivered') === 9 && count(all, 'pending', 2) === 8 && count(all, 'pending', 0) === 4 && count(all, 'dead') >= 8 && hanging.length === 4;
  }, 'every state', 20_000);
  child.kill('SIGKILL');
  await new Promise((resolve) => child.on('close', resolve));
}

const database = join(folder, 'notifier.db');
await fill(program, [], database);
const sqlite = (sql) => execFileSync('sqlite3', [database, sql], { encoding: 'utf8' });
const pragmas = ['auto_vacuum', 'application_id', 'user_version'].map((name) => `PRAGMA ${name} = ${sqlite(`PRAGMA ${name}`).trim()};\n`).join('');
assert.equal(sqlite('PRAGMA journal_mode').trim(), 'wal');
writeFileSync(join(here, 'notifier.sql'), `${pragmas}PRAGMA journal_mode = WAL;\n${sqlite('.dump')}`);

const json = join(folder, 'notifier.json');
await fill(process.execPath, [join(packageFolder, 'dist/cli/main.js'), 'serve'], json);
for (const suffix of ['', '.outbox']) copyFileSync(json + suffix, join(here, `notifier.json${suffix}`));

// ---- an outbox of the package, embedded -----------------------------------------------------------------------------

const { createEngine } = await import(pathToFileURL(join(packageFolder, 'dist/index_node.js')));
const { Outbox } = await import(pathToFileURL(join(packageFolder, 'dist/node.js')));
const engine = await createEngine();
engine.load(JSON.stringify(configuration));
const file = join(folder, 'outbox.ndjson');
const verdicts = { 'no-slack': ['retry', 503], 'no-rocket': ['fail', 400], 'no-hook': ['delivered', 200], 'no-mail': ['delivered', 250], 'no-grey': ['retry', 451], 'no-gone': ['disable', 410], 'no-own': ['delivered', 200] };
const sender = {
  send: ({ notifierId }) => {
    const known = verdicts[notifierId];
    return known ? Promise.resolve({ action: known[0], status: known[1], reason: 'because' }) : new Promise(() => {});
  },
};
const ended = [];
const outbox = await Outbox.open({ file, sender, secrets: (id) => engine.signingSecrets(id), retry: { delaysMs: [100, 36_000_000] }, limits: { slack: { minIntervalMs: 0 } }, onAttempt: (report) => ended.push(report) });
for (const event of [...events, ownEvent]) await outbox.enqueue(engine.route(JSON.stringify(event)));
await until(() => ended.filter(({ state }) => state === 'pending').length === 12 && ended.filter(({ state }) => state === 'delivered').length === 7, 'every attempt', 20_000);
await new Promise((resolve) => setTimeout(resolve, 500)); // what came of attempts is written by and by
copyFileSync(file, join(here, 'outbox.ndjson'));

target.closeAllConnections();
target.close();
rmSync(folder, { recursive: true, force: true });
process.exit(0);
