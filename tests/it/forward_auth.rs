//! `/auth/verify`, as proxies ask it. A letter and a number name the attack, as in `security`.

use reqwest::Method;
use serde_json::json;

use crate::app::{App, OWNER};
use crate::client::{Answer, Client};

/// What a browser sends when a person opens a page.
const PAGE: [(&str, &str); 2] = [
    ("accept", "text/html,application/xhtml+xml"),
    ("sec-fetch-mode", "navigate"),
];

async fn verify(client: &Client, query: &str, headers: &[(&str, &str)]) -> Answer {
    let path = format!("/auth/verify{query}");
    client.send(Method::GET, &path, headers, None).await
}

async fn with(app: &App, cookie: &str, query: &str) -> Answer {
    verify(&app.anyone(), query, &[("cookie", cookie)]).await
}

#[tokio::test]
async fn an_app_is_told_who_comes_by_every_method_and_credential() {
    let app = App::start().await;
    let ada = json!({
        "schemas": [crate::app::USER], "userName": "ada@a.example", "displayName": "Ada, Countess",
        "emails": [{ "value": "ada@mail.example", "primary": true }],
    });
    let made = app.own.scim.post("/Users", &ada).await.is(201);
    let inner = app
        .own
        .group("Inner", &[made["id"].as_str().unwrap()])
        .await;
    let outer =
        json!([{ "op": "add", "path": "members", "value": [{ "value": inner, "type": "Group" }] }]);
    let group = app.own.group("Größe, 1", &[]).await;
    app.own.change(&format!("/Groups/{group}"), outer).await;
    app.own.rules(&[("Manager", "Inner")]).await;
    let cookie = app.session("ada@mail.example").await;
    for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let headers = [("cookie", cookie.as_str())];
        let answer = app
            .anyone()
            .send(method.clone(), "/auth/verify", &headers, None)
            .await;
        assert_eq!(answer.status, 200, "{method}");
        for (name, value) in [
            ("remote-user", "ada@a.example"),
            ("remote-email", "ada@mail.example"),
            ("remote-name", "Ada, Countess"),
            ("remote-groups-complete", "true"),
            ("remote-role", "MA"),
            ("remote-organization", "1"),
        ] {
            assert_eq!(answer.header(name), value, "{method} {name}");
        }
        let groups = answer.headers["remote-groups"].as_bytes();
        assert_eq!(groups, "Größe%2C 1,Inner".as_bytes());
    }
    for word in ["Token", "Bearer"] {
        let owner = app.anyone().with(Some(&format!("{word} owner-token-a")));
        let answer = verify(&owner, "", &[]).await;
        assert_eq!((answer.status, answer.header("remote-role")), (200, "OW"));
    }
    // What the app behind asks for by itself does not hide the cookie.
    let basic = app.anyone().with(Some("Basic YTpi"));
    let answer = verify(&basic, "", &[("cookie", &cookie)]).await;
    assert_eq!(answer.status, 200);
    app.finish();
}

/// A2, A3.
#[tokio::test]
async fn who_is_nobody_is_told_so_and_a_person_is_led_to_the_sign_in() {
    let app = App::start().await;
    let host = app.base.strip_prefix("http://").unwrap();
    let scim = app.anyone().with(Some(app.own.scim.authorization()));
    for answer in [
        verify(&app.anyone(), "", &[]).await,
        verify(&scim, "", &PAGE).await,
        verify(&app.anyone().with(Some("Token wrong")), "", &PAGE).await,
        with(&app, "rollright_session=wrong", "").await,
    ] {
        answer.is_problem(401);
        assert_eq!(answer.header("location"), "");
    }
    let url = format!("https://{host}/app/a?b=c&d");
    let sign_in = |next: &str| format!("{}/user/login?next={next}", app.base);
    // nginx takes 401 alone, and the place to go to with it.
    let ask = [&PAGE[..], &[("x-original-url", url.as_str())]].concat();
    let answer = verify(&app.anyone(), "", &ask).await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.header("location"), sign_in("%2Fapp%2Fa%3Fb%3Dc%26d"));
    let parts = [("x-forwarded-host", host), ("x-forwarded-uri", "/app/a")];
    let answer = verify(&app.anyone(), "", &[&PAGE[..], &parts].concat()).await;
    assert_eq!(answer.status, 302);
    assert_eq!(answer.header("location"), sign_in("%2Fapp%2Fa"));
    for program in [
        ("x-requested-with", "XMLHttpRequest"),
        ("sec-fetch-mode", "cors"),
        ("x-forwarded-method", "POST"),
        ("accept", "application/json"),
    ] {
        let mut headers = vec![parts[0], parts[1], program];
        headers.extend(PAGE.iter().filter(|(name, _)| *name != program.0));
        let answer = verify(&app.anyone(), "", &headers).await;
        answer.is_problem(401);
        assert_eq!(answer.header("location"), "", "{program:?}");
    }
}

