//! What rules would do, on the way to saving them: nothing is saved but what was shown here.

use std::collections::BTreeSet;

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::edit::Form;
use super::rows::{self, Places, Row};
use crate::app::mapping_preview::{self, Move, Place, Preview, SeatChange};
use crate::domain::mapping::{Mapping, MappingChange};
use crate::domain::role::Role;
use crate::http::ui::error::PageError;
use crate::http::ui::frame::{Frame, Person};
use crate::http::ui::members::{badge, count};
use crate::http::ui::page;
use crate::http::ui::problems::Problems;

/// Those who move in one way.
struct Way {
    /// The class of a badge, and its word.
    kind: (&'static str, &'static str),
    place: String,
    before: Option<(&'static str, &'static str)>,
    after: Option<(&'static str, &'static str)>,
    members: String,
    /// Number and userName of those that are named.
    named: Vec<(i64, String)>,
    /// How many more there are.
    more: u64,
}

#[derive(Template)]
#[template(path = "mapping/preview.html")]
struct Page {
    frame: Frame,
    rows: Vec<Row>,
    mark: String,
    /// Whether this is shown in the place of something that was to be applied.
    stale: bool,
    added: Vec<String>,
    removed: Vec<String>,
    ways: Vec<Way>,
    members_changed: u64,
    losing_access: u64,
    seats: SeatChange,
}

/// The preview; where it is refused, the form again.
pub(super) async fn shown(
    person: Person,
    mut form: Form,
    change: MappingChange,
    stale: bool,
) -> Result<Response, PageError> {
    let seen = match mapping_preview::preview(&person.caller, change).await {
        Ok(seen) => seen,
        Err(error) => {
            form.problems = Problems::of(error, &["rules"])?;
            return form.shown(person).await;
        }
    };
    let ways = ways(&seen, &form.places);
    let (before, after) = (
        sentences(&seen.before, &form.places),
        sentences(&seen.after, &form.places),
    );
    let shown = Page {
        frame: person.frame,
        rows: form.rows,
        mark: seen.mark,
        stale,
        added: after.difference(&before).cloned().collect(),
        removed: before.difference(&after).cloned().collect(),
        ways,
        members_changed: seen.members_changed,
        losing_access: seen.losing_access,
        seats: seen.seats,
    };
    let status = if stale {
        StatusCode::CONFLICT
    } else {
        StatusCode::OK
    };
    Ok(page(status, &shown))
}

/// Each rule as a line.
fn sentences(mapping: &Mapping, places: &Places) -> BTreeSet<String> {
    let rules = rows::rules(mapping).into_iter();
    rules
        .map(|(group, place, role)| {
            let title = places.title(place);
            if role.is_empty() {
                format!("{group} → {title}")
            } else {
                format!("{group} → {title}: {role}")
            }
        })
        .collect()
}

/// Who loses access first, then who loses something, who gains, and who keeps their role.
fn ways(seen: &Preview, places: &Places) -> Vec<Way> {
    let mut ways: Vec<(u8, Move, u64)> = seen
        .counts
        .iter()
        .map(|(moved, members)| (rank(*moved), *moved, *members))
        .collect();
    ways.sort();
    ways.into_iter()
        .map(|(rank, moved, members)| {
            let movers = seen.movers.iter().filter(|mover| mover.moved == moved);
            let named: Vec<(i64, String)> = movers
                .map(|mover| (mover.number.0, mover.user_name.clone()))
                .collect();
            let more = members.saturating_sub(named.len() as u64);
            Way {
                kind: match rank {
                    0 => ("bad", "loses access"),
                    1 => ("warn", "loses"),
                    2 => ("good", "gains"),
                    _ => ("quiet", "keeps"),
                },
                place: places.title(moved.place),
                before: moved.before.map(badge),
                after: moved.after.map(badge),
                members: count(members),
                more: if rank == 3 { 0 } else { more },
                named,
            }
        })
        .collect()
}

fn rank(moved: Move) -> u8 {
    let has = |role: Option<Role>| role.is_some_and(Role::has_access);
    let in_organization = moved.place == Place::Organization;
    match moved.before.cmp(&moved.after) {
        std::cmp::Ordering::Greater => {
            u8::from(!(in_organization && has(moved.before) && !has(moved.after)))
        }
        std::cmp::Ordering::Less => 2,
        std::cmp::Ordering::Equal => 3,
    }
}
