// workerd and what is built on it: modules cannot be compiled there, only imported.

import module from './notifier.wasm';
import { entry } from './engine.js';

export * from './public.js';
export const { compileFilter, createEngine, createEngineSync } = entry(() => module);
