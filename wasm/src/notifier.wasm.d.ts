import type { CompiledModule } from './types.js';
declare const module: CompiledModule;
export default module;
