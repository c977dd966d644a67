//! rollright keeps an organization's roll of members in step with its identity provider.
//!
//! The map, and the arrows that `tests/architecture.rs` holds:
//! `main -> cli -> server -> http -> app -> store -> domain`, and `http -> scim | saml | oidc -> domain`. Beside them
//! `cli -> demo`, which knows the server by its address alone.

mod app;
mod cli;
mod clock;
mod config;
mod demo;
mod domain;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod http;
mod mail;
mod mapping_file;
mod oidc;
mod outgoing;
mod saml;
mod scim;
mod secret;
mod server;
mod state;
mod store;
mod telemetry;

pub use crate::cli::run;
pub use crate::config::{Config, LogFormat, Network};
pub use crate::server::Server;
