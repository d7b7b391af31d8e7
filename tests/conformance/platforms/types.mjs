// The TypeScript compiler's word that values are of a type: excess properties are errors.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);
const compiler = dirname(require.resolve('typescript/package.json'));

/**
 * @param imports what is imported, and more declarations
 * @param values  pairs of the name of a type and a value that has to be of it
 */
export function checkTypes(imports, values) {
  const folder = mkdtempSync(join(tmpdir(), 'notifier-types-'));
  try {
    symlinkSync(dirname(compiler), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    const lines = values.map(([type, value], i) => `export const value${i}: ${type} = ${JSON.stringify(value)};`);
    writeFileSync(join(folder, 'values.ts'), `${imports}\n${lines.join('\n')}\n`);
    const options = ['--noEmit', '--strict', '--skipLibCheck', '--target', 'es2022', '--module', 'nodenext', '--types', '', 'values.ts'];
    execFileSync(process.execPath, [join(compiler, 'bin', 'tsc'), ...options], { cwd: folder, stdio: 'inherit' });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
