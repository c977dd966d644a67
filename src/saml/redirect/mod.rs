//! The HTTP-Redirect binding, Bindings section 3.4: messages in query strings, signed over the query as it stands.
//!
//! What comes is taken apart without decoding it: a signature is of the very bytes that were sent, which another encoder
//! would write otherwise. Nothing is inflated before its signature fits, and then only up to a limit.

#[cfg(test)]
mod tests;

use std::io::{Read as _, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use openssl::bn::BigNum;
use openssl::ecdsa::EcdsaSig;
use openssl::hash::MessageDigest;
use openssl::pkey::{Id, PKey, PKeyRef, Public};
use openssl::sign::{Signer, Verifier};
use openssl::x509::X509;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use url::Url;

use super::xml::shown;

/// The longest RelayState that we make, Bindings section 3.4.3.
const MAX_RELAY_STATE: usize = 80;
/// The longest RelayState of an IdP's logout request that it gets back: some put a whole URL there.
const MAX_ECHO: usize = 1024;
/// The longest message, inflated.
const MAX_MESSAGE: usize = 256 * 1024;
/// The only encoding, Bindings section 3.4.4.1.
const DEFLATE: &str = "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE";
const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
/// All but the unreserved characters of RFC 3986 section 2.3.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Which kind of message a query carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Carried {
    /// A request.
    Request,
    /// The answer to one.
    Response,
}

impl Carried {
    /// The name of the parameter.
    pub(crate) fn parameter(self) -> &'static str {
        match self {
            Self::Request => "SAMLRequest",
            Self::Response => "SAMLResponse",
        }
    }
}

/// Why a message cannot be sent.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Error {
    /// The IdP's URL cannot be redirected to.
    #[error("the IdP's URL must be a whole http or https URL without a fragment")]
    Destination,
    /// The identifier is not an `NCName`.
    #[error(
        "the identifier of a request must be a letter or _ and then letters, digits, _, - and ."
    )]
    Id,
    /// The RelayState is longer than the binding allows.
    #[error("the RelayState must have at most {MAX_RELAY_STATE} bytes")]
    RelayState,
    /// Our key is none.
    #[error("a message cannot be signed with the key of the connection")]
    Key,
}

/// What is sent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outgoing<'a> {
    /// Where it goes.
    pub(super) destination: &'a str,
    /// What it is.
    pub(super) carried: Carried,
    /// The document.
    pub(super) document: &'a str,
    /// What comes back with the answer; left out where it is empty.
    pub(super) relay_state: &'a str,
    /// Our private key, PEM, where it is signed.
    pub(super) key: Option<&'a str>,
}

/// The URL to which the browser is sent, Bindings section 3.4.4.1.
pub(super) fn url(message: Outgoing<'_>) -> Result<String, Error> {
    if !is_web_url(message.destination) {
        return Err(Error::Destination);
    }
    let longest = match message.carried {
        Carried::Request => MAX_RELAY_STATE,
        Carried::Response => MAX_ECHO,
    };
    if message.relay_state.len() > longest {
        return Err(Error::RelayState);
    }
    let encoded = STANDARD.encode(deflate(message.document));
    let mut query = format!("{}=", message.carried.parameter());
    query.extend(utf8_percent_encode(&encoded, QUERY));
    if !message.relay_state.is_empty() {
        query.push_str("&RelayState=");
        query.extend(utf8_percent_encode(message.relay_state, QUERY));
    }
    if let Some(key) = message.key {
        query.push_str("&SigAlg=");
        query.extend(utf8_percent_encode(RSA_SHA256, QUERY));
        let signature = STANDARD.encode(signed(&query, key).ok_or(Error::Key)?);
        query.push_str("&Signature=");
        query.extend(utf8_percent_encode(&signature, QUERY));
    }
    let joint = if message.destination.contains('?') {
        '&'
    } else {
        '?'
    };
    Ok(format!("{}{joint}{query}", message.destination))
}

fn signed(query: &str, key: &str) -> Option<Vec<u8>> {
    let key = PKey::private_key_from_pem(key.as_bytes()).ok()?;
    let mut signer = Signer::new(MessageDigest::sha256(), &key).ok()?;
    signer.update(query.as_bytes()).ok()?;
    signer.sign_to_vec().ok()
}

