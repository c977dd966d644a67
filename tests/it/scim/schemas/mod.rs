//! Extensions that an organization defines: through the REST API, by a provisioning client, and as discovery shows them.

mod client;
mod life;
mod shown;

use serde_json::{Value, json};

/// The URN of the extension of these tests.
pub(crate) const BADGE: &str = "urn:example:params:scim:schemas:extension:badge:2.0:User";

/// A definition with these attributes.
pub(crate) fn schema(attributes: &Value) -> Value {
    json!({ "id": BADGE, "name": "Badge", "attributes": attributes })
}

/// A User with something under the extension.
pub(crate) fn badged(user_name: &str, badge: &Value) -> Value {
    json!({
        "schemas": [crate::app::USER, BADGE],
        "userName": user_name,
        BADGE: badge,
    })
}
