//! What a token's profile decides about how its client is read.

use serde_json::json;

use crate::app::{App, group, patch, user};

#[tokio::test]
async fn a_member_that_is_unknown_is_passed_over_for_the_clients_that_send_such() {
    let app = App::start().await;
    for (profile, passed_over) in [
        ("rfc", false),
        ("okta", false),
        ("entra", true),
        ("lenient", true),
    ] {
        let client = app.own.client(profile).await;
        for id in ["nobody", "00000000-0000-0000-0000-000000000000"] {
            let name = format!("{profile} {id}");
            let answer = client.post("/Groups", &group(&name, &[id])).await;
            if passed_over {
                assert_eq!(answer.is(201)["members"], json!([]));
            } else {
                answer.is_scim_error(400, Some("invalidValue"));
            }
        }
    }
    app.finish();
}

const PROFILES: [&str; 4] = ["rfc", "okta", "entra", "lenient"];
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

#[tokio::test]
async fn a_changed_group_is_answered_as_its_client_expects() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    for profile in PROFILES {
        let client = app.own.client(profile).await;
        let made = client
            .post("/Groups", &group(profile, &[&ada]))
            .await
            .is(201);
        let path = format!("/Groups/{}", made["id"].as_str().unwrap());
        let change = patch(json!([{ "op": "replace", "path": "externalId", "value": "1" }]));
        let answer = client.patch(&path, &change).await;
        if profile == "entra" {
            assert_eq!((answer.status, answer.text.as_str()), (204, ""));
            assert_eq!(
                answer.header("etag"),
                client.get(&path).await.header("etag")
            );
        } else {
            assert_eq!(
                answer.is(200)["members"][0]["value"],
                ada.as_str(),
                "{profile}"
            );
        }
        // Who says what is wanted gets that (RFC 7644 section 3.5.2).
        let asked = client
            .patch(&format!("{path}?attributes=displayName"), &change)
            .await;
        assert_eq!(asked.is(200)["displayName"], profile);
        let user = patch(json!([{ "op": "replace", "path": "title", "value": profile }]));
        let answer = client.patch(&format!("/Users/{ada}"), &user).await;
        assert_eq!(answer.is(200)["title"], profile);
    }
    app.finish();
}

#[tokio::test]
async fn a_replace_that_selects_nothing_makes_a_value_or_has_no_target() {
    let app = App::start().await;
    for profile in PROFILES {
        let client = app.own.client(profile).await;
        let name = format!("{profile}@a.example");
        let made = client.post("/Users", &user(&name)).await.is(201);
        let path = format!("/Users/{}", made["id"].as_str().unwrap());
        let at = "emails[type eq \"work\"].value";
        let replace = patch(json!([{ "op": "Replace", "path": at, "value": name }]));
        let answer = client.patch(&path, &replace).await;
        let emails = json!([{ "type": "work", "value": name }]);
        if matches!(profile, "entra" | "lenient") {
            assert_eq!(answer.is(200)["emails"], emails);
        } else {
            answer.is_scim_error(400, Some("noTarget"));
            let add = patch(json!([{ "op": "Add", "path": at, "value": name }]));
            assert_eq!(client.patch(&path, &add).await.is(200)["emails"], emails);
        }
        let remove = patch(json!([{ "op": "Remove", "path": "emails[type eq \"home\"]" }]));
        assert_eq!(client.patch(&path, &remove).await.is(200)["emails"], emails);
    }
    app.finish();
}

#[tokio::test]
async fn a_filter_without_quotes_is_read_for_who_writes_so() {
    let app = App::start().await;
    app.own.user("olga@a.example").await;
    for profile in PROFILES {
        let client = app.own.client(profile).await;
        let found = client.get("/Users?filter=userName%20sw%20O").await;
        let texts = client.get("/Users?filter=active%20eq%20%22True%22").await;
        match profile {
            "entra" | "lenient" => assert_eq!(found.is(200)["totalResults"], 2, "the Owner too"),
            _ => assert!(!found.is_scim_error(400, Some("invalidFilter")).is_empty()),
        }
        match profile {
            "rfc" => assert!(!texts.is_scim_error(400, Some("invalidFilter")).is_empty()),
            _ => assert_eq!(texts.is(200)["totalResults"], 2),
        }
        // Outside the grammar, and read for everybody.
        let element = client
            .get("/Users?filter=emails%5Btype%20eq%20%22work%22%5D.value%20eq%20%22x%22")
            .await;
        assert_eq!(element.is(200)["totalResults"], 0);
        let shown = client
            .get("/Users?attributes=emails%5Btype%20eq%20%22work%22%5D")
            .await;
        shown.is(200);
    }
    app.finish();
}

