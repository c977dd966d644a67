//! Lists in order, by index and by cursor: `GET` and `.search` on each type and on the root.

mod cursors;
mod index;
mod law;
mod order;

use serde_json::Value;

use crate::app::Organization;
use crate::client::Client;

/// A query string.
pub(super) fn query(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

/// The list at a path, which there must be.
pub(super) async fn list(client: &Client, path: &str, pairs: &[(&str, &str)]) -> Value {
    client
        .get(&format!("{path}?{}", query(pairs)))
        .await
        .is(200)
}

/// A text of each resource on a page.
pub(super) fn each(page: &Value, name: &str) -> Vec<String> {
    let resources = page["Resources"].as_array().unwrap().iter();
    resources
        .map(|one| one[name].as_str().unwrap_or_default().to_owned())
        .collect()
}

/// The ids on all pages, walked by cursor from the first to the last; the totals that the pages told.
pub(super) async fn walked(
    organization: &Organization,
    path: &str,
    pairs: &[(&str, &str)],
    count: usize,
) -> (Vec<String>, Vec<u64>) {
    let (mut ids, mut totals, mut cursor) = (Vec::new(), Vec::new(), String::new());
    let count = count.to_string();
    loop {
        let mut all = pairs.to_vec();
        all.extend([("count", count.as_str()), ("cursor", cursor.as_str())]);
        let page = list(&organization.scim, path, &all).await;
        ids.extend(each(&page, "id"));
        totals.push(page["totalResults"].as_u64().unwrap());
        match page["nextCursor"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => return (ids, totals),
        }
    }
}

/// The ids on all pages by index, up to so many resources.
pub(super) async fn counted(
    organization: &Organization,
    path: &str,
    pairs: &[(&str, &str)],
    count: usize,
    most: usize,
) -> Vec<String> {
    let mut ids = Vec::new();
    let size = count.to_string();
    for start in (1..=most + 1).step_by(count) {
        let start = start.to_string();
        let mut all = pairs.to_vec();
        all.extend([("count", size.as_str()), ("startIndex", start.as_str())]);
        let page = list(&organization.scim, path, &all).await;
        ids.extend(each(&page, "id"));
    }
    ids
}
