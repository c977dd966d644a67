//! People and groups drawn at random from few and awkward texts, so that they share values and prefixes.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use super::Draw;
use crate::app::{App, USER, group};

const PEOPLE: usize = 36;
const GROUPS: usize = 7;
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// A text that clients really send, or one that is hard to compare.
fn text() -> impl Strategy<Value = String> {
    let long = "long ".repeat(60);
    let awkward: Vec<String> = [
        "",
        " ",
        "a",
        "A",
        "b",
        "ab",
        "AB ",
        " ab",
        "abc",
        "Åsa",
        "a\u{30a}sa",
        "ÅSA",
        "straße",
        "strasse",
        "STRASSE",
        "İ",
        "i\u{307}",
        "100%",
        "a_b",
        "a\"b",
        "a\\b",
        "'; --",
        "漢字",
        "\u{10ffff}",
        "z",
        "ö",
        "Ö",
    ]
    .map(str::to_owned)
    .to_vec();
    prop_oneof![
        6 => select(awkward),
        2 => "[a-cA-C]{1,3}",
        1 => "[a-c]{0,2}".prop_map(move |end| format!("{long}{end}")),
    ]
}

fn elements() -> impl Strategy<Value = Value> {
    let element = (
        option::of(text()),
        option::of(select(&["work", "home", "Work"][..])),
    );
    (vec(element, 0..4), any::<prop::sample::Index>(), 0..3_u8).prop_map(|(all, at, primary)| {
        let mut elements = Vec::new();
        for (value, kind) in all {
            let mut element = Map::new();
            if let Some(value) = value {
                element.insert("value".to_owned(), json!(value));
            }
            if let Some(kind) = kind {
                element.insert("type".to_owned(), json!(kind));
            }
            if !element.is_empty() {
                elements.push(Value::Object(element));
            }
        }
        if !elements.is_empty() && primary > 0 {
            let at = at.index(elements.len());
            elements[at]["primary"] = json!(primary == 1);
        }
        Value::Array(elements)
    })
}

fn person(number: usize) -> impl Strategy<Value = Value> {
    let named = [
        "displayName",
        "title",
        "nickName",
        "locale",
        "familyName",
        "givenName",
        "employeeNumber",
        "department",
        "costCenter",
        "manager",
        "externalId",
    ];
    let texts = vec(option::of(text()), named.len());
    (text(), texts, any::<bool>(), elements(), elements()).prop_map(
        move |(name, texts, active, emails, phones)| {
            let mut body = json!({
                "schemas": [USER, ENTERPRISE], "userName": format!("{}{number}", name.trim()), "active": active,
                "emails": emails, "phoneNumbers": phones, "name": {}, ENTERPRISE: {},
            });
            for (attribute, text) in named.iter().zip(texts) {
                let Some(text) = text else {
                    continue;
                };
                match *attribute {
                    "familyName" | "givenName" => body["name"][attribute] = json!(text),
                    "manager" => body[ENTERPRISE]["manager"] = json!({ "value": text }),
                    "employeeNumber" | "department" | "costCenter" => {
                        body[ENTERPRISE][attribute] = json!(text);
                    }
                    "externalId" => {
                        let text = text.trim();
                        body["externalId"] = if text.is_empty() { Value::Null } else { json!(text) };
                    }
                    _ => body[attribute] = json!(text),
                }
            }
            body
        },
    )
}

/// Makes them, and changes some, so that the index is written in both ways.
pub(super) async fn gather(app: &App, draw: &mut Draw) {
    let mut ids = Vec::new();
    for number in 0..PEOPLE {
        let body = draw.one(person(number));
        let made = app.own.scim.post("/Users", &body).await.is(201);
        ids.push(made["id"].as_str().unwrap().to_owned());
    }
    for (number, id) in ids.iter().enumerate().take(PEOPLE / 3) {
        let body = draw.one(person(number));
        let path = format!("/Users/{id}");
        app.own.scim.put(&path, &body).await.is(200);
    }
    for number in 0..GROUPS {
        let some: Vec<bool> = draw.one(vec(any::<bool>(), ids.len()));
        let members: Vec<&str> = ids
            .iter()
            .zip(some)
            .filter_map(|(id, is_in)| is_in.then_some(id.as_str()))
            .take(9)
            .collect();
        let name = draw.one(text());
        let mut body = group(&format!("{number}{name}"), &members);
        body["externalId"] = draw.one(option::of("[a-b]{1,2}")).into();
        app.own.scim.post("/Groups", &body).await.is(201);
    }
}
