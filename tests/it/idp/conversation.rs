//! One recorded session: its file, and how it is replayed.

use std::collections::BTreeMap;

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::crowd::{self, Person, SIZE};
use super::roll::Roll;
use super::template::{Names, missing};
use crate::app::{App, printed};
use crate::client::{Answer, Client};

/// Where the files are.
pub(super) const FOLDER: &str = "tests/fixtures/idp";

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Conversation {
    /// Who speaks, and how it is set up.
    client: String,
    /// The profile that its token is made with.
    profile: String,
    /// Headers that it sends with each request.
    #[serde(default)]
    headers: BTreeMap<String, String>,
    /// Which directory group gives which role.
    #[serde(default)]
    rules: Vec<(String, String)>,
    /// The members there are before it begins, beside the Owner: the crowd or nobody.
    #[serde(default)]
    crowd: bool,
    exchanges: Vec<Exchange>,
    /// What is there when it has ended.
    roll: Roll,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exchange {
    what: String,
    /// Absent where the one before is sent again, because its answer was lost.
    request: Option<Request>,
    /// As many requests as it takes to name these people of the crowd.
    chunks: Option<Chunks>,
    response: Response,
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
struct Request {
    method: String,
    path: String,
    body: Option<Value>,
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
struct Chunks {
    /// The first and the last of the crowd.
    people: (usize, usize),
    /// How many a request names; a number, or the name of one.
    size: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Response {
    /// Any of these: where a client takes several, the server may choose.
    status: Vec<u16>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    /// What must be in the body.
    #[serde(default)]
    body: Value,
    /// Pointers to what must not be there.
    #[serde(default)]
    absent: Vec<String>,
    /// Names for what later requests say again, and where it stands.
    #[serde(default)]
    captures: BTreeMap<String, String>,
}

/// Replays a file from its first request to its last, then compares the roll.
pub(super) async fn replay(path: &str) {
    let text = std::fs::read_to_string(format!("{FOLDER}/{path}")).unwrap();
    let conversation: Conversation = serde_json::from_str(&text).unwrap();
    let app = App::start().await;
    if conversation.crowd {
        crowd::gather(&app).await;
    }
    let rules: Vec<(&str, &str)> = conversation
        .rules
        .iter()
        .map(|(role, group)| (role.as_str(), group.as_str()))
        .collect();
    app.own.rules(&rules).await;
    let made = app.place.run(&[
        "scim-token",
        "create",
        "--organization",
        "1",
        "--profile",
        &conversation.profile,
    ]);
    let client = Client::new(
        format!("{}/scim/v2", app.base),
        Some(format!("Bearer {}", printed(&made).trim())),
    );
    let mut session = Session {
        client,
        headers: &conversation.headers,
        names: Names::default(),
        speaker: &conversation.client,
    };
    session
        .names
        .set("base", json!(format!("{}/scim/v2", app.base)));
    let mut last = None;
    for exchange in &conversation.exchanges {
        let asked = match &exchange.request {
            Some(request) => (request, exchange.chunks.as_ref()),
            None => last.unwrap(),
        };
        session.hold(asked.0, asked.1, exchange).await;
        last = Some(asked);
    }
    // As an engine does by itself after a while. Not before the session: a first sync meets a database that knows nothing.
    app.place.database.execute("ANALYZE").await;
    conversation.roll.compare(&app, conversation.crowd).await;
    app.finish();
}

struct Session<'c> {
    client: Client,
    headers: &'c BTreeMap<String, String>,
    names: Names,
    speaker: &'c str,
}

impl Session<'_> {
    /// Sends what an exchange asks, and holds each answer to what the client needs.
    async fn hold(&mut self, request: &Request, chunks: Option<&Chunks>, exchange: &Exchange) {
        let everybody: Vec<Person> = (1..=SIZE).map(Person).collect();
        let requests: Vec<&[Person]> = match chunks {
            None => vec![&[]],
            Some(chunks) => {
                let size = self.names.value(&chunks.size, &[]).as_u64().unwrap();
                let (first, last) = chunks.people;
                everybody[first - 1..last]
                    .chunks(usize::try_from(size).unwrap())
                    .collect()
            }
        };
        // Requests that are about one person each are sent a few at a time: they may arrive together.
        let together = if requests.iter().all(|people| people.len() == 1) {
            4
        } else {
            1
        };
        for batch in requests.chunks(together) {
            let mut sent = JoinSet::new();
            for (place, people) in batch.iter().enumerate() {
                let answer = self.send(request, people);
                sent.spawn(async move { (place, answer.await) });
            }
            for (place, answer) in sent.join_all().await {
                if let Err(wrong) = self.check(&answer, &exchange.response, batch[place]) {
                    panic!(
                        "{}: {}\n{} {}: {wrong}\n{} {}",
                        self.speaker,
                        exchange.what,
                        request.method,
                        self.names.text(&request.path, batch[place]),
                        answer.status,
                        answer.text.chars().take(2000).collect::<String>(),
                    );
                }
            }
        }
    }

    /// The answer to come.
    fn send(
        &self,
        request: &Request,
        people: &[Person],
    ) -> impl Future<Output = Answer> + Send + 'static {
        let client = self.client.clone();
        let method: Method = request.method.parse().unwrap();
        let path = self.names.text(&request.path, people);
        let body = request.body.as_ref();
        let body = body.map(|body| self.names.value(body, people).to_string());
        let headers = self.headers.clone();
        async move {
            let headers: Vec<(&str, &str)> = headers
                .iter()
                .filter(|(name, _)| body.is_some() || *name != "content-type")
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
            client.send(method, &path, &headers, body).await
        }
    }

    fn check(
        &mut self,
        answer: &Answer,
        needed: &Response,
        people: &[Person],
    ) -> Result<(), String> {
        if !needed.status.contains(&answer.status) {
            return Err(format!("the status must be one of {:?}", needed.status));
        }
        for (name, value) in &needed.headers {
            let value = self.names.text(value, people);
            if answer.header(name) != value {
                return Err(format!(
                    "`{name}` is `{}`, not `{value}`",
                    answer.header(name)
                ));
            }
        }
        if answer.text.is_empty() {
            // A client that takes a 204 looks for nothing in it.
            return match answer.status {
                204 => Ok(()),
                _ => Err("the body is empty".to_owned()),
            };
        }
        let body = answer.json();
        in_form(answer, &body)?;
        let wanted = self.names.value(&needed.body, people);
        if let Some(wrong) = missing(&wanted, &body, "").filter(|_| !wanted.is_null()) {
            return Err(wrong);
        }
        if let Some(there) = needed.absent.iter().find(|at| body.pointer(at).is_some()) {
            return Err(format!("{there} is there"));
        }
        for (name, at) in &needed.captures {
            let found = body.pointer(at);
            let found = found.ok_or_else(|| format!("{at} is not there"))?;
            self.names.set(name, found.clone());
        }
        Ok(())
    }
}

/// What every client relies on, whatever it asked.
fn in_form(answer: &Answer, body: &Value) -> Result<(), String> {
    if answer.header("content-type") != "application/scim+json" {
        return Err("the body is not application/scim+json".to_owned());
    }
    if answer.status == 201 && answer.header("location") != body["meta"]["location"] {
        return Err("`Location` is not where the new resource is".to_owned());
    }
    let error = json!(["urn:ietf:params:scim:api:messages:2.0:Error"]);
    let status = Value::from(answer.status.to_string());
    let is_error = body["schemas"] == error && body["status"] == status;
    if answer.status >= 400 && !(is_error && body["detail"].is_string()) {
        return Err("the refusal is no SCIM error".to_owned());
    }
    Ok(())
}
