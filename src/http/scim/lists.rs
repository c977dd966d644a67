//! Lists: what is asked for, by index or by cursor (RFC 7644 section 3.4.2, RFC 9865), among one kind of resource or,
//! at the root, among users and then groups.

use serde_json::Value;

use super::error::ScimError;
use super::message::Answer;
use super::{base, definitions, groups, projection, reading, users};
use crate::app::{Caller, provisioning, search};
use crate::domain::group::Group;
use crate::domain::member::Member;
use crate::domain::query::{Listed, Page, Position, Query, Start};
use crate::http::extract::Parameters;
use crate::scim::cursor::{self, Cursor};
use crate::scim::error::Error;
use crate::scim::list::{self, Beside, Wanted};
use crate::scim::schema::Kind;
use crate::scim::sort::Sort;
use crate::scim::{group, user};
use crate::secret;
use crate::state::State;

/// The resources of these kinds that the parameters ask for, as the message that a client reads.
pub(super) async fn answer(
    caller: &Caller,
    state: &State,
    parameters: &Parameters,
    kinds: &[Kind],
) -> Result<Answer, ScimError> {
    let asked = Asked::read(caller, state, parameters, kinds)?;
    match list::wanted(
        parameters.get("startIndex"),
        parameters.get("count"),
        parameters.get("cursor"),
    )? {
        Wanted::Index { offset, count } => {
            let mut all = Joined::default();
            for kind in kinds {
                let page = Page::at(offset.saturating_sub(all.total), count - all.len());
                asked.page(caller, *kind, &page, &mut all).await?;
            }
            let total = all.total;
            let message = |resources| list::response(total, offset + 1, resources);
            all.answer(caller, state, parameters, kinds, message).await
        }
        Wanted::Cursor { cursor, count } => {
            let key = search::cursor_key(caller).await?;
            let sign = |text: &str| secret::keyed_hash(&key, text);
            let query = cursor::fingerprint(kinds, |name| parameters.get(name));
            let from = match cursor {
                "" => None,
                text => Some(Cursor::read(text, &query, caller.now, &sign)?),
            };
            let all = along(caller, &asked, kinds, from.as_ref(), count).await?;
            let total = from.as_ref().map_or(all.total, |from| from.total);
            let write = |end: &(Kind, Position), backwards| {
                Cursor {
                    kind: end.0,
                    position: end.1.clone(),
                    backwards,
                    total,
                }
                .write(&query, caller.now, &sign)
            };
            let (is_after, is_before) = match &from {
                Some(from) if from.backwards => (true, all.more),
                from => (all.more, from.is_some()),
            };
            let beside = Beside {
                next: all
                    .last
                    .as_ref()
                    .filter(|_| is_after)
                    .map(|end| write(end, false)),
                previous: all
                    .first
                    .as_ref()
                    .filter(|_| is_before)
                    .map(|end| write(end, true)),
            };
            let message = |resources| list::cursor_response(total, beside, resources);
            all.answer(caller, state, parameters, kinds, message).await
        }
    }
}

/// The page beside a place, or the first one.
async fn along(
    caller: &Caller,
    asked: &Asked,
    kinds: &[Kind],
    from: Option<&Cursor>,
    count: u64,
) -> Result<Joined, ScimError> {
    let backwards = from.is_some_and(|from| from.backwards);
    let mut kinds = kinds.to_vec();
    if backwards {
        kinds.reverse();
    }
    let mut all = Joined::default();
    let mut start = from.map(|from| (from.kind, Start::After(from.position.clone())));
    for kind in kinds {
        let start = match &start {
            Some((first, _)) if *first != kind => continue,
            Some(_) => start.take().map_or(Start::Offset(0), |(_, start)| start),
            None => Start::Offset(0),
        };
        let left = count - all.len();
        let page = Page {
            start,
            // Where the page is full, one resource tells whether there are more.
            count: left.max(1),
            backwards,
            counted: from.is_none(),
        };
        if left > 0 {
            asked.page(caller, kind, &page, &mut all).await?;
        } else {
            let mut beyond = Joined::default();
            asked.page(caller, kind, &page, &mut beyond).await?;
            all.total += beyond.total;
            all.more |= beyond.len() > 0;
        }
    }
    Ok(all)
}

