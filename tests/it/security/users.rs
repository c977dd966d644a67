//! C: what a client says of a User.

use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{App, OWNER, USER, patch, user};
use crate::client::Answer;

const UNKNOWN: &str = "00000000-0000-0000-0000-000000000000";

async fn post(app: &App, body: &str) -> Answer {
    let body = Some(body.to_owned());
    app.own.scim.send(Method::POST, "/Users", &[], body).await
}

/// Security C1: what is ours to say is not taken from a client, by PUT or PATCH (by POST: `users/create.rs`).
#[tokio::test]
async fn words_of_the_inside_give_nobody_a_role() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let path = format!("/Users/{ada}");
    let said = json!({
        "schemas": [USER], "userName": "ada@a.example",
        "role": "OW", "isOwner": true, "owner": true, "org_id": 2, "organization_id": 2, "password_hash": "x",
        "emailVerified": true, "seat": 1, "pinned_role": 5, "roles": [{ "value": "OW", "primary": true }],
        "urn:example:internal:2.0:User": { "role": "OW", "organization_id": 2 },
    });
    app.own.scim.put(&path, &said).await.is(200);
    app.own
        .change(&path, json!([{ "op": "replace", "value": said }]))
        .await;
    for name in [
        "role",
        "isOwner",
        "org_id",
        "password_hash",
        "emailVerified",
        "seat",
    ] {
        let add = patch(json!([{ "op": "add", "path": name, "value": "OW" }]));
        app.own
            .scim
            .patch(&path, &add)
            .await
            .is_scim_error(400, Some("invalidPath"));
    }
    assert_eq!(app.own.role("ada@a.example").await, "AN manual");
    assert_eq!(app.own.role(OWNER).await, "OW manual");
    app.finish();
}

/// Security C2: a body that names another resource than the path.
#[tokio::test]
async fn a_body_with_the_id_of_another_changes_neither() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let bob = app.own.user("bob@a.example").await;
    let team = app.own.group("Team", &[]).await;
    let (a, b, t) = (
        format!("/Users/{ada}"),
        format!("/Users/{bob}"),
        format!("/Groups/{team}"),
    );
    let all = async || {
        [
            app.own.scim.get(&a).await.text,
            app.own.scim.get(&b).await.text,
            app.own.scim.get(&t).await.text,
        ]
    };
    let before = all().await;
    for foreign in [bob.as_str(), UNKNOWN, "x", "0"] {
        let mut body = user("eve@a.example");
        body["ID"] = json!(foreign);
        let whole = [
            app.own.scim.put(&a, &body).await,
            app.own
                .scim
                .put(
                    &t,
                    &json!({ "schemas": [crate::app::GROUP], "displayName": "New", "id": foreign }),
                )
                .await,
        ];
        let change =
            patch(json!([{ "op": "replace", "value": { "id": foreign, "displayName": "New" } }]));
        let part = [
            app.own.scim.patch(&a, &change).await,
            app.own.scim.patch(&t, &change).await,
        ];
        for answer in whole.iter().chain(&part) {
            answer.is_scim_error(400, Some("mutability"));
        }
    }
    assert_eq!(all().await, before);
    // What the client has read is its own; and a new resource gets an id of ours.
    let change = patch(json!([{ "op": "replace", "value": { "id": ada, "displayName": "Ada" } }]));
    app.own.scim.patch(&a, &change).await.is(200);
    let mut eve = user("eve@a.example");
    eve["id"] = json!(bob);
    let made = app.own.scim.post("/Users", &eve).await.is(201);
    assert!(made["id"] != json!(bob) && made["id"] != json!(ada));
    app.finish();
}

/// Security C3: besides `users/patch.rs`, each attribute that only the server writes.
#[tokio::test]
async fn what_only_the_server_writes_is_refused_by_name() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let team = app.own.group("Team", &[]).await;
    let (user, group) = (format!("/Users/{ada}"), format!("/Groups/{team}"));
    for (path, names) in [
        (
            &user,
            &["id", "meta", "meta.created", "groups", "schemas"][..],
        ),
        (&group, &["id", "meta", "meta.location", "schemas"]),
    ] {
        let before = app.own.scim.get(path).await.text;
        for name in names {
            for op in ["add", "replace", "remove"] {
                let mut operation = json!({ "op": op, "path": name });
                if op != "remove" {
                    operation["value"] = json!("x");
                }
                let answer = app.own.scim.patch(path, &patch(json!([operation]))).await;
                answer.is_scim_error(400, Some("mutability"));
            }
        }
        assert_eq!(app.own.scim.get(path).await.text, before);
    }
    app.finish();
}

