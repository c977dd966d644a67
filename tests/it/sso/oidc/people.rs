//! Who signs on, and what follows from it.

use serde_json::json;

use super::{alice, connect, is_refusal, start, whoami};

#[tokio::test]
async fn somebody_new_signs_on_and_gets_the_role_of_their_groups() {
    let app = start().await;
    app.own
        .rules(&[("Administrator", "Admins"), ("Annotator", "Labelers")])
        .await;
    let connection = connect(&app, &app.own).await;
    connection.provider.person("alice-1", alice());
    let session = connection.session().await;
    let me = whoami(&app, &session).await.is(200);
    assert_eq!(me["email"], "alice@a.example");
    assert_eq!(app.own.role("alice@a.example").await, "AN oidc");
    // The groups of the next sign-on take the place of these, and absent ones change nothing (R11).
    let mut claims = alice();
    claims["groups"] = json!("Admins");
    connection.provider.person("alice-1", claims.clone());
    connection.session().await;
    assert_eq!(app.own.role("alice@a.example").await, "AD oidc");
    claims.as_object_mut().unwrap().remove("groups");
    connection.provider.person("alice-1", claims.clone());
    connection.session().await;
    claims["_claim_names"] = json!({ "groups": "src1" });
    connection.provider.person("alice-1", claims);
    connection.session().await;
    assert_eq!(app.own.role("alice@a.example").await, "AD oidc");
    app.finish();
}

/// Security K4.
#[tokio::test]
async fn a_member_of_the_directory_is_known_by_a_verified_address_and_by_no_other() {
    let app = start().await;
    app.own.rules(&[("Annotator", "Labelers")]).await;
    app.own.user("alice@a.example").await;
    let connection = connect(&app, &app.own).await;
    for verified in [
        json!(null),
        json!(false),
        json!("false"),
        json!("perhaps"),
        json!(0),
    ] {
        let mut claims = alice();
        claims["email_verified"] = verified.clone();
        connection.provider.person("mallory", claims);
        is_refusal(&connection.sign_on().await);
    }
    let mut claims = alice();
    claims["email_verified"] = json!("true");
    connection.provider.person("alice-1", claims);
    connection.session().await;
    assert_eq!(app.own.role("alice@a.example").await, "AN oidc");
    // From now on she is her sub, whatever her address is.
    let mut claims = alice();
    claims["email"] = json!("other@a.example");
    connection.provider.person("alice-1", claims);
    let session = connection.session().await;
    let me = whoami(&app, &session).await.is(200);
    assert_eq!(me["email"], "alice@a.example");
    // And nobody else is she.
    connection.provider.person("mallory", alice());
    is_refusal(&connection.sign_on().await);
    app.finish();
}

#[tokio::test]
async fn an_address_without_a_word_counts_where_the_connection_or_the_domain_says_so() {
    let app = start().await;
    app.own.rules(&[("Annotator", "Labelers")]).await;
    let connection = connect(&app, &app.own).await;
    for name in ["alice", "bob"] {
        app.own.user(&format!("{name}@a.example")).await;
        let mut claims = alice();
        claims["email"] = json!(format!("{name}@a.example"));
        claims["email_verified"] = json!(null);
        connection.provider.person(name, claims);
        is_refusal(&connection.sign_on().await);
        if name == "alice" {
            connection.change(json!({ "trust_email": true })).await;
            connection.session().await;
            connection.change(json!({ "trust_email": false })).await;
        } else {
            let sql = "INSERT INTO domains (organization_id, name, challenge, sso_required, created_at, verified_at)
                SELECT id, 'a.example', 'x', FALSE, created_at, created_at FROM organizations WHERE id = 1";
            app.place.database.execute(sql).await;
            connection.session().await;
        }
    }
    app.finish();
}

