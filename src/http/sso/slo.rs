//! `/saml/<token>/logout|slo`: a session ends here, and at the IdP too where it takes part, Profiles section 4.4.
//!
//! The session here ends first, whatever the IdP answers. What an IdP says is believed only with its signature.

use axum::Extension;
use axum::extract::{RawQuery, Request, State as Shared};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Urls;
use super::error::SsoError;
use super::metadata;
use super::saml::{form, private_keys, ready};
use crate::app::connections;
use crate::app::sign_on;
use crate::app::single_logout::{self, Leaving, Told};
use crate::domain::connection::{Connection, Saml};
use crate::domain::error::Error;
use crate::http::extract::{Segments, Visitor};
use crate::http::middleware::RequestId;
use crate::http::{cookies, ui};
use crate::saml::logout::{self, Expected, Head, Message, Received};
use crate::saml::redirect::Carried;
use crate::saml::refusal::Refusal;
use crate::secret;
use crate::state::State;

/// Whether a query carries a message of an IdP.
fn has_message(query: &str) -> bool {
    query
        .split('&')
        .any(|pair| pair.starts_with("SAMLRequest=") || pair.starts_with("SAMLResponse="))
}

/// GET of `logout`: ends the session, and sends the browser on to the IdP where that takes part. Some administrators give
/// this address to the IdP, so its messages are taken here too.
pub(crate) async fn logout(
    Shared(state): Shared<State>,
    Segments(token): Segments<String>,
    Visitor(visitor): Visitor,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    Extension(number): Extension<RequestId>,
) -> Result<Response, SsoError> {
    let query = query.unwrap_or_default();
    if has_message(&query) {
        return by_query(&state, &token, &query, &headers, number.as_str()).await;
    }
    let base_url = state.config.base_url();
    let gone = cookies::set_session("", 0, &base_url);
    let (Some(caller), Some(session)) = (visitor, cookies::session(&headers, &base_url)) else {
        return Ok(([(header::SET_COOKIE, gone)], Redirect::to("/")).into_response());
    };
    let found = connections::find_by_token(&state.db, &token).await?;
    let takes_part = |found: &Connection| {
        let saml = found.saml();
        found.organization == caller.organization
            && found.is_ready()
            && saml.is_some_and(|saml| !saml.slo_url.is_empty())
    };
    let browser = cookies::browser(&headers, &base_url)
        .map_or_else(|| secret::random_token(""), str::to_owned);
    let mut answer = Redirect::to("/").into_response();
    match found.filter(takes_part) {
        None => sign_on::sign_out(&caller, session).await?,
        Some(connection) => {
            let vault = &state.vault;
            let left = single_logout::leave(&caller, vault, &connection, session, &browser).await?;
            if let Some(leaving) = left {
                let url = farewell(&state, &connection, &leaving, number.as_str()).await?;
                answer = Redirect::to(&url).into_response();
                let mark = cookies::set_browser(&browser, &base_url);
                answer.headers_mut().append(header::SET_COOKIE, mark);
            }
        }
    }
    answer.headers_mut().append(header::SET_COOKIE, gone);
    Ok(answer)
}

/// Where the IdP is told that somebody has left.
async fn farewell(
    state: &State,
    connection: &Connection,
    leaving: &Leaving,
    number: &str,
) -> Result<String, Error> {
    let urls = Urls::of(&state.config.base_url(), connection);
    let keys = private_keys(state, connection, number).await?;
    let destination = connection.saml().map_or("", |saml| saml.slo_url.as_str());
    let head = Head {
        id: &leaving.request,
        issue_instant: state.clock.now(),
        destination,
        issuer: &urls.answer,
        key: keys.signing()?,
    };
    logout::request_url(head, &leaving.person, leaving.session.as_deref())
        .map_err(|error| Error::Internal(error.into()))
}

/// GET of `slo`: a message in the query.
pub(crate) async fn get(
    Shared(state): Shared<State>,
    Segments(token): Segments<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    Extension(number): Extension<RequestId>,
) -> Result<Response, SsoError> {
    let query = query.unwrap_or_default();
    by_query(&state, &token, &query, &headers, number.as_str()).await
}

/// POST: a message in a form.
pub(crate) async fn post(
    Shared(state): Shared<State>,
    Segments(token): Segments<String>,
    headers: HeaderMap,
    Extension(number): Extension<RequestId>,
    request: Request,
) -> Result<Response, SsoError> {
    let (connection, saml) = ready(&state, &token).await?;
    let fields = form(request, &state).await?;
    let one = |name: &str| {
        let mut found = fields.iter().filter(|(known, _)| known == name);
        match (found.next(), found.next()) {
            (Some((_, value)), None) => Ok(Some(value.clone())),
            (None, _) => Ok(None),
            _ => Err(SsoError::Malformed),
        }
    };
    let (carried, encoded) = match (one("SAMLRequest")?, one("SAMLResponse")?) {
        (Some(request), None) => (Carried::Request, request),
        (None, Some(response)) => (Carried::Response, response),
        _ => return Err(SsoError::Malformed),
    };
    let relay_state = one("RelayState")?.unwrap_or_default();
    let now = state.clock.now();
    let read = verified(
        &state,
        &connection,
        &saml,
        number.as_str(),
        move |expected| {
            Ok(Received {
                message: logout::read_post(carried, &encoded, expected, now)?,
                relay_state: relay_state.clone(),
            })
        },
    );
    let received = read.await?;
    act(
        &state,
        &connection,
        &saml,
        received,
        &headers,
        number.as_str(),
    )
    .await
}

