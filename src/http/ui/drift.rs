//! `/organization/drift`: where the roll, the directory and the rules do not say the same, and where to mend it.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use url::form_urlencoded::byte_serialize;

use super::error::PageError;
use super::frame::{Frame, Person};
use super::members::{badge, count, day};
use super::page;
use crate::app::drift::{self, Entries, Part};
use crate::domain::drift::List;
use crate::domain::role::Role;
use crate::http::extract::Parameters;

/// How many entries of each list are shown, and of one that is open.
const SHOWN: (usize, usize) = (10, 50);
const PATH: &str = "/organization/drift";

/// A line: what it is about and where that is, a badge, and a few words.
struct Line {
    name: String,
    more: String,
    path: String,
    badge: Option<(&'static str, &'static str)>,
    says: String,
}

/// A list, for the page.
struct Shown {
    title: &'static str,
    means: &'static str,
    mend: &'static str,
    total: String,
    none: bool,
    lines: Vec<Line>,
    /// Where there is more of it.
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "drift.html")]
struct Page {
    frame: Frame,
    lists: Vec<Shown>,
    /// Whether one list is open.
    one: bool,
}

/// GET.
pub(crate) async fn show(person: Person, parameters: Parameters) -> Result<Response, PageError> {
    let person = person.at_least(Role::Administrator).await?;
    let text = |name: &str| parameters.get(name).unwrap_or_default();
    let open = List::from_name(text("list"));
    let after = text("after").replace('\0', "");
    let mut lists = Vec::new();
    for list in List::ALL {
        if open.is_some_and(|open| open != list) {
            continue;
        }
        let (after, rows) = match open {
            Some(_) => (after.as_str(), SHOWN.1),
            None => ("", SHOWN.0),
        };
        lists.push(shown(drift::list(&person.caller, list, after, rows).await?));
    }
    let shown = Page {
        frame: person.frame,
        lists,
        one: open.is_some(),
    };
    Ok(page(StatusCode::OK, &shown))
}

fn shown(part: Part) -> Shown {
    let (title, means, mend) = match part.list {
        List::ByHand => (
            "Members the directory never confirmed",
            "They were made by hand, by an invitation or at the command line. The directory has neither written them nor \
             put them into a group, so it will not deactivate them when they leave.",
            "Assign them in the directory, under the same sign-in name, or deactivate them here.",
        ),
        List::SignInOnly => (
            "People known by sign-in only",
            "They came by signing in through the identity provider, which has never pushed them. Who leaves there cannot \
             sign in any more, but stays a member here until somebody sees to it.",
            "Assign them to the SCIM application in the directory, or deactivate them here.",
        ),
        List::NeverPushed => (
            "Groups mapped but never pushed",
            "A rule names them, but the directory has pushed no group of this name: the rule gives nobody anything, unless \
             sign-ons tell of the group.",
            "Push the group in the directory, or correct its name in the rules.",
        ),
        List::NeverMapped => (
            "Groups pushed but never mapped",
            "The directory has pushed them, but no rule names them or a group that they lie within: being in them gives \
             nothing.",
            "Write a rule, or push fewer groups.",
        ),
    };
    let list = part.list;
    let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let members = |n: u64| match n {
        1 => "1 member".to_owned(),
        n => format!("{} members", count(n)),
    };
    let lines = match part.entries {
        Entries::People(people) => people
            .into_iter()
            .map(|one| Line {
                path: format!("/organization/members/{}", one.number.0),
                more: if one.user_name == one.name {
                    String::new()
                } else {
                    one.user_name
                },
                name: one.name,
                badge: Some(badge(one.role)),
                says: format!("joined {}", day(one.joined)),
            })
            .collect(),
        Entries::Groups(groups) => groups
            .into_iter()
            .map(|one| Line {
                path: match list {
                    List::NeverMapped => {
                        format!("/organization/mapping/group?name={}", encoded(&one.name))
                    }
                    _ => "/organization/mapping".to_owned(),
                },
                says: match list {
                    List::NeverPushed if one.members > 0 => {
                        format!("{} by sign-on", members(one.members))
                    }
                    List::NeverPushed => "nobody is in it".to_owned(),
                    _ => members(one.members),
                },
                name: one.name,
                more: String::new(),
                badge: None,
            })
            .collect(),
    };
    Shown {
        title,
        means,
        mend,
        none: part.total == Some(0),
        total: part
            .total
            .map_or_else(|| "more than 1,000".to_owned(), count),
        lines,
        next: part
            .next
            .map(|next| format!("{PATH}?list={}&after={}", list.name(), encoded(&next))),
    }
}
