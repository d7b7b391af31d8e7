// Makes src/platforms.ts of the rows that the module given knows: what TypeScript has to know of platforms.
//
//   node platforms.mjs notifier-rows.wasm > src/platforms.ts

import { readFileSync } from 'node:fs';

const module = new WebAssembly.Module(readFileSync(process.argv[2]));
const imports = {};
for (const { module: from, name } of WebAssembly.Module.imports(module)) (imports[from] ??= {})[name] = () => 0;
const { exports } = new WebAssembly.Instance(module, imports);
exports._initialize?.();
const start = exports.notifier_rows();
const memory = new Uint8Array(exports.memory.buffer);
const rows = JSON.parse(new TextDecoder().decode(memory.subarray(start, memory.indexOf(0, start))));

const types = {
  users: 'string[]',
  addresses: 'string[]',
  signing_secrets: 'string | string[]',
  headers: 'Record<string, string>',
  number: 'number | string',
  json: 'unknown',
};
const notes = {
  url: 'An http or https URL.',
  users: 'People, looked up when a mail is rendered.',
  addresses: 'Mail addresses.',
  signing_secrets: 'Signs requests, `whsec_...`, or any text where `signature` is `github` or `stripe`; several while keys rotate.',
  headers: 'Headers of its own that each request has.',
  json: 'A JSON template of the body, in place of the event itself: any JSON whose strings may hold slots, as `{"text":"{@title}: {@sentence}","status":"{status}","all":"{@event}"}`. WORDINGS.md describes them.',
};
const union = (names) => names.map((name) => `'${name}'`).join(' | ');
const words = (text) => union(text.split(' '));

const members = new Map();
for (const row of rows) {
  for (const field of row.fields) {
    const member = members.get(field.key) ?? { ...field, of: [] };
    member.of.push(row.name);
    members.set(field.key, member);
  }
}
const member = ({ key, kind, of, secret, shown, choices }) => {
  const note = [`${of.join(', ')}.`, notes[kind], secret && 'A secret.', !shown && 'Never returned.'].filter(Boolean).join(' ');
  return `  /** ${note} */\n  ${key}?: ${choices ? words(choices) : (types[kind] ?? 'string')};\n`;
};

const of = (transport) => union(rows.filter((row) => row.transport === transport).map(({ name }) => name));
process.stdout.write(`// Made by platforms.mjs of the rows in include/notifier/platform/: what TypeScript has to know of platforms.

/** What is sent as an HTTP request. */
export type HttpPlatform = ${of('http')};

/** What is sent as a mail. */
export type MailPlatform = ${of('smtp')};

export type Platform = HttpPlatform | MailPlatform;

/** The part of a notifier that depends on its platform. Unknown keys are kept and returned. */
export interface TypeData {
${[...members.values()].map(member).join('')}  [key: string]: unknown;
}

/** A member of \`type_data\`. */
export interface PlatformField {
  key: string;
  kind: ${union(['url', 'text', 'token', 'choice', 'number', 'users', 'addresses', 'signing_secrets', 'headers', 'json'])};
  required: boolean;
  /** Masked in previews. */
  secret: boolean;
  /** Whether the API returns it. */
  shown: boolean;
  /** Of a secret that stands in the body of requests: the name of its member. */
  member?: string;
  /** Words with a space between them. */
  choices?: string;
  /** What counts where nothing is given. */
  fallback?: string;
}

/** The platforms by their numbers in records. */
export const platforms: readonly { name: Platform; transport: 'http' | 'smtp'; fields: readonly PlatformField[] }[] = ${JSON.stringify(rows, undefined, 2)};

/** Their names, by their numbers. */
export const platformNames: readonly Platform[] = ${JSON.stringify(rows.map(({ name }) => name))};
`);
