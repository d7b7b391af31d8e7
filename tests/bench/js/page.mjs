// node tests/bench/js/page.mjs PACKAGE [PORT]: serves page.html, the benchmark's scripts and the package, and nothing else.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const types = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm' };

/** @returns the server, once it listens on 127.0.0.1 */
export async function serve(folder, port) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://x');
    const path = pathname === '/' ? join(here, 'page.html') : pathname.startsWith('/dist/') ? join(folder, pathname) : join(here, pathname);
    try {
      const body = readFileSync(path);
      response.writeHead(200, { 'content-type': types[extname(path)] ?? 'text/plain' }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const [folder, port = '8080'] = argv.slice(2);
  await serve(folder, Number(port));
  console.log(`open http://127.0.0.1:${port}/`);
}
