//! `/api/current-user`, leaving an organization, and deleting one's own account.

use reqwest::Method;
use serde_json::{Value, json};

use super::{PASSWORD, member_with_password, opens, session, sign_in, within};
use crate::app::{App, OWNER};

const ADAS: &str = "her only password";

async fn ada(app: &App) -> String {
    member_with_password(app, "ada@a.example", ADAS).await;
    session(&sign_in(app, "ada@a.example", ADAS).await)
}

/// Security F4: what a person says of themselves gives them nothing.
#[tokio::test]
async fn security_f4_a_person_changes_their_name_and_nothing_that_decides_anything() {
    let app = App::start().await;
    let cookie = ada(&app).await;
    let wanted = json!({
        "first_name": "Ada", "last_name": "Lovelace", "phone": "+44 20 1",
        "role": "OW", "email": "owner@a.example", "username": "owner@a.example", "is_superuser": true, "groups": ["all"],
        "org_membership": [{ "role": "OW" }], "organization_membership": { "role": "OW" }, "id": 1,
    });
    let changed = within(&app, &cookie, Method::PATCH, "/current-user", Some(wanted))
        .await
        .is(200);
    let me = within(&app, &cookie, Method::GET, "/current-user/", None)
        .await
        .is(200);
    for said in [&changed, &me] {
        assert_eq!(said["first_name"], "Ada");
        assert_eq!(said["last_name"], "Lovelace");
        assert_eq!(said["phone"], "+44 20 1");
        assert_eq!(said["initials"], "AL");
        assert_eq!(said["email"], "ada@a.example");
    }
    assert_eq!(app.own.role("ada@a.example").await, "AN manual");
    // The directory sees it.
    let found = app
        .own
        .scim
        .get("/Users?filter=userName%20eq%20%22ada@a.example%22")
        .await
        .is(200);
    assert_eq!(found["Resources"][0]["name"]["familyName"], "Lovelace");
    let less = json!({ "first_name": "", "phone": "" });
    let changed = within(&app, &cookie, Method::PATCH, "/current-user", Some(less))
        .await
        .is(200);
    assert_eq!(
        (&changed["first_name"], &changed["last_name"]),
        (&json!(""), &json!("Lovelace"))
    );
    assert_eq!(changed["phone"], "");
    for bad in [
        json!({ "first_name": "x".repeat(257) }),
        json!({ "first_name": "Ada\nBcc: x" }),
        json!({ "first_name": 5 }),
        json!({ "active_organization": 2 }),
        json!({ "active_organization": 0 }),
        json!({ "password": "a new password" }),
    ] {
        within(&app, &cookie, Method::PATCH, "/current-user", Some(bad))
            .await
            .is_problem(400);
    }
    app.finish();
}

/// Security I2: nothing is changed because another site made the browser ask.
#[tokio::test]
async fn security_i2_another_site_changes_nothing() {
    let app = App::start().await;
    let cookie = ada(&app).await;
    let body = Some(json!({ "first_name": "Eve", "current_password": ADAS }).to_string());
    for headers in [
        &[("cookie", cookie.as_str())][..],
        &[
            ("cookie", cookie.as_str()),
            ("sec-fetch-site", "cross-site"),
        ],
        &[("cookie", cookie.as_str()), ("origin", "null")],
        &[
            ("cookie", cookie.as_str()),
            ("origin", "https://evil.example"),
        ],
    ] {
        for (method, path) in [
            (Method::PATCH, "/api/current-user"),
            (Method::DELETE, "/api/current-user"),
            (Method::POST, "/api/current-user/password"),
            (Method::POST, "/api/current-user/reset-token/"),
            (Method::POST, "/api/token/"),
            (Method::POST, "/api/organizations/0/leave"),
        ] {
            let answer = app.anyone().send(method, path, headers, body.clone()).await;
            answer.is_problem(403);
        }
    }
    assert!(opens(&app, &cookie).await);
    app.finish();
}

#[tokio::test]
async fn whoever_leaves_is_gone_from_the_organization_and_the_owner_stays() {
    let app = App::start().await;
    let cookie = ada(&app).await;
    let owner = session(&sign_in(&app, OWNER, PASSWORD).await);
    let leave = async |cookie: &str, path: &str| {
        within(&app, cookie, Method::POST, path, Some(json!({}))).await
    };
    leave(&owner, "/organizations/0/leave")
        .await
        .is_problem(403);
    leave(&cookie, "/organizations/2/leave")
        .await
        .is_problem(404);
    assert_eq!(leave(&cookie, "/organizations/1/leave/").await.status, 204);
    assert!(!opens(&app, &cookie).await);
    assert_eq!(sign_in(&app, "ada@a.example", ADAS).await.status, 401);
    let list = app
        .own
        .rest
        .get("/organizations/0/memberships")
        .await
        .is(200);
    assert_eq!(list["count"], 1);
    app.finish();
}

#[tokio::test]
async fn an_account_is_deleted_by_its_person_with_the_password() {
    let app = App::start().await;
    let cookie = ada(&app).await;
    let delete = async |cookie: &str, body: Value| {
        within(&app, cookie, Method::DELETE, "/current-user", Some(body)).await
    };
    delete(&cookie, json!({})).await.is_problem(400);
    delete(&cookie, json!({ "current_password": "wrong" }))
        .await
        .is_problem(403);
    assert!(opens(&app, &cookie).await);
    assert_eq!(
        delete(&cookie, json!({ "current_password": ADAS }))
            .await
            .status,
        204
    );
    assert!(!opens(&app, &cookie).await);
    let left = app
        .place
        .database
        .texts(
            "SELECT email FROM accounts WHERE email_key = $1",
            &["ada@a.example"],
        )
        .await;
    assert!(left.is_empty());
    let owner = session(&sign_in(&app, OWNER, PASSWORD).await);
    let refused = delete(&owner, json!({ "current_password": PASSWORD })).await;
    assert!(refused.is_problem(403).contains("Owner"));
    app.finish();
}

/// Security G5: what an organization has written to somebody does not outlive them.
#[tokio::test]
async fn mail_that_waits_for_somebody_goes_with_them() {
    let app = App::start().await;
    let id = app.own.user("ada@a.example").await;
    let sql = "INSERT INTO mails (id, organization_id, recipient, recipient_key, subject, created_at, attempts, problem)
        SELECT '018f0000-0000-7000-8000-000000000000', 1, 'ada@a.example', 'ada@a.example', 'Hello', created_at, 1, 'no'
        FROM organizations WHERE id = 1";
    assert_eq!(app.place.database.execute(sql).await, 1);
    let list = app.own.rest.get("/mails").await.is(200);
    assert_eq!(list["results"][0]["to"], "ada@a.example");
    assert_eq!(list["results"][0]["problem"], "no");
    assert!(list["results"][0]["next_attempt_at"].is_null());
    assert_eq!(app.other().rest.get("/mails").await.is(200)["count"], 0);
    let path = format!("/Users/{id}");
    assert_eq!(app.own.scim.delete(&path).await.status, 204);
    assert_eq!(app.own.rest.get("/mails").await.is(200)["count"], 0);
    app.finish();
}
