//! Personal access tokens: signed, exchanged for access tokens of a few minutes, and of no use once they are revoked or
//! their member has lost access.
//!
//! A token is not kept: what it says is, so that it can be shown without its signature. Each use asks the database.

use super::permissions::must_have;
use super::vault::Vault;
use super::{Caller, sessions};
use crate::domain::error::Error;
use crate::domain::event::Event;
use crate::domain::permission::Permission;
use crate::domain::{MemberId, MemberNumber, PersonalTokenId, Timestamp};
use crate::secret;
use crate::secret::jwt::{self, Claims, Use};
use crate::store::credentials::Holder;
use crate::store::db::{Db, Tx};
use crate::store::personal_tokens::{self as rows, PersonalToken};
use crate::store::{members, policies};

/// For how long an access token is good, in seconds.
const ACCESS_LIFE: i64 = 300;
/// For what the key is made that signs.
const PURPOSE: &str = "personal access tokens";

/// A token as it may be shown.
#[derive(Debug)]
pub(crate) struct Shown {
    /// The whole of it where it was just made, else without its signature.
    pub(crate) token: String,
    /// When it was made.
    pub(crate) created: Timestamp,
    /// Until when it is good.
    pub(crate) expires: Timestamp,
}

/// Why there is no new token.
#[derive(Debug)]
pub(crate) enum Unmade {
    /// There is one already.
    Another,
    /// It is refused, or failed.
    Refused(Error),
}

