//! A verified identity in; member, role and session out.

mod linking;
pub(crate) mod logout;
mod refused;
pub(crate) mod requests;
mod role;
mod session;
pub(crate) mod traces;

pub(crate) use refused::Refused;
pub(crate) use requests::Taken;
pub(super) use role::digest;
pub(crate) use session::sign_out;

use super::departures::{address_mark, subject_mark};
use super::vault::Vault;
use super::{Caller, provisioning};
use crate::domain::connection::Connection;
use crate::domain::error::Error;
use crate::domain::event::{Actor, Event};
use crate::domain::identity::Identity;
use crate::domain::member::{Attributes, Profile};
use crate::domain::name;
use crate::domain::schema::CustomSchemas;
use crate::domain::trace::{Outcome, Trace};
use crate::domain::{MemberId, Timestamp};
use crate::secret;
use crate::store::db::{Db, Tx};
use crate::store::sign_ons::{self, Known, Purpose};
use crate::store::{departures, members, organizations, roles as facts};

/// The place in the vault of what a request to log out must carry.
pub(crate) const LOGOUT: &str = "session/logout";

/// A browser that comes back from an IdP.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Visit<'a> {
    /// The mark that the browser got when the sign-on began; empty where it has none.
    pub(crate) browser: &'a str,
    /// What the browser calls itself.
    pub(crate) user_agent: &'a str,
    /// The moment.
    pub(crate) now: Timestamp,
    /// The request's id.
    pub(crate) request: &'a str,
}

/// How a sign-in that was not refused ended.
#[derive(Debug)]
pub(crate) enum Entered {
    /// With a session.
    SignedIn(SignedIn),
    /// It was only a test: nobody was signed in, nothing was made, and the trace tells how it went. Also where somebody
    /// would have been refused.
    Tested,
}

/// A session that was begun.
#[derive(Debug)]
pub(crate) struct SignedIn {
    /// The token of the session, for the cookie.
    pub(crate) session: String,
    /// Until when it lasts.
    pub(crate) expires: Timestamp,
    /// The path to go to.
    pub(crate) target: String,
}

/// Lets a verified person in, or says why not. Everything happens in one transaction, the refusal's event and the trace
/// too. `trace` says how the person was verified.
pub(crate) async fn complete(
    db: &Db,
    vault: &Vault,
    connection: &Connection,
    identity: &Identity,
    visit: Visit<'_>,
    trace: Trace,
) -> Result<Result<Entered, Refused>, Error> {
    admit(db, vault, connection, identity, visit, trace, None).await
}

async fn admit(
    db: &Db,
    vault: &Vault,
    connection: &Connection,
    identity: &Identity,
    visit: Visit<'_>,
    mut trace: Trace,
    taken: Option<&Taken>,
) -> Result<Result<Entered, Refused>, Error> {
    let verified = trace.checks.len();
    let trace = &mut trace;
    match attempt(db, vault, connection, identity, visit, trace, taken).await {
        // Another sign-on of the same new person made the member at the same moment: now there is one.
        Err(Error::Duplicate { .. }) => {
            trace.checks.truncate(verified);
            attempt(db, vault, connection, identity, visit, trace, taken).await
        }
        answer => answer,
    }
}

