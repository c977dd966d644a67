-- The brake on mass removals: where one sweep of a directory would delete more than a set share of the members, access
-- ends at once, but what is erased for good waits here until an administrator says so.

-- One row for an organization whose directory has deleted somebody. A sweep ends when nothing is deleted for a while.
CREATE TABLE removal_brakes (
    organization_id BIGINT PRIMARY KEY REFERENCES organizations (id),
    -- In percent of the members; 0 means that nothing is held.
    share SMALLINT NOT NULL,
    last_at TIMESTAMPTZ,
    removals BIGINT NOT NULL,
    -- How many members there were when the sweep began; NULL until it matters.
    members BIGINT
);

-- A member whose deletion waits: everything that deleting loses, as it was.
CREATE TABLE held_members (
    organization_id BIGINT NOT NULL REFERENCES organizations (id),
    id UUID NOT NULL,
    number BIGINT NOT NULL,
    account_id UUID NOT NULL REFERENCES accounts (id),
    user_name TEXT COLLATE "C" NOT NULL,
    user_name_key TEXT COLLATE "C" NOT NULL,
    external_id TEXT COLLATE "C",
    active BOOLEAN NOT NULL,
    attributes JSONB NOT NULL,
    suspended BOOLEAN NOT NULL,
    pinned_role SMALLINT,
    base_role SMALLINT NOT NULL,
    held_mapped_role BOOLEAN NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    held_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (organization_id, id)
);
CREATE INDEX held_members_by_user_name ON held_members (organization_id, user_name_key);
CREATE INDEX held_members_by_account ON held_members (account_id);

CREATE TABLE held_group_members (
    organization_id BIGINT NOT NULL,
    member_id UUID NOT NULL,
    group_id UUID NOT NULL,
    PRIMARY KEY (organization_id, member_id, group_id),
    FOREIGN KEY (organization_id, member_id) REFERENCES held_members (organization_id, id) ON DELETE CASCADE,
    FOREIGN KEY (organization_id, group_id) REFERENCES groups (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX held_group_members_by_group ON held_group_members (organization_id, group_id);

CREATE TABLE held_identities (
    organization_id BIGINT NOT NULL,
    member_id UUID NOT NULL,
    connection_id UUID NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (organization_id, connection_id, subject),
    FOREIGN KEY (organization_id, member_id) REFERENCES held_members (organization_id, id) ON DELETE CASCADE,
    FOREIGN KEY (organization_id, connection_id) REFERENCES connections (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX held_identities_by_member ON held_identities (organization_id, member_id);
