//! Random lives of groups in groups, held against a model that knows nothing of how it is done.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::{Strategy as _, any};
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{App, group, patch};

const USERS: usize = 6;
const GROUPS: usize = 8;

/// What is in a group, by number.
#[derive(Default, Clone)]
struct Content {
    id: String,
    users: BTreeSet<usize>,
    groups: BTreeSet<usize>,
}

/// Groups by number; the number is the name. Rules by the number of the group.
#[derive(Default)]
struct Model {
    groups: BTreeMap<usize, Content>,
    rules: BTreeMap<usize, usize>,
}

const ROLES: [(&str, &str); 3] = [("Annotator", "AN"), ("Reviewer", "RE"), ("Manager", "MA")];

impl Model {
    /// The groups that a user is in, and whether directly.
    fn groups_of(&self, user: usize) -> BTreeMap<usize, bool> {
        let mut all: BTreeMap<usize, bool> = BTreeMap::new();
        for (number, content) in &self.groups {
            if content.users.contains(&user) {
                all.insert(*number, true);
            }
        }
        loop {
            let found = self.groups.iter().find(|(number, content)| {
                !all.contains_key(number) && content.groups.iter().any(|one| all.contains_key(one))
            });
            match found {
                Some((number, _)) => all.insert(*number, false),
                None => return all,
            };
        }
    }

    /// Whether one group is another or lies within it.
    fn lies_within(&self, one: usize, other: usize) -> bool {
        one == other
            || self.groups[&other]
                .groups
                .iter()
                .any(|inner| self.lies_within(one, *inner))
    }

    fn role_of(&self, user: usize) -> String {
        let given = self
            .groups_of(user)
            .keys()
            .filter_map(|group| self.rules.get(group))
            .max()
            .copied();
        given.map_or_else(
            || "AN manual".to_owned(),
            |role| format!("{} scim", ROLES[role].1),
        )
    }
}

#[derive(Debug, Clone)]
struct Step {
    kind: u8,
    group: usize,
    other: usize,
    user: usize,
    role: usize,
    flag: bool,
}

struct Life {
    app: App,
    users: Vec<String>,
    model: Model,
}

impl Life {
    async fn send(&self, method: Method, path: &str, body: Value) -> u16 {
        let answer = self
            .app
            .own
            .scim
            .send(method, path, &[], Some(body.to_string()))
            .await;
        assert!([200, 204, 400].contains(&answer.status), "{answer:?}");
        answer.status
    }

    async fn take(&mut self, step: &Step) {
        let Step {
            group: at,
            other,
            user,
            role,
            flag,
            ..
        } = *step;
        if !self.model.groups.contains_key(&at) {
            let made = self.app.own.group(&format!("g{at}"), &[]).await;
            self.model.groups.insert(
                at,
                Content {
                    id: made,
                    ..Content::default()
                },
            );
        }
        let path = format!("/Groups/{}", self.model.groups[&at].id);
        let inner = self.model.groups.get(&other).map(|inner| inner.id.clone());
        let person = self.users[user].clone();
        match (step.kind, inner) {
            (0..=5, Some(inner)) => {
                let add = json!([{ "op": "add", "path": "members", "value": [{ "value": inner }, { "value": person }] }]);
                let circle = self.model.lies_within(at, other);
                let status = self.send(Method::PATCH, &path, patch(add)).await;
                assert_eq!(status == 400, circle, "{step:?}");
                if !circle {
                    let content = self.model.groups.get_mut(&at).unwrap();
                    content.groups.insert(other);
                    content.users.insert(user);
                }
            }
            (6..=7, Some(inner)) => {
                let remove =
                    json!([{ "op": "remove", "path": format!("members[value eq \"{inner}\"]") }]);
                assert_eq!(self.send(Method::PATCH, &path, patch(remove)).await, 200);
                self.model
                    .groups
                    .get_mut(&at)
                    .unwrap()
                    .groups
                    .remove(&other);
            }
            (8, Some(inner)) => {
                let whole = group(&format!("g{at}"), &[&inner, &person]);
                let circle = self.model.lies_within(at, other);
                assert_eq!(self.send(Method::PUT, &path, whole).await == 400, circle);
                if !circle {
                    let content = self.model.groups.get_mut(&at).unwrap();
                    content.groups = [other].into();
                    content.users = [user].into();
                }
            }
            (9..=10, _) => {
                let remove =
                    json!([{ "op": "remove", "path": "members", "value": [{ "value": person }] }]);
                assert_eq!(self.send(Method::PATCH, &path, patch(remove)).await, 200);
                self.model.groups.get_mut(&at).unwrap().users.remove(&user);
            }
            (11, _) if flag => {
                assert_eq!(self.send(Method::DELETE, &path, Value::Null).await, 204);
                self.model.groups.remove(&at);
                for content in self.model.groups.values_mut() {
                    content.groups.remove(&at);
                }
            }
            (12..=13, _) => {
                self.model.rules = [(at, role), (other, (role + 1) % 3)].into();
                let rules: Vec<Value> = self
                    .model
                    .rules
                    .iter()
                    .map(|(group, role)| json!([ROLES[*role].0, format!("g{group}")]))
                    .collect();
                let saved = self
                    .app
                    .own
                    .rest
                    .post("/scim/settings", &json!({ "roles_groups": rules }))
                    .await;
                assert_eq!(saved.status, 201, "{saved:?}");
            }
            _ => {
                let add =
                    json!([{ "op": "add", "path": "members", "value": [{ "value": person }] }]);
                assert_eq!(self.send(Method::PATCH, &path, patch(add)).await, 200);
                self.model.groups.get_mut(&at).unwrap().users.insert(user);
            }
        }
    }

