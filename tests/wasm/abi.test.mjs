// The C headers, the lists of exports, the loaders and the modules say the same.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { file, root } from './package.mjs';

const read = (path) => readFileSync(join(root, 'wasm', path), 'utf8');
const withoutComments = (text) => text.replace(/\/\*[^]*?\*\//g, '');
const declaredIn = (header) => [...header.matchAll(/\b(notifier_\w+)\([^()]*\)(?:\s*NOTIFIER_IMPORT\(\w+\))?;/g)].map(([, name]) => name).filter((name) => !name.startsWith('notifier_host_')).sort();
const askedIn = (header) => [...header.matchAll(/\bNOTIFIER_IMPORT\((\w+)\);/g)].map(([, name]) => name).sort();
const engine = withoutComments(read('abi/notifier_wasm.h'));
const delivery = withoutComments(read('abi/notifier_delivery.h'));
/** What every module has, and the first header declares for both. */
const common = ['notifier_abi_version', 'notifier_answer', 'notifier_reserve'];
/** What the toolchain adds to every module. */
const toolchain = ['memory', '_initialize', '__indirect_function_table', '__errno_location', 'stackSave', 'stackRestore', 'stackAlloc'];

for (const { modules, list, declared, asked, loader } of [
  { modules: ['notifier.wasm', 'notifier-scalar.wasm'], list: 'exports.txt', declared: declaredIn(engine), asked: askedIn(engine), loader: 'src/instance.ts' },
  { modules: ['notifier-delivery.wasm'], list: 'delivery_exports.txt', declared: [...common, ...declaredIn(delivery)].sort(), asked: askedIn(delivery), loader: 'src/delivery/core.ts' },
]) {
  const listed = read(`abi/${list}`).trim().split('\n').sort();

  test(`the header declares what is in ${list}`, () => {
    assert.deepEqual(declared, listed);
  });

  test(`${loader} knows every export`, () => {
    const [, union] = /`notifier_\$\{([^]*?)\}`/.exec(read(loader));
    assert.deepEqual([...union.matchAll(/'(\w+)'/g)].map(([, name]) => `notifier_${name}`).sort(), listed);
  });

  for (const name of modules) {
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
          ['env.emscripten_notify_memory_growth', 'wasi_snapshot_preview1.proc_exit'].includes(other), `an import that the loader does not give: ${other}`);
      }
    });
  }
}

test('only the SIMD module uses SIMD', () => {
  // The validator of Binaryen, which Emscripten needs and so is here, can be told what an engine has.
  const plain = ['--mvp-features', '--enable-bulk-memory'];
  const { status, error } = spawnSync('wasm-opt', [...plain, file('dist/notifier-scalar.wasm'), '-o', devNull]);
  assert.equal(status, 0, String(error));
  const simd = spawnSync('wasm-opt', [...plain, file('dist/notifier.wasm'), '-o', devNull], { encoding: 'utf8' });
  assert.match(simd.stderr, /SIMD is disabled/);
});
