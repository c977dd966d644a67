//! Why a response was refused: a stable code, and one sentence for an administrator.
//!
//! The person who signs in sees neither. A sentence shows the value that was expected and the one that came, cut
//! short, and never the document.

use super::xml::Malformed;
use super::{decrypt, redirect};
use crate::domain::Timestamp;

/// Why a response was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    /// The form field is longer than the limit.
    #[error("the SAMLResponse has {bytes} bytes; at most {limit} are read")]
    TooLarge {
        /// Its length.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// The form field is not base64.
    #[error("the SAMLResponse is not base64")]
    NotBase64,
    /// The document is not text.
    #[error("the document is not UTF-8")]
    NotUtf8,
    /// Not XML that may be read.
    #[error(transparent)]
    Xml(#[from] Malformed),
    /// Another document.
    #[error("the document is not a SAML 2.0 Response: its first element is {received}")]
    NotAResponse {
        /// The name of its root.
        received: String,
    },
    /// An element that may not stand where it stands, Core section 3.2.2.
    #[error("the {parent} has a {received} inside, which may not be there")]
    UnexpectedElement {
        /// The element around it.
        parent: &'static str,
        /// Its name.
        received: String,
    },
    /// An element that must be there once.
    #[error("the {parent} has {count} elements {name}; there must be one")]
    NotOnce {
        /// The element around it.
        parent: &'static str,
        /// The name.
        name: &'static str,
        /// How many there are.
        count: usize,
    },
    /// An `ID` that is absent or no `NCName`.
    #[error("the {of} has no ID that is a valid name")]
    BadId {
        /// The element.
        of: &'static str,
    },
    /// Two elements with one identifier.
    #[error("two elements of the document have the ID {0}")]
    DuplicateId(String),
    /// An identifier in a namespace, which two readers may see differently.
    #[error("the document has an ID attribute with a namespace")]
    NamespacedId,
    /// No assertion.
    #[error("the Response has no Assertion")]
    NoAssertion,
    /// More than one assertion.
    #[error("the Response has {0} assertions; there must be one")]
    TwoAssertions(usize),
    /// An assertion or response inside something else: what wrapping attacks do.
    #[error("the document has an element {0} where none may be; this is how signatures are faked")]
    MisplacedAssertion(String),
    /// What is encrypted cannot be read.
    #[error(transparent)]
    Encrypted(#[from] decrypt::Refused),
    /// A query string that cannot be read or verified.
    #[error(transparent)]
    Query(#[from] redirect::Refused),
    /// No signature.
    #[error("neither the Response nor the Assertion is signed")]
    Unsigned,
    /// More than one signature of one element.
    #[error("the {of} has more than one Signature")]
    TwoSignatures {
        /// The element.
        of: &'static str,
    },
    /// A signature where none may be.
    #[error("the document has a Signature that is neither of the Response nor of the Assertion")]
    MisplacedSignature,
    /// A signature that is built otherwise than SAML says, Core section 5.4.
    #[error("the Signature of the {of} is not built as SAML says: {problem}")]
    SignatureShape {
        /// The element.
        of: &'static str,
        /// What is wrong.
        problem: &'static str,
    },
    /// A signature of something else, Core section 5.4.2.
    #[error("the Signature of the {of} signs {received}, not the element that it is in")]
    WrongReference {
        /// The element.
        of: &'static str,
        /// The URI.
        received: String,
    },
    /// Transforms other than the two that SAML allows and we do, Core section 5.4.4.
    #[error(
        "the Signature of the {of} has a transform or canonicalization that is not allowed: {received}"
    )]
    ForbiddenTransform {
        /// The element.
        of: &'static str,
        /// The algorithms.
        received: String,
    },
    /// An algorithm that is too weak, or of the wrong kind.
    #[error(
        "the Signature of the {of} has an algorithm that is not allowed: {received}; set the identity provider to RSA or ECDSA with SHA-256"
    )]
    ForbiddenAlgorithm {
        /// The element.
        of: &'static str,
        /// The algorithm.
        received: String,
    },
    /// Nothing to check with.
    #[error("the connection has no certificate of the identity provider")]
    NoCertificate,
    /// The signature is of another key or of another text.
    #[error(
        "the signature fits none of the {certificates} certificates of the connection; import the metadata of the identity provider anew if its certificate has changed"
    )]
    BadSignature {
        /// How many were tried.
        certificates: usize,
    },
    /// The verifier broke down.
    #[error("the signature could not be checked, because the verifier failed")]
    VerifierFailed,
    /// What was signed is not what the gate saw.
    #[error("what was signed is not what the document shows")]
    SignedPartDiffers,
    /// The IdP says no, Core section 3.2.2.2.
    #[error("the identity provider answered {code} {message}")]
    NotSuccess {
        /// The status codes, outermost first.
        code: String,
        /// What it says about it.
        message: String,
    },
    /// Another IdP.
    #[error("the Issuer of the {of} is {received}, expected {expected}")]
    WrongIssuer {
        /// The element.
        of: &'static str,
        /// The IdP of the connection.
        expected: String,
        /// The issuer.
        received: String,
    },
    /// A signed response that does not say for whom it is, Bindings section 3.5.5.2.
    #[error("the Response is signed but has no Destination")]
    NoDestination,
    /// For somebody else.
    #[error("the Destination is {received}, expected {expected}")]
    WrongDestination {
        /// Our ACS URL.
        expected: String,
        /// The destination.
        received: String,
    },
    /// A time that is absent or cannot be read.
    #[error("the {of} is not a date and time in UTC: {received}")]
    BadTime {
        /// Which time.
        of: &'static str,
        /// Its text.
        received: String,
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
    /// A NameID that cannot name anybody.
    #[error("the NameID is not usable: {0}")]
    BadNameId(&'static str),
    /// No confirmation of the kind that browsers carry, Profiles section 4.1.4.2.
    #[error("the Subject has {0} bearer confirmations; there must be one")]
    NotOneConfirmation(usize),
    /// For the ACS of another connection or service.
    #[error("the Recipient is {received}, expected {expected}")]
    WrongRecipient {
        /// Our ACS URL.
        expected: String,
        /// The recipient.
        received: String,
    },
    /// No answer to a request of ours.
    #[error(
        "the assertion answers no request: begin at this service, or let the connection take sign-ins that the identity provider begins"
    )]
    Unsolicited,
    /// The response and the assertion answer different requests.
    #[error("the Response answers the request {response}, its Assertion {assertion}")]
    InResponseToDiffers {
        /// What the response says.
        response: String,
        /// What the assertion says.
        assertion: String,
    },
    /// A condition that we cannot judge, Core section 2.5.1.
    #[error("the assertion has a condition that is not known: {0}")]
    UnknownCondition(String),
    /// For nobody in particular, Profiles section 4.1.4.2.
    #[error("the assertion has no AudienceRestriction")]
    NoAudience,
    /// For somebody else.
    #[error("the audience is {received}, expected {expected}")]
    WrongAudience {
        /// Our entity ID.
        expected: String,
        /// The audiences of a restriction that leaves us out.
        received: String,
    },
    /// The assertion does not say that anybody signed in, Profiles section 4.1.4.2.
    #[error("the assertion has no AuthnStatement")]
    NoAuthnStatement,
    /// An address that is none.
    #[error("the e-mail attribute {attribute} is not an e-mail address: {received}")]
    BadEmail {
        /// The name of the attribute.
        attribute: String,
        /// Its value.
        received: String,
    },
}

