// The SQL of the database, which is the native store's: made by tests/wasm/sqlite_statements.cpp from
// include/notifier/adapters. A test says when it is stale, and how it is made anew.

export const applicationId = 1853122169;

/** What brings the schema from each version to the next. */
export const migrations: readonly string[] = [
  "CREATE TABLE registry (position INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, id TEXT NOT NULL, change TEXT NOT NULL, UNIQUE (kind, id)) STRICT;",
  "CREATE TABLE events (app_id TEXT NOT NULL, number INTEGER NOT NULL, event TEXT NOT NULL, UNIQUE (app_id, number)) STRICT;",
  "CREATE TABLE deliveries (sequence INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, notifier_id TEXT NOT NULL, app_id TEXT NOT NULL, event_id TEXT NOT NULL, event_type TEXT NOT NULL, platform INTEGER NOT NULL, target INTEGER NOT NULL, host INTEGER NOT NULL, state INTEGER NOT NULL, attempts INTEGER NOT NULL, created_at INTEGER NOT NULL, next_at INTEGER NOT NULL) STRICT;CREATE INDEX deliveries_by_notifier ON deliveries (notifier_id, sequence);CREATE INDEX deliveries_pending ON deliveries (sequence) WHERE state = 0;CREATE INDEX deliveries_ended ON deliveries (state, next_at) WHERE state <> 0;CREATE TABLE delivery_contents (sequence INTEGER PRIMARY KEY, content TEXT NOT NULL) STRICT;CREATE TABLE delivery_attempts (sequence INTEGER NOT NULL, number INTEGER NOT NULL, at INTEGER NOT NULL, action INTEGER NOT NULL, status INTEGER NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (sequence, number)) STRICT, WITHOUT ROWID;CREATE TABLE notifier_health (notifier_id TEXT PRIMARY KEY, failing_since INTEGER NOT NULL, failures INTEGER NOT NULL) STRICT, WITHOUT ROWID;",
  "CREATE TABLE configuration (document TEXT NOT NULL) STRICT;",
  "ALTER TABLE registry ADD COLUMN version TEXT;CREATE TABLE event_ids (app_id TEXT NOT NULL, event_id TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (app_id, event_id)) STRICT, WITHOUT ROWID;CREATE INDEX event_ids_by_number ON event_ids (app_id, number);CREATE TABLE events_of_1_0 (last INTEGER NOT NULL) STRICT;INSERT INTO events_of_1_0 SELECT COALESCE(MAX(rowid), 0) FROM events;",
  "ALTER TABLE deliveries RENAME TO old_deliveries;ALTER TABLE delivery_contents RENAME TO old_delivery_contents;ALTER TABLE delivery_attempts RENAME TO old_delivery_attempts;CREATE TABLE deliveries (sequence INTEGER PRIMARY KEY AUTOINCREMENT, notifier_id TEXT NOT NULL, key TEXT NOT NULL, app_id TEXT NOT NULL, event_id TEXT NOT NULL, event_type TEXT NOT NULL, platform TEXT NOT NULL, target INTEGER NOT NULL, host INTEGER NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL, created_at INTEGER NOT NULL, next_at INTEGER NOT NULL, wait_ms INTEGER NOT NULL, UNIQUE (notifier_id, key)) STRICT;INSERT INTO sqlite_sequence (name, seq) SELECT 'deliveries', seq FROM sqlite_sequence WHERE name = 'old_deliveries';CREATE INDEX deliveries_of_notifier ON deliveries (notifier_id, sequence);CREATE INDEX deliveries_waiting ON deliveries (sequence) WHERE state IN ('pending', 'held');CREATE INDEX deliveries_over ON deliveries (state, next_at) WHERE state IN ('delivered', 'dead');CREATE TABLE delivery_contents (sequence INTEGER PRIMARY KEY, rest INTEGER NOT NULL, recipients TEXT NOT NULL DEFAULT '', content TEXT NOT NULL) STRICT;CREATE INDEX delivery_contents_by_rest ON delivery_contents (rest) WHERE rest <> 0;CREATE TABLE delivery_rests (id INTEGER PRIMARY KEY AUTOINCREMENT, hash TEXT NOT NULL, rest TEXT NOT NULL) STRICT;CREATE INDEX delivery_rests_by_hash ON delivery_rests (hash);CREATE TABLE delivery_attempts (sequence INTEGER NOT NULL, number INTEGER NOT NULL, at INTEGER NOT NULL, action TEXT NOT NULL, status INTEGER NOT NULL, reason TEXT NOT NULL, remaining TEXT NOT NULL, refused TEXT NOT NULL, PRIMARY KEY (sequence, number)) STRICT, WITHOUT ROWID;ALTER TABLE notifier_health RENAME TO old_notifier_health;CREATE TABLE notifier_health (notifier_id TEXT PRIMARY KEY, failing_ms INTEGER NOT NULL, last_failure INTEGER NOT NULL, failures INTEGER NOT NULL) STRICT, WITHOUT ROWID;INSERT INTO notifier_health SELECT notifier_id, 0, failing_since, failures FROM old_notifier_health;DROP TABLE old_notifier_health;CREATE TABLE outbox_clock (id INTEGER PRIMARY KEY CHECK (id = 1), wall INTEGER NOT NULL, kept INTEGER NOT NULL) STRICT;",
  "ALTER TABLE delivery_attempts ADD COLUMN reply TEXT NOT NULL DEFAULT '';",
  "CREATE INDEX IF NOT EXISTS deliveries_grouping ON deliveries (sequence) WHERE state = 'grouping';CREATE INDEX IF NOT EXISTS deliveries_grouped ON deliveries (next_at) WHERE state = 'grouped';CREATE TABLE IF NOT EXISTS delivery_groups (key TEXT PRIMARY KEY, app_id TEXT NOT NULL, notifier_id TEXT NOT NULL, state TEXT NOT NULL) STRICT;",
  "CREATE TABLE event_bytes (app_id TEXT PRIMARY KEY, bytes INTEGER NOT NULL) STRICT, WITHOUT ROWID;INSERT INTO event_bytes SELECT app_id, SUM(LENGTH(CAST(event AS BLOB))) FROM events GROUP BY app_id;CREATE TRIGGER event_kept AFTER INSERT ON events BEGIN INSERT INTO event_bytes (app_id, bytes) VALUES (NEW.app_id, LENGTH(CAST(NEW.event AS BLOB))) ON CONFLICT (app_id) DO UPDATE SET bytes = bytes + excluded.bytes; END;CREATE TRIGGER event_forgotten AFTER DELETE ON events BEGIN UPDATE event_bytes SET bytes = bytes - LENGTH(CAST(OLD.event AS BLOB)) WHERE app_id = OLD.app_id; END;",
  "ALTER TABLE delivery_attempts ADD COLUMN receipt TEXT NOT NULL DEFAULT '';",
];

