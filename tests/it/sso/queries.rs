//! Messages in query strings and forms, as the server and an identity provider send them.

use std::io::{Read as _, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use openssl::hash::MessageDigest;
use openssl::sign::Verifier;
use openssl::x509::X509;
use reqwest::Method;
use serde_json::Value;
use url::Url;

use super::idp::Idp;
use crate::app::App;
use crate::client::Answer;

/// A query that the server made.
pub(crate) struct Sent {
    pub(crate) document: String,
    query: String,
}

impl Sent {
    pub(crate) fn read(location: &str) -> Self {
        let url = Url::parse(location).unwrap();
        let mut pairs = url.query_pairs();
        let message = pairs.find(|(name, _)| name.starts_with("SAML")).unwrap().1;
        let deflated = STANDARD.decode(message.as_bytes()).unwrap();
        let mut document = String::new();
        DeflateDecoder::new(&*deflated)
            .read_to_string(&mut document)
            .unwrap();
        Self {
            document,
            query: url.query().unwrap().to_owned(),
        }
    }

    /// Whether it is signed with the key of a certificate (DER in base64).
    pub(crate) fn is_signed_by(&self, certificate: &Value) -> bool {
        let Some((text, signature)) = self.query.split_once("&Signature=") else {
            return false;
        };
        let der = STANDARD.decode(certificate.as_str().unwrap()).unwrap();
        let key = X509::from_der(&der).unwrap().public_key().unwrap();
        let mut verifier = Verifier::new(MessageDigest::sha256(), &key).unwrap();
        verifier.update(text.as_bytes()).unwrap();
        let signature = format!("s={signature}");
        let mut pairs = url::form_urlencoded::parse(signature.as_bytes());
        let signature = STANDARD.decode(pairs.next().unwrap().1.as_ref()).unwrap();
        verifier.verify(&signature).unwrap()
    }

    /// The value of an attribute of the first element.
    pub(crate) fn attribute(&self, name: &str) -> String {
        let document = roxmltree::Document::parse(&self.document).unwrap();
        let value = document.root_element().attribute(name);
        value.unwrap_or_default().to_owned()
    }
}

/// The path of a URL of the server.
pub(crate) fn path<'s>(app: &App, shown: &'s Value, name: &str) -> &'s str {
    let url = shown[name].as_str().unwrap();
    url.strip_prefix(&app.base).unwrap()
}

/// A signed query, as an identity provider makes it.
pub(crate) fn query(idp: &Idp, parameter: &str, document: &str, relay_state: &str) -> String {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(document.as_bytes()).unwrap();
    let packed = STANDARD.encode(encoder.finish().unwrap());
    let mut pairs = url::form_urlencoded::Serializer::new(String::new());
    pairs.append_pair(parameter, &packed);
    if !relay_state.is_empty() {
        pairs.append_pair("RelayState", relay_state);
    }
    let algorithm = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
    let text = pairs.append_pair("SigAlg", algorithm).finish();
    let signature = STANDARD.encode(idp.raw(&text));
    let signature: String = url::form_urlencoded::byte_serialize(signature.as_bytes()).collect();
    format!("{text}&Signature={signature}")
}

/// Brings a document in a form.
pub(crate) async fn message(
    app: &App,
    place: &str,
    parameter: &str,
    document: &str,
    relay_state: &str,
) -> Answer {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .append_pair(parameter, &STANDARD.encode(document))
        .append_pair("RelayState", relay_state)
        .finish();
    let form = [("content-type", "application/x-www-form-urlencoded")];
    app.anyone()
        .send(Method::POST, place, &form, Some(body))
        .await
}
