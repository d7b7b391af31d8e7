/**
 * Fetches a WebAssembly module that lies beside the script.
 *
 * Vite 7, while developing, serves a dependency's script from its cache, without what lies beside it.
 */
export function fetchModule(url: URL): Promise<Response> {
  return fetch(url.href.replace('/.vite/deps/', '/notifier-wasm/dist/'));
}
