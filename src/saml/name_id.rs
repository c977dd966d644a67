//! How an IdP names a person: a `NameID`, in the clear or encrypted, Core section 2.2.

use roxmltree::Node;

use super::decrypt::{self, Recipient};
use super::refusal::Refusal;
use super::xml::{self, Limits, escape, named};
use super::{ASSERTION, NAME_ID_EMAIL, NAME_ID_TRANSIENT};
use crate::domain::identity::Subject;

/// The longest NameID: longer than any that was seen, and short enough for a key.
const MAX_NAME_ID: usize = 1024;
const LIMITS: Limits = Limits {
    bytes: 8 * 1024,
    nodes: 10,
    asides: false,
};

/// A name.
pub(super) struct NameId {
    /// Byte for byte what was signed.
    pub(super) value: String,
    format: String,
    qualifier: Option<String>,
    sp_qualifier: Option<String>,
}

impl NameId {
    pub(super) fn subject(&self) -> Subject {
        if self.format == NAME_ID_TRANSIENT {
            Subject::Transient
        } else {
            Subject::Lasting(self.value.clone())
        }
    }

    /// The value, where the IdP says that it is an e-mail address.
    pub(super) fn address(&self) -> Option<&str> {
        (self.format == NAME_ID_EMAIL).then_some(self.value.as_str())
    }

    /// The name as an element, with the prefix `saml`: what the IdP must get back to know whom to log out.
    pub(super) fn element(&self) -> String {
        let attribute = |name: &str, value: &str| format!(" {name}=\"{}\"", escape(value));
        let mut attributes = String::new();
        if !self.format.is_empty() {
            attributes += &attribute("Format", &self.format);
        }
        if let Some(qualifier) = &self.qualifier {
            attributes += &attribute("NameQualifier", qualifier);
        }
        if let Some(qualifier) = &self.sp_qualifier {
            attributes += &attribute("SPNameQualifier", qualifier);
        }
        format!(
            "<saml:NameID{attributes}>{}</saml:NameID>",
            escape(&self.value)
        )
    }
}

/// The one name in an element.
///
/// A NameID that would have to be cleaned up first is refused, because two of them could become one.
pub(super) fn name_id(
    around: Node<'_, '_>,
    of: &'static str,
    recipient: Recipient<'_>,
) -> Result<NameId, Refusal> {
    let encrypted: Vec<_> = named(around, ASSERTION, "EncryptedID").collect();
    let plain: Vec<_> = named(around, ASSERTION, "NameID").collect();
    match (&plain[..], &encrypted[..]) {
        ([plain], []) => read(*plain),
        ([], [encrypted]) => {
            let undecryptable = || decrypt::Refused::Undecryptable { of: "NameID" };
            let text = decrypt::element(*encrypted, "NameID", recipient)?;
            let document = xml::parse(&text, LIMITS).map_err(|_| undecryptable())?;
            let root = document.root_element();
            if !root.has_tag_name((ASSERTION, "NameID")) {
                return Err(undecryptable().into());
            }
            read(root)
        }
        _ => Err(Refusal::NotOnce {
            parent: of,
            name: "NameID",
            count: plain.len() + encrypted.len(),
        }),
    }
}

fn read(node: Node<'_, '_>) -> Result<NameId, Refusal> {
    let value = xml::text(node).ok_or(Refusal::BadNameId("it has elements inside"))?;
    if value.is_empty() {
        return Err(Refusal::BadNameId("it is empty"));
    }
    if value.trim() != value {
        return Err(Refusal::BadNameId("it begins or ends with white space"));
    }
    if value.len() > MAX_NAME_ID {
        return Err(Refusal::BadNameId("it is longer than 1024 bytes"));
    }
    if value.chars().any(char::is_control) {
        return Err(Refusal::BadNameId("it has control characters"));
    }
    let attribute = |name| node.attribute(name).map(str::to_owned);
    Ok(NameId {
        value,
        format: attribute("Format").unwrap_or_default(),
        qualifier: attribute("NameQualifier"),
        sp_qualifier: attribute("SPNameQualifier"),
    })
}
