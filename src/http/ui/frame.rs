//! Whoever is signed in, and the frame around their pages: the navigation, with the pages that there are and that their
//! role may see.

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Redirect, Response};
use url::form_urlencoded;

use super::error::PageError;
use super::refusal;
use crate::app::{Caller, departures, members, organizations};
use crate::domain::MemberNumber;
use crate::domain::role::Role;
use crate::http::cookies;
use crate::http::extract::{is_own_origin, principal};
use crate::state::State;

/// A page of the navigation. A page that is not here is reached from one that is.
struct Entry {
    section: &'static str,
    label: &'static str,
    path: &'static str,
    /// A name in `icon.html`.
    icon: &'static str,
    /// The lowest role that sees it.
    least: Role,
}

const fn entry(
    section: &'static str,
    label: &'static str,
    path: &'static str,
    icon: &'static str,
    least: Role,
) -> Entry {
    Entry {
        section,
        label,
        path,
        icon,
        least,
    }
}

/// The navigation, in its order.
const NAVIGATION: &[Entry] = &[
    entry(
        "Organization",
        "Members",
        "/organization",
        "people",
        Role::Manager,
    ),
    entry(
        "Organization",
        "Projects",
        "/organization/projects",
        "folder",
        Role::Manager,
    ),
    entry(
        "Organization",
        "Workspaces",
        "/organization/workspaces",
        "list",
        Role::Manager,
    ),
    entry(
        "Organization",
        "Groups & mapping",
        "/organization/mapping",
        "rules",
        Role::Administrator,
    ),
    entry(
        "Organization",
        "SCIM",
        "/organization/scim",
        "sync",
        Role::Administrator,
    ),
    entry(
        "Organization",
        "Single sign-on",
        "/organization/sso",
        "door",
        Role::Administrator,
    ),
    entry(
        "Organization",
        "Drift",
        "/organization/drift",
        "drift",
        Role::Administrator,
    ),
    entry(
        "Organization",
        "Audit",
        "/organization/audit",
        "list",
        Role::Administrator,
    ),
    entry(
        "Organization",
        "Settings",
        "/organization/settings",
        "gear",
        Role::Administrator,
    ),
    entry("You", "My access", "/", "key", Role::Annotator),
    entry("You", "Profile", "/profile", "person", Role::Annotator),
];

/// A link of the navigation.
pub(crate) struct Link {
    /// What it says.
    pub(crate) label: &'static str,
    /// Where it leads.
    pub(crate) path: &'static str,
    /// A name in `icon.html`.
    pub(crate) icon: &'static str,
    /// Whether this page or one below it is open.
    pub(crate) current: bool,
}

/// What the frame of a page shows.
pub(crate) struct Frame {
    /// The title of the organization.
    pub(crate) organization: String,
    /// What the person is called.
    pub(crate) name: String,
    /// Their address, where they have one.
    pub(crate) email: String,
    /// Their role.
    pub(crate) role: Role,
    /// The path that is open.
    pub(crate) path: String,
    /// How many deletions wait for whoever may decide about them.
    pub(crate) waiting: u64,
}

