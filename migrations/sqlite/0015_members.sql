-- Seats, tags, invitations, permissions, and who is in which project and workspace by hand.

ALTER TABLE organizations ADD COLUMN contact_info TEXT NOT NULL DEFAULT '';
-- How many members may have access at once; NULL where there is no limit.
ALTER TABLE organizations ADD COLUMN seat_limit INTEGER;
-- The link by which people sign up: its hash, and the token sealed, since it is shown again.
ALTER TABLE organizations ADD COLUMN link_hash TEXT;
ALTER TABLE organizations ADD COLUMN link_sealed TEXT;
CREATE UNIQUE INDEX organizations_by_link ON organizations (link_hash) WHERE link_hash IS NOT NULL;

-- Whether the member would have access, but no seat is free.
ALTER TABLE members ADD COLUMN waits_for_seat INTEGER NOT NULL DEFAULT 0;
CREATE INDEX members_waiting ON members (organization_id, number) WHERE waits_for_seat;

-- Who was a member: nothing personal, but that there was somebody, and when.
CREATE TABLE former_members (
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    id TEXT NOT NULL,
    number INTEGER NOT NULL,
    joined_at INTEGER NOT NULL,
    left_at INTEGER NOT NULL,
    PRIMARY KEY (organization_id, id)
) STRICT;
CREATE INDEX former_members_by_number ON former_members (organization_id, number);

-- Who may do what, where an organization has said so; else the default holds.
CREATE TABLE permissions (
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    permission TEXT NOT NULL,
    -- A bit for each role: 1 Annotator, 2 Reviewer, 4 Manager, 8 Administrator.
    roles INTEGER NOT NULL,
    PRIMARY KEY (organization_id, permission)
) STRICT;

CREATE TABLE tags (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    label TEXT NOT NULL,
    label_key TEXT NOT NULL,
    -- Outlives the member, so not a reference.
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (organization_id, label_key),
    UNIQUE (organization_id, id)
) STRICT;

CREATE TABLE tagged_members (
    organization_id INTEGER NOT NULL,
    tag_id INTEGER NOT NULL,
    member_id TEXT NOT NULL,
    PRIMARY KEY (organization_id, tag_id, member_id),
    FOREIGN KEY (organization_id, tag_id) REFERENCES tags (organization_id, id) ON DELETE CASCADE,
    FOREIGN KEY (organization_id, member_id) REFERENCES members (organization_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX tagged_members_by_member ON tagged_members (organization_id, member_id);

-- A list of tags that is being taken in, line by line; it goes on where it stopped.
CREATE TABLE tag_imports (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    status TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    finished_at INTEGER,
    tags_created INTEGER NOT NULL,
    assignments_created INTEGER NOT NULL,
    -- Lines that were passed over: [line, address, why].
    skipped TEXT NOT NULL,
    -- What is still to be done: [line, address, labels]. Empty when it has been done.
    lines TEXT NOT NULL,
    next_line INTEGER NOT NULL,
    -- Until when one process has it.
    leased_until INTEGER,
    UNIQUE (organization_id, id)
) STRICT;
CREATE INDEX tag_imports_unfinished ON tag_imports (id) WHERE finished_at IS NULL;

-- An invitation to one address that is neither used, revoked nor followed by another.
CREATE TABLE invitations (
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    id TEXT NOT NULL,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    role INTEGER NOT NULL,
    projects TEXT NOT NULL,
    workspaces TEXT NOT NULL,
    invited_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, email_key)
) STRICT;

ALTER TABLE projects ADD COLUMN is_published INTEGER NOT NULL DEFAULT 0;
ALTER TABLE projects ADD COLUMN is_archived INTEGER NOT NULL DEFAULT 0;
ALTER TABLE projects ADD COLUMN color TEXT NOT NULL DEFAULT '#FFFFFF';
CREATE INDEX projects_by_workspace ON projects (organization_id, workspace_id, id);
ALTER TABLE workspaces ADD COLUMN is_archived INTEGER NOT NULL DEFAULT 0;
ALTER TABLE workspaces ADD COLUMN is_personal INTEGER NOT NULL DEFAULT 0;

-- Who is in a project by hand, and as what: 3 Manager, 2 Reviewer, 1 Annotator, 0 with the role in the organization.
CREATE TABLE project_members (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id INTEGER NOT NULL,
    project_id INTEGER NOT NULL,
    member_id TEXT NOT NULL,
    role INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (organization_id, project_id, member_id),
    FOREIGN KEY (organization_id, project_id) REFERENCES projects (organization_id, id) ON DELETE CASCADE,
    FOREIGN KEY (organization_id, member_id) REFERENCES members (organization_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX project_members_by_member ON project_members (organization_id, member_id);

-- Who is in a workspace by hand.
CREATE TABLE workspace_members (
    organization_id INTEGER NOT NULL,
    workspace_id INTEGER NOT NULL,
    member_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (organization_id, workspace_id, member_id),
    FOREIGN KEY (organization_id, workspace_id) REFERENCES workspaces (organization_id, id) ON DELETE CASCADE,
    FOREIGN KEY (organization_id, member_id) REFERENCES members (organization_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX workspace_members_by_member ON workspace_members (organization_id, member_id);
