//! `/api/connections`.

use serde_json::json;

use super::idp::{Idp, begin, opens, person, refused, session};
use crate::app::{App, OWNER};

#[tokio::test]
async fn connections_of_both_protocols_are_made_listed_changed_and_deleted() {
    let app = App::start().await;
    let rest = &app.own.rest;
    let idp = Idp::new("https://idp.example/metadata");
    let saml = idp.connect(&app.own, json!({ "name": "Corp" })).await;
    let oidc = rest
        .post(
            "/connections",
            &json!({ "protocol": "oidc", "issuer": "https://op.example", "client_id": "roll", "scopes": ["email"] }),
        )
        .await
        .is(201);
    assert_eq!(
        (&saml["protocol"], &saml["ready"]),
        (&json!("saml"), &json!(true))
    );
    assert_eq!(
        (&oidc["protocol"], &oidc["mapping_groups"]),
        (&json!("oidc"), &json!("groups"))
    );
    assert_ne!(saml["token"], oidc["token"]);
    let list = rest.get("/connections").await.is(200);
    assert_eq!(list["results"], json!([saml, oidc]));
    assert_eq!(list["count"], 2);
    let path = format!("/connections/{}", oidc["id"].as_str().unwrap());
    assert_eq!(rest.get(&path).await.is(200), oidc);
    let changed = rest
        .patch(
            &path,
            &json!({ "enabled": false, "just_in_time": "false", "clock_skew": 30 }),
        )
        .await
        .is(200);
    assert_eq!(changed["enabled"], false);
    assert_eq!(
        (&changed["just_in_time"], &changed["clock_skew"]),
        (&json!(false), &json!(30))
    );
    assert_eq!(changed["issuer"], oidc["issuer"], "what is not given stays");
    assert_eq!(rest.get(&path).await.is(200), changed);
    for bad in [
        json!({ "clock_skew": 301 }),
        json!({ "scopes": ["a b"] }),
        json!({ "metadata_xml": idp.metadata() }),
        json!({ "mapping_email": "" }),
    ] {
        rest.patch(&path, &bad).await.is_problem(400);
    }
    for bad in [json!({}), json!({ "protocol": "ldap" })] {
        rest.post("/connections", &bad).await.is_problem(400);
    }
    assert_eq!(rest.get(&path).await.is(200), changed);
    rest.delete(&path).await.is(204);
    rest.get(&path).await.is_problem(404);
    rest.delete(&path).await.is_problem(404);
    let id = oidc["id"].as_str().unwrap();
    assert_eq!(
        app.events(id).await,
        [
            "connection.changed",
            "connection.changed",
            "connection.deleted"
        ]
    );
    app.finish();
}

#[tokio::test]
async fn a_connection_of_another_organization_is_unknown() {
    let app = App::start().await;
    let other = app.other();
    let idp = Idp::new("https://idp.example/metadata");
    let theirs = idp.connect(&other, json!({})).await;
    let path = format!("/connections/{}", theirs["id"].as_str().unwrap());
    let unknown = "/connections/018f0000-0000-7000-8000-000000000000";
    let (rest, preview) = (&app.own.rest, format!("{path}/preview"));
    for (foreign, none) in [
        (&path, unknown),
        (
            &preview,
            "/connections/018f0000-0000-7000-8000-000000000000/preview",
        ),
    ] {
        assert_eq!(
            rest.get(foreign).await.comparable(),
            rest.get(none).await.comparable()
        );
    }
    let change = json!({ "enabled": false });
    assert_eq!(
        rest.patch(&path, &change).await.comparable(),
        rest.patch(unknown, &change).await.comparable()
    );
    assert_eq!(
        rest.delete(&path).await.comparable(),
        rest.delete(unknown).await.comparable()
    );
    assert_eq!(rest.get("/connections").await.is(200)["count"], 0);
    assert_eq!(other.rest.get(&path).await.is(200), theirs);
    app.finish();
}

#[tokio::test]
async fn only_the_owner_and_administrators_reach_connections_and_traces() {
    let app = App::start().await;
    let idp = Idp::new("https://idp.example/metadata");
    app.own
        .rules(&[("Manager", "managers"), ("Administrator", "admins")])
        .await;
    let connection = idp.connect(&app.own, json!({})).await;
    let manager = idp
        .sign_in(&app, &connection, &person("m@corp.example", &["managers"]))
        .await;
    let admin = idp
        .sign_in(&app, &connection, &person("a@corp.example", &["admins"]))
        .await;
    let path = format!("/connections/{}", connection["id"].as_str().unwrap());
    for path in [
        "/connections",
        &path,
        &format!("{path}/preview"),
        "/sign-in-traces",
        "/sign-in-traces/x",
    ] {
        let get = async |cookie: &str| {
            let url = format!("/api{path}");
            let headers = [("cookie", cookie)];
            app.anyone()
                .send(reqwest::Method::GET, &url, &headers, None)
                .await
                .status
        };
        assert_eq!(get(&session(&manager)).await, 403, "{path}");
        assert!([200, 404].contains(&get(&session(&admin)).await), "{path}");
        assert_eq!(get("").await, 401, "{path}");
    }
    app.finish();
}

