//! What can be asked of rollright: one function each, one transaction each.
//!
//! Nothing here knows a header, a status, JSON or a protocol's words. Whoever calls has been authenticated and is
//! handed in as a [`Caller`].

pub(crate) mod accounts;
pub(crate) mod audit;
pub(crate) mod authentication;
pub(crate) mod bell;
pub(crate) mod brake_notice;
pub(crate) mod connection_keys;
pub(crate) mod connections;
pub(crate) mod departures;
pub(crate) mod domains;
pub(crate) mod drift;
pub(crate) mod forward_auth;
pub(crate) mod group_members;
pub(crate) mod groups;
pub(crate) mod history;
pub(crate) mod invitations;
pub(crate) mod mail;
pub(crate) mod mapping_preview;
pub(crate) mod members;
mod membership;
pub(crate) mod metadata;
pub(crate) mod named_groups;
pub(crate) mod numbering;
pub(crate) mod organizations;
pub(crate) mod people;
pub(crate) mod permissions;
pub(crate) mod personal_tokens;
pub(crate) mod places;
pub(crate) mod policies;
pub(crate) mod projects;
pub(crate) mod provisioning;
pub(crate) mod receipts;
pub(crate) mod receivers;
pub(crate) mod request_log;
pub(crate) mod role_history;
pub(crate) mod role_mapping;
mod roles;
pub(crate) mod schemas;
pub(crate) mod scim_tokens;
pub(crate) mod search;
pub(crate) mod seats;
pub(crate) mod sessions;
pub(crate) mod setup;
pub(crate) mod sign_in_policy;
pub(crate) mod sign_on;
pub(crate) mod single_logout;
pub(crate) mod tag_imports;
pub(crate) mod tags;
pub(crate) mod telling;
pub(crate) mod trail;
pub(crate) mod vault;
pub(crate) mod verification;
pub(crate) mod webhooks;

use std::sync::Arc;

use request_log::replay::Replay;

use crate::domain::error::Error;
use crate::domain::event::{Actor, Event};
use crate::domain::leniency::{Leniency, Notes};
use crate::domain::role::Role;
use crate::domain::schema::CustomSchemas;
use crate::domain::{EventId, OrganizationId, Timestamp};
use crate::secret;
use crate::store::db::{Db, Insertion, Tx};
use crate::store::events;

/// Who asks, in which organization, when and in which request.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(in crate::app) db: Db,
    /// The moment of the request.
    pub(crate) now: Timestamp,
    /// The organization that the credential belongs to. Nothing outside it can be reached.
    pub(crate) organization: OrganizationId,
    /// Through which credential.
    pub(crate) actor: Actor,
    /// How what a provisioning client sends is read.
    pub(crate) leniency: Leniency,
    /// What was off in the request and was read nevertheless.
    pub(crate) notes: Notes,
    /// The schemas that the organization has made, for a provisioning client; nobody else brings them.
    pub(crate) schemas: CustomSchemas,
    /// The role, where the caller is a member.
    pub(crate) role: Option<Role>,
    /// The request's id, for the audit trail.
    pub(in crate::app) request: String,
    /// Where an admin does a request again: what it does, and whether it only seems to.
    pub(in crate::app) replay: Option<Arc<Replay>>,
    /// What a mail to the administrators is written with, where a request of somebody's could make one necessary.
    pub(crate) desk: Option<brake_notice::Desk>,
}

impl Caller {
    /// Somebody at the command line of the server.
    pub(crate) fn operator(db: Db, now: Timestamp, organization: OrganizationId) -> Self {
        Self {
            db,
            now,
            organization,
            actor: Actor::Operator,
            leniency: Leniency::Rfc,
            notes: Notes::default(),
            schemas: CustomSchemas::default(),
            role: None,
            request: "command-line".to_owned(),
            replay: None,
            desk: None,
        }
    }

    /// What follows from a sign-on or a logout through an IdP.
    pub(crate) fn of_sign_on(
        db: Db,
        now: Timestamp,
        organization: OrganizationId,
        request: &str,
    ) -> Self {
        Self {
            actor: Actor::SignOn,
            request: request.to_owned(),
            ..Self::operator(db, now, organization)
        }
    }

