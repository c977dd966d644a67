//! `DELETE /scim/v2/Groups/{id}`

use crate::app::App;

#[tokio::test]
async fn a_deleted_group_is_gone_and_its_members_are_not() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let team = app.own.group("Team", &[&ada]).await;
    let path = format!("/Groups/{team}");
    assert_eq!(app.own.scim.delete(&path).await.status, 204);
    app.own.scim.get(&path).await.is_scim_error(404, None);
    app.own.scim.delete(&path).await.is_scim_error(404, None);
    let user = app.own.scim.get(&format!("/Users/{ada}")).await.is(200);
    assert!(user["groups"].as_array().is_none_or(Vec::is_empty));
    assert_eq!(app.events(&team).await, ["group.created", "group.deleted"]);
    let again = app.own.group("Team", &[]).await;
    assert_ne!(again, team);
    app.finish();
}
