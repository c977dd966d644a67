//! Credentials, organizations and what is written down: A, B, F1, G6, I12 and L11 of the attacks (`docs/attacks.md`).

use reqwest::Method;
use serde_json::json;

use crate::app::{App, OWNER, user};

fn log(app: &App) -> String {
    std::fs::read_to_string(app.place.folder.path().join("log")).unwrap()
}

/// A5, A9, A10: where a token must not be it opens nothing; no log has it, and what is stored is its hash.
#[tokio::test]
async fn a_token_elsewhere_than_in_its_header_opens_nothing_and_is_in_no_log() {
    let app = App::start().await;
    let token = app.own.scim.authorization().replace("Bearer ", "");
    let nobody = app.own.scim.with(None);
    let form = [("content-type", "application/x-www-form-urlencoded")];
    for name in ["access_token", "token", "api_key", "authorization"] {
        let path = format!("/Users?{name}={token}");
        nobody.get(&path).await.is_scim_error(401, None);
        let body = Some(format!("{name}={token}"));
        let answer = nobody.send(Method::POST, "/Users", &form, body).await;
        answer.is_scim_error(401, None);
        let api = app.own.rest.with(None);
        let answer = api
            .get(&format!("/current-user/whoami?{name}=owner-token-a"))
            .await;
        answer.is_problem(401);
    }
    app.own.scim.get("/Users").await.is(200);
    let stored = "SELECT hash FROM scim_tokens UNION SELECT hash FROM user_tokens";
    let stored = app.place.database.texts(stored, &[]).await.join(" ");
    for secret in [token.as_str(), "owner-token-a"] {
        assert!(!log(&app).contains(secret));
        assert!(!stored.contains(secret) && !stored.contains(&secret[secret.len() - 8..]));
    }
    app.finish();
}

/// A11, A12: 256 bits are not guessed; whoever tries is refused each time, and slows nobody else down.
#[tokio::test]
async fn guesses_at_tokens_are_refused_and_keep_nobody_else_out() {
    let app = App::start().await;
    for n in 0..300 {
        let guess = format!("Bearer rr_scim_{n:043}");
        let answer = app.own.scim.with(Some(&guess)).get("/Users").await;
        answer.is_scim_error(401, None);
    }
    for length in [0, 1, 43, 8 * 1024] {
        let guess = format!("Bearer {}", "x".repeat(length));
        for client in [&app.own.scim, &app.own.rest] {
            let status = client.with(Some(&guess)).get("/Users").await.status;
            assert!([401, 404].contains(&status), "{length}: {status}");
        }
    }
    app.own.scim.get("/Users").await.is(200);
    app.finish();
}

/// B3: the token says which organization, and nothing else in a request does.
#[tokio::test]
async fn nothing_in_a_request_but_the_token_says_which_organization() {
    let app = App::start().await;
    let other = app.other();
    app.own.user("ada@a.example").await;
    let number = other.number.to_string();
    let expected = app.own.scim.get("/Users").await.is(200)["totalResults"].clone();
    for (name, value) in [
        ("host", "b.example"),
        ("x-forwarded-host", "b.example"),
        ("forwarded", "host=b.example"),
        ("x-organization", number.as_str()),
        ("x-organization-id", &number),
        ("x-tenant", &number),
        ("x-original-url", "/api/organizations/2"),
        ("x-http-method-override", "DELETE"),
    ] {
        let headers = [(name, value)];
        let list = app
            .own
            .scim
            .send(Method::GET, "/Users", &headers, None)
            .await;
        assert_eq!(list.is(200)["totalResults"], expected, "{name}");
        let mine = app
            .own
            .rest
            .send(Method::GET, "/organization", &headers, None)
            .await;
        assert_eq!(mine.is(200)["id"], app.own.number, "{name}");
    }
    let query = format!("/Users?organization={number}&organization_id={number}&tenant={number}");
    let list = app.own.scim.get(&query).await.is(200);
    assert_eq!(list["totalResults"], expected);
    let mut body = user("eve@a.example");
    body["organization"] = json!(other.number);
    body["organization_id"] = json!(other.number);
    body["organizationId"] = json!(other.number);
    app.own.scim.post("/Users", &body).await;
    let theirs = other.scim.get("/Users").await.is(200);
    assert_eq!(theirs["totalResults"], 1, "{theirs}");
    app.finish();
}

