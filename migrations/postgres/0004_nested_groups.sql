-- Groups in groups.

CREATE TABLE nested_groups (
    organization_id BIGINT NOT NULL,
    group_id UUID NOT NULL,
    -- The group that is a member of it.
    child_id UUID NOT NULL,
    PRIMARY KEY (organization_id, group_id, child_id),
    FOREIGN KEY (organization_id, group_id) REFERENCES groups (organization_id, id) ON DELETE CASCADE,
    FOREIGN KEY (organization_id, child_id) REFERENCES groups (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX nested_groups_by_child ON nested_groups (organization_id, child_id, group_id);

-- Which groups a member of a group is in: the group itself, and every one that it lies within, at whatever depth.
-- Follows from nested_groups; kept because it is read with every member and changed rarely.
CREATE TABLE group_ancestors (
    organization_id BIGINT NOT NULL,
    group_id UUID NOT NULL,
    ancestor_id UUID NOT NULL,
    PRIMARY KEY (organization_id, group_id, ancestor_id),
    FOREIGN KEY (organization_id, group_id) REFERENCES groups (organization_id, id) ON DELETE CASCADE,
    FOREIGN KEY (organization_id, ancestor_id) REFERENCES groups (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX group_ancestors_by_ancestor ON group_ancestors (organization_id, ancestor_id, group_id);

INSERT INTO group_ancestors (organization_id, group_id, ancestor_id) SELECT organization_id, id, id FROM groups;

-- Every group of every member, through whatever it came; once for each way in which it came.
DROP VIEW member_groups;
CREATE VIEW member_groups (organization_id, member_id, name, source) AS
    SELECT gm.organization_id, gm.member_id, g.display_name, 3
    FROM group_members gm
    JOIN group_ancestors a ON a.organization_id = gm.organization_id AND a.group_id = gm.group_id
    JOIN groups g ON g.organization_id = a.organization_id AND g.id = a.ancestor_id
    UNION ALL
    SELECT a.organization_id, a.member_id, a.name, 2 FROM asserted_groups a;
