-- The journal, version 1. Once released, this file is never changed: what comes later goes into a file of its own
-- (chain.sql is the second), added to STEPS in file.py, and brings a journal of the version before to the next.
--
-- Times are ISO 8601 with offset, as the gateway's clock had them. Texts with different offsets do not sort, so each
-- time that is searched by stands beside its text as microseconds since 1970 (.._us).

CREATE TABLE orders (
  number        INTEGER PRIMARY KEY,           -- in the order they were made, whatever the clock did
  id            TEXT    NOT NULL UNIQUE,       -- the gateway's merchantOrderId
  claim         TEXT    NOT NULL COLLATE NOCASE,
  product       TEXT    NOT NULL,
  amount_minor  INTEGER NOT NULL CHECK (amount_minor >= 0),
  currency      TEXT    NOT NULL,
  state         TEXT    NOT NULL,              -- the name of the phase
  phase         TEXT    NOT NULL,              -- its fields, JSON
  ended         INTEGER NOT NULL CHECK (ended IN (0, 1)),
  created_at    TEXT    NOT NULL,
  expire_at     TEXT    NOT NULL,
  since         TEXT    NOT NULL,
  paid_at       TEXT,
  created_us    INTEGER NOT NULL,
  since_us      INTEGER NOT NULL,
  paid_us       INTEGER,                       -- NULL: no money came; of paid orders that lack paid_at: created_us
  gateway_id    TEXT,
  released      INTEGER NOT NULL CHECK (released IN (0, 1)),
  refunds       TEXT    NOT NULL,              -- JSON
  refunds_asked INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX orders_gateway_id ON orders (gateway_id) WHERE gateway_id IS NOT NULL;
CREATE INDEX orders_claim ON orders (claim);
CREATE INDEX orders_open ON orders (number) WHERE ended = 0;
CREATE INDEX orders_not_charged ON orders (since_us) WHERE state = 'not_charged';
CREATE INDEX orders_unresolved ON orders (created_us) WHERE state = 'unresolved';
CREATE INDEX orders_paid ON orders (paid_us) WHERE paid_us IS NOT NULL;

-- What was about to be done to the world, written before it was done, and what came of it.
CREATE TABLE intents (
  number      INTEGER PRIMARY KEY,
  order_id    TEXT NOT NULL REFERENCES orders (id),
  kind        TEXT NOT NULL CHECK (kind IN ('pay', 'cancel', 'refund', 'release')),
  at          TEXT NOT NULL,
  answer      TEXT,
  answered_at TEXT,
  CHECK ((answer IS NULL) = (answered_at IS NULL))
) STRICT;

CREATE INDEX intents_order ON intents (order_id);
CREATE INDEX intents_unanswered ON intents (number) WHERE answered_at IS NULL;

-- Reports on their way to the operator. AUTOINCREMENT keeps a number from coming twice when old rows are removed;
-- it is taken back with its transaction, so there are no gaps.
CREATE TABLE outbox (
  sequence   INTEGER PRIMARY KEY AUTOINCREMENT,
  id         TEXT    NOT NULL,                 -- webhook-id, random, the same through all retries
  topic      TEXT    NOT NULL,
  order_id   TEXT    REFERENCES orders (id),
  at         TEXT    NOT NULL,
  body       TEXT    NOT NULL,
  state      TEXT    NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'quarantined')),
  attempts   INTEGER NOT NULL DEFAULT 0,       -- that failed
  trouble    TEXT    NOT NULL DEFAULT '',      -- why the last one did
  delivered_at TEXT
) STRICT;

-- Rows of one state are in the order of their sequence; with the state in the index, they are counted in it alone.
CREATE INDEX outbox_pending ON outbox (state) WHERE state = 'pending';
CREATE INDEX outbox_quarantined ON outbox (state) WHERE state = 'quarantined';
