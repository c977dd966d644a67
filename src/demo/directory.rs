//! The pretend directory: people, teams, and what was said to the server about them.
//!
//! It lives in memory, for it is no part of the server: a directory of somebody else.

use std::collections::{BTreeMap, VecDeque};

use serde_json::Value;

use super::accent::Accent;
use super::client::Answer;
use crate::domain::role::Role;

/// How many exchanges are shown.
const EXCHANGES: usize = 12;
/// How many people can be hired.
pub(super) const MOST_PEOPLE: usize = 60;
/// The domain of everybody's address.
pub(super) const DOMAIN: &str = "stones.example";

/// Somebody in the directory.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) given: String,
    pub(super) family: String,
    /// The name to sign in with, an address.
    pub(super) user_name: String,
    /// By what the directory knows them.
    pub(super) key: String,
    /// The SCIM id.
    pub(super) id: String,
    /// The place of their team.
    pub(super) team: usize,
    pub(super) active: bool,
}

impl Person {
    /// What they are called.
    pub(super) fn name(&self) -> String {
        format!("{} {}", self.given, self.family).trim().to_owned()
    }
}

/// A group of the directory.
#[derive(Debug, Clone)]
pub(super) struct Team {
    pub(super) name: String,
    pub(super) key: String,
    /// The SCIM id.
    pub(super) id: String,
}

/// One request of the directory, and its answer.
#[derive(Debug, Clone)]
pub(super) struct Exchange {
    /// Why it was made.
    pub(super) what: &'static str,
    pub(super) at: String,
    pub(super) method: &'static str,
    pub(super) path: String,
    pub(super) body: String,
    pub(super) status: u16,
    pub(super) took_ms: u128,
    pub(super) answer: String,
}

