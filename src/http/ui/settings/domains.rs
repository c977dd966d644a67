//! `/organization/settings/domains`: domains, the record that shows whose each is, and who must use single sign-on.

use askama::Template;
use axum::extract::State as Shared;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::status;
use crate::app::{Caller, connections, domains, sign_in_policy};
use crate::domain::ConnectionId;
use crate::domain::connection::{Connection, Protocol};
use crate::domain::error::Error;
use crate::domain::mail_domain::Domain;
use crate::domain::role::Role;
use crate::http::api::body::Body;
use crate::http::api::domains::{connection, look_up};
use crate::http::api::error::ApiError;
use crate::http::extract::Parameters;
use crate::http::ui::error::PageError;
use crate::http::ui::frame::{Frame, Person};
use crate::http::ui::members::day;
use crate::http::ui::page;
use crate::http::ui::paging::{Pager, ROWS, page_number};
use crate::http::ui::problems::Problems;
use crate::state::State;

struct Row {
    name: String,
    verified: Option<String>,
    record_name: String,
    record: String,
    /// The id of its connection, or nothing.
    connection: String,
    sso_required: bool,
}

#[derive(Template)]
#[template(path = "settings/domains.html")]
struct Page {
    frame: Frame,
    required: bool,
    /// What was typed for a new one.
    name: String,
    rows: Vec<Row>,
    connections: Vec<(String, String)>,
    pager: Pager,
    /// The domain that a refusal is about.
    at: String,
    notice: Option<&'static str>,
    problems: Problems,
}

/// GET.
pub(crate) async fn show(person: Person, parameters: Parameters) -> Result<Response, PageError> {
    let person = person.at_least(Role::Administrator).await?;
    let notice = match parameters.get("done") {
        Some("added") => Some("The domain is added. Its record is below."),
        Some("verified") => Some("The domain is verified."),
        Some("changed") => Some("The domain is saved."),
        Some("removed") => Some("The domain is removed."),
        Some("required") => Some("Who must use single sign-on is saved."),
        _ => None,
    };
    let open = page_number(&parameters);
    let nothing = Wanted::default();
    shown(person, open, &nothing, notice, Problems::default()).await
}

async fn shown(
    person: Person,
    open: u64,
    typed: &Wanted,
    notice: Option<&'static str>,
    problems: Problems,
) -> Result<Response, PageError> {
    let caller = &person.caller;
    let all = domains::list(caller).await?;
    // A refusal opens the part in which its domain stands.
    let stands = all.iter().position(|one| one.name == typed.domain);
    let open = stands.map_or(open, |at| at as u64 / ROWS + 1);
    let skipped = usize::try_from((open - 1) * ROWS).unwrap_or(usize::MAX);
    let rows: Vec<Row> = all
        .iter()
        .skip(skipped)
        .take(usize::try_from(ROWS).unwrap_or(usize::MAX))
        .map(|one| row(one, typed))
        .collect();
    let found = connections::list(caller).await?;
    let required = match typed.what.as_str() {
        "require" => !typed.sso_required.is_empty(),
        _ => sign_in_policy::is_required(caller).await?,
    };
    let status = status(&problems);
    let shown = Page {
        required,
        name: typed.name.clone(),
        pager: Pager::of(
            "/organization/settings/domains?",
            open,
            all.len() as u64,
            rows.len(),
        ),
        rows,
        connections: found
            .iter()
            .enumerate()
            .map(|(at, one)| (one.id.to_string(), label(at, one)))
            .collect(),
        frame: person.frame,
        at: typed.domain.clone(),
        notice,
        problems,
    };
    Ok(page(status, &shown))
}

fn row(domain: &Domain, typed: &Wanted) -> Row {
    let refused = typed.what == "change" && typed.domain == domain.name;
    let kept = domain.connection.map(|id| id.to_string());
    Row {
        name: domain.name.clone(),
        verified: domain.verified.map(day),
        record_name: domain.record_name(),
        record: domain.record(),
        connection: if refused {
            typed.connection.clone()
        } else {
            kept.unwrap_or_default()
        },
        sso_required: if refused {
            !typed.sso_required.is_empty()
        } else {
            domain.sso_required
        },
    }
}

/// What a connection is called, also where nobody has called it anything.
fn label(at: usize, one: &Connection) -> String {
    let protocol = match one.protocol {
        Protocol::Saml(_) => "SAML",
        Protocol::Oidc(_) => "OpenID Connect",
    };
    if one.name.is_empty() {
        return format!("Connection {}, {protocol}", at + 1);
    }
    format!("{}, {protocol}", one.name)
}

/// What is to be done: `add`, `verify`, `change`, `remove` or `require`.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    what: String,
    /// A new one.
    #[serde(default)]
    name: String,
    /// One that there is.
    #[serde(default)]
    domain: String,
    #[serde(default)]
    connection: String,
    /// `on`, or nothing.
    #[serde(default)]
    sso_required: String,
}

/// POST.
pub(crate) async fn post(
    Shared(state): Shared<State>,
    person: Person,
    wanted: Result<Body<Wanted>, ApiError>,
) -> Result<Response, PageError> {
    let person = person.at_least(Role::Administrator).await?;
    let Body(wanted) = wanted?;
    match act(&person.caller, &state, &wanted).await {
        Ok(done) => {
            let path = format!("/organization/settings/domains?done={done}");
            Ok(Redirect::to(&path).into_response())
        }
        Err((field, error)) => {
            let problems = Problems::of(error, &[field])?;
            shown(person, 1, &wanted, None, problems).await
        }
    }
}

async fn act(
    caller: &Caller,
    state: &State,
    wanted: &Wanted,
) -> Result<&'static str, (&'static str, Error)> {
    let required = !wanted.sso_required.is_empty();
    match wanted.what.as_str() {
        "require" => sign_in_policy::require(caller, required)
            .await
            .map(|()| "required")
            .map_err(|error| ("sso_required", error)),
        "add" => domains::create(caller, &wanted.name, None)
            .await
            .map(|_| "added")
            .map_err(|error| ("name", error)),
        what => {
            let done = match what {
                "verify" => look_up(state, caller, &wanted.domain)
                    .await
                    .map(|_| "verified"),
                "remove" => domains::delete(caller, &wanted.domain)
                    .await
                    .map(|()| "removed"),
                "change" => change(caller, wanted, required).await.map(|()| "changed"),
                _ => Err(Error::Invalid("choose what to do".to_owned())),
            };
            done.map_err(|error| ("domain", error))
        }
    }
}

async fn change(caller: &Caller, wanted: &Wanted, required: bool) -> Result<(), Error> {
    let chosen: Option<ConnectionId> = match wanted.connection.as_str() {
        "" => None,
        text => Some(connection(text)?),
    };
    let change = |domain: Domain| Domain {
        connection: chosen,
        sso_required: required,
        ..domain
    };
    domains::change(caller, &wanted.domain, change).await?;
    Ok(())
}
