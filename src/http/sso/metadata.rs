//! Metadata of IdPs that is fetched from a URL: when that is set, by the time, and when a key is unknown.
//!
//! It is fetched while no transaction is open, and read as a whole before anything of it is kept.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::app::metadata as turns;
use crate::app::{Caller, connections};
use crate::domain::Timestamp;
use crate::domain::connection::{Connection, Saml};
use crate::domain::error::Error;
pub(crate) use crate::saml::metadata::Error as Unreadable;
use crate::saml::metadata::IdpMetadata;
use crate::state::State;

/// How often it is looked whether anything is due.
const LOOK: Duration = Duration::from_mins(1);

/// Metadata from a URL, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fetched {
    url: String,
    at: Timestamp,
    document: String,
    idp: IdpMetadata,
}

impl Fetched {
    /// Takes it over.
    pub(crate) fn put_into(self, saml: &mut Saml) {
        saml.metadata_due = Some(self.at.plus_seconds(self.idp.keep_seconds));
        saml.metadata_url = self.url;
        saml.metadata_fetched = Some(self.at);
        saml.metadata_problem = None;
        take_over(saml, self.document, self.idp);
    }
}

fn take_over(saml: &mut Saml, document: String, idp: IdpMetadata) {
    saml.entity_id = idp.entity_id;
    saml.sso_url = idp.sso_url;
    saml.slo_url = idp.slo_url;
    saml.slo_response_url = idp.slo_response_url;
    saml.idp_wants_signed = idp.wants_signed_requests;
    saml.certificates = idp
        .certificates
        .iter()
        .map(|der| STANDARD.encode(der))
        .collect();
    saml.metadata_xml = document;
}

/// Takes over what an administrator has of an IdP.
pub(crate) fn read(saml: &mut Saml, document: String, now: Timestamp) -> Result<(), Unreadable> {
    let idp = IdpMetadata::parse(&document, now)?;
    take_over(saml, document, idp);
    Ok(())
}

/// Lets what is known of the IdP stay, and fetches it no more.
pub(crate) fn forget_url(saml: &mut Saml) {
    saml.metadata_url.clear();
    saml.metadata_fetched = None;
    saml.metadata_problem = None;
    saml.metadata_due = None;
}

/// What is at a URL, or why there is no metadata, in a sentence.
pub(crate) async fn fetch(state: &State, url: &str) -> Result<Fetched, String> {
    let answer = state.outgoing.get(url).await;
    let bytes = answer.map_err(|error| format!("metadata_url: {error}"))?;
    let document = String::from_utf8(bytes.into())
        .map_err(|_| "metadata_url: the answer is not text in UTF-8".to_owned())?;
    let at = state.clock.now();
    let idp =
        IdpMetadata::parse(&document, at).map_err(|error| format!("metadata_url: {error}"))?;
    Ok(Fetched {
        url: url.to_owned(),
        at,
        document,
        idp,
    })
}

/// Fetches the metadata of a connection anew, and keeps it, or why that failed; the connection then.
pub(crate) async fn refresh(
    state: &State,
    caller: &Caller,
    connection: &Connection,
) -> Result<Connection, Error> {
    let url = connection.saml().map_or("", |saml| &saml.metadata_url);
    let found = fetch(state, url).await;
    let put = found.map(|fetched| |saml: &mut Saml| fetched.put_into(saml));
    let kept = turns::keep(caller, connection.id, url, put).await?;
    if let Some(problem) = kept.saml().and_then(|saml| saml.metadata_problem.as_ref()) {
        tracing::warn!(connection = %connection.id, "metadata could not be fetched again: {problem}");
    }
    Ok(kept)
}

/// The connection with the keys that its IdP has by now, where those are others and people can still sign in. They are not
/// fetched often: anybody can sign with a key that nobody knows. Another request may have found them a moment ago.
pub(super) async fn with_other_keys(
    state: &State,
    connection: &Connection,
) -> Result<Option<(Connection, Saml)>, Error> {
    let Some(known) = connection
        .saml()
        .filter(|saml| !saml.metadata_url.is_empty())
    else {
        return Ok(None);
    };
    let now = state.clock.now();
    let fresh = match turns::take_turn(&state.db, connection, now).await? {
        Some(caller) => Some(refresh(state, &caller, connection).await?),
        None => connections::find_by_token(&state.db, &connection.token).await?,
    };
    // It may have been disabled meanwhile.
    Ok(fresh.filter(Connection::is_ready).and_then(|fresh| {
        let saml = fresh.saml()?.clone();
        (saml.certificates != known.certificates).then_some((fresh, saml))
    }))
}

/// Fetches what is due, for as long as the server runs. Of many nodes one does it.
pub(crate) async fn keep_fresh(state: State) {
    let mut turn = tokio::time::interval(LOOK);
    loop {
        turn.tick().await;
        if let Err(error) = fetch_due(&state).await {
            let error = anyhow::Error::from(error);
            tracing::warn!("metadata is not fetched for now: {error:#}");
        }
    }
}

async fn fetch_due(state: &State) -> Result<(), Error> {
    while let Some((caller, connection)) = turns::take_due(&state.db, state.clock.now()).await? {
        refresh(state, &caller, &connection).await?;
    }
    Ok(())
}
