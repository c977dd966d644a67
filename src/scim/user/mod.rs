//! The User resource, RFC 7643 section 4.1: from JSON to a member's profile, and from a member to JSON.
//!
//! What a client may not write is passed over, what it writes with the wrong type is refused, and what it writes comes
//! back as it was sent. Whether a profile may be taken (uniqueness, roles, seats) is not decided here.

mod elements;
mod foreign;
mod patch;
mod query;

#[cfg(test)]
mod arbitrary_tests;
#[cfg(test)]
mod client_tests;
#[cfg(test)]
mod patch_tests;
#[cfg(test)]
mod query_tests;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::domain::member::{GroupRef, Member, Profile};

use super::attribute::{self, Name};
use super::characteristics::{self, Write};
use super::error::Error;
use super::reading::Reading;
use super::schema::{self, Definitions, Kind, Mutability, Schema, USER};
use super::value;

pub(crate) use patch::patch;
pub(crate) use query::query;

/// The URNs that clients give the User schema: the RFC's, and those of drafts that `OneLogin` and Google write.
const USER_URNS: [&str; 3] = [
    USER,
    "urn:scim:schemas:core:2.0",
    "urn:scim:schemas:core:1.0",
];

/// Reads the body of a POST.
pub(crate) fn parse(body: &Value, reading: &Reading<'_>) -> Result<Profile, Error> {
    let Replacement(mut document) = replacement(body, reading)?;
    let of = reading.definitions.of(Kind::User);
    characteristics::enforce(&mut document, Write::New, of)?;
    let made = profile(document)?;
    must_be_visible(&made, None)?;
    Ok(made)
}

/// What the body of a PUT says, checked but for what depends on what is there.
#[derive(Debug)]
pub(crate) struct Replacement(Map<String, Value>);

/// The profile that a PUT makes of a profile.
pub(crate) fn replaced(
    before: &Profile,
    Replacement(mut document): Replacement,
    reading: &Reading<'_>,
) -> Result<Profile, Error> {
    let of = reading.definitions.of(Kind::User);
    if of.has_custom() {
        let mut before = before.attributes.clone();
        characteristics::adopt(&mut before, of);
        characteristics::enforce(&mut document, Write::Whole(&before), of)?;
    }
    let after = profile(document)?;
    must_be_visible(&after, Some(before))?;
    Ok(after)
}

/// Reads the body of a PUT.
pub(crate) fn replacement(body: &Value, reading: &Reading<'_>) -> Result<Replacement, Error> {
    let Value::Object(body) = body else {
        return Err(Error::InvalidSyntax(
            "the body must be a JSON object".to_owned(),
        ));
    };
    value::no_name_twice(body, "")?;
    super::require_schema(body, &USER_URNS, reading)?;
    must_say_whether_active(body)?;
    let document = document(body, reading)?;
    value::required_text(document.get("userName"), "userName")?;
    Ok(Replacement(document))
}

/// Refuses names in which something would not be seen. One that was there before stays, however it came: who has it must
/// not be out of the directory's reach.
fn must_be_visible(after: &Profile, before: Option<&Profile>) -> Result<(), Error> {
    if before.is_none_or(|before| before.user_name != after.user_name) {
        value::must_be_visible(&after.user_name, "userName")?;
    }
    match &after.external_id {
        Some(id) if before.is_none_or(|before| before.external_id.as_ref() != Some(id)) => {
            value::must_be_visible(id, "externalId")
        }
        _ => Ok(()),
    }
}

/// A client that says nothing of `active` means a person who is to have access. One that says null says nothing that can
/// be done: taken for silence, it would give access back to who has lost it.
fn must_say_whether_active(body: &Map<String, Value>) -> Result<(), Error> {
    if super::field(body, "active").is_some_and(Value::is_null) {
        return Err(Error::InvalidValue(
            "`active` must be true or false, not null".to_owned(),
        ));
    }
    Ok(())
}

/// Everything of a User that a client can write, each attribute checked and under its canonical name.
fn document(body: &Map<String, Value>, reading: &Reading<'_>) -> Result<Map<String, Value>, Error> {
    let of = reading.definitions.of(Kind::User);
    let core = &of.core.attributes;
    let mut read = Map::new();
    for (name, value) in body {
        if attribute::is_urn(name) {
            match attribute::resolve(name, of) {
                Ok(Name::Extension(schema)) => {
                    if !name.eq_ignore_ascii_case(&schema.urn) {
                        reading.note(format!("`{name}` is of a draft; read as `{}`", schema.urn));
                    }
                    let Some(fields) = extension(&schema, value, name, reading)? else {
                        continue;
                    };
                    if read.insert(schema.urn.clone(), fields).is_some() {
                        return Err(Error::InvalidSyntax(format!(
                            "the extension `{}` stands twice in the resource",
                            schema.urn
                        )));
                    }
                }
                Ok(Name::Foreign) => {
                    if let Some(kept) = foreign::read(name, value)? {
                        read.insert(name.clone(), kept);
                    }
                }
                // An object under the core schema's own URN has no meaning, nor has a path as a name.
                Ok(Name::Core | Name::Attribute(_) | Name::Password) | Err(_) => {
                    reading.note(format!("`{name}` is no name of an object; passed over"));
                }
            }
        } else if name.eq_ignore_ascii_case("externalId") {
            if let Some(external_id) = value::external_id(Some(value))? {
                read.insert("externalId".to_owned(), external_id.into());
            }
        } else if let Some(attribute) = schema::find(core, name) {
            if attribute.mutability != Mutability::ReadOnly
                && let Some(value) = value::read(attribute, value, &attribute.name, reading)?
            {
                read.insert(attribute.name.clone(), value);
            }
        } else if schema::find(schema::common(), name).is_none()
            && !name.eq_ignore_ascii_case("password")
        {
            reading.note(format!("there is no attribute `{name}`; passed over"));
        }
    }
    Ok(read)
}

