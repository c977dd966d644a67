//! What is looked for in the trail: as it stands in the address of the page, read and written.

use url::form_urlencoded::Serializer;

use super::words::ACTORS;
use crate::app::audit::Asked;
use crate::domain::event::Kind;
use crate::domain::{EventId, Timestamp};
use crate::http::extract::Parameters;
use crate::http::ui::problems::Problems;

/// What stands in the fields, kept as it was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Filter {
    pub(super) kind: String,
    pub(super) actor: String,
    pub(super) by: String,
    pub(super) about: String,
    pub(super) since: String,
    pub(super) until: String,
    before: Option<EventId>,
}

impl Filter {
    pub(super) fn read(parameters: &Parameters) -> Self {
        let text = |name: &str| {
            let typed = parameters.get(name).unwrap_or_default().trim();
            // PostgreSQL does not even compare what holds U+0000.
            typed
                .chars()
                .filter(|letter| *letter != '\0')
                .take(200)
                .collect::<String>()
        };
        Self {
            kind: text("kind"),
            actor: text("actor"),
            by: text("by"),
            about: text("about"),
            since: text("since"),
            until: text("until"),
            before: text("before").parse().ok().map(EventId),
        }
    }

    /// What is asked for; or what is wrong with which field.
    pub(super) fn asked(&self) -> Result<Asked, Problems> {
        let given = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        let kind = match self.kind.as_str() {
            "" => None,
            name => Some(
                Kind::from_name(name)
                    .ok_or_else(|| Problems::one("kind", "there is no such kind of event"))?,
            ),
        };
        let actor_kind = match self.actor.as_str() {
            "" => None,
            word => Some(
                ACTORS
                    .iter()
                    .map(|(known, _)| *known)
                    .find(|known| *known == word)
                    .ok_or_else(|| Problems::one("actor", "choose one of the list"))?,
            ),
        };
        let day = |field: &'static str, text: &str, time: &str| match text {
            "" => Ok(None),
            day => Timestamp::parse(&format!("{day}T{time}Z"))
                .map(Some)
                .ok_or_else(|| Problems::one(field, "give a day such as 2027-03-01")),
        };
        Ok(Asked {
            kind,
            actor_kind,
            by: given(&self.by),
            about: given(&self.about),
            since: day("since", &self.since, "00:00:00")?,
            until: day("until", &self.until, "23:59:59.999")?,
            before: self.before,
        })
    }

    /// Whether everything is shown.
    pub(super) fn is_whole(&self) -> bool {
        let whole = Self {
            before: self.before,
            ..Self::default()
        };
        *self == whole
    }

    /// Whether the newest are shown.
    pub(super) fn is_newest(&self) -> bool {
        self.before.is_none()
    }

    /// This path with the same filter, and more behind it.
    pub(super) fn path(&self, path: &str, more: &[(&str, &str)]) -> String {
        let mut query = Serializer::new(String::new());
        for (name, value) in [
            ("kind", &self.kind),
            ("actor", &self.actor),
            ("by", &self.by),
            ("about", &self.about),
            ("since", &self.since),
            ("until", &self.until),
        ] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        for (name, value) in more {
            query.append_pair(name, value);
        }
        let query = query.finish();
        if query.is_empty() {
            return path.to_owned();
        }
        format!("{path}?{query}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(query: &str) -> Filter {
        let pairs = url::form_urlencoded::parse(query.as_bytes());
        Filter::read(&Parameters::of(pairs.into_owned().collect()))
    }

    #[test]
    fn what_is_written_is_read_again() {
        let query =
            "kind=member.created&actor=operator&by=a%26b&about=x&since=2026-01-01&until=2026-01-02";
        assert_eq!(of(query).path("/x", &[]), format!("/x?{query}"));
        assert!(of("before=nonsense").is_newest() && of("before=nonsense").is_whole());
        assert_eq!(of("").path("/x", &[("a", "b")]), "/x?a=b");
    }

    #[test]
    fn each_field_that_cannot_be_read_is_named() {
        for (query, field) in [
            ("kind=x", "kind"),
            ("actor=x", "actor"),
            ("since=x", "since"),
            ("until=2026-02-30", "until"),
        ] {
            let problems = of(query).asked().unwrap_err();
            assert!(problems.about(field).is_some(), "{query}");
        }
        assert!(of("since=2026-02-28&until=2026-02-28").asked().is_ok());
    }
}
