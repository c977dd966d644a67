//! `/Bulk`: many operations in one request (RFC 7644 section 3.7). Each is done as a single request would do it, in a
//! transaction of its own; what fails leaves the others alone.

use axum::extract::{FromRequestParts as _, State as Shared};
use axum::http::request::Parts;
use serde_json::Value;

use super::error::ScimError;
use super::message::{Answer, Message};
use super::{base, groups, reading, users};
use crate::app::{Caller, provisioning};
use crate::domain::MemberId;
use crate::domain::member::Profile;
use crate::http::extract::ScimCaller;
use crate::scim::bulk::{self, Method, Plan, Task};
use crate::scim::schema::Kind;
use crate::scim::{etag, group, user};
use crate::secret;
use crate::state::State;

/// After so many seconds no further operation is begun: the answer, which tells what was done, must come before the limit
/// that every request has.
const LONGEST: i64 = 25;

/// What became of an operation: its entity tag, where it has one now.
type Outcome = Result<Option<String>, ScimError>;

/// POST: does what can be done, and says of each operation what became of it, in the client's order.
pub(crate) async fn run(
    ScimCaller(caller): ScimCaller,
    Shared(state): Shared<State>,
    mut head: Parts,
    Message(body): Message,
) -> Result<Answer, ScimError> {
    let plan = bulk::plan(body, &reading(&caller), || secret::id_at(caller.now))?;
    let mut run = Run::new(&plan, base(&state));
    let end = caller.now.plus_seconds(LONGEST);
    for together in &plan.order {
        if run.is_over() {
            break;
        }
        if state.clock.now() >= end {
            run.refuse(together, ScimError::OutOfTime);
            continue;
        }
        // The token may have been revoked since the last operation.
        match ScimCaller::from_request_parts(&mut head, &state).await {
            Ok(ScimCaller(caller)) => run.perform(&caller, together).await,
            Err(error) => run.refuse(together, error),
        }
        // Others have their turn, however long this request is.
        tokio::task::yield_now().await;
    }
    Ok(Answer::message(&bulk::response(run.results())))
}

/// A bulk request on its way.
struct Run<'p> {
    plan: &'p Plan,
    base: String,
    /// For each operation whether it succeeded, and what is answered; nothing while it has not had its turn.
    done: Vec<Option<(bool, Value)>>,
    errors: u64,
}

impl<'p> Run<'p> {
    fn new(plan: &'p Plan, base: String) -> Self {
        Self {
            plan,
            base,
            done: vec![None; plan.operations.len()],
            errors: 0,
        }
    }

    /// Whether there are as many errors as the client accepts.
    fn is_over(&self) -> bool {
        self.plan
            .fail_on_errors
            .is_some_and(|limit| self.errors >= limit)
    }

    /// The results in the order of the request.
    fn results(self) -> Vec<Value> {
        let results = self.done.into_iter().flatten();
        results.map(|(_, result)| result).collect()
    }

    fn note(&mut self, index: usize, outcome: Outcome) {
        let operation = &self.plan.operations[index];
        match (outcome, &operation.task) {
            (Ok(etag), Ok(task)) => {
                self.done[index] = Some((true, operation.done(task, etag, &self.base)));
            }
            (Ok(_), Err(refusal)) => self.refuse(&[index], refusal.clone().into()),
            (Err(error), _) => self.refuse(&[index], error),
        }
    }

    fn refuse(&mut self, together: &[usize], error: ScimError) {
        let (status, scim_type, detail) = error.told();
        for index in together {
            let operation = &self.plan.operations[*index];
            let result = operation.refused(status.as_u16(), scim_type, &detail, &self.base);
            self.done[*index] = Some((false, result));
            self.errors += 1;
        }
    }

