//! `/organization/invite`: the link by which anybody joins and waits for a role, and invitations by e-mail.

use askama::Template;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::day;
use crate::app::invitations;
use crate::domain::error::Error;
use crate::domain::role::Role;
use crate::http::api::body::Body;
use crate::http::api::error::ApiError;
use crate::http::extract::Parameters;
use crate::http::ui::error::PageError;
use crate::http::ui::frame::{Frame, Person};
use crate::http::ui::page;
use crate::http::ui::problems::Problems;
use crate::state::State;

/// How many open invitations are shown.
const SHOWN: i64 = 100;

struct Open {
    email: String,
    role: &'static str,
    sent: String,
    expires: String,
    expired: bool,
}

#[derive(Template)]
#[template(path = "members/invite.html")]
struct Page {
    frame: Frame,
    link: String,
    roles: Vec<Role>,
    role: Option<Role>,
    emails: String,
    open: Vec<Open>,
    total: u64,
    notice: Option<String>,
    problems: Problems,
}

/// GET.
pub(crate) async fn show(
    person: Person,
    Shared(state): Shared<State>,
    parameters: Parameters,
) -> Result<Response, PageError> {
    let number = |name: &str| {
        parameters
            .get(name)
            .and_then(|text| text.parse::<u32>().ok())
    };
    let notice = match parameters.get("done") {
        Some("sent") => Some(sent(number("sent"), number("members"))),
        Some("reset") => Some("The link is new. The old one does not work any more.".to_owned()),
        Some("revoked") => Some("The invitation is taken back.".to_owned()),
        _ => None,
    };
    let empty = Wanted::default();
    shown(person, &state, &empty, notice, Problems::default()).await
}

fn sent(sent: Option<u32>, members: Option<u32>) -> String {
    let invited = match sent.unwrap_or_default() {
        1 => "1 invitation is on its way.".to_owned(),
        number => format!("{number} invitations are on their way."),
    };
    match members.unwrap_or_default() {
        0 => invited,
        1 => format!("{invited} 1 address is a member’s already."),
        number => format!("{invited} {number} addresses are members’ already."),
    }
}

async fn shown(
    person: Person,
    state: &State,
    typed: &Wanted,
    notice: Option<String>,
    problems: Problems,
) -> Result<Response, PageError> {
    let caller = &person.caller;
    let token = invitations::link(caller, &state.vault).await?;
    let found = invitations::list(caller, 0, SHOWN).await?;
    let open = found
        .resources
        .into_iter()
        .map(|(one, _)| Open {
            role: one.role.name(),
            sent: day(one.created),
            expires: day(one.expires),
            expired: one.expires <= caller.now,
            email: one.email,
        })
        .collect();
    let own = person.frame.role;
    let status = if problems.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::BAD_REQUEST
    };
    let shown = Page {
        link: format!("{}/user/signup/?token={token}", state.config.base_url()),
        roles: Role::ALL
            .into_iter()
            .filter(|role| role.is_mappable() && *role <= own)
            .collect(),
        role: Role::from_code(&typed.role),
        emails: typed.emails.clone(),
        frame: person.frame,
        open,
        total: found.total,
        notice,
        problems,
    };
    Ok(page(status, &shown))
}

/// What is to be done: `send`, `reset` or `revoke`.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    what: String,
    #[serde(default)]
    emails: String,
    #[serde(default)]
    role: String,
}

/// POST.
pub(crate) async fn post(
    person: Person,
    Shared(state): Shared<State>,
    wanted: Result<Body<Wanted>, ApiError>,
) -> Result<Response, PageError> {
    invitations::must_invite(&person.caller).await?;
    let Body(wanted) = wanted?;
    let caller = &person.caller;
    let done = match wanted.what.as_str() {
        "reset" => {
            invitations::reset_link(caller, &state.vault).await?;
            "done=reset".to_owned()
        }
        "revoke" => match invitations::revoke(caller, &wanted.emails).await {
            // Taken back twice, or used meanwhile: the list shows that it is gone.
            Ok(()) | Err(Error::NotFound(_)) => "done=revoked".to_owned(),
            Err(other) => return Err(other.into()),
        },
        _ => match send(&person, &state, &wanted).await {
            Ok((sent, members)) => format!("done=sent&sent={sent}&members={members}"),
            Err(error) => {
                let problems = Problems::of(error, &["emails", "role"])?;
                return shown(person, &state, &wanted, None, problems).await;
            }
        },
    };
    Ok(Redirect::to(&format!("/organization/invite?{done}")).into_response())
}

/// Sends invitations: to how many, and how many are members already.
async fn send(person: &Person, state: &State, wanted: &Wanted) -> Result<(usize, usize), Error> {
    let emails = wanted
        .emails
        .split(|c: char| c == ',' || c == ';' || c.is_whitespace())
        .filter(|email| !email.is_empty())
        .map(str::to_owned)
        .collect();
    let role =
        Role::from_code(&wanted.role).ok_or_else(|| Error::Invalid("choose a role".to_owned()))?;
    let wanted = invitations::Wanted {
        emails,
        role,
        projects: Vec::new(),
        workspaces: Vec::new(),
    };
    let base = state.config.base_url();
    let (sent, members) = invitations::invite(&person.caller, &state.vault, &base, &wanted).await?;
    Ok((sent.len(), members.len()))
}
