//! Which part of the list of members is open: what stands in the address of the page, read and written.

use url::form_urlencoded::Serializer;

use crate::domain::TagId;
use crate::domain::listing::{MemberFilter, MemberOrder, Slice};
use crate::domain::role::Role;
use crate::http::extract::Parameters;

/// How many rows a page has.
pub(super) const ROWS: u64 = 50;
/// The word for those who were members, in the place of a role.
const DELETED: &str = "deleted";

/// What is searched for, and where in the list we are. What cannot be read is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct View {
    pub(super) search: String,
    pub(super) role: Option<Role>,
    pub(super) deleted: bool,
    pub(super) tag: Option<i64>,
    order: String,
    /// From 1 on.
    pub(super) page: u64,
}

impl View {
    pub(super) fn read(parameters: &Parameters) -> Self {
        let text = |name: &str| parameters.get(name).unwrap_or_default();
        Self {
            search: text("search").trim().chars().take(200).collect(),
            role: Role::from_code(text("role")),
            deleted: text("role") == DELETED,
            tag: text("tag").parse().ok(),
            order: text("order").to_owned(),
            page: text("page").parse().unwrap_or(1).clamp(1, 1 << 40),
        }
    }

    /// The same from the query string that a form carries along.
    pub(super) fn of(query: &str) -> Self {
        let pairs = url::form_urlencoded::parse(query.as_bytes());
        Self::read(&Parameters::of(pairs.into_owned().collect()))
    }

    pub(super) fn filter(&self) -> MemberFilter {
        MemberFilter {
            roles: Vec::from_iter(self.role),
            tags: self.tag.map(TagId).into_iter().collect(),
            words: MemberFilter::words_of(&self.search),
            ..MemberFilter::default()
        }
    }

    pub(super) fn order(&self) -> (MemberOrder, bool) {
        let (name, backwards) = match self.order.strip_prefix('-') {
            Some(name) => (name, true),
            None => (self.order.as_str(), false),
        };
        let order = match name {
            "name" => MemberOrder::UserName,
            "email" => MemberOrder::Email,
            "role" => MemberOrder::Role,
            _ => MemberOrder::Number,
        };
        (order, backwards)
    }

    pub(super) fn slice(&self) -> Slice {
        let bounded = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        Slice {
            offset: bounded((self.page - 1) * ROWS),
            count: bounded(ROWS),
        }
    }

    /// The query string that opens it, without `?`.
    pub(super) fn query(&self) -> String {
        let mut query = Serializer::new(String::new());
        if !self.search.is_empty() {
            query.append_pair("search", &self.search);
        }
        if self.deleted {
            query.append_pair("role", DELETED);
        }
        if let Some(role) = self.role {
            query.append_pair("role", role.code());
        }
        if let Some(tag) = self.tag {
            query.append_pair("tag", &tag.to_string());
        }
        if !self.order.is_empty() {
            query.append_pair("order", &self.order);
        }
        if self.page > 1 {
            query.append_pair("page", &self.page.to_string());
        }
        query.finish()
    }

    /// The path of the list, with more behind it.
    pub(super) fn path(&self, more: &str) -> String {
        let parts = [&self.query(), more];
        let query: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        if query.is_empty() {
            return "/organization".to_owned();
        }
        format!("/organization?{}", query.join("&"))
    }

    /// Another page of the same.
    pub(super) fn turned(&self, page: u64) -> String {
        let other = Self {
            page,
            ..self.clone()
        };
        other.path("")
    }

    /// The same by another order, from its beginning; backwards where it has that order already. And the word by which
    /// the table says how it is sorted now.
    pub(super) fn sorted(&self, order: &'static str) -> (String, &'static str) {
        let backwards = format!("-{order}");
        let (next, now) = match self.order.as_str() {
            by if by == order => (backwards, "ascending"),
            by if by == backwards => (order.to_owned(), "descending"),
            _ => (order.to_owned(), "none"),
        };
        let other = Self {
            order: next,
            page: 1,
            ..self.clone()
        };
        (other.path(""), now)
    }

    /// The same with everybody whom a tag does not narrow to.
    pub(super) fn without_tag(&self) -> String {
        let other = Self {
            tag: None,
            page: 1,
            ..self.clone()
        };
        other.path("")
    }

    /// Whether everybody is shown.
    pub(super) fn is_whole(&self) -> bool {
        self.search.is_empty() && self.role.is_none() && !self.deleted && self.tag.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let query = "search=ada+%26+b&role=NO&tag=3&order=-email&page=4";
        let view = View::of(query);
        assert_eq!(view.query(), query);
        assert_eq!(view.order(), (MemberOrder::Email, true));
        assert_eq!(view.slice().offset, 150);
        assert_eq!(
            view.turned(1),
            "/organization?search=ada+%26+b&role=NO&tag=3&order=-email"
        );
        assert_eq!(View::of("role=deleted").query(), "role=deleted");
    }

    #[test]
    fn nonsense_opens_the_whole_list() {
        for query in ["", "page=0", "page=-1&role=XX&tag=x", "page=x", "order="] {
            let view = View::of(query);
            assert!(view.is_whole(), "{query}");
            assert_eq!(view.path(""), "/organization");
            assert_eq!(view.slice().offset, 0);
        }
        assert_eq!(View::of("page=99999999999999999999").page, 1);
    }

    #[test]
    fn a_heading_turns_the_order_round() {
        let (forwards, now) = View::of("page=2").sorted("email");
        assert_eq!(
            (forwards.as_str(), now),
            ("/organization?order=email", "none")
        );
        let (backwards, now) = View::of("order=email").sorted("email");
        assert_eq!(
            (backwards.as_str(), now),
            ("/organization?order=-email", "ascending")
        );
    }
}
