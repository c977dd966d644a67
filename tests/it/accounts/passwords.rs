//! `/user/login`, `/logout` and changing a password.

use reqwest::Method;
use serde_json::json;

use super::{OWN, PASSWORD, cookie, member_with_password, opens, post, session, sign_in, within};
use crate::app::{App, OWNER, Place, printed};
use crate::sso::idp::Idp;

#[tokio::test]
async fn the_right_password_begins_a_session_and_signing_out_ends_it() {
    let app = App::start().await;
    let answer = sign_in(&app, " OWNER@a.Example ", PASSWORD).await;
    let first = session(&answer);
    let flags = answer.header("set-cookie");
    assert!(
        flags.contains("HttpOnly") && flags.contains("SameSite=Lax"),
        "{flags}"
    );
    assert!(opens(&app, &first).await);
    let second = session(&sign_in(&app, OWNER, PASSWORD).await);
    assert_ne!(first, second);
    let headers = [("cookie", first.as_str()), OWN];
    let out = app
        .anyone()
        .send(Method::POST, "/logout", &headers, None)
        .await;
    assert_eq!(out.status, 303);
    assert!(!opens(&app, &first).await);
    assert!(opens(&app, &second).await);
    app.finish();
}

/// Security I1: whatever a browser brings, the session that begins has a name of its own.
#[tokio::test]
async fn security_i1_a_cookie_from_before_is_not_the_session() {
    let app = App::start().await;
    let planted = "rollright_session=planted-by-somebody-else";
    let headers = [("cookie", planted), OWN];
    let body = json!({ "email": OWNER, "password": PASSWORD }).to_string();
    let answer = app
        .anyone()
        .send(Method::POST, "/user/login", &headers, Some(body))
        .await;
    assert_ne!(session(&answer), planted);
    assert!(!opens(&app, planted).await);
    app.finish();
}

/// Security I6: a wrong password, an unknown address and an account without a password are answered alike.
#[tokio::test]
async fn security_i6_signing_in_tells_nobody_whether_there_is_an_account() {
    let app = App::start().await;
    app.own.user("ada@a.example").await;
    let wrong = sign_in(&app, OWNER, "another password").await;
    assert_eq!(wrong.status, 401);
    for (email, password) in [
        ("nobody@a.example", "another password"),
        ("ada@a.example", "another password"),
        ("ada@a.example", ""),
        ("", "another password"),
        ("no address", "another password"),
    ] {
        let answer = sign_in(&app, email, password).await;
        assert_eq!(answer.comparable(), wrong.comparable(), "{email}");
        assert!(cookie(&answer, "rollright_session").is_none());
    }
    app.finish();
}

/// Security I9: no password is cut short, and no endless one is hashed.
#[tokio::test]
async fn security_i9_a_password_is_taken_whole_or_not_at_all() {
    let app = App::start().await;
    let long = "x".repeat(100);
    member_with_password(&app, "ada@a.example", &long).await;
    let twin = format!("{}y", "x".repeat(99));
    assert_eq!(sign_in(&app, "ada@a.example", &twin).await.status, 401);
    assert_eq!(
        sign_in(&app, "ada@a.example", &"x".repeat(72)).await.status,
        401
    );
    session(&sign_in(&app, "ada@a.example", &long).await);
    assert_eq!(sign_in(&app, OWNER, &"x".repeat(1025)).await.status, 400);
    assert_eq!(sign_in(&app, OWNER, &"x".repeat(1 << 20)).await.status, 413);
    let nul = sign_in(&app, OWNER, "a long password\0").await;
    assert_eq!(nul.status, 400);
    app.finish();
}

/// Security I5 and R13: a copy of a cookie is worth nothing once the password has changed.
#[tokio::test]
async fn security_i5_changing_the_password_ends_every_session_and_link() {
    let app = App::start().await;
    member_with_password(&app, "ada@a.example", "her first password").await;
    let sign = async |password: &str| sign_in(&app, "ada@a.example", password).await;
    let (one, other) = (
        session(&sign("her first password").await),
        session(&sign("her first password").await),
    );
    post(
        &app,
        "/user/password-reset",
        &json!({ "email": "ada@a.example" }),
    )
    .await
    .is(200);
    let old = super::link(&app, "ada@a.example", "/user/password-reset/").await;
    let path = "/current-user/password";
    for (wanted, status) in [
        (json!({ "new_password": "her second password" }), 400),
        (
            json!({ "current_password": "wrong", "new_password": "her second password" }),
            403,
        ),
        (
            json!({ "current_password": "her first password", "new_password": "short" }),
            400,
        ),
        (
            json!({ "current_password": "her first password", "new_password": "x".repeat(129) }),
            400,
        ),
    ] {
        within(&app, &one, Method::POST, path, Some(wanted))
            .await
            .is_problem(status);
    }
    assert!(opens(&app, &one).await && opens(&app, &other).await);
    let wanted =
        json!({ "current_password": "her first password", "new_password": "her second password" });
    let changed = within(&app, &one, Method::POST, path, Some(wanted)).await;
    assert_eq!(changed.status, 204, "{}", changed.text);
    let fresh = session(&changed);
    assert!(opens(&app, &fresh).await);
    assert!(!opens(&app, &one).await && !opens(&app, &other).await);
    let late = post(&app, &old, &json!({ "password": "her third password" })).await;
    late.is_problem(403);
    assert_eq!(sign("her first password").await.status, 401);
    session(&sign("her second password").await);
    let told = super::mails(&app, "ada@a.example").await;
    assert!(
        told.last().unwrap().contains("has been changed"),
        "she is told"
    );
    app.finish();
}

