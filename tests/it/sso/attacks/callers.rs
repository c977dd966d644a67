//! Attacks that no single document is: responses at the wrong place, too often, too late, and what comes beside them.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::Arena;
use crate::app::{App, OWNER, terminate};
use crate::client::{Answer, Client};
use crate::sso::fixtures::draft::Signing;
use crate::sso::fixtures::signer::IDP_KEY;
use crate::sso::idp::{Begun, Idp, begin, opens, person, post, refused, session};

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// Brings fields of a form to the ACS of a connection, at any node.
async fn bring(node: &Client, acs: &str, begun: &Begun, fields: &[(&str, &str)]) -> Answer {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    let path = url::Url::parse(acs).unwrap().path().to_owned();
    let headers = [FORM, ("cookie", begun.cookie.as_str())];
    node.send(Method::POST, &path, &headers, Some(body)).await
}

async fn reason(app: &App, number: &str) -> Value {
    let path = format!("/sign-in-traces/{number}");
    app.own.rest.get(&path).await.is(200)["reason"].clone()
}

/// Security J6, also after a restart: a node that began only afterwards knows as much.
#[tokio::test]
async fn a_response_is_good_once_wherever_and_however_often_it_is_brought() {
    let mut arena = Arena::open().await;
    let same = ["--base-url", &arena.app.base];
    let start = || {
        let (node, line, _out) = arena.app.place.serve(&same);
        let base = line.trim().strip_prefix("listening on ").unwrap();
        (node, Client::new(base.to_owned(), None))
    };
    let (mut second, other) = start();
    let acs = arena.acs().to_owned();
    let (begun, world) = arena.world().await;
    let genuine = STANDARD.encode(world.genuine(Signing::Both));
    let mut tasks = JoinSet::new();
    for n in 0..50 {
        let node = if n % 2 == 0 {
            other.clone()
        } else {
            arena.app.anyone()
        };
        let (acs, genuine) = (acs.clone(), genuine.clone());
        let begun = Begun {
            cookie: begun.cookie.clone(),
            request: String::new(),
        };
        tasks.spawn(async move { bring(&node, &acs, &begun, &[("SAMLResponse", &genuine)]).await });
    }
    let answers = tasks.join_all().await;
    let good = answers.iter().filter(|answer| answer.status == 303);
    assert_eq!(good.count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 303) {
        // Where many write at once, somebody may be told to come again.
        assert!([403, 503].contains(&answer.status), "{}", answer.text);
        assert_eq!(answer.header("set-cookie"), "");
    }
    terminate(&second);
    assert_eq!(second.wait().unwrap().code(), Some(0));
    let (mut third, fresh) = start();
    let nobody = Begun {
        cookie: "rollright_browser=another".to_owned(),
        request: String::new(),
    };
    for (node, browser) in [
        (&arena.app.anyone(), &begun),
        (&fresh, &begun),
        (&fresh, &nobody),
    ] {
        let answer = bring(node, &acs, browser, &[("SAMLResponse", &genuine)]).await;
        assert_eq!(
            reason(&arena.app, &refused(&answer, "used already")).await,
            "replayed"
        );
    }
    // One that was never used is no good in another browser either, and then in none.
    let (begun, world) = arena.world().await;
    let genuine = STANDARD.encode(world.genuine(Signing::Both));
    let answer = bring(&fresh, &acs, &nobody, &[("SAMLResponse", &genuine)]).await;
    refused(&answer, "not begun in this browser");
    let answer = bring(&fresh, &acs, &begun, &[("SAMLResponse", &genuine)]).await;
    refused(&answer, "used already");
    terminate(&third);
    assert_eq!(third.wait().unwrap().code(), Some(0));
    arena.genuine += 1;
    arena.close().await;
}

