//! Signing in through connections, by an identity provider that the tests themselves are.

mod connections;
mod dns;
mod domains;
mod idp;
mod keys;
mod logout;
mod oidc;
mod queries;
mod sessions;
mod traces;
