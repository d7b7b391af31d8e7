// The module inside the script, for those who want one file.

import { entry } from './engine.js';
import base64 from './notifier_base64.js';

export * from './public.js';
export const { createEngine, createEngineSync } = entry(() => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)));
