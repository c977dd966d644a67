//! Extensions that an organization defines for its Users, and the values that may occur once.
//!
//! What holds for the resources that are there already: a definition says how they are read and written from now on, and
//! what is stored stays. `domain::schema` says which changes of a definition that allows.

use super::Caller;
use super::authentication::Remembered;
use crate::domain::MemberId;
use crate::domain::error::Error;
use crate::domain::event::{Actor, Event};
use crate::domain::member::Attributes;
use crate::domain::schema::{self, CustomSchema, CustomSchemas, UniqueValue};
use crate::secret;
use crate::store::db::{Attempt, Tx};
use crate::store::schemas as rows;

/// The most extensions of an organization.
const MOST: usize = 50;
const MISSING: Error = Error::NotFound("Schema");

impl Caller {
    /// Refuses who may not define schemas.
    fn must_define(&self) -> Result<(), Error> {
        match self.actor {
            Actor::ProvisioningClient(_) if self.leniency.defines_schemas() => Ok(()),
            _ => self.must_administer(),
        }
    }
}

/// The extensions of the organization, by URN.
pub(crate) async fn list(caller: &Caller) -> Result<Vec<CustomSchema>, Error> {
    caller.must_define()?;
    rows::list(&mut caller.db.read().await?, caller.organization).await
}

/// The extension with this URN, in any case.
pub(crate) async fn find(caller: &Caller, urn: &str) -> Result<CustomSchema, Error> {
    let key = schema::key(urn);
    let all = list(caller).await?;
    all.into_iter().find(|one| one.key() == key).ok_or(MISSING)
}

/// The extensions of the organization, for somebody whose credential did not bring them.
pub(crate) async fn of(caller: &Caller) -> Result<CustomSchemas, Error> {
    let mut tx = caller.db.read().await?;
    of_organization(caller, &mut tx).await
}

/// The same in a transaction.
pub(super) async fn of_organization(caller: &Caller, tx: &mut Tx) -> Result<CustomSchemas, Error> {
    let all = rows::list(tx, caller.organization).await?;
    Ok(CustomSchemas::of(all))
}

/// Defines an extension.
pub(crate) async fn create(
    caller: &Caller,
    remembered: &Remembered,
    wanted: CustomSchema,
) -> Result<CustomSchema, Error> {
    caller.must_define()?;
    // Alone: whoever writes a resource beside this reads it by one definition or by the other.
    let mut tx = caller.write_alone().await?;
    let others = rows::list(&mut tx, caller.organization).await?;
    if others.iter().any(|other| other.key() == wanted.key()) {
        return Err(Error::Duplicate {
            kind: "Schema",
            attribute: "id",
        });
    }
    if others.len() >= MOST {
        return Err(Error::Invalid(format!(
            "an organization has at most {MOST} schemas of its own"
        )));
    }
    if let Some(other) = others.iter().find(|other| confuses(other, &wanted)) {
        return Err(Error::Invalid(format!(
            "`id` and the URN of the schema `{}` begin alike, so that an attribute of one would read like the other",
            other.schema.urn
        )));
    }
    rows::insert(&mut tx, caller.organization, &wanted).await?;
    caller
        .record(&mut tx, vec![Event::schema_created(&wanted)])
        .await?;
    tx.commit().await?;
    remembered.forget(caller.organization);
    Ok(wanted)
}

/// Whether the one URN is the other with what could be the name of an attribute.
fn confuses(one: &CustomSchema, other: &CustomSchema) -> bool {
    let follows = |short: &str, long: &str| {
        long.strip_prefix(short)
            .and_then(|rest| rest.strip_prefix([':', '.']))
            .is_some_and(|rest| !rest.contains(':'))
    };
    let (one, other) = (one.key(), other.key());
    follows(&one, &other) || follows(&other, &one)
}

/// Puts another definition in the place of the present one.
pub(crate) async fn replace(
    caller: &Caller,
    remembered: &Remembered,
    urn: &str,
    mut wanted: CustomSchema,
) -> Result<CustomSchema, Error> {
    caller.must_define()?;
    let mut tx = caller.write_alone().await?;
    let before = one(caller, &mut tx, urn).await?;
    if before.schema.urn != wanted.schema.urn {
        return Err(Error::Invalid(format!(
            "`id` cannot be changed; it is `{}`",
            before.schema.urn
        )));
    }
    schema::may_follow(&before, &wanted).map_err(Error::Invalid)?;
    wanted.created = before.created;
    if before.schema == wanted.schema && before.required == wanted.required {
        return Ok(before);
    }
    rows::update(&mut tx, caller.organization, &wanted).await?;
    caller
        .record(&mut tx, vec![Event::schema_changed(&before, &wanted)])
        .await?;
    tx.commit().await?;
    remembered.forget(caller.organization);
    Ok(wanted)
}

/// Takes an extension away. What resources say under its URN stays, as with any extension that nobody has defined.
pub(crate) async fn delete(
    caller: &Caller,
    remembered: &Remembered,
    urn: &str,
) -> Result<(), Error> {
    caller.must_define()?;
    let mut tx = caller.write_alone().await?;
    let before = one(caller, &mut tx, urn).await?;
    let (organization, key) = (caller.organization, before.key());
    if before.hides_anything() && rows::is_used(&mut tx, organization, &key).await? {
        return Err(Error::Invalid(
            "the schema has attributes that are never returned, and resources have values under its URN, which would then \
             be shown; remove the values first"
                .to_owned(),
        ));
    }
    rows::delete(&mut tx, organization, &key).await?;
    caller
        .record(&mut tx, vec![Event::schema_deleted(&before)])
        .await?;
    tx.commit().await?;
    remembered.forget(organization);
    Ok(())
}

async fn one(caller: &Caller, tx: &mut Tx, urn: &str) -> Result<CustomSchema, Error> {
    let key = schema::key(urn);
    let all = rows::list(tx, caller.organization).await?;
    all.into_iter().find(|one| one.key() == key).ok_or(MISSING)
}

/// Takes the unique values that a member says, and gives up those that they no longer say; refuses where another has one
/// of them.
pub(super) async fn take_values(
    caller: &Caller,
    tx: &mut Tx,
    member: MemberId,
    attributes: &Attributes,
) -> Result<(), Error> {
    take(caller, tx, &caller.schemas, member, attributes).await
}

/// The same by these schemas, whoever the caller is.
pub(super) async fn take(
    caller: &Caller,
    tx: &mut Tx,
    schemas: &CustomSchemas,
    member: MemberId,
    attributes: &Attributes,
) -> Result<(), Error> {
    if !schemas.have_unique() {
        return Ok(());
    }
    rows::release_values(tx, caller.organization, member).await?;
    for value in schemas.unique_values(attributes) {
        let (key, attribute, hash) = kept_as(&value);
        let of = (key.as_str(), attribute.as_str(), hash.as_str());
        match rows::take_value(tx, caller.organization, member, of).await? {
            Attempt::Done(()) => {}
            Attempt::Taken => return Err(Error::Taken(value.to_string())),
            Attempt::Missing => {
                return Err(Error::Unavailable(anyhow::anyhow!(
                    "a schema was deleted at the same moment"
                )));
            }
        }
    }
    Ok(())
}

/// What is kept of a unique value: the schema's key, the attribute, and a hash of the value.
pub(super) fn kept_as(value: &UniqueValue) -> (String, String, String) {
    (
        schema::key(&value.urn),
        value.attribute.clone(),
        secret::hash(&value.key).0,
    )
}
