// Writes what the built-in vocabulary says in another language as a module, from the very rows that C++ takes.

import { readFileSync } from 'node:fs';

const source = readFileSync(new URL('../include/notifier/adapters/french.hpp', import.meta.url), 'utf8');
const rows = JSON.parse([...source.matchAll(/R"json\(([^]*?)\)json"/g)].map(([, piece]) => piece).join(''));

process.stdout.write(`import type { LanguageRows } from '../types.js';

/** What the built-in vocabulary says, in French: \`vocabulary: { languages: { fr: french } }\`. */
export const french: LanguageRows = ${JSON.stringify(rows)};
`);
