//! A directory's first synchronization, through HTTP, as a provisioning client does it: each person is looked for by
//! userName and then made; each group is made with half of its members, and the other half is added. Then what changes
//! day by day.
//!
//! The limit is as many bare transactions that write the same rows. A look-up has none: it comes on top.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::bare::{Bare, Write};
use crate::client::{Http, Requests};
use crate::driver::{Sample, drive, float};
use crate::plan::{Place, Plan, Subject};
use crate::seed;
use crate::workload::{Numbers, Operation, People, write};

/// How many members a group is made with, and how many are added then: as many as a group of the bare transactions has.
const HALF: usize = 100;
const CONNECTIONS: usize = 16;
/// Loops here end by count.
const LONG: Duration = Duration::from_hours(1);

/// What the requests of one step have in common.
#[derive(Clone)]
struct Step {
    token: String,
    users: usize,
    groups: usize,
    numbers: Numbers,
    /// The ids of the users and groups that were made.
    made: [Arc<Mutex<Vec<String>>>; 2],
}

/// The two requests that belong together, again and again.
struct Pairs {
    step: Step,
    /// How many pairs there are.
    count: usize,
    /// Writes the first or the second request of the pair with this number; the id is what the first answered.
    request: fn(&Step, pair: usize, second: Option<&str>, request: &mut Vec<u8>),
    /// Which of them makes something, and where its id is kept.
    makes: Option<(usize, usize)>,
    /// The pair whose second request comes next.
    begun: Option<usize>,
    last: usize,
    id: String,
}

impl Requests for Pairs {
    fn next(&mut self, _over: bool, request: &mut Vec<u8>) -> Option<usize> {
        if let Some(pair) = self.begun.take() {
            self.last = 1;
            (self.request)(&self.step, pair, Some(&self.id), request);
        } else {
            let pair = self.step.numbers.next().filter(|pair| *pair < self.count)?;
            self.begun = Some(pair);
            self.last = 0;
            (self.request)(&self.step, pair, None, request);
        }
        Some(self.last)
    }

    fn answered(&mut self, answer: &[u8]) {
        let Some((_, place)) = self.makes.filter(|(kind, _)| *kind == self.last) else {
            return;
        };
        self.id = location(answer).unwrap_or_default();
        let mut made = self.step.made[place]
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        made.push(self.id.clone());
    }
}

/// The last part of the address in the header `location`.
fn location(answer: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(&answer[..answer.len().min(2048)]).into_owned();
    let line = head
        .lines()
        .find(|line| line.to_ascii_lowercase().starts_with("location: "))?;
    Some(line.rsplit('/').next()?.trim().to_owned())
}

impl Step {
    fn id(&self, place: usize, at: usize) -> String {
        let made = self.made[place]
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        made[at % made.len()].clone()
    }