#[tokio::test]
async fn somebody_signs_in_and_has_the_role_of_their_groups_until_the_connection_is_deleted() {
    let app = App::start().await;
    let idp = Idp::new("https://idp.example/metadata");
    app.own
        .rules(&[("Manager", "leads"), ("Annotator", "all")])
        .await;
    app.own.manual(false).await;
    // One that is only there for Label Studio's clients, and another.
    let connection = idp.connect(&app.own, json!({})).await;
    let answer = idp
        .sign_in(&app, &connection, &person("m@corp.example", &["leads"]))
        .await;
    assert_eq!(answer.header("location"), "/");
    let cookie = session(&answer);
    assert!(opens(&app, &cookie).await);
    assert_eq!(app.own.role("m@corp.example").await, "MA saml");
    // With another group at the next sign-in, the role is another.
    session(
        &idp.sign_in(&app, &connection, &person("m@corp.example", &["all"]))
            .await,
    );
    assert_eq!(app.own.role("m@corp.example").await, "AN saml");
    // With the same ones it stays, and with those of before it is as before.
    for (groups, role) in [
        (vec!["all"], "AN saml"),
        (vec!["leads", "all"], "MA saml"),
        (vec!["all", "leads"], "MA saml"),
        (vec!["all"], "AN saml"),
    ] {
        let who = person("m@corp.example", &groups);
        session(&idp.sign_in(&app, &connection, &who).await);
        assert_eq!(app.own.role("m@corp.example").await, role, "{groups:?}");
    }
    let path = format!("/connections/{}", connection["id"].as_str().unwrap());
    app.own.rest.delete(&path).await.is(204);
    assert!(!opens(&app, &cookie).await, "its sessions have ended");
    assert_eq!(app.own.role("m@corp.example").await, "DI scim");
    app.finish();
}

#[tokio::test]
async fn a_disabled_connection_refuses_at_the_login_and_at_the_acs() {
    let app = App::start().await;
    let idp = Idp::new("https://idp.example/metadata");
    app.own.rules(&[("Annotator", "all")]).await;
    let connection = idp.connect(&app.own, json!({})).await;
    let begun = begin(&app, &connection, "", None).await;
    let path = format!("/connections/{}", connection["id"].as_str().unwrap());
    let disabled = app
        .own
        .rest
        .patch(&path, &json!({ "enabled": false }))
        .await
        .is(200);
    assert_eq!(disabled["ready"], false);
    let who = person("m@corp.example", &["all"]);
    let answer = idp.answer(&app, &connection, &begun, &who).await;
    assert_eq!((answer.status, answer.header("set-cookie")), (404, ""));
    let login = connection["login_url"]
        .as_str()
        .unwrap()
        .strip_prefix(&app.base)
        .unwrap();
    assert_eq!(app.anyone().get(login).await.status, 404);
    app.own
        .rest
        .patch(&path, &json!({ "enabled": true }))
        .await
        .is(200);
    session(&idp.answer(&app, &connection, &begun, &who).await);
    app.finish();
}

#[tokio::test]
async fn without_just_in_time_somebody_new_is_refused_and_nothing_is_made() {
    let app = App::start().await;
    let idp = Idp::new("https://idp.example/metadata");
    app.own.rules(&[("Annotator", "all")]).await;
    let connection = idp
        .connect(&app.own, json!({ "just_in_time": false }))
        .await;
    let answer = idp
        .sign_in(&app, &connection, &person("new@corp.example", &["all"]))
        .await;
    let number = refused(&answer, "Ask your administrator for an invitation");
    let members = app
        .own
        .rest
        .get("/organizations/0/memberships")
        .await
        .is(200);
    assert_eq!(members["count"], 1, "{members}");
    for table in [
        "SELECT email FROM accounts WHERE email_key <> $1",
        "SELECT subject FROM identities WHERE subject <> $1",
    ] {
        let none: [String; 0] = [];
        assert_eq!(app.place.database.texts(table, &[OWNER]).await, none);
    }
    let trace = app
        .own
        .rest
        .get(&format!("/sign-in-traces/{number}"))
        .await
        .is(200);
    assert_eq!(
        (&trace["outcome"], &trace["reason"]),
        (&json!("refused"), &json!("uninvited"))
    );
    // Whom the directory has made already is let in.
    app.own.user("new@corp.example").await;
    session(
        &idp.sign_in(&app, &connection, &person("new@corp.example", &["all"]))
            .await,
    );
    app.finish();
}
