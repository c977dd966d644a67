//! `GET /scim/v2/Groups`

use crate::app::App;

#[tokio::test]
async fn groups_are_found_by_name_member_and_id() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let team = app.own.group("Team", &[&ada]).await;
    app.own.group("Other", &[]).await;
    for filter in [
        "displayName eq \"Team\"".to_owned(),
        format!("members.value eq \"{ada}\""),
        format!("members[value eq \"{ada}\"]"),
        format!("id eq \"{team}\" and members eq \"{ada}\""),
    ] {
        let query: String = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("filter", &filter)
            .finish();
        let list = app.own.scim.get(&format!("/Groups?{query}")).await.is(200);
        assert_eq!(list["totalResults"], 1, "{filter}");
        assert_eq!(list["Resources"][0]["id"], team);
        assert_eq!(list["Resources"][0]["members"][0]["value"], ada);
    }
    let none = "/Groups?filter=displayName%20eq%20%22%5Cu0000%22";
    app.own
        .scim
        .get(none)
        .await
        .is_scim_error(400, Some("invalidFilter"));
    app.finish();
}

#[tokio::test]
async fn a_page_of_groups_shows_each_with_its_own_members() {
    let app = App::start().await;
    let mut ids = Vec::new();
    for n in 0..4 {
        ids.push(app.own.user(&format!("u{n}@a.example")).await);
    }
    for n in 0..4 {
        let members: Vec<&str> = ids[..n].iter().map(String::as_str).collect();
        app.own.group(&format!("g{n}"), &members).await;
    }
    let list = app
        .own
        .scim
        .get("/Groups?startIndex=2&count=2")
        .await
        .is(200);
    assert_eq!(list["totalResults"], 4);
    let all = list["Resources"].as_array().unwrap();
    assert_eq!(all.len(), 2);
    for one in all {
        let members = one["members"].as_array().map_or(0, Vec::len);
        assert_eq!(one["displayName"], format!("g{members}"));
    }
    let bare = app
        .own
        .scim
        .get("/Groups?excludedAttributes=members")
        .await
        .is(200);
    assert!(bare["Resources"][3].get("members").is_none());
    app.finish();
}
