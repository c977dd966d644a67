//! Whether an address that an IdP asserts is enough to know a member by (R2): `docs/adr/0021-what-an-address-proves.md`.

use super::{Answer, On, Refused};
use crate::app::domains;
use crate::domain::error::Error;
use crate::domain::{MemberId, name};
use crate::store::db::Tx;
use crate::store::{domains as verified, members, organizations, sign_ons};

impl On<'_> {
    /// Whether an address is enough to know this member by (R2): only where this organization made the account and
    /// nobody else has a part in it, or where it has verified the domain; and only while the connection knows the member
    /// by no other name.
    pub(super) async fn may_link(
        &self,
        tx: &mut Tx,
        id: MemberId,
        email: &str,
        lasting: Option<&str>,
    ) -> Answer<()> {
        let organization = self.connection.organization;
        // Held: the same person may be signing in, or being deleted, beside this.
        let Some(member) = members::find_locked(tx, organization, id).await? else {
            return Ok(Err(Refused::Foreign));
        };
        let places = organizations::account_places(tx, member.account).await?;
        let ours = places.is_some_and(|account| {
            account.home_organization_id == Some(organization) && account.places == 1
        });
        if !ours && !self.may_link_foreign(tx, id, email).await? {
            return Ok(Err(Refused::Foreign));
        }
        let named = match lasting {
            Some(subject) => sign_ons::find_identity(tx, self.key(), subject).await?,
            None => None,
        };
        if named != Some(id) && sign_ons::has_identity(tx, self.key(), id).await? {
            return Ok(Err(Refused::Renamed));
        }
        Ok(Ok(()))
    }

    /// Whether an address is enough although others have a part in the account: the address is its sign-in name, of a
    /// domain that this organization has verified, and its person owns no other organization.
    async fn may_link_foreign(
        &self,
        tx: &mut Tx,
        id: MemberId,
        email: &str,
    ) -> Result<bool, Error> {
        let organization = self.connection.organization;
        let named = verified::sign_in_name(tx, organization, id).await?;
        Ok(named == Some(name::key(email))
            && domains::owner_of(tx, email).await? == Some(organization)
            && !verified::owns_another(tx, organization, id).await?)
    }
}
