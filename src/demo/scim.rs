//! Sends what the directory wants over SCIM, and notes what was said.

use std::time::Instant;

use axum::http::header;
use serde_json::Value;

use super::accent::Wish;
use super::client::Client;
use super::directory::{Directory, Exchange, Person, Problem, Team, pretty};
use crate::clock::Clock;
use crate::secret;

/// What pushes a directory to the server.
pub(super) struct Push<'d> {
    pub(super) client: &'d Client,
    pub(super) clock: &'d Clock,
    pub(super) directory: &'d mut Directory,
}

impl Push<'_> {
    /// Makes a request; the answer's body, where it succeeds.
    async fn say(&mut self, wish: Wish) -> Result<Value, Problem> {
        let accent = self.directory.accent;
        let token = self.directory.tokens.get(&accent);
        let authorization = format!("Bearer {}", token.map_or("", String::as_str));
        let mut headers = accent.headers().to_vec();
        headers.push((header::AUTHORIZATION.as_str(), &authorization));
        let at = self.clock.now().to_string();
        let began = Instant::now();
        let path = format!("/scim/v2{}", wish.path);
        let answer = self
            .client
            .send(wish.method, &path, &headers, wish.body.as_ref())
            .await?;
        let problem = (answer.status >= 300)
            .then(|| Problem::refused(&format!("{} {path}", wish.method), &answer));
        self.directory.note(Exchange {
            what: wish.what,
            at,
            method: wish.method,
            path,
            body: pretty(&wish.body.unwrap_or_default()),
            status: answer.status,
            took_ms: began.elapsed().as_millis(),
            answer: pretty(&answer.body),
        });
        match problem {
            Some(problem) => Err(problem),
            None => Ok(answer.body),
        }
    }

    async fn say_all(&mut self, wishes: Vec<Wish>) -> Result<(), Problem> {
        for wish in wishes {
            self.say(wish).await?;
        }
        Ok(())
    }

    /// The id of what is found, or else of what is made.
    async fn find_or_make(&mut self, find: Wish, make: Wish) -> Result<String, Problem> {
        let found = self.say(find).await?;
        let id = match found["Resources"][0]["id"].as_str() {
            Some(id) => id.to_owned(),
            None => self.say(make).await?["id"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
        };
        Ok(id)
    }

    /// Makes a group without members.
    pub(super) async fn team(&mut self, mut team: Team) -> Result<(), Problem> {
        let accent = self.directory.accent;
        let (find, make) = (accent.look_up_group(&team), accent.create_group(&team));
        team.id = self.find_or_make(find, make).await?;
        self.directory.teams.push(team);
        Ok(())
    }

    /// Makes a user, in no group yet.
    pub(super) async fn person(&mut self, mut person: Person) -> Result<Person, Problem> {
        let accent = self.directory.accent;
        let password = secret::random_token("");
        let (find, make) = (
            accent.look_up_user(&person),
            accent.create_user(&person, &password),
        );
        person.id = self.find_or_make(find, make).await?;
        self.directory.people.push(person.clone());
        Ok(person)
    }

    /// Puts everybody into their group who belongs into it.
    pub(super) async fn fill(&mut self, place: usize) -> Result<(), Problem> {
        let directory = &self.directory;
        let theirs = directory.people.iter().filter(|one| one.team == place);
        let people: Vec<&Person> = theirs.collect();
        let wishes = directory.accent.add(directory.team(place)?, &people);
        self.say_all(wishes).await
    }

    /// Puts somebody into a group.
    pub(super) async fn add(&mut self, place: usize, person: &Person) -> Result<(), Problem> {
        let directory = &self.directory;
        let wishes = directory.accent.add(directory.team(place)?, &[person]);
        self.say_all(wishes).await
    }

    /// Takes somebody out of a group.
    pub(super) async fn remove(&mut self, place: usize, person: &Person) -> Result<(), Problem> {
        let directory = &self.directory;
        let wishes = directory.accent.remove(directory.team(place)?, person);
        self.say_all(wishes).await
    }

    /// Says whether somebody works here.
    pub(super) async fn set_active(&mut self, place: usize, active: bool) -> Result<(), Problem> {
        let Some(person) = self.directory.people.get(place) else {
            return Err(Problem::Form("Choose somebody."));
        };
        let wish = self.directory.accent.set_active(person, active);
        self.say(wish).await?;
        self.directory.people[place].active = active;
        Ok(())
    }

    /// Gives a group another name.
    pub(super) async fn rename(&mut self, place: usize, name: &str) -> Result<(), Problem> {
        let team = self.directory.team(place)?;
        let accent = self.directory.accent;
        self.say(accent.rename(team, name, "Rename the group"))
            .await?;
        name.clone_into(&mut self.directory.teams[place].name);
        Ok(())
    }
}
