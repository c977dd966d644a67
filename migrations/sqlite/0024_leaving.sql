-- When the erasure that an administrator decided was done, for the receipt of who left.
CREATE INDEX events_of_erasures ON events (organization_id, subject, id) WHERE kind = 'member.erased';

-- How a member came whom no directory has written over SCIM: 1 by hand or an invitation, 2 by a sign-on; 0 for all others.
ALTER TABLE members ADD COLUMN unconfirmed INTEGER NOT NULL DEFAULT 0;
UPDATE members SET unconfirmed = CASE WHEN EXISTS (
        SELECT 1 FROM identities i WHERE i.organization_id = members.organization_id AND i.member_id = members.id)
    THEN 2 ELSE 1 END
    WHERE external_id IS NULL AND id NOT IN (
        SELECT subject FROM events WHERE actor_kind = 'scim_token' AND subject IS NOT NULL
            AND kind IN ('member.created', 'member.changed', 'member.restored'));
CREATE INDEX members_by_hand ON members (organization_id, unconfirmed, number) WHERE unconfirmed = 1;
CREATE INDEX members_by_sign_on ON members (organization_id, unconfirmed, number) WHERE unconfirmed = 2;
