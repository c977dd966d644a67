//! D: queries.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::app::{App, USER};

fn query(name: &str, value: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair(name, value)
        .finish();
    format!("/Users?{query}")
}

async fn found(app: &App, path: &str, filter: &str) -> Vec<String> {
    let path = query("filter", filter).replace("/Users", path);
    let list = app.own.scim.get(&path).await.is(200);
    let all = list["Resources"].as_array().unwrap().iter();
    all.map(|one| one["id"].as_str().unwrap().to_owned())
        .collect()
}

/// Security D1: what means something to SQL or to LIKE stands for itself, wherever it is said.
#[tokio::test]
async fn signs_of_sql_stand_for_themselves() {
    let app = App::start().await;
    let odd = [
        "' OR '1'='1",
        "x'; DROP TABLE members; --",
        "%",
        "_",
        "a%b",
        "a_b",
        "\\",
        "!",
        "!%",
        "[a]",
        "*",
        "$1",
        "?1",
        "\"q\"",
    ];
    let mut ids = Vec::new();
    for (n, title) in odd.iter().enumerate() {
        let body = json!({
            "schemas": [USER], "userName": format!("u{n}"), "title": title, "locale": title, "externalId": title,
        });
        let made = app.own.scim.post("/Users", &body).await.is(201);
        ids.push(made["id"].as_str().unwrap().to_owned());
    }
    for text in odd {
        for attribute in ["title", "locale", "externalId"] {
            for (operator, holds) in [
                ("eq", (|of, text| of == text) as fn(&str, &str) -> bool),
                ("co", |of, text| of.contains(text)),
                ("sw", |of, text| of.starts_with(text)),
                ("ew", |of, text| of.ends_with(text)),
            ] {
                let filter = format!("{attribute} {operator} {}", json!(text));
                let mut expected: Vec<&String> = (odd.iter().zip(&ids))
                    .filter(|(of, _)| holds(&of.to_lowercase(), &text.to_lowercase()))
                    .map(|(_, id)| id)
                    .collect();
                expected.sort();
                let mut selected = found(&app, "/Users", &filter).await;
                selected.sort();
                assert!(selected.iter().eq(expected), "{filter}");
            }
        }
        for name in ["filter", "sortBy", "cursor"] {
            let answer = app.own.scim.get(&query(name, text)).await;
            answer.is(400);
        }
        for name in ["attributes", "excludedAttributes"] {
            let answer = app.own.scim.get(&query(name, text)).await;
            assert!([200, 400].contains(&answer.status), "{name}={text}");
        }
        let filter = format!("{text} eq \"x\"");
        let answer = app.own.scim.get(&query("filter", &filter)).await;
        answer.is_scim_error(400, Some("invalidFilter"));
    }
    let list = app.own.scim.get("/Users?count=0").await.is(200);
    assert_eq!(list["totalResults"], odd.len() + 1);
    app.finish();
}

/// Security D2: a filter that names somebody of another organization answers as for nobody.
#[tokio::test]
async fn no_filter_tells_whether_another_organization_has_somebody() {
    let app = App::start().await;
    let other = app.other();
    let boss = other.user("boss@b.example").await;
    let team = other.group("Theirs", &[&boss]).await;
    let ada = app.own.user("ada@a.example").await;
    app.own.group("Team", &[&ada]).await;
    let manager = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value";
    for (path, attribute, foreign) in [
        ("/Groups", "members.value", &boss),
        ("/Groups", "members", &boss),
        ("/Groups", "id", &team),
        ("/Users", "groups.value", &team),
        ("/Users", "groups", &team),
        ("/Users", "id", &boss),
        ("/Users", manager, &boss),
        ("/Users", "groups.display", &"Theirs".to_owned()),
        ("", "id", &boss),
    ] {
        for operator in ["eq", "ne", "co", "sw"] {
            let ask = async |id: &str| {
                let filter = format!("{attribute} {operator} \"{id}\"");
                let path = query("filter", &filter).replace("/Users", path);
                let (status, headers, text) = app.own.scim.get(&path).await.comparable();
                (status, headers, text.replace(id, ""))
            };
            let unknown = "ffffffff-ffff-4fff-bfff-ffffffffffff";
            let (told, expected) = (ask(foreign).await, ask(unknown).await);
            assert_eq!((told.0, &told.2), (expected.0, &expected.2), "{attribute}");
        }
    }
    app.finish();
}

/// Security D12: however a filter is built, it selects among the resources of its organization alone.
#[tokio::test]
async fn no_parenthesis_leads_out_of_an_organization() {
    let app = App::start().await;
    let other = app.other();
    other.user("bob@b.example").await;
    other.group("Theirs", &[]).await;
    let ada = app.own.user("ada@a.example").await;
    let team = app.own.group("Team", &[]).await;
    for filter in [
        "id pr) or (id pr",
        "id pr)",
        "(id pr",
        ") or (id pr",
        "id pr)) or ((id pr",
        "id pr) --",
        "id pr or",
        "or id pr",
        "emails[type pr] or value pr]",
    ] {
        for path in ["/Users", "/Groups", ""] {
            let path = query("filter", filter).replace("/Users", path);
            let answer = app.own.scim.get(&path).await;
            answer.is_scim_error(400, Some("invalidFilter"));
        }
    }
    for filter in [
        "id pr or id pr",
        "not (id eq \"x\")",
        "id ne \"x\"",
        "(id pr) or (not (id pr))",
        "id pr or meta.version eq \"x\"",
        "meta.created gt \"2000-01-01T00:00:00Z\"",
    ] {
        let users = found(&app, "/Users", filter).await;
        assert!(users.len() == 2 && users.contains(&ada), "{filter}");
        assert_eq!(found(&app, "/Groups", filter).await.concat(), team);
        assert_eq!(found(&app, "", filter).await.len(), 3, "{filter}");
    }
    app.finish();
}

