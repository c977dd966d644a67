//! Lists: what a query asks for, a page at a time, in the database where it can answer and else by looking at what it
//! leaves over.

use super::Caller;
use crate::domain::error::Error;
use crate::domain::query::{By, Condition, KeyOf, Listed, Page, Position, Query, Start};
use crate::secret;
use crate::store::organizations;
use crate::store::search::{self, Sorting, Table};

/// How many resources a request may make us look at, beyond what the database answers.
pub(crate) const SCAN_LIMIT: u64 = 200_000;
/// How many places are read at once, and how many resources.
const PLACES: u64 = 10_000;
const BATCH: usize = 500;

/// The key that signs the cursors of the organization's lists. Derived from a random one that only the database has, so
/// it is the same on every node and after every start.
pub(crate) async fn cursor_key(caller: &Caller) -> Result<String, Error> {
    let mut tx = caller.db.read().await?;
    let key = organizations::departure_key(&mut tx, caller.organization).await?;
    Ok(secret::keyed_hash(&key, "cursors"))
}

/// The page that is asked for.
pub(crate) async fn list<R: Table>(
    caller: &Caller,
    query: &Query<R>,
    page: &Page,
) -> Result<Listed<R>, Error> {
    if query.narrow == Condition::Nothing {
        return Ok(Listed::nothing());
    }
    let descending = query.order.descending != page.backwards;
    let by = match &query.order.by {
        By::Id => None,
        By::Field(field) => Some(*field),
        By::Value(key) => return sorted_here(caller, query, key, descending, page).await,
    };
    let sorting = Sorting { by, descending };
    if query.remainder.is_some() {
        return looked_at(caller, query, sorting, page).await;
    }
    let _place = if search::looks_at_all::<R>(&query.narrow, sorting) {
        Some(caller.db.search_place(caller.organization).await?)
    } else {
        None
    };
    let mut tx = caller.db.read().await?;
    let mut places = Vec::new();
    if page.count > 0 {
        let (narrow, one_more) = (&query.narrow, page.count + 1);
        places = search::positions::<R>(
            &mut tx,
            caller.organization,
            narrow,
            sorting,
            &page.start,
            one_more,
        )
        .await?;
    }
    let more = places.len() as u64 > page.count;
    places.truncate(usize::try_from(page.count).unwrap_or(usize::MAX));
    let total = match page.total(places.len()) {
        _ if !page.counted => 0,
        Some(total) if !more => total,
        _ => search::count::<R>(&mut tx, caller.organization, &query.narrow).await?,
    };
    let resources = load(caller, &mut tx, &places).await?;
    Ok(finished(total, resources, &places, more, page))
}

async fn load<R: Table>(
    caller: &Caller,
    tx: &mut crate::store::db::Tx,
    places: &[Position],
) -> Result<Vec<R>, Error> {
    if places.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<_> = places.iter().map(|place| place.id).collect();
    R::load(tx, caller.organization, &ids).await
}

/// Puts a page that was read towards the beginning the right way round.
fn finished<R>(
    total: u64,
    mut resources: Vec<R>,
    places: &[Position],
    more: bool,
    page: &Page,
) -> Listed<R> {
    let mut ends = places.first().cloned().zip(places.last().cloned());
    if page.backwards {
        resources.reverse();
        ends = ends.map(|(first, last)| (last, first));
    }
    Listed {
        total,
        resources,
        ends,
        more,
    }
}

