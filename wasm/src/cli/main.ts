#!/usr/bin/env node
// The command line: `npx notifier-wasm COMMAND`.

import { Failure, Usage, version } from './command.js';

const help = `Usage: notifier-wasm COMMAND [OPTION]...

An event comes in as JSON; who is to be told, and exactly what bytes go to each, comes out.

Commands:
  route CONFIG.json       route events (one JSON document to a line) from standard input
  preview CONFIG.json     show what a notifier would be sent for an event
  explain CONFIG.json     say for every notifier whether it receives an event, and why
  validate CONFIG.json    check a configuration
  send CONFIG.json        route events from standard input, and deliver
  serve                   serve the notifier API over HTTP, and deliver

\`notifier-wasm COMMAND --help\` tells the options of a command. CONFIG.json holds apps, their notifiers and users:

  {"version":1,"apps":[{"name":"shop","notifiers":[
    {"name":"ops","platform":"slack","send_all_events":true,"type_data":{"webhook_url":"https://hooks.slack.com/..."}}]}]}

  --version               print the version and end
  --help                  print this and end

Exit status: 0 all went well; 1 an input was faulty, or something could not be done; 2 wrong command line or configuration.
`;

async function run([name, ...args]: string[]): Promise<number> {
  switch (name) {
    case 'route':
      return (await import('./route.js')).route(args);
    case 'preview':
      return (await import('./preview.js')).preview(args);
    case 'explain':
      return (await import('./explain.js')).explain(args);
    case 'validate':
      return (await import('./validate.js')).validate(args);
    case 'send':
      return (await import('./send.js')).send(args);
    case 'serve':
      return (await import('./serve.js')).serve(args);
    case '--version':
    case '-v': {
      process.stdout.write(`${version()}\n`);
      return 0;
    }
    case '--help':
    case '-h':
    case 'help':
      process.stdout.write(help);
      return 0;
    case undefined:
      throw new Usage('which command? See notifier-wasm --help');
    default:
      throw new Usage(`there is no command ${name}; see notifier-wasm --help`);
  }
}

// Whoever reads our output may stop: `notifier-wasm route ... | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

run(process.argv.slice(2)).then(
  (status) => {
    process.exitCode = status;
  },
  (error) => {
    if (!(error instanceof Failure)) throw error;
    process.stderr.write(`notifier-wasm: ${error.message}\n`);
    process.exitCode = error.status;
  },
);
