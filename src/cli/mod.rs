//! The commands: what an operator can do at the machine of the server.
//!
//! Each command is one file: its options, and one function that calls a use case and prints the answer on standard
//! output. It decides nothing itself. Log lines and errors go to standard error.

mod completions;
mod demo;
mod doctor;
mod domain;
mod login_link;
mod mapping;
mod migrate;
mod reset_password;
mod scim_token;
mod seats;
mod start;
mod user;
mod version;

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};
use secrecy::SecretString;

use crate::config::Config;
use crate::state::State;
use crate::{server, telemetry};

/// Keeps an organization's roll of members in step with its identity provider.
#[derive(Debug, Parser)]
#[command(name = "rollright", version)]
struct Cli {
    #[command(flatten)]
    everywhere: Everywhere,
    #[command(subcommand)]
    command: Command,
}

/// Options that each command has.
#[derive(Debug, Args)]
struct Everywhere {
    /// The file with the settings [default: rollright.toml, if it is there]
    #[arg(long, global = true, value_name = "PATH")]
    config: Option<PathBuf>,
    /// Where the SQLite database stands [default: ./data]
    #[arg(long, global = true, value_name = "PATH")]
    data_dir: Option<String>,
    /// The database, such as postgres://… [default: SQLite in the data directory]
    #[arg(long, global = true, value_name = "URL", value_parser = secret)]
    database_url: Option<SecretString>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server
    #[command(visible_alias = "serve")]
    Start(start::Options),
    /// Try it out: a server, a pretend identity provider and a sample organization. Not for production
    Demo(demo::Options),
    /// Make and show accounts
    #[command(subcommand)]
    User(user::Command),
    /// Make, list and revoke SCIM tokens
    #[command(subcommand)]
    ScimToken(scim_token::Command),
    /// Vouch for domains of e-mail addresses
    #[command(subcommand)]
    Domain(domain::Command),
    /// Export the rules that give roles, see what others would do, and apply them
    #[command(subcommand)]
    Mapping(mapping::Command),
    /// Show and set how many members may have access at once
    Seats(seats::Options),
    /// Look for what is wrong
    Doctor(doctor::Options),
    /// Bring the database up to date
    Migrate,
    /// Make a link that signs somebody in once, for when nobody can sign in
    LoginLink(login_link::Options),
    /// Give an account another password
    #[command(alias = "reset_password")]
    ResetPassword(reset_password::Options),
    /// Print the version
    Version,
    /// Print the completions of a shell
    Completions(completions::Options),
}

/// Reads the command line and does what it says. Wrong usage ends the process, with 2.
///
/// # Errors
///
/// If the command could not be done; the chain of causes is for the operator.
pub fn run() -> anyhow::Result<()> {
    let Cli {
        everywhere,
        command,
    } = Cli::parse();
    match command {
        Command::Version => version::run(),
        Command::Completions(options) => completions::run(&options),
        Command::Start(options) => {
            let config = everywhere.settings(options.settings())?;
            within(config, start::run)
        }
        Command::Demo(options) => demo::run(everywhere, &options),
        Command::Migrate => everywhere.with_state(migrate::run),
        Command::User(command) => {
            everywhere.with_state(async |state| user::run(&state, command).await)
        }
        Command::ScimToken(command) => {
            everywhere.with_state(async |state| scim_token::run(&state, command).await)
        }
        Command::Domain(command) => {
            everywhere.with_state(async |state| domain::run(&state, command).await)
        }
        Command::Mapping(command) => {
            everywhere.with_state(async |state| mapping::run(&state, command).await)
        }
        Command::Seats(options) => {
            everywhere.with_state(async |state| seats::run(&state, options).await)
        }
        Command::Doctor(options) => {
            everywhere.with_state(async |state| doctor::run(&state, &options).await)
        }
        Command::ResetPassword(options) => {
            everywhere.with_state(async |state| reset_password::run(&state, options).await)
        }
        Command::LoginLink(options) => {
            everywhere.with_state(async |state| login_link::run(&state, options).await)
        }
    }
}

