// Made by the build, beside the compiled scripts.

declare module '*.wasm' {
  const module: WebAssembly.Module;
  export default module;
}
declare module '*/notifier_base64.js' {
  const base64: string;
  export default base64;
}
