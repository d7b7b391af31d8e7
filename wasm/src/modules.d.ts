// Made by the build.

declare module '*.wasm' {
  const module: WebAssembly.Module;
  export default module;
}
declare module 'notifier-base64' {
  const base64: string;
  export default base64;
}
