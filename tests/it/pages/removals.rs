//! The page of deletions that wait, and who is told of them.

use super::{Browser, leads, says};
use crate::accounts::mails;
use crate::app::{App, OWNER};

const PATH: &str = "/organization/removals";

/// Of fifteen people so many are deleted: the first ten always go.
async fn deleted(app: &App, count: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for number in 0..15 {
        ids.push(app.own.user(&format!("p{number}@a.example")).await);
    }
    app.own.user("admin@a.example").await;
    app.own.assign("admin@a.example", Some("AD")).await;
    for id in &ids[..count] {
        app.own.scim.delete(&format!("/Users/{id}")).await;
    }
    ids
}

#[tokio::test]
async fn every_administrator_is_told_once_by_mail_and_on_every_page() {
    let app = App::start().await;
    deleted(&app, 10).await;
    let owner = Browser::of(&app, OWNER).await;
    assert!(!owner.open("/").await.text.contains("deletion waits"));
    says(&owner.open(PATH).await, 200, "No deletion waits.");
    let manager = Browser::with_role(&app, "manager@a.example", "MA").await;
    for number in 10..13 {
        let path = format!("/Users?filter=userName%20eq%20%22p{number}@a.example%22");
        let list = app.own.scim.get(&path).await.is(200);
        let id = list["Resources"][0]["id"].as_str().unwrap();
        app.own.scim.delete(&format!("/Users/{id}")).await;
    }
    for path in ["/", "/organization", "/organization/scim", "/profile"] {
        says(&owner.open(path).await, 200, "3 deletions wait");
        assert!(!manager.open(path).await.text.contains("deletions wait"));
    }
    for who in [OWNER, "admin@a.example"] {
        let told = mails(&app, who).await;
        let told: Vec<&String> = told.iter().filter(|text| text.contains(PATH)).collect();
        assert_eq!(told.len(), 1, "{who}: {told:?}");
        assert!(told[0].contains("11 of 18 members"), "{}", told[0]);
    }
    app.finish();
}

#[tokio::test]
async fn some_or_all_are_taken_back_or_erased_after_being_asked_again() {
    let app = App::start().await;
    let ids = deleted(&app, 15).await;
    let owner = Browser::of(&app, OWNER).await;
    let page = owner.open(PATH).await;
    says(&page, 200, "5 deletions wait");
    says(&page, 200, "p12@a.example");
    let form = format!("what=restore&member.{}=1", ids[12]);
    let asked = owner.send(PATH, &form).await;
    says(&asked, 200, "Take back one deletion?");
    says(&asked, 200, &format!("name=\"member.{}\"", ids[12]));
    says(&owner.open(PATH).await, 200, "5 deletions wait");
    let done = owner.send(PATH, &format!("{form}&sure=1")).await;
    says(
        &owner.open(&leads(&done)).await,
        200,
        "One member is there again.",
    );
    assert_eq!(app.own.role("p12@a.example").await, "AN manual");
    let form = format!("what=erase&sure=1&member.{}=1", ids[13]);
    let done = owner.send(PATH, &form).await;
    let page = owner.open(&leads(&done)).await;
    says(&page, 200, "One deletion is finished.");
    assert!(!page.text.contains("p13@a.example"));
    let asked = owner.send(PATH, "what=erase-all").await;
    says(&asked, 200, "Erase 3 deletions?");
    let done = owner.send(PATH, "what=erase-all&sure=1").await;
    let page = owner.open(&leads(&done)).await;
    says(&page, 200, "3 deletions are finished.");
    says(&page, 200, "No deletion waits.");
    for (form, said) in [
        ("what=restore&sure=1", "Choose at least one member"),
        ("what=nonsense", "Choose what to do"),
        ("what=share&share=101", "id=\"share-problem\""),
        ("what=share&share=many", "value=\"many\""),
    ] {
        says(&owner.send(PATH, form).await, 400, said);
    }
    let set = owner.send(PATH, "what=share&share=50").await;
    says(&owner.open(&leads(&set)).await, 200, "value=\"50\"");
    app.finish();
}

#[tokio::test]
async fn nobody_decides_about_another_organization() {
    let app = App::start().await;
    let ids = deleted(&app, 13).await;
    let other = app.other();
    other.user("eve@b.example").await;
    other.assign("eve@b.example", Some("AD")).await;
    let eve = Browser::of(&app, "eve@b.example").await;
    let page = eve.open(PATH).await;
    says(&page, 200, "No deletion waits.");
    for form in [
        format!("what=restore&sure=1&member.{}=1", ids[12]),
        "what=erase-all&sure=1".to_owned(),
    ] {
        let done = eve.send(PATH, &form).await;
        assert!(leads(&done).contains("count=0"));
    }
    let owner = Browser::of(&app, OWNER).await;
    says(&owner.open(PATH).await, 200, "3 deletions wait");
    app.finish();
}
