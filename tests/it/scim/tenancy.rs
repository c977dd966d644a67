//! One organization never reaches, sees or hears of another's (R3).

use reqwest::Method;
use serde_json::json;

use crate::app::{App, Organization, group, patch, user};

const UNKNOWN: &str = "00000000-0000-0000-0000-000000000000";

/// Everything that SCIM and the REST API tell of an organization, and every row of it.
async fn all_of(app: &App, organization: &Organization) -> Vec<String> {
    let mut all = vec![
        organization.scim.get("/Users").await.text,
        organization.scim.get("/Groups").await.text,
        organization
            .rest
            .get("/organizations/0/memberships")
            .await
            .text,
        organization.rest.get("/scim/settings").await.text,
        organization.rest.get("/saml/settings").await.text,
    ];
    let number = organization.number.to_string();
    for sql in [
        "SELECT CAST(id AS TEXT) || user_name || CAST(version AS TEXT) || CAST(attributes AS TEXT) FROM members
         WHERE CAST(organization_id AS TEXT) = $1 ORDER BY 1",
        "SELECT CAST(id AS TEXT) || kind FROM events WHERE CAST(organization_id AS TEXT) = $1 ORDER BY 1",
        "SELECT a.email_key FROM accounts a JOIN members m ON m.account_id = a.id
         WHERE a.email_key IS NOT NULL AND CAST(m.organization_id AS TEXT) = $1 ORDER BY 1",
    ] {
        all.extend(app.place.database.texts(sql, &[&number]).await);
    }
    all
}

#[tokio::test]
async fn a_foreign_id_answers_exactly_like_an_unknown_one_to_every_verb() {
    let app = App::start().await;
    let other = app.other();
    let user_id = other.user("bob@b.example").await;
    let group_id = other.group("Team", &[&user_id]).await;
    let before = all_of(&app, &other).await;
    let title = patch(json!([{ "op": "add", "path": "title", "value": "x" }]));
    let rename = patch(json!([{ "op": "replace", "path": "displayName", "value": "x" }]));
    for (kind, foreign, whole, change) in [
        ("Users", &user_id, user("eve@a.example"), title),
        ("Groups", &group_id, group("Mine", &[]), rename),
    ] {
        for (method, body) in [
            (Method::GET, None),
            (Method::HEAD, None),
            (Method::PUT, Some(whole.to_string())),
            (Method::PUT, Some("{".to_owned())),
            (Method::PATCH, Some(change.to_string())),
            (Method::PATCH, Some(patch(json!([])).to_string())),
            (Method::DELETE, None),
        ] {
            for headers in [
                &[][..],
                &[("if-match", "W/\"1\"")],
                &[("if-none-match", "*")],
            ] {
                let ask = async |id: &str| {
                    let path = format!("/{kind}/{id}");
                    let answer = app
                        .own
                        .scim
                        .send(method.clone(), &path, headers, body.clone());
                    answer.await.comparable()
                };
                let answer = ask(foreign).await;
                assert_eq!(answer, ask(UNKNOWN).await, "{method} {kind}");
                assert!(
                    answer.0 == 404 || (answer.0 == 400 && body.is_some()),
                    "{answer:?}"
                );
            }
        }
    }
    assert_eq!(all_of(&app, &other).await, before);
    app.finish();
}

/// Security D2, and more in `security/queries.rs`.
#[tokio::test]
async fn nobody_of_another_organization_gets_into_a_group_or_an_answer() {
    let app = App::start().await;
    let other = app.other();
    let bob = other.user("bob@b.example").await;
    let team = app.own.group("Team", &[]).await;
    let before = all_of(&app, &other).await;
    let path = format!("/Groups/{team}");
    let add =
        |id: &str| patch(json!([{ "op": "add", "path": "members", "value": [{ "value": id }] }]));
    let asks = async |id: &str| {
        [
            app.own
                .scim
                .post("/Groups", &group("New", &[id]))
                .await
                .comparable(),
            app.own
                .scim
                .put(&path, &group("Team", &[id]))
                .await
                .comparable(),
            app.own.scim.patch(&path, &add(id)).await.comparable(),
        ]
        // What was sent may be said again, and nothing else tells the two apart.
        .map(|(status, headers, text)| (status, headers, text.replace(id, "…")))
    };
    let answers = asks(&bob).await;
    assert_eq!(answers, asks(UNKNOWN).await);
    assert!(answers.iter().all(|answer| answer.0 == 400), "{answers:?}");
    for filter in ["members.value", "id", "externalId"] {
        for kind in ["Groups", "Users"] {
            let ask = async |id: &str| {
                let path = format!("/{kind}?filter={filter}%20eq%20%22{id}%22");
                app.own.scim.get(&path).await.comparable()
            };
            let answer = ask(&bob).await;
            assert_eq!(
                (answer.0, &answer.2),
                (ask(UNKNOWN).await.0, &ask(UNKNOWN).await.2)
            );
        }
    }
    assert_eq!(all_of(&app, &other).await, before);
    app.finish();
}

