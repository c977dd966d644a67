//! What is on the roll when a session has ended, as its file says and as the server does.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::crowd::{SIZE, number_of};
use crate::app::{App, OWNER};

/// Everybody and every group there is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Roll {
    /// By userName, all who are neither the Owner nor of the crowd.
    members: BTreeMap<String, Standing>,
    /// The crowd, by the first and last of those who are alike.
    #[serde(default)]
    crowd: Vec<Part>,
    /// How many members each group has.
    groups: BTreeMap<String, usize>,
}

/// How a member stands.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Standing {
    active: bool,
    /// The role and through what it came: `AN scim`.
    role: String,
    groups: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Part {
    people: (usize, usize),
    standing: Standing,
}

impl Roll {
    /// Fails where the server's roll is another.
    pub(super) async fn compare(&self, app: &App, crowd: bool) {
        let found = everybody(app).await;
        let mut counted = BTreeMap::new();
        for name in found.values().flat_map(|standing| &standing.groups) {
            *counted.entry(name.clone()).or_insert(0) += 1;
        }
        for name in groups(app).await {
            counted.entry(name).or_insert(0);
        }
        assert_eq!(counted, self.groups, "the groups, and how many are in each");
        let (of_crowd, others): (BTreeMap<_, _>, BTreeMap<_, _>) = found
            .into_iter()
            .partition(|(name, _)| number_of(name).is_some());
        assert_eq!(others, self.members);
        let expected: usize = if crowd { SIZE } else { 0 };
        let listed = self
            .crowd
            .iter()
            .map(|part| part.people.1 - part.people.0 + 1);
        assert_eq!(
            (of_crowd.len(), listed.sum::<usize>()),
            (expected, expected)
        );
        for (name, standing) in &of_crowd {
            let number = number_of(name).unwrap();
            let part = self
                .crowd
                .iter()
                .find(|part| (part.people.0..=part.people.1).contains(&number));
            assert_eq!(*standing, part.unwrap().standing, "{name}");
        }
    }
}

/// All but the Owner, as SCIM shows them and with the roles that REST shows.
async fn everybody(app: &App) -> BTreeMap<String, Standing> {
    let mut found = BTreeMap::new();
    loop {
        let start = found.len() + 1;
        let path =
            format!("/Users?startIndex={start}&count=1000&attributes=userName,active,groups");
        let list = app.own.scim.get(&path).await.is(200);
        for user in list["Resources"].as_array().unwrap() {
            let groups = user["groups"]
                .as_array()
                .map(Vec::as_slice)
                .unwrap_or_default();
            let mut groups: Vec<String> = groups
                .iter()
                .map(|group| group["display"].as_str().unwrap().to_owned())
                .collect();
            groups.sort();
            let standing = Standing {
                active: user["active"].as_bool().unwrap(),
                role: String::new(),
                groups,
            };
            found.insert(user["userName"].as_str().unwrap().to_owned(), standing);
        }
        if found.len() as u64 >= list["totalResults"].as_u64().unwrap() {
            break;
        }
    }
    for page in 1.. {
        let path = format!("/organizations/0/memberships?page_size=100&page={page}");
        let list = app.own.rest.get(&path).await.is(200);
        for one in list["results"].as_array().unwrap() {
            let name = one["user"]["username"].as_str().unwrap();
            let role = ["role", "role_source"].map(|field| one[field].as_str().unwrap());
            found.get_mut(name).unwrap().role = role.join(" ");
        }
        if list["next"].is_null() {
            break;
        }
    }
    found.remove(OWNER);
    found
}

async fn groups(app: &App) -> Vec<String> {
    let path = "/Groups?count=1000&excludedAttributes=members";
    let list = app.own.scim.get(path).await.is(200);
    let all = list["Resources"].as_array().unwrap();
    let name = |group: &serde_json::Value| group["displayName"].as_str().unwrap().to_owned();
    all.iter().map(name).collect()
}
