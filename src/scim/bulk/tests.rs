use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::domain::leniency::Leniency;

/// A plan whose new resources have the ids 1, 2, 3…
fn planned(operations: Value) -> Result<Plan, Refusal> {
    let mut message = json!({ "schemas": [REQUEST] });
    message["Operations"] = operations;
    read(message)
}

fn read(message: Value) -> Result<Plan, Refusal> {
    let mut last = 0;
    plan(message, &Reading::of(Leniency::Rfc), || {
        last += 1;
        Uuid::from_u128(last)
    })
}

fn id(number: u128) -> String {
    Uuid::from_u128(number).to_string()
}

fn post(kind: &str, bulk_id: &str, data: &Value) -> Value {
    json!({ "method": "POST", "path": format!("/{kind}"), "bulkId": bulk_id, "data": data })
}

/// A POST that refers to others.
fn referring(kind: &str, bulk_id: &str, others: &[&str]) -> Value {
    let values: Vec<String> = others
        .iter()
        .map(|other| format!("bulkId:{other}"))
        .collect();
    post(kind, bulk_id, &json!({ "members": values }))
}

#[test]
fn a_message_with_the_wrong_structure_is_refused_as_a_whole() {
    let good = || post("Users", "a", &json!({}));
    for message in [
        json!([]),
        json!({ "Operations": [] }),
        json!({ "schemas": ["urn:other"], "Operations": [] }),
        json!({ "schemas": [REQUEST] }),
        json!({ "schemas": [REQUEST], "Operations": {} }),
        json!({ "schemas": [REQUEST], "Operations": [good(), "x"] }),
        json!({ "schemas": [REQUEST], "Operations": [{ "method": "POST", "Method": "PUT" }] }),
        json!({ "schemas": [REQUEST], "Operations": [{ "bulkId": 5 }] }),
        json!({ "schemas": [REQUEST], "Operations": [good(), good()] }),
        json!({ "schemas": [REQUEST], "operations": [], "Operations": [] }),
    ] {
        let refused = read(message.clone());
        assert!(
            matches!(refused, Err(Refusal::Malformed(Error::InvalidSyntax(_)))),
            "{message}: {refused:?}"
        );
    }
    let too_many = planned(vec![good(); MAX_OPERATIONS + 1].into());
    assert_eq!(too_many, Err(Refusal::TooMany(MAX_OPERATIONS + 1)));
}

#[test]
fn the_number_of_errors_is_an_integer() {
    let of = |value: Value| {
        read(json!({ "schemas": [REQUEST], "failOnErrors": value, "Operations": [] }))
            .map(|plan| plan.fail_on_errors)
    };
    for (value, expected) in [
        (json!(null), None),
        (json!(3), Some(3)),
        (json!(0), Some(1)),
        (json!(-5), Some(1)),
    ] {
        assert_eq!(of(value), Ok(expected));
    }
    for value in [json!("1"), json!(1.5), json!(true)] {
        assert!(matches!(
            of(value),
            Err(Refusal::Malformed(Error::InvalidValue(_)))
        ));
    }
}

#[test]
fn an_operation_is_read_with_names_and_method_in_any_case() {
    let plan = planned(json!([
        { "METHOD": "post", "Path": "Users/", "bulkid": "a", "Data": { "userName": "a" } },
        { "method": "Patch", "path": "/Groups/x", "version": "W/\"3\"", "data": {} },
        { "method": "DELETE", "path": "/Users/y", "data": "passed over" },
    ]))
    .unwrap();
    let task = |index: usize| plan.operations[index].task.clone().unwrap();
    assert_eq!(
        task(0),
        Task {
            method: Method::Post,
            kind: Kind::User,
            id: id(1),
            version: None,
            data: json!({ "userName": "a" }),
        }
    );
    assert_eq!(
        (task(1).id.as_str(), task(1).version.as_deref()),
        ("x", Some("W/\"3\""))
    );
    assert_eq!((task(2).kind, task(2).data), (Kind::User, Value::Null));
    assert_eq!(plan.order, [[0], [1], [2]]);
}

#[test]
fn what_is_wrong_with_one_operation_leaves_the_others_alone() {
    let wrong = [
        json!({ "path": "/Users", "bulkId": "w", "data": {} }),
        json!({ "method": "GET", "path": "/Users/x" }),
        json!({ "method": 5, "path": "/Users/x" }),
        json!({ "method": "POST", "path": "/Users", "data": {} }),
        json!({ "method": "POST", "path": "/Users", "bulkId": "w" }),
        json!({ "method": "POST", "path": "/Users/x", "bulkId": "w", "data": {} }),
        json!({ "method": "PUT", "path": "/Users", "data": {} }),
        json!({ "method": "PUT", "path": "/Users/x", "data": null }),
        json!({ "method": "PUT", "path": "/Users/x", "version": 3, "data": {} }),
        json!({ "method": "DELETE" }),
        json!({ "method": "DELETE", "path": ["/Users/x"] }),
    ];
    for wrong in wrong {
        let good = post("Users", "a", &json!({}));
        let plan = planned(json!([wrong, good])).unwrap();
        assert!(
            matches!(plan.operations[0].task, Err(Refusal::Malformed(_))),
            "{wrong}"
        );
        assert!(plan.operations[1].task.is_ok());
    }
}

