-- What provisioning clients sent and what they were answered: kept for some days, best effort, unlike the audit trail.

CREATE TABLE request_log (
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    -- Sorts by the moment of the request.
    id TEXT NOT NULL,
    at INTEGER NOT NULL,
    token_id TEXT NOT NULL,
    profile TEXT NOT NULL,
    user_agent TEXT,
    request_id TEXT NOT NULL,
    method TEXT NOT NULL,
    -- The pattern of the path, which never names anybody; empty where none fits.
    route TEXT NOT NULL,
    path TEXT NOT NULL,
    query TEXT,
    content_type TEXT,
    if_match TEXT,
    -- NULL where the client left before the answer.
    status INTEGER,
    scim_type TEXT,
    detail TEXT,
    microseconds INTEGER NOT NULL,
    subject_type TEXT,
    subject_id TEXT,
    subject_name TEXT,
    -- A list of sentences.
    leniencies TEXT NOT NULL,
    lenient INTEGER NOT NULL,
    -- Refused or never answered, or an operation of it was refused.
    failed INTEGER NOT NULL,
    -- Whether a secret was taken out of the request.
    masked INTEGER NOT NULL,
    -- Whether what named a person was taken out of the row since.
    erased INTEGER NOT NULL,
    replayed_at INTEGER,
    -- Outlives the member, so not a reference.
    replayed_by TEXT,
    replay_status INTEGER,
    -- About how many bytes the row takes.
    size INTEGER NOT NULL,
    -- What a search looks at: path, query, subject and detail, folded.
    words TEXT NOT NULL,
    -- Why a body is not here, or not whole.
    request_note TEXT,
    response_note TEXT,
    request_body TEXT,
    response_body TEXT,
    PRIMARY KEY (organization_id, id)
) STRICT;
CREATE INDEX request_log_by_size ON request_log (organization_id, id, size);

-- Whom a row names: the id of a member, or the comparison key of a name or an address. By this it is found when the
-- person is deleted.
CREATE TABLE request_log_subjects (
    organization_id INTEGER NOT NULL,
    subject TEXT NOT NULL,
    row_id TEXT NOT NULL,
    PRIMARY KEY (organization_id, subject, row_id),
    FOREIGN KEY (organization_id, row_id) REFERENCES request_log (organization_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX request_log_subjects_by_row ON request_log_subjects (organization_id, row_id);

-- Who departed since a moment.
CREATE INDEX departures_by_moment ON departures (organization_id, departed_at);
