//! What arrives, in which order, and what follows where it does not.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::receiver::{Receiver, Says};
use super::{place, start, subjects, until, webhook};
use crate::app::{App, terminate};

const NOW: &str = "UPDATE webhooks SET due_at = created_at";

/// An event has no number yet for a moment after it happened: it is before the webhook all the same.
#[tokio::test]
async fn a_new_webhook_is_told_of_nothing_that_was_before_it() {
    let app = start().await;
    let mut made = Vec::new();
    let mut receivers = Vec::new();
    for at in 0..8 {
        made.push(app.own.user(&format!("u{at}@a.example")).await);
        let receiver = Receiver::start().await;
        webhook(&app.own, &receiver.url, &["member.created"]).await;
        receivers.push(receiver);
    }
    made.push(app.own.user("last@a.example").await);
    for (at, receiver) in receivers.iter().enumerate() {
        let wanted = &made[at + 1..];
        assert_eq!(subjects(&receiver.messages(wanted.len()).await), wanted);
    }
    app.finish();
}

/// L6: whoever has not got the secret makes no message, and none is good twice or for another body.
#[tokio::test]
async fn events_arrive_in_the_order_of_the_trail_each_with_its_signature() {
    let app = start().await;
    let receiver = Receiver::start().await;
    let (path, secret) = webhook(
        &app.own,
        &receiver.url,
        &["member.created", "group.created"],
    )
    .await;
    let mut made = Vec::new();
    for at in 0..12 {
        made.push(app.own.user(&format!("u{at}@a.example")).await);
    }
    made.push(app.own.group("All", &[&made[0]]).await);
    let messages = receiver.messages(13).await;
    assert_eq!(subjects(&messages), made);
    let mut before = 0;
    for message in &messages {
        assert_eq!(message.signatures_by(&secret), 1);
        assert_eq!(message.signatures_by("whsec_AAAA"), 0);
        assert_eq!(
            message.body["data"]["id"], message.id,
            "stable, to know it again by"
        );
        assert_eq!(message.body["type"], message.body["data"]["kind"]);
        let seq = message.body["data"]["seq"].as_i64().unwrap();
        assert!(seq > before);
        before = seq;
        let mut forged = message.clone();
        forged.text = forged.text.replace("member", "number");
        let mut later = message.clone();
        later.timestamp = (later.timestamp.parse::<i64>().unwrap() + 1).to_string();
        assert_eq!(
            forged.signatures_by(&secret) + later.signatures_by(&secret),
            0
        );
    }
    // The same as whoever asks is told.
    let told = app
        .own
        .rest
        .get(&format!("/events?after={}&limit=1", before - 1))
        .await
        .is(200);
    assert_eq!(told["results"][0], messages[12].body["data"]);
    let found = until(&app.own, &path, |found| found["delivered"] == before).await;
    assert_eq!(
        (&found["failures"], &found["next_attempt_at"]),
        (&json!(0), &Value::Null)
    );
    let log = app
        .own
        .rest
        .get(&format!("{path}/deliveries?page_size=5"))
        .await
        .is(200);
    assert_eq!(log["count"], 13);
    let newest = &log["results"][0];
    assert_eq!(newest["kind"], "group.created");
    assert_eq!(
        (&newest["status"], &newest["cause"]),
        (&json!(200), &json!("event"))
    );
    app.finish();
}

/// T25: what could not be delivered is tried again under its id, before anything that came later; nothing is lost.
#[tokio::test]
async fn what_fails_is_tried_again_first_and_a_webhook_that_is_gone_is_disabled_and_loses_nothing()
{
    let app = start().await;
    let receiver = Receiver::start().await;
    receiver.says(Says::Status(500));
    let (path, _) = webhook(
        &app.own,
        &receiver.url,
        &["webhook.created", "webhook.changed", "member.created"],
    )
    .await;
    let first = app.own.user("first@a.example").await;
    let failed = until(&app.own, &path, |found| found["failures"] == 1).await;
    assert!(failed["next_attempt_at"].is_string());
    let second = app.own.user("second@a.example").await;
    receiver.says(Says::Status(204));
    app.place.database.execute(NOW).await;
    let messages = receiver.messages(4).await;
    // The webhook's own beginning is the first thing that there is to tell.
    assert_eq!(messages[0].id, messages[1].id);
    assert_eq!(messages[1].body["type"], "webhook.created");
    assert_eq!(subjects(&messages[2..4]), [first, second.clone()]);

    receiver.says(Says::Status(410));
    let third = app.own.user("third@a.example").await;
    let disabled = until(&app.own, &path, |found| found["enabled"] == false).await;
    let reason = disabled["disabled_reason"].as_str().unwrap();
    assert!(reason.contains("could not be delivered in 1 attempts") && reason.contains("410"));
    let fourth = app.own.user("fourth@a.example").await;
    let events = app
        .own
        .rest
        .get("/events?kind=webhook.changed&wait=5")
        .await
        .is(200);
    assert_eq!(events["results"][0]["actor"]["kind"], "server");
    receiver.says(Says::Status(200));
    app.own
        .rest
        .patch(&path, &json!({ "enabled": true }))
        .await
        .is(200);
    // The third and its failure, again; that it was disabled; the fourth; that it is enabled.
    let messages = receiver.messages(9).await;
    let created: Vec<_> = messages[5..]
        .iter()
        .filter(|message| message.body["type"] == "member.created")
        .cloned()
        .collect();
    assert_eq!(subjects(&created), [third, fourth]);
    app.finish();
}