/// Security J10, J12: two organizations with one identity provider, and two that have named theirs alike.
#[tokio::test]
async fn an_assertion_is_good_at_its_own_connection_alone() {
    let app = App::start().await;
    let other = app.other();
    let idp = Idp::with("https://idp.example/metadata", IDP_KEY.clone());
    let alike = Idp::new("https://idp.example/metadata");
    let mut at = Vec::new();
    for (of, idp) in [(&app.own, &idp), (&other, &idp), (&other, &alike)] {
        of.rules(&[("Annotator", "all")]).await;
        at.push(idp.connect(of, json!({})).await);
    }
    let who = person("a@corp.example", &["all"]);
    for (from, to) in [(0, 1), (1, 0), (0, 2), (2, 0), (1, 2), (2, 1)] {
        let begun = begin(&app, &at[to], "", None).await;
        let idp = if from == 2 { &alike } else { &idp };
        let acs = at[to]["acs_url"].as_str().unwrap();
        let own = at[from]["acs_url"].as_str().unwrap();
        let rest = if to == 0 { &app.own.rest } else { &other.rest };
        // As it was made for its own connection, and as if it were for this one.
        for (made_for, same_key) in [(own, "wrong_destination"), (acs, "bad_signature")] {
            if made_for == acs && from != 2 && to != 2 {
                continue;
            }
            let answer = post(
                &app,
                acs,
                &begun.cookie,
                idp.response(&begun.request, made_for, &who),
            )
            .await;
            let number = refused(&answer, "could not be verified");
            let trace = rest.get(&format!("/sign-in-traces/{number}")).await.is(200);
            let expected = if from == 2 || to == 2 {
                "bad_signature"
            } else {
                same_key
            };
            assert_eq!(trace["reason"], expected, "{from} {to}");
        }
    }
    assert_eq!(
        other.rest.get("/organizations/0/memberships").await.is(200)["count"],
        1
    );
    for (n, idp) in [(0, &idp), (1, &idp)] {
        session(&idp.sign_in(&app, &at[n], &who).await);
    }
    app.finish();
}

/// Security J11: whatever an identity provider says, it says for its own organization.
#[tokio::test]
async fn an_identity_provider_speaks_for_its_own_organization_alone() {
    let app = App::start().await;
    let other = app.other();
    other.rules(&[("Administrator", "all")]).await;
    app.own.user("bob@a.example").await;
    let idp = Idp::new("https://evil.example/metadata");
    let connection = idp.connect(&other, json!({})).await;
    let before = app
        .own
        .rest
        .get("/organizations/0/memberships")
        .await
        .is(200);
    for victim in [OWNER, "bob@a.example"] {
        let cookie = session(
            &idp.sign_in(&app, &connection, &person(victim, &["all"]))
                .await,
        );
        let headers = [("cookie", cookie.as_str())];
        let me = app
            .anyone()
            .send(Method::GET, "/api/current-user/whoami", &headers, None)
            .await
            .is(200);
        let place = &me["organization_membership"]["organization_id"];
        assert_eq!(*place, other.number, "a guest there, and nobody here");
        let list = app
            .anyone()
            .send(
                Method::GET,
                "/api/organizations/0/memberships",
                &headers,
                None,
            )
            .await
            .is(200);
        assert!(!list.to_string().contains("owner-token-a"));
        let theirs = list["results"].as_array().unwrap();
        assert!(
            theirs
                .iter()
                .all(|one| one["organization"] != app.own.number)
        );
    }
    let after = app
        .own
        .rest
        .get("/organizations/0/memberships")
        .await
        .is(200);
    assert_eq!(after, before);
    let none: [String; 0] = [];
    let sql = "SELECT subject FROM identities WHERE organization_id = 1 AND subject <> $1";
    assert_eq!(app.place.database.texts(sql, &[""]).await, none);
    app.finish();
}