/// Walks along the places that satisfy the condition, and hands over each resource that satisfies the remainder, until
/// `take` has enough. No request holds an organization in memory, nor a connection while it thinks, and of one
/// organization there is one at a time.
async fn walk<R: Table>(
    caller: &Caller,
    query: &Query<R>,
    sorting: Sorting<R::Field>,
    mut start: Start,
    mut take: impl FnMut(Position, R) -> bool,
) -> Result<(), Error> {
    let _place = caller.db.search_place(caller.organization).await?;
    let mut seen = 0;
    loop {
        let mut tx = caller.db.read().await?;
        let (organization, narrow) = (caller.organization, &query.narrow);
        let places =
            search::positions::<R>(&mut tx, organization, narrow, sorting, &start, PLACES).await?;
        drop(tx);
        let Some(last) = places.last() else {
            return Ok(());
        };
        start = Start::After(last.clone());
        seen += places.len() as u64;
        if seen > SCAN_LIMIT {
            return Err(Error::TooMany);
        }
        for some in places.chunks(BATCH) {
            let mut tx = caller.db.read().await?;
            let resources: Vec<R> = load(caller, &mut tx, some).await?;
            drop(tx);
            let mut places = some.iter();
            for resource in resources {
                // Who is gone by now has a place and no resource.
                let Some(place) = places.find(|place| place.id == resource.id()) else {
                    continue;
                };
                let holds = query
                    .remainder
                    .as_ref()
                    .is_none_or(|holds| holds(&resource));
                if holds && !take(place.clone(), resource) {
                    return Ok(());
                }
            }
            tokio::task::yield_now().await;
        }
        if (places.len() as u64) < PLACES {
            return Ok(());
        }
    }
}

/// A page of what the database can order and not select.
async fn looked_at<R: Table>(
    caller: &Caller,
    query: &Query<R>,
    sorting: Sorting<R::Field>,
    page: &Page,
) -> Result<Listed<R>, Error> {
    // How many there are in all is known only at the end, so who asks for it begins at the beginning.
    let (start, mut passed_over) = match &page.start {
        Start::Offset(offset) => (Start::Offset(0), *offset),
        after @ Start::After(_) => (after.clone(), 0),
    };
    let (mut places, mut resources, mut total, mut more) = (Vec::new(), Vec::new(), 0, false);
    walk(caller, query, sorting, start, |place, resource| {
        total += 1;
        if passed_over > 0 {
            passed_over -= 1;
        } else if (resources.len() as u64) < page.count {
            places.push(place);
            resources.push(resource);
        } else {
            more = true;
            return page.counted;
        }
        true
    })
    .await?;
    Ok(finished(total, resources, &places, more, page))
}

/// A page of what must be worked out to be ordered. Only the places that can be on the page are kept meanwhile.
async fn sorted_here<R: Table>(
    caller: &Caller,
    query: &Query<R>,
    key: &KeyOf<R>,
    descending: bool,
    page: &Page,
) -> Result<Listed<R>, Error> {
    let order = |one: &Position, other: &Position| {
        let ascending = one.cmp(other);
        if descending {
            ascending.reverse()
        } else {
            ascending
        }
    };
    let (offset, after) = match &page.start {
        Start::Offset(offset) => (usize::try_from(*offset).unwrap_or(usize::MAX), None),
        Start::After(position) => (0, Some(position)),
    };
    let count = usize::try_from(page.count).unwrap_or(usize::MAX);
    let wanted = offset.saturating_add(count).saturating_add(1);
    let most = wanted.saturating_mul(2).max(BATCH);
    let (mut places, mut total) = (Vec::new(), 0);
    let by_id = Sorting {
        by: None,
        descending: false,
    };
    walk(caller, query, by_id, Start::Offset(0), |place, resource| {
        total += 1;
        let place = Position {
            key: key(&resource),
            id: place.id,
        };
        if after.is_none_or(|after| order(&place, after).is_gt()) {
            places.push(place);
        }
        if places.len() >= most {
            places.sort_unstable_by(order);
            places.truncate(wanted);
        }
        true
    })
    .await?;
    places.sort_unstable_by(order);
    let more = places.len() > offset.saturating_add(count);
    let places: Vec<Position> = places.into_iter().skip(offset).take(count).collect();
    let mut tx = caller.db.read().await?;
    let resources = load(caller, &mut tx, &places).await?;
    Ok(finished(total, resources, &places, more, page))
}
