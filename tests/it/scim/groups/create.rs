//! `POST /scim/v2/Groups`

use serde_json::json;

use crate::app::{App, GROUP, group};

#[tokio::test]
async fn a_group_that_was_created_is_read_as_it_was_answered() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let body = json!({
        "schemas": [GROUP, "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
        "displayName": "Team", "externalId": "g-1",
        "members": [{ "value": ada, "$ref": null, "display": "somebody else" }, { "value": ada }],
    });
    let answer = app.own.scim.post("/Groups", &body).await;
    let made = answer.is(201);
    let id = made["id"].as_str().unwrap();
    assert_eq!(
        answer.header("location"),
        format!("{}/scim/v2/Groups/{id}", app.base)
    );
    let members = json!([{
        "value": ada, "type": "User",
        "$ref": format!("{}/scim/v2/Users/{ada}", app.base),
    }]);
    assert_eq!(made["members"], members);
    assert_eq!(
        app.own.scim.get(&format!("/Groups/{id}")).await.is(200),
        made
    );
    let named = format!("/Groups/{id}?attributes=members.value,members.display");
    let named = app.own.scim.get(&named).await.is(200);
    assert_eq!(
        named["members"],
        json!([{ "value": ada, "display": "ada@a.example" }])
    );
    let user = app.own.scim.get(&format!("/Users/{ada}")).await.is(200);
    assert_eq!(user["groups"][0]["value"], id);
    assert_eq!(user["groups"][0]["display"], "Team");
    assert_eq!(app.events(id).await, ["group.created"]);
    app.finish();
}

#[tokio::test]
async fn a_display_name_that_differs_by_case_alone_is_taken() {
    let app = App::start().await;
    app.own.group("Admins", &[]).await;
    for taken in ["Admins", "ADMINS", " admins "] {
        let answer = app.own.scim.post("/Groups", &group(taken, &[])).await;
        answer.is_scim_error(409, Some("uniqueness"));
    }
    app.finish();
}

#[tokio::test]
async fn a_group_with_one_bad_member_is_not_made() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    app.own.group("Team", &[]).await;
    for bad in ["00000000-0000-0000-0000-000000000000", "1", "", "Team"] {
        let answer = app
            .own
            .scim
            .post("/Groups", &group("Other", &[&ada, bad]))
            .await;
        answer.is_scim_error(400, Some("invalidValue"));
    }
    for bad in [json!([{}]), json!([{ "value": 5 }]), json!(7)] {
        let body = json!({ "schemas": [GROUP], "displayName": "Other", "members": bad });
        app.own
            .scim
            .post("/Groups", &body)
            .await
            .is_scim_error(400, Some("invalidValue"));
    }
    let list = app.own.scim.get("/Groups").await.is(200);
    assert_eq!(list["totalResults"], 1);
    app.finish();
}
