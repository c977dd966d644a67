-- Extensions that organizations define for themselves (RFC 7643 section 7), and what they need.

CREATE TABLE scim_schemas (
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    -- The URN in small letters: it is compared without case.
    urn_key TEXT NOT NULL,
    resource_type TEXT NOT NULL,
    required INTEGER NOT NULL,
    -- The whole definition as it is served, JSON.
    definition TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    PRIMARY KEY (organization_id, urn_key)
) STRICT;

-- The values of attributes that may occur once in an organization, each as a hash: the key decides between two that
-- write at the same moment.
CREATE TABLE unique_values (
    organization_id INTEGER NOT NULL,
    -- The URN in small letters, and the name of the attribute.
    urn_key TEXT NOT NULL,
    attribute TEXT NOT NULL,
    hash TEXT NOT NULL,
    -- Whose it is.
    member_id TEXT NOT NULL,
    PRIMARY KEY (organization_id, urn_key, attribute, hash),
    FOREIGN KEY (organization_id, urn_key) REFERENCES scim_schemas (organization_id, urn_key) ON DELETE CASCADE,
    FOREIGN KEY (organization_id, member_id) REFERENCES members (organization_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX unique_values_by_member ON unique_values (organization_id, member_id);
