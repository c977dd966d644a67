//! `/organization/mapping`: the rules as a form, and the groups.

use std::collections::BTreeMap;

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::group_path;
use super::preview;
use super::rows::{self, Places, Row};
use crate::app::named_groups::{self, Names};
use crate::app::{mapping_preview, role_mapping};
use crate::domain::error::Error;
use crate::domain::name;
use crate::domain::role::Role;
use crate::http::api::body::Body;
use crate::http::api::error::ApiError;
use crate::http::extract::Parameters;
use crate::http::ui::error::PageError;
use crate::http::ui::frame::{Frame, Person};
use crate::http::ui::members::count;
use crate::http::ui::page;
use crate::http::ui::paging::{Pager, page_number, slice};
use crate::http::ui::problems::Problems;

/// How many empty rows there are for new rules.
const EMPTY: usize = 3;
/// How many names of groups a field offers.
const OFFERED: usize = 500;
/// Beyond so many choices in all, a row that has a place offers no other.
const MOST_CHOICES: usize = 3000;

/// A row, and what is known of its group: how grave it is, and a sentence.
struct Shown {
    row: Row,
    hint: Option<(&'static str, String)>,
    /// Whether every place can be chosen; else its own alone.
    open: bool,
    /// The name of its own place.
    title: String,
}

/// A group: its name and path, how many are in it, whether the directory pushed it, and what it gives.
struct Group {
    name: String,
    path: String,
    members: String,
    pushed: bool,
    gives: Vec<String>,
    near: Option<String>,
}

#[derive(Template)]
#[template(path = "mapping/edit.html")]
struct Page {
    frame: Frame,
    rows: Vec<Shown>,
    places: Vec<(&'static str, Vec<(String, String)>)>,
    roles: Vec<&'static str>,
    offered: Vec<String>,
    groups: Vec<Group>,
    pager: Pager,
    notice: Option<String>,
    problems: Problems,
    wrong: usize,
}

/// GET.
pub(crate) async fn show(person: Person, parameters: Parameters) -> Result<Response, PageError> {
    let person = person.at_least(Role::Administrator).await?;
    let changed = parameters.get("changed").and_then(|n| n.parse().ok());
    let notice = changed.map(|changed: u64| match changed {
        0 => "The rules are saved. Nobody has another role in the organization.".to_owned(),
        1 => "The rules are saved. 1 member has another role in the organization.".to_owned(),
        n => format!(
            "The rules are saved. {} members have another role in the organization.",
            count(n)
        ),
    });
    let rows = rows::written(&role_mapping::find(&person.caller).await?);
    let places = Places::of(&person.caller).await?;
    let form = Form {
        rows,
        places,
        page: page_number(&parameters),
        notice,
        problems: Problems::default(),
    };
    form.shown(person).await
}

/// The form as it is to be shown.
pub(super) struct Form {
    pub(super) rows: Vec<Row>,
    pub(super) places: Places,
    pub(super) page: u64,
    pub(super) notice: Option<String>,
    pub(super) problems: Problems,
}

impl Form {
    pub(super) async fn shown(self, person: Person) -> Result<Response, PageError> {
        let caller = &person.caller;
        let asked: Vec<String> = self.rows.iter().map(|row| row.group.clone()).collect();
        let names = named_groups::look_up(caller, &asked).await?;
        let found = named_groups::list(caller, slice(self.page)).await?;
        let rules = role_mapping::find(caller).await?;
        let mut gives: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (group, place, role) in rows::rules(&rules) {
            let title = self.places.title(place);
            let told = if role.is_empty() {
                title
            } else {
                format!("{title}: {role}")
            };
            gives.entry(group).or_default().push(told);
        }
        let wrong = self.rows.iter().filter(|row| row.problem.is_some()).count();
        let status = if wrong == 0 && self.problems.is_empty() {
            StatusCode::OK
        } else {
            StatusCode::BAD_REQUEST
        };
        let mapped: Vec<&str> = gives.keys().copied().collect();
        let near = |group: &str| {
            let key = name::key(group);
            let alike = mapped.iter().find(|rule| name::key(rule) == key);
            alike.map(|rule| (*rule).to_owned())
        };
        let pager = Pager::of(
            "/organization/mapping?",
            self.page,
            found.total,
            found.resources.len(),
        );
        let groups = found.resources.into_iter().map(|one| {
            let gives = gives.get(one.name.as_str()).cloned().unwrap_or_default();
            Group {
                path: group_path(&one.name),
                members: count(one.members),
                pushed: one.pushed,
                near: if gives.is_empty() {
                    near(&one.name)
                } else {
                    None
                },
                gives,
                name: one.name,
            }
        });
        let groups = groups.collect();
        let choices = self.places.choices();
        let places: usize = choices.iter().map(|(_, some)| some.len()).sum();
        let open = self.rows.len() * places <= MOST_CHOICES;
        let empty = std::iter::repeat_n(Row::default(), EMPTY);
        let rows = self.rows.into_iter().chain(empty).map(|row| {
            let own = choices
                .iter()
                .flat_map(|(_, some)| some)
                .find(|(word, _)| *word == row.place);
            Shown {
                hint: hint(&row, &names),
                open: open || row.place.is_empty() || row.problem.is_some(),
                title: own.map_or("Organization", |(_, title)| title).to_owned(),
                row,
            }
        });
        let shown = Page {
            frame: person.frame,
            rows: rows.collect(),
            places: choices,
            roles: rows::roles(),
            offered: names.all.into_iter().take(OFFERED).collect(),
            groups,
            pager,
            notice: self.notice,
            problems: self.problems,
            wrong,
        };
        Ok(page(status, &shown))
    }
}

/// What somebody should know of the group that a rule names.
fn hint(row: &Row, names: &Names) -> Option<(&'static str, String)> {
    let group = row.group.as_str();
    match (names.members(group), names.near_miss(group)) {
        _ if group.is_empty() => None,
        (Some(0), _) => Some(("soft", "Nobody is in this group.".to_owned())),
        (Some(_), _) => None,
        (None, Some(near)) => Some((
            "warn",
            format!(
                "No group has exactly this name, but there is “{near}”. Upper and lower case matter."
            ),
        )),
        (None, None) => Some((
            "soft",
            "No group has this name yet. The rule waits for it.".to_owned(),
        )),
    }
}

/// POST: `what` is `preview`, `edit` or `apply`.
pub(crate) async fn post(
    person: Person,
    fields: Result<Body<BTreeMap<String, String>>, ApiError>,
) -> Result<Response, PageError> {
    let person = person.at_least(Role::Administrator).await?;
    let Body(fields) = fields?;
    let places = Places::of(&person.caller).await?;
    let mut rows = rows::typed(&fields);
    let change = rows::read(&mut rows, &places);
    let field = |name: &str| fields.get(name).map_or("", String::as_str);
    let mut form = Form {
        rows,
        places,
        page: 1,
        notice: None,
        problems: Problems::default(),
    };
    let change = match (field("what"), change) {
        ("edit", _) => {
            // Somebody is still typing.
            form.rows.iter_mut().for_each(|row| row.problem = None);
            return form.shown(person).await;
        }
        (_, None) => return form.shown(person).await,
        ("apply", Some(change)) => {
            match mapping_preview::apply(&person.caller, change.clone(), field("mark")).await {
                Ok(done) => {
                    let path = format!("/organization/mapping?changed={}", done.members_changed);
                    return Ok(Redirect::to(&path).into_response());
                }
                Err(Error::VersionMismatch(_)) => {
                    return preview::shown(person, form, change, true).await;
                }
                Err(error) => {
                    form.problems = Problems::of(error, &["rules"])?;
                    return form.shown(person).await;
                }
            }
        }
        (_, Some(change)) => change,
    };
    preview::shown(person, form, change, false).await
}
