-- Any number of connections of an organization, SAML or OIDC; domains; keys of our own; what a session is at the IdP; and the
-- trace of each sign-in.

ALTER TABLE connections ADD COLUMN name TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE connections ADD COLUMN enabled BOOLEAN NOT NULL DEFAULT TRUE;
-- Whether somebody new becomes a member by signing in.
ALTER TABLE connections ADD COLUMN just_in_time BOOLEAN NOT NULL DEFAULT TRUE;
-- What the protocol needs: {"saml": …} or {"oidc": …}.
ALTER TABLE connections ADD COLUMN settings JSONB NOT NULL DEFAULT '{}';
UPDATE connections SET settings = jsonb_build_object('saml', jsonb_build_object('metadata_xml', metadata_xml, 'metadata_url', metadata_url,
    'entity_id', entity_id, 'sso_url', sso_url, 'certificates', certificates));
ALTER TABLE connections DROP COLUMN metadata_xml;
ALTER TABLE connections DROP COLUMN metadata_url;
ALTER TABLE connections DROP COLUMN entity_id;
ALTER TABLE connections DROP COLUMN sso_url;
ALTER TABLE connections DROP COLUMN certificates;

-- Our own keys in a connection: all of them decrypt, and one signs.
CREATE TABLE connection_keys (
    organization_id BIGINT NOT NULL,
    connection_id UUID NOT NULL,
    id UUID NOT NULL,
    -- DER in base64.
    certificate TEXT COLLATE "C" NOT NULL,
    sealed_key TEXT COLLATE "C" NOT NULL,
    signs BOOLEAN NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, connection_id) REFERENCES connections (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX connection_keys_by_connection ON connection_keys (organization_id, connection_id);

-- A domain that an organization says is its own; once it is verified, nobody else's.
CREATE TABLE domains (
    organization_id BIGINT NOT NULL REFERENCES organizations (id),
    -- Small letters, in the form of the DNS.
    name TEXT COLLATE "C" NOT NULL,
    -- What the TXT record must hold.
    challenge TEXT COLLATE "C" NOT NULL,
    -- Where its people sign in.
    connection_id UUID,
    -- Whether they may sign in nowhere else.
    sso_required BOOLEAN NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    verified_at TIMESTAMPTZ,
    PRIMARY KEY (organization_id, name),
    FOREIGN KEY (organization_id, connection_id) REFERENCES connections (organization_id, id)
);
CREATE UNIQUE INDEX verified_domains ON domains (name) WHERE verified_at IS NOT NULL;
CREATE INDEX domains_by_connection ON domains (organization_id, connection_id);

ALTER TABLE organizations ADD COLUMN sso_required BOOLEAN NOT NULL DEFAULT FALSE;

-- `sign_on`, `test` or `logout`.
ALTER TABLE authn_requests ADD COLUMN purpose TEXT COLLATE "C" NOT NULL DEFAULT 'sign_on';
-- What only we know of the request, sealed: the nonce and the code verifier of OIDC.
ALTER TABLE authn_requests ADD COLUMN secrets TEXT COLLATE "C";

-- What names a session to a person, and what it is at the IdP.
ALTER TABLE sessions ADD COLUMN id UUID;
ALTER TABLE sessions ADD COLUMN browser TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN connection_id UUID;
ALTER TABLE sessions ADD COLUMN subject TEXT COLLATE "C";
ALTER TABLE sessions ADD COLUMN idp_session TEXT COLLATE "C";
-- What a logout request must say of the person, sealed.
ALTER TABLE sessions ADD COLUMN logout TEXT COLLATE "C";
CREATE INDEX sessions_by_subject ON sessions (organization_id, connection_id, subject);

-- What came in a sign-in, how each check went and what followed.
CREATE TABLE sign_in_traces (
    organization_id BIGINT NOT NULL REFERENCES organizations (id),
    -- The number that the person is shown.
    id TEXT COLLATE "C" NOT NULL,
    connection_id UUID NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    -- `signed_in`, `refused` or `tested`.
    outcome TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C",
    member_id UUID,
    record JSONB NOT NULL,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, connection_id) REFERENCES connections (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX sign_in_traces_by_time ON sign_in_traces (organization_id, at);
CREATE INDEX sign_in_traces_by_age ON sign_in_traces (at);
CREATE INDEX sign_in_traces_by_member ON sign_in_traces (organization_id, member_id);

-- One row, as soon as something is sealed: by it a node learns whether it has the key that the others have.
CREATE TABLE secret_key_checks (
    id INTEGER PRIMARY KEY,
    sealed TEXT COLLATE "C" NOT NULL
);
