//! Organization > Settings: forms that do what the REST API does, and refusals that keep what was typed.

use serde_json::json;

use super::{Browser, leads, says};
use crate::app::{App, OWNER, Place};

const GENERAL: &str = "/organization/settings";
const ACCESS: &str = "/organization/settings/access";
const DOMAINS: &str = "/organization/settings/domains";
const WEBHOOKS: &str = "/organization/settings/webhooks";

#[tokio::test]
async fn the_organization_is_named_and_a_refused_form_keeps_what_was_typed() {
    let app = App::start().await;
    let owner = Browser::of(&app, OWNER).await;
    says(&owner.open(GENERAL).await, 200, "rollright seats");
    let form = "what=about&title=Cats+%26+Co&contact_info=it%40a.example&default_role=RE";
    let saved = owner.send(GENERAL, form).await;
    assert_eq!(leads(&saved), "/organization/settings?done=about");
    let page = owner.open(&leads(&saved)).await;
    says(&page, 200, "value=\"Cats &#38; Co\"");
    says(&page, 200, "<option value=\"RE\" selected>");
    let own = app.own.rest.get("/organization").await.is(200);
    assert_eq!(own["title"], "Cats & Co");
    assert_eq!(own["contact_info"], "it@a.example");
    assert_eq!(own["default_role"], "RE");
    for (form, field, told) in [
        (
            "what=about&title=+&contact_info=kept&default_role=AN",
            "title",
            "Title must have 1 to 1000 characters.",
        ),
        (
            "what=about&title=kept&contact_info=a%0Ab&default_role=AN",
            "contact_info",
            "Contact info cannot hold control characters.",
        ),
        (
            "what=about&title=kept&default_role=OW",
            "default_role",
            "Default role must be",
        ),
        ("what=about&title=kept", "default_role", "must be chosen"),
        ("what=management", "manual", "Choose on or off."),
    ] {
        let refused = owner.send(GENERAL, form).await;
        says(&refused, 400, &format!("id=\"{field}-problem\""));
        says(&refused, 400, told);
        if form.contains("kept") {
            says(&refused, 400, "value=\"kept\"");
        }
    }
    assert_eq!(
        app.own.rest.get("/organization").await.is(200)["title"],
        "Cats & Co"
    );
    app.finish();
}

#[tokio::test]
async fn roles_are_left_to_the_directory_and_given_by_hand_again() {
    let app = App::start().await;
    app.own.user("ada@a.example").await;
    app.own.assign("ada@a.example", Some("MA")).await;
    let owner = Browser::of(&app, OWNER).await;
    let off = owner.send(GENERAL, "what=management&manual=off").await;
    says(
        &owner.open(&leads(&off)).await,
        200,
        "value=\"off\" checked",
    );
    let own = app.own.rest.get("/organization").await.is(200);
    assert_eq!(own["billing"]["manual_role_management"], false);
    assert_ne!(app.own.role("ada@a.example").await, "MA manual");
    leads(&owner.send(GENERAL, "what=management&manual=on").await);
    assert_eq!(app.own.role("ada@a.example").await, "MA manual");
    app.finish();
}

#[tokio::test]
async fn who_may_not_change_a_setting_sees_no_form_and_is_told_who_may() {
    let app = App::start().await;
    let manager = Browser::with_role(&app, "ma@a.example", "MA").await;
    for path in [GENERAL, ACCESS, DOMAINS, WEBHOOKS] {
        let refused = manager.open(path).await;
        says(&refused, 403, "Administrator");
        says(&refused, 403, OWNER);
        assert!(!manager.open("/organization").await.text.contains(path));
    }
    let admin = Browser::with_role(&app, "ad@a.example", "AD").await;
    let seen = admin.open(ACCESS).await;
    says(&seen, 200, "Only the Owner changes this.");
    assert!(!seen.text.contains("name=\"max_session_age\""));
    assert!(!seen.text.contains("value=\"permission\""));
    for form in [
        "what=sessions&max_session_age=5&max_time_between_activity=5",
        "what=permission&permission=invite_members",
        "what=default&permission=invite_members",
    ] {
        says(&admin.send(ACCESS, form).await, 403, "Owner");
    }
    leads(&admin.send(ACCESS, "what=tokens&days=7&personal=on").await);
    app.finish();
}

