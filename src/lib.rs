//! rollright keeps an organization's roll of members in step with its identity provider.
//!
//! The map, and the arrows that `tests/architecture.rs` holds:
//! `main -> cli -> server -> http -> app -> store -> domain`, and `http -> scim | saml -> domain`.

mod domain;
mod scim;