    /// The server itself, for what it does by the time.
    pub(in crate::app) fn server(db: Db, now: Timestamp, organization: OrganizationId) -> Self {
        Self {
            actor: Actor::Server,
            request: "background".to_owned(),
            ..Self::operator(db, now, organization)
        }
    }

    /// Refuses who is neither Owner nor Administrator, nor at the command line.
    pub(in crate::app) fn must_administer(&self) -> Result<(), Error> {
        if self.role.is_some_and(Role::administers) || self.actor == Actor::Operator {
            return Ok(());
        }
        Err(Error::Forbidden(
            "only the Owner and Administrators of the organization can do this".to_owned(),
        ))
    }

    /// Refuses who is not the Owner.
    pub(in crate::app) fn must_own(&self) -> Result<(), Error> {
        if self.role == Some(Role::Owner) {
            return Ok(());
        }
        Err(Error::Forbidden(
            "only the Owner of the organization can do this".to_owned(),
        ))
    }

    /// Refuses a member who is neither Owner nor Administrator: what a directory says of members, no other member says.
    pub(in crate::app) fn must_provision(&self) -> Result<(), Error> {
        match self.actor {
            Actor::Member(_) => self.must_administer(),
            Actor::ProvisioningClient(_) | Actor::SignOn | Actor::Operator | Actor::Server => {
                Ok(())
            }
        }
    }

    /// Refuses who is below Manager.
    pub(in crate::app) fn must_manage(&self) -> Result<(), Error> {
        if self.role.is_some_and(|role| role >= Role::Manager) || self.actor == Actor::Operator {
            return Ok(());
        }
        Err(Error::Forbidden(
            "only the Owner, Administrators and Managers of the organization can do this"
                .to_owned(),
        ))
    }

    /// A transaction that changes the organization beside others that do.
    async fn write(&self) -> Result<Tx, Error> {
        self.still_allowed(self.db.write(self.organization).await?)
            .await
    }

    /// A transaction that changes the organization while nobody else does.
    async fn write_alone(&self) -> Result<Tx, Error> {
        self.still_allowed(self.db.write_alone(self.organization).await?)
            .await
    }

    /// The credential was looked up when the head of the request came, and a body may follow slowly: who has lost the
    /// role since then changes nothing any more (R13).
    async fn still_allowed(&self, mut tx: Tx) -> Result<Tx, Error> {
        if self
            .replay
            .as_ref()
            .is_some_and(|replay| replay.is_rehearsal())
        {
            tx.rehearse();
        }
        if let Actor::Member(id) = self.actor
            && crate::store::members::find_role(&mut tx, self.organization, id).await? != self.role
        {
            return Err(Error::Forbidden(
                "your role in the organization has changed since this request began; ask again"
                    .to_owned(),
            ));
        }
        Ok(tx)
    }

    /// Writes events in the transaction of what they tell of: if they cannot be written, it does not happen (R18).
    async fn record(&self, tx: &mut Tx, happened: Vec<Event>) -> Result<(), Error> {
        self.record_with(tx, happened, Vec::new()).await
    }

    /// Writes events, and other rows in the same trip to the database: those that an event's row does not refer to.
    async fn record_with(
        &self,
        tx: &mut Tx,
        happened: Vec<Event>,
        rows: Vec<Insertion<'_>>,
    ) -> Result<(), Error> {
        if let Some(replay) = &self.replay {
            replay.tell(&happened);
        }
        let (actor_kind, actor_id) = self.actor.recorded();
        let origin = events::Origin {
            organization: self.organization,
            at: self.now,
            actor_kind,
            actor_id: actor_id.map(EventId),
            request: &self.request,
        };
        let happened: Vec<(EventId, Event)> = happened
            .into_iter()
            .map(|event| (EventId(secret::id_at(self.now)), event))
            .collect();
        let told = events::rows(&origin, &happened);
        let all: Vec<Insertion<'_>> = rows.into_iter().chain(told).collect();
        tx.insert_all(&all).await
    }
}
