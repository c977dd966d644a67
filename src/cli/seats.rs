//! `rollright seats`: how many members of an organization may have access at once (R16).

use clap::Args;

use super::print;
use crate::app::{Caller, organizations, seats};
use crate::domain::OrganizationId;
use crate::state::State;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The number of the organization
    #[arg(long, value_name = "NUMBER")]
    organization: i64,
    /// Let so many members have access at once; nobody loses access by it
    #[arg(long, value_name = "COUNT", conflicts_with = "unlimited")]
    limit: Option<i64>,
    /// Let any number of members have access
    #[arg(long)]
    unlimited: bool,
}

pub(super) async fn run(state: &State, options: Options) -> anyhow::Result<()> {
    let organization = OrganizationId(options.organization);
    let caller = Caller::operator(state.db.clone(), state.clock.now(), organization);
    if options.limit.is_some() || options.unlimited {
        organizations::set_seat_limit(&caller, options.limit).await?;
    }
    let seats = seats::find(&caller).await?;
    let limit = seats
        .limit
        .map_or_else(|| "any number of".to_owned(), |limit| limit.to_string());
    print(&format!(
        "{} of {limit} seats are taken, {} members wait for one",
        seats.used, seats.waiting
    ))
}