impl From<Error> for Unmade {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

fn claims(token: &PersonalToken, number: MemberNumber) -> Claims {
    Claims {
        token_type: Use::Refresh,
        exp: token.expires_at.0.div_euclid(1000),
        iat: token.created_at.0.div_euclid(1000),
        jti: token.id.0,
        user_id: number.0,
    }
}

/// Makes a token of whoever asks. They have one at a time.
pub(crate) async fn create(caller: &Caller, vault: &Vault) -> Result<Shown, Unmade> {
    let member = sessions::person(caller)?;
    let mut tx = caller.write().await?;
    must_have(caller, &mut tx, Permission::CreateTokens).await?;
    let settings = policies::tokens(&mut tx, caller.organization).await?;
    if !settings.personal {
        return Err(Error::Forbidden(
            "personal access tokens are turned off in this organization".to_owned(),
        )
        .into());
    }
    // Held, so that of two at once one is the second.
    let found = members::find_locked(&mut tx, caller.organization, member).await?;
    let found = found.ok_or(Error::NotFound("member"))?;
    let live = rows::list(&mut tx, caller.organization, member, caller.now).await?;
    if !live.is_empty() {
        return Err(Unmade::Another);
    }
    let days = i64::from(settings.days);
    let shown = make(caller, &mut tx, vault, found.number, member, days).await?;
    tx.commit().await?;
    Ok(shown)
}

async fn make(
    caller: &Caller,
    tx: &mut Tx,
    vault: &Vault,
    number: MemberNumber,
    member: MemberId,
    days: i64,
) -> Result<Shown, Error> {
    vault.establish(tx).await?;
    let token = PersonalToken {
        id: PersonalTokenId(secret::id_at(caller.now)),
        // Whole seconds, as the token says them.
        created_at: Timestamp(caller.now.0.div_euclid(1000) * 1000),
        expires_at: Timestamp(caller.now.0.div_euclid(1000) * 1000).plus_seconds(days * 86_400),
    };
    rows::insert(tx, caller.organization, member, &token).await?;
    let told = Event::personal_token_created(member, token.id);
    caller.record(tx, vec![told]).await?;
    Ok(Shown {
        token: jwt::sign(&vault.key_for(PURPOSE)?, &claims(&token, number)),
        created: token.created_at,
        expires: token.expires_at,
    })
}

/// The tokens of whoever asks, without what makes them good.
pub(crate) async fn list(caller: &Caller) -> Result<Vec<Shown>, Error> {
    let member = sessions::person(caller)?;
    let mut tx = caller.db.read().await?;
    let found = members::find(&mut tx, caller.organization, member).await?;
    let number = found.ok_or(Error::NotFound("member"))?.number;
    let live = rows::list(&mut tx, caller.organization, member, caller.now).await?;
    let shown = live.into_iter().map(|token| Shown {
        token: jwt::unsigned(&claims(&token, number)),
        created: token.created_at,
        expires: token.expires_at,
    });
    Ok(shown.collect())
}

/// An access token for a personal one; none where that is not good, or not any more.
pub(crate) async fn refresh(
    db: &Db,
    vault: &Vault,
    token: &str,
    now: Timestamp,
) -> Result<Option<String>, Error> {
    let Some(claims) = signed(vault, token, Use::Refresh, now)? else {
        return Ok(None);
    };
    let mut tx = db.read().await?;
    let holder = rows::find_holder(&mut tx, PersonalTokenId(claims.jti), now).await?;
    if !holder.is_some_and(|holder| holder.role.has_access()) {
        return Ok(None);
    }
    let seconds = now.0.div_euclid(1000);
    let access = Claims {
        token_type: Use::Access,
        exp: claims.exp.min(seconds + ACCESS_LIFE),
        iat: seconds,
        ..claims
    };
    Ok(Some(jwt::sign(&vault.key_for(PURPOSE)?, &access)))
}

/// Whom an access token stands for now.
pub(super) async fn holder(
    db: &Db,
    vault: &Vault,
    token: &str,
    now: Timestamp,
) -> Result<Option<Holder>, Error> {
    let Some(claims) = signed(vault, token, Use::Access, now)? else {
        return Ok(None);
    };
    let mut tx = db.read().await?;
    rows::find_holder(&mut tx, PersonalTokenId(claims.jti), now).await
}

fn signed(
    vault: &Vault,
    token: &str,
    wanted: Use,
    now: Timestamp,
) -> Result<Option<Claims>, Error> {
    let claims = jwt::verify(&vault.key_for(PURPOSE)?, token, now);
    Ok(claims.filter(|claims| claims.token_type == wanted))
}

/// Another token in the place of one of whoever asks, which ends; none where that is not good.
pub(crate) async fn rotate(
    caller: &Caller,
    vault: &Vault,
    token: &str,
) -> Result<Option<Shown>, Error> {
    let member = sessions::person(caller)?;
    let mut tx = caller.write().await?;
    must_have(caller, &mut tx, Permission::CreateTokens).await?;
    let Some(claims) = signed(vault, token, Use::Refresh, caller.now)? else {
        return Ok(None);
    };
    let settings = policies::tokens(&mut tx, caller.organization).await?;
    let found = members::find_locked(&mut tx, caller.organization, member).await?;
    let number = found.ok_or(Error::NotFound("member"))?.number;
    let old = PersonalTokenId(claims.jti);
    if !settings.personal
        || rows::revoke(&mut tx, caller.organization, member, old, caller.now).await? == 0
    {
        return Ok(None);
    }
    let told = Event::personal_token_revoked(member, old);
    caller.record(&mut tx, vec![told]).await?;
    let days = i64::from(settings.days);
    let shown = make(caller, &mut tx, vault, number, member, days).await?;
    tx.commit().await?;
    Ok(Some(shown))
}

/// Ends a token of whoever asks, who may show it with or without its signature; whether there was one to end.
pub(crate) async fn revoke(caller: &Caller, token: &str) -> Result<bool, Error> {
    let member = sessions::person(caller)?;
    let mut said = token;
    if jwt::looks_like(token)
        && let Some((unsigned, _)) = token.rsplit_once('.')
    {
        said = unsigned;
    }
    let Some(claims) = jwt::read(said) else {
        return Ok(false);
    };
    let id = PersonalTokenId(claims.jti);
    let mut tx = caller.write().await?;
    if rows::revoke(&mut tx, caller.organization, member, id, caller.now).await? == 0 {
        return Ok(false);
    }
    let told = Event::personal_token_revoked(member, id);
    caller.record(&mut tx, vec![told]).await?;
    tx.commit().await?;
    Ok(true)
}

/// The user token of whoever asks. Made where there is none; none where it can be used but not be read again.
pub(crate) async fn user_token(caller: &Caller, vault: &Vault) -> Result<Option<String>, Error> {
    let member = sessions::person(caller)?;
    let mut tx = caller.db.read().await?;
    must_allow_user_tokens(caller, &mut tx).await?;
    let found = rows::find_sealed(&mut tx, caller.organization, member).await?;
    drop(tx);
    match found {
        Some(Some(sealed)) => vault.open(&place(member), &sealed).map(Some),
        Some(None) => Ok(None),
        None => reset_user_token(caller, vault).await.map(Some),
    }
}

/// Another user token of whoever asks: the one that there was is refused from now on.
pub(crate) async fn reset_user_token(caller: &Caller, vault: &Vault) -> Result<String, Error> {
    let member = sessions::person(caller)?;
    let mut tx = caller.write().await?;
    must_have(caller, &mut tx, Permission::CreateTokens).await?;
    must_allow_user_tokens(caller, &mut tx).await?;
    members::find_locked(&mut tx, caller.organization, member).await?;
    let token = secret::random_token("rr_pat_");
    let sealed = vault.seal(&mut tx, &place(member), &token).await?;
    rows::replace_user_token(
        &mut tx,
        caller.organization,
        member,
        (&secret::hash(&token).0, Some(sealed)),
        caller.now,
    )
    .await?;
    caller
        .record(&mut tx, vec![Event::user_token_created(member)])
        .await?;
    tx.commit().await?;
    Ok(token)
}

/// Where the user token of a member is sealed.
pub(super) fn place(member: MemberId) -> String {
    format!("user token {member}")
}

async fn must_allow_user_tokens(caller: &Caller, tx: &mut Tx) -> Result<(), Error> {
    let settings = policies::tokens(tx, caller.organization).await?;
    if settings.legacy {
        return Ok(());
    }
    Err(Error::Forbidden(
        "legacy tokens are turned off in this organization; make a personal access token"
            .to_owned(),
    ))
}
