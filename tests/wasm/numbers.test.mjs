// Numbers are read to the nearest double, as JSON.parse does, over all of their range.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEngine } from './package.mjs';

// All that 64 bits take, those that no double holds, and some that lie next to the middle between two doubles.
const significands = ['1', '7', '9007199254740993', '12345678901234567', '179769313486231581', '2225073858507201136', '4503599627370497499', '9214843084008499', '18446744073709551615'];

test('every power of ten, with short and with long significands', async () => {
  for (let power = -345; power <= 309; power += 15) {
    const texts = [];
    for (let p = power; p < power + 15; ++p) for (const digits of significands) texts.push(`${digits}e${p}`);
    const finite = texts.filter((text) => Number.isFinite(Number(text)));
    const engine = await createEngine();
    const head = '{"version":1,"apps":[{"id":"a","name":"a","notifiers":[{"name":"n","platform":"slack","type_data":{"webhook_url":"https://x.example/","numbers":';
    engine.load(`${head}[${finite.join(',')}]}}]}]}`);
    const [, written] = /"numbers":\[([^\]]*)\]/.exec(engine.snapshot());
    assert.deepEqual(written.split(','), finite.map((text) => String(Number(text))));
    engine.dispose();
  }
});
