// The description of the API (examples/server/openapi.json): in order by itself, and true of every case of the wire contract.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { createEngine, file, root } from './package.mjs';

const text = readFileSync(join(root, 'examples/server/openapi.json'), 'utf8');
const description = JSON.parse(text);
const fixture = readFileSync(join(root, 'tests/conformance/api/fixture.json'));
const cases = readFileSync(join(root, 'tests/conformance/api/cases.ndjson'), 'utf8').trim().split('\n').map((line) => JSON.parse(line));

test('the description is OpenAPI 3.1', async () => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(structuredClone(description));
  assert.ok(valid, JSON.stringify(errors, null, 1));
  assert.equal(validator.version, '3.1');
  const { valid: isStillValid } = await new Validator().validate({ ...structuredClone(description), paths: { '/x': { get: { responses: [] } } } });
  assert.ok(!isStillValid, 'the validator says what is wrong');
});

test('its version is that of the library, and the package has it byte for byte', () => {
  assert.equal(description.info.version, JSON.parse(readFileSync(file('package.json'), 'utf8')).version);
  assert.equal(readFileSync(file('dist/cli/openapi.json'), 'utf8'), text);
});

test('operations have names of their own, what they answer, and parameters for all that is variable in their paths', () => {
  const names = new Set();
  for (const [path, { parameters = [], ...operations }] of Object.entries(description.paths)) {
    assert.deepEqual(parameters.map(({ name }) => name), [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name), path);
    for (const [method, { operationId, summary, responses, security }] of Object.entries(operations)) {
      assert.ok(!names.has(operationId) && summary.length > 0, `${method} ${path}`);
      names.add(operationId);
      assert.ok(Object.keys(responses).some((status) => status.startsWith('2')), operationId);
      if (security.length > 0) for (const status of ['401', '403', '429']) assert.ok(status in responses, `${operationId} ${status}`);
    }
  }
});

const ajv = new Ajv({ strict: true, strictTypes: false, allErrors: true });
addFormats(ajv);
// References lead within the document: the schemas are compiled where they are found, with its components beside them.
const compiled = new Map();
function validate(schema, value, what) {
  const key = JSON.stringify(schema);
  if (!compiled.has(key)) compiled.set(key, ajv.compile(JSON.parse(key.replaceAll('#/components/schemas/', '#/$defs/').replace(/^\{/, `{"$defs":${JSON.stringify(description.components.schemas).replaceAll('#/components/schemas/', '#/$defs/')},`))));
  const is = compiled.get(key);
  assert.ok(is(value), `${what}: ${ajv.errorsText(is.errors)}\n${JSON.stringify(value).slice(0, 2_000)}`);
}

const resolve = (part) => (part.$ref === undefined ? part : part.$ref.slice(2).split('/').reduce((at, name) => at[name], description));

const routes = Object.entries(description.paths)
  .map(([path, item]) => ({ item, segments: path.slice(1).split('/') }))
  .sort((a, b) => a.segments.filter((each) => each.startsWith('{')).length - b.segments.filter((each) => each.startsWith('{')).length);
/** What the description has for a request; percent signs may give any bytes, of which only those of known words matter. */
const find = (method, target) => {
  const segments = target.replace(/^https?:\/\/[^/]*/, '').split('?')[0].slice(1).split('/').map((each) => each.replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16))));
  const route = routes.find((each) => each.segments.length === segments.length && each.segments.every((segment, i) => (segment.startsWith('{') ? segments[i] !== '' : segment === segments[i])));
  return { route, operation: route?.item[method === 'HEAD' ? 'get' : method === method.toUpperCase() ? method.toLowerCase() : method.toUpperCase()] };
};

function asRequest({ method, target, headers, user, body, body_parts: parts = [] }) {
  if (body === undefined) body = parts.map(([piece, times]) => piece.repeat(times)).join('');
  else if (typeof body !== 'string') body = JSON.stringify(body);
  return { method, url: target, body, ...(headers && { headers }), ...(user && { user: { username: user[0], email: user[1], id: user[2] } }) };
}

const answered = new Map();
const keeper = await createEngine(); // a module of its own for each case would cost more than the cases
after(() => keeper.dispose());

