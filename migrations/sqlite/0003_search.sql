-- Searching and counting: an index of attributes' values, and how large each roll is.

-- What members are looked up and sorted by, besides what has a column. Written in the transaction that writes the
-- attributes; the numbers of attributes are in domain/lookup.rs.
CREATE TABLE member_values (
    organization_id INTEGER NOT NULL,
    attribute INTEGER NOT NULL,
    -- The beginning of the comparison key: at most 256 bytes.
    value_key TEXT NOT NULL,
    member_id TEXT NOT NULL,
    -- Whether the member is sorted by it: one value of each attribute.
    foremost INTEGER NOT NULL,
    PRIMARY KEY (organization_id, attribute, value_key, member_id),
    FOREIGN KEY (organization_id, member_id) REFERENCES members (organization_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX member_values_by_member ON member_values (organization_id, member_id, attribute);

-- Members whose values are still to be written: those from before the table. The keys are computed by the server, which
-- does it before it listens.
CREATE TABLE members_without_values (
    organization_id INTEGER NOT NULL,
    member_id TEXT NOT NULL,
    PRIMARY KEY (organization_id, member_id),
    FOREIGN KEY (organization_id, member_id) REFERENCES members (organization_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
INSERT INTO members_without_values SELECT organization_id, id FROM members;

-- How many members and groups an organization has: the sum of its parts. On PostgreSQL each connection has a part.
CREATE TABLE roll_sizes (
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    part INTEGER NOT NULL,
    members INTEGER NOT NULL,
    groups INTEGER NOT NULL,
    PRIMARY KEY (organization_id, part)
) STRICT, WITHOUT ROWID;
INSERT INTO roll_sizes
    SELECT o.id, 0, (SELECT COUNT(*) FROM members m WHERE m.organization_id = o.id),
        (SELECT COUNT(*) FROM groups g WHERE g.organization_id = o.id)
    FROM organizations o;

CREATE TRIGGER member_counted AFTER INSERT ON members BEGIN
    INSERT INTO roll_sizes VALUES (NEW.organization_id, 0, 1, 0)
        ON CONFLICT (organization_id, part) DO UPDATE SET members = members + 1;
END;
CREATE TRIGGER member_uncounted AFTER DELETE ON members BEGIN
    UPDATE roll_sizes SET members = members - 1 WHERE organization_id = OLD.organization_id AND part = 0;
END;
CREATE TRIGGER group_counted AFTER INSERT ON groups BEGIN
    INSERT INTO roll_sizes VALUES (NEW.organization_id, 0, 0, 1)
        ON CONFLICT (organization_id, part) DO UPDATE SET groups = groups + 1;
END;
CREATE TRIGGER group_uncounted AFTER DELETE ON groups BEGIN
    UPDATE roll_sizes SET groups = groups - 1 WHERE organization_id = OLD.organization_id AND part = 0;
END;