export const statements = {
  hasOldTables: "SELECT COUNT(*) FROM sqlite_schema WHERE type = 'table' AND name = 'old_deliveries'",
  hasOldRows: "SELECT EXISTS (SELECT 1 FROM old_deliveries)",
  dropOldTables: "DROP TABLE old_delivery_attempts; DROP TABLE old_delivery_contents; DROP TABLE old_deliveries;",
  selectChanges: "SELECT change FROM registry ORDER BY position",
  putChange: "INSERT INTO registry (position, kind, id, change, version) VALUES (CASE ?1 WHEN 'vocabulary' THEN 0 END, ?1, ?2, ?3, ?4) ON CONFLICT (kind, id) DO UPDATE SET change = excluded.change, version = excluded.version",
  removeChange: "DELETE FROM registry WHERE kind = ?1 AND id = ?2",
  selectConfiguration: "SELECT document FROM configuration",
  dropConfiguration: "DELETE FROM configuration",
  insertConfiguration: "INSERT INTO configuration (document) VALUES (?1)",
  insertEvent: "INSERT INTO events (app_id, number, event) SELECT ?1, 1 + COALESCE(MAX(number), 0), ?2 FROM events WHERE app_id = ?1 RETURNING number",
  insertEventId: "INSERT INTO event_ids (app_id, event_id, number) SELECT ?1, ?2, 1 + COALESCE(MAX(number), 0) FROM events WHERE app_id = ?1 ON CONFLICT DO NOTHING RETURNING number",
  forgetEvents: "DELETE FROM events WHERE app_id = ?1 AND number <= ?2",
  forgetEventIds: "DELETE FROM event_ids WHERE app_id = ?1 AND number <= ?2",
  selectEventBytes: "SELECT bytes FROM event_bytes WHERE app_id = ?1",
  selectAllEventBytes: "SELECT COALESCE(SUM(bytes), 0) FROM event_bytes",
  selectEventSizes: "SELECT number, LENGTH(CAST(event AS BLOB)) FROM events WHERE app_id = ?1 ORDER BY number",
  eventRange: "SELECT COALESCE(MIN(number), 1), COALESCE(MAX(number), 0) FROM events WHERE app_id = ?1",
  pageOfEvents: "SELECT event FROM events WHERE app_id = ?1 AND number <= ?2 ORDER BY number DESC LIMIT ?3",
  lastEventOf10: "SELECT last FROM events_of_1_0 WHERE last >= (SELECT rowid FROM events ORDER BY rowid LIMIT 1)",
  takeOverEventIds: "INSERT OR IGNORE INTO event_ids (app_id, event_id, number) SELECT app_id, json_extract(event, '$.id'), number FROM events WHERE app_id = ?1 AND rowid <= ?2 AND json_valid(event) AND json_type(event, '$.id') = 'text' AND json_extract(event, '$.id') <> '' ORDER BY number",
  selectContent: "SELECT content, rest, recipients FROM delivery_contents WHERE sequence = ?1",
  selectRest: "SELECT rest FROM delivery_rests WHERE id = ?1",
  selectHealth: "SELECT notifier_id, failing_ms, last_failure, failures FROM notifier_health",
  selectClock: "SELECT wall, kept FROM outbox_clock",
  insertContent: "INSERT INTO delivery_contents (sequence, content, rest) VALUES (?1, ?2, ?3)",
  findRest: "SELECT id FROM delivery_rests WHERE hash = ?1 AND rest = ?2",
  insertRest: "INSERT INTO delivery_rests (hash, rest) VALUES (?1, ?2) RETURNING id",
  insertAttempt: "INSERT INTO delivery_attempts (sequence, number, at, action, status, reason, remaining, refused, reply, receipt) SELECT ?1, 1 + COALESCE(MAX(number), 0), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 FROM delivery_attempts WHERE sequence = ?1",
  updateRecord: "UPDATE deliveries SET state = ?2, attempts = ?3, next_at = ?4, wait_ms = ?5 WHERE sequence = ?1 RETURNING 1",
  updateRecipients: "UPDATE delivery_contents SET recipients = ?2 WHERE sequence = ?1",
  putHealth: "INSERT INTO notifier_health (notifier_id, failing_ms, last_failure, failures) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (notifier_id) DO UPDATE SET failing_ms = ?2, last_failure = ?3, failures = ?4",
  dropHealth: "DELETE FROM notifier_health WHERE notifier_id = ?1",
  putClock: "INSERT INTO outbox_clock (id, wall, kept) VALUES (1, ?1, ?2) ON CONFLICT (id) DO UPDATE SET wall = ?1, kept = ?2",
  selectOver: "SELECT sequence FROM deliveries WHERE state IN ('delivered', 'dead') AND state = ?1 AND next_at < ?2 LIMIT ?3",
  dateOver: "UPDATE deliveries SET next_at = ?2 WHERE state IN ('delivered', 'dead') AND state = ?1 AND next_at > ?2",
  forgetRecord: "DELETE FROM deliveries WHERE sequence = ?1",
  forgetAttempts: "DELETE FROM delivery_attempts WHERE sequence = ?1",
  forgetContent: "DELETE FROM delivery_contents WHERE sequence = ?1 RETURNING rest",
  forgetRest: "DELETE FROM delivery_rests WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM delivery_contents WHERE rest <> 0 AND rest = ?1)",
};

