//! What the request log costs: two servers, alike but that one keeps none, take turns in each round.

use anyhow::Result;

use crate::plan::{CONNECTIONS, Place, Plan, Subject};
use crate::report::median;
use crate::workload::{Operation, People, USERS};

const OPERATIONS: [Operation; 5] = [
    Operation::Get,
    Operation::Filter,
    Operation::List,
    Operation::Patch,
    Operation::Create,
];
/// How a server is told to keep no request log.
const WITHOUT: &[(&str, &str)] = &[("ROLLRIGHT_REQUEST_LOG_DAYS", "0")];

/// Measures and prints.
pub(crate) async fn measure(plan: &Plan, place: &Place) -> Result<()> {
    if !OPERATIONS.into_iter().any(|one| plan.wants(one)) {
        return Ok(());
    }
    let people = People::in_all(USERS);
    let with = place.subject(plan, "with_log", USERS, people).await?;
    let without = place
        .subject_set(plan, "without_log", USERS, people, WITHOUT)
        .await?;
    println!("### With the request log, for each one without it; users: {USERS}\n");
    println!(
        "| operation | {} |",
        CONNECTIONS
            .map(|count| format!("connections: {count}"))
            .join(" | ")
    );
    println!("| --- | ---: | ---: |");
    for operation in OPERATIONS.into_iter().filter(|one| plan.wants(*one)) {
        let mut ratios = Vec::new();
        for connections in CONNECTIONS {
            ratios.push(ratio(plan, [&with, &without], operation, connections).await?);
        }
        println!(
            "| {} | {} |",
            operation.names().join(", "),
            ratios.join(" | ")
        );
    }
    println!();
    with.stop().await?;
    without.stop().await
}

async fn ratio(
    plan: &Plan,
    subjects: [&Subject; 2],
    operation: Operation,
    connections: usize,
) -> Result<String> {
    let (rounds, time) = plan.rounds();
    for subject in subjects {
        subject.ask(operation, connections, time / 2).await?;
    }
    let mut ratios = Vec::new();
    for _ in 0..rounds {
        let with = subjects[0].ask(operation, connections, time).await?;
        let without = subjects[1].ask(operation, connections, time).await?;
        ratios.push(without.mean(0) / with.mean(0));
    }
    Ok(format!("{:.2}", median(ratios)))
}
