-- The roll: organizations, accounts, members, groups, rules, credentials, events.
--
-- Roles are numbers so that the highest of several is their maximum: 5 Owner, 4 Administrator, 3 Manager, 2 Reviewer,
-- 1 Annotator, 0 Not Activated, -1 Deactivated; in projects 3 Manager, 2 Reviewer, 1 Annotator, 0 Inherit.
-- Sources are numbers so that the directory wins over a sign-on: 3 scim, 2 saml, 1 oidc, 0 manual.
-- Every table of an organization begins its key with organization_id, and so does every reference: a row of one
-- organization cannot name a row of another.
-- Columns that end in _key hold the comparison key of the name beside them, computed by the server.

CREATE TABLE organizations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    title TEXT NOT NULL,
    owner_member_id TEXT NOT NULL,
    default_role INTEGER NOT NULL,
    manual_role_management INTEGER NOT NULL,
    -- Keys the marks that the departed leave behind.
    departure_key TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    -- Exactly one Owner, always: checked at commit, since organization and Owner are made together.
    FOREIGN KEY (id, owner_member_id) REFERENCES members (organization_id, id) DEFERRABLE INITIALLY DEFERRED
) STRICT;

CREATE TABLE accounts (
    id TEXT PRIMARY KEY,
    -- The sign-in name. NULL where another account holds the address: then the person is known by IdP alone.
    email TEXT,
    email_key TEXT UNIQUE,
    password_hash TEXT,
    -- The organization whose directory or IdP made the account; NULL where the person made it.
    home_organization_id INTEGER,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE members (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id INTEGER NOT NULL,
    id TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    user_name TEXT NOT NULL,
    user_name_key TEXT NOT NULL,
    external_id TEXT,
    email_key TEXT,
    display_name TEXT NOT NULL,
    active INTEGER NOT NULL,
    attributes TEXT NOT NULL,
    -- The facts that the role depends on, and the role derived from them.
    suspended INTEGER NOT NULL,
    pinned_role INTEGER,
    base_role INTEGER NOT NULL,
    held_mapped_role INTEGER NOT NULL,
    role INTEGER NOT NULL,
    role_source INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    UNIQUE (organization_id, id),
    UNIQUE (organization_id, user_name_key),
    UNIQUE (account_id, organization_id),
    FOREIGN KEY (organization_id) REFERENCES organizations (id)
) STRICT;
CREATE INDEX members_by_external_id ON members (organization_id, external_id);
CREATE INDEX members_by_email ON members (organization_id, email_key);
CREATE INDEX members_by_role ON members (organization_id, role, number);
CREATE INDEX members_by_number ON members (organization_id, number);

CREATE TABLE groups (
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    id TEXT NOT NULL,
    display_name TEXT NOT NULL,
    display_name_key TEXT NOT NULL,
    external_id TEXT,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, display_name_key)
) STRICT;
CREATE INDEX groups_by_external_id ON groups (organization_id, external_id);
CREATE INDEX groups_by_display_name ON groups (organization_id, display_name);

