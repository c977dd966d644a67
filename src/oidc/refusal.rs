//! Why a sign-on was refused: a stable code, and one sentence for an administrator.
//!
//! The person who signs in sees neither. A sentence shows the value that was expected and the one that came, cut
//! short, and never a token, a code or a secret.

use crate::domain::Timestamp;

/// Why a provider's answer or token was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    /// The provider does not answer, or not as it should.
    #[error("the {of} of the provider cannot be had: {problem}")]
    Unreachable {
        /// Which endpoint.
        of: &'static str,
        /// What went wrong.
        problem: String,
    },
    /// A document that is not what it should be.
    #[error("the {of} of the provider cannot be read: {problem}")]
    Unreadable {
        /// Which document.
        of: &'static str,
        /// What is wrong.
        problem: &'static str,
    },
    /// Discovery names another issuer, Discovery section 4.3.
    #[error("the discovery document is of the issuer {received}, expected {expected}")]
    DiscoveryIssuer {
        /// The issuer of the connection.
        expected: String,
        /// The one it names.
        received: String,
    },
    /// No sign-on that was begun by this browser.
    #[error("the answer has no state, or one that this browser has not open")]
    UnknownState,
    /// The answer has a parameter twice, or no code.
    #[error("the answer of the provider is malformed: {0}")]
    BadAnswer(&'static str),
    /// The provider says no, RFC 6749 section 4.1.2.1.
    #[error("the provider answered {code} {description}")]
    Denied {
        /// Its code.
        code: String,
        /// What it says about it.
        description: String,
    },
    /// The answer is of another provider, RFC 9207.
    #[error("the iss of the answer is {received}, expected {expected}")]
    MixUp {
        /// The issuer of the connection.
        expected: String,
        /// The one that the answer names.
        received: String,
    },
    /// A provider that says it names itself in its answers did not, RFC 9207 section 2.4.
    #[error("the answer has no iss, though the provider says that it sends one")]
    NoIss,
    /// The token endpoint refused the code, RFC 6749 section 5.2.
    #[error("the token endpoint refused the code: {0}")]
    TokenRefused(String),
    /// No ID token.
    #[error("the token endpoint sent no ID token; the scope openid must be allowed for the client")]
    NoIdToken,
    /// Not a signed token that may be read.
    #[error("the {of} is not a signed JWT: {problem}")]
    Malformed {
        /// Which token.
        of: &'static str,
        /// What is wrong.
        problem: &'static str,
    },
    /// Another kind of token.
    #[error("the {of} has the type {received}")]
    WrongType {
        /// Which token was expected.
        of: &'static str,
        /// Its `typ`.
        received: String,
    },
    /// An extension that must be understood, RFC 7515 section 4.1.11.
    #[error("the {0} has critical header members, of which none is known")]
    Critical(&'static str),
    /// No signature, a shared secret, or an algorithm that is too weak.
    #[error(
        "the {of} has an algorithm that is not allowed: {received}; set the client to RS256, PS256, ES256 or EdDSA"
    )]
    ForbiddenAlgorithm {
        /// Which token.
        of: &'static str,
        /// Its `alg`.
        received: String,
    },
    /// None of the provider's keys has the name.
    #[error("the provider has published no key {kid} for {algorithm}")]
    UnknownKey {
        /// The `kid`.
        kid: String,
        /// The `alg`.
        algorithm: String,
    },
    /// The signature is of another key or of another text.
    #[error("the signature of the {0} fits no key of the provider")]
    BadSignature(&'static str),
    /// Another provider.
    #[error("the iss of the {of} is {received}, expected {expected}")]
    WrongIssuer {
        /// Which token.
        of: &'static str,
        /// The issuer of the connection.
        expected: String,
        /// The one that came.
        received: String,
    },
    /// For somebody else, or for others too.
    #[error("the aud of the {of} is {received}, expected {expected} alone")]
    WrongAudience {
        /// Which token.
        of: &'static str,
        /// Our client id.
        expected: String,
        /// The audiences.
        received: String,
    },
    /// Made for another client, Core section 3.1.3.7.
    #[error("the azp is {received}, expected {expected}")]
    WrongParty {
        /// Our client id.
        expected: String,
        /// The party.
        received: String,
    },
    /// A claim that is absent or of the wrong form.
    #[error("the claim {claim} of the {of} is absent or of the wrong form")]
    BadClaim {
        /// Which document.
        of: &'static str,
        /// Which claim.
        claim: &'static str,
    },
    /// Over.
    #[error(
        "the {of} was {at} and it is {now}; if this comes at once after signing in, a clock is wrong"
    )]
    Expired {
        /// Which time.
        of: &'static str,
        /// The time.
        at: Timestamp,
        /// Now.
        now: Timestamp,
    },
    /// Not begun.
    #[error("the {of} is {at} and it is only {now}; a clock is wrong")]
    NotYetValid {
        /// Which time.
        of: &'static str,
        /// The time.
        at: Timestamp,
        /// Now.
        now: Timestamp,
    },
    /// Not the answer to our request, Core section 3.1.3.7.
    #[error("the nonce is absent or not the one that was sent")]
    WrongNonce,
    /// A `sub` that cannot name anybody.
    #[error("the sub is not usable: {0}")]
    BadSubject(&'static str),
    /// The access token is of another sign-on, Core section 3.1.3.8.
    #[error("the at_hash does not fit the access token")]
    WrongAccessToken,
    /// The userinfo is of somebody else, Core section 5.3.4.
    #[error("the userinfo is of {received}, the ID token of {expected}")]
    OtherPerson {
        /// The `sub` of the ID token.
        expected: String,
        /// The `sub` of the userinfo.
        received: String,
    },
    /// An address that is none.
    #[error("the claim {claim} is not an e-mail address: {received}")]
    BadEmail {
        /// The name of the claim.
        claim: String,
        /// Its value.
        received: String,
    },
    /// What only ID tokens have, Back-Channel Logout section 2.4.
    #[error("the logout token has a nonce, so it is none")]
    NonceInLogout,
    /// A logout token that was used before.
    #[error("the logout token was used before")]
    Replayed,
}

