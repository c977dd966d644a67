//! The end of a session: from here, and from the provider by its back channel.

use axum::extract::{Extension, Request, State as Shared};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use url::form_urlencoded;

use super::{Wrong, only, provider, ready};
use crate::app::sign_on::Visit;
use crate::app::sign_on::logout::{self, Ended};
use crate::domain::connection::{Connection, Oidc};
use crate::http::cookies;
use crate::http::extract::{Parameters, Segments, Visitor};
use crate::http::middleware::RequestId;
use crate::http::sso::error::SsoError;
use crate::oidc::logout_token;
use crate::oidc::refusal::Refusal;
use crate::oidc::request::logout_url;
use crate::state::State;

/// GET: ends the session here first, whatever the provider does; then sends the browser there to log out too.
pub(crate) async fn from_here(
    Shared(state): Shared<State>,
    Segments(token): Segments<String>,
    Visitor(visitor): Visitor,
    headers: HeaderMap,
) -> Result<Response, SsoError> {
    let (connection, oidc) = ready(&state, &token).await?;
    let base_url = state.config.base_url();
    let home = format!("{base_url}/");
    let mut goal = "/".to_owned();
    if let (Some(caller), Some(session)) = (visitor, cookies::session(&headers, &base_url)) {
        let hint = logout::end(&caller, &state.vault, &connection, session).await?;
        if let Some(hint) = hint
            && let Ok(provider) = provider::of(&state, &oidc.issuer).await
            && let Some(url) = logout_url(&provider.discovery, &oidc.client_id, Some(&hint), &home)
        {
            goal = url;
        }
    }
    let cookie = cookies::set_session("", 0, &base_url);
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(&goal)).into_response())
}

/// POST: the provider tells that sessions have ended, Back-Channel Logout section 2.5.
pub(crate) async fn from_provider(
    Shared(state): Shared<State>,
    Segments(token): Segments<String>,
    Extension(number): Extension<RequestId>,
    request: Request,
) -> Response {
    let fresh = [(header::CACHE_CONTROL, "no-store")];
    let Ok((connection, oidc)) = ready(&state, &token).await else {
        return (StatusCode::BAD_REQUEST, fresh).into_response();
    };
    let visit = Visit {
        browser: "",
        user_agent: "",
        now: state.clock.now(),
        request: number.as_str(),
    };
    match end(&state, &connection, &oidc, visit, request).await {
        Ok(()) => (StatusCode::OK, fresh).into_response(),
        Err(Wrong::Failed(error)) => SsoError::Domain(error).into_response(),
        Err(Wrong::Refused(refusal)) => {
            tracing::warn!(connection = %connection.id, reason = refusal.reason(), "a logout token was refused: {refusal}");
            let body = axum::Json(serde_json::json!({ "error": "invalid_request" }));
            (StatusCode::BAD_REQUEST, fresh, body).into_response()
        }
    }
}

async fn end(
    state: &State,
    connection: &Connection,
    oidc: &Oidc,
    visit: Visit<'_>,
    request: Request,
) -> Result<(), Wrong> {
    let body = axum::body::to_bytes(request.into_body(), state.config.max_body_bytes)
        .await
        .map_err(|_| Refusal::BadAnswer("it is too long"))?;
    let form = Parameters::of(form_urlencoded::parse(&body).into_owned().collect());
    let token = only(&form, "logout_token")?.ok_or(Refusal::BadAnswer("it has no logout_token"))?;
    let provider = provider::of(state, &oidc.issuer).await?;
    let expected = provider::expected(state, oidc);
    let verify = |keys: &_| logout_token::verify(token, keys, &expected);
    let told = provider::verified(state, &oidc.issuer, &provider, verify).await?;
    let ended = Ended {
        subject: told.subject.as_deref(),
        session: told.session.as_deref(),
        message: &told.id,
        usable_until: told.usable_until,
    };
    if !logout::end_at_idp(&state.db, connection, ended, visit).await? {
        return Err(Refusal::Replayed.into());
    }
    Ok(())
}