    /// Does an operation, or those of a circle.
    async fn perform(&mut self, caller: &Caller, together: &[usize]) {
        if let [index] = *together {
            let outcome = self.single(caller, index).await;
            self.note(index, outcome);
            return;
        }
        let is_user = |index: &&usize| {
            let task = &self.plan.operations[**index].task;
            task.as_ref().is_ok_and(|task| task.kind == Kind::User)
        };
        let users: Vec<usize> = together.iter().take_while(is_user).copied().collect();
        self.create_together(caller, &users).await;
        for index in &together[users.len()..] {
            let outcome = self.single(caller, *index).await;
            self.note(*index, outcome);
        }
    }

    async fn single(&self, caller: &Caller, index: usize) -> Outcome {
        perform(caller, self.task(index)?).await
    }

    /// What an operation asks for, where nothing stands against it.
    fn task(&self, index: usize) -> Result<&'p Task, ScimError> {
        let operation = &self.plan.operations[index];
        let task = operation.task.as_ref().map_err(Clone::clone)?;
        let mut needs = operation.needs.iter();
        match needs.find(|need| matches!(self.done[**need], Some((false, _)))) {
            Some(failed) => Err(self.stands_against(*failed)),
            None => Ok(task),
        }
    }

    /// That an operation failed to which another refers.
    fn stands_against(&self, failed: usize) -> ScimError {
        let bulk_id = self.plan.operations[failed].bulk_id.as_deref();
        let bulk_id = bulk_id.unwrap_or_default();
        ScimError::Conflict(format!(
            "this refers to what the operation with the bulkId `{bulk_id}` was to make, and that failed"
        ))
    }

    /// Users that refer to each other in a circle are made all or none.
    async fn create_together(&mut self, caller: &Caller, users: &[usize]) {
        let mut wanted = Vec::with_capacity(users.len());
        for (at, index) in users.iter().enumerate() {
            match self.task(*index).and_then(|task| read_user(caller, task)) {
                Ok(user) => wanted.push(user),
                Err(error) => return self.fail_together(users, at, error),
            }
        }
        match provisioning::create_members(caller, wanted).await {
            Ok(members) => {
                for (index, member) in users.iter().zip(&members) {
                    self.note(*index, Ok(Some(user::etag(member))));
                }
            }
            Err((at, error)) => self.fail_together(users, at, error.into()),
        }
    }

    /// One of a circle is refused, and so none of it is made.
    fn fail_together(&mut self, users: &[usize], at: usize, error: ScimError) {
        let failed = users[at];
        self.note(failed, Err(error));
        for index in users.iter().filter(|index| **index != failed) {
            self.note(*index, Err(self.stands_against(failed)));
        }
    }
}

fn read_user(caller: &Caller, task: &Task) -> Result<(MemberId, Profile), ScimError> {
    Ok((
        users::id(&task.id)?,
        user::parse(&task.data, &reading(caller))?,
    ))
}