/// Security C7 and C8: whatever address a directory says, no other account is touched, and none is opened by it.
#[tokio::test]
async fn provisioning_somebody_of_another_organization_leaves_them_untouched_there() {
    let app = App::start().await;
    let other = app.other();
    let bob = other.user("bob@b.example").await;
    let before = all_of(&app, &other).await;
    // The Owner and a member of the other organization, one by userName and one by e-mail address.
    let owner = app.own.user("Owner@B.example").await;
    let body = json!({
        "schemas": [crate::app::USER], "userName": "bobby", "externalId": bob, "password": "taken over",
        "emails": [{ "value": "bob@b.example", "primary": true }],
    });
    let mine = app.own.scim.post("/Users", &body).await.is(201);
    let mine = mine["id"].as_str().unwrap();
    assert_ne!(mine, bob);
    let rename = json!([{ "op": "replace", "path": "userName", "value": "bob@b.example" }]);
    app.own.change(&format!("/Users/{mine}"), rename).await;
    app.own.set_active(mine, false).await;
    app.own.scim.delete(&format!("/Users/{owner}")).await;
    assert_eq!(all_of(&app, &other).await, before);
    other.rest.get("/current-user/whoami").await.is(200);
    app.finish();
}

#[tokio::test]
async fn the_rest_api_shows_only_the_callers_own_organization() {
    let app = App::start().await;
    let other = app.other();
    other.user("bob@b.example").await;
    let number = other.number_of("bob@b.example").await;
    let before = all_of(&app, &other).await;
    let (theirs, mine) = (other.number, app.own.number);
    for path in [
        format!("/organizations/{theirs}/memberships"),
        format!("/organizations/{theirs}/memberships/{number}"),
        format!("/organizations/{mine}/memberships/{number}"),
        format!("/organizations/0/memberships/{number}"),
        format!("/members/{number}/explain"),
        "/organizations/999/memberships".to_owned(),
        "/organizations/abc/memberships".to_owned(),
        "/members/abc/explain".to_owned(),
        "/members/%FF/explain".to_owned(),
    ] {
        app.own.rest.get(&path).await.is_problem(404);
    }
    let wanted = json!({ "user_id": number, "role": "DI" });
    for organization in [theirs, mine, 0] {
        let path = format!("/organizations/{organization}/memberships");
        app.own.rest.patch(&path, &wanted).await.is_problem(404);
        app.own
            .rest
            .delete(&format!("{path}/{number}"))
            .await
            .is_problem(404);
    }
    let project = other
        .rest
        .post("/projects", &json!({ "title": "Theirs" }))
        .await
        .is(201);
    let rule = json!({ "projects_groups": [{ "project_id": project["id"], "group": "g", "role": "Manager" }] });
    let refused = app
        .own
        .rest
        .post("/scim/settings", &rule)
        .await
        .is_problem(400);
    let unknown =
        json!({ "projects_groups": [{ "project_id": 999_999, "group": "g", "role": "Manager" }] });
    let unknown = app
        .own
        .rest
        .post("/scim/settings", &unknown)
        .await
        .is_problem(400);
    assert_eq!(
        refused.replace(&project["id"].to_string(), ""),
        unknown.replace("999999", "")
    );
    assert_eq!(
        before.len() + 1,
        all_of(&app, &other).await.len(),
        "one event of a project"
    );
    app.finish();
}
