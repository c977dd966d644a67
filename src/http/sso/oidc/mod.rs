//! `/oidc/<token>/login|callback|logout|backchannel-logout`: OpenID Connect by the code flow, begun by us.

pub(crate) mod logout;
mod provider;

use axum::extract::{Extension, State as Shared};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};

use super::error::SsoError;
use super::saml::own_path;
use super::{Urls, lead, unverified};
use crate::app::connections;
use crate::app::sign_on::requests::{self, Begun};
use crate::app::sign_on::{Refused, Taken, Visit};
use crate::domain::connection::{Connection, Oidc};
use crate::domain::error::Error;
use crate::domain::identity::{AssertedGroups, Identity};
use crate::domain::trace::Trace;
use crate::http::cookies;
use crate::http::extract::{Parameters, Segments, Visitor};
use crate::http::middleware::RequestId;
use crate::oidc::exchange::Code;
use crate::oidc::id_token::IdToken;
use crate::oidc::person::{self, Reading};
use crate::oidc::refusal::Refusal;
use crate::oidc::request::{self, SignOn};
use crate::secret;
use crate::state::State;

/// A connection that people can sign in through, with what OIDC needs of it.
async fn ready(state: &State, token: &str) -> Result<(Connection, Oidc), SsoError> {
    let found = connections::find_by_token(&state.db, token).await?;
    speaking(found.filter(Connection::is_ready))
}

/// A connection that a test can be begun of; it may wait to be enabled.
async fn complete(state: &State, token: &str) -> Result<(Connection, Oidc), SsoError> {
    let found = connections::find_by_token(&state.db, token).await?;
    speaking(found.filter(Connection::is_complete))
}

fn speaking(found: Option<Connection>) -> Result<(Connection, Oidc), SsoError> {
    let connection = found.ok_or(SsoError::NoConnection)?;
    let oidc = connection.oidc().cloned().ok_or(SsoError::NoConnection)?;
    Ok((connection, oidc))
}

/// What went wrong: a failure of ours, or a refusal.
enum Wrong {
    Failed(Error),
    Refused(Refusal),
}

impl From<Error> for Wrong {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<Refusal> for Wrong {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// The page for the person. What the administrator needs is in the log and in the trace, under its number.
async fn page(
    state: &State,
    connection: &Connection,
    visit: Visit<'_>,
    mut trace: Trace,
    wrong: Wrong,
) -> SsoError {
    let refusal = match wrong {
        Wrong::Failed(error) => return SsoError::Domain(error),
        Wrong::Refused(refusal) => refusal,
    };
    trace.failed(refusal.reason(), refusal.to_string());
    match unverified(state, connection, visit, refusal.reason(), trace).await {
        Ok(_) if refusal == Refusal::UnknownState => {
            SsoError::Refused(Refused::UnknownRequest, visit.request.to_owned())
        }
        Ok(page) => page,
        Err(error) => SsoError::Domain(error),
    }
}

/// GET: sends the browser to the provider.
pub(crate) async fn login(
    Shared(state): Shared<State>,
    Segments(token): Segments<String>,
    Extension(number): Extension<RequestId>,
    Visitor(visitor): Visitor,
    headers: HeaderMap,
    parameters: Parameters,
) -> Result<Response, SsoError> {
    let test = parameters.get("test") == Some("1");
    let (connection, oidc) = if test {
        complete(&state, &token).await?
    } else {
        ready(&state, &token).await?
    };
    let wanted = Taken {
        purpose: connections::purpose(visitor.as_ref(), &connection, test)?,
        target: own_path(parameters.get("next")).to_owned(),
    };
    let base_url = state.config.base_url();
    let browser = cookies::browser(&headers, &base_url)
        .map_or_else(|| secret::random_token(""), str::to_owned);
    let visit = visit(&state, &browser, &headers, &number);
    let url = match sent_to(&state, &connection, &oidc, visit, wanted).await {
        Ok(url) => url,
        Err(wrong) => return Err(page(&state, &connection, visit, Trace::default(), wrong).await),
    };
    let mut answer = Redirect::to(&url).into_response();
    answer.headers_mut().insert(
        header::SET_COOKIE,
        cookies::set_browser(&browser, &base_url),
    );
    Ok(answer)
}

fn visit<'a>(
    state: &State,
    browser: &'a str,
    headers: &'a HeaderMap,
    number: &'a RequestId,
) -> Visit<'a> {
    Visit {
        browser,
        user_agent: cookies::user_agent(headers),
        now: state.clock.now(),
        request: number.as_str(),
    }
}

/// Where the browser is sent, with a request that is remembered.
async fn sent_to(
    state: &State,
    connection: &Connection,
    oidc: &Oidc,
    visit: Visit<'_>,
    taken: Taken,
) -> Result<String, Wrong> {
    let provider = provider::of(state, &oidc.issuer).await?;
    let (vault, browser) = (&state.vault, visit.browser);
    let begun = requests::open(&state.db, vault, connection, browser, taken, visit.now).await?;
    let wanted = SignOn {
        client_id: &oidc.client_id,
        redirect_uri: &Urls::of(&state.config.base_url(), connection).answer,
        scopes: &oidc.scopes,
        state: &begun.id,
        nonce: &begun.nonce,
        verifier: &begun.verifier,
    };
    Ok(request::sign_on_url(&provider.discovery, wanted)?)
}