#[tokio::test]
async fn a_session_ends_when_the_directory_deactivates_the_member() {
    let app = start().await;
    app.own.rules(&[("Annotator", "Labelers")]).await;
    let member = app.own.user("alice@a.example").await;
    let connection = connect(&app, &app.own).await;
    connection.provider.person("alice-1", alice());
    let session = connection.session().await;
    whoami(&app, &session).await.is(200);
    app.own.set_active(&member, false).await;
    whoami(&app, &session).await.is_problem(401);
    is_refusal(&connection.sign_on().await);
    app.own.set_active(&member, true).await;
    let session = connection.session().await;
    whoami(&app, &session).await.is(200);
    app.finish();
}

/// Security K7.
#[tokio::test]
async fn the_userinfo_adds_claims_of_the_same_person_alone() {
    let app = start().await;
    app.own.rules(&[("Annotator", "Labelers")]).await;
    let connection = connect(&app, &app.own).await;
    connection.provider.person("alice-1", json!({}));
    for stranger in [
        json!({ "sub": "mallory" }),
        json!({}),
        json!({ "sub": "" }),
        json!([]),
    ] {
        connection.provider.script.lock().unwrap().userinfo = stranger;
        is_refusal(&connection.sign_on().await);
    }
    let mut userinfo = alice();
    userinfo["sub"] = json!("alice-1");
    connection.provider.script.lock().unwrap().userinfo = userinfo;
    connection.session().await;
    assert_eq!(app.own.role("alice@a.example").await, "AN oidc");
    // Without it nothing is known of somebody new.
    connection.change(json!({ "userinfo": false })).await;
    connection.provider.person("bob-1", json!({}));
    is_refusal(&connection.sign_on().await);
    app.finish();
}

#[tokio::test]
async fn groups_too_many_for_the_token_are_asked_for_where_the_connection_says_so() {
    let app = start().await;
    app.own
        .rules(&[("Administrator", "g-2"), ("Annotator", "Labelers")])
        .await;
    let connection = connect(&app, &app.own).await;
    let provider = &connection.provider;
    provider.person("alice-1", alice());
    connection.session().await;
    let path = "/v1.0/users/alice-oid/transitiveMemberOf/microsoft.graph.group";
    let pages = |last: &str| {
        vec![
            json!({ "value": [{ "id": "g-1" }], "@odata.nextLink": format!("{}{path}?page=1", provider.issuer) }),
            json!({ "value": [{ "id": last }] }),
        ]
    };
    let mut claims = alice();
    claims["oid"] = json!("alice-oid");
    claims["_claim_names"] = json!({ "groups": "src1" });
    claims["groups"] = json!(null);
    provider.person("alice-1", claims);
    provider.script.lock().unwrap().groups = pages("g-2");
    // Nobody is asked unless the connection says whom.
    connection.session().await;
    assert_eq!(provider.asked(path), 0);
    assert_eq!(app.own.role("alice@a.example").await, "AN oidc");
    for bad in ["graph", "https://graph.example/", "https://graph.example?x"] {
        let wanted = json!({ "graph_url": bad });
        let path = format!("/connections/{}", connection.id);
        app.own.rest.patch(&path, &wanted).await.is(400);
    }
    connection
        .change(json!({ "graph_url": provider.issuer, "graph_group": "id" }))
        .await;
    connection.session().await;
    assert_eq!(provider.asked(path), 2);
    assert_eq!(app.own.role("alice@a.example").await, "AD oidc");
    // Who cannot be asked changes nothing, and keeps nobody out (R11); some of the groups are not all of them.
    let mut elsewhere = pages("g-3");
    elsewhere[0]["@odata.nextLink"] = json!("http://127.0.0.1:1/");
    for broken in [vec![], vec![json!({ "value": "no" })], elsewhere] {
        provider.script.lock().unwrap().groups = broken;
        connection.session().await;
        assert_eq!(app.own.role("alice@a.example").await, "AD oidc");
    }
    let traces = app.own.rest.get("/sign-in-traces").await.is(200);
    let text = traces.to_string();
    assert!(!text.contains("a-token-for-the-directory"), "{text}");
    provider.script.lock().unwrap().groups = pages("Labelers");
    connection.session().await;
    assert_eq!(app.own.role("alice@a.example").await, "AN oidc");
    app.finish();
}