/// The whole of it.
#[derive(Debug)]
pub(super) struct Directory {
    pub(super) accent: Accent,
    /// The SCIM token of each accent.
    pub(super) tokens: BTreeMap<Accent, String>,
    pub(super) people: Vec<Person>,
    pub(super) teams: Vec<Team>,
    /// The titles of projects, by their number.
    pub(super) projects: BTreeMap<i64, String>,
    /// Newest first.
    pub(super) exchanges: VecDeque<Exchange>,
    /// What was done last, in a sentence.
    pub(super) last: String,
    /// The roles that there were before it, by sign-in name.
    pub(super) before: BTreeMap<String, Role>,
}

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub(super) enum Problem {
    /// The form is not filled in as it must be.
    #[error("{0}")]
    Form(&'static str),
    /// The server could not be asked.
    #[error("the server did not answer: {0}")]
    Unreached(String),
    /// The server said no.
    #[error("the server answered {status} to {request}: {detail}")]
    Refused {
        status: u16,
        request: String,
        detail: String,
    },
}

impl Problem {
    /// What an answer says that is no success.
    pub(super) fn refused(request: &str, answer: &Answer) -> Self {
        let detail = answer.body["detail"].as_str().unwrap_or("no reason given");
        Self::Refused {
            status: answer.status,
            request: request.to_owned(),
            detail: detail.to_owned(),
        }
    }
}

impl Directory {
    /// An empty one.
    pub(super) fn new(accent: Accent) -> Self {
        Self {
            accent,
            tokens: BTreeMap::new(),
            people: Vec::new(),
            teams: Vec::new(),
            projects: BTreeMap::new(),
            exchanges: VecDeque::new(),
            last: String::new(),
            before: BTreeMap::new(),
        }
    }

    /// Somebody who works here, by their place.
    pub(super) fn at_work(&self, place: usize) -> Result<&Person, Problem> {
        let found = self.people.get(place).filter(|person| person.active);
        found.ok_or(Problem::Form("Choose somebody who works here."))
    }

    /// A team, by its place.
    pub(super) fn team(&self, place: usize) -> Result<&Team, Problem> {
        let found = self.teams.get(place);
        found.ok_or(Problem::Form("Choose a team."))
    }

    /// Notes an exchange, and forgets the oldest.
    pub(super) fn note(&mut self, exchange: Exchange) {
        self.exchanges.push_front(exchange);
        self.exchanges.truncate(EXCHANGES);
    }

    /// Somebody new, who is not in the directory yet.
    pub(super) fn newcomer(&self, name: &str, team: usize) -> Result<Person, Problem> {
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        if name.is_empty() || name.chars().count() > 60 || name.chars().any(char::is_control) {
            return Err(Problem::Form("Give a name of 1 to 60 letters."));
        }
        if self.people.len() >= MOST_PEOPLE {
            return Err(Problem::Form("The demo has room for no more people."));
        }
        self.team(team)?;
        let (given, family) = name.rsplit_once(' ').unwrap_or((&name, ""));
        let number = self.people.len() + 1;
        let letters = |text: &str| -> String {
            let plain = text.chars().filter(char::is_ascii_alphanumeric);
            plain.map(|letter| letter.to_ascii_lowercase()).collect()
        };
        let local = format!("{}.{}", letters(given), letters(family));
        let mut local = local.trim_matches('.').to_owned();
        if local.is_empty() {
            "person".clone_into(&mut local);
        }
        let taken = |local: &str| {
            let whole = format!("{local}@{DOMAIN}");
            self.people.iter().any(|person| person.user_name == whole)
        };
        if taken(&local) || local == "owner" {
            local = format!("{local}{number}");
        }
        Ok(Person {
            given: given.to_owned(),
            family: family.to_owned(),
            user_name: format!("{local}@{DOMAIN}"),
            key: format!("d-{number}"),
            id: String::new(),
            team,
            active: true,
        })
    }

    /// A name that nobody has yet, offered for the next who is hired.
    pub(super) fn next_name(&self) -> String {
        const GIVEN: [&str; 8] = ["Ida", "Jon", "Kim", "Lea", "Max", "Noa", "Ole", "Pia"];
        const FAMILY: [&str; 8] = [
            "Agate", "Beryl", "Coral", "Dolomite", "Gneiss", "Jasper", "Onyx", "Opal",
        ];
        let turn = self.people.len();
        let (given, family) = (
            turn % GIVEN.len(),
            (turn + turn / GIVEN.len()) % FAMILY.len(),
        );
        format!("{} {}", GIVEN[given], FAMILY[family])
    }

    /// What something with this SCIM id is called.
    pub(super) fn name_of(&self, id: &str) -> Option<String> {
        let person = self.people.iter().find(|person| person.id == id);
        let team = || self.teams.iter().find(|team| team.id == id);
        person
            .map(Person::name)
            .or_else(|| team().map(|team| team.name.clone()))
    }
}

/// JSON for people; empty where there is none.
pub(super) fn pretty(value: &Value) -> String {
    if value.is_null() {
        return String::new();
    }
    serde_json::to_string_pretty(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory() -> Directory {
        let mut made = Directory::new(Accent::Okta);
        made.teams.push(Team {
            name: "Annotators".to_owned(),
            key: "g-1".to_owned(),
            id: String::new(),
        });
        made
    }

    #[test]
    fn everybody_has_an_address_of_their_own() {
        let mut made = directory();
        for (name, expected) in [
            ("Ada Flint", "ada.flint@stones.example"),
            (" ada   Flint ", "ada.flint2@stones.example"),
            ("Cher", "cher@stones.example"),
            ("Анна", "person@stones.example"),
            ("Борис", "person5@stones.example"),
            ("Owner", "owner6@stones.example"),
            ("O'Neill <b>", "oneill.b@stones.example"),
        ] {
            let person = made.newcomer(name, 0).unwrap();
            assert_eq!(person.user_name, expected, "{name}");
            made.people.push(person);
        }
    }

    #[test]
    fn nobody_without_a_name_and_nobody_in_no_team_is_hired() {
        let mut made = directory();
        for name in ["", "  ", "a\u{7}b", &"x".repeat(61)] {
            assert!(made.newcomer(name, 0).is_err(), "{name:?}");
        }
        assert!(made.newcomer("Ada Flint", 1).is_err());
        for _ in 0..MOST_PEOPLE {
            let person = made.newcomer(&made.next_name(), 0).unwrap();
            made.people.push(person);
        }
        assert!(made.newcomer("Ada Flint", 0).is_err());
    }
}