/// Security C4: keys that are paths, and names that mean something in other languages.
#[tokio::test]
async fn a_key_that_is_a_path_leads_to_a_known_attribute_or_is_refused() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let path = format!("/Users/{ada}");
    let before = app.own.scim.get(&path).await.text;
    for key in [
        "a.b",
        "__proto__.role",
        "constructor.prototype.role",
        "attributes.role",
        "name.__proto__",
        "emails[0].value",
        "emails[0]",
        "emails[type eq \"work\"",
        "role[value eq \"x\"]",
        "$.role",
    ] {
        let operations = [
            json!({ "op": "add", "value": { key: "OW" } }),
            json!({ "op": "add", "path": key, "value": "OW" }),
        ];
        for operation in operations {
            let refused = app.own.scim.patch(&path, &patch(json!([operation]))).await;
            let body = refused.is(400);
            let known = ["invalidPath", "invalidFilter"];
            assert!(
                known.contains(&body["scimType"].as_str().unwrap()),
                "{key}: {body}"
            );
        }
    }
    // Plain names that nobody knows are passed over, as in the body of a PUT.
    for key in ["__proto__", "constructor", "toString", "role"] {
        let add = json!([{ "op": "add", "value": { key: { "role": "OW" } } }]);
        app.own.change(&path, add).await;
    }
    assert_eq!(app.own.scim.get(&path).await.text, before);
    app.finish();
}

/// Security C5: of two that say different things no one is chosen.
#[tokio::test]
async fn what_is_said_twice_is_refused() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let legacy = "urn:scim:schemas:extension:enterprise:2.0";
    let before = app.own.scim.get(&format!("/Users/{ada}")).await.text;
    for rest in [
        r#""userName":"a","userName":"b""#.to_owned(),
        r#""userName":"a","username":"b""#.to_owned(),
        r#""userName":"a","active":true,"Active":false"#.to_owned(),
        r#""userName":"a","active":true,"active":true"#.to_owned(),
        r#""userName":"a","name":{"givenName":"x","givenname":"y"}"#.to_owned(),
        r#""userName":"a","emails":[{"value":"x","VALUE":"y"}]"#.to_owned(),
        r#""userName":"a","schemas":["urn:x"]"#.to_owned(),
        format!(
            r#""userName":"a","{enterprise}":{{"department":"x"}},"{}":{{"department":"y"}}"#,
            enterprise.to_lowercase()
        ),
        format!(
            r#""userName":"a","{enterprise}":{{"department":"x"}},"{legacy}":{{"department":"y"}}"#
        ),
    ] {
        let body = format!(r#"{{"schemas":["{USER}"],{rest}}}"#);
        post(&app, &body)
            .await
            .is_scim_error(400, Some("invalidSyntax"));
        let path = format!("/Users/{ada}");
        let put = app.own.scim.send(Method::PUT, &path, &[], Some(body));
        put.await.is_scim_error(400, Some("invalidSyntax"));
    }
    assert_eq!(
        app.own.scim.get(&format!("/Users/{ada}")).await.text,
        before
    );
    let list = app.own.scim.get("/Users?count=0").await.is(200);
    assert_eq!(list["totalResults"], 2);
    app.finish();
}

/// Security C6: a flag is what the client meant, or the request is refused; never success without effect.
#[tokio::test]
async fn whatever_stands_for_active_has_its_effect_or_is_refused() {
    let app = App::start().await;
    let texts = ["False", "false", "FALSE"];
    for profile in ["rfc", "okta", "entra", "lenient"] {
        let client = app.own.client(profile).await;
        let name = format!("{profile}@a.example");
        let made = client.post("/Users", &user(&name)).await.is(201);
        let path = format!("/Users/{}", made["id"].as_str().unwrap());
        let requests = async |active: &Value| {
            let whole = json!({ "schemas": [USER], "userName": name, "active": active });
            let at_path = patch(json!([{ "op": "replace", "path": "active", "value": active }]));
            let without = patch(json!([{ "op": "replace", "value": { "active": active } }]));
            let mut answers = Vec::new();
            for (method, body) in [
                (Method::PUT, whole),
                (Method::PATCH, at_path),
                (Method::PATCH, without),
            ] {
                let back = patch(json!([{ "op": "replace", "path": "active", "value": true }]));
                client.patch(&path, &back).await.is(200);
                let answer = client
                    .send(method, &path, &[], Some(body.to_string()))
                    .await;
                let read = client.get(&path).await.is(200);
                answers.push((answer, read["active"].clone()));
            }
            answers
        };
        for text in texts {
            for (answer, active) in requests(&json!(text)).await {
                if profile == "rfc" {
                    answer.is_scim_error(400, Some("invalidValue"));
                    assert_eq!(active, true);
                } else {
                    assert_eq!(
                        (answer.status, active),
                        (200, json!(false)),
                        "{profile} {text}"
                    );
                }
            }
        }
        for wrong in [
            json!(0),
            json!(1),
            json!(null),
            json!(""),
            json!("no"),
            json!([]),
            json!([false]),
            json!({}),
        ] {
            for (answer, active) in requests(&wrong).await {
                answer.is_scim_error(400, Some("invalidValue"));
                assert_eq!(active, true, "{profile} {wrong}");
            }
        }
    }
    app.finish();
}