    fn members(&self, group: usize, half: usize) -> String {
        let first = group * 2 * HALF + half * HALF;
        (first..first + HALF)
            .map(|at| format!(r#"{{"value":"{}"}}"#, self.id(0, at)))
            .collect::<Vec<_>>()
            .join(",")
    }

    /// Looks for a person, and makes them.
    fn user(&self, number: usize, second: Option<&str>, request: &mut Vec<u8>) {
        if second.is_none() {
            let path =
                format!("/scim/v2/Users?filter=userName+eq+%22sync{number}%40example.com%22");
            return write(request, "GET", &path, &self.token, "");
        }
        let attributes = seed::ATTRIBUTES.replace('#', &format!("-sync-{number}"));
        let body = format!(
            r#"{{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],"userName":"sync{number}@example.com","externalId":"sync{number}","active":true,{}"#,
            &attributes[1..]
        );
        write(request, "POST", "/scim/v2/Users", &self.token, &body);
    }

    /// Makes a group with half of its members, and adds the others.
    fn group(&self, number: usize, second: Option<&str>, request: &mut Vec<u8>) {
        if let Some(id) = second {
            let members = self.members(number, 1);
            let body = patch(&format!(
                r#"{{"op":"add","path":"members","value":[{members}]}}"#
            ));
            let path = format!("/scim/v2/Groups/{id}");
            return write(request, "PATCH", &path, &self.token, &body);
        }
        let members = self.members(number, 0);
        let body = format!(
            r#"{{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"sync {number}","members":[{members}]}}"#
        );
        let path = "/scim/v2/Groups?excludedAttributes=members";
        write(request, "POST", path, &self.token, &body);
    }

    /// Deactivates a person, and takes them back.
    fn active(&self, number: usize, second: Option<&str>, request: &mut Vec<u8>) {
        let path = format!("/scim/v2/Users/{}", self.id(0, number));
        let active = second.is_some();
        let body = patch(&format!(
            r#"{{"op":"replace","path":"active","value":{active}}}"#
        ));
        write(request, "PATCH", &path, &self.token, &body);
    }

    /// Adds a person to a group that they are not in, and takes them out again.
    fn membership(&self, number: usize, second: Option<&str>, request: &mut Vec<u8>) {
        let group = number % self.groups;
        let path = format!("/scim/v2/Groups/{}", self.id(1, group));
        let member = self.id(0, self.users / 2 + number);
        let operation = match second {
            None => format!(r#"{{"op":"add","path":"members","value":[{{"value":"{member}"}}]}}"#),
            Some(_) => format!(r#"{{"op":"remove","path":"members[value eq \"{member}\"]"}}"#),
        };
        write(request, "PATCH", &path, &self.token, &patch(&operation));
    }
}

fn patch(operation: &str) -> String {
    format!(
        r#"{{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{operation}]}}"#
    )
}

/// Measures and prints.
pub(crate) async fn measure(plan: &Plan, place: &Place) -> Result<()> {
    if !plan.wants(Operation::Create) {
        return Ok(());
    }
    let (users, groups) = if plan.quick {
        (2_000, 100)
    } else {
        (10_000, 500)
    };
    let subject = place
        .subject(plan, "sync", 0, People::BESIDE_OUTSIDERS)
        .await?;
    println!(
        "### A first synchronization: {users} users, {groups} groups, {} memberships; {CONNECTIONS} connections\n",
        groups * 2 * HALF
    );
    println!("| step | seconds | limit's | requests a second | p99 ms | ratio |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: |");
    let mut step = Step {
        token: subject.token.clone(),
        users,
        groups,
        numbers: Numbers::default(),
        made: Default::default(),
    };
    let bare = bare(&subject, Write::Create, users).await?;
    let ours = ours(&subject, &mut step, users, Step::user, Some((1, 0))).await?;
    tell("look for each user and create them", &ours, bare);
    // What the bare transactions below write about.
    seed::members(&subject.bare, 1, 10_000).await?;
    let everybody = seed::INSIDERS + seed::OUTSIDERS;
    seed::members(&subject.bare, seed::INSIDERS + 1, everybody).await?;
    seed::group_of(&subject.bare, 1, HALF).await?;

    let bare = self::bare(&subject, Write::Group, 2 * groups).await?;
    let ours = self::ours(&subject, &mut step, groups, Step::group, Some((0, 1))).await?;
    tell("create each group, add to it once", &ours, bare);
    let changes = users / 4;
    let bare = self::bare(&subject, Write::Patch, 2 * changes).await?;
    let ours = self::ours(&subject, &mut step, changes, Step::active, None).await?;
    tell("deactivate and reactivate", &ours, bare);
    let bare = self::bare(&subject, Write::Membership, changes).await?;
    let ours = self::ours(&subject, &mut step, changes, Step::membership, None).await?;
    tell("add to a group and remove again", &ours, bare);
    println!();
    subject.stop().await
}

async fn ours(
    subject: &Subject,
    step: &mut Step,
    count: usize,
    request: fn(&Step, usize, Option<&str>, &mut Vec<u8>),
    makes: Option<(usize, usize)>,
) -> Result<(Sample, f64)> {
    step.numbers = Numbers::default();
    let mut callers = Vec::new();
    for _ in 0..CONNECTIONS {
        let pairs = Pairs {
            step: step.clone(),
            count,
            request,
            makes,
            begun: None,
            last: 0,
            id: String::new(),
        };
        callers.push(Http::connect(&subject.server.address, pairs).await?);
    }
    let begun = Instant::now();
    let sample = drive(callers, LONG).await?;
    let took = begun.elapsed().as_secs_f64();
    ensure!(sample.count() == 2 * count, "not everything was asked");
    Ok((sample, took))
}

async fn bare(subject: &Subject, write: Write, count: usize) -> Result<f64> {
    let numbers = Numbers::default();
    let callers = (0..CONNECTIONS)
        .map(|_| {
            let numbers = numbers.clone().take_while(move |number| *number < count);
            Bare::new(&subject.bare, write, numbers)
        })
        .collect::<Result<Vec<_>>>()?;
    let begun = Instant::now();
    drive(callers, LONG).await?;
    Ok(begun.elapsed().as_secs_f64())
}

fn tell(name: &str, (ours, took): &(Sample, f64), bare: f64) {
    println!(
        "| {name} | {took:.1} | {bare:.1} | {:.0} | {:.1} | {:.2} |",
        float(ours.count()) / took,
        ours.quantile(0, 99).max(ours.quantile(1, 99)) / 1000.0,
        bare / took,
    );
}
