//! The buttons, in both accents.

use super::{Demo, of_member};

#[tokio::test]
async fn the_buttons_change_the_roll_and_the_page_says_why() {
    for (accent, replace) in [("okta", "replace"), ("entra", "Replace")] {
        let demo = Demo::start_watched(accent).await;
        let page = demo.shown().await;
        assert!(page.contains("not for production"));
        assert_eq!(
            of_member(&page, "Ada Flint"),
            "Ada Flint ada.flint@stones.example Annotator the group \"Annotators\" gives Annotator in Street signs: \
             Annotator"
        );

        let page = demo.press("/hire", "name=Ida+Agate&team=1").await;
        let hired = of_member(&page, "Ida Agate");
        assert!(
            hired.contains("Reviewer new the group \"Reviewers\" gives Reviewer"),
            "{hired}"
        );

        let page = demo.press("/move", "person=0&team=2").await;
        let moved = of_member(&page, "Ada Flint");
        assert!(
            moved.contains("Manager was Annotator the group \"Team leads\" gives Manager"),
            "{moved}"
        );
        assert!(!of_member(&page, "Ida Agate").contains("new"));

        let page = demo.press("/rename", "team=2&name=Stewards").await;
        let renamed = of_member(&page, "Ada Flint");
        assert!(
            renamed.contains("Manager the group \"Stewards\" gives Manager"),
            "{renamed}"
        );

        let page = demo.press("/fire", "person=0").await;
        let fired = of_member(&page, "Ada Flint");
        assert!(
            fired.contains(
                "Deactivated was Manager the directory says that the member is not active"
            ),
            "{fired}"
        );
        let said = format!("&#34;op&#34;: &#34;{replace}&#34;");
        assert!(page.contains(&said), "{accent}");

        let page = demo.press("/take-back", "person=0").await;
        let back = of_member(&page, "Ada Flint");
        assert!(back.contains("Manager was Deactivated"), "{back}");
        demo.finish();
    }
}

#[tokio::test]
async fn the_accent_can_change_and_the_same_people_are_known() {
    let demo = Demo::start_watched("okta").await;
    let page = demo.press("/accent", "accent=entra").await;
    assert!(page.contains("A pretend Entra ID"));
    let page = demo.press("/fire", "person=4").await;
    assert!(of_member(&page, "Eva Quartz").contains("Deactivated was Reviewer"));
    assert!(page.contains("&#34;value&#34;: &#34;False&#34;"));
    // A request each of the directory is in the trail of the server too, in both words.
    let changed = "SELECT DISTINCT kind FROM events WHERE kind = 'member.role_changed'";
    let kinds = demo.place.database.texts(changed, &[]).await;
    assert_eq!(kinds, ["member.role_changed"]);
    demo.finish();
}

#[tokio::test]
async fn what_people_type_is_shown_as_they_typed_it_and_runs_nowhere() {
    let demo = Demo::start_watched("okta").await;
    let page = demo
        .press(
            "/hire",
            "name=%3Cscript%3Ealert(1)%3C%2Fscript%3E+%22%26%27&team=0",
        )
        .await;
    assert!(!page.contains("<script>alert"));
    assert!(page.contains("&#60;script&#62;alert(1)&#60;/script&#62;"));
    let page = demo
        .press("/rename", "team=0&name=%22+or+%22%3Cimg+src%3Dx%3E")
        .await;
    assert!(!page.contains("<img"));
    let policy = demo.page.get("/").await;
    let policy = policy.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; script-src 'self';"));
    assert!(!policy.contains("unsafe"));
    demo.finish();
}

#[tokio::test]
async fn a_form_that_cannot_be_done_is_answered_with_the_reason_and_changes_nothing() {
    let demo = Demo::start_watched("entra").await;
    for (form, fields, reason) in [
        ("/hire", "name=&team=0", "Give a name of 1 to 60 letters."),
        ("/hire", "name=Ida+Agate&team=9", "Choose a team."),
        ("/hire", "name=Ida+Agate", "Choose a team."),
        ("/move", "person=0&team=0", "They are in this team already."),
        (
            "/move",
            "person=99&team=0",
            "Choose somebody who works here.",
        ),
        ("/fire", "", "Choose somebody who works here."),
        ("/take-back", "person=0", "Choose somebody who was fired."),
        (
            "/rename",
            "team=0&name=+",
            "Give a name of 1 to 60 letters.",
        ),
        (
            "/rename",
            "team=0&name=REVIEWERS",
            "Another team has this name.",
        ),
        ("/accent", "accent=ping", "Choose Okta or Entra ID."),
    ] {
        let answer = demo.send(form, fields, &[]).await;
        assert_eq!(answer.status, 400, "{form} {fields}: {}", answer.text);
        assert!(answer.text.contains(reason), "{form} {fields}");
    }
    let members = "SELECT user_name FROM members";
    assert_eq!(demo.place.database.texts(members, &[]).await.len(), 9);
    demo.finish();
}