/// Does what a single request would do; the entity tag that the resource has then.
async fn perform(caller: &Caller, task: &Task) -> Outcome {
    let seen = task.version.as_deref().and_then(etag::seen);
    let (id, data) = (task.id.as_str(), &task.data);
    match task.kind {
        Kind::User => {
            let member = match task.method {
                Method::Post => users::made(caller, users::id(id)?, data).await?,
                Method::Put => users::replaced(caller, id, seen, data).await?,
                Method::Patch => users::patched(caller, id, seen, data).await?,
                Method::Delete => {
                    users::deleted(caller, id, seen).await?;
                    return Ok(None);
                }
            };
            Ok(Some(user::etag(&member)))
        }
        Kind::Group => {
            let group = match task.method {
                Method::Post => groups::made(caller, groups::id(id)?, data).await?,
                Method::Put => groups::replaced(caller, id, seen, data).await?,
                Method::Patch => groups::patched(caller, id, seen, data).await?,
                Method::Delete => {
                    groups::deleted(caller, id, seen).await?;
                    return Ok(None);
                }
            };
            Ok(Some(group::etag(&group)))
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::extract::Request;
    use serde_json::json;
    use tower::ServiceExt as _;

    use super::*;
    use crate::app::{scim_tokens, setup};
    use crate::clock::Clock;
    use crate::config::Config;
    use crate::domain::Timestamp;
    use crate::domain::leniency::Leniency;
    use crate::http::router::router;
    use crate::server;

    async fn ask(router: &Router, token: &str, method: &str, path: &str, body: &Value) -> Value {
        let request = Request::builder()
            .method(method)
            .uri(format!("/scim/v2{path}"))
            .header("authorization", format!("Bearer {token}"))
            .body(Body::from(body.to_string()));
        let answer = router.clone().oneshot(request.unwrap()).await.unwrap();
        let bytes = to_bytes(answer.into_body(), 1024 * 1024).await.unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }

    /// Two hundred operations, in the midst of which something happens; the status of each, and how many made a User.
    async fn interrupted(
        happens: impl AsyncFn(&Caller, &Clock, crate::domain::ScimTokenId),
    ) -> (Vec<String>, u64) {
        let data = tempfile::tempdir().unwrap();
        let config = Config {
            data_dir: data.path().join("data"),
            ..Config::default()
        };
        let mut state = server::open_state(config).await.unwrap();
        state.clock = Clock::set_at(Timestamp(1_800_000_000_000));
        let (db, clock) = (state.db.clone(), state.clock.clone());
        let owner = setup::NewOwner {
            username: "owner@a.example".to_owned(),
            password_hash: None,
            user_token: None,
            vault: crate::app::vault::Vault::new(None),
        };
        let made = setup::create_organization(&db, clock.now(), "A", &owner).await;
        let operator = Caller::operator(db, clock.now(), made.unwrap());
        let made = scim_tokens::create(&operator, Leniency::Rfc, None).await;
        let (token, record) = made.map(|made| (made.token, made.record)).unwrap();
        // As long as this test has another token, it can look while the first is revoked.
        let other = scim_tokens::create(&operator, Leniency::Rfc, None).await;
        let other = other.unwrap().token;
        let router = router(state);

        let operations: Vec<Value> = (0..200)
            .map(|n| {
                let data =
                    json!({ "schemas": [crate::scim::schema::USER], "userName": format!("u{n}") });
                json!({ "method": "POST", "path": "/Users", "bulkId": n.to_string(), "data": data })
            })
            .collect();
        let body = json!({ "schemas": [bulk::REQUEST], "Operations": operations });
        let count = async || {
            let list = ask(&router, &other, "GET", "/Users?count=0", &Value::Null).await;
            list["totalResults"].as_u64().unwrap() - 1
        };
        let interrupt = async {
            while count().await < 3 {}
            happens(&operator, &clock, record.id).await;
        };
        let (answer, ()) = tokio::join!(ask(&router, &token, "POST", "/Bulk", &body), interrupt);
        let results = answer["Operations"].as_array().unwrap();
        let statuses = results
            .iter()
            .map(|result| result["status"].as_str().unwrap().to_owned());
        (statuses.collect(), count().await)
    }

    fn ends_with(statuses: &[String], made: u64, status: &str) {
        let done = usize::try_from(made).unwrap();
        assert!((3..200).contains(&done), "{done}");
        assert_eq!(statuses.len(), 200);
        assert!(statuses[..done].iter().all(|one| one == "201"));
        assert!(statuses[done..].iter().all(|one| one == status));
    }

    #[tokio::test]
    async fn when_time_is_over_what_is_left_is_answered_and_not_begun() {
        let (statuses, made) = interrupted(async |_, clock, _| clock.advance(LONGEST)).await;
        ends_with(&statuses, made, "503");
    }

    #[tokio::test]
    async fn when_the_token_is_revoked_what_is_left_is_refused() {
        let (statuses, made) = interrupted(async |operator, clock, token| {
            scim_tokens::revoke(operator, token).await.unwrap();
            // For so long a node may remember it.
            clock.advance(1);
        })
        .await;
        ends_with(&statuses, made, "401");
    }
}
