//! `rollright user`: makes accounts.

use clap::Subcommand;
use secrecy::{ExposeSecret as _, SecretString};

use super::{print, secret};
use crate::app::setup::{self, NewOwner};
use crate::state::State;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make an account that owns a new organization
    Create {
        /// The e-mail address to sign in with
        #[arg(long, value_name = "E-MAIL")]
        username: String,
        /// The password
        #[arg(long, value_parser = secret)]
        password: SecretString,
        /// The API token, five characters or more
        #[arg(long, value_name = "TOKEN", value_parser = secret)]
        user_token: Option<SecretString>,
        /// What the organization is called
        #[arg(long, value_name = "TITLE")]
        organization_title: Option<String>,
    },
}

pub(super) async fn run(state: &State, command: Command) -> anyhow::Result<()> {
    let Command::Create {
        username,
        password,
        user_token,
        organization_title,
    } = command;
    if user_token
        .as_ref()
        .is_some_and(|token| token.expose_secret().chars().count() < 5)
    {
        anyhow::bail!("the user token must have at least 5 characters");
    }
    let owner = NewOwner {
        username,
        password_hash: Some(super::hashed(password).await?),
        user_token: user_token.map(|token| token.expose_secret().to_owned()),
        vault: state.vault.clone(),
    };
    let title = organization_title.unwrap_or_else(|| owner.username.clone());
    let organization =
        setup::create_organization(&state.db, state.clock.now(), &title, &owner).await?;
    print(&format!(
        "made {} the Owner of organization {}",
        owner.username.trim(),
        organization.0
    ))
}
