-- The brake on mass removals: where one sweep of a directory would delete more than a set share of the members, access
-- ends at once, but what is erased for good waits here until an administrator says so.

-- One row for an organization whose directory has deleted somebody. A sweep ends when nothing is deleted for a while.
CREATE TABLE removal_brakes (
    organization_id INTEGER PRIMARY KEY REFERENCES organizations (id),
    -- In percent of the members; 0 means that nothing is held.
    share INTEGER NOT NULL,
    last_at INTEGER,
    removals INTEGER NOT NULL,
    -- How many members there were when the sweep began; NULL until it matters.
    members INTEGER
) STRICT;

-- A member whose deletion waits: everything that deleting loses, as it was.
CREATE TABLE held_members (
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    id TEXT NOT NULL,
    number INTEGER NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    user_name TEXT NOT NULL,
    user_name_key TEXT NOT NULL,
    external_id TEXT,
    active INTEGER NOT NULL,
    attributes TEXT NOT NULL,
    suspended INTEGER NOT NULL,
    pinned_role INTEGER,
    base_role INTEGER NOT NULL,
    held_mapped_role INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    held_at INTEGER NOT NULL,
    PRIMARY KEY (organization_id, id)
) STRICT;
CREATE INDEX held_members_by_user_name ON held_members (organization_id, user_name_key);
CREATE INDEX held_members_by_account ON held_members (account_id);

CREATE TABLE held_group_members (
    organization_id INTEGER NOT NULL,
    member_id TEXT NOT NULL,
    group_id TEXT NOT NULL,
    PRIMARY KEY (organization_id, member_id, group_id),
    FOREIGN KEY (organization_id, member_id) REFERENCES held_members (organization_id, id) ON DELETE CASCADE,
    FOREIGN KEY (organization_id, group_id) REFERENCES groups (organization_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX held_group_members_by_group ON held_group_members (organization_id, group_id);

CREATE TABLE held_identities (
    organization_id INTEGER NOT NULL,
    member_id TEXT NOT NULL,
    connection_id TEXT NOT NULL,
    subject TEXT NOT NULL,
    PRIMARY KEY (organization_id, connection_id, subject),
    FOREIGN KEY (organization_id, member_id) REFERENCES held_members (organization_id, id) ON DELETE CASCADE,
    FOREIGN KEY (organization_id, connection_id) REFERENCES connections (organization_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX held_identities_by_member ON held_identities (organization_id, member_id);
