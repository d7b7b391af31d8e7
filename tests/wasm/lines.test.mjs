// Lines of events to lines of deliveries, in one piece and as a stream.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { event, steadyEngine } from './package.mjs';

const decoder = new TextDecoder();
const encoder = new TextEncoder();
const parse = (bytes) => decoder.decode(bytes).split('\n').filter(Boolean).map((line) => JSON.parse(line));
const eventLine = (id) => JSON.stringify({ ...event, id });

async function collect(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

test('each delivery is a line with what route gives', async () => {
  const engine = await steadyEngine();
  const lines = parse(engine.routeLines(`${eventLine('a')}\n${eventLine('b')}`));
  const routed = ['a', 'b'].flatMap((id) => engine.route(eventLine(id)));
  assert.equal(lines.length, 8);
  lines.forEach((line, i) => {
    const delivery = routed[i];
    assert.equal(line.event_id, delivery.eventId);
    assert.equal(line.notifier_id, delivery.notifierId);
    assert.equal(line.notifier_name, delivery.notifierName);
    assert.equal(line.platform, delivery.platform);
    if (delivery.platform === 'email') {
      assert.deepEqual({ from: line.from, to: line.to }, delivery.envelope);
      assert.equal(line.message, delivery.raw);
    } else {
      assert.equal(line.method, delivery.method);
      assert.equal(line.url, delivery.url);
      assert.deepEqual(line.headers, delivery.headers);
      assert.equal(line.body, delivery.body);
    }
    assert.deepEqual(line.truncations, delivery.truncations);
  });
});

test('a bad line gives an error in its place, the rest goes on', async () => {
  const engine = await steadyEngine();
  const lines = parse(engine.routeLines(`${eventLine('a')}\n{"x":}\n\n  \r\n[]\n${eventLine('b')}\r\n`));
  assert.equal(lines.length, 10);
  assert.deepEqual([lines[4].line, lines[4].error.code, lines[4].error.offset], [2, 'invalid_json', 5]);
  assert.deepEqual([lines[5].line, lines[5].error.code], [5, 'not_an_object']);
  assert.equal(lines[9].event_id, 'b');
});

test('a byte order mark before the first line is skipped, and nowhere else', async () => {
  const engine = await steadyEngine();
  const plain = engine.routeLines(`${eventLine('a')}\n${eventLine('b')}`);
  assert.deepEqual(engine.routeLines(`\ufeff${eventLine('a')}\n${eventLine('b')}`), plain);
  assert.deepEqual(engine.routeLines(`\ufeff\n${eventLine('a')}\n${eventLine('b')}`), plain);
  assert.equal(engine.routeLines('\ufeff').length, 0);
  const [first, second] = parse(engine.routeLines(`\ufeff\ufeff${eventLine('a')}\n\ufeff${eventLine('b')}`));
  assert.deepEqual([first.line, first.error.offset, second.line, second.error.offset], [1, 0, 2, 0]);
  assert.equal(parse(engine.routeLines(`\ufeff${eventLine('a')}`, { firstLine: 2 }))[0].line, 2);

  // In pieces of a byte, too.
  const marked = encoder.encode(`\ufeff${eventLine('a')}\n${eventLine('b')}`);
  const bytes = new ReadableStream({
    start(controller) {
      for (const byte of marked) controller.enqueue(Uint8Array.of(byte));
      controller.close();
    },
  });
  assert.deepEqual(new Uint8Array(await collect(bytes.pipeThrough(engine.routeStream()))), new Uint8Array(plain));
});

test('a snapshot read from a file with a byte order mark loads, as bytes and as text', async () => {
  const engine = await steadyEngine();
  const snapshot = engine.snapshot();
  engine.load(`\ufeff${snapshot}`);
  engine.load(encoder.encode(`\ufeff${snapshot}`));
  assert.equal(engine.snapshot(), snapshot);
  assert.throws(() => engine.route(`\ufeff${eventLine('a')}`), { code: 'invalid_json', offset: 0 });
});

test('input larger than one piece is cut between lines', async () => {
  const engine = await steadyEngine();
  const long = JSON.stringify({ ...event, id: 'long', type_data: { text: 'x'.repeat(700_000) } });
  const input = encoder.encode([...Array.from({ length: 3000 }, (_, i) => eventLine(`e${i}`)), long, eventLine('after'), '{', eventLine('last')].join('\n'));
  const lines = parse(engine.routeLines(input));
  assert.equal(lines.length, 4 * 3003 + 1);
  assert.deepEqual([...new Set(lines.filter((line) => line.event_id).map((line) => line.event_id))], [...Array.from({ length: 3000 }, (_, i) => `e${i}`), 'long', 'after', 'last']);
  assert.equal(lines.find((line) => line.error).line, 3003);
});

test('an answer can be borrowed', async () => {
  const engine = await steadyEngine();
  const input = encoder.encode(eventLine('a'));
  const borrowed = engine.routeLines(input, { borrow: true });
  const copy = engine.routeLines(input);
  const again = engine.routeLines(input, { borrow: true });
  assert.deepEqual(Buffer.from(again), Buffer.from(copy));
  assert.ok(borrowed.buffer.byteLength > borrowed.byteLength);
  assert.equal(copy.buffer.byteLength, copy.byteLength);
});

test('explanations come in place of deliveries', async () => {
  const engine = await steadyEngine();
  const lines = parse(engine.routeLines(`${eventLine('a')}\n${eventLine('b')}\n`, { explain: true }));
  assert.equal(lines.length, 2);
});

test('nothing in, nothing out', async () => {
  const engine = await steadyEngine();
  for (const input of ['', '\n', '\n\r\n ', new Uint8Array(), new ArrayBuffer(0)]) assert.equal(engine.routeLines(input).length, 0);
});

test('a stream gives the same, however it is cut', async () => {
  const engine = await steadyEngine();
  const input = encoder.encode(Array.from({ length: 50 }, (_, i) => (i % 7 === 3 ? '{"bad"' : eventLine(`ü${i}🎉`))).join('\n'));
  const whole = Buffer.from(engine.routeLines(input));
  for (const size of [1, 2, 3, 7, 100, 4096, input.length]) {
    const chunks = [];
    for (let at = 0; at < input.length; at += size) chunks.push(input.subarray(at, at + size));
    const routed = await collect(ReadableStream.from(chunks).pipeThrough(engine.routeStream()));
    assert.deepEqual(routed, whole, `in pieces of ${size} bytes`);
  }
  const texts = ReadableStream.from([decoder.decode(input)]);
  assert.deepEqual(await collect(texts.pipeThrough(engine.routeStream())), whole);
});

test('a line without an end is kept up to the longest event only', async () => {
  const engine = await steadyEngine();
  const megabyte = encoder.encode('x'.repeat(1 << 20));
  const chunks = function* () {
    yield encoder.encode(`${eventLine('a')}\n"`);
    for (let i = 0; i < 64; ++i) yield megabyte;
    yield encoder.encode(`"\n${eventLine('b')}\n`);
  };
  const lines = parse(await collect(ReadableStream.from(chunks()).pipeThrough(engine.routeStream())));
  assert.equal(lines.length, 9);
  assert.deepEqual([lines[4].line, lines[4].error.code], [2, 'too_large']);
  assert.equal(lines[5].event_id, 'b');
});

test('a stream ends with an error once its engine is disposed of', async () => {
  const engine = await steadyEngine();
  const stream = engine.routeStream();
  engine.dispose();
  await assert.rejects(collect(ReadableStream.from([encoder.encode(`${eventLine('a')}\n`)]).pipeThrough(stream)), { code: 'disposed' });
});
