// Sending, for Bun, where `bun build --compile` puts the module into the program.

import path from './notifier-delivery.wasm' with { type: 'file' };
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { moduleFile } from './delivery/core.js';

moduleFile.read = () => readFileSync(resolve(import.meta.dirname, path as unknown as string)) as BufferSource; // in a bundle it is beside it
export * from './node.js';
