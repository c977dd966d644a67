//! `/organization/sso/{id}`: one connection: what to paste at its provider, what the provider gives, the switches, our
//! keys, and how sign-ins through it go.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::form::{self, Form};
use super::guide::{self, Guide, NAME_IDS, PRESETS, PROVIDERS, Value};
use super::last::Last;
use super::list::of_connection;
use super::{Certificate, id, moment, protocol, standing, title};
use crate::app::{Caller, connection_keys, connections, domains};
use crate::domain::connection::{Connection, OwnKey};
use crate::domain::error::Error;
use crate::domain::role::Role;
use crate::domain::{ConnectionId, KeyId};
use crate::http::api::body::Body;
use crate::http::api::error::ApiError;
use crate::http::extract::{Parameters, Segments};
use crate::http::sso::{Urls, metadata};
use crate::http::ui::error::PageError;
use crate::http::ui::frame::{Frame, Person};
use crate::http::ui::members::day;
use crate::http::ui::page;
use crate::http::ui::problems::Problems;
use crate::state::State;

/// What is read of a person: what it is, from which attribute, and how the provider names that.
struct Attribute {
    what: &'static str,
    name: String,
    source: &'static str,
}

/// What is known of a SAML IdP.
struct Known {
    entity_id: String,
    sso_url: String,
    slo_url: String,
    wants_signed: bool,
    certificates: Vec<Certificate>,
    /// From when the copy is, where it comes by URL.
    fetched: Option<String>,
    problem: Option<String>,
    by_url: bool,
}

/// A key of ours.
struct Key {
    id: String,
    signs: bool,
    made: String,
    until: String,
}

#[derive(Template)]
#[template(path = "sso/one.html")]
struct Page {
    frame: Frame,
    id: String,
    title: String,
    provider: &'static str,
    /// What it is called within a sentence.
    there: &'static str,
    protocol: &'static str,
    saml: bool,
    enabled: bool,
    standing: (&'static str, &'static str),
    test: Option<String>,
    guide: &'static Guide,
    values: Vec<Value>,
    attributes: Vec<Attribute>,
    known: Option<Known>,
    has_secret: bool,
    domains: Vec<(String, bool)>,
    keys: Vec<Key>,
    last: Last,
    form: Form,
    notice: Option<&'static str>,
    problems: Problems,
}

impl Page {
    /// A provider that the API was told and that has no guide.
    fn other_provider(&self) -> Option<&str> {
        let word = self.form.text("idp_provider");
        let known = PROVIDERS.iter().any(|(known, _)| *known == word);
        (!known && !word.is_empty()).then_some(word)
    }
}

/// What was done, as the page says it.
fn notice(done: &str) -> Option<&'static str> {
    Some(match done {
        "made" => {
            "The connection is made. Paste these values at your provider, give here what it gives you, test it, and then enable it."
        }
        "saved" => "Saved. It counts from the next sign-in on.",
        "enabled" => "Enabled: people can sign in through it.",
        "disabled" => {
            "Disabled: nobody can sign in through it. Sessions that began through it go on."
        }
        "fetched" => "The metadata was fetched.",
        "key" => "A new key is in our metadata. Give that to your provider, then let the key sign.",
        "signs" => "The key signs from now on.",
        "gone" => "The key is deleted.",
        _ => return None,
    })
}

/// GET.
pub(crate) async fn show(
    Shared(state): Shared<State>,
    person: Person,
    Segments(text): Segments<String>,
    parameters: Parameters,
) -> Result<Response, PageError> {
    let person = person.at_least(Role::Administrator).await?;
    let connection = connections::find(&person.caller, id(&text)?).await?;
    let form = Form::of(&connection);
    let notice = parameters.get("done").and_then(notice);
    shown(
        &state,
        person,
        connection,
        form,
        notice,
        Problems::default(),
    )
    .await
}

async fn shown(
    state: &State,
    person: Person,
    connection: Connection,
    form: Form,
    notice: Option<&'static str>,
    problems: Problems,
) -> Result<Response, PageError> {
    let caller = &person.caller;
    let base_url = state.config.base_url();
    let urls = Urls::of(&base_url, &connection);
    let guide = Guide::of(&connection);
    let keys = match connection.saml() {
        Some(_) => connection_keys::list(caller, connection.id).await?,
        None => Vec::new(),
    };
    let claimed = domains::list(caller).await?;
    let status = if problems.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::BAD_REQUEST
    };
    let shown = Page {
        id: connection.id.to_string(),
        title: title(&connection),
        provider: guide::provider(&connection.idp_provider),
        there: guide.there(),
        protocol: protocol(&connection),
        saml: connection.saml().is_some(),
        enabled: connection.enabled,
        standing: standing(&connection),
        test: connection
            .is_complete()
            .then(|| format!("{}?test=1", urls.login)),
        guide,
        values: guide.values(&urls, &base_url),
        attributes: attributes(&connection, guide),
        known: known(caller, &connection),
        has_secret: connection
            .oidc()
            .is_some_and(|oidc| !oidc.sealed_secret.is_empty()),
        domains: of_connection(&claimed, connection.id),
        keys: keys.iter().map(key).collect(),
        last: Last::of(caller, &connection).await?,
        frame: person.frame,
        form,
        notice,
        problems,
    };
    Ok(page(status, &shown))
}