/// B5, B6, B7, B12: an externalId is a text of its own organization, whatever it looks like, and counts are too.
#[tokio::test]
async fn an_external_id_is_a_text_of_its_organization_and_so_are_counts() {
    let app = App::start().await;
    let other = app.other();
    let bob = other.user("bob@b.example").await;
    let of_owner = "SELECT CAST(id AS TEXT) FROM members WHERE user_name = $1";
    let of_owner = app.place.database.texts(of_owner, &[OWNER]).await;
    let known = ["1", "0", "-1", &bob, &of_owner[0], "directory-7"];
    let mut theirs = user("x@b.example");
    theirs["externalId"] = json!("directory-7");
    other.scim.post("/Users", &theirs).await.is(201);
    for (n, external) in known.into_iter().enumerate() {
        let find = format!("/Users?filter=externalId%20eq%20%22{external}%22");
        assert_eq!(app.own.scim.get(&find).await.is(200)["totalResults"], 0);
        let mut body = user(&format!("u{n}@a.example"));
        body["externalId"] = json!(external);
        let made = app.own.scim.post("/Users", &body).await.is(201);
        assert!(!known.contains(&made["id"].as_str().unwrap()));
        let found = app.own.scim.get(&find).await.is(200);
        assert_eq!(found["totalResults"], 1);
        assert_eq!(found["Resources"][0]["id"], made["id"]);
    }
    let count = async |scim: &crate::client::Client| {
        scim.get("/Users").await.is(200)["totalResults"].clone()
    };
    assert_eq!(count(&app.own.scim).await, known.len() + 1);
    assert_eq!(count(&other.scim).await, 3);
    assert_eq!(app.own.role(OWNER).await, "OW manual");
    app.finish();
}

/// F1: were a rule that gives Owner in the database, it would make nobody the Owner.
#[tokio::test]
async fn a_rule_for_owner_that_got_into_the_database_makes_nobody_the_owner() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    app.own.rules(&[("Manager", "team")]).await;
    let forced = "UPDATE role_rules SET role = 5";
    assert_eq!(app.place.database.execute(forced).await, 1);
    app.own.group("team", &[&ada]).await;
    assert_eq!(app.own.role("ada@a.example").await, "AD scim");
    let session = app.session("ada@a.example").await;
    let path = "/organizations/0/permissions";
    let headers = [("cookie", session.as_str()), ("origin", &app.base)];
    let wanted = json!({ "permission": "invite_members", "roles": [] }).to_string();
    let asked = app.own.rest.with(None);
    let answer = asked.send(Method::POST, path, &headers, Some(wanted)).await;
    answer.is_problem(403);
    app.finish();
}

/// G6: who is let in again has the role of their groups as they are now, and none of before.
#[tokio::test]
async fn who_is_let_in_again_has_the_role_of_the_groups_of_now() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let leads = app.own.group("leads", &[&ada]).await;
    let team = app.own.group("team", &[]).await;
    app.own
        .rules(&[("Administrator", "leads"), ("Reviewer", "team")])
        .await;
    assert_eq!(app.own.role("ada@a.example").await, "AD scim");
    app.own.set_active(&ada, false).await;
    app.own.remove(&leads, &ada).await;
    app.own.add(&team, &ada).await;
    assert!(app.own.role("ada@a.example").await.starts_with("DI"));
    app.own.set_active(&ada, true).await;
    assert_eq!(app.own.role("ada@a.example").await, "RE scim");
    app.finish();
}

/// I12: no page of another site may read an answer.
#[tokio::test]
async fn no_answer_may_be_read_by_a_page_of_another_site() {
    let app = App::start().await;
    for origin in ["null", "https://evil.example", &app.base] {
        for path in [
            "/api/current-user/whoami",
            "/scim/v2/Users",
            "/user/login",
            "/openapi.json",
        ] {
            for method in [Method::GET, Method::OPTIONS] {
                let headers = [
                    ("origin", origin),
                    ("access-control-request-method", "DELETE"),
                ];
                let answer = app.anyone().send(method, path, &headers, None).await;
                let granted = answer
                    .headers
                    .keys()
                    .any(|name| name.as_str().starts_with("access-control-"));
                assert!(!granted, "{path}: {:?}", answer.headers);
            }
        }
    }
    app.finish();
}

/// L11: what a client sends stays within its line of the log, and none of it reaches a terminal as a command.
#[tokio::test]
async fn no_line_of_the_log_is_written_by_a_client() {
    let app = App::start().await;
    let before = log(&app).lines().count();
    let evil = "x%0d%0a2026-01-01T00:00:00Z%20ERROR%20forged%1b%5b31m%00";
    for path in [
        format!("/api/organizations/{evil}"),
        format!("/scim/v2/Users/{evil}?filter={evil}"),
        format!("/{evil}"),
        format!("/saml/{evil}/login?next={evil}"),
    ] {
        let headers = [
            ("x-request-id", "a\u{9b}31m forged"),
            ("user-agent", "\u{9b}2J"),
        ];
        app.anyone().send(Method::GET, &path, &headers, None).await;
    }
    let name = "ada\u{1b}[31m\r\nforged@a.example";
    app.own.scim.post("/Users", &user(name)).await;
    let body = json!({ "email": name, "password": "x" }).to_string();
    app.anyone()
        .send(Method::POST, "/user/login", &[], Some(body))
        .await;
    let written = log(&app);
    assert!(written.lines().count() > before);
    let forged = |line: &str| line.contains("forged") && line.starts_with("2026-01-01");
    assert!(!written.lines().any(forged), "{written}");
    let control = |letter: char| letter.is_control() && letter != '\n';
    assert!(!written.chars().any(control), "{written}");
    app.finish();
}
