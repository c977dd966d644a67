//! What is measured, in which order, and what is told of it.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use crate::bare::Bare;
use crate::client::Http;
use crate::driver::{Sample, drive};
use crate::engine::{self, Engine};
use crate::process::{self, Process, Rollright};
use crate::report::{Row, machine, median, table};
use crate::seed;
use crate::workload::{Limit, Numbers, Operation, People, SIZES, USERS, requests};
use crate::{console, growth, request_log, sign_on, sync};

/// What is asked for.
#[derive(Default)]
pub(crate) struct Plan {
    /// The server.
    pub(crate) binary: PathBuf,
    /// Fewer and shorter rounds.
    pub(crate) quick: bool,
    /// A PostgreSQL where databases may be made.
    pub(crate) postgres: Option<String>,
    /// Only operations whose name has this in it.
    pub(crate) only: Option<String>,
    /// Only this engine.
    pub(crate) engine: Option<String>,
}

/// Where the databases of one engine are.
pub(crate) struct Place {
    folder: tempfile::TempDir,
    postgres: Option<String>,
}

impl Place {
    /// A server of its own with so many members, and what it is compared with.
    pub(crate) async fn subject(
        &self,
        plan: &Plan,
        name: &str,
        users: usize,
        people: People,
    ) -> Result<Subject> {
        self.subject_set(plan, name, users, people, &[]).await
    }

    /// The same with these settings of the server.
    pub(crate) async fn subject_set(
        &self,
        plan: &Plan,
        name: &str,
        users: usize,
        people: People,
        settings: &'static [(&'static str, &'static str)],
    ) -> Result<Subject> {
        let mut urls = Vec::new();
        for database in [format!("{name}_ours"), format!("{name}_bare")] {
            urls.push(match &self.postgres {
                None => format!("sqlite:{}", self.folder.path().join(database).display()),
                Some(url) => engine::create_database(url, &database).await?,
            });
        }
        let [rollright, bare] = [0, 1].map(|at| Rollright {
            binary: plan.binary.clone(),
            folder: self.folder.path().to_owned(),
            url: urls[at].clone(),
            settings,
        });
        Subject::start(rollright, bare, users, people).await
    }
}

/// How many connections ask at once.
pub(crate) const CONNECTIONS: [usize; 2] = [1, 16];
const SIMPLE: [Operation; 6] = [
    Operation::Get,
    Operation::Filter,
    Operation::List,
    Operation::Patch,
    Operation::Create,
    Operation::CreateGroup,
];

/// A server with its database, what it is compared with, and the numbers of what was asked of it.
pub(crate) struct Subject {
    pub(crate) rollright: Rollright,
    pub(crate) server: Process,
    pub(crate) handlers: Process,
    /// The database of the server.
    pub(crate) engine: Engine,
    /// One like it, for what it is compared with: what is written there is none of the server's doing.
    pub(crate) bare: Engine,
    pub(crate) token: String,
    /// Of requests to the server, of transactions beside it, and of reads.
    numbers: [Numbers; 3],
    /// Who is asked about.
    people: People,
}

impl Plan {
    pub(crate) fn rounds(&self) -> (usize, Duration) {
        if self.quick {
            (3, Duration::from_millis(300))
        } else {
            (5, Duration::from_millis(600))
        }
    }

    pub(crate) fn wants(&self, operation: Operation) -> bool {
        let names = operation.names();
        self.only
            .as_ref()
            .is_none_or(|only| names.iter().any(|name| name.contains(only.as_str())))
    }

    /// Measures everything and prints it.
    pub(crate) async fn run(&self) -> Result<()> {
        println!("{}", machine()?);
        let (rounds, time) = self.rounds();
        println!(
            "{rounds} rounds of {} ms each; medians.\n",
            time.as_millis()
        );
        for name in ["sqlite", "postgres"] {
            if self.engine.as_deref().is_some_and(|only| only != name) {
                continue;
            }
            let place = Place {
                folder: tempfile::tempdir()?,
                postgres: match name {
                    "sqlite" => None,
                    _ => Some(
                        self.postgres
                            .clone()
                            .context("say with --postgres where PostgreSQL is")?,
                    ),
                },
            };
            self.measure(&place).await?;
            sync::measure(self, &place).await?;
            growth::measure(self, &place).await?;
            request_log::measure(self, &place).await?;
            sign_on::measure(self, &place).await?;
            console::measure(self, &place).await?;
        }
        Ok(())
    }

