//! `rollright doctor`: looks for what is wrong. Changes nothing.

use clap::Args;

use super::print;
use crate::state::State;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Work out every effective role again from the facts, and list each difference (R9)
    #[arg(long)]
    verify: bool,
}

pub(super) async fn run(state: &State, options: &Options) -> anyhow::Result<()> {
    if !state.db.ping().await {
        anyhow::bail!("the database does not answer");
    }
    print("the database answers and is up to date")?;
    if options.verify {
        // WIRE: crate::app; print each difference, and end with an error if there is one.
        anyhow::bail!("not wired yet");
    }
    Ok(())
}
