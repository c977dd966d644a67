//! `/organization/audit/export`: what the page shows, whole, as a file that is written while it is sent.

use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

use super::filter::Filter;
use super::line::{Known, by};
use crate::app::Caller;
use crate::app::audit::{self, Asked};
use crate::domain::error::Error;
use crate::domain::event::looking_back::Found;
use crate::domain::role::Role;
use crate::domain::tag::plain_cell;
use crate::http::extract::Parameters;
use crate::http::stream::{self, Limits, Out, Stopped};
use crate::http::ui::error::PageError;
use crate::http::ui::frame::Person;

/// How many events are read at once.
const PIECE: usize = 500;
const COLUMNS: [&str; 11] = [
    "number", "time", "kind", "by", "by name", "by id", "about", "request", "facts", "details",
    "id",
];

/// GET.
pub(crate) async fn export(person: Person, parameters: Parameters) -> Result<Response, PageError> {
    let person = person.at_least(Role::Administrator).await?;
    let filter = Filter::read(&parameters);
    let asked = filter.asked().map_err(|_| {
        Error::Invalid("this filter cannot be read; open the page, which says why".to_owned())
    })?;
    let caller = person.caller;
    // What is wrong with it is said before anything is sent.
    audit::list(&caller, &asked, 1).await?;
    let csv = parameters.get("format") != Some("jsonl");
    let headers = if csv {
        [
            (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
            (
                header::CONTENT_DISPOSITION,
                "attachment; filename=\"audit.csv\"",
            ),
        ]
    } else {
        [
            (header::CONTENT_TYPE, "application/jsonl; charset=utf-8"),
            (
                header::CONTENT_DISPOSITION,
                "attachment; filename=\"audit.jsonl\"",
            ),
        ]
    };
    let body = stream::body(Limits::USUAL, |out| write(caller, asked, csv, out));
    Ok((headers, body).into_response())
}

async fn write(caller: Caller, mut asked: Asked, csv: bool, mut out: Out) -> Result<(), Stopped> {
    if csv {
        out.write(&row(&COLUMNS.map(str::to_owned))?).await?;
    }
    loop {
        let part = audit::list(&caller, &asked, PIECE).await?;
        let known = Known {
            members: part.known,
            former: part.former,
        };
        for found in &part.events {
            let text = if csv {
                row(&cells(found, &known))?
            } else {
                format!("{}\n", shown(found))
            };
            out.write(&text).await?;
        }
        match part.next {
            Some(next) => asked.before = Some(next),
            None => return out.end().await,
        }
    }
}

fn row(cells: &[String; 11]) -> Result<String, Error> {
    let failed = |error: csv::Error| Error::Internal(error.into());
    let mut row = csv::Writer::from_writer(Vec::new());
    let cells = cells.iter().map(|cell| plain_cell(cell));
    row.write_record(cells).map_err(failed)?;
    let bytes = row
        .into_inner()
        .map_err(|error| Error::Internal(anyhow::anyhow!("{error}")))?;
    String::from_utf8(bytes).map_err(|error| Error::Internal(error.into()))
}

fn cells(found: &Found, known: &Known) -> [String; 11] {
    let entry = &found.entry;
    let json = |value: &Value| match value {
        Value::Null => String::new(),
        value => value.to_string(),
    };
    [
        found.seq.map(|seq| seq.to_string()).unwrap_or_default(),
        entry.at.to_string(),
        entry.kind.clone(),
        entry.actor_kind.clone(),
        by(entry, known).name,
        entry.actor.map(|id| id.to_string()).unwrap_or_default(),
        entry.subject.clone().unwrap_or_default(),
        entry.request.clone(),
        json(&entry.facts),
        json(found.details.as_ref().unwrap_or(&Value::Null)),
        entry.id.to_string(),
    ]
}

/// As `/api/events` tells it, but for the hash, which belongs to the trail in its own order.
fn shown(found: &Found) -> Value {
    let entry = &found.entry;
    json!({
        "seq": found.seq,
        "id": entry.id,
        "organization": entry.organization,
        "at": entry.at.to_string(),
        "kind": entry.kind,
        "actor": { "kind": entry.actor_kind, "id": entry.actor },
        "subject": entry.subject,
        "request_id": entry.request,
        "facts": entry.facts,
        "details": found.details,
    })
}
