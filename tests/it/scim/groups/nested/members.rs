//! Groups as members: written, read, found and removed.

use serde_json::{Value, json};

use super::{groups_of, of_group, put_into};
use crate::app::{App, group};

fn query(filter: &str) -> String {
    let pairs = [("filter", filter)];
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

async fn found(app: &App, kind: &str, filter: &str) -> Vec<String> {
    let path = format!("/{kind}?{}", query(filter));
    let list = app.own.scim.get(&path).await.is(200);
    let all = list["Resources"].as_array().unwrap();
    assert_eq!(list["totalResults"], all.len(), "{filter}");
    all.iter()
        .map(|one| one["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_group_may_hold_users_and_groups_and_shows_what_each_is() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let inner = app.own.group("Inner", &[]).await;
    // By its id alone, as by its type.
    let made = app
        .own
        .scim
        .post("/Groups", &group("Outer", &[&inner, &ada]))
        .await
        .is(201);
    let members = json!([
        { "value": ada, "type": "User", "$ref": format!("{}/scim/v2/Users/{ada}", app.base) },
        { "value": inner, "type": "Group", "$ref": format!("{}/scim/v2/Groups/{inner}", app.base) },
    ]);
    assert_eq!(made["members"], members);
    let outer = made["id"].as_str().unwrap();
    let path = format!("/Groups/{outer}");
    assert_eq!(app.own.scim.get(&path).await.is(200), made);
    let named = format!("{path}?attributes=members.value,members.display");
    let named = app.own.scim.get(&named).await.is(200);
    let called = json!([
        { "value": ada, "display": "ada@a.example" }, { "value": inner, "display": "Inner" },
    ]);
    assert_eq!(named["members"], called);
    // Writing what was read changes nothing.
    assert_eq!(app.own.scim.put(&path, &made).await.is(200), made);
    let list = app.own.scim.get("/Groups").await.is(200);
    let all = list["Resources"].as_array().unwrap();
    assert!(all.contains(&made));
    assert_eq!(app.events(outer).await, ["group.created"]);
    app.finish();
}

#[tokio::test]
async fn a_type_that_contradicts_what_the_member_is_is_refused() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let inner = app.own.group("Inner", &[]).await;
    let outer = app.own.group("Outer", &[]).await;
    for wrong in [
        json!({ "value": ada, "type": "Group" }),
        json!({ "value": inner, "type": "User" }),
        json!({ "value": inner, "type": "user" }),
        json!({ "value": "00000000-0000-4000-8000-000000000000", "type": "Group" }),
    ] {
        let answer = put_into(&app.own, &outer, wrong).await;
        answer.is_scim_error(400, Some("invalidValue"));
    }
    let other = app.other();
    let foreign = other.group("Foreign", &[]).await;
    let answer = put_into(&app.own, &outer, of_group(&foreign)).await;
    answer.is_scim_error(400, Some("invalidValue"));
    let read = app.own.scim.get(&format!("/Groups/{outer}")).await.is(200);
    assert_eq!(read["meta"]["version"], "W/\"1\"");
    assert_eq!(app.events(&outer).await, ["group.created"]);
    app.finish();
}

#[tokio::test]
async fn a_users_groups_tell_the_direct_from_the_indirect() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let path = format!("/Users/{ada}");
    let inner = app.own.group("C inner", &[&ada]).await;
    let middle = app.own.group("B middle", &[]).await;
    let outer = app.own.group("A outer", &[]).await;
    let etag = app.own.scim.get(&path).await.header("etag").to_owned();
    put_into(&app.own, &outer, of_group(&middle)).await.is(200);
    assert_eq!(app.own.scim.get(&path).await.header("etag"), etag);
    put_into(&app.own, &middle, of_group(&inner)).await.is(200);
    let all = ["A outer indirect", "B middle indirect", "C inner direct"];
    assert_eq!(groups_of(&app, &ada).await, all);
    let changed = app.own.scim.get(&path).await.header("etag").to_owned();
    assert_ne!(changed, etag);
    // In both ways: direct.
    app.own.add(&outer, &ada).await;
    let all = ["A outer direct", "B middle indirect", "C inner direct"];
    assert_eq!(groups_of(&app, &ada).await, all);
    assert_ne!(app.own.scim.get(&path).await.header("etag"), changed);
    // By whichever way the user is found.
    for filter in [
        "userName eq \"ada@a.example\"".to_owned(),
        format!("groups.value eq \"{middle}\""),
        "groups[type eq \"indirect\" and display eq \"B middle\"]".to_owned(),
    ] {
        let list = app
            .own
            .scim
            .get(&format!("/Users?{}", query(&filter)))
            .await;
        let list = list.is(200);
        assert_eq!(list["totalResults"], 1, "{filter}");
        let groups = list["Resources"][0]["groups"].as_array().unwrap();
        let types: Vec<&Value> = groups.iter().map(|group| &group["type"]).collect();
        assert_eq!(types, ["direct", "indirect", "direct"]);
    }
    app.finish();
}

#[tokio::test]
async fn members_are_found_by_groups_in_both_ways_and_groups_by_direct_members_of_both_kinds() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let bob = app.own.user("bob@a.example").await;
    let inner = app.own.group("Inner", &[&ada]).await;
    let outer = app.own.group("Outer", &[&inner, &bob]).await;
    let in_outer = format!("groups.value eq \"{outer}\"");
    let mut both = vec![ada.clone(), bob.clone()];
    both.sort();
    assert_eq!(found(&app, "Users", &in_outer).await, both);
    let in_inner = format!("groups.value eq \"{inner}\"");
    assert_eq!(found(&app, "Users", &in_inner).await, [ada.as_str()]);
    let not_inner = format!("groups.value eq \"{outer}\" and not (groups.value eq \"{inner}\")");
    assert_eq!(found(&app, "Users", &not_inner).await, [bob]);
    let of = |id: &str| format!("members.value eq \"{id}\"");
    assert_eq!(found(&app, "Groups", &of(&ada)).await, [inner.as_str()]);
    assert_eq!(found(&app, "Groups", &of(&inner)).await, [outer.as_str()]);
    let none: [String; 0] = [];
    assert_eq!(found(&app, "Groups", &of(&outer)).await, none);
    app.finish();
}