/// GET: takes the provider's answer, and begins a session if it is good.
pub(crate) async fn callback(
    Shared(state): Shared<State>,
    Segments(token): Segments<String>,
    Extension(number): Extension<RequestId>,
    headers: HeaderMap,
    parameters: Parameters,
) -> Result<Response, SsoError> {
    let base_url = state.config.base_url();
    let browser = cookies::browser(&headers, &base_url).unwrap_or_default();
    let now = state.clock.now();
    let found = connections::find_answered(&state.db, &token, browser, now).await?;
    let (connection, oidc) = speaking(found)?;
    let visit = visit(&state, browser, &headers, &number);
    let mut trace = Trace::default();
    let verified = verified(&state, &connection, &oidc, visit, &parameters, &mut trace).await;
    let (identity, answered) = match verified {
        Ok(verified) => verified,
        Err(wrong) => return Err(page(&state, &connection, visit, trace, wrong).await),
    };
    // The provider was waited for.
    let now = state.clock.now();
    let visit = Visit { now, ..visit };
    let (db, vault) = (&state.db, &state.vault);
    let entered =
        requests::complete_taken(db, vault, &connection, &identity, visit, trace, &answered)
            .await?;
    lead(&state, visit, entered)
}

fn only<'p>(parameters: &'p Parameters, name: &str) -> Result<Option<&'p str>, Refusal> {
    let twice = |_| Refusal::BadAnswer("a parameter stands twice");
    parameters.only(name).map_err(twice)
}

/// From the answer to a verified identity, and what it was for.
async fn verified(
    state: &State,
    connection: &Connection,
    oidc: &Oidc,
    visit: Visit<'_>,
    parameters: &Parameters,
    trace: &mut Trace,
) -> Result<(Identity, Taken), Wrong> {
    let begun = take(state, connection, visit, parameters).await?;
    trace.passed("state", "it answers an open request of this browser");
    if let Some(code) = only(parameters, "error")? {
        let description = parameters.get("error_description").unwrap_or_default();
        return Err(Refusal::denied(code, description).into());
    }
    let provider = provider::of(state, &oidc.issuer).await?;
    provider.discovery.check_answer(only(parameters, "iss")?)?;
    trace.passed("provider", "the answer names no other provider");
    let code = only(parameters, "code")?.filter(|code| !code.is_empty());
    let code = code.ok_or(Refusal::BadAnswer("it has no code"))?;
    let secret = connections::client_secret(&state.vault, connection)?;
    let code = Code {
        text: code,
        client_id: &oidc.client_id,
        secret: secret.as_deref(),
        redirect_uri: &Urls::of(&state.config.base_url(), connection).answer,
        verifier: &begun.verifier,
    };
    let tokens = provider::exchange(state, &provider, code).await?;
    trace.passed("code", "the token endpoint took the code");
    let expected = provider::expected(state, oidc);
    let verify = |keys: &_| IdToken::verify(&tokens, keys, &begun.nonce, &expected);
    let id_token = provider::verified(state, &oidc.issuer, &provider, verify).await?;
    trace.passed(
        "id_token",
        "the ID token is signed by a key of the provider, for us and of now",
    );
    id_token.claims.note(trace);
    let userinfo = provider::userinfo(state, oidc, &provider, &tokens, &id_token).await?;
    if let Some(userinfo) = &userinfo {
        trace.passed("userinfo", "the userinfo is of the same person");
        userinfo.note(trace);
    }
    let reading = Reading {
        names: &connection.attributes,
        trusts_address: oidc.trust_email,
        request: &begun.id,
        hint: &tokens.id_token,
    };
    let mut identity = person::read(&id_token, userinfo.as_ref(), reading)?;
    if person::has_more_groups(&id_token, userinfo.as_ref(), &connection.attributes) {
        let secret = secret.as_deref();
        match provider::groups_of_graph(state, oidc, &provider, secret, &id_token).await {
            Ok(groups) => {
                trace.passed(
                    "groups",
                    "too many for the token; read from Microsoft Graph",
                );
                identity.groups = AssertedGroups::Known(groups);
            }
            Err(problem) => trace.failed(
                "groups",
                format!("too many for the token, so that nothing changes: {problem}"),
            ),
        }
    }
    Ok((identity, begun.taken))
}

/// Uses up the request that this answers, before anybody is asked: a code is tried once.
async fn take(
    state: &State,
    connection: &Connection,
    visit: Visit<'_>,
    parameters: &Parameters,
) -> Result<Begun, Wrong> {
    let browser = visit.browser;
    let id = only(parameters, "state")?.filter(|id| !browser.is_empty() && !id.contains('\0'));
    let id = id.ok_or(Refusal::UnknownState)?;
    let vault = &state.vault;
    let taken = requests::take(&state.db, vault, connection, browser, id, visit.now).await?;
    Ok(taken.ok_or(Refusal::UnknownState)?)
}
