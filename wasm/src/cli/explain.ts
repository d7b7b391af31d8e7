import { NotifierError } from '../error.js';
import type { Explained } from '../types.js';
import { Failure, faults, loadEngine, operands, paint, parse, readEvent } from './command.js';

const help = `Usage: notifier-wasm explain CONFIG.json [OPTION]... [< EVENT]

Says for every notifier of the event's app whether it receives the event, and the one reason.

  --event EVENT   the event, or the file it is in; otherwise it is read from standard input
  --json          write JSON
  --help          print this and end

Exit status: 0 done; 1 the event is faulty; 2 wrong command line, or CONFIG.json is faulty.
`;

export function explain(args: string[]): number {
  const parsed = parse(args, { event: { type: 'string' }, json: { type: 'boolean' } }, help);
  if (parsed === undefined) return 0;
  const [config] = operands(parsed.positionals, 'CONFIG.json');
  const engine = loadEngine(config!);
  let explained: Explained;
  try {
    explained = engine.explain(readEvent(parsed.values.event));
  } catch (error) {
    if (!(error instanceof NotifierError)) throw error;
    throw new Failure(`the event: ${faults(error).join('; ')}`);
  }
  if (parsed.values.json) {
    process.stdout.write(`${JSON.stringify(explained, undefined, 2)}\n`);
    return 0;
  }
  const styled = paint(process.stdout);
  const lines = explained.notifiers.map(({ receives, notifier_name, platform, text }) =>
    `${receives ? styled('green', 'yes') : styled('dim', 'no ')}  ${styled('bold', notifier_name)} (${platform}): ${text}`);
  process.stdout.write(`${explained.text}\n${lines.map((line) => `${line}\n`).join('')}`);
  return 0;
}
