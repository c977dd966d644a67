//! `rollright user`: makes accounts, and shows them.

use clap::Subcommand;
use secrecy::{ExposeSecret as _, SecretString};

use super::{print, secret};
use crate::app::accounts::check_password;
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
    /// Show where an account belongs to
    Show {
        /// The e-mail address of the account
        #[arg(long, value_name = "E-MAIL")]
        username: String,
    },
}

pub(super) async fn run(state: &State, command: Command) -> anyhow::Result<()> {
    let (username, password, user_token, organization_title) = match command {
        Command::Show { username } => return show(state, &username).await,
        Command::Create {
            username,
            password,
            user_token,
            organization_title,
        } => (username, password, user_token, organization_title),
    };
    if user_token
        .as_ref()
        .is_some_and(|token| token.expose_secret().chars().count() < 5)
    {
        anyhow::bail!("the user token must have at least 5 characters");
    }
    check_password(&password)?;
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

async fn show(state: &State, username: &str) -> anyhow::Result<()> {
    let seen = setup::show_account(&state.db, username).await?;
    let password = if seen.has_password {
        "a password"
    } else {
        "no password"
    };
    let mut lines = vec![format!("{}: {password}", seen.email)];
    for (organization, title, number, role) in seen.places {
        let (id, number, role) = (organization.0, number.0, role.name());
        lines.push(format!(
            "organization {id} {title:?}: member {number}, {role}"
        ));
    }
    print(&lines.join("\n"))
}
