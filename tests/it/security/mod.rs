//! Attacks, and requests that a careless server answers wrongly. A letter and a number say which: C what a User may
//! say, D queries, E the ways to write, A tokens, B organizations apart (and the rest of the table) in `entry`, J SAML and K OpenID Connect (both in `sso`; the table is `docs/attacks.md`).
//! Attacks that are tested where their endpoint is carry the same mark there.

mod entry;
mod groups;
mod queries;
mod users;
mod writes;
