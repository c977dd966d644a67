-- Where events of the audit trail are posted to, in their order (Standard Webhooks).
CREATE TABLE webhooks (
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    id TEXT NOT NULL,
    url TEXT NOT NULL,
    description TEXT NOT NULL,
    -- The kinds of events that are wanted, as a JSON array; `*` stands for every kind.
    events TEXT NOT NULL,
    enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    -- Why the server disabled it, if it did.
    disabled_reason TEXT,
    -- Up to this number of the trail everything has been delivered.
    position INTEGER NOT NULL,
    -- How often in a row the next event could not be delivered, and when that is tried again.
    failures INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    -- Until then one node is delivering, and no other does.
    leased_until INTEGER NOT NULL,
    -- By which deliveries are signed, sealed; beside it, for a while, the one before.
    secret TEXT NOT NULL,
    previous_secret TEXT,
    previous_until INTEGER,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (organization_id, id)
) STRICT;

CREATE INDEX webhooks_due ON webhooks (due_at) WHERE enabled;

-- What became of each attempt. No payload: that is in the trail, and goes with the person whom it is about.
CREATE TABLE webhook_deliveries (
    organization_id INTEGER NOT NULL,
    webhook_id TEXT NOT NULL,
    id TEXT NOT NULL,
    -- The event's number; none for a test.
    seq INTEGER,
    message TEXT NOT NULL,
    kind TEXT NOT NULL,
    -- `event`, `test` or `resend`.
    cause TEXT NOT NULL,
    at INTEGER NOT NULL,
    milliseconds INTEGER NOT NULL,
    status INTEGER,
    problem TEXT,
    PRIMARY KEY (organization_id, webhook_id, id),
    FOREIGN KEY (organization_id, webhook_id) REFERENCES webhooks (organization_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