/// K8: the way back never leads to another host, whatever the proxy passes on.
#[tokio::test]
async fn the_way_back_leads_to_this_host_alone() {
    let app = App::start().await;
    let host = app.base.strip_prefix("http://").unwrap();
    let start = format!("{}/user/login?next=%2F", app.base);
    let mut asked: Vec<Vec<(&str, String)>> = [
        "https://evil.example/a".to_owned(),
        format!("https://{host}@evil.example/a"),
        format!("https://{host}.evil.example/a"),
        format!("https://{host}//evil.example"),
        format!("https://{host}/\\evil.example"),
        "javascript://x/%0aalert(1)".to_owned(),
        "/a".to_owned(),
        String::new(),
    ]
    .into_iter()
    .map(|url| vec![("x-original-url", url)])
    .collect();
    for (host, path) in [
        ("evil.example", "/a"),
        (host, "//evil.example/a"),
        (host, "https://evil.example/a"),
    ] {
        asked.push(vec![
            ("x-forwarded-host", host.to_owned()),
            ("x-forwarded-uri", path.to_owned()),
        ]);
    }
    // Twice is nothing.
    let twice = format!("https://{host}/a");
    asked.push(vec![
        ("x-original-url", twice.clone()),
        ("x-original-url", twice),
    ]);
    for headers in asked {
        let mut all = PAGE.to_vec();
        all.extend(headers.iter().map(|(name, value)| (*name, value.as_str())));
        let answer = verify(&app.anyone(), "", &all).await;
        assert_eq!(answer.header("location"), start, "{headers:?}");
    }
}

/// I13, D: what a directory writes stays within the header that it is in.
#[tokio::test]
async fn names_stay_within_their_header_and_their_place_in_the_list() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    for name in [
        "Guests,Admins",
        " Admins",
        "Boss\u{2028}",
        "100%",
        "Remote-Role: OW",
    ] {
        app.own.group(name, &[&ada]).await;
    }
    app.own.rules(&[("Annotator", "100%")]).await;
    let cookie = app.session("ada@a.example").await;
    let answer = with(&app, &cookie, "").await;
    let groups: Vec<&str> = answer.header("remote-groups").split(',').collect();
    assert!(!groups.contains(&"Admins"), "{groups:?}");
    assert!(groups.contains(&"Guests%2CAdmins"), "{groups:?}");
    assert!(groups.contains(&"100%25"), "{groups:?}");
    assert_eq!(answer.header("remote-role"), "AN");
    assert_eq!(answer.headers.get_all("remote-role").iter().count(), 1);
    with(&app, &cookie, "?group=Admins").await.is_problem(403);
    assert_eq!(
        with(&app, &cookie, "?group=Guests%2CAdmins").await.status,
        200
    );
    app.finish();
}

#[tokio::test]
async fn an_app_may_ask_for_a_role_or_a_group_and_a_condition_that_is_misspelled_lets_nobody_in() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    app.own.group("Staff", &[&ada]).await;
    app.own.rules(&[("Reviewer", "Staff")]).await;
    let cookie = app.session("ada@a.example").await;
    for (query, status) in [
        ("?role=AN", 200),
        ("?role=RE", 200),
        ("?role=MA", 403),
        ("?role=OW", 403),
        ("?group=Staff", 200),
        ("?group=staff", 403),
        ("?group=Boss&group=Staff", 200),
        ("?group=Boss&role=AN", 403),
        ("?group=Staff&role=MA", 403),
        ("?role=Manager", 400),
        ("?role=NO", 400),
        ("?role=", 400),
        ("?role=AN&role=MA", 400),
        ("?roles=AD", 400),
        ("?Group=Boss", 400),
    ] {
        let answer = with(&app, &cookie, query).await;
        assert_eq!(answer.status, status, "{query}");
        // Who is nobody is told that, not what would be wanted.
        if status != 400 {
            verify(&app.anyone(), query, &[]).await.is_problem(401);
        }
    }
    app.finish();
}

/// G1, F10: the next request already knows.
#[tokio::test]
async fn whoever_loses_access_is_nobody_at_the_next_request() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let group = app.own.group("Staff", &[&ada]).await;
    let high = app.own.group("High", &[&ada]).await;
    app.own
        .rules(&[("Annotator", "Staff"), ("Manager", "High")])
        .await;
    let cookie = app.session("ada@a.example").await;
    assert_eq!(with(&app, &cookie, "?role=MA").await.status, 200);
    app.own.remove(&high, &ada).await;
    with(&app, &cookie, "?role=MA").await.is_problem(403);
    assert_eq!(with(&app, &cookie, "").await.header("remote-role"), "AN");
    app.own.remove(&group, &ada).await;
    assert_eq!(with(&app, &cookie, "?group=Staff").await.status, 403);
    app.own.set_active(&ada, false).await;
    with(&app, &cookie, "").await.is_problem(401);
    app.own.set_active(&ada, true).await;
    with(&app, &cookie, "").await.is_problem(401);
    let owner = app.session(OWNER).await;
    assert_eq!(with(&app, &owner, "").await.status, 200);
    app.finish();
}

#[tokio::test]
async fn the_names_of_the_headers_can_begin_otherwise() {
    let place = crate::app::Place::make().await;
    let file = place.folder.path().join("rollright.toml");
    std::fs::write(file, "forward_auth_prefix = \"X-Roll-\"\n").unwrap();
    let app = App::start_in(place, &[]);
    let owner = app.anyone().with(Some("Token owner-token-a"));
    let answer = verify(&owner, "", &[]).await;
    assert_eq!(answer.header("x-roll-user"), OWNER);
    assert_eq!(answer.header("remote-user"), "");
}
