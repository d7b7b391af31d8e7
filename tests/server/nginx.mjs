// nginx, as tests/setup has unpacked it: installed, it would start a server.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const unpacked = fileURLToPath(new URL('../../build/setup/nginx/usr/sbin/nginx', import.meta.url));

/** The program. */
export function nginx() {
  if (existsSync(unpacked)) return unpacked;
  if (existsSync('/usr/sbin/nginx')) return '/usr/sbin/nginx';
  throw new Error('nginx is not there, which tests/setup unpacks');
}
