//! Whatever a bulk request holds, it does what its operations would do one by one, each after those that it refers to.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::{Strategy as _, any};
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use reqwest::Method;
use serde_json::{Value, json};

use super::{ENTERPRISE, bulk, id_of, led, results};
use crate::app::{App, Organization, group, patch, user};

/// One operation, with what it is about taken from small sets, so that they meet.
#[derive(Debug, Clone)]
struct Step {
    kind: u8,
    name: usize,
    first: usize,
    second: usize,
    /// A POST refers to POSTs of a lower rank alone, before it or after it: so there are no circles.
    rank: u32,
    flag: bool,
}

/// What an operation names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Named {
    /// What an operation of this request makes.
    Made(usize),
    /// What was there before.
    Old(usize),
    /// A `bulkId` that no operation has.
    Nobody,
}

impl Step {
    fn is_about_a_user(&self) -> bool {
        matches!(self.kind, 0..=4 | 11 | 12 | 15)
    }

    fn makes(&self) -> Option<&'static str> {
        match self.kind {
            0..=4 => Some("Users"),
            5..=8 => Some("Groups"),
            _ => None,
        }
    }
}

/// One of the things that an operation may name; mostly of the kind that makes sense there.
fn named(steps: &[Step], from: usize, pick: usize, kind: &str) -> Named {
    match pick % 12 {
        0 => return Named::Nobody,
        1 => return Named::Old(pick % 3),
        2 => return Named::Old(if kind == "Users" { 0 } else { 2 }),
        _ => {}
    }
    let may = |(place, step): &(usize, &Step)| {
        (step.makes() == Some(kind) || (pick.is_multiple_of(7) && step.makes().is_some()))
            && (steps[from].makes().is_none() || (step.rank, *place) < (steps[from].rank, from))
    };
    let made: Vec<usize> = steps
        .iter()
        .enumerate()
        .filter(may)
        .map(|(place, _)| place)
        .collect();
    match made.get(pick % made.len().max(1)) {
        Some(place) => Named::Made(*place),
        None => Named::Old(pick % 3),
    }
}

/// What an operation names: what it is about, unless it is a POST; and what else.
fn all_named(steps: &[Step], at: usize) -> (Option<Named>, Vec<Named>) {
    let step = &steps[at];
    let about = if step.is_about_a_user() {
        "Users"
    } else {
        "Groups"
    };
    let first = || named(steps, at, step.first, "Users");
    let second = || named(steps, at, step.second, "Users");
    let about = || Some(named(steps, at, step.second, about));
    match step.kind {
        0..=1 => (None, vec![]),
        2..=4 => (None, vec![first()]),
        5..=8 => (None, vec![first(), second()]),
        9..=10 | 12..=14 => (about(), vec![first()]),
        _ => (about(), vec![]),
    }
}

/// Method, path and body of an operation, with its names as the text says.
fn request(
    steps: &[Step],
    at: usize,
    text: impl Fn(Named) -> String,
) -> (Method, String, Option<Value>) {
    let step = &steps[at];
    let (about, others) = all_named(steps, at);
    let about = about.map(&text).unwrap_or_default();
    let others: Vec<String> = others.into_iter().map(text).collect();
    let names: Vec<&str> = others.iter().map(String::as_str).collect();
    let person = format!("u{}@a.example", step.name);
    let title = format!("g{}", step.name % 20);
    let of_user = format!("/Users/{about}");
    let of_group = format!("/Groups/{about}");
    match step.kind {
        0..=1 => (Method::POST, "/Users".to_owned(), Some(user(&person))),
        2..=4 => (
            Method::POST,
            "/Users".to_owned(),
            Some(led(&person, names[0])),
        ),
        5..=8 => (
            Method::POST,
            "/Groups".to_owned(),
            Some(group(&title, &names)),
        ),
        9..=10 => {
            let change =
                json!([{ "op": "add", "path": "members", "value": [{ "value": names[0] }] }]);
            (Method::PATCH, of_group, Some(patch(change)))
        }
        11 => {
            let change =
                json!([{ "op": "replace", "value": { "active": step.flag, "title": title } }]);
            (Method::PATCH, of_user, Some(patch(change)))
        }
        12 => (Method::PUT, of_user, Some(led(&person, names[0]))),
        13 => (Method::PUT, of_group, Some(group(&title, &names))),
        14 => {
            let path = format!("members[value eq \"{}\"]", names[0]);
            (
                Method::PATCH,
                of_group,
                Some(patch(json!([{ "op": "remove", "path": path }]))),
            )
        }
        15 => (Method::DELETE, of_user, None),
        _ => (Method::DELETE, of_group, None),
    }
}

