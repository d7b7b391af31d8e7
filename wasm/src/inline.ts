// The module inside the script, for those who want one file.

import { entry } from './engine.js';
import { inlineModule } from './inline_module.js';

export * from './public.js';
export const { createEngine, createEngineSync } = entry(inlineModule);
