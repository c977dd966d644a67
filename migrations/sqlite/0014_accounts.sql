-- Accounts of people who sign up: what is asked of a mailbox, what is sent there, and what they sign in with.

-- When the person proved that the sign-in address is theirs; NULL where nobody has.
ALTER TABLE accounts ADD COLUMN email_verified_at INTEGER;
-- The organization that a password leads into, where the account belongs to several.
ALTER TABLE accounts ADD COLUMN active_organization_id INTEGER;

-- Mail that is to be sent, or that could not be. What was sent is gone from here.
CREATE TABLE mails (
    id TEXT PRIMARY KEY,
    -- NULL where it is between the account and the server alone.
    organization_id INTEGER REFERENCES organizations (id),
    recipient TEXT NOT NULL,
    recipient_key TEXT NOT NULL,
    subject TEXT NOT NULL,
    -- Sealed, because it holds links that open something. NULL where it will not be sent any more.
    sealed_text TEXT,
    created_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    -- When it is to be tried, or tried again. Who moves it on has the turn.
    due_at INTEGER,
    problem TEXT
) STRICT;
CREATE INDEX mails_by_due ON mails (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX mails_by_organization ON mails (organization_id, created_at);
CREATE INDEX mails_by_recipient ON mails (recipient_key);

-- How much somebody has tried lately: the moment in milliseconds at which it is all forgotten.
CREATE TABLE throttles (
    name TEXT PRIMARY KEY,
    full_until INTEGER NOT NULL
) STRICT;
CREATE INDEX throttles_by_end ON throttles (full_until);

-- Who has signed up and has not yet proved the mailbox. There is no account before that.
CREATE TABLE sign_ups (
    hash TEXT PRIMARY KEY,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    -- The link of an organization, where they came by one, as it was then.
    link TEXT,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sign_ups_by_email ON sign_ups (email_key);
CREATE INDEX sign_ups_by_expiry ON sign_ups (expires_at);

-- Links by which a password is set anew.
CREATE TABLE password_resets (
    hash TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    -- The address that the link was sent to.
    email_key TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX password_resets_by_account ON password_resets (account_id);
CREATE INDEX password_resets_by_expiry ON password_resets (expires_at);

-- Personal access tokens. The token itself is signed, and not kept.
CREATE TABLE personal_tokens (
    id TEXT PRIMARY KEY,
    organization_id INTEGER NOT NULL,
    member_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER,
    FOREIGN KEY (organization_id, member_id) REFERENCES members (organization_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX personal_tokens_by_member ON personal_tokens (organization_id, member_id);

-- The user token itself, sealed, because its owner may read it again.
ALTER TABLE user_tokens ADD COLUMN sealed TEXT;

-- What an organization says of its tokens, and in minutes of its sessions.
ALTER TABLE organizations ADD COLUMN api_tokens_enabled INTEGER NOT NULL DEFAULT 1;
ALTER TABLE organizations ADD COLUMN legacy_api_tokens_enabled INTEGER NOT NULL DEFAULT 1;
ALTER TABLE organizations ADD COLUMN api_token_ttl_days INTEGER NOT NULL DEFAULT 73000;
ALTER TABLE organizations ADD COLUMN max_session_age INTEGER NOT NULL DEFAULT 11520;
ALTER TABLE organizations ADD COLUMN max_time_between_activity INTEGER NOT NULL DEFAULT 4320;
-- When a session was last used, to the minute; NULL where it was not since it began.
ALTER TABLE sessions ADD COLUMN used_at INTEGER;
