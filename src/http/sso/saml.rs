//! `/saml/<token>/login|acs|metadata`: SAML 2.0 Web Browser SSO, begun by us, or by an IdP that a connection lets.

use axum::Extension;
use axum::extract::{Request, State as Shared};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::form_urlencoded;

use super::error::SsoError;
use super::{Urls, enter, metadata as fetching, unverified};
use crate::app::connection_keys::{self, PrivateKeys};
use crate::app::connections;
use crate::app::sign_on::Visit;
use crate::domain::connection::{Connection, Saml};
use crate::domain::error::Error;
use crate::domain::identity::Identity;
use crate::domain::trace::Trace;
use crate::http::cookies;
use crate::http::extract::{Parameters, Segments, Visitor};
use crate::http::middleware::RequestId;
use crate::saml::metadata::own::{self, Own};
use crate::saml::refusal::Refusal;
use crate::saml::request::{self, AuthnRequest};
use crate::saml::response::{self, Expected};
use crate::secret;
use crate::state::State;

/// A connection that people can sign in through, with what SAML needs of it.
pub(super) async fn ready(state: &State, token: &str) -> Result<(Connection, Saml), SsoError> {
    let found = connections::find_by_token(&state.db, token).await?;
    speaking(found.filter(Connection::is_ready))
}

/// A connection that a test can be begun of; it may wait to be enabled.
async fn complete(state: &State, token: &str) -> Result<(Connection, Saml), SsoError> {
    let found = connections::find_by_token(&state.db, token).await?;
    speaking(found.filter(Connection::is_complete))
}

fn speaking(found: Option<Connection>) -> Result<(Connection, Saml), SsoError> {
    let connection = found.ok_or(SsoError::NoConnection)?;
    let saml = connection.saml().cloned().ok_or(SsoError::NoConnection)?;
    Ok((connection, saml))
}

/// GET: sends the browser to the IdP.
pub(crate) async fn login(
    Shared(state): Shared<State>,
    Segments(token): Segments<String>,
    Visitor(visitor): Visitor,
    headers: HeaderMap,
    parameters: Parameters,
    Extension(number): Extension<RequestId>,
) -> Result<Response, SsoError> {
    let test = parameters.get("test") == Some("1");
    let (connection, saml) = if test {
        complete(&state, &token).await?
    } else {
        ready(&state, &token).await?
    };
    let purpose = connections::purpose(visitor.as_ref(), &connection, test)?;
    let base_url = state.config.base_url();
    let urls = Urls::of(&base_url, &connection);
    let target = own_path(parameters.get("next"));
    let browser = cookies::browser(&headers, &state.config.base_url())
        .map_or_else(|| secret::random_token(""), str::to_owned);
    let now = state.clock.now();
    let id =
        connections::begin_sign_on(&state.db, &connection, &browser, target, purpose, now).await?;
    let message = AuthnRequest {
        id: &id,
        issue_instant: now,
        destination: &saml.sso_url,
        acs_url: &urls.answer,
        issuer: &urls.answer,
        force_authn: saml.force_authn,
        name_id_format: &saml.nameid_format,
    };
    let keys = if saml.signs_requests() {
        Some(private_keys(&state, &connection, number.as_str()).await?)
    } else {
        None
    };
    let key = keys.as_ref().map(PrivateKeys::signing).transpose()?;
    let url =
        request::redirect_url(message, "", key).map_err(|error| Error::Internal(error.into()))?;
    let mut answer = Redirect::to(&url).into_response();
    answer.headers_mut().insert(
        header::SET_COOKIE,
        cookies::set_browser(&browser, &base_url),
    );
    Ok(answer)
}

/// Our private keys in a connection, made where there is none.
pub(super) async fn private_keys(
    state: &State,
    connection: &Connection,
    number: &str,
) -> Result<PrivateKeys, Error> {
    let now = state.clock.now();
    let keys = connection_keys::of(&state.db, &state.vault, connection, now, number).await?;
    connection_keys::opened(&state.vault, connection.organization, &keys)
}

/// A path on this server, and nothing that a browser would take for another one.
pub(crate) fn own_path(wanted: Option<&str>) -> &str {
    let safe = |path: &&str| {
        path.starts_with('/')
            && !path.starts_with("//")
            && path.len() <= 2048
            && path
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && byte != b'\\')
    };
    wanted.filter(safe).unwrap_or("/")
}

