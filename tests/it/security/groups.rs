//! E, of groups: who is in them after many have written at once, on two nodes too. Circles are in `scim/groups/nested`,
//! and so is what becomes of roles where a group goes.

use std::collections::BTreeSet;
use std::process::Child;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::app::{App, Organization, group, patch, terminate};
use crate::client::Client;
use crate::concurrency::{all, busy};

/// Another server on the same database, and a provisioning client of it.
fn second_node(app: &App) -> (Child, Client) {
    let (node, line, _out) = app.place.serve(&[]);
    let base = line.trim().strip_prefix("listening on ").unwrap();
    let token = app.own.scim.authorization().to_owned();
    (node, Client::new(format!("{base}/scim/v2"), Some(token)))
}

fn end(mut node: Child) {
    terminate(&node);
    assert_eq!(node.wait().unwrap().code(), Some(0));
}

async fn members(organization: &Organization, group: &str) -> BTreeSet<String> {
    let read = organization
        .scim
        .get(&format!("/Groups/{group}"))
        .await
        .is(200);
    let members = read["members"].as_array().cloned().unwrap_or_default();
    let ids = members.iter().map(|one| one["value"].as_str().unwrap());
    ids.map(str::to_owned).collect()
}

/// Security E1: of a large group only those are touched that are named, in whatever form.
#[tokio::test]
async fn only_the_members_that_are_named_come_or_go() {
    let app = App::start().await;
    let ids = app.crowd(60).await;
    let inner = app.own.group("Inner", &[]).await;
    let mut first: Vec<&str> = ids[..40].iter().map(String::as_str).collect();
    first.push(&inner);
    let team = app.own.group("Team", &first).await;
    let path = format!("/Groups/{team}");
    let mut expected: BTreeSet<String> = first.into_iter().map(str::to_owned).collect();
    let of = |id: &String| json!({ "value": id });
    let steps: [(Value, Vec<&String>, Vec<&String>); 7] = [
        (
            json!({ "op": "remove", "path": "members", "value": [of(&ids[0]), of(&ids[59])] }),
            vec![],
            vec![&ids[0]],
        ),
        (
            json!({ "op": "Remove", "path": "members", "value": [{ "value": ids[1], "type": "User" }] }),
            vec![],
            vec![&ids[1]],
        ),
        (
            json!({ "op": "remove", "path": format!("members[value eq \"{}\"]", ids[2]) }),
            vec![],
            vec![&ids[2]],
        ),
        (
            json!({ "op": "remove", "path": format!("members[value eq \"{}\" or value eq \"{inner}\"]", ids[3]) }),
            vec![],
            vec![&ids[3], &inner],
        ),
        (
            json!({ "op": "add", "value": { "members": [of(&ids[50]), of(&ids[5])] } }),
            vec![&ids[50]],
            vec![],
        ),
        (
            json!({ "op": "add", "path": "members", "value": [of(&ids[51]), of(&inner)] }),
            vec![&ids[51], &inner],
            vec![],
        ),
        (
            json!({ "op": "remove", "path": "members", "value": [] }),
            vec![],
            vec![],
        ),
    ];
    for (operation, come, go) in steps {
        let answer = app.own.scim.patch(&path, &patch(json!([operation]))).await;
        assert!(
            [200, 204].contains(&answer.status),
            "{operation}: {}",
            answer.text
        );
        expected.extend(come.into_iter().cloned());
        for id in go {
            assert!(expected.remove(id));
        }
        assert_eq!(members(&app.own, &team).await, expected, "{operation}");
    }
    app.finish();
}

