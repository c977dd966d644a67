//! Accounts: signing up, in and out with a password, and what a person does with their own account.
//!
//! Whoever asks here is nobody yet, or asks for themselves alone. What is answered tells nobody whether there is an
//! account: `docs/adr/0022-guessing-passwords.md`.

pub(crate) mod hashing;
pub(crate) mod invited;
pub(crate) mod leaving;
pub(crate) mod passwords;
pub(crate) mod profile;
pub(crate) mod resetting;
pub(crate) mod sign_in;
pub(crate) mod sign_up;
pub(crate) mod throttle;

use secrecy::{ExposeSecret as _, SecretString};

use self::hashing::Hasher;
use super::organizations::keeper_of;
use super::vault::Vault;
use super::{Caller, sign_in_policy};
use crate::domain::error::Error;
use crate::domain::event::role_history::Turn;
use crate::domain::event::{Actor, Event};
use crate::domain::role::Role;
use crate::domain::{SessionId, Timestamp};
use crate::secret;
use crate::store::accounts::{self as rows, Place};
use crate::store::credentials::{self, NewSession};
use crate::store::db::{Db, Tx};
use crate::store::{organizations, policies, role_history};

/// The fewest and the most letters of a password, as Label Studio has them.
const SHORTEST: usize = 8;
const LONGEST: usize = 128;
/// How many entries of a history are looked at for since when somebody is not let in.
const LOOK_BACK: i64 = 8;

/// Who knocks, from where, and what is needed to let them in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Door<'a> {
    /// The database.
    pub(crate) db: &'a Db,
    /// Where secrets are sealed.
    pub(crate) vault: &'a Vault,
    /// What hashes passwords.
    pub(crate) hasher: &'a Hasher,
    /// The moment.
    pub(crate) now: Timestamp,
    /// The address of the client, or the network that one client may have whole.
    pub(crate) address: &'a str,
    /// The mark by which a browser shows that somebody signed in with it before.
    pub(crate) device: Option<&'a str>,
    /// What the browser calls itself.
    pub(crate) user_agent: &'a str,
    /// The request's id.
    pub(crate) request: &'a str,
    /// How people reach this server: for links in mails.
    pub(crate) base_url: &'a str,
}

/// Somebody is signed in.
#[derive(Debug)]
pub(crate) struct Entered {
    /// The token of the session.
    pub(crate) session: String,
    /// For how many seconds it lasts.
    pub(crate) seconds: i64,
    /// The mark for the browser.
    pub(crate) device: String,
}

/// Why somebody is not let in although they proved who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Barred {
    /// An administrator has to give them a role first.
    Pending(Whom),
    /// They are deactivated; or deleted, where nobody is left to ask.
    Deactivated(Option<Whom>),
    /// Their organization lets them in through single sign-on only.
    MustUseSso,
}

/// Whom to ask about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Whom {
    /// The title of the organization.
    pub(crate) organization: String,
    /// Who there.
    pub(crate) keeper: String,
    /// Since when it is so, as far as the trail tells.
    pub(crate) since: Option<Timestamp>,
}

/// Refuses a password that is too short or too long.
pub(crate) fn check_password(password: &SecretString) -> Result<(), Error> {
    let letters = password.expose_secret().chars().count();
    if (SHORTEST..=LONGEST).contains(&letters) {
        return Ok(());
    }
    Err(Error::Invalid(format!(
        "password must have {SHORTEST} to {LONGEST} characters"
    )))
}

/// Who acts for themselves while they have no session yet.
fn acting(door: &Door<'_>, place: Place) -> Caller {
    Caller {
        actor: Actor::Member(place.member),
        role: Some(place.role),
        request: door.request.to_owned(),
        ..Caller::operator(door.db.clone(), door.now, place.organization)
    }
}

/// Whom somebody asks who is not let in at this place.
async fn whom(tx: &mut Tx, place: Place) -> Result<Whom, Error> {
    let organization = organizations::find(tx, place.organization)
        .await?
        .ok_or(Error::NotFound("organization"))?;
    let history = role_history::of_member(tx, place.organization, place.member, LOOK_BACK).await?;
    let since = history.iter().find_map(|moment| match moment.turn {
        Turn::Became(_, role) | Turn::Joined(role) => Some((role, moment.at)),
        Turn::Given(_) | Turn::Left => None,
    });
    Ok(Whom {
        keeper: keeper_of(tx, &organization).await?,
        organization: organization.title,
        since: since
            .filter(|(role, _)| *role == place.role)
            .map(|(_, at)| at),
    })
}

/// Whether a password lets somebody in at this place.
async fn bar(tx: &mut Tx, place: Place) -> Result<Option<Barred>, Error> {
    Ok(match place.role {
        Role::Deactivated => Some(Barred::Deactivated(Some(whom(tx, place).await?))),
        Role::NotActivated => Some(Barred::Pending(whom(tx, place).await?)),
        _ if sign_in_policy::must_use_sso(tx, place.organization, place.member).await? => {
            Some(Barred::MustUseSso)
        }
        _ => None,
    })
}

/// The place that a password leads to: the active organization, else the first that lets them in; else why none does.
async fn choose(tx: &mut Tx, account: &rows::Account) -> Result<Result<Place, Barred>, Error> {
    let mut places = rows::places(tx, account.id).await?;
    places.sort_by_key(|place| Some(place.organization) != account.active_organization_id);
    let mut why = None;
    for place in places {
        match bar(tx, place).await? {
            None => return Ok(Ok(place)),
            Some(barred) => why = why.or(Some(barred)),
        }
    }
    Ok(Err(why.unwrap_or(Barred::Deactivated(None))))
}

/// Begins a session, in a transaction that holds the member.
async fn begin_session(
    tx: &mut Tx,
    caller: &Caller,
    user_agent: &str,
) -> Result<(String, i64), Error> {
    let Actor::Member(member) = caller.actor else {
        return Err(Error::NotFound("member"));
    };
    let policy = policies::sessions(tx, caller.organization).await?;
    let seconds = i64::from(policy.max_age_minutes) * 60;
    let session = secret::random_token("");
    let hash = secret::hash(&session).0;
    let begun = NewSession {
        hash: &hash,
        id: SessionId(secret::id_at(caller.now)),
        organization: caller.organization,
        member,
        at: caller.now,
        expires: caller.now.plus_seconds(seconds),
        browser: user_agent,
        via: None,
    };
    let told = caller.role.map(|role| Event::signed_in(member, None, role));
    let rows = vec![credentials::session_row(begun)];
    caller
        .record_with(tx, told.into_iter().collect(), rows)
        .await?;
    Ok((session, seconds))
}
