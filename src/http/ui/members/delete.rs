//! `/organization/members/{number}/delete`: asks before a member is deleted.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};

use crate::app::members;
use crate::domain::MemberNumber;
use crate::domain::error::Error;
use crate::domain::role::Role;
use crate::http::extract::Segments;
use crate::http::ui::error::PageError;
use crate::http::ui::frame::{Frame, Person};
use crate::http::ui::{page, sentence};

const ONESELF: &str = "you cannot delete yourself; ask another administrator";

#[derive(Template)]
#[template(path = "members/delete.html")]
struct Page {
    frame: Frame,
    number: i64,
    name: String,
    email: String,
    problem: Option<String>,
}

/// GET: the question.
pub(crate) async fn ask(
    person: Person,
    Segments(number): Segments<i64>,
) -> Result<Response, PageError> {
    let person = person.at_least(Role::Administrator).await?;
    shown(person, MemberNumber(number), None, StatusCode::OK).await
}

async fn shown(
    person: Person,
    number: MemberNumber,
    problem: Option<String>,
    status: StatusCode,
) -> Result<Response, PageError> {
    let found = members::find(&person.caller, number).await?.member;
    let shown = Page {
        frame: person.frame,
        number: number.0,
        name: found.profile.display_name(),
        email: found.profile.email().unwrap_or_default().to_owned(),
        problem,
    };
    Ok(page(status, &shown))
}

/// POST: the member is gone; what they did stays.
pub(crate) async fn delete(
    person: Person,
    Segments(number): Segments<i64>,
) -> Result<Response, PageError> {
    let person = person.at_least(Role::Administrator).await?;
    let number = MemberNumber(number);
    let refused = if members::is_myself(&person.caller, number).await? {
        ONESELF.to_owned()
    } else {
        match members::delete(&person.caller, number).await {
            Ok(()) => {
                return Ok(Redirect::to("/organization?role=deleted&done=deleted").into_response());
            }
            Err(Error::Forbidden(said)) => said,
            Err(other) => return Err(other.into()),
        }
    };
    let problem = Some(sentence(&refused));
    shown(person, number, problem, StatusCode::FORBIDDEN).await
}
