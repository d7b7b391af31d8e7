// The build without SIMD, for Node.js, Deno and Bun.

import { readFileSync } from 'node:fs';
import { entry } from './engine.js';
import { randomId } from './node_ids.js';

export * from './public.js';
export const { createEngine, createEngineSync } = entry(() => readFileSync(new URL('./notifier-scalar.wasm', import.meta.url)), randomId);
