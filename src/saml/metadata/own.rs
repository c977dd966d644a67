//! What an administrator gives to the IdP: our name, our keys, and where messages go, Metadata section 2.4.4.

use crate::saml::xml::escape;
use crate::saml::{
    ENCRYPTION, HTTP_POST, HTTP_REDIRECT, METADATA, NAME_ID_EMAIL, NAME_ID_PERSISTENT,
    NAME_ID_TRANSIENT, NAME_ID_UNSPECIFIED, PROTOCOL, SIGNATURE,
};

/// What we say of ourselves in one connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Own<'a> {
    /// Our name.
    pub(crate) entity_id: &'a str,
    /// Where responses go.
    pub(crate) acs_url: &'a str,
    /// Where requests to log out, and the answers to ours, go.
    pub(crate) slo_url: &'a str,
    /// The certificates of our keys, DER in base64, the one that signs first.
    pub(crate) certificates: &'a [String],
    /// Whether our requests are signed.
    pub(crate) signs_requests: bool,
}

/// The document. It says nothing that changes by itself, so it has no end.
///
/// Signed assertions are asked for; a response that is signed as a whole is accepted too. Every key is there for both
/// uses: an IdP that has not heard of a new one yet encrypts for the old one, and one that has trusts both.
pub(crate) fn service_provider(own: Own<'_>) -> String {
    let formats = [
        NAME_ID_UNSPECIFIED,
        NAME_ID_PERSISTENT,
        NAME_ID_EMAIL,
        NAME_ID_TRANSIENT,
    ]
    .map(|format| format!("<md:NameIDFormat>{format}</md:NameIDFormat>"))
    .concat();
    let logouts = [HTTP_REDIRECT, HTTP_POST]
        .map(|binding| {
            format!(
                "<md:SingleLogoutService Binding=\"{binding}\" Location=\"{}\"/>",
                escape(own.slo_url)
            )
        })
        .concat();
    let keys = |usage: &str, methods: &str| {
        let descriptor = |certificate: &String| {
            format!(
                "<md:KeyDescriptor use=\"{usage}\"><ds:KeyInfo xmlns:ds=\"{SIGNATURE}\"><ds:X509Data>\
                 <ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>{methods}\
                 </md:KeyDescriptor>",
                escape(certificate)
            )
        };
        let all: Vec<String> = own.certificates.iter().map(descriptor).collect();
        all.concat()
    };
    // What can be decrypted in any case, the best first.
    let methods = [
        "http://www.w3.org/2009/xmlenc11#aes256-gcm",
        "http://www.w3.org/2009/xmlenc11#aes128-gcm",
        &format!("{ENCRYPTION}rsa-oaep-mgf1p"),
    ]
    .map(|method| format!("<md:EncryptionMethod Algorithm=\"{method}\"/>"))
    .concat();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <md:EntityDescriptor xmlns:md=\"{METADATA}\" entityID=\"{entity_id}\">\
         <md:SPSSODescriptor AuthnRequestsSigned=\"{signed}\" WantAssertionsSigned=\"true\" \
         protocolSupportEnumeration=\"{PROTOCOL}\">{signing}{encryption}{logouts}{formats}\
         <md:AssertionConsumerService Binding=\"{HTTP_POST}\" Location=\"{acs_url}\" index=\"0\" \
         isDefault=\"true\"/></md:SPSSODescriptor></md:EntityDescriptor>\n",
        entity_id = escape(own.entity_id),
        signed = own.signs_requests,
        signing = keys("signing", ""),
        encryption = keys("encryption", &methods),
        acs_url = escape(own.acs_url),
    )
}
