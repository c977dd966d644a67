-- Extensions that organizations define for themselves (RFC 7643 section 7), and what they need.

CREATE TABLE scim_schemas (
    organization_id BIGINT NOT NULL REFERENCES organizations (id),
    -- The URN in small letters: it is compared without case.
    urn_key TEXT COLLATE "C" NOT NULL,
    resource_type TEXT COLLATE "C" NOT NULL,
    required BOOLEAN NOT NULL,
    -- The whole definition as it is served, JSON.
    definition TEXT COLLATE "C" NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    modified_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (organization_id, urn_key)
);

-- The values of attributes that may occur once in an organization, each as a hash: the key decides between two that
-- write at the same moment.
CREATE TABLE unique_values (
    organization_id BIGINT NOT NULL,
    -- The URN in small letters, and the name of the attribute.
    urn_key TEXT COLLATE "C" NOT NULL,
    attribute TEXT COLLATE "C" NOT NULL,
    hash TEXT COLLATE "C" NOT NULL,
    -- Whose it is.
    member_id UUID NOT NULL,
    PRIMARY KEY (organization_id, urn_key, attribute, hash),
    FOREIGN KEY (organization_id, urn_key) REFERENCES scim_schemas (organization_id, urn_key) ON DELETE CASCADE,
    FOREIGN KEY (organization_id, member_id) REFERENCES members (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX unique_values_by_member ON unique_values (organization_id, member_id);