/** Those that look at the tables of 1.0, too, while there are such. */
export const statementsBesideOld = {
  no: {
    selectWaiting: "SELECT sequence, key, notifier_id, app_id, event_id, event_type, platform, target, host, state, attempts, created_at, next_at, wait_ms FROM deliveries WHERE state IN ('pending', 'held') AND sequence > ?1 ORDER BY sequence LIMIT ?2",
    selectByKey: "SELECT sequence, key, notifier_id, app_id, event_id, event_type, platform, target, host, state, attempts, created_at, next_at, wait_ms FROM deliveries WHERE notifier_id = ?1 AND key = ?2",
    selectHistory: "SELECT number, at, action, status, reason, remaining, refused, reply, receipt FROM delivery_attempts WHERE sequence = ?1 ORDER BY number",
    insertRecord: "INSERT INTO deliveries (key, notifier_id, app_id, event_id, event_type, platform, target, host, state, attempts, created_at, next_at, wait_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) ON CONFLICT (notifier_id, key) DO NOTHING RETURNING sequence",
    countAll: "SELECT COUNT(*) FROM deliveries WHERE TRUE",
    countOfState: "SELECT COUNT(*) FROM deliveries WHERE TRUE AND state = ?2",
    countOfNotifier: "SELECT COUNT(*) FROM deliveries WHERE notifier_id = ?1",
    countOfBoth: "SELECT COUNT(*) FROM deliveries WHERE notifier_id = ?1 AND state = ?2",
    pageOfAll: "SELECT sequence, key, notifier_id, app_id, event_id, event_type, platform, target, host, state, attempts, created_at, next_at, wait_ms FROM deliveries WHERE TRUE AND sequence <= ?6 ORDER BY sequence DESC LIMIT ?4 OFFSET ?5",
    pageOfState: "SELECT sequence, key, notifier_id, app_id, event_id, event_type, platform, target, host, state, attempts, created_at, next_at, wait_ms FROM deliveries WHERE TRUE AND state = ?2 AND sequence <= ?6 ORDER BY sequence DESC LIMIT ?4 OFFSET ?5",
    pageOfNotifier: "SELECT sequence, key, notifier_id, app_id, event_id, event_type, platform, target, host, state, attempts, created_at, next_at, wait_ms FROM deliveries WHERE notifier_id = ?1 AND sequence <= ?6 ORDER BY sequence DESC LIMIT ?4 OFFSET ?5",
    pageOfBoth: "SELECT sequence, key, notifier_id, app_id, event_id, event_type, platform, target, host, state, attempts, created_at, next_at, wait_ms FROM deliveries WHERE notifier_id = ?1 AND state = ?2 AND sequence <= ?6 ORDER BY sequence DESC LIMIT ?4 OFFSET ?5",
  },
  yes: {
    selectWaiting: "SELECT sequence, key, notifier_id, app_id, event_id, event_type, platform, target, host, state, attempts, created_at, next_at, wait_ms FROM deliveries WHERE state IN ('pending', 'held') AND sequence > ?1 UNION ALL SELECT sequence, key, notifier_id, app_id, event_id, event_type, CASE platform WHEN 0 THEN 'email' WHEN 1 THEN 'slack' WHEN 2 THEN 'webhook' ELSE 'rocket_chat' END, target, host, CASE state WHEN 0 THEN 'pending' WHEN 1 THEN 'delivered' ELSE 'dead' END, attempts, created_at, next_at, -1 FROM old_deliveries WHERE state = 0 AND sequence > ?1 ORDER BY sequence LIMIT ?2",
    selectByKey: "SELECT sequence, key, notifier_id, app_id, event_id, event_type, platform, target, host, state, attempts, created_at, next_at, wait_ms FROM deliveries WHERE notifier_id = ?1 AND key = ?2 UNION ALL SELECT sequence, key, notifier_id, app_id, event_id, event_type, CASE platform WHEN 0 THEN 'email' WHEN 1 THEN 'slack' WHEN 2 THEN 'webhook' ELSE 'rocket_chat' END, target, host, CASE state WHEN 0 THEN 'pending' WHEN 1 THEN 'delivered' ELSE 'dead' END, attempts, created_at, next_at, -1 FROM old_deliveries WHERE notifier_id = ?1 AND key = ?2",
    selectHistory: "SELECT number, at, action, status, reason, remaining, refused, reply, receipt FROM delivery_attempts WHERE sequence = ?1 UNION ALL SELECT number, at, CASE action WHEN 0 THEN 'delivered' WHEN 1 THEN 'retry' WHEN 2 THEN 'throttle' WHEN 3 THEN 'disable' ELSE 'fail' END, status, reason, '', '', '', '' FROM old_delivery_attempts WHERE sequence = ?1 ORDER BY number",
    insertRecord: "INSERT INTO deliveries (key, notifier_id, app_id, event_id, event_type, platform, target, host, state, attempts, created_at, next_at, wait_ms) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13 WHERE NOT EXISTS (SELECT 1 FROM old_deliveries WHERE key = ?1 AND notifier_id = ?2) ON CONFLICT (notifier_id, key) DO NOTHING RETURNING sequence",
    countAll: "SELECT COUNT(*) FROM deliveries WHERE TRUE UNION ALL SELECT COUNT(*) FROM old_deliveries WHERE TRUE",
    countOfState: "SELECT COUNT(*) FROM deliveries WHERE TRUE AND state = ?2 UNION ALL SELECT COUNT(*) FROM old_deliveries WHERE TRUE AND state = ?3",
    countOfNotifier: "SELECT COUNT(*) FROM deliveries WHERE notifier_id = ?1 UNION ALL SELECT COUNT(*) FROM old_deliveries WHERE notifier_id = ?1",
    countOfBoth: "SELECT COUNT(*) FROM deliveries WHERE notifier_id = ?1 AND state = ?2 UNION ALL SELECT COUNT(*) FROM old_deliveries WHERE notifier_id = ?1 AND state = ?3",
    pageOfAll: "SELECT sequence, key, notifier_id, app_id, event_id, event_type, platform, target, host, state, attempts, created_at, next_at, wait_ms FROM deliveries WHERE TRUE AND sequence <= ?6 UNION ALL SELECT sequence, key, notifier_id, app_id, event_id, event_type, CASE platform WHEN 0 THEN 'email' WHEN 1 THEN 'slack' WHEN 2 THEN 'webhook' ELSE 'rocket_chat' END, target, host, CASE state WHEN 0 THEN 'pending' WHEN 1 THEN 'delivered' ELSE 'dead' END, attempts, created_at, next_at, -1 FROM old_deliveries WHERE TRUE AND sequence <= ?6 ORDER BY sequence DESC LIMIT ?4 OFFSET ?5",
    pageOfState: "SELECT sequence, key, notifier_id, app_id, event_id, event_type, platform, target, host, state, attempts, created_at, next_at, wait_ms FROM deliveries WHERE TRUE AND state = ?2 AND sequence <= ?6 UNION ALL SELECT sequence, key, notifier_id, app_id, event_id, event_type, CASE platform WHEN 0 THEN 'email' WHEN 1 THEN 'slack' WHEN 2 THEN 'webhook' ELSE 'rocket_chat' END, target, host, CASE state WHEN 0 THEN 'pending' WHEN 1 THEN 'delivered' ELSE 'dead' END, attempts, created_at, next_at, -1 FROM old_deliveries WHERE TRUE AND state = ?3 AND sequence <= ?6 ORDER BY sequence DESC LIMIT ?4 OFFSET ?5",
    pageOfNotifier: "SELECT sequence, key, notifier_id, app_id, event_id, event_type, platform, target, host, state, attempts, created_at, next_at, wait_ms FROM deliveries WHERE notifier_id = ?1 AND sequence <= ?6 UNION ALL SELECT sequence, key, notifier_id, app_id, event_id, event_type, CASE platform WHEN 0 THEN 'email' WHEN 1 THEN 'slack' WHEN 2 THEN 'webhook' ELSE 'rocket_chat' END, target, host, CASE state WHEN 0 THEN 'pending' WHEN 1 THEN 'delivered' ELSE 'dead' END, attempts, created_at, next_at, -1 FROM old_deliveries WHERE notifier_id = ?1 AND sequence <= ?6 ORDER BY sequence DESC LIMIT ?4 OFFSET ?5",
    pageOfBoth: "SELECT sequence, key, notifier_id, app_id, event_id, event_type, platform, target, host, state, attempts, created_at, next_at, wait_ms FROM deliveries WHERE notifier_id = ?1 AND state = ?2 AND sequence <= ?6 UNION ALL SELECT sequence, key, notifier_id, app_id, event_id, event_type, CASE platform WHEN 0 THEN 'email' WHEN 1 THEN 'slack' WHEN 2 THEN 'webhook' ELSE 'rocket_chat' END, target, host, CASE state WHEN 0 THEN 'pending' WHEN 1 THEN 'delivered' ELSE 'dead' END, attempts, created_at, next_at, -1 FROM old_deliveries WHERE notifier_id = ?1 AND state = ?3 AND sequence <= ?6 ORDER BY sequence DESC LIMIT ?4 OFFSET ?5",
  },
};

