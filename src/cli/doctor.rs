//! `rollright doctor`: looks for what is wrong. Changes nothing.

use clap::Args;

use super::print;
use crate::app::verification;
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
        let differences = verification::verify(&state.db).await?;
        for difference in &differences {
            print(difference)?;
        }
        if !differences.is_empty() {
            anyhow::bail!("{} differences", differences.len());
        }
        print("what is stored agrees with what follows from it")?;
    }
    Ok(())
}
