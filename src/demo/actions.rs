//! What the buttons do: something happens in the directory, and the directory tells the server.

use super::Demo;
use super::accent::Accent;
use super::directory::{Directory, Problem};
use super::roll;
use super::scim::Push;

impl Demo {
    /// Does something to the directory, with the roles noted that there were before.
    async fn act<R>(
        &self,
        action: impl AsyncFnOnce(&mut Push<'_>) -> Result<R, Problem>,
    ) -> Result<R, Problem> {
        let demo = &self.0;
        let mut directory = demo.directory.lock().await;
        directory.before = roll::roles(&demo.client).await?;
        directory.last.clear();
        action(&mut Push {
            client: &demo.client,
            clock: &demo.clock,
            directory: &mut directory,
        })
        .await
    }

    /// Somebody begins to work here, in a team.
    pub(super) async fn hire(&self, name: &str, team: usize) -> Result<(), Problem> {
        self.act(async |push| {
            let person = push.directory.newcomer(name, team)?;
            let person = push.person(person).await?;
            push.add(team, &person).await?;
            let into = &push.directory.team(team)?.name;
            push.directory.last = format!("{} was hired into {into}.", person.name());
            Ok(())
        })
        .await
    }

    /// Somebody moves to another team.
    pub(super) async fn move_to(&self, person: usize, team: usize) -> Result<(), Problem> {
        self.act(async |push| {
            let mover = push.directory.at_work(person)?.clone();
            push.directory.team(team)?;
            if mover.team == team {
                return Err(Problem::Form("They are in this team already."));
            }
            // In this order: whom no group gives a role for a moment would lose their sessions.
            push.add(team, &mover).await?;
            push.remove(mover.team, &mover).await?;
            push.directory.people[person].team = team;
            let name = |directory: &Directory, place: usize| directory.teams[place].name.clone();
            push.directory.last = format!(
                "{} moved from {} to {}.",
                mover.name(),
                name(push.directory, mover.team),
                name(push.directory, team)
            );
            Ok(())
        })
        .await
    }

    /// Somebody is fired.
    pub(super) async fn fire(&self, person: usize) -> Result<(), Problem> {
        self.act(async |push| {
            let name = push.directory.at_work(person)?.name();
            push.set_active(person, false).await?;
            let took = push.directory.exchanges.front();
            let took = took.map_or(0, |exchange| exchange.took_ms);
            push.directory.last = format!(
                "{name} was fired. Rollright answered within {took} ms, and by then had ended their sessions and tokens."
            );
            Ok(())
        })
        .await
    }

    /// Somebody who was fired comes back.
    pub(super) async fn take_back(&self, person: usize) -> Result<(), Problem> {
        self.act(async |push| {
            let found = push.directory.people.get(person);
            let found = found.filter(|person| !person.active);
            let name = found
                .ok_or(Problem::Form("Choose somebody who was fired."))?
                .name();
            push.set_active(person, true).await?;
            push.directory.last = format!("{name} is back, and has to sign in again.");
            Ok(())
        })
        .await
    }

    /// A team gets another name.
    pub(super) async fn rename(&self, team: usize, name: &str) -> Result<(), Problem> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > 60 || name.chars().any(char::is_control) {
            return Err(Problem::Form("Give a name of 1 to 60 letters."));
        }
        self.act(async |push| {
            let before = push.directory.team(team)?.name.clone();
            let others = push.directory.teams.iter().enumerate();
            let same = |one: &str| one.to_lowercase() == name.to_lowercase();
            if others
                .into_iter()
                .any(|(place, one)| place != team && same(&one.name))
            {
                return Err(Problem::Form("Another team has this name."));
            }
            push.rename(team, name).await?;
            push.directory.last = format!(
                "{before} is called {name} now. The rules go with it, and nobody loses a role."
            );
            Ok(())
        })
        .await
    }

    /// The directory speaks with another accent from now on.
    pub(super) async fn speak(&self, accent: Accent) {
        let mut directory = self.0.directory.lock().await;
        directory.accent = accent;
        directory.before.clear();
        directory.last = format!("The directory sounds like {} from now on.", accent.name());
    }
}
