/** Fetches a WebAssembly module of this package that lies beside the script. */
export async function fetchModule(url: URL, name: string): Promise<Response> {
  const response = await fetch(url);
  if (!response.headers.get('content-type')?.startsWith('text/html')) return response;
  // Vite 7, while developing, serves a dependency's script from its cache, without what lies beside it; but it knows the package.
  if (url.pathname.includes('/deps/')) {
    const script = await (await fetch(`${import.meta.env?.BASE_URL ?? '/'}@id/notifier-wasm/${name}?import&url`)).text();
    const [, path] = /"(\/[^"]*)"/.exec(script) ?? [];
    if (path) return fetch(path);
  }
  throw new Error(`${url} is a page`);
}
