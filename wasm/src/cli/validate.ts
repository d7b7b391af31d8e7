import { NotifierError } from '../error.js';
import { faults, newEngine, operands, parse, readInput } from './command.js';

const help = `Usage: notifier-wasm validate CONFIG.json [OPTION]...

Checks a configuration or snapshot, and names every fault by its place. \`-\` reads standard input.

  --json    write JSON: {"valid":true,"apps":N,"notifiers":N} or {"valid":false,"code","message","offset"?,"fields":[...]}
  --help    print this and end

Exit status: 0 it is valid; 1 it is not; 2 wrong command line, or it cannot be read.
`;

export function validate(args: string[]): number {
  const parsed = parse(args, { json: { type: 'boolean' } }, help);
  if (parsed === undefined) return 0;
  const [config] = operands(parsed.positionals, 'CONFIG.json');
  const engine = newEngine();
  const text = readInput(config!);
  try {
    engine.load(text);
  } catch (error) {
    if (!(error instanceof NotifierError)) throw error;
    const { code, message, offset, fields } = error;
    if (parsed.values.json) {
      process.stdout.write(`${JSON.stringify({ valid: false, code, message, offset, fields })}\n`);
    } else {
      for (const fault of faults(error)) process.stderr.write(`${config}: ${fault}\n`);
    }
    return 1;
  }
  const apps = engine.apps();
  const notifiers = apps.reduce((count, app) => count + engine.notifiers(app.id).length, 0);
  if (parsed.values.json) {
    process.stdout.write(`${JSON.stringify({ valid: true, apps: apps.length, notifiers })}\n`);
  } else {
    process.stdout.write(`${config} is valid: ${apps.length} ${apps.length === 1 ? 'app' : 'apps'}, ${notifiers} ${notifiers === 1 ? 'notifier' : 'notifiers'}\n`);
  }
  return 0;
}
