//! What holds whoever comes first: one Owner, and no seat too many. `ROLLRIGHT_RACES` sets how many rounds there are.

use reqwest::Method;
use serde_json::json;
use tokio::task::JoinSet;

use super::{Person, seats};
use crate::app::{App, OWNER, patch};

#[expect(
    clippy::disallowed_methods,
    reason = "these tests are no part of the server"
)]
fn rounds(default: usize) -> usize {
    let asked = std::env::var("ROLLRIGHT_RACES").ok();
    asked
        .and_then(|asked| asked.parse().ok())
        .unwrap_or(default)
}

/// Security F5: one makes another the Owner while a third deactivates or deletes that one.
#[tokio::test]
async fn there_is_one_owner_with_access_after_every_race_of_a_transfer() {
    let app = App::start().await;
    let own = &app.own;
    let ada = own.user("ada@a.example").await;
    let number = own.number_of("ada@a.example").await;
    let owner = own.number_of(OWNER).await;
    let one_owner = "SELECT m.user_name FROM organizations o JOIN members m ON m.id = o.owner_member_id
        WHERE m.role = 5 AND m.active AND NOT m.suspended AND (SELECT COUNT(*) FROM members x WHERE x.role = 5) = 1";
    let token = json!({ "user_id": number });
    let (mut given, mut kept) = (0, 0);
    // Ends with her access.
    let mut signed_in: Option<Person> = None;
    for round in 0..rounds(100) {
        let mut racing = JoinSet::new();
        let (rest, scim) = (own.rest.clone(), own.scim.clone());
        let body = token.clone();
        racing.spawn(async move {
            let path = "/organizations/0/transfer-ownership";
            rest.patiently(Method::POST, path, Some(&body))
                .await
                .0
                .status
        });
        let path = format!("/Users/{ada}");
        let inactive = patch(json!([{ "op": "replace", "path": "active", "value": false }]));
        let rest = own.rest.clone();
        racing.spawn(async move {
            if round % 2 == 0 {
                scim.patiently(Method::PATCH, &path, Some(&inactive))
                    .await
                    .0
                    .status
            } else {
                let suspend = json!({ "user_id": number, "role": "DI" });
                let path = "/organizations/0/memberships";
                rest.patiently(Method::PATCH, path, Some(&suspend))
                    .await
                    .0
                    .status
            }
        });
        let statuses = racing.join_all().await;
        assert!(
            statuses
                .iter()
                .all(|status| [200, 400, 403].contains(status)),
            "{statuses:?}"
        );
        let now = app.place.database.texts(one_owner, &[]).await;
        assert_eq!(now.len(), 1, "{statuses:?}");
        if now[0] == OWNER {
            kept += 1;
        } else {
            given += 1;
            // Ada gives it back, in a browser: no token of hers outlives the rounds in which she loses.
            if signed_in.is_none() {
                signed_in = Some(Person::of(&app, "ada@a.example").await);
            }
            let back = json!({ "user_id": owner });
            let path = "/organizations/0/transfer-ownership";
            let ada = signed_in.as_ref().unwrap();
            ada.ask(Method::POST, path, Some(&back)).await.is(200);
        }
        if now[0] == OWNER {
            signed_in = None;
        }
        own.set_active(&ada, true).await;
        own.assign("ada@a.example", Some("AN")).await;
    }
    assert!(given + kept > 0);
    app.finish();
}

/// Security F14: of many who are activated at once, one gets the last seat.
#[tokio::test]
async fn of_many_who_are_activated_at_once_one_gets_the_last_seat() {
    let app = App::start().await;
    let own = &app.own;
    let mut numbers = Vec::new();
    for n in 0..10 {
        let name = format!("u{n}@a.example");
        own.user(&name).await;
        own.assign(&name, Some("DI")).await;
        numbers.push(own.number_of(&name).await);
    }
    seats(&app, 2);
    let taken = "SELECT CAST(COUNT(*) AS TEXT) FROM members WHERE role > 0";
    for _ in 0..rounds(20) {
        let mut racing = JoinSet::new();
        for number in numbers.clone() {
            let rest = own.rest.clone();
            racing.spawn(async move {
                let wanted = json!({ "user_id": number, "role": "AN" });
                let path = "/organizations/0/memberships";
                let answer = rest.patiently(Method::PATCH, path, Some(&wanted)).await;
                (answer.0.status, number)
            });
        }
        let mut answers = racing.join_all().await;
        answers.sort_unstable_by_key(|(status, _)| *status);
        let statuses: Vec<u16> = answers.iter().map(|(status, _)| *status).collect();
        let mut expected = vec![403; 10];
        expected[0] = 200;
        assert_eq!(statuses, expected);
        assert_eq!(app.place.database.texts(taken, &[]).await, ["2"]);
        // The one who got it gives it back.
        let wanted = json!({ "user_id": answers[0].1, "role": "DI" });
        own.rest
            .patch("/organizations/0/memberships", &wanted)
            .await
            .is(200);
    }
    app.finish();
}

/// Seats that become free and members who wait for one, both at once: each is in its turn, and nobody is told to come
/// again because two waited for each other.
#[tokio::test]
async fn nobody_is_turned_away_where_seats_are_freed_and_waited_for_at_once() {
    let app = App::start().await;
    let own = &app.own;
    let mut ids = Vec::new();
    for n in 0..6 {
        ids.push(own.user(&format!("u{n}@a.example")).await);
    }
    seats(&app, 3);
    let taken = "SELECT CAST(COUNT(*) AS TEXT) FROM members WHERE role > 0";
    for round in 0..rounds(20) {
        // Whoever is in now leaves, and whoever waits says something of themselves: each holds what the other needs.
        let mut racing = JoinSet::new();
        for (n, id) in ids.iter().enumerate() {
            let (scim, path) = (own.scim.clone(), format!("/Users/{id}"));
            let active = (n + round) % 2 == 0;
            racing.spawn(async move {
                for active in [!active, active, true] {
                    let change =
                        patch(json!([{ "op": "replace", "path": "active", "value": active }]));
                    let answer = scim.patch(&path, &change).await;
                    assert_eq!(answer.status, 200, "{}", answer.text);
                }
            });
        }
        racing.join_all().await;
        assert_eq!(app.place.database.texts(taken, &[]).await, ["3"]);
    }
    app.finish();
}
