// Browsers, and bundlers that build for them.

import { entry } from './engine.js';
import { fetchModule } from './web_module.js';

export * from './public.js';
// Bundlers look for exactly this form.
export const { compileFilter, createEngine, createEngineSync } = entry(() => fetchModule(new URL('./notifier.wasm', import.meta.url), 'notifier.wasm'));
