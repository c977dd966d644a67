//! Members who many change, or who go.

use reqwest::Method;
use serde_json::json;
use tokio::task::JoinSet;

use super::{add, all, busy, users};
use crate::app::{App, group, patch, user};

#[tokio::test]
async fn a_user_deleted_while_being_added_is_in_no_group_and_every_group_knows_it() {
    let app = App::start().await;
    app.own
        .rules(&[("Manager", "g0"), ("Reviewer", "g1")])
        .await;
    let mut groups = Vec::new();
    for n in 0..3 {
        groups.push(app.own.group(&format!("g{n}"), &[]).await);
    }
    for round in 0..12 {
        let id = app.own.user(&format!("u{round}@a.example")).await;
        app.own.add(&groups[2], &id).await;
        let mut tasks = JoinSet::new();
        for group in &groups[..2] {
            let path = format!("/Groups/{group}");
            let requests = vec![(Method::PATCH, path, Some(add(&id)))];
            tasks.spawn(busy(app.own.scim.clone(), requests));
        }
        let delete = vec![(Method::DELETE, format!("/Users/{id}"), None)];
        tasks.spawn(busy(app.own.scim.clone(), delete));
        let (statuses, _) = all(tasks).await;
        assert!(statuses.contains(&204), "{statuses:?}");
        // Whoever comes too late is told that there is no such user.
        assert!(
            statuses
                .iter()
                .all(|status| [200, 204, 400].contains(status)),
            "{statuses:?}"
        );
        for group in &groups {
            let read = app.own.scim.get(&format!("/Groups/{group}")).await.is(200);
            assert!(read["members"].as_array().is_none_or(Vec::is_empty));
        }
    }
    app.finish();
}

#[tokio::test]
async fn of_many_who_take_one_name_at_once_one_gets_it() {
    let app = App::start().await;
    for round in 0..4 {
        let mut tasks = JoinSet::new();
        for writer in 0..6 {
            let name = format!("Same{round}@a.example");
            let name = if writer % 2 == 0 {
                name
            } else {
                name.to_uppercase()
            };
            let requests = vec![
                (Method::POST, "/Users".to_owned(), Some(user(&name))),
                (Method::POST, "/Groups".to_owned(), Some(group(&name, &[]))),
            ];
            tasks.spawn(busy(app.own.scim.clone(), requests));
        }
        let (mut statuses, again) = all(tasks).await;
        statuses.sort_unstable();
        let mut expected = vec![201, 201];
        expected.extend([409; 10]);
        assert_eq!((statuses, again), (expected, 0));
    }
    app.finish();
}

#[tokio::test]
async fn many_who_take_one_address_at_once_all_get_an_answer() {
    let app = App::start().await;
    let ids = users(&app.own, 8).await;
    for round in 0..5 {
        let mut tasks = JoinSet::new();
        for id in &ids {
            let emails = json!([{ "value": format!("shared{round}@a.example"), "type": "work" }]);
            let body = patch(json!([{ "op": "replace", "path": "emails", "value": emails }]));
            let requests = vec![(Method::PATCH, format!("/Users/{id}"), Some(body))];
            tasks.spawn(busy(app.own.scim.clone(), requests));
        }
        let (statuses, _) = all(tasks).await;
        assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
    }
    app.finish();
}

#[tokio::test]
async fn a_link_used_while_its_holder_is_deactivated_leaves_no_session() {
    let app = App::start().await;
    for round in 0..10 {
        let name = format!("u{round}@a.example");
        let id = app.own.user(&name).await;
        let mut tasks = JoinSet::new();
        for _ in 0..3 {
            let made = crate::app::printed(&app.place.run(&["login-link", "--username", &name]));
            let path = format!("/login-link/{}", made.trim().rsplit_once('/').unwrap().1);
            tasks.spawn(busy(app.anyone(), vec![(Method::GET, path, None)]));
        }
        let inactive = patch(json!([{ "op": "replace", "path": "active", "value": false }]));
        let requests = vec![(Method::PATCH, format!("/Users/{id}"), Some(inactive))];
        tasks.spawn(busy(app.own.scim.clone(), requests));
        let (statuses, _) = all(tasks).await;
        assert!(
            statuses
                .iter()
                .all(|status| [200, 303, 403].contains(status)),
            "{statuses:?}"
        );
    }
    let left = "SELECT CAST(s.member_id AS TEXT) FROM sessions s";
    let left = app.place.database.texts(left, &[]).await;
    assert!(left.is_empty(), "{left:?}");
    app.finish();
}
