// What the machine itself lacks: then there was no attempt, and the target is not to blame.

import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import { getSystemErrorName } from 'node:util';

/** No descriptor, port or memory left. */
const local = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'ENOBUFS', 'EADDRNOTAVAIL', 'EAGAIN', 'EAI_MEMORY']);

interface SystemError extends NodeJS.ErrnoException {
  address?: string;
  errors?: SystemError[];
}

/** The system's name of what went wrong; libraries put names of their own into `code`. */
function systemCode({ code, errno }: SystemError): string {
  if (typeof errno === 'number' && errno < 0) {
    try {
      return getSystemErrorName(errno);
    } catch {
      // It is no number of the system's.
    }
  }
  return String(code ?? '');
}

/** Whether an error of a socket or a name server says that this machine lacks something. */
export function isShortage(error: unknown): boolean {
  const said = error as SystemError;
  if (said.errors?.some(isShortage)) return true;
  const code = systemCode(said);
  if (!local.has(code) && !local.has(String(said.code ?? ''))) return false;
  // A machine without IPv6 has no address of its own to begin from: not for now, but for good.
  return code !== 'EADDRNOTAVAIL' || !String(said.address ?? '').includes(':');
}

/** Whether no file can be opened now, nor any socket. Asked where an error does not tell: name servers that are not reached, for one. */
export function isOutOfDescriptors(): boolean {
  try {
    closeSync(openSync(devNull, 'r'));
    return false;
  } catch (error) {
    return isShortage(error);
  }
}
