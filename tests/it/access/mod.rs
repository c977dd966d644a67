//! Who may ask for what: the table of access, walked whole. Every operation of the description is asked for by every kind
//! of caller, with what is their organization's, what is another's and what nobody has (security B1, B10, B13, F2, G9).

mod requests;
mod unfit;
mod world;

use std::sync::Arc;

use tokio::task::JoinSet;

use self::requests::Operation;
use self::world::{Caller, Ids, Kind, World};
use crate::client::Answer;

/// What the table says of a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// A credential makes no difference.
    Open,
    Allowed,
    Refused(u16),
}

fn verdict(operation: &Operation, caller: &Caller) -> Verdict {
    let allowed = |word: &str| operation.allowed.iter().any(|one| one == word);
    let opens = |credential: &str| operation.credentials.iter().any(|one| one == credential);
    if allowed("anyone") {
        return Verdict::Open;
    }
    if allowed("scim (lenient)") {
        return match caller.kind {
            Kind::Lenient => Verdict::Allowed,
            _ => Verdict::Refused(405),
        };
    }
    let role = match caller.kind {
        Kind::Scim | Kind::Lenient if opens("scim_token") => return Verdict::Allowed,
        // RFC 7644 section 3.11: there is nobody whom it could mean.
        Kind::Scim | Kind::Lenient if operation.path == "/scim/v2/Me" => {
            return Verdict::Refused(501);
        }
        Kind::Member(role) if opens("user_token") => role,
        Kind::Visitor(role) if opens("session") => role,
        // A page leads to the sign-in.
        _ if operation.credentials == ["session"] => return Verdict::Refused(303),
        _ => return Verdict::Refused(401),
    };
    if allowed(role) {
        Verdict::Allowed
    } else {
        Verdict::Refused(403)
    }
}

/// What is theirs by its own rules, whoever may ask: the Owner stays, nobody deletes themselves, and what is presented in
/// a body must be good.
const FURTHER: [&str; 4] = [
    "POST /api/organizations/{organization}/leave",
    "DELETE /api/current-user",
    "POST /api/invite/accept",
    "DELETE /scim/v2/Me",
];

/// Where an id that is not there is passed over, not refused.
const PASSED_OVER: [&str; 9] = [
    "POST /api/projects/{id}/members/bulk",
    "DELETE /api/projects/{id}/members/bulk",
    "POST /api/workspaces/{id}/memberships/bulk",
    "DELETE /api/workspaces/{id}/memberships/bulk",
    "DELETE /api/organizations/{organization}/member-tags/bulk",
    "POST /scim/v2/.search",
    "POST /scim/v2/Users/.search",
    "POST /scim/v2/Groups/.search",
    "POST /scim/v2/Bulk",
];

/// What cannot be asked for what is there, since it would reach out of this machine, or since there would be another Owner
/// or nobody left to ask for the rest.
const NOT_FOR_GOOD: [&str; 10] = [
    "POST /profile",
    "POST /organization/sso/{id}/delete",
    "POST /organization/members/{number}/delete",
    "POST /api/organizations/{organization}/transfer-ownership",
    "POST /api/organizations/{organization}/leave",
    "POST /api/domains/{domain}/verify",
    "POST /api/webhooks/{id}/test",
    "POST /api/connections/{id}/metadata/refresh",
    "DELETE /api/sessions",
    "DELETE /api/sessions/{id}",
];

async fn ask(caller: &Caller, operation: &Operation, ids: &Ids) -> Answer {
    let (path, mut headers, body) = operation.with(ids, &caller.me);
    let own = caller.headers.iter();
    let own: Vec<(&str, &str)> = own.map(|(name, value)| (*name, value.as_str())).collect();
    headers.retain(|(name, _)| !own.iter().any(|(known, _)| known == name));
    let headers: Vec<(&str, &str)> = own.into_iter().chain(headers).collect();
    let method = operation.method.clone();
    let answer = caller.client.send(method, &path, &headers, body).await;
    assert!(
        operation.statuses.contains(&answer.status),
        "{}, {}: {} is not described: {}",
        caller.name,
        operation.name(),
        answer.status,
        answer.text
    );
    answer
}

/// The answer without what differs from one request to the next, and without the ids that were asked for.
fn told(operation: &Operation, answer: &Answer, ids: &Ids) -> (u16, Vec<(String, String)>, String) {
    let (status, mut headers, text) = answer.comparable();
    headers.retain(|(name, _)| name != "content-length");
    let named = operation.ids();
    let without_ids = |text: &str| {
        let (mut word, mut told) = (String::new(), String::new());
        for letter in text.chars().chain([' ']) {
            if letter.is_ascii_alphanumeric() || "-.:@_".contains(letter) {
                word.push(letter);
                continue;
            }
            let asked = named.iter().any(|name| ids[name] == word);
            told.push_str(if asked { "ID" } else { &word });
            told.push(letter);
            word.clear();
        }
        told
    };
    for (name, value) in &mut headers {
        if name == "location" {
            // To the sign-in, which leads back to what was asked for.
            *value = without_ids(&value.replace("%2F", "/"));
        }
        for name in named.iter().filter(|name| ids[*name].len() > 5) {
            *value = value.replace(&ids[name], "ID");
        }
    }
    // Pictures are full of numbers.
    let parts = text.split("<svg").enumerate();
    let text: String = parts
        .map(|(at, part)| match part.split_once("</svg>") {
            Some((_, rest)) if at > 0 => rest,
            _ => part,
        })
        .collect();
    let told = without_ids(&text);
    (status, headers, told)
}