/// One side: an organization, what was there before, and who is who.
struct Side<'a> {
    organization: &'a Organization,
    old: Vec<String>,
    labels: BTreeMap<String, String>,
}

impl<'a> Side<'a> {
    async fn begin(organization: &'a Organization) -> Self {
        let first = organization.user("e0@a.example").await;
        let second = organization.user("e1@a.example").await;
        let third = organization.group("h", &[&first]).await;
        let old = vec![first, second, third];
        let labels = old
            .iter()
            .enumerate()
            .map(|(n, id)| (id.clone(), format!("old {n}")));
        Self {
            organization,
            labels: labels.collect(),
            old,
        }
    }

    fn label(&self, id: &Value) -> String {
        let known = id.as_str().and_then(|id| self.labels.get(id));
        known.cloned().unwrap_or_default()
    }

    /// Everything that is there, ids by their labels.
    async fn everything(&self) -> BTreeSet<String> {
        let mut all = BTreeSet::new();
        for kind in ["Users", "Groups"] {
            let list = self
                .organization
                .scim
                .get(&format!("/{kind}?count=1000"))
                .await
                .is(200);
            for one in list["Resources"].as_array().unwrap() {
                if !self.labels.contains_key(one["id"].as_str().unwrap()) {
                    continue;
                }
                let among = |name: &str| -> BTreeSet<String> {
                    let list = one[name].as_array().into_iter().flatten();
                    list.map(|value| self.label(&value["value"])).collect()
                };
                let version = one["meta"]["version"].as_str().unwrap();
                all.insert(format!(
                    "{} {}{} title {} active {} led by {} members {:?} groups {:?} version {}",
                    self.label(&one["id"]),
                    one["userName"],
                    one["displayName"],
                    one["title"],
                    one["active"],
                    self.label(&one[ENTERPRISE]["manager"]["value"]),
                    among("members"),
                    among("groups"),
                    version.split('-').next().unwrap().trim_end_matches('"'),
                ));
            }
        }
        all
    }
}

/// The request as one; the status of each operation that was done.
async fn at_once(
    side: &mut Side<'_>,
    steps: &[Step],
    limit: Option<usize>,
    message: usize,
) -> BTreeMap<usize, String> {
    let text = |named: Named| match named {
        Named::Made(place) => format!("bulkId:{place}"),
        Named::Old(n) => side.old[n].clone(),
        Named::Nobody => "bulkId:nobody".to_owned(),
    };
    let operation = |at: usize| {
        let (method, path, data) = request(steps, at, text);
        json!({ "method": method.as_str(), "path": path, "bulkId": at.to_string(), "data": data })
    };
    let operations: Vec<Value> = (0..steps.len()).map(operation).collect();
    let mut body = bulk(operations.into());
    body["failOnErrors"] = json!(limit);
    let answer = side.organization.scim.post("/Bulk", &body).await;
    let mut statuses = BTreeMap::new();
    let mut last = None;
    for result in results(&answer) {
        let at: usize = result["bulkId"].as_str().unwrap().parse().unwrap();
        assert!(last < Some(at), "in the order of the request");
        last = Some(at);
        let status = result["status"].as_str().unwrap().to_owned();
        if status == "201" {
            let label = format!("{message}.{at}");
            side.labels.insert(id_of(&result).to_owned(), label);
        }
        statuses.insert(at, status);
    }
    statuses
}

