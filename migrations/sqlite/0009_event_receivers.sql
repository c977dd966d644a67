-- Who is told of changes by security event tokens (RFC 9967), and fetches them with a SCIM token (RFC 8936).
CREATE TABLE event_receivers (
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    id TEXT NOT NULL,
    -- Who presents this token is the receiver.
    scim_token_id TEXT NOT NULL UNIQUE REFERENCES scim_tokens (id),
    audience TEXT NOT NULL,
    -- The URIs of the events that are asked for, as a JSON array.
    events TEXT NOT NULL,
    -- Up to this number of the trail nothing is outstanding.
    acknowledged INTEGER NOT NULL,
    -- What the receiver last could not take, as a JSON object.
    problem TEXT,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (organization_id, id)
) STRICT;

-- Numbers behind it that are acknowledged already.
CREATE TABLE event_receipts (
    organization_id INTEGER NOT NULL,
    receiver_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (organization_id, receiver_id, seq),
    FOREIGN KEY (organization_id, receiver_id) REFERENCES event_receivers (organization_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
