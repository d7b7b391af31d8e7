// The build without SIMD, for Node.js, Deno and Bun.

import { entry } from './engine.js';
import { readFile } from './node_file.js';
import { randomId } from './node_ids.js';

export * from './public.js';
export const { compileFilter, createEngine, createEngineSync } = entry(async () => {
  const script = { dirname: import.meta.dirname, url: import.meta.url };
  const bytes = await readFile(script, 'notifier-scalar.wasm', () => new URL('./notifier-scalar.wasm', import.meta.url));
  return new WebAssembly.Module(bytes);
}, randomId);