impl Frame {
    /// The navigation, by section.
    pub(crate) fn navigation(&self) -> Vec<(&'static str, Vec<Link>)> {
        let leads_here = |path: &str| {
            let rest = self.path.strip_prefix(path);
            rest.is_some_and(|rest| rest.is_empty() || (path != "/" && rest.starts_with('/')))
        };
        let current = NAVIGATION
            .iter()
            .map(|entry| entry.path)
            .filter(|path| leads_here(path))
            .max_by_key(|path| path.len());
        let mut sections: Vec<(&'static str, Vec<Link>)> = Vec::new();
        for entry in NAVIGATION.iter().filter(|entry| self.role >= entry.least) {
            let link = Link {
                label: entry.label,
                path: entry.path,
                icon: entry.icon,
                current: current == Some(entry.path),
            };
            match sections.last_mut() {
                Some((section, links)) if *section == entry.section => links.push(link),
                _ => sections.push((entry.section, vec![link])),
            }
        }
        sections
    }
}

/// Whoever is signed in, for pages and their forms. Who is not is asked to sign in, and comes back to the same path.
pub(crate) struct Person {
    /// Who acts.
    pub(crate) caller: Caller,
    /// Their own number.
    pub(crate) number: MemberNumber,
    /// What the frame of their page shows.
    pub(crate) frame: Frame,
    /// The token of their session.
    pub(crate) session: String,
}

impl FromRequestParts<State> for Person {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Response> {
        let base_url = state.config.base_url();
        let session = cookies::session(&parts.headers, &base_url);
        let Some(session) = session else {
            return Err(sign_in_first(parts, false));
        };
        // A browser adds cookies by itself, so a form must come from a page of ours.
        if !parts.method.is_safe() && !is_own_origin(&parts.headers, &base_url) {
            return Err(refusal(
                StatusCode::FORBIDDEN,
                "This form came from elsewhere",
                "Open the page here, and send the form from it.",
            ));
        }
        let found = async {
            let credential = crate::app::authentication::Credential::Session(session);
            let Some(caller) = principal(parts, state, credential).await? else {
                return Ok(None);
            };
            let (member, organization) = members::myself(&caller).await?;
            let frame = Frame {
                organization: organization.title,
                name: member.profile.display_name(),
                email: member.profile.email().unwrap_or_default().to_owned(),
                role: member.role,
                path: parts.uri.path().to_owned(),
                waiting: if member.role.administers() {
                    departures::count(&caller).await?
                } else {
                    0
                },
            };
            Ok(Some(Self {
                number: member.number,
                caller,
                frame,
                session: session.to_owned(),
            }))
        };
        match found.await {
            Ok(Some(person)) => Ok(person),
            Ok(None) => Err(sign_in_first(parts, true)),
            Err(error) => Err(PageError::Domain(error).into_response()),
        }
    }
}

/// To the sign-in page, which leads back to where somebody wanted.
fn sign_in_first(parts: &Parts, ended: bool) -> Response {
    let wanted = if parts.method.is_safe() {
        parts.uri.path_and_query().map_or("/", |path| path.as_str())
    } else {
        // Every form is sent to the path of a page.
        parts.uri.path()
    };
    let mut query = form_urlencoded::Serializer::new(String::new());
    if wanted != "/" {
        query.append_pair("next", wanted);
    }
    if ended {
        query.append_pair("ended", "1");
    }
    let query = query.finish();
    let joint = if query.is_empty() { "" } else { "?" };
    Redirect::to(&format!("/user/login{joint}{query}")).into_response()
}

impl Person {
    /// The same person, where their role is at least this; else a page that says who can give it.
    pub(crate) async fn at_least(self, least: Role) -> Result<Self, PageError> {
        if self.frame.role >= least {
            return Ok(self);
        }
        let keeper = organizations::keeper(&self.caller).await?;
        Err(PageError::NotAllowed {
            frame: Box::new(self.frame),
            least,
            keeper,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_navigation_shows_what_a_role_may_see_and_marks_one_page() {
        for entry in NAVIGATION {
            for role in [Role::Annotator, Role::Reviewer, Role::Manager, Role::Owner] {
                let frame = Frame {
                    organization: String::new(),
                    name: String::new(),
                    email: String::new(),
                    role,
                    path: entry.path.to_owned(),
                    waiting: 0,
                };
                let links: Vec<Link> = frame
                    .navigation()
                    .into_iter()
                    .flat_map(|(_, links)| links)
                    .collect();
                let current: Vec<&str> = links
                    .iter()
                    .filter(|link| link.current)
                    .map(|link| link.path)
                    .collect();
                if role >= entry.least {
                    assert_eq!(current, [entry.path]);
                } else {
                    assert!(links.iter().all(|link| link.path != entry.path));
                }
            }
        }
    }
}