async fn by_query(
    state: &State,
    token: &str,
    query: &str,
    headers: &HeaderMap,
    number: &str,
) -> Result<Response, SsoError> {
    let (connection, saml) = ready(state, token).await?;
    let now = state.clock.now();
    let query = query.to_owned();
    let read = verified(state, &connection, &saml, number, move |expected| {
        logout::read_redirect(&query, expected, now)
    });
    let received = read.await?;
    act(state, &connection, &saml, received, headers, number).await
}

/// Verifies and reads a message; where the signature fits no key of the IdP, and its metadata has other keys by now, by
/// those.
async fn verified(
    state: &State,
    connection: &Connection,
    saml: &Saml,
    number: &str,
    read: impl Fn(&Expected<'_>) -> Result<Received, Refusal> + Clone + Send + 'static,
) -> Result<Received, SsoError> {
    let mut answer = by_these_keys(state, connection, saml, number, read.clone()).await?;
    if answer.as_ref().is_err_and(Refusal::is_of_unknown_key)
        && let Some((connection, saml)) = metadata::with_other_keys(state, connection).await?
    {
        answer = by_these_keys(state, &connection, &saml, number, read).await?;
    }
    answer.map_err(|refusal| refused(connection, number, refusal.reason(), &refusal.to_string()))
}

/// Reads a message on a thread that may block, a few at a time.
async fn by_these_keys(
    state: &State,
    connection: &Connection,
    saml: &Saml,
    number: &str,
    read: impl FnOnce(&Expected<'_>) -> Result<Received, Refusal> + Send + 'static,
) -> Result<Result<Received, Refusal>, SsoError> {
    let failed = |error: anyhow::Error| SsoError::Domain(Error::Internal(error));
    let slot = state.verifiers.clone().acquire_owned().await;
    let slot = slot.map_err(|error| failed(error.into()))?;
    let keys = private_keys(state, connection, number).await?;
    let urls = Urls::of(&state.config.base_url(), connection);
    let saml = saml.clone();
    let verify = move || {
        let certificates: Vec<Vec<u8>> = saml
            .certificates
            .iter()
            .filter_map(|text| STANDARD.decode(text).ok())
            .collect();
        let answer = read(&Expected {
            destinations: &[urls.single_logout, urls.logout],
            entity_id: &urls.answer,
            idp_entity_id: &saml.entity_id,
            certificates: &certificates,
            keys: &keys.0,
            skew_seconds: saml.skew_seconds,
        });
        drop(slot);
        answer
    };
    let read = tokio::task::spawn_blocking(verify).await;
    read.map_err(|error| failed(error.into()))
}

/// For the administrator; the person sees the number of the request alone.
fn refused(connection: &Connection, number: &str, reason: &str, says: &str) -> SsoError {
    tracing::warn!(connection = %connection.id, reason, "a SAML logout message was refused: {says}");
    SsoError::NotLoggedOut(number.to_owned())
}

async fn act(
    state: &State,
    connection: &Connection,
    saml: &Saml,
    received: Received,
    headers: &HeaderMap,
    number: &str,
) -> Result<Response, SsoError> {
    let now = state.clock.now();
    match received.message {
        Message::Response {
            in_response_to,
            success,
        } => {
            let browser = cookies::browser(headers, &state.config.base_url()).unwrap_or_default();
            let db = &state.db;
            let open = single_logout::answered(db, connection, &in_response_to, browser, now);
            match open.await? {
                None => {
                    let says = "it answers no open request of this browser";
                    Err(refused(connection, number, "unknown_request", says))
                }
                Some(target) if success => Ok(Redirect::to(&target).into_response()),
                Some(_) => Ok(ui::refusal(
                    StatusCode::OK,
                    "You are signed out here",
                    "Your identity provider could not end every other session. Close the browser to be sure.",
                )),
            }
        }
        Message::Request {
            id,
            subject,
            sessions,
            usable_until,
        } => {
            let told = Told {
                id: &id,
                subject: &subject,
                sessions: &sessions,
                usable_until,
            };
            let ended = single_logout::end(&state.db, connection, &told, now, number).await?;
            if ended.is_none() {
                return Err(refused(
                    connection,
                    number,
                    "replayed",
                    "it was used before",
                ));
            }
            done(
                state,
                connection,
                saml,
                (&id, &received.relay_state),
                number,
            )
            .await
        }
    }
}

/// Tells the IdP that the sessions have ended, where it takes an answer.
async fn done(
    state: &State,
    connection: &Connection,
    saml: &Saml,
    (request, relay_state): (&str, &str),
    number: &str,
) -> Result<Response, SsoError> {
    let destination = [&saml.slo_response_url, &saml.slo_url]
        .into_iter()
        .find(|url| !url.is_empty());
    let Some(destination) = destination else {
        return Ok(ui::refusal(
            StatusCode::OK,
            "You are signed out",
            "Your identity provider ended your session.",
        ));
    };
    let urls = Urls::of(&state.config.base_url(), connection);
    let keys = private_keys(state, connection, number).await?;
    let head = Head {
        id: &secret::request_id(),
        issue_instant: state.clock.now(),
        destination,
        issuer: &urls.answer,
        key: keys.signing()?,
    };
    let url = logout::response_url(head, request, relay_state)
        .map_err(|error| Error::Internal(error.into()))?;
    let mut answer = Redirect::to(&url).into_response();
    let never = HeaderValue::from_static("no-store");
    answer.headers_mut().insert(header::CACHE_CONTROL, never);
    Ok(answer)
}
