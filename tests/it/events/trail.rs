//! Who reads the trail, and which part of it.

use serde_json::{Value, json};

use super::{column, get, results, trail};
use crate::app::App;

#[tokio::test]
async fn an_event_says_what_who_when_and_in_which_request() {
    let app = App::start().await;
    let header = [("x-request-id", "first-request")];
    let body = crate::app::user("ada@a.example").to_string();
    let made = app
        .own
        .scim
        .send(reqwest::Method::POST, "/Users", &header, Some(body))
        .await
        .is(201);
    let events = trail(&app, &app.own).await;
    let event = events.last().unwrap();
    assert_eq!(event["kind"], "member.created");
    assert_eq!(event["subject"], made["id"]);
    assert_eq!(event["request_id"], "first-request");
    assert_eq!(event["actor"]["kind"], "scim_token");
    assert_eq!(event["organization"], 1);
    assert_eq!(event["at"], made["meta"]["created"]);
    assert_eq!(event["facts"]["active"], true);
    assert_eq!(event["details"]["after"]["userName"], "ada@a.example");
    // Who made the organization was at the command line, which has no id.
    assert_eq!(events[0]["kind"], "organization.created");
    assert_eq!(
        events[0]["actor"],
        json!({ "kind": "operator", "id": null })
    );
    app.finish();
}

#[tokio::test]
async fn the_events_of_one_request_have_the_order_in_which_they_happened() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    app.own.set_active(&ada, false).await;
    let events = trail(&app, &app.own).await;
    let kinds = column(&events, "kind");
    assert_eq!(
        kinds[kinds.len() - 3..],
        ["member.created", "member.changed", "member.role_changed"]
    );
    app.finish();
}

#[tokio::test]
async fn the_trail_is_read_in_parts_by_number() {
    let app = App::start().await;
    for n in 0..7 {
        app.own.user(&format!("u{n}@a.example")).await;
    }
    let all = trail(&app, &app.own).await;
    let (mut seen, mut after): (Vec<Value>, _) = (Vec::new(), 0);
    loop {
        let page = get(&app.own, &format!("after={after}&limit=3")).await;
        assert_eq!(page["count"], all.len(), "{page}");
        assert!(page["previous"].is_null());
        seen.extend(results(&page));
        after = page["next_after"].as_i64().unwrap();
        if page["next"].is_null() {
            break;
        }
        let next = format!("{}/api/events?after={after}&limit=3", app.base);
        assert_eq!(page["next"], next);
    }
    assert_eq!(seen, all);
    // Behind the end there is nothing, and the reader keeps its place.
    let page = get(&app.own, &format!("after={after}")).await;
    assert_eq!(page["results"], json!([]));
    assert_eq!(page["next_after"], after);
    app.finish();
}

#[tokio::test]
async fn events_of_one_kind_or_subject_are_found() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let bob = app.own.user("bob@a.example").await;
    let team = app.own.group("Team", &[&ada]).await;
    app.own.add(&team, &bob).await;
    let all = trail(&app, &app.own).await;

    let created = get(&app.own, "kind=member.created").await;
    let subjects = results(&created);
    assert_eq!(column(&subjects, "subject")[1..], [&ada, &bob]);
    assert_eq!(created["next_after"], all.len(), "nothing is left behind");

    let of_team = results(&get(&app.own, &format!("subject={team}")).await);
    assert_eq!(column(&of_team, "kind"), ["group.created", "group.changed"]);
    assert_eq!(of_team[1]["facts"]["added"], json!([bob]));

    let both = format!("subject={team}&kind=group.changed&limit=1");
    let page = get(&app.own, &both).await;
    assert_eq!(results(&page), of_team[1..]);
    let none = get(&app.own, "kind=project.created").await;
    assert_eq!(
        (&none["results"], &none["next"]),
        (&json!([]), &Value::Null)
    );
    app.finish();
}

#[tokio::test]
async fn owner_and_administrators_read_the_trail_and_nobody_else() {
    let app = App::start().await;
    for (role, status) in [("AD", 200), ("MA", 403), ("RE", 403), ("AN", 403)] {
        let name = format!("{}@a.example", role.to_lowercase());
        app.own.user(&name).await;
        app.own.assign(&name, Some(role)).await;
        let cookie = app.session(&name).await;
        let headers = [("cookie", cookie.as_str())];
        let answer = app
            .anyone()
            .send(reqwest::Method::GET, "/api/events", &headers, None)
            .await;
        assert_eq!(answer.status, status, "{role}: {}", answer.text);
    }
    assert_eq!(app.own.rest.get("/events").await.status, 200);
    assert_eq!(app.anyone().get("/api/events").await.status, 401);
    let token = app.own.scim.authorization();
    let answer = app.own.rest.with(Some(token)).get("/events").await;
    assert_eq!(answer.status, 401);
    app.finish();
}

#[tokio::test]
async fn the_trail_of_another_organization_is_not_there() {
    let app = App::start().await;
    let other = app.other();
    let ada = app.own.user("ada@a.example").await;
    let bob = other.user("bob@b.example").await;
    let (own, others) = (trail(&app, &app.own).await, trail(&app, &other).await);
    for (events, organization, there, not_there) in
        [(&own, 1, &ada, &bob), (&others, other.number, &bob, &ada)]
    {
        assert_eq!(events[0]["seq"], 1);
        assert!(
            events
                .iter()
                .all(|event| event["organization"] == organization)
        );
        let subjects = column(events, "subject");
        assert!(subjects.contains(&there.as_str()) && !subjects.contains(&not_there.as_str()));
    }
    let foreign = get(&other, &format!("subject={ada}")).await;
    assert_eq!(foreign["results"], json!([]));
    app.finish();
}

#[tokio::test]
async fn a_part_that_cannot_be_meant_is_refused() {
    let app = App::start().await;
    for (query, says) in [
        ("after=-1", "after must be a number from 0 on"),
        ("after=last", "after must be a number from 0 on"),
        ("limit=0", "limit must be a number from 1 to 1000"),
        ("limit=1001", "limit must be a number from 1 to 1000"),
        ("wait=26", "wait must be a number from 0 to 25"),
        ("wait=1.5", "wait must be a number from 0 to 25"),
        (
            "kind=%00",
            "kind must be one of organization.created, member.created, ",
        ),
        (
            "kind=member.exploded",
            "member.changed, member.role_changed, ",
        ),
        ("subject=a%00", "U+0000"),
    ] {
        let answer = app.own.rest.get(&format!("/events?{query}")).await;
        let detail = answer.is_problem(400);
        assert!(detail.contains(says), "{query}: {detail}");
    }
    let far = get(&app.own, "after=9223372036854775807").await;
    assert_eq!(far["results"], json!([]));
    app.finish();
}

#[tokio::test]
async fn the_personal_part_goes_with_the_person_and_the_trail_stays_whole() {
    let app = App::start().await;
    let ada = app.own.user("ada.secret@a.example").await;
    let before = trail(&app, &app.own).await;
    assert!(format!("{before:?}").contains("ada.secret"));
    app.own.scim.delete(&format!("/Users/{ada}")).await.is(204);
    let after = trail(&app, &app.own).await;
    assert!(!format!("{after:?}").contains("ada.secret"));
    let of_ada: Vec<Value> = after
        .into_iter()
        .filter(|event| event["subject"] == ada)
        .collect();
    assert_eq!(
        column(&of_ada, "kind"),
        ["member.created", "member.deleted"]
    );
    assert!(of_ada.iter().all(|event| event["details"].is_null()));
    // The doctor works the chain out again.
    app.finish();
}
