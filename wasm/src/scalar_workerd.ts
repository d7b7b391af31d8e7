// The build without SIMD, for workerd.

import module from './notifier-scalar.wasm';
import { entry } from './engine.js';

export * from './public.js';
export const { compileFilter, createEngine, createEngineSync } = entry(() => module);