/// RFC 1951 without any header, as the DEFLATE encoding wants it.
fn deflate(text: &str) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder
        .write_all(text.as_bytes())
        .and_then(|()| encoder.finish())
        .expect("writing to memory cannot fail")
}

/// Whether a text is an absolute http or https URL that a browser can be sent to with more parameters behind it.
pub(super) fn is_web_url(text: &str) -> bool {
    let plain = !text
        .chars()
        .any(|c| c.is_whitespace() || c.is_control() || c == '#' || c == '\\');
    plain
        && Url::parse(text).is_ok_and(|url| {
            matches!(url.scheme(), "http" | "https")
                && url.has_host()
                && text[url.scheme().len()..].starts_with("://")
                && url.username().is_empty()
                && url.password().is_none()
        })
}

/// Why a query was refused. One sentence for the administrator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    /// A parameter that is there twice, of which two readers could take either.
    #[error("the query has the parameter {0} more than once")]
    Twice(&'static str),
    /// Neither a request nor an answer, or both.
    #[error("the query must have one of SAMLRequest and SAMLResponse")]
    NotOneMessage,
    /// Another encoding than DEFLATE.
    #[error("the query has a SAMLEncoding other than DEFLATE")]
    Encoding,
    /// No signature.
    #[error(
        "the message is not signed; have the identity provider sign its logout requests and responses"
    )]
    Unsigned,
    /// An algorithm that is too weak, or of the wrong kind.
    #[error(
        "the message is signed by an algorithm that is not allowed: {0}; set the identity provider to RSA or ECDSA with SHA-256"
    )]
    ForbiddenAlgorithm(String),
    /// The signature is of another key or of another text.
    #[error(
        "the signature of the message fits none of the {0} certificates of the connection; import the metadata of the identity provider anew if its certificate has changed"
    )]
    BadSignature(usize),
    /// Not what DEFLATE makes, or too long.
    #[error("the message cannot be inflated to at most {MAX_MESSAGE} bytes of text")]
    Inflating,
    /// A RelayState that is too long to be given back.
    #[error("the RelayState has more than {MAX_ECHO} bytes")]
    RelayState,
}

impl Refused {
    /// A code, as of every refusal.
    pub(crate) fn reason(&self) -> &'static str {
        match self {
            Self::Twice(_) => "parameter_twice",
            Self::NotOneMessage => "not_one_message",
            Self::Encoding => "wrong_encoding",
            Self::Unsigned => "unsigned",
            Self::ForbiddenAlgorithm(_) => "forbidden_algorithm",
            Self::BadSignature(_) => "bad_signature",
            Self::Inflating => "too_large",
            Self::RelayState => "relay_state",
        }
    }
}

/// A message whose signature fits.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Received {
    /// What it is.
    pub(super) carried: Carried,
    /// The document.
    pub(super) document: String,
    /// What came with it.
    pub(super) relay_state: String,
}

/// Takes a query apart as it came, verifies its signature with any of the certificates (DER), and inflates the message.
pub(super) fn read(query: &str, certificates: &[Vec<u8>]) -> Result<Received, Refused> {
    let parameter = |name: &'static str| {
        let mut values = query.split('&').filter_map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (key == name).then_some(value)
        });
        match (values.next(), values.next()) {
            (_, Some(_)) => Err(Refused::Twice(name)),
            (first, None) => Ok(first),
        }
    };
    let carried = match (parameter("SAMLRequest")?, parameter("SAMLResponse")?) {
        (Some(message), None) => (Carried::Request, message),
        (None, Some(message)) => (Carried::Response, message),
        _ => return Err(Refused::NotOneMessage),
    };
    let (carried, message) = carried;
    let encoding = parameter("SAMLEncoding")?.map(decoded).transpose()?;
    if encoding.is_some_and(|encoding| encoding != DEFLATE) {
        return Err(Refused::Encoding);
    }
    let relay_state = parameter("RelayState")?;
    let (Some(algorithm), Some(signature)) = (parameter("SigAlg")?, parameter("Signature")?) else {
        return Err(Refused::Unsigned);
    };
    let name = carried.parameter();
    let text = match relay_state {
        Some(relay_state) => {
            format!("{name}={message}&RelayState={relay_state}&SigAlg={algorithm}")
        }
        None => format!("{name}={message}&SigAlg={algorithm}"),
    };
    let bad = Refused::BadSignature(certificates.len());
    let algorithm = Algorithm::named(&decoded(algorithm)?)?;
    let signature = base64(signature).ok_or_else(|| bad.clone())?;
    if !certificates
        .iter()
        .any(|certificate| algorithm.fits(certificate, text.as_bytes(), &signature))
    {
        return Err(bad);
    }
    let relay_state = relay_state.map(|text| text.replace('+', " "));
    let relay_state = decoded(&relay_state.unwrap_or_default())?;
    if relay_state.len() > MAX_ECHO {
        return Err(Refused::RelayState);
    }
    let document = base64(message).and_then(|bytes| inflate(&bytes));
    Ok(Received {
        carried,
        document: document.ok_or(Refused::Inflating)?,
        relay_state,
    })
}

