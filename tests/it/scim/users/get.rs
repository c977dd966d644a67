//! `GET /scim/v2/Users/{id}`

use reqwest::Method;

use crate::app::App;

#[tokio::test]
async fn only_the_attributes_that_are_asked_for_are_shown() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let some = app
        .own
        .scim
        .get(&format!("/Users/{ada}?attributes=userName"))
        .await
        .is(200);
    let mut names: Vec<&String> = some.as_object().unwrap().keys().collect();
    names.sort();
    assert_eq!(names, ["id", "schemas", "userName"]);
    let most = app
        .own
        .scim
        .get(&format!("/Users/{ada}?excludedAttributes=meta,id"))
        .await
        .is(200);
    assert!(most.get("meta").is_none());
    assert_eq!(most["id"], ada);
    let both = format!("/Users/{ada}?attributes=userName&excludedAttributes=meta");
    assert_eq!(app.own.scim.get(&both).await.status, 400);
    app.finish();
}

#[tokio::test]
async fn what_the_client_has_already_is_not_sent_again() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let path = format!("/Users/{ada}");
    let etag = app.own.scim.get(&path).await.header("etag").to_owned();
    let known = [("if-none-match", etag.as_str())];
    let answer = app.own.scim.send(Method::GET, &path, &known, None).await;
    assert_eq!((answer.status, answer.text.as_str()), (304, ""));
    assert_eq!(answer.header("etag"), etag);

    // Membership of a group shows in the user, so it is another state.
    let group = app.own.group("Team", &[&ada]).await;
    let answer = app.own.scim.send(Method::GET, &path, &known, None).await;
    assert_eq!(answer.is(200)["groups"][0]["value"], group);
    app.finish();
}

#[tokio::test]
async fn every_spelling_of_the_path_that_clients_use_is_answered() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let root = app.anyone().with(Some(app.own.scim.authorization()));
    for path in ["/scim/v2/Users", "/scim/Users"] {
        for end in ["", "/", "?", "?&"] {
            let read = root.get(&format!("{path}/{ada}{end}")).await.is(200);
            assert_eq!(read["id"], ada);
        }
    }
    app.finish();
}

#[tokio::test]
async fn what_is_no_id_of_a_user_is_not_found() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let group = app.own.group("Team", &[]).await;
    let number = app.own.number_of("ada@a.example").await.to_string();
    let upper = ada.to_uppercase();
    let plain = ada.replace('-', "");
    for id in [
        "00000000-0000-0000-0000-000000000000",
        &group,
        &number,
        &upper,
        &plain,
        "0",
        "-1",
        "%00",
        "%FF",
        "ada@a.example",
        "..%2F..",
    ] {
        let answer = app.own.scim.get(&format!("/Users/{id}")).await;
        answer.is_scim_error(404, None);
    }
    app.finish();
}
