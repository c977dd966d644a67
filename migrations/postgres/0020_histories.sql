-- What happened to one member's role, without a look at everything that happened. The list is repeated where it is read.
CREATE INDEX events_of_roles ON events (organization_id, subject, id)
    WHERE kind IN ('member.created', 'member.restored', 'member.deleted', 'member.role_changed', 'member.role_assigned');
