// The address guard: which URLs and addresses a delivery may go to.

import type { LookupFunction } from 'node:net';
import type { Core } from './core.js';
import { lookup as resolve, type Lookup } from './resolve.js';

export interface GuardOptions {
  /** What may be reached beside public addresses: addresses, networks (`10.0.0.0/8`), host names, `*.corp.example`. */
  allow?: readonly string[];
  /** Ports that URLs may name beside the usual ones. */
  allowPorts?: readonly number[];
  /** Lets everything through: for a host that sends into its own network only, or a developer's machine. */
  allowPrivate?: boolean;
  /** Finds the addresses of a name. Default: by DNS, then as the system does. What it finds is judged all the same. */
  lookup?: Lookup;
}

/** `reason` is `none` for what may be reached; `text` says why not, naming neither URL nor address. */
export interface Judgement {
  reason: string;
  text: string;
}

/** A connection was not made since the address is not allowed. */
export class Blocked extends Error {
  readonly code = 'ENOTIFIERBLOCKED';
}

export class Guard {
  readonly #core: Core;
  readonly #find: Lookup;

  /** @throws {NotifierError} `invalid` where an entry of `allow` is none */
  constructor(core: Core, { allow = [], allowPorts = [], allowPrivate = false, lookup = resolve }: GuardOptions) {
    this.#core = core;
    this.#find = lookup;
    core.ask('notifier_guard', [JSON.stringify({ allow, ports: allowPorts, allow_all: allowPrivate })]);
  }

  /** Judges a URL as it is stored. Of a name, the addresses are judged when it is connected to. */
  judgeUrl(url: string): Judgement {
    return this.#core.ask('notifier_judge_url', [url]);
  }

  /** Judges the address that is about to be connected to; `host` is the URL's. */
  judgeAddress(address: string, host: string): Judgement {
    return this.#core.ask('notifier_judge_address', [address, host]);
  }

  /** For sockets: gives them only addresses that may be reached, so that a name gains nothing by changing where it points. */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    this.#find(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error as NodeJS.ErrnoException, []);
      let judgement: Judgement = { reason: 'none', text: 'the name has no address' };
      const allowed = addresses.filter(({ address }) => {
        const found = this.judgeAddress(address, hostname);
        if (found.reason !== 'none') judgement = found;
        return found.reason === 'none';
      });
      const [first] = allowed;
      if (first === undefined) return callback(new Blocked(judgement.text), []);
      if (options.all) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}
