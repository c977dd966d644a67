//! `/organization/sso`: the connections of the organization, and where one is added.

use askama::Template;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::guide::{self, Guide, PROVIDERS};
use super::{Certificate, moment, protocol, standing, title};
use crate::app::sign_on::traces::{self, Wanted};
use crate::app::{Caller, connections, domains};
use crate::domain::ConnectionId;
use crate::domain::connection::{Connection, Oidc, Protocol, Saml};
use crate::domain::error::Error;
use crate::domain::mail_domain::Domain;
use crate::domain::role::Role;
use crate::domain::trace::Outcome;
use crate::http::api::body::Body;
use crate::http::api::error::ApiError;
use crate::http::extract::Parameters;
use crate::http::ui::error::PageError;
use crate::http::ui::frame::{Frame, Person};
use crate::http::ui::page;
use crate::http::ui::problems::Problems;
use crate::state::State;

/// A connection as a line of the list.
struct Line {
    id: String,
    title: String,
    provider: &'static str,
    protocol: &'static str,
    standing: (&'static str, &'static str),
    certificates: Vec<Certificate>,
    problem: bool,
    /// Its domains, and whether each is verified.
    domains: Vec<(String, bool)>,
    last: Option<String>,
}

#[derive(Template)]
#[template(path = "sso/list.html")]
struct Page {
    frame: Frame,
    lines: Vec<Line>,
    wanted: New,
    notice: Option<&'static str>,
    problems: Problems,
}

/// GET.
pub(crate) async fn show(person: Person, parameters: Parameters) -> Result<Response, PageError> {
    let person = person.at_least(Role::Administrator).await?;
    let deleted = parameters.get("done") == Some("deleted");
    let notice =
        deleted.then_some("The connection is deleted: nobody signs in through it any more.");
    shown(person, New::default(), notice, Problems::default()).await
}

async fn shown(
    person: Person,
    wanted: New,
    notice: Option<&'static str>,
    problems: Problems,
) -> Result<Response, PageError> {
    let caller = &person.caller;
    let claimed = domains::list(caller).await?;
    let mut lines = Vec::new();
    for connection in connections::list(caller).await? {
        lines.push(line(caller, &connection, &claimed).await?);
    }
    let status = if problems.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::BAD_REQUEST
    };
    let shown = Page {
        frame: person.frame,
        lines,
        wanted,
        notice,
        problems,
    };
    Ok(page(status, &shown))
}

async fn line(caller: &Caller, connection: &Connection, claimed: &[Domain]) -> Result<Line, Error> {
    let saml = connection.saml();
    Ok(Line {
        id: connection.id.to_string(),
        title: title(connection),
        provider: guide::provider(&connection.idp_provider),
        protocol: protocol(connection),
        standing: standing(connection),
        certificates: saml.map_or_else(Vec::new, |saml| Certificate::of(saml, caller.now)),
        problem: saml.is_some_and(|saml| saml.metadata_problem.is_some()),
        domains: of_connection(claimed, connection.id),
        last: last_sign_in(caller, connection.id).await?,
    })
}

/// The domains whose people sign in through a connection, and whether each is verified.
pub(super) fn of_connection(claimed: &[Domain], id: ConnectionId) -> Vec<(String, bool)> {
    let own = claimed
        .iter()
        .filter(|domain| domain.connection == Some(id));
    own.map(|domain| (domain.name.clone(), domain.verified.is_some()))
        .collect()
}

/// When somebody last signed in through a connection, as far back as traces are kept.
async fn last_sign_in(caller: &Caller, id: ConnectionId) -> Result<Option<String>, Error> {
    let wanted = Wanted {
        outcome: Some(Outcome::SignedIn),
        connection: Some(id),
        ..Wanted::default()
    };
    let (_, found) = traces::list(caller, &wanted, 0, 1).await?;
    Ok(found.first().map(|kept| moment(kept.at)))
}

/// A connection that is wanted.
#[derive(Default, Deserialize)]
pub(crate) struct New {
    #[serde(default)]
    provider: String,
    #[serde(default)]
    protocol: String,
    #[serde(default)]
    name: String,
}

/// POST: makes a connection of nothing yet but its own place: the provider needs its URLs first.
pub(crate) async fn post(
    Shared(state): Shared<State>,
    person: Person,
    wanted: Result<Body<New>, ApiError>,
) -> Result<Response, PageError> {
    let person = person.at_least(Role::Administrator).await?;
    let Body(wanted) = wanted?;
    match add(&state, &person.caller, &wanted).await {
        Ok(made) => {
            let path = format!("/organization/sso/{}?done=made", made.id);
            Ok(Redirect::to(&path).into_response())
        }
        Err((field, error)) => {
            let problems = Problems::of(error, &[field])?;
            shown(person, wanted, None, problems).await
        }
    }
}

async fn add(
    state: &State,
    caller: &Caller,
    wanted: &New,
) -> Result<Connection, (&'static str, Error)> {
    let invalid = |field, said: &str| (field, Error::Invalid(said.to_owned()));
    let known = PROVIDERS.iter().find(|(word, _)| *word == wanted.provider);
    let (word, name) = known.ok_or_else(|| invalid("provider", "choose a provider"))?;
    let protocol = match wanted.protocol.as_str() {
        "saml" => Protocol::Saml(Saml::default()),
        "oidc" => Protocol::Oidc(Oidc::default()),
        _ => return Err(invalid("protocol", "choose a protocol")),
    };
    let guide = Guide::find(word, &protocol);
    let mut made = connections::draft(caller, protocol);
    // Nobody is to find it before it was tested.
    made.enabled = false;
    (*word).clone_into(&mut made.idp_provider);
    made.name = match wanted.name.trim() {
        "" if *word == "custom" => String::new(),
        "" => (*name).to_owned(),
        name => name.to_owned(),
    };
    guide::set(&mut made.attributes, guide.preset);
    let created = connections::create(caller, &state.vault, made, None).await;
    created.map_err(|error| ("name", error))
}
