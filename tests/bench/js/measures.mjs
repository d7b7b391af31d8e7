// What is measured in JavaScript, in Node.js and in a browser alike.

import { makeEvents, makeSnapshot } from './corpus.mjs';
import { alternate } from './measure.mjs';
import { Program, collectIds } from './programs.mjs';

let kept = 0;
/** Makes sure that work is not left out because nobody looks at it. */
const keep = (value) => (kept += value);

function check(condition, what) {
  if (!condition) throw new Error(`the two sides do not agree: ${what}`);
}

function firstDifference(ours, theirs) {
  for (let i = 0; i < Math.max(ours.length, theirs.length); ++i) {
    if (ours[i] !== theirs[i]) {
      let at = 0;
      while (ours[i]?.[at] === theirs[i]?.[at] && at < (ours[i]?.length ?? 0)) ++at;
      return `payload ${i}, from ${at}:\nours:   ${ours[i]?.slice(at, at + 200)}\ntheirs: ${theirs[i]?.slice(at, at + 200)}`;
    }
  }
  return undefined;
}

/** The package with a configuration and events, and both programs beside it, which are seen to write the same. */
export async function agreeing(createEngine, notifiers, count) {
  const configuration = makeSnapshot(notifiers);
  const engine = await createEngine();
  engine.load(configuration);
  const full = JSON.parse(engine.snapshot());
  const events = makeEvents({ events: count, apps: notifiers / 3 });
  const ids = collectIds(engine, events);
  const idiomatic = new Program(full, ids, false);
  const tuned = new Program(full, ids, true);
  const lines = new TextEncoder().encode(`${events.join('\n')}\n`);

  const bodies = (event) => engine.route(event).map(({ body, raw }) => body ?? raw);
  for (const event of events) {
    const ours = bodies(event);
    for (const program of [idiomatic, tuned]) {
      const difference = firstDifference(ours, program.route(event));
      check(difference === undefined, difference);
      check(engine.match(event).join() === program.match(event).join(), 'ids');
    }
  }
  const text = new TextDecoder().decode(engine.routeLines(lines)).split('\n');
  for (const program of [idiomatic, tuned]) {
    const difference = firstDifference(text, new TextDecoder().decode(program.routeLines(lines)).split('\n'));
    check(difference === undefined, difference);
  }
  return { engine, events, lines, idiomatic, tuned };
}

/**
 * @param createEngine of the package
 * @param report called with { measure, unit, ours, peer, peer_name, ratio, must, aim } for each
 */
export async function measureAll(createEngine, report, { notifiers = 30_000, count = 1000 } = {}) {
  const { engine, events, lines, idiomatic, tuned } = await agreeing(createEngine, notifiers, count);
  const each = (work) => () => {
    for (const event of events) keep(work(event).length);
  };
  const rows = [
    ['NDJSON bytes to delivery bytes', () => keep(engine.routeLines(lines).length), (program) => () => keep(program.routeLines(lines).length), [9, 12], [6.5, 9]],
    ['one string to ids', each((event) => engine.match(event)), (program) => each((event) => program.match(event)), [2.7, 3.5]],
    ['one string to three strings', each((event) => engine.route(event)), (program) => each((event) => program.route(event)), [2.5, 3.3]],
  ];
  for (const [measure, ours, theirs, idiomaticAims, tunedAims = []] of rows) {
    const medians = alternate([ours, theirs(idiomatic), theirs(tuned)]);
    const [us, plain, fast] = medians.map((time) => (time * 1e6) / events.length);
    for (const [peer, peer_name, [must, aim]] of [[plain, 'idiomatic JavaScript', idiomaticAims], [fast, 'tuned JavaScript', tunedAims]]) {
      report({ measure, unit: 'ns', ours: us, peer, peer_name, ratio: peer / us, must, aim });
    }
  }
  engine.dispose();
  return kept;
}

/** Loads a million notifiers at once. */
export async function measureLoad(createEngine, report, notifiers = 1_000_000) {
  const json = new TextEncoder().encode(JSON.stringify(makeSnapshot(notifiers)));
  const engine = await createEngine();
  globalThis.gc?.(); // a million objects, of which the text was made, are no part of the load
  const began = performance.now();
  engine.load(json);
  const took = performance.now() - began;
  report({ measure: `load ${notifiers.toLocaleString('en')} notifiers (${(json.length / 1e6).toFixed(0)} MB)`, ours: took / 1000, unit: 's', must: 3, aim: 3, at_most: true });
  check(engine.match(makeEvents({ events: 1 })[0]).length === 3, 'the loaded notifiers');
  engine.dispose();
}
