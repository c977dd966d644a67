//! `caseExact`, and how values of each type are compared.

use serde_json::json;

use super::{BADGE, made, refused, selected, with};

#[tokio::test]
async fn values_are_compared_as_what_they_are() {
    let app = with(&json!([
        { "name": "text" },
        { "name": "exact", "caseExact": true },
        { "name": "level", "type": "decimal" },
        { "name": "count", "type": "integer" },
        { "name": "since", "type": "dateTime" },
        { "name": "photo", "type": "binary" },
        { "name": "page", "type": "reference" },
        { "name": "flag", "type": "boolean" },
        { "name": "tags", "multiValued": true },
        { "name": "keys", "type": "complex", "multiValued": true, "subAttributes": [
            { "name": "value" }, { "name": "size", "type": "integer" },
        ] },
    ]))
    .await;
    made(&app, "ada", &json!({
        "text": "Abc", "exact": "Abc", "level": 10, "count": 9, "since": "2026-03-01T10:30:00+01:00", "photo": "QUI=",
        "page": "https://x.example/A", "flag": true, "tags": ["red", "Blue"], "keys": [{ "value": "k", "size": 3 }, { "value": "l", "size": 10 }],
    }))
    .await;
    made(&app, "bob", &json!({ "level": 9.5, "count": 10, "since": "2026-03-01T09:30:01Z", "flag": false, "tags": ["green"] })).await;
    for (filter, names) in [
        ("text eq \"aBC\"", "ada"),
        ("exact eq \"aBC\"", ""),
        ("exact eq \"Abc\"", "ada"),
        ("level gt 9.5", "ada"),
        ("level ge 9.5", "ada bob"),
        ("level eq 1e1", "ada"),
        ("level ne 10.0", "bob owner@a.example"),
        ("count lt 10", "ada"),
        ("count le 10", "ada bob"),
        ("since eq \"2026-03-01T09:30:00Z\"", "ada"),
        ("since gt \"2026-03-01T10:30:00.5+01:00\"", "bob"),
        ("photo eq \"QUI=\"", "ada"),
        ("page co \"x.example/A\"", "ada"),
        ("page eq \"https://x.example/a\"", ""),
        ("flag eq true", "ada"),
        ("flag ne true", "bob owner@a.example"),
        ("tags eq \"BLUE\"", "ada"),
        ("tags sw \"gr\"", "bob"),
        ("tags[value eq \"red\"]", "ada"),
        ("tags pr", "ada bob"),
        ("keys[value eq \"k\" and size lt 5]", "ada"),
        ("keys[value eq \"k\" and size gt 5]", ""),
        ("keys.size eq 10", "ada"),
    ] {
        let whole = format!("{BADGE}:{filter}");
        assert_eq!(selected(&app, &whole).await.join(" "), names, "{filter}");
    }
    for filter in [
        "flag gt true",
        "photo gt \"QUI=\"",
        "photo le \"QUI=\"",
        "level co 1",
        "level eq \"10\"",
        "count sw 1",
        "since eq 5",
        "since co \"2026\"",
        "text eq 5",
        "keys.size eq \"x\"",
        "text[value eq \"x\"]",
        "nothing pr",
    ] {
        refused(&app, &format!("{BADGE}:{filter}")).await;
    }
    app.finish();
}
