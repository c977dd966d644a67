//! E: the ways to write.

use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{App, PATCH, USER, group, patch};

/// Security E3: besides `users/patch.rs` and `groups/patch.rs`, whatever the invalid one is.
#[tokio::test]
async fn one_invalid_operation_undoes_all_before_it() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let team = app.own.group("Team", &[&ada]).await;
    for (path, good) in [
        (
            format!("/Users/{ada}"),
            json!({ "op": "replace", "path": "active", "value": false }),
        ),
        (
            format!("/Groups/{team}"),
            json!({ "op": "remove", "path": "members" }),
        ),
    ] {
        let before = app.own.scim.get(&path).await;
        let subject = path.rsplit('/').next().unwrap();
        let told = app.events(subject).await;
        for bad in [
            json!({ "op": "add", "path": "nothing", "value": 1 }),
            json!({ "op": "add", "path": "id", "value": "x" }),
            json!({ "op": "remove" }),
            json!({ "op": "foo", "path": "displayName" }),
            json!({ "op": "replace", "path": "displayName", "value": {} }),
            json!("x"),
        ] {
            let refused = app.own.scim.patch(&path, &patch(json!([good, bad]))).await;
            refused.is(400);
        }
        let after = app.own.scim.get(&path).await;
        assert_eq!(
            (after.text, after.headers.get("etag")),
            (before.text.clone(), before.headers.get("etag"))
        );
        assert_eq!(app.events(subject).await, told);
    }
    app.finish();
}

/// Security E4: more than a request may hold is refused before anything is done.
#[tokio::test]
async fn too_many_operations_or_members_are_refused_as_too_large() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let team = app.own.group("Team", &[]).await;
    let path = format!("/Groups/{team}");
    let one = json!({ "op": "add", "path": "members", "value": [{ "value": ada }] });
    let many = patch(Value::from(vec![one.clone(); 5_000]));
    let said = app
        .own
        .scim
        .patch(&path, &many)
        .await
        .is_scim_error(413, None);
    assert!(said.contains("1000"), "{said}");
    app.own
        .scim
        .patch(&path, &patch(Value::from(vec![one; 10_000])))
        .await
        .is_scim_error(413, None);
    let members = vec![json!({ "value": ada }); 100_000];
    let body =
        json!({ "schemas": [crate::app::GROUP], "displayName": "Large", "members": members });
    app.own
        .scim
        .post("/Groups", &body)
        .await
        .is_scim_error(413, None);
    let read = app.own.scim.get(&path).await.is(200);
    assert_eq!(read["members"], json!([]));
    app.finish();
}

/// Security E9: a writer who has not seen the present state loses nothing for others, on both kinds of resource.
#[tokio::test]
async fn only_who_has_seen_the_present_state_or_asks_for_no_check_writes() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let team = app.own.group("Team", &[]).await;
    for (path, body) in [
        (format!("/Users/{ada}"), crate::app::user("ada@a.example")),
        (format!("/Groups/{team}"), group("Team", &[])),
    ] {
        let first = app.own.scim.get(&path).await.header("etag").to_owned();
        let title = json!([{ "op": "replace", "path": "externalId", "value": "1" }]);
        app.own.change(&path, title.clone()).await;
        let now = app.own.scim.get(&path).await.header("etag").to_owned();
        assert_ne!(first, now);
        let strong = now.trim_start_matches("W/").to_owned();
        let send = async |method: Method, tag: Option<&str>| {
            let headers: Vec<(&str, &str)> = tag.map(|tag| ("if-match", tag)).into_iter().collect();
            let body = match method {
                Method::PUT => Some(body.to_string()),
                Method::PATCH => Some(patch(title.clone()).to_string()),
                _ => None,
            };
            app.own
                .scim
                .send(method, &path, &headers, body)
                .await
                .status
        };
        for stale in [
            first.as_str(),
            "W/\"0\"",
            "W/\"999999999999999999999\"",
            "nonsense",
            "\"\"",
            "",
        ] {
            for method in [Method::PUT, Method::PATCH, Method::DELETE] {
                assert_eq!(send(method, Some(stale)).await, 412, "{stale}");
            }
        }
        for good in [Some(now.as_str()), Some(strong.as_str()), Some("*"), None] {
            assert_eq!(send(Method::PATCH, good).await, 200, "{good:?}");
        }
        assert_eq!(send(Method::DELETE, Some(&now)).await, 204);
    }
    app.finish();
}

