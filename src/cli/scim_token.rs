//! `rollright scim-token`: makes, lists and revokes the tokens of provisioning clients.

use clap::{Subcommand, ValueEnum};
use uuid::Uuid;

use crate::state::State;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a token and print it, this once
    Create {
        /// The number of the organization
        #[arg(long, value_name = "ID")]
        organization: i64,
        /// How strictly the client keeps to the RFCs
        #[arg(long, value_enum, default_value_t = Profile::Rfc)]
        profile: Profile,
        /// After how many days the token ends [default: never]
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u16).range(1..))]
        expires: Option<u16>,
    },
    /// List the tokens, not what they are
    List {
        /// The number of the organization
        #[arg(long, value_name = "ID")]
        organization: i64,
    },
    /// End a token at once
    Revoke {
        /// The id of the token, as `list` shows it
        token: Uuid,
        /// The number of the organization
        #[arg(long, value_name = "ID")]
        organization: i64,
    },
}

/// A set of leniency switches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Profile {
    /// As RFC 7643 and RFC 7644 say.
    Rfc,
    /// As Microsoft Entra ID does it.
    Entra,
    /// As Okta does it.
    Okta,
    /// All leniency there is.
    Lenient,
}

#[expect(clippy::unused_async, reason = "not wired yet")]
pub(super) async fn run(state: &State, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Create {
            organization,
            profile,
            expires,
        } => {
            // WIRE: crate::app; then only `print(&token)`.
            let _ = (state, organization, profile, expires);
            anyhow::bail!("not wired yet")
        }
        Command::List { organization } => {
            // WIRE: crate::app
            let _ = (state, organization);
            anyhow::bail!("not wired yet")
        }
        Command::Revoke {
            token,
            organization,
        } => {
            // WIRE: crate::app
            let _ = (state, token, organization);
            anyhow::bail!("not wired yet")
        }
    }
}
