//! The server as its clients, its operators and an identity provider meet it: the real program on a database of its
//! own, spoken to over HTTP and by its command line.
//!
//! On SQLite, and on PostgreSQL where `TEST_DATABASE_URL` names a server in which databases may be made. Every test that
//! writes ends with [`app::App::finish`].
#![expect(
    clippy::unwrap_used,
    reason = "the permission for tests does not reach their helpers"
)]

mod access;
mod accounts;
mod answers;
mod app;
mod client;
mod concurrency;
mod crowd;
mod database;
mod demo;
mod description;
mod doctor;
mod events;
mod forward_auth;
mod idp;
mod members;
mod pages;
mod process;
mod random;
mod random_json;
mod removals;
mod request_log;
mod rest;
mod roles;
mod saml;
mod scim;
mod security;
mod sso;
mod tokens;
mod webhooks;
