//! What to paste where, provider by provider; `docs/idp` tells the whole of it.

use crate::domain::leniency::Leniency;

/// What stands for the base URL in a value.
const BASE: &str = "{base}";
/// What is said of the token.
const TOKEN: &str = "the token that is shown once, above";

/// A provider, and the fields of its form.
pub(super) struct Guide {
    pub(super) name: &'static str,
    pub(super) profile: Leniency,
    pub(super) place: &'static str,
    fields: &'static [(&'static str, &'static str)],
}

impl Guide {
    /// The fields, each with its value.
    pub(super) fn fields(&self, base: &str) -> Vec<(&'static str, String)> {
        let fields = self.fields.iter();
        fields
            .map(|(name, value)| (*name, value.replace(BASE, base)))
            .collect()
    }
}

/// Every provider that has a guide.
pub(super) const GUIDES: [Guide; 6] = [
    Guide {
        name: "Okta",
        profile: Leniency::Okta,
        place: "The app, Provisioning, Integration",
        fields: &[
            ("SCIM connector base URL", BASE),
            ("Unique identifier field for users", "userName"),
            (
                "Supported provisioning actions",
                "Push New Users, Push Profile Updates, Push Groups",
            ),
            ("Authentication mode", "HTTP Header"),
            ("Authorization", TOKEN),
        ],
    },
    Guide {
        name: "Entra ID",
        profile: Leniency::Entra,
        place: "The enterprise application, Provisioning, Admin credentials",
        fields: &[("Tenant URL", BASE), ("Secret token", TOKEN)],
    },
    Guide {
        name: "OneLogin",
        profile: Leniency::Lenient,
        place: "SCIM Provisioner with SAML (SCIM v2 Enterprise), Configuration",
        fields: &[("SCIM Base URL", BASE), ("SCIM Bearer Token", TOKEN)],
    },
    Guide {
        name: "JumpCloud",
        profile: Leniency::Lenient,
        place: "The application, Identity Management",
        fields: &[
            ("API Type, SCIM Version", "SCIM API, SCIM 2.0"),
            ("Base URL", BASE),
            ("Token Key", TOKEN),
        ],
    },
    Guide {
        name: "Google",
        profile: Leniency::Lenient,
        place: "The app, Autoprovisioning",
        fields: &[("Access token", TOKEN), ("Endpoint URL", BASE)],
    },
    Guide {
        name: "Any other client",
        profile: Leniency::Rfc,
        place: "RFC 7643 and RFC 7644; choose lenient where it keeps to them loosely",
        fields: &[("Base URL", BASE), ("Authorization: Bearer", TOKEN)],
    },
];
