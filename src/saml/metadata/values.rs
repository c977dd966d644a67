//! Metadata for an IdP that has none to give: from its name, its address and its certificates.

use crate::saml::xml::escape;
use crate::saml::{HTTP_REDIRECT, METADATA, PROTOCOL, SIGNATURE};

/// The document. `certificates` are in PEM, one after the other, or one in base64 alone. Nothing is judged here: what
/// they are is seen when the document is read.
pub(crate) fn document(entity_id: &str, sso_url: &str, certificates: &str) -> String {
    let keys: Vec<String> = certificates
        .split("-----BEGIN CERTIFICATE-----")
        .map(|text| text.split("-----END").next().unwrap_or_default().trim())
        .filter(|text| !text.is_empty())
        .map(|text| {
            format!(
                "<md:KeyDescriptor use=\"signing\"><ds:KeyInfo xmlns:ds=\"{SIGNATURE}\"><ds:X509Data>\
                 <ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>",
                escape(text)
            )
        })
        .collect();
    format!(
        "<md:EntityDescriptor xmlns:md=\"{METADATA}\" entityID=\"{}\">\
         <md:IDPSSODescriptor protocolSupportEnumeration=\"{PROTOCOL}\">{}\
         <md:SingleSignOnService Binding=\"{HTTP_REDIRECT}\" Location=\"{}\"/>\
         </md:IDPSSODescriptor></md:EntityDescriptor>",
        escape(entity_id),
        keys.concat(),
        escape(sso_url),
    )
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;
    use crate::domain::Timestamp;
    use crate::saml::metadata::IdpMetadata;
    use crate::saml::response::tests::signer::IDP_KEY;

    #[test]
    fn what_three_values_make_is_read_as_those_values() {
        let der = &IDP_KEY.certificate;
        let base64 = STANDARD.encode(der);
        let pem =
            format!("-----BEGIN CERTIFICATE-----\r\n{base64}\r\n-----END CERTIFICATE-----\r\n");
        let entity = "https://idp.example/?a=1&b=\"<x>";
        for certificates in [base64.clone(), pem.clone(), format!("{pem}{pem}")] {
            let document = document(entity, "https://idp.example/sso?a=1&b=2", &certificates);
            let read = IdpMetadata::parse(&document, Timestamp(0)).unwrap();
            assert_eq!(read.entity_id, entity);
            assert_eq!(read.sso_url, "https://idp.example/sso?a=1&b=2");
            assert_eq!(read.certificates, std::slice::from_ref(der));
        }
    }
}
