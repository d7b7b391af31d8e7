// node tests/bench/js/page.mjs PACKAGE [PORT]: serves page.html, the benchmark's scripts and the package, and nothing else.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [folder, port = '8080'] = process.argv.slice(2);
const here = fileURLToPath(new URL('.', import.meta.url));
const types = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm' };

createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://x');
  const path = pathname === '/' ? join(here, 'page.html') : pathname.startsWith('/dist/') ? join(folder, pathname) : join(here, pathname);
  try {
    response.writeHead(200, { 'content-type': types[extname(path)] ?? 'text/plain' }).end(readFileSync(path));
  } catch {
    response.writeHead(404).end();
  }
}).listen(Number(port), '127.0.0.1', () => console.log(`open http://127.0.0.1:${port}/`));
