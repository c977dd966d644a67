//! The table against the router and the document.

use std::collections::BTreeSet;

use super::*;
use crate::http::router;

/// The methods of a route, as its router tells them; any method counts as GET.
fn methods(debugged: &str) -> Vec<String> {
    let Some((_, rest)) = debugged.split_once("allow_header: Bytes(b\"") else {
        return vec!["GET".to_owned()];
    };
    let (allowed, _) = rest.split_once('"').unwrap();
    let allowed = allowed.split(',').filter(|method| *method != "HEAD");
    allowed.map(str::to_owned).collect()
}

#[test]
fn every_route_has_a_line_and_every_line_a_route() {
    let routes: BTreeSet<(String, String)> = router::every_route()
        .into_iter()
        // Another name for the same.
        .filter(|(path, _)| !path.starts_with("/scim") || path.starts_with("/scim/v2"))
        .flat_map(|(path, route)| {
            let methods = methods(&format!("{route:?}"));
            methods
                .into_iter()
                .map(move |method| (path.clone(), method))
        })
        .collect();
    let lines: BTreeSet<(String, String)> = table()
        .map(|operation| (operation.path.to_owned(), operation.method.to_owned()))
        .collect();
    assert_eq!(table().count(), lines.len(), "a line stands there twice");
    let missing: Vec<String> = routes
        .difference(&lines)
        .map(|(path, method)| format!("    op(\"{method}\", \"{path}\", \"What it does\"),"))
        .collect();
    assert!(
        missing.is_empty(),
        "routes without a line. Add to src/http/openapi/rest.rs (or others.rs), with .by(Admins), .body(\"name: string\"), \
         .query(…) and .answers(&[201]) as fits:\n{}",
        missing.join("\n")
    );
    let gone: Vec<_> = lines.difference(&routes).collect();
    assert!(
        gone.is_empty(),
        "lines of src/http/openapi without a route in router.rs: {gone:?}"
    );
}

#[test]
fn every_line_says_who_may_ask_and_what_comes_back() {
    for operation in table() {
        let statuses = operation.statuses();
        let name = format!("{} {}", operation.method, operation.path);
        assert!(
            statuses.iter().any(|status| *status < 400) || name == "POST /scim/v2/Me",
            "{name}"
        );
        assert!(!operation.says.ends_with('.'), "{name}");
        for part in [operation.query, operation.body] {
            let fields = part.split(", ").filter(|field| !field.is_empty());
            for field in fields {
                assert!(field.contains(": "), "{name}: {field}");
            }
        }
    }
}

#[test]
fn the_document_is_openapi_with_an_id_for_each_operation() {
    let document: serde_json::Value = serde_json::from_str(text()).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    let operations: Vec<&serde_json::Value> = document["paths"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|path| path.as_object().unwrap().values())
        .collect();
    let ids: BTreeSet<&str> = operations
        .iter()
        .map(|operation| operation["operationId"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), table().count());
    let tokens = &document["paths"]["/api/scim/tokens"]["post"];
    let mut statuses: Vec<&String> = tokens["responses"].as_object().unwrap().keys().collect();
    statuses.sort_unstable();
    assert_eq!(statuses, ["201", "400", "401", "403", "413", "415"]);
}
