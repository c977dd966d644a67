//! Pages by cursor, RFC 9865.

use serde_json::{Value, json};

use super::{each, list, query, walked};
use crate::app::{App, terminate};
use crate::client::Client;

const SEARCH: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

/// Security D10.
#[tokio::test]
async fn what_stays_is_on_one_page_while_others_come_and_go() {
    let app = App::start().await;
    let mut ids = Vec::new();
    for n in 0..12 {
        ids.push(app.own.user(&format!("u{n:02}@a.example")).await);
    }
    for pairs in [
        &[][..],
        &[("sortBy", "userName"), ("sortOrder", "descending")],
    ] {
        let (mut seen, mut cursor, mut round, mut gone) = (Vec::new(), String::new(), 0, None);
        loop {
            let mut all = pairs.to_vec();
            all.extend([("count", "3"), ("cursor", cursor.as_str())]);
            let page = list(&app.own.scim, "/Users", &all).await;
            seen.extend(each(&page, "id"));
            let Some(next) = page["nextCursor"].as_str() else {
                break;
            };
            cursor = next.to_owned();
            // Before the cursor and behind it, and one that was on the page is gone.
            let order = if pairs.is_empty() { "" } else { "d" };
            app.own.user(&format!("a{round}{order}@a.example")).await;
            app.own.user(&format!("z{round}{order}@a.example")).await;
            if let Some(at) = ids.iter().position(|id| seen.contains(id))
                && gone.is_none()
            {
                let id = ids.remove(at);
                app.own.scim.delete(&format!("/Users/{id}")).await;
                gone = Some(id);
            }
            round += 1;
        }
        for id in &ids {
            assert_eq!(seen.iter().filter(|one| *one == id).count(), 1, "{pairs:?}");
        }
    }
    app.finish();
}

#[tokio::test]
async fn pages_lead_to_the_end_and_back_among_users_and_groups() {
    let app = App::start().await;
    for n in 0..4 {
        app.own.user(&format!("u{n}@a.example")).await;
        app.own.group(&format!("g{n}"), &[]).await;
    }
    for (path, total) in [("/Users", 5), ("/Groups", 4), ("", 9)] {
        for count in 1..=10 {
            let (ids, totals) = walked(&app.own, path, &[], count).await;
            assert_eq!(ids.len(), total, "{path} {count}");
            assert!(
                totals.iter().all(|told| *told == total as u64),
                "{totals:?}"
            );
            assert_eq!(totals.len(), total.div_ceil(count).max(1), "{path} {count}");
        }
        let mut page = list(&app.own.scim, path, &[("count", "2"), ("cursor", "")]).await;
        assert_eq!(page.get("previousCursor"), None);
        assert_eq!(page.get("startIndex"), None);
        let mut pages = vec![each(&page, "id")];
        while let Some(next) = page["nextCursor"].as_str() {
            page = list(&app.own.scim, path, &[("count", "2"), ("cursor", next)]).await;
            pages.push(each(&page, "id"));
        }
        let mut back = vec![pages[pages.len() - 1].clone()];
        while let Some(previous) = page["previousCursor"].as_str() {
            page = list(&app.own.scim, path, &[("count", "2"), ("cursor", previous)]).await;
            assert_eq!(page["totalResults"], total);
            back.push(each(&page, "id"));
        }
        back.reverse();
        // The page at the beginning may be shorter, where the pages are counted from the end.
        assert_eq!(pages.concat(), back.concat(), "{path}");
        assert!(page["nextCursor"].is_string());
    }
    app.finish();
}

async fn refused(client: &Client, path: &str, pairs: &[(&str, &str)], scim_type: &str) {
    let answer = client.get(&format!("{path}?{}", query(pairs))).await;
    answer.is_scim_error(400, Some(scim_type));
}

