//! `rollright demo`: a server, a pretend identity provider beside it and a sample organization, to be looked at.
//!
//! It takes none of the settings of a server that is there: neither a file nor a variable could lead it to one.

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

use super::{Everywhere, print};
use crate::app::setup::{self, NewOwner};
use crate::config::{Config, TemporaryDir};
use crate::demo::{self, Accent, Demo, Listening, Loopback};
use crate::secret;
use crate::server::{self, Server};
use crate::state::State;

/// What can be chosen.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The address of this machine to listen on, for the page and the server
    #[arg(long, default_value_t = Loopback::USUAL)]
    host: Loopback,
    /// The port of the demo's page; 0 takes any free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// The port of the server; 0 takes any free one
    #[arg(long, default_value_t = 0)]
    server_port: u16,
    /// Whose SCIM client the pretend identity provider sounds like
    #[arg(long, value_enum, default_value_t = Sound::Okta)]
    accent: Sound,
}

/// An identity provider to sound like.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Sound {
    /// Okta.
    Okta,
    /// Microsoft Entra ID.
    Entra,
}

impl From<Sound> for Accent {
    fn from(sound: Sound) -> Self {
        match sound {
            Sound::Okta => Self::Okta,
            Sound::Entra => Self::Entra,
        }
    }
}

/// Runs the demo until SIGINT, SIGTERM or SIGHUP; what it has made in the file system is gone afterwards.
pub(super) fn run(everywhere: Everywhere, options: &Options) -> anyhow::Result<()> {
    if everywhere.config.is_some() || everywhere.data_dir.is_some() {
        bail!(
            "the demo is not for production: it brings settings and a data directory of its own, and takes none"
        );
    }
    let folder = TemporaryDir::make(&secret::random_token("rollright-demo-"))?;
    let config = Config {
        host: options.host.ip(),
        port: options.server_port,
        data_dir: folder.path().join("data"),
        database_url: everywhere.database_url,
        log_filter: "warn".to_owned(),
        // The pretend identity provider is on this machine. No other server allows that unasked.
        allow_private_networks: true,
        ..Config::default()
    };
    super::within(config, async |config| serve(config, options).await)
}

async fn serve(config: Config, options: &Options) -> anyhow::Result<()> {
    let listened = |kind| signal(kind).context("cannot listen for signals");
    let mut terminate = listened(SignalKind::terminate())?;
    let mut interrupt = listened(SignalKind::interrupt())?;
    let mut hangup = listened(SignalKind::hangup())?;
    let listening = Listening::bind(options.host, options.port).await?;
    if config.database_url.is_some() {
        check_empty(&config).await?;
    }
    let server = Server::bind(config).await?;
    let owner = owner(server.state()).await?;
    let demo = listening
        .demo(server.address(), owner, options.accent.into())
        .await?;
    let (stop, stopped) = oneshot::channel::<()>();
    let page = tokio::spawn(listening.serve(demo.clone()));
    let server = tokio::spawn(server.run(async {
        let _ = stopped.await;
    }));
    let shown = tokio::select! {
        shown = show(&demo) => shown,
        _ = terminate.recv() => Ok(()),
        _ = interrupt.recv() => Ok(()),
        _ = hangup.recv() => Ok(()),
    };
    page.abort();
    drop(stop);
    server.await.context("the server ended early")?;
    shown
}

/// Sets the organization up, prints the link, and never ends by itself where that went well.
async fn show(demo: &Demo) -> anyhow::Result<()> {
    demo.set_up().await?;
    print(&format!(
        "\n*** {} ***\n\nopen {}\n\nstop it with Ctrl+C: its files are removed then",
        demo::WARNING,
        demo.link()
    ))?;
    std::future::pending().await
}

/// The demo must not get into the organization of somebody else.
async fn check_empty(config: &Config) -> anyhow::Result<()> {
    let state = server::open_state(config.clone()).await?;
    let empty = setup::is_empty(&state.db).await;
    state.db.close().await;
    if !empty? {
        bail!(
            "the demo is not for production: this database has an organization already, give it an empty one"
        );
    }
    Ok(())
}

/// The Owner of the organization, who is made.
async fn owner(state: &State) -> anyhow::Result<demo::Owner> {
    let owner = demo::Owner {
        username: "owner@stones.example",
        password: secret::random_token(""),
        token: secret::random_token(""),
    };
    let made = NewOwner {
        username: owner.username.to_owned(),
        password_hash: Some(super::hashed(owner.password.as_str().into()).await?),
        user_token: Some(owner.token.clone()),
        vault: state.vault.clone(),
    };
    setup::ensure_first_account(&state.db, state.clock.now(), &made).await?;
    Ok(owner)
}
