//! A law: whatever a filter and an order say, the server selects what a plain reading of the RFC selects, in that order,
//! through its indexes, by its evaluator, and on pages of every size.

mod filters;
mod people;
mod reference;

use proptest::strategy::{Strategy, ValueTree as _};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::Value;

use super::{counted, each, list, walked};
use crate::app::App;
use filters::Filter;

/// How many filters and how many orders one seed is good for.
const FILTERS: usize = 60;
const ORDERS: usize = 6;

/// Draws from a seed: a failure names it.
struct Draw(TestRunner);

impl Draw {
    fn seeded(seed: u8) -> Self {
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
        Self(TestRunner::new_with_rng(Config::default(), rng))
    }

    fn one<T: std::fmt::Debug>(&mut self, of: impl Strategy<Value = T>) -> T {
        of.new_tree(&mut self.0).unwrap().current()
    }
}

/// Every resource of a type, as a client reads it.
async fn all(app: &App, path: &str) -> Vec<Value> {
    let page = list(&app.own.scim, path, &[("count", "1000")]).await;
    page["Resources"].as_array().unwrap().clone()
}

/// The ids that a filter selects, in the order of the list.
async fn selected(app: &App, path: &str, filter: &str) -> Vec<String> {
    let pairs = [("filter", filter), ("count", "1000"), ("attributes", "id")];
    each(&list(&app.own.scim, path, &pairs).await, "id")
}

fn ids<'r>(resources: impl IntoIterator<Item = &'r Value>) -> Vec<String> {
    let ids = resources.into_iter().map(|one| &one["id"]);
    ids.map(|id| id.as_str().unwrap().to_owned()).collect()
}

/// Security D11: what a filter selects, on either engine.
async fn holds(seed: u8) {
    let app = App::start().await;
    let mut draw = Draw::seeded(seed);
    people::gather(&app, &mut draw).await;
    for (path, attributes) in [
        ("/Users", &filters::OF_USERS[..]),
        ("/Groups", &filters::OF_GROUPS[..]),
    ] {
        let resources = all(&app, path).await;
        let words = filters::words(&resources);
        for _ in 0..FILTERS {
            let filter = draw.one(filters::any(attributes, &words));
            let text = filter.to_string();
            let matching = resources
                .iter()
                .filter(|one| reference::matches(&filter, one));
            let mut expected = ids(matching);
            expected.sort();
            assert_eq!(
                selected(&app, path, &text).await,
                expected,
                "seed {seed}: {text}"
            );
            // No index leads to this, so that each resource is looked at.
            let looked_at = format!("({text}) or meta.version eq \"none\"");
            assert_eq!(
                selected(&app, path, &looked_at).await,
                expected,
                "seed {seed}: {text}"
            );
        }
        for _ in 0..ORDERS {
            in_order(&app, path, &resources, &mut draw, attributes, seed).await;
        }
    }
    app.finish();
}

async fn in_order(
    app: &App,
    path: &str,
    resources: &[Value],
    draw: &mut Draw,
    attributes: &'static [filters::Attribute],
    seed: u8,
) {
    let by = draw.one(proptest::sample::select(attributes));
    let descending = draw.one(proptest::bool::ANY);
    let filter: Option<Filter> = draw.one(proptest::option::of(filters::any(
        attributes,
        &filters::words(resources),
    )));
    let text = filter.as_ref().map(ToString::to_string);
    let mut expected: Vec<&Value> = resources
        .iter()
        .filter(|one| {
            filter
                .as_ref()
                .is_none_or(|filter| reference::matches(filter, one))
        })
        .collect();
    expected.sort_by_cached_key(|one| reference::place(&by, one));
    if descending {
        expected.reverse();
    }
    let expected = ids(expected);
    let mut pairs = vec![("sortBy", by.path), ("attributes", "id")];
    if descending {
        pairs.push(("sortOrder", "descending"));
    }
    if let Some(text) = &text {
        pairs.push(("filter", text));
    }
    for count in [1, 3, 10, 100] {
        if count == 1 && expected.len() > 12 {
            continue;
        }
        let (found, totals) = walked(&app.own, path, &pairs, count).await;
        assert_eq!(found, expected, "seed {seed}: {pairs:?} by {count}");
        let total = expected.len() as u64;
        assert!(
            totals.iter().all(|told| *told == total),
            "seed {seed}: {pairs:?}"
        );
        let found = counted(&app.own, path, &pairs, count, expected.len()).await;
        assert_eq!(found, expected, "seed {seed}: {pairs:?} by {count}");
    }
}

#[tokio::test]
async fn the_first_crowd_is_selected_and_ordered_as_the_rfc_reads() {
    holds(1).await;
}

#[tokio::test]
async fn the_second_crowd_is_selected_and_ordered_as_the_rfc_reads() {
    holds(2).await;
}

#[tokio::test]
async fn the_third_crowd_is_selected_and_ordered_as_the_rfc_reads() {
    holds(3).await;
}
