-- The audit trail is numbered after the commit, so that no writer waits for another.

-- Events that have no number yet, in the order in which they were written. No references: they would cost every writer,
-- and rollright doctor --verify holds them.
CREATE TABLE events_unordered (
    number INTEGER PRIMARY KEY,
    event_id TEXT NOT NULL
) STRICT;
INSERT INTO events_unordered (event_id) SELECT id FROM events ORDER BY id;

-- The place of each event in the trail of its organization, from 1 on without a gap, and the chain of hashes.
CREATE TABLE event_order (
    organization_id INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    event_id TEXT NOT NULL UNIQUE,
    hash TEXT NOT NULL,
    PRIMARY KEY (organization_id, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX event_details_by_event ON event_details (event_id);
