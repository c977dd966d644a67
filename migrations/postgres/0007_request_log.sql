-- What provisioning clients sent and what they were answered: kept for some days, best effort, unlike the audit trail.

CREATE TABLE request_log (
    organization_id BIGINT NOT NULL REFERENCES organizations (id),
    -- Sorts by the moment of the request.
    id UUID NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    token_id UUID NOT NULL,
    profile TEXT COLLATE "C" NOT NULL,
    user_agent TEXT COLLATE "C",
    request_id TEXT COLLATE "C" NOT NULL,
    method TEXT COLLATE "C" NOT NULL,
    -- The pattern of the path, which never names anybody; empty where none fits.
    route TEXT COLLATE "C" NOT NULL,
    path TEXT COLLATE "C" NOT NULL,
    query TEXT COLLATE "C",
    content_type TEXT COLLATE "C",
    if_match TEXT COLLATE "C",
    -- NULL where the client left before the answer.
    status SMALLINT,
    scim_type TEXT COLLATE "C",
    detail TEXT COLLATE "C",
    microseconds BIGINT NOT NULL,
    subject_type TEXT COLLATE "C",
    subject_id TEXT COLLATE "C",
    subject_name TEXT COLLATE "C",
    -- A list of sentences.
    leniencies JSONB NOT NULL,
    lenient BOOLEAN NOT NULL,
    -- Refused or never answered, or an operation of it was refused.
    failed BOOLEAN NOT NULL,
    -- Whether a secret was taken out of the request.
    masked BOOLEAN NOT NULL,
    -- Whether what named a person was taken out of the row since.
    erased BOOLEAN NOT NULL,
    replayed_at TIMESTAMPTZ,
    -- Outlives the member, so not a reference.
    replayed_by UUID,
    replay_status SMALLINT,
    -- About how many bytes the row takes.
    size BIGINT NOT NULL,
    -- What a search looks at: path, query, subject and detail, folded.
    words TEXT COLLATE "C" NOT NULL,
    -- Why a body is not here, or not whole.
    request_note TEXT COLLATE "C",
    response_note TEXT COLLATE "C",
    request_body TEXT COLLATE "C",
    response_body TEXT COLLATE "C",
    PRIMARY KEY (organization_id, id)
);
CREATE INDEX request_log_by_size ON request_log (organization_id, id, size);

-- Whom a row names: the id of a member, or the comparison key of a name or an address. By this it is found when the
-- person is deleted.
CREATE TABLE request_log_subjects (
    organization_id BIGINT NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    row_id UUID NOT NULL,
    PRIMARY KEY (organization_id, subject, row_id),
    FOREIGN KEY (organization_id, row_id) REFERENCES request_log (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX request_log_subjects_by_row ON request_log_subjects (organization_id, row_id);

-- Who departed since a moment.
CREATE INDEX departures_by_moment ON departures (organization_id, departed_at);
