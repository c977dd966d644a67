//! Processes that are started here: the server, and what it is compared with. Each is stopped by its own pid.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

/// How long a process may take to say where it listens, or to end.
const PATIENCE: Duration = Duration::from_mins(1);

/// A process that listens.
pub(crate) struct Process {
    child: Child,
    pid: u32,
    /// Where it listens.
    pub(crate) address: String,
}

impl Process {
    /// Starts a command and waits until it says where it listens. Its log goes to a file.
    pub(crate) async fn start(mut command: Command, log: &Path) -> Result<Self> {
        let log = File::options().create(true).append(true).open(log)?;
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .context("cannot start the process")?;
        let pid = child.id().context("the process has ended")?;
        let out = child.stdout.take().context("standard output is piped")?;
        let mut lines = BufReader::new(out).lines();
        let line = tokio::time::timeout(PATIENCE, lines.next_line()).await??;
        let line = line.context("the process says nothing; its log tells why")?;
        let Some(address) = line.strip_prefix("listening on http://") else {
            bail!("the process says {line:?}");
        };
        let address = address.to_owned();
        // What it says later is read and forgotten, so that it never waits for us.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(Self {
            child,
            pid,
            address,
        })
    }

    /// Processor time that the process has used, of every thread, in steps of 10 ms.
    pub(crate) fn processor(&self) -> Result<Duration> {
        processor(self.pid)
    }

    /// Resident memory in MB.
    pub(crate) fn resident(&self) -> Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
        let kilobytes: f64 = kilobytes.context("/proc tells VmRSS")?.trim().parse()?;
        Ok(kilobytes / 1024.0)
    }

    /// Tells the process to stop, and waits.
    pub(crate) async fn stop(mut self) -> Result<()> {
        let told = Command::new("kill")
            .args(["-TERM", &self.pid.to_string()])
            .status()
            .await?;
        ensure!(told.success(), "the process cannot be told to stop");
        let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await??;
        ensure!(
            ended.success() || ended.code().is_none(),
            "the process ended with {ended}"
        );
        Ok(())
    }
}

/// Processor time that a process has used.
pub(crate) fn processor(pid: u32) -> Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name in parentheses may hold spaces; user and system time are the 12th and 13th field after it.
    let (_, fields) = stat.rsplit_once(')').context("/proc tells the name")?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let ticks = |at: usize| -> Result<u64> {
        Ok(fields
            .get(at)
            .context("/proc tells processor time")?
            .parse()?)
    };
    Ok(Duration::from_millis((ticks(11)? + ticks(12)?) * 10))
}

/// The rollright binary with its settings.
pub(crate) struct Rollright {
    /// The binary.
    pub(crate) binary: PathBuf,
    /// Where it keeps its data, and its log.
    pub(crate) folder: PathBuf,
    /// The database.
    pub(crate) url: String,
    /// Settings that are not the default ones, by the names of environment variables.
    pub(crate) settings: &'static [(&'static str, &'static str)],
}

impl Rollright {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command
            .args(arguments)
            .current_dir(&self.folder)
            .env_clear()
            .env("ROLLRIGHT_DATABASE_URL", &self.url)
            .envs(self.settings.iter().copied());
        command
    }

    /// Runs a command to its end; what it prints.
    pub(crate) async fn run(&self, arguments: &[&str]) -> Result<String> {
        let done = self.command(arguments).output().await?;
        ensure!(
            done.status.success(),
            "rollright {arguments:?}: {}",
            String::from_utf8_lossy(&done.stderr)
        );
        Ok(String::from_utf8(done.stdout)?.trim().to_owned())
    }

    /// Starts the server with its settings, its log in a file.
    pub(crate) async fn start(&self) -> Result<Process> {
        let command = self.command(&["start", "--port", "0"]);
        Process::start(command, &self.folder.join("server.log")).await
    }
}
