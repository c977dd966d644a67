//! `/organization/tags`: the tags, and giving them to many members by a list; `/organization/tags/imports/{import}`: what
//! became of a list.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use crate::app::{tag_imports, tags};
use crate::domain::listing::Slice;
use crate::domain::role::Role;
use crate::domain::tag::{Import, Order, Tag};
use crate::domain::{TagId, TagImportId};
use crate::http::api::body::Body;
use crate::http::api::error::ApiError;
use crate::http::api::tags::Upload;
use crate::http::extract::{Parameters, Segments};
use crate::http::ui::error::PageError;
use crate::http::ui::frame::{Frame, Person};
use crate::http::ui::page;
use crate::http::ui::problems::Problems;

/// How many tags are shown.
const SHOWN: i64 = 500;

#[derive(Template)]
#[template(path = "members/tags.html")]
struct Page {
    frame: Frame,
    tags: Vec<Tag>,
    total: u64,
    label: String,
    for_all: String,
    lenient: bool,
    notice: Option<&'static str>,
    problems: Problems,
}

/// What was typed.
#[derive(Debug, Default)]
struct Typed {
    label: String,
    for_all: String,
    lenient: bool,
}

/// GET.
pub(crate) async fn show(person: Person, parameters: Parameters) -> Result<Response, PageError> {
    let person = person.at_least(Role::Administrator).await?;
    let notice = match parameters.get("done") {
        Some("made") => Some("The tag is made."),
        Some("renamed") => Some("The tag is renamed."),
        Some("deleted") => Some("The tag is deleted."),
        _ => None,
    };
    shown(person, Typed::default(), notice, Problems::default()).await
}

async fn shown(
    person: Person,
    typed: Typed,
    notice: Option<&'static str>,
    problems: Problems,
) -> Result<Response, PageError> {
    let slice = Slice {
        offset: 0,
        count: SHOWN,
    };
    let found = tags::list(&person.caller, "", Order::Label(false), slice).await?;
    let status = if problems.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::BAD_REQUEST
    };
    let shown = Page {
        frame: person.frame,
        tags: found.resources.into_iter().map(|one| one.tag).collect(),
        total: found.total,
        label: typed.label,
        for_all: typed.for_all,
        lenient: typed.lenient,
        notice,
        problems,
    };
    Ok(page(status, &shown))
}

/// What is to be done with a tag: `make`, `rename` or `delete`.
#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    what: String,
    #[serde(default)]
    tag: String,
    #[serde(default)]
    label: String,
}

/// POST.
pub(crate) async fn post(
    person: Person,
    wanted: Result<Body<Wanted>, ApiError>,
) -> Result<Response, PageError> {
    let person = person.at_least(Role::Administrator).await?;
    let Body(wanted) = wanted?;
    let caller = &person.caller;
    let id = TagId(wanted.tag.parse().unwrap_or(-1));
    let (done, field) = match wanted.what.as_str() {
        "rename" => {
            let renamed = tags::rename(caller, id, &wanted.label).await;
            (renamed.map(|_| "renamed"), "tags")
        }
        "delete" => (tags::delete(caller, &[id]).await.map(|_| "deleted"), "tags"),
        _ => (
            tags::create(caller, &wanted.label).await.map(|_| "made"),
            "label",
        ),
    };
    match done {
        Ok(done) => Ok(Redirect::to(&format!("/organization/tags?done={done}")).into_response()),
        Err(error) => {
            let problems = Problems::of(error, &[field])?;
            let typed = Typed {
                label: if field == "label" {
                    wanted.label
                } else {
                    String::new()
                },
                ..Typed::default()
            };
            shown(person, typed, None, problems).await
        }
    }
}

/// POST of a list: takes it in.
pub(crate) async fn import(
    person: Person,
    upload: Result<Upload, ApiError>,
) -> Result<Response, PageError> {
    let person = person.at_least(Role::Administrator).await?;
    let taken = async {
        let upload = upload?;
        let Upload {
            file,
            for_all,
            lenient,
        } = &upload;
        let typed = Typed {
            for_all: for_all.clone(),
            lenient: *lenient,
            ..Typed::default()
        };
        let made = tag_imports::create(&person.caller, file, for_all, *lenient).await;
        Ok::<_, ApiError>((made, typed))
    };
    let (refused, typed) = match taken.await {
        Ok((Ok(id), _)) => {
            let path = format!("/organization/tags/imports/{}", id.0);
            return Ok(Redirect::to(&path).into_response());
        }
        Ok((Err(error), typed)) => (error, typed),
        Err(ApiError::Domain(error)) => (error, Typed::default()),
        Err(other) => return Err(other.into()),
    };
    let problems = Problems::of(refused, &["file"])?;
    shown(person, typed, None, problems).await
}

#[derive(Template)]
#[template(path = "members/import.html")]
struct Report {
    frame: Frame,
    import: Import,
}

/// GET: what became of a list.
pub(crate) async fn report(
    person: Person,
    Segments(import): Segments<i64>,
) -> Result<Response, PageError> {
    let person = person.at_least(Role::Administrator).await?;
    let import = tag_imports::find(&person.caller, TagImportId(import)).await?;
    let report = Report {
        frame: person.frame,
        import,
    };
    Ok(page(StatusCode::OK, &report))
}
