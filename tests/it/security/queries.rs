//! D: queries.

use serde_json::json;

use crate::app::App;

fn query(name: &str, value: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair(name, value)
        .finish();
    format!("/Users?{query}")
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
