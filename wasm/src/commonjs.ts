// What the CommonJS build has in place of what modules have; and the globals that jsdom, as Jest runs it, lacks.

import { pathToFileURL } from 'node:url';

export { TextDecoder, TextEncoder } from 'node:util';
/** `import.meta.url` */
export const scriptUrl = pathToFileURL(__filename).href;
