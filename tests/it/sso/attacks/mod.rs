//! Responses that are meant to let the wrong person in, posted to a running server: `tests/fixtures/saml/README.md`.

mod callers;
mod cost;
mod documents;
mod table;

use std::net::TcpListener;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openssl::pkey::{PKey, Public};
use openssl::x509::X509;
use serde_json::{Value, json};

use super::fixtures::attacks::{Attack, World};
use super::fixtures::draft::Signing;
use super::fixtures::signer::IDP_KEY;
use super::idp::{Begun, Idp, begin, post, refused, session};
use crate::app::App;
use crate::client::Answer;
use cost::Gauge;

/// A server with a connection that is attacked, and a place that nobody may ask.
struct Arena {
    app: App,
    idp: Idp,
    connection: Value,
    other: Value,
    /// The key that the connection publishes for encryption.
    ours: PKey<Public>,
    elsewhere: TcpListener,
    gauge: Gauge,
    /// What every refused person sees, but for the number.
    page: String,
    /// How many sign-ins went well.
    genuine: usize,
}

impl Arena {
    async fn open() -> Self {
        let app = App::start().await;
        app.own.rules(&[("Annotator", "eng")]).await;
        let idp = Idp::with("https://idp.example/metadata", IDP_KEY.clone());
        let connection = idp.connect(&app.own, json!({})).await;
        let other = idp.connect(&app.own, json!({})).await;
        let keys = format!("/connections/{}/keys", connection["id"].as_str().unwrap());
        let made = app.own.rest.post(&keys, &json!({})).await.is(201);
        let der = STANDARD
            .decode(made["certificate"].as_str().unwrap())
            .unwrap();
        let ours = X509::from_der(&der).unwrap().public_key().unwrap();
        let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
        elsewhere.set_nonblocking(true).unwrap();
        let gauge = Gauge::of(app.process());
        let mut arena = Self {
            app,
            idp,
            connection,
            other,
            ours,
            elsewhere,
            gauge,
            page: String::new(),
            genuine: 0,
        };
        // Alice is known from here on, and the server has read what it reads once.
        let (begun, world) = arena.world().await;
        arena.signs_in(&begun, &world, Signing::Both).await;
        let (begun, world) = arena.world().await;
        let answer = arena.bring(&begun, b"").await;
        arena.page = page(&answer, &refused(&answer, "could not be verified"));
        arena.signs_in(&begun, &world, Signing::Both).await;
        arena.gauge.begin();
        arena
    }

    fn acs(&self) -> &str {
        self.connection["acs_url"].as_str().unwrap()
    }

    /// A browser that was sent to the identity provider, and what the answer is made of.
    async fn world(&self) -> (Begun, World) {
        let begun = begin(&self.app, &self.connection, "", None).await;
        let document = roxmltree::Document::parse(&begun.request).unwrap();
        let of = |name| document.root_element().attribute(name).unwrap().to_owned();
        let world = World {
            acs: self.acs().to_owned(),
            other_acs: self.other["acs_url"].as_str().unwrap().to_owned(),
            idp: self.idp.entity.clone(),
            request: of("ID"),
            now: of("IssueInstant").parse().unwrap(),
            ours: self.ours.clone(),
            elsewhere: format!("http://{}", self.elsewhere.local_addr().unwrap()),
        };
        (begun, world)
    }

    async fn bring(&self, begun: &Begun, document: &[u8]) -> Answer {
        post(&self.app, self.acs(), &begun.cookie, document).await
    }

    /// The genuine answer to the same request lets Alice in.
    async fn signs_in(&mut self, begun: &Begun, world: &World, signing: Signing) {
        let answer = self.bring(begun, world.genuine(signing).as_bytes()).await;
        session(&answer);
        self.genuine += 1;
    }

    /// Brings an attack, which must be refused for its reason, on the one page, within its time.
    async fn withstands(&mut self, begun: &Begun, attack: &Attack) {
        let mut answer = None;
        let answer = loop {
            let before = self.gauge.worked();
            let came = self.bring(begun, &attack.document).await;
            if self.gauge.was_quick(before) || self.gauge.gives_up() {
                break answer.unwrap_or(came);
            }
            answer.get_or_insert(came);
        };
        let what = format!("{}: {}", attack.row, attack.name);
        assert_eq!(answer.status, 403, "{what}: {}", answer.text);
        let verified = attack.reason == "unknown_request";
        let number = refused(&answer, if verified { "not begun" } else { "" });
        if !verified {
            assert_eq!(page(&answer, &number), self.page, "{what}");
        }
        let path = format!("/sign-in-traces/{number}");
        let trace = self.app.own.rest.get(&path).await.is(200);
        assert_eq!(trace["reason"], attack.reason, "{what}: {trace}");
        assert_eq!(trace["outcome"], "refused", "{what}");
        let last = trace["checks"].as_array().unwrap().last().unwrap();
        assert_eq!(last["passed"], false, "{what}: {trace}");
        self.gauge.check(&what);
    }

    /// Nobody has got in but Alice, as often as she did; and nobody was asked for anything.
    async fn close(self) {
        let database = &self.app.place.database;
        let names = "SELECT user_name FROM members ORDER BY user_name";
        let members = database.texts(names, &[]).await;
        assert_eq!(members, ["alice@corp.test", crate::app::OWNER]);
        let subjects = "SELECT subject FROM identities";
        assert_eq!(database.texts(subjects, &[]).await, ["alice-1"]);
        for sql in [
            "SELECT 'x' FROM sessions",
            "SELECT kind FROM events WHERE kind = 'session.created'",
        ] {
            assert_eq!(database.texts(sql, &[]).await.len(), self.genuine);
        }
        let came = self.elsewhere.accept();
        assert!(came.is_err(), "something was fetched: {came:?}");
        self.app.finish();
    }
}

/// A page without its number.
fn page(answer: &Answer, number: &str) -> String {
    answer.text.replace(number, "")
}
