// node tests/bench/js/bench.mjs PACKAGE RESULTS.json: measures the package in Node.js, keeps the rows for table.py.

import { readFileSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { median } from './measure.mjs';
import { measureAll, measureLoad } from './measures.mjs';

const [folder, file] = process.argv.slice(2);
const entry = pathToFileURL(join(folder, 'dist/index_node.js')).href;
const { createEngine } = await import(entry);
const results = [];

function report(row) {
  results.push(row);
  const { measure, ours, peer, unit, peer_name: name } = row;
  console.error(peer === undefined ? `        ${measure}: ${ours.toFixed(1)} ${unit}` : `${row.ratio.toFixed(2).padStart(6)}  ${measure}: ${ours.toFixed(0)}, ${peer.toFixed(0)} ${unit}, ${name}`);
}

await measureAll(createEngine, report);
await measureLoad(createEngine, report);

const start = `const began = process.hrtime.bigint();
const { createEngine } = await import(${JSON.stringify(entry)});
const engine = await createEngine();
engine.load('{"version":1,"apps":[{"id":"a","name":"a","notifiers":[{"name":"n","platform":"slack","send_all_events":true,"type_data":{"webhook_url":"https://x.example/"}}]}]}');
engine.route('{"type":"restart","app_id":"a"}');
console.log(Number(process.hrtime.bigint() - began) / 1e6);`;
const starts = Array.from({ length: 20 }, () => Number(execFileSync(process.execPath, ['--input-type=module', '--eval', start])));
report({ measure: 'from before import() to the first routed event', ours: median(starts), unit: 'ms', must: 12, aim: 12, at_most: true });
report({ measure: 'notifier.wasm, brotli', ours: brotliCompressSync(readFileSync(join(folder, 'dist/notifier.wasm'))).length / 1024, unit: 'KB' });
writeFileSync(file, JSON.stringify(results));
