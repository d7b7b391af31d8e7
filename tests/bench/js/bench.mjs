// node tests/bench/js/bench.mjs PACKAGE [--json FILE] [--no-load]

import { readFileSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { brotliCompressSync } from 'node:zlib';
import { median } from './measure.mjs';
import { measureAll, measureLoad } from './measures.mjs';

const { values, positionals: [folder] } = parseArgs({ allowPositionals: true, options: { json: { type: 'string' }, 'no-load': { type: 'boolean' } } });
const entry = pathToFileURL(join(folder, 'dist/index_node.js')).href;
const { createEngine } = await import(entry);
const results = [];

const number = (value) => (value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(1));
const print = (cells) => console.log(`| ${cells.join(' | ')} |`);

function report(row) {
  const { measure, ours, peer, unit, name = '', must, aim, most } = row;
  const ratio = peer === undefined ? undefined : peer / ours;
  const met = most !== undefined ? ours <= most : must === undefined ? undefined : ratio >= must;
  results.push({ ...row, ratio, met });
  const limit = most !== undefined ? `at most ${number(most)} ${unit}` : must === undefined ? '' : `${must} (${aim})`;
  print([measure, `${number(ours)} ${unit}`, peer === undefined ? '' : `${number(peer)} ${unit}, ${name}`, ratio === undefined ? '' : `**${ratio.toFixed(1)}**`, limit, met === undefined ? '' : met ? 'yes' : 'no']);
}

print(['measure', 'ours', 'peer', 'ratio', 'must (aim)', 'met']);
print(['---', '---', '---', '---', '---', '---']);
await measureAll(createEngine, report);
if (!values['no-load']) await measureLoad(createEngine, report);

const start = `const began = process.hrtime.bigint();
const { createEngine } = await import(${JSON.stringify(entry)});
const engine = await createEngine();
engine.load('{"version":1,"apps":[{"id":"a","name":"a","notifiers":[{"name":"n","platform":"slack","send_all_events":true,"type_data":{"webhook_url":"https://x.example/"}}]}]}');
engine.route('{"type":"restart","app_id":"a"}');
console.log(Number(process.hrtime.bigint() - began) / 1e6);`;
const starts = Array.from({ length: 20 }, () => Number(execFileSync(process.execPath, ['--input-type=module', '--eval', start])));
report({ measure: 'from before import() to the first routed event', ours: median(starts), unit: 'ms', most: 12 });
report({ measure: 'notifier.wasm, brotli', ours: brotliCompressSync(readFileSync(join(folder, 'dist/notifier.wasm'))).length / 1024, unit: 'KB' });
if (values.json) writeFileSync(values.json, `${JSON.stringify(results, undefined, 2)}\n`);
