//! `rollright domain`: what the operator vouches for where there is no DNS to ask.

use clap::Subcommand;

use super::print;
use crate::app::{Caller, domains};
use crate::domain::OrganizationId;
use crate::state::State;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Say that a domain of e-mail addresses is an organization's, without asking the DNS
    Verify {
        /// The domain, such as example.com
        domain: String,
        /// The number of the organization
        #[arg(long, value_name = "ID")]
        organization: i64,
    },
}

pub(super) async fn run(state: &State, command: Command) -> anyhow::Result<()> {
    let Command::Verify {
        domain,
        organization,
    } = command;
    let caller = Caller::operator(
        state.db.clone(),
        state.clock.now(),
        OrganizationId(organization),
    );
    let domain = domains::vouch(&caller, &domain).await?;
    print(&format!("{} is organization {organization}'s", domain.name))
}
