//! `/organization/settings`: what the organization is called, whom to ask, where people begin, who gives roles, and seats.

use askama::Template;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::status;
use crate::app::organizations::{self, Change};
use crate::app::seats::{self, Seats};
use crate::app::{Caller, role_mapping};
use crate::domain::error::Error;
use crate::domain::role::Role;
use crate::http::api::body::Body;
use crate::http::api::error::ApiError;
use crate::http::extract::Parameters;
use crate::http::ui::error::PageError;
use crate::http::ui::frame::{Frame, Person};
use crate::http::ui::page;
use crate::http::ui::problems::Problems;

/// The roles in which people can begin.
pub(crate) const DEFAULTS: [Role; 5] = [
    Role::Administrator,
    Role::Manager,
    Role::Reviewer,
    Role::Annotator,
    Role::NotActivated,
];

#[derive(Template)]
#[template(path = "settings/general.html")]
struct Page {
    frame: Frame,
    number: i64,
    title: String,
    contact_info: String,
    default_role: String,
    by_hand: bool,
    seats: Seats,
    notice: Option<&'static str>,
    problems: Problems,
}

/// GET.
pub(crate) async fn show(person: Person, parameters: Parameters) -> Result<Response, PageError> {
    let person = person.at_least(Role::Administrator).await?;
    let notice = match parameters.get("done") {
        Some("about") => Some("The organization is saved."),
        Some("management") => Some("It is saved, and everybody’s role follows from it."),
        _ => None,
    };
    shown(person, None, notice, Problems::default()).await
}

async fn shown(
    person: Person,
    typed: Option<Wanted>,
    notice: Option<&'static str>,
    problems: Problems,
) -> Result<Response, PageError> {
    let own = organizations::find(&person.caller).await?;
    let seats = seats::find(&person.caller).await?;
    let typed = typed.filter(|typed| typed.what == "about");
    let (title, contact_info, default_role) = typed.map_or_else(
        || {
            let role = own.default_role.code().to_owned();
            (own.title, own.contact_info, role)
        },
        |typed| (typed.title, typed.contact_info, typed.default_role),
    );
    let status = status(&problems);
    let shown = Page {
        frame: person.frame,
        number: own.id.0,
        title,
        contact_info,
        default_role,
        by_hand: own.manual_role_management,
        seats,
        notice,
        problems,
    };
    Ok(page(status, &shown))
}

/// What is to be changed: `about` or `management`.
#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    what: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    contact_info: String,
    #[serde(default)]
    default_role: String,
    /// `on` or `off`.
    #[serde(default)]
    manual: String,
}

/// POST.
pub(crate) async fn post(
    person: Person,
    wanted: Result<Body<Wanted>, ApiError>,
) -> Result<Response, PageError> {
    let person = person.at_least(Role::Administrator).await?;
    let Body(wanted) = wanted?;
    let fields: &[&str] = if wanted.what == "management" {
        &["manual"]
    } else {
        &["title", "contact_info", "default_role"]
    };
    match act(&person.caller, &wanted).await {
        Ok(done) => {
            Ok(Redirect::to(&format!("/organization/settings?done={done}")).into_response())
        }
        Err(error) => {
            let problems = Problems::of(error, fields)?;
            shown(person, Some(wanted), None, problems).await
        }
    }
}

async fn act(caller: &Caller, wanted: &Wanted) -> Result<&'static str, Error> {
    if wanted.what == "management" {
        let manual = match wanted.manual.as_str() {
            "on" => true,
            "off" => false,
            _ => return Err(Error::Invalid("choose on or off".to_owned())),
        };
        role_mapping::set_manual_management(caller, manual).await?;
        return Ok("management");
    }
    let role = Role::from_code(&wanted.default_role)
        .ok_or_else(|| Error::Invalid("`default_role` must be chosen".to_owned()))?;
    let change = Change {
        title: Some(wanted.title.clone()),
        contact_info: Some(wanted.contact_info.clone()),
        default_role: Some(role),
    };
    organizations::change(caller, change).await?;
    Ok("about")
}