#[tokio::test]
async fn a_cursor_that_was_not_made_for_this_list_is_invalid() {
    let app = App::start().await;
    let other = app.other();
    app.own.user("ada@a.example").await;
    let page = list(&app.own.scim, "/Users", &[("count", "1"), ("cursor", "")]).await;
    let cursor = page["nextCursor"].as_str().unwrap();
    let unreserved = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
    assert!(cursor.chars().all(unreserved), "{cursor}");
    let own = &app.own.scim;
    list(own, "/Users", &[("cursor", cursor), ("count", "5")]).await;
    refused(
        &other.scim,
        "/Users",
        &[("cursor", cursor)],
        "invalidCursor",
    )
    .await;
    for (path, more) in [
        ("/Groups", &[][..]),
        ("", &[]),
        ("/Users", &[("filter", "userName pr")]),
        ("/Users", &[("sortBy", "userName")]),
    ] {
        let mut pairs = vec![("cursor", cursor)];
        pairs.extend(more);
        refused(own, path, &pairs, "invalidCursor").await;
    }
    for at in 0..cursor.len() {
        let mut forged = cursor.as_bytes().to_vec();
        forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
        let forged = String::from_utf8(forged).unwrap();
        refused(own, "/Users", &[("cursor", &forged)], "invalidCursor").await;
    }
    for text in ["x", ".", "\u{0}", "' OR 1=1", &"A".repeat(10_000)] {
        refused(own, "/Users", &[("cursor", text)], "invalidCursor").await;
    }
    for count in ["0", "-1", "x", "1.5"] {
        let pairs = [("cursor", ""), ("count", count)];
        refused(own, "/Users", &pairs, "invalidCount").await;
    }
    let many = list(own, "/Users", &[("cursor", ""), ("count", "2147483647")]).await;
    assert_eq!(many["itemsPerPage"], 2);
    let both = [("cursor", ""), ("startIndex", "2")];
    refused(own, "/Users", &both, "invalidValue").await;
    list(own, "/Users", &[("cursor", ""), ("startIndex", "1")]).await;
    app.finish();
}

#[tokio::test]
async fn a_cursor_works_on_another_node_and_after_a_restart() {
    let app = App::start().await;
    app.own.user("ada@a.example").await;
    let page = list(&app.own.scim, "/Users", &[("count", "1"), ("cursor", "")]).await;
    let cursor = page["nextCursor"].as_str().unwrap();
    let (mut node, line, _out) = app.place.serve(&[]);
    let base = line.trim().strip_prefix("listening on ").unwrap();
    let there = Client::new(
        format!("{base}/scim/v2"),
        Some(app.own.scim.authorization().to_owned()),
    );
    let here = list(&app.own.scim, "/Users", &[("cursor", cursor)]).await;
    let there = list(&there, "/Users", &[("cursor", cursor)]).await;
    assert_eq!(each(&here, "id"), each(&there, "id"));
    terminate(&node);
    node.wait().unwrap();
    app.finish();
}

#[tokio::test]
async fn a_search_by_body_takes_what_a_url_takes() {
    let app = App::start().await;
    for name in ["c@a.example", "a@a.example", "b@a.example"] {
        app.own.user(name).await;
    }
    app.own.group("Team", &[]).await;
    let ask = |more: Value| {
        let mut body =
            json!({ "schemas": [SEARCH], "sortBy": "userName", "sortOrder": "descending" });
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        body
    };
    for path in ["/Users/.search", "/.search"] {
        let first = ask(
            json!({ "cursor": "", "count": 2, "attributes": ["userName"], "filter": "userName ew \"a.example\"" }),
        );
        let page = app.own.scim.post(path, &first).await.is(200);
        assert_eq!(each(&page, "userName"), ["owner@a.example", "c@a.example"]);
        assert_eq!(page["totalResults"], 4);
        let mut second = first.clone();
        second["cursor"] = page["nextCursor"].clone();
        let page = app.own.scim.post(path, &second).await.is(200);
        assert_eq!(each(&page, "userName"), ["b@a.example", "a@a.example"]);
        assert_eq!(page.get("nextCursor"), None);
        let mut both = first.clone();
        both["excludedAttributes"] = json!(["emails"]);
        let refused = app.own.scim.post(path, &both).await;
        refused.is_scim_error(400, Some("invalidValue"));
    }
    let config = app.own.scim.get("/ServiceProviderConfig").await.is(200);
    assert_eq!(config["sort"]["supported"], true);
    assert_eq!(
        config["pagination"],
        json!({
            "cursor": true, "index": true, "defaultPaginationMethod": "index", "defaultPageSize": 100,
            "maxPageSize": 1000, "cursorTimeout": 3600,
        })
    );
    app.finish();
}
