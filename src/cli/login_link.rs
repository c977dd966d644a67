//! `rollright login-link`: breaks the glass when nobody can sign in.

use clap::Args;

use super::print;
use crate::app::setup;
use crate::state::State;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The e-mail address of the account [default: the Owner of the first organization]
    #[arg(long, value_name = "E-MAIL")]
    username: Option<String>,
}

pub(super) async fn run(state: &State, options: Options) -> anyhow::Result<()> {
    let link =
        setup::create_login_link(&state.db, state.clock.now(), options.username.as_deref()).await?;
    print(&format!("{}/login-link/{link}", state.config.base_url()))
}
