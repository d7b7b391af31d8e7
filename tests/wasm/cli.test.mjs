// The command line.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { configuration, event, file, installed, packageFolder, steadyEngine } from './package.mjs';

const folder = mkdtempSync(join(tmpdir(), 'notifier-cli-'));
after(() => rmSync(folder, { recursive: true }));
const write = (name, value) => {
  const path = join(folder, name);
  writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value));
  return path;
};
const config = write('config.json', configuration);
const run = (args, input = '') => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [file('dist/cli/main.js'), ...args], { input, encoding: 'utf8', maxBuffer: 1 << 28, cwd: folder });
  return { status, stdout, stderr };
};
const json = JSON.stringify(event);

test('both bins are installed and run', () => {
  for (const bin of ['notifier-wasm', 'notifier']) {
    const { status, stdout } = spawnSync(join(installed, 'node_modules/.bin', bin), ['--version'], { encoding: 'utf8' });
    assert.equal(status, 0);
    assert.equal(stdout.trim(), JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')).version);
  }
});

test('help tells usage and exit status of every command', () => {
  for (const args of [['--help'], ...['route', 'preview', 'explain', 'validate', 'send', 'serve'].map((command) => [command, '--help'])]) {
    const { status, stdout, stderr } = run(args);
    assert.equal(status, 0);
    assert.match(stdout, /^Usage: notifier-wasm /);
    assert.match(stdout, /Exit status: 0/);
    assert.equal(stderr, '');
  }
});

test('a wrong command line ends with 2 and says what is wrong', () => {
  for (const args of [[], ['fly'], ['route'], ['route', config, 'more'], ['route', config, '--fly'], ['route', config, '--now', 'soon'], ['serve', 'x'], ['serve', '--port', 'x'], ['serve', '--port', '70000'], ['serve', '--host', '0.0.0.0'], ['serve', '--cors', '*'], ['explain', config, '--event']]) {
    const { status, stdout, stderr } = run(args);
    assert.equal(status, 2, args.join(' '));
    assert.equal(stdout, '');
    assert.match(stderr, /^notifier-wasm: ./);
    assert.ok(!stderr.includes('    at '), stderr);
  }
});

test('the first mistakes of a newcomer are told with what to do', () => {
  const slack = { name: 'ops', platform: 'slack', send_all_events: true, type_data: { webhook_url: 'https://hooks.slack.com/services/T/B/x' } };
  let files = 0;
  const configured = (notifier) => write(`mistake-${++files}.json`, JSON.stringify({ version: 1, apps: [{ id: '1', name: 'shop', notifiers: [{ ...slack, ...notifier }] }] }));
  const fine = configured({});
  const said = (args, input) => {
    const { status, stderr } = run(args, input);
    assert.ok(!/ at .+:\d+:\d+\)?$/m.test(stderr), stderr);
    return [status, stderr.replaceAll(fine, 'CONFIG').trim()];
  };
  const restart = '{"type":"restart","app_id":"1"}';
  // A platform that is not there, no URL, a URL that is none, JSON that is none, an event for a configuration.
  const faulty = [
    [configured({ platform: 'pigeon' }), /apps\[0\]\.notifiers\[0\]\.platform: is no platform: 'pigeon'; there are /],
    [configured({ type_data: {} }), /apps\[0\]\.notifiers\[0\]\.type_data\.webhook_url: can't be blank/],
    [configured({ type_data: { webhook_url: 'hooks.slack.com/services/T/B/x' } }), /type_data\.webhook_url: must begin with http:\/\/ or https:\/\//],
    [write('half.json', '{"version":1,'), /half\.json: byte 13: the text ends at byte 13, expected a key in double quotes/],
    [write('event.json', restart), /type: is not known here; there are version, apps, [^]*apps: is missing: an array of apps, \[\] for none/],
  ];
  for (const [path, expected] of faulty) {
    const [status, stderr] = said(['route', path], restart);
    assert.equal(status, 2);
    assert.match(stderr, expected);
  }
  // A wrong option, a wrong command, a notifier that is not there.
  assert.deepEqual(said(['route', fine, '--nwo', 'x']), [2, 'notifier-wasm: there is no option --nwo; did you mean --now?']);
  assert.deepEqual(said(['route', fine, '--xyz']), [2, 'notifier-wasm: there is no option --xyz; see --help']);
  assert.deepEqual(said(['rotue', fine]), [2, 'notifier-wasm: there is no command rotue; see notifier-wasm --help']);
  assert.deepEqual(said(['preview', fine, '--notifier', 'devs'], restart), [1, 'notifier-wasm: CONFIG has no notifier devs; there are ops']);
  // An event without a type, of another app, that is no JSON, that is too large.
  const nobody = 'notifier-wasm: nobody is told of any of these events; ';
  assert.deepEqual(said(['send', fine, '--dry-run'], '{"app_id":"1"}'), [0, 'notifier-wasm: some events have no type, and say only that an event happened']);
  assert.match(run(['explain', fine, '--event', '{"app_id":"1"}']).stdout, /about the app 'shop'; it has no type\nyes .*: send_all_events is on, and covers events without a type/);
  assert.deepEqual(said(['route', fine], '{"type":"restart","app_id":"shpo"}'), [0, `${nobody}--explain says why`]);
  assert.deepEqual(said(['send', fine, '--dry-run'], '{"type":"restart","app_id":"shpo"}'), [0, `${nobody}notifier-wasm explain says why`]);
  assert.match(run(['explain', fine, '--event', '{"type":"restart","app_id":"shpo"}']).stdout, /^The event is about an app that is not registered: 'shpo'/);
  assert.deepEqual(said(['route', fine], "{'type':1}"), [1, "notifier-wasm: line 1, byte 1: expected a key in double quotes, or '}' at byte 1"]);
  assert.deepEqual(said(['route', fine], JSON.stringify({ type: 'restart', app_id: '1', x: 'a'.repeat(9e6) })), [1, 'notifier-wasm: line 1: the text has 8388609 bytes, the limit is 8388608']);
  // The same of the program in C++.
  const native = (args, input) => {
    const { status, stderr } = spawnSync(process.env.NOTIFIER_ROUTE, args, { input, encoding: 'utf8' });
    return [status, stderr.replaceAll(fine, 'CONFIG')];
  };
  for (const [path, expected] of faulty) {
    const [status, stderr] = native([path], restart);
    assert.equal(status, 2);
    if (!expected.source.startsWith('half')) assert.match(stderr.replaceAll(/^  (\S+) /gm, '$1: '), expected);
  }
  assert.deepEqual(native([fine], '{"type":"restart","app_id":"shpo"}'), [0, 'notifier-route: nobody is told of any of these events; --explain says why\n']);
  assert.match(native(['--nwo', fine])[1], /^notifier-route: unknown option --nwo\nusage: /);
});

test('route writes what routeLines gives', async () => {
  const engine = await steadyEngine();
  const input = Array.from({ length: 2000 }, (_, i) => JSON.stringify({ ...event, id: `ev-${i}` })).join('\n');
  const { status, stdout, stderr } = run(['route', config, '--now', '2024-05-14T09:46:42Z'], input);
  assert.equal(stderr, '');
  assert.equal(status, 0);
  assert.equal(stdout, Buffer.from(engine.routeLines(input)).toString());
});

test('route tells of bad lines on standard error, and goes on', () => {
  const { status, stdout, stderr } = run(['route', config], `${json}\n{"a":}\n\n[]\n${json}\n`);
  assert.equal(status, 1);
  assert.equal(stdout.trim().split('\n').length, 8);
  const lines = stderr.trim().split('\n');
  assert.equal(lines.length, 2);
  assert.match(lines[0], /\b2\b.*\b5\b/);
  assert.match(lines[1], /\b4\b/);
});

test('a byte order mark before a configuration or the first event is skipped, by every command that reads one', () => {
  const marked = write('marked.json', `\ufeff${JSON.stringify(configuration)}`);
  const markedEvent = write('marked-event.json', `\ufeff${json}`);
  const same = (args, input, marks) => {
    const plain = run(args.map((arg) => (arg === markedEvent ? write('event.json', json) : arg)), input);
    assert.deepEqual(run(args.map((arg) => (arg === config ? marked : arg)), marks), plain, args.join(' '));
    assert.equal(plain.status, 0);
    assert.equal(plain.stderr, '');
  };
  same(['route', config], `${json}\n${json}`, `\ufeff${json}\n${json}`);
  same(['route', config, '--explain'], `${json}\n`, `\ufeff${json}\n`);
  same(['send', config, '--dry-run', '--json'], `${json}\n`, `\ufeff${json}\n`);
  same(['preview', config], json, `\ufeff${json}`);
  same(['explain', config], json, `\ufeff${json}`);
  same(['explain', config, '--event', markedEvent], '', '');
  same(['validate', '-'], JSON.stringify(configuration), `\ufeff${JSON.stringify(configuration)}`);
  const { status, stderr } = run(['route', config], `${json}\n\ufeff${json}\n`);
  assert.equal(status, 1);
  assert.match(stderr, /line 2, byte 0: /);
});

test('--now is read as the module reads times, whatever the zone of the machine', () => {
  const mail = { apps: [{ name: 'shop', notifiers: [{ name: 'mail', platform: 'email', send_all_events: true, type_data: { emails: ['a@example.org'] } }] }] };
  const path = write('mail.json', mail);
  const input = JSON.stringify({ type: 'restart', app_name: 'shop' });
  for (const now of ['2018-05-14T09:46:42Z', '2018-05-14 09:46:42 UTC', '2018-05-14t11:46:42.077+0200', '2018-05-14 11:46:42,5 +02']) {
    const { stdout, stderr } = run(['route', path, '--now', now], input);
    assert.equal(stderr, '');
    assert.match(JSON.parse(stdout).message, /\r\nDate: Mon, 14 May 2018 09:46:42 \+0000\r\n/, now);
  }
  for (const now of ['2018-05-14T09:46:42', '2018-05-14', '1526291202077', '14 May 2018 09:46 UTC', '2018-02-29T09:46:42Z', '2018-05-14T24:00:00Z', '2018-05-14T09:46:42+2:00']) {
    const { status, stderr } = run(['route', path, '--now', now], input);
    assert.equal(status, 2, now);
    assert.match(stderr, /--now needs a time with its zone/);
  }
});

test('route explains', () => {
  const { status, stdout } = run(['route', config, '--explain'], `${json}\n`);
  assert.equal(status, 0);
  assert.match(stdout, /sends_all_events/);
  assert.match(stdout, /inactive/);
});

test('route ends quietly when nobody reads its output', () => {
  const input = write('many.ndjson', `${json}\n`.repeat(20_000));
  const { status, stderr } = spawnSync('bash', ['-c', `set -o pipefail; "${process.execPath}" "${file('dist/cli/main.js')}" route "${config}" < "${input}" | head -n 1 >/dev/null`], { encoding: 'utf8' });
  assert.equal(stderr, '');
  assert.equal(status, 0);
});

test('explain says yes or no and why, for people and for programs', () => {
  const people = run(['explain', config], json);
  assert.equal(people.status, 0);
  assert.match(people.stdout, /^yes {2}ops \(slack\): /m);
  assert.match(people.stdout, /^no {3}off \(webhook\): /m);
  assert.ok(!people.stdout.includes('\x1b'));
  const programs = JSON.parse(run(['explain', config, '--json', '--event', write('event.json', json)]).stdout);
  assert.equal(programs.notifiers.length, 5);
  assert.equal(run(['explain', config], '{').status, 1);
});

test('preview shows what would be sent, and keeps URLs to itself', async () => {
  const engine = await steadyEngine();
  const people = run(['preview', config, '--notifier', 'ops'], json);
  assert.equal(people.status, 0);
  assert.match(people.stdout, /POST https:\/\/hooks\.slack\.com\/\.\.\./);
  assert.ok(!people.stdout.includes('/services/'));
  const programs = run(['preview', config, '--json'], json).stdout.trim().split('\n').map((line) => JSON.parse(line));
  assert.equal(programs.length, 5);
  assert.deepEqual(programs.slice(0, 4), engine.route(json));
  assert.equal(run(['preview', config, '--notifier', 'nobody'], json).status, 1);
  assert.equal(run(['preview', config], '[').status, 1);
});

test('validate names every fault by its place', () => {
  assert.match(run(['validate', config]).stdout, /is valid: 1 app, 5 notifiers/);
  assert.deepEqual(JSON.parse(run(['validate', config, '--json']).stdout), { valid: true, apps: 1, notifiers: 5 });
  const faulty = { version: 1, apps: [{ name: 'a', notifiers: [{ name: '', platform: 'slack' }, { name: 'b', platform: 'fax' }] }] };
  const { status, stderr } = run(['validate', write('faulty.json', faulty)]);
  assert.equal(status, 1);
  assert.match(stderr, /apps\[0\]\.notifiers\[0\]\.name/);
  assert.match(stderr, /apps\[0\]\.notifiers\[1\]/);
  const programs = run(['validate', '-', '--json'], JSON.stringify(faulty));
  assert.equal(programs.status, 1);
  assert.ok(JSON.parse(programs.stdout).fields.length >= 2);
  assert.match(run(['validate', write('broken.json', '{"version":1,')]).stderr, /byte 13/);
});

test('a configuration that is missing or faulty ends with 2', () => {
  for (const path of [join(folder, 'missing.json'), write('bad.json', '{'), folder]) {
    const { status, stdout, stderr } = run(['route', path], json);
    assert.equal(status, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /^notifier-wasm: ./);
    assert.ok(!stderr.includes('    at '));
  }
});
