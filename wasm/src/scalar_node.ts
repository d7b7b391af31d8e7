// The build without SIMD, for Node.js, Deno and Bun.

import { entry } from './engine.js';
import { readFile } from './node_file.js';
import { randomId } from './node_ids.js';

export * from './public.js';
export const { createEngine, createEngineSync } = entry(async () => new WebAssembly.Module((await readFile(new URL('./notifier-scalar.wasm', import.meta.url))) as BufferSource), randomId);
