//! `rollright mapping`: the rules that give roles, as a file.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, Subcommand};

use super::print;
use crate::app::mapping_preview::{self, MOST_NAMED, Mover, Place, Preview};
use crate::app::{Caller, projects, role_mapping};
use crate::domain::OrganizationId;
use crate::domain::mapping::MappingChange;
use crate::domain::role::Role;
use crate::mapping_file;
use crate::state::State;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Print all rules as a TOML file
    Export(Of),
    /// Say what the rules of a file would do; change nothing
    Plan(File),
    /// Replace all rules by those of a file
    Apply {
        #[command(flatten)]
        file: File,
        /// The mark that `plan` printed: nothing is changed if something else would follow by now
        #[arg(long, required_unless_present = "yes", conflicts_with = "yes")]
        mark: Option<String>,
        /// Apply the rules whatever follows
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Debug, Args)]
pub(super) struct Of {
    /// The number of the organization
    #[arg(long, value_name = "NUMBER")]
    organization: i64,
}

#[derive(Debug, Args)]
pub(super) struct File {
    #[command(flatten)]
    of: Of,
    /// The file, as `export` prints it
    file: PathBuf,
}

pub(super) async fn run(state: &State, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Export(of) => {
            let caller = of.caller(state);
            let mapping = role_mapping::find(&caller).await?;
            let workspaces = projects::list_workspaces(&caller).await?;
            let text = mapping_file::write(caller.organization, &mapping, &workspaces);
            print(text.trim_end())
        }
        Command::Plan(file) => {
            let caller = file.of.caller(state);
            let change = file.read(&caller).await?;
            let seen = mapping_preview::preview(&caller, change).await?;
            tell(&seen)?;
            print(&format!(
                "Nothing was changed. To do exactly this: rollright mapping apply --organization {} --mark {} {}",
                file.of.organization,
                seen.mark,
                file.file.display()
            ))
        }
        Command::Apply { file, mark, .. } => {
            let caller = file.of.caller(state);
            let change = file.read(&caller).await?;
            let mark = match mark {
                Some(mark) => mark,
                None => {
                    mapping_preview::preview(&caller, change.clone())
                        .await?
                        .mark
                }
            };
            tell(&mapping_preview::apply(&caller, change, &mark).await?)?;
            print("The rules are in force.")
        }
    }
}

impl Of {
    fn caller(&self, state: &State) -> Caller {
        let organization = OrganizationId(self.organization);
        Caller::operator(state.db.clone(), state.clock.now(), organization)
    }
}

impl File {
    async fn read(&self, caller: &Caller) -> anyhow::Result<MappingChange> {
        let text = tokio::fs::read_to_string(&self.file)
            .await
            .with_context(|| format!("cannot read {}", self.file.display()))?;
        let workspaces = projects::list_workspaces(caller).await?;
        Ok(mapping_file::read(&text, &workspaces)?)
    }
}

/// Prints what follows, a line for each who moves.
fn tell(seen: &Preview) -> anyhow::Result<()> {
    for mover in &seen.movers {
        print(&line(mover))?;
    }
    if seen.movers.len() == MOST_NAMED {
        print(&format!("… and perhaps more: only {MOST_NAMED} are named"))?;
    }
    let limit = seen
        .seats
        .limit
        .map_or_else(String::new, |limit| format!(" of {limit}"));
    print(&format!(
        "{} members change their role in the organization, {} of them lose access; seats{limit}: {} before, {} after",
        seen.members_changed, seen.losing_access, seen.seats.used.0, seen.seats.used.1
    ))
}

fn line(mover: &Mover) -> String {
    let place = match mover.moved.place {
        Place::Organization => String::new(),
        Place::Project(project) => format!(" in project {}", project.0),
        Place::Workspace(workspace) => format!(" in workspace {}", workspace.0),
    };
    let name = |role: Option<Role>| role.map_or("nothing", Role::name);
    let (before, after) = (name(mover.moved.before), name(mover.moved.after));
    // A name is somebody else's words, and this is a terminal.
    let who = mover.user_name.escape_debug();
    format!("{who}{place}: {before} -> {after}")
}