/// Security J16.
#[tokio::test]
async fn a_sign_in_ends_on_a_path_of_this_server_whatever_is_asked_for() {
    let app = App::start().await;
    app.own.rules(&[("Annotator", "all")]).await;
    let idp = Idp::new("https://idp.example/metadata");
    let connection = idp
        .connect(&app.own, json!({ "idp_initiated": true }))
        .await;
    let acs = connection["acs_url"].as_str().unwrap();
    let who = person("a@corp.example", &["all"]);
    let long = format!("/{}", "x".repeat(80 * 1024));
    let elsewhere = [
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example/",
        "https:evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "/a\r\nSet-Cookie: rollright_session=x",
        "/\tx",
        " //evil.example",
        "/é",
        "\"><script>alert(1)</script>",
        "",
        &long,
    ];
    for wanted in elsewhere {
        let short = &wanted[..wanted.len().min(3000)];
        let query: String = url::form_urlencoded::byte_serialize(short.as_bytes()).collect();
        let begun = begin(&app, &connection, &format!("?next={query}"), None).await;
        let asked = STANDARD.encode(idp.response(&begun.request, acs, &who));
        let fields = [("SAMLResponse", asked.as_str()), ("RelayState", wanted)];
        let answer = bring(&app.anyone(), acs, &begun, &fields).await;
        session(&answer);
        assert_eq!(answer.header("location"), "/", "{short}");
        // Begun by the identity provider, whose RelayState counts where it is a path.
        let begun = begin(&app, &connection, "", None).await;
        let unasked = STANDARD.encode(idp.unasked(&begun.request, acs, &who));
        let fields = [("SAMLResponse", unasked.as_str()), ("RelayState", wanted)];
        let answer = bring(&app.anyone(), acs, &begun, &fields).await;
        session(&answer);
        assert_eq!(answer.header("location"), "/", "{short}");
    }
    let begun = begin(&app, &connection, "?next=/projects/1", None).await;
    let asked = STANDARD.encode(idp.response(&begun.request, acs, &who));
    let fields = [
        ("SAMLResponse", asked.as_str()),
        ("RelayState", "/elsewhere"),
    ];
    let answer = bring(&app.anyone(), acs, &begun, &fields).await;
    assert_eq!(answer.header("location"), "/projects/1");
    app.finish();
}

/// Security J17: what is too large is refused by its length.
#[tokio::test]
async fn ten_mebibytes_are_refused_before_anything_is_made_of_them() {
    let mut arena = Arena::open().await;
    let (begun, _) = arena.world().await;
    let acs = arena.acs().to_owned();
    let huge = "A".repeat(10 * 1024 * 1024);
    let before = arena.gauge.worked();
    let answer = bring(
        &arena.app.anyone(),
        &acs,
        &begun,
        &[("SAMLResponse", &huge)],
    )
    .await;
    assert!([400, 413].contains(&answer.status), "{}", answer.text);
    let after = arena.gauge.worked();
    if let Some((before, after)) = before.zip(after) {
        assert!(after.saturating_sub(before) <= Duration::from_millis(100));
    }
    arena.gauge.check("10 MiB");
    arena.close().await;
}

/// Security J20: 128 bits at least that nobody can guess, and each another.
#[tokio::test]
async fn nobody_can_guess_what_a_request_is_called() {
    let arena = Arena::open().await;
    let mut ids = std::collections::HashSet::new();
    for _ in 0..50 {
        let (_, world) = arena.world().await;
        let random = world.request.trim_start_matches('_').to_owned();
        // 22 characters of base64 are 132 bits.
        assert!(random.len() >= 22, "{random}");
        for character in 0..random.len() {
            // No place of it is the same in all.
            ids.insert((character, random.as_bytes()[character]));
        }
    }
    let places = ids.iter().map(|(place, _)| place).max().unwrap() + 1;
    for place in 0..places {
        let many = ids.iter().filter(|(at, _)| *at == place).count();
        assert!(
            many > 4,
            "place {place} has {many} characters in 50 requests"
        );
    }
    arena.close().await;
}

#[tokio::test]
async fn a_valid_response_of_somebody_who_has_left_lets_nobody_in() {
    let app = App::start().await;
    app.own.rules(&[("Annotator", "all")]).await;
    let idp = Idp::new("https://idp.example/metadata");
    let connection = idp.connect(&app.own, json!({})).await;
    let member = app.own.user("a@corp.example").await;
    let who = person("a@corp.example", &["all"]);
    let cookie = session(&idp.sign_in(&app, &connection, &who).await);
    app.own.set_active(&member, false).await;
    assert!(!opens(&app, &cookie).await);
    let answer = idp.sign_in(&app, &connection, &who).await;
    assert_eq!(
        reason(&app, &refused(&answer, "deactivated")).await,
        "deactivated"
    );
    app.own.set_active(&member, true).await;
    let cookie = session(&idp.sign_in(&app, &connection, &who).await);
    app.own
        .scim
        .delete(&format!("/Users/{member}"))
        .await
        .is(204);
    assert!(!opens(&app, &cookie).await);
    let answer = idp.sign_in(&app, &connection, &who).await;
    assert_eq!(reason(&app, &refused(&answer, "deleted")).await, "departed");
    app.finish();
}
