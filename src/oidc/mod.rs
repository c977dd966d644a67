//! OpenID Connect, as a relying party: discovery, the request that we send, the tokens that we get.
//!
//! Nothing here waits or asks a server: "now", random texts and what servers answered are handed in, requests are handed
//! out. A sign-on ends here as a [`crate::domain::identity::Identity`] or as a [`refusal::Refusal`]; what follows from it
//! is not decided here. Whether a `state` was ours and open, and whether a logout token was used before, only the store
//! knows: the caller must ask it.
//!
//! Of openidconnect the keys, the verification of signatures, the hashes and the code challenge are used. The claims are
//! read here, because every refusal must have its own reason, and because a claim that we do not need must not keep
//! anybody out by its form.
//!
//! "Core", "Discovery", "RP-Initiated Logout" and "Back-Channel Logout" are the parts of OpenID Connect 1.0.

pub(crate) mod claims;
pub(crate) mod exchange;
pub(crate) mod graph;
pub(crate) mod id_token;
mod jws;
pub(crate) mod logout_token;
pub(crate) mod memory;
pub(crate) mod person;
pub(crate) mod provider;
pub(crate) mod refusal;
pub(crate) mod request;
#[cfg(test)]
mod tests;
