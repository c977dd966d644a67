//! Any JSON to any SCIM endpoint: never a fault of the server's, and what is refused has changed nothing.

use proptest::prelude::{Just, Strategy, any};
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{App, group, patch, user};

/// How many requests each test sends.
const REQUESTS: usize = 250;

const NAMES: [&str; 22] = [
    "schemas",
    "id",
    "userName",
    "externalId",
    "active",
    "emails",
    "value",
    "type",
    "primary",
    "name",
    "displayName",
    "members",
    "Operations",
    "op",
    "path",
    "method",
    "bulkId",
    "data",
    "filter",
    "count",
    "manager",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
];

const TEXTS: [&str; 12] = [
    "",
    "a",
    "True",
    "\u{0}",
    "{user}",
    "{group}",
    "bulkId:a",
    "members",
    "emails[type eq \"work\"].value",
    "userName eq \"a\"",
    "2020-01-01T00:00:00Z",
    "urn:ietf:params:scim:schemas:core:2.0:User",
];

/// Where a request goes.
const PATHS: [&str; 14] = [
    "/Users",
    "/Users/{user}",
    "/Users/{owner}",
    "/Users/.search",
    "/Groups",
    "/Groups/{group}",
    "/Groups/.search",
    "/.search",
    "/Bulk",
    "/Me",
    "/Schemas",
    "/ResourceTypes/User",
    "/ServiceProviderConfig",
    "/Nothing/{user}",
];

fn values() -> impl Strategy<Value = Value> {
    let leaf = proptest::prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        proptest::sample::select(TEXTS.to_vec()).prop_map(Value::from),
        "\\PC{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let name = proptest::prop_oneof![
            9 => proptest::sample::select(NAMES.to_vec()).prop_map(str::to_owned),
            1 => "\\PC{0,6}",
        ];
        proptest::prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(name, inner, 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// Messages that are good.
fn messages() -> impl Strategy<Value = Value> {
    let bulk = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        "Operations": [
            { "method": "POST", "path": "/Users", "bulkId": "a", "data": user("bulk@a.example") },
            { "method": "PATCH", "path": "/Groups/{group}", "data": patch(json!([
                { "op": "add", "path": "members", "value": [{ "value": "bulkId:a" }] },
            ])) },
            { "method": "DELETE", "path": "/Users/bulkId:a" },
        ],
    });
    let search = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
        "filter": "userName co \"a\" or displayName pr", "attributes": ["userName"], "startIndex": 1, "count": 2,
    });
    let mut full = user("full@a.example");
    full["emails"] = json!([{ "type": "work", "value": "full@a.example", "primary": true }]);
    full["name"] = json!({ "givenName": "Full", "familyName": "User" });
    proptest::sample::select(vec![
        user("a@a.example"),
        full,
        group("New", &["{user}"]),
        patch(json!([{ "op": "replace", "path": "active", "value": true }])),
        patch(
            json!([{ "op": "add", "path": "emails[type eq \"work\"].value", "value": "b@a.example" }]),
        ),
        patch(
            json!([{ "op": "remove", "path": "members[value eq \"{user}\"]" }, { "op": "replace", "value": { "displayName": "Other" } }]),
        ),
        bulk,
        search,
    ])
}

/// A message one part of which is something else.
fn bent() -> impl Strategy<Value = Value> {
    (
        messages(),
        any::<proptest::sample::Index>(),
        proptest::option::of(values()),
    )
        .prop_map(|(mut message, at, with)| {
            let mut places = Vec::new();
            pointers(&message, String::new(), &mut places);
            if let Some(place) = message.pointer_mut(&places[at.index(places.len())])
                && let Some(with) = with
            {
                *place = with;
            }
            message
        })
}

fn pointers(value: &Value, at: String, found: &mut Vec<String>) {
    match value {
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                pointers(element, format!("{at}/{index}"), found);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                let name = name.replace('~', "~0").replace('/', "~1");
                pointers(field, format!("{at}/{name}"), found);
            }
        }
        _ => {}
    }
    found.push(at);
}

