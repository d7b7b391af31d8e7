import { once } from 'node:events';
import { fstatSync } from 'node:fs';
import { routeParts } from '../engine.js';
import { LineSplitter } from '../lines.js';
import { reproducible, loadEngine, operands, parse } from './command.js';

const help = `Usage: notifier-wasm route CONFIG.json [OPTION]... < EVENTS > DELIVERIES

Reads events, one JSON document to a line, and writes their deliveries, one JSON object to a line: event_id, notifier_id,
notifier_name, platform, then method, url, headers and body, or for an email from, to and message; truncations. Output holds
secrets: webhook URLs.

A line that is no event is told of on standard error with its number and the byte of the fault; the rest goes on.

  --explain     write for each event why each notifier receives it or does not
  --now TIME    the present moment, for mails whose event has no time; default: 1970-01-01T00:00:00Z
  --help        print this and end

Exit status: 0 every line was an event; 1 some were not; 2 wrong command line, or CONFIG.json is faulty.
`;

/** Bytes gathered before they are routed: fewer, larger calls. */
const batch = 256 * 1024;

/** Tells how far it has come, once that has taken a second and somebody is looking. */
class Progress {
  readonly #began = Date.now();
  readonly #size: number;
  readonly #shown = process.stderr.isTTY && !process.stdout.isTTY;
  #last = this.#began;
  #printed = false;

  constructor() {
    const input = fstatSync(0);
    this.#size = input.isFile() ? input.size : 0;
  }

  at(bytes: number, lines: number): void {
    const now = Date.now();
    if (!this.#shown || now - this.#began < 1000 || now - this.#last < 200) return;
    this.#last = now;
    this.#printed = true;
    const part = this.#size > 0 ? `${Math.floor((100 * bytes) / this.#size)} %, ` : '';
    const rate = Math.round((1000 * lines) / (now - this.#began));
    process.stderr.write(`\r${part}${lines.toLocaleString('en')} events, ${rate.toLocaleString('en')} a second\x1b[K`);
  }

  end(): void {
    if (this.#printed) process.stderr.write('\r\x1b[K');
  }
}

export async function route(args: string[]): Promise<number> {
  const parsed = parse(args, { explain: { type: 'boolean' }, now: { type: 'string' } }, help);
  if (parsed === undefined) return 0;
  const [config] = operands(parsed.positionals, 'CONFIG.json');
  const engine = loadEngine(config!, reproducible(parsed.values.now));
  const explain = parsed.values.explain ?? false;

  const splitter = new LineSplitter();
  const progress = new Progress();
  const decoder = new TextDecoder();
  let lines = 0;
  let failed = 0;
  let bytes = 0;
  let written = 0;

  const routeWhole = async (whole: Uint8Array | undefined) => {
    if (whole === undefined) return;
    const routed = routeParts(engine, whole, { explain, firstLine: lines + 1, errorsApart: true });
    lines += routed.lines;
    bytes += whole.length;
    written += routed.output.length;
    if (routed.failed > 0) {
      failed += routed.failed;
      progress.end();
      for (const line of decoder.decode(routed.errors).trimEnd().split('\n')) {
        const { line: number, error } = JSON.parse(line);
        const place = error.offset === undefined ? '' : `, byte ${error.offset}`;
        process.stderr.write(`notifier-wasm: line ${number}${place}: ${error.message}\n`);
      }
    }
    if (routed.output.length > 0 && !process.stdout.write(routed.output)) await once(process.stdout, 'drain');
    progress.at(bytes, lines);
  };

  let waiting: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    waiting.push(chunk);
    size += chunk.length;
    if (size < batch && process.stdin.readableLength > 0) continue;
    await routeWhole(splitter.push(waiting.length === 1 ? waiting[0]! : Buffer.concat(waiting)));
    waiting = [];
    size = 0;
  }
  if (size > 0) await routeWhole(splitter.push(Buffer.concat(waiting)));
  await routeWhole(splitter.end());
  progress.end();
  if (written === 0 && lines > 0 && failed === 0) process.stderr.write('notifier-wasm: nobody is told of any of these events; --explain says why\n');
  return failed > 0 ? 1 : 0;
}
