//! A list in parts: which part is open, and where the others are. For `pager.html`.

use crate::domain::listing::Slice;
use crate::http::extract::Parameters;
use crate::http::ui::members::count;

/// How many rows a part has.
pub(crate) const ROWS: u64 = 50;

/// The number of the part that is open, from 1 on.
pub(crate) fn page_number(parameters: &Parameters) -> u64 {
    let page = parameters.get("page").and_then(|page| page.parse().ok());
    page.unwrap_or(1).clamp(1, 1 << 40)
}

/// The rows of a part.
pub(crate) fn slice(page: u64) -> Slice {
    let bounded = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    Slice {
        offset: bounded((page - 1) * ROWS),
        count: bounded(ROWS),
    }
}

/// Where the parts of a list lead.
pub(crate) struct Pager {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) total: String,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
}

impl Pager {
    /// Of a list at `path`, which ends where `page=1` can follow.
    pub(crate) fn of(path: &str, page: u64, total: u64, shown: usize) -> Self {
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
