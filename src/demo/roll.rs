//! What the server shows: its members with their reasons, its trail, and whose session a browser has.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::Inner;
use super::client::Client;
use super::directory::{Directory, Problem};
use crate::domain::role::Role;
use crate::secret::{self, TokenHash};

/// The server's cookie. Browsers keep cookies by host and not by port, so that the demo's page is sent it too.
pub(super) const SESSION: &str = "rollright_session";
/// How many entries of the trail are shown.
const ENTRIES: i64 = 12;

/// A member, and why.
pub(super) struct Member {
    pub(super) name: String,
    pub(super) user_name: String,
    pub(super) role: Role,
    /// The role before the last thing that was done, where it was another.
    pub(super) was: Option<Role>,
    /// Whether they came with the last thing that was done.
    pub(super) new: bool,
    /// What decided.
    pub(super) because: String,
    /// What did not, and why not.
    pub(super) lost: Vec<String>,
    /// Projects and workspaces.
    pub(super) places: Vec<String>,
}

impl Member {
    /// How the role is shown: a word of the style sheet.
    pub(super) fn badge(&self) -> &'static str {
        match self.role {
            Role::Owner | Role::Administrator => "mark",
            Role::Manager => "info",
            Role::Reviewer | Role::Annotator => "good",
            Role::NotActivated => "warn",
            Role::Deactivated => "bad",
        }
    }
}

/// An entry of the trail.
pub(super) struct Entry {
    /// The time of day.
    pub(super) at: String,
    pub(super) what: String,
    pub(super) whom: String,
    pub(super) facts: String,
}

/// The session of a browser.
pub(super) enum Browser {
    /// None that was ever seen.
    Nobody,
    /// Somebody's.
    SignedIn(String, Role),
    /// It was somebody's.
    Ended(String),
}

/// Sessions that were seen, and whose they were.
pub(super) type Seen = HashMap<TokenHash, String>;

/// What is shown and changes.
pub(super) struct Live {
    pub(super) members: Vec<Member>,
    pub(super) entries: Vec<Entry>,
    pub(super) browser: Browser,
}

fn role(code: &Value) -> Role {
    let found = code.as_str().and_then(Role::from_code);
    found.unwrap_or(Role::NotActivated)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

async fn members(client: &Client) -> Result<Vec<Value>, Problem> {
    let path = "/organizations/0/memberships?page_size=100&ordering=id";
    let list = client.get(path).await?;
    Ok(list["results"].as_array().cloned().unwrap_or_default())
}

/// The role of everybody, by sign-in name.
pub(super) async fn roles(client: &Client) -> Result<BTreeMap<String, Role>, Problem> {
    let all = members(client).await?;
    let each = all.iter();
    Ok(each
        .map(|one| (text(&one["user"]["username"]), role(&one["role"])))
        .collect())
}

/// Everything that is shown, to a browser that has signed in so.
pub(super) async fn live(
    demo: &Inner,
    directory: &Directory,
    session: Option<&str>,
) -> Result<Live, Problem> {
    let client = &demo.client;
    let mut found = Vec::new();
    for one in members(client).await? {
        let path = format!("/members/{}/explain", one["user"]["id"]);
        let why = client.get(&path).await?;
        found.push(member(directory, &one, &why));
    }
    Ok(Live {
        members: found,
        entries: entries(client, directory).await?,
        browser: browser(demo, session).await?,
    })
}

fn member(directory: &Directory, one: &Value, why: &Value) -> Member {
    let user_name = text(&one["user"]["username"]);
    let now = role(&one["role"]);
    let before = directory.before.get(&user_name);
    let name = format!(
        "{} {}",
        text(&one["user"]["first_name"]),
        text(&one["user"]["last_name"])
    );
    let steps = why["why"].as_array().map_or(&[][..], Vec::as_slice);
    let (won, lost): (Vec<&Value>, Vec<&Value>) =
        steps.iter().partition(|step| step["won"] == true);
    // Said of everybody: what holds where nothing else speaks.
    let lost = lost.iter().filter(|step| step["considered"] != "base");
    let project = |project: &Value| {
        let role = project["role"].as_str().and_then(Role::from_code)?;
        let title = directory.projects.get(&project["project"].as_i64()?)?;
        Some(format!("{title}: {}", role.name()))
    };
    let projects = why["projects"].as_array().into_iter().flatten();
    Member {
        name: match name.trim() {
            "" => user_name.clone(),
            name => name.to_owned(),
        },
        role: now,
        was: before.copied().filter(|before| *before != now),
        new: before.is_none() && !directory.before.is_empty(),
        because: won.iter().map(|step| text(&step["says"])).collect(),
        lost: lost
            .map(|step| format!("{} ({})", text(&step["says"]), text(&step["lost_because"])))
            .collect(),
        places: projects.filter_map(project).collect(),
        user_name,
    }
}

/// The last entries of the trail, newest first.
async fn entries(client: &Client, directory: &Directory) -> Result<Vec<Entry>, Problem> {
    let first = client.get("/events?limit=1").await?;
    let after = (first["count"].as_i64().unwrap_or_default() - ENTRIES).max(0);
    let path = format!("/events?limit={ENTRIES}&after={after}");
    let list = client.get(&path).await?;
    let all = list["results"].as_array().cloned().unwrap_or_default();
    Ok(all
        .iter()
        .rev()
        .map(|event| entry(directory, event))
        .collect())
}

fn entry(directory: &Directory, event: &Value) -> Entry {
    let facts = &event["facts"];
    let kind = text(&event["kind"]);
    let at = text(&event["at"]);
    Entry {
        at: at.get(11..23).unwrap_or_default().to_owned(),
        what: kind.replace(['.', '_'], " "),
        whom: event["subject"]
            .as_str()
            .and_then(|id| directory.name_of(id))
            .unwrap_or_default(),
        facts: match kind.as_str() {
            "member.role_changed" => {
                let name = |value: &Value| role(value).name();
                format!("{} → {}", name(&facts["before"]), name(&facts["after"]))
            }
            "member.changed" if facts["active"] == false => "not active any more".to_owned(),
            "member.changed" if facts["active"] == true => "active again".to_owned(),
            _ => String::new(),
        },
    }
}

async fn browser(demo: &Inner, session: Option<&str>) -> Result<Browser, Problem> {
    let Some(session) = session else {
        return Ok(Browser::Nobody);
    };
    let known = secret::hash(session);
    let who = demo.client.who(session).await?;
    let mut seen = match demo.seen.lock() {
        Ok(seen) => seen,
        Err(poisoned) => poisoned.into_inner(),
    };
    Ok(match who {
        Some((name, code)) => {
            seen.insert(known, name.clone());
            let role = Role::from_code(&code).unwrap_or(Role::NotActivated);
            Browser::SignedIn(name, role)
        }
        None => match seen.get(&known) {
            Some(name) => Browser::Ended(name.clone()),
            None => Browser::Nobody,
        },
    })
}