#[tokio::test]
async fn after_a_change_of_the_secret_both_sign_for_a_while() {
    let app = start().await;
    let receiver = Receiver::start().await;
    let (path, old) = webhook(&app.own, &receiver.url, &["member.created"]).await;
    let changed = app
        .own
        .rest
        .post(&format!("{path}/rotate-secret"), &json!({}))
        .await
        .is(200);
    let new = changed["secret"].as_str().unwrap().to_owned();
    assert!(new.starts_with("whsec_") && new != old);
    assert!(changed["previous_secret_until"].is_string());
    app.own.user("a@a.example").await;
    let message = receiver.messages(1).await.remove(0);
    assert_eq!(
        (message.signatures_by(&old), message.signatures_by(&new)),
        (1, 1)
    );
    // The attempt is written down first: what it read of the webhook would be written over this else.
    until(&app.own, &path, |found| {
        found["delivered"] == message.body["data"]["seq"]
    })
    .await;
    let over = "UPDATE webhooks SET previous_until = created_at";
    assert_eq!(app.place.database.execute(over).await, 1);
    app.own.user("b@a.example").await;
    let message = receiver.messages(2).await.remove(1);
    assert_eq!(
        (message.signatures_by(&old), message.signatures_by(&new)),
        (0, 1)
    );
    app.finish();
}

/// G5: nothing of a person is sent again once they are erased.
#[tokio::test]
async fn a_message_is_posted_again_as_the_trail_has_it_now() {
    let app = start().await;
    let receiver = Receiver::start().await;
    let (path, secret) = webhook(&app.own, &receiver.url, &["member.created"]).await;
    let ada = app.own.user("ada.lovelace@a.example").await;
    let first = receiver.messages(1).await.remove(0);
    assert!(first.text.contains("ada.lovelace"));
    until(&app.own, &path, |found| {
        found["delivered"] == first.body["data"]["seq"]
    })
    .await;
    let log = app.own.rest.get(&format!("{path}/deliveries")).await;
    assert!(!log.text.contains("ada.lovelace"));
    let delivery = log.json()["results"][0]["id"].as_str().unwrap().to_owned();
    let gone = app.own.scim.delete(&format!("/Users/{ada}")).await;
    assert_eq!(gone.status, 204);
    let again = format!("{path}/deliveries/{delivery}/resend");
    let resent = app.own.rest.post(&again, &json!({})).await.is(200);
    assert_eq!(
        (&resent["cause"], &resent["delivered"]),
        (&json!("resend"), &json!(true))
    );
    let second = receiver.messages(2).await.remove(1);
    assert_eq!(second.id, first.id);
    assert!(!second.text.contains("ada.lovelace"), "{}", second.text);
    assert_eq!(second.signatures_by(&secret), 1);

    let tested = app
        .own
        .rest
        .post(&format!("{path}/test"), &json!({}))
        .await
        .is(200);
    assert_eq!(
        (&tested["kind"], &tested["seq"]),
        (&json!("webhook.test"), &Value::Null)
    );
    let message = receiver.messages(3).await.remove(2);
    assert_eq!(message.body["type"], "webhook.test");
    assert_eq!(message.signatures_by(&secret), 1);
    app.finish();
}

/// L3, L5: redirects are not followed, much is not read, and who never answers holds up nobody else.
#[tokio::test]
async fn a_receiver_that_is_slow_or_leads_elsewhere_harms_itself_alone() {
    let app = start().await;
    let other = app.other();
    let (bad, inside, good) = (
        Receiver::start().await,
        Receiver::start().await,
        Receiver::start().await,
    );
    let (path, _) = webhook(&app.own, &bad.url, &["member.created"]).await;
    bad.says(Says::LeadsTo(inside.url.clone()));
    let test = format!("{path}/test");
    let tested = app.own.rest.post(&test, &json!({})).await.is(200);
    assert_eq!(
        (&tested["delivered"], &tested["status"]),
        (&json!(false), &json!(302))
    );
    bad.says(Says::Much);
    let tested = app.own.rest.post(&test, &json!({})).await.is(200);
    assert_eq!(
        (&tested["delivered"], &tested["status"]),
        (&json!(false), &Value::Null)
    );
    assert!(inside.messages(0).await.is_empty());

    bad.says(Says::Never);
    for _ in 0..9 {
        webhook(&app.own, &bad.url, &["*"]).await;
    }
    webhook(&other, &good.url, &["member.created"]).await;
    app.own.user("a@a.example").await;
    // As many of one organization as may wait at once do.
    bad.messages(6).await;
    let made = other.user("b@b.example").await;
    assert_eq!(subjects(&good.messages(1).await), [made]);
    assert_eq!(
        bad.messages(0).await.len(),
        6,
        "four at once, after two tests"
    );
    app.finish();
}

/// V20: many nodes, each event once.
#[tokio::test]
async fn of_several_nodes_one_posts_each_event() {
    let app = App::start_in(place().await, &[]);
    let receiver = Receiver::start().await;
    let (mut second, line, _out) = app.place.serve(&[]);
    assert!(line.contains("listening"), "{line}");
    let (path, _) = webhook(&app.own, &receiver.url, &["member.created"]).await;
    let mut made = Vec::new();
    for at in 0..30 {
        made.push(app.own.user(&format!("u{at}@a.example")).await);
    }
    let messages = receiver.messages(30).await;
    until(&app.own, &path, |found| {
        found["delivered"] == messages[29].body["data"]["seq"]
    })
    .await;
    let messages = receiver.messages(30).await;
    assert_eq!(subjects(&messages), made);
    let ids: BTreeSet<&str> = messages.iter().map(|message| message.id.as_str()).collect();
    assert_eq!(ids.len(), messages.len());
    terminate(&second);
    assert_eq!(second.wait().unwrap().code(), Some(0));
    app.finish();
}
