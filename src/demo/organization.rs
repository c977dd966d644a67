//! The sample organization: its rules through the REST API, its people and groups over SCIM.

use serde_json::json;

use super::Inner;
use super::accent::Accent;
use super::directory::{Directory, Problem, Team};
use super::idp;
use super::scim::Push;

/// The groups, and the role that each gives.
const TEAMS: [(&str, &str); 4] = [
    ("Annotators", "Annotator"),
    ("Reviewers", "Reviewer"),
    ("Team leads", "Manager"),
    ("Platform", "Administrator"),
];
/// The people, and the place of their group.
const PEOPLE: [(&str, usize); 8] = [
    ("Ada Flint", 0),
    ("Ben Slate", 0),
    ("Cleo Marble", 0),
    ("Dan Basalt", 0),
    ("Eva Quartz", 1),
    ("Finn Granite", 1),
    ("Gia Topaz", 2),
    ("Hal Ruby", 3),
];
const WORKSPACE: &str = "Field work";
const PROJECTS: [&str; 2] = ["Street signs", "Bird calls"];

/// Sets everything up.
pub(super) async fn set_up(demo: &Inner, directory: &mut Directory) -> Result<(), Problem> {
    let client = &demo.client;
    let title = json!({ "title": "Standing Stones (demo)" });
    client
        .ask("PATCH", "/organizations/0", Some(&title))
        .await?;
    let workspace = json!({ "title": WORKSPACE });
    client.ask("POST", "/workspaces", Some(&workspace)).await?;
    for title in PROJECTS {
        let wanted = json!({ "title": title });
        let made = client.ask("POST", "/projects", Some(&wanted)).await?;
        let number = made["id"].as_i64().unwrap_or_default();
        directory.projects.insert(number, title.to_owned());
    }
    rules(demo, directory).await?;
    idp::connect(demo).await?;
    for accent in Accent::ALL {
        let wanted = json!({ "profile": accent.profile() });
        let made = client.ask("POST", "/scim/tokens", Some(&wanted)).await?;
        let token = made["token"].as_str().unwrap_or_default();
        directory.tokens.insert(accent, token.to_owned());
    }
    let mut push = Push {
        client,
        clock: &demo.clock,
        directory,
    };
    for (number, (name, _)) in TEAMS.iter().enumerate() {
        let team = Team {
            name: (*name).to_owned(),
            key: format!("g-{}", number + 1),
            id: String::new(),
        };
        push.team(team).await?;
    }
    for (name, team) in PEOPLE {
        let person = push.directory.newcomer(name, team)?;
        push.person(person).await?;
    }
    for place in 0..TEAMS.len() {
        push.fill(place).await?;
    }
    Ok(())
}

/// What groups mean, said before there is any.
async fn rules(demo: &Inner, directory: &Directory) -> Result<(), Problem> {
    let for_groups: Vec<[&str; 2]> = TEAMS.iter().map(|(group, role)| [*role, *group]).collect();
    let numbers: Vec<i64> = directory.projects.keys().copied().collect();
    let [signs, calls] = numbers[..] else {
        return Err(Problem::Form("The projects were not made."));
    };
    let rules = json!({
        "roles_groups": for_groups,
        "projects_groups": [
            { "project_id": signs, "group": "Annotators", "role": "Inherit" },
            { "project_id": signs, "group": "Reviewers", "role": "Manager" },
            { "project_id": calls, "group": "Reviewers", "role": "Inherit" },
            { "project_id": calls, "group": "Team leads", "role": "Inherit" },
        ],
        "workspaces_groups": [[WORKSPACE, "Annotators"], [WORKSPACE, "Reviewers"]],
    });
    let client = &demo.client;
    client.ask("POST", "/scim/settings", Some(&rules)).await?;
    Ok(())
}
