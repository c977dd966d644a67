//! `/openapi.json` and `/docs`: what can be asked, by OpenAPI 3.1, and the same as a page.
//!
//! Each operation is one line of a table, `rest.rs` or `others.rs`; a test holds the table and the router equal.

#[cfg(test)]
mod access_tests;
mod document;
mod others;
mod pages;
mod rest;
mod roster;
#[cfg(test)]
mod tests;
mod who;

use std::sync::OnceLock;

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use self::who::Who;
use super::ui;

/// One thing that can be asked.
#[derive(Debug, Clone, Copy)]
struct Operation {
    method: &'static str,
    path: &'static str,
    says: &'static str,
    who: Who,
    /// `name: type`, between commas.
    query: &'static str,
    /// Likewise; `name?` where it may be left out. Nothing where there is no body.
    body: &'static str,
    /// The media type of a good answer.
    gives: &'static str,
    /// Every status of an answer, but those that follow from the rest.
    answers: &'static [u16],
}

/// `method path`, and what it does in a few words. Further: [`Operation::by`], `query`, `body`, `answers`, `gives`.
const fn op(method: &'static str, path: &'static str, says: &'static str) -> Operation {
    Operation {
        method,
        path,
        says,
        who: Who::Members,
        query: "",
        body: "",
        gives: "application/json",
        answers: &[200],
    }
}

impl Operation {
    const fn by(self, who: Who) -> Self {
        Self { who, ..self }
    }

    const fn query(self, query: &'static str) -> Self {
        Self { query, ..self }
    }

    const fn body(self, body: &'static str) -> Self {
        Self { body, ..self }
    }

    const fn answers(self, answers: &'static [u16]) -> Self {
        Self { answers, ..self }
    }

    const fn gives(self, gives: &'static str) -> Self {
        Self { gives, ..self }
    }

    /// Every status of an answer, from the least on.
    fn statuses(&self) -> Vec<u16> {
        let mut all = self.answers.to_vec();
        // Pages lead whoever is not signed in to where one does.
        if !matches!(
            self.who,
            Who::Anyone | Who::Definers | Who::Visitors | Who::VisitingAdmins
        ) {
            all.push(401);
        }
        // Or made by a page of another site.
        if self.who.divides_members() || self.who == Who::Members && self.method != "GET" {
            all.push(403);
        }
        if self.path.contains('{') {
            all.push(404);
        }
        if !self.query.is_empty() {
            all.push(400);
        }
        if !self.body.is_empty() {
            all.extend([400, 413, 415]);
        }
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Under which heading it stands: the first part of the path that says something.
    fn heading(&self) -> &'static str {
        let mut parts = self.path.split('/').skip(1);
        match parts.next() {
            Some("scim") => "SCIM 2.0",
            Some("api") => parts.next().unwrap_or_default(),
            Some("saml" | "oidc" | "user" | "login-link") => "sign-on",
            Some("auth") => "apps",
            Some("healthz" | "readyz" | "metrics" | "docs" | "openapi.json") => "server",
            _ => "pages",
        }
    }
}

/// Every operation.
fn table() -> impl Iterator<Item = &'static Operation> {
    rest::TABLE
        .iter()
        .chain(roster::TABLE)
        .chain(others::TABLE)
        .chain(pages::TABLE)
}

fn text() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| document::document(table()).to_string())
}

/// GET `/openapi.json`.
pub(crate) async fn json() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], text()).into_response()
}

/// One operation on the page.
struct Line {
    method: &'static str,
    path: &'static str,
    says: &'static str,
    who: &'static str,
    query: &'static str,
    body: &'static str,
    statuses: String,
}

#[derive(Template)]
#[template(path = "docs.html")]
struct Page {
    parts: Vec<(&'static str, Vec<Line>)>,
}

/// GET `/docs`.
pub(crate) async fn page() -> Response {
    let mut parts: Vec<(&'static str, Vec<Line>)> = Vec::new();
    for operation in table() {
        let line = Line {
            method: operation.method,
            path: operation.path,
            says: operation.says,
            who: operation.who.name(),
            query: operation.query,
            body: operation.body,
            statuses: operation
                .statuses()
                .iter()
                .map(u16::to_string)
                .collect::<Vec<_>>()
                .join(", "),
        };
        let heading = operation.heading();
        match parts.iter_mut().find(|(known, _)| *known == heading) {
            Some((_, lines)) => lines.push(line),
            None => parts.push((heading, vec![line])),
        }
    }
    ui::page(StatusCode::OK, &Page { parts })
}