/// Security G2: the right password lets nobody in whom the organization does not.
#[tokio::test]
async fn security_g2_the_deactivated_and_the_pending_are_told_so_and_get_no_session() {
    let app = App::start().await;
    member_with_password(&app, "ada@a.example", "her only password").await;
    let kept = session(&sign_in(&app, "ada@a.example", "her only password").await);
    for (role, word) in [("DI", "deactivated"), ("NO", "waiting")] {
        app.own.assign("ada@a.example", Some(role)).await;
        let answer = sign_in(&app, "ada@a.example", "her only password").await;
        // And since when, and whom they can ask.
        let joined = &app.own.membership("ada@a.example").await["created_at"];
        let said = answer.is_problem(403);
        assert!(said.contains(word) && said.contains("Ask the Owner, owner@a.example."));
        let today = &joined.as_str().unwrap()[..10];
        assert!(
            word == "waiting" || said.contains(&format!("on {today}")),
            "{said}"
        );
        assert!(cookie(&answer, "rollright_session").is_none());
        assert!(!opens(&app, &kept).await);
        // Only who has proved it is told.
        assert_eq!(
            sign_in(&app, "ada@a.example", "not her password")
                .await
                .status,
            401
        );
    }
    app.own.assign("ada@a.example", Some("RE")).await;
    session(&sign_in(&app, "ada@a.example", "her only password").await);
    app.finish();
}

#[tokio::test]
async fn who_must_use_single_sign_on_is_not_let_in_by_a_password_and_the_owner_is() {
    let app = App::start().await;
    member_with_password(&app, "ada@a.example", "her only password").await;
    let before = session(&sign_in(&app, "ada@a.example", "her only password").await);
    let idp = Idp::new("https://idp.example/metadata");
    app.own.rules(&[("Administrator", "all")]).await;
    let connection = idp.connect(&app.own, json!({})).await;
    let admin = idp
        .sign_in(
            &app,
            &connection,
            &crate::sso::idp::person("root@a.example", &["all"]),
        )
        .await;
    let admin = session(&admin);
    let require = json!({ "sso_required": true });
    within(
        &app,
        &admin,
        Method::PATCH,
        "/connections/policy",
        Some(require),
    )
    .await
    .is(200);
    assert!(!opens(&app, &before).await);
    let refused = sign_in(&app, "ada@a.example", "her only password").await;
    assert!(refused.is_problem(403).contains("single sign-on"));
    // Nor by a mail.
    post(
        &app,
        "/user/password-reset",
        &json!({ "email": "ada@a.example" }),
    )
    .await
    .is(200);
    assert_eq!(
        super::mails(&app, "ada@a.example").await.len(),
        2,
        "no further mail"
    );
    session(&sign_in(&app, OWNER, PASSWORD).await);
    app.finish();
}

/// The same rule as on the pages, wherever a password comes from; nothing is made where it is broken.
#[tokio::test]
async fn a_password_at_the_machine_has_8_to_128_characters_too() {
    let place = Place::make().await;
    let long = "x".repeat(129);
    for bad in ["short", long.as_str()] {
        for command in [&["start", "--port", "0"][..], &["user", "create"]] {
            let named = ["--username", OWNER, "--password", bad];
            let output = place.run(&[command, &named].concat());
            assert_eq!(output.status.code(), Some(1), "{command:?}");
            let said = String::from_utf8(output.stderr).unwrap();
            assert!(said.contains("8 to 128 characters"), "{said}");
            assert!(!said.contains(bad), "{said}");
        }
    }
    let made = "SELECT CAST(id AS TEXT) FROM organizations";
    assert!(place.database.texts(made, &[]).await.is_empty());
}

#[tokio::test]
async fn an_operator_sees_where_an_account_belongs_to() {
    let app = App::start().await;
    let other = app.other();
    let link = app.own.rest.get("/invite").await.is(200);
    other
        .rest
        .post("/invite/accept", &json!({ "token": link["token"] }))
        .await
        .is(201);
    let show = |name: &str| app.place.run(&["user", "show", "--username", name]);
    let number = app.own.number_of("owner@b.example").await;
    assert_eq!(
        printed(&show("OWNER@b.example")),
        format!(
            "owner@b.example: a password\norganization 1 \"{OWNER}\": member {number}, Not Activated\n\
             organization 2 \"owner@b.example\": member {}, Owner\n",
            other.number_of("owner@b.example").await
        )
    );
    assert_eq!(show("nobody@a.example").status.code(), Some(1));
    app.finish();
}

#[tokio::test]
async fn an_operator_gives_an_account_another_password_and_ends_its_sessions() {
    let app = App::start().await;
    let before = session(&sign_in(&app, OWNER, PASSWORD).await);
    let run = |arguments: &[&str]| app.place.run(arguments);
    let said = printed(&run(&["reset-password", "--username", "Owner@a.example"]));
    assert!(!opens(&app, &before).await);
    session(&sign_in(&app, OWNER, said.trim()).await);
    let chosen = [
        "reset_password",
        "--username",
        OWNER,
        "--password",
        "chosen at the machine",
    ];
    printed(&run(&chosen));
    session(&sign_in(&app, OWNER, "chosen at the machine").await);
    for bad in [
        &["reset-password", "--username", "nobody@a.example"][..],
        &["reset-password", "--username", OWNER, "--password", "short"],
    ] {
        assert_eq!(run(bad).status.code(), Some(1));
    }
    app.finish();
}
