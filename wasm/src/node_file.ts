import { NotifierError } from './error.js';

type Files = Pick<typeof import('node:fs'), 'readFileSync'>;

/** What a script's `import.meta` says of where it is: in a bundle perhaps nothing, or where it was before. */
export interface Whereabouts {
  dirname: string | undefined;
  url: string | undefined;
}

/**
 * The bytes of a file of this package, which lies beside the script.
 *
 * @param asset  where a bundler has put the file, if it is one that moves what `new URL('./NAME', import.meta.url)` names
 * @param remedy  the end of the sentence that is said where the file is not found
 * @throws {NotifierError} `unsupported` where it is in no such place
 */
export function readBeside({ readFileSync }: Files, script: Whereabouts, name: string, asset: () => URL, remedy = ''): BufferSource {
  const places = [
    () => script.dirname !== undefined && `${script.dirname}/${name}`, // a path takes 0.3 ms less than a URL
    // esbuild's bundle that is CommonJS; Bun would say here where the script was before.
    () => script.url === undefined && typeof __dirname === 'string' && `${__dirname}/${name}`,
    asset,
    () => new URL(name, script.url), // Next.js gives pages a URL to be fetched by browsers
  ];
  let cause: unknown;
  for (const place of places) {
    try {
      const path = place();
      if (path) return readFileSync(path) as BufferSource;
    } catch (error) {
      cause = error;
    }
  }
  throw new NotifierError('unsupported', `${name} is not beside the script, where a bundler has left it behind${remedy}`, { cause });
}

/**
 * The same, without an `import` of `node:fs`: that looks at everything that it exports, which takes 1.5 ms of a start; asked for so, it
 * costs nothing where Node.js is new enough (20.16, 22.3).
 */
export async function readFile(script: Whereabouts, name: string, asset: () => URL): Promise<BufferSource> {
  const fs = globalThis.process?.getBuiltinModule?.('node:fs') ?? (await import('node:fs'));
  return readBeside(fs, script, name, asset);
}
