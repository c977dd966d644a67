//! What security event tokens tell (RFC 9967).

use serde_json::json;

use super::feed::{ALL, NOTICES, WHOLE, set_up, told};
use crate::app::App;

#[tokio::test]
async fn what_happens_to_users_and_groups_is_told_in_its_order() {
    let app = App::start().await;
    app.own.rules(&[("Annotator", "Team")]).await;
    let feed = set_up(&app, &app.own, &NOTICES).await;
    let ada = app.own.user("ada@a.example").await;
    let team = app.own.group("Team", &[]).await;
    app.own.add(&team, &ada).await;
    app.own.set_active(&ada, false).await;
    app.own.set_active(&ada, true).await;
    app.own.remove(&team, &ada).await;
    app.own
        .scim
        .delete(&format!("/Groups/{team}"))
        .await
        .is(204);
    app.own.scim.delete(&format!("/Users/{ada}")).await.is(204);
    let (user, group) = (format!("/Users/{ada}"), format!("/Groups/{team}"));
    let seen = feed.until(&user, ALL[4]).await;
    let expected = [
        format!("{user} activate create:notice"),
        format!("{group} create:notice"),
        format!("{group} patch:notice"),
        format!("{user} patch:notice"),
        format!("{user} deactivate"),
        format!("{user} patch:notice"),
        format!("{user} activate"),
        format!("{group} patch:notice"),
    ];
    let all = told(&seen);
    assert_eq!(all[..expected.len()], expected, "{all:#?}");
    assert_eq!(
        all[all.len() - 2..],
        [format!("{group} delete"), format!("{user} delete")]
    );
    let first = &seen[0];
    assert_eq!(first["iss"], app.base);
    assert_eq!(first["aud"], json!(["https://app.example"]));
    assert_eq!(
        first["events"][ALL[0]]["attributes"],
        json!(["id", "active", "userName"])
    );
    assert!(first.get("sub").is_none(), "RFC 9967 section 2.1");
    app.finish();
}

#[tokio::test]
async fn a_receiver_of_full_events_can_rebuild_what_there_is() {
    let app = App::start().await;
    let feed = set_up(&app, &app.own, &WHOLE).await;
    let mut body = crate::app::user("ada@a.example");
    body["externalId"] = "e-1".into();
    body["password"] = "never to be told".into();
    body["emails"] = json!([{ "value": "ada@a.example", "primary": true }]);
    let made = app.own.scim.post("/Users", &body).await.is(201);
    let ada = made["id"].as_str().unwrap();
    let change = json!([{ "op": "replace", "path": "title", "value": "Dr" }, { "op": "replace", "path": "password", "value": "never to be told either" }]);
    app.own.change(&format!("/Users/{ada}"), change).await;
    let team = app.own.group("Team", &[ada]).await;
    let group = format!("/Groups/{team}");
    let seen = feed.until(&group, ALL[1]).await;

    let created = &seen[0]["events"][ALL[1]]["data"];
    assert_eq!(seen[0]["sub_id"]["externalId"], "e-1");
    for name in [
        "schemas",
        "id",
        "userName",
        "externalId",
        "emails",
        "active",
    ] {
        assert_eq!(created[name], made[name], "{name}");
    }
    let patch = &seen[1]["events"][ALL[3]]["data"];
    assert_eq!(
        patch["Operations"],
        json!([{ "op": "replace", "path": "title", "value": "Dr" }])
    );
    let of_group = &seen[2]["events"][ALL[1]]["data"];
    assert_eq!(of_group["members"], json!([{ "value": ada }]));
    assert_eq!(of_group["displayName"], "Team");
    assert!(!format!("{seen:?}").contains("never to be told"));
    app.finish();
}

#[tokio::test]
async fn who_was_erased_is_told_of_without_any_value() {
    let app = App::start().await;
    let feed = set_up(&app, &app.own, &WHOLE).await;
    let notices = set_up(&app, &app.own, &NOTICES).await;
    let ada = app.own.user("ada.secret@a.example").await;
    app.own.scim.delete(&format!("/Users/{ada}")).await.is(204);
    let user = format!("/Users/{ada}");
    let whole = feed.until(&user, ALL[4]).await;
    assert_eq!(told(&whole), [format!("{user} delete")]);
    let seen = notices.until(&user, ALL[4]).await;
    assert_eq!(
        told(&seen),
        [
            format!("{user} activate create:notice"),
            format!("{user} delete")
        ]
    );
    assert!(!format!("{whole:?}{seen:?}").contains("ada.secret"));
    app.finish();
}

#[tokio::test]
async fn a_user_whose_deletion_is_taken_back_is_told_as_made_again() {
    let app = App::start().await;
    let mut people = Vec::new();
    for n in 0..12 {
        people.push(app.own.user(&format!("p{n}@a.example")).await);
    }
    let team = app.own.group("Team", &[&people[11]]).await;
    let feed = set_up(&app, &app.own, &WHOLE).await;
    for id in &people {
        app.own.scim.delete(&format!("/Users/{id}")).await.is(204);
    }
    let user = format!("/Users/{}", people[11]);
    feed.until(&user, ALL[4]).await;
    let restore = json!({ "decision": "restore", "members": [people[11]] });
    let done = app.own.rest.post("/scim/removals", &restore).await.is(200);
    assert_eq!(done["count"], 1);
    let seen = feed.until(&user, ALL[1]).await;
    let data = &seen.last().unwrap()["events"][ALL[1]]["data"];
    assert_eq!(data["userName"], "p11@a.example");
    assert_eq!(data["groups"], json!([{ "value": team }]));
    app.finish();
}