    /// Holds every user against the model.
    async fn compare(&self, step: &Step) {
        let path = "/organizations/0/memberships?page_size=100";
        let all = self.app.own.rest.get(path).await.is(200);
        let users = self.app.own.scim.get("/Users").await.is(200);
        for (number, id) in self.users.iter().enumerate() {
            let name = format!("u{number}@a.example");
            let found = all["results"].as_array().unwrap();
            let one = found
                .iter()
                .find(|one| one["user"]["username"] == name)
                .unwrap();
            let role = format!(
                "{} {}",
                one["role"].as_str().unwrap(),
                one["role_source"].as_str().unwrap()
            );
            assert_eq!(role, self.model.role_of(number), "{name} after {step:?}");
            let found = users["Resources"].as_array().unwrap();
            let one = found.iter().find(|one| one["id"] == id.as_str()).unwrap();
            let shown: BTreeMap<String, bool> = one["groups"]
                .as_array()
                .unwrap_or(&Vec::new())
                .iter()
                .map(|group| {
                    (
                        group["display"].as_str().unwrap().to_owned(),
                        group["type"] == "direct",
                    )
                })
                .collect();
            let expected = self.model.groups_of(number).into_iter();
            let expected: BTreeMap<String, bool> = expected
                .map(|(group, direct)| (format!("g{group}"), direct))
                .collect();
            assert_eq!(shown, expected, "{name} after {step:?}");
        }
    }
}

async fn live(seed: u8) {
    let step = (
        0..16_u8,
        0..GROUPS,
        0..GROUPS,
        0..USERS,
        0..3_usize,
        any::<bool>(),
    )
        .prop_map(|(kind, group, other, user, role, flag)| Step {
            kind,
            group,
            other,
            user,
            role,
            flag,
        });
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let steps = proptest::collection::vec(step, 120)
        .new_tree(&mut runner)
        .unwrap()
        .current();
    let app = App::start().await;
    let mut users = Vec::new();
    for n in 0..USERS {
        users.push(app.own.user(&format!("u{n}@a.example")).await);
    }
    let mut life = Life {
        app,
        users,
        model: Model::default(),
    };
    for step in &steps {
        life.take(step).await;
        life.compare(step).await;
    }
    life.app.finish();
}

#[tokio::test]
async fn the_first_life_of_nested_groups_is_as_the_model_says() {
    live(11).await;
}

#[tokio::test]
async fn the_second_life_of_nested_groups_is_as_the_model_says() {
    live(12).await;
}
