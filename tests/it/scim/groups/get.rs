//! `GET /scim/v2/Groups/{id}`

use reqwest::Method;

use crate::app::App;

#[tokio::test]
async fn members_are_left_out_where_the_client_says_so() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let team = app.own.group("Team", &[&ada]).await;
    let without = format!("/Groups/{team}?excludedAttributes=members");
    assert!(
        app.own
            .scim
            .get(&without)
            .await
            .is(200)
            .get("members")
            .is_none()
    );
    let only = app
        .own
        .scim
        .get(&format!("/Groups/{team}?attributes=members"))
        .await
        .is(200);
    assert_eq!(only["members"][0]["value"], ada);
    assert!(only.get("displayName").is_none());
    app.finish();
}

#[tokio::test]
async fn what_the_client_has_already_is_sent_again_only_after_a_change() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let team = app.own.group("Team", &[]).await;
    let path = format!("/Groups/{team}");
    let etag = app.own.scim.get(&path).await.header("etag").to_owned();
    let known = [("if-none-match", etag.as_str())];
    let answer = app.own.scim.send(Method::GET, &path, &known, None).await;
    assert_eq!((answer.status, answer.text.as_str()), (304, ""));
    app.own.add(&team, &ada).await;
    app.own
        .scim
        .send(Method::GET, &path, &known, None)
        .await
        .is(200);
    app.finish();
}

#[tokio::test]
async fn what_is_no_id_of_a_group_is_not_found() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    for id in [
        "00000000-0000-0000-0000-000000000000",
        &ada,
        "1",
        "%00",
        "%FF",
        "Team",
    ] {
        app.own
            .scim
            .get(&format!("/Groups/{id}"))
            .await
            .is_scim_error(404, None);
    }
    app.finish();
}
