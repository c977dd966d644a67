//! `/api/organizations/{id}/member-tags`: tags, who has them, and lists of them as CSV.

use std::time::Duration;

use axum::Json;
use axum::body::Body as Bytes;
use axum::extract::{FromRequest, Multipart, Request, State as Shared};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::body::Body;
use super::error::ApiError;
use super::member_filter::numbers;
use super::selection::{Deleted, Selection, truth};
use super::{PageOf, must_be_own, shapes};
use crate::app::tag_imports;
use crate::app::tags::{self, Shown};
use crate::domain::error::Error;
use crate::domain::tag::{Import, Order, plain_cell};
use crate::domain::{TagId, TagImportId};
use crate::http::bytes::{self, Unread};
use crate::http::extract::{ApiCaller, Parameters, Segments};
use crate::state::State;

fn shown(one: &Shown, organization: i64) -> Value {
    let tag = &one.tag;
    json!({
        "id": tag.id,
        "label": tag.label,
        "organization": organization,
        "member_count": tag.members,
        "created_by": shapes::author(one.author.as_ref()),
        "created_at": tag.created.to_string(),
        "updated_at": tag.updated.to_string(),
    })
}

/// GET: a page of tags.
pub(crate) async fn list(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
    Segments(organization): Segments<i64>,
    parameters: Parameters,
) -> Result<Json<Value>, ApiError> {
    must_be_own(&caller, organization)?;
    let page = PageOf::read(&parameters, 30)?;
    let order = match parameters.get("ordering").unwrap_or_default() {
        "" | "label" => Order::Label(false),
        "-label" => Order::Label(true),
        "id" | "created_at" => Order::Made(false),
        "-id" | "-created_at" => Order::Made(true),
        _ => {
            return Err(Error::Invalid(
                "`ordering` is label or created_at, with a minus before it for the reverse"
                    .to_owned(),
            )
            .into());
        }
    };
    let search = parameters.get("search").unwrap_or_default();
    let found = tags::list(&caller, search, order, page.slice()).await?;
    let own = caller.organization.0;
    let results: Vec<Value> = found.resources.iter().map(|one| shown(one, own)).collect();
    let mut path = format!("/api/organizations/{own}/member-tags");
    for name in ["search", "ordering"] {
        if let Some(value) = parameters.get(name).filter(|value| !value.is_empty()) {
            let value: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
            path.push(if path.contains('?') { '&' } else { '?' });
            path.extend([name, "=", &value]);
        }
    }
    let base = state.config.base_url();
    Ok(Json(page.envelope(&base, &path, found.total, &results)))
}

/// What a tag says.
#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    label: String,
}

/// POST: makes a tag.
pub(crate) async fn create(
    ApiCaller(caller): ApiCaller,
    Segments(organization): Segments<i64>,
    Body(wanted): Body<Wanted>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    must_be_own(&caller, organization)?;
    let made = tags::create(&caller, &wanted.label).await?;
    Ok((
        StatusCode::CREATED,
        Json(shown(&made, caller.organization.0)),
    ))
}

/// GET of one tag.
pub(crate) async fn get(
    ApiCaller(caller): ApiCaller,
    Segments((organization, tag)): Segments<(i64, i64)>,
) -> Result<Json<Value>, ApiError> {
    must_be_own(&caller, organization)?;
    let tag = tags::find(&caller, TagId(tag)).await?;
    Ok(Json(shown(&tag, caller.organization.0)))
}

/// PATCH and PUT: renames a tag.
pub(crate) async fn rename(
    ApiCaller(caller): ApiCaller,
    Segments((organization, tag)): Segments<(i64, i64)>,
    Body(wanted): Body<Wanted>,
) -> Result<Json<Value>, ApiError> {
    must_be_own(&caller, organization)?;
    let tag = tags::rename(&caller, TagId(tag), &wanted.label).await?;
    Ok(Json(shown(&tag, caller.organization.0)))
}