async fn attempt(
    db: &Db,
    vault: &Vault,
    connection: &Connection,
    identity: &Identity,
    visit: Visit<'_>,
    trace: &mut Trace,
    taken: Option<&Taken>,
) -> Result<Result<Entered, Refused>, Error> {
    trace.identified(identity);
    let caller = caller(db, connection, visit);
    let on = On {
        caller: &caller,
        vault,
        visit,
        connection,
        identity,
        taken,
    };
    let mut tx = db.write(connection.organization).await?;
    let mut member = None;
    let (purpose, target) = match on.take_once(&mut tx).await? {
        // Only a test goes through a connection that is not enabled.
        Ok((Purpose::SignOn, _)) if !connection.enabled => {
            (Purpose::SignOn, Err(Refused::UnknownRequest))
        }
        Ok((purpose, target)) => {
            trace.passed(
                "request",
                "it answers an open request of this browser, or was begun by the identity provider",
            );
            (purpose, Ok(target))
        }
        Err(refused) => (Purpose::SignOn, Err(refused)),
    };
    let admitted = match target {
        Err(refused) => Err(refused),
        Ok(target) => match on.member(&mut tx, &mut member).await? {
            Err(refused) => Err(refused),
            Ok(known) => {
                trace.passed("member", "the person is a member, or becomes one");
                let id = known.id;
                let role = on.role(&mut tx, known).await?;
                role.map(|role| (target, id, role))
            }
        },
    };
    match &admitted {
        Ok((_, _, role)) => {
            trace.role = Some(role.code().to_owned());
            trace.passed("role", "the role gives access");
        }
        Err(refused) => trace.failed(refused.check(), refused.to_string()),
    }
    let reason = admitted
        .as_ref()
        .err()
        .map(|refused| refused.reason().to_owned());
    let answer = if purpose == Purpose::Test {
        // Nothing of what would have followed is kept; but the request and the assertion are used up.
        drop(tx);
        tx = db.write(connection.organization).await?;
        if let Err(refused) = on.take_once(&mut tx).await? {
            return Ok(Err(refused));
        }
        // Somebody new is nobody again.
        if !on.is_member(&mut tx, member).await? {
            member = None;
        }
        Ok(Entered::Tested)
    } else {
        match admitted {
            Ok(admitted) => {
                let ending = (Outcome::SignedIn, None, member);
                let trace = traces::kept(connection, visit, ending, std::mem::take(trace));
                let begun = on.begin_session(&mut tx, admitted, &trace).await?;
                tx.commit().await?;
                return Ok(Ok(Entered::SignedIn(begun)));
            }
            Err(refused) => {
                let told = Event::sign_in_refused(connection.id, member, refused.reason());
                caller.record(&mut tx, vec![told]).await?;
                Err(refused)
            }
        }
    };
    let outcome = match &answer {
        Ok(_) => Outcome::Tested,
        Err(_) => Outcome::Refused,
    };
    let trace = std::mem::take(trace);
    traces::keep(&mut tx, connection, visit, (outcome, reason, member), trace).await?;
    tx.commit().await?;
    Ok(answer)
}

/// Who acts while somebody signs on.
fn caller(db: &Db, connection: &Connection, visit: Visit<'_>) -> Caller {
    Caller {
        db: db.clone(),
        now: visit.now,
        organization: connection.organization,
        actor: Actor::SignOn,
        leniency: crate::domain::leniency::Leniency::Rfc,
        schemas: CustomSchemas::default(),
        notes: crate::domain::leniency::Notes::default(),
        role: None,
        replay: None,
        desk: None,
        request: visit.request.to_owned(),
    }
}

/// One sign-on through a connection.
struct On<'a> {
    caller: &'a Caller,
    vault: &'a Vault,
    visit: Visit<'a>,
    connection: &'a Connection,
    identity: &'a Identity,
    taken: Option<&'a Taken>,
}

type Answer<T> = Result<Result<T, Refused>, Error>;

