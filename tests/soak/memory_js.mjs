// Routes events, one by one and in lines, and watches the memory: node --expose-gc tests/soak/memory_js.mjs COUNT

import assert from 'node:assert/strict';
import { corpus, corpusConfiguration } from '../wasm/corpus.mjs';
import { createEngine } from '../wasm/package.mjs';

const count = Number(process.argv[2] ?? 10_000_000);
const lines = corpus(5000).filter((line) => {
  try {
    return JSON.parse(line) !== null;
  } catch {
    return false;
  }
});
const buffers = [];
for (let at = 0; at < lines.length; at += 500) buffers.push(Buffer.from(`${lines.slice(at, at + 500).join('\n')}\n`));
const engine = await createEngine({ clock: () => 0 });
engine.load(JSON.stringify(corpusConfiguration()));

/** Half of them one by one, half in lines; every 20,000th time a notifier comes and goes. */
function route(events) {
  for (let done = 0, turn = 0; done < events; ++turn) {
    engine.route(lines[turn % lines.length]);
    engine.match(lines[(turn * 7) % lines.length]);
    done += 2;
    if (turn % 125 === 0) {
      const bytes = buffers[(turn / 125) % buffers.length];
      engine.routeLines(bytes, { borrow: turn % 2 === 0 });
      done += 500;
    }
    if (turn % 20_000 === 0) engine.removeNotifier(engine.addNotifier(engine.apps()[0].id, { name: `n${turn}`, platform: 'email' }).id);
  }
}
function memory() {
  globalThis.gc();
  const { heapUsed, external, arrayBuffers, rss } = process.memoryUsage();
  return { heapUsed, external, arrayBuffers, rss };
}

const steps = 20;
route(count / steps);
const first = memory();
const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
let last = first;
for (let step = 2; step <= steps; ++step) {
  route(count / steps);
  last = memory();
  console.log(`${((step * count) / steps).toLocaleString('en')} events: heap ${megabytes(last.heapUsed)} MB, WebAssembly and buffers ${megabytes(last.external)} MB, resident ${megabytes(last.rss)} MB`);
}
// Answers in lines are buffers of some megabytes, of which a few may wait for their collection at any moment.
assert.ok(last.heapUsed <= first.heapUsed + 2e6, 'the heap grew');
assert.ok(last.external <= first.external + 20e6, 'the memory of the module grew');
assert.ok(last.rss <= first.rss + 40e6, 'the process grew');
