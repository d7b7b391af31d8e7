// Packages that hosts install where they need them.

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Where it is not installed beside this package, it may be in the folder of the program that runs. @returns undefined where it is missing */
export async function loadPeer<T>(name: string): Promise<T | undefined> {
  const { createRequire } = await import('node:module'); // so bundlers do not look for what may be missing
  const places = [import.meta.url, pathToFileURL(join(process.cwd(), 'package.json'))];
  for (const place of places) {
    let path: string;
    try {
      path = createRequire(place).resolve(name);
    } catch {
      continue;
    }
    const loaded = await import(/* webpackIgnore: true */ /* turbopackIgnore: true */ /* @vite-ignore */ pathToFileURL(path).href);
    return { ...loaded.default, ...loaded } as T;
  }
  return undefined;
}
