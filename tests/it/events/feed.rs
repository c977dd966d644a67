//! A receiver of security event tokens, as the tests play it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::app::{App, Organization};
use crate::client::Client;

pub(super) const ALL: [&str; 7] = [
    "urn:ietf:params:scim:event:prov:create:notice",
    "urn:ietf:params:scim:event:prov:create:full",
    "urn:ietf:params:scim:event:prov:patch:notice",
    "urn:ietf:params:scim:event:prov:patch:full",
    "urn:ietf:params:scim:event:prov:delete",
    "urn:ietf:params:scim:event:prov:activate",
    "urn:ietf:params:scim:event:prov:deactivate",
];
pub(super) const NOTICES: [&str; 5] = [ALL[0], ALL[2], ALL[4], ALL[5], ALL[6]];
pub(super) const WHOLE: [&str; 5] = [ALL[1], ALL[3], ALL[4], ALL[5], ALL[6]];

/// A receiver that was set up, and how it asks.
pub(super) struct Feed {
    pub(super) id: String,
    pub(super) scim: Client,
}

/// The id of a new SCIM token.
pub(super) async fn token_id(organization: &Organization) -> String {
    let made = organization.rest.post("/scim/tokens", &json!({})).await;
    made.is(201)["id"].as_str().unwrap().to_owned()
}

/// A receiver of these events, with a token of its own, and of none of what happened before.
pub(super) async fn set_up(app: &App, organization: &Organization, events: &[&str]) -> Feed {
    super::trail(app, organization).await;
    let token = organization
        .rest
        .post("/scim/tokens", &json!({}))
        .await
        .is(201);
    let given =
        json!({ "scim_token": token["id"], "audience": "https://app.example", "events": events });
    let made = organization
        .rest
        .post("/scim/receivers", &given)
        .await
        .is(201);
    let bearer = format!("Bearer {}", token["token"].as_str().unwrap());
    Feed {
        id: made["id"].as_str().unwrap().to_owned(),
        scim: organization.scim.with(Some(&bearer)),
    }
}

/// What a token says; it is not signed.
fn claims(token: &str) -> Value {
    let parts: Vec<&str> = token.split('.').collect();
    assert_eq!((parts.len(), parts[2]), (3, ""), "{token}");
    let read = |part: &str| -> Value {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    };
    assert_eq!(
        read(parts[0]),
        json!({ "alg": "none", "typ": "secevent+jwt" })
    );
    read(parts[1])
}

impl Feed {
    pub(super) async fn poll(&self, message: &Value) -> Value {
        self.scim.post("/Events", message).await.is(200)
    }

    /// Waits for tokens, after saying which it has; the claims in the order of the trail, and whether there is more.
    pub(super) async fn next(&self, have: &[Value]) -> Vec<Value> {
        let have: Vec<&Value> = have.iter().map(|claims| &claims["jti"]).collect();
        sets(&self.poll(&json!({ "ack": have })).await)
    }

    /// Everything up to a resource's token of this kind.
    pub(super) async fn until(&self, uri: &str, event: &str) -> Vec<Value> {
        let mut seen: Vec<Value> = Vec::new();
        let mut have: Vec<Value> = Vec::new();
        for _ in 0..20 {
            have = self.next(&have).await;
            seen.extend(have.clone());
            let last = |claims: &Value| {
                claims["sub_id"]["uri"] == uri && claims["events"].get(event).is_some()
            };
            if seen.iter().any(last) {
                self.poll(&json!({ "ack": have.iter().map(|set| &set["jti"]).collect::<Vec<_>>(), "maxEvents": 0 }))
                    .await;
                return seen;
            }
        }
        panic!("no {event} of {uri}: {seen:#?}");
    }
}

/// The claims of the tokens of an answer, in the order of the trail.
pub(super) fn sets(answer: &Value) -> Vec<Value> {
    let sets = answer["sets"].as_object().unwrap();
    let mut all: Vec<Value> = sets
        .iter()
        .map(|(jti, token)| {
            let claims = claims(token.as_str().unwrap());
            assert_eq!(claims["jti"], *jti);
            claims
        })
        .collect();
    all.sort_by_key(|claims| {
        let jti = claims["jti"].as_str().unwrap();
        jti.rsplit('.').next().unwrap().parse::<i64>().unwrap()
    });
    all
}

/// The events of each token, shortened: `/Users/x create:notice`.
pub(super) fn told(sets: &[Value]) -> Vec<String> {
    let short = |uri: &String| uri.rsplit("event:prov:").next().unwrap().to_owned();
    sets.iter()
        .map(|claims| {
            let events = claims["events"].as_object().unwrap();
            let events: Vec<String> = events.keys().map(short).collect();
            format!(
                "{} {}",
                claims["sub_id"]["uri"].as_str().unwrap(),
                events.join(" ")
            )
        })
        .collect()
}
