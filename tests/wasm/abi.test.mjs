// The C header, the list of exports, the loader and both modules say the same.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { file, root } from './package.mjs';

const header = readFileSync(join(root, 'wasm/abi/notifier_wasm.h'), 'utf8').replace(/\/\*[^]*?\*\//g, '');
const declared = [...header.matchAll(/\b(notifier_\w+)\([^()]*\);/g)].map(([, name]) => name).sort();
const asked = [...header.matchAll(/\bNOTIFIER_IMPORT\((\w+)\);/g)].map(([, name]) => name).sort();
const listed = readFileSync(join(root, 'wasm/abi/exports.txt'), 'utf8').trim().split('\n').sort();
/** What the toolchain adds to every module. */
const toolchain = ['memory', '_initialize', '__indirect_function_table', '__errno_location', 'stackSave', 'stackRestore', 'stackAlloc'];

test('the header declares what is on the list', () => {
  assert.deepEqual(declared, listed);
});

for (const name of ['notifier.wasm', 'notifier-scalar.wasm']) {
  test(`${name} exports what is on the list`, () => {
    const module = new WebAssembly.Module(readFileSync(file(`dist/${name}`)));
    const exported = WebAssembly.Module.exports(module).map((entry) => entry.name);
    assert.deepEqual(exported.filter((entry) => !toolchain.includes(entry)).sort(), listed);
  });

  test(`${name} imports what the header declares, and what its C library needs`, () => {
    const module = new WebAssembly.Module(readFileSync(file(`dist/${name}`)));
    const imports = WebAssembly.Module.imports(module);
    assert.deepEqual(imports.filter(({ module }) => module === 'notifier').map(({ name }) => name).sort(), asked);
    const others = imports.filter(({ module }) => module !== 'notifier').map(({ module, name }) => `${module}.${name}`);
    for (const other of others) {
      assert.ok(
        ['env.emscripten_notify_memory_growth', 'wasi_snapshot_preview1.proc_exit', 'wasi_snapshot_preview1.environ_get',
          'wasi_snapshot_preview1.environ_sizes_get'].includes(other), `an import that the loader does not give: ${other}`);
    }
  });
}

test('only the SIMD module uses SIMD', () => {
  // v128.load is 0xfd 0x00; what says so most reliably is that an engine without SIMD takes it. None is at hand: count the prefix.
  const simd = (name) => readFileSync(file(`dist/${name}`)).filter((byte) => byte === 0xfd).length;
  assert.ok(simd('notifier.wasm') > 10 * simd('notifier-scalar.wasm'));
});

test('the loader knows every export', () => {
  const types = readFileSync(join(root, 'wasm/src/instance.ts'), 'utf8');
  const [, union] = /`notifier_\$\{([^]*?)\}`/.exec(types);
  assert.deepEqual([...union.matchAll(/'(\w+)'/g)].map(([, name]) => `notifier_${name}`).sort(), listed);
});
