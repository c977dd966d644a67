//! How the time of an operation grows with the number of members.
//!
//! Three servers, alike but for the number of members, take turns in each round, so that what the machine does beside
//! them hits all alike. What is read is the time at each size against that at the smallest.

use std::time::Duration;

use anyhow::Result;

use crate::client::{Http, Requests};
use crate::driver::{Sample, drive};
use crate::plan::{Place, Plan, Subject};
use crate::report::median;
use crate::seed;
use crate::workload::{Operation, People, SIZES, write};

/// The numbers of members.
const MEMBERS: [usize; 3] = [1_000, 10_000, 100_000];
const OPERATIONS: [Operation; 7] = [
    Operation::Get,
    Operation::Filter,
    Operation::List,
    Operation::Patch,
    Operation::Create,
    Operation::CreateGroup,
    Operation::Member(1),
];

/// Goes through everybody along the cursors, and begins again.
struct Walk {
    token: String,
    cursor: String,
}

impl Requests for Walk {
    fn next(&mut self, over: bool, request: &mut Vec<u8>) -> Option<usize> {
        let path = format!("/scim/v2/Users?cursor={}&count=100", self.cursor);
        write(request, "GET", &path, &self.token, "");
        (!over).then_some(0)
    }

    fn answered(&mut self, answer: &[u8]) {
        let answer = String::from_utf8_lossy(answer);
        let next = answer.split_once(r#""nextCursor":""#);
        let next = next.and_then(|(_, rest)| rest.split_once('"'));
        next.map_or("", |(cursor, _)| cursor)
            .clone_into(&mut self.cursor);
    }
}

/// Measures and prints.
pub(crate) async fn measure(plan: &Plan, place: &Place) -> Result<()> {
    if !OPERATIONS.into_iter().any(|one| plan.wants(one)) {
        return Ok(());
    }
    let mut subjects = Vec::new();
    for members in MEMBERS {
        let people = People::in_all(members);
        let name = format!("members_{members}");
        let subject = place.subject(plan, &name, members, people).await?;
        seed::group_of(&subject.engine, 1, SIZES[0]).await?;
        subjects.push(subject);
    }
    println!("### Growth with the number of members\n");
    println!(
        "Time over one connection, against that at {} members. A logarithm would be {}.\n",
        MEMBERS[0],
        logarithms()
    );
    println!(
        "| operation | {} |",
        MEMBERS.map(|n| n.to_string()).join(" | ")
    );
    println!("| --- | ---: | ---: | ---: |");
    for operation in OPERATIONS.into_iter().filter(|one| plan.wants(*one)) {
        rows(plan, &subjects, operation).await?;
        if operation == Operation::List {
            walks(plan, &subjects).await?;
        }
    }
    println!();
    for subject in subjects {
        subject.stop().await?;
    }
    Ok(())
}

async fn rows(plan: &Plan, subjects: &[Subject], operation: Operation) -> Result<()> {
    let (rounds, time) = plan.rounds();
    for subject in subjects {
        subject.ask(operation, 1, time).await?;
    }
    let mut samples: Vec<Vec<Sample>> = Vec::new();
    for _ in 0..rounds {
        let mut round = Vec::new();
        for subject in subjects {
            round.push(subject.ask(operation, 1, time).await?);
        }
        samples.push(round);
    }
    for (kind, name) in operation.names().into_iter().enumerate() {
        tell(&name, kind, &samples);
    }
    Ok(())
}

/// The same for pages that are asked for by cursor, each from where the one before ended.
async fn walks(plan: &Plan, subjects: &[Subject]) -> Result<()> {
    let (rounds, time) = plan.rounds();
    let mut samples: Vec<Vec<Sample>> = Vec::new();
    for _ in 0..=rounds {
        let mut round = Vec::new();
        for subject in subjects {
            round.push(walk(subject, time).await?);
        }
        samples.push(round);
    }
    // The first round reads what the others find read.
    tell("list a page of 100 users by cursor", 0, &samples[1..]);
    Ok(())
}

async fn walk(subject: &Subject, time: Duration) -> Result<Sample> {
    let walk = Walk {
        token: subject.token.clone(),
        cursor: String::new(),
    };
    let caller = Http::connect(&subject.server.address, walk).await?;
    drive(vec![caller], time).await
}

fn tell(name: &str, kind: usize, samples: &[Vec<Sample>]) {
    let growth: Vec<String> = (0..MEMBERS.len())
        .map(|at| {
            let against = |round: &Vec<Sample>| round[at].mean(kind) / round[0].mean(kind);
            format!("{:.2}", median(samples.iter().map(against)))
        })
        .collect();
    println!("| {name} | {} |", growth.join(" | "));
}

fn logarithms() -> String {
    let [first, ..] = MEMBERS.map(|members| crate::driver::float(members).ln());
    MEMBERS
        .map(|members| format!("{:.2}", crate::driver::float(members).ln() / first))
        .join(", ")
}
