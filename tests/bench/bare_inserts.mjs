// The same as bare_inserts.cpp by node:sqlite, in a database that has the tables.
//
//     node bare_inserts.mjs DATABASE SECONDS EVENT

import { DatabaseSync } from 'node:sqlite';

const [, , path, seconds, json] = process.argv;
const database = new DatabaseSync(path);
database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
const id = database.prepare("INSERT INTO event_ids VALUES ('app', ?, ?)");
const event = database.prepare("INSERT INTO events VALUES ('app', ?, ?)");
const begun = performance.now();
let number = 0;
while (performance.now() < begun + 1000 * Number(seconds)) {
  database.exec('BEGIN IMMEDIATE');
  for (let i = 0; i < 200; ++i) {
    ++number;
    id.run(`bare-event-${1_000_000_000 + number}`, number);
    event.run(number, json);
  }
  database.exec('COMMIT');
}
console.log((1000 * number / (performance.now() - begun)).toFixed(0));
