// The build without SIMD, for browsers.

import { entry } from './engine.js';
import { fetchModule } from './web_module.js';

export * from './public.js';
// Bundlers look for exactly this form.
export const { compileFilter, createEngine, createEngineSync } = entry(() => fetchModule(new URL('./notifier-scalar.wasm', import.meta.url), 'notifier-scalar.wasm'));
