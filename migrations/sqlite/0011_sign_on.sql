-- Any number of connections of an organization, SAML or OIDC; domains; keys of our own; what a session is at the IdP; and the
-- trace of each sign-in.

ALTER TABLE connections ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE connections ADD COLUMN enabled INTEGER NOT NULL DEFAULT 1;
-- Whether somebody new becomes a member by signing in.
ALTER TABLE connections ADD COLUMN just_in_time INTEGER NOT NULL DEFAULT 1;
-- What the protocol needs: {"saml": …} or {"oidc": …}.
ALTER TABLE connections ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';
UPDATE connections SET settings = json_object('saml', json_object('metadata_xml', metadata_xml, 'metadata_url', metadata_url,
    'entity_id', entity_id, 'sso_url', sso_url, 'certificates', json(certificates)));
ALTER TABLE connections DROP COLUMN metadata_xml;
ALTER TABLE connections DROP COLUMN metadata_url;
ALTER TABLE connections DROP COLUMN entity_id;
ALTER TABLE connections DROP COLUMN sso_url;
ALTER TABLE connections DROP COLUMN certificates;

-- Our own keys in a connection: all of them decrypt, and one signs.
CREATE TABLE connection_keys (
    organization_id INTEGER NOT NULL,
    connection_id TEXT NOT NULL,
    id TEXT NOT NULL,
    -- DER in base64.
    certificate TEXT NOT NULL,
    sealed_key TEXT NOT NULL,
    signs INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, connection_id) REFERENCES connections (organization_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX connection_keys_by_connection ON connection_keys (organization_id, connection_id);

-- A domain that an organization says is its own; once it is verified, nobody else's.
CREATE TABLE domains (
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    -- Small letters, in the form of the DNS.
    name TEXT NOT NULL,
    -- What the TXT record must hold.
    challenge TEXT NOT NULL,
    -- Where its people sign in.
    connection_id TEXT,
    -- Whether they may sign in nowhere else.
    sso_required INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    verified_at INTEGER,
    PRIMARY KEY (organization_id, name),
    FOREIGN KEY (organization_id, connection_id) REFERENCES connections (organization_id, id)
) STRICT;
CREATE UNIQUE INDEX verified_domains ON domains (name) WHERE verified_at IS NOT NULL;
CREATE INDEX domains_by_connection ON domains (organization_id, connection_id);

ALTER TABLE organizations ADD COLUMN sso_required INTEGER NOT NULL DEFAULT 0;

-- `sign_on`, `test` or `logout`.
ALTER TABLE authn_requests ADD COLUMN purpose TEXT NOT NULL DEFAULT 'sign_on';
-- What only we know of the request, sealed: the nonce and the code verifier of OIDC.
ALTER TABLE authn_requests ADD COLUMN secrets TEXT;

-- What names a session to a person, and what it is at the IdP.
ALTER TABLE sessions ADD COLUMN id TEXT;
ALTER TABLE sessions ADD COLUMN browser TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN connection_id TEXT;
ALTER TABLE sessions ADD COLUMN subject TEXT;
ALTER TABLE sessions ADD COLUMN idp_session TEXT;
-- What a logout request must say of the person, sealed.
ALTER TABLE sessions ADD COLUMN logout TEXT;
CREATE INDEX sessions_by_subject ON sessions (organization_id, connection_id, subject);

-- What came in a sign-in, how each check went and what followed.
CREATE TABLE sign_in_traces (
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    -- The number that the person is shown.
    id TEXT NOT NULL,
    connection_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    -- `signed_in`, `refused` or `tested`.
    outcome TEXT NOT NULL,
    reason TEXT,
    member_id TEXT,
    record TEXT NOT NULL,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, connection_id) REFERENCES connections (organization_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX sign_in_traces_by_time ON sign_in_traces (organization_id, at);
CREATE INDEX sign_in_traces_by_age ON sign_in_traces (at);
CREATE INDEX sign_in_traces_by_member ON sign_in_traces (organization_id, member_id);

-- One row, as soon as something is sealed: by it a node learns whether it has the key that the others have.
CREATE TABLE secret_key_checks (
    id INTEGER PRIMARY KEY,
    sealed TEXT NOT NULL
) STRICT;
