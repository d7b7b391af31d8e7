// Starts and stops a notifier-server for a test, in a folder of its own.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The program under test: the script's first argument. */
export const program = process.argv[2];

export const fixture = new URL('../conformance/api/fixture.json', import.meta.url).pathname;

export class NotifierServer {
  static #running = new Set();
  #child;
  #exit;
  /** What it wrote to standard error: the access log and complaints. */
  log = '';

  /** A folder that lasts until `remove()`. */
  static folder() {
    const path = mkdtempSync(join(tmpdir(), 'notifier-server-'));
    return { path, database: join(path, 'test.db'), remove: () => rmSync(path, { recursive: true, force: true }) };
  }

  /** Resolves once the server listens; rejects where it ends instead. It delivers nothing. */
  static start(database, ...options) {
    return NotifierServer.startSending(database, ['--dry-run', ...options]);
  }

  /** The same, but it delivers. */
  static startSending(database, options = [], environment = {}) {
    return NotifierServer.startBy(program, [], database, options, environment);
  }

  /** The same, by a command that ends in the server's own. */
  static async startBy(command, args, database, options, environment = {}) {
    const server = new NotifierServer();
    const child = spawn(command, [...args, '--port', '0', '--database', database, ...options], {
      env: { ...process.env, NOTIFIER_TOKEN: '', NOTIFIER_SMTP: '', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    server.#child = child;
    NotifierServer.#running.add(server);
    server.#exit = new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal })));
    child.stderr.on('data', (data) => (server.log += data));
    const greeting = new Promise((resolve) => {
      let text = '';
      child.stdout.on('data', (data) => {
        text += data;
        if (text.includes('\n')) resolve(text);
      });
    });
    const first = await Promise.race([greeting, server.#exit]);
    if (typeof first !== 'string') throw Object.assign(new Error(`the server ended: ${server.log}`), first);
    server.greeting = first.trim();
    server.port = Number(/:(\d+)/.exec(first.replace(/\[.*?\]/, ''))[1]);
    server.url = `http://127.0.0.1:${server.port}`;
    return server;
  }

  /** Ends those that a test left behind when it failed. */
  static async stopAll() {
    for (const server of NotifierServer.#running) await server.stop('SIGKILL');
  }

  get pid() {
    return this.#child.pid;
  }

  /** Asks it to stop, and gives its exit status, once all of its log has been read. */
  async stop(signal = 'SIGTERM') {
    NotifierServer.#running.delete(this);
    this.#child.kill(signal);
    return this.#exit;
  }

  /** Sends a request as JSON; gives status, headers and the body, parsed where it is JSON. */
  async call(method, path, body, headers = {}) {
    const response = await fetch(this.url + path, {
      method,
      headers: { 'Content-Type': 'application/json', ...headers },
      body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json');
    return { status: response.status, headers: response.headers, body: isJson && text ? JSON.parse(text) : text };
  }
}