#[test]
fn a_path_names_users_and_groups_and_nothing_else() {
    for path in [
        "",
        "/",
        "//Users/x",
        "/Users//x",
        "/Users/x/y",
        "/Users/..",
        "/Users/../Groups/x",
        "/../Users/x",
        "../Users/x",
        "/Users/./x",
        "/Users/%2e%2e",
        "/Users/.search",
        "/Users/x?attributes=id",
        "/Users/x#y",
        "/Users\\x",
        "/users/x",
        "/Bulk",
        "/Bulk/x",
        "/Me",
        "/.search",
        "/Schemas/x",
        "/scim/v2/Users/x",
        "https://other.example/scim/v2/Users/x",
        "http://127.0.0.1/Users/x",
    ] {
        let operation = json!({ "method": "DELETE", "path": path });
        let plan = planned(json!([operation])).unwrap();
        assert!(
            matches!(
                plan.operations[0].task,
                Err(Refusal::Malformed(Error::InvalidPath(_)))
            ),
            "{path}"
        );
    }
}

#[test]
fn every_reference_is_replaced_wherever_it_stands() {
    let plan = planned(json!([
        post("Users", "ada", &json!({})),
        { "method": "PATCH", "path": "/Users/bulkId:ada", "data": { "Operations": [
            { "op": "add", "value": { "manager": { "value": "bulkId:bob" } } },
            { "op": "remove", "path": "x[value eq \"bulkId:bob\" or value eq \"bulkIds\"]" },
        ] } },
        post("Users", "bob", &json!({
            "bulkId:ada": [["bulkId:ada"], 5],
            "nickName": "xbulkId:ada",
            "groups": ["bulkId:nobody"],
        })),
    ]))
    .unwrap();
    let task = |index: usize| plan.operations[index].task.clone().unwrap();
    assert_eq!(task(1).id, id(1));
    assert_eq!(
        task(1).data,
        json!({ "Operations": [
            { "op": "add", "value": { "manager": { "value": id(2) } } },
            { "op": "remove", "path": format!("x[value eq \"{}\" or value eq \"bulkIds\"]", id(2)) },
        ] })
    );
    assert_eq!(
        task(2).data,
        json!({ "bulkId:ada": [[id(1)], 5], "nickName": "xbulkId:ada", "groups": ["bulkId:nobody"] })
    );
    assert_eq!(plan.operations[1].needs, [0, 2]);
}

#[test]
fn an_operation_waits_for_what_it_refers_to_and_for_nothing_else() {
    let patch = |path: &str| json!({ "method": "PATCH", "path": path, "data": {} });
    let plan = planned(json!([
        referring("Groups", "team", &["ada", "bob"]),
        post("Users", "bob", &json!({})),
        patch("/Groups/bulkId:team"),
        patch("/Users/x"),
        post("Users", "ada", &json!({})),
        patch("/Groups/bulkId:team"),
    ]))
    .unwrap();
    assert_eq!(plan.order, [[1], [3], [4], [0], [2], [5]]);
    assert_eq!(plan.operations[0].needs, [1, 4]);
    assert_eq!(plan.operations[2].needs, [0]);
}

#[test]
fn operations_on_one_resource_stay_in_their_order() {
    let plan = planned(json!([
        { "method": "PATCH", "path": "/Groups/x", "data": ["bulkId:late"] },
        { "method": "DELETE", "path": "/Groups/x" },
        { "method": "DELETE", "path": "/Users/x" },
        post("Users", "late", &json!({})),
    ]))
    .unwrap();
    assert_eq!(plan.order, [[2], [3], [0], [1]]);
    assert!(plan.operations[1].needs.is_empty());
}

#[test]
fn users_in_a_circle_are_done_together_and_before_its_groups() {
    let plan = planned(json!([
        referring("Groups", "team", &["ada"]),
        referring("Users", "bob", &["ada"]),
        referring("Users", "ada", &["bob", "team"]),
        referring("Users", "self", &["self"]),
        referring("Groups", "late", &["bob"]),
    ]))
    .unwrap();
    assert_eq!(plan.order, [vec![1, 2, 0], vec![3], vec![4]]);
    assert!(
        plan.operations
            .iter()
            .all(|operation| operation.task.is_ok())
    );
}