#[tokio::test]
async fn every_way_to_remove_reaches_groups_too() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let first = app.own.group("First", &[]).await;
    let second = app.own.group("Second", &[]).await;
    let team = app.own.group("Team", &[]).await;
    let path = format!("/Groups/{team}");
    let whole = group("Team", &[&ada, &first, &second]);
    for (operations, left) in [
        (
            json!([{ "op": "remove", "path": format!("members[value eq \"{first}\"]") }]),
            vec![&ada, &second],
        ),
        (
            json!([{ "op": "remove", "path": "members", "value": [{ "value": second }, { "value": ada }] }]),
            vec![&first],
        ),
        (
            json!([{ "op": "remove", "path": "members[type eq \"Group\"]" }]),
            vec![&ada],
        ),
        (
            json!([{ "op": "remove", "path": "members[type eq \"User\"]" }]),
            vec![&first, &second],
        ),
        (
            json!([{ "op": "remove", "path": format!("members[value eq \"{first}\" and type eq \"User\"]") }]),
            vec![&ada, &first, &second],
        ),
        (
            json!([{ "op": "replace", "path": "members", "value": [of_group(&second)] }]),
            vec![&second],
        ),
        (
            json!([{ "op": "replace", "path": "members", "value": [{ "value": ada }] }]),
            vec![&ada],
        ),
        (
            json!([
                { "op": "remove", "path": format!("members[value eq \"{first}\"]") },
                { "op": "add", "path": "members", "value": [of_group(&first)] },
            ]),
            vec![&ada, &first, &second],
        ),
        (json!([{ "op": "remove", "path": "members" }]), vec![]),
    ] {
        app.own.scim.put(&path, &whole).await.is(200);
        app.own.change(&path, operations.clone()).await;
        let read = app.own.scim.get(&path).await.is(200);
        let mut members: Vec<&str> = read["members"]
            .as_array()
            .map(|all| {
                all.iter()
                    .map(|one| one["value"].as_str().unwrap())
                    .collect()
            })
            .unwrap_or_default();
        let mut left: Vec<&str> = left.into_iter().map(String::as_str).collect();
        members.sort_unstable();
        left.sort_unstable();
        assert_eq!(members, left, "{operations}");
    }
    app.finish();
}