/// Security E2: 8 writers, half of them at another node, each 100 times.
#[tokio::test]
async fn of_eight_hundred_adds_to_one_group_on_two_nodes_none_is_lost() {
    let app = App::start().await;
    let ids = app.crowd(800).await;
    let team = app.own.group("Team", &[]).await;
    app.own.rules(&[("Manager", "Team")]).await;
    let (node, other) = second_node(&app);
    let mut tasks = JoinSet::new();
    for (writer, own) in ids.chunks(100).enumerate() {
        let client = if writer.is_multiple_of(2) {
            &app.own.scim
        } else {
            &other
        };
        let add = |id: &String| {
            let add = json!([{ "op": "add", "path": "members", "value": [{ "value": id }] }]);
            (Method::PATCH, format!("/Groups/{team}"), Some(patch(add)))
        };
        tasks.spawn(busy(client.clone(), own.iter().map(add).collect()));
    }
    let (statuses, _) = all(tasks).await;
    assert!(
        statuses.iter().all(|status| [200, 204].contains(status)),
        "{statuses:?}"
    );
    assert_eq!(members(&app.own, &team).await, ids.into_iter().collect());
    let path = "/organizations/0/memberships?role=MA&page_size=1";
    assert_eq!(app.own.rest.get(path).await.is(200)["count"], 800);
    end(node);
    app.finish();
}

/// Security E7: each way at another node.
#[tokio::test]
async fn two_nodes_that_put_groups_into_each_other_make_no_circle() {
    let app = App::start().await;
    let person = app.own.user("ada@a.example").await;
    let (node, other) = second_node(&app);
    let mut pairs = Vec::new();
    for n in 0..16 {
        let a = app.own.group(&format!("a{n}"), &[&person]).await;
        let b = app.own.group(&format!("b{n}"), &[]).await;
        pairs.push((a, b));
    }
    app.own
        .rules(&[("Manager", "a3"), ("Reviewer", "b5")])
        .await;
    let put = |into: &str, name: String, member: &str| {
        (
            Method::PUT,
            format!("/Groups/{into}"),
            Some(group(&name, &[member])),
        )
    };
    let mut tasks = JoinSet::new();
    let one_way = pairs.iter().enumerate();
    let requests = one_way
        .map(|(n, (a, b))| put(a, format!("a{n}"), b))
        .collect();
    tasks.spawn(busy(app.own.scim.clone(), requests));
    let other_way = pairs.iter().enumerate();
    let requests = other_way
        .map(|(n, (a, b))| put(b, format!("b{n}"), a))
        .collect();
    tasks.spawn(busy(other, requests));
    let (statuses, _) = all(tasks).await;
    let count = |wanted: u16| statuses.iter().filter(|status| **status == wanted).count();
    assert_eq!((count(200), count(400)), (16, 16), "{statuses:?}");
    end(node);
    app.finish();
}

/// Security E12: a group that others are in, that is in others and that a rule names, deleted while members come.
#[tokio::test]
async fn a_group_deleted_while_members_come_leaves_nobody_its_role() {
    let app = App::start().await;
    let ids = app.crowd(24).await;
    let (node, other) = second_node(&app);
    let mut tasks = JoinSet::new();
    for round in 0..4 {
        let inner = app.own.group(&format!("inner {round}"), &[]).await;
        let middle = app.own.group(&format!("middle {round}"), &[&inner]).await;
        let outer = format!("outer {round}");
        app.own.group(&outer, &[&middle]).await;
        if round == 3 {
            let rules = [
                ("Manager", outer.as_str()),
                ("Reviewer", "middle 3"),
                ("Annotator", "inner 2"),
            ];
            app.own.rules(&rules).await;
        }
        let add = |id: &String| {
            let add = json!([{ "op": "add", "path": "members", "value": [{ "value": id }] }]);
            (Method::PATCH, format!("/Groups/{inner}"), Some(patch(add)))
        };
        tasks.spawn(busy(app.own.scim.clone(), ids.iter().map(add).collect()));
        let mut gone: Vec<_> = (0..10)
            .map(|_| (Method::GET, format!("/Groups/{middle}"), None))
            .collect();
        gone.push((Method::DELETE, format!("/Groups/{middle}"), None));
        tasks.spawn(busy(other.clone(), gone));
    }
    let (statuses, _) = all(tasks).await;
    assert!(
        statuses.iter().all(|status| [200, 204].contains(status)),
        "{statuses:?}"
    );
    let path = "/organizations/0/memberships?role=MA,RE&page_size=1";
    assert_eq!(app.own.rest.get(path).await.is(200)["count"], 0);
    end(node);
    app.finish();
}