fn requests() -> impl Strategy<Value = (&'static str, &'static str, Value)> {
    let method = proptest::sample::select(vec![
        "POST", "PUT", "PATCH", "PATCH", "POST", "GET", "DELETE",
    ]);
    let body = proptest::prop_oneof![4 => bent(), 1 => values()];
    (method, proptest::sample::select(PATHS.to_vec()), body)
}

/// Everything of the roll that a client can change, and how much the audit trail says.
async fn stored(app: &App) -> Vec<String> {
    let sql = "SELECT CAST(id AS TEXT) || user_name || COALESCE(external_id, '-') || CAST(active AS TEXT) || CAST(role AS TEXT)
            || CAST(version AS TEXT) || CAST(modified_at AS TEXT) || CAST(attributes AS TEXT) FROM members
        UNION ALL
        SELECT CAST(id AS TEXT) || display_name || COALESCE(external_id, '-') || CAST(version AS TEXT)
            || CAST(modified_at AS TEXT) FROM groups
        UNION ALL
        SELECT CAST(group_id AS TEXT) || CAST(member_id AS TEXT) FROM group_members
        UNION ALL
        SELECT CAST(id AS TEXT) FROM events";
    let mut all = app.place.database.texts(sql, &[]).await;
    all.sort();
    all
}

/// Sends requests drawn from a seed, with a token of this profile.
async fn send_any(seed: u8, profile: &str) {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let drawn = proptest::collection::vec(requests(), REQUESTS)
        .new_tree(&mut runner)
        .unwrap()
        .current();
    let app = App::start().await;
    let owner = app.own.scim.get("/Users").await.is(200);
    let owner = owner["Resources"][0]["id"].as_str().unwrap();
    let arguments = [
        "scim-token",
        "create",
        "--organization",
        "1",
        "--profile",
        profile,
    ];
    let token = crate::app::printed(&app.place.run(&arguments));
    let client = app.own.scim.with(Some(&format!("Bearer {}", token.trim())));
    let (mut people, mut teams) = (String::new(), String::new());
    let (mut done, mut refused) = (0, 0);
    let mut before = stored(&app).await;
    for (number, (method, path, body)) in drawn.into_iter().enumerate() {
        // Some are deleted on the way.
        if number % 10 == 0 {
            people = app.own.user(&format!("u{number}@a.example")).await;
            teams = app.own.group(&format!("g{number}"), &[&people]).await;
            before = stored(&app).await;
        }
        let fill = |text: &str| {
            let text = text.replace("{user}", &people).replace("{group}", &teams);
            text.replace("{owner}", owner)
        };
        let (path, body) = (fill(path), fill(&body.to_string()));
        let method: Method = method.parse().unwrap();
        // No answer may be a fault of the server's: the client sees to that.
        let answer = client
            .send(method.clone(), &path, &[], Some(body.clone()))
            .await;
        let shown = format!("{method} {path}\n{body}\n{answer:?}");
        let after = stored(&app).await;
        if answer.status >= 400 {
            answer.is_scim_error(answer.status, answer.json()["scimType"].as_str());
            assert_eq!(after, before, "{shown}");
            refused += 1;
        } else {
            done += 1;
        }
        let operations = answer.json();
        for operation in operations["Operations"].as_array().into_iter().flatten() {
            let status: u16 = operation["status"].as_str().unwrap().parse().unwrap();
            assert!(status < 500, "{shown}");
        }
        before = after;
    }
    assert!(done > 20 && refused > 50, "{done} done, {refused} refused");
    app.finish();
}

#[tokio::test]
async fn any_json_is_read_or_refused_strictly() {
    send_any(1, "rfc").await;
}

#[tokio::test]
async fn any_json_is_read_or_refused_leniently() {
    send_any(2, "lenient").await;
}
