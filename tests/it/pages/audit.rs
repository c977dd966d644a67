//! The page of the audit trail: what it says, what it is narrowed to, and the same as a file.

use super::{Browser, says};
use crate::app::{App, OWNER};

const PATH: &str = "/organization/audit";

#[tokio::test]
async fn the_trail_says_who_did_what_to_whom_and_what_it_was_before() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let group = app.own.group("Team <b>", &[&ada]).await;
    app.own.rules(&[("Manager", "Team <b>")]).await;
    app.own.assign("ada@a.example", Some("RE")).await;
    // Of another organization nothing is seen.
    let other = app.other();
    let eve = other.user("eve@b.example").await;
    let owner = Browser::of(&app, OWNER).await;
    let page = owner.open(PATH).await;
    says(&page, 200, "Role given by hand");
    says(&page, 200, "<del>Annotator</del> → Manager");
    says(&page, 200, "the directory, over SCIM");
    says(&page, 200, "Team &#60;b&#62;");
    assert!(!page.text.contains("<b>") && !page.text.contains(&eve));
    let number = app.own.number_of("ada@a.example").await;
    says(
        &page,
        200,
        &format!("/organization/members/{number}\">ada@a.example"),
    );
    // The newest stands first.
    let at = |words: &str| page.text.find(&format!(">{words}</strong>")).unwrap();
    assert!(at("Role given by hand") < at("Rules changed"));
    assert!(at("Rules changed") < at("Group made"));
    // Each filter leaves out what it should.
    for (query, has, has_not) in [
        ("kind=group.created", "Group made", "Rules changed</strong>"),
        ("actor=scim_token", "Group made", "Rules changed</strong>"),
        ("by=OWNER@a.example", "Rules changed", "Group made</strong>"),
        (
            "about=ada@a.example",
            "Member joined",
            "Group made</strong>",
        ),
        (
            &format!("about={group}"),
            "Group made",
            "Member joined</strong>",
        ),
        (
            "since=2020-01-01&until=2099-01-01",
            "Group made",
            "Nothing like this",
        ),
        (
            "until=2020-01-01",
            "Nothing like this has happened",
            "</strong>",
        ),
        (
            "since=2099-01-01",
            "Nothing like this has happened",
            "</strong>",
        ),
        (
            &format!("about={eve}"),
            "Nothing like this has happened",
            "</strong>",
        ),
    ] {
        let page = owner.open(&format!("{PATH}?{query}")).await;
        says(&page, 200, has);
        let (_, list) = page.text.split_once("card flush").unwrap();
        assert!(!list.contains(has_not), "{query}: {list}");
    }
    for (query, field) in [
        ("kind=x", "kind"),
        ("actor=x", "actor"),
        ("by=eve@b.example", "by"),
        ("about=eve@b.example", "about"),
        ("since=x%00", "since"),
        ("until=2026-02-30", "until"),
    ] {
        let page = owner.open(&format!("{PATH}?{query}")).await;
        says(&page, 400, &format!("id=\"{field}-problem\""));
        let refused = owner.open(&format!("{PATH}/export?{query}")).await;
        assert_eq!(refused.status, 400);
    }
    app.finish();
}

#[tokio::test]
async fn the_trail_is_paged_to_its_end_and_each_event_stands_on_one_page() {
    let app = App::start().await;
    for number in 0..60 {
        app.own.user(&format!("p{number}@a.example")).await;
    }
    let owner = Browser::of(&app, OWNER).await;
    let mut path = format!("{PATH}?kind=member.created");
    let (mut pages, mut seen) = (0, Vec::new());
    loop {
        let page = owner.open(&path).await;
        assert_eq!(page.status, 200);
        let (_, list) = page.text.split_once("card flush").unwrap();
        seen.extend((0..60).filter(|number| list.contains(&format!(">p{number}@a.example<"))));
        pages += 1;
        let Some((before, _)) = page.text.split_once("\" rel=\"next\"") else {
            break;
        };
        let (_, next) = before.rsplit_once("href=\"").unwrap();
        path = next.replace("&#38;", "&");
    }
    // The Owner joined as well.
    assert_eq!(pages, 2);
    let all: Vec<i32> = seen.clone();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!((seen.len(), all.len()), (60, 60), "{all:?}");
    app.finish();
}

#[tokio::test]
async fn the_filtered_list_is_exported_whole_and_no_cell_is_a_formula() {
    let app = App::start().await;
    let mut body = crate::app::user("=1+1@a.example");
    body["displayName"] = "=HYPERLINK(\"http://evil.example\")".into();
    app.own.scim.post("/Users", &body).await.is(201);
    for number in 0..520 {
        let tag = serde_json::json!({ "label": format!("t{number}") });
        let path = "/organizations/0/member-tags";
        app.own.rest.post(path, &tag).await.is(201);
    }
    app.own.assign("=1+1@a.example", Some("AD")).await;
    let somebody = Browser::of(&app, "=1+1@a.example").await;
    let settings = serde_json::json!({ "title": "Other" });
    app.own.rest.patch("/organization", &settings).await.is(200);
    let csv = somebody
        .open(&format!("{PATH}/export?kind=tag.created"))
        .await;
    assert_eq!(csv.status, 200);
    assert!(csv.header("content-disposition").contains("audit.csv"));
    assert_eq!(csv.text.lines().count(), 521);
    assert!(csv.text.starts_with("number,time,kind,"));
    somebody
        .send("/organization/tags", "what=make&label=mine")
        .await;
    let csv = somebody
        .open(&format!("{PATH}/export?by=%3D1%2B1@a.example"))
        .await;
    assert!(csv.text.contains(",\"'=HYPERLINK("), "{}", csv.text);
    let lines = somebody
        .open(&format!(
            "{PATH}/export?format=jsonl&kind=organization.changed"
        ))
        .await;
    assert_eq!(lines.text.lines().count(), 1);
    let event: serde_json::Value = serde_json::from_str(&lines.text).unwrap();
    assert_eq!(event["facts"]["after"], "Other");
    assert_eq!(event["actor"]["kind"], "member");
    app.finish();
}
