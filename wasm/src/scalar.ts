// The build without SIMD: Browsers, and bundlers that build for them.

import { entry } from './engine.js';

export * from './public.js';
export const { createEngine, createEngineSync } = entry(() => fetch(new URL('./notifier-scalar.wasm', import.meta.url)));
