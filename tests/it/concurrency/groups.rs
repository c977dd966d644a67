//! Groups and rules that many change.

use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{add, all, busy, remove, rename, users};
use crate::app::{App, group, patch};

/// Security E2.
#[tokio::test]
async fn of_many_adds_to_one_group_none_is_lost() {
    let app = App::start().await;
    let ids = users(&app.own, 64).await;
    let team = app.own.group("team", &[]).await;
    app.own.rules(&[("Manager", "team")]).await;
    let mut tasks = JoinSet::new();
    for mine in ids.chunks(8) {
        let path = format!("/Groups/{team}");
        let requests = mine
            .iter()
            .map(|id| (Method::PATCH, path.clone(), Some(add(id))));
        tasks.spawn(busy(app.own.scim.clone(), requests.collect()));
    }
    let (statuses, again) = all(tasks).await;
    assert!(
        statuses.iter().all(|status| [200, 204].contains(status)),
        "{statuses:?}"
    );
    assert_eq!(again, 0);
    let read = app.own.scim.get(&format!("/Groups/{team}")).await.is(200);
    assert_eq!(read["members"].as_array().unwrap().len(), 64);
    let path = "/organizations/0/memberships?role=MA&page_size=1";
    assert_eq!(app.own.rest.get(path).await.is(200)["count"], 64);
    app.finish();
}

#[tokio::test]
async fn adding_the_same_members_to_many_groups_at_once_makes_nobody_wait_for_ever() {
    let app = App::start().await;
    let ids = users(&app.own, 12).await;
    let rules: Vec<(String, String)> = ["Annotator", "Reviewer", "Manager", "Administrator"]
        .into_iter()
        .enumerate()
        .map(|(n, role)| (role.to_owned(), format!("g{n}")))
        .collect();
    let rules: Vec<(&str, &str)> = rules
        .iter()
        .map(|(role, group)| (role.as_str(), group.as_str()))
        .collect();
    app.own.rules(&rules).await;
    let mut tasks = JoinSet::new();
    for n in 0..8 {
        let id = app.own.group(&format!("g{n}"), &[]).await;
        let path = format!("/Groups/{id}");
        // Each in another order, all in one request, in and out.
        let mut mine: Vec<Value> = ids.iter().map(|id| json!({ "value": id })).collect();
        mine.rotate_left(n);
        if n % 2 == 0 {
            mine.reverse();
        }
        let set = |members: &[Value]| {
            patch(json!([{ "op": "replace", "path": "members", "value": members }]))
        };
        let mut requests = Vec::new();
        for _ in 0..6 {
            requests.push((Method::PATCH, path.clone(), Some(set(&mine))));
            requests.push((Method::PATCH, path.clone(), Some(set(&mine[..5]))));
            requests.push((Method::PATCH, path.clone(), Some(set(&mine[6..]))));
        }
        requests.push((Method::PATCH, path, Some(set(&mine))));
        tasks.spawn(busy(app.own.scim.clone(), requests));
    }
    let (statuses, again) = all(tasks).await;
    assert!(
        statuses.iter().all(|status| [200, 204].contains(status)),
        "{statuses:?}"
    );
    assert_eq!(again, 0, "no two of them wait for each other");
    let path = "/organizations/0/memberships?role=AD&page_size=1";
    assert_eq!(app.own.rest.get(path).await.is(200)["count"], 12);
    app.finish();
}

#[tokio::test]
async fn rules_saved_while_members_come_and_go_leave_no_stale_role() {
    let app = App::start().await;
    let ids = users(&app.own, 16).await;
    let team = app.own.group("team", &[]).await;
    let mut tasks = JoinSet::new();
    for mine in ids.chunks(4) {
        let path = format!("/Groups/{team}");
        let mut requests = Vec::new();
        for round in 0..6 {
            for id in mine {
                let body = if round % 2 == 0 { add(id) } else { remove(id) };
                requests.push((Method::PATCH, path.clone(), Some(body)));
            }
        }
        tasks.spawn(busy(app.own.scim.clone(), requests));
    }
    for (role, other) in [("Manager", "team"), ("Reviewer", "elsewhere")] {
        let mut requests = Vec::new();
        for round in 0..12 {
            let rules = if round % 3 == 2 {
                json!([])
            } else {
                json!([[role, other]])
            };
            let body = json!({ "roles_groups": rules });
            requests.push((Method::POST, "/scim/settings".to_owned(), Some(body)));
            let manual = json!({ "manual_role_management": round % 2 == 0 });
            requests.push((Method::POST, "/saml/settings".to_owned(), Some(manual)));
        }
        tasks.spawn(busy(app.own.rest.clone(), requests));
    }
    let (statuses, again) = all(tasks).await;
    assert!(
        statuses
            .iter()
            .all(|status| [200, 201, 204].contains(status)),
        "{statuses:?}"
    );
    assert_eq!(again, 0);
    app.finish();
}