#[tokio::test]
async fn sessions_tokens_and_permissions_are_as_the_forms_say() {
    let app = App::start().await;
    let owner = Browser::of(&app, OWNER).await;
    let form = "what=sessions&max_session_age=600&max_time_between_activity=60";
    leads(&owner.send(ACCESS, form).await);
    let policy = app.own.rest.get("/session-policy").await.is(200);
    let wanted = json!({ "max_session_age": 600, "max_time_between_activity": 60 });
    assert_eq!(policy, wanted);
    for (form, field) in [
        (
            "what=sessions&max_session_age=0&max_time_between_activity=77",
            "max_session_age",
        ),
        (
            "what=sessions&max_session_age=77&max_time_between_activity=soon",
            "max_time_between_activity",
        ),
        ("what=tokens&days=77777&legacy=on", "days"),
    ] {
        let refused = owner.send(ACCESS, form).await;
        says(&refused, 400, &format!("id=\"{field}-problem\""));
        says(&refused, 400, "value=\"77");
        says(&refused, 400, "Give a number from 1 to ");
    }
    assert_eq!(app.own.rest.get("/session-policy").await.is(200), wanted);
    let kept = owner.send(ACCESS, "what=tokens&days=x").await;
    assert!(!kept.text.contains("name=\"personal\" value=\"on\" checked"));

    leads(
        &owner
            .send(ACCESS, "what=permission&permission=invite_members&RE=on")
            .await,
    );
    let path = format!(
        "/organizations/{}/permissions/invite_members",
        app.own.number
    );
    let said = app.own.rest.get(&path).await.is(200);
    assert_eq!(said["roles"], json!(["OW", "RE"]));
    let page = owner.open(ACCESS).await;
    says(&page, 200, "name=\"RE\" value=\"on\" checked");
    says(&page, 200, "Back to the default");
    for _ in 0..2 {
        leads(
            &owner
                .send(ACCESS, "what=default&permission=invite_members")
                .await,
        );
    }
    app.own.rest.get(&path).await.is(404);

    leads(
        &owner
            .send(ACCESS, "what=tokens&days=30&personal=on&legacy=on")
            .await,
    );
    let tokens = app.own.rest.get("/jwt/settings").await.is(200);
    assert_eq!(
        tokens,
        json!({ "api_token_ttl_days": 30, "api_tokens_enabled": true, "legacy_api_tokens_enabled": true })
    );
    app.finish();
}

#[tokio::test]
async fn a_domain_is_added_with_its_record_changed_and_removed() {
    let app = App::start().await;
    let owner = Browser::of(&app, OWNER).await;
    let bad = owner.send(DOMAINS, "what=add&name=no+domain").await;
    says(&bad, 400, "id=\"name-problem\"");
    says(&bad, 400, "value=\"no domain\"");
    let added = owner.send(DOMAINS, "what=add&name=Corp.example").await;
    let page = owner.open(&leads(&added)).await;
    let known = app.own.rest.get("/domains/corp.example").await.is(200);
    says(&page, 200, known["record"]["value"].as_str().unwrap());
    says(&page, 200, "value=\"_rollright.corp.example\"");
    says(&page, 200, "not verified yet");
    let twice = owner.send(DOMAINS, "what=add&name=corp.example").await;
    says(&twice, 400, "id=\"name-problem\"");
    // Another organization's is as one that nobody has.
    let theirs = json!({ "domain": "theirs.example" });
    app.other().rest.post("/domains", &theirs).await.is(201);
    for form in [
        "what=remove&domain=theirs.example",
        "what=change&domain=theirs.example",
        "what=verify&domain=nobodys.example",
    ] {
        says(&owner.send(DOMAINS, form).await, 404, "Nothing here");
    }
    for form in [
        "what=change&domain=corp.example&connection=x",
        "what=change&domain=corp.example&sso_required=on",
        "what=x&domain=corp.example",
    ] {
        let refused = owner.send(DOMAINS, form).await;
        says(&refused, 400, "id=\"domain-problem\"");
    }
    let number = app.own.number.to_string();
    let vouch = [
        "domain",
        "verify",
        "--organization",
        &number,
        "corp.example",
    ];
    app.place.run(&vouch);
    says(&owner.open(DOMAINS).await, 200, "badge good\">verified");
    // Nobody may lock everybody out who has never come in so.
    let early = owner
        .send(DOMAINS, "what=change&domain=corp.example&sso_required=on")
        .await;
    says(&early, 400, "once you have signed in through a connection");
    says(&early, 400, "name=\"sso_required\" value=\"on\" checked");
    let early = owner.send(DOMAINS, "what=require&sso_required=on").await;
    says(&early, 400, "id=\"sso_required-problem\"");
    leads(&owner.send(DOMAINS, "what=require").await);
    let removed = owner.send(DOMAINS, "what=remove&domain=corp.example").await;
    says(
        &owner.open(&leads(&removed)).await,
        200,
        "There is no domain yet.",
    );
    app.finish();
}

