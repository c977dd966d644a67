//! Organization > Projects and Workspaces: the lists, and one of each with who is in it and why.

mod people;
pub(crate) use people::GIVEN;
pub(crate) mod project;
pub(crate) mod projects;
pub(crate) mod workspace;
pub(crate) mod workspaces;

use url::form_urlencoded::Serializer;

use super::paging::page_number;
use crate::domain::WorkspaceId;
use crate::domain::organization::Workspace;
use crate::http::extract::Parameters;

/// Which part of a list is open: what stands in the address of a page. What cannot be read is left out.
#[derive(Debug, Clone, Default)]
struct Open {
    search: String,
    /// Somebody who is to be added.
    find: String,
    workspace: Option<i64>,
    archived: Option<bool>,
    /// From 1 on.
    page: u64,
}

impl Open {
    fn read(parameters: &Parameters) -> Self {
        let text = |name: &str| -> String {
            let text = parameters.get(name).unwrap_or_default().trim();
            text.chars().take(200).collect()
        };
        Self {
            search: text("search"),
            find: text("find"),
            workspace: text("workspace").parse().ok(),
            archived: match text("archived").as_str() {
                "yes" => Some(true),
                "all" => None,
                _ => Some(false),
            },
            page: page_number(parameters),
        }
    }

    /// The same from the query string that a form carries along.
    fn of(query: &str) -> Self {
        let pairs = url::form_urlencoded::parse(query.as_bytes());
        Self::read(&Parameters::of(pairs.into_owned().collect()))
    }

    /// A path with what opens this part, without the page, ready for more.
    fn path(&self, path: &str) -> String {
        let mut query = Serializer::new(String::new());
        for (name, text) in [("search", &self.search), ("find", &self.find)] {
            if !text.is_empty() {
                query.append_pair(name, text);
            }
        }
        if let Some(workspace) = self.workspace {
            query.append_pair("workspace", &workspace.to_string());
        }
        match self.archived {
            Some(true) => query.append_pair("archived", "yes"),
            None => query.append_pair("archived", "all"),
            Some(false) => &mut query,
        };
        let query = query.finish();
        if query.is_empty() {
            return format!("{path}?");
        }
        format!("{path}?{query}&")
    }

    /// The query string that opens it.
    fn query(&self) -> String {
        let mut query = self.path("").split_off(1);
        query.push_str("page=");
        query.push_str(&self.page.to_string());
        query
    }

    /// Whether this workspace alone is open.
    fn is_in(&self, number: &str) -> bool {
        self.workspace.is_some_and(|id| id.to_string() == number)
    }

    /// Whether nothing narrows the list.
    fn is_whole(&self) -> bool {
        self.search.is_empty() && self.workspace.is_none() && self.archived == Some(false)
    }
}

/// The workspaces that can be chosen from, each with its number as text.
fn choices(workspaces: &[Workspace]) -> Vec<(String, String)> {
    let choice = |one: &Workspace| (one.id.0.to_string(), one.title.clone());
    workspaces.iter().map(choice).collect()
}

/// The workspace that a field names; none where it is empty.
fn chosen(field: &str) -> Option<WorkspaceId> {
    match field {
        "" => None,
        text => Some(WorkspaceId(text.parse().unwrap_or(-1))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let query = "search=a+%26+b&workspace=3&archived=all&page=4";
        assert_eq!(Open::of(query).query(), query);
        assert_eq!(Open::of("page=x&workspace=x").query(), "page=1");
        assert_eq!(Open::of("").path("/p"), "/p?");
    }
}
