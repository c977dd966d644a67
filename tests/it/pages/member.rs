//! One member: why they have their role, since when, and what is done with them.

use serde_json::json;

use super::{Browser, leads, says};
use crate::app::{App, OWNER};

const ADA: &str = "ada@a.example";

#[tokio::test]
async fn a_member_page_says_why_what_lost_and_who_changed_it_last() {
    let app = App::start().await;
    let id = app.own.user(ADA).await;
    app.own.group("Team", &[&id]).await;
    app.own.group("team b", &[&id]).await;
    app.own
        .rules(&[("Manager", "Team"), ("Reviewer", "Team B")])
        .await;
    app.own.assign(ADA, Some("RE")).await;
    let owner = Browser::of(&app, OWNER).await;
    let path = format!("/organization/members/{}", app.own.number_of(ADA).await);
    let page = owner.open(&path).await;
    for words in [
        "An admin has given the role Reviewer by hand.",
        "It did not count: Reviewer was decided before it.",
        "One names “Team B”: the spelling differs by case.",
        "UTC by owner@a.example.",
        "Manager became",
    ] {
        says(&page, 200, words);
    }
    assert_eq!(
        leads(&owner.send(&path, "what=role&role=").await),
        format!("{path}?done=role")
    );
    assert_eq!(app.own.role(ADA).await, "MA scim");
    says(&owner.open(&path).await, 200, "taken back");
    says(
        &owner.send(&path, "what=role&role=OW").await,
        400,
        "The role Owner cannot be assigned",
    );
    app.finish();
}

#[tokio::test]
async fn a_member_had_a_role_on_a_past_day_and_none_before_they_joined() {
    let app = App::start().await;
    app.own.user(ADA).await;
    app.own.assign(ADA, Some("MA")).await;
    let owner = Browser::of(&app, OWNER).await;
    let path = format!("/organization/members/{}", app.own.number_of(ADA).await);
    let today = &app.own.membership(ADA).await["created_at"]
        .as_str()
        .unwrap()[..10]
        .to_owned();
    let page = owner.open(&format!("{path}?on={today}")).await;
    says(&page, 200, "was <span class=\"badge info\">Manager</span>");
    says(
        &owner.open(&format!("{path}?on=2020-01-31")).await,
        200,
        "was no member",
    );
    for nonsense in ["", "yesterday", "2026-02-31", "<b>"] {
        let page = owner.open(&format!("{path}?on={nonsense}")).await;
        assert!(page.status == 200 && !page.text.contains("At the end of"));
    }
    app.finish();
}

#[tokio::test]
async fn a_member_is_tagged_signed_out_deactivated_and_deleted_on_their_page() {
    let app = App::start().await;
    app.own.user(ADA).await;
    let ada = Browser::of(&app, ADA).await;
    let owner = Browser::of(&app, OWNER).await;
    let number = app.own.number_of(ADA).await;
    let path = format!("/organization/members/{number}");
    leads(&owner.send(&path, "what=tags&labels=One%2C+two").await);
    leads(&owner.send(&path, "what=tags&labels=two%2C+three").await);
    says(&owner.open(&path).await, 200, "value=\"three, two\"");
    let long = "x".repeat(300);
    let refused = owner.send(&path, &format!("what=tags&labels={long}")).await;
    says(&refused, 400, "labels-problem");
    assert!(refused.text.contains(&long));
    assert_eq!(ada.open("/").await.status, 200);
    leads(&owner.send(&path, "what=sessions").await);
    assert_eq!(leads(&ada.open("/").await), "/user/login?ended=1");
    let ada = Browser::of(&app, ADA).await;
    leads(&owner.send(&path, "what=role&role=DI").await);
    assert_eq!(leads(&ada.open("/").await), "/user/login?ended=1");
    says(&owner.open(&path).await, 200, "Reactivate");
    says(
        &owner.open(&format!("{path}/delete")).await,
        200,
        "Delete Member",
    );
    let gone = leads(&owner.send(&format!("{path}/delete"), "").await);
    says(
        &owner.open(&gone).await,
        200,
        "/receipt\">Deleted User</a></td>",
    );
    // Of who is gone, of who never was and of another organization's there is the same: nothing.
    let other = app.other();
    other.user("eve@b.example").await;
    let foreign = other.number_of("eve@b.example").await;
    let nothing = owner.open("/organization/members/999999").await;
    for number in [number, foreign] {
        let answer = owner.open(&format!("/organization/members/{number}")).await;
        assert_eq!(answer.comparable(), nothing.comparable());
        let answer = owner
            .send(&format!("/organization/members/{number}/delete"), "")
            .await;
        assert_eq!(answer.status, 404);
    }
    app.finish();
}

#[tokio::test]
async fn nobody_deletes_themselves_or_the_owner() {
    let app = App::start().await;
    let admin = Browser::with_role(&app, ADA, "AD").await;
    let own = app.own.number_of(ADA).await;
    let answer = admin
        .send(&format!("/organization/members/{own}/delete"), "")
        .await;
    says(&answer, 403, "You cannot delete yourself");
    let answer = admin.send("/organization/members/1/delete", "").await;
    says(&answer, 403, "cannot be deactivated, deleted");
    let answer = admin
        .send(&format!("/organization/members/{own}"), "what=role&role=MA")
        .await;
    says(&answer, 400, "You cannot change your own role");
    let list = app
        .own
        .rest
        .get("/organizations/0/memberships")
        .await
        .is(200);
    assert_eq!(list["count"], json!(2));
    app.finish();
}

#[tokio::test]
async fn what_a_rule_gives_is_not_given_by_hand_by_saving_what_is_there() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    app.own.group("Team", &[&ada]).await;
    app.own.rules(&[("Manager", "Team")]).await;
    let owner = Browser::of(&app, OWNER).await;
    let number = app.own.number_of("ada@a.example").await;
    let path = format!("/organization/members/{number}");
    let page = owner.open(&path).await;
    let (_, select) = page.text.split_once("id=\"role\"").unwrap();
    let select = select.split("</select>").next().unwrap();
    assert!(!select.contains("selected"), "{select}");
    let form = format!("member={number}&role=MA&view=search%3Dada");
    let saved = owner.send("/organization", &form).await;
    assert_eq!(leads(&saved), "/organization?search=ada");
    assert_eq!(app.own.role("ada@a.example").await, "MA scim");
    leads(&owner.send(&path, "what=role&role=MA").await);
    assert_eq!(app.own.role("ada@a.example").await, "MA manual");
    let page = owner.open(&path).await;
    says(&page, 200, "<option value=\"MA\" selected>");
    leads(&owner.send(&path, "what=role&role=").await);
    assert_eq!(app.own.role("ada@a.example").await, "MA scim");
    app.finish();
}
