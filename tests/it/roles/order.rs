//! R5, R6: what decides over a role, in which order, and that it is shown.

use serde_json::{Value, json};

use crate::app::{App, OWNER, Organization};

const ADA: &str = "ada@a.example";

/// What was considered for a role, the winner with a star.
async fn chain(organization: &Organization, user_name: &str) -> Vec<String> {
    let explained = organization.explain(user_name).await;
    let steps = explained["why"].as_array().unwrap();
    let shown = |step: &Value| {
        let star = if step["won"] == true { "*" } else { "" };
        assert_eq!(step["won"], step["lost_because"].is_null());
        format!(
            "{star}{} {}",
            step["considered"].as_str().unwrap(),
            step["role"].as_str().unwrap()
        )
    };
    steps.iter().map(shown).collect()
}

#[tokio::test]
async fn each_fact_gives_way_to_the_one_above_it() {
    let app = App::start().await;
    let own = &app.own;
    let ada = own.user(ADA).await;
    assert_eq!(own.role(ADA).await, "AN manual");
    assert_eq!(chain(own, ADA).await, ["*base AN"]);

    own.rules(&[("Reviewer", "low"), ("Manager", "high")]).await;
    own.group("low", &[&ada]).await;
    assert_eq!(own.role(ADA).await, "RE scim");
    own.group("high", &[&ada]).await;
    assert_eq!(own.role(ADA).await, "MA scim");

    own.assign(ADA, Some("AD")).await;
    assert_eq!(own.role(ADA).await, "AD manual");
    own.assign(ADA, Some("NO")).await;
    assert_eq!(own.role(ADA).await, "NO manual");

    own.set_active(&ada, false).await;
    assert_eq!(own.role(ADA).await, "DI scim");
    let all = [
        "*inactive_in_directory DI",
        "pin NO",
        "rule MA",
        "rule RE",
        "base AN",
    ];
    assert_eq!(chain(own, ADA).await, all);

    // And back, each by itself: nothing of what was above stays.
    own.set_active(&ada, true).await;
    assert_eq!(own.role(ADA).await, "NO manual");
    own.assign(ADA, None).await;
    assert_eq!(own.role(ADA).await, "MA scim");
    assert_eq!(chain(own, ADA).await, ["*rule MA", "rule RE", "base AN"]);
    own.rules(&[]).await;
    assert_eq!(own.role(ADA).await, "AN manual");
    app.finish();
}

#[tokio::test]
async fn the_owner_is_the_owner_whatever_else_is_said() {
    let app = App::start().await;
    let filter = "/Users?filter=userName%20eq%20%22owner@a.example%22";
    let list = app.own.scim.get(filter).await.is(200);
    let id = list["Resources"][0]["id"].as_str().unwrap();
    app.own.rules(&[("Annotator", "all")]).await;
    app.own.group("all", &[id]).await;
    assert_eq!(app.own.role(OWNER).await, "OW manual");
    assert_eq!(
        chain(&app.own, OWNER).await,
        ["*owner OW", "rule AN", "base AD"]
    );
    app.own.manual(false).await;
    assert_eq!(app.own.role(OWNER).await, "OW manual");
    app.finish();
}

#[tokio::test]
async fn who_has_left_every_mapped_group_is_deactivated_where_roles_come_from_the_directory_alone()
{
    let app = App::start().await;
    let own = &app.own;
    let ada = own.user(ADA).await;
    own.user("bob@a.example").await;
    own.rules(&[("Manager", "team")]).await;
    let team = own.group("team", &[&ada]).await;
    own.manual(false).await;
    assert_eq!(own.role(ADA).await, "MA scim");
    own.remove(&team, &ada).await;
    assert_eq!(own.role(ADA).await, "DI scim");
    assert_eq!(
        chain(own, ADA).await,
        ["*left_all_mapped_groups DI", "base AN"]
    );
    // Who never held a mapped role keeps what they had.
    assert_eq!(own.role("bob@a.example").await, "AN manual");
    own.add(&team, &ada).await;
    assert_eq!(own.role(ADA).await, "MA scim");
    own.scim.delete(&format!("/Groups/{team}")).await;
    assert_eq!(own.role(ADA).await, "DI scim");
    own.manual(true).await;
    assert_eq!(own.role(ADA).await, "AN manual");
    let kinds = app.events(&ada).await;
    assert_eq!(
        kinds
            .iter()
            .filter(|kind| *kind == "member.role_changed")
            .count(),
        5,
        "{kinds:?}"
    );
    app.finish();
}

#[tokio::test]
async fn a_role_by_hand_counts_only_where_admins_may_give_roles() {
    let app = App::start().await;
    let own = &app.own;
    let ada = own.user(ADA).await;
    own.rules(&[("Reviewer", "team")]).await;
    own.group("team", &[&ada]).await;
    own.assign(ADA, Some("MA")).await;
    own.manual(false).await;
    assert_eq!(own.role(ADA).await, "RE scim");
    let number = own.number_of(ADA).await;
    for role in [Some("MA"), Some("DI"), Some("AN"), None] {
        let wanted = json!({ "user_id": number, "role": role });
        let answer = own
            .rest
            .patch("/organizations/0/memberships", &wanted)
            .await;
        let said = answer.is_problem(403);
        assert!(said.contains("manual role management is off"), "{said}");
    }
    assert_eq!(own.role(ADA).await, "RE scim");
    own.manual(true).await;
    assert_eq!(own.role(ADA).await, "MA manual");
    app.finish();
}

#[tokio::test]
async fn a_suspension_by_hand_outlasts_what_the_directory_says() {
    let app = App::start().await;
    let own = &app.own;
    let ada = own.user(ADA).await;
    own.assign(ADA, Some("DI")).await;
    own.set_active(&ada, false).await;
    own.set_active(&ada, true).await;
    own.rules(&[("Administrator", "team")]).await;
    own.group("team", &[&ada]).await;
    assert_eq!(own.role(ADA).await, "DI manual");
    let user = own.scim.get(&format!("/Users/{ada}")).await.is(200);
    assert_eq!(user["active"], true, "what the directory said comes back");
    own.assign(ADA, None).await;
    assert_eq!(own.role(ADA).await, "AD scim");
    app.finish();
}

#[tokio::test]
async fn the_same_changes_in_any_order_give_the_same_role() {
    let app = App::start().await;
    let own = &app.own;
    own.rules(&[("Annotator", "g0"), ("Reviewer", "g1"), ("Manager", "g2")])
        .await;
    let mut groups = Vec::new();
    for n in 0..3 {
        groups.push(own.group(&format!("g{n}"), &[]).await);
    }
    for (n, order) in [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ]
    .iter()
    .enumerate()
    {
        let name = format!("u{n}@a.example");
        let id = own.user(&name).await;
        for group in order {
            own.add(&groups[*group], &id).await;
        }
        assert_eq!(own.role(&name).await, "MA scim");
        own.remove(&groups[2], &id).await;
        assert_eq!(own.role(&name).await, "RE scim");
    }
    app.finish();
}
