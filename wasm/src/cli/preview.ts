import { NotifierError } from '../error.js';
import type { Delivery } from '../types.js';
import { Failure, faults, reproducible, loadEngine, operands, paint, parse, readEvent } from './command.js';

const help = `Usage: notifier-wasm preview CONFIG.json [OPTION]... [< EVENT]

Shows what a notifier would be sent for an event, whether it accepts it or not; nothing is sent.

  --notifier ID   only this notifier (its id or name); default: all of the configuration
  --event EVENT   the event, or the file it is in; otherwise it is read from standard input
  --now TIME      the present moment, for mails whose event has no time; default: 1970-01-01T00:00:00Z
  --json          write JSON, one object for each notifier, with the whole URL, which is a secret
  --help          print this and end

Exit status: 0 done; 1 the event is faulty; 2 wrong command line, or CONFIG.json is faulty.
`;

/** The URL without what is secret in it. */
function masked(url: string): string {
  return url.replace(/^([a-z]+:\/\/[^/?#]*).*$/i, '$1/...');
}

/** What is the same for everybody, or says nothing: any other header may be a key. */
const plainHeaders = ['content-type', 'user-agent', 'webhook-id'];

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), undefined, 2);
  } catch {
    return body;
  }
}

function show(delivery: Delivery): string {
  const styled = paint(process.stdout);
  const head = styled('bold', `${delivery.notifierName} (${delivery.platform})`);
  const cuts = delivery.truncations.map(({ part, length, kept }) => styled('red', `cut: ${part}, ${kept} of ${length} kept`) + '\n').join('');
  if (delivery.platform === 'email') {
    const { from, to } = delivery.envelope;
    return `${head}\n${styled('dim', `from ${from} to ${to.join(', ') || 'nobody'}`)}\n${cuts}\n${delivery.raw.replaceAll('\r\n', '\n')}\n`;
  }
  const headers = Object.entries(delivery.headers).map(([name, value]) => styled('dim', `${name}: ${plainHeaders.includes(name) ? value : '...'}`) + '\n').join('');
  return `${head}\n${styled('dim', `${delivery.method} ${masked(delivery.url)}`)}\n${headers}${cuts}\n${pretty(delivery.body)}\n`;
}

export function preview(args: string[]): number {
  const parsed = parse(
    args,
    { notifier: { type: 'string' }, event: { type: 'string' }, now: { type: 'string' }, json: { type: 'boolean' } },
    help,
  );
  if (parsed === undefined) return 0;
  const { values } = parsed;
  const [config] = operands(parsed.positionals, 'CONFIG.json');
  const engine = loadEngine(config!, reproducible(values.now));
  let notifiers = engine.apps().flatMap((app) => engine.notifiers(app.id));
  if (values.notifier !== undefined) {
    const names = notifiers.slice(0, 10).map(({ name }) => name);
    notifiers = notifiers.filter(({ id, name }) => id === values.notifier || name === values.notifier);
    if (notifiers.length === 0) throw new Failure(`${config} has no notifier ${values.notifier}; there are ${names.join(', ') || 'none'}`);
  }
  const event = readEvent(values.event);
  for (const { id } of notifiers) {
    try {
      const delivery = engine.preview(id, event);
      process.stdout.write(values.json ? `${JSON.stringify(delivery)}\n` : `${show(delivery)}\n`);
    } catch (error) {
      if (!(error instanceof NotifierError)) throw error;
      throw new Failure(`the event: ${faults(error).join('; ')}`);
    }
  }
  return 0;
}
