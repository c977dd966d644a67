//! Webhooks: messages in the order of the trail, each signed, tried again until they arrive. A letter and a number name
//! the attack, as in `security`.

mod admin;
mod delivery;
mod receiver;

use serde_json::{Value, json};

use crate::app::{App, Organization, Place};
use receiver::Message;

/// A server that may post to this machine.
async fn start() -> App {
    App::start_in(place().await, &[])
}

async fn place() -> Place {
    let place = Place::make().await;
    let file = place.folder.path().join("rollright.toml");
    std::fs::write(file, "allow_private_networks = true\n").unwrap();
    place
}

/// A webhook of an organization; its path, and its secret.
async fn webhook(organization: &Organization, url: &str, events: &[&str]) -> (String, String) {
    let wanted = json!({ "url": url, "events": events });
    let made = organization.rest.post("/webhooks", &wanted).await.is(201);
    let path = format!("/webhooks/{}", made["id"].as_str().unwrap());
    (path, made["secret"].as_str().unwrap().to_owned())
}

/// The members that messages say were made, by the id of each.
fn subjects(messages: &[Message]) -> Vec<String> {
    let subject = |message: &Message| message.body["data"]["subject"].as_str().unwrap().to_owned();
    messages.iter().map(subject).collect()
}

/// The webhook, once it is as it should be.
async fn until(organization: &Organization, path: &str, good: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..1000 {
        let found = organization.rest.get(path).await.is(200);
        if good(&found) {
            return found;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("{path}: never so");
}