/// The same one by one: always the first that refers to nothing which has not had its turn.
async fn one_by_one(
    side: &mut Side<'_>,
    steps: &[Step],
    limit: Option<usize>,
    message: usize,
) -> BTreeMap<usize, String> {
    let mut statuses: BTreeMap<usize, String> = BTreeMap::new();
    let mut made: BTreeMap<usize, String> = BTreeMap::new();
    let mut errors = 0;
    while statuses.len() < steps.len() && limit.is_none_or(|limit| errors < limit) {
        let can = |at: &usize| {
            let (about, others) = all_named(steps, *at);
            let unknown = about
                .iter()
                .chain(&others)
                .any(|named| *named == Named::Nobody);
            let is_done = |named: &Named| !matches!(named, Named::Made(place) if !statuses.contains_key(place));
            let same = |earlier: &usize| {
                about.is_some()
                    && all_named(steps, *earlier).0 == about
                    && steps[*earlier].is_about_a_user() == steps[*at].is_about_a_user()
                    && !others_unknown(steps, *earlier)
            };
            !statuses.contains_key(at)
                && (unknown
                    || (about.iter().chain(&others).all(is_done)
                        && (0..*at)
                            .filter(same)
                            .all(|earlier| statuses.contains_key(&earlier))))
        };
        let at = (0..steps.len()).find(can).unwrap();
        let (about, others) = all_named(steps, at);
        let stands_against = |named: &Named| match named {
            Named::Made(place) => !made.contains_key(place),
            Named::Old(_) => false,
            Named::Nobody => true,
        };
        let status = if about.iter().chain(&others).any(stands_against) {
            "409".to_owned()
        } else {
            let text = |named: Named| match named {
                Named::Made(place) => made[&place].clone(),
                Named::Old(n) => side.old[n].clone(),
                Named::Nobody => String::new(),
            };
            let (method, path, data) = request(steps, at, text);
            let data = data.map(|data| data.to_string());
            let answer = side.organization.scim.send(method, &path, &[], data).await;
            if answer.status == 201 {
                let id = answer.json()["id"].as_str().unwrap().to_owned();
                side.labels.insert(id.clone(), format!("{message}.{at}"));
                made.insert(at, id);
            }
            answer.status.to_string()
        };
        errors += usize::from(!status.starts_with('2'));
        statuses.insert(at, status);
    }
    statuses
}

/// Whether it refers to nobody, and so waits for nobody.
fn others_unknown(steps: &[Step], at: usize) -> bool {
    let (about, others) = all_named(steps, at);
    about
        .iter()
        .chain(&others)
        .any(|named| *named == Named::Nobody)
}

async fn live(seed: u8) {
    let step = (
        0..17_u8,
        0..40_usize,
        0..1000_usize,
        0..1000_usize,
        any::<u32>(),
        any::<bool>(),
    );
    let step = step.prop_map(|(kind, name, first, second, rank, flag)| Step {
        kind,
        name,
        first,
        second,
        rank,
        flag,
    });
    let message = (
        proptest::collection::vec(step, 1..24),
        proptest::option::of(1..9_usize),
    );
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let messages = proptest::collection::vec(message, 12)
        .new_tree(&mut runner)
        .unwrap()
        .current();
    let app = App::start().await;
    let other = app.other();
    let (mut left, mut right) = (Side::begin(&app.own).await, Side::begin(&other).await);
    let mut done = 0;
    for (number, (steps, limit)) in messages.iter().enumerate() {
        let expected = one_by_one(&mut right, steps, *limit, number).await;
        let found = at_once(&mut left, steps, *limit, number).await;
        assert_eq!(found, expected, "seed {seed}, message {number}: {steps:#?}");
        assert_eq!(
            left.everything().await,
            right.everything().await,
            "seed {seed}, message {number}"
        );
        done += found
            .values()
            .filter(|status| status.starts_with('2'))
            .count();
    }
    assert!(
        done > 40,
        "seed {seed}: only {done} operations did something"
    );
    let happened = async |organization: &Organization| {
        let sql = "SELECT kind FROM events WHERE CAST(organization_id AS TEXT) = $1
            AND (kind LIKE 'member.%' OR kind LIKE 'group.%') ORDER BY kind";
        let number = organization.number.to_string();
        app.place.database.texts(sql, &[&number]).await
    };
    assert_eq!(happened(&app.own).await, happened(&other).await);
    app.finish();
}

#[tokio::test]
async fn the_first_random_requests_do_what_their_operations_do_one_by_one() {
    live(1).await;
}

#[tokio::test]
async fn the_second_random_requests_do_what_their_operations_do_one_by_one() {
    live(2).await;
}

#[tokio::test]
async fn the_third_random_requests_do_what_their_operations_do_one_by_one() {
    live(3).await;
}
