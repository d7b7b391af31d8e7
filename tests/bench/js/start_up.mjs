// From before import() to the first routed event, in fresh processes. A figure of the machine as much as of the package, so it
// is measured with the benchmarks and not among the tests.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { configuration, event, file } from '../../wasm/package.mjs';

const script = `
  const began = process.hrtime.bigint();
  const { createEngine } = await import(${JSON.stringify(pathToFileURL(file('dist/index_node.js')).href)});
  const engine = await createEngine();
  engine.load(${JSON.stringify(JSON.stringify(configuration))});
  const deliveries = engine.route(${JSON.stringify(JSON.stringify(event))});
  const took = process.hrtime.bigint() - began;
  if (deliveries.length !== 4) throw new Error('not routed');
  console.log(Number(took) / 1e6);
`;

test('the first event is routed within 12 ms, as the median of 20 processes', (t) => {
  const times = [];
  // A machine at work on something else tells nothing: the best of three medians counts.
  for (let attempt = 0; attempt < 3; ++attempt) {
    const round = Array.from({ length: 20 }, () => Number(execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' })));
    round.sort((a, b) => a - b);
    times.push((round[9] + round[10]) / 2);
    if (times.at(-1) <= 12) break;
  }
  t.diagnostic(`medians in ms: ${times.map((time) => time.toFixed(1)).join(', ')}`);
  assert.ok(Math.min(...times) <= 12, `${times}`);
});
