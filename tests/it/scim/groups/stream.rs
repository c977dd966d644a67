//! Groups with more members than an answer holds at once.

use serde_json::{Value, json};

use crate::app::{App, group, patch};
use crate::client::Answer;

/// The JSON of an answer that has no length beforehand, and is written as every other.
#[track_caller]
fn streamed(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header("content-type"), "application/scim+json");
    assert_eq!(answer.header("content-length"), "");
    let read = answer.json();
    assert_eq!(read.to_string(), answer.text);
    read
}

#[tokio::test]
async fn a_group_of_thousands_is_read_as_a_small_one_is() {
    let app = App::start().await;
    let ids = app.crowd(2500).await;
    let all: Vec<&str> = ids.iter().map(String::as_str).collect();
    for (name, size) in [("few", 3), ("most", 1000), ("more", 1001), ("all", 2500)] {
        let body = group(name, &all[..size]);
        let made = app.own.scim.post("/Groups", &body).await;
        let made = made.is(201);
        let path = format!("/Groups/{}", made["id"].as_str().unwrap());
        let answer = app.own.scim.get(&path).await;
        let read = if size > 1000 {
            streamed(&answer)
        } else {
            assert_ne!(answer.header("content-length"), "");
            answer.is(200)
        };
        assert_eq!(read, made);
        assert_eq!(read["meta"]["version"], answer.header("etag"));
        assert_eq!(read["meta"]["location"], answer.header("location"));
        let members: Vec<Value> = ids[..size]
            .iter()
            .map(|id| {
                let target = format!("{}/scim/v2/Users/{id}", app.base);
                json!({ "value": id, "type": "User", "$ref": target })
            })
            .collect();
        assert_eq!(read["members"], json!(members));

        let named = format!("{path}?attributes=members.value,members.display");
        let named = app.own.scim.get(&named).await.is(200);
        let members: Vec<Value> = ids[..size]
            .iter()
            .map(|id| json!({ "value": id, "display": format!("x{id}") }))
            .collect();
        let expected = json!({ "schemas": read["schemas"], "id": read["id"], "members": members });
        assert_eq!(named, expected);
        let nobody = app
            .own
            .scim
            .get(&format!("{path}?excludedAttributes=members"))
            .await;
        assert!(nobody.is(200).get("members").is_none());

        let put = app.own.scim.put(&path, &body).await.is(200);
        assert_eq!(put, read);
        let add =
            patch(json!([{ "op": "add", "path": "members", "value": [{ "value": ids[0] }] }]));
        let asked = format!("{path}?excludedAttributes=externalId");
        let patched = app.own.scim.patch(&asked, &add).await.is(200);
        assert_eq!(patched, read);
    }
    app.finish();
}

#[tokio::test]
async fn a_page_of_many_members_shows_each_group_with_its_own() {
    let app = App::start().await;
    let ids = app.crowd(1200).await;
    let mut expected = Vec::new();
    // More than are read together; small, empty and large ones among one another.
    for n in 0..40 {
        let some = match n % 5 {
            0 => &ids[..0],
            1 => &ids[n..n + 30],
            3 if n < 20 => &ids[..],
            _ => &ids[n..=n],
        };
        let some: Vec<&str> = some.iter().map(String::as_str).collect();
        let body = group(&format!("g{n}"), &some);
        expected.push(app.own.scim.post("/Groups", &body).await.is(201));
    }
    expected.sort_by_key(|one| one["id"].as_str().unwrap().to_owned());
    let list = streamed(&app.own.scim.get("/Groups").await);
    assert_eq!(list["totalResults"], 40);
    assert_eq!(list["itemsPerPage"], 40);
    assert_eq!(list["Resources"], json!(expected));

    let page = app.own.scim.get("/Groups?startIndex=3&count=17").await;
    let page = streamed(&page);
    assert_eq!(page["startIndex"], 3);
    assert_eq!(page["Resources"], json!(expected[2..19]));

    // Users come first; here they are 1,202.
    let both = streamed(&app.own.scim.get("/?startIndex=1202&count=100").await);
    assert_eq!(both["totalResults"], 1242);
    assert_eq!(both["itemsPerPage"], 41);
    assert_eq!(
        both["Resources"].as_array().unwrap()[1..],
        expected.as_slice()[..]
    );
    let search = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
        "filter": "displayName pr",
        "attributes": ["members.display", "displayName"],
    });
    let found = streamed(&app.own.scim.post("/Groups/.search", &search).await);
    assert_eq!(found["Resources"].as_array().unwrap().len(), 40);
    app.finish();
}
