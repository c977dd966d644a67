//! Many writers on two servers that share one database, and a reader who follows.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::Value;
use tokio::task::JoinSet;

use super::chain::is_whole;
use super::{column, results, trail};
use crate::app::{App, terminate};
use crate::client::Client;

const WRITERS: usize = 6;
const EACH: usize = 12;

/// Follows the trail until it has seen so many members made.
async fn follow(client: Client, members: usize) -> Vec<Value> {
    let (mut seen, mut after, mut made) = (Vec::new(), 0, 0);
    while made < members {
        let path = format!("/events?after={after}&limit=7&wait=5");
        let page = client.get(&path).await.is(200);
        after = page["next_after"].as_i64().unwrap();
        let events = results(&page);
        made += column(&events, "kind")
            .iter()
            .filter(|kind| **kind == "member.created")
            .count();
        seen.extend(events);
    }
    seen
}

#[tokio::test]
async fn a_reader_who_follows_misses_nothing_whatever_two_servers_write_at_once() {
    let app = App::start().await;
    let (mut second, line, _out) = app.place.serve(&[]);
    let base = line
        .trim()
        .strip_prefix("listening on ")
        .unwrap()
        .to_owned();
    let scim = |n: usize| {
        let base = if n.is_multiple_of(2) {
            &app.base
        } else {
            &base
        };
        let token = app.own.scim.authorization().to_owned();
        Client::new(format!("{base}/scim/v2"), Some(token))
    };
    let mut readers = JoinSet::new();
    for base in [&app.base, &base] {
        let token = app.own.rest.authorization().to_owned();
        let client = Client::new(format!("{base}/api"), Some(token));
        // The Owner is a member too.
        readers.spawn(follow(client, WRITERS * EACH + 1));
    }
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let client = scim(writer);
        writers.spawn(async move {
            for n in 0..EACH {
                let body = crate::app::user(&format!("w{writer}n{n}@a.example"));
                let (answer, _) = client.patiently(Method::POST, "/Users", Some(&body)).await;
                answer.is(201);
            }
        });
    }
    writers.join_all().await;
    let seen = readers.join_all().await;
    let all = trail(&app, &app.own).await;
    is_whole(&all);
    for seen in seen {
        assert_eq!(
            seen,
            all[..seen.len()],
            "in order, nothing twice, nothing missed"
        );
    }
    let ids: BTreeSet<&str> = column(&all, "id").into_iter().collect();
    let sql = "SELECT CAST(id AS TEXT) FROM events WHERE CAST(organization_id AS TEXT) = '1'";
    let stored = app.place.database.texts(sql, &[]).await;
    assert_eq!(stored.len(), ids.len());
    assert!(stored.iter().all(|id| ids.contains(id.as_str())));
    terminate(&second);
    assert_eq!(second.wait().unwrap().code(), Some(0));
    app.finish();
}
