// The module inside the script, for Node.js, Deno and Bun.

import { entry } from './engine.js';
import { inlineModule } from './inline_module.js';
import { randomId } from './node_ids.js';

export * from './public.js';
export const { createEngine, createEngineSync } = entry(inlineModule, randomId);
