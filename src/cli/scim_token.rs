//! `rollright scim-token`: makes, lists and revokes the tokens of provisioning clients.

use clap::{Subcommand, ValueEnum};
use uuid::Uuid;

use super::print;
use crate::app::{Caller, scim_tokens};
use crate::domain::leniency::Leniency;
use crate::domain::{OrganizationId, ScimTokenId};
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

impl From<Profile> for Leniency {
    fn from(profile: Profile) -> Self {
        match profile {
            Profile::Rfc => Self::Rfc,
            Profile::Entra => Self::Entra,
            Profile::Okta => Self::Okta,
            Profile::Lenient => Self::Lenient,
        }
    }
}

pub(super) async fn run(state: &State, command: Command) -> anyhow::Result<()> {
    let now = state.clock.now();
    let caller =
        |organization| Caller::operator(state.db.clone(), now, OrganizationId(organization));
    match command {
        Command::Create {
            organization,
            profile,
            expires,
        } => {
            let expires = expires.map(|days| now.plus_seconds(i64::from(days) * 86_400));
            let made = scim_tokens::create(&caller(organization), profile.into(), expires).await?;
            print(&made.token)
        }
        Command::List { organization } => {
            let all = scim_tokens::list(&caller(organization), 0, u64::MAX).await?;
            for token in all.resources {
                let state = match (token.revoked_at, token.expires_at) {
                    (Some(at), _) => format!("revoked {at}"),
                    (None, Some(at)) if at <= now => format!("expired {at}"),
                    (None, Some(at)) => format!("until {at}"),
                    (None, None) => "does not expire".to_owned(),
                };
                let used = token
                    .last_used_at
                    .map_or_else(|| "not used".to_owned(), |at| format!("used {at}"));
                print(&format!(
                    "{}  {}  made {}  {used}  {state}",
                    token.id, token.profile, token.created_at
                ))?;
            }
            Ok(())
        }
        Command::Revoke {
            token,
            organization,
        } => {
            scim_tokens::revoke(&caller(organization), ScimTokenId(token)).await?;
            print("revoked; every node refuses it within a second")
        }
    }
}
