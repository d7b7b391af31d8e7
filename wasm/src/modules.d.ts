// Made by the build.

declare module '*.wasm' {
  const module: WebAssembly.Module;
  export default module;
}
declare module 'notifier-base64' {
  const base64: string;
  export default base64;
}
/** What Vite says of itself. */
interface ImportMeta {
  readonly env?: { readonly BASE_URL?: string };
}