    async fn measure(&self, place: &Place) -> Result<()> {
        let mut subject = place
            .subject(self, "load", USERS, People::BESIDE_OUTSIDERS)
            .await?;
        let version = subject.engine.version().await?;
        println!("## {version}\n");
        let idle = subject.server.resident()?;
        for connections in CONNECTIONS {
            let mut rows = Vec::new();
            for operation in SIMPLE.into_iter().filter(|one| self.wants(*one)) {
                rows.extend(self.rows(&subject, &[operation], connections).await?);
            }
            tell(connections, USERS, &rows);
        }
        if self.only.is_none() {
            self.memory(&mut subject, idle).await?;
        }
        if self.wants(Operation::Member(1)) {
            self.members(&subject).await?;
        }
        subject.stop().await
    }

    /// Adds and removes one member, whatever the size of the group. The sizes take turns within each round.
    async fn members(&self, subject: &Subject) -> Result<()> {
        let everybody = seed::INSIDERS + seed::OUTSIDERS;
        for engine in [&subject.engine, &subject.bare] {
            seed::members(engine, USERS + 1, everybody).await?;
            for (at, size) in SIZES.into_iter().enumerate() {
                seed::group_of(engine, at + 1, size).await?;
            }
        }
        let operations = (1..=SIZES.len()).map(Operation::Member).collect::<Vec<_>>();
        for connections in CONNECTIONS {
            let rows = self.rows(subject, &operations, connections).await?;
            tell(connections, everybody, &rows);
            for (kind, verb) in ["adding", "removing"].into_iter().enumerate() {
                let of_kind: Vec<&Row> = rows.iter().filter(|row| row.kind == kind).collect();
                let times: Vec<String> = of_kind
                    .iter()
                    .map(|row| {
                        let pairs = row.rounds.iter().zip(&of_kind[0].rounds);
                        let ratio = median(
                            pairs.map(|((ours, _), (first, _))| ours.mean(kind) / first.mean(kind)),
                        );
                        format!("{ratio:.2}")
                    })
                    .collect();
                println!(
                    "Time of {verb} one, at {SIZES:?} members, against that at {}: {}.\n",
                    SIZES[0],
                    times.join(", ")
                );
            }
        }
        Ok(())
    }

    /// Operations that take turns, each beside its limit.
    async fn rows(
        &self,
        subject: &Subject,
        operations: &[Operation],
        connections: usize,
    ) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        let (rounds, time) = self.rounds();
        for operation in operations {
            // Statements are prepared and pages are read before anything is measured.
            subject.limit(*operation, connections, time / 4).await?;
            subject.ask(*operation, connections, time / 4).await?;
            for (kind, name) in operation.names().into_iter().enumerate() {
                rows.push(Row {
                    name,
                    kind,
                    rounds: Vec::new(),
                });
            }
        }
        for _ in 0..rounds {
            let mut at = 0;
            for operation in operations {
                let limit = subject.limit(*operation, connections, time).await?;
                let ours = subject.ask(*operation, connections, time).await?;
                for _ in operation.names() {
                    rows[at].rounds.push((ours.clone(), limit.clone()));
                    at += 1;
                }
            }
        }
        Ok(rows)
    }

    /// How much memory the server holds, and whether it keeps what it took.
    async fn memory(&self, subject: &mut Subject, idle: f64) -> Result<()> {
        let total = if self.quick { 20_000 } else { 100_000 };
        subject.restart().await?;
        let fresh = subject.server.resident()?;
        let mut sizes = Vec::new();
        let mut asked = 0;
        for until in [total / 10, total / 2, total] {
            while asked < until {
                let time = Duration::from_millis(500);
                asked += subject.ask(Operation::Mixed, 16, time).await?.count();
            }
            sizes.push(format!(
                "{:.1} MB after {asked} requests",
                subject.server.resident()?
            ));
        }
        println!(
            "Resident memory of the server with {USERS} users: {idle:.1} MB after its start; after another start, with \
             what was made since, {fresh:.1} MB, and then, reads and writes mixed over 16 connections, {}.\n",
            sizes.join(", ")
        );
        Ok(())
    }
}

