-- Searching and counting: an index of attributes' values, and how large each roll is.

-- What members are looked up and sorted by, besides what has a column. Written in the transaction that writes the
-- attributes; the numbers of attributes are in domain/lookup.rs.
CREATE TABLE member_values (
    organization_id BIGINT NOT NULL,
    attribute SMALLINT NOT NULL,
    -- The beginning of the comparison key: at most 256 bytes.
    value_key TEXT COLLATE "C" NOT NULL,
    member_id UUID NOT NULL,
    -- Whether the member is sorted by it: one value of each attribute.
    foremost BOOLEAN NOT NULL,
    PRIMARY KEY (organization_id, attribute, value_key, member_id),
    FOREIGN KEY (organization_id, member_id) REFERENCES members (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX member_values_by_member ON member_values (organization_id, member_id, attribute);

-- Members whose values are still to be written: those from before the table. The keys are computed by the server, which
-- does it before it listens.
CREATE TABLE members_without_values (
    organization_id BIGINT NOT NULL,
    member_id UUID NOT NULL,
    PRIMARY KEY (organization_id, member_id),
    FOREIGN KEY (organization_id, member_id) REFERENCES members (organization_id, id) ON DELETE CASCADE
);
INSERT INTO members_without_values SELECT organization_id, id FROM members;

-- How many members and groups an organization has: the sum of its parts. Each connection has a part of its own, so that
-- writers beside each other seldom wait for one row; and they take it last, when they commit.
CREATE TABLE roll_sizes (
    organization_id BIGINT NOT NULL REFERENCES organizations (id),
    part INTEGER NOT NULL,
    members BIGINT NOT NULL,
    groups BIGINT NOT NULL,
    PRIMARY KEY (organization_id, part)
) WITH (fillfactor = 50);
INSERT INTO roll_sizes
    SELECT o.id, 0, (SELECT COUNT(*) FROM members m WHERE m.organization_id = o.id),
        (SELECT COUNT(*) FROM groups g WHERE g.organization_id = o.id)
    FROM organizations o;

CREATE FUNCTION count_on_roll() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    organization BIGINT;
    more INTEGER := 1;
    are_members INTEGER := CASE TG_TABLE_NAME WHEN 'members' THEN 1 ELSE 0 END;
BEGIN
    IF TG_OP = 'DELETE' THEN
        organization := OLD.organization_id;
        more := -1;
    ELSE
        organization := NEW.organization_id;
    END IF;
    INSERT INTO roll_sizes AS s VALUES (organization, pg_backend_pid() % 16, more * are_members, more * (1 - are_members))
        ON CONFLICT (organization_id, part) DO UPDATE
        SET members = s.members + EXCLUDED.members, groups = s.groups + EXCLUDED.groups;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER member_counted AFTER INSERT OR DELETE ON members
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION count_on_roll();
CREATE CONSTRAINT TRIGGER group_counted AFTER INSERT OR DELETE ON groups
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION count_on_roll();
