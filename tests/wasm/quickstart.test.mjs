// The first program of the README, in both languages: from an empty folder to Slack and mail.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { packageFolder, root } from './package.mjs';
import { startMailServer } from './targets.mjs';

const folder = mkdtempSync(join(tmpdir(), 'notifier-quickstart-'));
after(() => rmSync(folder, { recursive: true, force: true }));
mkdirSync(join(folder, 'node_modules'));
symlinkSync(packageFolder, join(folder, 'node_modules/notifier-wasm'));
symlinkSync(join(root, 'tests/node_modules/nodemailer'), join(folder, 'node_modules/nodemailer'));
const source = readFileSync(join(root, 'examples/quickstart.mjs'), 'utf8');
const program = join(folder, 'quickstart.mjs');
writeFileSync(program, source);

/** Without what follows from ids, which are drawn. */
const steady = (output) => output.replaceAll('\r\n', '\n').replace(/msg_[0-9a-f]{32}/g, 'msg_ID').replace(/=_[0-9a-f]{32}/g, '=_BOUNDARY');
const recorded = readFileSync(join(root, 'tests/data/quickstart.txt'), 'utf8');

test('in JavaScript it prints what was recorded', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program], { encoding: 'utf8', cwd: folder });
  assert.equal(status, 0, stderr);
  assert.equal(steady(stdout), recorded);
});

test('in C++ it prints the same', { skip: !existsSync(process.env.NOTIFIER_QUICKSTART ?? '') }, () => {
  const { status, stdout, stderr } = spawnSync(process.env.NOTIFIER_QUICKSTART, { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  assert.equal(steady(stdout), recorded);
});

test('each is less than sixty lines long', () => {
  for (const name of ['quickstart.cpp', 'quickstart.mjs']) {
    const lines = readFileSync(join(root, 'examples', name), 'utf8').trimEnd().split('\n').length;
    assert.ok(lines < 60, `${name}: ${lines}`);
  }
});

test('--send sends: a mail arrives, and an address of this machine is nobody that chats are sent to', async () => {
  const mails = await startMailServer();
  writeFileSync(program, source.replace('https://hooks.slack.com/', 'http://127.0.0.1:9/'));
  const child = spawn(process.execPath, [program, '--send', `smtp://127.0.0.1:${mails.port}`], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stdout.on('data', (data) => (said += data));
  child.stderr.on('data', (data) => (said += data));
  const status = await new Promise((resolve) => child.on('close', resolve));
  await mails.close();
  assert.equal(status, 0, said);
  const [shift, maintenance] = said.trimEnd().split('\n').slice(-2);
  assert.match(shift, /^shift: .*(private|local|loopback|address)/);
  assert.match(maintenance, /^maintenance: /);
  assert.equal(mails.mails.length, 1);
  assert.deepEqual(mails.mails[0].to, ['maintenance@factory.example']);
});
