-- A ledger as the first version of the agent wrote it: one photo waits, one is being purged, one has vanished.
BEGIN TRANSACTION;
CREATE TABLE apps (                 -- bytes: a name may hold what no text can
  app BLOB PRIMARY KEY,
  source BLOB NOT NULL,
  package BLOB NOT NULL,
  version BLOB NOT NULL,
  name BLOB NOT NULL,
  automatic INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE baseline (app BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE evidence (
  digest TEXT PRIMARY KEY,
  strength TEXT NOT NULL,
  source TEXT NOT NULL,
  at INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO "evidence" VALUES('509b0d4641a7c3ba088ffa28559d1f57207ea980447bc1773b1d406d788386ee','delivered','journal drop (webdav)',1767614400000000);
CREATE TABLE findings (
  clause INTEGER NOT NULL,
  subject TEXT NOT NULL,
  what TEXT NOT NULL,
  mend TEXT NOT NULL,
  since INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (clause, subject)
) WITHOUT ROWID;
CREATE TABLE intents (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  photo INTEGER NOT NULL UNIQUE REFERENCES photos (id),
  strength TEXT NOT NULL,
  source TEXT NOT NULL,
  at INTEGER NOT NULL
);
INSERT INTO "intents" VALUES(1,1,'delivered','journal drop (webdav)',1767614400000000);
CREATE TABLE kept (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE numbered (             -- apart, so that numbering writes little: it must fit on a full disk
  number INTEGER PRIMARY KEY,
  news INTEGER NOT NULL REFERENCES outbox (id),
  chain TEXT NOT NULL
);
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  class INTEGER NOT NULL,           -- 0 is never shed; the highest goes first
  kind TEXT NOT NULL,
  at INTEGER NOT NULL,
  body BLOB NOT NULL
);
CREATE TABLE outcomes (
  task TEXT NOT NULL,
  subject TEXT NOT NULL,
  done TEXT NOT NULL,
  detail TEXT NOT NULL,
  PRIMARY KEY (task, subject)
) WITHOUT ROWID;
CREATE TABLE photos (
  id INTEGER PRIMARY KEY,
  path BLOB NOT NULL,               -- empty once it is gone: a name may be a child's
  digest TEXT NOT NULL,
  size INTEGER NOT NULL,
  taken_at INTEGER NOT NULL,
  device TEXT NOT NULL,             -- text: 64 bits without a sign
  inode TEXT NOT NULL,
  mtime_ns TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('here', 'purged', 'gone')),
  in_journal INTEGER NOT NULL,      -- 1 once there is evidence for the digest
  refused TEXT NOT NULL DEFAULT ''  -- why the last purge was refused, as it was told
);
INSERT INTO "photos" VALUES(1,X'2F686F6D652F636C656F2F4443494D2F612E6A7067','509b0d4641a7c3ba088ffa28559d1f57207ea980447bc1773b1d406d788386ee',5,1767610800000000,'1','1352338758','7','here',1,'');
INSERT INTO "photos" VALUES(2,X'2F686F6D652F636C656F2F4443494D2F622E6A7067','7a11ab94584454526cb0479a2e3b96aa5e1c9659290fd7d4cb5dbd28dce7d318',5,1767610800000000,'1','2047978388','7','here',0,'');
INSERT INTO "photos" VALUES(3,X'','92b3b1c43b181905f01d7a411cfec1c08134886791277f535dd62c0a56d53294',5,1767610800000000,'1','2461249988','7','gone',0,'');
CREATE TABLE reserve (room BLOB NOT NULL);
CREATE TABLE shed (kind TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX photos_by_digest ON photos (digest, state);
CREATE INDEX photos_counted ON photos (state, in_journal, taken_at, size);
CREATE INDEX outbox_to_shed ON outbox (class, id);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('intents',1);
COMMIT;
PRAGMA user_version = 1;
