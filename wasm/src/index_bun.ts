// Bun, where `bun build --compile` puts the module into the program.

import path from './notifier.wasm' with { type: 'file' };
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { entry } from './engine.js';
import { randomId } from './node_ids.js';

export * from './public.js';
export const { compileFilter, createEngine, createEngineSync } = entry(() => {
  return readFileSync(resolve(import.meta.dirname, path as unknown as string)) as BufferSource; // in a bundle it is beside it
}, randomId);