/// What was found among several kinds.
#[derive(Default)]
struct Joined {
    total: u64,
    users: Vec<Member>,
    groups: Vec<Group>,
    first: Option<(Kind, Position)>,
    last: Option<(Kind, Position)>,
    more: bool,
}

impl Joined {
    fn len(&self) -> u64 {
        (self.users.len() + self.groups.len()) as u64
    }

    /// Takes over what was found of a kind, and gives the resources.
    fn join<R>(&mut self, kind: Kind, page: &Page, found: Listed<R>) -> Vec<R> {
        self.total += found.total;
        self.more |= found.more;
        if let Some((first, last)) = found.ends {
            let (first, last) = ((kind, first), (kind, last));
            if page.backwards {
                self.first = Some(first);
                self.last.get_or_insert(last);
            } else {
                self.first.get_or_insert(first);
                self.last = Some(last);
            }
        }
        found.resources
    }

    async fn answer(
        self,
        caller: &Caller,
        state: &State,
        parameters: &Parameters,
        kinds: &[Kind],
        message: impl FnOnce(Vec<Value>) -> Value,
    ) -> Result<Answer, ScimError> {
        let mut resources = Vec::new();
        if kinds.contains(&Kind::User) {
            let (base, definitions) = (base(state), definitions(caller));
            let kept = projection(parameters, definitions.of(Kind::User))?;
            let users = self.users.into_iter();
            resources.extend(users.map(|member| users::shown(member, &kept, &base, &definitions)));
        }
        if !kinds.contains(&Kind::Group) {
            return Ok(Answer::message(&message(resources)));
        }
        let view = groups::shown(caller, state, parameters)?;
        groups::listed(caller, view, message, resources, &self.groups).await
    }
}

/// The queries that the parameters make, among each kind of resource that has what they speak of.
struct Asked {
    users: Option<Query<Member>>,
    groups: Option<Query<Group>>,
}

impl Asked {
    /// A filter that speaks of what only one kind has selects among that kind alone, and resources that cannot have what
    /// is sorted by come last; what no kind has is refused.
    fn read(
        caller: &Caller,
        state: &State,
        parameters: &Parameters,
        kinds: &[Kind],
    ) -> Result<Self, ScimError> {
        let (base, definitions) = (base(state), definitions(caller));
        let reading = reading(caller);
        for kind in kinds {
            projection(parameters, definitions.of(*kind))?;
        }
        let (by, order) = (parameters.get("sortBy"), parameters.get("sortOrder"));
        let filter = parameters.get("filter");
        let sorts: Vec<_> = kinds
            .iter()
            .map(|kind| Sort::parse(by, order, definitions.of(*kind)))
            .collect();
        let unsorted = Sort::without_attribute(order)?;
        if let Some(Err(refusal)) = sorts.first()
            && sorts.iter().all(Result::is_err)
        {
            return Err(refusal.clone().into());
        }
        let mut asked = Self {
            users: None,
            groups: None,
        };
        let mut refused: Option<Error> = None;
        for (kind, sort) in kinds.iter().zip(sorts) {
            let sort = sort.unwrap_or_else(|_| unsorted.clone());
            let read = match kind {
                Kind::User => user::query(filter, sort, &base, &reading)
                    .map(|query| asked.users = Some(query)),
                Kind::Group => group::query(filter, sort, &base, &reading)
                    .map(|query| asked.groups = Some(query)),
            };
            refused = refused.or(read.err());
        }
        match refused {
            Some(refusal) if asked.users.is_none() && asked.groups.is_none() => Err(refusal.into()),
            _ => Ok(asked),
        }
    }

    /// Adds a page of one kind.
    async fn page(
        &self,
        caller: &Caller,
        kind: Kind,
        page: &Page,
        all: &mut Joined,
    ) -> Result<(), ScimError> {
        match (kind, &self.users, &self.groups) {
            (Kind::User, Some(query), _) => {
                let found = provisioning::list_members(caller, query, page).await?;
                all.users = all.join(kind, page, found);
            }
            (Kind::Group, _, Some(query)) => {
                let found = crate::app::groups::list_groups(caller, query, page).await?;
                all.groups = all.join(kind, page, found);
            }
            (Kind::User | Kind::Group, ..) => {}
        }
        Ok(())
    }
}