/// Security C9: one name, one key, the same on both engines: trimmed, in NFC and in small letters, and no more than that.
#[tokio::test]
async fn names_that_look_alike_are_one_or_two_on_both_engines_alike() {
    let app = App::start().await;
    for (first, second, same) in [
        ("Admin@x.example", "admin@X.EXAMPLE", true),
        ("\u{c9}va@x.example", "E\u{301}VA@x.example", true),
        (" pad@x.example ", "pad@x.example", true),
        ("\u{3a3}ON@x.example", "\u{3c3}on@x.example", true),
        ("full@x.example", "\u{ff46}ull@x.example", false),
        ("ist@x.example", "\u{131}st@x.example", false),
        ("stra\u{df}e@x.example", "strasse@x.example", false),
        ("zero@x.example", "ze\u{200b}ro@x.example", false),
        ("dot@x.example", "dot@x.example.", false),
        ("apple@x.example", "\u{430}pple@x.example", false),
        (
            "puny@b\u{fc}cher.example",
            "puny@xn--bcher-kva.example",
            false,
        ),
    ] {
        app.own.user(first).await;
        let answer = app.own.scim.post("/Users", &user(second)).await;
        if same {
            answer.is_scim_error(409, Some("uniqueness"));
        } else {
            answer.is(201);
        }
        // A search finds what a creation meets.
        let filter = format!("userName eq {}", json!(second));
        let query: String = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("filter", &filter)
            .finish();
        let found = app.own.scim.get(&format!("/Users?{query}")).await.is(200);
        assert_eq!(found["totalResults"], 1, "{second}");
        let expected = if same { first } else { second };
        assert_eq!(found["Resources"][0]["userName"], expected);
    }
    app.finish();
}

/// Security C10: another's address as one's own name. Both are members; the address signs the first in and no other (R2).
#[tokio::test]
async fn a_name_that_is_the_address_of_another_signs_nobody_in_as_them() {
    let app = App::start().await;
    let body = json!({ "schemas": [USER], "userName": "ada", "emails": [{ "value": "ada@a.example", "primary": true }] });
    app.own.scim.post("/Users", &body).await.is(201);
    app.own
        .scim
        .post("/Users", &user("ADA@a.example"))
        .await
        .is(201);
    let accounts = "SELECT email_key FROM accounts WHERE email_key = 'ada@a.example'";
    assert_eq!(app.place.database.texts(accounts, &[]).await.len(), 1);
    let cookie = app.session("ada@a.example").await;
    let nobody = app.own.rest.with(None);
    let headers = [("cookie", cookie.as_str())];
    let me = nobody
        .send(Method::GET, "/current-user/whoami", &headers, None)
        .await;
    assert_eq!(me.is(200)["username"], "ada");
    app.finish();
}

/// Security C11: texts that one engine would keep and the other refuse, or that a reader would see as something else.
#[tokio::test]
async fn a_text_that_cannot_be_kept_or_read_is_refused() {
    let app = App::start().await;
    let long = "x".repeat(70_000);
    for (text, scim_type) in [
        (r"a\u0000b", "invalidValue"),
        (r"a\ud800b", "invalidSyntax"),
        (r"a\udc00", "invalidSyntax"),
        (r"a\u202eb", "invalidValue"),
        (r"a\u202db", "invalidValue"),
        (r"\u2067a", "invalidValue"),
        (r"a\u0007b", "invalidValue"),
        (r"a\u000ab", "invalidValue"),
        (&long, "invalidValue"),
    ] {
        for body in [
            format!(r#"{{"schemas":["{USER}"],"userName":"{text}"}}"#),
            format!(r#"{{"schemas":["{USER}"],"userName":"u","externalId":"{text}"}}"#),
        ] {
            post(&app, &body).await.is_scim_error(400, Some(scim_type));
        }
        let group = format!(
            r#"{{"schemas":["{}"],"displayName":"{text}"}}"#,
            crate::app::GROUP
        );
        let answer = app.own.scim.send(Method::POST, "/Groups", &[], Some(group));
        answer.await.is_scim_error(400, Some(scim_type));
    }
    for text in [r"a\u0000b", r"a\ud800b", &long] {
        let body = format!(r#"{{"schemas":["{USER}"],"userName":"u","title":"{text}"}}"#);
        post(&app, &body).await.is(400);
    }
    let largest = format!(
        r#"{{"schemas":["{USER}"],"userName":"u","title":"{}"}}"#,
        "x".repeat(1 << 20)
    );
    post(&app, &largest).await.is_scim_error(413, None);
    let list = app.own.scim.get("/Users?count=0").await.is(200);
    assert_eq!(list["totalResults"], 1);
    // Elsewhere they come back as they were sent: numbers are copied with such marks around them.
    let phone = "\u{202a}+47 1\u{202c}";
    let body = json!({ "schemas": [USER], "userName": "u", "phoneNumbers": [{ "value": phone }] });
    let made = app.own.scim.post("/Users", &body).await.is(201);
    assert_eq!(made["phoneNumbers"][0]["value"], phone);
    app.finish();
}