fn attributes(connection: &Connection, guide: &Guide) -> Vec<Attribute> {
    let names = &connection.attributes;
    let all = [
        ("E-mail address", &names.email),
        ("Given name", &names.first_name),
        ("Family name", &names.last_name),
        ("Groups", &names.groups),
    ];
    all.into_iter()
        .zip(guide.sources)
        .map(|((what, name), source)| Attribute {
            what,
            name: name.clone(),
            source,
        })
        .collect()
}

fn known(caller: &Caller, connection: &Connection) -> Option<Known> {
    let saml = connection
        .saml()
        .filter(|saml| !saml.entity_id.is_empty())?;
    Some(Known {
        entity_id: saml.entity_id.clone(),
        sso_url: saml.sso_url.clone(),
        slo_url: saml.slo_url.clone(),
        wants_signed: saml.idp_wants_signed,
        certificates: Certificate::of(saml, caller.now),
        fetched: saml.metadata_fetched.map(moment),
        problem: saml.metadata_problem.clone(),
        by_url: !saml.metadata_url.is_empty(),
    })
}

fn key(key: &OwnKey) -> Key {
    Key {
        id: key.id.to_string(),
        signs: key.signs,
        made: moment(key.created),
        until: day(key.expires),
    }
}

/// POST: `what` is `save`, `enable`, `disable`, `fetch`, `make-key`, `sign` or `delete-key`.
pub(crate) async fn post(
    Shared(state): Shared<State>,
    person: Person,
    Segments(text): Segments<String>,
    fields: Result<Body<BTreeMap<String, String>>, ApiError>,
) -> Result<Response, PageError> {
    let person = person.at_least(Role::Administrator).await?;
    let Body(fields) = fields?;
    let id = id(&text)?;
    let before = connections::find(&person.caller, id).await?;
    let field = |name: &str| fields.get(name).map_or("", String::as_str);
    let done = match field("what") {
        "save" => save(&state, &person.caller, &before, &fields).await?,
        "fetch" => fetch(&state, &person.caller, &before).await?,
        what => {
            let done = act(&state, &person.caller, id, what, field("key")).await;
            match done {
                Ok(done) => Ok(done),
                Err(error) => Err((Form::of(&before), Problems::of(error, &["keys"])?)),
            }
        }
    };
    match done {
        Ok(done) => {
            let path = format!("/organization/sso/{id}?done={done}");
            Ok(Redirect::to(&path).into_response())
        }
        Err((form, problems)) => shown(&state, person, before, form, None, problems).await,
    }
}

/// What was done, or the form as it is to be shown again.
type Done = Result<&'static str, (Form, Problems)>;

async fn save(
    state: &State,
    caller: &Caller,
    before: &Connection,
    fields: &BTreeMap<String, String>,
) -> Result<Done, Error> {
    let form = Form::typed(fields.clone());
    let mut wanted = match form.wanted(before, caller.now) {
        Ok(wanted) => wanted,
        Err(problems) => return Ok(Err((form, problems))),
    };
    if let Err(error) = wanted.fetch(state, before).await {
        return Ok(Err((form, form::problems(error)?)));
    }
    let secret = wanted.client_secret();
    let change = |connection| wanted.applied(connection, caller.now);
    match connections::change(caller, &state.vault, before.id, secret, change).await {
        Ok(_) => Ok(Ok("saved")),
        Err(error) => Ok(Err((form, form::problems(error)?))),
    }
}

/// Fetches the metadata now; what is wrong with it the page says in any case.
async fn fetch(state: &State, caller: &Caller, before: &Connection) -> Result<Done, Error> {
    let url = before.saml().map_or("", |saml| saml.metadata_url.as_str());
    if url.is_empty() {
        let problems = Problems::one("metadata_url", "there is no URL to fetch from");
        return Ok(Err((Form::of(before), problems)));
    }
    let fresh = metadata::refresh(state, caller, before).await?;
    let problem = fresh.saml().and_then(|saml| saml.metadata_problem.clone());
    Ok(match problem {
        None => Ok("fetched"),
        Some(said) => {
            let said = said.replace("metadata_url: ", "");
            Err((Form::of(before), Problems::one("metadata_url", &said)))
        }
    })
}

/// What a button does.
async fn act(
    state: &State,
    caller: &Caller,
    id: ConnectionId,
    what: &str,
    key: &str,
) -> Result<&'static str, Error> {
    let key = KeyId::parse(key).ok_or(Error::NotFound("key"));
    let set = async |enabled: bool| {
        let change = |connection| {
            Ok(Connection {
                enabled,
                ..connection
            })
        };
        connections::change(caller, &state.vault, id, None, change).await
    };
    Ok(match what {
        "enable" => {
            set(true).await?;
            "enabled"
        }
        "disable" => {
            set(false).await?;
            "disabled"
        }
        "make-key" => {
            connection_keys::create(caller, &state.vault, id).await?;
            "key"
        }
        "sign" => {
            connection_keys::let_sign(caller, id, key?).await?;
            "signs"
        }
        "delete-key" => {
            connection_keys::delete(caller, id, key?).await?;
            "gone"
        }
        _ => {
            return Err(Error::Invalid(
                "the form does not say what is to be done".to_owned(),
            ));
        }
    })
}
