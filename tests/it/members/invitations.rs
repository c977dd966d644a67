//! Invitations: the link, mails to one address, and who accepts them.

use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::Person;
use crate::app::{App, OWNER, Organization};
use crate::client::Client;

const SEND: &str = "/invite/send-email";
const ACCEPT: &str = "/invite/accept";

/// The token in the mail that was sent to an address last.
async fn token(app: &App, organization: &Organization, email: &str, role: &str) -> String {
    let wanted = json!({ "emails": [email], "role": role });
    let done = organization.rest.post(SEND, &wanted).await.is(200);
    assert_eq!(done["invited"], json!([email]));
    token_in(app, email)
}

fn body(token: &str) -> Value {
    json!({ "token": token })
}

/// Security H1: the link of before a reset opens nothing.
#[tokio::test]
async fn the_link_makes_members_who_wait_until_it_is_reset() {
    let app = App::start().await;
    let other = app.other();
    let first = app.own.rest.get("/invite").await.is(200);
    assert_eq!(app.own.rest.get("/invite/").await.is(200), first);
    let url = first["invite_url"].as_str().unwrap();
    assert_eq!(
        url,
        format!(
            "{}/user/signup/?token={}",
            app.base,
            first["token"].as_str().unwrap()
        )
    );
    let second = app
        .own
        .rest
        .post("/invite/reset-token", &json!({}))
        .await
        .is(201);
    assert_ne!(first["token"], second["token"]);
    let old = body(first["token"].as_str().unwrap());
    other.rest.post(ACCEPT, &old).await.is_problem(403);
    let new = body(second["token"].as_str().unwrap());
    let joined = other.rest.post(ACCEPT, &new).await.is(201);
    assert_eq!(joined, json!({ "organization": 1, "role": "NO" }));
    assert_eq!(app.own.role("owner@b.example").await, "NO manual");
    // Again, and by who is there already.
    other.rest.post(ACCEPT, &new).await.is_problem(400);
    app.own.rest.post(ACCEPT, &new).await.is_problem(400);
    // They wait: nothing of the organization is theirs, and their own is untouched.
    assert_eq!(other.role("owner@b.example").await, "OW manual");
    for bad in ["", "x", &"x".repeat(10_000)] {
        other.rest.post(ACCEPT, &body(bad)).await.is_problem(403);
    }
    app.finish();
}

/// Security H3 and H4: the role is that of the invitation, and the address too.
#[tokio::test]
async fn an_invitation_gives_its_role_to_its_address_alone() {
    let app = App::start().await;
    let other = app.other();
    let third = Person::with_role(&app, "ada@a.example", "AD").await;
    let mine = token(&app, &app.own, "owner@b.example", "RE").await;
    third
        .ask(Method::POST, ACCEPT, Some(&body(&mine)))
        .await
        .is_problem(403);
    let sneaky = json!({ "token": mine, "role": "AD" });
    let joined = other.rest.post(ACCEPT, &sneaky).await.is(201);
    assert_eq!(joined["role"], "RE");
    assert_eq!(app.own.role("owner@b.example").await, "RE manual");
    other.rest.post(ACCEPT, &body(&mine)).await.is_problem(403);
    // Who was deleted comes back by an invitation (R14).
    let number = app.own.number_of("owner@b.example").await;
    app.own
        .rest
        .delete(&format!("/organizations/0/memberships/{number}"))
        .await
        .is(204);
    app.own
        .rest
        .post("/invite/revoke", &json!({ "email": "owner@b.example" }))
        .await
        .is_problem(404);
    app.finish();
}

/// Security H4, H9 and H13: what cannot be invited.
#[tokio::test]
async fn nobody_invites_above_themselves_nor_to_nonsense() {
    let app = App::start().await;
    let manager = Person::with_role(&app, "mary@a.example", "MA").await;
    let invite = |role: &str| json!({ "emails": ["new@c.example"], "role": role });
    for (role, status) in [
        ("AD", 403),
        ("OW", 403),
        ("NO", 403),
        ("DI", 403),
        ("MA", 200),
        ("XX", 400),
    ] {
        let answer = manager.ask(Method::POST, SEND, Some(&invite(role))).await;
        assert_eq!(answer.status, status, "{role}: {}", answer.text);
    }
    let rest = &app.own.rest;
    let many: Vec<String> = (0..101).map(|n| format!("u{n}@c.example")).collect();
    for bad in [
        json!({ "emails": [], "role": "AN" }),
        json!({ "emails": many, "role": "AN" }),
        json!({ "emails": ["x"], "role": "AN" }),
        json!({ "emails": ["a@b\r\nBcc: c@d"], "role": "AN" }),
        json!({ "emails": ["a@b.example"] }),
        json!({ "emails": ["a@b.example"], "role": "AN", "projects": [999] }),
        json!({ "emails": ["a@b.example"], "role": "AN", "workspaces": [999] }),
        json!({ "emails": ["a@b.example"], "role": "AN", "user_type": "viewonly" }),
    ] {
        rest.post(SEND, &bad).await.is_problem(400);
    }
    let list = rest.get("/invites").await.is(200);
    assert_eq!(
        (&list["count"], &list["results"][0]["email"]),
        (&json!(1), &json!("new@c.example"))
    );
    let fields = &list["results"][0]["lse_fields"];
    assert_eq!(
        fields["invited_by"],
        app.own.number_of("mary@a.example").await
    );
    assert_eq!(
        (&fields["invite_expired"], &fields["invite_activated"]),
        (&json!(false), &json!(false))
    );
    assert_eq!(
        fields["invite_expired_at"],
        list["results"][0]["expires_at"]
    );
    // H7: the token is nowhere to be read.
    assert!(list["results"][0]["token"].is_null());
    let member = rest
        .post(SEND, &json!({ "emails": [OWNER], "role": "AN" }))
        .await
        .is(200);
    assert_eq!(member, json!({ "invited": [], "members_already": [OWNER] }));
    let other = app.other();
    let whose = json!({ "email": "new@c.example" });
    other
        .rest
        .post("/invite/revoke", &whose)
        .await
        .is_problem(404);
    assert_eq!(other.rest.get("/invites").await.is(200)["count"], 0);
    rest.post("/invite/revoke", &whose).await.is(200);
    rest.post("/invite/revoke", &whose).await.is_problem(404);
    app.finish();
}