#[tokio::test]
async fn a_deleted_group_is_gone_from_the_groups_that_it_was_in() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let inner = app.own.group("Inner", &[&ada]).await;
    let outer = app.own.group("Outer", &[&inner]).await;
    let path = format!("/Groups/{outer}");
    let before = app.own.scim.get(&path).await.header("etag").to_owned();
    let gone = app.own.scim.delete(&format!("/Groups/{inner}")).await;
    assert_eq!(gone.status, 204);
    let read = app.own.scim.get(&path).await;
    assert_eq!(read.is(200)["members"].as_array().map_or(0, Vec::len), 0);
    assert_ne!(read.header("etag"), before);
    assert_eq!(groups_of(&app, &ada).await, Vec::<String>::new());
    let told = "SELECT CAST(facts AS TEXT) FROM events WHERE kind = 'group.deleted'";
    let told = app.place.database.texts(told, &[]).await;
    let told: Value = serde_json::from_str(&told[0]).unwrap();
    assert_eq!(told["parents"], json!([outer]));
    app.finish();
}

#[tokio::test]
async fn the_trail_tells_which_groups_came_and_went() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let first = app.own.group("First", &[]).await;
    let second = app.own.group("Second", &[]).await;
    let team = app.own.group("Team", &[&first]).await;
    let path = format!("/Groups/{team}");
    app.own
        .scim
        .put(&path, &group("Team", &[&ada, &second]))
        .await
        .is(200);
    let told = "SELECT CAST(facts AS TEXT) FROM events WHERE subject = $1 ORDER BY kind";
    let told = app.place.database.texts(told, &[&team]).await;
    let told: Vec<Value> = told
        .iter()
        .map(|one| serde_json::from_str(one).unwrap())
        .collect();
    assert_eq!(told[0]["added"], json!([ada]));
    assert_eq!(told[0]["added_groups"], json!([second]));
    assert_eq!(told[0]["removed_groups"], json!([first]));
    assert_eq!(told[1]["member_groups"], json!([first]));
    app.finish();
}

#[tokio::test]
async fn a_long_list_of_users_and_groups_is_written_as_it_is_read() {
    let app = App::start().await;
    let ids = app.crowd(1400).await;
    let all: Vec<&str> = ids.iter().map(String::as_str).collect();
    let team = app.own.group("Team", &all).await;
    let path = format!("/Groups/{team}");
    for (n, id) in ids.iter().enumerate().take(3) {
        let inner = app.own.group(&format!("g{n}"), &[id]).await;
        assert_eq!(
            put_into(&app.own, &team, of_group(&inner)).await.status,
            204
        );
    }
    let read = app.own.scim.get(&path).await;
    assert_eq!(read.header("content-length"), "");
    let read = read.is(200);
    let members = read["members"].as_array().unwrap();
    assert_eq!(members.len(), 1403);
    assert!(members[..1400].iter().all(|one| one["type"] == "User"));
    assert!(members[1400..].iter().all(|one| one["type"] == "Group"));
    assert_eq!(groups_of(&app, &ids[0]).await, ["Team direct", "g0 direct"]);
    app.finish();
}
