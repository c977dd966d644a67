//! `/organization/mapping/export` and `/organization/mapping/import`: the rules as a TOML file. What comes in is shown
//! first, as what is typed is.

use axum::http::header;
use axum::response::{IntoResponse as _, Response};

use super::edit::Form;
use super::preview;
use super::rows::{self, Places};
use crate::app::role_mapping;
use crate::domain::error::Error;
use crate::domain::mapping::Mapping;
use crate::domain::role::Role;
use crate::http::api::error::ApiError;
use crate::http::api::tags::Upload;
use crate::http::ui::error::PageError;
use crate::http::ui::frame::Person;
use crate::http::ui::problems::Problems;
use crate::mapping_file;

/// GET: the rules as a file.
pub(crate) async fn export(person: Person) -> Result<Response, PageError> {
    let person = person.at_least(Role::Administrator).await?;
    let caller = &person.caller;
    let mapping = role_mapping::find(caller).await?;
    let places = Places::of(caller).await?;
    let text = mapping_file::write(caller.organization, &mapping, &places.workspaces);
    let headers = [
        (header::CONTENT_TYPE, "application/toml"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"mapping.toml\"",
        ),
    ];
    Ok((headers, text).into_response())
}

/// POST of a file: shows what its rules would do.
pub(crate) async fn import(
    person: Person,
    upload: Result<Upload, ApiError>,
) -> Result<Response, PageError> {
    let person = person.at_least(Role::Administrator).await?;
    let places = Places::of(&person.caller).await?;
    let read = match upload {
        Ok(upload) => String::from_utf8(upload.file)
            .map_err(|_| Error::Invalid("the file is no UTF-8 text".to_owned()))
            .and_then(|text| mapping_file::read(&text, &places.workspaces)),
        Err(ApiError::Domain(error)) => Err(error),
        Err(other) => return Err(other.into()),
    };
    let mut form = Form {
        rows: Vec::new(),
        places,
        page: 1,
        notice: None,
        problems: Problems::default(),
    };
    match read {
        Ok(change) => {
            let mapping = Mapping {
                roles: change.roles.clone().unwrap_or_default(),
                projects: change.projects.clone().unwrap_or_default(),
                workspaces: change.workspaces.clone().unwrap_or_default(),
            };
            form.rows = rows::written(&mapping);
            preview::shown(person, form, change, false).await
        }
        Err(error) => {
            form.problems = Problems::of(error, &["file"])?;
            form.rows = rows::written(&role_mapping::find(&person.caller).await?);
            form.shown(person).await
        }
    }
}
