//! What happened to the domains of an organization, and to who must sign in through a connection.

use serde_json::{Value, json};

use super::{Event, Kind};
use crate::domain::OrganizationId;
use crate::domain::mail_domain::Domain;

impl Event {
    /// A domain was claimed.
    pub(crate) fn domain_claimed(domain: &Domain) -> Self {
        Self::plain(Kind::DomainClaimed, &domain.name, told(domain))
    }

    /// A domain was verified: by the DNS, or by the word of the operator.
    pub(crate) fn domain_verified(domain: &Domain, by_dns: bool) -> Self {
        let facts = json!({ "by": if by_dns { "dns" } else { "operator" } });
        Self::plain(Kind::DomainVerified, &domain.name, facts)
    }

    /// Where the people of a domain sign in changed.
    pub(crate) fn domain_changed(before: &Domain, after: &Domain) -> Self {
        let facts = json!({ "before": told(before), "after": told(after) });
        Self::plain(Kind::DomainChanged, &after.name, facts)
    }

    /// A domain was given up.
    pub(crate) fn domain_released(domain: &Domain) -> Self {
        Self::plain(Kind::DomainReleased, &domain.name, told(domain))
    }

    /// Everybody but the Owner must sign in through a connection from now on, or need not.
    pub(crate) fn sign_in_policy_changed(organization: OrganizationId, required: bool) -> Self {
        let facts = json!({ "sso_required": required });
        Self::plain(Kind::SignInPolicyChanged, organization.0, facts)
    }
}

fn told(domain: &Domain) -> Value {
    json!({
        "connection": domain.connection,
        "sso_required": domain.sso_required,
        "verified": domain.verified.is_some(),
    })
}
