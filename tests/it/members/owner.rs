//! The one Owner (R7), and how another becomes it.

use reqwest::Method;
use serde_json::json;

use super::Person;
use crate::app::{App, OWNER};

const PATH: &str = "/organizations/0/transfer-ownership";

/// Security F3: nobody but the Owner gives it away, and only to somebody with access.
#[tokio::test]
async fn the_owner_alone_makes_another_the_owner_and_is_an_administrator_then() {
    let app = App::start().await;
    let own = &app.own;
    let admin = Person::with_role(&app, "ada@a.example", "AD").await;
    own.user("bob@a.example").await;
    own.assign("bob@a.example", Some("DI")).await;
    let number = async |name: &str| json!({ "user_id": own.number_of(name).await });
    let (ada, bob, owner) = (
        number("ada@a.example").await,
        number("bob@a.example").await,
        number(OWNER).await,
    );
    admin
        .ask(Method::POST, PATH, Some(&ada))
        .await
        .is_problem(403);
    own.rest.post(PATH, &bob).await.is_problem(400);
    own.rest.post(PATH, &owner).await.is_problem(400);
    own.rest
        .post(PATH, &json!({ "user_id": 999 }))
        .await
        .is_problem(404);
    own.rest.post(PATH, &json!({})).await.is_problem(400);
    own.rest
        .post("/organizations/2/transfer-ownership", &ada)
        .await
        .is_problem(404);

    let made = own.rest.post(PATH, &ada).await.is(200);
    assert_eq!(
        (&made["user"]["username"], &made["role"]),
        (&json!("ada@a.example"), &json!("OW"))
    );
    assert_eq!(own.role(OWNER).await, "AD manual");
    assert_eq!(own.role("ada@a.example").await, "OW manual");
    // The former Owner is an Administrator like others.
    own.rest.post(PATH, &owner).await.is_problem(403);
    let demote = json!({ "user_id": own.number_of(OWNER).await, "role": "AN" });
    admin
        .ask(Method::PATCH, "/organizations/0/memberships", Some(&demote))
        .await
        .is(200);
    own.rest
        .post("/scim/tokens", &json!({}))
        .await
        .is_problem(403);
    let page = admin
        .get("/organizations/0/memberships?search=owner")
        .await
        .is(200);
    assert_eq!(page["results"][0]["role"], "AN");
    app.finish();
}
