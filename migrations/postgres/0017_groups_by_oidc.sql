-- Through what a sign-on's group came: 2 by SAML, 1 by OIDC.
ALTER TABLE asserted_groups ADD COLUMN source SMALLINT NOT NULL DEFAULT 2;
UPDATE asserted_groups SET source = 1 WHERE EXISTS (
    SELECT 1 FROM connections c
    WHERE c.organization_id = asserted_groups.organization_id AND c.id = asserted_groups.connection_id
        AND (c.settings -> 'oidc') IS NOT NULL);
-- Whose role came by OIDC alone.
UPDATE members SET role_source = 1 WHERE role_source = 2 AND NOT EXISTS (
    SELECT 1 FROM asserted_groups a
    JOIN role_rules r ON r.organization_id = a.organization_id AND r.group_name = a.name
    WHERE a.organization_id = members.organization_id AND a.member_id = members.id AND a.source = 2
        AND r.role = members.role);

DROP VIEW member_groups;
CREATE VIEW member_groups (organization_id, member_id, name, source) AS
    SELECT gm.organization_id, gm.member_id, g.display_name, 3
    FROM group_members gm
    CROSS JOIN group_ancestors a
    CROSS JOIN groups g
    WHERE a.organization_id = gm.organization_id AND a.group_id = gm.group_id
        AND g.organization_id = a.organization_id AND g.id = a.ancestor_id
    UNION ALL
    SELECT a.organization_id, a.member_id, a.name, a.source FROM asserted_groups a;