/// DELETE of one tag.
pub(crate) async fn delete(
    ApiCaller(caller): ApiCaller,
    Segments((organization, tag)): Segments<(i64, i64)>,
) -> Result<StatusCode, ApiError> {
    must_be_own(&caller, organization)?;
    if tags::delete(&caller, &[TagId(tag)]).await? == 0 {
        return Err(Error::NotFound("tag").into());
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Several tags.
#[derive(Debug, Deserialize)]
pub(crate) struct Labels {
    labels: Vec<String>,
}

/// POST: makes those that there are not.
pub(crate) async fn create_many(
    ApiCaller(caller): ApiCaller,
    Segments(organization): Segments<i64>,
    Body(wanted): Body<Labels>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    must_be_own(&caller, organization)?;
    let created = tags::create_many(&caller, &wanted.labels).await?;
    Ok((StatusCode::CREATED, Json(json!({ "created": created }))))
}

/// DELETE of several. 200, since clients read the number.
pub(crate) async fn delete_many(
    ApiCaller(caller): ApiCaller,
    Segments(organization): Segments<i64>,
    parameters: Parameters,
) -> Result<Json<Deleted>, ApiError> {
    must_be_own(&caller, organization)?;
    let ids: Vec<TagId> = numbers(&parameters, "ids")?
        .into_iter()
        .map(TagId)
        .collect();
    let deleted = tags::delete(&caller, &ids).await? as u64;
    Ok(Json(Deleted { deleted }))
}

/// Which tags are given to whom.
#[derive(Debug, Deserialize)]
pub(crate) struct Assignment {
    #[serde(flatten)]
    selection: Selection,
    tags: Vec<TagId>,
    #[serde(default, deserialize_with = "truth")]
    overwrite: bool,
}

/// POST: gives tags to members.
pub(crate) async fn assign(
    ApiCaller(caller): ApiCaller,
    Segments(organization): Segments<i64>,
    parameters: Parameters,
    Body(wanted): Body<Assignment>,
) -> Result<Json<Value>, ApiError> {
    must_be_own(&caller, organization)?;
    let filter = wanted.selection.filter(&parameters)?;
    let assigned = tags::assign(&caller, &filter, &wanted.tags, wanted.overwrite).await?;
    Ok(Json(json!({ "assigned": assigned })))
}

/// A list that is handed in.
#[derive(Debug)]
pub(crate) struct Upload {
    /// The file.
    pub(crate) file: Vec<u8>,
    /// Tags for everybody in it.
    pub(crate) for_all: String,
    /// Whether bad lines are passed over.
    pub(crate) lenient: bool,
}

impl FromRequest<State> for Upload {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &State) -> Result<Self, ApiError> {
        let (head, body) = request.into_parts();
        // Read whole first, as every body is: what is slow or too large ends there.
        let read = bytes::read(&head.headers, body, state.config.max_body_bytes).await;
        let whole = read.map_err(|unread| match unread {
            Unread::TooLarge => ApiError::TooLarge,
            Unread::Broken => invalid("the body broke off before its end"),
        })?;
        let request = Request::from_parts(head, Bytes::from(whole));
        let mut form = Multipart::from_request(request, state)
            .await
            .map_err(|_| ApiError::MediaType)?;
        let (mut file, mut for_all, mut lenient) = (None, String::new(), false);
        while let Some(field) = form.next_field().await.map_err(|_| broken())? {
            let name = field.name().unwrap_or_default().to_owned();
            let value = field.bytes().await.map_err(|_| broken())?;
            match name.as_str() {
                "file" => file = Some(value.to_vec()),
                "bulk_tags" => {
                    for_all = String::from_utf8(value.to_vec())
                        .map_err(|_| invalid("`bulk_tags` is not UTF-8 text"))?;
                }
                "skip_bad_lines" => lenient = value.eq_ignore_ascii_case(b"true"),
                _ => {}
            }
        }
        Ok(Self {
            file: file.ok_or_else(|| invalid("`file` is missing"))?,
            for_all,
            lenient,
        })
    }
}

/// POST: takes a list in.
pub(crate) async fn import(
    ApiCaller(caller): ApiCaller,
    Segments(organization): Segments<i64>,
    upload: Result<Upload, ApiError>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    must_be_own(&caller, organization)?;
    let Upload {
        file,
        for_all,
        lenient,
    } = upload?;
    let import = tag_imports::create(&caller, &file, &for_all, lenient).await?;
    Ok((StatusCode::CREATED, Json(json!({ "import": import }))))
}

fn broken() -> ApiError {
    invalid("the body is no multipart form that can be read")
}

fn invalid(sentence: &str) -> ApiError {
    Error::Invalid(sentence.to_owned()).into()
}

/// GET: where a list stands.
pub(crate) async fn get_import(
    ApiCaller(caller): ApiCaller,
    Segments((organization, import)): Segments<(i64, i64)>,
) -> Result<Json<Value>, ApiError> {
    must_be_own(&caller, organization)?;
    let import = tag_imports::find(&caller, TagImportId(import)).await?;
    Ok(Json(status(&import)))
}

fn status(import: &Import) -> Value {
    let status = match (import.finished, import.begun) {
        (Some(_), _) => "completed",
        (None, true) => "in_progress",
        (None, false) => "created",
    };
    let skipped: Vec<&str> = import
        .skipped
        .iter()
        .map(|(_, email, _)| email.as_str())
        .collect();
    let problems: Vec<Value> = import
        .skipped
        .iter()
        .map(|(line, email, why)| json!({ "line": line, "email": email, "reason": why }))
        .collect();
    json!({
        "id": import.id,
        "status": status,
        "created_at": import.created.to_string(),
        "finished_at": import.finished.map(|at| at.to_string()),
        "tags_created": import.tags_created,
        "assignments_created": import.assignments_created,
        "users_skipped": skipped,
        "problems": problems,
    })
}

/// How often a node looks for lists that nobody is at.
const LOOK: Duration = Duration::from_secs(1);

/// Goes on with lists that are too long for one request, until the server ends.
pub(crate) async fn keep_importing(state: State) {
    let mut turn = tokio::time::interval(LOOK);
    loop {
        turn.tick().await;
        if let Err(error) = tag_imports::work(&state.db, || state.clock.now()).await {
            let error = anyhow::Error::from(error);
            tracing::warn!("a list of tags waits: {error:#}");
        }
    }
}

/// GET: every member who has tags, in the form that can be taken in again. No cell is a formula.
pub(crate) async fn export(
    ApiCaller(caller): ApiCaller,
    Segments(organization): Segments<i64>,
) -> Result<Response, ApiError> {
    must_be_own(&caller, organization)?;
    let mut list = csv::Writer::from_writer(Vec::new());
    let failed = |_| -> ApiError { invalid("the list cannot be written") };
    list.write_record(["email", "tags"]).map_err(failed)?;
    tags::export(&caller, |email, labels| {
        // Into memory: it does not fail.
        let _ = list.write_record([plain_cell(email), plain_cell(labels)]);
    })
    .await?;
    let list = list.into_inner().map_err(|_| broken())?;
    Ok((
        [
            (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
            (
                header::CONTENT_DISPOSITION,
                "attachment; filename=\"member-tags.csv\"",
            ),
        ],
        list,
    )
        .into_response())
}
