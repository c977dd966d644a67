//! What organizations say of tokens and sessions.

use super::db::Tx;
use crate::domain::OrganizationId;
use crate::domain::error::Error;
use crate::domain::policy::{SessionPolicy, TokenSettings};

/// What an organization says of tokens.
pub(crate) async fn tokens(
    tx: &mut Tx,
    organization: OrganizationId,
) -> Result<TokenSettings, Error> {
    let (days, personal, legacy): (i32, bool, bool) = tx
        .fetch_one(
            "SELECT api_token_ttl_days, api_tokens_enabled, legacy_api_tokens_enabled FROM organizations WHERE id = $1",
            &[&organization],
        )
        .await?;
    Ok(TokenSettings {
        days,
        personal,
        legacy,
    })
}

/// Changes that.
pub(crate) async fn set_tokens(
    tx: &mut Tx,
    organization: OrganizationId,
    wanted: TokenSettings,
) -> Result<u64, Error> {
    tx.execute(
        "UPDATE organizations SET api_token_ttl_days = $2, api_tokens_enabled = $3, legacy_api_tokens_enabled = $4
         WHERE id = $1",
        &[&organization, &wanted.days, &wanted.personal, &wanted.legacy],
    )
    .await
}

/// What an organization says of sessions.
pub(crate) async fn sessions(
    tx: &mut Tx,
    organization: OrganizationId,
) -> Result<SessionPolicy, Error> {
    let (max_age_minutes, max_idle_minutes): (i32, i32) = tx
        .fetch_one(
            "SELECT max_session_age, max_time_between_activity FROM organizations WHERE id = $1",
            &[&organization],
        )
        .await?;
    Ok(SessionPolicy {
        max_age_minutes,
        max_idle_minutes,
    })
}

/// Changes that.
pub(crate) async fn set_sessions(
    tx: &mut Tx,
    organization: OrganizationId,
    wanted: SessionPolicy,
) -> Result<u64, Error> {
    tx.execute(
        "UPDATE organizations SET max_session_age = $2, max_time_between_activity = $3 WHERE id = $1",
        &[
            &organization,
            &wanted.max_age_minutes,
            &wanted.max_idle_minutes,
        ],
    )
    .await
}
