//! What the database holds before the load: members and groups written straight by SQL.

use anyhow::Result;
use uuid::Uuid;

use crate::engine::Engine;

/// Everything is in the organization that the server makes at its first start.
pub(crate) const ORGANIZATION: i64 = 1;

/// What a directory says of a person beside userName, externalId and active; `#` stands for the person's number.
pub(crate) const ATTRIBUTES: &str = r##"{"displayName":"Person # Example","emails":[{"primary":true,"type":"work","value":"user#@example.com"}],"name":{"familyName":"Example","formatted":"Person # Example","givenName":"Person #"},"phoneNumbers":[{"type":"work","value":"+49 30 #"}],"preferredLanguage":"de-DE","title":"Engineer","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"costCenter":"4130","department":"Directory Services","employeeNumber":"#"}}"##;

/// What the index of attributes' values has of such a person: the number of each attribute, and its key.
const VALUES: &str = "(VALUES (1, 'user#@example.com'), (2, '+49 30 #'), (3, 'person # example'), (4, 'example'), \
    (5, 'person #'), (7, 'engineer'), (8, '#'), (9, 'directory services'))";

/// The id of the seeded member with this number.
pub(crate) fn member(number: usize) -> Uuid {
    id(8, number)
}

/// The id of the seeded group with this number.
pub(crate) fn group(number: usize) -> Uuid {
    id(10, number)
}

/// An id such as the server makes: of version 7, and later ones sort after earlier ones.
fn id(kind: u128, number: usize) -> Uuid {
    let number = u128::try_from(number).unwrap_or(0);
    Uuid::from_u128((0x018f_0000_0000_7000 << 64) | (kind << 60) | number)
}

/// Writes members with these numbers.
pub(crate) async fn members(engine: &Engine, first: usize, last: usize) -> Result<()> {
    let columns = "organization_id, id, account_id, user_name, user_name_key, external_id, email_key, display_name,
        active, attributes, suspended, base_role, held_mapped_role, role, role_source, version, created_at, modified_at";
    let of_values = "organization_id, attribute, value_key, member_id, foremost";
    let sqlite = format!(
        "BEGIN IMMEDIATE;
        WITH RECURSIVE n (i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last})
        INSERT INTO accounts (id, email, email_key, home_organization_id, created_at)
            SELECT printf('018f0000-0000-7000-9000-%012x', i), 'user' || i || '@example.com',
                'user' || i || '@example.com', {ORGANIZATION}, 1700000000000 FROM n;
        WITH RECURSIVE n (i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last})
        INSERT INTO members ({columns})
            SELECT o.id, printf('018f0000-0000-7000-8000-%012x', i), printf('018f0000-0000-7000-9000-%012x', i),
                'user' || i || '@example.com', 'user' || i || '@example.com', 'x' || i, 'user' || i || '@example.com',
                'Person ' || i || ' Example', 1, replace('{ATTRIBUTES}', '#', i), 0, o.default_role, 0,
                o.default_role, 0, 1, 1700000000000, 1700000000000
            FROM n, organizations o WHERE o.id = {ORGANIZATION};
        WITH RECURSIVE n (i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last}),
            v (attribute, key) AS {VALUES}
        INSERT INTO member_values ({of_values})
            SELECT {ORGANIZATION}, attribute, replace(key, '#', i), printf('018f0000-0000-7000-8000-%012x', i), 1 FROM n, v;
        COMMIT; PRAGMA wal_checkpoint(TRUNCATE)"
    );
    // The count of members is a row that a trigger updates at the commit, for each member: all at once takes too long.
    let count = last + 1 - first;
    let postgres = format!(
        "BEGIN; ALTER TABLE members DISABLE TRIGGER member_counted;
        INSERT INTO roll_sizes AS s VALUES ({ORGANIZATION}, 0, {count}, 0)
            ON CONFLICT (organization_id, part) DO UPDATE SET members = s.members + EXCLUDED.members;
        INSERT INTO accounts (id, email, email_key, home_organization_id, created_at)
            SELECT ('018f0000-0000-7000-9000-' || lpad(to_hex(i), 12, '0'))::uuid, 'user' || i || '@example.com',
                'user' || i || '@example.com', {ORGANIZATION}, now() FROM generate_series({first}, {last}) i;
        INSERT INTO members ({columns})
            SELECT o.id, ('018f0000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid,
                ('018f0000-0000-7000-9000-' || lpad(to_hex(i), 12, '0'))::uuid,
                'user' || i || '@example.com', 'user' || i || '@example.com', 'x' || i, 'user' || i || '@example.com',
                'Person ' || i || ' Example', TRUE, replace('{ATTRIBUTES}', '#', i::text)::jsonb, FALSE,
                o.default_role, FALSE, o.default_role, 0, 1, now(), now()
            FROM generate_series({first}, {last}) i, organizations o WHERE o.id = {ORGANIZATION};
        INSERT INTO member_values ({of_values})
            SELECT {ORGANIZATION}, v.attribute, replace(v.key, '#', i::text),
                ('018f0000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, TRUE
            FROM generate_series({first}, {last}) i, {VALUES} v (attribute, key);
        ALTER TABLE members ENABLE TRIGGER member_counted; COMMIT;
        ANALYZE"
    );
    engine.run(&sqlite, &postgres).await
}

/// Writes a group of the members with the numbers from 1 to its size.
pub(crate) async fn group_of(engine: &Engine, number: usize, size: usize) -> Result<()> {
    let id = group(number);
    let columns =
        "organization_id, id, display_name, display_name_key, version, created_at, modified_at";
    let name = format!("seeded {number}");
    let sqlite = format!(
        "BEGIN IMMEDIATE;
        INSERT INTO groups ({columns})
            VALUES ({ORGANIZATION}, '{id}', '{name}', '{name}', 1, 1700000000000, 1700000000000);
        INSERT INTO group_ancestors (organization_id, group_id, ancestor_id) VALUES ({ORGANIZATION}, '{id}', '{id}');
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {size})
        INSERT INTO group_members (organization_id, group_id, member_id)
            SELECT {ORGANIZATION}, '{id}', printf('018f0000-0000-7000-8000-%012x', i) FROM n;
        COMMIT; PRAGMA wal_checkpoint(TRUNCATE)"
    );
    let postgres = format!(
        "INSERT INTO groups ({columns}) VALUES ({ORGANIZATION}, '{id}', '{name}', '{name}', 1, now(), now());
        INSERT INTO group_ancestors (organization_id, group_id, ancestor_id) VALUES ({ORGANIZATION}, '{id}', '{id}');
        INSERT INTO group_members (organization_id, group_id, member_id)
            SELECT {ORGANIZATION}, '{id}', ('018f0000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid
            FROM generate_series(1, {size}) i;
        ANALYZE"
    );
    engine.run(&sqlite, &postgres).await
}

/// How many members are in the largest group; those after them are in none.
pub(crate) const INSIDERS: usize = 100_000;
/// How many members are in no seeded group.
pub(crate) const OUTSIDERS: usize = 10_000;

/// The id of a member who is in no seeded group.
pub(crate) fn outsider(number: usize) -> Uuid {
    member(INSIDERS + 1 + number % OUTSIDERS)
}

/// A new id, of version 7 as the server's are, of this kind.
pub(crate) fn fresh(kind: u16) -> Uuid {
    use std::sync::atomic::{AtomicU64, Ordering};
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    Uuid::from_u64_pair(
        0x0190_0000_0000_7000,
        (u64::from(kind) << 48) | (count & 0xffff_ffff_ffff),
    )
}