#[tokio::test]
async fn a_message_that_does_not_say_what_it_is_is_read_by_the_lenient_alone() {
    let app = App::start().await;
    let search = json!({ "count": 0 });
    for profile in PROFILES {
        let client = app.own.client(profile).await;
        let ada = app.own.user(&format!("{profile}@a.example")).await;
        let change = json!({ "Operations": [{ "op": "add", "path": "title", "value": "x" }] });
        let answers = [
            client
                .post(
                    "/Users",
                    &json!({ "userName": format!("{profile}@b.example") }),
                )
                .await,
            client
                .post(
                    "/Groups",
                    &json!({ "schemas": ["urn:x"], "displayName": profile }),
                )
                .await,
            client.patch(&format!("/Users/{ada}"), &change).await,
            client.post("/Users/.search", &search).await,
        ];
        for answer in answers {
            if profile == "lenient" {
                assert!(answer.status < 300, "{}", answer.text);
            } else {
                answer.is_scim_error(400, Some("invalidSyntax"));
            }
        }
    }
    app.finish();
}

#[tokio::test]
async fn what_clients_without_a_profile_of_their_own_send_is_understood() {
    let app = App::start().await;
    let core = |urns: serde_json::Value, name: &str| json!({ "schemas": urns, "userName": name, "name": { "givenName": "A" } });
    for profile in ["rfc", "lenient"] {
        let client = app.own.client(profile).await;
        let name = |of: &str| format!("{of}-{profile}@a.example");
        // OneLogin: URNs of drafts, one object for a list, stray marks in the query.
        let mut body = core(
            json!([
                "urn:scim:schemas:core:2.0",
                "urn:scim:schemas:extension:enterprise:2.0"
            ]),
            &name("onelogin"),
        );
        body["urn:scim:schemas:extension:enterprise:2.0"] = json!({ "department": "d" });
        body["emails"] = json!({ "value": name("onelogin"), "primary": true });
        body["id"] = json!(null);
        let made = client.post("/Users/?", &body).await.is(201);
        assert_eq!(made[ENTERPRISE]["department"], "d");
        assert_eq!(made["emails"][0]["primary"], true);
        let path = format!("/Users/{}?&", made["id"].as_str().unwrap());
        client.put(&path, &body).await.is(200);
        let query = format!("/Users?filter=userName%20eq%20%22{}%22&&", name("onelogin"));
        assert_eq!(client.get(&query).await.is(200)["totalResults"], 1);
        // Google: the core schema of SCIM 1.0.
        let urns = json!([
            "urn:scim:schemas:core:1.0",
            "urn:ietf:params:scim:schemas:core:2.0:User"
        ]);
        client
            .post("/Users", &core(urns, &name("google")))
            .await
            .is(201);
        client
            .post(
                "/Users",
                &core(json!(["urn:scim:schemas:core:1.0"]), &name("google-old")),
            )
            .await
            .is(201);
        // JumpCloud: an extension that is named and not there, a telephone number as a URI.
        let mut body = core(
            json!(["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE]),
            &name("jumpcloud"),
        );
        body["phoneNumbers"] = json!([{ "value": "tel:+1-555", "type": "work" }]);
        let made = client.post("/Users", &body).await.is(201);
        assert_eq!(made["phoneNumbers"][0]["value"], "tel:+1-555");
        assert_eq!(
            made["schemas"],
            json!(["urn:ietf:params:scim:schemas:core:2.0:User"])
        );
        let ada = made["id"].as_str().unwrap();
        // Ping: groups by PUT.
        let team = client.post("/Groups", &group(profile, &[])).await.is(201);
        let path = format!("/Groups/{}", team["id"].as_str().unwrap());
        let put = client.put(&path, &group(profile, &[ada])).await.is(200);
        assert_eq!(put["members"][0]["value"], ada);
        // authentik: a group replaced without a path, with what it cannot change.
        let value = json!({ "schemas": put["schemas"], "id": put["id"], "displayName": profile, "externalId": "k" });
        let answer = client
            .patch(&path, &patch(json!([{ "op": "replace", "value": value }])))
            .await;
        assert_eq!(answer.is(200)["externalId"], "k");
        let remove = json!([{ "op": "remove", "path": "members", "value": [{ "value": ada }] }]);
        assert_eq!(
            client.patch(&path, &patch(remove)).await.is(200)["members"],
            json!([])
        );
        // Rauthy, Pocket ID: by externalId.
        let query = "/Groups?filter=externalId%20eq%20%22k%22";
        assert_eq!(
            client.get(query).await.is(200)["Resources"][0]["displayName"],
            profile
        );
        client.delete(&path).await;
    }
    app.finish();
}