/// Reads the object of an extension; nothing where it holds nothing.
fn extension(
    schema: &Schema,
    value: &Value,
    at: &str,
    reading: &Reading<'_>,
) -> Result<Option<Value>, Error> {
    let fields = match value {
        Value::Null => return Ok(None),
        Value::Object(fields) => fields,
        other => {
            let found = value::type_name(other);
            return Err(Error::InvalidValue(format!(
                "`{at}` must be an object, not {found}"
            )));
        }
    };
    let mut read = Map::new();
    for (attribute, value) in value::known_fields(&schema.attributes, fields, at, reading)? {
        if attribute.mutability != Mutability::ReadOnly
            && let Some(value) = value::read(attribute, value, &attribute.name, reading)?
        {
            read.insert(attribute.name.clone(), value);
        }
    }
    Ok((!read.is_empty()).then_some(Value::Object(read)))
}

/// The profile that a checked document describes.
fn profile(mut document: Map<String, Value>) -> Result<Profile, Error> {
    let user_name = value::required_text(document.get("userName"), "userName")?;
    document.remove("userName");
    let external_id = value::external_id(document.get("externalId"))?;
    document.remove("externalId");
    // A client that says nothing of `active` means a person who is to have access.
    let active = document.remove("active") != Some(Value::Bool(false));
    Ok(Profile {
        user_name,
        external_id,
        active,
        attributes: document,
    })
}

/// The document that describes a profile.
fn described(profile: &Profile) -> Map<String, Value> {
    document_of(profile.clone())
}

/// The same, of a profile that nobody needs any more: every read comes through here.
fn document_of(profile: Profile) -> Map<String, Value> {
    let mut document = profile.attributes;
    document.insert("userName".to_owned(), profile.user_name.into());
    if let Some(external_id) = profile.external_id {
        document.insert("externalId".to_owned(), external_id.into());
    }
    document.insert("active".to_owned(), profile.active.into());
    document
}

/// The resource, of a member that is still needed. `base` is the URL under which `/Users` lies.
pub(crate) fn resource(member: &Member, base: &str, definitions: &Definitions) -> Value {
    rendered(member.clone(), &etag(member), base, definitions)
}

/// The resource as it is answered, with its entity tag. `base` is the URL under which `/Users` lies. What is never
/// returned is not in it, whoever asks and for what.
pub(crate) fn rendered(member: Member, etag: &str, base: &str, definitions: &Definitions) -> Value {
    let mut resource = document_of(member.profile);
    let of = definitions.of(Kind::User);
    characteristics::adopt(&mut resource, of);
    characteristics::hide(&mut resource, of);
    let mut schemas = vec![json!(USER)];
    // The list follows what is present, RFC 7643 section 3.
    schemas.extend(
        resource
            .keys()
            .filter(|name| attribute::is_urn(name))
            .map(|urn| json!(urn)),
    );
    resource.insert("schemas".to_owned(), schemas.into());
    resource.insert("id".to_owned(), json!(member.id));
    if !member.groups.is_empty() {
        let shown = |group: &GroupRef| {
            json!({
                "value": group.id,
                "$ref": format!("{base}/Groups/{}", group.id),
                "display": group.display_name,
                "type": if group.direct { "direct" } else { "indirect" },
            })
        };
        let groups: Vec<Value> = member.groups.iter().map(shown).collect();
        resource.insert("groups".to_owned(), groups.into());
    }
    let meta = json!({
        "resourceType": Kind::User.name(),
        "created": member.created.to_string(),
        "lastModified": member.modified.to_string(),
        "location": format!("{base}/Users/{}", member.id),
        "version": etag,
    });
    resource.insert("meta".to_owned(), meta);
    Value::Object(resource)
}

/// The weak entity tag, which is also `meta.version`: the member's version, and a digest of the groups, whose changes do
/// not raise it. The groups must have been read.
pub(crate) fn etag(member: &Member) -> String {
    let mut digest = Sha256::new();
    for group in &member.groups {
        digest.update(group.id.0.as_bytes());
        digest.update(group.display_name.len().to_be_bytes());
        digest.update(group.display_name.as_bytes());
        digest.update([u8::from(group.direct)]);
    }
    let digest = digest.finalize();
    let short = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]);
    format!("W/\"{}-{short:08x}\"", member.version)
}
