//! `/organization/sso/{id}/last`: the last sign-ins through a connection, and what the last one carried; a part of its
//! page that changes while somebody looks at it.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::{id, moment, outcome};
use crate::app::sign_on::traces::{self, Wanted};
use crate::app::{Caller, connections};
use crate::domain::connection::Connection;
use crate::domain::error::Error;
use crate::domain::role::Role;
use crate::domain::trace::{Kept, Trace};
use crate::http::extract::Segments;
use crate::http::ui::error::PageError;
use crate::http::ui::frame::Person;
use crate::http::ui::members::badge;
use crate::http::ui::page;

/// How many sign-ins are shown, and of an attribute how many values.
const SHOWN: (u64, usize) = (15, 20);

/// A sign-in.
struct Line {
    number: String,
    at: String,
    outcome: (&'static str, &'static str),
    /// Why it was refused.
    says: String,
}

/// One thing that is read of a person: what it is, by which name, and what came.
struct Read {
    what: &'static str,
    name: String,
    values: Values,
}

/// Some values, and how many more there are.
struct Values {
    some: Vec<String>,
    more: usize,
}

impl Values {
    fn of(all: &[String]) -> Self {
        Self {
            some: all.iter().take(SHOWN.1).cloned().collect(),
            more: all.len().saturating_sub(SHOWN.1),
        }
    }
}

/// What the last sign-in carried.
struct Carried {
    at: String,
    read: Vec<Read>,
    /// What came beside it.
    others: Vec<(String, Values)>,
    role: Option<(&'static str, &'static str)>,
}

/// The part of the page.
#[derive(Template)]
#[template(path = "sso/last.html")]
pub(super) struct Last {
    lines: Vec<Line>,
    carried: Option<Carried>,
}

impl Last {
    /// Of this connection.
    pub(super) async fn of(caller: &Caller, connection: &Connection) -> Result<Self, Error> {
        let wanted = Wanted {
            connection: Some(connection.id),
            ..Wanted::default()
        };
        let (_, found) = traces::list(caller, &wanted, 0, SHOWN.0).await?;
        let told = found.iter().find(|kept| !kept.trace.attributes.is_empty());
        Ok(Self {
            lines: found.iter().map(line).collect(),
            carried: told.map(|kept| carried(connection, kept)),
        })
    }
}

fn line(kept: &Kept) -> Line {
    let failed = kept.trace.checks.iter().find(|check| !check.passed);
    Line {
        number: kept.number.clone(),
        at: moment(kept.at),
        outcome: outcome(kept),
        says: failed.map_or_else(String::new, |check| check.says.clone()),
    }
}

fn carried(connection: &Connection, kept: &Kept) -> Carried {
    let trace = &kept.trace;
    let names = &connection.attributes;
    let one = |what, name: &String, values: &[String]| Read {
        what,
        name: name.clone(),
        values: Values::of(values),
    };
    let groups = trace.groups.clone().unwrap_or_default();
    let read = vec![
        one("E-mail address", &names.email, read(trace, "email")),
        one("Given name", &names.first_name, read(trace, "first_name")),
        one("Family name", &names.last_name, read(trace, "last_name")),
        one("Groups", &names.groups, &groups),
    ];
    let known = [
        &names.email,
        &names.first_name,
        &names.last_name,
        &names.groups,
    ];
    let others = trace
        .attributes
        .iter()
        .filter(|one| !known.contains(&&one.name));
    let role = trace.role.as_deref().and_then(Role::from_code);
    Carried {
        at: moment(kept.at),
        read,
        others: others
            .map(|one| (one.name.clone(), Values::of(&one.values)))
            .collect(),
        role: role.map(badge),
    }
}

/// What was read under a name of ours.
fn read<'a>(trace: &'a Trace, name: &str) -> &'a [String] {
    let found = trace.read.iter().find(|one| one.name == name);
    found.map_or(&[], |one| &one.values)
}

/// GET.
pub(crate) async fn show(
    person: Person,
    Segments(text): Segments<String>,
) -> Result<Response, PageError> {
    let person = person.at_least(Role::Administrator).await?;
    let connection = connections::find(&person.caller, id(&text)?).await?;
    let shown = Last::of(&person.caller, &connection).await?;
    Ok(page(StatusCode::OK, &shown))
}
