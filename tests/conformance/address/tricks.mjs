// The guard's verdicts on every entry of tricks.json, [reason, URL].
//
//   node tricks.mjs JUDGE
//
// JUDGE is the program built from judge.cpp.

import { readFileSync } from 'node:fs';
import { judge } from './judge.mjs';

const tricks = JSON.parse(readFileSync(new URL('tricks.json', import.meta.url), 'utf8'));
if (tricks.length < 120) throw new Error(`only ${tricks.length} tricks: the table has shrunk`);

const answers = judge(process.argv[2], tricks.map(([, url]) => `url ${Buffer.from(url).toString('hex')}`));
let faults = 0;
tricks.forEach(([expected, url], i) => {
  if (answers[i] === expected) return;
  faults += 1;
  console.error(`${JSON.stringify(url)}: ${answers[i]}, expected ${expected}`);
});

// What the guard takes for a URL, a browser and Node.js must read as the same host: nobody may connect to another one.
const urls = tricks.map(([, url]) => url).filter((_, i) => answers[i] !== 'invalid_url');
const taken = answers.filter((answer) => answer !== 'invalid_url');
const normalized = urls.map((url) => {
  const { protocol, hostname, port, username, password, hash } = new URL(url);
  if (username || password || hash) return 'credentials or fragment';
  return `${protocol}//${hostname}${port && `:${port}`}/`;
});
judge(process.argv[2], normalized.map((url) => `url ${Buffer.from(url).toString('hex')}`)).forEach((answer, i) => {
  if (answer === taken[i]) return;
  faults += 1;
  console.error(`${JSON.stringify(urls[i])}: ${taken[i]}, but ${answer} as ${normalized[i]}`);
});

console.log(`${tricks.length} tricks, ${faults} faults`);
process.exit(faults === 0 ? 0 : 1);
