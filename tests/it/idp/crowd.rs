//! Three thousand members beside those of a session, written straight by SQL: what a client does with a large group is of
//! interest here, not how they came.

use crate::app::App;
use crate::database::Database;

/// How many there are.
pub(super) const SIZE: usize = 3000;

/// One of them, by number from 1.
#[derive(Debug, Clone, Copy)]
pub(super) struct Person(pub(super) usize);

impl Person {
    /// What a template calls `id`, `userName`, `externalId` or `n`.
    pub(super) fn text(self, name: &str) -> String {
        match name {
            "id" => format!("018f0000-0000-7000-8000-{:012x}", self.0),
            "userName" => format!("crowd{}@people.example", self.0),
            "externalId" => format!("crowd-{}", self.0),
            "n" => self.0.to_string(),
            other => panic!("a person of the crowd has no `{other}`"),
        }
    }
}

/// The person whom this userName belongs to, where it is one of the crowd.
pub(super) fn number_of(user_name: &str) -> Option<usize> {
    let number = user_name.strip_prefix("crowd")?;
    number.strip_suffix("@people.example")?.parse().ok()
}

macro_rules! columns {
    () => {
        "organization_id, id, account_id, user_name, user_name_key, external_id, email_key, display_name, active,
         attributes, suspended, base_role, held_mapped_role, role, role_source, version, created_at, modified_at"
    };
}

macro_rules! person {
    () => {
        "'crowd' || i || '@people.example', 'crowd' || i || '@people.example', 'crowd-' || i,
         'crowd' || i || '@people.example', 'Crowd ' || i"
    };
}

const SQLITE: [&str; 2] = [
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
     INSERT INTO accounts (id, email, email_key, home_organization_id, created_at)
         SELECT printf('018f0000-0000-7000-9000-%012x', i), 'crowd' || i || '@people.example',
             'crowd' || i || '@people.example', 1, 1700000000000 FROM n",
    concat!(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
         INSERT INTO members (",
        columns!(),
        ") SELECT 1, printf('018f0000-0000-7000-8000-%012x', i), printf('018f0000-0000-7000-9000-%012x', i), ",
        person!(),
        ", 1, '{\"displayName\":\"Crowd ' || i || '\"}', 0, o.default_role, 0, o.default_role, 0, 1,
             1700000000000, 1700000000000
         FROM n, organizations o WHERE o.id = 1"
    ),
];

const POSTGRES: [&str; 2] = [
    "INSERT INTO accounts (id, email, email_key, home_organization_id, created_at)
         SELECT ('018f0000-0000-7000-9000-' || lpad(to_hex(i), 12, '0'))::uuid, 'crowd' || i || '@people.example',
             'crowd' || i || '@people.example', 1, now() FROM generate_series(1, 3000) i",
    concat!(
        "INSERT INTO members (",
        columns!(),
        ") SELECT 1, ('018f0000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid,
             ('018f0000-0000-7000-9000-' || lpad(to_hex(i), 12, '0'))::uuid, ",
        person!(),
        ", TRUE, ('{\"displayName\":\"Crowd ' || i || '\"}')::jsonb, FALSE, o.default_role, FALSE, o.default_role, 0, 1,
             now(), now()
         FROM generate_series(1, 3000) i, organizations o WHERE o.id = 1"
    ),
];

/// What the index of values has of them.
const VALUES: &str = "INSERT INTO member_values (organization_id, attribute, value_key, member_id, foremost)
     SELECT organization_id, 3, lower(display_name), id, (1 = 1) FROM members WHERE external_id LIKE 'crowd-%'";

/// Writes them into the first organization.
pub(super) async fn gather(app: &App) {
    let statements = match app.place.database {
        Database::Sqlite(_) => SQLITE,
        Database::Postgres { .. } => POSTGRES,
    };
    for statement in statements.into_iter().chain([VALUES]) {
        let written = app.place.database.execute(statement).await;
        assert_eq!(written, SIZE as u64);
    }
}
