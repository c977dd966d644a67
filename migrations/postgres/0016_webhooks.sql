-- Where events of the audit trail are posted to, in their order (Standard Webhooks).
CREATE TABLE webhooks (
    organization_id BIGINT NOT NULL REFERENCES organizations (id),
    id UUID NOT NULL,
    url TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C" NOT NULL,
    -- The kinds of events that are wanted, as a JSON array; `*` stands for every kind.
    events JSONB NOT NULL,
    enabled BOOLEAN NOT NULL,
    -- Why the server disabled it, if it did.
    disabled_reason TEXT COLLATE "C",
    -- Up to this number of the trail everything has been delivered.
    position BIGINT NOT NULL,
    -- How often in a row the next event could not be delivered, and when that is tried again.
    failures BIGINT NOT NULL,
    due_at TIMESTAMPTZ NOT NULL,
    -- Until then one node is delivering, and no other does.
    leased_until TIMESTAMPTZ NOT NULL,
    -- By which deliveries are signed, sealed; beside it, for a while, the one before.
    secret TEXT COLLATE "C" NOT NULL,
    previous_secret TEXT COLLATE "C",
    previous_until TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (organization_id, id)
);

CREATE INDEX webhooks_due ON webhooks (due_at) WHERE enabled;

-- What became of each attempt. No payload: that is in the trail, and goes with the person whom it is about.
CREATE TABLE webhook_deliveries (
    organization_id BIGINT NOT NULL,
    webhook_id UUID NOT NULL,
    id UUID NOT NULL,
    -- The event's number; none for a test.
    seq BIGINT,
    message TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    -- `event`, `test` or `resend`.
    cause TEXT COLLATE "C" NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    milliseconds BIGINT NOT NULL,
    status BIGINT,
    problem TEXT COLLATE "C",
    PRIMARY KEY (organization_id, webhook_id, id),
    FOREIGN KEY (organization_id, webhook_id) REFERENCES webhooks (organization_id, id) ON DELETE CASCADE
);
