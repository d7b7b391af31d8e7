// What the servers take in, beside a bare loop that keeps the same rows; and what reads lose beside writes.
//
//     node server.mjs ROUNDS SECONDS
//
// In turn: a bare loop, each server with 200 clients that post events, reads alone, reads beside posts. Prints medians and ratios. Called
// by tests/bench/run server.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [, , rounds = '5', seconds = '4'] = process.argv;
const root = new URL('../..', import.meta.url).pathname;
const node22 = join(root, 'tests/node_modules/node22/bin/node');
const folder = mkdtempSync(join(tmpdir(), 'notifier-bench-'));
const event = JSON.stringify({ type: 'restart', app_name: 'shop', type_data: { scope: ['web'], addon: 'x'.repeat(40) } });
const script = join(folder, 'post.lua');
writeFileSync(script, `wrk.method = 'POST'\nwrk.headers['Content-Type'] = 'application/json'\nwrk.body = '${event}'\n`);
const config = join(folder, 'config.json');
writeFileSync(config, JSON.stringify({ version: 1, apps: [{ id: 'app', name: 'shop', notifiers: [] }] }));
let count = 0;
const file = () => join(folder, `${++count}.db`);

const programs = {
  'notifier-server': { command: [join(root, 'build/gcc17/examples/server/notifier-server')], bare: [join(root, 'build/bench/bare_inserts')] },
  'notifier serve': { command: [node22, '--no-warnings', join(root, 'wasm/dist/cli/main.js'), 'serve'], bare: [node22, '--no-warnings', join(root, 'tests/bench/bare_inserts.mjs')] },
};

function run([command, ...args]) {
  const { status, stdout, stderr } = spawnSync(command, args.map(String), { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command}: ${stderr}`);
  return stdout;
}

async function start([command, ...args]) {
  const child = spawn(command, [...args, '--port', '0', '--database', file(), '--import', config, '--no-access-log', '--keep-events', '1000000'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data');
  return { url: `http://127.0.0.1:${/:(\d+)/.exec(String(line))[1]}`, stop: () => (child.kill(), once(child, 'close')) };
}

/** Requests a second that are answered with success. */
async function load(connections, url, more = []) {
  const wrk = spawn('wrk', ['-t1', `-c${connections}`, `-d${seconds}s`, ...more, url], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  wrk.stdout.on('data', (piece) => (text += piece));
  await once(wrk, 'close');
  if (/Non-2xx/.test(text)) throw new Error(text);
  return Number(/Requests\/sec: +([\d.]+)/.exec(text)[1]);
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const found = {};
const note = (name, figure) => (found[name] ??= []).push(figure);

try {
  for (let round = 0; round < Number(rounds); ++round) {
    for (const [name, { command, bare }] of Object.entries(programs)) {
      const path = file();
      run([join(root, 'build/bench/bare_inserts'), path, 0, event]); // the tables
      note(`${name}: bare`, Number(run([...bare, path, seconds, event])));
      const server = await start(command);
      note(`${name}: events`, await load(200, `${server.url}/v1/apps/shop/events`, ['-s', script]));
      const reads = `${server.url}/v1/apps/shop/notifiers`;
      note(`${name}: reads`, await load(50, reads));
      const [beside] = await Promise.all([load(50, reads), load(50, `${server.url}/v1/apps/shop/events`, ['-s', script])]);
      note(`${name}: reads beside`, beside);
      await server.stop();
    }
  }
  for (const name of Object.keys(programs)) {
    const [bare, events, reads, beside] = ['bare', 'events', 'reads', 'reads beside'].map((what) => median(found[`${name}: ${what}`]));
    console.log(`${name}: ${events.toFixed(0)} events/s of ${bare.toFixed(0)} rows/s bare: ${(events / bare).toFixed(2)}; ${reads.toFixed(0)} reads/s alone, ${beside.toFixed(0)} beside posts: ${(beside / reads).toFixed(2)}`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