impl Everywhere {
    /// The settings, with the options of the command line as the last layer.
    fn settings(self, mut options: Vec<(&'static str, String)>) -> anyhow::Result<Config> {
        options.extend(self.data_dir.map(|value| ("data_dir", value)));
        options.extend(exposed("database_url", self.database_url));
        Config::load(self.config, options)
    }

    /// Does something with an open database.
    fn with_state<F>(self, command: impl FnOnce(State) -> F) -> anyhow::Result<()>
    where
        F: Future<Output = anyhow::Result<()>>,
    {
        let config = self.settings(Vec::new())?;
        within(config, async |config| {
            command(server::open_state(config).await?).await
        })
    }
}

/// Does something with log lines on and a runtime around.
fn within<F>(config: Config, command: impl FnOnce(Config) -> F) -> anyhow::Result<()>
where
    F: Future<Output = anyhow::Result<()>>,
{
    telemetry::init_logs(config.log_format, &config.log_filter)?;
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the threads of the server")?
        .block_on(command(config))
}

/// A secret option as a layer of the settings.
fn exposed(key: &'static str, value: Option<SecretString>) -> Option<(&'static str, String)> {
    use secrecy::ExposeSecret as _;
    value.map(|value| (key, value.expose_secret().to_owned()))
}

/// Reads an option that is never shown.
#[expect(clippy::unnecessary_wraps, reason = "clap asks for a Result")]
fn secret(value: &str) -> Result<SecretString, std::convert::Infallible> {
    Ok(SecretString::from(value))
}

/// Hashes a password on a thread that may block.
async fn hashed(password: SecretString) -> anyhow::Result<String> {
    tokio::task::spawn_blocking(move || crate::secret::hash_password(&password)).await?
}

/// Prints the answer of a command on standard output; a reader that has left is not an error worth a panic.
fn print(answer: &str) -> anyhow::Result<()> {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{answer}")
        .and_then(|()| out.flush())
        .context("cannot write the answer")
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(line.split(' '))
    }

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_documented_lines_are_understood() {
        for line in [
            "rollright start --username a@example.com --password p --user-token t1234",
            "rollright serve --host 0.0.0.0 --port 0 --data-dir d --base-url https://a.example --log-format json",
            "rollright --config c.toml start --database-url postgres://db/x",
            "rollright start --config c.toml",
            "rollright user create --username a@example.com --password p --organization-title T",
            "rollright user show --username a@example.com",
            "rollright scim-token create --organization 1",
            "rollright scim-token create --organization 1 --profile entra --expires 90 --data-dir d",
            "rollright scim-token list --organization 1",
            "rollright scim-token revoke 018f0000-0000-7000-8000-000000000000 --organization 1",
            "rollright domain verify example.com --organization 1",
            "rollright doctor --verify",
            "rollright demo",
            "rollright demo --host localhost --port 8090 --server-port 8091 --accent entra --database-url postgres://db/x",
            "rollright migrate",
            "rollright login-link --username a@example.com",
            "rollright reset-password --username a@example.com",
            "rollright reset_password --username a@example.com --password p",
            "rollright version",
            "rollright completions bash",
        ] {
            assert!(parse(line).is_ok(), "{line}");
        }
    }

    #[test]
    fn wrong_usage_ends_with_2() {
        for line in [
            "rollright",
            "rollright strat",
            "rollright start --prot 1",
            "rollright completions tcl",
            "rollright demo --host 0.0.0.0",
            "rollright demo --accent ping",
        ] {
            assert_eq!(parse(line).unwrap_err().exit_code(), 2, "{line}");
        }
    }

    #[test]
    fn parsed_options_show_no_secret() {
        let line = "rollright start --password canary --user-token canary --database-url postgres://canary";
        let shown = format!("{:?}", parse(line).unwrap());
        assert!(!shown.contains("canary"), "{shown}");
        let line = "rollright user create --username a --password canary --user-token canary";
        assert!(!format!("{:?}", parse(line).unwrap()).contains("canary"));
    }

    #[test]
    fn options_are_the_last_layer_of_the_settings() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c.toml");
        std::fs::write(&path, "port = 1\nhost = \"::1\"\ndata_dir = \"from-file\"").unwrap();
        let line = format!(
            "rollright start --port 0 --data-dir d --config {}",
            path.display()
        );
        let Cli {
            everywhere,
            command: Command::Start(options),
        } = parse(&line).unwrap()
        else {
            panic!("start was asked for")
        };
        let config = everywhere.settings(options.settings()).unwrap();
        assert_eq!(
            (config.port, config.host.to_string()),
            (0, "::1".to_owned())
        );
        assert_eq!(config.data_dir, PathBuf::from("d"));
    }
}