#[tokio::test]
async fn eight_writers_on_the_same_users_and_groups_leave_no_stale_role() {
    let app = App::start().await;
    let ids = users(&app.own, 6).await;
    let mut groups = Vec::new();
    for n in 0..3 {
        groups.push(app.own.group(&format!("g{n}"), &[]).await);
    }
    app.own
        .rules(&[("Manager", "g0"), ("Reviewer", "g1")])
        .await;
    let mut numbers = Vec::new();
    for n in 0..6 {
        numbers.push(app.own.number_of(&format!("u{n}@a.example")).await);
    }
    let mut tasks = JoinSet::new();
    for writer in 0..8_usize {
        let mut requests = Vec::new();
        for round in 0..15_usize {
            let seed = writer * 7 + round * 5;
            let (id, team) = (&ids[seed % 6], &groups[(seed / 2) % 3]);
            let of_group = format!("/Groups/{team}");
            let of_user = format!("/Users/{id}");
            let request = match (writer + round) % 5 {
                0 => (Method::PATCH, of_group, Some(add(id))),
                1 => (Method::PATCH, of_group, Some(remove(id))),
                2 => {
                    let active = patch(
                        json!([{ "op": "replace", "path": "active", "value": seed % 2 == 0 }]),
                    );
                    (Method::PATCH, of_user, Some(active))
                }
                3 => {
                    let title =
                        patch(json!([{ "op": "add", "path": "title", "value": seed.to_string() }]));
                    (Method::PATCH, of_user, Some(title))
                }
                _ => {
                    let all: Vec<&str> = ids.iter().map(String::as_str).collect();
                    let name = format!("g{}", (seed / 2) % 3);
                    (Method::PUT, of_group, Some(group(&name, &all[seed % 4..])))
                }
            };
            requests.push(request);
        }
        tasks.spawn(busy(app.own.scim.clone(), requests));
    }
    let mut requests = Vec::new();
    for round in 0..15 {
        let roles = json!({ "roles_groups": [["Manager", format!("g{}", round % 3)], ["Annotator", "g3"]] });
        requests.push((Method::POST, "/scim/settings".to_owned(), Some(roles)));
        let wanted =
            json!({ "user_id": numbers[round % 6], "role": (["DI", "MA", "AN"][round % 3]) });
        requests.push((
            Method::PATCH,
            "/organizations/0/memberships".to_owned(),
            Some(wanted),
        ));
    }
    tasks.spawn(busy(app.own.rest.clone(), requests));
    let (statuses, again) = all(tasks).await;
    assert!(
        statuses
            .iter()
            .all(|status| [200, 201, 204].contains(status)),
        "{statuses:?}"
    );
    assert_eq!(again, 0);
    app.finish();
}

#[tokio::test]
async fn a_group_renamed_while_members_are_added_keeps_its_rules_on_all_of_them() {
    let app = App::start().await;
    let ids = users(&app.own, 24).await;
    let team = app.own.group("name 0", &[]).await;
    app.own.rules(&[("Manager", "name 0")]).await;
    let path = format!("/Groups/{team}");
    let mut tasks = JoinSet::new();
    for mine in ids.chunks(8) {
        let requests = mine
            .iter()
            .map(|id| (Method::PATCH, path.clone(), Some(add(id))));
        tasks.spawn(busy(app.own.scim.clone(), requests.collect()));
    }
    let renames = (1..=8).map(|n| {
        (
            Method::PATCH,
            path.clone(),
            Some(rename(&format!("name {n}"))),
        )
    });
    tasks.spawn(busy(app.own.scim.clone(), renames.collect()));
    let (statuses, again) = all(tasks).await;
    assert!(
        statuses.iter().all(|status| [200, 204].contains(status)),
        "{statuses:?}"
    );
    assert_eq!(again, 0);
    let rules = app.own.rest.get("/scim/settings").await.is(200);
    assert_eq!(rules["roles_groups"], json!([["Manager", "name 8"]]));
    let count = "/organizations/0/memberships?role=MA&page_size=1";
    assert_eq!(app.own.rest.get(count).await.is(200)["count"], 24);
    app.finish();
}

#[tokio::test]
async fn two_groups_that_change_names_with_each_other_end_with_one_name_each() {
    let app = App::start().await;
    let ids = users(&app.own, 2).await;
    let a = app.own.group("A", &[&ids[0]]).await;
    let b = app.own.group("B", &[&ids[1]]).await;
    app.own.rules(&[("Manager", "A"), ("Reviewer", "B")]).await;
    let mut tasks = JoinSet::new();
    for (id, names) in [(a, ["B", "C", "A"]), (b, ["A", "C", "B"])] {
        let path = format!("/Groups/{id}");
        let mut requests = Vec::new();
        for _ in 0..5 {
            requests.extend(names.map(|name| (Method::PATCH, path.clone(), Some(rename(name)))));
        }
        tasks.spawn(busy(app.own.scim.clone(), requests));
    }
    let (statuses, _) = all(tasks).await;
    assert!(
        statuses
            .iter()
            .all(|status| [200, 204, 409].contains(status)),
        "{statuses:?}"
    );
    app.finish();
}
