//! R7, R13, R14: how access ends, and that the Owner's does not.

use reqwest::Method;
use serde_json::json;

use crate::app::{App, OWNER, patch, user};

const ADA: &str = "ada@a.example";

/// Whether a session still opens the REST API and the page.
async fn is_in(app: &App, cookie: &str) -> bool {
    let headers = [("cookie", cookie)];
    let anyone = app.anyone();
    let api = anyone
        .send(Method::GET, "/api/current-user/whoami", &headers, None)
        .await;
    let page = anyone.send(Method::GET, "/", &headers, None).await;
    // Whoever has no session is led to the sign-in.
    let both = (api.status, page.status);
    assert!([(200, 200), (401, 303)].contains(&both), "{}", api.text);
    api.status == 200
}

#[tokio::test]
async fn every_way_to_lose_access_ends_sessions_at_once() {
    let app = App::start().await;
    let own = &app.own;
    own.rules(&[("Reviewer", "team")]).await;
    let ways = [
        "scim inactive",
        "put inactive",
        "scim delete",
        "by hand",
        "pending by hand",
        "rest delete",
        "left all groups",
    ];
    for (n, way) in ways.into_iter().enumerate() {
        let name = format!("u{n}@a.example");
        let id = own.user(&name).await;
        let team = own.group("team", &[&id]).await;
        let cookie = app.session(&name).await;
        assert!(is_in(&app, &cookie).await);
        let link = crate::app::printed(&app.place.run(&["login-link", "--username", &name]));
        let number = own.number_of(&name).await;
        match way {
            "scim inactive" => own.set_active(&id, false).await,
            "put inactive" => {
                let mut body = user(&name);
                body["active"] = json!(false);
                own.scim.put(&format!("/Users/{id}"), &body).await.is(200);
            }
            "scim delete" => {
                assert_eq!(own.scim.delete(&format!("/Users/{id}")).await.status, 204);
            }
            "by hand" => {
                own.assign(&name, Some("DI")).await;
            }
            "pending by hand" => {
                own.assign(&name, Some("NO")).await;
            }
            "rest delete" => {
                let path = format!("/organizations/0/memberships/{number}");
                assert_eq!(own.rest.delete(&path).await.status, 204);
                own.rest.get(&path).await.is_problem(404);
                own.scim
                    .get(&format!("/Users/{id}"))
                    .await
                    .is_scim_error(404, None);
            }
            _ => {
                own.manual(false).await;
                own.remove(&team, &id).await;
            }
        }
        assert!(!is_in(&app, &cookie).await, "{way}");
        let path = format!("/login-link/{}", link.trim().rsplit_once('/').unwrap().1);
        assert_eq!(app.anyone().get(&path).await.status, 403, "{way}");
        // Being let in again opens no old session.
        if way == "scim inactive" {
            own.set_active(&id, true).await;
            assert!(!is_in(&app, &cookie).await);
        }
        own.scim.delete(&format!("/Groups/{team}")).await;
    }
    app.finish();
}

#[tokio::test]
async fn a_user_token_ends_with_its_holders_access_and_follows_their_role() {
    let app = App::start().await;
    let other = app.other();
    // The Owner of the second organization keeps their token; that of a member here is planted as start does it.
    let ada = app.own.user(ADA).await;
    let options = ["--username", ADA, "--user-token", "token-of-ada"];
    let (mut second, line, _out) = app.place.serve(&options);
    assert!(line.starts_with("listening"), "{line}");
    crate::app::terminate(&second);
    assert_eq!(second.wait().unwrap().code(), Some(0));
    let client = app.own.rest.with(Some("Token token-of-ada"));
    client.get("/current-user/whoami").await.is(200);
    client.get("/scim/settings").await.is_problem(403);
    app.own.assign(ADA, Some("AD")).await;
    client.get("/scim/settings").await.is(200);
    app.own.assign(ADA, Some("MA")).await;
    client.get("/scim/settings").await.is_problem(403);
    app.own.set_active(&ada, false).await;
    client.get("/current-user/whoami").await.is_problem(401);
    app.own.set_active(&ada, true).await;
    client.get("/current-user/whoami").await.is_problem(401);
    other.rest.get("/current-user/whoami").await.is(200);
    app.finish();
}

