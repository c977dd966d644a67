-- From a member to their groups, in the order of the joins: SQLite, which knows nothing of how many rows there are, would go
-- through all groups of the organization for each member, and keeps to the order of a CROSS JOIN.
DROP VIEW member_groups;
CREATE VIEW member_groups (organization_id, member_id, name, source) AS
    SELECT gm.organization_id, gm.member_id, g.display_name, 3
    FROM group_members gm
    CROSS JOIN group_ancestors a
    CROSS JOIN groups g
    WHERE a.organization_id = gm.organization_id AND a.group_id = gm.group_id
        AND g.organization_id = a.organization_id AND g.id = a.ancestor_id
    UNION ALL
    SELECT a.organization_id, a.member_id, a.name, 2 FROM asserted_groups a;
