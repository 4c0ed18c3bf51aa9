-- The journal, version 2: each write is a link of a chain. See chain.py for what a digest is made of.

CREATE TABLE boots (
  number  INTEGER PRIMARY KEY,
  boot_id TEXT    NOT NULL UNIQUE              -- the kernel's, another one for each start of the machine
) STRICT;

CREATE TABLE chain (
  number  INTEGER PRIMARY KEY,
  at      TEXT    NOT NULL,
  clock   TEXT    NOT NULL CHECK (clock IN ('synchronised', 'restored', 'unknown')),
  boot    INTEGER NOT NULL REFERENCES boots (number),
  boot_us INTEGER NOT NULL,                    -- microseconds since that start, with which a day can be put in order
  wrote   TEXT    NOT NULL,                    -- which rows, with the digest of each
  digest  TEXT    NOT NULL                     -- of all that, and of the link before
) STRICT;