#[test]
fn groups_in_a_circle_are_refused_and_the_sentence_names_them() {
    let plan = planned(json!([
        referring("Groups", "a", &["b"]),
        referring("Groups", "b", &["a"]),
        referring("Groups", "own", &["own"]),
        referring("Groups", "above", &["a"]),
    ]))
    .unwrap();
    for (index, names) in [(0, "`a`, `b`"), (1, "`a`, `b`"), (2, "`own`")] {
        let Err(Refusal::Conflict(sentence)) = &plan.operations[index].task else {
            panic!("{:?}", plan.operations[index]);
        };
        assert!(sentence.contains(names), "{sentence}");
    }
    assert!(plan.operations[3].task.is_ok(), "its turn has not come");
    assert_eq!(plan.order, [vec![0, 1], vec![2], vec![3]]);
}

#[test]
fn what_refers_to_nothing_is_refused_and_what_needs_it_waits_for_its_failure() {
    let plan = planned(json!([
        referring("Users", "a", &["nobody"]),
        referring("Users", "b", &["a"]),
        { "method": "DELETE", "path": "/Users/bulkId:nobody" },
    ]))
    .unwrap();
    for index in [0, 2] {
        let Err(Refusal::Conflict(sentence)) = &plan.operations[index].task else {
            panic!("{:?}", plan.operations[index]);
        };
        assert!(sentence.contains("`nobody`"), "{sentence}");
    }
    assert_eq!(plan.operations[1].needs, [0]);
    assert_eq!(plan.order, [[0], [1], [2]]);
}

#[test]
fn a_thousand_operations_in_one_chain_or_circle_are_put_in_order() {
    let chain = |last: &str| -> Value {
        let mut operations: Vec<Value> = (0..MAX_OPERATIONS - 1)
            .map(|n| referring("Users", &n.to_string(), &[&(n + 1).to_string()]))
            .collect();
        operations.push(referring(
            "Users",
            &(MAX_OPERATIONS - 1).to_string(),
            &[last],
        ));
        operations.into()
    };
    let circle = planned(chain("0")).unwrap();
    assert_eq!(circle.order.len(), 1);
    let own = planned(chain("999")).unwrap();
    let reversed: Vec<Vec<usize>> = (0..MAX_OPERATIONS).rev().map(|n| vec![n]).collect();
    assert_eq!(own.order, reversed);
}

proptest! {
    #[test]
    fn every_operation_has_one_turn_and_comes_after_what_it_needs(
        wanted in proptest::collection::vec((any::<bool>(), proptest::collection::vec(0..12_usize, 0..4)), 0..12)
    ) {
        let operations: Vec<Value> = wanted.iter().enumerate().map(|(n, (user, others))| {
            let others: Vec<String> = others.iter().map(|other| format!("{}", other % wanted.len())).collect();
            let others: Vec<&str> = others.iter().map(String::as_str).collect();
            referring(if *user { "Users" } else { "Groups" }, &n.to_string(), &others)
        }).collect();
        let plan = planned(operations.into()).unwrap();
        let flat: Vec<usize> = plan.order.concat();
        let mut sorted = flat.clone();
        sorted.sort_unstable();
        prop_assert_eq!(sorted, (0..wanted.len()).collect::<Vec<_>>());
        let turn = |index: usize| flat.iter().position(|one| *one == index).unwrap();
        for (index, operation) in plan.operations.iter().enumerate() {
            let Ok(task) = &operation.task else { continue };
            for need in &operation.needs {
                // A User waits for nobody of the same circle, and all else waits for all that it needs.
                let together = plan.order.iter().any(|list| list.contains(&index) && list.contains(need));
                prop_assert!(turn(*need) < turn(index) || (together && task.kind == Kind::User));
            }
        }
    }

    #[test]
    fn no_message_makes_it_panic(message in message()) {
        let _ = read(message);
    }
}

/// JSON that comes near to a message.
fn message() -> impl Strategy<Value = Value> {
    let word = prop_oneof![
        Just("POST"),
        Just("put"),
        Just("DELETE"),
        Just("PATCH"),
        Just("/Users"),
        Just("/Groups"),
        Just("a"),
        Just("/Users/bulkId:a"),
        Just("bulkId:a"),
        Just("bulkId:"),
        Just("/Groups/x[\"bulkId:a\"]"),
        Just(REQUEST),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<i64>().prop_map(Value::from),
        word.prop_map(Value::from)
    ];
    let name = prop_oneof![
        Just("method"),
        Just("path"),
        Just("bulkId"),
        Just("data"),
        Just("version"),
        Just("Operations"),
        Just("schemas"),
        Just("failOnErrors"),
        Just("groups"),
        Just("members"),
    ];
    let inner = leaf.prop_recursive(5, 64, 8, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            proptest::collection::vec((name.clone(), inner), 0..6).prop_map(|fields| {
                Value::Object(
                    fields
                        .into_iter()
                        .map(|(name, value)| (name.to_owned(), value))
                        .collect(),
                )
            }),
        ]
    });
    proptest::collection::vec(inner, 0..6)
        .prop_map(|operations| json!({ "schemas": [REQUEST], "Operations": operations }))
}
