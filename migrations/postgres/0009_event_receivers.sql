-- Who is told of changes by security event tokens (RFC 9967), and fetches them with a SCIM token (RFC 8936).
CREATE TABLE event_receivers (
    organization_id BIGINT NOT NULL REFERENCES organizations (id),
    id UUID NOT NULL,
    -- Who presents this token is the receiver.
    scim_token_id UUID NOT NULL UNIQUE REFERENCES scim_tokens (id),
    audience TEXT COLLATE "C" NOT NULL,
    -- The URIs of the events that are asked for, as a JSON array.
    events JSONB NOT NULL,
    -- Up to this number of the trail nothing is outstanding.
    acknowledged BIGINT NOT NULL,
    -- What the receiver last could not take, as a JSON object.
    problem JSONB,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (organization_id, id)
);

-- Numbers behind it that are acknowledged already.
CREATE TABLE event_receipts (
    organization_id BIGINT NOT NULL,
    receiver_id UUID NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (organization_id, receiver_id, seq),
    FOREIGN KEY (organization_id, receiver_id) REFERENCES event_receivers (organization_id, id) ON DELETE CASCADE
);
