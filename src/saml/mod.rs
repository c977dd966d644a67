//! SAML 2.0, as a service provider: metadata, the request that we send, the response that we get.
//!
//! Pure: "now", identifiers and URLs are handed in, and nothing here waits, except for the processor. A response ends
//! here as a [`crate::domain::identity::Identity`] or as a [`refusal::Refusal`]; what follows from it is not decided
//! here. Whether the request was ours and open, and whether the assertion was used before, only the store knows:
//! the caller must ask it, with `in_response_to` and `assertion_id` of the identity.
//!
//! Of samael only the verification of a signature is used, behind the gate in [`response`], because it parses
//! leniently, fetches what a reference names and runs the transforms that it finds, all before it verifies.
//!
//! "Core", "Bindings", "Profiles" and "Metadata" are the parts of the OASIS standard SAML 2.0 of March 2005.

mod decrypt;
pub(crate) mod logout;
pub(crate) mod metadata;
mod moment;
mod name_id;
pub(crate) mod redirect;
pub(crate) mod refusal;
pub(crate) mod request;
pub(crate) mod response;
mod xml;

/// Namespace of assertions, Core section 1.2.
const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
/// Namespace of protocol messages, Core section 1.2.
const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
/// Namespace of metadata, Metadata section 1.1.
const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
/// Namespace of encryption, XML Encryption section 1.3.
const ENCRYPTION: &str = "http://www.w3.org/2001/04/xmlenc#";
/// Namespace of signatures, XML Signature section 1.3.
const SIGNATURE: &str = "http://www.w3.org/2000/09/xmldsig#";
/// The binding by which we get responses, Bindings section 3.5.
const HTTP_POST: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";
/// The binding by which we send requests, Bindings section 3.4.
const HTTP_REDIRECT: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";
/// No wish about the kind of NameID, Core section 8.3.1.
const NAME_ID_UNSPECIFIED: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";
/// A NameID that is an e-mail address, Core section 8.3.2.
const NAME_ID_EMAIL: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
/// A NameID that lasts, Core section 8.3.7.
const NAME_ID_PERSISTENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
/// A NameID that is another at each sign-on, Core section 8.3.8.
const NAME_ID_TRANSIENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";
