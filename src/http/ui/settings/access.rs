//! `/organization/settings/access`: how long sessions last, which tokens there may be, and who may do what.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::status;
use crate::app::policies::{self, LONGEST, LONGEST_DAYS};
use crate::app::{Caller, permissions};
use crate::domain::error::Error;
use crate::domain::permission::{ALLOWABLE, Permission};
use crate::domain::policy::{SessionPolicy, TokenSettings};
use crate::domain::role::Role;
use crate::http::api::body::Body;
use crate::http::api::error::ApiError;
use crate::http::extract::Parameters;
use crate::http::ui::error::PageError;
use crate::http::ui::frame::{Frame, Person};
use crate::http::ui::page;
use crate::http::ui::problems::Problems;

/// A permission, and which roles have it.
struct Allowed {
    key: &'static str,
    label: &'static str,
    /// Whether the organization has said something; else the default holds.
    said: bool,
    roles: Vec<(&'static str, &'static str, bool)>,
}

#[derive(Template)]
#[template(path = "settings/access.html")]
struct Page {
    frame: Frame,
    owner: bool,
    max_session_age: String,
    max_time_between_activity: String,
    personal: bool,
    legacy: bool,
    days: String,
    permissions: Vec<Allowed>,
    notice: Option<&'static str>,
    problems: Problems,
}

/// The fields of a form, by name.
type Fields = BTreeMap<String, String>;

/// GET.
pub(crate) async fn show(person: Person, parameters: Parameters) -> Result<Response, PageError> {
    let person = person.at_least(Role::Administrator).await?;
    let notice = match parameters.get("done") {
        Some("sessions") => Some("How long sessions last is saved."),
        Some("tokens") => Some("Which tokens there may be is saved."),
        Some("permission") => Some("Who may do that is saved."),
        Some("default") => Some("The default holds again."),
        _ => None,
    };
    shown(person, &Fields::new(), notice, Problems::default()).await
}

async fn shown(
    person: Person,
    typed: &Fields,
    notice: Option<&'static str>,
    problems: Problems,
) -> Result<Response, PageError> {
    let caller = &person.caller;
    let sessions = policies::sessions(caller).await?;
    let tokens = policies::tokens(caller).await?;
    let said = permissions::list(caller).await?;
    let text = |name: &str, kept: i32| typed.get(name).cloned().unwrap_or_else(|| kept.to_string());
    let of_tokens = field(typed, "what") == "tokens";
    let checked = |name: &str, kept: bool| {
        if of_tokens {
            typed.contains_key(name)
        } else {
            kept
        }
    };
    let allowed = |permission: Permission| {
        let own = said.iter().find(|(one, _)| *one == permission);
        let roles = own.map_or_else(|| permission.default_roles(), |(_, roles)| roles.clone());
        let roles = ALLOWABLE.map(|role| (role.code(), role.name(), roles.contains(&role)));
        Allowed {
            key: permission.key(),
            label: permission.label(),
            said: own.is_some(),
            roles: roles.to_vec(),
        }
    };
    let status = status(&problems);
    let shown = Page {
        owner: person.frame.role == Role::Owner,
        max_session_age: text("max_session_age", sessions.max_age_minutes),
        max_time_between_activity: text("max_time_between_activity", sessions.max_idle_minutes),
        personal: checked("personal", tokens.personal),
        legacy: checked("legacy", tokens.legacy),
        days: text("days", tokens.days),
        permissions: permissions::known(caller)?
            .into_iter()
            .map(allowed)
            .collect(),
        frame: person.frame,
        notice,
        problems,
    };
    Ok(page(status, &shown))
}

fn field<'a>(fields: &'a Fields, name: &str) -> &'a str {
    fields.get(name).map_or("", String::as_str)
}

/// POST: `what` is `tokens`, `sessions`, `permission` or `default`.
pub(crate) async fn post(
    person: Person,
    fields: Result<Body<Fields>, ApiError>,
) -> Result<Response, PageError> {
    let person = person.at_least(Role::Administrator).await?;
    let Body(fields) = fields?;
    let person = match field(&fields, "what") {
        "sessions" | "permission" | "default" => person.at_least(Role::Owner).await?,
        _ => person,
    };
    match act(&person.caller, &fields).await {
        Ok(done) => {
            let path = format!("/organization/settings/access?done={done}");
            Ok(Redirect::to(&path).into_response())
        }
        Err((field, error)) => {
            let problems = Problems::of(error, &[field])?;
            shown(person, &fields, None, problems).await
        }
    }
}

/// A number of a form, within its bounds.
fn number(fields: &Fields, name: &'static str, most: i32) -> Result<i32, (&'static str, Error)> {
    let given = field(fields, name).trim().parse().ok();
    given
        .filter(|number| (1..=most).contains(number))
        .ok_or_else(|| {
            let sentence = format!("give a number from 1 to {most}");
            (name, Error::Invalid(sentence))
        })
}

async fn act(caller: &Caller, fields: &Fields) -> Result<&'static str, (&'static str, Error)> {
    let on = |name: &str| fields.contains_key(name);
    match field(fields, "what") {
        "sessions" => {
            let age = number(fields, "max_session_age", LONGEST)?;
            let idle = number(fields, "max_time_between_activity", LONGEST)?;
            let change = |policy: &mut SessionPolicy| {
                policy.max_age_minutes = age;
                policy.max_idle_minutes = idle;
            };
            let changed = policies::set_sessions(caller, change).await;
            changed.map_err(|error| ("max_session_age", error))?;
            Ok("sessions")
        }
        what @ ("permission" | "default") => {
            let permission = Permission::from_key(field(fields, "permission"))
                .ok_or(("permission", Error::NotFound("permission")))?;
            let changed = if what == "default" {
                permissions::reset(caller, permission).await
            } else {
                let roles = ALLOWABLE.into_iter().filter(|role| on(role.code()));
                let roles: Vec<Role> = roles.collect();
                let set = permissions::set(caller, permission, &roles).await;
                set.map(|_| ())
            };
            match changed {
                // Reset twice, the default holds as well.
                Ok(()) | Err(Error::NotFound(_)) => {}
                Err(error) => return Err(("permission", error)),
            }
            Ok(if what == "default" {
                "default"
            } else {
                "permission"
            })
        }
        _ => {
            let wanted = TokenSettings {
                days: number(fields, "days", LONGEST_DAYS)?,
                personal: on("personal"),
                legacy: on("legacy"),
            };
            let set = policies::set_tokens(caller, wanted).await;
            set.map_err(|error| ("days", error))?;
            Ok("tokens")
        }
    }
}
