//! SCIM 2.0 over HTTP: `/Users`, `/Groups`, `/Bulk`, `/Me` and the three discovery endpoints (RFC 7644).

pub(crate) mod bulk;
pub(crate) mod discovery;
pub(crate) mod error;
pub(crate) mod groups;
mod lists;
pub(crate) mod me;
pub(crate) mod message;
pub(crate) mod root;
pub(crate) mod schemas;
pub(crate) mod security_events;
mod stream_groups;
pub(crate) mod users;

use axum::http::{HeaderMap, header};

use super::extract::Parameters;
use crate::app::Caller;
use crate::scim::error::Error;
use crate::scim::etag;
use crate::scim::projection::Projection;
use crate::scim::reading::Reading;
use crate::scim::schema::{Definitions, ResourceType};
use crate::state::State;

/// Where our SCIM resources are, for `location` and `$ref`.
fn base(state: &State) -> String {
    format!("{}/scim/v2", state.config.base_url())
}

/// How the caller's messages are read.
fn reading(caller: &Caller) -> Reading<'_> {
    Reading {
        leniency: caller.leniency,
        notes: &caller.notes,
        definitions: definitions(caller),
    }
}

/// The schemas that hold for a provisioning client.
fn definitions(caller: &Caller) -> Definitions {
    Definitions::with(&caller.schemas)
}

/// `attributes` and `excludedAttributes`.
fn projection(parameters: &Parameters, of: &ResourceType) -> Result<Projection, Error> {
    Projection::parse(
        parameters.get("attributes"),
        parameters.get("excludedAttributes"),
        of,
    )
}

/// The versions that the client has read, from `If-Match`; none where it names only tags that are not ours.
fn seen(headers: &HeaderMap) -> Option<Vec<i64>> {
    let text = headers.get(header::IF_MATCH)?.to_str().unwrap_or_default();
    etag::seen(text)
}

/// Whether the client has this very state already (`If-None-Match`).
fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let weak = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let known = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    known.is_some_and(|tags| {
        tags.split(',')
            .any(|known| known.trim() == "*" || weak(known) == weak(tag))
    })
}
