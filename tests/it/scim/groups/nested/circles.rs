//! No group lies within itself, and none lies within too many.

use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{of_group, put_into};
use crate::app::{App, group, patch};
use crate::concurrency::{all, busy};

/// Security E7.
#[tokio::test]
async fn a_circle_is_refused_on_every_path() {
    let app = App::start().await;
    let a = app.own.group("A", &[]).await;
    let b = app.own.group("B", &[&a]).await;
    let c = app.own.group("C", &[&b]).await;
    let of = |id: &str| format!("/Groups/{id}");
    let before = [
        app.own.scim.get(&of(&a)).await.is(200),
        app.own.scim.get(&of(&c)).await.is(200),
    ];
    for member in [&a, &b, &c] {
        let said = put_into(&app.own, &a, json!({ "value": member })).await;
        let said = said.is_scim_error(400, Some("invalidValue"));
        let expected = if *member == a {
            "member of itself"
        } else {
            "lies within"
        };
        assert!(said.contains(expected), "{said}");
        let put = app.own.scim.put(&of(&a), &group("A", &[member])).await;
        put.is_scim_error(400, Some("invalidValue"));
        let replace =
            patch(json!([{ "op": "replace", "path": "members", "value": [of_group(member)] }]));
        let replaced = app.own.scim.patch(&of(&a), &replace).await;
        replaced.is_scim_error(400, Some("invalidValue"));
    }
    // All or none: C is taken out of nothing, and B stays in C.
    let both = patch(json!([
        { "op": "replace", "path": "displayName", "value": "D" },
        { "op": "add", "path": "members", "value": [of_group(&c)] },
    ]));
    app.own
        .scim
        .patch(&of(&b), &both)
        .await
        .is_scim_error(400, Some("invalidValue"));
    let after = [
        app.own.scim.get(&of(&a)).await.is(200),
        app.own.scim.get(&of(&c)).await.is(200),
    ];
    assert_eq!(after, before);
    // Where the way is opened, the other direction is free.
    app.own.remove(&b, &a).await;
    put_into(&app.own, &a, of_group(&c)).await.is(200);
    app.finish();
}

/// Security E7.
#[tokio::test]
async fn groups_nested_a_thousand_deep_are_refused_at_a_bound_and_served_meanwhile() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let mut groups = vec![app.own.group("g0", &[&ada]).await];
    let mut refused = 0;
    for n in 1..1000 {
        let body = group(&format!("g{n}"), &[&groups[n - 1]]);
        let made = app.own.scim.post("/Groups", &body).await;
        if made.status == 201 {
            groups.push(made.json()["id"].as_str().unwrap().to_owned());
            continue;
        }
        let said = made.is_scim_error(400, Some("invalidValue"));
        assert!(said.contains("at most 64"), "{said}");
        refused += 1;
        break;
    }
    assert_eq!((groups.len(), refused), (65, 1));
    let read = app.own.scim.get(&format!("/Users/{ada}")).await.is(200);
    assert_eq!(read["groups"].as_array().unwrap().len(), 65);
    // Nor from the other end, nor by joining two chains in the middle.
    let below = app.own.group("below", &[]).await;
    let answer = put_into(&app.own, &groups[0], of_group(&below)).await;
    answer.is_scim_error(400, Some("invalidValue"));
    let top = app.own.group("top", &[]).await;
    let end = app.own.group("end", &[&top]).await;
    let answer = put_into(&app.own, &top, of_group(&groups[63])).await;
    answer.is_scim_error(400, Some("invalidValue"));
    let answer = put_into(&app.own, &end, of_group(&groups[1])).await;
    answer.is_scim_error(400, Some("invalidValue"));
    app.finish();
}

/// Security E7.
#[tokio::test]
async fn who_put_two_groups_into_each_other_at_once_make_no_circle() {
    let app = App::start().await;
    let mut pairs = Vec::new();
    for n in 0..12 {
        let a = app.own.group(&format!("a{n}"), &[]).await;
        let b = app.own.group(&format!("b{n}"), &[]).await;
        pairs.push((a, b));
    }
    let into = |group: &str, member: &str| {
        let add = json!([{ "op": "add", "path": "members", "value": [of_group(member)] }]);
        (Method::PATCH, format!("/Groups/{group}"), Some(patch(add)))
    };
    let mut tasks = JoinSet::new();
    for turned in [false, true] {
        let requests: Vec<(Method, String, Option<Value>)> = pairs
            .iter()
            .map(|(a, b)| if turned { into(a, b) } else { into(b, a) })
            .collect();
        for _ in 0..2 {
            tasks.spawn(busy(app.own.scim.clone(), requests.clone()));
        }
    }
    let (statuses, _) = all(tasks).await;
    let refused = statuses.iter().filter(|status| **status == 400).count();
    assert_eq!(refused, 24, "{statuses:?}");
    for (a, b) in pairs {
        let mut edges = 0;
        for group in [a, b] {
            let read = app.own.scim.get(&format!("/Groups/{group}")).await.is(200);
            edges += read["members"].as_array().map_or(0, Vec::len);
        }
        assert_eq!(edges, 1);
    }
    app.finish();
}

/// Security E7.
#[tokio::test]
async fn three_who_close_a_ring_at_once_leave_it_open() {
    let app = App::start().await;
    let mut groups = Vec::new();
    for n in 0..9 {
        let person = app.own.user(&format!("u{n}@a.example")).await;
        groups.push(app.own.group(&format!("g{n}"), &[&person]).await);
    }
    app.own
        .rules(&[("Manager", "g0"), ("Reviewer", "g4")])
        .await;
    let mut tasks = JoinSet::new();
    for first in 0..3 {
        let mut requests = Vec::new();
        for round in 0..9 {
            let at = (first * 3 + round) % 9;
            let (group, member) = (&groups[at], &groups[(at + 1) % 9]);
            let path = format!("/Groups/{group}");
            let add = json!([{ "op": "add", "path": "members", "value": [of_group(member)] }]);
            requests.push((Method::PATCH, path.clone(), Some(patch(add))));
            if round % 3 == 2 {
                let remove = format!("members[value eq \"{member}\"]");
                let remove = json!([{ "op": "remove", "path": remove }]);
                requests.push((Method::PATCH, path, Some(patch(remove))));
            }
        }
        tasks.spawn(busy(app.own.scim.clone(), requests));
    }
    let (statuses, again) = all(tasks).await;
    assert!(
        statuses.iter().all(|status| [200, 400].contains(status)),
        "{statuses:?}"
    );
    assert_eq!(again, 0);
    app.finish();
}
