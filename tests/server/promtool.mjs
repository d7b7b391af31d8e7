// Prometheus' own judge of figures and rules, as tests/setup has unpacked it.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const unpacked = fileURLToPath(new URL('../../build/setup/prometheus/usr/bin/promtool', import.meta.url));

/** Gives its exit status and all that it says. */
export function promtool(args, input = '') {
  const { status, stdout, stderr, error } = spawnSync(existsSync(unpacked) ? unpacked : 'promtool', args, { input, encoding: 'utf8' });
  if (error) throw new Error(`promtool is not there, which tests/setup unpacks: ${error.message}`);
  return { status, output: stdout + stderr };
}