/// Security D6: a page is never larger than allowed, whatever is asked for.
#[tokio::test]
async fn a_page_stays_within_its_limits() {
    let app = App::start().await;
    app.own.user("ada@a.example").await;
    for (name, value, shown) in [
        ("count", "2147483647", 2),
        ("count", "9223372036854775808", 2),
        ("count", "-1", 0),
        ("count", "-9999999999999999999999", 0),
        ("startIndex", "0", 2),
        ("startIndex", "-1", 2),
        ("startIndex", "9000000000000000000", 0),
        ("startIndex", "99999999999999999999999999", 0),
    ] {
        for list in [
            app.own.scim.get(&query(name, value)).await.is(200),
            app.own
                .scim
                .get(&query(name, value).replace("/Users", ""))
                .await
                .is(200),
        ] {
            assert_eq!(list["totalResults"], 2, "{name}={value}");
            assert_eq!(list["itemsPerPage"], shown, "{name}={value}");
        }
    }
    for bad in ["abc", "1.5", "1e3", "0x10", "1;2"] {
        for name in ["count", "startIndex"] {
            let answer = app.own.scim.get(&query(name, bad)).await;
            answer.is_scim_error(400, Some("invalidValue"));
        }
    }
    app.finish();
}

/// Security D7: the same by body, which may not be larger than any other.
#[tokio::test]
async fn a_search_by_body_has_the_limits_of_one_by_url() {
    let app = App::start().await;
    app.own.user("ada@a.example").await;
    let schemas = ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"];
    for path in ["/Users/.search", "/Groups/.search", "/.search"] {
        for (count, start) in [
            (json!(2_147_483_647), json!(-1)),
            (json!("2147483647"), json!(0)),
        ] {
            let body = json!({ "schemas": schemas, "count": count, "startIndex": start });
            app.own.scim.post(path, &body).await.is(200);
        }
        for bad in [json!("abc"), json!(1.5), json!({}), json!(true)] {
            let body = json!({ "schemas": schemas, "count": bad });
            let answer = app.own.scim.post(path, &body).await;
            answer.is_scim_error(400, Some("invalidValue"));
        }
        let large = json!({ "schemas": schemas, "filter": "x".repeat(10 << 20) });
        app.own
            .scim
            .post(path, &large)
            .await
            .is_scim_error(413, None);
    }
    app.finish();
}

/// Security D8: what cannot be compared is refused (each type: the filter's own tests).
#[tokio::test]
async fn a_comparison_that_makes_no_sense_is_refused_everywhere() {
    let app = App::start().await;
    for filter in [
        "active gt true",
        "active co \"t\"",
        "active eq 1",
        "userName eq 5",
        "userName eq true",
        "userName eq",
        "userName eq \"",
        "meta.created gt \"yesterday\"",
        "meta.created gt 5",
        "name eq \"x\"",
        "emails[type eq 5]",
    ] {
        for path in ["/Users", ""] {
            let path = query("filter", filter).replace("/Users", path);
            let answer = app.own.scim.get(&path).await;
            let said = answer.is_scim_error(400, Some("invalidFilter"));
            assert!(!said.is_empty());
        }
    }
    app.finish();
}

/// Security D9: a refusal may quote what was sent, and no browser takes it for a page.
#[tokio::test]
async fn script_text_comes_back_as_no_script() {
    let app = App::start().await;
    let script = "<script>alert('&x')</script>";
    let ada = app.own.user("ada@a.example").await;
    let change = json!([{ "op": "add", "path": script, "value": 1 }]);
    for answer in [
        app.own.scim.get(&query("filter", script)).await,
        app.own
            .scim
            .get(&query("filter", &format!("userName eq {script}")))
            .await,
        app.own.scim.get(&query("count", script)).await,
        app.own
            .scim
            .patch(&format!("/Users/{ada}"), &crate::app::patch(change))
            .await,
        app.own
            .scim
            .post("/Groups", &crate::app::group("x", &[script]))
            .await,
    ] {
        answer.is(400);
        assert!(!answer.text.contains(['<', '>', '&']), "{}", answer.text);
        assert_eq!(answer.header("content-type"), "application/scim+json");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
    app.finish();
}

/// Security D13: no text takes its reader longer than its length explains. The longest that are read have 64 KiB.
#[tokio::test]
async fn texts_made_to_be_read_slowly_are_read_as_quickly_as_others() {
    let app = App::start().await;
    let long = |part: &str| part.repeat(60_000 / part.len());
    for (n, part) in [
        "a@", "@", "a.", ".", "%41", "%", "-", "urn:", "a@a.", "=", "A",
    ]
    .iter()
    .enumerate()
    {
        let text = long(part);
        let body = json!({
            "schemas": [USER, text], "userName": format!("u{n}"), "profileUrl": text,
            "emails": [{ "value": text }], "x509Certificates": [{ "value": text }], "locale": text,
        });
        let email = json!({ "schemas": [USER], "userName": format!("e{n}"), "emails": [{ "value": text }] });
        for body in [body, email] {
            let mut quickest = Duration::MAX;
            for _ in 0..3 {
                let before = Instant::now();
                let answer = app.own.scim.post("/Users", &body).await;
                quickest = quickest.min(before.elapsed());
                assert!([201, 400, 409, 413].contains(&answer.status), "{part}");
            }
            assert!(
                quickest < Duration::from_millis(500),
                "{part}: {quickest:?}"
            );
        }
    }
    app.finish();
}
