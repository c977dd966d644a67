//! `/organization/settings/webhooks`: where events are posted to, and one more.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State as Shared;
use axum::response::Response;

use super::status;
use crate::app::webhooks::{self, Draft};
use crate::domain::WebhookId;
use crate::domain::error::Error;
use crate::domain::event::Kind;
use crate::domain::role::Role;
use crate::domain::webhook::{EVERY_KIND, Webhook};
use crate::http::api::body::Body;
use crate::http::api::error::ApiError;
use crate::http::extract::Parameters;
use crate::http::ui::error::PageError;
use crate::http::ui::frame::{Frame, Person};
use crate::http::ui::page;
use crate::http::ui::problems::Problems;
use crate::http::webhooks::must_be_askable;
use crate::state::State;

/// What a form holds of a webhook.
#[derive(Debug, Default)]
pub(super) struct Form {
    pub(super) url: String,
    pub(super) description: String,
    /// The kinds that are wanted; [`EVERY_KIND`] for all.
    events: Vec<String>,
}

impl Form {
    /// A new one.
    fn empty() -> Self {
        Self {
            events: vec![EVERY_KIND.to_owned()],
            ..Self::default()
        }
    }

    /// What a webhook is now.
    pub(super) fn of(webhook: &Webhook) -> Self {
        Self {
            url: webhook.url.clone(),
            description: webhook.description.clone(),
            events: webhook.events.clone(),
        }
    }

    /// What was typed.
    pub(super) fn typed(fields: &BTreeMap<String, String>) -> Self {
        let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
        let chosen = fields.keys().filter_map(|name| name.strip_prefix("event-"));
        let events = if field("scope") == "all" {
            vec![EVERY_KIND.to_owned()]
        } else {
            chosen.map(str::to_owned).collect()
        };
        Self {
            url: field("url").trim().to_owned(),
            description: field("description"),
            events,
        }
    }

    /// Whether every event is wanted.
    pub(super) fn all(&self) -> bool {
        self.events.iter().any(|kind| kind == EVERY_KIND)
    }

    /// Every kind of event, and whether it is chosen.
    pub(super) fn kinds(&self) -> Vec<(&'static str, bool)> {
        let chosen = |kind: &str| self.events.iter().any(|one| one == kind);
        let mut kinds: Vec<&str> = Kind::ALL.map(Kind::name).to_vec();
        kinds.sort_unstable();
        kinds.into_iter().map(|kind| (kind, chosen(kind))).collect()
    }

    /// The same for the use case.
    pub(super) fn draft(&self, state: &State) -> Result<Draft, Error> {
        if self.events.is_empty() {
            return Err(Error::Invalid("choose `events`, or all".to_owned()));
        }
        must_be_askable(state, &self.url)?;
        Ok(Draft {
            url: Some(self.url.clone()),
            description: Some(self.description.clone()),
            events: Some(self.events.clone()),
            ..Draft::default()
        })
    }
}

/// How a webhook stands, as a badge.
pub(super) fn state(webhook: &Webhook) -> (&'static str, String) {
    match (webhook.enabled, webhook.failures) {
        (false, _) if webhook.disabled_reason.is_some() => ("bad", "failed, disabled".to_owned()),
        (false, _) => ("quiet", "disabled".to_owned()),
        (true, 0) => ("good", "enabled".to_owned()),
        (true, 1) => ("warn", "1 attempt failed".to_owned()),
        (true, failures) => ("warn", format!("{failures} attempts failed")),
    }
}

struct Row {
    id: String,
    url: String,
    description: String,
    events: String,
    state: (&'static str, String),
}

impl Row {
    fn of(webhook: &Webhook) -> Self {
        let events = match webhook.events.as_slice() {
            [one] if one == EVERY_KIND => "all".to_owned(),
            [one] => one.clone(),
            some => format!("{} kinds", some.len()),
        };
        Self {
            id: webhook.id.to_string(),
            url: webhook.url.clone(),
            description: webhook.description.clone(),
            events,
            state: state(webhook),
        }
    }
}

#[derive(Template)]
#[template(path = "settings/webhooks.html")]
struct Page {
    frame: Frame,
    rows: Vec<Row>,
    /// A new one, and its secret, this once.
    fresh: Option<(WebhookId, String)>,
    draft: Form,
    notice: Option<&'static str>,
    problems: Problems,
}

/// GET.
pub(crate) async fn show(person: Person, parameters: Parameters) -> Result<Response, PageError> {
    let person = person.at_least(Role::Administrator).await?;
    let deleted = parameters.get("done") == Some("deleted");
    let notice = deleted.then_some("The webhook is deleted.");
    shown(person, None, Form::empty(), notice, Problems::default()).await
}

async fn shown(
    person: Person,
    fresh: Option<(WebhookId, String)>,
    draft: Form,
    notice: Option<&'static str>,
    problems: Problems,
) -> Result<Response, PageError> {
    let all = webhooks::list(&person.caller).await?;
    let status = status(&problems);
    let shown = Page {
        frame: person.frame,
        rows: all.iter().map(Row::of).collect(),
        fresh,
        draft,
        notice,
        problems,
    };
    Ok(page(status, &shown))
}

/// POST: sets one up. Its secret is in the answer itself, since it is nowhere else.
pub(crate) async fn post(
    Shared(state): Shared<State>,
    person: Person,
    fields: Result<Body<BTreeMap<String, String>>, ApiError>,
) -> Result<Response, PageError> {
    let person = person.at_least(Role::Administrator).await?;
    let Body(fields) = fields?;
    let form = Form::typed(&fields);
    let made = match form.draft(&state) {
        Ok(draft) => webhooks::create(&person.caller, &state.vault, draft).await,
        Err(error) => Err(error),
    };
    match made {
        Ok((webhook, secret)) => {
            let fresh = Some((webhook.id, secret));
            shown(person, fresh, Form::empty(), None, Problems::default()).await
        }
        Err(error) => {
            let problems = Problems::of(error, &["url", "description", "events"])?;
            shown(person, None, form, None, problems).await
        }
    }
}
