//! What is no body that an operation takes, asked of each by somebody who may.

use super::requests::{Operation, operations};
use super::world::{Caller, World};
use super::{Verdict, verdict};

/// The largest body that the server of these tests takes, in bytes.
const LARGEST: usize = 65_536;

/// What is sent instead of a body, and how it must be refused where the description says that it may be.
fn unfit(operation: &Operation) -> [(&'static str, String, u16); 3] {
    let own = operation.headers.first().map_or("", |(_, kind)| *kind);
    let kind = match operation.path.as_str() {
        _ if !own.is_empty() => own,
        path if path.starts_with("/scim/") => "application/scim+json",
        path if path.starts_with("/api/") => "application/json",
        _ => "application/x-www-form-urlencoded",
    };
    // A form takes anything, and lacks a field.
    let malformed = if kind.ends_with("json") { 400 } else { 0 };
    [
        (kind, "x".repeat(LARGEST + 1), 413),
        ("text/x-nothing", "x".to_owned(), 415),
        (kind, "{\"no end\": ".to_owned(), malformed),
    ]
}

#[tokio::test]
async fn what_is_no_body_is_refused_by_every_operation_that_takes_one() {
    let world = World::make().await;
    let all = operations(&world.app.anyone()).await;
    let (mut cases, mut wrong) = (0, Vec::new());
    for operation in all.iter().filter(|operation| operation.takes_body()) {
        let fits = |caller: &&Caller| {
            caller.at_home && matches!(verdict(operation, caller), Verdict::Allowed | Verdict::Open)
        };
        let Some(caller) = world.callers.iter().find(fits) else {
            wrong.push(format!("nobody may ask for {}", operation.name()));
            continue;
        };
        let (path, ..) = operation.with(&world.own, &caller.me);
        for (kind, body, expected) in unfit(operation) {
            let own = caller.headers.iter();
            let mut headers: Vec<(&str, &str)> =
                own.map(|(name, value)| (*name, value.as_str())).collect();
            headers.push(("content-type", kind));
            let method = operation.method.clone();
            let answer = caller
                .client
                .send(method, &path, &headers, Some(body))
                .await;
            cases += 1;
            let described = operation.statuses.contains(&answer.status);
            // Who asks too often is told so first.
            let fit =
                !operation.statuses.contains(&expected) || [expected, 429].contains(&answer.status);
            if !described || !fit {
                wrong.push(format!(
                    "{}, {}: {} instead of {expected}: {}",
                    operation.name(),
                    caller.name,
                    answer.status,
                    answer.text.get(..200).unwrap_or(&answer.text)
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {cases}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    world.finish().await;
}
