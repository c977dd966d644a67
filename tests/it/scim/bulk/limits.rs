//! What is refused before anything is done, and what no operation can reach.

use serde_json::{Value, json};

use super::{bulk, post, refusal, statuses};
use crate::app::{App, patch, user};

/// Security E5 and D7: too many operations, and too much of them.
#[tokio::test]
async fn what_is_over_a_limit_is_refused_before_any_work_and_the_limit_is_told() {
    let app = App::start().await;
    let config = app.own.scim.get("/ServiceProviderConfig").await.is(200);
    assert_eq!(
        config["bulk"],
        json!({ "supported": true, "maxOperations": 1000, "maxPayloadSize": 1_048_576 })
    );
    let before = app.own.scim.get("/Users").await.is(200);
    let many = |count: usize| -> Value {
        (0..count)
            .map(|n| post("Users", &n.to_string(), &user(&format!("u{n}@a.example"))))
            .collect::<Vec<_>>()
            .into()
    };
    let refused = app.own.scim.post("/Bulk", &bulk(many(1001))).await;
    let sentence = refused.is_scim_error(413, None);
    assert!(sentence.contains("1001") && sentence.contains("maxOperations is 1000"));
    let mut large = user("large@a.example");
    large["nickName"] = json!("x".repeat(1024 * 1024));
    let large = bulk(json!([
        post("Users", "a", &user("a@a.example")),
        post("Users", "large", &large)
    ]));
    let sentence = app
        .own
        .scim
        .post("/Bulk", &large)
        .await
        .is_scim_error(413, None);
    assert!(sentence.contains("1048576"), "{sentence}");
    assert_eq!(app.own.scim.get("/Users").await.is(200), before);
    app.finish();
}

#[tokio::test]
async fn a_bulk_id_names_one_post_and_each_post_has_one() {
    let app = App::start().await;
    let before = app.own.scim.get("/Users").await.is(200);
    let twice = bulk(json!([
        post("Users", "same", &user("a@a.example")),
        post("Groups", "same", &crate::app::group("b", &[])),
    ]));
    let sentence = app
        .own
        .scim
        .post("/Bulk", &twice)
        .await
        .is_scim_error(400, Some("invalidSyntax"));
    assert!(sentence.contains("`same`"), "{sentence}");
    assert_eq!(app.own.scim.get("/Users").await.is(200), before);
    let nameless = json!({ "method": "POST", "path": "/Users", "data": user("c@a.example") });
    let results = app.own.bulk(json!([nameless])).await;
    refusal(&results[0], "400", Some("invalidSyntax"));
    app.finish();
}

/// Security E5: no path but those of Users and Groups, and no bulk request in another.
#[tokio::test]
async fn no_path_leads_out_of_users_and_groups() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let base = &app.base;
    let inner = bulk(json!([]));
    for path in [
        format!("{base}/scim/v2/Users/{ada}"),
        format!("//other.example/Users/{ada}"),
        format!("/scim/v2/Users/{ada}"),
        format!("/Groups/../Users/{ada}"),
        format!("/Users/{ada}/../{ada}"),
        format!("/Users/{ada}?attributes=id"),
        format!("/Users/{ada}%2f"),
        "/Bulk".to_owned(),
        "/Me".to_owned(),
        "/../../api/organizations/0/memberships/1".to_owned(),
        "/Users/.search".to_owned(),
        "/ServiceProviderConfig".to_owned(),
    ] {
        let results = app
            .own
            .bulk(json!([
                { "method": "DELETE", "path": path },
                { "method": "PATCH", "path": path, "data": inner },
                { "method": "POST", "path": path, "bulkId": "x", "data": inner },
            ]))
            .await;
        for result in &results {
            refusal(result, "400", Some("invalidPath"));
            assert_eq!(result.get("location"), None);
        }
    }
    app.own.scim.get(&format!("/Users/{ada}")).await.is(200);
    app.finish();
}

/// Security E5: what a single request cannot reach, an operation cannot.
#[tokio::test]
async fn nothing_of_another_organization_is_reached() {
    let app = App::start().await;
    let other = app.other();
    let bob = other.user("bob@b.example").await;
    let team = other.group("Team", &[&bob]).await;
    let before = (
        other.scim.get("/Users").await.text,
        other.scim.get("/Groups").await.text,
    );
    let unknown = "00000000-0000-0000-0000-000000000000";
    let title = patch(json!([{ "op": "add", "path": "externalId", "value": "x" }]));
    let ask = async |user_id: &str, group_id: &str| {
        let results = app
            .own
            .bulk(json!([
                { "method": "DELETE", "path": format!("/Users/{user_id}") },
                { "method": "DELETE", "path": format!("/Groups/{group_id}") },
                { "method": "PATCH", "path": format!("/Users/{user_id}"), "data": title },
                { "method": "PATCH", "path": format!("/Groups/{group_id}"), "data": title },
                { "method": "PUT", "path": format!("/Users/{user_id}"), "data": user("bob@b.example") },
                post("Groups", "mine", &crate::app::group("Mine", &[user_id])),
            ]))
            .await;
        let text = Value::from(results.clone()).to_string();
        (
            statuses(&results).join(" "),
            text.replace(user_id, "").replace(group_id, ""),
        )
    };
    let foreign = ask(&bob, &team).await;
    assert_eq!(foreign, ask(unknown, unknown).await);
    assert_eq!(foreign.0, "404 404 404 404 404 400");
    assert_eq!(
        before,
        (
            other.scim.get("/Users").await.text,
            other.scim.get("/Groups").await.text
        )
    );
    app.finish();
}
