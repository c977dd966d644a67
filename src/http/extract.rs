//! From the head of a request to who is asking, and what its query string says.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use axum::response::Response;
use serde::de::DeserializeOwned;
use url::form_urlencoded;

use super::api::error::ApiError;
use super::cookies;
use super::form::Form;
use super::middleware::RequestId;
use super::request_log::Witness;
use super::scim::error::ScimError;
use crate::app::authentication::{self, Credential};
use crate::app::brake_notice::Desk;
use crate::app::{Caller, schemas, scim_tokens};
use crate::domain::MemberId;
use crate::domain::event::Actor;
use crate::domain::leniency::Notes;
use crate::state::State;

/// Who speaks SCIM: a provisioning client with a good SCIM token; the handlers of `/Me` put a [`Subject`] in its place.
#[derive(Debug)]
pub(crate) struct ScimCaller(pub(crate) Caller);

impl FromRequestParts<State> for ScimCaller {
    type Rejection = ScimError;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, ScimError> {
        if let Some(Standing(caller)) = parts.extensions.get() {
            return Ok(Self(caller.clone()));
        }
        let token = match authorization(&parts.headers) {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token,
            _ => return Err(ScimError::Unauthorized),
        };
        // Only our own kind of token opens SCIM: never a session, never a user token.
        if !token.starts_with(scim_tokens::PREFIX) {
            return Err(ScimError::Unauthorized);
        }
        let Some(mut caller) = principal(parts, state, Credential::ScimToken(token)).await? else {
            return Err(ScimError::Unauthorized);
        };
        if let Some(witness) = parts.extensions.get::<Witness>() {
            witness.saw(&caller);
        }
        // Whoever put them there reads them when the request has been answered.
        if let Some(notes) = parts.extensions.get::<Notes>() {
            caller.notes = notes.clone();
        }
        Ok(Self(caller))
    }
}

/// Who stands behind a request that the server makes of itself, in the place of a token. Only code can put it into a
/// request; nothing that comes over the network can.
#[derive(Debug, Clone)]
pub(crate) struct Standing(Caller);

impl Standing {
    /// This caller, who has been authenticated.
    pub(crate) fn new(caller: Caller) -> Self {
        Self(caller)
    }
}

/// A provisioning client, where one presents a good SCIM token; else nobody, which is no fault here.
#[derive(Debug)]
pub(crate) struct Client(pub(crate) Option<Caller>);

impl FromRequestParts<State> for Client {
    type Rejection = ScimError;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, ScimError> {
        match ScimCaller::from_request_parts(parts, state).await {
            Ok(ScimCaller(caller)) => Ok(Self(Some(caller))),
            Err(ScimError::Unauthorized) => Ok(Self(None)),
            Err(other) => Err(other),
        }
    }
}

/// A member with a user token, and nobody else: who `/Me` is.
#[derive(Debug)]
pub(crate) struct Subject(pub(crate) Caller, pub(crate) MemberId);

impl FromRequestParts<State> for Subject {
    type Rejection = ScimError;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, ScimError> {
        let token = match authorization(&parts.headers) {
            Some((scheme, token)) if is_token_scheme(scheme) => token,
            _ => return Err(ScimError::NoMember),
        };
        if token.starts_with(scim_tokens::PREFIX) {
            ScimCaller::from_request_parts(parts, state).await?;
            return Err(ScimError::NotImplemented(
                "a SCIM token is no person, so there is no /Me for it; present a user token, or use /Users",
            ));
        }
        let caller = principal(parts, state, Credential::UserToken(token)).await?;
        match caller.map(|caller| (caller.actor, caller)) {
            Some((Actor::Member(id), mut caller)) => {
                caller.schemas = schemas::of(&caller).await?;
                Ok(Self(caller, id))
            }
            _ => Err(ScimError::NoMember),
        }
    }
}

/// The words under which clients send a user token.
fn is_token_scheme(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("token") || scheme.eq_ignore_ascii_case("bearer")
}

/// A member, with a user token or a session.
#[derive(Debug)]
pub(crate) struct ApiCaller(pub(crate) Caller);

impl FromRequestParts<State> for ApiCaller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, ApiError> {
        let credential = if parts.headers.contains_key(header::AUTHORIZATION) {
            match authorization(&parts.headers) {
                Some((scheme, token)) if is_token_scheme(scheme) => Credential::UserToken(token),
                _ => return Err(ApiError::Unauthorized),
            }
        } else if let Some(key) = api_key(&parts.headers) {
            Credential::UserToken(key?)
        } else {
            let Some(session) = cookies::session(&parts.headers, &state.config.base_url()) else {
                return Err(ApiError::Unauthorized);
            };
            // A browser adds cookies by itself, so where something is changed it must say who made it ask.
            if !parts.method.is_safe() && !is_own_origin(&parts.headers, &state.config.base_url()) {
                return Err(ApiError::CrossSite);
            }
            Credential::Session(session)
        };
        let caller = principal(parts, state, credential).await?;
        caller.map(Self).ok_or(ApiError::Unauthorized)
    }
}

/// Whoever wants through to an app, if it is a member: with a user token or a session, by any method, since nothing is
/// changed here. A credential of another kind is meant for the app.
#[derive(Debug)]
pub(crate) struct Passer(pub(crate) Option<Caller>);

impl FromRequestParts<State> for Passer {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, ApiError> {
        let credential = match authorization(&parts.headers) {
            Some((scheme, token)) if is_token_scheme(scheme) => Some(Credential::UserToken(token)),
            _ => {
                cookies::session(&parts.headers, &state.config.base_url()).map(Credential::Session)
            }
        };
        match credential {
            Some(credential) => Ok(Self(principal(parts, state, credential).await?)),
            None => Ok(Self(None)),
        }
    }
}

