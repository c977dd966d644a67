//! The receipt of who left: as a page and as JSON, after what directories really send.

use serde_json::{Value, json};

use super::{Browser, says};
use crate::app::{App, OWNER, patch};

async fn receipt(app: &App, number: i64) -> Value {
    let path = format!("/members/{number}/receipt");
    app.own.rest.get(&path).await.is(200)
}

fn effects(receipt: &Value) -> Vec<&str> {
    let all = receipt["effects"].as_array().unwrap();
    all.iter()
        .map(|one| one["effect"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_deleted_member_has_a_receipt_with_a_time_for_every_effect() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let team = app.own.group("Team", &[&ada]).await;
    app.own.rules(&[("Reviewer", "Team")]).await;
    let number = app.own.number_of("ada@a.example").await;
    let made = app
        .own
        .rest
        .post("/projects", &json!({ "title": "P" }))
        .await
        .is(201);
    let project = made["id"].as_i64().unwrap();
    let path = format!("/projects/{project}/members");
    app.own.rest.post(&path, &json!({ "user": number })).await;
    let browser = Browser::of(&app, "ada@a.example").await;
    Browser::of(&app, "ada@a.example").await;
    says(
        &browser.send("/profile", "what=reset").await,
        200,
        "rr_pat_",
    );
    // While somebody has access there is nothing to tell.
    let present = receipt(&app, number).await;
    assert_eq!(
        (&present["state"], effects(&present).len()),
        (&json!("present"), 0)
    );

    assert_eq!(
        app.own.scim.delete(&format!("/Users/{ada}")).await.status,
        204
    );
    let told = receipt(&app, number).await;
    assert_eq!(told["state"], "deleted");
    assert_eq!(told["complete"], true);
    let words = effects(&told);
    let expected = [
        "deleted",
        "sessions_ended",
        "tokens_ended",
        "left_group",
        "left_project",
        "seat_freed",
        "erased",
    ];
    assert_eq!(words, expected, "{told}");
    let all = told["effects"].as_array().unwrap();
    assert_eq!(all[1]["says"], "2 sessions ended");
    assert_eq!(all[2]["says"], "1 token ended");
    assert_eq!(all[3]["says"], "Left the group “Team”");
    let first = &all[0];
    assert!(first["at"].as_str().unwrap().ends_with('Z'));
    assert_eq!(first["actor"]["kind"], "scim_token");
    assert!(all.iter().all(|one| one["at"] == first["at"]));
    assert!(
        all.iter()
            .all(|one| one["request_id"] == first["request_id"])
    );

    let owner = Browser::of(&app, OWNER).await;
    let page = owner
        .open(&format!("/organization/members/{number}/receipt"))
        .await;
    says(&page, 200, "Receipt: Deleted User");
    says(&page, 200, "2 sessions ended");
    says(&page, 200, first["request_id"].as_str().unwrap());
    assert!(!page.text.contains("ada@a.example"));
    // Whoever looks for it finds the way.
    let link = format!("/organization/members/{number}/receipt");
    says(&owner.open("/organization?role=deleted").await, 200, &link);
    says(
        &owner.open("/organization/audit?kind=member.deleted").await,
        200,
        &link,
    );
    says(
        &owner
            .open(&format!("/organization/audit?about={team}"))
            .await,
        200,
        "Group made",
    );
    // Nobody else's, and of nobody there is none.
    let other = app.other();
    let path = format!("/members/{number}/receipt");
    other.rest.get(&path).await.is(404);
    app.own.rest.get("/members/999/receipt").await.is(404);
    says(
        &owner.open("/organization/members/999/receipt").await,
        404,
        "Nothing here",
    );
    app.finish();
}

#[tokio::test]
async fn a_deactivated_member_has_a_receipt_until_they_are_back() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let team = app.own.group("Team", &[&ada]).await;
    let number = app.own.number_of("ada@a.example").await;
    Browser::of(&app, "ada@a.example").await;
    // As Okta does: out of the groups first, then not active.
    let out = json!([{ "op": "remove", "path": format!("members[value eq \"{ada}\"]") }]);
    let path = format!("/Groups/{team}");
    assert!(app.own.scim.patch(&path, &patch(out)).await.status < 300);
    app.own.set_active(&ada, false).await;
    let told = receipt(&app, number).await;
    assert_eq!(told["state"], "without_access");
    let expected = [
        "left_group",
        "told",
        "access_ended",
        "sessions_ended",
        "tokens_ended",
        "seat_freed",
    ];
    assert_eq!(effects(&told), expected, "{told}");
    let all = told["effects"].as_array().unwrap();
    assert_eq!(all[2]["says"], "Access ended: Annotator became Deactivated");
    assert_eq!(all[3]["says"], "1 session ended");
    assert_eq!(all[4]["says"], "There was no token to end");
    let owner = Browser::of(&app, OWNER).await;
    let link = format!("/organization/members/{number}/receipt");
    let page = owner.open(&format!("/organization/members/{number}")).await;
    says(&page, 200, &format!("href=\"{link}\""));
    says(
        &owner.open(&link).await,
        200,
        "The directory said: not active",
    );
    // Deleted later: one receipt, from the first effect on.
    app.own.scim.delete(&format!("/Users/{ada}")).await;
    let words = receipt(&app, number).await;
    let words = effects(&words);
    assert_eq!(words[..6], expected);
    assert_eq!(words[6..], ["deleted", "erased"]);
    // Somebody who is back has none.
    let bob = app.own.user("bob@a.example").await;
    app.own.set_active(&bob, false).await;
    app.own.set_active(&bob, true).await;
    let number = app.own.number_of("bob@a.example").await;
    assert_eq!(receipt(&app, number).await["state"], "present");
    let page = owner
        .open(&format!("/organization/members/{number}/receipt"))
        .await;
    says(&page, 200, "has access");
    app.finish();
}

#[tokio::test]
async fn the_receipt_of_who_waits_for_the_brake_says_so_until_it_is_decided() {
    let app = App::start().await;
    let mut ids = Vec::new();
    for number in 0..15 {
        ids.push(app.own.user(&format!("p{number}@a.example")).await);
    }
    let number = app.own.number_of("p12@a.example").await;
    for id in &ids[..13] {
        app.own.scim.delete(&format!("/Users/{id}")).await;
    }
    let told = receipt(&app, number).await;
    assert_eq!(told["state"], "waiting");
    assert_eq!(effects(&told).last(), Some(&"held"));
    let owner = Browser::of(&app, OWNER).await;
    let link = format!("/organization/members/{number}/receipt");
    let page = owner.open(&link).await;
    says(
        &page,
        200,
        "The deletion waits because there were so many at once",
    );
    says(&page, 200, "p12@a.example");
    let body = json!({ "decision": "erase", "members": [ids[12]] });
    app.own.rest.post("/scim/removals", &body).await.is(200);
    let told = receipt(&app, number).await;
    assert_eq!(told["state"], "deleted");
    assert_eq!(effects(&told).last(), Some(&"erased"));
    assert!(!owner.open(&link).await.text.contains("p12@a.example"));
    app.finish();
}