/** Those of the tables of 1.0 alone. */
export const oldStatements = {
  selectOldContent: "SELECT content, 0, '' FROM old_delivery_contents WHERE sequence = ?1",
  moveRecord: "INSERT INTO deliveries (sequence, key, notifier_id, app_id, event_id, event_type, platform, target, host, state, attempts, created_at, next_at, wait_ms) SELECT sequence, key, notifier_id, app_id, event_id, event_type, CASE platform WHEN 0 THEN 'email' WHEN 1 THEN 'slack' WHEN 2 THEN 'webhook' ELSE 'rocket_chat' END, target, host, CASE state WHEN 0 THEN 'pending' WHEN 1 THEN 'delivered' ELSE 'dead' END, attempts, created_at, next_at, -1 FROM old_deliveries WHERE sequence = ?1",
  moveContent: "INSERT INTO delivery_contents (sequence, content, rest) SELECT sequence, content, 0 FROM old_delivery_contents WHERE sequence = ?1",
  moveAttempts: "INSERT INTO delivery_attempts (sequence, number, at, action, status, reason, remaining, refused, reply, receipt) SELECT sequence, number, at, CASE action WHEN 0 THEN 'delivered' WHEN 1 THEN 'retry' WHEN 2 THEN 'throttle' WHEN 3 THEN 'disable' ELSE 'fail' END, status, reason, '', '', '', '' FROM old_delivery_attempts WHERE sequence = ?1",
  selectOldOver: "SELECT sequence FROM old_deliveries WHERE state <> 0 AND state = ?1 AND next_at < ?2 LIMIT ?3",
  dateOldOver: "UPDATE old_deliveries SET next_at = ?2 WHERE state <> 0 AND state = ?1 AND next_at > ?2",
  forgetOldRecord: "DELETE FROM old_deliveries WHERE sequence = ?1",
  forgetOldAttempts: "DELETE FROM old_delivery_attempts WHERE sequence = ?1",
  forgetOldContent: "DELETE FROM old_delivery_contents WHERE sequence = ?1",
};