/// Whoever has a session, if somebody has: for pages.
#[derive(Debug)]
pub(crate) struct Visitor(pub(crate) Option<Caller>);

impl FromRequestParts<State> for Visitor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, ApiError> {
        if !matches!(parts.method, Method::GET | Method::HEAD) {
            return Err(ApiError::CrossSite);
        }
        match cookies::session(&parts.headers, &state.config.base_url()) {
            Some(session) => Ok(Self(
                principal(parts, state, Credential::Session(session)).await?,
            )),
            None => Ok(Self(None)),
        }
    }
}

/// Who a credential stands for.
pub(super) async fn principal(
    parts: &Parts,
    state: &State,
    credential: Credential<'_>,
) -> Result<Option<Caller>, crate::domain::error::Error> {
    let request = parts
        .extensions
        .get::<RequestId>()
        .map_or("", RequestId::as_str);
    let found = authentication::principal(
        &state.db,
        &state.remembered,
        &state.vault,
        credential,
        state.clock.now(),
        request,
    )
    .await?;
    Ok(found.map(|mut caller| {
        caller.desk = Some(Desk {
            vault: state.vault.clone(),
            base_url: state.config.base_url().into_owned(),
        });
        caller
    }))
}

/// Scheme and token of the one `Authorization` header there is; two of them are none.
fn authorization(headers: &HeaderMap) -> Option<(&str, &str)> {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (all.next(), all.next()) else {
        return None;
    };
    let (scheme, token) = value.to_str().ok()?.trim().split_once(' ')?;
    let token = token.trim();
    let plain = !token.is_empty()
        && token.len() <= 4096
        && token
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b',');
    plain.then_some((scheme, token))
}

/// The token of the one `X-API-Key` header, where there is one: what clients of Label Studio send instead.
fn api_key(headers: &HeaderMap) -> Option<Result<&str, ApiError>> {
    let mut all = headers.get_all("x-api-key").iter();
    let key = all.next()?.to_str().ok().map(str::trim);
    let plain = |key: &&str| !key.is_empty() && key.len() <= 4096 && all.next().is_none();
    Some(key.filter(plain).ok_or(ApiError::Unauthorized))
}

/// Whether the browser says that a page of this server asks.
pub(super) fn is_own_origin(headers: &HeaderMap, base_url: &str) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin";
    }
    headers
        .get(header::ORIGIN)
        .is_some_and(|origin| origin.as_bytes() == base_url.as_bytes())
}

/// The variable parts of a path. What cannot be read, because it is not UTF-8 or not a number, names nothing that there
/// is; nor does what holds U+0000, which PostgreSQL does not even compare.
#[derive(Debug)]
pub(crate) struct Segments<T>(pub(crate) T);

impl<T: DeserializeOwned + Send> FromRequestParts<State> for Segments<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Response> {
        if parts.uri.path().contains("%00") {
            return Err(Form::nothing(parts.uri.path()));
        }
        match Path::from_request_parts(parts, state).await {
            Ok(Path(read)) => Ok(Self(read)),
            Err(_) => Err(Form::nothing(parts.uri.path())),
        }
    }
}

/// The query string: names in any case, what is not known is passed over.
#[derive(Debug, Default)]
pub(crate) struct Parameters(Vec<(String, String)>);

/// A parameter that must not stand twice does.
#[derive(Debug)]
pub(crate) struct Twice;

impl<S: Sync> FromRequestParts<S> for Parameters {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        // OneLogin sends stray question marks.
        let query = parts
            .uri
            .query()
            .unwrap_or_default()
            .trim_start_matches('?');
        Ok(Self(
            form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
        ))
    }
}

impl Parameters {
    /// The same, from a body.
    pub(crate) fn of(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }

    /// The one value of exactly this name; two of them are none.
    pub(crate) fn only(&self, name: &str) -> Result<Option<&str>, Twice> {
        let mut found = self.0.iter().filter(|(known, _)| known == name);
        match (found.next(), found.next()) {
            (found, None) => Ok(found.map(|(_, value)| value.as_str())),
            _ => Err(Twice),
        }
    }

    /// Every name and its value.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Every value of this name: clients repeat a parameter for each element of a list.
    pub(crate) fn every(&self, name: &str) -> impl Iterator<Item = &str> {
        let named = self.0.iter();
        named
            .filter(move |(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The first value of this name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(values: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::AUTHORIZATION, HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    #[test]
    fn one_authorization_header_with_one_token_is_read() {
        assert_eq!(
            authorization(&headers(&["Bearer abc"])),
            Some(("Bearer", "abc"))
        );
        assert_eq!(
            authorization(&headers(&["Token  abc "])),
            Some(("Token", "abc"))
        );
        for bad in [
            &["Bearer"][..],
            &["Bearer a,b"],
            &["Bearer a b"],
            &["Bearer a", "Bearer b"],
            &["", "Bearer a"],
        ] {
            assert_eq!(authorization(&headers(bad)), None, "{bad:?}");
        }
    }

    #[test]
    fn a_change_with_a_cookie_needs_a_page_of_ours() {
        let mut headers = HeaderMap::new();
        assert!(!is_own_origin(&headers, "https://roll.example"));
        headers.insert(header::ORIGIN, HeaderValue::from_static("null"));
        assert!(!is_own_origin(&headers, "https://roll.example"));
        headers.insert(
            header::ORIGIN,
            HeaderValue::from_static("https://roll.example"),
        );
        assert!(is_own_origin(&headers, "https://roll.example"));
        headers.insert("sec-fetch-site", HeaderValue::from_static("cross-site"));
        assert!(!is_own_origin(&headers, "https://roll.example"));
    }
}