/// POST: takes the IdP's answer, and begins a session if it is good.
pub(crate) async fn acs(
    Shared(state): Shared<State>,
    Segments(token): Segments<String>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, SsoError> {
    let id = request.extensions().get::<RequestId>().cloned();
    let request_id = id.as_ref().map_or("", RequestId::as_str);
    let browser = cookies::browser(&headers, &state.config.base_url()).unwrap_or_default();
    let now = state.clock.now();
    let found = connections::find_answered(&state.db, &token, browser, now).await?;
    let (connection, saml) = speaking(found)?;
    let fields = form(request, &state).await?;
    let encoded = field(&fields, "SAMLResponse").ok_or(SsoError::Malformed)?;
    let visit = Visit {
        browser,
        user_agent: cookies::user_agent(&headers),
        now: state.clock.now(),
        request: request_id,
    };
    let (connection, verified, mut trace) =
        verified_by_fresh_keys(&state, connection, saml, encoded).await?;
    match verified {
        Ok(identity) => {
            let began_there = identity.in_response_to.is_none();
            let answer = enter(&state, &connection, &identity, visit, trace).await?;
            // What the IdP says of where to go counts only where no request of ours does.
            let wanted = field(&fields, "RelayState").filter(|wanted| wanted.len() <= 80);
            match wanted {
                Some(wanted) if began_there => Ok(landing(answer, own_path(Some(&wanted)))),
                _ => Ok(answer),
            }
        }
        Err(refusal) => {
            trace.failed(refusal.reason(), refusal.to_string());
            Err(unverified(&state, &connection, visit, refusal.reason(), trace).await?)
        }
    }
}

/// The same answer, leading to another path of this server.
fn landing(mut answer: Response, path: &str) -> Response {
    if let Ok(path) = HeaderValue::from_str(path) {
        answer.headers_mut().insert(header::LOCATION, path);
    }
    answer
}

/// The fields of a form.
pub(super) async fn form(
    request: Request,
    state: &State,
) -> Result<Vec<(String, String)>, SsoError> {
    let kind = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default();
    if !kind
        .to_ascii_lowercase()
        .starts_with("application/x-www-form-urlencoded")
    {
        return Err(SsoError::Malformed);
    }
    let body = axum::body::to_bytes(request.into_body(), state.config.max_body_bytes)
        .await
        .map_err(|_| SsoError::Malformed)?;
    Ok(form_urlencoded::parse(&body).into_owned().collect())
}

/// The one field of this name; two of them are none.
fn field(fields: &[(String, String)], name: &str) -> Option<String> {
    let mut found = fields.iter().filter(|(known, _)| known == name);
    match (found.next(), found.next()) {
        (Some((_, value)), None) => Some(value.clone()),
        _ => None,
    }
}

/// Verifies; where the signature fits no key of the IdP, and its metadata has other keys by now, by those.
async fn verified_by_fresh_keys(
    state: &State,
    connection: Connection,
    saml: Saml,
    encoded: String,
) -> Result<(Connection, Result<Identity, Refusal>, Trace), SsoError> {
    let again = (!saml.metadata_url.is_empty()).then(|| encoded.clone());
    let (answer, trace) = verified(state, &connection, saml, encoded).await?;
    if let (Some(encoded), Err(refusal)) = (again, &answer)
        && refusal.is_of_unknown_key()
        && let Some((connection, saml)) = fetching::with_other_keys(state, &connection).await?
    {
        let (answer, trace) = verified(state, &connection, saml, encoded).await?;
        return Ok((connection, answer, trace));
    }
    Ok((connection, answer, trace))
}

/// Verifies on a thread that may block, a few at a time.
async fn verified(
    state: &State,
    connection: &Connection,
    saml: Saml,
    encoded: String,
) -> Result<(Result<Identity, Refusal>, Trace), SsoError> {
    let failed = |error: anyhow::Error| SsoError::Domain(Error::Internal(error));
    let slot = state
        .verifiers
        .clone()
        .acquire_owned()
        .await
        .map_err(|error| failed(error.into()))?;
    let urls = Urls::of(&state.config.base_url(), connection);
    let now = state.clock.now();
    let attributes = connection.attributes.clone();
    // Most messages need none of our keys.
    let keys = if response::may_be_encrypted(&encoded) {
        let keys = connection_keys::present(&state.db, connection).await?;
        connection_keys::opened(&state.vault, connection.organization, &keys)?
    } else {
        PrivateKeys(Vec::new())
    };
    let verify = move || {
        let certificates: Vec<Vec<u8>> = saml
            .certificates
            .iter()
            .filter_map(|text| STANDARD.decode(text).ok())
            .collect();
        let expected = Expected {
            acs_url: &urls.answer,
            audience: &urls.answer,
            idp_entity_id: &saml.entity_id,
            certificates: &certificates,
            attributes: &attributes,
            skew_seconds: saml.skew_seconds,
            keys: &keys.0,
            idp_initiated: saml.idp_initiated,
            force_authn: saml.force_authn,
        };
        let mut trace = Trace::default();
        let answer = response::verify(&encoded, &expected, now, &mut trace);
        drop(slot);
        (answer, trace)
    };
    tokio::task::spawn_blocking(verify)
        .await
        .map_err(|error| failed(error.into()))
}

/// GET: what an IdP needs to know of us. There before the IdP's own metadata is.
pub(crate) async fn metadata(
    Shared(state): Shared<State>,
    Segments(token): Segments<String>,
    Extension(number): Extension<RequestId>,
) -> Result<Response, SsoError> {
    let connection = connections::find_by_token(&state.db, &token)
        .await?
        .filter(|connection| connection.saml().is_some())
        .ok_or(SsoError::NoConnection)?;
    let urls = Urls::of(&state.config.base_url(), &connection);
    let now = state.clock.now();
    let number = number.as_str();
    let keys = connection_keys::of(&state.db, &state.vault, &connection, now, number).await?;
    let certificates: Vec<String> = keys.into_iter().map(|key| key.certificate).collect();
    let document = own::service_provider(Own {
        entity_id: &urls.answer,
        acs_url: &urls.answer,
        slo_url: &urls.single_logout,
        certificates: &certificates,
        signs_requests: connection.saml().is_some_and(Saml::signs_requests),
    });
    Ok((
        StatusCode::OK,
        [(header::CONTENT_TYPE, "application/samlmetadata+xml")],
        document,
    )
        .into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_to_another_server_after_signing_in() {
        for bad in [
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "javascript:alert(1)",
            "/a\r\nb",
            "",
            "evil",
        ] {
            assert_eq!(own_path(Some(bad)), "/", "{bad:?}");
        }
        assert_eq!(own_path(Some("/projects/1?tab=2")), "/projects/1?tab=2");
        assert_eq!(own_path(None), "/");
    }
}
