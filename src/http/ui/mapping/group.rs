//! `/organization/mapping/group`: a group, by its name, and who is in it.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::group_path;
use super::rows::{self, Places};
use crate::app::{named_groups, role_mapping};
use crate::domain::role::Role;
use crate::http::extract::Parameters;
use crate::http::ui::error::PageError;
use crate::http::ui::frame::{Frame, Person};
use crate::http::ui::members::{badge, count};
use crate::http::ui::page;
use crate::http::ui::paging::{Pager, page_number, slice};

#[derive(Template)]
#[template(path = "mapping/group.html")]
struct Page {
    frame: Frame,
    name: String,
    pushed: bool,
    members: String,
    /// What its rules give: where, and with which role.
    gives: Vec<(String, &'static str)>,
    rows: Vec<(i64, String, (&'static str, &'static str))>,
    pager: Pager,
}

/// GET.
pub(crate) async fn show(person: Person, parameters: Parameters) -> Result<Response, PageError> {
    let person = person.at_least(Role::Administrator).await?;
    let caller = &person.caller;
    // No name holds U+0000, and PostgreSQL takes none.
    let name = parameters.get("name").unwrap_or_default().replace('\0', "");
    let open = page_number(&parameters);
    let (group, members) = named_groups::members(caller, &name, slice(open)).await?;
    let mapping = role_mapping::find(caller).await?;
    let places = Places::of(caller).await?;
    let rules = rows::rules(&mapping).into_iter();
    let own = rules.filter(|(named, _, _)| *named == group.name);
    let gives = own.map(|(_, place, role)| (places.title(place), role));
    let path = format!("{}&", group_path(&name));
    let shown = Page {
        gives: gives.collect(),
        pager: Pager::of(&path, open, group.members, members.len()),
        members: count(group.members),
        rows: members
            .into_iter()
            .map(|(number, user_name, role)| (number.0, user_name, badge(role)))
            .collect(),
        frame: person.frame,
        name: group.name,
        pushed: group.pushed,
    };
    Ok(page(StatusCode::OK, &shown))
}
