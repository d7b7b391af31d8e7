/** A UUID v4. */
export function randomId(): string {
  if (globalThis.crypto) return crypto.randomUUID();
  // Node.js 18 has no `crypto` among its globals, and an `import` of it would hold up every start. It names blobs by such UUIDs.
  const url = URL.createObjectURL(new Blob());
  URL.revokeObjectURL(url);
  return url.slice(-36);
}
