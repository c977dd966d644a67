//! The list of members, invitations and tags.

use super::{Browser, leads, says};
use crate::app::{App, OWNER};

const ADA: &str = "ada@a.example";

#[tokio::test]
async fn a_role_is_given_in_the_list_which_stays_where_it_was() {
    let app = App::start().await;
    for name in [ADA, "bob@a.example", "cyd@a.example"] {
        app.own.user(name).await;
    }
    app.own.assign("bob@a.example", Some("NO")).await;
    let owner = Browser::of(&app, OWNER).await;
    let pending = owner.open("/organization?role=NO").await;
    says(&pending, 200, "bob@a.example");
    assert!(!pending.text.contains("cyd@a.example"));
    says(
        &owner.open("/organization?search=cy").await,
        200,
        "1–1 of 1",
    );
    let number = app.own.number_of("bob@a.example").await;
    let form = format!("member={number}&role=RE&view=role%3DNO%26order%3Dname");
    let answer = owner.send("/organization", &form).await;
    assert_eq!(leads(&answer), "/organization?role=NO&order=name&done=role");
    says(
        &owner.open(&leads(&answer)).await,
        200,
        "The role is saved.",
    );
    assert_eq!(app.own.role("bob@a.example").await, "RE manual");
    for (form, status, said) in [
        (
            format!("member={number}&role=OW"),
            403,
            "The role Owner cannot be assigned",
        ),
        (format!("member={number}&role=XX"), 400, "Choose a role."),
        (format!("member={number}"), 400, "Choose a role."),
        ("member=1&role=AN".to_owned(), 403, "cannot be deactivated"),
        ("member=999&role=AN".to_owned(), 404, "Nothing here"),
        ("member=x&role=AN".to_owned(), 404, "Nothing here"),
    ] {
        says(&owner.send("/organization", &form).await, status, said);
    }
    app.own.manual(false).await;
    let locked = owner.open("/organization").await;
    says(&locked, 200, "Manual role management is off");
    assert!(!locked.text.contains("<select class=\"small\""));
    let answer = owner.send("/organization", &form).await;
    says(&answer, 403, "the identity provider decides roles");
    app.finish();
}

#[tokio::test]
async fn a_list_is_paged_and_leads_nowhere_behind_its_end() {
    let app = App::start().await;
    for number in 0..60 {
        app.own.user(&format!("user{number:02}@a.example")).await;
    }
    let owner = Browser::of(&app, OWNER).await;
    let first = owner.open("/organization?order=email").await;
    says(&first, 200, "1–50 of 61");
    assert!(first.text.contains("page=2") && !first.text.contains("rel=\"prev\""));
    let second = owner.open("/organization?order=email&page=2").await;
    says(&second, 200, "51–61 of 61");
    assert!(second.text.contains("user59@") && !second.text.contains("rel=\"next\""));
    says(&owner.open("/organization?page=9").await, 200, "of 61");
    says(
        &owner.open("/organization?search=nobody").await,
        200,
        "Nobody is like this",
    );
    app.finish();
}

#[tokio::test]
async fn people_are_invited_and_the_form_keeps_what_was_typed() {
    let app = App::start().await;
    app.own.user(ADA).await;
    let owner = Browser::of(&app, OWNER).await;
    let path = "/organization/invite";
    let link = |page: &str| {
        let (_, rest) = page.split_once("/user/signup/?token=").unwrap();
        rest.split_once('"').unwrap().0.to_owned()
    };
    let before = link(&owner.open(path).await.text);
    assert_eq!(before, link(&owner.open(path).await.text));
    let answer = owner.send(path, "what=reset").await;
    assert_eq!(leads(&answer), "/organization/invite?done=reset");
    assert_ne!(before, link(&owner.open(path).await.text));
    let bad = owner
        .send(path, "what=send&role=MA&emails=new%40x.example%2C+no+one")
        .await;
    says(&bad, 400, "id=\"emails-problem\"");
    assert!(
        bad.text.contains(">new@x.example, no one</textarea>"),
        "{}",
        bad.text
    );
    assert!(bad.text.contains("<option value=\"MA\" selected>"));
    says(
        &owner.send(path, "what=send&role=MA&emails=").await,
        400,
        "emails-problem",
    );
    says(
        &owner.send(path, "what=send&emails=a%40x.example").await,
        400,
        "role-problem",
    );
    says(
        &owner
            .send(path, "what=send&role=OW&emails=a%40x.example")
            .await,
        400,
        "An invitation can give AD, MA, RE or AN.",
    );
    let form = format!("what=send&role=RE&emails=new%40x.example%0D%0A{ADA}");
    let answer = owner.send(path, &form).await;
    assert_eq!(
        leads(&answer),
        "/organization/invite?done=sent&sent=1&members=1"
    );
    let page = owner.open(&leads(&answer)).await;
    says(
        &page,
        200,
        "1 invitation is on its way. 1 address is a member’s already.",
    );
    says(&page, 200, "new@x.example");
    let answer = owner.send(path, "what=revoke&emails=new%40x.example").await;
    says(
        &owner.open(&leads(&answer)).await,
        200,
        "No invitation is open",
    );
    app.finish();
}

#[tokio::test]
async fn tags_are_given_by_a_list_and_each_bad_line_is_told() {
    let app = App::start().await;
    app.own.user(ADA).await;
    let owner = Browser::of(&app, OWNER).await;
    let path = "/organization/tags/imports";
    let list = format!("email,tags\n{ADA},\"Data Science, Seattle\"\nnobody@a.example,x\nbad,x");
    let refused = owner.upload(path, &list, "").await;
    says(&refused, 400, "line 4: this is no e-mail address");
    says(&refused, 400, "id=\"file-problem\"");
    let lenient = "--xx\r\nContent-Disposition: form-data; name=\"skip_bad_lines\"\r\n\r\ntrue\r\n";
    let report = leads(&owner.upload(path, &list, lenient).await);
    let report = owner.open(&report).await;
    says(&report, 200, "2 tags to members");
    says(&report, 200, "nobody in the organization has this address");
    says(&report, 200, "<td data-label=\"Line\">4</td>");
    says(
        &owner.open("/organization/tags/imports/999").await,
        404,
        "Nothing here",
    );
    says(&owner.upload(path, "PK\x03", "").await, 400, "file-problem");
    let page = "/organization/tags";
    says(&owner.open(page).await, 200, "2 tags");
    says(
        &owner.send(page, "what=make&label=a%2Cb").await,
        400,
        "value=\"a,b\"",
    );
    assert_eq!(
        leads(&owner.send(page, "what=make&label=third").await),
        "/organization/tags?done=made"
    );
    says(
        &owner.send(page, "what=make&label=THIRD").await,
        400,
        "label-problem",
    );
    assert_eq!(
        leads(&owner.send(page, "what=rename&tag=3&label=fourth").await),
        "/organization/tags?done=renamed"
    );
    says(
        &owner.send(page, "what=rename&tag=99&label=x").await,
        404,
        "Nothing here",
    );
    leads(&owner.send(page, "what=delete&tag=3").await);
    says(&owner.open("/organization?tag=1").await, 200, ADA);
    app.finish();
}
