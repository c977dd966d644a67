//! Organization > Groups & mapping: the groups, the rules as one form, what other rules would do, and rules as a file.

pub(crate) mod edit;
pub(crate) mod file;
pub(crate) mod group;
pub(crate) mod preview;
mod rows;

use url::form_urlencoded;

use crate::domain::listing::Slice;
use crate::http::extract::Parameters;
use crate::http::ui::members::count;

/// How many groups, or members of one, a page has.
const ROWS: u64 = 50;

/// The path of a group's page.
fn group_path(name: &str) -> String {
    let name: String = form_urlencoded::byte_serialize(name.as_bytes()).collect();
    format!("/organization/mapping/group?name={name}")
}

/// The number of the page that is open, from 1 on.
fn page_number(parameters: &Parameters) -> u64 {
    let page = parameters.get("page").and_then(|page| page.parse().ok());
    page.unwrap_or(1).clamp(1, 1 << 40)
}

fn slice(page: u64) -> Slice {
    let bounded = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    Slice {
        offset: bounded((page - 1) * ROWS),
        count: bounded(ROWS),
    }
}

/// Where the pages of a list lead.
struct Pager {
    from: String,
    to: String,
    total: String,
    before: Option<String>,
    after: Option<String>,
}

impl Pager {
    /// Of a list at `path`, which ends where `page=1` can follow.
    fn of(path: &str, page: u64, total: u64, shown: usize) -> Self {
        let offset = (page - 1) * ROWS;
        let end = offset + shown as u64;
        let turned = |page: u64| format!("{path}page={page}");
        Self {
            from: count(if shown == 0 { 0 } else { offset + 1 }),
            to: count(end),
            total: count(total),
            before: (page > 1).then(|| turned(page - 1)),
            after: (shown > 0 && end < total).then(|| turned(page + 1)),
        }
    }
}
