//! `make bench`: the real server under load on each engine, and in the same run what the engine itself can do.
//!
//! Each operation is asked in a closed loop over connections that are kept, in several rounds; in each round its limit
//! is measured right before it: the same work through the same driver, without the server around it. The figures to
//! read are the ratios, since both sides then had the same machine. Everything is on the loopback address, and bounded
//! in time and count.

mod bare;
mod client;
mod console;
mod driver;
mod engine;
mod growth;
mod handlers;
mod plan;
mod process;
mod report;
mod request_log;
mod seed;
mod sign_on;
mod sync;
mod workload;

use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::plan::Plan;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut plan = Plan {
        binary: PathBuf::from(env!("CARGO_BIN_EXE_rollright")),
        ..Plan::default()
    };
    let mut handlers = None;
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().context("an option lacks its value");
        match argument.as_str() {
            // What cargo adds.
            "--bench" => {}
            "--quick" => plan.quick = true,
            "--server" => plan.binary = value()?.into(),
            "--postgres" => plan.postgres = Some(value()?),
            "--only" => plan.only = Some(value()?),
            "--engine" => plan.engine = Some(value()?),
            "--handlers" => handlers = Some(value()?),
            other => anyhow::bail!("there is no option {other}"),
        }
    }
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(async {
            match handlers {
                Some(url) => handlers::serve(&url).await,
                None => plan.run().await,
            }
        })
}