impl Refusal {
    /// Whether a signature fits no key of the IdP: it may have another one by now.
    pub(crate) fn is_of_unknown_key(&self) -> bool {
        matches!(
            self,
            Self::BadSignature { .. } | Self::Query(redirect::Refused::BadSignature(_))
        )
    }

    /// A code for logs, metrics and tests. Never changes its meaning.
    pub(crate) fn reason(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } | Self::Xml(Malformed::TooLarge { .. }) => "too_large",
            Self::NotBase64 => "not_base64",
            Self::NotUtf8 => "not_utf8",
            Self::Xml(Malformed::Doctype) => "doctype",
            Self::Xml(Malformed::Comment) => "comment",
            Self::Xml(Malformed::ProcessingInstruction) => "processing_instruction",
            Self::Xml(Malformed::Cdata) => "cdata",
            Self::Xml(Malformed::Declaration(_)) => "wrong_encoding",
            Self::Xml(Malformed::TooDeep) => "too_deep",
            Self::Xml(Malformed::TooManyAttributes) => "too_many_attributes",
            Self::Xml(Malformed::NotWellFormed(_)) => "malformed",
            Self::NotAResponse { .. } => "not_a_response",
            Self::UnexpectedElement { .. } => "unexpected_element",
            Self::NotOnce { .. } => "not_once",
            Self::BadId { .. } => "bad_id",
            Self::DuplicateId(_) => "duplicate_id",
            Self::NamespacedId => "namespaced_id",
            Self::NoAssertion => "no_assertion",
            Self::TwoAssertions(_) => "two_assertions",
            Self::MisplacedAssertion(_) => "misplaced_assertion",
            Self::Encrypted(refused) => refused.reason(),
            Self::Query(refused) => refused.reason(),
            Self::Unsigned => "unsigned",
            Self::TwoSignatures { .. } => "two_signatures",
            Self::MisplacedSignature => "misplaced_signature",
            Self::SignatureShape { .. } => "signature_shape",
            Self::WrongReference { .. } => "wrong_reference",
            Self::ForbiddenTransform { .. } => "forbidden_transform",
            Self::ForbiddenAlgorithm { .. } => "forbidden_algorithm",
            Self::NoCertificate => "no_certificate",
            Self::BadSignature { .. } => "bad_signature",
            Self::VerifierFailed => "verifier_failed",
            Self::SignedPartDiffers => "signed_part_differs",
            Self::NotSuccess { .. } => "not_success",
            Self::WrongIssuer { .. } => "wrong_issuer",
            Self::NoDestination => "no_destination",
            Self::WrongDestination { .. } => "wrong_destination",
            Self::BadTime { .. } => "bad_time",
            Self::Expired { .. } => "expired",
            Self::NotYetValid { .. } => "not_yet_valid",
            Self::BadNameId(_) => "bad_name_id",
            Self::NotOneConfirmation(_) => "not_one_confirmation",
            Self::WrongRecipient { .. } => "wrong_recipient",
            Self::Unsolicited => "unsolicited",
            Self::InResponseToDiffers { .. } => "in_response_to_differs",
            Self::UnknownCondition(_) => "unknown_condition",
            Self::NoAudience => "no_audience",
            Self::WrongAudience { .. } => "wrong_audience",
            Self::NoAuthnStatement => "no_authn_statement",
            Self::BadEmail { .. } => "bad_email",
        }
    }
}
