// The native program and the module give the same bytes.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { corpus, corpusConfiguration } from './corpus.mjs';
import { createEngineSync, file } from './package.mjs';

const folder = mkdtempSync(join(tmpdir(), 'notifier-same-'));
after(() => rmSync(folder, { recursive: true }));
const config = join(folder, 'config.json');
const configuration = JSON.stringify(corpusConfiguration());
writeFileSync(config, configuration);
const lines = corpus(3000);
const input = Buffer.from(`${lines.join('\n')}\n`);
const nativeProgram = process.env.NOTIFIER_ROUTE;

function native(...args) {
  const { stdout, stderr, error } = spawnSync(nativeProgram, [...args, config], { input, maxBuffer: 1 << 29 });
  assert.equal(error, undefined);
  return { stdout, stderr: stderr.toString() };
}

/** The first place where two outputs differ, readable. */
function same(actual, expected) {
  if (Buffer.compare(actual, expected) === 0) return;
  const ours = actual.toString().split('\n');
  const theirs = expected.toString().split('\n');
  const line = ours.findIndex((text, i) => text !== theirs[i]);
  assert.equal(ours[line], theirs[line], `line ${line}`);
  assert.equal(ours.length, theirs.length);
}

test('the corpus reaches every platform, thousands of times', () => {
  const { stdout } = native();
  const counts = {};
  for (const line of stdout.toString().trim().split('\n')) {
    const { platform } = JSON.parse(line);
    counts[platform] = (counts[platform] ?? 0) + 1;
  }
  for (const { name: platform } of createEngineSync(readFileSync(file('dist/notifier.wasm'))).catalogue().platforms) assert.ok(counts[platform] >= 2000, `${platform}: ${counts[platform]}`);
});

for (const name of ['notifier.wasm', 'notifier-scalar.wasm']) {
  test(`${name} routes and explains as notifier-route does`, () => {
    const engine = createEngineSync(readFileSync(file(`dist/${name}`)), { clock: () => 0, ids: null });
    engine.load(configuration);
    const { stdout, stderr } = native();
    const output = engine.routeLines(input);
    const isError = (line) => line.startsWith('{"line":');
    const text = Buffer.from(output).toString().split('\n');
    same(Buffer.from(text.filter((line) => !isError(line)).join('\n')), stdout);
    const errors = text.filter(isError).map((line) => JSON.parse(line));
    assert.ok(errors.length > 0);
    assert.equal(errors.map(({ line, error }) => `notifier-route: line ${line}, byte ${error.offset}: ${error.message}\n`).join(''), stderr);
    same(Buffer.from(Buffer.from(engine.routeLines(input, { explain: true })).toString().split('\n').filter((line) => !isError(line)).join('\n')), native('--explain').stdout);
  });
}

test('the command line writes what the native program writes, on both outputs', () => {
  const { stdout, stderr } = spawnSync(process.execPath, [file('dist/cli/main.js'), 'route', config], { input, maxBuffer: 1 << 29 });
  const expected = native();
  same(stdout, expected.stdout);
  assert.equal(stderr.toString().replaceAll('notifier-wasm:', 'notifier-route:'), expected.stderr);
});

test('route gives one by one what routeLines gives', () => {
  const engine = createEngineSync(readFileSync(file('dist/notifier.wasm')), { clock: () => 0, ids: null });
  engine.load(configuration);
  const expected = native().stdout.toString().trim().split('\n').map((line) => JSON.parse(line));
  let at = 0;
  for (const line of lines) {
    let deliveries;
    try {
      deliveries = engine.route(line);
    } catch (error) {
      assert.equal(error.code, 'invalid_json');
      continue;
    }
    for (const { eventId, notifierId, notifierName, platform, envelope, raw, method, url, headers, body, truncations } of deliveries) {
      const rest = platform === 'email' ? { ...envelope, message: raw } : { method, url, headers, body };
      assert.deepEqual({ event_id: eventId, notifier_id: notifierId, notifier_name: notifierName, platform, ...rest, truncations }, expected[at++]);
    }
  }
  assert.equal(at, expected.length);
});