/// Security E10: the shape of a PATCH message. `op` is read in any case.
#[tokio::test]
async fn a_message_that_is_no_patch_is_refused_and_op_has_any_case() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let team = app.own.group("Team", &[]).await;
    for path in [format!("/Users/{ada}"), format!("/Groups/{team}")] {
        let before = app.own.scim.get(&path).await.text;
        let add = json!({ "op": "add", "path": "displayName", "value": "x" });
        for body in [
            json!({ "schemas": [PATCH] }),
            json!({ "schemas": [PATCH], "Operations": null }),
            json!({ "schemas": [PATCH], "Operations": add }),
            json!({ "schemas": [PATCH], "Operations": "add" }),
            json!({ "schemas": [PATCH], "Operations": [] }),
            json!({ "schemas": [PATCH], "Operations": [add], "operations": [add] }),
            json!({ "schemas": [USER], "Operations": [add] }),
            json!({ "schemas": [], "Operations": [add] }),
            json!({ "schemas": PATCH, "Operations": [add] }),
            json!({ "Operations": [add] }),
            json!([add]),
            patch(json!([{ "op": "foo", "path": "displayName", "value": "x" }])),
            patch(json!([{ "op": "", "path": "displayName", "value": "x" }])),
            patch(json!([{ "op": 1, "path": "displayName", "value": "x" }])),
            patch(json!([{ "path": "displayName", "value": "x" }])),
            patch(json!([[add]])),
        ] {
            let answer = app.own.scim.patch(&path, &body).await;
            answer.is_scim_error(400, Some("invalidSyntax"));
        }
        assert_eq!(app.own.scim.get(&path).await.text, before);
        for (op, name) in [("ADD", "a"), ("Replace", "b"), ("rEPLACE", "c")] {
            let change = json!([{ "op": op, "path": "displayName", "value": name }]);
            assert_eq!(app.own.change(&path, change).await["displayName"], name);
        }
    }
    app.finish();
}

/// Security E11: what a resource must have stays, and of a list one value is primary at most.
#[tokio::test]
async fn a_required_attribute_stays_and_one_value_is_primary_at_most() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let team = app.own.group("Team", &[]).await;
    let (user, group) = (format!("/Users/{ada}"), format!("/Groups/{team}"));
    let before = (
        app.own.scim.get(&user).await.text,
        app.own.scim.get(&group).await.text,
    );
    for (path, name) in [
        (&user, "userName"),
        (&user, "active"),
        (&group, "displayName"),
    ] {
        let remove = patch(json!([{ "op": "remove", "path": name }]));
        app.own
            .scim
            .patch(path, &remove)
            .await
            .is_scim_error(400, Some("mutability"));
        for empty in [json!(null), json!(""), json!("  "), json!([]), json!({})] {
            let replace = patch(json!([{ "op": "replace", "path": name, "value": empty }]));
            let answer = app.own.scim.patch(path, &replace).await;
            answer.is_scim_error(400, Some("invalidValue"));
        }
    }
    let two = json!([{ "value": "1@x", "primary": true }, { "value": "2@x", "primary": true }]);
    let body = json!({ "schemas": [USER], "userName": "ada@a.example", "emails": two });
    app.own
        .scim
        .put(&user, &body)
        .await
        .is_scim_error(400, Some("invalidValue"));
    let mut new = body.clone();
    new["userName"] = json!("eve@a.example");
    app.own
        .scim
        .post("/Users", &new)
        .await
        .is_scim_error(400, Some("invalidValue"));
    for op in ["add", "replace"] {
        for operation in [
            json!({ "op": op, "path": "emails", "value": two }),
            json!({ "op": op, "value": { "emails": two } }),
        ] {
            let answer = app.own.scim.patch(&user, &patch(json!([operation]))).await;
            answer.is_scim_error(400, Some("invalidValue"));
        }
    }
    let after = (
        app.own.scim.get(&user).await.text,
        app.own.scim.get(&group).await.text,
    );
    assert_eq!(after, before);
    app.finish();
}
