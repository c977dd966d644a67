//! `/organization/sso/{id}/delete`: asks before a connection is deleted.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::{id, title};
use crate::app::connections;
use crate::domain::role::Role;
use crate::http::extract::Segments;
use crate::http::ui::error::PageError;
use crate::http::ui::frame::{Frame, Person};
use crate::http::ui::page;

#[derive(Template)]
#[template(path = "sso/delete.html")]
struct Page {
    frame: Frame,
    id: String,
    title: String,
}

/// GET: the question.
pub(crate) async fn ask(
    person: Person,
    Segments(text): Segments<String>,
) -> Result<Response, PageError> {
    let person = person.at_least(Role::Administrator).await?;
    let connection = connections::find(&person.caller, id(&text)?).await?;
    let shown = Page {
        frame: person.frame,
        id: connection.id.to_string(),
        title: title(&connection),
    };
    Ok(page(StatusCode::OK, &shown))
}

/// POST: the connection is gone, and its sessions end.
pub(crate) async fn delete(
    person: Person,
    Segments(text): Segments<String>,
) -> Result<Response, PageError> {
    let person = person.at_least(Role::Administrator).await?;
    connections::delete(&person.caller, id(&text)?).await?;
    Ok(Redirect::to("/organization/sso?done=deleted").into_response())
}
