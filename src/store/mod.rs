//! Every SQL statement there is.
//!
//! A function takes the connection first and, where rows have one, the organization second: no entity is read but
//! through its organization. It gives back an `Option`, a count or domain types, and decides nothing. `SELECT`, `UPDATE`
//! and the rest are written once and run on both engines.

pub(crate) mod accounts;
pub(crate) mod audit;
pub(crate) mod connection_keys;
pub(crate) mod connections;
pub(crate) mod credentials;
pub(crate) mod db;
pub(crate) mod departures;
pub(crate) mod domains;
pub(crate) mod drift;
pub(crate) mod event_order;
pub(crate) mod events;
pub(crate) mod former_members;
pub(crate) mod group_members;
pub(crate) mod groups;
pub(crate) mod history;
pub(crate) mod invitations;
pub(crate) mod looking_back;
pub(crate) mod mails;
pub(crate) mod mapping;
pub(crate) mod members;
pub(crate) mod named_groups;
pub(crate) mod nested_groups;
pub(crate) mod organizations;
pub(crate) mod permissions;
pub(crate) mod personal_tokens;
pub(crate) mod places;
pub(crate) mod policies;
pub(crate) mod project_members;
pub(crate) mod projects;
pub(crate) mod receivers;
pub(crate) mod request_log;
pub(crate) mod role_history;
pub(crate) mod roles;
pub(crate) mod schemas;
pub(crate) mod search;
pub(crate) mod seats;
pub(crate) mod secret_key;
pub(crate) mod sessions;
pub(crate) mod sessions_at_idp;
pub(crate) mod sign_in_traces;
pub(crate) mod sign_ons;
pub(crate) mod standings;
pub(crate) mod tag_imports;
pub(crate) mod tags;
pub(crate) mod throttles;
pub(crate) mod values;
pub(crate) mod webhooks;
pub(crate) mod workspace_members;

use crate::domain::error::Error;
use crate::domain::role::{ProjectRole, Role, RoleSource};

/// Ids as the JSON array that `json_each` takes on both engines.
fn list_of<Id: serde::Serialize>(ids: &[Id]) -> String {
    serde_json::to_string(ids).expect("ids are always JSON")
}

fn role(number: i16) -> Result<Role, Error> {
    Role::from_number(number).ok_or_else(|| inconsistent("role", number))
}

fn project_role(number: i16) -> Result<ProjectRole, Error> {
    ProjectRole::from_number(number).ok_or_else(|| inconsistent("project role", number))
}

fn source(number: i16) -> Result<RoleSource, Error> {
    RoleSource::from_number(number).ok_or_else(|| inconsistent("role source", number))
}

/// What is stored is nothing that we would have written.
fn inconsistent(what: &str, found: impl std::fmt::Display) -> Error {
    Error::Internal(anyhow::anyhow!(
        "the database holds {found} where a {what} belongs"
    ))
}