impl On<'_> {
    fn key(&self) -> (crate::domain::OrganizationId, crate::domain::ConnectionId) {
        (self.connection.organization, self.connection.id)
    }

    async fn is_member(&self, tx: &mut Tx, id: Option<MemberId>) -> Result<bool, Error> {
        let Some(id) = id else {
            return Ok(false);
        };
        let found = members::find_role(tx, self.connection.organization, id).await?;
        Ok(found.is_some())
    }

    /// Uses the request and the assertion up; what it was for, and the path to go to.
    async fn take_once(&self, tx: &mut Tx) -> Answer<(Purpose, String)> {
        let now = self.caller.now;
        let browser = secret::hash(self.visit.browser).0;
        let fresh = sign_ons::insert_used_assertion(
            tx,
            self.key(),
            &self.identity.assertion_id,
            self.identity.usable_until,
        )
        .await?;
        if !fresh {
            return Ok(Err(Refused::Replayed));
        }
        if let Some(taken) = self.taken {
            let same = self.is_as_it_was(tx).await?;
            let taken = (taken.purpose, taken.target.clone());
            return Ok(if same {
                Ok(taken)
            } else {
                Err(Refused::UnknownRequest)
            });
        }
        // Whether the IdP may begin was judged where its message was read.
        let Some(answered) = &self.identity.in_response_to else {
            return Ok(Ok((Purpose::SignOn, "/".to_owned())));
        };
        for purpose in [Purpose::SignOn, Purpose::Test] {
            let taken =
                sign_ons::take_request(tx, self.key(), answered, &browser, purpose, now).await?;
            if let Some(request) = taken {
                return Ok(Ok((purpose, request.target)));
            }
        }
        Ok(Err(Refused::UnknownRequest))
    }

    /// Finds who it is, or makes a member of somebody new. `known` is told who it is as soon as that is clear.
    async fn member(&self, tx: &mut Tx, known: &mut Option<MemberId>) -> Answer<Known> {
        let lasting = self.identity.subject.lasting();
        if let Some(subject) = lasting
            && let Some(found) = sign_ons::find_known_locked(tx, self.key(), subject).await?
        {
            *known = Some(found.id);
            return Ok(Ok(found));
        }
        let Some(email) = &self.identity.email else {
            return Ok(Err(Refused::NoAddress));
        };
        let found =
            members::find_ids_by_address(tx, self.connection.organization, &name::key(email))
                .await?;
        let id = match found[..] {
            [] => {
                if self.has_departed(tx, email, lasting).await? {
                    return Ok(Err(Refused::Departed));
                }
                if !self.connection.just_in_time {
                    return Ok(Err(Refused::Uninvited));
                }
                let profile = self.profile(email);
                let id = MemberId(secret::id_at(self.caller.now));
                provisioning::join(self.caller, tx, id, &profile).await?.id
            }
            [id] => {
                *known = Some(id);
                if !self.is_proved(tx, email).await? {
                    return Ok(Err(Refused::Unproved));
                }
                if let Err(refused) = self.may_link(tx, id, email, lasting).await? {
                    return Ok(Err(refused));
                }
                id
            }
            _ => return Ok(Err(Refused::Ambiguous)),
        };
        *known = Some(id);
        if let Some(subject) = lasting {
            sign_ons::insert_identity(tx, self.key(), subject, id).await?;
        }
        // Held: who is being deactivated is either seen to be, or loses the new session too.
        let standing = facts::find_standing_locked(tx, self.connection.organization, id).await?;
        Ok(standing.map_or(Err(Refused::Deactivated), |standing| {
            Ok(Known {
                id,
                standing,
                groups: None,
            })
        }))
    }

    async fn has_departed(
        &self,
        tx: &mut Tx,
        email: &str,
        subject: Option<&str>,
    ) -> Result<bool, Error> {
        let organization = self.connection.organization;
        let key = organizations::departure_key(tx, organization).await?;
        if departures::has_mark(tx, organization, &address_mark(&key, &name::key(email))).await? {
            return Ok(true);
        }
        let Some(subject) = subject else {
            return Ok(false);
        };
        departures::has_mark(
            tx,
            organization,
            &subject_mark(&key, self.connection.id, subject),
        )
        .await
    }

    /// What the IdP says of somebody new.
    fn profile(&self, email: &str) -> Profile {
        let mut attributes = Attributes::new();
        let parts = [
            ("givenName", &self.identity.given_name),
            ("familyName", &self.identity.family_name),
        ];
        let named: Attributes = parts
            .into_iter()
            .filter_map(|(part, value)| Some((part.to_owned(), value.clone()?.into())))
            .collect();
        if !named.is_empty() {
            attributes.insert("name".to_owned(), named.into());
        }
        Profile {
            user_name: email.to_owned(),
            external_id: None,
            active: true,
            attributes,
        }
    }
}
