//! What is wrong with a form, by field: the form is shown again with what was typed, and says it beside the field.

use crate::domain::error::Error;

/// What is wrong with which field.
#[derive(Debug, Default)]
pub(crate) struct Problems(Vec<(&'static str, String)>);

impl Problems {
    /// One field, and what is wrong with it.
    pub(crate) fn one(field: &'static str, sentence: &str) -> Self {
        Self(vec![(field, super::sentence(sentence))])
    }

    /// What a use case refused, where a person can do something about it: said of the field that the sentence names, or
    /// else of the first of `fields`. Everything else stays a failure.
    pub(crate) fn of(error: Error, fields: &[&'static str]) -> Result<Self, Error> {
        let said = match &error {
            Error::Invalid(_)
            | Error::Forbidden(_)
            | Error::Duplicate { .. }
            | Error::Taken(_)
            | Error::VersionMismatch(_) => error.to_string(),
            Error::NotFound(_)
            | Error::TooMany
            | Error::Throttled { .. }
            | Error::Unavailable(_)
            | Error::Internal(_) => return Err(error),
        };
        let named = fields.iter().find(|field| said.contains(*field));
        match named.or(fields.first()) {
            // Beside a field its name is said as people say it.
            Some(field) => {
                let spoken = field.replace('_', " ");
                Ok(Self::one(
                    field,
                    &said.replace(&format!("`{field}`"), &spoken),
                ))
            }
            None => Err(error),
        }
    }

    /// Whether nothing is wrong.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is wrong with a field.
    pub(crate) fn about(&self, field: &str) -> Option<&str> {
        let found = self.0.iter().find(|(named, _)| *named == field);
        found.map(|(_, sentence)| sentence.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_said_of_the_field_that_it_names() {
        let of = |said: &str| Problems::of(Error::Invalid(said.to_owned()), &["email", "password"]);
        let found = of("password must have 8 characters").unwrap();
        assert_eq!(
            found.about("password"),
            Some("Password must have 8 characters.")
        );
        assert_eq!(found.about("email"), None);
        assert!(of("something else").unwrap().about("email").is_some());
        let busy = Error::Unavailable(anyhow::anyhow!("busy"));
        assert!(Problems::of(busy, &["email"]).is_err());
    }
}