for (const { rule, before = [], request } of cases) {
  test(`as described: ${rule}`, async () => {
    const engine = await createEngine({ clock: () => 1_600_000_000_000, ids: null });
    engine.load(fixture);
    for (const each of before) engine.apply(engine.handle(asRequest(each)).changes);
    const asked = asRequest(request);
    const { response } = engine.handle(asked);
    engine.dispose();
    const { route, operation } = find(asked.method, asked.url);
    if (operation === undefined) {
      // What the description does not have is not there either, but for OPTIONS, which every path has.
      const expected = asked.method === 'OPTIONS' ? [204, 404] : route === undefined ? [400, 404] : [405, 404];
      assert.ok(expected.includes(response.status), `${asked.method} ${asked.url}: ${response.status}`);
      return;
    }
    const { operationId } = operation;
    assert.ok(String(response.status) in operation.responses, `${operationId} does not describe ${response.status}`);
    answered.set(operationId, (answered.get(operationId) ?? new Set()).add(response.status));
    const { content } = resolve(operation.responses[response.status]);
    if (response.body !== '') {
      const type = response.headers['Content-Type'] ?? '';
      const [, media] = Object.entries(content ?? {}).find(([name]) => type.startsWith(name)) ?? [];
      assert.ok(media, `${operationId} ${response.status} does not describe ${type}`);
      if (type.startsWith('application/json')) validate(media.schema, JSON.parse(response.body), `${operationId} ${response.status}`);
    }
    // What is taken is as the description has it, too.
    if (response.status >= 300 || operation.requestBody === undefined || asked.body === '') return;
    let body;
    try {
      body = JSON.parse(asked.body);
    } catch {
      return assert.ok('application/x-ndjson' in operation.requestBody.content, operationId);
    }
    validate(operation.requestBody.content['application/json'].schema, body, `the body of ${operationId}`);
  });
}

test('every operation of the API is among the cases, as a success', () => {
  for (const [path, { parameters, ...operations }] of Object.entries(description.paths)) {
    if (!path.startsWith('/v1/')) continue;
    for (const { operationId } of Object.values(operations)) {
      const statuses = [...(answered.get(operationId) ?? [])];
      // Where nothing is kept there is nothing to be shown, sent again, withdrawn, told or put back.
      assert.ok(['showEvent', 'showDelivery', 'retryDelivery', 'retryOneDelivery', 'cancelDelivery', 'tellDigest', 'restoreNotifier'].includes(operationId) ? statuses.includes(404) : statuses.some((status) => status < 300), `${operationId}: ${statuses}`);
    }
  }
});

const Vocabulary = { $ref: '#/components/schemas/Vocabulary' };
const wrongVocabularies = [
  { kinds: [] }, { standard: 1 }, { event_kinds: {} }, { event_kinds: [{}] }, { event_kinds: [{ type: 'a', scope: 'repository' }] }, { event_kinds: [{ type: 'a', wording: [] }] },
  { event_kinds: [{ type: 'a', wordings: [{ heading: 'x' }] }] }, { event_kinds: [{ type: 'a', wordings: [{ severity: 'fatal' }] }] }, { event_kinds: [{ type: 'a', wordings: [{ title: 'x'.repeat(2049) }] }] },
  { event_kinds: [{ type: 'a', sample: {} }] }, { event_types: [{ id: 'a' }] }, { categories: [{ remove: true }] }, { categories: [{ name: 'a', position: 0 }] }, { words: { a: 1 } }, { words: { a: { b: 1 } } }, { secret_names: [''] },
].map((rows) => [Vocabulary, rows]);

test('the schemas say yes to every kind of row of a vocabulary', () => {
  for (const rows of [
    {}, { standard: false }, { categories: [{ name: 'a' }, { id: 'b', remove: true }] }, { event_types: [{ name: 'a' }, { id: 'b', remove: true }] },
    { event_kinds: [{ type: 'a' }, { type: 'b', remove: true }, { type: 'c', scope: 'account', selectable_as: 'x', wordings: [{}, { when: 'a=b', severity: 'error', title: 'x', sentence: 'x', fields: '', actor: 'x', link: 'none' }], sample: { type_data: {} } }] },
    { words: { a: { b: 'c' }, d: null }, secret_names: ['badge'], open_names: [], operator_email: 'a@example.org' },
  ]) validate(Vocabulary, rows, JSON.stringify(rows));
});

test('the schemas say no to what is not so', () => {
  const { Notifier, Error: Fault, Invalid } = { Notifier: { $ref: '#/components/schemas/Notifier' }, Error: { $ref: '#/components/schemas/Error' }, Invalid: { $ref: '#/components/schemas/Invalid' } };
  for (const [schema, value] of [[Notifier, {}], [Fault, { error: 1 }], [Invalid, { errors: {} }], [Invalid, { errors: { name: [] } }], [{ $ref: '#/components/schemas/Delivery' }, { id: 'x', state: 'lost' }]].concat(wrongVocabularies)) {
    assert.throws(() => validate(schema, value, 'x'), assert.AssertionError);
  }
});