/// A server that may post to this machine, where nobody listens.
async fn start() -> App {
    let place = Place::make().await;
    let file = place.folder.path().join("rollright.toml");
    std::fs::write(file, "allow_private_networks = true\n").unwrap();
    App::start_in(place, &[])
}

#[tokio::test]
async fn a_webhook_is_set_up_tested_switched_off_and_deleted() {
    let app = start().await;
    let owner = Browser::of(&app, OWNER).await;
    for (form, field) in [
        ("url=nowhere&description=kept&scope=all", "url"),
        (
            "url=https%3A%2F%2F127.0.0.1%3A9%2F&description=kept&scope=some",
            "events",
        ),
        (
            "url=https%3A%2F%2F127.0.0.1%3A9%2F&description=kept&scope=some&event-no.such=on",
            "events",
        ),
        (
            "url=https%3A%2F%2F127.0.0.1%3A9%2F&description=kept%0Ab&scope=all",
            "description",
        ),
    ] {
        let refused = owner.send(WEBHOOKS, form).await;
        says(&refused, 400, &format!("id=\"{field}-problem\""));
        says(&refused, 400, "value=\"kept");
    }
    says(&owner.open(WEBHOOKS).await, 200, "There is no webhook yet.");
    let form = "url=https%3A%2F%2F127.0.0.1%3A9%2F&description=mine&scope=some&event-group.created=on&event-group.deleted=on";
    let made = owner.send(WEBHOOKS, form).await;
    says(&made, 200, "value=\"whsec_");
    let (_, path) = made.text.split_once("<p><a href=\"").unwrap();
    let path = path.split_once('"').unwrap().0.to_owned();
    assert!(!owner.open(WEBHOOKS).await.text.contains("whsec_"));
    says(&owner.open(WEBHOOKS).await, 200, "2 kinds");
    let page = owner.open(&path).await;
    says(
        &page,
        200,
        "name=\"event-group.created\" value=\"on\" checked",
    );
    says(&page, 200, "Nothing has been posted");

    let tested = owner.send(&path, "what=test").await;
    let page = owner.open(&leads(&tested)).await;
    says(&page, 200, "webhook.test");
    says(&page, 200, "no answer");
    assert!(
        !page.text.contains("Send again<"),
        "a test is nothing to send again"
    );
    leads(&owner.send(&path, "what=disable").await);
    says(&owner.open(&path).await, 200, "badge quiet\">disabled");
    leads(&owner.send(&path, "what=enable").await);
    // What it has failed at stands in the log, and is sent again by hand.
    app.own.group("Team", &[]).await;
    let failed = async {
        loop {
            let page = owner.open(&path).await;
            if page.text.contains("group.created</code> <span") {
                return page.text;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    let failed = failed.await;
    let (_, delivery) = failed.split_once("name=\"delivery\" value=\"").unwrap();
    let delivery = delivery.split_once('"').unwrap().0;
    let again = owner
        .send(&path, &format!("what=resend&delivery={delivery}"))
        .await;
    says(&owner.open(&leads(&again)).await, 200, "sent again by hand");
    says(
        &owner.send(&path, "what=resend&delivery=x").await,
        404,
        "Nothing here",
    );

    let rotated = owner.send(&path, "what=rotate").await;
    says(&rotated, 200, "The new secret, shown this once");
    says(
        &owner.open(&path).await,
        200,
        "The secret before it signs too",
    );
    let bad = owner.send(&path, "what=save&url=kept&scope=all").await;
    says(&bad, 400, "id=\"url-problem\"");
    says(&bad, 400, "value=\"kept\"");
    let form = "what=save&url=https%3A%2F%2F127.0.0.1%3A9%2Fb&scope=all";
    leads(&owner.send(&path, form).await);
    says(&owner.open(WEBHOOKS).await, 200, "127.0.0.1:9/b");
    let deleted = owner.send(&path, "what=delete").await;
    assert_eq!(
        leads(&deleted),
        "/organization/settings/webhooks?done=deleted"
    );
    says(&owner.open(&path).await, 404, "Nothing here");
    says(
        &owner.open(&format!("{WEBHOOKS}/x")).await,
        404,
        "Nothing here",
    );
    app.finish();
}
