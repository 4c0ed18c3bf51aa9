-- The journal, version 4: a result that the operator's server refuses waits first, is then set aside, and is tried again
-- by itself. Both columns are about the delivery: the chain does not cover them (chain.py).

ALTER TABLE outbox ADD COLUMN refused_us INTEGER;  -- when it was refused first, in microseconds; NULL: it was not
ALTER TABLE outbox ADD COLUMN again_us INTEGER;    -- of one set aside, when it is tried again; NULL: never by itself

-- Those that were set aside before were tried once: they get another chance at the first start.
UPDATE outbox SET refused_us = 0, again_us = 0 WHERE state = 'quarantined';

CREATE INDEX outbox_again ON outbox (again_us) WHERE state = 'quarantined' AND again_us IS NOT NULL;
CREATE INDEX outbox_held ON outbox (order_id, sequence) WHERE state = 'quarantined' AND again_us IS NOT NULL;