impl Refusal {
    /// What the provider says instead of a code.
    pub(crate) fn denied(code: &str, description: &str) -> Self {
        Self::Denied {
            code: shown(code),
            description: shown(description),
        }
    }

    /// A code for logs, metrics and tests. Never changes its meaning.
    pub(crate) fn reason(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } => "unreachable",
            Self::Unreadable { .. } => "unreadable",
            Self::DiscoveryIssuer { .. } => "discovery_issuer",
            Self::UnknownState => "unknown_state",
            Self::BadAnswer(_) => "bad_answer",
            Self::Denied { .. } => "denied",
            Self::MixUp { .. } => "mix_up",
            Self::NoIss => "no_iss",
            Self::TokenRefused(_) => "token_refused",
            Self::NoIdToken => "no_id_token",
            Self::Malformed { .. } => "malformed",
            Self::WrongType { .. } => "wrong_type",
            Self::Critical(_) => "critical",
            Self::ForbiddenAlgorithm { .. } => "forbidden_algorithm",
            Self::UnknownKey { .. } => "unknown_key",
            Self::BadSignature(_) => "bad_signature",
            Self::WrongIssuer { .. } => "wrong_issuer",
            Self::WrongAudience { .. } => "wrong_audience",
            Self::WrongParty { .. } => "wrong_party",
            Self::BadClaim { .. } => "bad_claim",
            Self::Expired { .. } => "expired",
            Self::NotYetValid { .. } => "not_yet_valid",
            Self::WrongNonce => "wrong_nonce",
            Self::BadSubject(_) => "bad_subject",
            Self::WrongAccessToken => "wrong_access_token",
            Self::OtherPerson { .. } => "other_person",
            Self::BadEmail { .. } => "bad_email",
            Self::NonceInLogout => "nonce_in_logout",
            Self::Replayed => "replayed",
        }
    }
}

/// A value from outside, cut short and without control characters.
pub(super) fn shown(value: &str) -> String {
    let cut: String = value
        .chars()
        .filter(|c| !c.is_control())
        .take(200)
        .collect();
    if cut.is_empty() {
        "(nothing)".to_owned()
    } else {
        cut
    }
}
