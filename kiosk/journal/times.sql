-- The journal, version 5: orders are asked for by when they were made, and the rare ones among millions by their state.

CREATE INDEX orders_created ON orders (created_us);
CREATE INDEX orders_rare ON orders (created_us) WHERE ended = 1 AND state IN ('given_back', 'settled');
