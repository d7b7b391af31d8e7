// The TypeScript compiler's word that our payloads are what Slack's own types describe: excess properties are errors.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { payloads } from './payloads.mjs';

const require = createRequire(import.meta.url);
const packageOf = (name) => dirname(require.resolve(`${name}/package.json`));
const modules = dirname(packageOf('typescript'));

const chosen = [...payloads()].filter((_, i) => i % 6 === 0).map((message) => message.slack);
const folder = mkdtempSync(join(tmpdir(), 'slack-types-'));
try {
  symlinkSync(modules, join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(
    join(folder, 'payloads.ts'),
    `import type { KnownBlock, MessageAttachment } from '@slack/types';
interface Payload {
  text: string;
  mrkdwn: boolean;
  unfurl_links: boolean;
  unfurl_media: boolean;
  blocks?: KnownBlock[];
  attachments?: MessageAttachment[];
}
${chosen.map((payload, i) => `export const payload${i}: Payload = ${JSON.stringify(payload)};`).join('\n')}
`,
  );
  const options = ['--noEmit', '--strict', '--target', 'es2022', '--module', 'nodenext', '--types', '', 'payloads.ts'];
  execFileSync(process.execPath, [join(packageOf('typescript'), 'bin', 'tsc'), ...options], { cwd: folder, stdio: 'inherit' });
  console.log(`${chosen.length} payloads`);
} finally {
  rmSync(folder, { recursive: true });
}
