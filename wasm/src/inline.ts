// The module inside the script, for those who want one file; for pages as for Node.js, Deno and Bun.

import { entry, uuid } from './engine.js';
import { inlineModule } from './inline_module.js';
import { randomId } from './node_ids.js';

export * from './public.js';
export const { compileFilter, createEngine, createEngineSync } = entry(inlineModule, () => (globalThis.crypto ? uuid() : randomId()));
