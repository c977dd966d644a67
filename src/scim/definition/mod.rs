//! Definitions that clients send: the Schema resource of RFC 7643 section 7, read whole before it is believed.
//!
//! What comes out is complete: every characteristic that the client left out stands there with its default. Whether an
//! organization may have the schema is not decided here.

mod attribute;
mod urn;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::error::Error;
use super::schema::{Kind, Schema};
use super::value;
use crate::domain::Timestamp;
use crate::domain::schema::CustomSchema;

/// The schema of a Schema.
pub(crate) const URN: &str = "urn:ietf:params:scim:schemas:core:2.0:Schema";

/// The longest name of a schema.
const MAX_NAME: usize = 64;
/// The longest description, of a schema or of an attribute.
const MAX_DESCRIPTION: usize = 1024;

/// Reads the definition of an extension. Besides the attributes of a Schema it has `resourceType`, which is `User` where
/// it is absent, and `required`.
pub(crate) fn read(body: &Value, now: Timestamp) -> Result<CustomSchema, Error> {
    let Value::Object(body) = body else {
        return Err(Error::InvalidSyntax(
            "the body must be a JSON object".to_owned(),
        ));
    };
    value::no_name_twice(body, "the schema")?;
    let fields = Fields {
        fields: body,
        at: "",
    };
    let urn = fields.text("id")?.ok_or_else(|| missing("id"))?;
    urn::check(urn)?;
    let kind = match fields.text("resourceType")? {
        None => Kind::User,
        Some(name) if Kind::from_name(name) == Some(Kind::User) => Kind::User,
        Some(_) => {
            let sentence = "`resourceType` must be \"User\": Groups have no extensions here";
            return Err(Error::InvalidValue(sentence.to_owned()));
        }
    };
    let required = fields.flag("required")?.unwrap_or(false);
    let name = fields.short("name", MAX_NAME)?;
    let name = name.unwrap_or_else(|| urn.rsplit(':').next().unwrap_or(urn));
    let served = json!({
        "schemas": [URN],
        "id": urn,
        "name": name,
        "description": fields.short("description", MAX_DESCRIPTION)?.unwrap_or_default(),
        "attributes": attribute::read_all(&fields)?,
    });
    let schema = Schema::read(served)
        .map_err(|error| Error::InvalidValue(format!("the definition cannot be used: {error}")))?;
    Ok(CustomSchema {
        kind,
        required,
        schema: Arc::new(schema),
        created: now,
        modified: now,
    })
}

/// The definition as administrators read it: the Schema, and of what it is an extension.
pub(crate) fn shown(custom: &CustomSchema) -> Value {
    let mut shown = custom.schema.served.clone();
    shown["resourceType"] = custom.kind.name().into();
    shown["required"] = custom.required.into();
    shown["meta"] = json!({
        "resourceType": "Schema",
        "created": custom.created.to_string(),
        "lastModified": custom.modified.to_string(),
    });
    shown
}

/// The fields of an object whose names are compared without case.
#[derive(Clone, Copy)]
struct Fields<'b> {
    fields: &'b Map<String, Value>,
    /// What it is called in a sentence, with a dot at its end; nothing for the schema itself.
    at: &'b str,
}

impl<'b> Fields<'b> {
    /// The value under a name; null is none.
    fn get(&self, name: &str) -> Option<&'b Value> {
        let found = self
            .fields
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found
            .map(|(_, value)| value)
            .filter(|value| !value.is_null())
    }

    fn text(&self, name: &str) -> Result<Option<&'b str>, Error> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => {
                value::check_text(text, &format!("{}{name}", self.at))?;
                Ok(Some(text))
            }
            Some(other) => Err(self.wrong(name, "a string", other)),
        }
    }

    fn short(&self, name: &str, most: usize) -> Result<Option<&'b str>, Error> {
        let text = self.text(name)?;
        if text.is_some_and(|text| text.len() > most) {
            return Err(Error::InvalidValue(format!(
                "`{}{name}` is longer than {most} bytes",
                self.at
            )));
        }
        Ok(text)
    }

    fn flag(&self, name: &str) -> Result<Option<bool>, Error> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(other) => Err(self.wrong(name, "true or false", other)),
        }
    }

    fn list(&self, name: &str) -> Result<Option<&'b [Value]>, Error> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Array(elements)) => Ok(Some(elements)),
            Some(other) => Err(self.wrong(name, "a list", other)),
        }
    }

    fn wrong(&self, name: &str, expected: &str, found: &Value) -> Error {
        let found = value::type_name(found);
        Error::InvalidValue(format!(
            "`{}{name}` must be {expected}, not {found}",
            self.at
        ))
    }
}

fn missing(name: &str) -> Error {
    Error::InvalidValue(format!("`{name}` is required"))
}
