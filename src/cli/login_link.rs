//! `rollright login-link`: breaks the glass when nobody can sign in.

use clap::Args;

use crate::state::State;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The e-mail address of the account
    #[arg(long, value_name = "E-MAIL")]
    username: String,
}

#[expect(clippy::unused_async, reason = "not wired yet")]
pub(super) async fn run(state: &State, options: Options) -> anyhow::Result<()> {
    // WIRE: crate::app; then only `print(&link)`.
    let _ = (state, options.username);
    anyhow::bail!("not wired yet")
}
