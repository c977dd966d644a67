//! `rollright start`: runs the server until it is told to stop.

use anyhow::Context as _;
use clap::Args;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{exposed, print, secret};
use crate::app::accounts::check_password;
use crate::app::setup::{self, NewOwner};
use crate::config::Config;
use crate::server::Server;
use crate::state::State;

/// The settings that this command can override.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The address to listen on [default: 127.0.0.1]
    #[arg(long)]
    host: Option<String>,
    /// The port to listen on; 0 takes any free one [default: 8080]
    #[arg(long)]
    port: Option<u16>,
    /// How people and identity providers reach this server [default: http://, host and port]
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// The e-mail address of the first account, made if it is not there
    #[arg(long, value_name = "E-MAIL")]
    username: Option<String>,
    /// The password of the first account
    #[arg(long, value_parser = secret)]
    password: Option<SecretString>,
    /// The API token of the first account, five characters or more
    #[arg(long, value_name = "TOKEN", value_parser = secret)]
    user_token: Option<SecretString>,
    /// How log lines look: text or json [default: text]
    #[arg(long, value_name = "FORMAT")]
    log_format: Option<String>,
}

impl Options {
    /// The options as a layer of the settings.
    pub(super) fn settings(self) -> Vec<(&'static str, String)> {
        [
            self.host.map(|value| ("host", value)),
            self.port.map(|value| ("port", value.to_string())),
            self.base_url.map(|value| ("base_url", value)),
            self.username.map(|value| ("username", value)),
            exposed("password", self.password),
            exposed("user_token", self.user_token),
            self.log_format.map(|value| ("log_format", value)),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// Serves until SIGTERM or SIGINT.
pub(super) async fn run(config: Config) -> anyhow::Result<()> {
    // Listened for from here on, so that a stop during the start is not lost.
    let terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    let interrupt = signal(SignalKind::interrupt()).context("cannot listen for SIGINT")?;

    let server = Server::bind(config).await?;
    let link = first_account(server.state()).await?;
    print(&format!("listening on http://{}", server.address()))?;
    tracing::info!(address = %server.address(), base_url = %server.state().config.base_url(), "listening");
    if let Some(link) = link {
        print(&format!(
            "sign in as the Owner, once and within an hour: {link}"
        ))?;
    }
    server.run(either(terminate, interrupt)).await;
    tracing::info!("stopped");
    Ok(())
}

/// Makes or finds the first account and its organization. Where nobody could sign in otherwise, gives a link that signs
/// the Owner in, once.
async fn first_account(state: &State) -> anyhow::Result<Option<String>> {
    let now = state.clock.now();
    let config = &state.config;
    if let Some(username) = &config.username {
        let password = config.password.clone();
        let owner = NewOwner {
            username: username.clone(),
            password_hash: match password {
                Some(password) => {
                    check_password(&password)?;
                    Some(super::hashed(password).await?)
                }
                None => None,
            },
            user_token: config
                .user_token
                .as_ref()
                .map(|token| token.expose_secret().to_owned()),
            vault: state.vault.clone(),
        };
        setup::ensure_first_account(&state.db, now, &owner).await?;
        return Ok(None);
    }
    let (_, closed) = setup::ensure_any_organization(&state.db, now).await?;
    if !closed {
        return Ok(None);
    }
    let link = setup::create_login_link(&state.db, now, None).await?;
    Ok(Some(format!("{}/login-link/{link}", config.base_url())))
}

async fn either(mut one: Signal, mut other: Signal) {
    tokio::select! {
        _ = one.recv() => {}
        _ = other.recv() => {}
    }
}
