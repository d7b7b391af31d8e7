// The addresses of a name. The system's own resolver works in a few threads that all names share, so that a name server which never
// answers would hold up every other target; so DNS is asked first, and the system only for names that DNS does not know.

import dns, { type LookupAddress, type LookupOptions } from 'node:dns';

export type Lookup = (hostname: string, options: LookupOptions & { all: true }, callback: (error: Error | null, addresses: LookupAddress[]) => void) => void;

/** What DNS says when it was not reached, or has an answer that is no address. */
const unknown = new Set(['ENOTFOUND', 'ENODATA', 'ECONNREFUSED', 'ESERVFAIL', 'EREFUSED', 'EBADNAME', 'ENOTIMP']);

export const lookup: Lookup = (hostname, options, callback) => {
  const family = Number(String(options.family ?? 0).replace('IPv', ''));
  const found: LookupAddress[] = [];
  let isUnknown = true;
  let last: Error | undefined;
  let left = 0;
  const ask = (version: 4 | 6) => {
    ++left;
    const take = (error: NodeJS.ErrnoException | null, addresses: string[]) => {
      if (error === null) found.push(...addresses.map((address) => ({ address, family: version })));
      else if (!unknown.has(String(error.code))) [isUnknown, last] = [false, error];
      if (--left > 0) return;
      if (found.length > 0) callback(null, found.sort((a, b) => a.family - b.family));
      else if (isUnknown) dns.lookup(hostname, options, callback);
      else callback(Object.assign(new Error('the name server does not answer'), { code: 'EAI_AGAIN', cause: last }), []);
    };
    if (version === 4) dns.resolve4(hostname, take);
    else dns.resolve6(hostname, take);
  };
  // Both before either has answered.
  if (family === 4) return ask(4);
  if (family === 6) return ask(6);
  ask(4);
  ask(6);
};
