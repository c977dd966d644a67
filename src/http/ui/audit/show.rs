//! `/organization/audit`: the trail, newest first.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::filter::Filter;
use super::line::{Known, Line, line};
use super::words::{ACTORS, says};
use crate::app::audit;
use crate::domain::event::Kind;
use crate::domain::role::Role;
use crate::http::extract::Parameters;
use crate::http::ui::error::PageError;
use crate::http::ui::frame::{Frame, Person};
use crate::http::ui::page;
use crate::http::ui::problems::Problems;

/// How many events a page has.
const SHOWN: usize = 50;
const PATH: &str = "/organization/audit";

#[derive(Template)]
#[template(path = "audit/show.html")]
struct Page {
    frame: Frame,
    filter: Filter,
    kinds: Vec<(&'static str, &'static str, bool)>,
    actors: Vec<(&'static str, &'static str, bool)>,
    lines: Vec<Line>,
    newest: String,
    older: Option<String>,
    csv: String,
    json: String,
    problems: Problems,
}

impl Page {
    /// The fields that are typed into: name, label, what stands in it, and its type.
    fn fields(&self) -> [(&'static str, &'static str, &str, &'static str); 4] {
        let filter = &self.filter;
        [
            ("by", "By (address or id)", &filter.by, "text"),
            ("about", "About (address or id)", &filter.about, "text"),
            ("since", "From", &filter.since, "date"),
            ("until", "To", &filter.until, "date"),
        ]
    }
}

/// GET.
pub(crate) async fn show(person: Person, parameters: Parameters) -> Result<Response, PageError> {
    let person = person.at_least(Role::Administrator).await?;
    let filter = Filter::read(&parameters);
    let (mut lines, mut older, mut problems) = (Vec::new(), None, Problems::default());
    match filter.asked() {
        Ok(asked) => match audit::list(&person.caller, &asked, SHOWN).await {
            Ok(part) => {
                let known = Known {
                    members: part.known,
                    former: part.former,
                };
                lines = part
                    .events
                    .iter()
                    .map(|found| line(found, &known))
                    .collect();
                older = part
                    .next
                    .map(|next| filter.path(PATH, &[("before", &next.to_string())]));
            }
            Err(error) => problems = Problems::of(error, &["about", "by"])?,
        },
        Err(found) => problems = found,
    }
    let mut kinds: Vec<_> = Kind::ALL
        .iter()
        .map(|kind| (kind.name(), says(*kind), kind.name() == filter.kind))
        .collect();
    kinds.sort_unstable_by_key(|(_, says, _)| *says);
    let status = if problems.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::BAD_REQUEST
    };
    let export = |format| filter.path("/organization/audit/export", &[("format", format)]);
    let shown = Page {
        frame: person.frame,
        actors: ACTORS
            .iter()
            .map(|(word, says)| (*word, *says, *word == filter.actor))
            .collect(),
        newest: filter.path(PATH, &[]),
        csv: export("csv"),
        json: export("jsonl"),
        kinds,
        filter,
        lines,
        older,
        problems,
    };
    Ok(page(status, &shown))
}