/// One caller asks for everything that must be refused or not be there; how many requests, and what is wrong.
async fn refusals(
    world: Arc<World>,
    caller: usize,
    all: Arc<Vec<Operation>>,
) -> (usize, Vec<String>) {
    let caller = &world.callers[caller];
    let nobody = &world.callers[0];
    let (mut cases, mut wrong) = (0, Vec::new());
    for operation in all.iter() {
        let verdict = verdict(operation, caller);
        let mut fail = |what: &str, answer: &Answer| {
            wrong.push(format!(
                "{}, {}, {what}: {} {}",
                operation.name(),
                caller.name,
                answer.status,
                answer.text
            ));
        };
        // It would end the session that the rest is asked with.
        if operation.path.ends_with("/logout") && matches!(caller.kind, Kind::Visitor(_)) {
            continue;
        }
        if verdict == Verdict::Open {
            let (as_nobody, as_they) = (
                ask(nobody, operation, &world.own).await,
                ask(caller, operation, &world.own).await,
            );
            cases += 1;
            // What is counted by address is counted with any credential.
            let counted = [as_nobody.status, as_they.status].contains(&429);
            if as_nobody.status != as_they.status && !counted {
                fail("a credential makes a difference", &as_they);
            }
            continue;
        }
        if caller.at_home
            && let Verdict::Refused(status) = verdict
        {
            let answer = ask(caller, operation, &world.own).await;
            cases += 1;
            if answer.status != status {
                fail(&format!("not {status}"), &answer);
            }
        }
        let (in_path, ids) = (operation.ids_of_path(), operation.ids().len());
        // That profile passes over members that are not there.
        let passed = caller.kind == Kind::Lenient && operation.path.starts_with("/scim/v2/Groups");
        if ids == 0 || passed && ids > in_path.len() {
            continue;
        }
        // Whoever is not at home asks from the other side: what is foreign to them is the first organization's.
        let (home, foreign) = if caller.at_home {
            (&world.own, &world.foreign)
        } else {
            (&world.foreign, &world.own)
        };
        let mut within = vec![foreign.clone(), world.unknown.clone()];
        if let Some(first) = in_path.first()
            && ids > 1
        {
            // Within what is their own.
            for ids in [foreign, &world.unknown] {
                let mut ids = ids.clone();
                ids.insert(first, home[first].clone());
                within.push(ids);
            }
        }
        for pair in within.chunks(2) {
            let (foreign, unknown) = (&pair[0], &pair[1]);
            let (to_foreign, to_unknown) = (
                ask(caller, operation, foreign).await,
                ask(caller, operation, unknown).await,
            );
            cases += 2;
            if told(operation, &to_foreign, foreign) != told(operation, &to_unknown, unknown) {
                fail("what is foreign is not as what is unknown", &to_foreign);
                fail("which is", &to_unknown);
            }
            let expected: &[u16] = match verdict {
                Verdict::Refused(status) => &[status, 404],
                _ => &[400, 404],
            };
            if !expected.contains(&to_foreign.status)
                && !PASSED_OVER.contains(&operation.name().as_str())
            {
                fail("what is foreign is there", &to_foreign);
            }
        }
    }
    (cases, wrong)
}

/// Everybody who may asks for what is theirs, and gets it: what changes nothing that others need first, then what deletes.
async fn grants(world: &World, all: &[Operation]) -> (usize, Vec<String>) {
    let (mut cases, mut wrong) = (0, Vec::new());
    let when = |operation: &Operation| match (operation.method.as_str(), operation.path.as_str()) {
        (_, "/api/current-user/reset-token") => 2,
        ("DELETE", "/api/current-user") => 3,
        ("DELETE", _) => 1,
        _ => 0,
    };
    for turn in 0..=3 {
        for operation in all.iter().filter(|operation| when(operation) == turn) {
            let name = operation.name();
            let ids = if NOT_FOR_GOOD.contains(&name.as_str()) {
                &world.unknown
            } else {
                &world.own
            };
            for caller in world.callers.iter().filter(|caller| caller.at_home) {
                if verdict(operation, caller) != Verdict::Allowed {
                    continue;
                }
                let answer = ask(caller, operation, ids).await;
                cases += 1;
                let refused = [401, 403, 405].contains(&answer.status);
                if refused && !FURTHER.contains(&name.as_str()) {
                    wrong.push(format!(
                        "{name}, {}: {} {}",
                        caller.name, answer.status, answer.text
                    ));
                }
            }
        }
    }
    (cases, wrong)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_gets_what_the_table_allows_and_nothing_else() {
    let world = Arc::new(World::make().await);
    let all = Arc::new(requests::operations(&world.app.anyone()).await);
    let events = "SELECT CAST(COUNT(*) AS TEXT) FROM events";
    let before = world.app.place.database.texts(events, &[]).await;
    let mut asking = JoinSet::new();
    for caller in 0..world.callers.len() {
        asking.spawn(refusals(Arc::clone(&world), caller, Arc::clone(&all)));
    }
    let (mut cases, mut wrong) = (0, Vec::new());
    for (count, found) in asking.join_all().await {
        cases += count;
        wrong.extend(found);
    }
    // Each change of state writes an event: nothing has changed, here or there.
    let after = world.app.place.database.texts(events, &[]).await;
    if before != after {
        wrong.push(format!("events were written: {before:?}, {after:?}"));
    }
    let (count, found) = grants(&world, &all).await;
    cases += count;
    wrong.extend(found);
    assert!(
        wrong.is_empty(),
        "{} of {cases}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(cases >= 5000, "{cases} cases");
    Arc::into_inner(world).unwrap().finish().await;
}
