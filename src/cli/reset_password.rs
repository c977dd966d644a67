//! `rollright reset-password`: gives an account another password, for when nobody can be sent a mail.

use clap::Args;
use secrecy::{ExposeSecret as _, SecretString};

use super::{print, secret};
use crate::app::accounts::{check_password, passwords};
use crate::secret::random_token;
use crate::state::State;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The e-mail address of the account
    #[arg(long, value_name = "E-MAIL")]
    username: String,
    /// The new password [default: one made by chance, which is printed]
    #[arg(long, value_parser = secret)]
    password: Option<SecretString>,
}

pub(super) async fn run(state: &State, options: Options) -> anyhow::Result<()> {
    let chosen = options.password.is_some();
    let password = options.password.unwrap_or_else(|| random_token("").into());
    check_password(&password)?;
    let hash = super::hashed(password.clone()).await?;
    passwords::reset(&state.db, state.clock.now(), &options.username, &hash).await?;
    if chosen {
        return print("the password is set, and every session has ended");
    }
    print(password.expose_secret())
}