/// Security H8: what a former administrator has sent opens nothing.
#[tokio::test]
async fn an_invitation_falls_with_whoever_sent_it() {
    let app = App::start().await;
    let other = app.other();
    let manager = Person::with_role(&app, "mary@a.example", "MA").await;
    let wanted = json!({ "emails": ["owner@b.example"], "role": "RE" });
    manager.ask(Method::POST, SEND, Some(&wanted)).await.is(200);
    app.own.assign("mary@a.example", Some("AN")).await;
    let sent = token_in(&app, "owner@b.example");
    other.rest.post(ACCEPT, &body(&sent)).await.is_problem(403);
    app.own.assign("mary@a.example", Some("MA")).await;
    other.rest.post(ACCEPT, &body(&sent)).await.is(201);
    app.finish();
}

fn token_in(app: &App, email: &str) -> String {
    let folder = app.place.folder.path().join("data/mail");
    loop {
        let Ok(files) = std::fs::read_dir(&folder) else {
            continue;
        };
        for file in files {
            let path = file.unwrap().path();
            if path.extension().is_none_or(|end| end != "eml") {
                continue;
            }
            let text = std::fs::read_to_string(path).unwrap();
            let text = text.replace("=\r\n", "").replace("=3D", "=");
            if text.contains(email)
                && let Some((_, rest)) = text.split_once("?token=")
            {
                return rest
                    .chars()
                    .take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c))
                    .collect();
            }
        }
    }
}

/// Security H2: of 20 who accept one invitation at once, one becomes a member.
#[tokio::test]
async fn an_invitation_that_is_accepted_twenty_times_at_once_makes_one_member() {
    let app = App::start().await;
    let other = app.other();
    let sent = token(&app, &app.own, "owner@b.example", "AN").await;
    let mut racing = JoinSet::new();
    for _ in 0..20 {
        let (client, wanted): (Client, Value) = (other.rest.clone(), body(&sent));
        racing.spawn(async move {
            client
                .patiently(Method::POST, ACCEPT, Some(&wanted))
                .await
                .0
                .status
        });
    }
    let mut statuses = racing.join_all().await;
    statuses.sort_unstable();
    assert_eq!(
        (
            statuses[0],
            statuses.iter().filter(|status| **status == 201).count()
        ),
        (201, 1)
    );
    assert!(
        statuses[1..].iter().all(|status| *status == 403),
        "{statuses:?}"
    );
    let people = app
        .own
        .rest
        .get("/organizations/0/memberships?search=owner@b")
        .await
        .is(200);
    assert_eq!(people["count"], 1);
    app.finish();
}

/// H5: an invitation that is over opens nothing, though it is still kept.
#[tokio::test]
async fn an_invitation_that_is_over_opens_nothing() {
    let app = App::start().await;
    let other = app.other();
    let sent = token(&app, &app.own, "owner@b.example", "AN").await;
    let over = "UPDATE invitations SET expires_at = created_at";
    assert_eq!(app.place.database.execute(over).await, 1);
    other.rest.post(ACCEPT, &body(&sent)).await.is_problem(403);
    let list = app.own.rest.get("/organizations/0/memberships").await;
    assert_eq!(list.is(200)["count"], 1);
    app.finish();
}

/// B14: whom one organization deactivates or deletes stays who they are in another.
#[tokio::test]
async fn whom_one_organization_puts_out_stays_in_the_other() {
    let app = App::start().await;
    let other = app.other();
    let sent = token(&app, &app.own, "owner@b.example", "AD").await;
    other.rest.post(ACCEPT, &body(&sent)).await.is(201);
    let who = async || {
        let who = other.rest.get("/current-user/whoami").await.is(200);
        (who["id"].clone(), who["organization_membership"].clone())
    };
    let before = who().await;
    app.own.assign("owner@b.example", Some("DI")).await;
    assert_eq!(who().await, before);
    let number = app.own.number_of("owner@b.example").await;
    let path = format!("/organizations/0/memberships/{number}");
    app.own.rest.delete(&path).await.is(204);
    assert_eq!(who().await, before);
    other.user("still@b.example").await;
    app.finish();
}
