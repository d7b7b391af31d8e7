// The programs in JavaScript that the package is measured beside.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agreeing } from '../bench/js/measures.mjs';
import { createEngine } from './package.mjs';

test('they write the same payloads as the package, to the byte', async () => {
  const { engine, events } = await agreeing(createEngine, 300, 400);
  assert.equal(new Set(events.map((event) => JSON.parse(event).type)).size, 6);
  engine.dispose();
});