fn tell(connections: usize, users: usize, rows: &[Row]) {
    if !rows.is_empty() {
        let rows = table(rows);
        println!("### Connections: {connections}, users: {users}\n\n{rows}");
    }
}

impl Subject {
    async fn start(
        rollright: Rollright,
        bare: Rollright,
        users: usize,
        people: People,
    ) -> Result<Self> {
        let mut engines = Vec::new();
        for database in [&rollright, &bare] {
            // The first start makes the organization.
            database.start().await?.stop().await?;
            let engine = Engine::open(&database.url).await?;
            if users > 0 {
                seed::members(&engine, 1, users).await?;
            }
            engines.push(engine);
        }
        let organization = seed::ORGANIZATION.to_string();
        let token = rollright
            .run(&["scim-token", "create", "--organization", &organization])
            .await?;
        let mut command = tokio::process::Command::new(std::env::current_exe()?);
        command.args(["--handlers", &bare.url]);
        let handlers = Process::start(command, &bare.folder.join("handlers.log")).await?;
        let server = rollright.start().await?;
        tokio::time::sleep(Duration::from_millis(500)).await;
        let mut engines = engines.into_iter();
        Ok(Self {
            rollright,
            server,
            handlers,
            engine: engines.next().context("two were opened")?,
            bare: engines.next().context("two were opened")?,
            token,
            numbers: [Numbers::default(), Numbers::default(), Numbers::default()],
            people,
        })
    }

    async fn restart(&mut self) -> Result<()> {
        let next = self.rollright.start().await?;
        std::mem::replace(&mut self.server, next).stop().await?;
        tokio::time::sleep(Duration::from_millis(500)).await;
        Ok(())
    }

    /// Asks the server.
    pub(crate) async fn ask(
        &self,
        operation: Operation,
        connections: usize,
        time: Duration,
    ) -> Result<Sample> {
        self.http(&self.server, operation, connections, time, 0)
            .await
    }

    /// Does the same work without the server.
    async fn limit(
        &self,
        operation: Operation,
        connections: usize,
        time: Duration,
    ) -> Result<Sample> {
        match operation.limit() {
            Limit::Handler(path) => {
                let bare = Operation::Bare(path);
                self.http(&self.handlers, bare, connections, time, 2).await
            }
            Limit::Transaction(write) => {
                let callers = (0..connections)
                    .map(|_| Bare::new(&self.bare, write, self.numbers[1].clone()))
                    .collect::<Result<Vec<_>>>()?;
                let before = process::processor(std::process::id())?;
                let mut sample = drive(callers, time).await?;
                sample.processor = process::processor(std::process::id())?.saturating_sub(before);
                Ok(sample)
            }
        }
    }

    async fn http(
        &self,
        process: &Process,
        operation: Operation,
        connections: usize,
        time: Duration,
        numbers: usize,
    ) -> Result<Sample> {
        let mut callers = Vec::new();
        for _ in 0..connections {
            let requests = requests(
                operation,
                &self.token,
                self.numbers[numbers].clone(),
                self.people,
            );
            callers.push(Http::connect(&process.address, requests).await?);
        }
        let before = process.processor()?;
        let mut sample = drive(callers, time).await?;
        sample.processor = process.processor()?.saturating_sub(before);
        Ok(sample)
    }

    /// Stops everything, and has the server look for what is wrong.
    pub(crate) async fn stop(self) -> Result<()> {
        self.engine.close().await;
        self.bare.close().await;
        self.handlers.stop().await?;
        self.server.stop().await?;
        let said = self.rollright.run(&["doctor", "--verify"]).await?;
        ensure!(said.contains("agrees"), "{said}");
        println!(
            "`rollright doctor --verify`: {}\n",
            said.lines().last().unwrap_or_default()
        );
        Ok(())
    }
}
