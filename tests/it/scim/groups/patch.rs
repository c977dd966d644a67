//! `PATCH /scim/v2/Groups/{id}`

use serde_json::{Value, json};

use crate::app::{App, Organization, patch};

async fn members(organization: &Organization, group: &str) -> Vec<String> {
    let read = organization
        .scim
        .get(&format!("/Groups/{group}"))
        .await
        .is(200);
    let members = read["members"].as_array().cloned().unwrap_or_default();
    let mut members: Vec<String> = members
        .iter()
        .map(|one| one["value"].as_str().unwrap().to_owned())
        .collect();
    members.sort();
    members
}

/// Security E1.
#[tokio::test]
async fn every_way_of_clients_to_add_and_remove_does_it() {
    let app = App::start().await;
    let mut ids = Vec::new();
    for n in 0..3 {
        ids.push(app.own.user(&format!("u{n}@a.example")).await);
    }
    ids.sort();
    let (a, b, c) = (&ids[0], &ids[1], &ids[2]);
    let all = || vec![a.clone(), b.clone(), c.clone()];
    let team = app.own.group("Team", &[]).await;
    let path = format!("/Groups/{team}");
    let element = |id: &str| json!({ "value": id });
    let none: Vec<String> = Vec::new();
    let steps: [(Value, Vec<String>); 9] = [
        (
            json!([{ "op": "Add", "path": "members", "value": [element(a), element(a)] }]),
            vec![a.clone()],
        ),
        (
            json!([{ "op": "add", "value": { "members": [element(b)] } }]),
            vec![a.clone(), b.clone()],
        ),
        (
            json!([{ "op": "add", "path": "members", "value": c }]),
            all(),
        ),
        // Entra ID.
        (
            json!([{ "op": "Remove", "path": "members", "value": [element(b)] }]),
            vec![a.clone(), c.clone()],
        ),
        // Okta: out and in again in one request.
        (
            json!([
                { "op": "remove", "path": format!("members[value eq \"{a}\"]") },
                { "op": "add", "path": "members", "value": [{ "value": a, "display": "x" }, element(b)] },
            ]),
            all(),
        ),
        (
            json!([{ "op": "replace", "path": "members", "value": [element(c)] }]),
            vec![c.clone()],
        ),
        // Who is not in it is passed over.
        (
            json!([{ "op": "remove", "path": format!("members[value eq \"{a}\"]") }]),
            vec![c.clone()],
        ),
        (json!([{ "op": "remove", "path": "members" }]), none.clone()),
        (json!([{ "op": "remove", "path": "members" }]), none),
    ];
    for (operations, expected) in steps {
        app.own.change(&path, operations.clone()).await;
        assert_eq!(members(&app.own, &team).await, expected, "{operations}");
    }
    app.finish();
}

/// Security E3.
#[tokio::test]
async fn the_operations_of_a_request_are_done_all_or_none() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let team = app.own.group("Team", &[]).await;
    let path = format!("/Groups/{team}");
    let before = app.own.scim.get(&path).await;
    for last in [
        json!({ "op": "add", "path": "members", "value": [{ "value": "00000000-0000-0000-0000-000000000000" }] }),
        json!({ "op": "replace", "path": "displayName", "value": "" }),
        json!({ "op": "replace", "path": "id", "value": "x" }),
        json!({ "op": "nothing", "path": "displayName", "value": "x" }),
    ] {
        let operations = json!([
            { "op": "replace", "path": "displayName", "value": "New" },
            { "op": "add", "path": "members", "value": [{ "value": ada }] },
            last,
        ]);
        let answer = app.own.scim.patch(&path, &patch(operations)).await;
        assert_eq!(answer.status, 400, "{}", answer.text);
    }
    let after = app.own.scim.get(&path).await;
    assert_eq!(after.is(200), before.is(200));
    assert_eq!(app.events(&team).await, ["group.created"]);
    app.finish();
}

#[tokio::test]
async fn a_small_group_is_answered_whole_and_a_large_one_not_at_all_unless_asked_for() {
    let app = App::start().await;
    let mut people = Vec::new();
    for n in 0..21 {
        people.push(app.own.user(&format!("u{n}@a.example")).await);
    }
    let first: Vec<&str> = people[..19].iter().map(String::as_str).collect();
    let team = app.own.group("Team", &first).await;
    let path = format!("/Groups/{team}");
    let add =
        |id: &str| patch(json!([{ "op": "add", "path": "members", "value": [{ "value": id }] }]));
    let whole = app.own.scim.patch(&path, &add(&people[19])).await;
    assert_eq!(whole.is(200)["members"].as_array().unwrap().len(), 20);
    let nothing = app.own.scim.patch(&path, &add(&people[20])).await;
    assert_eq!((nothing.status, nothing.text.as_str()), (204, ""));
    assert_eq!(
        nothing.header("etag"),
        app.own.scim.get(&path).await.header("etag")
    );
    let asked = format!("{path}?attributes=members");
    let asked = app.own.scim.patch(&asked, &add(&people[20])).await;
    assert_eq!(asked.is(200)["members"].as_array().unwrap().len(), 21);
    app.finish();
}

#[tokio::test]
async fn adding_who_is_in_the_group_changes_nothing() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let team = app.own.group("Team", &[&ada]).await;
    let path = format!("/Groups/{team}");
    let before = app.own.scim.get(&path).await;
    app.own.add(&team, &ada).await;
    let after = app.own.scim.get(&path).await;
    assert_eq!(after.is(200), before.is(200));
    assert_eq!(app.events(&team).await, ["group.created"]);
    app.finish();
}
