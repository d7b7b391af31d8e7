// What another process of the same user may have of a server that is running: the kernel keeps the database to the server, so it is asked,
// by a socket beside the file.

import { chmodSync, realpathSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { Failure } from './command.js';

/** What is asked: a copy of the database in a file, or a snapshot. */
export type Asked = { ask: 'copy'; to: string } | { ask: 'snapshot' };

export interface Said {
  snapshot?: string;
  /** Why there is none, or no copy. */
  error?: string;
}

/** No system takes a longer path of a socket. */
const longestPath = 100;
const longestRequest = 16_384;

function pathOf(database: string): string | undefined {
  const path = `${realpathSync(database)}.control`;
  return Buffer.byteLength(path) > longestPath ? undefined : path;
}

/** Reads until the other side ends; the socket can still be written to then. */
function readAll(socket: Socket, longest = Infinity): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    socket.on('data', (chunk) => {
      if ((size += chunk.length) > longest) reject(new Failure('the request is too long'));
      else chunks.push(chunk);
    });
    socket.on('end', () => resolve(Buffer.concat(chunks).toString()));
    socket.on('error', reject);
    socket.on('close', () => reject(new Failure('the connection was lost')));
  });
}

/**
 * Answers others. The socket is for the user of the server alone; one that a process left behind is replaced, since the database is ours.
 *
 * @returns undefined where there can be none: the server runs without
 */
export async function openControl(database: string, answer: (asked: Asked) => Promise<Said>): Promise<Server | undefined> {
  const path = pathOf(database);
  if (path === undefined) return undefined;
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.setTimeout(10_000, () => socket.destroy());
    readAll(socket, longestRequest)
      .then((text) => {
        socket.setTimeout(0);
        return answer(JSON.parse(text) as Asked);
      })
      .catch((error: Error): Said => ({ error: error.message }))
      .then((said) => socket.end(JSON.stringify(said)), () => {});
  });
  const before = process.umask(0o177);
  try {
    rmSync(path, { force: true });
    const listening = new Promise<void>((resolve, reject) => server.once('error', reject).once('listening', resolve));
    server.listen(path); // the socket is made here
    process.umask(before);
    await listening;
    chmodSync(path, 0o600);
  } catch (error) {
    process.stderr.write(`notifier-wasm: no copy of the database can be had while it is served: ${(error as Error).message}\n`);
    server.close();
    return undefined;
  } finally {
    process.umask(before);
  }
  server.unref();
  return server;
}

/** Asks the server that has a database. @returns undefined where none answers @throws {Failure} what it said went wrong */
export async function askControl(database: string, asked: Asked): Promise<Said | undefined> {
  let said: Said;
  try {
    const path = pathOf(database);
    if (path === undefined) return undefined;
    const socket = connect({ path, allowHalfOpen: true });
    socket.end(JSON.stringify(asked));
    said = JSON.parse(await readAll(socket)) as Said;
  } catch {
    return undefined;
  }
  if (said.error !== undefined) throw new Failure(said.error);
  return said;
}
