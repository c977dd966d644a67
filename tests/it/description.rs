//! `/openapi.json` and `/docs`. A letter and a number name the attack, as in `security`.

use serde_json::Value;

use crate::answers;
use crate::app::App;

/// N5, I13: the description is the same for everybody, tells of nobody, and its page brings nothing from elsewhere.
#[tokio::test]
async fn the_description_is_for_everybody_and_its_page_needs_nothing_from_elsewhere() {
    let app = App::start().await;
    app.own.user("ada.lovelace@a.example").await;
    let document = app.anyone().get("/openapi.json").await;
    assert_eq!(document.header("content-type"), "application/json");
    if let Some(folder) = answers::folder() {
        std::fs::write(folder.join("openapi.json"), &document.text).unwrap();
    }
    let paths = document.is(200)["paths"].as_object().unwrap().clone();
    let page = app.anyone().get("/docs").await;
    assert_eq!(page.status, 200);
    for text in [&document.text, &page.text] {
        for told in ["ada.lovelace", "owner@a.example", &app.base] {
            assert!(!text.contains(told), "{told}");
        }
    }
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'"));
    assert!(!policy.contains("unsafe"));
    for elsewhere in ["<script", "http:", "https:", "src=", "@import", "url("] {
        assert!(!page.text.contains(elsewhere), "{elsewhere}");
    }
    for path in paths.keys() {
        assert!(page.text.contains(path.as_str()), "{path}");
    }
    // What says that it needs no credential answers without one, and the rest does not.
    for (path, methods) in &paths {
        let Some(get) = methods.get("get").filter(|_| !path.contains('{')) else {
            continue;
        };
        let answer = app.anyone().get(path).await;
        let open = get["security"] == serde_json::json!([{}]);
        let expected = get["responses"].get(answer.status.to_string());
        assert!(
            expected.is_some_and(Value::is_object),
            "{path}: {}",
            answer.status
        );
        assert!(
            open || matches!(answer.status, 303 | 401 | 404),
            "{path}: {}",
            answer.status
        );
    }
    app.finish();
}