CREATE TABLE group_members (
    organization_id INTEGER NOT NULL,
    group_id TEXT NOT NULL,
    member_id TEXT NOT NULL,
    PRIMARY KEY (organization_id, group_id, member_id),
    FOREIGN KEY (organization_id, group_id) REFERENCES groups (organization_id, id) ON DELETE CASCADE,
    FOREIGN KEY (organization_id, member_id) REFERENCES members (organization_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX group_members_by_member ON group_members (organization_id, member_id, group_id);

-- What an IdP last said of itself.
CREATE TABLE connections (
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    id TEXT NOT NULL,
    -- The part of the URL that names the connection.
    token TEXT NOT NULL UNIQUE,
    domain TEXT NOT NULL,
    idp_provider TEXT NOT NULL,
    metadata_xml TEXT NOT NULL,
    metadata_url TEXT NOT NULL,
    entity_id TEXT NOT NULL,
    sso_url TEXT NOT NULL,
    -- A list of DER certificates in base64.
    certificates TEXT NOT NULL,
    mapping_email TEXT NOT NULL,
    mapping_first_name TEXT NOT NULL,
    mapping_last_name TEXT NOT NULL,
    mapping_groups TEXT NOT NULL,
    split_groups INTEGER NOT NULL,
    PRIMARY KEY (organization_id, id)
) STRICT;

-- A person as a connection names them: exact bytes.
CREATE TABLE identities (
    organization_id INTEGER NOT NULL,
    connection_id TEXT NOT NULL,
    subject TEXT NOT NULL,
    member_id TEXT NOT NULL,
    PRIMARY KEY (organization_id, connection_id, subject),
    FOREIGN KEY (organization_id, connection_id) REFERENCES connections (organization_id, id) ON DELETE CASCADE,
    FOREIGN KEY (organization_id, member_id) REFERENCES members (organization_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX identities_by_member ON identities (organization_id, member_id);

-- The groups that a member's last sign-on through a connection carried.
CREATE TABLE asserted_groups (
    organization_id INTEGER NOT NULL,
    member_id TEXT NOT NULL,
    connection_id TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (organization_id, member_id, connection_id, name),
    FOREIGN KEY (organization_id, connection_id) REFERENCES connections (organization_id, id) ON DELETE CASCADE,
    FOREIGN KEY (organization_id, member_id) REFERENCES members (organization_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX asserted_groups_by_name ON asserted_groups (organization_id, name);

-- Every group of every member, through whatever it came.
CREATE VIEW member_groups (organization_id, member_id, name, source) AS
    SELECT gm.organization_id, gm.member_id, g.display_name, 3
    FROM group_members gm JOIN groups g ON g.organization_id = gm.organization_id AND g.id = gm.group_id
    UNION ALL
    SELECT a.organization_id, a.member_id, a.name, 2 FROM asserted_groups a;

CREATE TABLE workspaces (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    title TEXT NOT NULL,
    title_key TEXT NOT NULL,
    description TEXT NOT NULL,
    color TEXT NOT NULL,
    -- Outlives the member, so not a reference.
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (organization_id, title_key),
    UNIQUE (organization_id, id)
) STRICT;

CREATE TABLE projects (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    workspace_id INTEGER,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (organization_id, id),
    FOREIGN KEY (organization_id, workspace_id) REFERENCES workspaces (organization_id, id)
) STRICT;

-- A group may have two rules of one kind only for a moment of renaming onto a name that has rules: the higher wins.
CREATE TABLE role_rules (
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    group_name TEXT NOT NULL,
    role INTEGER NOT NULL,
    PRIMARY KEY (organization_id, group_name, role)
) STRICT;

CREATE TABLE project_rules (
    organization_id INTEGER NOT NULL,
    project_id INTEGER NOT NULL,
    group_name TEXT NOT NULL,
    role INTEGER NOT NULL,
    PRIMARY KEY (organization_id, group_name, project_id, role),
    FOREIGN KEY (organization_id, project_id) REFERENCES projects (organization_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX project_rules_by_project ON project_rules (organization_id, project_id);

CREATE TABLE workspace_rules (
    organization_id INTEGER NOT NULL,
    workspace_id INTEGER NOT NULL,
    group_name TEXT NOT NULL,
    PRIMARY KEY (organization_id, group_name, workspace_id),
    FOREIGN KEY (organization_id, workspace_id) REFERENCES workspaces (organization_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX workspace_rules_by_workspace ON workspace_rules (organization_id, workspace_id);

-- A mark that somebody was deleted, so that a sign-on alone does not bring them back: a keyed hash of a sign-in
-- name, an e-mail address or a connection's subject.
CREATE TABLE departures (
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    mark TEXT NOT NULL,
    departed_at INTEGER NOT NULL,
    PRIMARY KEY (organization_id, mark)
) STRICT;

CREATE TABLE sessions (
    hash TEXT PRIMARY KEY,
    organization_id INTEGER NOT NULL,
    member_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    FOREIGN KEY (organization_id, member_id) REFERENCES members (organization_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX sessions_by_member ON sessions (organization_id, member_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE user_tokens (
    hash TEXT PRIMARY KEY,
    organization_id INTEGER NOT NULL,
    member_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    FOREIGN KEY (organization_id, member_id) REFERENCES members (organization_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX user_tokens_by_member ON user_tokens (organization_id, member_id);

CREATE TABLE login_links (
    hash TEXT PRIMARY KEY,
    organization_id INTEGER NOT NULL,
    member_id TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    FOREIGN KEY (organization_id, member_id) REFERENCES members (organization_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX login_links_by_member ON login_links (organization_id, member_id);

CREATE TABLE scim_tokens (
    id TEXT PRIMARY KEY,
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    hash TEXT NOT NULL UNIQUE,
    profile TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER
) STRICT;
CREATE INDEX scim_tokens_by_organization ON scim_tokens (organization_id, created_at);

-- Requests that we sent to an IdP and that are not answered yet.
CREATE TABLE authn_requests (
    id TEXT PRIMARY KEY,
    organization_id INTEGER NOT NULL,
    connection_id TEXT NOT NULL,
    -- The hash of the cookie of the browser that began it.
    browser_hash TEXT NOT NULL,
    -- The path to go to afterwards.
    target TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    FOREIGN KEY (organization_id, connection_id) REFERENCES connections (organization_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX authn_requests_by_expiry ON authn_requests (expires_at);

-- Assertions that have been used, kept until they would be refused as expired.
CREATE TABLE used_assertions (
    organization_id INTEGER NOT NULL,
    connection_id TEXT NOT NULL,
    assertion_id TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (organization_id, connection_id, assertion_id),
    FOREIGN KEY (organization_id, connection_id) REFERENCES connections (organization_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX used_assertions_by_expiry ON used_assertions (expires_at);

-- The audit trail: no personal data here, and no row is ever changed or deleted.
CREATE TABLE events (
    id TEXT PRIMARY KEY,
    organization_id INTEGER NOT NULL,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id TEXT,
    subject TEXT,
    request_id TEXT NOT NULL,
    facts TEXT NOT NULL
) STRICT;
CREATE INDEX events_by_organization ON events (organization_id, id);

-- The personal part of an event; erased with the person.
CREATE TABLE event_details (
    organization_id INTEGER NOT NULL,
    member_id TEXT NOT NULL,
    event_id TEXT NOT NULL REFERENCES events (id),
    details TEXT NOT NULL,
    PRIMARY KEY (organization_id, member_id, event_id)
) STRICT;
