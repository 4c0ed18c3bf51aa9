-- The journal, version 3: a release that was begun before a crash waits for a person (state 'unconfirmed'), and which orders that have ended are to be asked about yet, whatever the clock says. The column is
-- a reminder and no record: the chain does not cover it (chain.py).

ALTER TABLE orders ADD COLUMN owed INTEGER NOT NULL DEFAULT 0 CHECK (owed IN (0, 1));

-- Of the orders that ended without money, those of the two days before the newest were watched until now.
UPDATE orders SET owed = 1
  WHERE state = 'not_charged' AND json_extract(phase, '$.verdict') <> 'not_sent'
    AND since_us >= (SELECT max(since_us) FROM orders) - 172800000000;

DROP INDEX orders_not_charged;
CREATE INDEX orders_unconfirmed ON orders (created_us) WHERE state = 'unconfirmed';
CREATE INDEX orders_owed ON orders (number) WHERE owed = 1;
