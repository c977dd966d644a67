//! Signing in through connections, by an identity provider that the tests themselves are.

mod attacks;
mod connections;
mod dns;
mod domains;
#[path = "../../fixtures/saml/mod.rs"]
mod fixtures;
pub(crate) mod idp;
mod keys;
mod logout;
mod metadata;
mod oidc;
mod publisher;
mod queries;
mod sessions;
mod settings;
mod traces;

use crate::app::{App, Place};

/// A server that may reach this machine.
async fn start() -> App {
    let place = Place::make().await;
    let settings = "allow_private_networks = true\n";
    std::fs::write(place.folder.path().join("rollright.toml"), settings).unwrap();
    App::start_in(place, &[])
}
