//! The REST API, in the shapes that Label Studio's clients know. No word of these shapes goes further in than here.

pub(crate) mod body;
pub(crate) mod connections;
pub(crate) mod current_user;
pub(crate) mod domains;
pub(crate) mod drift;
pub(crate) mod error;
pub(crate) mod events;
pub(crate) mod history;
pub(crate) mod invitations;
pub(crate) mod mails;
pub(crate) mod mapping;
mod member_filter;
pub(crate) mod members;
pub(crate) mod organizations;
pub(crate) mod permissions;
pub(crate) mod place_members;
pub(crate) mod places;
pub(crate) mod projects;
pub(crate) mod receipts;
pub(crate) mod receivers;
pub(crate) mod removals;
pub(crate) mod saml_settings;
pub(crate) mod schemas;
pub(crate) mod scim_requests;
pub(crate) mod scim_tokens;
pub(crate) mod seat_report;
mod selection;
pub(crate) mod sessions;
mod shapes;
pub(crate) mod tags;
pub(crate) mod token_settings;
pub(crate) mod tokens;
pub(crate) mod traces;
pub(crate) mod users;
pub(crate) mod webhooks;
pub(crate) mod whoami;

use error::ApiError;
use serde_json::{Value, json};

use super::extract::Parameters;
use crate::app::{Caller, members as use_cases};
use crate::domain::OrganizationId;
use crate::domain::error::Error;
use crate::domain::listing::Slice;

/// Refuses a path with another organization's number, as if it were not there. `0` is the caller's own.
fn must_be_own(caller: &Caller, organization: i64) -> Result<(), ApiError> {
    if use_cases::is_own(caller, OrganizationId(organization)) {
        return Ok(());
    }
    Err(Error::NotFound("organization").into())
}

/// How many there are in an answer to who asks for all.
const ALL: u64 = 10_000;

/// Which part of a list is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct PageOf {
    page: u64,
    size: u64,
}

impl PageOf {
    /// `page` from 1 and `page_size`, which has a default and is at most 100.
    fn read(parameters: &Parameters, default: u64) -> Result<Self, ApiError> {
        let number = |name: &str, otherwise: u64| match parameters.get(name) {
            None | Some("") => Ok(otherwise),
            Some(text) => text
                .parse::<u64>()
                .ok()
                .filter(|number| (1..=1 << 40).contains(number))
                .ok_or_else(|| Error::Invalid(format!("{name} must be a number from 1 on"))),
        };
        Ok(Self {
            page: number("page", 1)?,
            size: number("page_size", default)?.min(100),
        })
    }

    /// The same, where `page_size=-1` asks for all: as many as one answer may hold.
    fn read_or_all(parameters: &Parameters, default: u64) -> Result<Self, ApiError> {
        if parameters.get("page_size") != Some("-1") {
            return Self::read(parameters, default);
        }
        let first = Parameters::of(vec![(
            "page".to_owned(),
            parameters.get("page").unwrap_or_default().to_owned(),
        )]);
        let size = ALL;
        Ok(Self {
            size,
            ..Self::read(&first, size)?
        })
    }

    fn slice(self) -> Slice {
        let bounded = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        Slice {
            offset: bounded(self.offset()),
            count: bounded(self.size),
        }
    }

    fn offset(self) -> u64 {
        (self.page - 1) * self.size
    }

    /// The envelope that lists come in. `path` may have a query of its own.
    fn envelope(self, base_url: &str, path: &str, total: u64, results: &[Value]) -> Value {
        let joint = if path.contains('?') { '&' } else { '?' };
        let link = |page: u64| {
            let size = if self.size == ALL {
                "-1".to_owned()
            } else {
                self.size.to_string()
            };
            format!("{base_url}{path}{joint}page={page}&page_size={size}")
        };
        json!({
            "count": total,
            "next": (self.offset() + self.size < total).then(|| link(self.page + 1)),
            "previous": (self.page > 1).then(|| link(self.page - 1)),
            "results": results,
        })
    }
}

/// What one link of the chain of reasons says, in words.
pub(crate) fn says(step: &crate::domain::role::Step) -> String {
    shapes::sentence(&step.considered)
}
