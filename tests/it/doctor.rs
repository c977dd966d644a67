//! `rollright doctor --verify` finds what was damaged past the server, and names it.

use serde_json::json;

use crate::app::{App, Organization};
use crate::scim::schemas::{badged, schema};

struct Damage {
    what: &'static str,
    plant: &'static str,
    mend: &'static str,
    says: &'static str,
}

const fn damage(
    what: &'static str,
    plant: &'static str,
    mend: &'static str,
    says: &'static str,
) -> Damage {
    Damage {
        what,
        plant,
        mend,
        says,
    }
}

const DAMAGES: [Damage; 13] = [
    damage(
        "a role",
        "UPDATE members SET role = 4 WHERE user_name = 'ada@a.example'",
        "UPDATE members SET role = 3 WHERE user_name = 'ada@a.example'",
        "has the role Administrator by scim, but the facts give Manager by scim",
    ),
    damage(
        "where a role came from",
        "UPDATE members SET role_source = 2 WHERE user_name = 'ada@a.example'",
        "UPDATE members SET role_source = 3 WHERE user_name = 'ada@a.example'",
        "by saml, but the facts give Manager by scim",
    ),
    damage(
        "a mapped member who never was one",
        "UPDATE members SET held_mapped_role = (1 = 0) WHERE user_name = 'ada@a.example'",
        "UPDATE members SET held_mapped_role = (1 = 1) WHERE user_name = 'ada@a.example'",
        "not noted as having held a mapped role",
    ),
    damage(
        "a rule that was changed by hand",
        "UPDATE role_rules SET role = 2",
        "UPDATE role_rules SET role = 3",
        "has the role Manager by scim, but the facts give Reviewer by scim",
    ),
    damage(
        "a key of a name",
        "UPDATE members SET user_name_key = 'eve@a.example' WHERE user_name = 'ada@a.example'",
        "UPDATE members SET user_name_key = 'ada@a.example' WHERE user_name = 'ada@a.example'",
        "the keys for looking up do not fit the attributes",
    ),
    damage(
        "a key of a group",
        "UPDATE groups SET display_name_key = 'other' WHERE display_name = 'Team'",
        "UPDATE groups SET display_name_key = 'team' WHERE display_name = 'Team'",
        "the key for looking up does not fit the displayName",
    ),
    damage(
        "a value that the index misses",
        "DELETE FROM member_values WHERE value_key = 'ada'",
        "INSERT INTO member_values (organization_id, attribute, value_key, member_id, foremost)
         SELECT organization_id, 3, 'ada', id, (1 = 1) FROM members WHERE user_name = 'ada@a.example'",
        "the index of values does not fit the attributes",
    ),
    damage(
        "a value that only the index has",
        "INSERT INTO member_values (organization_id, attribute, value_key, member_id, foremost)
         SELECT organization_id, 7, 'dr', id, (1 = 1) FROM members WHERE user_name = 'bob@a.example'",
        "DELETE FROM member_values WHERE value_key = 'dr'",
        "the index of values does not fit the attributes",
    ),
    damage(
        "a unique value that is not kept",
        "DELETE FROM unique_values WHERE hash = (SELECT MIN(hash) FROM unique_values)",
        "INSERT INTO unique_values (organization_id, urn_key, attribute, hash, member_id)
         SELECT organization_id, urn_key, attribute, '3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d', member_id
         FROM unique_values",
        "the values kept as unique do not fit the attributes",
    ),
    damage(
        "a unique value that nobody says",
        "UPDATE unique_values SET hash = 'x' WHERE hash = (SELECT MIN(hash) FROM unique_values)",
        "UPDATE unique_values SET hash = '3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d' WHERE hash = 'x'",
        "the values kept as unique do not fit the attributes",
    ),
    damage(
        "a member who was not counted",
        "INSERT INTO roll_sizes (organization_id, part, members, groups) SELECT id, 99, -1, 0 FROM organizations",
        "DELETE FROM roll_sizes WHERE part = 99",
        "is kept as having 2 members and 1 groups, but has 3 and 1",
    ),
    damage(
        "a session of somebody deactivated",
        "INSERT INTO sessions (hash, organization_id, member_id, created_at, expires_at)
         SELECT 'x', organization_id, id, created_at, created_at FROM members WHERE user_name = 'bob@a.example'",
        "DELETE FROM sessions",
        "has no access, but a session, a token or a link",
    ),
    damage(
        "an account of nobody",
        "INSERT INTO accounts (id, created_at) SELECT '01a20000-0000-7000-8000-000000000000', created_at FROM organizations",
        "DELETE FROM accounts WHERE CAST(id AS TEXT) = '01a20000-0000-7000-8000-000000000000'",
        "1 rows of accounts belong to nobody",
    ),
];

async fn prepare(organization: &Organization) {
    let unique = json!([{ "name": "number", "multiValued": true, "uniqueness": "server" }]);
    let schemas = "/scim/schemas";
    organization
        .rest
        .post(schemas, &schema(&unique))
        .await
        .is(201);
    let mut ada = badged("ada@a.example", &json!({ "number": ["a", "b"] }));
    ada["displayName"] = "Ada".into();
    let ada = organization.scim.post("/Users", &ada).await.is(201);
    let ada = ada["id"].as_str().unwrap();
    let bob = organization.user("bob@a.example").await;
    organization.rules(&[("Manager", "Team")]).await;
    organization.group("Team", &[ada]).await;
    organization.set_active(&bob, false).await;
}

#[tokio::test]
async fn each_planted_damage_is_named_and_nothing_is_said_without_one() {
    let app = App::start().await;
    prepare(&app.own).await;
    for Damage {
        what,
        plant,
        mend,
        says,
    } in DAMAGES
    {
        assert_eq!(app.place.database.execute(plant).await, 1, "{what}");
        let output = app.place.run(&["doctor", "--verify"]);
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(1), "{what}: {said}");
        let lines: Vec<&str> = said.lines().skip(1).collect();
        assert_eq!(lines.len(), 1, "{what}: {said}");
        assert!(lines[0].contains(says), "{what}: {said}");
        app.place.database.execute(mend).await;
        let again = crate::app::printed(&app.place.run(&["doctor", "--verify"]));
        assert!(again.contains("agrees"), "{again}");
    }
    app.finish();
}