/// Security C14 and E8.
#[tokio::test]
async fn nobody_takes_the_owner_away() {
    let app = App::start().await;
    let own = &app.own;
    let filter = "/Users?filter=userName%20eq%20%22owner@a.example%22";
    let list = own.scim.get(filter).await.is(200);
    let id = list["Resources"][0]["id"].as_str().unwrap();
    let path = format!("/Users/{id}");
    let before = own.scim.get(&path).await.is(200);
    let inactive = patch(json!([{ "op": "replace", "value": { "active": false } }]));
    own.scim
        .patch(&path, &inactive)
        .await
        .is_scim_error(403, None);
    let mut body = before.clone();
    body["active"] = json!(false);
    own.scim.put(&path, &body).await.is_scim_error(403, None);
    own.scim.delete(&path).await.is_scim_error(403, None);

    // Not an Administrator either, and nobody becomes one.
    own.user(ADA).await;
    own.assign(ADA, Some("AD")).await;
    let cookie = app.session(ADA).await;
    let as_ada = [("cookie", cookie.as_str()), ("origin", app.base.as_str())];
    let owner = own.number_of(OWNER).await;
    let memberships = "/api/organizations/0/memberships";
    for role in ["DI", "NO", "AN", "OW"] {
        let wanted = json!({ "user_id": owner, "role": role }).to_string();
        let answer = app
            .anyone()
            .send(Method::PATCH, memberships, &as_ada, Some(wanted))
            .await;
        answer.is_problem(403);
    }
    let mine = json!({ "user_id": own.number_of(ADA).await, "role": "OW" }).to_string();
    app.anyone()
        .send(Method::PATCH, memberships, &as_ada, Some(mine))
        .await
        .is_problem(403);
    let path_of_owner = format!("{memberships}/{owner}");
    app.anyone()
        .send(Method::DELETE, &path_of_owner, &as_ada, None)
        .await
        .is_problem(403);

    assert_eq!(own.scim.get(&path).await.is(200), before);
    assert_eq!(own.role(OWNER).await, "OW manual");
    own.rest.get("/current-user/whoami").await.is(200);
    app.finish();
}

#[tokio::test]
async fn nobody_deletes_themselves() {
    let app = App::start().await;
    app.own.user(ADA).await;
    app.own.assign(ADA, Some("AD")).await;
    let cookie = app.session(ADA).await;
    let headers = [("cookie", cookie.as_str()), ("origin", app.base.as_str())];
    let number = app.own.number_of(ADA).await;
    let path = format!("/api/organizations/0/memberships/{number}");
    let answer = app
        .anyone()
        .send(Method::DELETE, &path, &headers, None)
        .await;
    answer.is_problem(405);
    assert!(is_in(&app, &cookie).await);
    app.finish();
}

#[tokio::test]
async fn a_link_for_somebody_without_access_is_not_made() {
    let app = App::start().await;
    let ada = app.own.user(ADA).await;
    app.own.set_active(&ada, false).await;
    let output = app.place.run(&["login-link", "--username", ADA]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("has no access"), "{said}");
    app.finish();
}

#[tokio::test]
async fn a_page_of_another_site_changes_nothing_through_a_session() {
    let app = App::start().await;
    app.own.user(ADA).await;
    let cookie = app.session(OWNER).await;
    let number = app.own.number_of(ADA).await;
    let wanted = || Some(json!({ "user_id": number, "role": "DI" }).to_string());
    let path = "/api/organizations/0/memberships";
    for headers in [
        &[("cookie", cookie.as_str())][..],
        &[("cookie", &cookie), ("origin", "null")],
        &[("cookie", &cookie), ("origin", "https://evil.example")],
        &[
            ("cookie", &cookie),
            ("origin", &app.base),
            ("sec-fetch-site", "cross-site"),
        ],
    ] {
        app.anyone()
            .send(Method::PATCH, path, headers, wanted())
            .await
            .is_problem(403);
    }
    assert_eq!(app.own.role(ADA).await, "AN manual");
    app.finish();
}
