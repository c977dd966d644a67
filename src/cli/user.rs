//! `rollright user`: makes accounts.

use clap::Subcommand;
use secrecy::SecretString;

use super::secret;
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

#[expect(clippy::unused_async, reason = "not wired yet")]
pub(super) async fn run(state: &State, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Create {
            username,
            password,
            user_token,
            organization_title,
        } => {
            // WIRE: crate::app
            let _ = (state, username, password, user_token, organization_title);
            anyhow::bail!("not wired yet")
        }
    }
}