fn decoded(value: &str) -> Result<String, Refused> {
    let text = percent_decode_str(value).decode_utf8();
    text.map(std::borrow::Cow::into_owned)
        .map_err(|_| Refused::Encoding)
}

fn base64(value: &str) -> Option<Vec<u8>> {
    let text = decoded(value).ok()?;
    let packed: String = text.split_ascii_whitespace().collect();
    STANDARD.decode(packed).ok()
}

fn inflate(bytes: &[u8]) -> Option<String> {
    let mut inflated = Vec::new();
    // One byte more than is allowed tells that there is more.
    DeflateDecoder::new(bytes)
        .take(MAX_MESSAGE as u64 + 1)
        .read_to_end(&mut inflated)
        .ok()?;
    if inflated.len() > MAX_MESSAGE {
        return None;
    }
    String::from_utf8(inflated).ok()
}

/// How a query is signed.
struct Algorithm {
    kind: Id,
    digest: MessageDigest,
}

impl Algorithm {
    fn named(uri: &str) -> Result<Self, Refused> {
        let forbidden = || Refused::ForbiddenAlgorithm(shown(uri));
        let name = uri
            .strip_prefix("http://www.w3.org/2001/04/xmldsig-more#")
            .ok_or_else(forbidden)?;
        let (kind, digest) = match name {
            "rsa-sha256" => (Id::RSA, MessageDigest::sha256()),
            "rsa-sha384" => (Id::RSA, MessageDigest::sha384()),
            "rsa-sha512" => (Id::RSA, MessageDigest::sha512()),
            "ecdsa-sha256" => (Id::EC, MessageDigest::sha256()),
            "ecdsa-sha384" => (Id::EC, MessageDigest::sha384()),
            "ecdsa-sha512" => (Id::EC, MessageDigest::sha512()),
            _ => return Err(forbidden()),
        };
        Ok(Self { kind, digest })
    }

    fn fits(&self, certificate: &[u8], text: &[u8], signature: &[u8]) -> bool {
        let key = X509::from_der(certificate).and_then(|certificate| certificate.public_key());
        key.is_ok_and(|key| {
            key.id() == self.kind && self.verify(&key, text, signature).unwrap_or(false)
        })
    }

    fn verify(
        &self,
        key: &PKeyRef<Public>,
        text: &[u8],
        signature: &[u8],
    ) -> Result<bool, openssl::error::ErrorStack> {
        let mut verifier = Verifier::new(self.digest, key)?;
        verifier.update(text)?;
        if self.kind == Id::EC {
            let size = usize::try_from(key.bits().div_ceil(8)).unwrap_or_default();
            // The two numbers side by side, as XML Signature has them; or DER, as many libraries write them.
            if signature.len() == 2 * size {
                let (r, s) = signature.split_at(size);
                let pair = EcdsaSig::from_private_components(
                    BigNum::from_slice(r)?,
                    BigNum::from_slice(s)?,
                )?;
                return verifier.verify(&pair.to_der()?);
            }
        }
        verifier.verify(signature)
    }
}
